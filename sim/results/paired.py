"""Effects from paired lives, and their intervals; light, for the simulator and the analysis."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

if TYPE_CHECKING:
    from sim.settings import Interval

ARMS = ["baseline", "programme"]


def paired_effects(
    arms: pd.DataFrame, by: Sequence[str], level: float, interval: "Interval"
) -> pd.DataFrame:
    """Return the mean of each arm and of programme minus baseline, with the latter's interval.

    Parameters
    ----------
    arms : DataFrame
        Columns ``baseline`` and ``programme``, the value of each in a replicate; index `by` and
        ``replicate``.
    by : sequence of str
        Names of the levels that tell one effect from another.
    level : float
        Coverage of the interval, between 0 and 1.
    interval : {"chance", "parameters and chance"}
        What differs between replicates.

    Returns
    -------
    DataFrame
        Index `by`; columns ``baseline, programme, effect, low, high``. The interval is NaN with
        one replicate and a single point when all differences are equal.
    """
    arms = arms.assign(effect=arms["programme"] - arms["baseline"])
    cells = arms.groupby(level=list(by), observed=True)
    table = cells.mean()
    paired = cells["effect"].agg(["count", "std", "min", "max"])
    # The mean of equal numbers may differ from them in the last bit.
    equal = paired["min"] == paired["max"]
    table["effect"] = table["effect"].mask(equal, paired["min"])

    half = half_width(paired["std"], paired["count"], level, interval)
    half = half.mask(equal & (paired["count"] > 1), 0.0)
    return table.assign(low=table["effect"] - half, high=table["effect"] + half)


def half_width(
    spread: pd.Series, count: pd.Series, level: float, interval: "Interval"
) -> pd.Series:
    """Return half the width of the interval around a mean over replicates.

    Replicates that differ by chance alone repeat one number with noise: the interval is Student's
    t of their mean, and more replicates narrow it to a point. Replicates that have each a draw of
    the parameters are themselves draws of what is not known: a mean known ever better says
    nothing on how far they lie apart. The interval is then Student's prediction interval, where
    one more replicate would lie, which more replicates settle but do not narrow.

    Parameters
    ----------
    spread, count : Series
        Standard deviation over replicates, and how many there are.
    level : float
        Coverage, between 0 and 1.
    interval : {"chance", "parameters and chance"}
        What differs between replicates.

    Returns
    -------
    Series
        In the unit of `spread`; NaN where there is one replicate.
    """
    freedom = (count - 1).where(count > 1)
    quantile = stats.t.ppf((1 + level) / 2, freedom)
    if interval == "chance":
        return quantile * spread / np.sqrt(count)
    return quantile * spread * np.sqrt(1 + 1 / count)
