"""Verification: whatever is changed in a result folder is found and named, in one line."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim import verify
from sim.results.manifest import FILE, fingerprint_of, hash_of

SMALL = ("scale=0.01", "burn_in=3", "months=15", "replicates=3", "threads=1",
         "panel.women=40", "panel.every=3")  # fmt: skip


@pytest.fixture(scope="module")
def original(tmp_path_factory, settings):
    """Return the folder of a small run."""
    return run_into(tmp_path_factory.mktemp("verified"), "+scenario=polo_norte")


def run_into(home: Path, *overrides: str) -> Path:
    from hydra import compose, initialize_config_dir

    import configs
    from sim.run import main_job

    folder = home / "run"
    given = [*overrides, *SMALL, f"output_dir={folder}", f"store={home / 'store'}"]
    with initialize_config_dir(str(Path(configs.__file__).parent), version_base="1.3"):
        main_job(compose("config", overrides=given))
    return folder


@pytest.fixture
def folder(original, tmp_path):
    """Return a copy that may be changed."""
    return Path(shutil.copytree(original, tmp_path / "run"))


def found(folder: Path, capsys, *more: str) -> tuple[int, str]:
    """Return the exit status, and the lines that tell of what does not agree."""
    status = verify.main([str(folder), *more])
    said = capsys.readouterr().out
    return status, "\n".join(line for line in said.splitlines() if "DIFFERS" in line)


def forge(folder: Path) -> None:
    """Make the hashes of a changed folder its own, as who can write all files could."""
    record = json.loads((folder / FILE).read_text())
    record["results"] = {name: hash_of(folder / name) for name in record["results"]}
    record["fingerprint"] = fingerprint_of(record)
    (folder / FILE).write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n")


def change(path: Path, column: str = "value") -> None:
    """Change one number of a parquet table in the last place."""
    table = pd.read_parquet(path)
    rows = table.index[table[column].notna() & (table["replicate"] == 1)]
    row = rows[len(rows) // 2]
    value = table.loc[row, column]
    more = value + 1 if np.issubdtype(table[column].dtype, np.integer) else np.nextafter(value, 1e9)
    table.loc[row, column] = more
    pq.write_table(pa.Table.from_pandas(table, preserve_index=False), path)


TABLES = {"monthly": "value", "accounts": "places", "distribution": "value", "panel": "hours"}


def test_what_a_run_wrote_agrees_also_when_simulated_again(original, capsys) -> None:
    status, differing = found(original, capsys, "--rerun", "2", "--seed", "4")
    assert (status, differing) == (0, "")


def test_what_the_analysis_adds_is_no_change(folder, capsys) -> None:
    (folder / "analysis").mkdir()
    (folder / "analysis" / "participation.csv").write_text("a,b\n")
    (folder / "report_es.html").write_text("<html></html>")
    assert found(folder, capsys) == (0, "")


@pytest.mark.parametrize("name", TABLES)
def test_one_value_changed_is_found_and_named(folder, capsys, name) -> None:
    change(folder / f"{name}.parquet", TABLES[name])
    status, differing = found(folder, capsys)
    assert status == 1
    assert f"{name}.parquet" in differing


@pytest.mark.parametrize("name", TABLES)
def test_a_forged_value_is_found_when_simulated_again(folder, capsys, name) -> None:
    change(folder / f"{name}.parquet", TABLES[name])
    forge(folder)
    status, differing = found(folder, capsys, "--rerun", "3")
    assert status == 1
    assert f"{name}.parquet: {TABLES[name]} of" in " ".join(differing.split())
    assert "replicate 1" in differing


def test_a_forged_place_is_found(folder, capsys) -> None:
    path = folder / "places.parquet"
    table = pd.read_parquet(path)
    table.loc[3, "east_km"] += 0.001
    pq.write_table(pa.Table.from_pandas(table, preserve_index=False), path)
    forge(folder)
    status, differing = found(folder, capsys, "--rerun", "1")
    assert status == 1
    assert "places.parquet: east_km of" in " ".join(differing.split())


def test_a_forged_table_of_effects_is_found(folder, capsys) -> None:
    path = folder / "effects.csv"
    text = path.read_text()
    lines = text.splitlines()
    row = next(n for n, line in enumerate(lines) if line.startswith("participation,mothers_u4,"))
    cells = lines[row].split(",")
    cells[4] = cells[4][:-1] + str((int(cells[4][-1]) + 1) % 10)
    lines[row] = ",".join(cells)
    path.write_text("\n".join(lines) + "\n")
    forge(folder)
    status, differing = found(folder, capsys)
    assert status == 1
    assert "effects.csv" in differing


def swap_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("name", ["figures/participation_es.png", "effects.csv"])
def test_any_bit_counts(folder, capsys, name) -> None:
    swap_a_bit(folder / name)
    status, differing = found(folder, capsys)
    assert status == 1
    assert name in differing


def test_a_missing_file_is_named_and_a_new_one_told(folder, capsys) -> None:
    (folder / "accounts.parquet").unlink()
    (folder / "notes.txt").write_text("mine")
    assert verify.main([str(folder)]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "DIFFERS accounts.parquet is missing" in said
    assert "note notes.txt is not of the run" in said


@pytest.mark.parametrize(
    ("where", "value"),
    [(("seed",), 7), (("config", "seed"), 7), (("replicates_done",), 2), (("interval",), "none"),
     (("config", "parameters", "commute_cost", "value"), 0.0), (("wall_seconds",), 1.0),
     (("results", "effects.csv"), "0" * 64)],
)  # fmt: skip
def test_any_value_of_the_manifest_counts(folder, capsys, where, value) -> None:
    record = json.loads((folder / FILE).read_text())
    at = record
    for name in where[:-1]:
        at = at.setdefault(name, {})
    at[where[-1]] = value
    (folder / FILE).write_text(json.dumps(record))
    status, differing = found(folder, capsys)
    assert status == 1
    assert FILE in differing


def test_a_parameter_forged_everywhere_is_found_when_simulated_again(folder, capsys) -> None:
    record = json.loads((folder / FILE).read_text())
    record["config"]["seed"] = record["seed"] = 99
    record["fingerprint"] = fingerprint_of(record)
    (folder / FILE).write_text(json.dumps(record))
    assert found(folder, capsys)[0] == 0
    assert found(folder, capsys, "--rerun", "1")[0] == 1


def test_another_version_is_told(folder, capsys) -> None:
    record = json.loads((folder / FILE).read_text())
    record["units"]["version"] = "0" * 64
    record["dependencies"]["numpy"] = "1.0"
    record["fingerprint"] = fingerprint_of(record)
    (folder / FILE).write_text(json.dumps(record))
    assert verify.main([str(folder)]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "DIFFERS simulator is not the version installed" in said
    assert "note numpy was 1.0" in said


def test_a_name_outside_the_folder_is_not_read(folder, capsys) -> None:
    record = json.loads((folder / FILE).read_text())
    record["results"]["../secret"] = "0" * 64
    record["fingerprint"] = fingerprint_of(record)
    (folder / FILE).write_text(json.dumps(record))
    status, differing = found(folder, capsys)
    assert status == 1
    assert "is not in this folder" in differing


BAD = {
    "no_folder": (lambda path: shutil.rmtree(path), FILE),
    "no_manifest": (lambda path: (path / FILE).unlink(), FILE),
    "no_json": (lambda path: (path / FILE).write_text("{"), "cannot be read"),
    "a_list": (lambda path: (path / FILE).write_text("[]"), "schema"),
    "other_schema": (lambda path: (path / FILE).write_text('{"schema": 99}'), "schema is 99"),
    "lacks": (lambda path: (path / FILE).write_text('{"schema": 1}'), "lacks results"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_result_is_one_line(folder, capsys, name) -> None:
    damage, said = BAD[name]
    damage(folder)
    assert verify.main([str(folder)]) == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert said in line


@pytest.mark.parametrize("given", [("--rerun", "-1"), ("--seed", "-3")])
def test_numbers_that_cannot_be(folder, capsys, given) -> None:
    assert verify.main([str(folder), *given]) == 2
    assert given[0] in capsys.readouterr().err


def test_a_configuration_of_another_version_cannot_be_simulated_again(folder, capsys) -> None:
    record = json.loads((folder / FILE).read_text())
    record["config"]["unknown"] = 1
    record["fingerprint"] = fingerprint_of(record)
    (folder / FILE).write_text(json.dumps(record))
    assert verify.main([str(folder)]) == 0
    assert verify.main([str(folder), "--rerun", "1"]) == 2
    assert "config.unknown" in capsys.readouterr().err
