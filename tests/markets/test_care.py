"""The care market, in small cases made by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.agents import mother as m
from sim.agents.ceci import CENTRE, EMPRESA, IMSS, N_ROOMS, room_for
from sim.agents.choice import held_centre, may_enter, nearest_centre
from sim.agents.firm import FIRM
from sim.agents.household import HOUSEHOLD
from sim.core.draws import uniforms
from sim.core.records import one_row, table
from sim.markets import care
from sim.parameters import base
from sim.parameters import record as parameter_record
from sim.purposes import QUEUE_FOR_PLACE

NOW = 20


class Room:
    """Mothers with a child each, centres, and one month of the market."""

    def __init__(self, ages, places, seed=1):
        count = len(ages)
        self.places = np.array(places, np.int64).reshape(-1, N_ROOMS)
        self.mothers = table(m.MOTHER, count)
        self.mothers.number = np.arange(count)
        self.mothers.wants_centre = m.NOBODY
        self.children = table(m.CHILD, (count, m.CHILD_SLOTS))
        for name in ("birth", "entry", "asked"):
            self.children[name] = m.NEVER
        self.children.centre = m.NOBODY
        self.children.birth[:, 0] = NOW - np.array(ages)
        now = one_row({"month": NOW, "seed": seed, "replicate": 0, "workdays": 21})
        self.world = SimpleNamespace(now=now)
        self.enrolled = np.zeros_like(self.places)
        self.refused = np.zeros(len(self.places), np.int64)

    def ask(self, mother, centre, asked=NOW, slot=0):
        self.mothers.wants_centre[mother] = centre
        self.children.wants[mother, slot] = 1
        self.children.asked[mother, slot] = asked

    def attend(self, mother, centre, room, slot=0):
        child = self.children[mother, slot]
        child.centre, child.room, child.entry = centre, room, NOW - 5

    def live(self, families=None):
        if families is None:
            families = np.arange(self.mothers.size)
        queue = np.zeros(families.size * m.CHILD_SLOTS, care.QUEUE).view(np.recarray)
        asking = care.care_market(
            self.mothers, self.children, self.world, families, self.enrolled, self.places, queue
        )
        self.queue = queue[:asking]
        care.admit(
            self.mothers, self.children, self.world, self.queue, care.in_order(self.queue),
            self.enrolled, self.places, self.refused,
        )  # fmt: skip
        return [int(centre) for centre in self.children.centre[:, 0]]

    def lot(self, mother, slot=0):
        now = self.world.now[0]
        return uniforms(now.seed, 0, mother, NOW, QUEUE_FOR_PLACE)[slot]


def test_who_has_asked_for_longest_is_first():
    room = Room([30] * 4, [0, 2, 0])
    for mother, asked in enumerate((NOW, NOW - 3, NOW - 1, NOW - 2)):
        room.ask(mother, 0, asked)
    assert room.live() == [-1, 0, -1, 0]
    assert room.refused.tolist() == [2]
    assert room.enrolled.tolist() == [[0, 2, 0]]


def test_admission_settles_the_claim_and_refusal_keeps_its_place_in_the_queue():
    room = Room([30, 30], [0, 1, 0])
    room.ask(0, 0, NOW)
    room.ask(1, 0, NOW - 4)
    room.live()
    refused, admitted = room.children[0, 0], room.children[1, 0]
    assert (admitted.wants, admitted.asked, admitted.entry, admitted.room) == (0, m.NEVER, NOW, 1)
    assert (refused.wants, refused.asked, refused.entry) == (1, NOW, m.NEVER)
    assert room.mothers.prompted.tolist() == [1, 1], "both choose again"


@pytest.mark.parametrize("seed", range(5))
def test_ties_are_broken_by_lot(seed):
    room = Room([30] * 8, [0, 3, 0], seed)
    for mother in range(8):
        room.ask(mother, 0, NOW - 1)
    admitted = np.flatnonzero(np.array(room.live()) == 0).tolist()
    assert admitted == sorted(sorted(range(8), key=room.lot)[:3])


def test_the_lot_favours_no_number():
    """Over 300 months eight who tie get in about as often: 112 each, within five deviations."""
    times = np.zeros(8)
    for seed in range(300):
        room = Room([30] * 8, [0, 3, 0], seed)
        for mother in range(8):
            room.ask(mother, 0)
        times += np.array(room.live()) == 0
    assert np.abs(times - 300 * 3 / 8).max() < 5 * np.sqrt(300 * 3 / 8 * 5 / 8)


def test_rooms_are_apart():
    """A full room refuses though the next one is empty."""
    ages = [5, 18, 19, 30, 31, 47]
    room = Room(ages, [1, 1, 2])
    for mother in range(6):
        room.ask(mother, 0, NOW - 10 + mother)
    assert room.live() == [0, -1, 0, -1, 0, 0]
    assert room.enrolled.tolist() == [[1, 1, 2]]
    assert room.refused.tolist() == [2]


@pytest.mark.parametrize(("age", "expected"), [(2, 0), (18, 0), (19, 1), (30, 1), (31, 2), (47, 2)])
def test_rooms_by_age(age, expected):
    assert room_for(age) == expected


def test_a_full_centre_takes_nobody_and_one_with_a_place_takes_one():
    for free, taken in ((0, 0), (1, 1), (2, 2), (3, 3)):
        room = Room([30] * 5, [0, 2 + free, 0])
        room.attend(0, 0, 1)
        room.attend(1, 0, 1)
        for mother in (2, 3, 4):
            room.ask(mother, 0)
        assert room.live().count(0) == 2 + taken
        assert room.refused[0] == 3 - taken


def test_children_move_up_before_others_are_let_in():
    """One place in the next room: for the child who grew into it, not for who asks from outside."""
    room = Room([19, 25, 8], [1, 1, 0])
    room.attend(0, 0, 0)
    room.ask(1, 0, NOW - 9)
    room.ask(2, 0)
    assert room.live() == [0, -1, 0]
    assert room.children.room[0, 0] == 1
    assert room.enrolled.tolist() == [[1, 1, 0]], "and the place she left goes to the infant"


def test_a_child_stays_in_her_room_while_the_next_is_full():
    room = Room([19, 25, 8], [1, 1, 0])
    room.attend(0, 0, 0)
    room.attend(1, 0, 1)
    room.ask(2, 0)
    assert room.live() == [0, 0, -1]
    assert room.children.room[:2, 0].tolist() == [0, 1]
    assert room.refused.tolist() == [1]


def test_a_child_who_changes_centre_leaves_her_place_to_the_next():
    room = Room([30, 30], [[0, 1, 0], [0, 1, 0]])
    room.attend(0, 0, 1)
    room.ask(0, 1, NOW - 5)
    room.ask(1, 0, NOW - 1)
    assert room.live() == [1, 0]
    assert room.enrolled.tolist() == [[0, 1, 0], [0, 1, 0]]
    assert room.children.entry[0, 0] == NOW - 5, "group care began with the first centre"


def test_refused_elsewhere_she_keeps_the_place_she_has():
    room = Room([30, 30], [[0, 1, 0], [0, 0, 0]])
    room.attend(0, 0, 1)
    room.ask(0, 1)
    assert room.live() == [0, -1]
    assert room.refused.tolist() == [0, 0], "she has a place: nobody waits without one"
    assert room.children.wants[0, 0] == 1


def test_siblings_are_admitted_by_room():
    room = Room([4], [1, 0, 0])
    room.children.birth[0, 1] = NOW - 26
    room.ask(0, 0)
    room.ask(0, 0, slot=1)
    room.live()
    assert room.children.centre[0, :2].tolist() == [0, m.NOBODY]
    assert room.refused.tolist() == [1]


@given(
    st.lists(
        st.tuples(st.integers(2, 47), st.integers(-1, 1), st.integers(0, 6)),
        min_size=1,
        max_size=30,
    ),
    st.lists(st.integers(0, 4), min_size=6, max_size=6),
    st.integers(0, 2**32),
    st.randoms(use_true_random=False),
)
def test_admission_does_not_depend_on_the_order_of_families(claims, places, seed, random):
    """Who gets in is the same however the families are listed, and no room is ever overfull."""
    outcomes = []
    shuffled = list(range(len(claims)))
    random.shuffle(shuffled)
    for families in (range(len(claims)), shuffled):
        room = Room([age for age, _, _ in claims], places, seed)
        for mother, (_, centre, waited) in enumerate(claims):
            if centre >= 0:
                room.ask(mother, centre, NOW - waited)
        outcomes.append(room.live(np.array(families)))
        assert (room.enrolled <= room.places).all()
        inside = room.children.centre[:, 0] >= 0
        assert room.enrolled.sum() == inside.sum()
        assert room.refused.sum() == sum(c >= 0 for _, c, _ in claims) - inside.sum()
        # Nobody is refused who asked before somebody admitted to the same room
        for centre in (0, 1):
            for number in range(N_ROOMS):
                mine = [
                    (NOW - waited, inside[mother])
                    for mother, (age, wanted, waited) in enumerate(claims)
                    if wanted == centre and room_for(age) == number
                ]
                admitted = [asked for asked, is_in in mine if is_in]
                refused = [asked for asked, is_in in mine if not is_in]
                if admitted and refused:
                    assert max(admitted) <= min(refused)
                    assert len(admitted) == room.places[centre, number]
                elif refused:
                    assert room.places[centre, number] == 0
    assert outcomes[0] == outcomes[1]


def test_free_places_are_those_of_open_centres():
    centres = table(CENTRE, 2)
    centres.open[0] = 1
    free = np.full((2, N_ROOMS), 9, np.int64)
    enrolled, places = np.array([[1, 0, 2], [0, 0, 0]]), np.array([[2, 3, 2], [5, 5, 5]])
    care.count_free(SimpleNamespace(centres=centres), enrolled, places, free)
    assert free.tolist() == [[1, 3, 0], [0, 0, 0]]


# The door of a firm's own centre


@pytest.fixture
def town():
    """Two plants and an office at one spot; centre 0 is the first plant's, 1 is open to all."""
    firms = table(FIRM, 3)
    firms.number = np.arange(3)
    firms.centre = [0, m.NOBODY, m.NOBODY]
    firms.day_start, firms.day_end = 7 * 60, 16 * 60
    centres = table(CENTRE, 2)
    centres.number = [0, 1]
    centres.scheme = [EMPRESA, IMSS]
    centres.open, centres.opens, centres.closes = 1, 6 * 60, 18 * 60
    values = {name: described["value"] for name, described in base().items()}
    return SimpleNamespace(
        now=one_row({"month": NOW, "seed": 1, "replicate": 0, "workdays": 21}),
        parameters=parameter_record(values),
        firms=firms,
        centres=centres,
        distance=np.full((1, 1), 0.5),
        near=np.array([[1, -1, -1, -1]]),
        free=np.array([[5, 5, 5], [5, 5, 5]]),
    )


