"""A ratio of two effects, such as a cost per job, and its interval."""

import math
from typing import Any

import numpy as np
import pandas as pd

from analysis.estimates import LEVEL
from sim.results.paired import half_width

NONE = (math.nan, math.nan, math.nan)


def ratio(top: pd.Series, bottom: pd.Series, interval: Any) -> tuple[float, float, float]:
    """Return a ratio of means over replicates and its interval after Fieller.

    A value r is inside the interval if ``top - r * bottom`` has zero inside its own interval
    (`sim.results.paired.half_width`: Student's t of the mean where replicates differ by chance,
    where one more replicate would lie where each has its draw of the parameters). Nothing is
    assumed of how far the bottom is from zero. Where its interval holds zero the ratio has no bound
    on one side, or on neither, and no estimate is given.

    Parameters
    ----------
    top, bottom : Series
        Effects of the same replicates, same index.
    interval : {"chance", "parameters and chance"}
        What differs between replicates.

    Returns
    -------
    estimate, low, high : float
        The estimate is NaN where an end is infinite; all are NaN where the bottom is clearly below
        zero, always zero, or there are fewer than two replicates.
    """
    pairs = pd.DataFrame({"top": top, "bottom": bottom}).dropna()
    if len(pairs) < 2:
        return NONE
    one = pd.Series([1.0])
    square = float(half_width(one, pd.Series([len(pairs)]), LEVEL, interval).iloc[0]) ** 2
    over, under = pairs.mean()
    (var_over, both), (_, var_under) = pairs.cov().to_numpy()
    # Inside where a r^2 - 2 b r + c <= 0
    a, b, c = (
        under**2 - square * var_under,
        over * under - square * both,
        over**2 - square * var_over,
    )
    if under == 0 == var_under or (a > 0 and under < 0):
        return NONE
    if a > 0:
        half = math.sqrt(max(b * b - a * c, 0.0)) / a
        return over / under, b / a - half, b / a + half
    if c <= 0:
        return math.nan, -math.inf, math.inf
    # The roots have opposite signs, and zero, which lies between them, is no such ratio: what is
    # told is the side on which the ratio lies if the bottom is above zero
    roots = np.roots([a, -2 * b, c])
    if over > 0:
        return math.nan, float(max(roots)), math.inf
    return math.nan, -math.inf, float(min(roots))


def ratio_of_each(top: pd.Series, bottom: pd.Series, interval: Any) -> tuple[float, float, float]:
    """Return the mean over replicates of each one's own ratio, and its interval.

    For what is above zero in every replicate that has it at all, such as places: those that have
    none are left out.

    Parameters
    ----------
    top, bottom : Series
        Of the same replicates, same index.
    interval : {"chance", "parameters and chance"}
        What differs between replicates.

    Returns
    -------
    estimate, low, high : float
        NaN with fewer than two ratios.
    """
    each = (top / bottom.where(bottom > 0)).dropna()
    if len(each) < 2:
        return NONE
    spread, count = pd.Series([each.std()]), pd.Series([len(each)])
    half = float(half_width(spread, count, LEVEL, interval).iloc[0])
    return float(each.mean()), float(each.mean()) - half, float(each.mean()) + half
