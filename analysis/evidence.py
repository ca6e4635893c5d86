"""Figures of the evidence: published results beside those of the simulator."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import charts

WORDS = {
    "en": {
        "title": "Published evaluations, replayed inside the simulator",
        "x": "distance from the published figure\n(half-widths of its interval)",
        "band": "published interval, or stated band",
        "series": "replayed: mean and 90 % interval",
        "row": "{label}\n{published} [{low}, {high}] {unit}; replayed {estimate}",
        "source": "Source: python -m experiments.validate, and the studies named in configs/study",
    },
    "es": {
        "title": "Evaluaciones publicadas, repetidas dentro del simulador",
        "x": "distancia de la cifra publicada\n(semianchos de su intervalo)",
        "band": "intervalo publicado, o banda declarada",
        "series": "repetida: media e intervalo de 90 %",
        "row": "{label}\n{published} [{low}, {high}] {unit}; repetida {estimate}",
        "source": "Fuente: python -m experiments.validate, y los estudios citados en configs/study",
    },
}
UNITS_ES = {
    "percentage points": "puntos porcentuales",
    "hours a week": "horas por semana",
    "per cent": "por ciento",
    "ratio of days ill": "razón de días enfermos",
    "points of employment per point of use": "puntos de ocupación por punto de uso",
}
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
    for lang, words in WORDS.items():
        rows = pd.DataFrame([_row(row, words, lang) for row in table.to_dict("records")])
        with charts.style():
            figure = charts.intervals(
                rows, words["title"], words["x"], words["source"], band=(-1, 1, words["band"])
            )
            files += charts.save(figure, folder / f"studies_{lang}")
    return files


def _row(row: Mapping[Any, Any], words: Mapping[str, str], lang: str) -> dict[str, Any]:
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

    unit = str(row["unit"])
    return {
        "name": words["row"].format(
            label=row[f"label_{lang}"],
            published=_short(value),
            low=_short(low),
            high=_short(high),
            unit=unit if lang == "en" else UNITS_ES.get(unit, unit),
            estimate=_short(float(row["estimate"])),
        ),
        "series": words["series"],
        "low": scaled("estimate_low"),
        "middle": scaled("estimate"),
        "high": scaled("estimate_high"),
    }


def _short(value: float) -> str:
    return f"{value:.3g}" if np.isfinite(value) else "…"
