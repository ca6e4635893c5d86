"""The polo, month by month.

`PoloModel` is a Mesa model. Firms, centres and the programme are Mesa agents from the start; a
mother or a household becomes one when asked for, all of them with ``engine=objects``.
"""

from collections import namedtuple
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import mesa
import numpy as np
from scipy.special import ndtri

from sim.agents.ceci import CAMPO, CECI, ESTUDIO, GUARDERIA, IMSS
from sim.agents.choice import LEANING, decide, lean, settle_in
from sim.agents.firm import Firm, lay_off, review
from sim.agents.household import Household
from sim.agents.job import separate
from sim.agents.mother import CHILD_SLOTS, N_KINDS, Mother, month_passes
from sim.core.draws import quantile_table
from sim.core.engine import Need, call, compiled, counted, each, each_with, noting_needs
from sim.core.records import one_row, table
from sim.markets import care, labour
from sim.parameters import record as parameter_record
from sim.population.people import People, fertility_by_age, synthesise
from sim.population.places import distances, nearest
from sim.population.work import give_insurance, give_jobs, heard_of, make_firms, postings
from sim.programme.calendar import BEGINNING, months_of
from sim.programme.centres import make_centres
from sim.programme.rollout import Programme, access_record
from sim.results.record import (
    FIRM_COUNTERS,
    by_group,
    empty_counts,
    record,
    work,
)
from sim.settings import Plan, Settings

World = namedtuple(
    "World",
    "now parameters access normal gumbel fertility distance firms centres free near heard_of "
    "postings leaves applies in_care leanings",
)
"""What a rule may read besides its rows, and the flags by which it reaches the markets."""

Rule = Callable[..., Any]
Change = Callable[["PoloModel"], Any]

STATE = (
    "mothers", "children", "households", "firms", "centres",
    "places", "enrolled", "refused", "tariffs", "free", "leaves", "applies", "in_care",
)  # fmt: skip


SCALE_TO_COMPILE = 0.002
"""Scale of the polo from which the types of compiled code are read."""


def _gumbel(u: np.ndarray) -> np.ndarray:
    return -np.log(-np.log(u))


