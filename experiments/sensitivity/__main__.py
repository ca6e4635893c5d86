"""``python -m experiments.sensitivity +scenario=polo_norte output_dir=DIR``.

What drives the headline effects of a programme, in four tables: `morris.csv` (screening of all
uncertain parameters), `sobol.csv` (shares of variance of the most influential), `swings.csv`
(assumed parameters, one at a time) and `intervals.csv` (parameters against chance), with figures of
participation. `configs/sensitivity.yaml` has the options. Whatever was simulated is kept: the same
command goes on where it was stopped.
"""

import importlib
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

import numpy as np
import pandas as pd
from omegaconf import DictConfig
from pydantic import Field, field_validator

from experiments.options import split
from experiments.page import keep, probes_of_effects
from experiments.sensitivity.figures import SHOWN, draw, shown
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
from sim.results.folder import ResultFolder, default_folder
from sim.results.tables import write_csv
from sim.settings import Settings, Strict

HIDDEN = {
    "morris": ("unit", "sigma"),
    "sobol": ("emulator_rmse",),
    "swings": ("unit", "effect_unit"),
    "intervals": ("scale", "draws_from"),
}
"""Columns that the terminal leaves out of each table for want of room."""


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
            table = shown(table).drop(columns="measure")
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
        draw(tables._asdict(), settings, folder.work)
    tell(tables, settings)
    if asked_for.options.save:
        kept = tables._asdict()
        keep(kept, probes_of_effects(settings), lambda to: draw(kept, settings, to))
    print(f"written: {folder.path}")


if __name__ == "__main__":
    sys.exit(command(job, "sensitivity", scenario="polo_norte"))
