"""Paired arms: what differs between them is the programme and nothing else."""

import numpy as np
import pytest

import sim.run
from sim.agents import mother as m
from sim.model import PoloModel
from sim.results.catalogue import units
from sim.results.record import COUNTERS
from sim.results.tables import effects

BURN_IN, MONTHS = 6, 24
POLO = (
    "scale=0.01",
    f"burn_in={BURN_IN}",
    f"months={MONTHS}",
    "polo.figures.guarderia_places.value=8000",
    "parameters.public_trust.value=2",
)


class Arms:
    """Both arms of a replicate, month by month, side by side."""

    def __init__(self, told, state):
        trunk = PoloModel(told, 0, told.plan.without_centres())
        for _ in range(told.burn_in):
            trunk.step()
        self.baseline, self.programme = trunk, trunk.fork(told.plan)
        self.states = [(state(self.baseline), state(self.programme))]
        for _ in range(told.months):
            self.baseline.step()
            self.programme.step()
            self.states.append((state(self.baseline), state(self.programme)))
        centres = self.programme.tables["centres"]
        new = centres[self.programme.old_centres :]
        self.first_opening = int(new.opening[new.open == 1].min())


@pytest.fixture(scope="session")
def arms(settings, more_places, state):
    return Arms(settings(*POLO, *more_places(4)), state)


def test_without_a_programme_every_effect_is_exactly_zero(settings):
    told = settings(*POLO, "rollout=ninguno")
    frame, accounts = sim.run.paired_replicate(told, 0)
    one, other = (
        accounts[accounts["arm"] == arm].drop(columns="arm").reset_index(drop=True)
        for arm in ("baseline", "programme")
    )
    assert one.equals(other) and len(one) > 100
    baseline, programme = (
        frame[frame["arm"] == arm].drop(columns="arm").reset_index(drop=True)
        for arm in ("baseline", "programme")
    )
    assert len(baseline) == len(programme) > 1000
    assert baseline.equals(programme), "month by month"
    table = effects(frame, units())
    measured = table["baseline"].notna()
    assert (table.loc[measured, "effect"] == 0.0).all()
    assert (table.loc[~measured, "effect"]).isna().all()
    assert measured.mean() > 0.8


def test_with_the_programme_effects_are_not_zero(settings, more_places):
    """The zeros above are no accident of a frame that always has two equal arms."""
    told = settings(*POLO, *more_places(4))
    frame = sim.run.paired_replicate(told, 0).monthly
    table = effects(frame, units()).set_index(["measure", "group"])
    assert table.loc[("places", "ceci"), "effect"] > 0
    assert table.loc[("enrolled", "ceci"), "effect"] > 0
    assert table.loc[("care_ceci", "mothers_u4"), "effect"] > 0
    assert table.loc[("participation", "mothers_u4"), "effect"] != 0
    assert (table["effect"].dropna() != 0).mean() > 0.3


def test_the_paired_run_is_these_two_arms(arms, settings, more_places):
    """`paired_replicate` tells the same story as its arms stepped by hand, burn-in included."""
    frame = sim.run.paired_replicate(settings(*POLO, *more_places(4)), 0).monthly
    frame = frame.set_index(["arm", "group", "measure"]).sort_index()["value"]
    for arm, model in (("baseline", arms.baseline), ("programme", arms.programme)):
        new = slice(model.old_centres, None)
        enrolled = [month.centres["enrolled"][new].sum() for month in model.history]
        assert frame[arm, "ceci", "enrolled"].tolist() == enrolled
        children = [month.people[0, COUNTERS.index("children")] for month in model.history]
        assert frame[arm, "women_15_49", "children_u4"].tolist() == children
        assert len(children) == BURN_IN + MONTHS


HOURS = {"centres.opens", "centres.closes", "centres.evening_opens", "centres.evening_closes"}
SITES = {"centres.stage", "centres.opening", "centres.zone", "centres.start"}
PAID = {"month.centres.capital_imss", "month.centres.capital_firm"}
OWN_TRACES = HOURS | SITES | PAID | {"places.", "firms.aware"}
"""What a programme may change before it opens a centre: plans, sites, and who knows of it."""


def old_centres_are_the_same(arms, baseline, programme):
    """Whatever the programme plans, it leaves the guarderías that were there alone."""
    for name in (*HOURS, *SITES, "places."):
        old = slice(arms.baseline.old_centres)
        np.testing.assert_array_equal(baseline[name][old], programme[name][old], name)


def test_the_burn_in_is_the_same_to_the_bit(arms, differing):
    assert set(differing(*arms.states[0])) <= HOURS | {"places."}
    old_centres_are_the_same(arms, *arms.states[0])
    for one, other in zip(arms.baseline.history, arms.programme.history[:BURN_IN], strict=False):
        np.testing.assert_array_equal(one.people, other.people)