class PoloModel(mesa.Model):
    """A polo in one arm of one replicate.

    Parameters
    ----------
    settings : Settings
    replicate : int
        Number of the replicate, from 0.
    plan : Plan, optional
        The programme of this arm; by default that of the settings.
    fork_of : PoloModel, optional
        Start from a copy of this model's state instead of making a new polo.
    change : callable, optional
        See `fork`.

    Attributes
    ----------
    tables : dict of recarray
        Rows of every kind of agent.
    history : list of Month
        What was recorded, a month each, from the first month of burn-in.
    """

    def __init__(
        self,
        settings: Settings,
        replicate: int,
        plan: Plan | None = None,
        fork_of: "PoloModel | None" = None,
        change: "Change | None" = None,
    ):
        super().__init__(rng=0)  # draws are the agents' own: this generator is never used
        settings = settings.of_replicate(replicate)
        self.settings, self.replicate = settings, replicate
        self.polo = settings.polo
        self.first_month = months_of(settings.agreement_start) - settings.burn_in
        self.compiled = settings.engine == "compiled"
        self.old_centres = round(self.polo["guarderias"])
        self.now = one_row(
            {
                "month": 0,
                "seed": settings.seed,
                "replicate": replicate,
                "workdays": 0,
                "openings": 0,
                "season": 1.0,
                "new_jobs": 0.0,
            }
        )
        self.plan = plan or settings.plan
        self.access = access_record(self.plan.access, self.polo, settings.scale)
        self.parameters = parameter_record({k: v.value for k, v in settings.parameters.items()})
        self.distance = distances(self.polo)
        self.tables: dict[str, Any] = {}
        self.history: list[Month] = []
        if fork_of is None:
            self._found()
        else:
            self.tables = {name: fork_of.tables[name].copy() for name in STATE}
            self.history = list(fork_of.history)
            self.now[0] = fork_of.now[0]
            if change is not None:
                change(self)
        if fork_of is None:
            self._settle_in()
        self.world = self._world()
        self._make_agents()

    def fork(self, plan: Plan, change: "Change | None" = None) -> "PoloModel":
        """Return a copy of this polo, at this month, that goes on with another programme.

        Parameters
        ----------
        plan : Plan
        change : callable, optional
            Called with the copy before its agents are made: it may change `tables` (rows of
            centres may be added) and `parameters`.

        Raises
        ------
        ValueError
            If this polo has a programme already: its agreements and sites are not copied.
        """
        if self.programme.schemes:
            raise ValueError("only a polo without a programme can be forked")
        return PoloModel(self.settings, self.replicate, plan, fork_of=self, change=change)

    # A month

    def step(self) -> None:
        """Live one month: the nine steps of the model's description, in order."""
        self._turn_the_calendar()
        self.programme_acts()
        self.families_change()
        self.households_decide()
        self.places_are_given()
        self.posts_are_filled()
        self.work_is_done()
        self.jobs_end()
        self.firms_review()
        self.month_is_recorded()

    def programme_acts(self) -> None:
        """Step 1: the programme reaches firms, and builds, opens and closes centres."""
        t = self.tables
        closings = self.programme.act()
        centres = t["centres"]
        self.now.openings = ((centres.open == 1) & (centres.opening == self.now["month"][0])).sum()
        if self.now["openings"][0] or closings:
            self.world.near[:] = self._near()
            call(compiled, care.count_free, self.world, t["enrolled"], t["places"], t["free"])
        if not self.compiled:
            self._refresh_plain_world()

    def families_change(self) -> None:
        """Step 2: children age and are born; grandmothers and partners come and go."""
        self._each_mother(month_passes)

    def households_decide(self) -> None:
        """Step 3: households choose work and care together."""
        self.tables["firms"].separations = 0
        self._settle(self._take(self.world.leaves))
        self._each_mother(decide)

    def places_are_given(self) -> None:
        """Step 4: the care market gives the places of each room to who asks."""
        t = self.tables
        families = np.flatnonzero(self.world.in_care)
        queue: Any = table(care.QUEUE, families.size * CHILD_SLOTS)
        asking = self._run(
            care.care_market,
            t["mothers"], t["children"], t["households"], self.world, families, t["enrolled"],
            self._open_places(), queue,
        )  # fmt: skip
        queue = queue[:asking]
        t["refused"][:] = 0
        self._run(
            care.admit,
            t["mothers"], t["children"], self.world, queue, care.in_order(queue), t["enrolled"],
            self._open_places(), t["refused"],
        )  # fmt: skip
        self._run(care.count_free, self.world, t["enrolled"], t["places"], t["free"])
        used = self._run(
            care.count_tariffs,
            t["mothers"], t["children"], t["households"], self.world, families, t["tariffs"],
        )  # fmt: skip
        self.access.vouchers_left = np.maximum(self.access.vouchers - used, 0.0)

    def posts_are_filled(self) -> None:
        """Step 5: firms share their vacancies among who applied."""
        t = self.tables
        self._settle(self._take(self.world.leaves))
        applicants = self._take(self.world.applies)
        lot = np.zeros(applicants.size)
        firm_of = np.zeros(applicants.size, np.int64)
        self._run(labour.open_posts, t["mothers"], t["firms"], self.world, applicants)
        self._run(labour.lots, t["mothers"], self.world, applicants, lot, firm_of)
        order = labour.in_order(firm_of, lot)
        self._run(labour.hire, t["mothers"], t["firms"], self.world, applicants, order)

    def work_is_done(self) -> None:
        """Step 6: days are worked and lost, by cause."""
        self.counts, self.firm_counts = empty_counts(self.tables["firms"].size)
        self._count_mothers(work)

    def jobs_end(self) -> None:
        """Step 7: quits, dismissals and the end of the season."""
        self._each_firm(lay_off)
        self._each_mother(separate)
        self._settle(self._take(self.world.leaves))

    def firms_review(self) -> None:
        """Step 8: firms set pay, posts and vacancies."""
        self._each_firm(review)
        self.world.postings.vacant = self.tables["firms"].vacancies > 0

    def month_is_recorded(self) -> None:
        """Step 9: count everybody, by group, and tell the firms what they see of their staff."""
        self._count_mothers(record)
        self._tell_firms()
        self.history.append(Month(self))
        self.now.month += 1

    def _tell_firms(self) -> None:
        firms = self.tables["firms"]
        memory = 1.0 - self.settings.parameters["firm_memory"].value
        told = self.firm_counts.sum(axis=0)
        for number, name in enumerate(FIRM_COUNTERS):
            kept = memory * firms[name] if firms[name].dtype.kind == "f" else 0
            firms[name] = kept + told[:, number]

    # How rules are run, at either speed

    def _each_mother(self, rule: Rule) -> None:
        t = self.tables
        if self.compiled:
            call(each_with, rule, t["mothers"], t["children"], t["households"], self.world)
        else:
            for mother, household in zip(self.mothers, self.households, strict=True):
                rule(mother, mother.children, household, self.plain_world)

    def _each_firm(self, rule: Rule) -> None:
        if self.compiled:
            call(each, rule, self.tables["firms"], self.world)
        else:
            for firm in self.firms:
                rule(firm, self.plain_world)

    def _count_mothers(self, rule: Rule) -> None:
        t = self.tables
        if self.compiled:
            call(
                counted, rule, t["mothers"], t["children"], t["households"], self.world,
                self.counts, self.firm_counts,
            )  # fmt: skip
        else:
            for mother, household in zip(self.mothers, self.households, strict=True):
                rule(
                    mother, mother.children, household, self.plain_world, self.counts[0],
                    self.firm_counts[0],
                )  # fmt: skip

    def _run(self, function: Rule, *arguments: Any) -> Any:
        if self.compiled:
            return call(compiled, function, *arguments)
        return function(*(self.plain_world if a is self.world else a for a in arguments))

    @staticmethod
    def _take(flags: np.ndarray) -> np.ndarray:
        numbers = np.flatnonzero(flags)
        flags[:] = 0
        return numbers

    def _settle(self, leavers: np.ndarray) -> None:
        self._run(labour.settle_leavers, self.tables["mothers"], self.tables["firms"], leavers)

    def _open_places(self) -> np.ndarray:
        return self.tables["places"] * (self.tables["centres"].open == 1)[:, None]

    # Founding

    def _found(self) -> None:
        settings, polo = self.settings, self.polo
        of_run = (settings.seed, self.replicate, settings.scale)
        people = synthesise(polo, self.parameters, *of_run)
        firms = make_firms(polo, self.parameters, *of_run)
        most = settings.rollout.agreements.most + len(polo.signed)
        centres, places = make_centres(polo, *of_run, self.first_month, most)
        count = people.mothers.size
        self.tables = {
            "mothers": people.mothers,
            "children": people.children,
            "households": people.households,
            "firms": firms,
            "centres": centres,
            "places": places,
            "enrolled": np.zeros_like(places),
            "refused": np.zeros(centres.size, np.int64),
            "tariffs": np.zeros((centres.size, care.N_TARIFFS), np.int64),
            "free": np.zeros_like(places),
            "leaves": np.zeros(count, np.int8),
            "applies": np.zeros(count, np.int8),
            "in_care": np.zeros(count, np.int8),
        }

    def _world(self, leanings: int = 0) -> World:
        t = self.tables
        firms = t["firms"]
        return World(
            self.now,
            self.parameters,
            self.access,
            quantile_table(ndtri),
            quantile_table(_gumbel),
            fertility_by_age(self.polo),
            self.distance,
            firms,
            t["centres"],
            t["free"],
            self._near(),
            heard_of(firms),
            postings(firms),
            t["leaves"],
            t["applies"],
            t["in_care"],
            table(LEANING, (leanings, N_KINDS)),
        )

    def _settle_in(self) -> None:
        """Let women lean to kinds of work, give jobs by it, and show the first free places."""
        settings, t = self.settings, self.tables
        of_run = (settings.seed, self.replicate, settings.scale)
        mothers, firms = t["mothers"], t["firms"]
        self.now.month = mothers.shocks = -1
        firms.vacancies = firms.posts
        world = self._world(leanings=mothers.size)
        families = (mothers, t["children"], t["households"])
        call(each_with, lean, *families, world)
        give_jobs(self.polo, People(*families), firms, world.leanings, *of_run)
        give_insurance(self.polo, People(*families), settings.seed, self.replicate)
        call(each_with, settle_in, *families, world)
        call(compiled, care.count_free, world, t["enrolled"], t["places"], t["free"])
        self.now.month = 0

    def _near(self) -> np.ndarray:
        centres = self.tables["centres"]
        # Apart, so that a new centre puts no other kind out of sight
        here = [s for s in (GUARDERIA, IMSS, CAMPO, ESTUDIO) if (centres.scheme == s).any()]
        is_open = centres.open == 1
        return np.hstack(
            [nearest(self.distance, centres.zone, is_open & (centres.scheme == s))
             for s in here or [GUARDERIA]]
        )  # fmt: skip

    def _make_agents(self) -> None:
        t = self.tables
        self.firms = [Firm(self, number) for number in range(t["firms"].size)]
        self.centres = [CECI(self, number) for number in range(t["centres"].size)]
        self.new_centres = self.centres[self.old_centres :]
        self.programme = Programme(self, self.plan)
        self.mothers: list[Mother] = []
        self.households: list[Household] = []
        if not self.compiled:
            self.mothers = [Mother(self, number) for number in range(t["mothers"].size)]
            self.households = [Household(self, number) for number in range(t["mothers"].size)]
            self._refresh_plain_world()
        # Mesa counts the agents of each model in a table of its own that keeps the model for ever
        vars(mesa.Agent).get("_ids", {}).pop(self, None)

    def _refresh_plain_world(self) -> None:
        """Keep a world of Python numbers for rules in plain Python."""
        plain = [SimpleNamespace(**dict(zip(row.dtype.names or (), row[0].item(), strict=True)))
                 for row in (self.now, self.parameters)]  # fmt: skip
        self.plain_world = self.world._replace(now=[plain[0]], parameters=[plain[1]])

    def _turn_the_calendar(self) -> None:
        month = self.first_month + int(self.now["month"][0])
        self.now.workdays = workdays(month)
        self.now.season = self.polo.season.posts[(month + 1) % 12]  # firms review for the next
        begun = month + 2 - months_of(self.polo.podecobi.jobs_from)
        self.now.new_jobs = min(1.0, max(0.0, begun / self.polo.podecobi.jobs_months))


