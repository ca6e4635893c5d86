"""Draws: the published generator, bit for bit, and draws that belong to somebody."""

import itertools

import numba
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import ndtri

from sim.core.draws import N_QUANTILES, philox, quantile, quantile_table, uniforms

WORD = 1 << 64
words = st.integers(0, WORD - 1)
counters = st.integers(0, WORD**4 - 1)
keys = st.integers(0, WORD**2 - 1)

philox_compiled = numba.njit(lambda a, b, c, d, e, f: philox(a, b, c, d, e, f))
uniforms_compiled = numba.njit(lambda s, r, a, m, p, b: uniforms(s, r, a, m, p, b))
quantile_compiled = numba.njit(lambda table, u: quantile(table, u))


def split(number: int, parts: int) -> list[int]:
    """Return the 64-bit words of a number, lowest first."""
    return [number >> (64 * k) & (WORD - 1) for k in range(parts)]


@given(counters, keys)
@example(0, 0)  # NumPy's counter before this block is all ones: the carry runs through every word
@example(WORD, 1)
@example(WORD**3, WORD**2 - 1)
@example(WORD**4 - 1, WORD)
def test_philox_is_numpys_bit_for_bit(counter, key):
    # NumPy adds one before its first block
    numpys = np.random.Philox(counter=(counter - 1) % WORD**4, key=key).random_raw(8).tolist()
    arguments = (*split(counter, 4), *split(key, 2))
    following = (*split((counter + 1) % WORD**4, 4), *split(key, 2))
    assert list(philox(*arguments)) == numpys[:4]
    assert list(philox(*following)) == numpys[4:]
    assert list(philox_compiled(*map(np.uint64, arguments))) == numpys[:4]
    assert list(philox_compiled(*map(np.uint64, following))) == numpys[4:]


@given(
    st.integers(0, 2**63 - 1),
    st.integers(0, 10_000),
    st.integers(0, 2**31 - 1),
    st.integers(-30_000, 30_000),
    st.integers(1, 100),
    st.integers(0, 2000),
)
@example(0, 0, 0, -1, 1, 0)
@example(2**63 - 1, 9_999, 2**31 - 1, -30_000, 50, 1)
def test_uniforms_are_the_same_compiled_and_plain(seed, replicate, agent, month, purpose, block):
    plain = uniforms(seed, replicate, agent, month, purpose, block)
    assert all(0.0 <= u < 1.0 for u in plain)
    assert uniforms_compiled(seed, replicate, agent, month, purpose, block) == plain
    # Columns are small integers: a negative month must mean the same in two bytes as in eight
    narrow = uniforms_compiled(
        seed, replicate, np.int32(agent), np.int16(month), purpose, np.int8(block % 100)
    )
    assert narrow == uniforms(seed, replicate, agent, month, purpose, block % 100)


