"""``python -m experiments.sensitivity +scenario=polo_norte output_dir=DIR``.

What drives the headline effects of a programme, in four tables: `morris.csv` (screening of all
uncertain parameters), `sobol.csv` (shares of variance of the most influential), `swings.csv`
(assumed parameters, one at a time) and `intervals.csv` (parameters against chance), with figures of
participation. `configs/sensitivity.yaml` has the options. Whatever was simulated is kept: the same
command goes on where it was stopped.
"""

import importlib
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from omegaconf import DictConfig
from pydantic import Field, field_validator

from analysis import charts
from experiments.evidence.headline import EFFECTS, NAMES, described
from experiments.options import split
from experiments.page import keep, probes_of_effects
from experiments.sensitivity.indices import design, indices
from experiments.sensitivity.intervals import intervals
from experiments.sensitivity.points import effects_at, own_chance, same_chance
from experiments.sensitivity.ranges import (
    Range,
    at_posterior_mean,
    drawn,
    posterior_of,
    ranges,
)
from experiments.sensitivity.screening import most_influential, screen, trajectories
from experiments.sensitivity.swings import assumed, ends, swings
from experiments.tables import publish
from sim.cli import command
from sim.errors import InputError
from sim.results.catalogue import catalogue
from sim.results.folder import ResultFolder, default_folder
from sim.results.tables import write_csv
from sim.settings import Settings, Strict

SHOWN = NAMES[0]
"""The effect of the figures and of the tables on the terminal; the files have all."""
ROWS = 15
"""How many parameters figures and the terminal show."""

HIDDEN = {
    "morris": ("unit", "sigma"),
    "sobol": ("emulator_rmse",),
    "swings": ("unit", "effect_unit"),
    "intervals": ("scale", "draws_from"),
}
"""Columns that the terminal leaves out of each table for want of room."""

WORDS = {
    "en": {
        "morris": "What moves the effect on\n{}",
        "morris_x": "mean elementary effect over the whole range ({})",
        "sobol": "Shares of the variance of the effect on\n{}",
        "sobol_x": "Sobol index",
        "first": "alone",
        "total": "with all that depends on others",
        "swings": "Assumed parameters and the effect on\n{}",
        "swings_x": "effect ({})",
        "low": "at its low bound",
        "high": "at its high bound",
        "to": "{} ({:,g} to {:,g})",
        "points": "percentage points",
        "source": "Source: simulation, scenario {}",
        "level": "; 90 % intervals",
    },
    "es": {
        "morris": "Qué mueve el efecto en\n{}",
        "morris_x": "efecto elemental medio en todo el intervalo ({})",
        "sobol": "Partes de la varianza del efecto en\n{}",
        "sobol_x": "índice de Sobol",
        "first": "por sí solo",
        "total": "con lo que depende de otros",
        "swings": "Parámetros supuestos y el efecto en\n{}",
        "swings_x": "efecto ({})",
        "low": "en su cota inferior",
        "high": "en su cota superior",
        "to": "{} ({:,g} a {:,g})",
        "points": "puntos porcentuales",
        "source": "Fuente: simulación, escenario {}",
        "level": "; intervalos de 90 %",
    },
}


class Options(Strict):
    """What the configuration has beyond the settings of a run; see configs/sensitivity.yaml."""

    screening_scale: Annotated[float, Field(gt=0, le=1)]
    trajectories: Annotated[int, Field(ge=2, le=1_000)]
    influential: Annotated[int, Field(ge=2, le=50)]
    samples: Annotated[int, Field(ge=16, le=100_000)]
    draws: Annotated[int, Field(ge=2, le=10_000)]
    only: list[str] | None
    save: bool = False

    @field_validator("only")
    @classmethod
    def no_two_alike(cls, names: list[str] | None) -> list[str] | None:
        """Refuse a parameter that is named twice."""
        if names is not None and len(set(names)) < len(names):
            raise ValueError("each may be given only once")
        return names


class Tables(NamedTuple):
    """The four tables."""

    morris: pd.DataFrame
    sobol: pd.DataFrame
    swings: pd.DataFrame
    intervals: pd.DataFrame


class Study(NamedTuple):
    """What is varied, of which run.

    Attributes
    ----------
    settings : Settings
        With the parameters where they stay.
    options : Options
    ranges : list of Range
    posterior : DataFrame or None
        Draws, if there are any.
    """

    settings: Settings
    options: Options
    ranges: list[Range]
    posterior: pd.DataFrame | None


def asked(config: DictConfig) -> Study:
    """Check a composed configuration.

    Raises
    ------
    pydantic.ValidationError, InputError
        If a key or value cannot be used.
    """
    settings, options = split(config, Options)
    if settings.replicates < 2:
        raise InputError(
            f"replicates={settings.replicates}: give 2 or more, to tell what is chance"
        )
    if settings.posterior:
        raise InputError("posterior=true: this command varies parameters itself; leave it out")
    for module in ("SALib", "sklearn"):
        need(module)
    posterior = posterior_of(settings.polo.name)
    found = ranges(settings, posterior, options.only)
    return Study(at_posterior_mean(settings, posterior), options, found, posterior)


def need(module: str) -> None:
    """Raise InputError where a module of the extra `evidence` is not installed."""
    try:
        importlib.import_module(module)
    except ImportError:
        raise InputError(f"{module} is not installed; pip install 'ceci-sim[evidence]'") from None


