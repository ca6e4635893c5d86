"""The figures of the sensitivity: screening, indices and swings of one effect."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from analysis import charts
from analysis.texts import LOCALES, N_, Words
from experiments.evidence.headline import EFFECTS, NAMES, described
from sim.results.catalogue import catalogue
from sim.settings import Settings

SHOWN = NAMES[0]
"""The effect of the figures and of the tables on the terminal; the files have all."""
ROWS = 15
"""How many parameters figures and the terminal show."""
KINDS = {"first": N_("alone"), "total": N_("with all that depends on others")}
"""Sobol indices."""


def shown(table: pd.DataFrame) -> pd.DataFrame:
    """Return the first rows of the effect that is shown."""
    return table[table["measure"] == SHOWN].head(ROWS).reset_index(drop=True)


def draw(tables: Mapping[str, pd.DataFrame], settings: Settings, folder: Path) -> None:
    """Draw screening, indices and swings of `SHOWN`, in both languages, as PNG and SVG.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``morris``, ``sobol`` and ``swings``; without any swing that figure is left out.
    settings : Settings
    folder : Path
    """
    mothers = catalogue()["groups"][EFFECTS[0].group]["label"]
    for words in map(Words, LOCALES):
        of = f"{words.of(described(SHOWN)['label']).lower()}, {words.of(mothers).lower()}"
        source = words(
            "Source: simulation, scenario {scenario}",
            scenario=words.of(settings.label.model_dump()),
        )
        labels = {
            name: words.of(one.label.model_dump()) for name, one in settings.parameters.items()
        }
        with charts.style():
            figures = {
                "morris": _morris(shown(tables["morris"]), labels, of, source, words),
                "sobol": _sobol(shown(tables["sobol"]), labels, of, source, words),
            }
            swung = shown(tables["swings"])
            if len(swung):
                figures["swings"] = _swings(swung, labels, of, source, words)
            for name, figure in figures.items():
                charts.save(figure, folder / f"{name}_{words.lang}")


def _morris(
    morris: pd.DataFrame, labels: Mapping[str, str], of: str, source: str, words: Words
) -> Figure:
    data = pd.DataFrame({"label": morris["parameter"].map(labels), "kind": "",
                         "value": morris["mu_star"], "half": morris["mu_star_conf"]})  # fmt: skip
    return charts.ranked(
        data,
        words("What moves the effect on\n{of}", of=of),
        words("mean elementary effect over the whole range ({unit})",
              unit=words("percentage points")),
        source + words("; 90 % intervals"),
    )  # fmt: skip


def _sobol(
    sobol: pd.DataFrame, labels: Mapping[str, str], of: str, source: str, words: Words
) -> Figure:
    values = sobol.melt("parameter", list(KINDS), "kind", "value")
    halves = sobol.melt("parameter", [f"{kind}_conf" for kind in KINDS], value_name="half")
    data = pd.DataFrame({"label": values["parameter"].map(labels),
                         "kind": values["kind"].map(lambda kind: words(KINDS[kind])),
                         "value": values["value"], "half": halves["half"]})  # fmt: skip
    return charts.ranked(
        data,
        words("Shares of the variance of the effect on\n{of}", of=of),
        words("Sobol index"),
        source + words("; 90 % intervals"),
    )


def _swings(
    swung: pd.DataFrame, labels: Mapping[str, str], of: str, source: str, words: Words
) -> Figure:
    named = [
        words("{label} ({low} to {high})", label=labels[name], low=f"{low:,g}", high=f"{high:,g}")
        for name, low, high in zip(swung["parameter"], swung["low"], swung["high"], strict=True)
    ]
    data = pd.DataFrame(
        {"label": named, "at_low": swung["effect_at_low"], "at_high": swung["effect_at_high"]}
    )
    return charts.swings(
        data,
        words("Assumed parameters and the effect on\n{of}", of=of),
        words("effect ({unit})", unit=words("percentage points")),
        (words("at its low bound"), words("at its high bound")),
        float(swung["effect_at_base"].iloc[0]),
        source,
    )
