"""Sites: offered by municipalities and states, validated or rejected, and chosen by a rule."""

from functools import cached_property

import numpy as np

from sim.agents.ceci import BUILDING, GUARDERIA, OPEN, PAPERWORK, PROPOSED
from sim.population.quotas import lots
from sim.programme.needs import children_by_zone, estimated_need, unmet_demand
from sim.programme.optimum import best_zones
from sim.purposes import SITE_VALIDATION, SITES
from sim.settings import Announced, Siting

MOST_OFFERS = 64
"""Sites that may be offered in a month: each has a draw of its own."""


class Sites:
    """The sites of a polo that have passed validation and wait for a centre.

    Parameters
    ----------
    model : PoloModel
    siting : Siting
        The rule, and how many sites are offered and pass.
    """

    def __init__(self, model, siting: Siting):
        self.model, self.siting = model, siting
        self.homes = model.polo.zones.count
        parks = list(model.polo.parks.values())
        self.parks = [self.homes + n for n, park in enumerate(parks) if park.kind == "industrial"]
        self.park_of = {name: self.homes + n for n, name in enumerate(model.polo.parks)}
        self.validated: list[int] = []
        self._wanted: tuple[tuple[int, Siting], np.ndarray] | None = None

    def are_offered(self, month: int, first: bool) -> None:
        """Let municipalities and states offer sites, and IMSS validate or reject them.

        In the first month of the agreement some have been validated before.
        """
        settings = self.model.settings
        of_month = (settings.seed, self.model.replicate, MOST_OFFERS)
        lot = lots(*of_month, SITES, month=month)
        passes = lots(*of_month, SITE_VALIDATION, month=month)[:, 0]
        offered = min(MOST_OFFERS // 2, int(self.siting.sites_a_month.value + lot[0, 1]))
        pool = self.parks if self.siting.rule == "park" else list(range(self.homes))
        for n in range(offered):
            if passes[n] < self.siting.acceptance.value:
                self.validated.append(pool[int(lot[n, 0] * len(pool))])
        if first:
            soon = sum(
                self.announced_zone(centre) is None and centre.start < month + 12
                for centre in self.model.programme.to_build
            )
            for n in range(
                min(MOST_OFFERS // 2, round(self.siting.validated_at_start.value * soon))
            ):
                self.validated.append(pool[int(lot[MOST_OFFERS // 2 + n, 0] * len(pool))])

    def announced_zone(self, centre) -> int | None:
        """Return the zone where a centre was announced or is being built, None if there is none."""
        announced: Announced = self.model.programme.announced_of(centre)
        of_farms, as_told = announced.scheme == "campo", self.siting.rule == "announced"
        if of_farms and announced.park is not None:
            return self.park_of[announced.park]
        at_its_point = announced.at is not None and (of_farms or as_told)
        if announced.built is not None or at_its_point:
            return int(centre.zone)
        if as_told and announced.park is not None:
            return self.park_of[announced.park]
        return None

    def take(self, centre) -> int | None:
        """Return the zone for a centre of the queue, and use the site up; None if it must wait."""
        announced = self.announced_zone(centre)
        if announced is not None:
            return announced
        if self.siting.rule == "optimum":
            return self.optimum[centre.number]
        if not self.validated:
            return None
        best = int(np.argmax(self.scores()[self.validated]))
        return self.validated.pop(best)

    def scores(self) -> np.ndarray:
        """Return how well a site in each zone meets the rule; all alike where it does not rank."""
        if self.siting.rule == "homes":
            return self.wanted() / (1.0 + self.places_near())
        if self.siting.rule == "need":
            return self.wanted() - self.places_near(new_only=True)
        zones = self.model.distance.shape[0]
        if self.siting.rule == "park":
            firms = self.model.tables["firms"]
            women = np.bincount(firms.zone, firms.staff, minlength=zones)
            return women / (1.0 + self.places_near())
        return np.zeros(zones)

    def wanted(self) -> np.ndarray:
        """Return children, or estimated need, within the catchment of a site in each zone.

        People do not change while the programme acts, so a month's is worked out once.
        """
        of = int(self.model.now["month"][0]), self.siting
        if self._wanted is None or self._wanted[0] != of:
            if self.siting.rule == "homes":
                count = children_by_zone(self.model, self.homes)[0]
            else:
                count = estimated_need(self.model, self.homes)
            near = self.model.distance[:, : self.homes] <= self.siting.catchment_km.value
            self._wanted = of, (near * count).sum(axis=1)
        return self._wanted[1]

    def places_near(self, new_only: bool = False) -> np.ndarray:
        """Return places in the catchment of a site in each zone, open or on their way.

        With `new_only`, those of new centres that no child has yet.
        """
        t = self.model.tables
        there = np.isin(t["centres"].stage, (PAPERWORK, BUILDING, OPEN))
        places = t["places"].sum(axis=1)
        if new_only:
            there &= t["centres"].scheme != GUARDERIA
            places = places - t["enrolled"].sum(axis=1)
        zones = t["centres"].zone[there]
        near = self.model.distance[:, zones] <= self.siting.catchment_km.value
        return (near * places[there]).sum(axis=1)

    @cached_property
    def optimum(self) -> dict[int, int]:
        """Zone of each centre of the queue without a place, all chosen at once."""
        free = [
            centre
            for centre in self.model.programme.to_build
            if centre.stage == PROPOSED and self.announced_zone(centre) is None
        ]
        places = self.model.tables["places"]
        sizes = np.array([places[centre.number].sum() for centre in free], np.int64)
        zones = best_zones(
            self.model.distance[:, : self.homes],
            unmet_demand(self.model, self.homes),
            sizes,
            self.siting.catchment_km.value,
        )
        return {centre.number: int(zone) for centre, zone in zip(free, zones, strict=True)}
