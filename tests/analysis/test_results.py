import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import analysis
from analysis import absenteeism, compare, participation
from sim.results.manifest import SCHEMA
from tests.analysis.made import monthly_table

COMMANDS = {"participation": participation.main, "absenteeism": absenteeism.main}


def small(replicates: int = 3, **options: object) -> pd.DataFrame:
    return monthly_table(replicates=replicates, groups=["mothers_u4", "women_15_plus"], **options)


def manifest(folder: Path, **changes: object) -> None:
    path = folder / "manifest.json"
    text = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps(text), encoding="utf-8")


def damage(folder: Path) -> None:
    path = folder / "monthly.parquet"
    path.write_bytes(path.read_bytes()[:-200])


def damage_inside(folder: Path) -> None:
    """Leave the footer as it is, so that only reading a column finds out."""
    path = folder / "monthly.parquet"
    content = bytearray(path.read_bytes())
    content[4:2000] = bytes(1996)
    path.write_bytes(content)


def drop_column(folder: Path) -> None:
    path = folder / "monthly.parquet"
    pd.read_parquet(path).drop(columns="arm").to_parquet(path)


BAD = {
    "no_manifest": (lambda folder: (folder / "manifest.json").unlink(), "manifest.json"),
    "no_json": (lambda folder: (folder / "manifest.json").write_text("{"), "manifest.json"),
    "a_list": (lambda folder: (folder / "manifest.json").write_text("[]"), "None"),
    "half_written": (lambda folder: manifest(folder, complete=False), "a medias"),
    "other_schema": (lambda folder: manifest(folder, schema=SCHEMA + 1), str(SCHEMA + 1)),
    "no_table": (lambda folder: (folder / "monthly.parquet").unlink(), "monthly.parquet"),
    "no_accounts": (lambda folder: (folder / "accounts.parquet").unlink(), "accounts.parquet"),
    "damaged": (damage, "monthly.parquet"),
    "damaged_inside": (damage_inside, "monthly.parquet"),
    "column": (drop_column, "arm"),
    "one_replicate": (lambda folder: manifest(folder, replicates_done=1), "una sola réplica"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_bad_folder_is_one_line(
    folder: Callable[..., Path], capsys: pytest.CaptureFixture[str], command: str, name: str
) -> None:
    path = folder(table=small())
    spoil, said = BAD[name]
    spoil(path)
    assert COMMANDS[command]([str(path)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert str(path) in line
    assert said in line
    assert not (path / "analysis").exists()


def test_what_is_no_folder_is_one_line(tmp_path: Path, capsys) -> None:
    assert participation.main([str(tmp_path / "nowhere"), "--lang", "en"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert "not a result folder" in line


def test_a_table_without_the_measure_is_one_line(folder, capsys) -> None:
    path = folder(table=small(measures=("absence",)))
    assert participation.main([str(path)]) == 2
    assert "participation" in capsys.readouterr().err


def test_a_table_without_the_main_group_is_one_line(folder, capsys) -> None:
    path = folder(table=monthly_table(replicates=2, groups=["women_15_plus"]))
    assert participation.main([str(path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_scenarios_that_share_no_measure(folder, capsys) -> None:
    one = folder("one", small(measures=("absence",)))
    other = folder("other", small(measures=("participation",)))
    assert compare.main([str(one), str(other), "--lang", "en"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "share no measure" in line


def test_one_folder_is_not_compared(folder, capsys) -> None:
    one = folder(table=small())
    assert compare.main([str(one), "--lang", "en"]) == 2
    assert compare.main([str(one), str(one), "--lang", "en"]) == 2
    first, second = capsys.readouterr().err.splitlines()
    assert "2 folders are needed" in first
    assert "given twice" in second


def test_kinds_of_interval_are_not_mixed(folder, capsys) -> None:
    one = folder("one", small())
    other = folder("other", small(), interval="parameters and chance")
    assert compare.main([str(one), str(other), "--lang", "en"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert str(other) in line.partition("does not")[0]


def test_a_missing_package_is_one_line(folder, capsys, monkeypatch) -> None:
    monkeypatch.setattr("analysis.publish.find_spec", lambda name: None)
    assert participation.main([str(folder(table=small())), "--lang", "en"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "ceci-sim[report]" in line


@pytest.mark.parametrize(
    "module", ["participation", "absenteeism", "compare", "figures", "charts", "evidence"]
)
def test_analysis_never_imports_the_simulator(module: str) -> None:
    code = (
        f"import sys, analysis.{module}; "
        "sys.exit(any(name in sys.modules for name in ('numba', 'sim.model', 'sim.agents')))"
    )
    root = Path(analysis.__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root).returncode == 0
