"""Who watches her: a polo with a witness, and one life in both arms.

Watching changes nothing: a `WatchedPolo` lives the same months as a `PoloModel`, byte for byte.
"""

from types import SimpleNamespace
from typing import Any

import numpy as np

from sim.agents.attendance import earned
from sim.agents.ceci import EMPRESA, room_for
from sim.agents.choice import (
    follow_pay,
    insured_by,
    losing_the_right_ends_care,
    news_of_a_centre,
    price_of_place,
    turn_of,
)
from sim.agents.household import ABSENT
from sim.agents.job import quit_hazard, unexcused_days
from sim.agents.mother import (
    CARE_AGE,
    DISMISSED,
    FORMAL,
    HOME,
    INFORMAL,
    NEVER,
    NOBODY,
    QUIT,
    SEASON_ENDED,
    young_children,
)
from sim.core.draws import uniforms
from sim.errors import InputError
from sim.model import Change, PoloModel
from sim.purposes import RECONSIDER
from sim.settings import Plan, Settings
from sim.trace.events import SHARED, Event, Life, Look, Moment, Option, Page
from sim.trace.why import born, look_at, weigh
from sim.unit import ARMS, live


class WatchedPolo(PoloModel):
    """A polo with a witness of one woman's life.

    Each step is the polo's own; the witness looks before and after it and touches nothing.

    Parameters
    ----------
    settings, replicate, plan, fork_of
        As of `PoloModel`.
    number : int
        Row of the woman.
    arm : str
        Name of the arm in events.
    """

    def __init__(
        self,
        settings: Settings,
        replicate: int,
        plan: Plan | None = None,
        fork_of: PoloModel | None = None,
        change: Change | None = None,
        *,
        number: int,
        arm: str = SHARED,
    ):
        super().__init__(settings, replicate, plan, fork_of, change)
        self.witness = Witness(self, number, arm)
        if isinstance(fork_of, WatchedPolo):
            self.witness.because = list(fork_of.witness.because)

    def fork(self, plan: Plan, change: Change | None = None) -> "WatchedPolo":
        """Return a copy that goes on with another programme, watched as the programme arm."""
        number, arm = self.witness.number, ARMS[1]
        return WatchedPolo(
            self.settings, self.replicate, plan, self, change, number=number, arm=arm
        )

    def families_change(self) -> None:
        """Step 2, watched."""
        before = self.witness.look()
        super().families_change()
        self.witness.family_changed(before, self.witness.look())

    def households_decide(self) -> None:
        """Step 3, watched: what she compares is worked out before she acts."""
        before = self.witness.look()
        choice = self.witness.weighs()
        super().households_decide()
        self.witness.decided(before, self.witness.look(), choice)

    def places_are_given(self) -> None:
        """Step 4, watched."""
        before = self.witness.look()
        super().places_are_given()
        self.witness.place_given(before, self.witness.look())

    def posts_are_filled(self) -> None:
        """Step 5, watched."""
        before = self.witness.look()
        super().posts_are_filled()
        self.witness.post_filled(before, self.witness.look())

    def work_is_done(self) -> None:
        """Step 6, watched."""
        super().work_is_done()
        self.witness.worked(self.witness.look())

    def jobs_end(self) -> None:
        """Step 7, watched."""
        before = self.witness.look()
        super().jobs_end()
        self.witness.job_ended(before, self.witness.look())

    def month_is_recorded(self) -> None:
        """Step 9, watched."""
        self.witness.turns_the_page(self.witness.look())
        super().month_is_recorded()


