"""The tables of people and baseline: inside their tolerance, and in the docs as they are."""

from pathlib import Path

import pandas as pd
import pytest

from experiments.baseline import compare as compare_baseline
from experiments.baseline import moments
from experiments.population import compare as compare_people
from experiments.tables import markdown
from sim.errors import InputError
from sim.run import baseline_replicate

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def people(settings):
    return compare_people(settings())


def test_the_synthetic_people_match_the_figures(people):
    assert people["inside"].all(), people[~people["inside"]].to_string()
    assert len(people) >= 25


def test_the_docs_have_the_table_of_people_as_it_is(people, settings):
    title = f"Synthetic people of {settings().polo.label.en}"
    assert markdown(people, title) in (DOCS / "population.md").read_text(encoding="utf-8"), (
        "write it again: python -m experiments.population +scenario=polo_norte output_dir=DIR"
    )


def test_the_baseline_comes_near_the_published_levels(settings):
    small = settings("scale=0.2", "months=12", "replicates=1")
    monthly = baseline_replicate(small, 0)
    year = monthly[monthly["month"] >= pd.Timestamp("2026-01-01")]
    table = compare_baseline(year, "juarez", small.scale).set_index("level")
    needed = [
        "participation",
        "informality",
        "occupancy",
        "enrolment",
        "carer_workplace",
        "carer_institution",
        "carer_family",
        "absence",
        "separation",
    ]
    gaps = (table["simulated"] - table["published"]).abs() / table["tolerance"]
    # At a fifth of the people, a fifth more than the tolerance allows for chance
    assert (gaps[needed] < 1.2).all(), table.loc[needed].to_string()
    assert table["inside"].mean() >= 0.75


def test_a_polo_without_published_levels_is_refused():
    with pytest.raises(InputError, match="juarez"):
        moments("nowhere")


def test_no_moment_is_an_effect():
    for name, moment in moments("juarez").items():
        assert moment.tolerance > 0 and len(moment.source) > 10, name
