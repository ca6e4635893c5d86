"""Women one by one: their traits, and what is counted of each in a month.

Every woman of a model, or those of some rows, gets the counters of `sim.results.record` under the
same names, so that what the result tables tell of groups can be told of persons.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from sim.agents.ceci import GUARDERIA
from sim.agents.firm import AGROPECUARIO
from sim.agents.household import ABSENT, CORESIDENT, NEARBY, NOT_WORKING
from sim.agents.mother import (
    CARE_AGE,
    CARE_FROM,
    DISMISSED,
    FORMAL,
    GRANDMOTHER,
    HOME,
    INFORMAL,
    MAQUILA_EVENING,
    MEDIA_SUPERIOR,
    MOVED,
    NEVER,
    NOBODY,
    PARTNER,
    PRIVATE,
    QUIT,
    QUIT_BY_CHOICE,
    RELATIVE,
    SCHOOL_AGE,
    SEARCHING,
    SEASON_ENDED,
    SIBLING,
    STAYED,
    WORKPLACE,
)
from sim.model import PoloModel

FULL_TIME_FROM = 35
"""Weekly hours from which ENOE counts full time."""
ADULT = 216
"""Months of age."""
YOUNG = 25
"""Years below which ENOE's first age group ends."""


class _Rows:
    """Some rows of a table, of which only the columns that are asked for are copied, once."""

    def __init__(self, table: Any, rows: np.ndarray) -> None:
        self._table, self._rows = table, rows

    def __getattr__(self, column: str) -> np.ndarray:
        found = self._table[column][self._rows]
        setattr(self, column, found)
        return found


class People:
    """Rows of a model's women after a month was stepped, with that month's number.

    Parameters
    ----------
    model : PoloModel
    rows : ndarray of int, optional
        Which women; all of them by default.
    """

    def __init__(self, model: PoloModel, rows: np.ndarray | None = None) -> None:
        self.model = model
        self.mothers, self.children, self.households = (
            self._table(name, rows) for name in ("mothers", "children", "households")
        )
        self.month = int(model.now["month"][0]) - 1
        self.size = model.tables["mothers"].size if rows is None else rows.size

    def _table(self, name: str, rows: np.ndarray | None) -> Any:
        table = self.model.tables[name]
        return table if rows is None else _Rows(table, rows)

    @cached_property
    def ages(self) -> np.ndarray:
        """Months of age of each child, 10,000 where there is none, shape (women, slots)."""
        there = self.children.birth != NEVER
        return np.where(there, self.month - self.children.birth, 10_000)

    @cached_property
    def in_centre(self) -> np.ndarray:
        """True for each child who has a place, shape (women, slots)."""
        return (self.children.birth != NEVER) & (self.children.centre != NOBODY)

    @property
    def works(self) -> np.ndarray:
        """True for the employed."""
        return self.mothers.status >= INFORMAL

    @property
    def to_guarderia(self) -> np.ndarray:
        """True for each child whose place is in an IMSS guardería, shape (women, slots)."""
        schemes = np.append(self.model.tables["centres"].scheme, -1)
        return self.in_centre & (schemes[self.children.centre] == GUARDERIA)


# Traits

_SECTORS = ("maquila", "agropecuario", "comercio_servicios", "otro")
_CARES = ("own", "workplace", "grandmother", "relative", "partner", "sibling", "private", "centre")


def _named(codes: np.ndarray, names: Mapping[int, str]) -> np.ndarray:
    found = np.full(codes.shape, "none", dtype=f"<U{max(map(len, names.values())) + 4}")
    for code, name in names.items():
        found[codes == code] = name
    return found


def _income_per_person(people: People) -> np.ndarray:
    h = people.households
    return (h.partner_income + h.other_income) / np.maximum(h.persons, 1)


def _quintile(people: People) -> np.ndarray:
    whole = People(people.model)
    edges = np.quantile(_income_per_person(whole), [0.2, 0.4, 0.6, 0.8])
    return 1 + np.searchsorted(edges, _income_per_person(people), side="right")


def _firm_size(people: People) -> np.ndarray:
    posts = np.append(people.model.tables["firms"].posts, 0)
    return posts[people.mothers.firm]


def _sector(people: People) -> np.ndarray:
    m = people.mothers
    found = _named(np.where(m.status == FORMAL, m.sector, NOBODY), dict(enumerate(_SECTORS)))
    found[m.status == INFORMAL] = "informal"
    return found


def _care(people: People) -> np.ndarray:
    m = people.mothers
    found = _named(m.care, dict(enumerate(_CARES)))
    found[~people.works] = "own"
    found[people.in_centre[:, 0]] = "ceci"
    found[people.to_guarderia[:, 0]] = "guarderia"
    found[people.ages[:, 0] >= CARE_AGE] = "none"
    return found