class Witness:
    """Who writes down what happens to one woman, and why.

    Parameters
    ----------
    model : PoloModel
    number : int
    arm : str

    Attributes
    ----------
    events : list of Event
    pages : list of Page
    because : list of str
        What has happened since she last chose that makes her choose again.
    """

    def __init__(self, model: PoloModel, number: int, arm: str):
        self.model, self.number, self.arm = model, number, arm
        self.events: list[Event] = []
        self.pages: list[Page] = []
        self.because: list[str] = []
        self._work: dict[str, Any] = {}

    @property
    def month(self) -> int:
        """The present month."""
        return int(self.model.now["month"][0])

    def note(self, kind: str, /, **details: Any) -> None:
        """Write down an event of this month."""
        self.events.append(Event(self.month, self.arm, kind, details))

    def happened(self, kind: str, /, **details: Any) -> None:
        """Write down an event that makes her choose again."""
        self.note(kind, **details)
        self.because.append(kind)

    def look(self) -> Moment:
        """Return copies of her rows as they are now."""
        t = self.model.tables
        mother, household = (_plain(t[name][self.number]) for name in ("mothers", "households"))
        mother.number = self.number
        return Moment(mother, t["children"][self.number].copy(), household)

    def world(self) -> Any:
        """Return the world for rules in plain Python; flags that rules set are copies."""
        self.model._refresh_plain_world()
        world = self.model.plain_world
        flags = {name: getattr(world, name).copy() for name in ("leaves", "applies", "in_care")}
        return world._replace(**flags)

    # Step 2

    def family_changed(self, before: Moment, after: Moment) -> None:
        """Note births, birthdays, unions, and kin who go."""
        was, now = before.mother, after.mother
        if was.birth != now.birth:
            self.because.clear()
            self.happened("girl")
            return
        if was.leave > 0 and now.leave == 0 and now.gave_birth == 0:
            self.happened("leave_over")
        if was.student > now.student:
            self.happened("school_over")
        self._kin_changed(before.household, after.household)
        self._children_grew(before.children)
        if now.gave_birth == 1:
            self.note("birth", children=int(after.household.children), leave=int(now.leave))
            if now.leave == 0:
                self.because.append("birth")

    def _kin_changed(self, was: Any, now: Any) -> None:
        if was.partner < now.partner:
            partner = {"partner_work": now.partner_work, "partner_income": now.partner_income}
            self.happened("union", **partner, insured=now.insured)
        elif was.partner > now.partner:
            self.happened("separation")
        if was.grandmother != ABSENT and now.grandmother == ABSENT:
            if was.partner < now.partner:
                self.note("moves_out")  # the new couple lives out of the grandmother's reach
            else:
                self.happened("grandmother_lost")

    def _children_grew(self, children: Any) -> None:
        for child in born(children):
            age = self.month - int(child.birth)
            if age == CARE_AGE:
                self.happened("fourth_birthday", centre=self.name_of(child.centre))
            elif age == 18 * 12:
                self.note("grown_up")

    # Step 3

    def weighs(self) -> dict[str, Any] | None:
        """Return what she compares if she chooses this month, before she does."""
        mother, children, household = self.look()
        world = self.world()
        now = world.now[0]
        if world.in_care[self.number] == 1:
            self._loses_places(mother, children, household, world)
        news = now.openings > 0 and news_of_a_centre(mother, children, household, world)
        if news:
            self._hears_of_centres(mother, household, world)
        draws = uniforms(now.seed, now.replicate, self.number, now.month, RECONSIDER)
        if draws[0] < world.parameters[0].reconsiders:
            mother.shocks = now.month
            mother.prompted = 1
            self.because.append("reconsiders")
        if mother.leave > 0 or (mother.prompted == 0 and not news):
            return None
        if mother.prompted == 1:
            follow_pay(mother, world)
        weighed = weigh(mother, children, household, world)
        if mother.prompted == 0:
            best = weighed[0].centre
            if best == NOBODY or world.centres[best].opening != self.month:
                return None  # the news is nothing to her
        options = [self._named(option) for option in weighed]
        about = next((o for o in options if o.kind != HOME), None)
        seen: list[Look] = []
        if about is not None and young_children(children, now.month, CARE_AGE) > 0:
            seen = self.centres_seen(mother, children, household, world, about.kind, about.firm)
        because = list(dict.fromkeys(self.because))
        self.because.clear()
        return {
            "because": because,
            "options": options,
            "about": about.kind if about else HOME,
            "looks": seen,
        }

    def _loses_places(self, mother: Any, children: Any, household: Any, world: Any) -> None:
        held = [int(child.centre) for child in children]
        losing_the_right_ends_care(mother, children, household, world)
        for centre, child in zip(held, children, strict=True):
            if centre != NOBODY and child.centre == NOBODY:
                closed = int(world.centres[centre].open == 0)
                self.happened("place_lost", centre=self.name_of(centre), closed=closed)

    def _hears_of_centres(self, mother: Any, household: Any, world: Any) -> None:
        near = [(int(centre), "home") for centre in world.near[household.zone]]
        if mother.firm != NOBODY:
            near.append((int(world.firms[mother.firm].centre), "firm"))
        for centre, where in near:
            if centre == NOBODY or world.centres[centre].opening != self.month:
                continue
            zone = household.zone if where == "home" else world.firms[mother.firm].zone
            km = float(world.distance[zone, world.centres[centre].zone])
            self.happened("opening", centre=self.name_of(centre), where=where, km=km)

    def centres_seen(
        self, mother: Any, children: Any, household: Any, world: Any, kind: int, firm: int
    ) -> list[Look]:
        """Return the centres near her for a kind of work, nearest first, each with its verdict.

        Firms' own centres near her home are among them: she may not enter, but lives beside them.
        """
        home = world.distance[household.zone]
        numbers = [int(c) for c in world.near[household.zone] if c != NOBODY]
        reach = max((home[world.centres[c].zone] for c in numbers), default=0.0)
        if firm != NOBODY:
            employer = world.firms[firm]
            numbers += [int(c) for c in world.near[employer.zone]] + [int(employer.centre)]
        for centre in np.flatnonzero((world.centres.scheme == EMPRESA) & (world.centres.open == 1)):
            if home[world.centres[centre].zone] <= reach:
                numbers.append(int(centre))
        looks = [
            look_at(mother, children, household, world, kind, firm, centre, self.name_of(centre))
            for centre in dict.fromkeys(c for c in numbers if c != NOBODY)
        ]
        return sorted(looks, key=lambda look: look.km)

    def decided(self, before: Moment, after: Moment, choice: dict[str, Any] | None) -> None:
        """Note what she chose, and what became of it at once."""
        start = len(self.events)
        was, now = before.mother, after.mother
        if was.kind != now.kind:
            self.note(
                "changes_work",
                before=was.kind,
                after=now.kind,
                formal=int(was.status == FORMAL),
                firm=self.firm_of(was.firm),
                hours=now.hours,
                pay=now.wage,
            )
        if was.seeks != now.seeks:
            if now.seeks != HOME:
                self.note("seeks", kind=now.seeks)
            else:
                self.note("stops_seeking", kind=was.seeks)
        self._requests_changed(before, after)
        if now.status >= INFORMAL and now.care != was.care and self._others_care(after):
            self.note("care", care=now.care, meanwhile=int(_asks(after)))
        if choice is not None:
            changed = len(self.events) > start
            event = Event(self.month, self.arm, "choice", {**choice, "changed": changed})
            self.events.insert(start, event)

    def _requests_changed(self, before: Moment, after: Moment) -> None:
        lost = {e.details["centre"] for e in self.events if self._is_now(e, "place_lost")}
        for was, now in zip(before.children, after.children, strict=True):
            if now.birth == NEVER:
                continue
            age = self.month - int(now.birth)
            left = was.centre != NOBODY and now.centre == NOBODY
            if left and self.name_of(was.centre) not in lost:
                self.note("takes_out", centre=self.name_of(was.centre), age=age)
            wanted = before.mother.wants_centre if was.wants == 1 else NOBODY
            wants = after.mother.wants_centre if now.wants == 1 else NOBODY
            if wants not in (NOBODY, wanted):
                self.note("asks", centre=self.name_of(wants), age=age)
            elif wanted != NOBODY and wants == NOBODY:
                self.note("withdraws", centre=self.name_of(wanted), age=age)

    def _is_now(self, event: Event, kind: str) -> bool:
        return event.month == self.month and event.kind == kind

    # Steps 4 to 9

    def place_given(self, before: Moment, after: Moment) -> None:
        """Note admissions and refusals, child by child."""
        t = self.model.tables
        for was, now in zip(before.children, after.children, strict=True):
            if was.wants == 0:
                continue
            age = self.month - int(now.birth)
            centre = int(before.mother.wants_centre)
            details: dict[str, Any] = {"centre": self.name_of(centre), "age": age}
            if now.centre == was.centre:
                room = room_for(age, turn_of(before.mother.kind))
                details["places"] = int(t["places"][centre, room])
                self.happened("refused", **details)
                continue
            details["waited"] = self.month - int(was.asked)
            details["voucher"] = int(now.voucher)
            details["price"] = self._price(after, centre)
            if was.centre == NOBODY:
                self.happened("admitted", **details)
            else:
                self.happened("moves_centre", **details, before=self.name_of(was.centre))

    def _price(self, moment: Moment, centre: int) -> float:
        mother, children, household = moment
        world = self.world()
        insured = insured_by(mother, household, world, mother.kind)
        return float(price_of_place(children, world, centre, insured, 1))

    def post_filled(self, before: Moment, after: Moment) -> None:
        """Note whether an application was successful."""
        was, now = before.mother, after.mother
        if was.wants_firm == NOBODY:
            return
        firm = self.model.tables["firms"][was.wants_firm]
        if now.wants_firm != NOBODY:
            open_posts = int(firm.vacancies + firm.hires + firm.other_hires)
            self.note(
                "not_hired",
                kind=was.seeks,
                firm=self.firm_of(was.wants_firm),
                vacancies=open_posts,
                applicants=int(firm.applicants),
                hires=int(firm.hires),
            )
            return
        km = float(self.model.distance[after.household.zone, firm.zone])
        left = self.firm_of(was.firm) if was.status == FORMAL else None
        details = {"kind": now.kind, "firm": self.firm_of(now.firm), "pay": now.wage}
        self.happened("hired", **details, km=km, before=was.kind, left=left)
        if now.care != was.care and self._others_care(after):
            self.note("care", care=now.care, meanwhile=int(_asks(after)))

    def worked(self, moment: Moment) -> None:
        """Keep the days worked and lost, the pay and the care, and note absence."""
        mother = moment.mother
        working = mother.status >= INFORMAL
        lost = (mother.lost_own, mother.lost_child, mother.lost_care, mother.lost_other)
        self._work = {
            "at_work": working,
            "formal": mother.status == FORMAL,
            "pay": int(earned(mother, self.world().parameters[0])) if working else 0,
            "scheduled": mother.scheduled,
            "lost": lost,
            "cares": self._cares(moment) if working else (),
        }
        if sum(lost) > 0:
            self.note("absent", own=lost[0], child=lost[1], care_failed=lost[2], other=lost[3])

    def job_ended(self, before: Moment, after: Moment) -> None:
        """Note a quit, a dismissal, or a season's end, with what stood behind it."""
        was, now = before.mother, after.mother
        if was.status != FORMAL or now.status == FORMAL:
            return
        p = self.world().parameters[0]
        km = self.model.distance[before.household.zone, self.model.tables["firms"][was.firm].zone]
        why = {QUIT: "quit", DISMISSED: "dismissed", SEASON_ENDED: "season_ended"}[now.separated]
        self.note(
            "separated",
            why=why,
            firm=self.firm_of(was.firm),
            tenure=was.tenure,
            hazard=float(quit_hazard(was, km, p)),
            unexcused=float(unexcused_days(was, p)),
        )
        self.because.append(why)

    def turns_the_page(self, moment: Moment) -> None:
        """End the month's page of the diary."""
        mother = moment.mother
        names = ("status", "kind", "firm", "sector", "seeks")
        stands: dict[str, Any] = {name: int(getattr(mother, name)) for name in names}
        self.pages.append(Page(month=self.month, arm=self.arm, **stands, **self._work))

    # Names and lists

    def _cares(self, moment: Moment) -> tuple[int | str, ...]:
        young = self._young(moment.children)
        places = {str(self.name_of(c.centre)) for c in young if c.centre != NOBODY}
        others = [int(moment.mother.care)] if self._others_care(moment) else []
        return (*sorted(places), *others)

    def _others_care(self, moment: Moment) -> bool:
        return any(child.centre == NOBODY for child in self._young(moment.children))

    def _young(self, children: Any) -> list[Any]:
        return [child for child in born(children) if self.month - int(child.birth) < CARE_AGE]

    def name_of(self, centre: int) -> str | None:
        """Return the name of a centre, None for `NOBODY`."""
        return None if centre == NOBODY else centre_name(self.model, int(centre))

    def firm_of(self, firm: int) -> tuple[int, int] | None:
        """Return the number and the sector of a firm, None for `NOBODY`."""
        if firm == NOBODY:
            return None
        return int(firm), int(self.model.tables["firms"].sector[firm])

    def _named(self, option: Option) -> Option:
        changes = {"name": self.name_of(option.centre) or ""}
        firm = self.firm_of(option.firm)
        return Option(**{**vars(option), **changes, "sector": firm[1] if firm else NOBODY})

    def portrait(self) -> dict[str, Any]:
        """Return who she is now: plain numbers for the head of the story."""
        mother, children, household = self.look()
        model = self.model
        p = {name: one.value for name, one in model.settings.parameters.items()}
        zones, centres = model.polo.zones.count, model.tables["centres"]
        near = int(model.world.near[household.zone, 0])
        works = mother.firm != NOBODY
        tastes = (
            ("taste_work", "taste_work_spread"),
            ("taste_informal", "taste_informal_spread"),
            ("trust_public", "trust_spread"),
            ("trust_private", "trust_spread"),
        )
        spreads = {n: (getattr(mother, n), p[spread]) for n, spread in tastes}
        row = model.distance[household.zone]
        return {
            **{name: getattr(mother, name) for name in ("schooling", "student", "status", "kind")},
            **{k: v for k, v in vars(household).items() if k != "grandmother_birth"},
            "age": (self.month - mother.birth) // 12,
            "children_ages": [self.month - int(child.birth) for child in born(children)],
            "wage": mother.wage,
            "firm": self.firm_of(mother.firm),
            "firm_km": float(row[model.tables["firms"].zone[mother.firm]]) if works else None,
            "care": mother.care,
            "disagrees": mother.disagrees,
            "tastes": spreads,
            "park_km": float(row[zones:].min()),
            "near": self.name_of(near),
            "near_km": float(row[centres.zone[near]]) if near != NOBODY else None,
        }


