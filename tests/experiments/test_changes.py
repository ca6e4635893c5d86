"""What studies change: as much as they say, for whom they say, and nobody else."""

from types import SimpleNamespace

import numpy as np
import pytest

from experiments.evidence.changes import (
    PLENTY,
    Changed,
    children_of_age,
    lot_of,
    use_of_new_centres,
    who_wants_one,
)
from experiments.evidence.persons import Population
from experiments.evidence.replay import Watch, arms_of, asked_in_trial, watch_arm
from experiments.evidence.study import Step, Study
from sim.agents.ceci import ANYHOW, EMPRESA, ESTUDIO, N_AGES, UNINVITED, WORKING
from sim.agents.choice import price_of_place
from sim.agents.firm import MAQUILA
from sim.agents.household import ABSENT, CORESIDENT, NEARBY, NOT_WORKING
from sim.agents.mother import FORMAL, HOME, NOBODY
from sim.model import PoloModel
from sim.results.persons import People

SCALE = 0.05
YOUNG = {"youngest_child": {"from": 2, "below": 48}}
EVERYBODY = Population.model_validate({})
FAMILY = [
    "children.birth", "mothers.birth", "mothers.gave_birth", "mothers.student",
    "households.grandmother", "households.partner", "households.partner_work", "households.persons",
    "households.children",
]  # fmt: skip
"""What `month_passes` alone decides."""


@pytest.fixture(scope="module")
def polo(settings):
    """Return Ciudad Juárez after three months; nobody steps it on."""
    told = settings(f"scale={SCALE}", "threads=1")
    found = PoloModel(told, 0, told.plan.without_centres())
    for _ in range(3):
        found.step()
    return found


def arm(polo, *steps, months=0, cohort=EVERYBODY, applicants=None):
    """Return a copy of the polo in which steps are made, so many months on, and what was made."""
    changed = Changed([Step.model_validate(step) for step in steps], cohort, applicants)
    found = polo.fork(polo.plan, changed)
    for _ in range(months):
        found.step()
    return found, changed


def who(polo, traits):
    return Population.model_validate(traits).mask(People(polo))


def new_centres(model, changed):
    return model.tables["centres"][changed.first_new_centre :]


def new_places(model, changed):
    return model.tables["places"][changed.first_new_centre :]


def of_share(count, total, share):
    """Return whether a count is a share of a total, as lots would give it (five deviations)."""
    return abs(count - share * total) < 5 * np.sqrt(total * share * (1 - share))


# Persons


def test_a_grandmother_is_taken_from_a_share_of_those_meant(polo, state, differing):
    traits = YOUNG | {"grandmother": ["home", "nearby"]}
    found, changed = arm(polo, {"remove": {"person": "grandmother", "share": 0.3, "who": traits}})
    meant, gone = who(polo, traits), changed.touched
    assert not (gone & ~meant).any() and of_share(gone.sum(), meant.sum(), 0.3)
    before, after = polo.tables["households"], found.tables["households"]
    assert (after.grandmother[gone] == ABSENT).all()
    at_home = gone & (before.grandmother == CORESIDENT)
    assert at_home.any() and (gone & (before.grandmother == NEARBY)).any()
    assert np.array_equal(before.persons - after.persons, at_home)
    assert np.array_equal(before.grandmother[~gone], after.grandmother[~gone])
    assert set(differing(state(polo), state(found))) == {
        "households.grandmother", "households.persons", "mothers.prompted",
    }  # fmt: skip


def test_a_share_of_one_is_everybody_meant(polo):
    _, changed = arm(polo, {"remove": {"person": "grandmother", "who": {"grandmother": "home"}}})
    assert np.array_equal(changed.touched, who(polo, {"grandmother": "home"}))


def test_a_partner_is_taken_with_work_income_and_insurance(polo, state, differing):
    traits = YOUNG | {"partner": True}
    found, changed = arm(polo, {"remove": {"person": "partner", "share": 0.6, "who": traits}})
    meant, gone = who(polo, traits), changed.touched
    assert not (gone & ~meant).any() and of_share(gone.sum(), meant.sum(), 0.6)
    before, after = polo.tables["households"], found.tables["households"]
    assert np.array_equal(before.persons - after.persons, gone)
    assert not after.partner[gone].any() and not after.partner_income[gone].any()
    assert not after.insured[gone].any() and after.head[gone].all()
    assert (after.partner_work[gone] == NOT_WORKING).all()
    assert not [name for name in differing(state(polo), state(found))
                if name.partition(".")[0] not in ("households", "mothers")]  # fmt: skip


