"""Outreach: which firms come to know that they can have a centre."""

import numpy as np
import pytest

from sim.agents.firm import FIRM
from sim.core.records import table
from sim.programme.outreach import LARGE, spread

MONTHS = 24


def town(count=4000, parks=4):
    """Return firms of which every other one is large, spread over parks."""
    firms = table(FIRM, count)
    firms.number = np.arange(count)
    firms.zone = np.arange(count) * parks // count
    firms.base_posts = np.where(np.arange(count) % 2, LARGE, LARGE - 1)
    return firms


def outreach(settings, **values):
    none = settings("outreach=ninguna").outreach
    none = {name: getattr(none, name) for name in type(none).model_fields}
    for name in ("known_at_start", "events_a_year", "reach", "state_reach", "neighbours"):
        none[name] = none[name].model_copy(update={"value": values.get(name, 0.0)})
    return type(settings().outreach)(**none)


def told(plan, firms=None, seed=1, replicate=0, months=MONTHS):
    """Return how many firms know after each month."""
    firms = town() if firms is None else firms
    known = []
    for month in range(months):
        before = firms.aware.copy()
        spread(firms, plan, seed, replicate, month, month == 0)
        assert (firms.aware >= before).all(), "nobody forgets"
        known.append(int(firms.aware.sum()))
    return known, firms


def test_nobody_knows_where_nobody_tells(settings):
    known, _ = told(outreach(settings))
    assert known == [0] * MONTHS
    known, _ = told(outreach(settings, neighbours=0.5))
    assert known == [0] * MONTHS, "there is nobody to hear it from"


def test_some_large_firms_know_at_the_start_and_only_then(settings):
    known, firms = told(outreach(settings, known_at_start=0.25))
    assert abs(known[0] - 500) < 5 * np.sqrt(2000 * 0.25 * 0.75)
    assert len(set(known)) == 1
    assert (firms.base_posts[firms.aware == 1] >= LARGE).all()


def test_events_and_states_tell_large_firms_month_by_month(settings):
    """The share that a year of events misses is that of twelve months: one minus reach each."""
    known, firms = told(outreach(settings, events_a_year=2, reach=0.3, state_reach=0.01))
    assert (firms.base_posts[firms.aware == 1] >= LARGE).all()
    for year in (1, 2):
        expected = 1 - (0.7**2 * 0.99**12) ** year
        spread_of = 5 * np.sqrt(2000 * expected * (1 - expected))
        assert abs(known[12 * year - 1] - 2000 * expected) < spread_of
    everybody, _ = told(outreach(settings, events_a_year=12, reach=1.0))
    assert everybody[0] == 2000


def test_neighbours_of_the_park_tell_firms_of_any_size(settings):
    firms = town()
    firms.aware[firms.zone == 2] = 1
    known, firms = told(outreach(settings, neighbours=0.2), firms)
    assert set(firms.zone[firms.aware == 1]) == {2}, "in their park alone"
    firms = town()
    firms.aware[(firms.zone == 2) & (firms.base_posts >= LARGE)] = 1
    known, firms = told(outreach(settings, neighbours=0.2), firms)
    small = (firms.aware == 1) & (firms.base_posts < LARGE)
    assert small.sum() > 400
    assert known[0] - 500 == pytest.approx(500 * 0.2 * 0.5, abs=5 * np.sqrt(500 * 0.09))


def test_more_outreach_reaches_all_whom_less_does_and_draws_are_the_firms_own(settings):
    less = outreach(settings, known_at_start=0.1, events_a_year=2, reach=0.1, neighbours=0.1)
    more = outreach(settings, known_at_start=0.2, events_a_year=4, reach=0.1, neighbours=0.2)
    _, few = told(less)
    _, many = told(more)
    assert (many.aware >= few.aware).all()
    assert many.aware.sum() > few.aware.sum()
    _, again = told(less)
    np.testing.assert_array_equal(again.aware, few.aware)
    for other in ({"seed": 2}, {"replicate": 1}):
        assert (told(less, **other)[1].aware != few.aware).any()


@pytest.mark.parametrize("name", ["ninguna", "previa", "dialogos", "saturacion"])
def test_the_levels_of_the_lever_are_in_order(settings, name):
    levels = {"ninguna": (0, 0), "previa": (20, 80), "dialogos": (400, 1300),
              "saturacion": (2000, 4000)}  # fmt: skip
    known, _ = told(settings(f"outreach={name}").outreach)
    low, high = levels[name]
    assert low <= known[-1] <= high
