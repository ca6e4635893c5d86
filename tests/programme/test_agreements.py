"""Scheme `empresa`: which firms sign for a centre, with whom, and how long it lasts."""

import numpy as np
import pytest

from sim.agents.ceci import (
    ABANDONED,
    BUILDING,
    CLOSED,
    EMPRESA,
    N_AGES,
    OPEN,
    PAPERWORK,
    PROPOSED,
)
from sim.agents.firm import FIRM, MAQUILA
from sim.agents.mother import NOBODY
from sim.core.records import table
from sim.model import PoloModel
from sim.programme.agreements import (
    Agreement,
    consortia,
    cost_of_a_place,
    still_pays,
    worth_of_a_place,
)
from sim.programme.calendar import months_of
from sim.programme.rollout import MARGIN
from sim.settings import Settings

BURN_IN = 2
POLO = ("scale=0.01", f"burn_in={BURN_IN}", "months=60", "rollout=liderado_por_empresas")
# Every large firm knows, finds a centre worth its cost, and does not give up
EAGER = (
    *POLO, "parameters.running_cost_empresa.value=4000", "parameters.imss_fee.value=6000",
    "parameters.capital_cost_empresa.value=20000", "parameters.expected_use.value=1",
    "rollout.agreements.least_places=10", "rollout.agreements.most_places=30",
    "assistance.abandonment_assisted.value=0",
)  # fmt: skip


def signed_in(settings, *overrides, months=1, replicate=0):
    """Return a polo some months after firms began to hear of the scheme."""
    model = PoloModel(settings(*EAGER, *overrides), replicate)
    for _ in range(BURN_IN + months):
        model.step()
    return model


def centre_of(model, agreement):
    return model.tables["centres"][agreement.centre]


@pytest.fixture(scope="module")
def terms(settings):
    told = settings("rollout.agreements.least_places=60").rollout.agreements
    return lambda **values: told.model_copy(update=values)


# Who joins whom


def town(*parks):
    """Return firms with so many children each, park by park."""
    firms = table(FIRM, sum(len(park) for park in parks))
    firms.zone = np.repeat(np.arange(len(parks)), [len(park) for park in parks])
    firms.children = [children for park in parks for children in park]
    return firms


def found(firms, terms, use=1.0, willing=None):
    willing = np.ones(firms.size, bool) if willing is None else np.array(willing)
    return [(members.tolist(), places) for members, places in consortia(firms, willing, use, terms)]


def test_a_firm_with_children_enough_is_alone_and_none_has_more_than_the_most(terms):
    assert found(town([60]), terms()) == [([0], 60)]
    assert found(town([59]), terms()) == []
    assert found(town([900]), terms()) == [([0], 250)]
    assert found(town([120]), terms(), use=0.5) == [([0], 60)]
    assert found(town([119]), terms(), use=0.5) == []


def test_small_firms_of_a_park_join_those_with_most_children_first(terms):
    assert found(town([20, 50, 5]), terms()) == [([1, 0, 2], 75)]
    assert found(town([20, 50], [30, 29]), terms()) == [([1, 0], 70)], "the others are too few"
    assert found(town([40], [40]), terms()) == [], "of two parks"
    assert found(town([100, 30, 30]), terms()) == [([0], 100), ([1, 2], 60)]


def test_a_consortium_has_no_more_firms_or_places_than_the_terms_let_it(terms):
    many = town([10] * 12)
    assert found(many, terms(most_firms=6)) == [(list(range(6)), 60), (list(range(6, 12)), 60)]
    assert found(many, terms(most_firms=5)) == []
    assert found(many, terms(most_places=70)) == [(list(range(7)), 70)], "five are left, too few"
    assert found(many, terms()) == [(list(range(12)), 120)]


def test_only_the_willing_are_in_and_a_firm_without_children_is_not(terms):
    firms = town([40, 40, 40, 0])
    assert found(firms, terms(), willing=[1, 0, 1, 1]) == [([0, 2], 80)]
    assert found(firms, terms(), willing=[0, 0, 0, 0]) == []
    assert found(firms, terms(), willing=[1, 0, 0, 1]) == []


@pytest.mark.parametrize("seed", range(30))
def test_any_consortium_is_of_one_zone_and_within_the_terms(terms, seed):
    rng = np.random.default_rng(seed)
    firms = table(FIRM, 80)
    firms.zone = rng.integers(0, 5, 80)
    firms.children = rng.integers(0, rng.choice([20, 60, 400]), 80)
    willing = rng.random(80) < 0.7
    rules = terms(
        least_places=int(rng.integers(10, 60)), most_places=int(rng.integers(60, 300)),
        most_firms=int(rng.integers(2, 30)),
    )  # fmt: skip
    use = float(rng.uniform(0.05, 1))
    taken = []
    for members, places in consortia(firms, willing, use, rules):
        assert len(set(firms.zone[members])) == 1
        assert willing[members].all()
        assert 1 <= members.size <= rules.most_firms
        assert rules.least_places <= places <= rules.most_places
        assert places <= use * firms.children[members].sum()
        if members.size > 1:
            assert (use * firms.children[members] < rules.least_places).all()
        taken += members.tolist()
    assert len(taken) == len(set(taken)), "a firm is in one"
    alone = np.flatnonzero(willing & (use * firms.children >= rules.least_places))
    assert set(alone) <= set(taken)


