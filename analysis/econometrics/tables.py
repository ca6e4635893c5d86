"""Tables of what each estimator gives for each design, beside the truth."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.econometrics.designs import Design
from analysis.econometrics.estimators import ESTIMATORS, Estimate, estimate, estimators_of
from analysis.econometrics.panel import NEVER


def estimates_table(designs: Sequence[Design]) -> tuple[pd.DataFrame, dict[str, dict[str, Any]]]:
    """Estimate every design with every estimator.

    Returns
    -------
    table : DataFrame
        Columns ``design, estimator, zones, treated, estimate, se, low, high, truth, bias, covers,
        spilt, replicates, covering``: the last two are how many replicates were estimated one by
        one, and of how many the interval covers the truth.
    found : dict
        Design to estimator to its `Estimate`.
    """
    rows, found = [], {}
    for design in designs:
        found[design.name] = {
            name: estimate(name, design, events=True) for name in estimators_of(design)
        }
        covering = _covering(design)
        for name, result in found[design.name].items():
            rows.append(
                {
                    "design": design.name,
                    "estimator": name,
                    "zones": design.first.size,
                    "treated": int((design.first > NEVER).sum()),
                    "estimate": result.effect,
                    "se": result.se,
                    "low": result.low,
                    "high": result.high,
                    "truth": design.truth,
                    "bias": result.effect - design.truth,
                    "covers": covers(result, design),
                    "spilt": design.spilt,
                    "replicates": len(covering.get(name, [])),
                    "covering": sum(covering.get(name, [])),
                }
            )
    return pd.DataFrame(rows), found


def covers(result: Estimate, design: Design) -> bool:
    """Return whether an interval holds the truth of the design."""
    return result.low <= design.truth <= result.high


def events_table(designs: Sequence[Design], found: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Return event studies: design, estimator, event, effect, low, high, truth."""
    parts = []
    for design in designs:
        truth = design.true_path()
        for name, result in found[design.name].items():
            path = result.path.assign(truth=result.path["event"].map(truth))
            path.insert(0, "estimator", name)
            path.insert(0, "design", design.name)
            parts.append(path)
    return pd.concat(parts, ignore_index=True)


def _covering(design: Design) -> dict[str, list[bool]]:
    """Return, by estimator, whether its interval covers the truth of each replicate alone."""
    numbers = np.unique(design.replicate)
    if design.name != "zones" or numbers.size < 2:
        return {}
    found: dict[str, list[bool]] = {name: [] for name in ESTIMATORS}
    for number in numbers:
        alone = design.of(np.flatnonzero(design.replicate == number))
        served = alone.first > NEVER
        if served.any() and not served.all():
            for name in ESTIMATORS:
                found[name].append(covers(estimate(name, alone), alone))
    return found