def test_losing_one_person_says_nothing_of_losing_another(polo):
    traits = {"grandmother": "home", "partner": True}
    half = [{"remove": {"person": person, "share": 0.5, "who": traits}}
            for person in ("grandmother", "partner")]  # fmt: skip
    one, other = (arm(polo, step)[1].touched for step in half)
    both = (one & other).sum() / who(polo, traits).sum()
    assert 0.1 < both < 0.4


@pytest.mark.parametrize("person", ["grandmother", "partner"])
def test_households_stay_whole_and_families_of_others_are_the_same(polo, state, person):
    changes = {"remove": {"person": person, "share": 0.5}}
    found, changed = arm(polo, changes, months=9)
    other, _ = arm(polo, months=9)
    homes = found.tables["households"]
    assert (homes.persons >= 1 + homes.children + homes.partner).all()
    one, none = state(found), state(other)
    left = ~changed.touched
    for name in FAMILY:
        assert np.array_equal(one[name][left], none[name][left]), name
    if person == "grandmother":
        assert np.array_equal(one["children.birth"], none["children.birth"])
    assert not np.array_equal(one["mothers.status"], none["mothers.status"])


def test_an_arm_without_steps_is_the_polo_itself(polo, fingerprint):
    one, _ = arm(polo, months=4)
    other = polo.fork(polo.plan)
    for _ in range(4):
        other.step()
    assert fingerprint(one) == fingerprint(other)


def test_a_womans_lots_depend_on_nobody_else(polo, settings):
    smaller = settings(f"scale={SCALE / 2}", "threads=1")
    few = PoloModel(smaller, 0, smaller.plan.without_centres())
    count = few.tables["mothers"].size
    for which in range(3):
        assert np.array_equal(lot_of(polo, which)[:count], lot_of(few, which))
    assert len({tuple(lot_of(polo, which)[:50]) for which in range(3)}) == 3


# Places near homes


def test_places_are_so_many_per_hundred_children_split_over_zones(polo):
    found, changed = arm(polo, {"places": {"per_100": 17, "who": YOUNG | {"works": True}}})
    meant = who(polo, YOUNG | {"works": True})
    children = children_of_age(polo) * meant
    new, places = new_centres(found, changed), new_places(found, changed)
    total = round(0.17 * children.sum())
    assert places.sum() == total > 0 and not places[:, N_AGES:].any()
    assert np.array_equal(new.zone, np.arange(polo.polo.zones.count))
    assert (new.scheme == ESTUDIO).all() and (new.open == 1).all()
    zones = polo.tables["households"].zone
    wanted = np.bincount(zones, children, minlength=new.size) * total / children.sum()
    assert (np.abs(places.sum(axis=1) - wanted) <= N_AGES).all()


def test_a_number_of_places_is_that_of_the_whole_polo(polo):
    found, changed = arm(polo, {"places": {"number": 3_000}})
    assert new_places(found, changed).sum() == 3_000 * SCALE


def test_places_are_given_out_even_where_nobody_meant_has_a_child(polo):
    traits = {"youngest_child": {"below": 0}}  # no child at all
    found, changed = arm(polo, {"places": {"number": 3_000, "who": traits}})
    assert new_places(found, changed).sum() == 3_000 * SCALE


def test_without_a_number_there_is_a_place_for_everybody(polo):
    found, changed = arm(polo, {"places": {}})
    assert (new_places(found, changed)[:, :N_AGES] == PLENTY).all()


def test_per_hundred_of_others_than_those_who_may_enter(polo):
    found, changed = arm(polo, {"places": {"per_100": 10, "per": YOUNG, "who": {"works": True}}})
    children = children_of_age(polo)[who(polo, YOUNG)].sum()
    assert new_places(found, changed).sum() == round(0.1 * children)


def test_only_those_invited_are_ever_in_a_centre_of_a_study(polo):
    traits = YOUNG | {"partner": True}
    found, changed = arm(polo, {"places": {"who": traits}})
    meant = who(polo, traits)
    assert np.array_equal(found.tables["mothers"].invited, np.where(meant, WORKING, UNINVITED))
    ever = np.zeros(meant.size, bool)
    for _ in range(8):
        found.step()
        ever |= np.logical_or(*use_of_new_centres(found, changed.first_new_centre))
    assert ever.sum() > 50 and not (ever & ~meant).any()


