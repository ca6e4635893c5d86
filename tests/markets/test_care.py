"""The care market, in small cases made by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.agents import mother as m
from sim.agents.ceci import (
    CAMPO,
    CENTRE,
    DAY,
    EMPRESA,
    EVENING,
    GUARDERIA,
    IMSS,
    N_AGES,
    N_ROOMS,
    UNINVITED,
    room_for,
    turn_of_room,
)
from sim.agents.choice import (
    detour_to,
    held_place,
    insured_by,
    may_enter,
    nearest_centres,
    price_of_place,
    turn_of,
)
from sim.agents.firm import AGROPECUARIO, FIRM, MAQUILA
from sim.agents.household import HOUSEHOLD
from sim.core.draws import uniforms
from sim.core.records import one_row, table
from sim.markets import care
from sim.parameters import base
from sim.parameters import record as parameter_record
from sim.purposes import QUEUE_FOR_PLACE

NOW = 20


def access(**values):
    """Return who may enter, as rules read it: the insured alone, free, unless told otherwise."""
    nobody_else = {"uninsured": 0, "guarderias": 0, "fathers": 0, "priority": care.FIRST_COME}
    free = {"fee": 0.0, "fee_uninsured": 0.0, "voucher": 0.0, "vouchers": 0.0, "vouchers_left": 0.0}
    return one_row(nobody_else | free | values)


class Room:
    """Mothers with a child each, centres, and one month of the market.

    Places are by age room, by day; those of the evening turn are apart, none unless given. Mothers
    work by day, in insured jobs, unless told otherwise.
    """

    def __init__(self, ages, places, seed=1, evening=(0, 0, 0), **values):
        count = len(ages)
        by_day = np.array(places, np.int64).reshape(-1, N_AGES)
        evening = np.broadcast_to(np.array(evening, np.int64).reshape(-1, N_AGES), by_day.shape)
        self.places = np.hstack((by_day, evening))
        self.mothers = table(m.MOTHER, count)
        self.mothers.number = np.arange(count)
        self.mothers.wants_centre = m.NOBODY
        self.mothers.status, self.mothers.kind = m.FORMAL, m.OTHER_DAY
        self.homes = table(HOUSEHOLD, count)
        self.homes.persons = 3
        self.children = table(m.CHILD, (count, m.CHILD_SLOTS))
        for name in ("birth", "entry", "asked"):
            self.children[name] = m.NEVER
        self.children.centre = m.NOBODY
        self.children.birth[:, 0] = NOW - np.array(ages)
        now = one_row({"month": NOW, "seed": seed, "replicate": 0, "workdays": 21})
        centres = table(CENTRE, len(self.places))
        centres.scheme, centres.open = IMSS, 1
        self.mothers.last_insured = m.NEVER
        self.world = SimpleNamespace(
            now=now, access=access(**values), centres=centres,
            parameters=one_row({"grace_months": 1.0}),
        )  # fmt: skip
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
            self.mothers, self.children, self.homes, self.world, families, self.enrolled,
            self.places, queue,
        )  # fmt: skip
        self.queue = queue[:asking]
        care.admit(
            self.mothers, self.children, self.world, self.queue, care.in_order(self.queue),
            self.enrolled, self.places, self.refused,
        )  # fmt: skip
        return [int(centre) for centre in self.children.centre[:, 0]]

    def tariffs(self):
        """Return the vouchers in use, and the children of each centre by who pays."""
        counted = np.full((len(self.places), care.N_TARIFFS), 9, np.int64)
        families = np.arange(self.mothers.size)
        used = care.count_tariffs(
            self.mothers, self.children, self.homes, self.world, families, counted
        )
        return used, counted.tolist()

    @property
    def by_day(self):
        """Children enrolled by age room, by day; checks that there is nobody in the evening."""
        assert not self.enrolled[:, N_AGES:].any()
        return self.enrolled[:, :N_AGES].tolist()

    def lot(self, mother, slot=0):
        now = self.world.now[0]
        return uniforms(now.seed, 0, mother, NOW, QUEUE_FOR_PLACE)[slot]


def test_who_has_asked_for_longest_is_first():
    room = Room([30] * 4, [0, 2, 0])
    for mother, asked in enumerate((NOW, NOW - 3, NOW - 1, NOW - 2)):
        room.ask(mother, 0, asked)
    assert room.live() == [-1, 0, -1, 0]
    assert room.refused.tolist() == [2]
    assert room.by_day == [[0, 2, 0]]


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
    assert room.by_day == [[1, 1, 2]]
    assert room.refused.tolist() == [2]


@pytest.mark.parametrize(("age", "expected"), [(2, 0), (18, 0), (19, 1), (30, 1), (31, 2), (47, 2)])
def test_rooms_by_age_and_turn(age, expected):
    assert room_for(age, DAY) == expected
    assert room_for(age, EVENING) == N_AGES + expected
    assert turn_of_room(room_for(age, DAY)) == DAY
    assert turn_of_room(room_for(age, EVENING)) == EVENING
    assert N_ROOMS == 2 * N_AGES


def test_each_turn_has_places_of_its_own():
    """Who works in the evening takes none of the day's places, and the other way round."""
    room = Room([30] * 5, [0, 1, 0], evening=[0, 2, 0])
    room.mothers.kind[2:] = m.MAQUILA_EVENING
    for mother in range(5):
        room.ask(mother, 0, NOW - 9 + mother)
    assert room.live() == [0, -1, 0, 0, -1]
    assert room.enrolled.tolist() == [[0, 1, 0, 0, 2, 0]]
    assert room.children.room[:, 0].tolist() == [1, 0, 4, 4, 0]
    assert room.refused.tolist() == [2]


