"""Sites: offered, validated or rejected, and chosen by the plan's rule."""

import sys

import numpy as np
import pytest

from sim.agents import mother as m
from sim.agents.ceci import BUILDING, OPEN, PROPOSED
from sim.errors import InputError
from sim.model import PoloModel
from sim.programme.needs import children_by_zone, estimated_need, unmet_demand
from sim.programme.optimum import best_zones

SMALL = ("scale=0.002", "burn_in=1", "months=40")
NO_SITES = ("siting.sites_a_month.value=0", "siting.validated_at_start.value=0")
RULES = ("anunciado", "parque", "hogares", "necesidad", "azar", "optimo")


def lived(settings, *overrides, months=24, replicate=0):
    model = PoloModel(settings(*SMALL, *overrides), replicate)
    for _ in range(1 + months):
        model.step()
    return model


def queue_of(model):
    return list(enumerate(model.polo.announced.values(), start=model.old_centres))


@pytest.fixture(scope="module")
def town(settings):
    """Return a polo after its burn-in, whose sites tests offer themselves."""
    model = PoloModel(settings("scale=0.01", "burn_in=3", *NO_SITES), 0)
    for _ in range(3):
        model.step()
    return model


def siting_of(model, **changes):
    """Give a polo's sites another rule, and forget those that wait."""
    sites = model.programme.sites
    sites.siting = model.settings.siting.model_copy(update=changes)
    sites.validated = []
    return sites


@pytest.mark.parametrize("rule", ["anunciado", "parque", "hogares", "necesidad", "azar"])
@pytest.mark.parametrize("none", [NO_SITES, ("siting.acceptance.value=0", NO_SITES[1])])
def test_without_a_validated_site_a_centre_waits(settings, rule, none):
    """But for those being built, whose place is known, nothing begins."""
    model = lived(settings, f"siting={rule}", *none)
    for number, told in queue_of(model):
        stage = model.tables["centres"].stage[number]
        assert stage == (PROPOSED if told.built is None else OPEN)
    assert not model.programme.sites.validated


def test_an_announced_place_waits_for_no_site(settings):
    parks = ["norte", "oriente", "sureste", "sur", "poniente"] * 2
    model = PoloModel(settings(*SMALL), 0)
    names = [name for name, told in model.polo.announced.items() if told.built is None]
    places = [f"+polo.announced.{n}.park={park}" for n, park in zip(names, parks, strict=True)]
    model = lived(settings, *NO_SITES, *places, months=30)
    for (number, _), name in zip(queue_of(model), model.polo.announced, strict=True):
        if name in names:
            centre = model.tables["centres"][number]
            due = centre.start <= 30
            assert (centre.stage in (BUILDING, OPEN)) == due
            park = model.programme.sites.park_of[parks[names.index(name)]]
            assert (centre.zone == park) == due
    model = lived(settings, *NO_SITES, *places, "siting=parque", months=30)
    assert sum(model.tables["centres"].stage[model.old_centres :] != PROPOSED) == 5


@pytest.mark.parametrize("rule", ["anunciado", "hogares"])
def test_a_site_serves_one_centre_and_scarce_sites_delay(settings, rule):
    """Begun at any time: no more than those validated at the start and since."""
    scarce = (NO_SITES[1], "siting.acceptance.value=0.2")
    model = PoloModel(settings(*SMALL, f"siting={rule}", *scarce), 0)
    sites, centres, waited = model.programme.sites, model.tables["centres"], 0
    free = [number for number, told in queue_of(model) if told.built is None]
    offer = sites.are_offered
    passed = []

    def count_those_that_pass(month, first):
        before = len(sites.validated)
        offer(month, first)
        passed.append(len(sites.validated) - before)

    sites.are_offered = count_those_that_pass
    for _ in range(41):
        model.step()
        begun = int((centres.stage[free] != PROPOSED).sum())
        assert begun + len(sites.validated) == sum(passed)
        due = (centres.stage[free] == PROPOSED) & (centres.start[free] < model.now["month"][0])
        assert not (due.any() and sites.validated), "none waits while a site is there"
        waited += int(due.sum())
    assert begun > 0
    assert waited > 0


