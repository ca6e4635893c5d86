"""The rollout: centres that are announced, built with the delays that were seen, and opened."""

from typing import Any

import mesa
import numpy as np

from sim.agents.ceci import BUILDING as BEING_BUILT
from sim.agents.ceci import CENTRE, EMPRESA, GUARDERIA, N_ROOMS, OPEN, PROPOSED, SCHEMES
from sim.core.draws import uniforms
from sim.core.records import table
from sim.population.quotas import apportion, lots
from sim.purposes import BUILDING, CENTRES
from sim.settings import Opening, Polo, Rollout, minutes

MARGIN = 30
"""Minutes that a firm's centre is open before the first day shift and after the last."""

LONG_AGO, NEVER_OPENS = -30_000, 30_000


def make_centres(
    polo: Polo, seed: int, replicate: int, scale: float, first_month: int
) -> tuple[np.recarray, np.ndarray]:
    """Make the centres of a polo: the guarderías, which are open, then those announced.

    Parameters
    ----------
    polo : Polo
    seed, replicate : int
    scale : float
        Share of the places made.
    first_month : int
        First month of the run, as months of the Christian era (see `months_of`).

    Returns
    -------
    centres : recarray, shape (centres,)
    places : ndarray of int, shape (centres, N_ROOMS)
        Places by room once open.
    """
    old = round(polo["guarderias"])
    count = old + len(polo.announced)
    centres = table(CENTRE, count)
    lot = lots(seed, replicate, count, CENTRES)
    centres.number = np.arange(count)
    centres.zone = np.floor(lot[:, 0] * polo.zones.count)
    centres.scheme[:old] = GUARDERIA
    centres.stage[:old] = OPEN
    centres.open[:old] = 1
    centres.opening[:old] = LONG_AGO
    centres.opening[old:] = NEVER_OPENS
    give_hours(centres[:old], polo.hours.guarderia, lot[:old, 1])
    give_hours(centres[old:], polo.hours.ceci, lot[old:, 1])
    wanted = np.empty(count)
    wanted[:old] = 0.7 + 0.6 * lot[:old, 2]
    for number, centre in enumerate(polo.announced.values(), start=old):
        centres.scheme[number] = SCHEMES[centre.scheme]
        centres.start[number] = months_of(centre.start) - first_month
        wanted[number] = centre.places
    places = np.zeros((count, N_ROOMS), np.int64)
    rooms = np.array([polo.rooms.lactantes, polo.rooms.maternal_a, polo.rooms.maternal_b])
    for part, total in (
        (slice(0, old), polo["guarderia_places"]),
        (slice(old, count), sum(centre.places for centre in polo.announced.values())),
    ):
        weights = np.outer(wanted[part], rooms)
        if weights.size and weights.sum() > 0:
            shared = apportion(round(total * scale), weights.ravel())
            places[part] = shared.reshape(-1, N_ROOMS)
    return centres, places


def give_hours(centres: Any, hours: list[Opening], lot: np.ndarray) -> None:
    """Give centres their opening hours: exact shares, in the order of their lots."""
    number = np.repeat(
        np.arange(len(hours)), apportion(lot.size, np.array([entry.share for entry in hours]))
    )
    by_lot = np.empty(lot.size, np.int64)
    by_lot[np.argsort(lot, kind="stable")] = number
    centres.opens = np.array([minutes(entry.opens) for entry in hours])[by_lot]
    centres.closes = np.array([minutes(entry.closes) for entry in hours])[by_lot]


def months_of(month: str) -> int:
    """Return the months of the Christian era up to a month such as ``"2026-01"``."""
    year, number = month.split("-")
    return 12 * int(year) + int(number) - 1


class Programme(mesa.Agent):
    """IMSS and the Secretaría de Economía: they build and open the announced centres.

    Parameters
    ----------
    model : PoloModel
    rollout : Rollout
        Which schemes are built, and with what delays.
    """

    def __init__(self, model, rollout: Rollout):
        super().__init__(model)
        self.rollout = rollout
        self.announced = list(model.polo.announced.values())

    def act(self) -> int:
        """Step 1 of the month: start and open centres. Return how many opened."""
        month = int(self.model.now["month"][0])
        opened = 0
        if month < self.model.settings.burn_in:
            return 0
        for centre in self.model.new_centres:
            if centre.stage == PROPOSED and self.builds(centre) and centre.start <= month:
                centre.stage = BEING_BUILT
                centre.opening = max(self.opening_of(centre), month)
            if centre.stage == BEING_BUILT and centre.opening <= month:
                self.open(centre)
                opened += 1
        return opened

    def builds(self, centre) -> bool:
        """Return True if the rollout has the centre's scheme."""
        return any(SCHEMES[scheme] == centre.scheme for scheme in self.rollout.schemes)

    def opening_of(self, centre) -> int:
        """Return the month in which a centre opens: what is left to build, then staffing.

        Building takes as many months as the centre draws; where a share was seen built on a date,
        the rest counts from then.
        """
        settings = self.model.settings
        draw = uniforms(settings.seed, self.model.replicate, centre.number, 0, BUILDING)[0]
        months = self.rollout.building_months
        duration = months.shortest + int(draw * (months.longest - months.shortest + 1))
        announced = self.announced[centre.number - self.model.old_centres]
        start = centre.start
        if announced.built is not None:
            start = months_of(BUILT_SEEN) - self.model.first_month
            duration = int(np.ceil((1 - announced.built) * duration))
        return start + duration + self.rollout.staffing_months.value

    def open(self, centre) -> None:
        """Open a centre; one of scheme `empresa` is joined to the firms that sponsor it."""
        centre.stage = OPEN
        centre.open = 1
        if centre.scheme == EMPRESA:
            self.join_firms(centre)

    def join_firms(self, centre) -> None:
        """Give an `empresa` centre its sponsors: contiguous export plants, the largest first.

        A consortium grows from the largest plant without a centre, over plants of its park, until
        its staff would fill the places. Its hours are those of its sponsors' day shifts, with half
        an hour on either side.
        """
        firms = self.model.tables["firms"]
        free = (firms.sector == 0) & (firms.centre < 0)
        if not free.any():
            return
        largest = int(np.flatnonzero(free)[np.argmax(firms.base_posts[free])])
        zone = firms.zone[largest]
        candidates = np.flatnonzero(free & (firms.zone == zone))
        candidates = candidates[np.argsort(-firms.base_posts[candidates], kind="stable")]
        staff = np.cumsum(firms.staff[candidates])
        wanted = self.rollout.women_per_place.value * int(centre.places.sum())
        members = candidates[: int(np.searchsorted(staff, wanted)) + 1]
        firms.centre[members] = centre.number
        centre.zone = int(zone)
        centre.opens = max(0, int(firms.day_start[members].min()) - MARGIN)
        centre.closes = int(firms.day_end[members].max()) + MARGIN


BUILT_SEEN = "2025-11"
"""First month after 29 October 2025, when the shares built were seen."""
