"""The panel of women: the same in both arms, true to the tables, and nothing else moved by it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from sim.population.regions import sharing_the_panel
from sim.results.catalogue import catalogue
from sim.results.panel import NOTED, panel_frame
from sim.results.store import decode, encode
from sim.results.stream import ResultStream
from sim.settings import Survey
from sim.unit import outcome, units

SMALL = ("scale=0.01", "burn_in=4", "months=20", "replicates=1", "threads=1")
EVERYBODY = 100_000


def lived(settings, **panel):
    """Return the settings of a small run with a panel, and the outcome of its replicate."""
    told = settings(*SMALL, *(f"panel.{name}={value}" for name, value in panel.items()))
    (unit,) = units([told], 1)[0]
    return told, outcome(unit)


def table(told, found, replicate=0):
    """Return the panel of both arms."""
    arms = [panel_frame(of.panel, told, arm, replicate) for arm, of in found.items()]
    return pd.concat(arms, ignore_index=True)


@pytest.fixture(scope="module")
def nobody(settings):
    return lived(settings)


@pytest.fixture(scope="module")
def some(settings):
    return lived(settings, women=600)


@pytest.fixture(scope="module")
def everybody(settings):
    return lived(settings, women=EVERYBODY)


def written(folder: Path, told, found):
    """Write the tables of a run; return their bytes by name."""
    folder.mkdir()
    stream = ResultStream(told, [told], folder)
    stream.add(0, [found])
    _, files = stream.finish()
    return {file.name: file.read_bytes() for file in files}


def test_a_panel_changes_no_other_table(nobody, some, tmp_path):
    without, with_panel = (
        written(tmp_path / name, *run) for name, run in (("without", nobody), ("with", some))
    )
    assert set(with_panel) - set(without) == {"panel.parquet"}
    assert all(with_panel[name] == content for name, content in without.items())


def test_without_a_panel_a_stored_unit_has_nothing_of_it(nobody, some):
    without, with_panel = (encode(found, "k", "v") for _, found in (nobody, some))
    assert b"panel." not in without and b"panel." in with_panel


def test_a_panel_comes_back_from_the_store(some):
    told, found = some
    again = decode(encode(found, "k", "v"), "k", "v")
    pd.testing.assert_frame_equal(table(told, again), table(told, found))


def test_the_same_women_are_asked_in_both_arms(some):
    rows = table(*some)
    arms = {arm: of.reset_index(drop=True) for arm, of in rows.groupby("arm", observed=True)}
    before, after = arms["baseline"], arms["programme"]
    lives = ["woman", "month", "age", "schooling", "children", "youngest_child_months", "zone"]
    pd.testing.assert_frame_equal(before[lives], after[lives])
    assert before.groupby("month").size().eq(600).all()
    first = before["month"] < "2026-01"
    columns = [name for name in rows if name not in ("arm", "opened_near")]
    pd.testing.assert_frame_equal(before.loc[first, columns], after.loc[first, columns])
    assert not before["status"].equals(after["status"]), "the programme moves somebody"
    assert before["opened_near"].isna().all() and after["opened_near"].notna().any()


def test_more_women_are_the_same_and_others(some, everybody):
    few, all_of_them = (set(table(*run)["woman"]) for run in (some, everybody))
    assert few < all_of_them


def test_everybody_asked_gives_the_measures_of_the_tables(everybody, tmp_path):
    told, found = everybody
    written(tmp_path / "run", told, found)
    monthly = pd.read_parquet(tmp_path / "run" / "monthly.parquet")
    rows = table(told, found)
    young = rows[rows["youngest_child_months"] < 48]
    assert "mothers_u4" in catalogue()["groups"]
    asked = {
        "participation": 100 * (young["status"] != "out"),
        "employment": 100 * young["status"].isin(["informal", "formal"]),
        "formal_employment": 100.0 * young["formal"],
    }
    for measure, value in asked.items():
        mean = value.groupby([young["arm"], young["month"]], observed=True).mean()
        known = monthly[(monthly["measure"] == measure) & (monthly["group"] == "mothers_u4")]
        expected = known.set_index(["arm", "month"])["value"].sort_index()
        np.testing.assert_allclose(mean.sort_index().to_numpy(), expected.to_numpy())
    days = young.groupby(["arm", "month"], observed=True)[["absence_days", "work_days"]].sum()
    known = monthly[(monthly["measure"] == "absence") & (monthly["group"] == "mothers_u4")]
    np.testing.assert_allclose(
        (100.0 * days["absence_days"].astype(float) / days["work_days"]).sort_index().to_numpy(),
        known.set_index(["arm", "month"])["value"].sort_index().to_numpy(),
    )


def test_a_zone_is_served_from_the_month_in_which_a_centre_is_near(everybody):
    rows = table(*everybody)
    rows = rows[rows["arm"] == "programme"]
    near = rows[rows["centre_km"] <= 3].groupby("zone")["month"].min()
    told = rows.groupby("zone")["opened_near"].first()
    pd.testing.assert_series_equal(near.reindex(told.index), told, check_names=False)
    assert 0 < told.notna().sum() < told.size


def test_quarterly_interviews_are_some_of_the_monthly_ones(settings, some):
    rows = table(*some)
    quarterly = table(*lived(settings, women=600, every=3))
    expected = rows[rows["month"].dt.month.isin([1, 4, 7, 10])].reset_index(drop=True)
    pd.testing.assert_frame_equal(quarterly, expected, check_categorical=False)


def test_who_takes_the_place_of_a_woman_of_fifty_is_somebody_else(everybody):
    rows = table(*everybody)
    ages = rows[rows["arm"] == "baseline"].groupby("woman")["age"]
    assert (ages.max() - ages.min()).max() <= 2
    assert (ages.max() == 49).any() and rows["age"].between(15, 49).all()


def test_a_country_shares_its_panel_by_its_women(settings, country):
    regions = sharing_the_panel(country(settings("panel.women=1000"), 7))
    shares = [region.panel.women for region in regions]
    women = np.array([region.polo["women_15_49"] for region in regions])
    assert sum(shares) == 1000
    np.testing.assert_allclose(shares, 1000 * women / women.sum(), atol=1)


def test_a_panel_has_what_a_survey_has(some):
    rows = table(*some)
    assert len(rows.columns) == 6 + len(NOTED) + 2 + 1
    assert (rows["earnings"] > 0).eq(rows["hours"] > 0).all()
    assert rows["formal"].eq(rows["status"] == "formal").all()
    assert (rows["absence_days"] <= rows["work_days"]).all()
    childless = rows["youngest_child_months"].isna()
    assert childless.eq(rows["children"] == 0).mean() > 0.99


@pytest.mark.parametrize("wrong", [{"women": -1}, {"every": 0}, {"near_km": 0}, {"men": 3}])
def test_what_cannot_be_asked_is_refused(wrong):
    with pytest.raises(ValidationError):
        Survey.model_validate(wrong)
