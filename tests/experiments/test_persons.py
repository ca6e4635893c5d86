"""Women one by one: counted as the simulator counts them, chosen by well-defined traits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from experiments.evidence.persons import Population, counters_of, definition
from sim.errors import InputError
from sim.model import PoloModel
from sim.results.persons import COUNTED, NUMBERS, TRAITS, TRUTHS, WORDS, People, count
from sim.results.record import COUNTERS, GROUPS

SHARED = sorted(set(COUNTED) & set(COUNTERS))
AS_GROUPS = {
    "women_15_49": {},
    "mothers_u4": {"youngest_child": {"from": 0, "below": 48}},
    "mothers_u6": {"youngest_child": {"from": 0, "below": 72}},
    "mothers_u4_superior": {
        "youngest_child": {"from": 0, "below": 48},
        "schooling": "superior",
    },
    "mothers_u4_lone": {"youngest_child": {"from": 0, "below": 48}, "partner": False},
    "mothers_u4_grandmother": {
        "youngest_child": {"from": 0, "below": 48},
        "grandmother": "home",
    },
}
"""Groups of the result tables that no work of the month can change, as populations."""


@pytest.fixture(scope="module")
def model(settings):
    """Return a small Ciudad Juárez after half a year."""
    found = PoloModel(settings("scale=0.02", "threads=1"), 0)
    for _ in range(6):
        found.step()
    return found


@pytest.fixture(scope="module")
def people(model):
    return People(model)


@pytest.mark.parametrize(
    ("polo", "never"),
    [("juarez", set()), ("san_quintin", {"asking"})],
)
def test_what_is_counted_of_persons_adds_up_to_what_the_simulator_counts(settings, polo, never):
    told = settings(f"polo={polo}", "scale=0.05", "threads=1", "burn_in=1")
    model = PoloModel(told, 0)
    seen = np.zeros(len(SHARED), int)
    for month in range(14):
        model.step()
        people = People(model)
        counted = count(people, set(SHARED))
        recorded = dict(zip(COUNTERS, model.history[-1].people.T, strict=True))
        for group, traits in AS_GROUPS.items():
            mask = Population.model_validate(traits).mask(people)
            for name in SHARED:
                expected = recorded[name][GROUPS.index(group)]
                assert counted[name][mask].sum() == expected, (month, group, name)
        seen += [int(counted[name].sum()) for name in SHARED]
    # What never happened would agree by chance alone
    assert {name for name, total in zip(SHARED, seen, strict=True) if total == 0} <= never


def test_nearly_all_that_the_simulator_counts_can_be_counted_of_persons():
    assert set(COUNTERS) - set(SHARED) == {
        "survivors",
        "output",
        "turnover_cost",
        "enrolled_uninsured",
        "distance",
    }


@given(
    trait=st.sampled_from(sorted(NUMBERS)),
    edges=st.lists(st.integers(-2, 600), min_size=3, max_size=3, unique=True).map(sorted),
)
def test_ranges_that_touch_part_what_they_hold_together(people, trait, edges):
    low, middle, high = edges
    one, other, both = (
        Population.model_validate({trait: {"from": start, "below": end}}).mask(people)
        for start, end in ((low, middle), (middle, high), (low, high))
    )
    assert not (one & other).any()
    assert np.array_equal(one | other, both)


@given(trait=st.sampled_from(sorted(NUMBERS)), edge=st.integers(-2, 600))
def test_below_and_from_the_same_edge_are_everybody(people, trait, edge):
    below = Population.model_validate({trait: {"below": edge}}).mask(people)
    above = Population.model_validate({trait: {"from": edge}}).mask(people)
    assert np.array_equal(below, ~above)


@pytest.mark.parametrize("trait", WORDS)
def test_each_woman_has_one_of_the_words_of_a_trait(people, trait):
    words = WORDS[trait][0]
    masks = [Population.model_validate({trait: word}).mask(people) for word in words]
    assert np.array_equal(np.sum(masks, axis=0), np.ones(people.size))
    all_of_them = Population.model_validate({trait: list(words)}).mask(people)
    assert all_of_them.all()


@pytest.mark.parametrize("trait", TRUTHS)
def test_what_is_true_or_false_parts_everybody(people, trait):
    yes, no = (Population.model_validate({trait: word}).mask(people) for word in (True, False))
    assert np.array_equal(yes, ~no)


def test_several_conditions_hold_together(people):
    young, lone = {"age": {"below": 30}}, {"partner": False}
    both = Population.model_validate(young | lone).mask(people)
    apart = (Population.model_validate(one).mask(people) for one in (young, lone))
    assert np.array_equal(both, np.logical_and(*apart))
    assert 0 < both.sum() < people.size


def test_some_rows_are_seen_as_among_all(model, people):
    rows = np.arange(0, people.size, 7)
    some = People(model, rows)
    population = Population.model_validate({"income_quintile": {"from": 1, "below": 3}})
    assert np.array_equal(population.mask(some), population.mask(people)[rows])
    names = set(COUNTED)
    whole, part = count(people, names), count(some, names)
    for name in names:
        assert np.array_equal(part[name], whole[name][rows]), name


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"height": {"from": 1}}, f"trait 'height' is unknown; known: {', '.join(TRAITS)}"),
        (
            {"schooling": "doctorate"},
            f"schooling 'doctorate' is unknown; known: {', '.join(WORDS['schooling'][0])}",
        ),
        ({"age": 20}, "age is a number: write {from: 1, below: 2}, not 20"),
        ({"age": {"from": 30, "below": 20}}, "below 20 is not above from 30"),
        ({"partner": "yes"}, "partner is true or false, not 'yes'"),
    ],
)
def test_what_has_no_meaning_is_refused_with_what_has(written, said):
    with pytest.raises(ValidationError) as refused:
        Population.model_validate(written)
    assert said in str(refused.value)


def test_a_measure_that_cannot_be_asked_of_persons_is_refused():
    for name in ("occupancy", "vacancies", "survival_12", "none_such"):
        with pytest.raises(InputError) as refused:
            definition(name)
        message = str(refused.value)
        assert f"measure '{name}' cannot be asked" in message and "participation" in message
        assert "\n" not in message


def test_a_rate_without_a_denominator_is_counted_over_nobody():
    assert counters_of("unemployment") == {"searching", "informal", "formal"}
    assert counters_of("unemployed_young") == {"searching_young", "searching"}


def test_children_under_one_are_among_those_under_three_and_four(people):
    counted = count(
        people, {"children_u1", "children_u3", "children", "attending_u1", "attending_u3"}
    )
    assert (counted["children_u1"] <= counted["children_u3"]).all()
    assert (counted["children_u3"] <= counted["children"]).all()
    assert (counted["attending_u1"] <= counted["attending_u3"]).all()
    assert (counted["attending_u3"] <= counted["children_u3"]).all()
    assert counted["attending_u3"].sum() > 0