def test_only_those_at_work_enter_unless_places_are_for_those_at_home_too(polo):
    entered = {}
    for too in (False, True):
        step = {"places": {"at_home_too": too, "who": YOUNG}}
        found, changed = arm(polo, step)
        assert (found.tables["mothers"].invited[who(polo, YOUNG)] == 1 + too).all()
        worked = People(polo).works
        uses = np.zeros(worked.size, bool)
        for _ in range(4):
            found.step()
            worked |= People(found).works
            uses |= use_of_new_centres(found, changed.first_new_centre)[0]
        entered[too] = (uses & ~worked).sum(), uses.sum()
    assert ANYHOW == 2 and entered[False][0] == 0 < entered[False][1]
    assert entered[True][0] > 20


def test_the_fee_is_the_price_and_keeps_families_away(polo):
    users = {}
    for fee in (0, 5000):
        step = {"places": {"fee": fee, "who": YOUNG, "opens": "07:30", "closes": "17:00"}}
        found, changed = arm(polo, step)
        new = new_centres(found, changed)
        assert set(new.opens) == {450} and set(new.closes) == {1020}
        world = SimpleNamespace(centres=found.tables["centres"], access=found.access)
        for insured in (True, False):
            number = changed.first_new_centre
            assert price_of_place(None, world, number, insured, 2) == 2 * fee
        for _ in range(3):
            found.step()
        users[fee] = use_of_new_centres(found, changed.first_new_centre)[0].sum()
    assert users[5000] < 0.8 * users[0]


# A lottery


@pytest.fixture(scope="module")
def drawn(polo):
    """Return a study with a lottery, who applied in its trial, and its arm as watched."""
    study = Study.model_construct(
        name="made", population=Population.model_validate(YOUNG), observed=5, observed_before=0,
        arms={"a": [Step.model_validate({"places": {"lottery": {"share": 0.4, "trial": 2}}})]},
        results={},
    )  # fmt: skip
    ticks = []
    applicants = asked_in_trial(polo, study, "a", lambda: ticks.append(1))
    assert len(ticks) == 2
    before = Watch(study)
    return applicants, watch_arm(polo, study, "a", before, lambda: None), study


def test_winners_are_a_share_of_the_applicants(polo, drawn):
    applicants, seen, study = drawn
    assert applicants.sum() > 100 and not (applicants & ~who(polo, YOUNG)).any()
    assert not (seen.won & seen.lost).any()
    assert np.array_equal(seen.won | seen.lost, applicants)
    assert of_share(seen.won.sum(), applicants.sum(), 0.4)
    assert arms_of(study) == []


def test_losers_never_enter_and_winners_do(drawn):
    _, seen, _ = drawn
    entered = np.isfinite(seen.entered)
    assert not (entered & ~seen.won).any()
    assert entered.sum() > 0.5 * seen.won.sum()


def test_some_losers_get_a_place_all_the_same_and_still_count_as_lost(polo):
    everybody = np.ones(polo.tables["mothers"].size, bool)
    invited = {}
    for admitted in (0.0, 0.4):
        lottery = {"share": 0.4, "among": "everybody", "losers_admitted": admitted}
        step = {"places": {"lottery": lottery, "who": YOUNG}}
        found, changed = arm(polo, step, applicants=everybody)
        invited[admitted] = found.tables["mothers"].invited == WORKING
        assert not (changed.won & changed.lost).any()
    assert np.array_equal(invited[0.0], changed.won)
    assert of_share((invited[0.4] & changed.lost).sum(), changed.lost.sum(), 0.4)
    assert not (changed.won & ~invited[0.4]).any()


def test_who_wants_a_place_with_a_job_she_looks_for_would_use_it(polo):
    found, changed = arm(polo, {"places": {"who": YOUNG}}, months=1)
    first = changed.first_new_centre
    uses, asks = use_of_new_centres(found, first)
    wants = who_wants_one(found, first)
    assert not (wants & ~who(polo, YOUNG)).any()
    looking = wants & ~uses & ~asks
    assert looking.sum() > 10
    mothers = found.tables["mothers"]
    hired = mothers.hired == People(found).month
    assert ((mothers.seeks != HOME) | hired)[looking].all()
    assert wants[asks].all()


