"""Whether peers agree with the engine on the outcomes, as far as chance lets one tell."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from experiments.benchmark.science import OUTCOMES, outcomes, start
from sim.settings import Settings

ERROR_RATE = 0.01
"""Probability that a table of peers which all agree shows one that does not."""


def agree(settings: Settings, size: int, counts: Mapping[Any, Any]) -> pd.DataFrame:
    """Return a row for each peer and outcome: levels, z, and whether they agree.

    Parameters
    ----------
    settings : Settings
    size : int
        Women of each polo.
    counts : mapping of str to list
        For each peer, the engine among them: women and counters, by initial state and month.
    """
    places = int(start(settings, size, settings.seed).places.sum())
    levels = {
        peer: pd.DataFrame([outcomes(np.array(months), places) for months in seeds])
        for peer, seeds in counts.items()
    }
    engine = levels.pop("engine")
    bound = ERROR_RATE / (len(OUTCOMES) * len(levels))
    rows = [
        {"peer": peer, "outcome": name, **compared(engine[name], level[name], bound)}
        for peer, level in levels.items()
        for name in OUTCOMES
    ]
    return pd.DataFrame(rows)


def compared(engine: "pd.Series[float]", peer: "pd.Series[float]", bound: float) -> dict[str, Any]:
    """Return means, z and verdict of two outcomes, paired by initial state."""
    gaps = (peer - engine).to_numpy()
    error = gaps.std(ddof=1) / np.sqrt(gaps.size)
    freedom = gaps.size - 1
    t = gaps.mean() / error if error > 0 else np.inf * np.sign(gaps.mean()) if gaps.any() else 0.0
    probability = 2 * stats.t.sf(abs(t), freedom)
    # Student's t as the normal deviate of the same probability
    z = float(np.sign(t) * stats.norm.isf(probability / 2)) if t else 0.0
    return {
        "engine": float(engine.mean()),
        "peer_level": float(peer.mean()),
        "z": z,
        "bound": float(stats.norm.isf(bound / 2)),
        "could_hide": float(stats.t.isf(bound / 2, freedom) * error / engine.mean()),
        "agrees": bool(probability >= bound),
    }


def verdict(agreement: pd.DataFrame) -> dict[str, str]:
    """Return yes or no for each peer."""
    if agreement.empty:
        return {}
    agrees = agreement.groupby("peer")["agrees"].all()
    return {str(peer): "yes" if done else "no" for peer, done in agrees.items()}
