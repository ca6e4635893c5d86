"""Figures of the evidence: published results beside those of the simulator."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import charts
from analysis.texts import LOCALES, N_, Words

UNITS = (
    N_("percentage points"),
    N_("hours a week"),
    N_("per cent"),
    N_("ratio of days ill"),
    N_("points of employment per point of use"),
)
"""Units of published results, as the studies write them."""
FARTHEST = 3.0
"""Half-widths at which an interval is cut, so that one row does not make the others small."""


def forest(table: pd.DataFrame, folder: Path) -> list[Path]:
    """Draw the forest plot of replayed studies in both languages.

    Each row has its own unit, so all are drawn as distances from the published figure: -1 and 1 are
    the ends of the published interval, each by its own half-width. An end that is open is beyond
    whatever was estimated.

    Parameters
    ----------
    table : DataFrame
        What `experiments.validate.replay` returns.
    folder : Path

    Returns
    -------
    list of Path
        ``studies_<lang>.png`` and ``.svg``.
    """
    files: list[Path] = []
    for words in map(Words, LOCALES):
        with charts.style():
            figure = charts.intervals(
                pd.DataFrame([_row(row, words) for row in table.to_dict("records")]),
                words("Published evaluations, replayed inside the simulator"),
                words("distance from the published figure\n(half-widths of its interval)"),
                words("Source: python -m experiments.validate, and the studies named in "
                      "configs/study"),
                band=(-1, 1, words("published interval, or stated band")),
            )  # fmt: skip
            files += charts.save(figure, folder / f"studies_{words.lang}")
    return files


def _row(row: Mapping[Any, Any], words: Words) -> dict[str, Any]:
    value, low, high = (float(row[name]) for name in ("published", "low", "high"))
    below = value - low if np.isfinite(low) else np.nan
    above = high - value if np.isfinite(high) else np.nan
    reach = 2 * max(
        abs(float(row["estimate_low"]) - value), abs(float(row["estimate_high"]) - value)
    )
    # An open end lies beyond whatever was estimated
    below, above = (max(gap if np.isfinite(gap) else reach, 1e-9) for gap in (below, above))

    def scaled(name: str) -> float:
        gap = float(row[name]) - value
        half = above if gap > 0 else below
        return float(np.clip(gap / half, -FARTHEST, FARTHEST)) if gap else 0.0

    return {
        "name": words(
            "{label}\n{published} [{low}, {high}] {unit}; replayed {estimate}",
            label=row[f"label_{words.lang}"],
            published=_short(value),
            low=_short(low),
            high=_short(high),
            unit=words(str(row["unit"])),
            estimate=_short(float(row["estimate"])),
        ),
        "series": words("replayed: mean and 90 % interval"),
        "low": scaled("estimate_low"),
        "middle": scaled("estimate"),
        "high": scaled("estimate_high"),
    }


def _short(value: float) -> str:
    return f"{value:.3g}" if np.isfinite(value) else "…"