def needs(settings: Settings) -> list[Need]:
    """Return the loops that a run needs compiled, each once, in the order of use."""
    small = settings.model_copy(update={"scale": min(settings.scale, SCALE_TO_COMPILE)})
    with noting_needs() as noted:
        PoloModel(small, 0).step()
    return list(dict.fromkeys(noted))


def workdays(month: int) -> int:
    """Return the Mondays to Fridays of a month, given as months of the Christian era."""
    start = BEGINNING + np.timedelta64(month, "M")
    return int(np.busday_count(start, start + np.timedelta64(1, "M")))


class Month:
    """What is kept of a month: whole numbers, by group, sector and centre.

    Attributes
    ----------
    people : ndarray of int, shape (groups, counters)
    firms : dict of ndarray of int, shape (N_SECTORS,)
    centres : dict of ndarray of int, shape (centres,)
    """

    def __init__(self, model: PoloModel):
        t = model.tables
        firms, centres = t["firms"], t["centres"]
        self.people = by_group(model.counts.sum(axis=0))
        self.firms = {
            name: np.bincount(firms.sector, firms[column], minlength=4).astype(np.int64)
            for name, column in (
                ("posts", "posts"),
                ("vacancies", "vacancies"),
                ("other_workers", "others"),
                ("staff", "staff"),
            )
        }
        is_open = centres.open == 1
        self.centres = {
            "open": is_open.astype(np.int64),
            "opened": (is_open & (centres.opening == model.now["month"][0])).astype(np.int64),
            "places": model._open_places().sum(axis=1),
            "enrolled": t["enrolled"].sum(axis=1),
            "refused": t["refused"].copy(),
        } | model.programme.accounts.of_month()
