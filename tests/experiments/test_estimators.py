"""Estimators on made panels: each finds the effect that was put in, and nothing where nobody is."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.evidence.estimators import Watched, estimate
from experiments.evidence.study import Result, Study

BEFORE, AFTER = 6, 12
MONTHS = [*range(-BEFORE, 0), *range(1, AFTER + 1)]
HALF = 2
"""Women of each kind, of whom so many are seen as having a partner."""
WOMEN = 4 * HALF
YES, NO = {"partner": True}, {"partner": False}
UNIT = 1_000
"""Hours of a woman without any effect, so that whole numbers hold every effect."""


def kinds():
    """Return who is treated and who has a partner, shape (women,): all four kinds."""
    number = np.arange(WOMEN)
    return number % 2 == 0, number // 2 % 2 == 0


def watched(hours=None, **changes):
    """Return an arm in which everybody works the hours given, shape (months, women)."""
    hours = np.full((len(MONTHS), WOMEN), UNIT) if hours is None else hours
    treated, partner = kinds()
    people = SimpleNamespace(size=WOMEN, households=SimpleNamespace(partner=partner.astype(int)))
    ones, none = np.ones_like(hours), np.zeros(WOMEN, bool)
    panel = {"hours": hours, "informal": ones, "formal": ones * 0, "people": ones}
    panel |= {"users": ones * 0, "mothers_u4": ones}
    told = dict(
        start=people, stays=~none, panel=panel, by_month={}, months_before=BEFORE,
        entered=np.where(treated, 1.0, np.inf), asked=none, touched=treated, won=treated,
        lost=~treated, meant_for=~none, using=np.tile(treated, (AFTER, 1)),
    )  # fmt: skip
    return Watched(**told | changes)


def found(arms, outcome="hours", population=None, **how):
    """Return what an estimator tells of arms."""
    result = Result.model_validate(
        {
            "label": {"es": "a", "en": "a"},
            "outcome": outcome,
            "estimator": {"months": [1, AFTER], **how},
            "published": {
                "value": 0, "low": 0, "interval": "band", "unit": "hours", "source": "nobody",
            },
        }
    )  # fmt: skip
    study = Study.model_construct(population=_population(population or {}))
    return estimate(result, study, arms)


def _population(traits):
    from experiments.evidence.persons import Population

    return Population.model_validate(traits)


def panel(of_month, of_woman):
    """Return hours: what depends on the month and what on the woman, whole numbers."""
    return UNIT + np.asarray(of_month, int)[:, None] + np.asarray(of_woman, int)[None, :]


AFTERWARDS = np.array(MONTHS) > 0
TREND = 7 * np.array(MONTHS)
WON, LOST = {"arm": "a", "of": "won"}, {"arm": "a", "of": "lost"}
effects = st.integers(-500, 500)


@given(effect=effects, common=effects)
def test_a_difference_in_means_is_the_effect_and_not_the_trend(effect, common):
    treated, _ = kinds()
    arm = watched(panel(TREND, common + effect * treated))
    told = found({"a": arm}, kind="difference_in_means", treated=WON, control=LOST)
    assert told["estimate"] == pytest.approx(effect)
    assert (told["women_treated"], told["women_control"]) == (WOMEN / 2, WOMEN / 2)
    assert told["treated"] - told["control"] == pytest.approx(effect)


@given(effect=effects, apart=effects)
def test_differences_in_differences_leave_out_what_was_there_before(effect, apart):
    treated, _ = kinds()
    arm = watched(panel(TREND, apart * treated) + effect * np.outer(AFTERWARDS, treated))
    groups = {"treated": WON, "control": LOST}
    told = found({"a": arm}, kind="difference_in_differences", before=[-6, -1], **groups)
    assert told["estimate"] == pytest.approx(effect)
    naive = found({"a": arm}, kind="difference_in_means", **groups)
    assert naive["estimate"] == pytest.approx(effect + apart)


@given(effect=effects, shock=effects)
def test_a_third_difference_leaves_out_what_struck_all_the_treated(effect, shock):
    treated, partner = kinds()
    hours = panel(TREND, 3 * treated + 5 * partner)
    hours += shock * np.outer(AFTERWARDS, treated)
    hours += effect * np.outer(AFTERWARDS, treated & partner)
    how = {"treated": WON, "control": LOST, "before": [-6, -1]}
    arms = {"a": watched(hours)}
    told = found(arms, population=YES, kind="triple_difference", third=NO, **how)
    assert told["estimate"] == pytest.approx(effect)
    missed = found(arms, population=YES, kind="difference_in_differences", **how)
    assert missed["estimate"] == pytest.approx(effect + shock)


@given(effect=effects, leaving=st.integers(1, AFTER))
def test_repeated_cross_sections_are_of_who_has_the_traits_in_the_month(effect, leaving):
    treated, _ = kinds()
    everybody, partnered = _population({}), _population(YES)
    hours = panel(TREND, 0 * treated) + effect * np.outer(AFTERWARDS, treated)
    meant = np.outer(np.array(MONTHS) < leaving, np.arange(WOMEN) < WOMEN / 2)
    meant |= np.outer(np.array(MONTHS) >= leaving, np.arange(WOMEN) >= WOMEN / 2)
    nobody = np.zeros_like(meant)
    arm = watched(hours, by_month={everybody.key: meant, partnered.key: nobody})
    how = {"treated": {"arm": "a"}, "control": {"arm": "b"}}
    other = watched(panel(TREND, 0 * treated), by_month={everybody.key: meant})
    told = found({"a": arm, "b": other}, kind="difference_in_means", **how)
    assert told["estimate"] == pytest.approx(effect / 2)
    assert told["women_treated"] == WOMEN / 2
    inside = np.where(meant, hours, 0)[len(MONTHS) - AFTER :].sum() / (AFTER * WOMEN / 2)
    assert told["treated"] == pytest.approx(inside)
    nowhere = found({"a": arm, "b": other}, population=YES, kind="difference_in_means",
                    treated={"arm": "a"}, control={"arm": "a"})  # fmt: skip
    assert nowhere["estimate"] is None and nowhere["women_treated"] == 0


@given(
    effect=effects,
    entries=st.lists(st.integers(1, AFTER - 3), min_size=WOMEN // 2, max_size=WOMEN // 2),
)
def test_within_persons_each_is_seen_around_her_own_entry(effect, entries):
    treated, _ = kinds()
    entered = np.full(WOMEN, np.inf)
    entered[treated] = entries
    rows = np.arange(len(MONTHS))
    inside = rows[:, None] >= BEFORE + entered[None, :] - 1
    # Months follow each other without a month 0: a trend goes by rows
    arm = watched(panel(7 * rows, 11 * np.arange(WOMEN)) + effect * inside, entered=entered)
    how = {"kind": "within_person", "before": [-4, -1], "months": [1, 4]}
    users = {"arm": "a", "of": "users"}
    told = found({"a": arm}, treated=users, control={"arm": "a", "of": "lost"}, **how)
    assert told["estimate"] == pytest.approx(effect)
    assert told["women_treated"] == WOMEN / 2
    assert found({"a": arm}, treated=users, **how)["estimate"] == pytest.approx(effect + 4 * 7)


def test_who_entered_too_late_to_be_seen_so_long_is_left_out():
    treated, _ = kinds()
    entered = np.where(treated, AFTER, np.inf)
    entered[0] = 1
    how = {"kind": "within_person", "before": [-4, -1], "treated": {"arm": "a", "of": "users"}}
    arms = {"a": watched(entered=entered)}
    assert found(arms, **how, months=[1, 2])["women_treated"] == 1
    assert found(arms, **how, months=[1, 1])["women_treated"] == WOMEN / 2


@given(effect=effects, base=st.integers(1, 500))
def test_scales_are_points_per_cent_and_the_ratio(effect, base):
    treated, _ = kinds()
    arms = {"a": watched(panel(TREND * 0, base - UNIT + (500 + effect) * treated))}
    how = {"kind": "difference_in_means", "treated": WON, "control": LOST}
    first, second = base + 500 + effect, base
    assert found(arms, **how)["estimate"] == pytest.approx(first - second)
    percent = found(arms, **how, scale="percent")["estimate"]
    assert percent == pytest.approx(100 * (first - second) / second)
    ratio = found(arms, **how, scale="ratio_of_means")["estimate"]
    assert ratio == pytest.approx(first / second)


def test_nothing_can_be_so_many_times_nothing():
    arms = {"a": watched(panel(TREND * 0, np.full(WOMEN, -UNIT)))}
    how = {"kind": "difference_in_means", "treated": WON, "control": LOST}
    assert found(arms, **how)["estimate"] == 0
    assert found(arms, **how, scale="percent")["estimate"] is None
    assert found(arms, **how, scale="ratio_of_means")["estimate"] is None


@given(effect=effects, use=st.integers(1, 12))
def test_a_ratio_is_the_effect_per_point_of_use(effect, use):
    treated, _ = kinds()
    arm = watched(panel(TREND, effect * treated))
    arm.panel["users"][BEFORE : BEFORE + use] = treated
    arms = {"a": arm}
    told = found(arms, kind="ratio", per="use_of_care", treated=WON, control=LOST)
    assert told["estimate"] == pytest.approx(effect / (100 * use / AFTER))
    arm.panel["users"][:] = 1  # nobody uses it more than the others
    told = found(arms, kind="ratio", per="use_of_care", treated=WON, control=LOST)
    assert told["estimate"] is None and told["treated"] is not None


@given(effect=effects, more=effects)
def test_a_contrast_is_the_estimate_of_one_population_less_that_of_the_other(effect, more):
    treated, partner = kinds()
    hours = panel(TREND, 9 * partner) + np.outer(AFTERWARDS, treated) * effect
    hours += np.outer(AFTERWARDS, treated & partner) * more
    told = found(
        {"a": watched(hours)}, kind="difference_in_differences", treated=WON, control=LOST,
        before=[-6, -1], contrast=[YES, NO],
    )  # fmt: skip
    assert told["estimate"] == pytest.approx(more)
    assert told["women_treated"] == HALF


def test_those_using_count_only_in_their_months():
    treated, _ = kinds()
    using = np.zeros((AFTER, WOMEN), bool)
    using[6:, 0] = True
    hours = panel(TREND * 0, np.zeros(WOMEN))
    hours[BEFORE + 6 :, 0] += 80
    hours[: BEFORE + 6, 0] = 0  # before she used it, which must not count
    arms = {"a": watched(hours, using=using, entered=np.where(treated, 6.0, np.inf))}
    told = found(
        arms, kind="difference_in_means", treated={"arm": "a", "of": "using"}, control=LOST
    )
    assert told["estimate"] == pytest.approx(80)


def test_arms_are_compared_with_each_other():
    other = watched(panel(TREND, np.full(WOMEN, 31)))
    told = found(
        {"none": watched(panel(TREND, np.zeros(WOMEN))), "a": other}, kind="difference_in_means",
        treated={"arm": "a"}, control={"arm": "none"},
    )  # fmt: skip
    assert told["estimate"] == pytest.approx(31)


def test_who_left_and_who_was_not_meant_are_not_counted():
    treated, partner = kinds()
    hours = panel(TREND, 100 * treated + 10_000 * partner)
    how = {"kind": "difference_in_means", "treated": WON, "control": LOST}
    for left_out in ("stays", "meant_for"):
        told = found({"a": watched(hours, **{left_out: ~(partner & treated)})}, **how)
        assert told["women_treated"] == HALF
        assert told["estimate"] == pytest.approx(100 - 5_000)


@pytest.mark.parametrize("of", ["touched", "won", "users", "using", "waiting"])
def test_where_nobody_is_in_a_group_there_is_no_estimate(of):
    nobody = np.zeros(WOMEN, bool)
    arm = watched(
        touched=nobody, won=nobody, entered=np.full(WOMEN, np.inf), asked=nobody,
        using=np.zeros((AFTER, WOMEN), bool),
    )  # fmt: skip
    group = {"arm": "a", "of": of}
    told = found({"a": arm}, kind="difference_in_means", treated=group, control=LOST)
    assert told["estimate"] is None and told["treated"] is None
    assert told["women_treated"] == 0 and told["women_control"] == WOMEN / 2
    if of == "users":
        told = found({"a": arm}, kind="within_person", treated=group, before=[-3, -1])
        assert told["estimate"] is None and told["women_treated"] == 0


def test_groups_part_the_cohort():
    treated, _ = kinds()
    asked = np.arange(WOMEN) < 5
    arm = watched(asked=asked, lost=~treated)

    def number(of):
        group = {"arm": "a", "of": of}
        told = found({"a": arm}, kind="difference_in_means", treated=group, control=WON)
        return told["women_treated"]

    for one, other in (("touched", "untouched"), ("users", "non_users"), ("won", "lost")):
        assert number(one) + number(other) == number("everybody") == WOMEN
    assert number("waiting") == (asked & ~treated).sum() > 0
