"""The calibration: what is known is found again, in simulators made up and in the real one."""

import os
import signal
import subprocess
import sys
import time
from itertools import count
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hydra import compose, initialize_config_dir
from scipy import stats

import experiments.calibrate as command_module
from experiments.calibrate import (
    Trials,
    asked,
    calibrate,
    first_points,
    identified_table,
    job,
    made_truth,
    moments_table,
    next_points,
    recover,
    recovery_table,
    said,
)
from experiments.emulator import Emulator
from experiments.evidence.moments import moments
from experiments.posterior import Prior, Targets, reweighted, sample, split_r_hat
from sim.cli import command
from sim.errors import InputError
from sim.posterior import FOLDER

FREE = ["income_taste", "work_cost_20_29", "quits_maquila", "slack", "private_distrust"]
QUICK = [
    "scale=0.02", "replicates=4", "waves=2", "simulations=64", "near=100", "steps=120",
    "draws=40", "candidates=60", "corrections=1",
]  # fmt: skip


@pytest.fixture(scope="module")
def quick():
    """Return a function from overrides to the settings and options of a quick calibration."""

    def composed(*overrides):
        with initialize_config_dir(str(FOLDER.parent), version_base=None):
            given = ["+scenario=polo_norte", f"free=[{','.join(FREE)}]", *QUICK, *overrides]
            return asked(compose("calibrate", overrides=given))

    return composed


@pytest.fixture
def made_simulator(monkeypatch, settings):
    """Replace the simulator by a smooth function of the free parameters, with some chance."""
    prior = Prior({name: settings().parameters[name] for name in FREE}, "pert")
    published = moments("juarez")
    matrix = np.random.default_rng(3).normal(size=(len(FREE), len(published)))

    def values_of(task):
        values = np.array([[task.settings.parameters[name].value for name in FREE]])
        score = prior.scores(values)[0]
        chance = np.random.default_rng([task.settings.seed, task.replicate]).normal(
            size=matrix.shape[1]
        )
        push = score @ matrix + 0.3 * score[0] * score[1] + 0.1 * chance
        found = {}
        for (name, moment), by in zip(published.items(), push, strict=True):
            found[name] = moment.value + moment.tolerance * by
        return {"moments": found}

    monkeypatch.setattr(
        command_module, "evaluate", lambda function, tasks, settings, what: map(values_of, tasks)
    )


# The emulator


def test_an_emulator_tells_a_smooth_function_and_how_far_it_errs():
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(6, 3))

    def function(z):
        push = z @ weights + 0.5 * z[:, :1] * z[:, 1:2] + 0.5 * np.sin(2 * z[:, 2:3])
        return np.column_stack([100 / (1 + np.exp(-push[:, :2])), push[:, 2]])

    seen, unseen = rng.normal(size=(250, 6)), rng.normal(size=(400, 6))
    emulator = Emulator(seen, function(seen), np.array([True, True, False]))
    mean, error = emulator.predict(unseen)
    gaps = mean - function(unseen)
    assert ((gaps**2).mean(axis=0) < 0.03 * function(unseen).var(axis=0)).all()
    # Folds learn from a fifth fewer points, so that errors are told a little too large
    assert (np.abs(gaps) < 1.645 * error).mean() > 0.85
    assert np.sqrt(((gaps / error) ** 2).mean()) == pytest.approx(0.75, abs=0.35)
    check = emulator.check(["a", "b", "c"])
    assert (check["r2"] > 0.95).all() and check["inside_90"].between(0.8, 0.99).all()
    assert check["error"].to_numpy() == pytest.approx(np.sqrt((gaps**2).mean(axis=0)), rel=0.8)


def test_an_emulator_knows_less_far_away_and_keeps_shares():
    rng = np.random.default_rng(0)
    seen = rng.normal(size=(120, 4))
    emulator = Emulator(seen, 50 + 5 * seen[:, :2], np.array([True, False]))
    near, far = emulator.predict(np.zeros((1, 4))), emulator.predict(np.full((1, 4), 6.0))
    assert far[1][0, 1] > 3 * near[1][0, 1]
    assert (far[0][:, 0] > 0).all() and (far[0][:, 0] < 100).all()