def test_arms_are_the_same_to_the_bit_until_the_first_centre_opens(arms, differing):
    assert arms.first_opening > BURN_IN + 1, "some months with a programme that has opened nothing"
    for after, (baseline, programme) in enumerate(arms.states):
        month = BURN_IN + after - 1  # the last month lived
        if month < arms.first_opening:
            # Plans, building sites and firms that know are the only traces
            names = set(differing(baseline, programme))
            assert names <= OWN_TRACES, month
            old_centres_are_the_same(arms, baseline, programme)
            assert not baseline["firms.aware"].any()
    assert {"centres.stage", "firms.aware", "month.centres.capital_imss"} <= names


def test_arms_differ_from_the_first_opening_on(arms, differing):
    before = arms.first_opening - BURN_IN + 1
    assert "centres.open" in differing(*arms.states[before])
    assert "enrolled" not in " ".join(differing(*arms.states[before - 1]))
    for baseline, programme in arms.states[before + 2 :]:
        names = differing(baseline, programme)
        assert {"mothers.status", "children.centre", "enrolled.", "month.people"} <= set(names)


def test_both_arms_live_the_same_families(arms):
    """Births, children, unions, grandmothers: no choice and no place of a mother touches them."""
    exogenous = ["children.birth", "mothers.birth", "mothers.gave_birth", "mothers.student"]
    exogenous += [
        f"households.{name}"
        for name in ("partner", "partner_work", "partner_income", "grandmother", "persons", "zone")
    ]
    born = 0
    for baseline, programme in arms.states[1:]:
        born += int(baseline["mothers.gave_birth"].sum())
        for name in exogenous:
            assert baseline[name].tobytes() == programme[name].tobytes(), name
    assert born > 100


def touched(arms, after: int) -> np.ndarray:
    """Return whose own row or children's rows differ between the arms after so many months."""
    baseline, programme = arms.states[after]
    differ = np.zeros(baseline["mothers.status"].size, bool)
    for name in baseline:
        if name.startswith(("mothers.", "children.")):
            apart = baseline[name] != programme[name]
            differ |= apart.reshape(differ.size, -1).any(axis=1)
    return differ


def test_whom_nothing_reaches_lives_the_same_life(arms):
    """In the first month that anybody differs only two can: who has a child of that age to bring,
    and who asked the same firm for a job (a mother more, or one less, is before her in the queue).
    """
    opening = arms.first_opening - BURN_IN + 1
    after = next(n for n in range(len(arms.states)) if touched(arms, n).any())
    assert opening <= after <= opening + 2
    month = BURN_IN + after - 1
    baseline, programme = arms.states[after]
    ages = month - baseline["children.birth"]
    has_young = ((baseline["children.birth"] != m.NEVER) & (ages < m.CARE_AGE)).any(axis=1)
    applied = np.zeros(has_young.size, bool)
    for state in (baseline, programme):
        applied |= (state["mothers.wants_firm"] != m.NOBODY) | (state["mothers.hired"] == month)
    assert not (touched(arms, after) & ~has_young & ~applied).any()


def test_women_far_from_any_child_are_mostly_untouched_at_the_end(arms):
    """The markets reach some; a draw taken from a common stream would reach all."""
    differ = touched(arms, -1)
    ever_young = np.zeros(differ.size, bool)
    for after, (baseline, _) in enumerate(arms.states):
        ages = BURN_IN + after - baseline["children.birth"]
        ever_young |= ((baseline["children.birth"] != m.NEVER) & (ages < m.CARE_AGE)).any(axis=1)
    assert 0 < differ[~ever_young].mean() < 0.25
    assert differ[ever_young].mean() > differ[~ever_young].mean()


def test_centres_that_nobody_can_use_change_nobodys_life(settings, state, differing):
    """News of an opening alone moves no one: open at night, they fit no shift."""
    told = settings(
        *POLO, "rollout.schemes=[imss]", "access=asegurados",
        "opens.day=[{opens: '01:00', closes: '02:00', share: 1.0}]",
    )  # fmt: skip
    baseline = PoloModel(told, 0, told.plan.without_centres())
    for _ in range(BURN_IN):
        baseline.step()
    programme = baseline.fork(told.plan)
    for _ in range(MONTHS):
        baseline.step()
        programme.step()
    assert (programme.tables["centres"].open[programme.old_centres :] == 1).sum() > 5
    apart = [n for n in differing(state(baseline), state(programme)) if n.split(".")[0] not in OWN]
    assert not apart


OWN = ("centres", "places", "free", "now", "month")
