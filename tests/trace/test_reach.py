"""A new centre of firms reaches its sponsors' mothers, then others through queues; nobody else.

One agreement is signed and nothing else is done, so that all that differs between the arms is one
centre of scheme `empresa`.
"""

import numpy as np
import pytest

from sim.agents import mother as m
from sim.agents.ceci import EMPRESA, OPEN
from sim.model import PoloModel
from sim.trace.watch import life
from sim.unit import ARMS

BURN_IN, MONTHS = 4, 26
ALONE = (
    "scale=0.02",
    f"burn_in={BURN_IN}",
    f"months={MONTHS}",
    "rollout.schemes=[empresa]",
    "outreach=ninguna",
    "access=asegurados",
    "assistance.abandonment_assisted.value=0",
    "+polo.signed.one={park: sur, firms: 30, consortium: true, places: 40, start: '2026-01', "
    "years: 5, known: assumed}",
)


@pytest.fixture(scope="module")
def told(settings):
    return settings(*ALONE)


@pytest.fixture(scope="module")
def parted(told):
    """The first month in which each woman's own or her children's rows differ (-1: never), and
    each arm's columns month by month.
    """
    baseline = PoloModel(told, 0, told.plan.without_centres())
    for _ in range(BURN_IN):
        baseline.step()
    programme = baseline.fork(told.plan)
    first = np.full(baseline.tables["mothers"].size, -1)
    seen = []
    for month in range(BURN_IN, BURN_IN + MONTHS):
        rows = []
        for model in (baseline, programme):
            model.step()
            t = model.tables
            rows.append((t["mothers"].copy(), t["children"].copy()))
        differ = np.zeros(first.size, bool)
        for one, other in zip(*rows, strict=True):
            for name in one.dtype.names:
                apart = one[name] != other[name]
                differ |= apart.reshape(first.size, -1).any(axis=1)
        first[differ & (first < 0)] = month
        seen.append(rows)
    return first, seen, programme


def test_one_centre_of_firms_opens_and_is_used(parted):
    _, _, programme = parted
    centres = programme.tables["centres"]
    new = centres[programme.old_centres :]
    assert (new.stage == OPEN).sum() == 1
    assert (new.scheme[new.stage == OPEN] == EMPRESA).all()
    assert (programme.tables["children"].centre >= programme.old_centres).sum() > 3


def test_whom_it_does_not_reach_draws_the_same_life(parted):
    """First come its sponsors' mothers; later who was after, or before, one of them in a queue."""
    first, seen, programme = parted
    firms = programme.tables["firms"]
    opening = int(programme.tables["centres"].opening[firms.centre.max()])
    assert first[first >= 0].min() == opening
    assert 0.0 < (first >= 0).mean() < 0.05, "most lives are the same to the end, to the bit"
    reached = np.flatnonzero(first == opening)
    before, _ = seen[opening - BURN_IN - 1][0]
    _, children = seen[opening - BURN_IN][0]
    sponsors = firms.centre >= 0
    ages = opening - children.birth[reached].astype(int)
    young = ((children.birth[reached] != m.NEVER) & (ages < m.CARE_AGE)).any(axis=1)
    of_sponsors = (before.firm[reached] >= 0) & sponsors[before.firm[reached]]
    asked = seen[opening - BURN_IN]
    applied = np.zeros(reached.size, bool)
    for mothers, _ in asked:
        applied |= (mothers.wants_firm[reached] != m.NOBODY) | (mothers.hired[reached] == opening)
    waited = np.zeros(reached.size, bool)
    for _, there in asked:
        waited |= (there.wants[reached] == 1).any(axis=1)
    assert ((of_sponsors & young) | applied | waited).all()
    assert (of_sponsors & young).any()


def test_their_traces_are_the_same(told, parted):
    first, _, _ = parted
    never = np.flatnonzero(first < 0)
    later = np.flatnonzero(first > 0)
    stories = []
    for number in (int(never[3]), int(never[-5]), *map(int, later[:5])):
        story = life(told, 0, number)
        stories.append(story)
        until = first[number] if first[number] > 0 else BURN_IN + MONTHS
        for month in range(BURN_IN, until):
            one, other = (story.gist(arm, month) for arm in ARMS)
            assert one == other, (number, month)
    # Of some whose rows part the story does not: it tells no flag that changes nothing yet
    assert all(story.parting() is None for story in stories[:2])
    assert any(story.parting() is not None for story in stories[2:])
