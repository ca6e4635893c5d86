"""A study replayed: the polo lives on, in each arm the changes are made, and the cohort is watched.

The cohort are the women whom the study's populations mean in the last month before the changes, or
in each month where it follows nobody, and who stay in the model (do not turn 50) to the end. Every
arm starts from the same month of the same polo and lives on with the same draws.
"""

import time
from typing import Any

import numpy as np

from experiments.evidence.changes import Changed, use_of_new_centres, who_wants_one
from experiments.evidence.estimators import Watched, estimate
from experiments.evidence.evaluations import Task, Tick, Values
from experiments.evidence.persons import counters_of
from experiments.evidence.study import NONE, Study
from sim.model import PoloModel
from sim.results.persons import COUNTED, People, count
from sim.settings import Parameter, Settings


def replayed(task: Task, tick: Tick) -> Values:
    """Return the estimate and the two terms of each result of a study, once; a `Function`.

    `task.what` is the study as plain data; `task.settings` are those of a run of a polo.
    """
    clock = time.perf_counter()
    study = Study.model_validate(task.what)
    settings = in_its_society(task.settings, study)
    model = PoloModel(settings, task.replicate, settings.plan.without_centres())
    before = Watch(study)
    for month in range(settings.burn_in):
        model.step()
        tick()
        if month >= settings.burn_in - study.observed_before:
            before.look(model)
    watched = {
        arm: watch_arm(model, study, arm, before, tick) for arm in arms_of(study)
    }  # fmt: skip
    told = {name: estimate(result, study, watched) for name, result in study.results.items()}
    return {"results": told, "seconds": time.perf_counter() - clock}


def steps_of(settings: Settings, study: Study) -> int:
    """Return how often `replayed` calls its tick."""
    months = settings.burn_in + study.observed * len(arms_of(study))
    return months + sum(trial_of(study, arm) for arm in arms_of(study))


def arms_of(study: Study) -> list[str]:
    """Return the arms that some result asks for."""
    asked = set()
    for result in study.results.values():
        how = result.estimator
        asked |= {group.arm for group in (how.treated, how.control) if group is not None}
    return [arm for arm in (NONE, *study.arms) if arm in asked]


def in_its_society(settings: Settings, study: Study) -> Settings:
    """Return the settings with the parameters and figures of the study's society.

    Raises
    ------
    KeyError
        If a figure is unknown.
    """
    parameters: dict[str, Parameter] = dict(settings.parameters)
    for name, change in study.society.parameters.items():
        value = change.of(parameters[name].value)
        low, high = parameters[name].bounds
        bounds = min(low, value), max(high, value)
        parameters[name] = parameters[name].model_copy(update={"value": value, "bounds": bounds})
    polo = settings.polo
    if study.society.figures:
        figures = dict(polo.figures)
        for name, change in study.society.figures.items():
            figure = figures[name]
            figures[name] = figure.model_copy(update={"value": change.of(figure.value)})
        polo = polo.model_copy(update={"figures": figures})
    return settings.model_copy(
        update={
            "parameters": parameters,
            "polo": polo,
            "burn_in": max(settings.burn_in, study.observed_before),
        }
    )


class Watch:
    """What is counted of every woman, month by month.

    Attributes
    ----------
    months : list of dict
        Counter (name) to its values, shape (women,).
    meant : list of dict
        Population (its key) to who has its traits, shape (women,); empty where women are followed.
    """

    def __init__(self, study: Study) -> None:
        self.names: set[str] = set()
        for result in study.results.values():
            self.names |= counters_of(result.outcome)
            if result.estimator.per is not None:
                self.names |= counters_of(result.estimator.per)
        assert self.names <= set(COUNTED)
        self.populations = [] if study.followed else study.populations()
        self.months: list[dict[str, np.ndarray]] = []
        self.meant: list[dict[str, np.ndarray]] = []
        self.births: np.ndarray | None = None

    def look(self, model: PoloModel) -> None:
        """Count this month's."""
        if self.births is None:
            self.births = model.tables["mothers"].birth.copy()
        people = People(model)
        self.months.append(
            {name: values.astype(np.int32) for name, values in count(people, self.names).items()}
        )
        self.meant.append({who.key: who.mask(people) for who in self.populations})


def watch_arm(model: PoloModel, study: Study, arm: str, before: Watch, tick: Tick) -> Watched:
    """Live an arm and return what was seen of it."""
    plan = model.settings.plan.without_centres()
    steps = study.arms.get(arm, [])
    start = People(model)
    applicants = np.ones(start.size, bool)
    if trial_of(study, arm):
        applicants = asked_in_trial(model, study, arm, tick)
    changed = Changed(steps, study.population, applicants)
    living = model.fork(plan, changed)
    after = Watch(study)
    entered = np.full(start.size, np.inf)
    asked = np.zeros(start.size, bool)
    uses = np.zeros(start.size, bool)
    using = []
    for month in range(1, study.observed + 1):
        living.step()
        tick()
        after.look(living)
        using.append(uses)
        uses, asks = use_of_new_centres(living, changed.first_new_centre)
        entered = np.where(uses & np.isinf(entered), month, entered)
        asked |= asks
    stays = living.tables["mothers"].birth == (
        before.births if before.births is not None else start.mothers.birth
    )
    seen = before.months + after.months
    panel = {name: np.array([month[name] for month in seen]) for name in before.names}
    meant = before.meant + after.meant
    by_month = {who.key: np.array([month[who.key] for month in meant]) for who in after.populations}
    return Watched(
        start, stays, panel, by_month, len(before.months), entered, asked,
        changed.touched, changed.won, changed.lost, changed.meant_for,
        np.array(using),
    )  # fmt: skip


def trial_of(study: Study, arm: str) -> int:
    """Return the months of the trial that finds an arm's applicants; 0 if it needs none."""
    for step in study.arms.get(arm, []):
        lottery = step.places.lottery if step.places is not None else None
        if lottery is not None:
            return lottery.trial if lottery.among == "applicants" else 0
    return 0


def asked_in_trial(model: PoloModel, study: Study, arm: str, tick: Tick) -> np.ndarray:
    """Return True for who wants a place when all who may are let in, shape (women,)."""
    steps = study.arms[arm]
    changed = Changed(steps, study.population)
    trial = model.fork(model.settings.plan.without_centres(), changed)
    asked = np.zeros(model.tables["mothers"].size, bool)
    for _ in range(trial_of(study, arm)):
        trial.step()
        tick()
        asked |= who_wants_one(trial, changed.first_new_centre)
    return asked


def plain(study: Study) -> Any:
    """Return a study as plain data, for `Task.what`."""
    return study.model_dump(mode="json", by_alias=True, exclude_none=True)
