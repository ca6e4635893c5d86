"""Moments: published levels and flows that the model is fitted to, each with its source."""

import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import yaml
from pydantic import Field, ValidationError, model_validator

import configs
from experiments.evidence.changes import Changed, who_wants_one
from experiments.evidence.evaluations import Task, Tick, Values
from experiments.evidence.persons import Population, counters_of, definition
from experiments.evidence.reading import first_line_of, read_yaml
from experiments.evidence.study import Places, Step
from sim.errors import InputError
from sim.model import PoloModel
from sim.results.catalogue import catalogue, units
from sim.results.measures import Counts, groups_with, measure, older_women
from sim.results.persons import People, count
from sim.results.tally import Tally
from sim.settings import Known, Label, Settings, Strict

YEAR = 12
WHOLE = {"women", "workers", "children", "posts", "places"}
"""Units of what is counted in the whole polo, which `scale` makes smaller."""
MONTHS_TO_ANSWER = 3
"""Months in which who would use a place offered asks for it."""
WOULD_USE = "would_use"
"""The measure of an offer: who of the population asks for a place."""


class Moment(Strict):
    """A published level or flow: what it is in the model, its value and tolerance, its source.

    It is that of a `group` of the result tables, or of a `population` by traits
    (`experiments.evidence.persons`). With an `offer` it is what people say that they would do: the
    share of the population that would use such places (measure `would_use`).
    """

    measure: str
    group: str | None = None
    population: Population | None = None
    offer: Places | None = None
    label: Label
    value: float
    tolerance: Annotated[float, Field(gt=0)]
    known: Known
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def can_be_measured(self) -> "Moment":
        """Refuse an unknown measure or group, and both or neither of group and population."""
        if (self.group is None) == (self.population is None):
            raise ValueError("give a group or a population, and not both")
        measures = catalogue()["measures"]
        if (self.offer is not None) != (self.measure == WOULD_USE):
            raise ValueError(f"measure {WOULD_USE} and an offer go together")
        if self.offer is not None and self.population is None:
            raise ValueError("an offer needs a population")
        if self.group is None:
            definition(self.measure)
        elif self.measure not in measures:
            raise ValueError(f"measure {self.measure!r} is unknown; known: {', '.join(measures)}")
        else:
            groups = groups_with(self.measure, measures[self.measure])
            if self.group not in groups:
                raise ValueError(
                    f"group {self.group!r} has no {self.measure}; those that have: "
                    f"{', '.join(groups)}"
                )
        return self

    @property
    def unit(self) -> str:
        """The unit of value and tolerance."""
        return units()[self.measure]

    @property
    def who(self) -> str:
        """The group, or the population as it is written in the file."""
        if self.population is None:
            return str(self.group)
        written = self.population.root
        return yaml.safe_dump(written, default_flow_style=True, sort_keys=False, width=1000).strip()

    @property
    def offered(self) -> Any:
        """The offer as plain data, or None."""
        return None if self.offer is None else self.offer.model_dump(mode="json")


def moments(polo: str) -> dict[str, Moment]:
    """Return the moments of a polo, from `configs/moments/<polo>.yaml`.

    Raises
    ------
    InputError
        If there is no file for the polo, or a moment cannot be used.
    """
    path = Path(configs.__file__).parent / "moments" / f"{polo}.yaml"
    if not path.exists():
        known = ", ".join(sorted(file.stem for file in path.parent.glob("*.yaml")))
        raise InputError(f"polo {polo!r} has no moments; those with some: {known}")
    return dict(_read_once(path, path.stat().st_mtime_ns))


@cache
def _read_once(path: Path, changed: int) -> dict[str, Moment]:
    return read_moments(path)


def read_moments(path: Path) -> dict[str, Moment]:
    """Return the moments of a file; raises InputError, naming the moment and what is allowed."""
    try:
        found = read_yaml(path)["moments"]
    except (KeyError, TypeError) as error:
        raise InputError(f"{path.name}: not a file of moments ({type(error).__name__})") from None
    result = {}
    for name, written in found.items():
        try:
            result[name] = Moment.model_validate(written)
        except (ValidationError, InputError) as error:
            raise InputError(f"{path.name}: moment {name}: {first_line_of(error)}") from None
    return result


