"""The labour market, in small cases made by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.agents import mother as m
from sim.agents.firm import FIRM, MAQUILA, OTRO
from sim.core.draws import uniforms
from sim.core.records import one_row, table
from sim.markets import labour
from sim.parameters import base
from sim.parameters import record as parameter_record
from sim.purposes import QUEUE_FOR_JOB

BASE = {name: described["value"] for name, described in base().items()}


class Market:
    """Firms with posts, women who apply, and one month of the market."""

    def __init__(self, posts, wants, seed=1, month=9, others=0, staff=0, **parameters):
        self.firms = table(FIRM, len(posts))
        self.firms.number = np.arange(len(posts))
        self.firms.posts = posts
        self.firms.others = others
        self.firms.staff = staff
        self.firms.wage_offer = 1.0
        self.firms.sector = [MAQUILA if n % 2 == 0 else OTRO for n in range(len(posts))]
        self.mothers = table(m.MOTHER, len(wants))
        self.mothers.number = np.arange(len(wants))
        self.mothers.firm = self.mothers.left_firm = self.mothers.sector = m.NOBODY
        self.mothers.hired = m.NEVER
        self.mothers.wants_firm = wants
        self.mothers.status = m.SEARCHING
        self.mothers.potential = 20_000
        self.mothers.seeks = [
            m.MAQUILA_DAY if firm >= 0 and firm % 2 == 0 else m.OTHER_DAY for firm in wants
        ]
        self.world = SimpleNamespace(
            now=one_row({"month": month, "seed": seed, "replicate": 0, "workdays": 21}),
            parameters=parameter_record(BASE | parameters),
        )

    def live(self, order_of=None):
        applicants = np.flatnonzero(self.mothers.wants_firm >= 0)
        if order_of is not None:
            applicants = np.array([i for i in order_of if i in set(applicants.tolist())], np.int64)
        lot = np.zeros(applicants.size)
        firm_of = np.zeros(applicants.size, np.int64)
        labour.open_posts(self.mothers, self.firms, self.world, applicants)
        labour.lots(self.mothers, self.world, applicants, lot, firm_of)
        self.shares = self.firms.hires.tolist()
        order = labour.in_order(firm_of, lot)
        labour.hire(self.mothers, self.firms, self.world, applicants, order)
        return np.flatnonzero(self.mothers.hired == self.world.now.month[0]).tolist()

    def lot(self, mother):
        now = self.world.now[0]
        return uniforms(now.seed, 0, mother, now.month, QUEUE_FOR_JOB)[0]


def test_all_are_hired_while_there_are_posts():
    market = Market([5, 1], [0, 0, 0, 1, -1], other_applicants=0.0)
    assert market.live() == [0, 1, 2, 3]
    assert market.firms.staff.tolist() == [3, 1]
    assert market.firms.vacancies.tolist() == [2, 0]
    assert market.firms.other_hires.tolist() == [0, 0]


@pytest.mark.parametrize("seed", range(5))
def test_a_firm_hires_by_lot_when_more_apply(seed):
    market = Market([3], [0] * 8, seed, other_applicants=0.0)
    assert market.live() == sorted(sorted(range(8), key=market.lot)[:3])
    assert market.firms.staff[0] == 3


def test_the_lot_favours_no_number():
    times = np.zeros(8)
    for seed in range(300):
        times[Market([3], [0] * 8, seed, other_applicants=0.0).live()] += 1
    assert np.abs(times - 300 * 3 / 8).max() < 5 * np.sqrt(300 * 3 / 8 * 5 / 8)


def test_posts_that_are_taken_are_not_vacant():
    market = Market([10], [0] * 9, others=4, staff=4, other_applicants=0.0)
    assert len(market.live()) == 2
    full = Market([10], [0] * 9, others=8, staff=4, other_applicants=2.0)
    assert full.live() == []
    assert (full.firms.vacancies[0], full.firms.other_hires[0], full.firms.others[0]) == (0, 0, 8)


def test_women_get_the_share_that_they_are_of_all_who_apply():
    """100 posts, 100 women and 300 others: 25 posts on average, and the rest to the others."""
    hired = []
    for month in range(40):
        market = Market([100], [0] * 100, month=month, other_applicants=3.0)
        hired.append(len(market.live()))
        assert market.firms.other_hires[0] == 100 - hired[-1]
        assert market.firms.vacancies[0] == 0
    assert set(hired) <= {24, 25, 26}
    # Rounded by a draw, so that small firms are fair on average: 3 women of 4 who apply, one post
    small = [
        len(Market([1], [0] * 3, month=month, other_applicants=1.0).live()) for month in range(2000)
    ]
    assert np.mean(small) == pytest.approx(0.75, abs=5 * np.sqrt(0.75 * 0.25 / 2000))


def test_what_becomes_of_who_is_hired():
    market = Market([1, 1], [1], other_applicants=0.0)
    woman = market.mothers[0]
    woman.tenure, woman.kind, woman.experience = 0, m.HOME, 120
    market.live()
    assert (woman.status, woman.kind, woman.firm, woman.sector) == (m.FORMAL, m.OTHER_DAY, 1, OTRO)
    assert (woman.hired, woman.last_insured, woman.tenure, woman.prompted) == (9, 9, 0, 1)
    assert woman.wage == int(20_000 * (1 + BASE["experience_return"] * 10))
    assert woman.hours == int(BASE["hours_formal"])
    assert (woman.wants_firm, woman.seeks) == (m.NOBODY, m.HOME)
    assert woman.separated == m.STAYED


def test_nobody_is_paid_less_than_the_minimum():
    market = Market([1], [0], other_applicants=0.0)
    market.mothers.potential = 5000
    market.live()
    assert market.mothers.wage[0] == int(BASE["minimum_wage"])


def test_who_moves_leaves_the_old_firm():
    market = Market([5, 5], [1], staff=[3, 0], other_applicants=0.0)
    woman = market.mothers[0]
    woman.status, woman.firm, woman.kind, woman.tenure = m.FORMAL, 0, m.MAQUILA_DAY, 40
    market.live()
    assert market.firms.staff.tolist() == [2, 1]
    assert market.firms.separations.tolist() == [1, 0]
    assert (woman.separated, woman.firm, woman.tenure) == (m.MOVED, 1, 0)


def test_who_is_not_hired_goes_on_as_she_is():
    market = Market([0], [0], other_applicants=0.0)
    before = market.mothers.copy()
    assert market.live() == []
    assert (market.mothers == before).all()


def test_leavers_come_off_the_payroll_once():
    market = Market([9, 9], [-1] * 4, staff=[4, 2])
    market.mothers.left_firm = [0, 1, 0, m.NOBODY]
    labour.settle_leavers(market.mothers, market.firms, np.array([0, 2]))
    assert market.firms.staff.tolist() == [2, 2]
    assert market.firms.separations.tolist() == [2, 0]


firms_of_three = st.lists(st.integers(0, 12), min_size=3, max_size=3)


@given(
    firms_of_three,
    firms_of_three,
    firms_of_three,
    st.lists(st.integers(-1, 2), min_size=1, max_size=40),
    st.floats(0, 5),
    st.integers(0, 2**32),
    st.randoms(use_true_random=False),
)
def test_hires_never_exceed_vacancies_and_order_does_not_matter(
    posts, staff, others, wants, rate, seed, random
):
    shuffled = list(range(len(wants)))
    random.shuffle(shuffled)
    outcomes = []
    for order in (None, shuffled):
        market = Market(posts, wants, seed, others=others, staff=staff, other_applicants=rate)
        hired = market.live(order)
        outcomes.append((hired, market.firms.tobytes(), market.mothers.tobytes()))
        vacant = np.maximum(0, np.array(posts) - np.array(staff) - np.array(others))
        applied = np.bincount(np.array([f for f in wants if f >= 0], int), minlength=3)
        by_firm = np.bincount(market.mothers.firm[hired], minlength=3)
        np.testing.assert_array_equal(by_firm, market.shares)
        np.testing.assert_array_equal(market.firms.staff, np.array(staff) + by_firm)
        np.testing.assert_array_equal(market.firms.applicants, applied)
        taken = by_firm + market.firms.other_hires
        assert (taken <= vacant).all()
        assert (by_firm <= applied).all()
        np.testing.assert_array_equal(market.firms.vacancies, vacant - taken)
        np.testing.assert_array_equal(
            market.firms.others, np.array(others) + market.firms.other_hires
        )
        # No post stays empty while somebody who applied goes away
        others_applied = np.floor(rate * vacant)
        empty = vacant - taken
        waiting = applied - by_firm
        assert ((empty <= 1) | (waiting == 0) | (applied + others_applied < vacant)).all()
    assert outcomes[0] == outcomes[1]
