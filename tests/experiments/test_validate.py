"""Replays: the same table however they are run, nothing done twice, and studies of one's own."""

import copy
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest
import yaml

from experiments.evidence.study import (
    ESTIMATORS,
    Estimator,
    Group,
    Of,
    Places,
    Result,
    Step,
    Study,
)
from experiments.validate import compared, replay, summary
from sim.errors import InputError
from sim.results.catalogue import catalogue
from sim.results.persons import TRAITS, WORDS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "studies.md").read_text(encoding="utf-8")
COLUMNS = [
    "study", "result", "label_es", "label_en", "outcome", "estimator", "unit", "published", "low",
    "high", "interval", "estimate", "estimate_low", "estimate_high", "inside", "treated", "control",
    "women_treated", "women_control", "replicates", "mechanism_es", "mechanism_en",
    "construction_es", "construction_en", "source",
]  # fmt: skip
LABEL = {"es": "a", "en": "b"}


def result(treated, control, **published):
    """Return a result as it is written."""
    told = {"value": 0, "low": -100, "high": 100, "interval": "band", "unit": "points"}
    return {
        "label": LABEL,
        "outcome": "employment",
        "estimator": {
            "kind": "difference_in_means", "treated": treated, "control": control, "months": [1, 2],
        },
        "published": told | {"source": "nobody"} | published,
    }  # fmt: skip


PLACES = {
    "name": "lugares", "label": LABEL, "place": "here", "source": "nobody", "observed": 2,
    "observed_before": 1, "population": {"youngest_child": {"from": 2, "below": 36}},
    "arms": {"a": [{"places": {"at_home_too": True}}], "idle": [{"posts": {"times": 1}}]},
    "results": {
        "all": result({"arm": "a"}, {"arm": "none"}),
        "none": result({"arm": "none"}, {"arm": "none"}, value=1, low=1, high=None),
    },
}  # fmt: skip
LOSS = PLACES | {
    "name": "perdida",
    "society": {"figures": {"guarderias": {"times": 0.5, "source": "nobody"}}},
    "arms": {"b": [{"remove": {"person": "grandmother", "share": 0.5}}]},
    "results": {"all": result({"arm": "b", "of": "touched"}, {"arm": "b", "of": "untouched"})},
}


def studies_made():
    return [Study.model_validate(written) for written in (PLACES, LOSS)]


@pytest.fixture
def told(settings, tmp_path):
    """Return a function to small settings with a store of their own."""

    def small(*overrides, store="kept"):
        return settings(
            "scale=0.02", "burn_in=1", "replicates=3", "threads=1", "executor.workers=1",
            f"store={tmp_path / store}", *overrides,
        )  # fmt: skip

    return small


