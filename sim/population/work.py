"""Firms, and who works where at the start of the run, from the polo's figures."""

import numpy as np
from scipy.special import ndtri

from sim.agents import firm as f
from sim.agents import mother as m
from sim.core.records import table
from sim.population.people import Lots, People
from sim.population.quotas import apportion, lots, pick
from sim.purposes import FIRMS
from sim.settings import Polo, Shift, minutes

UNDER_FOUR = -m.CARE_AGE
AFTER_PEOPLE = 1000
"""First block of draws that making the people leaves free."""


def women_at_work(polo: Polo) -> dict[str, float]:
    """Return how many women of 15 to 49 are active, employed, formal and in maquila.

    The census counts women of 12 and over; those of 50 and over are taken off with their assumed
    participation.
    """
    older = polo["participation_50_plus"] * (polo["women_15_plus"] - polo["women_15_49"])
    active = polo["active_women"] - older
    employed = active * polo["employed_women"] / polo["active_women"]
    formal = employed * (1 - polo["informality"])
    return {
        "active": active,
        "employed": employed,
        "formal": formal,
        "maquila": min(polo["maquila_women"], formal),
    }


def make_firms(polo: Polo, seed: int, replicate: int, scale: float) -> np.recarray:
    """Make the firms: export plants first, then the other sectors; sizes, place, shifts.

    Posts of export plants add up to the polo's workers; the other firms' to its women in other
    formal work over the share of women in their staff. Sizes are log-normal.
    """
    women = women_at_work(polo)
    other_women = women["formal"] - women["maquila"]
    other_posts = other_women / polo["women_share_other"]
    agropecuario, otro = polo["agropecuario_women"], polo["otro_women"]
    shares = (agropecuario, 1 - agropecuario - otro, otro)
    counts = [max(1, round(polo["maquila_establishments"] * scale))]
    counts += [max(1, round(polo["other_firms"] * share * scale)) for share in shares]
    posts = [polo["maquila_workers"], *(other_posts * share for share in shares)]
    firms = table(f.FIRM, sum(counts))
    firms.number = np.arange(firms.size)
    firms.sector = np.repeat(np.arange(f.N_SECTORS), counts)
    lot = lots(seed, replicate, firms.size, FIRMS)
    more = lots(seed, replicate, firms.size, FIRMS, 1)
    sizes = np.exp(polo["maquila_size_spread"] * ndtri(np.clip(lot[:, 0], 1e-3, 1 - 1e-3)))
    for sector in range(f.N_SECTORS):
        here = firms.sector == sector
        firms.base_posts[here] = apportion(round(posts[sector] * scale), sizes[here])
    firms.base_posts = np.maximum(firms.base_posts, 1)
    firms.posts = firms.base_posts
    firms.wage_offer = 1.0
    firms.centre = m.NOBODY
    maquila = firms.sector == f.MAQUILA
    in_park = maquila & pick(round(polo["park_share"] * maquila.sum()), lot[:, 1], maquila * sizes)
    park_shares = np.cumsum([park.share for park in polo.parks.values()])
    park = np.minimum(np.searchsorted(park_shares, lot[:, 2], side="right"), len(park_shares) - 1)
    home = np.floor(lot[:, 3] * polo.zones.count)
    firms.zone = np.where(in_park, polo.zones.count + park, home)
    evening = pick(round(polo["evening_plants"] * maquila.sum()), more[:, 0], maquila * sizes)
    firms.evening = evening
    set_shifts(firms, maquila, polo.hours.maquila, more[:, 1])
    set_shifts(firms, ~maquila, polo.hours.other, more[:, 1])
    firms.evening_start = minutes(polo.hours.evening.start)
    firms.evening_end = minutes(polo.hours.evening.end)
    return firms


def heard_of(firms: np.recarray) -> np.ndarray:
    """Return firms in proportion to their posts, so that a random column is a random post's firm.

    Returns
    -------
    ndarray of int, shape (2, 65536)
        Export plants in the first row, all other firms in the second.
    """
    rows = []
    for maquila in (True, False):
        numbers = np.flatnonzero((firms.sector == f.MAQUILA) == maquila)
        rows.append(np.repeat(numbers, apportion(1 << 16, firms.base_posts[numbers])))
    return np.array(rows, np.int32)


