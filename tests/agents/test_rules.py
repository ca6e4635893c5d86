"""Single rules, where the direction of an effect is what matters to a reader of results."""

from types import SimpleNamespace

import numpy as np
import pytest

from sim.agents import household as h
from sim.agents import mother as m
from sim.agents.attendance import attend, breakdown_of, earned, illness_factor, mother_stays
from sim.agents.ceci import CENTRE, EMPRESA, GUARDERIA, IMSS, N_AGES
from sim.agents.choice import losing_the_right_ends_care, paid_by_the_piece, pay_lost
from sim.agents.firm import AGROPECUARIO, FIRM, MAQUILA, OTRO, lay_off, review
from sim.agents.job import quit_hazard, separate, unexcused_days
from sim.core.records import one_row, table
from sim.model import PoloModel, workdays
from sim.parameters import base, record
from sim.results.record import BLOCKS, FIRM_COUNTERS, kind_of_staff

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


def who_may(**values):
    """Return who may enter, as rules read it: the insured alone unless told otherwise."""
    return one_row({"uninsured": 0, "guarderias": 0, "fathers": 0} | values)


def right_to_a_place(months, access, centre, since, status, firm=m.NOBODY, room=0, **changes):
    """Return a child in a centre, and her mother, after a month of who may stay.

    Centre 2 is of IMSS, 3 is that of firm 0; the mother lost her job, or was hired, `since` months
    ago.
    """
    values = {name: described["value"] for name, described in base().items()}
    centres = table(CENTRE, 4)
    centres.open, centres.scheme = 1, [GUARDERIA, IMSS, IMSS, EMPRESA]
    centres.open[centre] = changes.get("open", 1)
    firms = table(FIRM, 2)
    firms.centre = [3, m.NOBODY]
    world = SimpleNamespace(
        now=one_row({"month": 10 + since, "seed": 1, "replicate": 0, "workdays": 21}),
        parameters=record(values | {"grace_months": months}),
        access=access, centres=centres, firms=firms,
    )  # fmt: skip
    children = table(m.CHILD, m.CHILD_SLOTS)
    children.centre = m.NOBODY
    children.centre[1], children.room[1], children.voucher[1] = centre, room, 1
    mother = table(m.MOTHER, 1)[0]
    mother.status, mother.firm, mother.last_insured, mother.hired = status, firm, 10, 10
    kinds = {m.FORMAL: m.OTHER_DAY, m.INFORMAL: m.INFORMAL_FULL}
    mother.kind = changes.get("kind", kinds.get(status, m.HOME))
    home = table(h.HOUSEHOLD, 1)[0]
    home.partner = home.insured = changes.get("insured_partner", 0)
    losing_the_right_ends_care(mother, children, home, world)
    assert mother.prompted == (children.centre[1] == m.NOBODY)
    assert children.voucher[1] == (children.centre[1] != m.NOBODY), "the voucher goes with it"
    return children.centre[1] == centre


@pytest.mark.parametrize("months", [0, 1, 5])
def test_a_place_is_kept_for_the_weeks_after_a_job_and_no_longer(months):
    def kept(*arguments, **changes):
        return right_to_a_place(months, who_may(), *arguments, **changes)

    for since in range(9):
        # After a lost job; after moving from a sponsor to another firm; at work all along
        assert kept(2, since, m.SEARCHING) == (since <= months)
        assert kept(2, since, m.INFORMAL) == (since <= months)
        assert kept(3, since, m.FORMAL, 1) == (since <= months)
        assert kept(2, since, m.FORMAL, 1)
        assert kept(3, since, m.FORMAL, 0)
        # After a change to the other turn
        evening = {"room": N_AGES, "kind": m.MAQUILA_EVENING}
        assert kept(2, since, m.FORMAL, 1, **evening)
        assert kept(2, since, m.FORMAL, 1, room=N_AGES) == (since <= months)
        assert kept(2, since, m.FORMAL, 1, kind=m.MAQUILA_EVENING) == (since <= months)


@pytest.mark.parametrize("centre", [2, 3])
def test_a_centre_that_closes_keeps_nobody_not_even_in_the_weeks_of_grace(centre):
    for since in range(4):
        for status, firm in ((m.FORMAL, 0), (m.FORMAL, 1), (m.SEARCHING, m.NOBODY)):
            assert not right_to_a_place(5, who_may(), centre, since, status, firm, open=0)


