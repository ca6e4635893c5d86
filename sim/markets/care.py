"""The care market: places by room go to children who ask and may enter, first come, first served.

Empty places and a queue exist side by side wherever place, hours or room do not fit.
"""

import numpy as np

from sim.agents.ceci import N_ROOMS, room_for
from sim.agents.mother import CHILD_SLOTS, NEVER, NOBODY
from sim.core.draws import uniforms
from sim.core.engine import rule
from sim.purposes import QUEUE_FOR_PLACE


@rule
def care_market(mothers, children, world, families, enrolled, places, queue):
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
            room = room_for(month - child.birth)
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
            queue[asking].room = room_for(month - child.birth)
            queue[asking].asked = child.asked
            queue[asking].lot = draws[k]
            asking += 1
    return asking


QUEUE = np.dtype(
    [
        ("lot", "f8"),
        ("mother", "i4"),
        ("centre", "i2"),
        ("asked", "i2"),
        ("slot", "i1"),
        ("room", "i1"),
    ],
    align=True,
)


def in_order(queue: np.ndarray) -> np.ndarray:
    """Return the order of admission: who has asked for longest, then by lot, then by number."""
    return np.lexsort((queue["slot"], queue["mother"], queue["lot"], queue["asked"]))


@rule
def admit(mothers, children, world, queue, order, enrolled, places, refused):
    """Admit children in order while their room has places; the rest wait and choose again.

    `refused`, shape (centres,), counts the children who found no place and have none.
    """
    month = world.now[0].month
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
        child.wants = 0
        child.asked = NEVER
        if child.entry == NEVER:
            child.entry = month


@rule
def count_free(world, enrolled, places, free):
    """Fill `free` with the places left in each room of the open centres."""
    for c in range(places.shape[0]):
        for room in range(N_ROOMS):
            free[c, room] = 0
            if world.centres[c].open == 1:
                free[c, room] = places[c, room] - enrolled[c, room]
