"""Sensitivity: indices and splits that are right on made functions, whole tables, bad input."""

import gc
import sys
import weakref

import numpy as np
import pandas as pd
import pytest

from experiments.evidence import headline
from experiments.evidence.evaluations import Task
from experiments.evidence.headline import NAMES, headline_effects, steps_of
from experiments.sensitivity.__main__ import job, need
from experiments.sensitivity.indices import design, indices_of
from experiments.sensitivity.intervals import components, intervals
from experiments.sensitivity.points import effects_at, own_chance, same_chance
from experiments.sensitivity.ranges import Range, drawn, ranges
from experiments.sensitivity.screening import (
    elementary_effects,
    most_influential,
    screen,
    trajectories,
)
from experiments.sensitivity.swings import assumed, ends, swings
from sim.cli import command
from sim.errors import IncompleteError, InputError
from sim.model import PoloModel
from sim.run import paired_replicate

PI = [Range(name, -np.pi, np.pi, "bounds") for name in ("x1", "x2", "x3")]
ISHIGAMI = {"x1": (0.3139, 0.5576), "x2": (0.4424, 0.4424), "x3": (0.0, 0.2437)}
"""First and total indices of Ishigami and Homma's function with a=7 and b=0.1, in closed form."""

TINY = ("scale=0.01", "burn_in=2", "months=14", "replicates=2", "threads=1", "executor.workers=1")


def ishigami(points):
    x1, x2, x3 = points.to_numpy().T
    return np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)


def test_sobol_indices_are_those_of_ishigami():
    points = design(PI, 300, seed=1)
    told = indices_of(PI, points, ishigami(points), seed=1).set_index("parameter")
    assert (told["emulator_r2"] > 0.98).all()
    for name, (first, total) in ISHIGAMI.items():
        assert told["first"][name] == pytest.approx(first, abs=0.05)
        assert told["total"][name] == pytest.approx(total, abs=0.05)
        assert abs(told["first"][name] - first) < 2 * told["first_conf"][name]


def test_an_emulator_of_chance_alone_says_that_it_knows_nothing():
    points = design(PI, 60, seed=1)
    values = np.random.default_rng(3).normal(size=60)
    assert (indices_of(PI, points, values, seed=1)["emulator_r2"] < 0.3).all()


def test_points_that_could_not_be_run_are_left_out_of_the_indices():
    points = design(PI, 100, seed=1)
    values = ishigami(points)
    values[:5] = np.nan
    assert (indices_of(PI, points, values, seed=1)["points"] == 95).all()
    values[15:] = np.nan
    assert indices_of(PI, points, values, seed=1)["total"].isna().all()


def test_elementary_effects_are_those_of_a_line():
    found = [Range("a", 0, 2, "bounds"), Range("b", -1, 1, "bounds"), Range("c", 5, 6, "bounds")]
    points = trajectories(found, 5, seed=2)
    values = (3 * points["a"] - points["b"]).to_numpy(copy=True)
    told = elementary_effects(found, points, values, seed=2).set_index("parameter")
    assert told["mu"].to_dict() == pytest.approx({"a": 6, "b": -2, "c": 0})
    assert told["mu_star"].to_dict() == pytest.approx({"a": 6, "b": 2, "c": 0})
    assert told["sigma"].to_numpy() == pytest.approx(0, abs=1e-9)
    values[1] = np.nan
    less = elementary_effects(found, points, values, seed=2)
    assert (less["paths"] == 4).all() and less["mu"].to_numpy() == pytest.approx([6, -2, 0])


def test_the_most_influential_are_so_on_any_effect():
    found = [Range(name, 0, 1, "bounds") for name in "abcd"]
    points = trajectories(found, 4, seed=2)
    values = np.zeros((len(points), len(NAMES)))
    values[:, 0] = 1000 * points["b"] + 500 * points["a"]
    values[:, 1] = 0.001 * points["d"]
    told = screen(found, points, values, seed=2)
    assert set(most_influential(told, 2)) == {"b", "d"}
    assert list(told["parameter"][:1]) == ["b"] and len(told) == 4 * len(NAMES)


def test_the_split_recovers_known_variances():
    rng = np.random.default_rng(5)
    parameters, chance, lives = 2.0, 3.0, 200
    found = np.array(
        [
            components(
                rng.normal(scale=parameters**0.5, size=(60, 1))
                + rng.normal(scale=chance**0.5, size=(60, 2))
            )
            for _ in range(lives)
        ]
    )
    # Three standard errors of the mean of 200
    error = 3 * found.std(axis=0) / lives**0.5
    assert (np.abs(found.mean(axis=0) - [parameters, chance]) < error).all()
    assert (error < 0.2).all()