_STATUS = {0: "out", SEARCHING: "searching", INFORMAL: "informal", FORMAL: "formal"}
_SCHOOLING = dict(enumerate(("primaria", "secundaria", "media_superior", "superior")))
_GRANDMOTHER = {CORESIDENT: "home", NEARBY: "nearby", ABSENT: "absent"}

NUMBERS: dict[str, Callable[[People], np.ndarray]] = {
    "age": lambda o: (o.month - o.mothers.birth) // 12,
    "youngest_child": lambda o: np.where(o.ages[:, 0] < 10_000, o.ages[:, 0], -1),
    "children": lambda o: (o.ages < ADULT).sum(axis=1),
    "income_per_person": _income_per_person,
    "income_quintile": _quintile,
    "tenure": lambda o: np.where(o.works, o.mothers.tenure, -1),
    "hours": lambda o: o.mothers.hours,
    "firm_size": _firm_size,
}
"""Traits that are numbers: years; months (-1: none); count; MXN a month and person without her own
pay; 1 to 5; months in the job (-1: no job); a week; posts of the employer (0: none)."""

WORDS: dict[str, tuple[tuple[str, ...], Callable[[People], np.ndarray]]] = {
    "schooling": (tuple(_SCHOOLING.values()), lambda o: _named(o.mothers.schooling, _SCHOOLING)),
    "status": (tuple(_STATUS.values()), lambda o: _named(o.mothers.status, _STATUS)),
    "sector": ((*_SECTORS, "informal", "none"), _sector),
    "grandmother": (
        tuple(_GRANDMOTHER.values()),
        lambda o: _named(o.households.grandmother, _GRANDMOTHER),
    ),
    "care": ((*_CARES[:-1], "guarderia", "ceci", "none"), _care),
}
"""Traits that are words, with those that each can be. `care` is that of the youngest child, while
under four."""

TRUTHS: dict[str, Callable[[People], np.ndarray]] = {
    "works": lambda o: o.works,
    "student": lambda o: o.mothers.student == 1,
    "partner": lambda o: o.households.partner == 1,
    "partner_works": lambda o: (
        (o.households.partner == 1) & (o.households.partner_work != NOT_WORKING)
    ),
    "insured": lambda o: (o.mothers.status == FORMAL) | (o.households.insured == 1),
    "other_kin": lambda o: o.households.other_kin == 1,
    "disagrees": lambda o: o.mothers.disagrees == 1,
    "evening_shift": lambda o: o.mothers.kind == MAQUILA_EVENING,
    "on_leave": lambda o: o.mothers.leave > 0,
    "in_centre": lambda o: o.in_centre.max(axis=1),
    "asks": lambda o: (o.children.wants == 1).any(axis=1),
}
"""Traits that are true or false. `insured` is by her job or by somebody of the household."""

TRAITS = (*NUMBERS, *WORDS, *TRUTHS)


# What is counted

_LEFT_FORMAL_WORK = (QUIT_BY_CHOICE, QUIT, DISMISSED, MOVED, SEASON_ENDED)


def _status_at_work(people: People) -> np.ndarray:
    """Return True for those in formal work when days were counted, before jobs ended."""
    m = people.mothers
    return (m.status == FORMAL) | np.isin(m.separated, (QUIT, DISMISSED, SEASON_ENDED))


def _pay(people: People) -> np.ndarray:
    m = people.mothers
    lost = m.lost_own.astype(int) + m.lost_child + m.lost_care + m.lost_other
    piece = float(people.model.parameters["piece_pay"][0])
    on_farm = (m.sector == AGROPECUARIO) & (m.scheduled > 0)
    missed = (piece * m.wage * lost / np.maximum(m.scheduled, 1)).astype(int)
    return m.wage - np.where(on_farm, missed, 0)


def _income(people: People) -> np.ndarray:
    return people.households.partner_income + people.households.other_income + _pay(people)


def _under(people: People, months: int) -> np.ndarray:
    return (people.ages < months).sum(axis=1)


def _cared_for(way: int, below: int = CARE_AGE) -> Callable[[People], np.ndarray]:
    def count(people: People) -> np.ndarray:
        m = people.mothers
        ways = np.where(people.works & (m.leave == 0), m.care, HOME)
        outside = (people.ages < below) & ~people.in_centre
        return np.where(ways == way, outside.sum(axis=1), 0)

    return count


def _attending(below: int) -> Callable[[People], np.ndarray]:
    private = _cared_for(PRIVATE, below)
    return lambda o: (o.in_centre & (o.ages < below)).sum(axis=1) + private(o)


