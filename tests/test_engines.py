"""One rule, two speeds, any number of threads and processes: the same bits."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numba
import numpy as np
import pytest

from sim.agents import mother as m
from sim.agents.attendance import attend
from sim.agents.ceci import CAMPO, N_AGES
from sim.agents.choice import decide
from sim.agents.firm import AGROPECUARIO
from sim.agents.job import separate
from sim.agents.mother import month_passes
from sim.core.draws import uniforms
from sim.core.engine import each_with
from sim.model import PoloModel
from sim.purposes import FAMILY
from sim.results.record import COUNTERS

BUSY = (
    "scale=0.002",
    "burn_in=6",
    "months=26",
    "seed=11",
    "polo.figures.guarderias.value=6",
    "polo.figures.guarderia_places.value=12000",
    # So that each thing that may happen does, in 800 women and 32 months
    "parameters.slack.value=0.08",
    "parameters.dismissal.value=0.8",
    "parameters.reconsiders.value=0.2",
    "parameters.grandmother_moves.value=0.004",
    "parameters.union_ends.value=0.005",
    "parameters.public_trust.value=2.5",
    # A few large plants that know of scheme `empresa`, and find a centre worth its cost
    "polo.figures.maquila_establishments.value=1500",
    "outreach=saturacion",
    "rollout.agreements.least_places=10",
    "rollout.agreements.years=1",
    "assistance.abandonment_assisted.value=0",
    "parameters.expected_use.value=1",
    "parameters.running_cost_empresa.value=4000",
    "parameters.imss_fee.value=6000",
    "parameters.capital_cost_empresa.value=20000",
)
"""A small polo in which every step of a month has something to do."""

HAPPENINGS = (
    "births", "girls of age", "grandmothers dead", "grandmothers moved", "unions formed",
    "unions ended", "women on leave", "children of four", "children of eighteen",
    "admissions to guarderias", "admissions to CECI", "refusals", "moves between rooms",
    "moves between centres", "places given up", "hires", "moves between firms",
    "quits by choice", "quits", "dismissals", "job seekers", "evening workers",
    "informal workers", "women who stop studying", "days lost_own", "days lost_child",
    "days lost_care", "days lost_other", "offers raised", "other hires", "centres opened",
    "sponsors",
)  # fmt: skip


OPEN = (
    "polo=san_quintin", "scale=0.015", "burn_in=3", "months=20", "seed=3",
    "access=convenio_municipal", "access.guarderias=true", "access.fathers=true",
    "access.voucher_budget.value=6000000", "access.priority=need", "opens=extendido",
    "polo.figures.maquila_women.value=3000", "polo.figures.maquila_workers.value=6000",
    "polo.figures.evening_plants.value=1", "polo.figures.guarderia_places.value=2000",
    "polo.announced.san_ramon.places=2000",
    "polo.season.posts=[0.3,1,1,1,1,1,0.6,0.3,0.3,0.8,0.8,0.6]",
    "+polo.announced.granja={scheme: imss, places: 2000, start: '2025-12', park: san_quintin, "
    "known: assumed}",
    "rollout.building_months={shortest: 1, longest: 3, known: assumed}",
    "outreach=saturacion", "rollout.agreements.least_places=10",
    "parameters.expected_use.value=1", "parameters.running_cost_empresa.value=4000",
    "parameters.imss_fee.value=6000", "parameters.capital_cost_empresa.value=20000",
    "parameters.public_trust.value=4", "parameters.reconsiders.value=0.25",
)  # fmt: skip
"""A small farm valley in which everybody may enter, by day and in the evening."""

OPEN_HAPPENINGS = (
    "children of the uninsured", "vouchers", "children who pay", "in the evening turn",
    "in scheme campo", "seasons ended", "pay lost by the piece", "fathers' children",
    "seasons of fewer posts", "firms that know", "agreements", "priced by need",
)  # fmt: skip


def whats_open(model: PoloModel) -> Counter:
    """Return how often each thing that open access and farms bring happened in the last month."""
    t, seen = model.tables, Counter()
    women, children, homes = t["mothers"], t["children"], t["households"]
    i, k = np.nonzero(children.centre != m.NOBODY)
    informal = women.status[i] == m.INFORMAL
    seen["children of the uninsured"] = t["tariffs"][:, 1:].sum()
    seen["children who pay"] = t["tariffs"][:, 1].sum()
    seen["vouchers"] = (children.voucher == 1).sum()
    seen["fathers' children"] = (informal & (homes.insured[i] == 1)).sum()
    seen["in the evening turn"] = (children.room[i, k] >= N_AGES).sum()
    seen["in scheme campo"] = (t["centres"].scheme[children.centre[i, k]] == CAMPO).sum()
    seen["seasons ended"] = (women.separated == m.SEASON_ENDED).sum()
    on_farm = (women.sector == AGROPECUARIO) & (women.scheduled > 0)
    lost = women.lost_own + women.lost_child + women.lost_care + women.lost_other
    seen["pay lost by the piece"] = (on_farm & (lost > 0)).sum()
    seen["seasons of fewer posts"] = int(model.now["season"][0] < 1)
    seen["firms that know"] = t["firms"].aware.sum()
    seen["agreements"] = len(model.programme.agreements)
    seen["priced by need"] = ((children.wants == 1) & (children.centre == m.NOBODY)).sum()
    return seen


@pytest.mark.slow
def test_objects_and_compiled_give_the_same_bits_where_all_may_enter(settings, state, differing):
    """Uninsured, vouchers, evening turn, campo, seasons, pay by the piece: at both speeds."""
    models = [PoloModel(settings(*OPEN, f"engine={e}"), 0) for e in ("compiled", "objects")]
    seen: Counter = Counter()
    for month in range(models[0].settings.burn_in + models[0].settings.months):
        for model in models:
            model.step()
        assert not differing(state(models[0]), state(models[1])), f"month {month}"
        seen += whats_open(models[0])
    missing = [name for name in OPEN_HAPPENINGS if not seen[name]]
    assert not missing, seen


def busy(settings, more_places, *overrides):
    return settings(*BUSY, *more_places(5), *overrides)


def whats_new(model: PoloModel, before: dict[str, np.ndarray]) -> Counter:
    """Return how often each thing happened in the last month."""
    t, month = model.tables, int(model.now["month"][0]) - 1
    women, children, homes = t["mothers"], t["children"], t["households"]
    people = dict(zip(COUNTERS, model.history[-1].people[0].tolist(), strict=True))
    seen: Counter = Counter()
    seen["births"] = people["births"]
    for name in ("hires", "quits", "dismissals"):
        seen[name] = people[name]
    seen["quits by choice"] = people["quits_by_choice"]
    seen["moves between firms"] = people["moves"]
    for cause in ("lost_own", "lost_child", "lost_care", "lost_other"):
        seen[f"days {cause}"] = people[cause]
    stays = women.birth == before["mothers.birth"]
    seen["girls of age"] = (~stays).sum()
    for i in np.flatnonzero(
        stays & (homes.grandmother == 0) & (before["households.grandmother"] > 0)
    ):
        moves = uniforms(model.settings.seed, model.replicate, int(i), month, FAMILY)[3]
        moved = moves < model.settings.parameters["grandmother_moves"].value
        seen["grandmothers moved" if moved else "grandmothers dead"] += 1
    union = homes.partner.astype(int) - before["households.partner"]
    seen["unions formed"] = (union[stays] > 0).sum()
    seen["unions ended"] = (union[stays] < 0).sum()
    seen["women on leave"] = (women.leave > 0).sum()
    seen["job seekers"] = (women.status == m.SEARCHING).sum()
    seen["informal workers"] = (women.status == m.INFORMAL).sum()
    seen["evening workers"] = (women.kind == m.MAQUILA_EVENING).sum()
    seen["women who stop studying"] = (stays & (before["mothers.student"] > women.student)).sum()
    old = {
        (i, before["children.birth"][i, k]): k
        for i, k in zip(*np.nonzero(before["children.birth"] != m.NEVER), strict=True)
    }
    for i, k in zip(*np.nonzero(children.birth != m.NEVER), strict=True):
        age = month - int(children.birth[i, k])
        seen["children of four"] += age == m.CARE_AGE
        earlier = old.pop((i, children.birth[i, k]), None)
        if earlier is None:
            continue
        was = before["children.centre"][i, earlier]
        now = children.centre[i, k]
        if now != m.NOBODY and was == m.NOBODY:
            kind = "guarderias" if now < model.old_centres else "CECI"
            seen[f"admissions to {kind}"] += 1
        elif now == m.NOBODY and was != m.NOBODY and age < m.CARE_AGE:
            seen["places given up"] += 1
        elif now != was:
            seen["moves between centres"] += 1
        elif now != m.NOBODY and children.room[i, k] != before["children.room"][i, earlier]:
            seen["moves between rooms"] += 1
    seen["children of eighteen"] = sum(stays[i] and month - b >= m.ADULT_AGE for i, b in old)
    seen["refusals"] = t["refused"].sum()
    seen["offers raised"] = (t["firms"].wage_offer > before["firms.wage_offer"]).sum()
    seen["other hires"] = t["firms"].other_hires.sum()
    seen["sponsors"] = (t["firms"].centre >= 0).sum()
    seen["centres opened"] = t["centres"].open.sum() - before["centres.open"].sum()
    return seen


@pytest.fixture(scope="session")
def compiled_run(settings, more_places, state):
    """Return the compiled run, its state at the end of each month, and all that happened."""
    model = PoloModel(busy(settings, more_places), 0)
    states, seen = [state(model)], Counter()
    for _ in range(model.settings.burn_in + model.settings.months):
        model.step()
        states.append(state(model))
        seen += whats_new(model, states[-2])
    return model, states, seen


def test_the_run_that_is_compared_exercises_every_step(compiled_run):
    model, _, seen = compiled_run
    missing = [name for name in HAPPENINGS if not seen[name]]
    assert not missing, seen
    assert seen["centres opened"] >= 3
    openings = model.tables["centres"].opening[model.tables["centres"].open == 1]
    assert np.sort(openings)[-1] <= 30, "months after several centres have opened"


@pytest.mark.slow
def test_objects_and_compiled_give_the_same_bits(
    compiled_run, settings, more_places, state, differing
):
    """Agent by agent in plain Python, and compiled: every column of every table, every month."""
    _, states, _ = compiled_run
    model = PoloModel(busy(settings, more_places, "engine=objects"), 0)
    assert not differing(state(model), states[0]), "before the first month"
    for month, expected in enumerate(states[1:]):
        model.step()
        assert not differing(state(model), expected), f"month {month}"


def test_a_fork_of_objects_goes_on_as_the_compiled_one(settings, more_places, state, differing):
    last = {}
    for engine in ("objects", "compiled"):
        told = busy(settings, more_places, f"engine={engine}", "scale=0.001", "burn_in=2")
        trunk = PoloModel(told, 0, told.plan.without_centres())
        trunk.step()
        trunk.step()
        fork = trunk.fork(told.plan)
        for _ in range(6):
            fork.step()
        last[engine] = state(fork)
    assert not differing(last["objects"], last["compiled"])


def test_threads_change_no_bit(compiled_run, settings, more_places, fingerprint):
    model, _, _ = compiled_run
    before = numba.get_num_threads()
    try:
        for threads in {1, numba.config.NUMBA_NUM_THREADS}:
            numba.set_num_threads(threads)
            again = PoloModel(busy(settings, more_places), 0)
            for _ in range(model.settings.burn_in + model.settings.months):
                again.step()
            assert fingerprint(again) == fingerprint(model), f"{threads} threads"
    finally:
        numba.set_num_threads(before)


IN_A_PROCESS = """
import sys
sys.path[:0] = {paths}
import conftest
from sim.model import PoloModel
model = PoloModel(conftest.composed({overrides}), 0)
for _ in range(12):
    model.step()
