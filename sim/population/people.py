"""Women, their households and their children, one to one, from the polo's figures.

Counts are exact (largest remainders, then lots), so that the people reproduce the figures at any
seed; who is who is drawn for each woman by her number.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from sim.agents import household as h
from sim.agents import mother as m
from sim.core.records import table
from sim.population.places import zones_of
from sim.population.quotas import apportion, lots, pick
from sim.purposes import PEOPLE
from sim.settings import Polo

OLDEST_CHILD = 17
FERTILE_AGES = (15, 50)


@dataclass
class People:
    """The tables of the women of a polo: row i of each belongs to woman i."""

    mothers: np.recarray
    children: np.recarray
    households: np.recarray


class Lots:
    """Uniform draws of all women, a fresh column at each call."""

    def __init__(self, seed: int, replicate: int, count: int, first_block: int = 0):
        self._of = (seed, replicate, count)
        self._used = 4 * first_block
        self._block = np.empty((count, 4))

    def __call__(self) -> np.ndarray:
        """Return the next column of draws, shape (count,)."""
        column = self._used % 4
        if column == 0:
            seed, replicate, count = self._of
            self._block = lots(seed, replicate, count, PEOPLE, self._used // 4)
        self._used += 1
        return self._block[:, column].copy()


def fertility_by_age(polo: Polo) -> np.ndarray:
    """Return births per woman a month at each age from 15 to 50, shape (36,)."""
    names = ("15_19", "20_24", "25_29", "30_34", "35_39", "40_44", "45_49")
    yearly = np.repeat([polo[f"fertility_{name}"] for name in names], 5)
    return np.append(yearly, 0.0) / 12.0


def synthesise(
    polo: Polo, parameters: np.recarray, seed: int, replicate: int, scale: float
) -> People:
    """Make the women of 15 to 49 of a polo, with households and children.

    Parameters
    ----------
    polo : Polo
        Figures.
    parameters : recarray, shape (1,)
    seed, replicate : int
    scale : float
        Share of the women made; every count is scaled alike.

    Returns
    -------
    People
        Nobody has a job yet: see `sim.population.work`.
    """
    count = max(1, round(polo["women_15_49"] * scale))
    lot = Lots(seed, replicate, count)
    mothers = table(m.MOTHER, count)
    children = table(m.CHILD, (count, m.CHILD_SLOTS))
    households = table(h.HOUSEHOLD, count)
    age = ages(polo, count, lot)
    mothers.number = np.arange(count)
    mothers.birth = -(12 * age + (12 * lot()).astype(int))
    mothers.schooling = schooling(polo, age, lot)
    mothers.student = age < np.where(mothers.schooling == m.SUPERIOR, 22, 18)
    is_mother = motherhood(polo, age, mothers.schooling, lot)
    in_union = unions(polo, age, is_mother, lot)
    give_children(polo, age, is_mother, in_union, children, scale, lot)
    make_households(polo, parameters[0], age, is_mother, in_union, children, households, lot)
    give_pay(polo, mothers, lot)
    for name in (
        "firm",
        "farm",
        "left_firm",
        "wants_firm",
        "wants_centre",
        "sector",
        "sector_before",
        "hire_cell",
    ):
        mothers[name] = m.NOBODY
    mothers.hired = mothers.last_insured = m.NEVER
    return People(mothers, children, households)


def ages(polo: Polo, count: int, lot: Lots) -> np.ndarray:
    """Return ages in years: the census counts of 15-17, 18-24 and 25-49, smooth inside."""
    parts = apportion(
        count,
        np.array(
            [
                polo["women_15_plus"] - polo["women_18_plus"],
                polo["women_18_24"],
                polo["women_15_49"]
                - polo["women_18_24"]
                - (polo["women_15_plus"] - polo["women_18_plus"]),
            ]
        ),
    )
    young = apportion(int(parts[0]), np.ones(3))
    adult = apportion(int(parts[1]), np.ones(7))
    older = apportion(int(parts[2]), np.linspace(1.1, 0.9, 25))
    years = np.repeat(np.arange(15, 50), np.concatenate((young, adult, older)))
    return years[np.argsort(lot(), kind="stable")]


def schooling_shares(polo: Polo) -> np.ndarray:
    """Return shares of women of 15 to 49 with primaria, secundaria, media superior, superior.

    The census gives women of 15 and over; those of 50 and over are taken off with their assumed
    shares.
    """
    older = polo["women_15_plus"] - polo["women_15_49"]
    primaria = (
        polo["no_schooling"]
        + polo["primaria_incomplete"]
        + polo["primaria_complete"]
        - polo["primaria_50_plus"] * older
    )
    secundaria = (
        polo["secundaria_incomplete"]
        + polo["secundaria_complete"]
        - polo["secundaria_50_plus"] * older
    )
    primaria, secundaria = max(primaria, 0.0), max(secundaria, 0.0)
    postbasic = max(polo["women_15_49"] - primaria - secundaria, 0.0)
    superior = polo["superior_of_postbasic"] * postbasic
    shares = np.array([primaria, secundaria, postbasic - superior, superior])
    return shares / shares.sum()


def schooling(polo: Polo, age: np.ndarray, lot: Lots) -> np.ndarray:
    """Return levels of schooling: exact shares, the younger with more."""
    counts = apportion(age.size, schooling_shares(polo))
    level = np.full(age.size, m.SECUNDARIA)
    superior = pick(counts[m.SUPERIOR], lot(), np.where(age >= 18, 60.0 - age, 0.0))
    level[superior] = m.SUPERIOR
    primaria = pick(counts[m.PRIMARIA], lot(), np.where(superior, 0.0, np.maximum(age - 12.0, 1)))
    level[primaria] = m.PRIMARIA
    rest = ~(superior | primaria)
    level[pick(counts[m.MEDIA_SUPERIOR], lot(), rest * (60.0 - age))] = m.MEDIA_SUPERIOR
    return level


def motherhood(polo: Polo, age: np.ndarray, level: np.ndarray, lot: Lots) -> np.ndarray:
    """Return who has had a child: exact by age group, fewer among the more schooled."""
    groups = ((15, 20), (20, 25), (25, 30), (30, 45), (45, 50))
    chosen = np.zeros(age.size, bool)
    draw = lot()
    for low, high in groups:
        share = polo[f"mothers_{low}_{high - 1}"]
        inside = (age >= low) & (age < high)
        rate = np.where(age < 30, 0.2 + np.maximum(age - 15, 0), 10.0)
        weights = inside * rate * np.array([1.6, 1.3, 1.0, 0.6])[level]
        chosen |= pick(round(share * inside.sum()), draw, weights)
    return chosen


def unions(polo: Polo, age: np.ndarray, is_mother: np.ndarray, lot: Lots) -> np.ndarray:
    """Return who lives with a partner: exact among mothers and among other women."""
    lone = pick(round(polo["lone_mothers"] * is_mother.sum()), lot(), is_mother.astype(float))
    others = ~is_mother
    weights = others * np.where(age < 18, 0.05, np.where(age < 25, 0.5, 1.0))
    partnered = pick(round(polo["partnered_others"] * others.sum()), lot(), weights)
    return (is_mother & ~lone) | partnered


def children_by_age(polo: Polo, scale: float) -> np.ndarray:
    """Return the number of children of each age from 0 to 17 years, shape (18,)."""
    parts = []
    for name, years in (("0_2", 3), ("3_5", 3), ("6_11", 6), ("12_17", 6)):
        parts.append(apportion(round(polo[f"children_{name}"] * scale), np.ones(years)))
    return np.concatenate(parts)


def give_children(
    polo: Polo,
    age: np.ndarray,
    is_mother: np.ndarray,
    in_union: np.ndarray,
    children: np.recarray,
    scale: float,
    lot: Lots,
) -> None:
    """Give each child of the census to a mother, oldest first: by fertility at her age then.

    Nobody has two in consecutive years of age, or more than four; mothers without a child yet come
    first, the likelier the fewer years they have had for it.
    """
    count = age.size
    rates = fertility_by_age(polo)[:35]
    at_birth = np.concatenate((np.full(15, rates[0] * 0.2), rates, np.zeros(18)))
    births = np.full((count, m.CHILD_SLOTS), m.NEVER, np.int64)
    had = np.zeros(count, np.int64)
    last = np.full(count, 99)
    numbers = children_by_age(polo, scale)
    for years in range(OLDEST_CHILD, -1, -1):
        at = age - years
        possible = is_mother & (at >= 14) & (had < m.CHILD_SLOTS) & (last != years + 1)
        urgency = np.where(had == 0, 1.0 + 24.0 / np.maximum(age - 14, 1), 1.0)
        union = np.where(in_union, 1.0, 0.8)
        weights = possible * at_birth[np.clip(at, 0, at_birth.size - 1)] * urgency * union
        mothers_of = pick(int(numbers[years]), lot(), weights)
        who = np.flatnonzero(mothers_of)
        month = -(12 * years + (12 * lot()[who]).astype(int))
        births[who, 1:] = births[who, :-1]
        births[who, 0] = month
        had[who] += 1
        last[who] = years
    children.birth = births
    children.centre = m.NOBODY
    children.entry = children.asked = m.NEVER


def make_households(
    polo: Polo,
    p: np.record,
    age: np.ndarray,
    is_mother: np.ndarray,
    in_union: np.ndarray,
    children: np.recarray,
    households: np.recarray,
    lot: Lots,
) -> None:
    """Fill the households: partner, grandmother, kin, other income, insurance, head, size, zone."""
    count = age.size
    households.zone = zones_of(polo, lot())
    households.partner = in_union
    works, formal, income = lot(), lot(), lot()
    at_work = in_union & (works >= p.partner_not_working)
    evening = works < p.partner_not_working + p.partner_evening * (1 - p.partner_not_working)
    households.partner_work = np.where(at_work, np.where(evening, h.EVENING_SHIFT, h.DAY_SHIFT), 0)
    pay = np.where(formal < p.partner_formal, p.partner_pay_formal, p.partner_pay_informal)
    spread = 1 + p.partner_pay_spread * (2 * income - 1)
    households.partner_income = np.where(at_work, pay * spread, 0).astype(int)
    households.insured = at_work & (formal < p.partner_formal)
    with_parents = (
        ~in_union
        & ~is_mother
        & (lot() < np.where(age < 30, polo["with_parents_under_30"], polo["with_parents_30_plus"]))
    )
    add_grandmothers(polo, p, age, children, with_parents, households, lot)
    households.other_kin = pick(round(polo["other_kin"] * count), lot(), np.ones(count))
    households.car = pick(round(polo["cars"] * count), lot(), 1.0 + in_union)
    support = lot()
    households.other_income = np.where(
        with_parents | (~in_union & (households.grandmother == h.CORESIDENT)),
        (0.6 + 0.8 * support) * p.partner_pay_informal,
        0.2 * support * p.partner_pay_informal,
    ).astype(int)
    nucleus = is_mother | in_union
    certain = nucleus & (households.grandmother == h.CORESIDENT)
    extended = round(polo["extended_households"] * count)
    households.extended = pick(extended, lot(), np.where(certain, 1e9, nucleus * 1.0))
    alone = np.where(in_union, 0.05, np.where(with_parents, 0.02, 1.0)) * np.maximum(age - 14, 1)
    households.head = pick(round(polo["female_heads"] * count), lot(), alone)
    households.children = (children.birth != m.NEVER).sum(axis=1)
    size = 1 + in_union + households.children
    size += households.grandmother == h.CORESIDENT
    households.persons = size + np.where(with_parents, 2, 0)


def add_grandmothers(
    polo: Polo,
    p: np.record,
    age: np.ndarray,
    children: np.recarray,
    with_parents: np.ndarray,
    households: np.recarray,
    lot: Lots,
) -> None:
    """Give households a grandmother: in them or nearby, of what age, with what hours to give."""
    youngest = children.birth[:, 0]
    has_child = (youngest != m.NEVER) & (youngest > -144)
    coresident, nearby = polo["grandmother_coresident"], polo["grandmother_nearby"]
    draw = lot()
    lone = np.where(households.partner == 1, 1.0, 3.0)
    inside = pick(round(coresident * has_child.sum()), draw, has_child * lone)
    near = pick(round(nearby * has_child.sum()), lot(), (has_child & ~inside) * 1.0)
    rest = ~has_child
    inside |= with_parents | (rest & (draw < coresident))
    near |= rest & ~inside & (draw < coresident + nearby)
    households.grandmother = np.where(inside, h.CORESIDENT, np.where(near, h.NEARBY, h.ABSENT))
    gap = 18 + 14 * lot()
    households.grandmother_birth = -(12 * (age + gap)).astype(int)
    works = lot() < np.where(
        age + gap < 60, polo["grandmother_works_under_60"], polo["grandmother_works_60_plus"]
    )
    households.grandmother_hours = np.where(
        works, p.grandmother_hours_at_work, p.grandmother_hours_free
    )


def give_pay(polo: Polo, mothers: np.recarray, lot: Lots) -> None:
    """Give each woman the entry pay that she could earn: log-normal around her schooling's mean."""
    level = mothers.schooling
    factor = 1 + polo["pay_per_level"] * (np.arange(4) - level.mean())
    spread = polo["pay_spread"]
    shock = ndtri(np.clip(lot(), 1e-4, 1 - 1e-4))
    pay = polo["potential_pay"] * factor[level] * np.exp(spread * shock - 0.5 * spread**2)
    mothers.potential = np.round(pay)