def test_chance_alone_is_not_told():
    rng = np.random.default_rng(0)
    seen = rng.normal(size=(200, 4))
    chance = rng.normal(size=(200, 1))
    check = Emulator(seen, chance, np.array([False])).check(["chance"])
    assert check["r2"][0] < 0.1 and check["error"][0] == pytest.approx(1, rel=0.15)


# Prior, likelihood, draws


def test_scores_of_a_prior_are_standard_normal_and_keep_bounds(settings):
    parameters = {name: settings().parameters[name] for name in ["slack", "care_inertia"]}
    prior = Prior(parameters, "pert")
    scores = np.random.default_rng(0).normal(size=(4000, 2))
    values = prior.values(scores)
    assert prior.scores(values) == pytest.approx(np.clip(scores, -3.5, 3.5), abs=1e-6)
    for number, parameter in enumerate(parameters.values()):
        assert values[:, number].min() >= parameter.bounds[0]
        assert values[:, number].max() <= parameter.bounds[1]
    # Calibrated: uniform. Assumed: PERT, of mean (low + 4 value + high) / 6
    assert values[:, 0].mean() == pytest.approx(0.1, abs=0.003)
    low, high = parameters["care_inertia"].bounds
    mean = (low + 4 * parameters["care_inertia"].value + high) / 6
    assert values[:, 1].mean() == pytest.approx(mean, abs=0.05)
    uniform = Prior(parameters, "uniform").values(scores)
    assert uniform[:, 1].mean() == pytest.approx((low + high) / 2, abs=0.1)


def test_a_posterior_that_is_known_is_found():
    """Linear moments and a normal prior: the posterior is normal, and known."""
    wanted = dict(list(moments("juarez").items())[:4])
    targets = Targets(wanted, np.zeros(4), "normal")
    rng = np.random.default_rng(1)
    slope = rng.normal(size=(3, 4)) * targets.tolerance
    offset = targets.value + rng.normal(size=4) * targets.tolerance
    line = SimpleNamespace(predict=lambda z: (offset + z @ slope, np.zeros((len(z), 4))))
    weight = (1.645 / targets.tolerance) ** 2
    spread = np.linalg.inv(np.eye(3) + (slope * weight) @ slope.T)
    mean = spread @ (slope @ (weight * (targets.value - offset)))
    chain = command_module.posterior_chain(targets, line, np.zeros(3), 1500, 1)
    flat = chain.reshape(-1, 3)
    assert flat.mean(axis=0) == pytest.approx(mean, abs=0.05)
    assert np.cov(flat.T) == pytest.approx(spread, abs=0.05)
    assert split_r_hat(chain).max() < 1.1


def test_walkers_that_do_not_mix_are_told():
    still = np.random.default_rng(0).normal(size=(100, 8, 1)) + np.arange(8)[None, :, None]
    assert split_r_hat(still)[0] > 2


def test_the_same_seed_gives_the_same_draws():
    one, same, other = (
        sample(lambda z: -0.5 * (z**2).sum(axis=1), np.zeros(2), np.eye(2), 20, seed)
        for seed in (1, 1, 2)
    )
    assert (one == same).all() and not (one == other).all()


def test_students_likelihood_gives_way_to_one_moment_far_off():
    wanted = dict(list(moments("juarez").items())[:2])
    normal, student = (Targets(wanted, np.zeros(2), kind) for kind in ("normal", "student"))
    near, far = normal.value[None], normal.value[None] + [[0, 8 * normal.tolerance[1]]]
    falls = [t.log_likelihood(near)[0] - t.log_likelihood(far)[0] for t in (normal, student)]
    assert falls[0] > 80 and falls[1] < 12