def test_a_draw_is_53_bits_of_numpys_words():
    seed, replicate, agent, month, purpose, block = 20260121, 3, 41, 17, 20, 2
    counter = block + (purpose << 64) + (month << 128) + (agent << 192)
    raw = np.random.Philox(counter=counter - 1, key=seed + (replicate << 64)).random_raw(4)
    expected = tuple(int(w) // 2**11 / 2**53 for w in raw)
    assert uniforms(seed, replicate, agent, month, purpose, block) == expected


def test_the_largest_word_gives_a_draw_below_one():
    from sim.core.draws import unit

    assert unit(WORD - 1) == 1.0 - 2.0**-53
    assert unit(0) == 0.0
    assert numba.njit(lambda w: unit(w))(np.uint64(WORD - 1)) == 1.0 - 2.0**-53


@pytest.mark.parametrize(
    "position", range(6), ids=["seed", "replicate", "agent", "month", "purpose", "block"]
)
def test_everything_that_names_a_draw_changes_it(position):
    """Each neighbour along one axis has draws of its own, also next to negative months."""
    for base in ([7, 0, 3, 5, 20, 0], [7, 2, 3, -3, 26, 1], [2**62, 1, 2**30, -1000, 1, 7]):
        names = [list(base) for _ in range(200)]
        for step, name in enumerate(names):
            name[position] += step
        draws = [u for name in names for u in uniforms(*name)]
        assert len(set(draws)) == len(draws)


def test_no_two_agents_months_purposes_replicates_or_seeds_share_a_draw():
    grid = itertools.product(range(3), range(3), range(12), range(-6, 6), range(1, 9))
    draws = [u for name in grid for u in uniforms(*name)]
    assert len(set(draws)) == len(draws) == 4 * 3 * 3 * 12 * 12 * 8


AXES = {
    # (seed, replicate, agent, month, purpose) of the n-th draw
    "agent": lambda n: (20260121, 0, n, 0, 27),
    "month": lambda n: (20260121, 0, 5, n - 50_000, 27),
    "purpose": lambda n: (20260121, 0, 5, 0, n),
    "replicate": lambda n: (20260121, n, 5, 0, 27),
    "seed": lambda n: (n, 0, 5, 0, 27),
}


@pytest.mark.parametrize("axis", AXES)
def test_draws_are_uniform_and_neighbours_independent(axis):
    """Kolmogorov-Smirnov and chi-square tests over 100,000 neighbours along one axis.

    The draws are fixed. Of 200 right generators, less than one would fail at any of the five axes
    (9 tests each at 1 in 10,000; the six pairs of words count as one).
    """
    numbers = np.arange(100_000)
    draws = np.array([uniforms_compiled(*AXES[axis](int(n)), 0) for n in numbers])
    for column in draws.T:
        assert stats.kstest(column, "uniform").pvalue > 1e-4
        following = np.histogram2d(column[:-1], column[1:], bins=16, range=[[0, 1], [0, 1]])[0]
        # Pairs overlap, so only every second one is counted
        apart = np.histogram2d(column[:-1:2], column[1::2], bins=16, range=[[0, 1], [0, 1]])[0]
        assert stats.chisquare(apart.ravel()).pvalue > 1e-4
        assert following.min() > 0
    for one, other in itertools.combinations(range(4), 2):
        together = np.histogram2d(draws[:, one], draws[:, other], bins=16)[0]
        assert stats.chisquare(together.ravel()).pvalue > 1e-4 / 6


def test_the_normal_table_is_accurate():
    table = quantile_table(ndtri)
    assert table.shape == (N_QUANTILES + 1,)
    assert (np.diff(table) > 0).all()
    np.testing.assert_allclose(table, -table[::-1], atol=1e-8)
    middle = np.linspace(0.01, 0.99, 9973)
    error = [quantile(table, float(u)) - ndtri(u) for u in middle]
    assert np.abs(error).max() < 1e-4
    tails = np.linspace(0.001, 0.999, 9973)
    assert max(abs(quantile(table, float(u)) - ndtri(u)) for u in tails) < 3e-3
    # Over all probabilities: mean 0, standard deviation 1, ends at 3.67
    everywhere = (np.arange(400_000) + 0.5) / 400_000
    values = np.array([quantile_compiled(table, u) for u in everywhere])
    assert abs(values.mean()) < 1e-9
    assert abs(values.std() - 1) < 2e-3
    assert table[-1] == pytest.approx(ndtri(1 - 0.5 / N_QUANTILES), abs=1e-9)


@given(st.floats(0, 1, exclude_max=True))
@example(0.0)
@example(float(np.nextafter(1.0, 0.0)))
def test_quantiles_are_the_same_compiled_and_plain(u):
    table = quantile_table(ndtri)
    value = quantile(table, u)
    assert value == quantile_compiled(table, u)
    assert table[0] <= value <= table[-1]


def test_no_two_purposes_share_a_number():
    from sim import purposes

    numbers = [value for name, value in vars(purposes).items() if name.isupper()]
    assert len(numbers) > 15
    assert len(set(numbers)) == len(numbers)
