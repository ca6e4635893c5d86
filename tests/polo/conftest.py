"""A folder with a sample of each file, and the command in this process."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from sim.polo.__main__ import main
from tests.polo.made import CODE, write_all


class Said(NamedTuple):
    """What the command ended with."""

    status: int
    out: str
    err: str


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a sample of each file."""
    folder = tmp_path_factory.mktemp("inegi")
    write_all(folder)
    return folder


@pytest.fixture
def files(samples: Path, tmp_path: Path) -> dict[str, Path]:
    """Return a copy of the samples, by the option that takes each, to be spoilt."""
    shutil.copytree(samples, tmp_path / "in")
    names = {
        "iter": "iter_26.csv", "enoe": "enoe", "firms": "denue_inegi_26_.csv",
        "centres": "centros.csv", "zones": "agebs.csv",
    }  # fmt: skip
    return {option: tmp_path / "in" / name for option, name in names.items()}


@pytest.fixture
def new(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Said]:
    """Return a function that runs ``new`` with its files in the folder ``mine``."""
    monkeypatch.setattr("sim.results.console.PATIENCE", 60)  # a slow machine says no more

    def run(*more: str, name: str = "mio", municipality: str = CODE, **options: Path) -> Said:
        given = [part for key, path in options.items() for part in (f"--{key}", str(path))]
        words = ["new", name, "--municipality", municipality, "--out", str(tmp_path / "mine")]
        status = main([*words, *given, *more])
        return Said(status, *capsys.readouterr())

    return run