def test_draws_are_kept_by_weight_and_none_twice():
    log_weights = np.log(np.repeat([1.0, 9.0], 500))
    kept, worth = reweighted(log_weights, 100, 1)
    assert len(set(kept)) == 100
    assert (kept >= 500).mean() == pytest.approx(0.9, abs=0.06)
    assert worth == pytest.approx(5000**2 / (500 * 82), rel=1e-9)
    _, alone = reweighted(np.array([100.0] + [0.0] * 99), 10, 1)
    assert alone < 2


def test_a_true_simulation_moves_weights_as_far_as_it_is_exact():
    wanted = dict(list(moments("juarez").items())[:1])
    exact, vague = (Targets(wanted, np.array([noise]), "normal") for noise in (1e-6, 50.0))
    told, real, error = exact.value[None], exact.value[None] + 3.0, np.array([[1.0]])
    assert exact.log_weights(real, told, error)[0] < -0.5
    assert abs(vague.log_weights(real, told, error)[0]) < 0.5


# Points


def test_the_first_wave_reaches_from_present_values_to_the_whole_prior():
    centre = np.array([1.5, -1.0, 0.0])
    points = first_points(centre, 512, 1)
    gaps = np.linalg.norm(points - centre, axis=1)
    assert (gaps < 0.3).mean() > 0.1
    assert (np.abs(points) > 1.5).any(axis=1).mean() > 0.1
    assert (points == first_points(centre, 512, 1)).all()


def test_a_next_wave_is_half_posterior_and_half_wider():
    chain = np.random.default_rng(0).normal(size=(500, 20, 3))
    points = next_points(chain, 2000, 1)
    assert points[:1000].std() == pytest.approx(1, abs=0.05)
    assert points[1000:].std() == pytest.approx(np.sqrt(1 + 2 * 0.35**2), abs=0.05)


def test_an_emulator_learns_from_the_last_wave_and_the_nearest():
    wanted = dict(list(moments("juarez").items())[:1])
    targets = Targets(wanted, np.zeros(1), "normal")
    outcomes = targets.value + np.arange(30.0)[:, None]
    trials = Trials(np.arange(30.0)[:, None], outcomes, np.ones(30, bool))
    assert sorted(trials.nearest(targets, 5, 12)[0][:, 0]) == [*range(7), *range(25, 30)]


# Recovery


def test_known_parameters_of_a_made_simulator_are_recovered(quick, made_simulator):
    """Of 90 % intervals some nine in ten hold the truth: here 40 intervals, at the least 80 %."""
    tables = []
    # The ends of an interval told by few draws are nearer than those of the posterior
    settings, options = quick("draws=200", "candidates=240")
    for seed in range(8):
        settings = settings.model_copy(update={"seed": seed})
        truth = made_truth(settings, options)
        tables.append(recovery_table(recover(settings, options, truth), truth))
    inside = pd.concat(tables)["inside"]
    assert len(inside) == 40 and inside.mean() >= 0.8


def test_parameters_that_moments_cannot_tell_apart_are_named(quick, monkeypatch):
    published = moments("juarez")

    def only_the_sum(function, tasks, settings, what):
        for task in tasks:
            chosen = [task.settings.parameters[name] for name in FREE]
            shares = [(p.value - p.bounds[0]) / (p.bounds[1] - p.bounds[0]) for p in chosen]
            push = 8 * (shares[0] + shares[1] - 0.7)
            found = {n: m.value + m.tolerance * push for n, m in published.items()}
            yield {"moments": found}

    monkeypatch.setattr(command_module, "evaluate", only_the_sum)
    # With few draws a spread as wide as the prior's is told as narrower by chance
    settings, options = quick("steps=1500", "draws=200", "candidates=240")
    found = calibrate(settings, options, published)
    table = identified_table(found).set_index("parameter")
    assert not table["told_apart"].any()
    assert table.loc[FREE[0], "tied_to"] == FREE[1] and table.loc[FREE[0], "correlation"] < -0.8
    last = said(found).splitlines()[-1]
    assert " with ".join(sorted(FREE[:2])) in last
    assert FREE[2] in said(found).splitlines()[1]
    assert moments_table(found)["inside"].all()


