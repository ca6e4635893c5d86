"""The headline effects of the programme, from one paired run told in a few numbers."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from experiments.evidence.evaluations import Task, Tick, Values
from sim.results.catalogue import catalogue
from sim.results.measures import Counts, measure, older_women
from sim.settings import Settings
from sim.unit import Unit, cause, months_simulated, outcome

YEAR = 12
JOBS_PER_COST = "jobs_per_cost"
CANNOT_BE_RUN = (ArithmeticError, AssertionError, LookupError, RuntimeError, ValueError)
"""What a model raises where its parameters make no sense together; a full disk is not among it."""


class Effect(NamedTuple):
    """A headline effect: its measure and group, and whether the programme's level stands for it."""

    measure: str
    group: str = "mothers_u4"
    level: bool = False


EFFECTS = (
    Effect("participation"),
    Effect("employment"),
    Effect("formal_employment"),
    Effect("absence"),
    Effect("separation"),
    Effect("output"),
    Effect("care_at_risk"),
    Effect("enrolment"),
    # There are none without the programme
    Effect("occupancy", "ceci", level=True),
)
NAMES = (*(effect.measure for effect in EFFECTS), JOBS_PER_COST)
"""The names of the effects, in order."""

_JOBS_PER_COST = {
    "label": {
        "es": "Madres ocupadas más, por millón de costo",
        "en": "More mothers employed, per million of cost",
    },
    "unit": {
        "es": "madres por millón de MXN al mes",
        "en": "mothers per million MXN a month",
    },
}
"""The inverse of a cost per mother employed, which is without bound where few more are."""


def described(name: str) -> Mapping[str, Mapping[str, str]]:
    """Return label and unit of an effect, each in both languages."""
    return _JOBS_PER_COST if name == JOBS_PER_COST else catalogue()["measures"][name]


def unit_of(name: str) -> str:
    """Return the unit of an effect in English: points (pp), where its measure is a percentage."""
    unit = described(name)["unit"]["en"]
    return unit if name == "occupancy" else unit.replace("%", "pp", 1)


def headline_effects(task: Task, tick: Tick) -> Values:
    """Return the headline effects of a paired run; a `Function`.

    Parameters
    ----------
    task : Task
        `settings` are those of a run, with the parameters that are meant.
    tick : callable
        Called `steps_of(task.settings)` times.

    Returns
    -------
    dict
        ``effects``: name (see `NAMES`) to programme minus baseline, means of the last twelve
        months; NaN where a measure is undefined. ``failed``: why the model could not be run,
        with no effects then, or None.
    """
    try:
        arms = _lived(task, tick)
    except CANNOT_BE_RUN as error:
        return {"effects": {}, "failed": cause(error)}
    found = {}
    for effect in EFFECTS:
        definition = catalogue()["measures"][effect.measure]
        of_arm = [_last_year(measure(arm.of[effect.group], definition)) for arm in arms]
        found[effect.measure] = of_arm[1] if effect.level else of_arm[1] - of_arm[0]
    found[JOBS_PER_COST] = _jobs_per_cost(*arms)
    return {"effects": found, "failed": None}


def steps_of(settings: Settings) -> int:
    """Return how often `headline_effects` calls its tick."""
    return months_simulated(settings)


def _lived(task: Task, tick: Tick) -> list[Counts]:
    """Return what was counted in each arm."""
    looks = task.settings.distribution.model_copy(update={"every": 0})  # none is asked for here
    settings = task.settings.model_copy(update={"distribution": looks})
    older = older_women([(settings.polo, settings.scale)])
    arms = outcome(Unit(settings, task.replicate, ""), tick)
    return [Counts(lived.tally, older, settings.parameters) for lived in arms.values()]


def _last_year(values: np.ndarray) -> float:
    last = values[-YEAR:]
    return float(np.nanmean(last)) if np.isfinite(last).any() else float("nan")


def _jobs_per_cost(baseline: Counts, programme: Counts) -> float:
    jobs = _change(baseline, programme, "mothers_u4", ("informal", "formal"))
    cost = _change(
        baseline, programme, "all_centres", catalogue()["measures"]["running_cost"]["numerator"]
    )
    return jobs / (cost / 1e6) if cost > 0 else float("nan")


def _change(baseline: Counts, programme: Counts, group: str, names: Sequence[str]) -> float:
    """Return by how much the sum of some counters differs between the arms, a month."""
    before, after = (
        np.sum([arm.of[group][name] for name in names], axis=0) for arm in (baseline, programme)
    )
    return _last_year(after) - _last_year(before)
