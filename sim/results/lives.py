"""Who gains and who loses: mothers compared one by one between both arms, counted by group.

A woman lives both arms on the same draws, with the same family; what the programme does to her is
the difference between her two lives. Some months are looked at, from the last one back. Without
the programme what a mother does is kept until the other arm has lived the same month, and then
both are counted, in groups that the programme does not change. Everything is a whole number.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from sim.agents.household import CORESIDENT
from sim.agents.mother import CARE_AGE, NEVER
from sim.model import PoloModel
from sim.population.places import to_nearest
from sim.programme.calendar import first_days, months_of
from sim.programme.centres import new_and_open
from sim.results.catalogue import catalogue
from sim.results.measures import measure
from sim.results.persons import COUNTED, People
from sim.settings import Settings

DIMENSIONS = {
    "everybody": ("mothers_u4",),
    "schooling": ("mothers_u4_primaria", "mothers_u4_secundaria", "mothers_u4_media_superior",
                  "mothers_u4_superior"),
    "partner": ("mothers_u4_lone", "mothers_u4_partnered"),
    "grandmother": ("mothers_u4_no_grandmother", "mothers_u4_grandmother"),
    "quintile": tuple(f"mothers_u4_quintile_{n}" for n in range(1, 6)),
    "youngest": tuple(f"mothers_u4_youngest_{age}" for age in range(4)),
    "way": ("mothers_u4_near", "mothers_u4_middle", "mothers_u4_far"),
}  # fmt: skip
"""Groups of mothers of a child under four, by what divides them; zones come after."""
GROUPS = tuple(name for groups in DIMENSIONS.values() for name in groups)
BANDS = (2.0, 5.0)
"""Road distance (km) to the nearest CECI up to which a zone is near, and up to which in between."""

LIVED = ("people", "searching", "informal", "formal", "scheduled", "lost_own", "lost_child",
         "lost_care", "lost_other", "income", "children", "care_workplace", "care_sibling", "users",
         "persons", "poor", "extremely_poor")  # fmt: skip
COMPARED = ("gained_work", "lost_work", "gained_formal", "lost_formal", "better_off", "worse_off")
COUNTERS = (*LIVED, *COMPARED)

EVERYBODY = ("women_15_49", "mothers_u4")
"""Whose incomes are counted by size."""

STEP, STEPS = 100, 1000
"""Incomes are counted in steps of so many MXN a month and person; the last holds all above."""

ALSO = ("participation", "employment", "formal_employment", "absence", "household_income",
        "care_at_risk")  # fmt: skip
"""Measures of everybody's months that are told of these groups too."""
OF_ZONES = ("mothers", "participation", "employment", "formal_employment", "centre_use")


@dataclass(frozen=True)
class Lives:
    """What was counted of mothers in an arm, at each look.

    Attributes
    ----------
    months : ndarray of int, shape (looks,)
        From the first month of burn-in.
    counts : ndarray of int, shape (looks, groups, COUNTERS)
        Of the `GROUPS`, then of the zones where they are of one region.
    incomes : ndarray of int, shape (looks, EVERYBODY, STEPS)
        Women by household income per person.
    """

    months: np.ndarray
    counts: np.ndarray
    incomes: np.ndarray

    def __add__(self, other: "Lives") -> "Lives":
        """Add up regions, whose zones are not the same places."""
        known = slice(len(GROUPS))
        return replace(
            self,
            counts=self.counts[:, known] + other.counts[:, known],
            incomes=self.incomes + other.incomes,
        )


class _Seen(NamedTuple):
    """What is kept of the mothers of a month without the programme until it is lived with it."""

    rows: np.ndarray
    groups: np.ndarray
    zones: np.ndarray
    lived: np.ndarray
    incomes: np.ndarray