@pytest.mark.slow
def test_known_parameters_of_the_simulator_are_recovered(quick, tmp_path):
    settings, options = quick(f"store={tmp_path}", "threads=2")
    truth = made_truth(settings, options)
    found = recover(settings, options, truth)
    table = recovery_table(found, truth)
    assert table["inside"].sum() >= 4, table.to_string()
    assert moments_table(found)["inside"].mean() >= 0.75
    assert (identified_table(found)["ratio"] < 0.6).sum() >= 4


# The command


def arguments(folder, store):
    return [
        "+scenario=polo_norte", "free=[slack,quits_maquila]", *QUICK, "simulations=24", "near=48",
        "candidates=40", "threads=2", f"store={store}", f"output_dir={folder}",
    ]  # fmt: skip


def run_of(folder, store):
    line = [sys.executable, "-m", "experiments.calibrate", *arguments(folder, store)]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_a_command_that_was_killed_goes_on_and_ends_the_same(tmp_path):
    killed = run_of(tmp_path / "killed", tmp_path / "store")
    kept = tmp_path / "store" / "evaluations"
    for _ in count():
        done = len(list(kept.glob("*/*.json")))
        if done > 35:  # in the second wave: those of the first and at the centre are 29
            break
        assert killed.poll() is None, killed.communicate()
        time.sleep(0.05)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    assert not (tmp_path / "killed").exists()
    again = run_of(tmp_path / "again", tmp_path / "store")
    out, err = again.communicate()
    assert again.returncode == 0, err
    assert "wave 1:" not in err and "of 24 simulations to do" in err  # what was done is not again
    fresh = run_of(tmp_path / "fresh", tmp_path / "other")
    assert fresh.wait() == 0
    for name in ("draws.csv", "moments.csv", "convergence.csv"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "fresh" / name).read_bytes()
    lines = (tmp_path / "fresh" / "draws.csv").read_text().splitlines()
    header = [line for line in lines if line.startswith("#")]
    assert "experiments.calibrate" in header[1] and str(tmp_path) not in "\n".join(header)
    draws = pd.read_csv(tmp_path / "fresh" / "draws.csv", comment="#")
    assert list(draws) == ["slack", "quits_maquila"] and len(draws) == 40
    assert "not tell apart" in out.replace("cannot", "can not")
    for name in ("moments_es.png", "parameters_en.svg", "convergence_en.png", "identified.csv"):
        assert (tmp_path / "again" / name).stat().st_size > 100


@pytest.mark.parametrize(
    ("given", "said_of_it"),
    [
        ("free=[nonsense]", "nonsense"),
        ("free=[slack,slack]", "only once"),
        ("free=[]", "free"),
        ("waves=0", "waves=0"),
        ("candidates=20", "fewer than draws"),
        ("assumed=flat", "assumed=flat"),
        ("polo=tula", "has no moments"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(given, said_of_it, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["calibrate", "+scenario=polo_norte", given])
    assert command(job, "calibrate") == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and error.startswith("error: ") and said_of_it in error


def test_a_parameter_without_a_choice_is_refused(settings):
    fixed = settings().parameters["slack"].model_copy(update={"bounds": (0.1, 0.1)})
    with pytest.raises(InputError, match="slack"):
        Prior({"slack": fixed}, "pert")


def test_the_default_has_parameters_of_the_model_alone(settings):
    with initialize_config_dir(str(FOLDER.parent), version_base=None):
        config = compose("calibrate", overrides=["+scenario=polo_norte"])
    found, options = asked(config)
    prior = Prior({name: found.parameters[name] for name in options.free}, options.assumed)
    assert len(prior.names) >= 40
    assert np.isfinite(prior.centre).all()
    assert stats.norm.cdf(np.abs(prior.centre)).max() < 0.9999
