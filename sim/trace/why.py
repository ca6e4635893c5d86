"""Why she chooses as she does: the options she compares, and what she finds at a centre."""

from collections.abc import Iterator
from typing import Any

from sim.agents.ceci import CAMPO, EMPRESA, room_for
from sim.agents.choice import (
    best_other_care,
    cost_of_use,
    detour_to,
    has_room,
    held_place,
    insured_by,
    may_ask,
    may_enter,
    minutes_of,
    nearest_centres,
    paid_by_the_piece,
    pay_lost,
    price_of_place,
    shocks_of,
    standing,
    taste,
    turn_of,
    vacancy_seen,
    value_of_place,
    value_of_work,
)
from sim.agents.mother import (
    CARE_AGE,
    CARE_FROM,
    CENTRE,
    HOME,
    MAQUILA_DAY,
    MAQUILA_EVENING,
    N_KINDS,
    NEVER,
    NOBODY,
    OWN,
    PRIVATE,
    young_children,
)
from sim.purposes import TASTE_OF_CARE, TASTE_OF_WORK
from sim.trace.events import Look, Option


def weigh(mother: Any, children: Any, household: Any, world: Any) -> list[Option]:
    """Return what `sim.agents.choice.choose` compares, the one she takes first.

    Parameters
    ----------
    mother, children, household
        Her rows (or copies) just before she chooses.
    world
        A world for rules in plain Python.

    Returns
    -------
    list of Option
        By utility, but the first is the one that wins: a place to wait for wins only over what
        she would do in her present job without one.
    """
    need = young_children(children, world.now[0].month, CARE_AGE)
    options: list[Option] = []
    for kind in range(N_KINDS):
        firm = NOBODY
        if kind >= MAQUILA_DAY:
            own = kind == mother.kind
            firm = mother.firm if own else vacancy_seen(mother, household, world, kind)
            if firm == NOBODY:
                continue
        options += _options_of(mother, children, household, world, kind, int(firm), need)
    now = [option for option in options if not option.waits]
    best = max(now, key=lambda option: option.value)
    wait = next((option for option in options if option.waits), None)
    if wait and best.kind == mother.kind and best.centre == NOBODY and wait.value > best.value:
        best = wait
    rest = sorted((o for o in options if o is not best), key=lambda option: -option.value)
    return [best, *rest]


def _options_of(
    mother: Any, children: Any, household: Any, world: Any, kind: int, firm: int, need: int
) -> Iterator[Option]:
    """Yield the ways of care that go with a kind of work, in the order of the rule."""
    rows = (mother, children, household)
    value = value_of_work(mother, household, world, kind, firm, standing(*rows, world))
    value += taste(shocks_of(mother, world, TASTE_OF_WORK), world, kind)
    if kind == HOME or need == 0:
        yield Option(kind, firm, OWN, NOBODY, value)
        return
    of_care = shocks_of(mother, world, TASTE_OF_CARE)
    worth, care = best_other_care(*rows, world, kind, firm, need, of_care)
    if care != NOBODY:
        yield Option(kind, firm, int(care), NOBODY, value + worth, need=need)
    insured = insured_by(mother, household, world, kind)
    if not may_ask(mother, world, insured):
        return
    fallback = int(care) if care != NOBODY else PRIVATE
    value += taste(of_care, world, CENTRE)
    if paid_by_the_piece(world, kind, firm):
        value -= pay_lost(mother, household, world, kind, firm, CENTRE)
    value += value_of_place(mother, children, world.now[0].month, world.parameters[0])

    def place(centre: int, extra: float = 0.0, waits: bool = False) -> Option:
        detour = detour_to(mother, household, world, centre, firm, kind)
        price = price_of_place(children, world, centre, insured, need)
        # Summed in the order of the rule, so that equal utilities stay equal
        total = value + extra
        total -= cost_of_use(children, household, world, centre, insured, need, detour)
        return Option(kind, firm, fallback, centre, total, float(detour), float(price), waits, need)

    held, turn = held_place(children)
    holds = held != NOBODY and turn == turn_of(kind)
    stays = holds and may_enter(mother, world, held, firm, insured)
    if stays and detour_to(mother, household, world, held, firm, kind) >= 0.0:
        yield place(held, extra=world.parameters[0].care_inertia)
    free, _, full, _ = nearest_centres(*rows, world, kind, firm, insured)
    if free != NOBODY and not (holds and free == held):
        yield place(free)
    if kind == mother.kind and held == NOBODY and full not in (NOBODY, free):
        yield place(full, waits=True)


