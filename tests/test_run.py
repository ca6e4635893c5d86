"""The main job from outside: what it writes, what it refuses, and what an interrupt keeps."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from sim.results.catalogue import catalogue
from sim.results.measures import groups_with

ROOT = Path(__file__).resolve().parents[1]
SMALL = ["scale=0.005", "burn_in=3", "months=14", "replicates=2"]


def start(folder: Path, *overrides: str) -> subprocess.Popen:
    """Start the main job in a folder."""
    return subprocess.Popen(
        [sys.executable, "-m", "sim", "+scenario=polo_norte", *overrides],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Tests may run where Ctrl-C is ignored, as in the background of a shell
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def run(folder: Path, *overrides: str) -> tuple[int, str, str]:
    """Run the main job in a folder; return status, standard output and standard error."""
    process = start(folder, *overrides)
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


@pytest.fixture(scope="module")
def result(tmp_path_factory) -> tuple[Path, str]:
    """Return the folder of a small run made from an empty directory, and what it printed."""
    home = tmp_path_factory.mktemp("empty")
    status, out, err = run(home, *SMALL)
    assert status == 0, err
    (folder,) = (home / "outputs" / "polo_norte").iterdir()
    return folder, out


def test_the_folder_holds_what_is_promised(result):
    folder, _ = result
    assert {path.name for path in folder.iterdir()} == {
        "monthly.parquet",
        "effects.csv",
        "accounts.parquet",
        "distribution.parquet",
        "places.parquet",
        "manifest.json",
        "figures",
    }
    drawn = {path.name for path in (folder / "figures").glob("*.png")}
    for name in ("participation", "absence", "retention", "places"):
        assert {f"{name}_es.png", f"{name}_en.png"} <= drawn


def test_the_monthly_table_is_tidy_and_complete(result):
    monthly = pd.read_parquet(result[0] / "monthly.parquet")
    assert list(monthly.columns) == [
        "scenario",
        "arm",
        "replicate",
        "month",
        "group",
        "measure",
        "value",
    ]
    assert monthly["month"].min() == pd.Timestamp("2025-10-01")
    assert monthly["month"].max() == pd.Timestamp("2027-02-01")
    keys = ["arm", "replicate", "month", "group", "measure"]
    assert not monthly.duplicated(keys).any()
    expected = sum(len(groups_with(n, d)) for n, d in catalogue()["measures"].items())
    assert len(monthly) == expected * 17 * 2 * 2
    for measure in ("participation", "formal_employment", "absence", "separation", "survival_12"):
        values = monthly[(monthly["measure"] == measure) & (monthly["group"] == "women_15_49")]
        assert values["value"].dropna().between(0, 100).all()
        assert values["value"].notna().any(), measure


def test_the_effects_are_those_of_the_monthly_table(result):
    folder, _ = result
    monthly = pd.read_parquet(folder / "monthly.parquet")
    table = pd.read_csv(folder / "effects.csv")
    assert list(table.columns) == [
        "measure",
        "group",
        "baseline",
        "programme",
        "effect",
        "low",
        "high",
        "unit",
    ]
    last = monthly[monthly["month"] > monthly["month"].max() - pd.DateOffset(months=12)]
    means = last.groupby(["measure", "group", "arm"], observed=True)["value"].mean()
    for row in table.dropna(subset="effect").head(60).itertuples():
        assert row.baseline == pytest.approx(means[row.measure, row.group, "baseline"], abs=1e-9)
        assert row.low <= row.effect <= row.high


def test_the_manifest_lets_anyone_check_the_run(result):
    folder, _ = result
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    text = json.dumps(manifest)
    assert str(Path.home()) not in text and str(ROOT) not in text
    assert manifest["seed"] == 20260121 and manifest["complete"] is True
    assert manifest["agents"] == round(415962 * 0.005)
    assert manifest["agent_months"] == manifest["agents"] * (3 + 2 * 14) * 2
    hashed = json.dumps(manifest)
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "manifest.json":
            assert hashlib.sha256(path.read_bytes()).hexdigest() in hashed, path.name


def test_the_terminal_shows_the_headline_and_where_the_files_are(result):
    folder, out = result
    assert "Participation rate" in out and "90 %" in out
    assert folder.name in out and "\x1b[" not in out


def test_a_finished_folder_is_never_overwritten(result):
    folder, _ = result
    before = (folder / "manifest.json").read_bytes()
    status, _, err = run(folder.parent, *SMALL, f"output_dir={folder}")
    assert status == 2 and err.count("\n") == 1 and "output_dir" in err
    assert (folder / "manifest.json").read_bytes() == before


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(result, tmp_path):
    first = result[0] / "monthly.parquet"
    assert run(tmp_path, *SMALL, "output_dir=again", "threads=1")[0] == 0
    assert (tmp_path / "again" / "monthly.parquet").read_bytes() == first.read_bytes()
    assert run(tmp_path, *SMALL, "output_dir=other", "seed=7")[0] == 0
    assert (tmp_path / "other" / "monthly.parquet").read_bytes() != first.read_bytes()


def test_a_panel_is_one_more_file_and_changes_no_other(result, tmp_path):
    for name in ("once", "again"):
        status, _, err = run(tmp_path, *SMALL, "panel.women=40", f"output_dir={name}")
        assert status == 0, err
    assert "2 of 2 units found" in err, "what is stored has its panel"
    once, again = tmp_path / "once", tmp_path / "again"
    for path in result[0].rglob("*.*"):
        if path.is_file() and path.name != "manifest.json":
            twin = once / path.relative_to(result[0])
            assert twin.read_bytes() == path.read_bytes(), path.name
    panel = (once / "panel.parquet").read_bytes()
    assert (again / "panel.parquet").read_bytes() == panel
    assert len(pd.read_parquet(once / "panel.parquet")) == 40 * 17 * 2 * 2
    manifest = json.loads((once / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["results"]["panel.parquet"] == hashlib.sha256(panel).hexdigest()
    assert manifest["config"]["panel"]["women"] == 40


@pytest.mark.parametrize(
    "override",
    [
        "replicates=-1",
        "panel.women=-1",
        "scale=2",
        "+scenario=nowhere",
        "seed=x",
        "polo.hours.ceci.0.closes='04:00'",
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(tmp_path, override):
    status, out, err = run(tmp_path, *SMALL, override)
    assert status == 2 and not out
    assert err.startswith("error: ") and err.count("\n") == 1 and "Traceback" not in err
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_refused_before_the_run(tmp_path):
    (tmp_path / "file").write_text("mine")
    begun = time.monotonic()
    status, _, err = run(tmp_path, "output_dir=file/below")
    assert status == 2 and "output_dir" in err and err.count("\n") == 1
    assert time.monotonic() - begun < 60
    assert (tmp_path / "file").read_text() == "mine"


def test_an_interrupt_says_what_is_kept(tmp_path):
    many = ["scale=0.02", "burn_in=2", "months=6", "replicates=500", "output_dir=kept"]
    process = start(tmp_path, *many)
    process.stderr.readline()  # a tenth of them is done
    process.send_signal(signal.SIGINT)
    process.stdout.read()
    err = process.stderr.read()
    assert process.wait(120) == 130
    assert "of 500 replicates are kept in" in err.splitlines()[-1]
    manifest = json.loads((tmp_path / "kept" / "manifest.json").read_text(encoding="utf-8"))
    monthly = pd.read_parquet(tmp_path / "kept" / "monthly.parquet")
    assert manifest["complete"] is False
    assert manifest["replicates_done"] == monthly["replicate"].nunique() < 500
    assert {path.name for path in tmp_path.iterdir()} == {"kept", "outputs"}
    assert [path.name for path in (tmp_path / "outputs").iterdir()] == [".units"]


def test_several_scenarios_write_a_folder_each(tmp_path):
    status, _, err = run(
        tmp_path, "--multirun", "scale=0.002", "burn_in=2", "months=2", "replicates=1", "seed=1,2,3"
    )
    assert status == 0, err
    assert len(list((tmp_path / "outputs" / "polo_norte").iterdir())) == 3