def test_where_there_is_chance_alone_parameters_have_little():
    values = np.random.default_rng(5).normal(size=(50, 2, len(NAMES)))
    values[3, 0, 1] = np.nan
    told = intervals(values, "posterior", 0.1)
    assert (told["share_parameters"] < 0.35).all() and (told["half_parameters"] >= 0).all()
    assert told["half_chance"].to_numpy() == pytest.approx(1.645, abs=0.3)
    assert told["high"].to_numpy() == pytest.approx(1.645, abs=0.5)
    assert list(told["draws"][:3]) == [50, 49, 50]


def test_ranges_are_those_that_are_said(settings):
    here = settings(*TINY)
    found = {one.parameter: one for one in ranges(here, None, None)}
    known = {name: p.known for name, p in here.parameters.items()}
    assert set(found) == {name for name, how in known.items() if how != "measured"}
    assert found["detour_cost"] == Range("detour_cost", 0, 2, "bounds")
    p = here.parameters["public_trust"]
    low, high = p.value - 0.2 * 13, p.value + 0.2 * 13
    assert found["public_trust"] == Range("public_trust", low, high, "near base")
    for one in found.values():
        low, high = here.parameters[one.parameter].bounds
        assert low <= one.low < one.high <= high


def test_a_posterior_gives_ranges_and_draws(settings):
    posterior = pd.DataFrame({"public_trust": np.linspace(-1, 0, 101)})
    found = ranges(settings(*TINY), posterior, ["public_trust", "detour_cost"])
    assert {one.parameter: one.origin for one in found} == {
        "public_trust": "posterior",
        "detour_cost": "bounds",
    }
    assert found[1 if found[0].origin == "bounds" else 0][1:3] == pytest.approx((-0.95, -0.05))
    sets, origin = drawn(found, posterior, 40, seed=1)
    assert origin == "posterior" and sets["public_trust"].nunique() == 40
    sets, origin = drawn(found, None, 40, seed=1)
    assert origin == "screening ranges" and set(sets) == {"public_trust", "detour_cost"}


def test_swings_have_every_assumed_parameter(settings):
    here = settings(*TINY)
    names = assumed(here, None)
    points = ends(here, names)
    assert len(points) == 1 + 2 * len(names)
    weight = np.arange(len(names))
    effect = (points * weight).sum(axis=1).to_numpy()
    values = np.repeat(effect, 2 * len(NAMES)).reshape(len(points), 2, len(NAMES))
    table = swings(here, names, values)
    of_one = table[table["measure"] == "participation"].set_index("parameter")
    how = {name for name, p in here.parameters.items() if p.known == "assumed"}
    assert set(of_one.index) == how and len(table) == len(how) * len(NAMES)
    assert (of_one["swing"].abs().diff()[1:] <= 1e-9).all()
    width = pd.Series({name: np.ptp(here.parameters[name].bounds) for name in names})
    expected = (width * pd.Series(dict(zip(names, weight, strict=True)))).to_dict()
    assert of_one["swing"].to_dict() == pytest.approx(expected)
    assert (of_one["source"].str.len() > 0).all() and (of_one["chance"] == 0).all()


def test_the_chance_of_a_swing_is_that_of_replicates(settings):
    here = settings(*TINY)
    names = assumed(here, None)
    rng = np.random.default_rng(4)
    values = rng.normal(scale=2.0, size=(1 + 2 * len(names), 2, len(NAMES)))
    values[1:3] = 0  # a parameter without influence
    told = swings(here, names, values)
    # The swing is a difference of two means of two
    assert told["chance"].to_numpy() == pytest.approx(1.66 * 2.0, rel=0.3)


def test_headline_effects_are_those_of_the_monthly_table(settings):
    here = settings(*TINY)
    ticks = []
    told = headline_effects(Task(here, 1, steps_of(here)), lambda: ticks.append(1))["effects"]
    assert len(ticks) == steps_of(here) and tuple(told) == NAMES
    monthly = paired_replicate(here, 1).monthly
    last = monthly[monthly["month"].isin(monthly["month"].drop_duplicates().nlargest(12))]
    means = last.groupby(["measure", "group", "arm"], observed=True)["value"].mean().unstack()
    for name in NAMES[:8]:
        programme, baseline = means.loc[(name, "mothers_u4"), ["programme", "baseline"]]
        assert told[name] == pytest.approx(programme - baseline, abs=1e-9), name
    assert told["occupancy"] == pytest.approx(means.loc[("occupancy", "ceci"), "programme"])


