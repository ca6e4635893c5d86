"""The care market: places by room go to children who ask and may enter.

First come, first served, unless the new centres admit by need or by lot. Empty places and a queue
exist side by side wherever place, hours or room do not fit.
"""

import numpy as np

from sim.agents.ceci import GUARDERIA, N_ROOMS, room_for, turn_of_room
from sim.agents.choice import insured_by, turn_of
from sim.agents.mother import CHILD_SLOTS, INFORMAL, NEVER, NOBODY
from sim.core.draws import uniforms
from sim.core.engine import rule
from sim.purposes import QUEUE_FOR_PLACE

# Who is admitted first to a new centre
FIRST_COME, BY_NEED, LOTTERY = 0, 1, 2
PRIORITIES = {"first_come": FIRST_COME, "need": BY_NEED, "lottery": LOTTERY}
# Who pays for a child's place: nobody but the centre's own payers, the family, the municipality
INSURED, PAYING, VOUCHER = 0, 1, 2
N_TARIFFS = 3
ASKS_FOR_ONE = 2
"""A child's `voucher` while those left over are given out."""
COUPLES_AFTER = 1.0e7
"""Added to the key of need of women with a partner: lone mothers come before all of them."""


@rule
def care_market(mothers, children, households, world, families, enrolled, places, queue):
    """Step 4 of the month: recount the rooms, move children up, admit from the queue.

    Parameters
    ----------
    families : ndarray of int, shape (n,)
        Women with a child under four, in order of number.
    enrolled : ndarray of int, shape (centres, rooms)
        Filled with the children in each room.
    places : ndarray of int, shape (centres, rooms)
        Places of open centres.
    queue : record array
        Scratch for the children who ask; see `QUEUE`.

    Returns
    -------
    int
        Number of children in the queue: its first rows, for `admit`.
    """
    month = world.now[0].month
    enrolled[:, :] = 0
    for n in range(families.size):
        i = families[n]
        for k in range(CHILD_SLOTS):
            child = children[i, k]
            if child.centre != NOBODY:
                enrolled[child.centre, child.room] += 1
    # Children who outgrow their room move up where the next one has room, else stay
    for n in range(families.size):
        i = families[n]
        for k in range(CHILD_SLOTS):
            child = children[i, k]
            if child.centre == NOBODY:
                continue
            room = room_for(month - child.birth, turn_of_room(child.room))
            if room > child.room and enrolled[child.centre, room] < places[child.centre, room]:
                enrolled[child.centre, child.room] -= 1
                enrolled[child.centre, room] += 1
                child.room = room
    now = world.now[0]
    asking = 0
    for n in range(families.size):
        i = families[n]
        for k in range(CHILD_SLOTS):
            child = children[i, k]
            if child.wants == 0:
                continue
            draws = uniforms(now.seed, now.replicate, i, month, QUEUE_FOR_PLACE)
            queue[asking].mother = i
            queue[asking].slot = k
            queue[asking].centre = mothers[i].wants_centre
            queue[asking].room = room_for(month - child.birth, turn_of(mothers[i].kind))
            queue[asking].rank = rank(mothers[i], households[i], child, world)
            queue[asking].insured = insured_by(mothers[i], households[i], world, mothers[i].kind)
            queue[asking].lot = draws[k]
            asking += 1
    return asking


QUEUE = np.dtype(
    [
        ("rank", "f8"),
        ("lot", "f8"),
        ("mother", "i4"),
        ("centre", "i2"),
        ("slot", "i1"),
        ("room", "i1"),
        ("insured", "i1"),
    ],
    align=True,
)


@rule
def rank(mother, household, child, world):
    """Return the key of admission, the lowest first: by time, by need, or the same for all.

    Need is the household's income per person without her pay; lone mothers come before couples.
    """
    priority = world.access[0].priority
    if world.centres[mother.wants_centre].scheme == GUARDERIA or priority == FIRST_COME:
        return float(child.asked)
    if priority == LOTTERY:
        return 0.0
    income = float(household.partner_income) + float(household.other_income)
    return income / float(household.persons) + COUPLES_AFTER * household.partner


def in_order(queue: np.ndarray) -> np.ndarray:
    """Return the order of admission: by rank, then by lot, then by number."""
    return np.lexsort((queue["slot"], queue["mother"], queue["lot"], queue["rank"]))


@rule
def admit(mothers, children, world, queue, order, enrolled, places, refused):
    """Admit children in order while their room has places; the rest wait and choose again.

    `refused`, shape (centres,), counts the children who found no place and have none.
    """
    month = world.now[0].month
    access = world.access[0]
    for n in range(order.size):
        claim = queue[order[n]]
        child = children[claim.mother, claim.slot]
        mothers[claim.mother].prompted = 1
        if enrolled[claim.centre, claim.room] >= places[claim.centre, claim.room]:
            if child.centre == NOBODY:
                refused[claim.centre] += 1
            continue
        if child.centre != NOBODY:
            enrolled[child.centre, child.room] -= 1
        enrolled[claim.centre, claim.room] += 1
        child.centre = claim.centre
        child.room = claim.room
        if claim.insured == 0 and child.voucher == 0 and access.vouchers_left >= 1.0:
            child.voucher = 1
            access.vouchers_left -= 1.0
        child.wants = 0
        child.asked = NEVER
        if child.entry == NEVER:
            child.entry = month


@rule
def count_tariffs(mothers, children, households, world, families, tariffs):
    """Fill `tariffs`, shape (centres, N_TARIFFS), with the children by who pays for the place.

    Within the weeks after a formal job the right of the insured goes on. A voucher goes back when
    the mother becomes insured; those left go to who pays, by number. Returns the vouchers in use.
    """
    tariffs[:, :] = 0
    used = 0
    month = world.now[0].month
    grace = world.parameters[0].grace_months
    for n in range(families.size):
        i = families[n]
        mother = mothers[i]
        insured = mother.status < INFORMAL or month - mother.last_insured <= grace
        insured = insured or insured_by(mother, households[i], world, mother.kind)
        for k in range(CHILD_SLOTS):
            child = children[i, k]
            if child.centre == NOBODY:
                continue
            if insured:
                child.voucher = 0
                tariffs[child.centre, INSURED] += 1
            elif child.voucher == 1:
                tariffs[child.centre, VOUCHER] += 1
                used += 1
            else:
                tariffs[child.centre, PAYING] += 1
                child.voucher = ASKS_FOR_ONE
    vouchers = world.access[0].vouchers
    for n in range(families.size):
        i = families[n]
        for k in range(CHILD_SLOTS):
            child = children[i, k]
            if child.voucher != ASKS_FOR_ONE:
                continue
            child.voucher = 0
            if used + 1 <= vouchers:
                child.voucher = 1
                used += 1
                tariffs[child.centre, PAYING] -= 1
                tariffs[child.centre, VOUCHER] += 1
    return used


@rule
def count_free(world, enrolled, places, free):
    """Fill `free` with the places left in each room of the open centres."""
    for c in range(places.shape[0]):
        for room in range(N_ROOMS):
            free[c, room] = 0
            if world.centres[c].open == 1:
                free[c, room] = places[c, room] - enrolled[c, room]
