"""Whether groups gain alike, on common draws."""

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from analysis.estimates import LEVEL
from sim.results.paired import paired_effects


def equality(effects: pd.DataFrame, interval: Any) -> float:
    """Return the p-value of the hypothesis that all groups gain alike (Hotelling's T squared).

    Of two groups it is below 10 % where the 90 % interval of their difference leaves zero out. So
    where each replicate has its draw of the parameters it is not on the mean over draws, but says
    how far from it equality lies, as far as draws do.

    Parameters
    ----------
    effects : DataFrame, shape (replicates, groups)
        On the same draws along a row.
    interval : {"chance", "parameters and chance"}
        What differs between replicates.

    Returns
    -------
    float
        NaN where there are too few replicates for the groups, or no differences at all.
    """
    contrasts = effects.iloc[:, 1:].sub(effects.iloc[:, 0], axis=0).dropna().to_numpy()
    count, groups = contrasts.shape
    if count <= groups:
        return float("nan")
    spread = np.atleast_2d(np.cov(contrasts, rowvar=False))
    if np.linalg.matrix_rank(spread) < groups:
        return float("nan")
    mean = contrasts.mean(axis=0)
    share = 1 / count if interval == "chance" else 1 + 1 / count
    square = mean @ np.linalg.solve(spread, mean) / share
    freedom = count - groups
    statistic = square * freedom / (groups * (count - 1))
    return float(stats.f.sf(statistic, groups, freedom))


def between(effects: pd.DataFrame, interval: Any) -> pd.DataFrame:
    """Return the difference of every two groups and its interval.

    Parameters
    ----------
    effects : DataFrame, shape (replicates, groups)
        On the same draws along a row; the index is named replicate.
    interval : {"chance", "parameters and chance"}
        What differs between replicates.

    Returns
    -------
    DataFrame
        Columns group, reference, difference, low, high; of every two groups, the later less the
        earlier.
    """
    pairs = list(combinations(effects.columns, 2))
    arms = pd.concat(
        {
            (later, earlier): pd.DataFrame(
                {"baseline": effects[earlier], "programme": effects[later]}
            ).dropna()
            for earlier, later in pairs
        },
        names=["group", "reference"],
    )
    table = paired_effects(arms, ["group", "reference"], LEVEL, interval)
    table = table.rename(columns={"effect": "difference"})[["difference", "low", "high"]]
    order = [(later, earlier) for earlier, later in pairs]
    return table.reindex(order).dropna().reset_index()
