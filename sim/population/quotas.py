"""Exact numbers from shares: how many, and who, chosen by lots that belong to each agent."""

import numba
import numpy as np

from sim.core.draws import uniforms

BEFORE = -1000
"""Month of the draws that make the people."""


@numba.njit(cache=True, nogil=True)
def _fill(out: np.ndarray, seed: int, replicate: int, month: int, purpose: int, block: int) -> None:
    for i in range(out.shape[0]):
        a, b, c, d = uniforms(seed, replicate, i, month, purpose, block)
        out[i, 0] = a
        out[i, 1] = b
        out[i, 2] = c
        out[i, 3] = d


def lots(
    seed: int, replicate: int, count: int, purpose: int, block: int = 0, month: int = BEFORE
) -> np.ndarray:
    """Return four uniform draws for each of `count` agents, shape (count, 4)."""
    out = np.empty((count, 4))
    _fill(out, seed, replicate, month, purpose, block)
    return out


def apportion(total: int, weights: np.ndarray) -> np.ndarray:
    """Split `total` in whole parts proportional to `weights` (largest remainders).

    Returns
    -------
    ndarray of int
        Non-negative, with sum `total`.
    """
    weights = np.asarray(weights, float)
    exact = total * weights / weights.sum()
    parts = np.floor(exact).astype(np.int64)
    short = int(total - parts.sum())
    order = np.lexsort((np.arange(parts.size), -(exact - parts)))
    parts[order[:short]] += 1
    return parts


def pick(count: int, lot: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return who of all is picked: exactly `count`, likelier the larger their weight.

    Each agent's lot becomes a waiting time with her weight as rate; the first `count` are picked
    (sampling without replacement of Efraimidis and Spirakis, 2006).

    Parameters
    ----------
    count : int
    lot : ndarray of float, shape (n,)
        Uniform in [0, 1).
    weights : ndarray of float, shape (n,)
        Zero for who cannot be picked.

    Returns
    -------
    ndarray of bool, shape (n,)
        As many true as `count`, or as there are positive weights if these are fewer.
    """
    chosen = np.zeros(lot.size, bool)
    possible = np.flatnonzero(weights > 0)
    count = min(int(count), possible.size)
    if count <= 0:
        return chosen
    waiting = -np.log1p(-lot[possible]) / weights[possible]
    chosen[possible[smallest(count, np.round(waiting, 12))]] = True
    return chosen


def smallest(count: int, values: np.ndarray) -> np.ndarray:
    """Return who has the `count` smallest values, ties by number, shape (n,), bool."""
    if count <= 0:
        return np.zeros(values.size, bool)
    if count >= values.size:
        return np.ones(values.size, bool)
    # Selecting is quicker than sorting all
    last = np.partition(values, count - 1)[count - 1]
    chosen = values < last
    ties = np.flatnonzero(values == last)
    chosen[ties[: count - int(chosen.sum())]] = True
    return chosen