def look_at(
    mother: Any,
    children: Any,
    household: Any,
    world: Any,
    kind: int,
    firm: int,
    centre: int,
    name: str | None = None,
) -> Look:
    """Return what a woman finds who looks at a centre for a kind of work at a firm.

    Parameters
    ----------
    mother, children, household
        Her rows (or copies).
    world
        A world for rules in plain Python.
    kind, firm, centre : int
        `firm` is `NOBODY` for informal work.
    name : str, optional
        What the centre is called; by default its number.

    Returns
    -------
    Look
        With km from home where she may not enter or cannot come in time, else km out of the way.
    """
    place = world.centres[centre]
    found: dict[str, Any] = {"name": name or str(centre), "centre": centre}
    away = float(world.distance[household.zone, place.zone])
    insured = insured_by(mother, household, world, kind)
    no_right = not may_ask(mother, world, insured)
    if no_right or not may_enter(mother, world, centre, firm, insured):
        return Look(**found, verdict=_who_may(mother, place, world, firm), km=away)
    detour = float(detour_to(mother, household, world, centre, firm, kind))
    if detour < 0.0:
        return Look(**found, km=away, **_hours(household, world, kind, firm, centre))
    if not has_room(children, world, centre, turn_of(kind)):
        return Look(
            **found, verdict="room", km=detour, age=_without_room(children, world, centre, kind)
        )
    need = young_children(children, world.now[0].month, CARE_AGE)
    price = float(price_of_place(children, world, centre, insured, need))
    return Look(**found, verdict="fits", km=detour, price=price)


def _who_may(mother: Any, place: Any, world: Any, firm: int) -> str:
    if place.open == 0:
        return "closed"
    if place.scheme == EMPRESA:
        return "staff"
    farm = firm != NOBODY and may_enter(mother, world, int(place.number), firm, True)
    return "farm" if place.scheme == CAMPO and not farm else "insured"


def _hours(household: Any, world: Any, kind: int, firm: int, centre: int) -> dict[str, Any]:
    place, employer, p = world.centres[centre], world.firms[firm], world.parameters[0]
    starts, ends = int(employer.day_start), int(employer.day_end)
    opens, closes = int(place.opens), int(place.closes)
    if kind == MAQUILA_EVENING:
        starts, ends = int(employer.evening_start), int(employer.evening_end)
        if place.evening_closes > 0:
            opens, closes = int(place.evening_opens), int(place.evening_closes)
    km = world.distance[place.zone, employer.zone]
    minutes = minutes_of(km, household, p) + p.handover_minutes
    return {
        "verdict": "late" if ends + minutes > closes else "early",
        "opens": opens,
        "closes": closes,
        "starts": starts,
        "ends": ends,
        "minutes": round(minutes),
    }


def _without_room(children: Any, world: Any, centre: int, kind: int) -> int:
    """Return the age in months of the first child for whom the centre has no place."""
    turn = turn_of(kind)
    for child in born(children):
        age = int(world.now[0].month - child.birth)
        if CARE_FROM <= age < CARE_AGE and world.free[centre, room_for(age, turn)] <= 0:
            return age
    return 0


def born(children: Any) -> list[Any]:
    """Return the children of a woman's row that there are."""
    return [child for child in children if child.birth != NEVER]
