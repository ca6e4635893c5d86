"""Firms, and who works where at the start of the run, from the polo's figures."""

import numpy as np
from scipy.special import ndtri

from sim.agents import firm as f
from sim.agents import mother as m
from sim.core.records import table
from sim.population.people import Lots, People
from sim.population.places import zones_of
from sim.population.quotas import apportion, lots, pick, smallest
from sim.purposes import FIRMS, LEANING_OF_FIRM
from sim.settings import Polo, Shift, minutes

UNDER_FOUR = -m.CARE_AGE
AFTER_PEOPLE = 1000
AFTER_JOBS = 2000
"""First blocks of draws that making the people, and giving them jobs, leave free."""


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


def make_firms(
    polo: Polo, parameters: np.recarray, seed: int, replicate: int, scale: float
) -> np.recarray:
    """Make the firms: export plants first, then the other sectors; sizes, place, shifts.

    The polo's announced jobs, as far as `announced_jobs_realised`, are shared among its plants.
    Posts of export plants add up to the polo's workers; the other firms' to its women in other
    formal work over the share of women in their staff. Sizes are log-normal.
    """
    realised = float(parameters[0].announced_jobs_realised)
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
    base = np.maximum(np.asarray(firms.base_posts), 1.0)
    firms.posts = base
    # The census year's posts of farms are the mean of a season
    base[firms.sector == f.AGROPECUARIO] /= np.mean(polo.season.posts)
    firms.base_posts = base
    jobs = realised * (polo.podecobi.jobs.value if polo.podecobi.jobs else 0.0) * scale
    plants = firms.sector == f.MAQUILA
    firms.new_posts = jobs * base * plants / base[plants].sum()
    firms.wage_offer = 1.0
    spread = float(parameters[0].leaning_spread)
    leans = lots(seed, replicate, firms.size, LEANING_OF_FIRM)[:, 0]
    firms.leaning = np.round(np.exp(spread * ndtri(np.clip(leans, 1e-3, 1 - 1e-3))), 6)
    firms.centre = m.NOBODY
    maquila = firms.sector == f.MAQUILA
    in_park = maquila & pick(round(polo["park_share"] * maquila.sum()), lot[:, 1], maquila * sizes)
    zone = zones_of(polo, lot[:, 3])
    for kind, there in (("industrial", in_park), ("farm", firms.sector == f.AGROPECUARIO)):
        numbers = [n for n, park in enumerate(polo.parks.values()) if park.kind == kind]
        if numbers:
            upto = np.cumsum([list(polo.parks.values())[n].share for n in numbers])
            which = np.minimum(np.searchsorted(upto, lot[there, 2], side="right"), len(upto) - 1)
            zone[there] = polo.zones.count + np.array(numbers)[which]
    firms.zone = zone
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


def postings(firms: np.recarray) -> np.recarray:
    """Return what who looks for work sees of each firm now, shape (firms,)."""
    seen = table(f.POSTING, firms.size)
    seen.zone, seen.evening, seen.vacant = firms.zone, firms.evening, firms.vacancies > 0
    return seen


def set_shifts(firms: np.recarray, which: np.ndarray, shifts: list[Shift], lot: np.ndarray) -> None:
    """Give the firms in `which` one of the day shifts, by its share."""
    upto = np.cumsum([shift.share for shift in shifts])
    choice = np.minimum(np.searchsorted(upto, lot, side="right"), len(shifts) - 1)
    starts = np.array([minutes(shift.start) for shift in shifts])
    ends = np.array([minutes(shift.end) for shift in shifts])
    firms.day_start[which] = starts[choice[which]]
    firms.day_end[which] = ends[choice[which]]


