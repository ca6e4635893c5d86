"""The estimators of studies, on what was seen of a cohort in each arm."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from experiments.evidence.persons import Population, definition
from experiments.evidence.study import Estimator, Group, Result, Study
from sim.results.persons import People


@dataclass(frozen=True)
class Watched:
    """What was seen of every woman in an arm.

    Attributes
    ----------
    start : People
        In the last month before the changes.
    stays : ndarray of bool, shape (women,)
        Who did not leave the model while observed.
    panel : dict of ndarray of int, shape (months, women)
        Counters by name.
    by_month : dict of ndarray of bool, shape (months, women)
        Populations by key: who has the traits in each month; empty where women are followed.
    months_before : int
        How many of the months come before the changes.
    entered : ndarray of float, shape (women,)
        Month in which a child first attended a new centre; infinite for never.
    asked, touched, won, lost, meant_for : ndarray of bool, shape (women,)
    using : ndarray of bool, shape (months after the changes, women)
        Who had a child in a new centre when the month began.
    """

    start: People
    stays: np.ndarray
    panel: dict[str, np.ndarray]
    by_month: dict[str, np.ndarray]
    months_before: int
    entered: np.ndarray
    asked: np.ndarray
    touched: np.ndarray
    won: np.ndarray
    lost: np.ndarray
    meant_for: np.ndarray
    using: np.ndarray

    def rows(self, window: tuple[int, int]) -> slice:
        """Return the rows of the panel of the months from the first to the last of a window."""
        first, last = (month if month < 0 else month - 1 for month in window)
        return slice(self.months_before + first, self.months_before + last + 1)

    def members(self, group: Group, who: Population, until: int) -> np.ndarray:
        """Return who belongs to a group, given the traits meant and the last month of interest.

        Of the shape (months, women), or (1, women) where women are followed.
        """
        users = self.entered <= until
        of = {
            "everybody": np.ones(self.stays.size, bool),
            "using": users,
            "touched": self.touched,
            "untouched": ~self.touched,
            "won": self.won,
            "lost": self.lost,
            "users": users,
            "non_users": ~users,
            "waiting": self.asked & ~users,
        }[group.of]
        traits = self.by_month[who.key] if self.by_month else who.mask(self.start)[None, :]
        return of & self.stays & self.meant_for & traits


Terms = tuple[float, float, int, int]
"""The two terms that are compared, and how many women each is of."""


def estimate(result: Result, study: Study, watched: dict[str, Watched]) -> dict[str, float | None]:
    """Return the estimate of a result, the two terms behind it, and their numbers of women."""
    how = result.estimator
    if how.contrast is None:
        value, terms = estimated(result.outcome, how, study.population, watched)
    else:
        (value, terms), (other, _) = (
            estimated(result.outcome, how, who, watched) for who in how.contrast
        )
        value -= other
    treated, control, of_treated, of_control = terms
    return {
        "estimate": _finite(value),
        "treated": _finite(treated),
        "control": _finite(control),
        "women_treated": of_treated,
        "women_control": of_control,
    }


def estimated(
    outcome: str, how: Estimator, cohort: Population, watched: dict[str, Watched]
) -> tuple[float, Terms]:
    """Return what an estimator gives for a cohort, and the terms that it compares at the end."""
    if how.kind == "within_person":
        return within_person(outcome, how, cohort, watched)
    assert how.control is not None
    last = how.months
    treated = mean(outcome, how.treated, cohort, watched, last, last[1])
    control = mean(outcome, how.control, cohort, watched, last, last[1])
    terms = treated[0], control[0], treated[1], control[1]
    if how.kind == "difference_in_means":
        return compared(treated[0], control[0], how.scale), terms
    if how.kind == "ratio":
        assert how.per is not None
        use = difference(how.per, how, cohort, watched, last)
        return (treated[0] - control[0]) / use if use else np.nan, terms
    assert how.before is not None
    value = difference(outcome, how, cohort, watched, last)
    value -= difference(outcome, how, cohort, watched, how.before)
    if how.kind == "triple_difference":
        assert how.third is not None
        value -= difference(outcome, how, how.third, watched, last)
        value += difference(outcome, how, how.third, watched, how.before)
    return value, terms


def difference(
    outcome: str,
    how: Estimator,
    cohort: Population,
    watched: dict[str, Watched],
    window: tuple[int, int],
) -> float:
    """Return the mean of the treated less that of the control."""
    assert how.control is not None
    until = how.months[1]
    treated, _ = mean(outcome, how.treated, cohort, watched, window, until)
    control, _ = mean(outcome, how.control, cohort, watched, window, until)
    return treated - control


def mean(
    outcome: str,
    group: Group,
    cohort: Population,
    watched: dict[str, Watched],
    window: tuple[int, int],
    until: int,
) -> tuple[float, int]:
    """Return a group's outcome in a window, and how many women it is of."""
    arm = watched[group.arm]
    members = arm.members(group, group.who or cohort, until)
    rows = arm.rows(window)
    counted = members[rows] if len(members) > 1 else members
    women = round(counted.sum() / len(counted))
    if group.of == "using":
        counted = counted & arm.using[window[0] - 1 : window[1]]
    return rate(outcome, arm, rows, counted), women