def simulated_moments(task: Task, tick: Tick) -> Values:
    """Return each moment (name to value) of the baseline's first year; a `Function`.

    Also ``seconds``, what it took. `task.settings` are those of a run; its months are not used.
    """
    clock = time.perf_counter()
    settings = task.settings.model_copy(update={"months": YEAR})
    wanted = moments(settings.polo.name)
    asked = {name: moment for name, moment in wanted.items() if moment.population is not None}
    lived = {name: moment for name, moment in asked.items() if moment.offer is None}
    model = PoloModel(settings, task.replicate, settings.plan.without_centres())
    sums = live_and_count(model, lived, tick)
    for name, moment in asked.items():
        if moment.offer is not None:
            sums[name] = answers(model, moment, tick)
    tally = Tally.of(model.history, model.tables["centres"].scheme)
    older = older_women([(settings.polo, settings.scale)])
    counts = Counts(tally, older, settings.parameters)
    values = {}
    for name, moment in wanted.items():
        size = settings.scale if moment.unit in WHOLE else 1.0
        if moment.group is not None:
            found = measure(counts.of[moment.group], catalogue()["measures"][moment.measure])
            year = found[-YEAR:][~np.isnan(found[-YEAR:])]
            values[name] = float(year.mean()) / size if year.size else np.nan
        else:
            top = {counter: np.array(value) for counter, value in sums[name].items()}
            values[name] = float(measure(top, definition(moment.measure))) / size
    return {"moments": values, "seconds": time.perf_counter() - clock}


def live_and_count(
    model: PoloModel, asked: Mapping[str, Moment], tick: Tick
) -> dict[str, dict[str, float]]:
    """Live burn-in and a year; return the sums over the year of each moment's counters."""
    names = set().union(*(counters_of(moment.measure) for moment in asked.values()))
    sums = {name: dict.fromkeys(counters_of(asked[name].measure), 0.0) for name in asked}
    for month in range(model.settings.burn_in + YEAR):
        model.step()
        tick()
        if month < model.settings.burn_in or not asked:
            continue
        people = People(model)
        counted = count(people, names)
        for name, moment in asked.items():
            assert moment.population is not None
            mask = moment.population.mask(people)
            for counter in sums[name]:
                sums[name][counter] += float(counted[counter][mask].sum())
    return sums


def answers(model: PoloModel, moment: Moment, tick: Tick) -> dict[str, float]:
    """Return how many of a moment's population would use the places offered, and how many they are.

    They are offered to a copy of the polo. Who wants one within `MONTHS_TO_ANSWER` would use it, at
    once or with a job that she looks for.
    """
    assert moment.population is not None and moment.offer is not None
    asked_of = moment.population.mask(People(model))
    changed = Changed([Step(places=moment.offer)], moment.population)
    copy = model.fork(model.settings.plan.without_centres(), changed)
    would = np.zeros(asked_of.size, bool)
    for _ in range(MONTHS_TO_ANSWER):
        copy.step()
        tick()
        would |= who_wants_one(copy, changed.first_new_centre)
    return {"would_use": float((would & asked_of).sum()), "people": float(asked_of.sum())}


def steps_of(settings: Settings) -> int:
    """Return how often `simulated_moments` calls its tick."""
    offers = sum(moment.offer is not None for moment in moments(settings.polo.name).values())
    return settings.burn_in + YEAR + MONTHS_TO_ANSWER * offers


def task_of(settings: Settings, replicate: int) -> Task:
    """Return the task of `simulated_moments`: one that is new where what is measured changes.

    The months of a run and the values published are no part of it: neither changes what is found.
    """
    wanted = moments(settings.polo.name)
    asked = {name: [moment.measure, moment.who, moment.offered] for name, moment in wanted.items()}
    year = settings.model_copy(update={"months": YEAR})
    return Task(year, replicate, steps_of(settings), asked)


def compared(polo: str, values: Sequence[Mapping[str, float]]) -> pd.DataFrame:
    """Hold the mean of simulated moments against the published ones.

    Parameters
    ----------
    polo : str
    values : sequence of mapping of str to float
        The ``moments`` of `simulated_moments`, one mapping a replicate.

    Returns
    -------
    DataFrame
        Columns level, measure, group (or population), unit, published, tolerance, simulated,
        inside, known, source; one row a moment.
    """
    rows = []
    for name, moment in moments(polo).items():
        simulated = float(np.mean([replicate[name] for replicate in values]))
        rows.append(
            {
                "level": name,
                "measure": moment.measure,
                "group": moment.who,
                "unit": moment.unit,
                "published": moment.value,
                "tolerance": moment.tolerance,
                "simulated": simulated,
                "inside": abs(simulated - moment.value) <= moment.tolerance,
                "known": moment.known,
                "source": moment.source,
            }
        )
    return pd.DataFrame(rows)