def require_an_effect(settings: Settings, found: Sequence[Range]) -> None:
    """Raise InputError where the programme changes nothing, before all else is simulated."""
    base = pd.DataFrame(
        [{one.parameter: settings.parameters[one.parameter].value for one in found}]
    )
    if not np.nan_to_num(effects_at(settings, base, same_chance(base), "a first look")).any():
        raise InputError(f"rollout={settings.rollout.name}: it changes nothing; give another")


def study(asked_for: Study) -> Tables:
    """Simulate what is kept of no earlier run, showing progress, and return the tables."""
    settings, options, found, posterior = asked_for
    seed = settings.seed % 2**32
    coarse = settings.model_copy(update={"scale": options.screening_scale})
    require_an_effect(coarse, found)

    paths = trajectories(found, options.trajectories, seed)
    effects = effects_at(coarse, paths, same_chance(paths), "screening")[:, 0]
    morris = screen(found, paths, effects, seed)

    chosen = most_influential(morris, options.influential)
    strong = [one for one in found if one.parameter in chosen]
    spread = design(strong, options.samples, seed)
    sobol = indices(
        strong, spread, effects_at(coarse, spread, same_chance(spread), "samples")[:, 0], seed
    )

    drawn_too = () if posterior is None else posterior.columns
    names = assumed(settings, options.only, drawn_too)
    at_ends = ends(settings, names)
    both = same_chance(at_ends, settings.replicates)
    swung = swings(settings, names, effects_at(settings, at_ends, both, "swings"))

    sets, draws_from = drawn(found, posterior, options.draws, seed)
    values = effects_at(settings, sets, own_chance(sets, settings.replicates), "draws")
    return Tables(morris, sobol, swung, intervals(values, draws_from, settings.scale))


def draw(tables: Tables, settings: Settings, folder: Path) -> None:
    """Draw screening, indices and swings of `SHOWN`, in both languages, as PNG and SVG."""
    morris, sobol, swung = (_shown(table) for table in tables[:3])
    measure, mothers = described(SHOWN), catalogue()["groups"][EFFECTS[0].group]["label"]
    for lang, words in WORDS.items():
        named = f"{measure['label'][lang].lower()}, {mothers[lang].lower()}"
        unit, source = words["points"], words["source"].format(settings.label.model_dump()[lang])
        labels = {name: p.label.model_dump()[lang] for name, p in settings.parameters.items()}
        kinds = sobol.melt("parameter", ["first", "total"], "kind", "value")
        halves = sobol.melt("parameter", ["first_conf", "total_conf"], value_name="half")
        with charts.style():
            drawn_figures: dict[str, Figure] = {
                "morris": charts.ranked(
                    pd.DataFrame({"label": morris["parameter"].map(labels), "kind": "",
                                  "value": morris["mu_star"], "half": morris["mu_star_conf"]}),
                    words["morris"].format(named), words["morris_x"].format(unit),
                    source + words["level"],
                ),
                "sobol": charts.ranked(
                    pd.DataFrame({"label": kinds["parameter"].map(labels),
                                  "kind": kinds["kind"].map(words),
                                  "value": kinds["value"], "half": halves["half"]}),
                    words["sobol"].format(named), words["sobol_x"], source + words["level"],
                ),
            }  # fmt: skip
            if len(swung):
                drawn_figures["swings"] = charts.swings(
                    _of_ends(swung, labels, words), words["swings"].format(named),
                    words["swings_x"].format(unit), (words["low"], words["high"]),
                    float(swung["effect_at_base"].iloc[0]), source,
                )  # fmt: skip
            for name, figure in drawn_figures.items():
                charts.save(figure, folder / f"{name}_{lang}")


def _of_ends(
    swung: pd.DataFrame, labels: Mapping[str, str], words: Mapping[str, str]
) -> pd.DataFrame:
    named = [
        words["to"].format(labels[name], low, high)
        for name, low, high in zip(swung["parameter"], swung["low"], swung["high"], strict=True)
    ]
    return pd.DataFrame(
        {"label": named, "at_low": swung["effect_at_low"], "at_high": swung["effect_at_high"]}
    )


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    """Return the first rows of the effect that is shown."""
    return table[table["measure"] == SHOWN].head(ROWS).reset_index(drop=True)


def tell(tables: Tables, settings: Settings) -> None:
    """Print the tables, those by parameter in short."""
    unwritten = settings.model_copy(update={"output_dir": None})
    titles = {
        "morris": f"Elementary effects on {SHOWN}",
        "sobol": f"Sobol indices of the effect on {SHOWN}",
        "swings": f"Assumed parameters and the effect on {SHOWN}",
        "intervals": "Parameters and chance in the effects, parameters drawn from "
        f"{tables.intervals['draws_from'].iloc[0]}, scale {settings.scale:g}",
    }
    for name, title in titles.items():
        table = getattr(tables, name)
        if name != "intervals":
            table = _shown(table).drop(columns="measure")
        publish(table.drop(columns=list(HIDDEN[name])), name, title, unwritten)


def job(config: DictConfig) -> None:
    """Run the study and write its tables and figures."""
    asked_for = asked(config)
    settings = asked_for.settings
    path = settings.output_dir or default_folder(settings.name, datetime.now(), what="sensitivity")
    with ResultFolder(path) as folder:
        tables = study(asked_for)
        for name, table in tables._asdict().items():
            write_csv(table, folder.work / f"{name}.csv")
        draw(tables, settings, folder.work)
    tell(tables, settings)
    if asked_for.options.save:
        keep(tables._asdict(), probes_of_effects(settings), lambda to: draw(tables, settings, to))
    print(f"written: {folder.path}")


if __name__ == "__main__":
    sys.exit(command(job, "sensitivity", scenario="polo_norte"))