def give_jobs(
    polo: Polo,
    people: People,
    firms: np.recarray,
    leanings: np.recarray,
    seed: int,
    replicate: int,
    scale: float,
) -> None:
    """Give women their status and firms their staff at the start of the run, in exact numbers.

    Who works, formally and in maquila is who leans to it most: so nobody holds a job that she does
    not want, and the first months need no correction.

    Parameters
    ----------
    leanings : recarray, shape (women, N_KINDS)
        See `sim.agents.choice.lean`.
    """
    mothers, children = people.mothers, people.children
    lot = Lots(seed, replicate, mothers.size, AFTER_PEOPLE)
    women = {name: round(value * scale) for name, value in women_at_work(polo).items()}
    under_four = (children.birth > UNDER_FOUR) & (children.birth != m.NEVER)
    value = leanings.value
    formal_kinds = [m.MAQUILA_DAY, m.MAQUILA_EVENING, m.OTHER_DAY]
    informal = value[:, [m.INFORMAL_PART, m.INFORMAL_FULL]].max(axis=1)
    formally = value[:, formal_kinds].max(axis=1)
    to_work = np.maximum(informal, formally) - value[:, m.HOME]
    active = highest(women["active"], to_work)
    employed = pick(women["employed"], lot(), active * 1.0)
    formal = highest(women["formal"], np.where(employed, formally - informal, -np.inf))
    plants = value[:, [m.MAQUILA_DAY, m.MAQUILA_EVENING]].max(axis=1)
    to_maquila = np.where(formal, plants - value[:, m.OTHER_DAY], -np.inf)
    children_there = round(polo["maquila_children_under_4"] * scale)
    maquila = in_maquila(to_maquila, under_four.sum(axis=1), women["maquila"], children_there)
    mothers["status"] = m.OUT
    mothers["status"][active] = m.SEARCHING
    mothers["status"][employed] = m.INFORMAL
    mothers["status"][formal] = m.FORMAL
    for who, kinds in (
        (employed & ~formal, [m.INFORMAL_PART, m.INFORMAL_FULL]),
        (maquila, [m.MAQUILA_DAY, m.MAQUILA_EVENING]),
        (formal & ~maquila, [m.OTHER_DAY]),
    ):
        mothers.kind[who] = np.array(kinds)[value[who][:, kinds].argmax(axis=1)]
    at_work = leanings[np.arange(mothers.size), mothers.kind]
    mothers.care[employed] = at_work.care[employed]
    mothers.firm[formal] = at_work.firm[formal]
    mothers.sector[formal] = firms.sector[mothers.firm[formal]]
    age = -mothers.birth.astype(int) // 12
    mothers.experience = np.where(employed, 0.95, 0.6) * 12 * np.maximum(age - 17, 0) * lot()
    tenure = np.floor(-polo["mean_tenure"] * np.log1p(-lot()))
    mothers.tenure = np.where(employed, np.minimum(tenure, mothers.experience), 0)
    mothers.last_insured[formal] = -1
    firms.staff = np.bincount(mothers.firm[formal], minlength=firms.size)
    firms.others = np.maximum(firms.posts - firms.staff, 0)
    firms.vacancies = 0


def give_insurance(polo: Polo, people: People, seed: int, replicate: int) -> None:
    """Say whom somebody else's insurance covers, so that as many are covered as the census says.

    Who is insured by her own job counts as covered. Of the others, those whose partner has a formal
    job come first, then those with other income in the household.
    """
    mothers, homes = people.mothers, people.households
    lot = Lots(seed, replicate, mothers.size, AFTER_JOBS)
    own = mothers.status == m.FORMAL
    wanted = round(polo["imss_covered"] * mothers.size) - int(own.sum())
    first = np.where(homes.insured == 1, 1e3, 1.0 + (homes.other_income > 0))
    covered = pick(wanted, lot(), np.where(own, 0.0, first))
    homes.insured = np.where(own, homes.insured, covered)


def highest(count: int, values: np.ndarray) -> np.ndarray:
    """Return who has the `count` highest values, ties by number."""
    return smallest(count, -values) & (values > -np.inf)


def in_maquila(leaning: np.ndarray, young: np.ndarray, count: int, children: int) -> np.ndarray:
    """Return who works in maquila: `count` women, with `children` children under four in all.

    Mothers first, by their leaning, until their `young` children are as many as wanted.
    """
    order = np.argsort(-np.where(young > 0, leaning, -np.inf), kind="stable")
    order = order[: int((leaning[young > 0] > -np.inf).sum())]
    with_child = order[np.cumsum(young[order]) <= children][:count]
    chosen = highest(count - with_child.size, np.where(young > 0, -np.inf, leaning))
    chosen[with_child] = True
    return chosen