def test_sites_offered_and_validated_are_as_many_as_the_plan_says(settings, town):
    sites = siting_of(town, sites_a_month=value(town, 2.5), acceptance=value(town, 0.4))
    months = 400
    for month in range(months):
        sites.are_offered(month, False)
    expected = months * 2.5 * 0.4
    assert abs(len(sites.validated) - expected) < 5 * np.sqrt(expected)
    assert set(sites.validated) == set(range(town.polo.zones.count)), "any zone of homes"
    sites = siting_of(town, rule="park", sites_a_month=value(town, 2.5), acceptance=value(town, 1))
    for month in range(100):
        sites.are_offered(month, False)
    assert len(sites.validated) in range(200, 301)
    assert set(sites.validated) == set(sites.parks)
    # Those of the first twelve months that have no place yet, three in four
    sites = siting_of(town, validated_at_start=value(town, 0.75), sites_a_month=value(town, 0))
    first = 3
    due = [n for n, told in queue_of(town)
           if told.built is None and town.tables["centres"].start[n] < first + 12]  # fmt: skip
    sites.are_offered(first, True)
    assert len(sites.validated) == round(0.75 * len(due)) > 0


def value(model, number):
    return model.settings.siting.acceptance.model_copy(update={"value": float(number)})


def test_the_best_site_by_each_rule_is_taken(town):
    centre = next(town.centres[n] for n, told in queue_of(town) if told.built is None)
    t, homes = town.tables, town.polo.zones.count
    reach = town.settings.siting.catchment_km.value
    near = town.distance[:homes, :homes] <= reach
    young, insured, enrolled, _ = children_by_zone(town, homes)
    children = t["children"].birth
    now = int(town.now["month"][0])
    assert young.sum() == ((children != m.NEVER) & (now - children < m.CARE_AGE)).sum()
    inside = (t["children"].centre != m.NOBODY) & (now - children < m.CARE_AGE)
    assert enrolled.sum() == inside.sum()
    assert (insured <= young).all()
    t_open = t["centres"].open == 1
    there = np.array([
        t["places"][t_open & (town.distance[zone, t["centres"].zone] <= reach)].sum()
        for zone in range(homes)
    ])  # fmt: skip
    score = {
        "homes": (near * young).sum(axis=1) / (1 + there),
        "need": (near * estimated_need(town, homes)).sum(axis=1),
    }
    for rule in ("homes", "need"):
        sites = siting_of(town, rule=rule)
        sites.validated = list(range(homes))
        taken = [sites.take(centre) for _ in range(3)]
        best = np.argsort(-score[rule], kind="stable")[:3]
        np.testing.assert_allclose(score[rule][taken], score[rule][best])
        assert len(sites.validated) == homes - 3
        assert not set(taken) & set(sites.validated), "a site is used up"
    sites = siting_of(town, rule="park")
    sites.validated = list(sites.parks)
    staff = [t["firms"].staff[t["firms"].zone == zone].sum()
             / (1 + sites.places_near()[zone]) for zone in sites.parks]  # fmt: skip
    assert sites.take(centre) == sites.parks[int(np.argmax(staff))]
    for rule in ("announced", "random"):
        sites = siting_of(town, rule=rule)
        sites.validated = [7, 3, 9]
        assert [sites.take(centre) for _ in range(4)] == [7, 3, 9, None], "the first there is"


def test_places_on_their_way_count_for_the_next_centre(town):
    """Near homes: a zone whose centre is being built is less wanted than before."""
    sites = siting_of(town, rule="homes")
    zone = max(range(town.polo.zones.count), key=lambda zone: sites.scores()[zone])
    need = siting_of(town, rule="need")
    before = {"homes": None, "need": need.scores()[zone]}
    before["homes"] = siting_of(town, rule="homes").scores()[zone]
    number = next(n for n, told in queue_of(town) if told.built is None)
    centre = town.tables["centres"][number]
    kept = centre.zone, centre.stage
    centre.zone, centre.stage = zone, BUILDING
    try:
        for rule in ("homes", "need"):
            assert siting_of(town, rule=rule).scores()[zone] < before[rule]
    finally:
        centre.zone, centre.stage = kept