def test_informal_work_keeps_a_place_only_where_the_uninsured_may_enter():
    def kept(centre, access, status=m.INFORMAL, **changes):
        return right_to_a_place(1, access, centre, 9, status, **changes)

    assert not kept(2, who_may())
    assert kept(2, who_may(uninsured=1))
    assert not kept(0, who_may(uninsured=1)), "the old guarderías are for the insured"
    assert kept(0, who_may(uninsured=1, guarderias=1))
    assert not kept(3, who_may(uninsured=1, guarderias=1)), "nor is a firm's open to others"
    assert not kept(2, who_may(uninsured=1), m.OUT), "while she works"
    assert not kept(2, who_may(), insured_partner=1)
    assert kept(2, who_may(fathers=1), insured_partner=1)
    assert kept(0, who_may(fathers=1), insured_partner=1)
    assert not kept(2, who_may(fathers=1))
    assert not kept(2, who_may(fathers=1), m.OUT, insured_partner=1)


def test_quitting_falls_with_tenure_and_rises_with_distance():
    def hazard(tenure, kilometres=0.0):
        return quit_hazard(SimpleNamespace(sector=MAQUILA, tenure=tenure), kilometres, P)

    assert hazard(0) == hazard(2) > hazard(3) == hazard(11) > hazard(12) == hazard(35) > hazard(36)
    assert hazard(12) == P.quits_maquila
    assert hazard(12, 10.0) == pytest.approx(P.quits_maquila * (1 + 10 * P.quits_per_kilometre))


def test_own_illness_is_excused():
    absent = SimpleNamespace(lost_own=9, lost_care=1, lost_other=2, lost_child=3)
    assert unexcused_days(absent, SimpleNamespace(unexcused_sick_child=0.5)) == 1 + 2 + 1.5


def reviewed(season=1.0, new_jobs=0.0, **values):
    firm = table(FIRM, 1)
    firm.posts = firm.base_posts = 100
    firm.staff, firm.others, firm.wage_offer = 40, 60, 1.0
    for name, value in values.items():
        firm[name] = value
    still = dict.fromkeys(("others_separation_maquila", "others_separation"), 0.0)
    still |= dict.fromkeys(("growth_maquila", "growth_other"), 0.0)
    p = record({name: still.get(name, d["value"]) for name, d in base().items()})
    now = one_row({"month": 5, "seed": 1, "replicate": 0, "workdays": 21})
    now = one_row(dict(zip(now.dtype.names, now[0].item(), strict=True))
                  | {"season": float(season), "new_jobs": float(new_jobs)})  # fmt: skip
    review(firm[0], SimpleNamespace(now=now, parameters=p))
    return firm[0]


def test_what_a_firm_has_seen_fades_and_the_month_is_added():
    """Days and persons, of mothers with a child in no centre and of others, are kept as sums."""
    firms = table(FIRM, 2)
    seen = [name for name in FIRM_COUNTERS if firms[name].dtype.kind == "f"]
    assert seen == [
        "mother_days", "mother_days_lost", "mothers_seen", "mothers_left",
        "other_days", "other_days_lost", "others_seen", "others_left",
    ]  # fmt: skip
    for name in FIRM_COUNTERS:
        firms[name] = [100, 0]
    told = np.zeros((BLOCKS, 2, len(FIRM_COUNTERS)), np.int64)
    told[0, 0], told[5, 0], told[3, 1] = 3, 4, 8
    polo = SimpleNamespace(
        tables={"firms": firms},
        firm_counts=told,
        settings=SimpleNamespace(parameters={"firm_memory": SimpleNamespace(value=0.25)}),
    )
    PoloModel._tell_firms(polo)
    for name in FIRM_COUNTERS:
        assert firms[name].tolist() == [75 + 7 if name in seen else 7, 8], name


def test_a_firm_tells_mothers_of_children_in_no_centre_from_women_without_young_children():
    def kind(*ages, outside):
        children = table(m.CHILD, m.CHILD_SLOTS)
        children.birth = m.NEVER
        children.birth[: len(ages)] = [50 - age for age in ages]
        return kind_of_staff(children, 50, outside)

    mothers = FIRM_COUNTERS.index("mother_days")
    others = FIRM_COUNTERS.index("other_days")
    assert kind(20, outside=1) == kind(20, 30, outside=1) == mothers
    assert kind(outside=0) == kind(48, outside=0) == others
    assert kind(20, outside=0) == 0, "in a centre: neither"