def _searching(who: Callable[[People], np.ndarray]) -> Callable[[People], np.ndarray]:
    return lambda o: (o.mothers.status == SEARCHING) & who(o)


def _separated_because(*reasons: int) -> Callable[[People], np.ndarray]:
    return lambda o: (o.mothers.was_formal == 1) & np.isin(o.mothers.separated, reasons)


COUNTED: dict[str, Callable[[People], np.ndarray]] = {
    "people": lambda o: np.ones(o.size, int),
    "searching": lambda o: o.mothers.status == SEARCHING,
    "searching_young": _searching(lambda o: NUMBERS["age"](o) < YOUNG),
    "searching_schooled": _searching(lambda o: o.mothers.schooling >= MEDIA_SUPERIOR),
    "informal": lambda o: o.mothers.status == INFORMAL,
    "formal": lambda o: o.mothers.status == FORMAL,
    "hours": lambda o: o.mothers.hours,
    "part_time": lambda o: o.works & (o.mothers.hours < FULL_TIME_FROM),
    "scheduled": lambda o: o.mothers.scheduled,
    "formal_days": lambda o: np.where(_status_at_work(o), o.mothers.scheduled, 0),
    "lost_own": lambda o: o.mothers.lost_own,
    "lost_child": lambda o: o.mothers.lost_child,
    "lost_care": lambda o: o.mothers.lost_care,
    "lost_other": lambda o: o.mothers.lost_other,
    "child_ill_days": lambda o: o.mothers.child_ill,
    "exposed": lambda o: o.mothers.was_formal == 1,
    "separations": lambda o: (o.mothers.was_formal == 1) & (o.mothers.separated != STAYED),
    "quits_by_choice": _separated_because(QUIT_BY_CHOICE),
    "quits": _separated_because(QUIT),
    "dismissals": _separated_because(DISMISSED),
    "moves": _separated_because(MOVED),
    "season_ends": _separated_because(SEASON_ENDED),
    "hires": lambda o: (o.mothers.status == FORMAL) & (o.mothers.hired == o.month),
    "wages": lambda o: np.where(o.mothers.status == FORMAL, _pay(o), 0),
    "earnings": lambda o: np.where(o.works, _pay(o), 0),
    "income": _income,
    "tenure": lambda o: np.where(o.mothers.status == FORMAL, o.mothers.tenure, 0),
    "births": lambda o: o.mothers.gave_birth,
    "partners": lambda o: o.households.partner,
    "partners_working": lambda o: (
        (o.households.partner == 1) & (o.households.partner_work != NOT_WORKING)
    ),
    "children": lambda o: _under(o, CARE_AGE),
    "children_u1": lambda o: _under(o, 12),
    "children_u3": lambda o: _under(o, 36),
    "children_u6": lambda o: _under(o, SCHOOL_AGE),
    "children_u6_of_working": lambda o: np.where(o.works, _under(o, SCHOOL_AGE), 0),
    "mothers_u4": lambda o: _under(o, CARE_AGE) > 0,
    "attending_u1": _attending(12),
    "attending_u3": _attending(36),
    "users": lambda o: o.in_centre.any(axis=1) | (_cared_for(PRIVATE)(o) > 0),
    "care_own": _cared_for(HOME),
    "care_workplace": _cared_for(WORKPLACE),
    "care_grandmother": _cared_for(GRANDMOTHER),
    "care_relative": _cared_for(RELATIVE),
    "care_partner": _cared_for(PARTNER),
    "care_sibling": _cared_for(SIBLING),
    "care_private": _cared_for(PRIVATE),
    "care_guarderia": lambda o: (o.to_guarderia & (o.ages < CARE_AGE)).sum(axis=1),
    "care_ceci": lambda o: (o.in_centre & ~o.to_guarderia & (o.ages < CARE_AGE)).sum(axis=1),
    "eligible": lambda o: np.where(
        o.mothers.status == FORMAL,
        ((o.ages >= CARE_FROM) & (o.ages < CARE_AGE)).sum(axis=1),
        0,
    ),
    "enrolled": lambda o: (o.in_centre & (o.ages < CARE_AGE)).sum(axis=1),
    "asking": lambda o: np.where((o.ages < CARE_AGE) & ~o.in_centre, o.children.wants, 0).sum(
        axis=1
    ),
}
"""Counters of a woman's month: those of `sim.results.record`, and some that only studies need."""


def count(people: People, names: set[str]) -> dict[str, np.ndarray]:
    """Return counters (name) of each woman, shape (women,)."""
    return {name: np.asarray(COUNTED[name](people)).astype(np.int64) for name in sorted(names)}
