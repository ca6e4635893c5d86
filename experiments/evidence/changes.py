"""What a study changes in a copy of the polo: places, persons, parameters, labour demand."""

from typing import Any

import numpy as np

from experiments.evidence.persons import Population
from experiments.evidence.study import Places, Remove, Set, Step
from sim.agents.ceci import ANYHOW, CENTRE, EMPRESA, ESTUDIO, N_AGES, N_ROOMS, OPEN, WORKING
from sim.agents.firm import MAQUILA
from sim.agents.household import ABSENT, CORESIDENT, NOT_WORKING
from sim.agents.mother import CARE_AGE, CARE_FROM, NOBODY
from sim.core.records import table
from sim.model import PoloModel
from sim.population.quotas import apportion, lots
from sim.programme.centres import NEVER, evening_places, shares_of_rooms
from sim.programme.rollout import MARGIN
from sim.purposes import STUDY
from sim.results.persons import People
from sim.settings.base import minutes

PLENTY = 100_000
"""Places of each room of a centre that never fills."""
EVENING_SHARE = 1.0
LITTLE = 1e-9
"""Weight of a centre where no child lives: places go there if they live nowhere."""
LOT_OF = {"grandmother": 0, "place": 1, "partner": 2, "waiting_list": 3}
"""Which of a woman's lots decides what: losing one person says nothing of losing another."""


class Changed:
    """Changes made to a copy of a polo, and whom they touched.

    Parameters
    ----------
    steps : list of Step
    cohort : Population
        Of the study: who is meant where a step does not say.
    applicants : ndarray of bool, optional
        Among whom places are drawn by lot; without it everybody who may enter is let in, and
        places are plenty: that is the trial which finds the applicants.

    Attributes
    ----------
    touched, won, lost : ndarray of bool, shape (women,)
    meant_for : ndarray of bool, shape (women,)
        The staff, at the start, of the plants that get a centre; everybody where none does.
    """

    def __init__(
        self, steps: list[Step], cohort: Population, applicants: np.ndarray | None = None
    ) -> None:
        self.steps, self.cohort, self.applicants = steps, cohort, applicants
        self.touched = self.won = self.lost = self.meant_for = np.zeros(0, bool)
        self.first_new_centre = 0

    def __call__(self, model: PoloModel) -> None:
        """Make the changes, at the start of a month."""
        t = model.tables
        self.touched, self.won, self.lost = (np.zeros(t["mothers"].size, bool) for _ in range(3))
        self.meant_for = np.ones(t["mothers"].size, bool)
        self.first_new_centre = t["centres"].size
        for step in self.steps:
            if step.remove is not None:
                self.remove(model, step.remove)
            elif step.places is not None:
                self.build(model, step.places)
            elif step.posts is not None:
                t["firms"].base_posts *= step.posts.times
            elif step.parameters is not None:
                set_parameters(model, step.parameters)

    def meant(self, model: PoloModel, who: Population | None) -> np.ndarray:
        """Return True for those of whom a step speaks."""
        return (who or self.cohort).mask(People(model))

    def remove(self, model: PoloModel, step: Remove) -> None:
        """Take a person out of the households of a share of those meant, who choose anew."""
        h = model.tables["households"]
        there = h.grandmother != ABSENT if step.person == "grandmother" else h.partner == 1
        lot = lot_of(model, LOT_OF[step.person])
        gone = self.meant(model, step.who) & there & (lot < step.share)
        if step.person == "grandmother":
            h.persons[gone & (h.grandmother == CORESIDENT)] -= 1
            h.grandmother[gone] = ABSENT
        else:
            h.persons[gone] -= 1
            h.partner[gone] = h.partner_income[gone] = h.insured[gone] = 0
            h.partner_work[gone] = NOT_WORKING
            h.head[gone] = 1
        model.tables["mothers"].prompted[gone] = 1
        self.touched |= gone

    def build(self, model: PoloModel, step: Places) -> None:
        """Open new centres, and let in those who may enter."""
        if step.where == "plants":
            self.build_at_plants(model, step)
        else:
            self.build_near_homes(model, step)

    def build_near_homes(self, model: PoloModel, step: Places) -> None:
        """Open a centre in each zone for whom the step means; places go by where they live."""
        t = model.tables
        may = self.meant(model, step.who)
        if step.lottery is not None and self.applicants is not None:
            drawn = lot_of(model, LOT_OF["place"]) < step.lottery.share
            applicants = may & self.applicants
            self.won, self.lost = applicants & drawn, applicants & ~drawn
            let_in = lot_of(model, LOT_OF["waiting_list"]) < step.lottery.losers_admitted
            may = self.won | (self.lost & let_in)
        t["mothers"].invited[may] = ANYHOW if step.at_home_too else WORKING
        zones = np.arange(model.polo.zones.count)
        wanted = children_of_age(model)
        per_zone = np.bincount(t["households"].zone[may], wanted[may], minlength=zones.size)
        plenty = step.lottery is not None or (step.number is None and step.per_100 is None)
        total = None if plenty else self.places_wanted(model, step, may)
        new = add_centres(model, zones, ESTUDIO, None if total is None else (total, per_zone))
        set_terms(new, step)

    def build_at_plants(self, model: PoloModel, step: Places) -> None:
        """Open a centre of scheme `empresa` at each of the largest export plants."""
        t = model.tables
        firms = t["firms"]
        plants = np.flatnonzero(firms.sector == MAQUILA)
        plants = plants[np.argsort(-firms.base_posts[plants], kind="stable")][: step.plants]
        self.meant_for = staff = np.isin(t["mothers"].firm, plants)
        wanted = children_of_age(model)
        per_plant = np.array([wanted[t["mothers"].firm == plant].sum() for plant in plants])
        plenty = step.number is None and step.per_100 is None
        total = None if plenty else self.places_wanted(model, step, staff)
        first = t["centres"].size
        new = add_centres(
            model, firms.zone[plants], EMPRESA, None if total is None else (total, per_plant)
        )
        set_terms(new, step)
        if step.evening:
            t["places"][first:, N_AGES:] = evening_places(
                t["places"][first:, :N_AGES], EVENING_SHARE
            )
            new.evening_opens = firms.evening_start[plants] - MARGIN
            new.evening_closes = firms.evening_end[plants] + MARGIN
        firms.centre[plants] = np.arange(first, t["centres"].size)

    def places_wanted(self, model: PoloModel, step: Places, may: np.ndarray) -> int:
        """Return how many places a step means."""
        if step.number is not None:
            return round(step.number * model.settings.scale)
        of = may if step.per is None else step.per.mask(People(model))
        assert step.per_100 is not None
        return round(step.per_100 / 100 * children_of_age(model)[of].sum())


