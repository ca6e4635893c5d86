"""Swings: each assumed parameter from its low bound to its high one, the others as they are."""

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from experiments.evidence.headline import NAMES, unit_of
from experiments.sensitivity.screening import LEVEL
from sim.settings import Settings

COLUMNS = (
    "measure", "effect_unit", "parameter", "unit", "low", "base", "high", "effect_at_low",
    "effect_at_base", "effect_at_high", "swing", "chance", "source",
)  # fmt: skip
"""Of the table of swings, which has them too where nothing is left to swing."""


def assumed(
    settings: Settings, only: Sequence[str] | None, drawn: Collection[str] = ()
) -> list[str]:
    """Return the names of the parameters that are assumed and not `drawn` from a posterior.

    Those of `only` where it is given.
    """
    return [
        name
        for name, parameter in settings.parameters.items()
        if parameter.known == "assumed" and name not in drawn and (only is None or name in only)
    ]


def ends(settings: Settings, names: Sequence[str]) -> pd.DataFrame:
    """Return the points of the swings.

    Returns
    -------
    DataFrame
        Columns are parameters; the first row is where all stay, and then two for each: at its low
        and at its high bound.
    """
    base = [settings.parameters[name].value for name in names]
    points = np.tile(base, (1 + 2 * len(names), 1))
    for k, name in enumerate(names):
        points[[1 + 2 * k, 2 + 2 * k], k] = settings.parameters[name].bounds
    return pd.DataFrame(points, columns=list(names))


def swings(settings: Settings, names: Sequence[str], values: np.ndarray) -> pd.DataFrame:
    """Return the swing of every headline effect with every assumed parameter.

    Parameters
    ----------
    settings : Settings
        Where the parameters stay.
    names : sequence of str
    values : ndarray, shape (points, replicates, effects)
        At the points of `ends`, with common draws of chance.

    Returns
    -------
    DataFrame
        Columns measure, effect_unit, parameter, unit, low, base, high, effect_at_low,
        effect_at_base, effect_at_high, swing (at high less at low), chance, source. Measure by
        measure, parameters in the order of their swing of participation. `chance` is the half-width
        of a swing's 90 % interval over replicates, one figure for all parameters of a measure.
    """
    means = values.mean(axis=1)
    paired = values[2::2] - values[1::2]
    size = np.abs(paired.mean(axis=1)[:, 0])
    order = sorted(range(len(names)), key=lambda k: -np.nan_to_num(size[k], nan=-1.0))
    rows = []
    for number, measure in enumerate(NAMES):
        chance = _chance(paired[:, :, number])
        for k in order:
            parameter = settings.parameters[names[k]]
            at_low, at_high = means[1 + 2 * k, number], means[2 + 2 * k, number]
            rows.append(
                {
                    "measure": measure,
                    "effect_unit": unit_of(measure),
                    "parameter": names[k],
                    "unit": parameter.unit,
                    "low": float(parameter.bounds[0]),
                    "base": parameter.value,
                    "high": float(parameter.bounds[1]),
                    "effect_at_low": at_low,
                    "effect_at_base": means[0, number],
                    "effect_at_high": at_high,
                    "swing": at_high - at_low,
                    "chance": chance,
                    "source": parameter.source,
                }
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _chance(paired: np.ndarray) -> float:
    """Return the half-width of a mean swing, given swings, shape (parameters, replicates)."""
    # A parameter that changes nothing has no chance either
    moved = paired[np.isfinite(paired).all(axis=1) & (np.ptp(paired, axis=1) > 0)]
    if not moved.size:
        return 0.0
    count, replicates = moved.shape
    t = stats.t.ppf((1 + LEVEL) / 2, count * (replicates - 1))
    return float(t * np.sqrt(moved.var(axis=1, ddof=1).mean() / replicates))
