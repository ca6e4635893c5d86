"""Two lives of each mother: counted right, by group, and nothing else moved by looking at them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.results.lives import (
    COUNTERS,
    DIMENSIONS,
    GROUPS,
    STEP,
    STEPS,
    Lives,
    gini,
    lives_frame,
)
from sim.results.measures import Counts, older_women
from sim.results.persons import People, count
from sim.results.store import decode, encode
from sim.results.stream import ResultStream
from sim.unit import live, outcome, units

SMALL = ("scale=0.02", "burn_in=4", "months=26", "replicates=1", "threads=1")
C = {name: number for number, name in enumerate(COUNTERS)}


def lived(settings, *overrides):
    """Return the settings of a small run, and the outcome of its replicate."""
    told = settings(*SMALL, *overrides)
    (unit,) = units([told], 1)[0]
    return told, outcome(unit)


@pytest.fixture(scope="module")
def quarterly(settings):
    return lived(settings)


@pytest.fixture(scope="module")
def never(settings):
    return lived(settings, "distribution.every=0")


def both(found) -> tuple[Lives, Lives]:
    return found["baseline"].lives, found["programme"].lives


def test_looks_go_back_from_the_last_month(quarterly, settings):
    _, found = quarterly
    for lives in both(found):
        np.testing.assert_array_equal(lives.months, [5, 8, 11, 14, 17, 20, 23, 26, 29])
    yearly = both(lived(settings, "distribution.every=12")[1])[0]
    np.testing.assert_array_equal(yearly.months, [5, 17, 29])


def test_looking_changes_no_other_table(quarterly, never, tmp_path):
    written = {}
    for name, (told, found) in (("looked", quarterly), ("never", never)):
        folder = tmp_path / name
        folder.mkdir()
        stream = ResultStream(told, [told], folder)
        stream.add(0, [found])
        written[name] = {file.name: file.read_bytes() for file in stream.finish()[1]}
    assert set(written["looked"]) - set(written["never"]) == {"distribution.parquet"}
    assert all(written["looked"][name] == content for name, content in written["never"].items())


def test_lives_come_back_from_the_store(quarterly, never):
    for told, found in (quarterly, never):
        again = decode(encode(found, "k", "v"), "k", "v")
        for arm, of in found.items():
            if of.lives is None:
                assert again[arm].lives is None
            else:
                pd.testing.assert_frame_equal(
                    lives_frame(again[arm].lives, told, arm, 0), lives_frame(of.lives, told, arm, 0)
                )
    assert b"lives." not in encode(never[1], "k", "v")


def test_mothers_are_those_of_the_monthly_table(quarterly):
    told, found = quarterly
    for of in found.values():
        counts = Counts(of.tally, older_women([(told.polo, told.scale)]), told.parameters)
        for group in GROUPS:
            if group not in counts.of or group == "mothers_u4_near":
                continue
            here = of.lives.counts[:, GROUPS.index(group)]
            for name in (
                "people",
                "searching",
                "informal",
                "formal",
                "lost_child",
                "income",
                "children",
                "care_workplace",
                "care_sibling",
            ):
                expected = counts.of[group][name][of.lives.months]
                if name == "lost_child":  # counted by the month's work, before any job ends
                    assert here[:, C[name]].sum() == pytest.approx(expected.sum(), rel=0.02)
                else:
                    np.testing.assert_array_equal(here[:, C[name]], expected, (group, name))


def test_every_mother_is_in_one_group_of_each_dimension_and_in_one_zone(quarterly):
    told, found = quarterly
    for lives in both(found):
        everybody = lives.counts[:, 0]
        for groups in DIMENSIONS.values():
            of = [GROUPS.index(name) for name in groups]
            np.testing.assert_array_equal(lives.counts[:, of].sum(axis=1), everybody)
        zones = lives.counts[:, len(GROUPS) :]
        assert zones.shape[1] == told.polo.zones.count
        np.testing.assert_array_equal(zones.sum(axis=1), everybody)


def test_the_effect_is_who_gains_less_who_loses(quarterly):
    baseline, programme = both(quarterly[1])
    assert not baseline.counts[..., C["gained_work"] :].any()
    changes = programme.counts.sum(axis=0)
    assert changes[0, C["gained_work"]] > 0 and changes[0, C["lost_formal"]] > 0
    apart = programme.counts - baseline.counts
    for kinds, name in ((("informal", "formal"), "work"), (("formal",), "formal")):
        gained, lost = (apart[..., C[f"{way}_{name}"]] for way in ("gained", "lost"))
        np.testing.assert_array_equal(
            sum(apart[..., C[kind]] for kind in kinds), gained - lost, name
        )


def test_two_lives_are_compared_woman_by_woman(quarterly):
    """The last month, counted once more from both arms, each woman by herself."""
    from sim.model import PoloModel

    told, found = quarterly
    model = PoloModel(told, 0, told.plan.without_centres())
    live(model, told.burn_in, None)
    before = People(model)
    rank = count(before, {"income"})["income"] / before.households.persons
    other = model.fork(told.plan)
    live(model, told.months, None)
    live(other, told.months, None)
    one, two = (People(polo) for polo in (model, other))
    income = [count(people, {"income"})["income"] for people in (one, two)]
    lines = told.distribution.poverty_line.value
    young = (one.ages[:, 0] < 48).nonzero()[0]
    poorest = [k for k in young if rank[k] < np.quantile(rank, 0.2)]
    here = both(found)[1].counts[-1, GROUPS.index("mothers_u4_quintile_1")]
    assert here[C["people"]] == len(poorest)
    expected = {
        "gained_work": sum(bool(two.works[k]) and not one.works[k] for k in poorest),
        "lost_work": sum(bool(one.works[k]) and not two.works[k] for k in poorest),
        "better_off": sum(income[1][k] > 1.05 * income[0][k] for k in poorest),
        "worse_off": sum(income[1][k] < 0.95 * income[0][k] for k in poorest),
        "poor": sum(income[1][k] / two.households.persons[k] < lines for k in poorest),
    }
    assert {name: here[C[name]] for name in expected} == expected
    near = other.tables["centres"]
    near = near[(near.open == 1) & np.isin(near.scheme, (1, 2, 3))]
    km = {k: min(other.distance[one.households.zone[k], near.zone], default=99) for k in young}
    for name, (low, high) in {"near": (-1, 2), "middle": (2, 5), "far": (5, 100)}.items():
        counted = both(found)[1].counts[-1, GROUPS.index(f"mothers_u4_{name}"), C["people"]]
        assert counted == sum(low < way <= high for way in km.values()), name


def test_without_a_programme_nobody_gains_and_nobody_loses(settings):
    baseline, programme = both(lived(settings, "rollout=ninguno")[1])
    np.testing.assert_array_equal(baseline.counts, programme.counts)
    np.testing.assert_array_equal(baseline.incomes, programme.incomes)


def test_regions_add_up_without_their_zones(quarterly):
    lives = both(quarterly[1])[0]
    twice = lives + lives
    np.testing.assert_array_equal(twice.counts, 2 * lives.counts[:, : len(GROUPS)])
    np.testing.assert_array_equal(twice.incomes, 2 * lives.incomes)


def test_the_table_tells_of_every_group_and_look(quarterly):
    told, found = quarterly
    table = lives_frame(found["programme"].lives, told, "programme", 3)
    assert not table.duplicated(["month", "group", "measure"]).any()
    assert table["month"].max() == pd.Timestamp(f"{told.agreement_start}-01") + pd.DateOffset(
        months=told.months - 1
    )
    assert set(GROUPS) <= set(table["group"]) and "zone_39" in set(table["group"])
    rates = table[~table["measure"].isin(("mothers", "household_income", "income_per_person"))]
    assert rates["value"].dropna().between(0, 100).all()
    poor, extreme = (
        table[table["measure"] == name].set_index(["group", "month"])["value"]
        for name in ("poverty", "extreme_poverty")
    )
    assert (extreme.dropna() <= poor.dropna()).all()


incomes = st.lists(st.integers(0, 60_000), min_size=2, max_size=60)


@given(incomes)
def test_the_coefficient_is_that_of_the_incomes(of):
    found = gini(np.bincount(np.array(of) // STEP, minlength=STEPS))
    middle = (np.array(of) // STEP + 0.5) * STEP
    apart = np.abs(middle[:, None] - middle[None, :]).mean()
    assert found == pytest.approx(apart / (2 * middle.mean()), abs=1e-12)


def test_of_nobody_there_is_no_coefficient():
    assert np.isnan(gini(np.zeros(STEPS, int)))


@pytest.mark.parametrize(
    "override", ["distribution.every=-1", "distribution.every=1.5", "distribution.change=2",
                 "distribution.poverty_line.value=-1", "distribution.often=3"],
)  # fmt: skip
def test_looks_that_cannot_be(settings, override):
    with pytest.raises((ValidationError, Exception), match=override.split("=")[0].split(".")[-1]):
        settings(override)
