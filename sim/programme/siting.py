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
        if announced.scheme == "campo" and announced.park is not None:
            return self.park_of[announced.park]
        if announced.built is not None:
            return int(centre.zone)
        if self.siting.rule == "announced" and announced.park is not None:
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
        best = int(np.argmax([self.score(zone) for zone in self.validated]))
        return self.validated.pop(best)

    def score(self, zone: int) -> float:
        """Return how well a site meets the rule; all alike where the rule does not rank."""
        if self.siting.rule == "homes":
            children, _, _, _ = children_by_zone(self.model, self.homes)
            return self.within_reach(children, zone) / (1.0 + self.places_near(zone))
        if self.siting.rule == "need":
            need = estimated_need(self.model, self.homes)
            return self.within_reach(need, zone) - self.places_near(zone, new_only=True)
        if self.siting.rule == "park":
            firms = self.model.tables["firms"]
            women = float(firms.staff[firms.zone == zone].sum())
            return women / (1.0 + self.places_near(zone))
        return 0.0

    def within_reach(self, count: np.ndarray, zone: int) -> float:
        """Return the sum of a count by zone of homes within the catchment of a site."""
        near = self.model.distance[zone, : self.homes] <= self.siting.catchment_km.value
        return float(count[near].sum())

    def places_near(self, zone: int, new_only: bool = False) -> float:
        """Return places in the catchment of a site, open or on their way.

        With `new_only`, those of new centres that no child has yet.
        """
        t = self.model.tables
        there = np.isin(t["centres"].stage, (PAPERWORK, BUILDING, OPEN))
        places = t["places"].sum(axis=1)
        if new_only:
            there &= t["centres"].scheme != GUARDERIA
            places = places - t["enrolled"].sum(axis=1)
        near = self.model.distance[zone, t["centres"].zone] <= self.siting.catchment_km.value
        return float(places[there & near].sum())

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