print(conftest.fingerprint_of(model))
"""


def test_another_process_gives_the_same_bits(settings, more_places, fingerprint):
    """Two processes, of one thread and of three, beside this one."""
    overrides = (*BUSY, *more_places(5))
    model = PoloModel(settings(*overrides), 0)
    for _ in range(12):
        model.step()
    tests = Path(__file__).resolve().parent
    program = IN_A_PROCESS.format(paths=[str(tests), str(tests.parent)], overrides=overrides)
    jobs = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            env=os.environ | {"NUMBA_NUM_THREADS": threads, "PYTHONHASHSEED": threads},
            stdout=subprocess.PIPE,
            text=True,
        )
        for threads in ("1", "3")
    ]
    for job in jobs:
        printed, _ = job.communicate(timeout=300)
        assert job.returncode == 0
        assert printed.strip() == fingerprint(model)


def test_another_seed_and_another_replicate_are_other_polos(
    settings, more_places, state, differing
):
    models = [
        PoloModel(busy(settings, more_places), 0),
        PoloModel(busy(settings, more_places), 1),
        PoloModel(busy(settings, more_places, "seed=12"), 0),
    ]
    must_differ = ["mothers.status", "children.birth", "households.zone", "firms.zone"]
    must_differ += ["mothers.taste_work", "centres.zone", "mothers.lost_own", "month.people"]
    for model in models:
        model.step()
        model.step()
    states = [state(model) for model in models]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        names = differing(states[one], states[other])
        assert not [name for name in must_differ if name not in names]


# Who else is simulated


def rows_of(model: PoloModel) -> list[np.recarray]:
    return [model.tables[name].copy() for name in ("mothers", "children", "households")]


@pytest.fixture
def grown(settings, more_places):
    """Return a polo after a year and a half, with some centres open."""
    model = PoloModel(busy(settings, more_places), 0)
    for _ in range(18):
        model.step()
    return model


@pytest.mark.parametrize("rule", [month_passes, decide, attend, separate], ids=lambda r: r.__name__)
def test_a_rule_gives_a_woman_the_same_whoever_is_beside_her(grown, rule):
    """Alone, among some, among all, in any order: her rows after a rule are the same."""
    everybody = rows_of(grown)
    in_care = grown.world.in_care.copy()
    each_with(rule)(*everybody, grown.world)
    count = everybody[0].size
    backwards = np.arange(count)[::-1]
    for numbers in (np.array([5]), np.arange(300), np.arange(1, count, 7), backwards):
        some = [np.ascontiguousarray(rows[numbers]).view(np.recarray) for rows in rows_of(grown)]
        grown.world.in_care[:] = in_care  # flags are hers too
        each_with(rule)(*some, grown.world)
        for part, whole in zip(some, everybody, strict=True):
            for column in part.dtype.names:
                np.testing.assert_array_equal(part[column], whole[column][numbers], column)


def test_a_family_is_the_same_in_a_polo_of_another_size(settings):
    """The same woman, of the same number, lives the same 60 months of family in both polos."""
    small = PoloModel(settings("scale=0.002"), 0)
    large = PoloModel(settings("scale=0.004"), 0)
    count = small.tables["mothers"].size
    for name in ("mothers", "children", "households"):
        large.tables[name][:count] = small.tables[name]
    born = 0
    for _ in range(60):
        for model in (small, large):
            t = model.tables
            each_with(month_passes)(t["mothers"], t["children"], t["households"], model.world)
            model.now.month += 1
        born += int(small.tables["mothers"].gave_birth.sum())
        for name in ("mothers", "children", "households"):
            for column in small.tables[name].dtype.names:
                np.testing.assert_array_equal(
                    small.tables[name][column], large.tables[name][column][:count], column
                )
    assert born > 50


def happenings(model: PoloModel) -> dict[str, np.ndarray]:
    """Return to whom each thing happens if the model's month is lived from the rows as they are."""
    found = {}
    mothers, children, homes = rows_of(model)
    before = homes.copy()
    each_with(month_passes)(mothers, children, homes, model.world)
    found["births"] = mothers.gave_birth == 1
    found["grandmothers lost"] = homes.grandmother < before.grandmother
    found["unions formed or ended"] = homes.partner != before.partner
    mothers, children, homes = rows_of(model)
    each_with(attend)(mothers, children, homes, model.world)
    for cause in ("lost_own", "lost_child", "lost_care", "lost_other"):
        found[cause] = mothers[cause] > 0
    mothers, children, homes = rows_of(model)
    each_with(separate)(mothers, children, homes, model.world)
    found["jobs left"] = mothers.separated != m.STAYED
    mothers, children, homes = rows_of(model)
    mothers.shocks = m.NEVER
    each_with(decide)(mothers, children, homes, model.world)
    found["reconsidered"] = mothers.shocks != m.NEVER
    return found


@pytest.mark.parametrize("what", ["month", "replicate", "seed"])
def test_another_month_replicate_or_seed_reaches_other_women(settings, what):
    """The same rows, lived with one of the three changed: who is reached is drawn again."""
    model = PoloModel(settings("scale=0.03"), 0)
    model.now.workdays = 21
    model.tables["mothers"].leave = 0
    model.tables["mothers"].separated = m.STAYED
    first = happenings(model)
    model.now[what] += 1
    second = happenings(model)
    for name, one in first.items():
        both = int((one & second[name]).sum())
        assert one.sum() >= 10, name
        assert both < 0.7 * min(one.sum(), second[name].sum()), name
