"""Intervals of the headline effects, split between parameters and chance."""

import numpy as np
import pandas as pd
from scipy import stats

from experiments.evidence.headline import NAMES, unit_of
from experiments.sensitivity.screening import LEVEL


def components(values: np.ndarray) -> tuple[float, float]:
    """Return the variance due to parameters and that due to chance.

    One-way analysis of variance with random effects: the variance between means of draws is that of
    parameters and what is left of chance in a mean; the former is 0 where chance alone
    would do.

    Parameters
    ----------
    values : ndarray, shape (draws, replicates)
        Two or more of each; replicates of different draws are independent.
    """
    chance = float(values.var(axis=1, ddof=1).mean())
    between = float(values.mean(axis=1).var(ddof=1))
    return max(0.0, between - chance / values.shape[1]), chance


def intervals(values: np.ndarray, draws_from: str, scale: float) -> pd.DataFrame:
    """Return the interval of every headline effect.

    Parameters
    ----------
    values : ndarray, shape (draws, replicates, effects)
        A draw of parameters with a NaN is left out of that effect.
    draws_from : str
        What the parameters were drawn from.
    scale : float
        The share of women simulated: chance is larger where it is smaller, parameters are not.

    Returns
    -------
    DataFrame
        Columns measure, unit, mean; low and high, between which 90 % of all runs are, under both;
        half_chance and half_parameters, half-widths of the 90 % interval that each would leave
        alone, were it normal; share_parameters, of the variance; draws, replicates, scale and
        draws_from.
    """
    z = stats.norm.ppf((1 + LEVEL) / 2)
    rows = []
    for number, name in enumerate(NAMES):
        whole = values[np.isfinite(values[:, :, number]).all(axis=1), :, number]
        enough = len(whole) > 1
        of_parameters, of_chance = components(whole) if enough else (np.nan, np.nan)
        total = of_parameters + of_chance
        low, high = (
            np.quantile(whole, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) if enough else [np.nan] * 2
        )
        rows.append(
            {
                "measure": name,
                "unit": unit_of(name),
                "mean": whole.mean() if enough else np.nan,
                "low": low,
                "high": high,
                "half_chance": z * of_chance**0.5,
                "half_parameters": z * of_parameters**0.5,
                "share_parameters": of_parameters / total if total > 0 else np.nan,
                "draws": len(whole),
                "replicates": values.shape[1],
                "scale": scale,
                "draws_from": draws_from,
            }
        )
    return pd.DataFrame(rows)