def rate(outcome: str, arm: Watched, rows: slice, members: np.ndarray) -> float:
    """Return a measure over months and women together: sum over sum.

    `members` has the shape (months, women), or (1, women) where they are the same in all.
    """
    return of_totals(outcome, lambda name: (arm.panel[name][rows] * members).sum())


def of_totals(outcome: str, total: Callable[[str], float]) -> float:
    """Return a measure, given what adds up to the total of a counter."""
    found = definition(outcome)
    top = sum(float(total(name)) for name in found["numerator"])
    bottom = sum(float(total(name)) for name in found.get("denominator", ["people"]))
    return top / bottom * found.get("times", 100) if bottom else np.nan


def within_person(
    outcome: str, how: Estimator, cohort: Population, watched: dict[str, Watched]
) -> tuple[float, Terms]:
    """Return the change of the treated at their own entry, less that of the control if given.

    Months are counted from the entry into a new centre: 1 is the first month in it. Only who
    entered early enough to be seen so long counts.
    """
    assert how.before is not None
    arm = watched[how.treated.arm]
    members = arm.members(how.treated, how.treated.who or cohort, arm_end(arm))[0]
    (first, last), (earliest, latest) = how.months, how.before
    entry = np.where(np.isinf(arm.entered), 0, arm.entered).astype(int)
    at = arm.months_before + entry - 1
    seen = members & (entry > 0)
    seen &= (at + last - 1 < months_of(arm)) & (at + earliest >= 0)
    if not seen.any():
        return np.nan, (np.nan, np.nan, 0, 0)
    after = own_rate(outcome, arm, seen, at, range(first - 1, last))
    before = own_rate(outcome, arm, seen, at, range(earliest, latest + 1))
    terms = after, before, int(seen.sum()), int(seen.sum())
    change = compared(after, before, how.scale)
    if how.control is not None:
        then, _ = mean(outcome, how.control, cohort, watched, how.months, how.months[1])
        once, _ = mean(outcome, how.control, cohort, watched, how.before, how.months[1])
        change -= compared(then, once, how.scale)
    return change, terms


def own_rate(outcome: str, arm: Watched, seen: np.ndarray, at: np.ndarray, months: range) -> float:
    """Return a measure over months counted from each woman's own."""
    women = np.flatnonzero(seen)
    rows = at[women][None, :] + np.array(months)[:, None]
    return of_totals(outcome, lambda name: arm.panel[name][rows, women].sum())


def compared(first: float, second: float, scale: str) -> float:
    """Return the difference in points or per cent, or the ratio."""
    if scale == "points":
        return first - second
    if not second:
        return np.nan
    return 100.0 * (first / second - 1.0) if scale == "percent" else first / second


def months_of(arm: Watched) -> int:
    """Return how many months were seen."""
    return next(iter(arm.panel.values())).shape[0]


def arm_end(arm: Watched) -> int:
    """Return the last month seen, counted from the changes."""
    return months_of(arm) - arm.months_before


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
