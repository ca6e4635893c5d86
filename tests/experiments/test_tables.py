"""The tables of people and baseline: inside their tolerance, and in the docs as they are."""

from pathlib import Path

import pandas as pd
import pytest

from experiments.evidence.moments import compared, simulated_moments, task_of
from experiments.population import compare as compare_people
from experiments.tables import markdown, publish

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def people(settings):
    return compare_people(settings())


def test_the_synthetic_people_match_the_figures(people):
    assert people["inside"].all(), people[~people["inside"]].to_string()
    assert len(people) >= 25


def test_the_docs_have_the_table_of_people_as_it_is(people, settings):
    title = f"Synthetic people of {settings().polo.label.en}"
    page = (DOCS / "population.md").read_text(encoding="utf-8")
    for part in markdown(people, title).split("\n\n"):
        assert part in page, (
            "write it again: python -m experiments.population +scenario=polo_norte output_dir=DIR"
        )


def test_markup_in_a_cell_is_shown_as_it_was_written(settings, capsys):
    words = ["[/red]", "[bold]a", "<b>b</b>"]
    publish(pd.DataFrame({"unit": words}), "made", "Made", settings())
    out = capsys.readouterr().out
    assert not [word for word in words if word not in out], out


def test_the_baseline_comes_near_the_published_levels(settings):
    values = simulated_moments(task_of(settings("scale=0.2"), 0), lambda: None)
    table = compared("juarez", [values["moments"]]).set_index("level")
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
    assert table["inside"].mean() >= 2 / 3