class Looks:
    """Looks at mothers, first in the baseline, then in the other arm.

    Parameters
    ----------
    baseline : PoloModel
        As it is when the arms part: incomes of this month rank households.
    """

    def __init__(self, baseline: PoloModel) -> None:
        settings = baseline.settings
        self.options = settings.distribution
        self._after = settings.burn_in + settings.months
        self._zones = baseline.polo.zones.count
        self._seen: dict[int, _Seen] = {}
        self._looks: list[tuple[int, np.ndarray, np.ndarray]] = []
        if self.options.every:
            each = _per_person(People(baseline))
            edges = np.quantile(each, [0.2, 0.4, 0.6, 0.8])
            self._quintile = np.searchsorted(edges, each, side="right")

    def at_baseline(self, model: PoloModel) -> None:
        """Look at a month that was lived without the programme."""
        if self._is_a_look(model):
            everybody = People(model)
            youngest = everybody.children.birth[:, 0]
            rows = np.flatnonzero((youngest != NEVER) & (everybody.month - youngest < CARE_AGE))
            mothers = People(model, rows)
            self._seen[everybody.month] = _Seen(
                rows,
                self._groups(mothers, rows),
                mothers.households.zone.astype(np.int64),
                self._lived(mothers),
                _by_income(everybody, rows),
            )

    def at_programme(self, model: PoloModel) -> None:
        """Look at a month that was lived with it too, and count both."""
        if self._is_a_look(model):
            everybody = People(model)
            seen = self._seen.pop(everybody.month)
            lived = self._lived(People(model, seen.rows))
            apart = self._apart(seen.lived, lived)
            values = np.hstack((seen.lived, np.zeros_like(apart), lived, apart))
            groups = np.column_stack((seen.groups, self._ways(model)[seen.zones],
                                      len(GROUPS) + seen.zones))  # fmt: skip
            counts = _sums(values, groups, len(GROUPS) + self._zones)
            incomes = np.array([seen.incomes, _by_income(everybody, seen.rows)])
            self._looks.append((everybody.month, counts.reshape(-1, 2, len(COUNTERS)), incomes))

    def lives(self) -> tuple[Lives | None, Lives | None]:
        """Return what was counted in the baseline and with the programme; None without a look."""
        if not self._looks:
            return None, None
        months, counts, incomes = (np.array(part) for part in zip(*self._looks, strict=True))
        baseline, programme = (Lives(months, counts[:, :, arm], incomes[:, arm]) for arm in (0, 1))
        return baseline, programme

    def _is_a_look(self, model: PoloModel) -> bool:
        left = self._after - int(model.now["month"][0])
        return self.options.every > 0 and left % self.options.every == 0

    def _groups(self, mothers: People, rows: np.ndarray) -> np.ndarray:
        """Return the group of each mother in each dimension but the last, shape (mothers, 6)."""
        codes = {
            "everybody": np.zeros(rows.size, np.int64),
            "schooling": mothers.mothers.schooling,
            "partner": mothers.households.partner,
            "grandmother": mothers.households.grandmother == CORESIDENT,
            "quintile": self._quintile[rows],
            "youngest": mothers.ages[:, 0] // 12,
        }
        return np.column_stack([_FIRST[name] + code for name, code in codes.items()])

    def _ways(self, model: PoloModel) -> np.ndarray:
        """Return the group of each zone by its way to the nearest new centre that is open."""
        new = new_and_open(model.tables["centres"])
        km = to_nearest(model.distance[: self._zones], new.zone)
        return _FIRST["way"] + np.searchsorted(BANDS, km)

    def _lived(self, mothers: People) -> np.ndarray:
        """Return what is counted of each mother's month, shape (mothers, LIVED)."""
        income, persons = COUNTED["income"](mothers), mothers.households.persons.astype(np.int64)
        under = {
            "persons": persons,
            "poor": income < self.options.poverty_line.value * persons,
            "extremely_poor": income < self.options.extreme_poverty_line.value * persons,
        }
        columns = [under[name] if name in under else COUNTED[name](mothers) for name in LIVED]
        return np.column_stack(columns).astype(np.int64)

    def _apart(self, baseline: np.ndarray, programme: np.ndarray) -> np.ndarray:
        """Return in what each mother's two lives differ, shape (mothers, COMPARED)."""
        formal = [lived[:, LIVED.index("formal")] for lived in (baseline, programme)]
        works = [lived[:, LIVED.index("informal")] + of for lived, of in
                 zip((baseline, programme), formal, strict=True)]  # fmt: skip
        income = [lived[:, LIVED.index("income")] for lived in (baseline, programme)]
        change = self.options.change * income[0]
        return np.column_stack(
            (
                works[1] > works[0],
                works[1] < works[0],
                formal[1] > formal[0],
                formal[1] < formal[0],
                income[1] - income[0] > change,
                income[0] - income[1] > change,
            )
        ).astype(np.int64)


