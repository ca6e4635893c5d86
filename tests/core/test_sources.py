"""What the fingerprint of the sources leaves out cannot decide any number."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.core import sources
from sim.core.sources import PACKAGE, READERS, deciding, fingerprint_of_sources


def imported(source: Path) -> Iterator[str]:
    """Yield the full names of all that a file imports, inside of functions too."""
    inside = source.relative_to(PACKAGE.parent).with_suffix("").parts
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = inside[: len(inside) - node.level] if node.level else ()
            home = ".".join([*above, *filter(None, [node.module])])
            yield from (f"{home}.{name.name}" for name in node.names)


def test_no_module_that_decides_imports_one_that_is_left_out() -> None:
    reached = [
        f"{source.relative_to(PACKAGE)} imports {name}"
        for source in deciding()
        for name in imported(source)
        if name.split(".")[0] == "sim" and READERS & {*name.split(".")[1:2]}
    ]
    assert reached == []


def test_only_what_reads_is_left_out() -> None:
    counted = {source.relative_to(PACKAGE).as_posix() for source in deciding()}
    every = {source.relative_to(PACKAGE).as_posix() for source in PACKAGE.rglob("*.py")}
    homes = {name.partition("/")[0].removesuffix(".py") for name in every - counted}
    assert homes == READERS
    assert {"unit.py", "model.py", "run.py", "core/engine.py", "results/record.py"} <= counted


@pytest.mark.parametrize(
    ("name", "same"),
    [("view/page.py", True), ("cli.py", True), ("model.py", False), ("agents/view.py", False)],
)
def test_it_changes_with_what_decides_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, same: bool
) -> None:
    monkeypatch.setattr(sources, "PACKAGE", tmp_path)
    for folder in ("view", "agents"):
        (tmp_path / folder).mkdir()
    (tmp_path / "unit.py").write_text("")
    before = fingerprint_of_sources.__wrapped__()
    (tmp_path / name).write_text("x = 1")
    assert (fingerprint_of_sources.__wrapped__() == before) is same
