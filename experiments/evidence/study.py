"""Studies: published evaluations, declared as data, to be replayed inside the simulator.

A study says who took part, what differs from the polo, what is changed for whom in each arm, and
for each published result the outcome, the estimator of its authors and the figure with its
interval, or with a stated band where no standard error was seen. docs/studies.md teaches how to
write one.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, model_validator

import configs
from experiments.evidence.persons import Population, counters_of
from experiments.evidence.reading import first_line_of, read_yaml
from sim.errors import InputError
from sim.results.persons import COUNTED
from sim.settings import Known, Label, Strict
from sim.settings.base import Clock, minutes

Months = tuple[int, int]
"""First and last month, both inside; month 1 is the first under the change, -1 the last before."""

NONE = "none"
"""The arm in which nothing is changed; it is always there."""


def _measure(name: str) -> str:
    """Return the name of a measure that a month of a population has; refuse any other."""
    try:
        counters = counters_of(name)
    except InputError as error:
        raise ValueError(str(error)) from None
    if not counters <= set(COUNTED):
        raise ValueError(f"measure {name!r} is of an offer, which no month of a study has")
    return name


def _parameter(name: str) -> str:
    """Return the name of a parameter; refuse any other."""
    from sim.parameters import names

    if name not in names():
        raise ValueError(f"parameter {name!r} is unknown; see configs/parameters/base.yaml")
    return name


Measure = Annotated[str, AfterValidator(_measure)]
ParameterName = Annotated[str, AfterValidator(_parameter)]

# What differs from the polo


class Set(Strict):
    """A parameter or a figure set to a value, or to so many times what it was; with its reason."""

    value: float | None = None
    times: float | None = None
    known: Known = "assumed"
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def one_of_them(self) -> "Set":
        """Refuse both or neither."""
        if (self.value is None) == (self.times is None):
            raise ValueError("give a value or times, and not both")
        return self

    def of(self, before: float) -> float:
        """Return what it becomes."""
        return self.value if self.value is not None else before * (self.times or 0.0)


class Society(Strict):
    """Another country or time: parameters and figures of the polo that hold from the start."""

    parameters: dict[ParameterName, Set] = Field(default_factory=dict)
    figures: dict[str, Set] = Field(default_factory=dict)


# What is changed for whom


class Lottery(Strict):
    """Places by lot: a share wins, among all who may enter or among those who would ask.

    Who would ask is found out by a trial: all are let in, with places for everybody, for so many
    months; who wanted a place in one, now or with the job she looks for, is an applicant. Of those
    who lose, `losers_admitted` get a place all the same (a waiting list, another centre of the
    kind); they still count as lost.
    """

    share: Annotated[float, Field(gt=0, lt=1)]
    among: Literal["applicants", "everybody"] = "applicants"
    trial: Annotated[int, Field(ge=1, le=24)] = 3
    losers_admitted: Annotated[float, Field(ge=0, lt=1)] = 0.0


class Places(Strict):
    """New centres.

    Near homes, one in each zone, for `who`; or at the largest export plants, one each, for their
    staff. As many places as a number, or per hundred children of two months to four years of
    `per`; without either, as many as are asked for. Only for working women unless `at_home_too`.
    """

    where: Literal["homes", "plants"] = "homes"
    plants: Annotated[int, Field(ge=1)] | None = None
    number: Annotated[int, Field(ge=1)] | None = None
    per_100: Annotated[float, Field(gt=0)] | None = None
    per: Population | None = None
    who: Population | None = None
    fee: Annotated[float, Field(ge=0)] = 0.0
    at_home_too: bool = False
    opens: Clock = "06:00"
    closes: Clock = "18:30"
    evening: bool = False
    lottery: Lottery | None = None

    @model_validator(mode="after")
    def consistent(self) -> "Places":
        """Refuse what cannot go together."""
        if self.number is not None and self.per_100 is not None:
            raise ValueError("give number or per_100, and not both")
        for name in ("number", "per_100"):
            if self.lottery is not None and getattr(self, name) is not None:
                raise ValueError(f"{name} has no meaning with a lottery: who wins has a place")
        if self.where == "plants":
            if self.plants is None:
                raise ValueError("where plants needs plants: how many of the largest")
            for name in ("who", "lottery", "at_home_too"):
                if getattr(self, name):
                    raise ValueError(f"{name} has no meaning at plants: their staff may enter")
        elif self.plants is not None:
            raise ValueError("plants has no meaning near homes")
        elif self.evening:
            raise ValueError("evening has no meaning near homes: only plants have an evening shift")
        if self.per is not None and self.per_100 is None:
            raise ValueError("per has no meaning without per_100")
        if minutes(self.closes) <= minutes(self.opens):
            raise ValueError(f"closes {self.closes} is not after opens {self.opens}")
        return self


class Remove(Strict):
    """A person taken out of the household, of a share of `who` chosen by lot."""

    person: Literal["grandmother", "partner"]
    who: Population | None = None
    share: Annotated[float, Field(gt=0, le=1)] = 1.0


class Posts(Strict):
    """Labour demand: the posts of all firms times a factor."""

    times: Annotated[float, Field(gt=0, le=5)]


class Step(Strict):
    """One change; an arm is a list of them, all made at the start of month 1."""

    places: Places | None = None
    remove: Remove | None = None
    parameters: dict[ParameterName, Set] | None = None
    posts: Posts | None = None

    @model_validator(mode="after")
    def one_change(self) -> "Step":
        """Refuse a step with no change or several."""
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            known = ", ".join(type(self).model_fields)
            raise ValueError(f"a step is one change, not {len(given)}; known changes: {known}")
        return self


# How the effect is estimated

Of = Literal[
    "everybody", "touched", "untouched", "won", "lost", "users", "using", "non_users",
    "waiting",
]  # fmt: skip


class Group(Strict):
    """Some of the cohort in an arm.

    `of`: everybody; those whom a removal touched or not; winners or losers of a lottery; users of
    the new centres (who entered one before the window ended), those while they are `using` one,
    who did not enter any, or who asked and waits.
    `who` are traits, the study's population by default.
    """

    arm: str = NONE
    of: Of = "everybody"
    who: Population | None = None


ESTIMATORS = {
    "difference_in_means": "treated less control, over `months`",
    "difference_in_differences": "that, less the same over `before`",
    "triple_difference": "that, less the same among the women of `third`",
    "within_person": "treated after they entered a new centre, less before, each by her own "
    "calendar; less the change of `control` over `months` and `before` where given",
    "ratio": "difference in means of the outcome over that of the outcome `per`",
}


class Estimator(Strict):
    """An estimator and what it compares, in `months` and, where it looks back, `before`.

    The result is a difference in the measure's unit (`points`), a difference in per cent of the
    second term (`percent`), or the first term over the second (`ratio_of_means`).
    """

    kind: Literal[
        "difference_in_means",
        "difference_in_differences",
        "triple_difference",
        "within_person",
        "ratio",
    ]
    treated: Group
    control: Group | None = None
    third: Population | None = None
    per: Measure | None = None
    months: Months
    before: Months | None = None
    scale: Literal["points", "percent", "ratio_of_means"] = "points"
    contrast: tuple[Population, Population] | None = None

    @model_validator(mode="after")
    def complete(self) -> "Estimator":
        """Refuse an estimator without what it needs, or with what it has no use for."""
        needs = {
            "difference_in_means": {"control"},
            "difference_in_differences": {"control", "before"},
            "triple_difference": {"control", "before", "third"},
            "within_person": {"before"},
            "ratio": {"control", "per"},
        }[self.kind]
        for name in ("control", "before", "third", "per"):
            given = getattr(self, name) is not None
            if name in needs and not given:
                raise ValueError(f"{self.kind} needs {name}")
            optional = self.kind == "within_person" and name == "control"
            if given and name not in needs and not optional:
                raise ValueError(f"{self.kind} has no use for {name}")
        groups = (self.treated, self.control)
        for name in ("months", "before"):
            window = getattr(self, name)
            if window is None:
                continue
            first, last = window
            if name == "before" and any(group and group.of == "using" for group in groups):
                raise ValueError("nobody is using a new centre before there is one: write users")
            late = name == "months"
            if first > last or (late and first < 1) or (not late and last > -1):
                allowed = "[1, 12] or later" if late else "[-12, -1] or earlier"
                raise ValueError(f"{name} {list(window)}: write such as {allowed}, in order")
        if self.scale != "points" and self.kind not in ("difference_in_means", "within_person"):
            raise ValueError(f"scale {self.scale} has no meaning for {self.kind}")
        if self.scale == "ratio_of_means" and self.kind == "within_person" and self.control:
            raise ValueError("ratio_of_means has no change of a control to take off")
        for name in ("third", "contrast"):
            if getattr(self, name) and any(group and group.who for group in groups):
                raise ValueError(f"{name} says who is compared: leave who out of the groups")
        return self


class Published(Strict):
    """What was found: the figure, and its interval (or a stated band), in the result's unit.

    An end that is absent is open.
    """

    value: float
    low: float | None = None
    high: float | None = None
    interval: Literal["confidence", "range", "band"]
    unit: str = Field(min_length=1)
    known: Known = "measured"
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def ordered(self) -> "Published":
        """Refuse an interval without ends, in the wrong order, or that lacks the figure."""
        low = float("-inf") if self.low is None else self.low
        high = float("inf") if self.high is None else self.high
        if self.low is None and self.high is None:
            raise ValueError("give low, high or both")
        if not low <= self.value <= high:
            raise ValueError(f"value {self.value:g} is not from low {low:g} to high {high:g}")
        return self


class Result(Strict):
    """A published result: its outcome, the estimator, and what was found.

    `mechanism` says what in the model makes the figure, and so why it may be missed;
    `by_construction` why the model could hardly give another, where that is so.
    """

    label: Label
    outcome: Measure
    estimator: Estimator
    published: Published
    mechanism: Label | None = None
    by_construction: Label | None = None


class Study(Strict):
    """A published evaluation, as `configs/study/<id>.yaml` declares it.

    The women meant by traits are those who have them in the last month before the changes, and they
    are followed; or, not `followed`, those who have them in each month: repeated cross-sections.
    """

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    label: Label
    place: str = Field(min_length=1)
    source: str = Field(min_length=1)
    society: Society = Society()
    population: Population
    followed: bool = True
    observed_before: Annotated[int, Field(ge=0, le=60)] = 12
    observed: Annotated[int, Field(ge=1, le=120)] = 12
    arms: dict[str, list[Step]]
    results: Annotated[dict[str, Result], Field(min_length=1)]

    @model_validator(mode="after")
    def arms_and_months_are_there(self) -> "Study":
        """Refuse unknown arms, a change without place, and months that are not observed."""
        if NONE in self.arms:
            raise ValueError(f"arms: {NONE} is the arm without change; it is always there")
        arms = (NONE, *self.arms)
        for name, result in self.results.items():
            how = result.estimator
            for group in (how.treated, how.control):
                if group is None:
                    continue
                if group.arm not in arms:
                    raise ValueError(
                        f"results.{name}: arm {group.arm!r} is unknown; known: {', '.join(arms)}"
                    )
                self._check_group(name, group)
            if how.kind == "within_person" and not self.followed:
                raise ValueError(f"results.{name}: within_person needs women who are followed")
            if how.kind == "within_person" and not self._has_places(how.treated.arm):
                raise ValueError(
                    f"results.{name}: nobody enters a new centre in arm {how.treated.arm}, for "
                    "it has no places: within_person has no entry to count from"
                )
            if how.months[1] > self.observed:
                raise ValueError(
                    f"results.{name}: months {list(how.months)} are not within observed "
                    f"{self.observed}"
                )
            if how.before is not None and -how.before[0] > self.observed_before:
                raise ValueError(
                    f"results.{name}: before {list(how.before)} is not within observed_before "
                    f"{self.observed_before}"
                )
        for name, steps in self.arms.items():
            if sum(step.places is not None for step in steps) > 1:
                raise ValueError(f"arms.{name}: more than one step of places")
        return self

    def populations(self) -> list[Population]:
        """Return those that the results speak of."""
        found = [self.population]
        for result in self.results.values():
            how = result.estimator
            groups = [group.who for group in (how.treated, how.control) if group is not None]
            found += [who for who in (*groups, how.third, *(how.contrast or ())) if who is not None]
        return found

    def _has_places(self, arm: str) -> bool:
        return any(step.places is not None for step in self.arms.get(arm, []))

    def _check_group(self, result: str, group: Group) -> None:
        steps = self.arms.get(group.arm, [])
        places = [step.places for step in steps if step.places is not None]
        needed = {
            "won": any(found.lottery is not None for found in places),
            "lost": any(found.lottery is not None for found in places),
            "users": self._has_places(group.arm),
            "using": self._has_places(group.arm),
            "non_users": self._has_places(group.arm),
            "waiting": self._has_places(group.arm),
            "touched": any(step.remove is not None for step in steps),
            "untouched": any(step.remove is not None for step in steps),
        }
        if not needed.get(group.of, True):
            raise ValueError(
                f"results.{result}: nobody is {group.of} in arm {group.arm}, for nothing in it "
                "makes them so"
            )


def studies(folder: Path | None = None) -> dict[str, Path]:
    """Return the files of the studies by their id, from `configs/study` or a folder."""
    home = folder or Path(configs.__file__).parent / "study"
    return {path.stem: path for path in sorted(home.glob("*.yaml"))}


def read_study(path: Path) -> Study:
    """Return the study of a file.

    Raises
    ------
    InputError
        If it cannot be used, in one line that names file, key, value and what is allowed.
    """
    study = checked(read_yaml(path), path.name)
    if study.name != path.stem:
        raise InputError(f"{path.name}: name {study.name!r} is not that of the file")
    return study


def checked(written: Any, where: str) -> Study:
    """Return a study written as plain data; raises InputError, which says where and what."""
    if not isinstance(written, dict):
        said = "nothing" if written is None else type(written).__name__
        raise InputError(f"{where}: a study is keys with their values (name: ...), not {said}")
    try:
        return Study.model_validate(written)
    except (ValidationError, InputError) as error:
        raise InputError(f"{where}: {first_line_of(error)}") from None