def test_needs_analysis_is_nearer_to_unmet_demand_than_the_census(settings, town):
    """With no error either way, and with the errors that the plan gives each."""
    homes = town.polo.zones.count
    unmet = unmet_demand(town, homes)
    _, insured, enrolled, _ = children_by_zone(town, homes)
    np.testing.assert_array_equal(unmet, np.maximum(insured - enrolled, 0))
    assert unmet.sum() > 100
    plan = town.plan
    try:
        said = {}
        for analysis in (False, True):
            for exact in (False, True):
                changes = {"needs_analysis": analysis}
                if exact:
                    zero = plan.assistance.needs_error.model_copy(update={"value": 0.0})
                    changes |= {"needs_error": zero, "needs_error_assisted": zero}
                assistance = plan.assistance.model_copy(update=changes)
                town.plan = plan.model_copy(update={"assistance": assistance})
                said[analysis, exact] = estimated_need(town, homes)
    finally:
        town.plan = plan
    young = children_by_zone(town, homes)[0]
    np.testing.assert_allclose(said[False, True], young)
    some = (said[True, True] > 0) & (young > 0)
    error = {
        analysis: np.log(said[analysis, False][some] / said[analysis, True][some])
        for analysis in (False, True)
    }
    assert 0 < error[True].std() < error[False].std()
    np.testing.assert_allclose(
        error[True] * plan.assistance.needs_error.value,
        error[False] * plan.assistance.needs_error_assisted.value,
        atol=1e-6,
    )


# The optimum


def test_the_optimum_covers_most_children():
    """Three zones in a row, ten apart; ten, one and five children; centres of five places."""
    distance = np.abs(np.subtract.outer(np.arange(3), np.arange(3))) * 10.0 + 1.0
    demand = np.array([10.0, 1.0, 5.0])
    assert best_zones(distance, demand, np.array([5]), 3.0).tolist() == [0]
    assert sorted(best_zones(distance, demand, np.array([5, 5, 5]), 3.0)) == [0, 0, 2]
    assert sorted(best_zones(distance, demand, np.array([10, 10]), 3.0)) == [0, 2]
    # The larger centre goes where a centre covers more
    assert best_zones(distance, demand, np.array([4, 16]), 3.0).tolist() == [2, 0]
    assert best_zones(distance, demand, np.zeros(0, np.int64), 3.0).size == 0


def test_no_choice_of_zones_covers_more_than_the_optimum(town):
    """Against ten random choices of four zones, counting whom they can serve at most."""
    homes = 12
    distance, demand = town.distance[:homes, :homes], np.arange(homes) ** 2.0
    places, reach = np.full(4, 80), 4.0

    def covered(zones):
        best = 0.0
        for mask in range(1 << homes):  # Hall: places within reach of each set of homes
            inside = [h for h in range(homes) if mask >> h & 1]
            useful = sum(places[0] for z in zones if (distance[z, inside] <= reach).any())
            best = min(best, useful - demand[inside].sum()) if mask else 0.0
        return demand.sum() + best

    chosen = covered(best_zones(distance, demand, places, reach))
    rng = np.random.default_rng(1)
    others = [covered(rng.integers(0, homes, 4)) for _ in range(10)]
    assert chosen >= max(others) - 1e-9
    assert chosen > min(others)


def test_the_optimum_needs_no_site_and_says_what_it_lacks(settings, monkeypatch):
    model = lived(settings, "siting=optimo", *NO_SITES, months=30)
    for number, told in queue_of(model):
        due = told.built is not None or model.tables["centres"].start[number] <= 30
        assert (model.tables["centres"].stage[number] != PROPOSED) == due
        if told.built is None:
            assert model.programme.sites.optimum[number] in range(model.polo.zones.count)
    monkeypatch.setitem(sys.modules, "ortools", None)
    monkeypatch.setitem(sys.modules, "ortools.sat", None)
    monkeypatch.setitem(sys.modules, "ortools.sat.python", None)
    with pytest.raises(InputError, match="OR-Tools"):
        best_zones(np.zeros((1, 1)), np.ones(1), np.ones(1, int), 1.0)


def test_the_places_of_centres_begun_stay_whatever_the_rule(settings):
    """Those seen half built stand where they stood, by every rule; the sizes are the same."""
    models = [lived(settings, f"siting={rule}", months=1) for rule in RULES]
    built = [n for n, told in queue_of(models[0]) if told.built is not None]
    for model in models[1:]:
        for column in ("zone", "opening", "stage"):
            np.testing.assert_array_equal(
                model.tables["centres"][column][built], models[0].tables["centres"][column][built]
            )
        np.testing.assert_array_equal(model.tables["places"], models[0].tables["places"])
