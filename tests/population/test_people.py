"""The synthetic people are the polo's: counts within 1 %, shares within a percentage point."""

import numpy as np
import pytest

from sim.agents import household as h
from sim.agents import mother as m
from sim.agents.firm import MAQUILA
from sim.model import PoloModel
from sim.population import people as maker
from sim.population.work import women_at_work

RUNS = [(), ("scale=0.1", "seed=1"), ("scale=0.1", "seed=2"), ("scale=0.1", "seed=3")]
NAMES = ["full scale", "a tenth, seed 1", "a tenth, seed 2", "a tenth, seed 3"]


@pytest.fixture(scope="module", params=RUNS, ids=NAMES)
def polo(request, settings):
    """Return a polo on the day it is made."""
    return PoloModel(settings(*request.param), 0)


def near(polo, count: int, figure: float) -> None:
    """Check a count against a figure of the whole polo."""
    assert count == pytest.approx(polo.settings.scale * figure, rel=0.01)


def ages(polo) -> np.ndarray:
    return -polo.tables["mothers"].birth.astype(int) // 12


def ages_of_children(polo) -> np.ndarray:
    """Return ages in years, -1 where there is no child."""
    births = polo.tables["children"].birth.astype(int)
    return np.where(births != m.NEVER, -births // 12, -1)


def under_four(polo) -> np.ndarray:
    """Return each woman's number of children under four."""
    years = ages_of_children(polo)
    return ((years >= 0) & (years < 4)).sum(axis=1)


def test_women_by_age(polo):
    figures, age = polo.polo, ages(polo)
    minors = figures["women_15_plus"] - figures["women_18_plus"]
    near(polo, age.size, figures["women_15_49"])
    near(polo, ((age >= 15) & (age < 18)).sum(), minors)
    near(polo, ((age >= 18) & (age < 25)).sum(), figures["women_18_24"])
    near(polo, (age >= 25).sum(), figures["women_15_49"] - figures["women_18_24"] - minors)
    assert set(range(15, 50)) == set(age.tolist())


@pytest.mark.parametrize(("first", "last"), [(0, 2), (3, 5), (6, 11), (12, 17)])
def test_children_by_age(polo, first, last):
    years = ages_of_children(polo)
    near(polo, ((years >= first) & (years <= last)).sum(), polo.polo[f"children_{first}_{last}"])
    by_year = np.bincount(years[(years >= first) & (years <= last)])[first:]
    assert by_year.max() - by_year.min() <= 1, "as many of each year"


def test_children_are_their_mothers(polo):
    """Nobody had a child before 14, two in one year of age, or a younger one listed later."""
    births = polo.tables["children"].birth.astype(int)
    years, there = ages_of_children(polo), births != m.NEVER
    assert (ages(polo)[:, None] - years)[there].min() >= 14
    assert (np.diff(np.where(there, births, m.NEVER), axis=1) <= 0).all()
    pairs = there[:, :-1] & there[:, 1:]
    assert (years[:, 1:] - years[:, :-1])[pairs].min() >= 2


def test_schooling(polo):
    shares = np.bincount(polo.tables["mothers"].schooling, minlength=4) / ages(polo).size
    np.testing.assert_allclose(shares, maker.schooling_shares(polo.polo), atol=0.01)
    assert shares.sum() == 1
    assert (ages(polo)[polo.tables["mothers"].schooling == m.SUPERIOR] >= 18).all()


def test_schooling_shares_are_the_census_less_the_older():
    class Figures(dict):
        """A polo of round numbers."""

    figures = Figures(
        women_15_plus=200, women_15_49=100, no_schooling=10, primaria_incomplete=20,
        primaria_complete=30, primaria_50_plus=0.4, secundaria_incomplete=15,
        secundaria_complete=45, secundaria_50_plus=0.3, superior_of_postbasic=0.25,
    )  # fmt: skip
    # 60 - 40 = 20 of primaria, 60 - 30 = 30 of secundaria, the other 50 one to three
    np.testing.assert_allclose(maker.schooling_shares(figures), [0.20, 0.30, 0.375, 0.125])


@pytest.mark.parametrize(("first", "last"), [(15, 19), (20, 24), (25, 29)])
def test_mothers_by_age(polo, first, last):
    """Of an age at which every child is still under eighteen."""
    age = ages(polo)
    group = (age >= first) & (age <= last)
    has_child = (ages_of_children(polo) >= 0).any(axis=1)
    assert has_child[group].mean() == pytest.approx(polo.polo[f"mothers_{first}_{last}"], abs=0.01)


def test_motherhood_and_unions_are_exact(polo):
    """Mothers of any age, whether their children are grown or not."""
    figures, age = polo.polo, ages(polo)
    level = polo.tables["mothers"].schooling
    lot = maker.Lots(7, 0, age.size)
    is_mother = maker.motherhood(figures, age, level, lot)
    for first, last in ((15, 19), (20, 24), (25, 29), (30, 44), (45, 49)):
        group = (age >= first) & (age <= last)
        share = figures[f"mothers_{first}_{last}"]
        assert is_mother[group].mean() == pytest.approx(share, abs=0.001)
    in_union = maker.unions(figures, age, is_mother, lot)
    assert 1 - in_union[is_mother].mean() == pytest.approx(figures["lone_mothers"], abs=0.001)
    assert in_union[~is_mother].mean() == pytest.approx(figures["partnered_others"], abs=0.001)


def test_lone_mothers(polo):
    has_child = (ages_of_children(polo) >= 0).any(axis=1)
    lone = polo.tables["households"].partner[has_child] == 0
    assert lone.mean() == pytest.approx(polo.polo["lone_mothers"], abs=0.01)


@pytest.mark.parametrize(
    ("column", "figure"),
    [
        ("head", "female_heads"),
        ("extended", "extended_households"),
        ("car", "cars"),
        ("other_kin", "other_kin"),
    ],
)
def test_shares_of_households(polo, column, figure):
    share = polo.tables["households"][column].mean()
    assert share == pytest.approx(polo.polo[figure], abs=0.01)


def test_grandmothers(polo):
    youngest = ages_of_children(polo)[:, 0]
    under_twelve = (youngest >= 0) & (youngest < 12)
    where = polo.tables["households"].grandmother[under_twelve]
    figures = polo.polo
    assert (where == h.CORESIDENT).mean() == pytest.approx(
        figures["grandmother_coresident"], abs=0.01
    )
    assert (where == h.NEARBY).mean() == pytest.approx(figures["grandmother_nearby"], abs=0.01)
    gap = -polo.tables["households"].grandmother_birth.astype(int) // 12 - ages(polo)
    assert gap.min() >= 17
    assert gap.max() <= 33


def test_partners_work_and_pay(polo):
    homes = polo.tables["households"]
    settings = polo.settings.parameters
    partnered = homes.partner == 1
    at_work = homes.partner_work[partnered] != h.NOT_WORKING
    assert 1 - at_work.mean() == pytest.approx(settings["partner_not_working"].value, abs=0.01)
    evening = homes.partner_work[partnered][at_work] == h.EVENING_SHIFT
    assert evening.mean() == pytest.approx(settings["partner_evening"].value, abs=0.015)
    share = settings["partner_formal"].value
    pay = share * settings["partner_pay_formal"].value
    pay += (1 - share) * settings["partner_pay_informal"].value
    assert homes.partner_income[partnered][at_work].mean() == pytest.approx(pay, rel=0.01)
    assert not homes.partner_income[partnered][~at_work].any()
    assert not homes.partner_income[~partnered].any()


def test_insured_as_many_as_the_census_counts(polo):
    """By her own job, or by somebody else's of the household."""
    own = polo.tables["mothers"].status == m.FORMAL
    covered = own | (polo.tables["households"].insured == 1)
    assert covered.mean() == pytest.approx(polo.polo["imss_covered"], abs=0.01)


def test_households_hold_at_least_who_is_known_to_live_there(polo):
    homes = polo.tables["households"]
    children = (ages_of_children(polo) >= 0).sum(axis=1)
    least = 1 + homes.partner + (homes.grandmother == h.CORESIDENT) + children
    assert (homes.persons >= least).all()


def test_women_at_work(polo):
    status, women = polo.tables["mothers"].status, women_at_work(polo.polo)
    near(polo, (status != m.OUT).sum(), women["active"])
    near(polo, (status >= m.INFORMAL).sum(), women["employed"])
    near(polo, (status == m.FORMAL).sum(), women["formal"])
    assert women["active"] > women["employed"] > women["formal"] > women["maquila"] > 0


def test_women_at_work_add_up_to_the_census(polo):
    """With those of 50 and over, who are counts, the census' active and employed come back."""
    figures, women = polo.polo, women_at_work(polo.polo)
    older = figures["participation_50_plus"] * (figures["women_15_plus"] - figures["women_15_49"])
    assert women["active"] + older == pytest.approx(figures["active_women"])
    employed = figures["employed_women"] / figures["active_women"]
    assert women["employed"] / women["active"] == pytest.approx(employed)
    assert 1 - women["formal"] / women["employed"] == pytest.approx(figures["informality"])


def test_maquila_women_and_their_children(polo):
    mothers = polo.tables["mothers"]
    maquila = (mothers.status == m.FORMAL) & (mothers.sector == MAQUILA)
    near(polo, maquila.sum(), polo.polo["maquila_women"])
    near(polo, under_four(polo)[maquila].sum(), polo.polo["maquila_children_under_4"])


def test_firms_and_their_workers(polo):
    firms, figures = polo.tables["firms"], polo.polo
    plants = firms.sector == MAQUILA
    near(polo, plants.sum(), figures["maquila_establishments"])
    near(polo, (~plants).sum(), figures["other_firms"])
    workers = firms.staff + firms.others
    near(polo, workers[plants].sum(), figures["maquila_workers"])
    women = women_at_work(figures)
    others = (women["formal"] - women["maquila"]) / figures["women_share_other"]
    near(polo, workers[~plants].sum(), others)
    evening = firms.evening[plants].mean()
    assert evening == pytest.approx(figures["evening_plants"], abs=0.01)
    assert not firms.evening[~plants].any()
    in_park = firms.zone[plants] >= figures.zones.count
    assert in_park.mean() == pytest.approx(figures["park_share"], abs=0.01)
    staff = np.bincount(
        polo.tables["mothers"].firm[polo.tables["mothers"].firm >= 0], minlength=firms.size
    )
    np.testing.assert_array_equal(staff, firms.staff)


def test_places_of_guarderias(polo):
    places, old = polo.tables["places"], polo.old_centres
    assert old == polo.polo["guarderias"]
    near(polo, places[:old].sum(), polo.polo["guarderia_places"])
    rooms = polo.polo.rooms
    shares = places[:old].sum(axis=0) / places[:old].sum()
    expected = [rooms.lactantes, rooms.maternal_a, rooms.maternal_b, 0, 0, 0]  # no evening turn
    np.testing.assert_allclose(shares, expected, atol=0.05 if polo.settings.scale < 1 else 0.01)


def test_pay(polo):
    mothers = polo.tables["mothers"]
    assert mothers.potential.mean() == pytest.approx(polo.polo["potential_pay"], rel=0.01)
    by_level = [mothers.potential[mothers.schooling == level].mean() for level in range(4)]
    assert by_level == sorted(by_level)
    steps = np.diff(by_level) / polo.polo["potential_pay"]
    np.testing.assert_allclose(steps, polo.polo["pay_per_level"], atol=0.03)


def test_zones_are_used_alike(polo):
    zones = np.bincount(polo.tables["households"].zone, minlength=polo.polo.zones.count)
    assert zones.size == polo.polo.zones.count
    expected = zones.sum() / zones.size
    assert np.abs(zones - expected).max() < 5 * np.sqrt(expected)