def test_a_firms_own_centre_takes_its_staff_alone(town):
    assert may_enter(town, 0, 0)
    assert not may_enter(town, 0, 1)
    assert not may_enter(town, 0, 2)
    assert all(may_enter(town, 1, firm) for firm in range(3))
    town.centres.open[:] = 0
    assert not may_enter(town, 0, 0)
    assert not may_enter(town, 1, 1)


def test_a_household_looks_at_a_firms_own_centre_only_for_a_job_there(town):
    mother, home = table(m.MOTHER, 1)[0], table(HOUSEHOLD, 1)[0]
    children = table(m.CHILD, m.CHILD_SLOTS)
    children.birth = m.NEVER
    children.centre = m.NOBODY
    children.birth[0] = NOW - 20

    def found(firm):
        return nearest_centre(mother, children, home, town, m.MAQUILA_DAY, firm, True)

    assert [found(firm) for firm in range(3)] == [1, 1, 1], "as near: the first in the list"
    town.centres.open[1] = 0
    assert [found(firm) for firm in range(3)] == [0, m.NOBODY, m.NOBODY]
    town.free[0, room_for(20)] = 0
    assert found(0) == m.NOBODY, "full"
    town.free[0, room_for(20)] = 1
    town.centres.opens[0] = 7 * 60
    assert found(0) == m.NOBODY, "opens when work starts"
    town.centres.opens[0] = 6 * 60
    town.centres.closes[0] = 16 * 60
    assert found(0) == m.NOBODY, "closes when work ends"
    assert held_centre(children) == m.NOBODY