_FIRST = {
    name: sum(map(len, list(DIMENSIONS.values())[:number]))
    for number, name in enumerate(DIMENSIONS)
}
"""Number of the first group of each dimension."""


def _per_person(people: People) -> np.ndarray:
    """Return household income by person, whole MXN a month."""
    return COUNTED["income"](people) // np.maximum(people.households.persons, 1)


def _by_income(everybody: People, mothers: np.ndarray) -> np.ndarray:
    """Count women, and mothers among them, by income, shape (EVERYBODY, STEPS)."""
    step = np.minimum(_per_person(everybody) // STEP, STEPS - 1)
    return np.array([np.bincount(of, minlength=STEPS) for of in (step, step[mothers])])


def _sums(values: np.ndarray, groups: np.ndarray, count: int) -> np.ndarray:
    """Return the sums of values over each group that a woman belongs to, shape (count, values)."""
    women, belongs = groups.shape
    starts = np.arange(0, women * belongs + 1, belongs)
    ones = np.ones(women * belongs, np.int64)
    return sparse.csc_array((ones, groups.ravel(), starts), shape=(count, women)) @ values


def lives_frame(lives: Lives, settings: Settings, arm: str, replicate: int) -> pd.DataFrame:
    """Return what was counted in one arm of one replicate as a tidy table.

    Parameters
    ----------
    lives : Lives
        Of a region, or of several added up.
    settings : Settings
        Of the run.
    arm : str
    replicate : int

    Returns
    -------
    DataFrame
        Columns scenario, arm, replicate, month (first day), group, measure, value. What tells two
        lives apart is zero in the baseline.
    """
    known = catalogue()["measures"]
    own = [name for name, definition in known.items() if definition["of"] == "lives"]
    values: dict[tuple[str, str], np.ndarray] = {}
    for number in range(lives.counts.shape[1]):
        zone = number - len(GROUPS)
        group = GROUPS[number] if zone < 0 else f"zone_{zone:02d}"
        counts = {name: lives.counts[:, number, k].astype(float) for k, name in enumerate(COUNTERS)}
        for name in (*ALSO, *own) if zone < 0 else OF_ZONES:
            values[name, group] = measure(counts, known[name])
    for number, group in enumerate(EVERYBODY):
        values["gini", group] = np.array([gini(of) for of in lives.incomes[:, number]])
    looks, rows = lives.months.size, lives.months.size * len(values)
    first = months_of(settings.agreement_start) - settings.burn_in
    return pd.DataFrame(
        {
            "scenario": pd.Categorical([settings.name]).repeat(rows),
            "arm": pd.Categorical([arm]).repeat(rows),
            "replicate": np.full(rows, replicate, np.int32),
            "month": np.tile(first_days(first + lives.months), len(values)),
            "group": pd.Categorical(np.repeat([group for _, group in values], looks)),
            "measure": pd.Categorical(np.repeat([name for name, _ in values], looks)),
            "value": np.concatenate(list(values.values())),
        }
    )


def gini(women: np.ndarray) -> float:
    """Return the Gini coefficient (0 to 1) of incomes counted by size; NaN where there are none.

    The area under the Lorenz curve by trapezoids: all within a step have the income of its middle.

    Parameters
    ----------
    women : ndarray of int, shape (STEPS,)
    """
    income = (np.arange(STEPS) + 0.5) * STEP
    total = (women * income).sum()
    if total == 0:
        return np.nan
    of_women, of_income = women / women.sum(), women * income / total
    below = np.cumsum(of_income) - of_income
    return float(1 - (of_women * (2 * below + of_income)).sum())
