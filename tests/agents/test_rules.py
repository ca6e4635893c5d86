"""Single rules, where the direction of an effect is what matters to a reader of results."""

from types import SimpleNamespace

import numpy as np
import pytest

from sim.agents import household as h
from sim.agents import mother as m
from sim.agents.attendance import attend, breakdown_of, illness_factor, mother_stays
from sim.agents.ceci import CENTRE, EMPRESA
from sim.agents.choice import losing_the_right_ends_care
from sim.agents.firm import FIRM, MAQUILA, review
from sim.agents.job import quit_hazard, unexcused_days
from sim.core.records import one_row, table
from sim.model import workdays
from sim.parameters import base, record

P = record({name: described["value"] for name, described in base().items()})[0]


def child_of(entry, birth=-20):
    return SimpleNamespace(birth=birth, entry=entry, centre=0)


def test_illness_is_most_likely_on_entering_a_group_and_falls_back():
    """The hump of group care: highest in the first month, never rising, gone when it has faded."""
    age = 30
    factors = [illness_factor(child_of(entry=0), age, month, P) for month in range(40)]
    assert factors[0] == pytest.approx(P.illness_entry)
    assert factors[0] > 1.5
    assert (np.diff(factors) <= 0).all()
    faded = int(np.ceil(P.illness_fades))
    assert set(factors[faded:]) == {1.0}
    assert factors[faded - 1] > 1.0
    at_home = illness_factor(child_of(entry=m.NEVER), age, 3, P)
    assert at_home == 1.0


def test_infants_are_ill_more_often_and_group_care_protects_later():
    assert illness_factor(child_of(m.NEVER), 23, 0, P) == P.illness_infant > 1
    assert illness_factor(child_of(m.NEVER), 24, 0, P) == 1.0
    assert illness_factor(child_of(0), 48, 40, P) == P.illness_later < 1
    assert illness_factor(child_of(m.NEVER), 48, 40, P) == 1.0


def test_a_place_breaks_down_less_often_than_any_carer():
    others = [m.GRANDMOTHER, m.RELATIVE, m.PARTNER, m.SIBLING, m.PRIVATE]
    assert all(breakdown_of(m.CENTRE, P) < breakdown_of(care, P) for care in others)
    assert breakdown_of(m.OWN, P) == breakdown_of(m.WORKPLACE, P) == 0.0


def test_a_mother_with_help_stays_at_home_with_a_sick_child_less_often():
    mother, child = SimpleNamespace(care=m.RELATIVE), child_of(m.NEVER)

    def stays(**home):
        alone = {"grandmother": h.ABSENT, "partner": 0, "partner_work": h.NOT_WORKING}
        return mother_stays(mother, child, SimpleNamespace(**(alone | home)), 20, P)

    assert stays() == 1.0
    assert stays(grandmother=h.CORESIDENT) < stays(grandmother=h.NEARBY) < 1.0
    assert stays(partner=1) < stays(partner=1, partner_work=h.DAY_SHIFT) < 1.0


@pytest.mark.parametrize("months", [0, 1, 5])
def test_a_place_is_kept_for_the_weeks_after_a_job_and_no_longer(months):
    values = {name: described["value"] for name, described in base().items()}
    centres = table(CENTRE, 4)
    centres.open = 1
    centres.scheme[3] = EMPRESA
    firms = table(FIRM, 2)
    firms.centre = [3, m.NOBODY]

    def kept(centre, since, status, firm=m.NOBODY):
        now = one_row({"month": 10 + since, "seed": 1, "replicate": 0, "workdays": 21})
        world = SimpleNamespace(
            now=now, parameters=record(values | {"grace_months": months}),
            centres=centres, firms=firms,
        )  # fmt: skip
        children = table(m.CHILD, m.CHILD_SLOTS)
        children.centre = m.NOBODY
        children.centre[1] = centre
        mother = table(m.MOTHER, 1)[0]
        mother.status, mother.firm, mother.last_insured, mother.hired = status, firm, 10, 10
        losing_the_right_ends_care(mother, children, world)
        assert mother.prompted == (children.centre[1] == m.NOBODY)
        return children.centre[1] == centre

    for since in range(9):
        # After a lost job; after moving from a sponsor to another firm; at work all along
        assert kept(2, since, m.SEARCHING) == (since <= months)
        assert kept(3, since, m.FORMAL, 1) == (since <= months)
        assert kept(2, since, m.FORMAL, 1)
        assert kept(3, since, m.FORMAL, 0)


def test_quitting_falls_with_tenure_and_rises_with_distance():
    def hazard(tenure, kilometres=0.0):
        return quit_hazard(SimpleNamespace(sector=MAQUILA, tenure=tenure), kilometres, P)

    assert hazard(0) == hazard(2) > hazard(3) == hazard(11) > hazard(12) == hazard(35) > hazard(36)
    assert hazard(12) == P.quits_maquila
    assert hazard(12, 10.0) == pytest.approx(P.quits_maquila * (1 + 10 * P.quits_per_kilometre))


