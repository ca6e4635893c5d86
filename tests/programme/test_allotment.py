"""The announced calendar is kept to the centre, and sited by need."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.programme.allotment import allot, estimated_need
from sim.settings import Calendar

needs = st.lists(st.integers(-500, 20_000), min_size=1, max_size=30)
years = st.lists(st.integers(0, 30), min_size=1, max_size=5)


def calendar(
    centres: list[int], rule: str, total: float = 500_000, least: int = 110, most: int = 250
) -> Calendar:
    """Return a calendar of so many centres a year from 2026 on."""

    def places(value: float) -> dict[str, object]:
        return {"value": value, "unit": "places", "known": "assumed", "source": "A test."}

    return Calendar.model_validate(
        {
            "rule": rule,
            "years": [
                {"year": 2026 + n, "centres": count, "known": "assumed", "source": "A test."}
                for n, count in enumerate(centres)
            ],
            "total_places": places(total),
            "least_places": places(least),
            "most_places": places(most),
        }
    )


def keys(need: list[int]) -> list[str]:
    """Return a name for each region."""
    return [f"mun_{n:05d}" for n in range(len(need))]


@pytest.mark.parametrize("rule", ["proportional", "largest"])
@given(need=needs, centres=years)
def test_each_year_has_its_centres_and_each_centre_its_size(rule, need, centres):
    given_to = allot(keys(need), need, calendar(centres, rule), 236_875)
    assert list(given_to) == keys(need)
    all_of_them = [(n, c) for region in given_to.values() for n, c in region.items()]
    names = sorted(name for name, _ in all_of_them)
    assert names == [f"imss_{n + 1:04d}" for n in range(sum(centres))]
    found = Counter(centre.start[:4] for _, centre in all_of_them)
    assert found == Counter({str(2026 + n): count for n, count in enumerate(centres) if count})
    assert all(110 <= centre.places <= 250 for _, centre in all_of_them)
    assert all(centre.scheme == "imss" for _, centre in all_of_them)
    in_order = [centre.start for _, centre in sorted(all_of_them)]
    assert in_order == sorted(in_order)


@pytest.mark.parametrize("rule", ["proportional", "largest"])
@given(need=needs, centres=years)
def test_the_order_of_the_regions_does_not_matter(rule, need, centres):
    told = calendar(centres, rule)
    names = keys(need)
    assert allot(names, need, told, 0) == allot(names[::-1], need[::-1], told, 0)


@given(need=st.lists(st.integers(0, 20_000), min_size=2, max_size=20), centres=years)
def test_no_swap_leaves_need_more_even(need, centres):
    """Centres of one size: to move any from one region to another evens out nothing."""
    told = calendar(centres, "largest", least=200, most=200)
    count = np.array([len(region) for region in allot(keys(need), need, told, 0).values()])
    left = np.array(need) - 200 * count
    for giver in np.flatnonzero(count):
        for taker in range(len(need)):
            moved = left.copy()
            moved[giver] += 200
            moved[taker] -= 200
            assert (moved**2).sum() >= (left**2).sum()
            assert moved.max() >= left.max()


@given(need=st.lists(st.integers(1, 20_000), min_size=2, max_size=20), centres=years)
def test_no_swap_brings_centres_nearer_to_need(need, centres):
    """By proportion: nobody who takes a centre over has more children a centre than who gives."""
    told = calendar(centres, "proportional")
    count = np.array([len(region) for region in allot(keys(need), need, told, 0).values()])
    for giver in np.flatnonzero(count):
        for taker in range(len(need)):
            if taker != giver:
                assert need[taker] * count[giver] <= need[giver] * (count[taker] + 1)


def test_proportions_and_ties():
    told = calendar([9], "proportional")
    found = allot(["b", "a", "c"], [4_000, 4_000, 1_000], told, 0)
    assert {name: len(centres) for name, centres in found.items()} == {"b": 4, "a": 4, "c": 1}
    assert "imss_0001" in found["a"] and "imss_0002" in found["b"]
    nobody = allot(["b", "a", "c"], [0, -5, 0], told, 0)
    assert {len(centres) for centres in nobody.values()} == {3}


def test_places_come_near_the_announced_total():
    found = allot(
        ["a", "b"], [60_000, 40_000], calendar([200, 250], "proportional", 100_000), 1_000
    )
    total = sum(centre.places for region in found.values() for centre in region.values())
    assert total == 99_000
    # A centre takes no more than the region lacks; the others share the rest
    found = allot(["a", "b"], [150, 100_000], calendar([200], "largest", 40_000), 0)
    assert sum(c.places for region in found.values() for c in region.values()) == 40_000


def test_a_year_is_filled_in_even_steps():
    found = allot(["a"], [9_000], calendar([24, 5], "largest"), 0)["a"]
    starts = Counter(centre.start for centre in found.values())
    assert all(starts[f"2026-{month:02d}"] == 2 for month in range(1, 13))
    assert [s for s in starts if s[:4] == "2027"] == [
        "2027-01", "2027-03", "2027-05", "2027-08", "2027-10",
    ]  # fmt: skip


def test_need_is_of_insured_working_mothers_children():
    need = estimated_need(
        np.array([1000.0, 1000]), np.array([0.5, 0.4]), np.array([0.6, 0.5]), np.array([100, 300])
    )
    np.testing.assert_array_equal(need, [200, -100])