def set_terms(new: np.recarray, step: Places) -> None:
    """Set hours and price of new centres."""
    new.opens, new.closes = minutes(step.opens), minutes(step.closes)
    new.fee = round(step.fee)


def add_centres(
    model: PoloModel, zones: Any, scheme: int, shared: tuple[int, np.ndarray] | None
) -> np.recarray:
    """Add centres that open this month; return their rows.

    Parameters
    ----------
    model : PoloModel
    zones : ndarray of int, shape (n,)
    scheme : int
    shared : (int, ndarray), optional
        Places in all, and the weight of each centre; plenty for everybody by default.
    """
    t = model.tables
    count, first = zones.size, t["centres"].size
    new = table(CENTRE, count)
    new.number = np.arange(first, first + count)
    new.zone, new.scheme, new.stage, new.open = zones, scheme, OPEN, 1
    new.opening, new.closing = model.now["month"][0], NEVER
    places = np.zeros((count, N_ROOMS), np.int64)
    places[:, :N_AGES] = PLENTY
    if shared is not None:
        total, weights = shared
        by_room = np.outer(weights + LITTLE, shares_of_rooms(model.polo.rooms))
        places[:, :N_AGES] = apportion(total, by_room.ravel()).reshape(count, N_AGES)
    t["centres"] = np.concatenate((t["centres"], new)).view(np.recarray)
    t["places"] = np.concatenate((t["places"], places))
    for name in ("enrolled", "refused", "tariffs", "free"):
        empty = np.zeros((count, *t[name].shape[1:]), t[name].dtype)
        t[name] = np.concatenate((t[name], empty))
    return t["centres"][first:]


def set_parameters(model: PoloModel, changes: dict[str, Set]) -> None:
    """Set parameters of a model from now on."""
    for name, change in changes.items():
        model.parameters[name] = change.of(float(model.parameters[name][0]))


def children_of_age(model: PoloModel) -> np.ndarray:
    """Return how many children each woman has who could attend a centre, shape (women,)."""
    ages = People(model).ages
    return ((ages >= CARE_FROM) & (ages < CARE_AGE)).sum(axis=1)


def lot_of(model: PoloModel, which: int) -> np.ndarray:
    """Return each woman's lot in the study, shape (women,)."""
    settings = model.settings
    count = model.tables["mothers"].size
    return lots(settings.seed, model.replicate, count, STUDY)[:, which]


def use_of_new_centres(model: PoloModel, first: int) -> tuple[np.ndarray, np.ndarray]:
    """Return who has a child in a new centre, and who asks for a place in one, shape (women,)."""
    children, mothers = model.tables["children"], model.tables["mothers"]
    uses = ((children.centre != NOBODY) & (children.centre >= first)).any(axis=1)
    asks = (children.wants == 1).any(axis=1) & (mothers.wants_centre >= first)
    return uses, asks


def who_wants_one(model: PoloModel, first: int) -> np.ndarray:
    """Return who wants a place in a new centre, or will with the job she looks for, (women,)."""
    return model.tables["mothers"].wants_centre >= first
