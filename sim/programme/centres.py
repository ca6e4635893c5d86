"""The centres of a polo: the guarderías, those that IMSS announced, and rows for firms' own."""

from typing import Any

import numpy as np

from sim.agents.ceci import CENTRE, EMPRESA, GUARDERIA, N_AGES, N_ROOMS, NEW, OPEN, SCHEMES
from sim.core.records import table
from sim.population.places import zone_near, zones_of
from sim.population.quotas import apportion, lots
from sim.programme.calendar import months_of
from sim.purposes import CENTRES
from sim.settings import Opening, Opens, Polo, Rooms, minutes

LONG_AGO, NEVER = -30_000, 30_000


def make_centres(
    polo: Polo, seed: int, replicate: int, scale: float, first_month: int, most_agreements: int
) -> tuple[np.recarray, np.ndarray]:
    """Make the centres of a polo: the guarderías, which are open, those announced, and empty rows.

    Parameters
    ----------
    polo : Polo
    seed, replicate : int
    scale : float
        Share of the places made.
    first_month : int
        First month of the run, as months of the Christian era (see `months_of`).
    most_agreements : int
        Rows kept for centres of scheme `empresa`, which firms may come to sponsor.

    Returns
    -------
    centres : recarray, shape (centres,)
    places : ndarray of int, shape (centres, N_ROOMS)
        Places by room once open.
    """
    old = round(polo["guarderias"])
    announced = list(polo.announced.values())
    known = old + len(announced)
    count = known + most_agreements
    centres = table(CENTRE, count)
    lot = lots(seed, replicate, count, CENTRES)
    centres.number = np.arange(count)
    centres.zone = zones_of(polo, lot[:, 0])
    centres.scheme[:old] = GUARDERIA
    centres.stage[:old] = OPEN
    centres.open[:old] = 1
    centres.opening[:old] = LONG_AGO
    centres.opening[old:] = centres.closing[:] = NEVER
    centres.scheme[known:] = EMPRESA
    centres.start[known:] = NEVER
    give_hours(centres[:old], polo.hours.guarderia, lot[:old, 1])
    wanted = 0.7 + 0.6 * lot[:old, 2]
    for number, centre in enumerate(announced, start=old):
        centres.scheme[number] = SCHEMES[centre.scheme]
        centres.start[number] = months_of(centre.start) - first_month
        if centre.at is not None:
            centres.zone[number] = zone_near(polo, centre.at)
        if centre.closes is not None:
            centres.closing[number] = months_of(centre.closes) - first_month
    places = np.zeros((count, N_ROOMS), np.int64)
    for part, total, sizes in (
        (slice(0, old), polo["guarderia_places"], wanted),
        (slice(old, known), *_sum_and_all([centre.places for centre in announced])),
    ):
        weights = np.outer(sizes, shares_of_rooms(polo.rooms))
        if weights.size and weights.sum() > 0:
            shared = apportion(round(total * scale), weights.ravel())
            places[part, :N_AGES] = shared.reshape(-1, N_AGES)
    return centres, places


def _sum_and_all(places: list[int]) -> tuple[int, np.ndarray]:
    return sum(places), np.array(places, float)


def shares_of_rooms(rooms: Rooms) -> np.ndarray:
    """Return the share of a centre's places in each age room, shape (N_AGES,)."""
    return np.array([rooms.lactantes, rooms.maternal_a, rooms.maternal_b])


def give_new_hours(centres: Any, polo: Polo, opens: Opens, seed: int, replicate: int) -> None:
    """Give new centres, shape (n,), the opening hours of a plan, and its evening turn."""
    count = int(centres.number.max(initial=-1)) + 1
    lot = lots(seed, replicate, count, CENTRES)[centres.number, 1]
    give_hours(centres, opens.day or polo.hours.ceci, lot)
    if opens.evening is not None:
        centres.evening_opens = minutes(opens.evening.opens)
        centres.evening_closes = minutes(opens.evening.closes)


def give_hours(centres: Any, hours: list[Opening], lot: np.ndarray) -> None:
    """Give centres their opening hours: exact shares, in the order of their lots."""
    number = np.repeat(
        np.arange(len(hours)), apportion(lot.size, np.array([entry.share for entry in hours]))
    )
    by_lot = np.empty(lot.size, np.int64)
    by_lot[np.argsort(lot, kind="stable")] = number
    centres.opens = np.array([minutes(entry.opens) for entry in hours])[by_lot]
    centres.closes = np.array([minutes(entry.closes) for entry in hours])[by_lot]


def evening_places(by_day: np.ndarray, share: float) -> np.ndarray:
    """Return places by room of an evening turn that has a share of the day's, last axis N_AGES."""
    return np.floor(share * by_day + 0.5).astype(np.int64)


def new_and_open(centres: Any) -> Any:
    """Return the rows of the programme's centres that are open, shape (n,)."""
    return centres[(centres.open == 1) & np.isin(centres.scheme, NEW)]