# What a firm weighs


def seen(**values):
    """Return three firms, the first two of a park, that have seen as much of both kinds."""
    firms = table(FIRM, 3)
    firms.zone, firms.aware = [0, 0, 1], 1
    firms.wage_offer = firms.leaning = 1.0
    for name in ("mother_days", "other_days"):
        firms[name] = 1000.0
    for name in ("mothers_seen", "others_seen"):
        firms[name] = 100.0
    for name, value in values.items():
        firms[name] = value
    return firms


def test_a_place_is_worth_the_excess_of_mothers_over_others(settings):
    parameters = settings().parameters
    p = {name: parameter.value for name, parameter in parameters.items()}

    def worth(**values):
        return worth_of_a_place(seen(**values), parameters, 14_500.0)

    assert worth().tolist() == [0, 0, 0]
    assert worth(other_days_lost=50, others_left=5).tolist() == [0, 0, 0], "never below nothing"
    day = p["lost_day_cost"] * 14_500 / 21.75
    lost = worth(mother_days_lost=60, other_days_lost=20)
    np.testing.assert_allclose(lost, 0.04 * 21.75 * day)
    replace = p["replacement_cost"] + p["training_days"] * day
    np.testing.assert_allclose(worth(mothers_left=7, others_left=4), 0.03 * replace)
    empty = worth(mothers_left=7, others_left=4, vacancies=8, hires=1, other_hires=3)
    np.testing.assert_allclose(empty, 0.03 * (replace + 2 * 21.75 * day))
    never_filled = worth(mothers_left=7, others_left=4, vacancies=800)
    np.testing.assert_allclose(never_filled, 0.03 * (replace + 3 * 21.75 * day))
    np.testing.assert_allclose(
        worth(mother_days_lost=60, wage_offer=[1, 1.5, 1], leaning=[1, 1, 3])
        / worth(mother_days_lost=60),
        [1, 1.5, 3],
    )


def test_aware_firms_of_a_park_see_what_all_of_them_have_seen(settings):
    parameters = settings().parameters
    park = worth_of_a_place(seen(mother_days_lost=[100, 0, 0]), parameters, 14_500.0)
    assert park[0] == park[1] > park[2] == 0
    alone = worth_of_a_place(
        seen(mother_days_lost=[100, 0, 0], aware=[1, 0, 1]), parameters, 14_500.0
    )
    assert alone[0] == pytest.approx(2 * park[0]), "who does not know tells nothing"


def test_the_cost_of_a_place_is_running_it_above_the_fee_and_its_share_of_the_building(settings):
    def cost(**values):
        overrides = [f"parameters.{name}.value={value}" for name, value in values.items()]
        return cost_of_a_place(settings(*overrides).parameters)

    bare = {"sponsor_discount": 0, "sponsor_horizon": 10, "capital_cost_empresa": 120_000}
    bare |= {"running_cost_empresa": 6000, "imss_fee": 5500}
    assert cost(**bare, company_tax=0) == pytest.approx(500 + 1000)
    assert cost(**bare, company_tax=0.3, asset_deduction=1) == pytest.approx(500 + 1000)
    assert cost(**bare, company_tax=0.3, asset_deduction=0) == pytest.approx(500 + 1000 / 0.7)
    # The annuity pays the building back, with interest
    told = bare | {"sponsor_discount": 0.12, "company_tax": 0}
    monthly = cost(**told) - 500
    owed = 120_000.0
    for _ in range(120):
        owed = owed * 1.01 - monthly
    assert owed == pytest.approx(0, abs=1e-3)


def test_an_agreement_pays_while_the_children_are_worth_running_the_centre(settings):
    parameters = settings(
        "parameters.running_cost_empresa.value=6000", "parameters.imss_fee.value=5000"
    ).parameters
    agreement = Agreement(0, np.array([0]), 0, True, worth=2000.0, term=60, key=0)
    assert still_pays(agreement, 60, 70, parameters)  # 60 * 7,000 = 70 * 6,000
    assert not still_pays(agreement, 59, 70, parameters)
    assert not still_pays(agreement, 0, 70, parameters)


# In a polo


