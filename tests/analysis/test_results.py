import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import analysis
from analysis import absenteeism, compare, distribution, participation, value
from sim.results.manifest import SCHEMA
from tests.analysis.made import monthly_table, sealed

COMMANDS = {
    "participation": participation.main,
    "absenteeism": absenteeism.main,
    "value": value.main,
    "distribution": distribution.main,
}


GROUPS = ["mothers_u4", "women_15_49", "mothers_u4_lone", "mothers_u4_partnered", "sector_maquila"]


def small(replicates: int = 3, **options: object) -> pd.DataFrame:
    return monthly_table(replicates=replicates, **{"groups": ["mothers_u4"]} | options)


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


def change(name: str) -> Callable[[Path], None]:
    """Return a function that changes a value of a table after the run."""

    def spoil(folder: Path) -> None:
        table = pd.read_parquet(folder / name)
        column = "value" if "value" in table else "places"
        table.loc[0, column] += 1
        table.to_parquet(folder / name)

    return spoil


def rewrite(how: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], None]:
    """Return a function that makes another table, with its fingerprint."""

    def spoil(folder: Path) -> None:
        path = folder / "monthly.parquet"
        how(pd.read_parquet(path)).to_parquet(path)
        sealed(folder)

    return spoil


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
    "empty": (lambda folder: (folder / "monthly.parquet").write_bytes(b""), "monthly.parquet"),
    "changed": (change("monthly.parquet"), "monthly.parquet no es la que escribió la corrida"),
    "changed_accounts": (change("accounts.parquet"), "accounts.parquet no es la que escribió"),
    "no_fingerprint": (lambda folder: manifest(folder, results={}), "monthly.parquet no es la que"),
    "no_results": (lambda folder: manifest(folder, results=None), "results"),
    "no_config": (lambda folder: manifest(folder, config=[]), "config"),
    "no_start": (lambda folder: manifest(folder, config={"name": "x"}), "config.agreement_start"),
    "no_month": (
        lambda folder: manifest(folder, config={"agreement_start": "soon"}),
        "config.agreement_start",
    ),
    "no_scale": (
        lambda folder: manifest(folder, config={"agreement_start": "2026-01", "scale": None}),
        "config.scale",
    ),
    "text": (rewrite(lambda table: table.assign(value="much")), "(value: large_string)"),
    "one_arm": (rewrite(lambda table: table[table["arm"] == "programme"]), "baseline"),
    "column": (drop_column, "arm"),
    "one_replicate": (lambda folder: manifest(folder, replicates_done=1), "una sola réplica"),
}


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line on stderr; nothing else may have been said."""
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    return line


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("command", [*COMMANDS, "compare"])
def test_a_bad_folder_is_one_line(
    folder: Callable[..., Path], capsys: pytest.CaptureFixture[str], command: str, name: str
) -> None:
    path, good = folder(table=small(groups=GROUPS)), []
    if command == "compare":
        good = [str(folder("good", small(groups=GROUPS)))]
    spoil, said = BAD[name]
    spoil(path)
    assert (COMMANDS | {"compare": compare.main})[command]([*good, str(path)]) == 2
    line = told(capsys)
    assert str(path) in line
    assert said in line
    assert not any((Path(one) / "analysis").exists() for one in [*good, path])


def cut(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["month"] < "2026-12-01"]


def nothing(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(value=float("nan"))


@pytest.mark.parametrize(
    "spoil, said", [(cut, "termina a los 11 meses"), (nothing, "ningún valor de")]
)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_table_of_too_little_is_one_line(folder, capsys, command: str, spoil, said: str) -> None:
    """Eleven months have no last year, and a table without a number has no effect."""
    path = folder(table=spoil(monthly_table(replicates=2)))
    assert COMMANDS[command]([str(path)]) == 2
    assert said in told(capsys)


@pytest.mark.parametrize("name", ["nowhere", "a_file", "x" * 300, "locked"])
def test_what_cannot_be_looked_into_is_one_line(tmp_path: Path, capsys, monkeypatch, name) -> None:
    path = tmp_path / name
    if name == "a_file":
        path.write_text("text")
    if name == "locked":  # root may look into any folder

        def refuse(self: Path) -> bool:
            raise PermissionError(13, "Permission denied", str(self))

        monkeypatch.setattr(Path, "is_file", refuse)
    assert participation.main([str(path), "--lang", "en"]) == 2
    assert str(path) in told(capsys)


def test_a_file_in_place_of_the_folder_to_write_in(folder, tmp_path: Path, capsys) -> None:
    place = tmp_path / "taken"
    place.write_text("text")
    path = folder(table=small())
    for out in (place, place / "deeper"):
        assert participation.main([str(path), "--out", str(out), "--lang", "en"]) == 2
        assert f"--out {out}" in told(capsys)
    assert place.read_text() == "text"


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
    "module",
    [
        "participation",
        "absenteeism",
        "compare",
        "value",
        "distribution",
        "figures",
        "charts",
        "evidence",
    ],
)
def test_analysis_never_imports_the_simulator(module: str) -> None:
    code = (
        f"import sys, analysis.{module}; "
        "sys.exit(any(name in sys.modules for name in ('numba', 'sim.model', 'sim.agents')))"
    )
    root = Path(analysis.__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root).returncode == 0
