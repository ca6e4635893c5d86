"""Exact numbers from shares."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sim.core.draws import uniforms
from sim.population.quotas import BEFORE, apportion, lots, pick

weights = st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=40)


@given(st.integers(0, 10**7), weights)
def test_apportioned_parts_add_up_and_are_within_one_of_their_share(total, shares):
    assume(sum(shares) > 1e-3)
    parts = apportion(total, np.array(shares))
    assert parts.sum() == total
    assert (parts >= 0).all()
    exact = total * np.array(shares) / sum(shares)
    assert (np.abs(parts - exact) < 1 + 1e-6).all()


def test_the_largest_remainders_get_what_is_left():
    assert apportion(10, np.array([0.36, 0.34, 0.30])).tolist() == [4, 3, 3]
    assert apportion(2, np.ones(3)).tolist() == [1, 1, 0]
    assert apportion(0, np.ones(3)).tolist() == [0, 0, 0]


@given(
    st.integers(-2, 60), st.lists(st.sampled_from([0.0, 0.5, 1.0, 9.0]), min_size=1, max_size=50)
)
def test_as_many_are_picked_as_asked_and_none_of_weight_zero(count, some):
    lot = lots(1, 0, len(some), 1)[:, 0]
    chosen = pick(count, lot, np.array(some))
    possible = np.array(some) > 0
    assert chosen.sum() == min(max(count, 0), possible.sum())
    assert not chosen[~possible].any()


@given(st.integers(1, 30), st.integers(0, 2**32))
def test_more_picked_are_the_same_and_others(count, seed):
    """Asking for one more never changes who else is picked: quotas may move without noise."""
    lot = lots(seed, 0, 40, 1)[:, 0]
    some = 1.0 + np.arange(40) % 3
    fewer, more = pick(count, lot, some), pick(count + 1, lot, some)
    assert (more | ~fewer).all()
    assert more.sum() == fewer.sum() + 1


def test_the_heavier_are_picked_more_often():
    """One of two with weights 1 and 3: the second in three of four, within five deviations."""
    draws = lots(3, 0, 20_000, 1)
    second = [pick(1, pair, np.array([1.0, 3.0]))[1] for pair in draws[:, :2]]
    assert np.mean(second) == pytest.approx(0.75, abs=5 * np.sqrt(0.75 * 0.25 / 20_000))


def test_lots_are_the_agents_own_whoever_else_there_is():
    few, many = lots(5, 1, 10, 2, 3), lots(5, 1, 1000, 2, 3)
    np.testing.assert_array_equal(few, many[:10])
    assert tuple(many[77]) == uniforms(5, 1, 77, BEFORE, 2, 3)
