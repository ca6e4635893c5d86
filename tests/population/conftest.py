"""Tables in INEGI's layout, made from the project's own figures of the states."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.population.made import Rows, rows_of_states, write_iter


@pytest.fixture
def rows() -> Rows:
    """Return `rows_of_states`."""
    return rows_of_states()


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes rows as INEGI does."""

    def written(rows: Rows, encoding: str = "utf-8-sig", name: str = "iter.csv") -> Path:
        return write_iter(tmp_path / name, rows, encoding)

    return written