def test_children_move_up_within_their_turn():
    """The next room of the day is empty, that of the evening full: she stays where she is."""
    room = Room([19, 25, 19], [0, 5, 0], evening=[2, 1, 0])
    room.attend(0, 0, N_AGES)
    room.attend(1, 0, N_AGES + 1)
    room.live()
    assert room.children.room[:2, 0].tolist() == [N_AGES, N_AGES + 1]
    room.children.centre[1, 0] = m.NOBODY
    room.live()
    assert room.children.room[0, 0] == N_AGES + 1
    assert room.enrolled.tolist() == [[0, 0, 0, 0, 1, 0]]


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
    assert room.by_day == [[1, 1, 0]], "and the place she left goes to the infant"


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
    assert room.by_day == [[0, 1, 0], [0, 1, 0]]
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
        st.tuples(st.integers(2, 47), st.integers(-1, 1), st.integers(0, 6), st.booleans()),
        min_size=1,
        max_size=30,
    ),
    st.lists(st.integers(0, 4), min_size=12, max_size=12),
    st.integers(0, 2**32),
    st.randoms(use_true_random=False),
)
def test_admission_does_not_depend_on_the_order_of_families(claims, places, seed, random):
    """Who gets in is the same however the families are listed, and no room is ever overfull."""
    outcomes = []
    shuffled = list(range(len(claims)))
    random.shuffle(shuffled)
    for families in (range(len(claims)), shuffled):
        room = Room([age for age, _, _, _ in claims], places[:6], seed, places[6:])
        for mother, (_, centre, waited, evening) in enumerate(claims):
            room.mothers.kind[mother] = m.MAQUILA_EVENING if evening else m.MAQUILA_DAY
            if centre >= 0:
                room.ask(mother, centre, NOW - waited)
        outcomes.append(room.live(np.array(families)))
        assert (room.enrolled <= room.places).all()
        inside = room.children.centre[:, 0] >= 0
        assert room.enrolled.sum() == inside.sum()
        assert room.refused.sum() == sum(c >= 0 for _, c, _, _ in claims) - inside.sum()
        # Nobody is refused who asked before somebody admitted to the same room
        for centre in (0, 1):
            for number in range(N_ROOMS):
                mine = [
                    (NOW - waited, inside[mother])
                    for mother, (age, wanted, waited, evening) in enumerate(claims)
                    if wanted == centre and room_for(age, int(evening)) == number
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
    enrolled = np.array([[1, 0, 2, 0, 1, 0], [0] * 6])
    places = np.array([[2, 3, 2, 1, 1, 0], [5] * 6])
    care.count_free(SimpleNamespace(centres=centres), enrolled, places, free)
    assert free.tolist() == [[1, 3, 0, 1, 0, 0], [0] * 6]


# Who is first, and who pays


def test_by_need_lone_mothers_come_first_then_the_poorest_without_their_own_pay():
    """Income per person without her pay; how long anybody has waited does not count."""
    room = Room([30] * 5, [0, 3, 0], priority=care.BY_NEED)
    room.homes.partner = [1, 1, 0, 0, 1]
    room.homes.partner_income = [3000, 9000, 0, 0, 9000]
    room.homes.other_income = [0, 0, 50_000, 4000, 0]
    room.homes.persons = [3, 10, 2, 2, 3]
    room.mothers.wage = [1, 1, 1, 90_000, 1]
    for mother, asked in enumerate((NOW - 9, NOW, NOW, NOW, NOW - 12)):
        room.ask(mother, 0, asked)
    # Alone: 25,000 and 2,000 a person; couples: 1,000, 900 and 3,000
    assert room.live() == [-1, 0, 0, 0, -1]
    by_need = np.argsort(room.queue["rank"], kind="stable")
    assert room.queue["mother"][by_need].tolist() == [3, 2, 1, 0, 4]


def test_a_lottery_asks_nobody_how_long_she_waits():
    admitted = []
    for seed in range(40):
        room = Room([30] * 8, [0, 3, 0], seed, priority=care.LOTTERY)
        for mother in range(8):
            room.ask(mother, 0, NOW - mother)
        inside = np.flatnonzero(np.array(room.live()) == 0).tolist()
        assert inside == sorted(sorted(range(8), key=room.lot)[:3])
        admitted += inside
    assert len(set(admitted)) == 8, "also who has asked just now"


@pytest.mark.parametrize("priority", [care.BY_NEED, care.LOTTERY])
def test_the_old_guarderias_stay_first_come_first_served(priority):
    room = Room([30] * 4, [[0, 2, 0], [0, 2, 0]], priority=priority)
    room.world.centres.scheme = [GUARDERIA, IMSS]
    room.homes.other_income = [0, 1, 2, 3]
    for mother, asked in enumerate((NOW, NOW - 3, NOW - 1, NOW - 2)):
        room.ask(mother, 0, asked)
    assert room.live() == [-1, 0, -1, 0]


def test_vouchers_go_in_order_of_admission_while_they_last():
    room = Room([30] * 6, [0, 5, 0], uninsured=1, vouchers=2.0, vouchers_left=2.0, voucher=900.0)
    room.mothers.status[1:], room.mothers.kind[1:] = m.INFORMAL, m.INFORMAL_FULL
    for mother in range(6):
        room.ask(mother, 0, NOW - 9 + mother)
    assert room.live() == [0, 0, 0, 0, 0, -1]
    assert room.queue["insured"].tolist() == [1, 0, 0, 0, 0, 0]
    assert room.children.voucher[:, 0].tolist() == [0, 1, 1, 0, 0, 0]
    assert room.world.access[0].vouchers_left == 0.0
    assert room.tariffs() == (2, [[1, 2, 2]])
    # Who becomes insured, and a child who leaves, give theirs back: the next who pays has it
    room.mothers.kind[1] = m.OTHER_DAY
    room.mothers.status[1] = m.FORMAL
    assert room.tariffs() == (2, [[2, 1, 2]])
    assert room.children.voucher[:, 0].tolist() == [0, 0, 1, 1, 0, 0]
    m.leave_centre(room.children[2, 0])
    assert room.tariffs() == (2, [[2, 0, 2]])
    # In the weeks after a formal job nobody pays
    room.mothers.last_insured[3] = NOW - 1
    assert room.tariffs() == (1, [[3, 0, 1]])


def test_a_family_pays_the_fee_less_the_voucher_and_the_insured_as_before():
    children = table(m.CHILD, m.CHILD_SLOTS)
    world = SimpleNamespace(
        centres=table(CENTRE, 2),
        access=access(fee=100.0, fee_uninsured=2000.0, voucher=1500.0, vouchers_left=1.0),
    )
    world.centres.scheme = [GUARDERIA, IMSS]
    assert price_of_place(children, world, 0, True, 2) == 0.0, "free, as it was"
    assert price_of_place(children, world, 1, True, 2) == 200.0
    assert price_of_place(children, world, 1, False, 1) == 500.0
    assert price_of_place(children, world, 1, False, 2) == 4000.0, "one voucher is left for two"
    world.access.vouchers_left = 2.0
    assert price_of_place(children, world, 1, False, 2) == 1000.0
    world.access.vouchers_left = 0.0
    assert price_of_place(children, world, 1, False, 2) == 4000.0, "the budget is spent"
    children.voucher[1] = 1
    assert price_of_place(children, world, 1, False, 2) == 1000.0, "one that they have"


# The door of a firm's own centre


@pytest.fixture
def town():
    """Two plants and a farm at one spot; centre 0 is the first plant's, 1 is open to all."""
    firms = table(FIRM, 3)
    firms.number = np.arange(3)
    firms.sector = [MAQUILA, MAQUILA, AGROPECUARIO]
    firms.centre = [0, m.NOBODY, m.NOBODY]
    firms.day_start, firms.day_end = 7 * 60, 16 * 60
    firms.evening_start, firms.evening_end = 17 * 60, 25 * 60
    centres = table(CENTRE, 2)
    centres.number = [0, 1]
    centres.scheme = [EMPRESA, IMSS]
    centres.open, centres.opens, centres.closes = 1, 6 * 60, 18 * 60
    values = {name: described["value"] for name, described in base().items()}
    return SimpleNamespace(
        now=one_row({"month": NOW, "seed": 1, "replicate": 0, "workdays": 21}),
        parameters=parameter_record(values),
        access=access(),
        firms=firms,
        centres=centres,
        distance=np.full((1, 1), 0.5),
        near=np.array([[1, -1, -1, -1]]),
        free=np.array([[5] * N_ROOMS, [5] * N_ROOMS]),
    )


HER = SimpleNamespace(invited=UNINVITED)


def test_a_firms_own_centre_takes_its_staff_alone(town):
    for insured in (True, False):
        assert may_enter(HER, town, 0, 0, insured)
        assert not may_enter(HER, town, 0, 1, insured)
        assert not may_enter(HER, town, 0, 2, insured)
        assert not may_enter(HER, town, 0, m.NOBODY, insured)
    assert all(may_enter(HER, town, 1, firm, True) for firm in range(3))
    town.access = access(uninsured=1, guarderias=1, fathers=1)
    assert not may_enter(HER, town, 0, m.NOBODY, False), "access to IMSS's centres opens no firm's"
    town.centres.open[:] = 0
    assert not may_enter(HER, town, 0, 0, True)
    assert not may_enter(HER, town, 1, 1, True)


def test_a_centre_of_scheme_campo_takes_farm_workers_alone(town):
    town.centres.scheme[1] = CAMPO
    assert [may_enter(HER, town, 1, firm, True) for firm in (0, 1, 2, m.NOBODY)] == [
        0,
        0,
        1,
        0,
    ]
    town.access = access(uninsured=1)
    assert [may_enter(HER, town, 1, firm, False) for firm in (0, 1, 2, m.NOBODY)] == [
        0,
        0,
        1,
        0,
    ]


@pytest.mark.parametrize("uninsured", [0, 1])
@pytest.mark.parametrize("guarderias", [0, 1])
def test_the_uninsured_enter_only_what_is_open_to_them(town, uninsured, guarderias):
    town.access = access(uninsured=uninsured, guarderias=guarderias)
    assert may_enter(HER, town, 1, m.NOBODY, False) == (uninsured == 1)
    town.centres.scheme[1] = GUARDERIA
    assert may_enter(HER, town, 1, m.NOBODY, False) == (uninsured == 1 and guarderias == 1)
    assert may_enter(HER, town, 1, m.NOBODY, True)
    town.centres.open[1] = 0
    assert not may_enter(HER, town, 1, m.NOBODY, True)


def test_a_fathers_insurance_counts_where_it_does_and_while_she_works(town):
    mother, home = table(m.MOTHER, 1)[0], table(HOUSEHOLD, 1)[0]

    def insured(**values):
        for name in ("partner", "insured"):
            home[name] = values.get(name, 0)
        town.access = access(fathers=values.get("fathers", 0))
        kinds = (m.HOME, m.INFORMAL_PART, m.INFORMAL_FULL, m.MAQUILA_DAY, m.OTHER_DAY)
        return [bool(insured_by(mother, home, town, kind)) for kind in kinds]

    own_job = [False, False, False, True, True]
    assert insured() == insured(partner=1, insured=1) == own_job
    assert insured(fathers=1) == insured(fathers=1, partner=1) == own_job
    assert insured(fathers=1, insured=1) == own_job, "somebody else's insurance"
    assert insured(fathers=1, partner=1, insured=1) == [False, True, True, True, True]


def test_a_household_looks_at_a_firms_own_centre_only_for_a_job_there(town):
    mother, home = table(m.MOTHER, 1)[0], table(HOUSEHOLD, 1)[0]
    children = table(m.CHILD, m.CHILD_SLOTS)
    children.birth = m.NEVER
    children.centre = m.NOBODY
    children.birth[0] = NOW - 20

    def found(firm):
        return nearest_centres(mother, children, home, town, m.MAQUILA_DAY, firm, True)[0]

    assert [found(firm) for firm in range(3)] == [1, 1, 1], "as near: the first in the list"
    town.centres.open[1] = 0
    assert [found(firm) for firm in range(3)] == [0, m.NOBODY, m.NOBODY]
    town.free[0, room_for(20, DAY)] = 0
    assert found(0) == m.NOBODY, "full"
    town.free[0, room_for(20, DAY)] = 1
    town.centres.opens[0] = 7 * 60
    assert found(0) == m.NOBODY, "opens when work starts"
    town.centres.opens[0] = 6 * 60
    town.centres.closes[0] = 16 * 60
    assert found(0) == m.NOBODY, "closes when work ends"
    assert held_place(children) == (m.NOBODY, DAY)


def test_a_household_of_an_evening_worker_looks_at_the_evening_turn(town):
    mother, home = table(m.MOTHER, 1)[0], table(HOUSEHOLD, 1)[0]
    children = table(m.CHILD, m.CHILD_SLOTS)
    children.birth = m.NEVER
    children.centre = m.NOBODY
    children.birth[0] = NOW - 20

    def found(kind, firm=1):
        return nearest_centres(mother, children, home, town, kind, firm, True)[0]

    assert [turn_of(kind) for kind in range(m.N_KINDS)] == [DAY] * 4 + [EVENING, DAY]
    assert found(m.MAQUILA_EVENING) == m.NOBODY, "it closes at 18:00"
    town.centres.evening_opens[1], town.centres.evening_closes[1] = 16 * 60, 26 * 60
    assert found(m.MAQUILA_EVENING) == 1
    assert detour_to(mother, home, town, 1, 1, m.MAQUILA_EVENING) == 0.5
    town.free[1, room_for(20, EVENING)] = 0
    assert found(m.MAQUILA_EVENING) == m.NOBODY, "its evening room is full"
    assert found(m.MAQUILA_DAY) == 1, "not so that of the day"
    children.centre[0], children.room[0] = 1, room_for(20, EVENING)
    assert found(m.MAQUILA_EVENING) == 1, "hers already"
    assert held_place(children) == (1, EVENING)
    town.centres.evening_opens[1] = 17 * 60
    assert found(m.MAQUILA_EVENING) == m.NOBODY, "opens when the shift starts"


def test_informal_work_has_hours_of_its_own_and_looks_near_home(town):
    mother, home = table(m.MOTHER, 1)[0], table(HOUSEHOLD, 1)[0]
    children = table(m.CHILD, m.CHILD_SLOTS)
    children.birth = m.NEVER
    children.birth[0] = NOW - 20
    children.centre = m.NOBODY

    def found(insured):
        return nearest_centres(mother, children, home, town, m.INFORMAL_FULL, m.NOBODY, insured)[0]

    assert found(False) == m.NOBODY
    town.access = access(uninsured=1)
    assert found(False) == 1
    assert detour_to(mother, home, town, 1, m.NOBODY, m.INFORMAL_FULL) == 0.5
    town.near[:] = m.NOBODY
    assert found(False) == m.NOBODY