def _plain(row: Any) -> SimpleNamespace:
    return SimpleNamespace(**dict(zip(row.dtype.names, row.item(), strict=True)))


def _asks(moment: Moment) -> bool:
    return any(child.wants == 1 for child in moment.children)


def centre_name(model: PoloModel, centre: int) -> str:
    """Return what a centre is called: as announced, or by its number."""
    announced = list(model.polo.announced)
    if centre < model.old_centres:
        return f"guardería {centre}"
    if centre < model.old_centres + len(announced):
        small = {"imss": "IMSS", "de": "de", "del": "del", "la": "la"}
        parts = announced[centre - model.old_centres].split("_")
        return " ".join(["CECI", *(small.get(part, part.capitalize()) for part in parts)])
    return f"CECI de empresa {centre - model.old_centres - len(announced) + 1}"


# Both arms


def life(settings: Settings, replicate: int, number: int, tick: Any = None) -> Life:
    """Return one woman's life in both arms of a replicate.

    Parameters
    ----------
    settings : Settings
    replicate : int
    number : int
        Row of the woman.
    tick : callable, optional
        Called after each month simulated.
    """
    plan = settings.plan.without_centres()
    baseline = WatchedPolo(settings, replicate, plan, number=number)
    portrait = baseline.witness.portrait()
    live(baseline, settings.burn_in, tick)
    before = baseline.witness
    programme = baseline.fork(settings.plan)
    baseline.witness = Witness(baseline, number, ARMS[0])
    baseline.witness.because = list(before.because)
    witnesses = {SHARED: before, ARMS[0]: baseline.witness, ARMS[1]: programme.witness}
    for model in (baseline, programme):
        live(model, settings.months, tick)
    return Life(
        number=number,
        replicate=replicate,
        women=int(baseline.tables["mothers"].size),
        name={"es": settings.label.es, "en": settings.label.en},
        first_month=baseline.first_month,
        burn_in=settings.burn_in,
        portrait=portrait,
        events=[event for witness in witnesses.values() for event in witness.events],
        pages={arm: witness.pages for arm, witness in witnesses.items()},
    )


def first_reached(settings: Settings, replicate: int, tick: Any = None) -> int:
    """Return the first woman whose child enters a new centre (the lowest number of that month).

    Where no child does, the lowest number whose record differs between the arms at the end.

    Raises
    ------
    InputError
        If both arms are the same for everybody.
    """
    baseline = PoloModel(settings, replicate, settings.plan.without_centres())
    live(baseline, settings.burn_in, tick)
    programme = baseline.fork(settings.plan)
    for _ in range(settings.months):
        live(programme, 1, tick)
        inside = inside_new_centres(programme)
        if inside.size:
            return int(inside[0])
    live(baseline, settings.months, tick)
    differ = programme.tables["mothers"] != baseline.tables["mothers"]
    if differ.any():
        return int(np.flatnonzero(differ)[0])
    raise InputError("agent=any: both arms are the same for everybody; give a number")


def inside_new_centres(model: PoloModel) -> np.ndarray:
    """Return the rows of the women whose children are in a new centre."""
    inside = model.tables["children"].centre >= model.old_centres
    return np.flatnonzero(inside.any(axis=1))