def set_shifts(firms: np.recarray, which: np.ndarray, shifts: list[Shift], lot: np.ndarray) -> None:
    """Give the firms in `which` one of the day shifts, by its share."""
    upto = np.cumsum([shift.share for shift in shifts])
    choice = np.minimum(np.searchsorted(upto, lot, side="right"), len(shifts) - 1)
    starts = np.array([minutes(shift.start) for shift in shifts])
    ends = np.array([minutes(shift.end) for shift in shifts])
    firms.day_start[which] = starts[choice[which]]
    firms.day_end[which] = ends[choice[which]]


def give_jobs(
    polo: Polo, people: People, firms: np.recarray, seed: int, replicate: int, scale: float
) -> None:
    """Give women their status and firms their staff at the start of the run, in exact numbers."""
    mothers, children = people.mothers, people.children
    count = mothers.size
    lot = Lots(seed, replicate, count, AFTER_PEOPLE)
    women = {name: round(value * scale) for name, value in women_at_work(polo).items()}
    age = -mothers.birth.astype(int) // 12
    under_four = (children.birth > UNDER_FOUR) & (children.birth != m.NEVER)
    young = under_four.any(axis=1)
    lone = (children.birth[:, 0] != m.NEVER) & (people.households.partner == 0)
    weights = np.where(age < 18, 0.15, np.where(age < 25, 0.8, 1.0))
    weights = weights * np.where(young, 0.45, 1.0) * np.where(lone, 2.0, 1.0)
    weights = weights * np.array([0.8, 0.9, 1.0, 1.6])[mothers.schooling]
    active = pick(women["active"], lot(), weights)
    employed = pick(women["employed"], lot(), active * 1.0)
    formal = pick(
        women["formal"], lot(), employed * np.array([0.6, 1, 1.2, 1.4])[mothers.schooling]
    )
    maquila = put_in_maquila(polo, mothers, under_four, formal, women["maquila"], scale, lot)
    mothers.status = m.OUT
    mothers.status[active] = m.SEARCHING
    mothers.status[employed] = m.INFORMAL
    mothers.status[formal] = m.FORMAL
    part = employed & ~formal & (lot() < 0.4)
    mothers.kind[employed & ~formal] = m.INFORMAL_FULL
    mothers.kind[part] = m.INFORMAL_PART
    mothers.experience = np.where(employed, 0.75, 0.35) * 12 * np.maximum(age - 17, 0) * lot()
    tenure = np.floor(-30 * np.log1p(-lot()))
    mothers.tenure = np.where(employed, np.minimum(tenure, mothers.experience), 0)
    firm_lot = lot()
    for which, sectors in (
        (maquila, [f.MAQUILA]),
        (formal & ~maquila, [f.AGROPECUARIO, f.COMERCIO_SERVICIOS, f.OTRO]),
    ):
        numbers = np.flatnonzero(np.isin(firms.sector, sectors))
        upto = np.cumsum(firms.base_posts[numbers])
        place = np.searchsorted(upto, firm_lot[which] * upto[-1], side="right")
        mothers.firm[which] = numbers[np.minimum(place, numbers.size - 1)]
    mothers.sector[formal] = firms.sector[mothers.firm[formal]]
    on_evening = maquila & (lot() < 0.5) & (firms.evening[mothers.firm] == 1)
    mothers.kind[formal] = m.OTHER_DAY
    mothers.kind[maquila] = m.MAQUILA_DAY
    mothers.kind[on_evening] = m.MAQUILA_EVENING
    mothers.last_insured[formal] = -1
    mothers.care[employed] = m.RELATIVE
    mothers.prompted = 1
    mothers.shocks = -1
    firms.staff = np.bincount(mothers.firm[formal], minlength=firms.size)
    firms.posts = np.maximum(firms.posts, firms.staff)
    firms.base_posts = firms.posts
    firms.others = firms.posts - firms.staff


def put_in_maquila(
    polo: Polo,
    mothers: np.recarray,
    under_four: np.ndarray,
    formal: np.ndarray,
    count: int,
    scale: float,
    lot: Lots,
) -> np.ndarray:
    """Return which formal workers are in maquila: so many, with so many children under four."""
    kids = under_four.sum(axis=1)
    weights = np.array([1.2, 1.2, 0.9, 0.35])[mothers.schooling]
    wanted = round(polo["maquila_children_under_4"] * scale)
    order = np.flatnonzero(formal & (kids > 0))
    waiting = -np.log1p(-lot()[order]) / weights[order]
    order = order[np.argsort(np.round(waiting, 12), kind="stable")]
    with_child = order[np.cumsum(kids[order]) <= wanted][:count]
    chosen = np.zeros(mothers.size, bool)
    chosen[with_child] = True
    rest = formal & (kids == 0)
    chosen |= pick(count - with_child.size, lot(), rest * weights)
    return chosen
