"""Screening: elementary effects of many parameters at few runs each (Morris 1991)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from experiments.evidence.headline import NAMES, unit_of
from experiments.sensitivity.ranges import Range

LEVELS = 4
LEVEL = 0.90
"""Coverage of the intervals."""


def problem(found: Sequence[Range]) -> dict[str, Any]:
    """Return the ranges as SALib takes them."""
    return {
        "num_vars": len(found),
        "names": [one.parameter for one in found],
        "bounds": [[one.low, one.high] for one in found],
    }


def trajectories(found: Sequence[Range], count: int, seed: int) -> pd.DataFrame:
    """Return the points of some paths that change one parameter at a time.

    Returns
    -------
    DataFrame
        Columns are parameters; `count` times (parameters + 1) rows, path by path.
    """
    from SALib.sample import morris

    values = morris.sample(problem(found), count, num_levels=LEVELS, seed=seed)
    return pd.DataFrame(values, columns=[one.parameter for one in found])


def elementary_effects(
    found: Sequence[Range], points: pd.DataFrame, values: np.ndarray, seed: int
) -> pd.DataFrame:
    """Return the statistics of one effect's elementary effects.

    Parameters
    ----------
    found : sequence of Range
    points : DataFrame
        What `trajectories` returned.
    values : ndarray, shape (points,)
        The effect at each; a path with a NaN is left out.
    seed : int
        Of the resampling behind `mu_star_conf`.

    Returns
    -------
    DataFrame
        Columns parameter; mu_star and mu, mean of elementary effects without and with their sign,
        in the effect's unit per whole range; mu_star_conf, half-width of its 90 % interval; sigma,
        their standard deviation, large where the parameter's influence bends or depends on
        others; paths, how many there are.
    """
    from SALib.analyze import morris

    paths = values.reshape(-1, len(found) + 1)
    whole = np.isfinite(paths).all(axis=1)
    result = pd.DataFrame({"parameter": [one.parameter for one in found]})
    columns = ("mu_star", "mu_star_conf", "mu", "sigma")
    if not whole.any():
        return result.assign(**dict.fromkeys(columns, np.nan), paths=0)
    told = morris.analyze(
        problem(found), points.to_numpy()[np.repeat(whole, paths.shape[1])], paths[whole].ravel(),
        num_levels=LEVELS, conf_level=LEVEL, seed=seed,
    )  # fmt: skip
    statistics = {name: np.asarray(told[name], float) for name in columns}
    return result.assign(**statistics, paths=int(whole.sum()))


def screen(
    found: Sequence[Range], points: pd.DataFrame, values: np.ndarray, seed: int
) -> pd.DataFrame:
    """Return the elementary effects of every headline effect, the largest first.

    Parameters
    ----------
    found, points, seed
        As in `elementary_effects`.
    values : ndarray, shape (points, effects)

    Returns
    -------
    DataFrame
        Columns measure, unit, parameter, mu_star, mu_star_conf, mu, sigma, paths, low, high,
        origin; the last three say the parameter's range.
    """
    of_range = pd.DataFrame(found)
    tables = []
    for number, name in enumerate(NAMES):
        told = elementary_effects(found, points, values[:, number], seed)
        told.insert(0, "unit", unit_of(name))
        told.insert(0, "measure", name)
        tables.append(told.sort_values("mu_star", ascending=False, kind="stable"))
    return pd.concat(tables, ignore_index=True).merge(of_range, on="parameter", how="left")


def most_influential(screened: pd.DataFrame, count: int) -> list[str]:
    """Return the parameters with the largest mu_star, as a share of each effect's largest.

    The mean over effects decides, so that none is left without what drives it for being of a
    smaller unit.
    """
    largest = screened.groupby("measure")["mu_star"].transform("max")
    share = (screened["mu_star"] / largest).fillna(0.0)
    influence = share.groupby(screened["parameter"], sort=False).mean()
    return list(influence.sort_values(ascending=False, kind="stable").index[:count])