def test_posts_of_farms_follow_the_season_and_those_of_plants_the_polos_new_jobs():
    assert reviewed(season=0.5).posts == 100
    assert reviewed(season=0.5, sector=OTRO).posts == 100
    assert reviewed(season=0.5, sector=AGROPECUARIO).posts == 50
    assert reviewed(new_jobs=0.25, new_posts=40.0).posts == 110
    assert reviewed(new_jobs=1.0, new_posts=40.0).posts == 140


def laid_off(firm):
    """Return the share that a firm decides to let go."""
    lay_off(firm, None)
    return float(firm.laid_off)


def test_at_the_end_of_the_season_farms_let_go_as_many_as_are_too_many():
    firm = table(FIRM, 1)[0]
    firm.posts, firm.staff, firm.others, firm.sector = 60, 40, 60, AGROPECUARIO
    assert laid_off(firm) == pytest.approx(0.4)
    firm.posts = 100
    assert laid_off(firm) == 0.0
    firm.posts, firm.sector = 60, MAQUILA
    assert laid_off(firm) == 0.0, "plants have no season"
    firm.sector, firm.staff, firm.others = AGROPECUARIO, 0, 0
    assert laid_off(firm) == 0.0
    # Everybody on a farm that has no posts left is let go, and looks for work
    values = {name: described["value"] for name, described in base().items()}
    quits = [name for name in values if name.startswith("quits_") and values[name] < 1]
    firms = table(FIRM, 1)
    firms.sector, firms.staff = AGROPECUARIO, 9
    firms.laid_off = 1.0
    world = SimpleNamespace(
        now=one_row({"month": 8, "seed": 1, "replicate": 0, "workdays": 21}),
        parameters=record(values | dict.fromkeys(quits, 0.0)),
        firms=firms, distance=np.zeros((1, 1)), leaves=np.zeros(1, np.int8),
    )  # fmt: skip
    for hired, leave, let_go in ((3, 0, True), (8, 0, False), (3, 2, False)):
        mother = table(m.MOTHER, 1)[0]
        mother.status, mother.kind, mother.sector = m.FORMAL, m.OTHER_DAY, AGROPECUARIO
        mother.hired, mother.leave, mother.tenure = hired, leave, 5
        world.leaves[:] = 0
        separate(mother, table(m.CHILD, m.CHILD_SLOTS), table(h.HOUSEHOLD, 1)[0], world)
        assert (mother.separated == m.SEASON_ENDED) == let_go
        assert (mother.status == m.SEARCHING) == let_go
        assert (mother.left_firm == 0 and world.leaves[0] == 1 and mother.prompted == 1) == let_go


def test_farms_pay_part_by_the_piece_so_days_lost_are_pay_lost():
    mother = table(m.MOTHER, 1)[0]
    mother.wage, mother.scheduled, mother.sector = 10_000, 20, AGROPECUARIO
    for cause in ("lost_own", "lost_child", "lost_care", "lost_other"):
        mother[cause] = 1
    assert earned(mother, SimpleNamespace(piece_pay=0.5)) == 9000
    assert earned(mother, SimpleNamespace(piece_pay=0.0)) == 10_000
    mother.sector = MAQUILA
    assert earned(mother, SimpleNamespace(piece_pay=0.5)) == 10_000
    mother.sector, mother.scheduled = AGROPECUARIO, 0
    assert earned(mother, SimpleNamespace(piece_pay=0.5)) == 10_000, "on leave"


def test_only_who_is_paid_by_the_piece_minds_the_days_that_a_carer_fails():
    firms = table(FIRM, 2)
    firms.sector, firms.wage_offer = [AGROPECUARIO, OTRO], 1.0
    values = {name: described["value"] for name, described in base().items()}
    world = SimpleNamespace(parameters=record(values), firms=firms)
    mother, home = table(m.MOTHER, 1)[0], table(h.HOUSEHOLD, 1)[0]
    mother.potential, home.persons = 15_000, 4

    def lost(care, kind=m.OTHER_DAY, firm=0):
        return pay_lost(mother, home, world, kind, firm, care)

    assert lost(m.RELATIVE) > lost(m.CENTRE) > 0.0
    assert paid_by_the_piece(world, m.OTHER_DAY, 0)
    assert not paid_by_the_piece(world, m.OTHER_DAY, 1)
    assert not paid_by_the_piece(world, m.INFORMAL_FULL, m.NOBODY)
    world.parameters = record(values | {"piece_pay": 0.0})
    assert lost(m.RELATIVE) == 0.0


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