def test_nobody_signs_when_nobody_knows(settings):
    model = signed_in(settings, "outreach=ninguna", months=20)
    assert not model.tables["firms"].aware.any()
    assert not model.programme.agreements
    assert (model.tables["centres"].stage[model.old_centres :] == PROPOSED).all()
    assert (model.tables["firms"].centre == NOBODY).all()


@pytest.fixture(scope="module", params=range(2), ids="replicate {}".format)
def eager(request, settings):
    return signed_in(settings, months=24, replicate=request.param)


def test_those_who_sign_know_are_of_one_zone_and_sign_once(eager):
    firms, signed = eager.tables["firms"], eager.programme.agreements
    terms = eager.settings.rollout.agreements
    assert len(signed) >= 5
    taken = np.concatenate([agreement.firms for agreement in signed])
    assert np.unique(taken).size == taken.size
    assert (firms.aware[taken] == 1).all()
    for agreement in signed:
        centre = centre_of(eager, agreement)
        assert centre.scheme == EMPRESA
        assert (firms.zone[agreement.firms] == centre.zone).all()
        assert agreement.firms.size <= terms.most_firms
        places = eager.tables["places"][agreement.centre]
        assert terms.least_places <= places.sum() <= terms.most_places
        assert not places[N_AGES:].any()
        # Open half an hour before the first of their day shifts, and after the last
        assert centre.opens == firms.day_start[agreement.firms].min() - MARGIN
        assert centre.closes == firms.day_end[agreement.firms].max() + MARGIN
    assert len({agreement.centre for agreement in signed}) == len(signed)


def test_open_centres_are_those_of_their_sponsors_and_no_others(eager):
    firms = eager.tables["firms"]
    belongs = np.full(firms.size, NOBODY)
    for agreement in eager.programme.agreements:
        centre = centre_of(eager, agreement)
        assert centre.stage in (PAPERWORK, BUILDING, OPEN)
        if centre.stage == OPEN:
            assert agreement.ends == centre.opening + 60
            belongs[agreement.firms] = agreement.centre
    assert (belongs >= 0).any()
    np.testing.assert_array_equal(firms.centre, belongs)
    enrolled = eager.tables["enrolled"][eager.old_centres :].sum()
    assert enrolled > 5


def test_paperwork_building_and_staffing_take_their_months(settings):
    """With assistance three months pass to the first stone, without it eight."""
    for name, paperwork in (("imss", 3), ("ninguna", 8)):
        model = signed_in(
            settings, f"assistance={name}", "assistance.abandonment.value=0", months=26
        )
        rollout = model.settings.rollout
        building, staffing = rollout.building_months, rollout.staffing_months.value
        for agreement in model.programme.agreements:
            centre = centre_of(model, agreement)
            assert agreement.assisted == (name == "imss")
            assert agreement.first_stone >= BURN_IN + paperwork
            if centre.stage >= BUILDING:
                months = centre.opening - agreement.first_stone - staffing
                assert building.shortest <= months <= building.longest
        first = [a for a in model.programme.agreements if a.first_stone == BURN_IN + paperwork]
        assert first, "who knew at the start signs in the first month"


def test_no_more_agreements_than_the_terms_let_and_none_after_the_last_month(settings):
    free = len(signed_in(settings, months=6).programme.agreements)
    assert free > 3
    for most in (0, 2):
        model = signed_in(settings, f"rollout.agreements.most={most}", months=6)
        assert len(model.programme.agreements) == most
    # At the start nobody knows, and all hear of it after the last month for signing
    late = ("outreach=ninguna", "agreement_end=2026-03")
    model = signed_in(settings, *late, months=3)
    model.tables["firms"].aware[:] = 1
    model.step()
    assert not model.programme.agreements, "signed in April"
    model = signed_in(settings, *late, months=2)
    model.tables["firms"].aware[:] = 1
    model.step()
    assert model.programme.agreements, "signed in March"


def test_abandoned_agreements_never_open(settings):
    model = signed_in(settings, "assistance.abandonment_assisted.value=1", months=1)
    signed = model.programme.agreements
    assert len(signed) > 3
    for _ in range(24):
        assert all(centre_of(model, agreement).stage == ABANDONED for agreement in signed)
        model.step()
    assert not model.tables["centres"].open[model.old_centres :].any()
    assert (model.tables["firms"].centre == NOBODY).all()
    capital = sum(month.centres["capital_firm"].sum() for month in model.history)
    assert capital == 0, "no stone was laid"


def test_some_abandon_on_the_way_and_the_others_open(settings):
    model = signed_in(settings, "assistance.abandonment_assisted.value=0.05", months=1)
    stages = []
    for _ in range(25):
        model.step()
        stages.append(model.tables["centres"].stage[model.old_centres :].copy())
    stages = np.array(stages)
    given_up = (stages == ABANDONED).any(axis=0)
    assert given_up.any() and (stages == OPEN).any()
    assert not ((stages == OPEN).any(axis=0) & given_up).any()
    first = (stages == ABANDONED).argmax(axis=0)
    for number in np.flatnonzero(given_up):
        assert (stages[first[number] :, number] == ABANDONED).all(), "for good"