def test_a_run_that_fails_is_left_out_and_reported(settings, tmp_path, capsys, monkeypatch):
    here = settings(*TINY, f"store={tmp_path}")
    points = pd.DataFrame({"detour_cost": [0.1, 1.5]})
    monkeypatch.setattr("experiments.evidence.headline._lived", refusing(headline._lived))
    values = effects_at(here, points, same_chance(points), "trial")
    assert np.isfinite(values[0, 0, 0]) and np.isnan(values[1]).all()
    assert "1 of 2 runs left out, the first: ValueError: no cost" in capsys.readouterr().err
    with pytest.raises(IncompleteError, match="no simulation could be done"):
        effects_at(here, points[1:], same_chance(points[1:]), "trial")


def refusing(lived):
    def refuse(task, tick):
        if task.settings.parameters["detour_cost"].value > 1:
            raise ValueError("no cost")
        return lived(task, tick)

    return refuse


def test_draws_have_chance_of_their_own():
    points = pd.DataFrame({"a": range(3)})
    assert len(set(own_chance(points, 2).ravel())) == 6
    assert (same_chance(points, 2) == [0, 1]).all()


QUICK = (
    "trajectories=2", "samples=20", "draws=2", "screening_scale=0.01",
    "only=[public_trust,hours_part]",
)  # fmt: skip


def run(monkeypatch, *given):
    monkeypatch.setattr(sys, "argv", ["sensitivity", "+scenario=polo_norte", *TINY, *given])
    return command(job, "sensitivity")


def test_the_command_writes_its_tables_and_simulates_nothing_twice(monkeypatch, tmp_path, capsys):
    store = f"store={tmp_path / 'store'}"
    assert run(monkeypatch, *QUICK, store, f"output_dir={tmp_path / 'a'}") == 0
    tables = {"morris", "sobol", "swings", "intervals"}
    files = {path.name for path in (tmp_path / "a").iterdir()}
    assert files == {f"{name}.csv" for name in tables} | {
        f"{name}_{lang}.{ending}"
        for name in tables - {"intervals"}
        for lang in ("en", "es")
        for ending in ("png", "svg")
    }
    found = pd.read_csv(tmp_path / "a" / "intervals.csv")
    assert list(found["measure"]) == list(NAMES)
    assert set(found["draws_from"]) <= {"posterior", "screening ranges"}
    assert "to do" in capsys.readouterr().err
    assert run(monkeypatch, *QUICK, store, f"output_dir={tmp_path / 'b'}") == 0
    assert "to do" not in capsys.readouterr().err
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("only=[nonsense]", "only=nonsense: no such parameter"),
        ("only=[maternity_leave,detour_cost]", "only=maternity_leave: is measured"),
        ("only=[detour_cost]", "give two or more, or null for all"),
        ("only=[detour_cost,detour_cost]", "each may be given only once"),
        ("samples=0", "samples=0: Input should be greater than or equal to 16"),
        ("trajectories=1", "trajectories=1: Input should be greater than or equal to 2"),
        ("replicates=1", "replicates=1: give 2 or more, to tell what is chance"),
        ("sampels=64", "no such key; did you mean samples?"),
    ],
)
def test_bad_input_is_one_line(given, said, monkeypatch, capsys):
    assert run(monkeypatch, given) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and said in told, told


def test_a_programme_without_effect_is_refused(monkeypatch, tmp_path, capsys):
    given = (*QUICK, "rollout=ninguno", f"store={tmp_path / 'store'}")
    assert run(monkeypatch, *given, f"output_dir={tmp_path / 'a'}") == 2
    *_, last = capsys.readouterr().err.splitlines()
    assert last == "error: rollout=ninguno: it changes nothing; give another"
    assert not (tmp_path / "a").exists()


def test_a_model_is_forgotten_when_its_run_is_over(settings):
    here = settings(*TINY)
    kept = []

    def models():
        return [one for one in gc.get_objects() if issubclass(type(one), PoloModel)]

    before = {id(one) for one in models()}

    def tick():
        if not kept:
            kept.extend(weakref.ref(one) for one in models() if id(one) not in before)

    headline_effects(Task(here, 1, steps_of(here)), tick)
    gc.collect()
    assert kept and not any(one() for one in kept)


def test_what_is_not_installed_is_said():
    with pytest.raises(InputError, match=r"pip install 'ceci-sim\[evidence\]'"):
        need("no_such_module")