def kept(folder: Path) -> dict[Path, int]:
    """Return when each evaluation was kept."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*.json")}


def test_a_table_has_a_row_for_each_result(told):
    table = replay(studies_made(), told())
    assert list(table.columns) == COLUMNS
    names = [("lugares", "all"), ("lugares", "none"), ("perdida", "all")]
    assert list(zip(table["study"], table["result"], strict=True)) == names
    assert (table["replicates"] == 3).all()
    assert (table["estimate_low"] <= table["estimate"]).all()
    assert (table["estimate"] <= table["estimate_high"]).all()
    assert table["inside"].tolist() == [True, False, True]
    assert table.loc[0, "estimate"] > 0 == table.loc[1, "estimate"]
    assert table.loc[0, "women_treated"] == table.loc[0, "women_control"] > 50
    assert summary(table) == "1 of 2 studies with every result inside"


def test_cross_sections_differ_from_a_cohort_only_where_traits_change(told):
    def table(**changes):
        return replay([Study.model_validate(PLACES | changes)], told("replicates=2"))

    lasting = {"population": {"disagrees": True}}
    pd.testing.assert_frame_equal(table(**lasting), table(**lasting, followed=False))
    cohort, sections = table(), table(followed=False)
    assert cohort.loc[0, "women_treated"] != sections.loc[0, "women_treated"]
    assert abs(cohort.loc[0, "treated"] - sections.loc[0, "treated"]) < 10


def test_the_table_is_the_same_in_any_number_of_processes_and_threads(told):
    one = replay(studies_made(), told(store="one"))
    two = replay(studies_made(), told("threads=2", "executor.workers=2", store="two"))
    assert one.to_csv() == two.to_csv()


def test_what_is_kept_is_not_done_again_and_what_is_lost_is(told, tmp_path, capsys):
    first = replay(studies_made(), told())
    before = kept(tmp_path / "kept")
    assert len(before) == 6 and "6 of 6 simulations to do" in capsys.readouterr().err
    again = replay(studies_made(), told("threads=2"))
    assert kept(tmp_path / "kept") == before and "to do" not in capsys.readouterr().err
    pd.testing.assert_frame_equal(first, again)
    lost, damaged = list(before)[:2]
    lost.unlink()
    damaged.write_bytes(damaged.read_bytes()[:-1])
    pd.testing.assert_frame_equal(first, replay(studies_made(), told()))
    assert "2 of 6 simulations to do" in capsys.readouterr().err
    untouched = {path: at for path, at in kept(tmp_path / "kept").items() if at == before[path]}
    assert len(untouched) == 4


def test_another_study_or_seed_is_another_simulation(told, tmp_path):
    replay(studies_made()[:1], told("replicates=2"))
    other = copy.deepcopy(PLACES)
    other["arms"]["a"][0]["places"]["fee"] = 100
    replay([Study.model_validate(other)], told("replicates=2"))
    replay(studies_made()[:1], told("replicates=2", "seed=5"))
    assert len(kept(tmp_path / "kept")) == 6


def test_an_unknown_figure_is_refused_before_anything_is_simulated(told, tmp_path):
    written = LOSS | {"society": {"figures": {"joy": {"value": 1, "source": "nobody"}}}}
    with pytest.raises(InputError, match=r"^study perdida: figure 'joy' is unknown; known: \w+, "):
        replay([Study.model_validate(written)], told())
    assert not kept(tmp_path / "kept")


def test_an_estimate_is_inside_at_the_ends_and_where_an_end_is_open():
    def inside(estimate, **published):
        written = PLACES | {"results": {"all": result({"arm": "a"}, {"arm": "none"}, **published)}}
        terms = dict.fromkeys(("treated", "control", "women_treated", "women_control"), 1.0)
        values = [{"results": {"all": terms | {"estimate": value}}} for value in estimate]
        return compared(Study.model_validate(written), values)[0]

    assert inside([1, 3], low=2, value=2)["inside"] and not inside([1, 2], low=2, value=2)["inside"]
    assert inside([-900], low=None)["inside"] and not inside([900], low=None)["inside"]
    assert inside([100])["inside"] and not inside([100.1])["inside"]
    nothing = inside([None, None])
    assert not nothing["inside"] and nothing["replicates"] == 0
    half = inside([None, 5])
    assert half["estimate"] == 5 and half["replicates"] == 1 and half["inside"]


# As a command


def start(folder: Path, *line: str) -> subprocess.Popen:
    """Start the command in a folder."""
    return subprocess.Popen(
        [sys.executable, *line],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_replay_that_was_killed_goes_on_where_it_was(tmp_path):
    (tmp_path / "mine" / "study").mkdir(parents=True)
    (tmp_path / "mine" / "study" / "lugares.yaml").write_text(yaml.safe_dump(PLACES), "utf-8")
    line = [
        "-m", "experiments.validate", "--config-dir", "mine", "+study=lugares", "posterior=false",
        "scale=0.02", "burn_in=1", "replicates=20", "threads=1", "executor.workers=1",
    ]  # fmt: skip
    process = start(tmp_path, *line)
    store = tmp_path / "outputs" / ".units"
    for _ in range(2400):
        if len(kept(store)) >= 2:
            break
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    before = kept(store)
    assert 2 <= len(before) < 20
    process = start(tmp_path, *line)
    out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    assert f"{20 - len(before)} of 20 simulations to do" in err
    after = kept(store)
    assert len(after) == 20 and all(after[path] == at for path, at in before.items())
    whole = start(tmp_path, *line, "store=elsewhere")
    assert whole.communicate(timeout=200)[0] == out


def example(kind: str) -> str:
    """Return the text of the page's example that a comment marks."""
    found = re.search(rf"<!-- {kind} -->\n```\w+\n(.+?)```", PAGE, re.S)
    assert found is not None
    return found[1]


def test_the_example_of_the_page_is_replayed(tmp_path):
    (tmp_path / "mine" / "study").mkdir(parents=True)
    (tmp_path / "mine" / "study" / "bono.yaml").write_text(example("example"), encoding="utf-8")
    words = shlex.split(example("example-line"))
    assert words[0] == "python" and words[-1] == "scale=0.02"
    process = start(tmp_path, *words[1:], "threads=1", "burn_in=6")
    out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    assert "bono" in out and "ocupacion" in out and "of 1 studies with every result inside" in out
    assert {path.name for path in tmp_path.iterdir()} == {"mine", "outputs"}


# The page


@pytest.mark.parametrize(
    "names",
    [
        TRAITS,
        [word for words, _ in WORDS.values() for word in words],
        ESTIMATORS,
        *(list(model.model_fields) for model in (Study, Step, Places, Estimator, Group)),
        ["share", "among", "trial", "person", "low", "high", "by_construction", "times", "known"],
    ],
)
def test_the_page_tells_the_whole_vocabulary(names):
    assert not [name for name in names if not re.search(rf"\b{name}\b", PAGE)]


def test_the_page_tells_every_group_and_every_measure():
    assert not [word for word in get_args(Of) if f"`{word}`" not in PAGE]
    written = PLACES["results"]["all"]
    for name in catalogue()["measures"]:
        try:
            Result.model_validate(written | {"outcome": name})
        except ValueError:
            continue
        assert f"`{name}`" in PAGE, name