def lapsing(settings, worth):
    """Return a polo with open centres of firms whose agreements end, worth so much a child."""
    model = signed_in(
        settings, "rollout.agreements.years=1", "parameters.public_trust.value=4", months=20
    )
    for agreement in model.programme.agreements:
        agreement.worth = worth
    return model


def test_agreements_that_do_not_pay_lapse_after_their_term_and_children_leave_at_once(settings):
    model = lapsing(settings, -1e9)
    t, signed = model.tables, list(model.programme.agreements)
    assert min(agreement.ends for agreement in signed) < 30
    left = 0
    for _ in range(14):
        month = int(model.now["month"][0])
        inside = np.bincount(t["children"].centre[t["children"].centre >= 0], minlength=99)
        model.step()
        for agreement in signed:
            centre = centre_of(model, agreement)
            if agreement.ends > month:
                assert centre.stage != CLOSED
                continue
            assert (centre.stage, centre.open) == (CLOSED, 0)
            assert centre.closing == agreement.ends
            assert not (t["children"].centre == agreement.centre).any()
            assert not (t["firms"].centre == agreement.centre).any()
            assert t["enrolled"][agreement.centre].sum() == 0
            assert model.history[-1].centres["paid_firm"][agreement.centre] == 0
            if centre.closing == month:
                left += inside[agreement.centre]
    assert left > 0, "some were there"
    closed = [agreement for agreement in signed if centre_of(model, agreement).stage == CLOSED]
    again = np.concatenate([a.firms for a in model.programme.agreements[len(signed) :]])
    assert np.isin(np.concatenate([a.firms for a in closed]), again).any(), "they may sign again"


def test_agreements_that_pay_are_renewed(settings):
    model = lapsing(settings, 1e9)
    centres = [a.centre for a in model.programme.agreements if centre_of(model, a).stage == OPEN]
    ends = {a.centre: a.ends for a in model.programme.agreements}
    # A child each, or there is nothing to be worth
    assert all(model.tables["enrolled"][centre].sum() for centre in centres)
    for _ in range(14):
        model.step()
    for agreement in model.programme.agreements:
        if agreement.centre in centres:
            assert centre_of(model, agreement).stage == OPEN
            assert agreement.ends == ends[agreement.centre] + 12


def test_an_evening_turn_is_for_sponsors_with_an_evening_shift(settings):
    """Its places are those of the plan, its hours theirs."""
    model = signed_in(settings, "opens=extendido", months=2)
    firms, places = model.tables["firms"], model.tables["places"]
    share, with_turn = model.settings.opens.evening.places, 0
    for agreement in model.programme.agreements:
        centre, members = centre_of(model, agreement), agreement.firms
        by_day, evening = np.hsplit(places[agreement.centre], [N_AGES])
        if not firms.evening[members].any():
            assert not evening.any() and centre.evening_closes == 0
            continue
        with_turn += 1
        assert np.abs(evening - share * by_day).max() <= 0.5
        assert centre.evening_opens == firms.evening_start[members].min() - MARGIN
        assert centre.evening_closes == firms.evening_end[members].max() + MARGIN
    assert with_turn > 0


def test_agreements_known_to_be_signed_are_those_of_the_largest_plants_of_the_park(settings):
    plain = settings(*EAGER, "outreach=ninguna").model_dump(mode="json")
    plain["polo"]["signed"] = {
        "tetla": {"park": "sur", "firms": 3, "consortium": True, "places": 1500,
                  "start": "2026-05", "years": 2, "known": "assumed"},
    }  # fmt: skip
    model = PoloModel(Settings.model_validate(plain), 0)
    signing = months_of("2026-05") - model.first_month
    firms = model.tables["firms"]
    there = np.flatnonzero(
        firms.zone == model.polo.zones.count + list(model.polo.parks).index("sur")
    )
    assert there.size >= 3
    assert (firms.sector[there] == MAQUILA).all()
    for month in range(signing + 20):
        assert len(model.programme.agreements) == (month > signing)
        model.step()
    (agreement,) = model.programme.agreements
    largest = there[np.argsort(-firms.base_posts[there], kind="stable")][:3]
    assert agreement.firms.tolist() == largest.tolist()
    assert model.tables["places"][agreement.centre].sum() == 1500, "plants are whole at any scale"
    assert agreement.first_stone == signing + 3
    centre = centre_of(model, agreement)
    assert centre.stage == OPEN
    assert agreement.ends == centre.opening + 24
    assert (firms.centre[largest] == agreement.centre).all()