def test_a_lottery_among_everybody_needs_no_trial(polo):
    everybody = np.ones(polo.tables["mothers"].size, bool)
    step = {"places": {"lottery": {"share": 0.4, "among": "everybody"}, "who": YOUNG}}
    found, changed = arm(polo, step, applicants=everybody)
    assert np.array_equal(changed.won | changed.lost, who(polo, YOUNG))
    assert np.array_equal(found.tables["mothers"].invited == WORKING, changed.won)


# Places at plants


def test_places_at_plants_are_for_their_staff_and_are_lost_with_the_job(polo):
    step = {"where": "plants", "plants": 9, "per_100": 50, "evening": True}
    found, changed = arm(polo, {"places": step})
    t, first = found.tables, changed.first_new_centre
    new, places = new_centres(found, changed), new_places(found, changed)
    plants = np.flatnonzero(t["firms"].centre >= first)
    assert new.size == plants.size == 9 and (new.scheme == EMPRESA).all()
    assert (t["firms"].sector[plants] == MAQUILA).all()
    others = polo.tables["firms"]
    others = others[(others.sector == MAQUILA) & ~np.isin(np.arange(others.size), plants)]
    assert polo.tables["firms"].base_posts[plants].min() >= others.base_posts.max()
    staff = np.isin(polo.tables["mothers"].firm, plants)
    assert np.array_equal(changed.meant_for, staff)
    assert places[:, :N_AGES].sum() == round(0.5 * children_of_age(polo)[staff].sum())
    assert places[:, N_AGES:].any() and (new.evening_closes != 0).all()
    assert not t["mothers"].invited.any()

    grace = int(found.parameters["grace_months"][0])
    since_the_job = np.where(staff, 0, 99)
    entered = lost = 0
    for _ in range(grace + 8):
        found.step()
        m, centre = found.tables["mothers"], found.tables["children"].centre
        own = np.append(found.tables["firms"].centre, NOBODY)[m.firm]
        uses = (centre >= first).any(axis=1)
        at_own_firm = (centre[uses] < first) | (centre[uses] == own[uses][:, None])
        with_job = own >= first
        since_the_job = np.where(with_job, 0, since_the_job + 1)
        # Who finds work elsewhere keeps the place for as long, counted from there
        newly = (m.status == FORMAL) & (People(found).month - m.hired <= grace)
        kept = (since_the_job <= grace + 1) | newly
        assert (at_own_firm.all(axis=1) | kept[uses]).all()
        entered += (uses & with_job).sum()
        lost += (~uses & (since_the_job == grace + 2)).sum()
    assert entered > 0 and lost > 0


def test_a_fee_at_plants_is_on_top_of_the_programmes_own(polo):
    users = {}
    for fee in (0, 5000):
        step = {"where": "plants", "plants": 9, "per_100": 50, "fee": fee}
        found, changed = arm(polo, {"places": step})
        world = SimpleNamespace(centres=found.tables["centres"], access=found.access)
        charged = price_of_place(None, world, changed.first_new_centre, True, 2)
        assert charged == 2 * (fee + found.access.fee[0])
        for _ in range(4):
            found.step()
        users[fee] = use_of_new_centres(found, changed.first_new_centre)[0].sum()
    assert users[5000] < 0.8 * users[0]


# Labour demand and parameters


def test_posts_are_so_many_times_what_they_were(polo):
    found, _ = arm(polo, {"posts": {"times": 1.5}}, months=4)
    other, _ = arm(polo, months=4)
    one, none = found.tables["firms"], other.tables["firms"]
    assert np.array_equal(one.base_posts, 1.5 * none.base_posts)
    steady = (none.new_posts == 0) & (none.sector == MAQUILA)
    assert (np.abs(one.posts - 1.5 * none.posts)[steady] <= 1.5).all() and steady.any()
    assert People(found).works.sum() > People(other).works.sum()


def test_parameters_hold_from_month_one_and_only_in_their_arm(polo):
    was = float(polo.parameters["own_illness"][0])
    step = {"parameters": {"own_illness": {"times": 3, "source": "made"},
                           "slack": {"value": 0.5, "source": "made"}}}  # fmt: skip
    found, _ = arm(polo, step)
    assert found.parameters["own_illness"][0] == pytest.approx(3 * was)
    assert found.parameters["slack"][0] == 0.5
    assert polo.parameters["own_illness"][0] == was
    other, _ = arm(polo, months=1)
    found.step()
    days = [model.tables["mothers"].lost_own.sum() for model in (found, other)]
    assert days[0] > 2 * days[1] > 0