def test_own_illness_is_excused():
    absent = SimpleNamespace(lost_own=9, lost_care=1, lost_other=2, lost_child=3)
    assert unexcused_days(absent, SimpleNamespace(unexcused_sick_child=0.5)) == 1 + 2 + 1.5


def reviewed(**values):
    firm = table(FIRM, 1)
    firm.posts = firm.base_posts = 100
    firm.staff, firm.others, firm.wage_offer = 40, 60, 1.0
    for name, value in values.items():
        firm[name] = value
    still = {"others_separation_maquila": 0.0, "growth_maquila": 0.0, "firm_memory": 0.5}
    p = record({name: still.get(name, d["value"]) for name, d in base().items()})
    now = one_row({"month": 5, "seed": 1, "replicate": 0, "workdays": 21})
    review(firm[0], SimpleNamespace(now=now, parameters=p))
    return firm[0]


def test_a_firm_sees_absence_and_turnover():
    firm = reviewed(scheduled=800, lost=80, separations=10, absence_seen=0.0)
    assert firm.absence_seen == pytest.approx(0.05)
    assert firm.turnover_seen == pytest.approx(0.125)
    assert reviewed(scheduled=0, absence_seen=0.2).absence_seen == 0.2


def test_pay_rises_while_posts_stay_empty_and_falls_back():
    assert reviewed().vacancies == 0
    assert reviewed().wage_offer == 1.0
    short = reviewed(others=40)
    assert short.vacancies == 20
    assert short.wage_offer == pytest.approx(1.0 + P.wage_step)
    assert reviewed(others=40, wage_offer=1.0 + P.wage_range).wage_offer == 1.0 + P.wage_range
    assert reviewed(wage_offer=1.05).wage_offer == pytest.approx(1.05 - P.wage_step)
    assert reviewed(staff=70).vacancies == 0, "more than the posts: none is owed"


@pytest.mark.parametrize(
    ("year", "month", "days"), [(2026, 1, 22), (2026, 2, 20), (2028, 2, 21), (2025, 12, 23)]
)
def test_work_days_are_mondays_to_fridays(year, month, days):
    assert workdays(12 * year + month - 1) == days


def a_home(persons, grandmother, **more):
    """Return the household of a woman of 30, in a month in which the grandmother dies."""
    home = table(h.HOUSEHOLD, 1)
    home.persons, home.grandmother, home.grandmother_birth = persons, grandmother, -70 * 12
    for name, value in more.items():
        home[name] = value
    return home[0]


@pytest.mark.parametrize(
    ("where", "left"), [(h.CORESIDENT, 2), (h.NEARBY, 3)], ids=["with her", "nearby"]
)
@pytest.mark.parametrize("how", ["dies", "moves"])
def test_a_grandmother_who_goes_leaves_the_household_only_if_she_lived_there(where, left, how):
    p = {name: described["value"] for name, described in base().items()}
    p |= {
        "grandmother_mortality_60": 1.0 * (how == "dies"),
        "grandmother_moves": 1.0 * (how == "moves"),
    }
    now = one_row({"month": 0, "seed": 1, "replicate": 0, "workdays": 21})
    world = SimpleNamespace(now=now, parameters=record(p))
    home = a_home(3, where)
    assert h.grandmother_changes(home, world, 0.5, 0.5)
    assert home.grandmother == h.ABSENT
    assert home.persons == left


@pytest.mark.parametrize("month", range(12))
def test_days_lost_never_exceed_those_scheduled_whatever_happens(month):
    """A month in which all goes wrong at once, for long: a day is lost once, for one cause."""
    values = {name: described["value"] for name, described in base().items()}
    values |= {"own_illness": 0.5, "own_illness_longest": 20, "child_illness": 1, "slack": 0.2}
    values |= {"child_illness_longest": 20, "breakdown_relative": 1, "breakdown_longest": 20}
    now = one_row({"month": month, "seed": 1, "replicate": 0, "workdays": 21})
    world = SimpleNamespace(now=now, parameters=record(values))
    home = table(h.HOUSEHOLD, 1)[0]
    children = table(m.CHILD, m.CHILD_SLOTS)
    children.centre, children.entry = m.NOBODY, m.NEVER
    children.birth = [month - age for age in (5, 20, 35, 50)]
    causes = ("lost_own", "lost_child", "lost_care", "lost_other")
    full = 0
    for number in range(40):
        mother = table(m.MOTHER, 1)[0]
        mother.number, mother.status, mother.care = number, m.FORMAL, m.RELATIVE
        attend(mother, children, home, world)
        days = [int(mother[cause]) for cause in causes]
        assert mother.scheduled == 21
        assert min(days) >= 0
        assert sum(days) <= 21
        full += sum(days) == 21
        mother.leave = 1
        attend(mother, children, home, world)
        assert mother.scheduled == 0
        assert not any(mother[cause] for cause in causes), "nothing is left of another month"
    assert full > 5
