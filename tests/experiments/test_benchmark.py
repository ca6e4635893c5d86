"""The benchmark: ratios that must hold on any machine, peers that agree, input that is refused.

Bounds are ratios of the best of several months on one thread, a third or less of what is measured
on a quiet machine, so that a busy one does not break them and an engine that lost its speed does.
"""

import sys
from functools import partial

import numpy as np
import pandas as pd
import pytest

from experiments.benchmark.__main__ import (
    AGREEING,
    Options,
    draw,
    job,
    measurements,
    targets,
    told_table,
)
from experiments.benchmark.agreement import agree, verdict
from experiments.benchmark.measure import Request, run, store
from experiments.benchmark.measure import outcomes as measured_outcomes
from experiments.benchmark.numpy_peer import NumpyPolo
from experiments.benchmark.polars_peer import PolarsPolo
from experiments.benchmark.science import COUNTERS, N_COUNTERS, outcomes, start
from experiments.benchmark.whole import WholePolo, polo_of_size
from sim.cli import command

SIZE, MONTHS = 20_000, 6
AGREEMENT_SIZE, AGREEMENT_MONTHS, SEEDS = 10_000, 6, range(8)
SLOWEST = {"numpy": 1.3, "numpy_paired": 1.8, "polars": 4.0, "mesa": 25.0}
"""Times the engine that a peer takes at the least."""
OF_LIMIT = 7.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory, settings):
    folder = tmp_path_factory.mktemp("benchmark")
    store(settings(), SIZE, 1, folder)
    return folder


@pytest.fixture(scope="module")
def request_for(settings, folder):
    return partial(Request, threads=1, settings=settings(), folder=folder)


@pytest.fixture(scope="module")
def told(request_for):
    """Return what is measured of each peer; the slow ones live the months once."""
    repeats = {"engine": 20, "limit": 20, "numpy": 5, "numpy_paired": 5}
    return {
        peer: run(
            request_for(
                peer=peer, size=SIZE, seeds=[1], months=MONTHS, repeats=repeats.get(peer, 1),
                enough_seconds=1,
            )
        )
        for peer in ("engine", "limit", *SLOWEST)
    }  # fmt: skip


@pytest.fixture(scope="module")
def counts(request_for, told):
    of_peer = partial(
        request_for, size=AGREEMENT_SIZE, seeds=list(SEEDS), months=AGREEMENT_MONTHS, outcomes=True
    )
    # The engine where its compiled code is; the others need no process of their own
    engine = run(of_peer(peer="engine"))
    return {"engine": engine} | {peer: measured_outcomes(of_peer(peer=peer)) for peer in AGREEING}


@pytest.mark.parametrize("peer", SLOWEST)
def test_the_engine_is_faster_than(peer, told):
    assert told[peer]["least_ns"] > SLOWEST[peer] * told["engine"]["least_ns"], told


def test_the_engine_is_near_its_limit(told):
    limit, engine = told["limit"]["least_ns"], told["engine"]["least_ns"]
    assert limit < engine < OF_LIMIT * limit, told


def test_a_woman_takes_less_memory_than_as_an_object(told):
    assert told["engine"]["bytes"] < 1_000 < told["mesa"]["bytes"]


def test_peers_agree_on_outcomes(settings, counts):
    table = agree(settings(), AGREEMENT_SIZE, counts)
    assert verdict(table) == dict.fromkeys(AGREEING, "yes"), table[~table["agrees"]].to_string()


@pytest.mark.parametrize(
    ("parameter", "outcome"), [("own_illness", "lost_own"), ("reconsiders", "chose")]
)
def test_a_peer_with_other_science_is_found_out(settings, counts, parameter, outcome):
    wrong = []
    for seed in SEEDS:
        state = start(settings(), AGREEMENT_SIZE, settings().seed + seed)
        state.p[parameter] *= 1.15
        polo = NumpyPolo(state, seed)
        months = range(AGREEMENT_MONTHS)
        wrong.append([[AGREEMENT_SIZE, *map(int, polo.month())] for _ in months])
    table = agree(settings(), AGREEMENT_SIZE, {"engine": counts["engine"], "wrong": wrong})
    assert not table.set_index("outcome")["agrees"][outcome], table.to_string()


class SomeZeros:
    """A generator whose uniform draws are now and then exactly 0."""

    def __init__(self, generator):
        self.generator = generator

    def __getattr__(self, name):
        return getattr(self.generator, name)

    def random(self, *arguments):
        draws = self.generator.random(*arguments)
        draws[::7] = 0
        return draws


@pytest.mark.parametrize("peer", [NumpyPolo, PolarsPolo])
def test_a_draw_of_zero_stops_nobody(peer, settings):
    polo = peer(start(settings(), 5_000, 1), 1)
    polo.rng = SomeZeros(polo.rng)
    counts = dict(zip(COUNTERS, polo.month(), strict=True))
    polo.month()
    assert counts["births"] > 300 and 0 < counts["lost_care"] < counts["scheduled"]


def test_a_month_of_the_engine_is_whole(counts):
    months = np.array(counts["engine"])
    women, columns = (
        months[..., 0],
        dict(zip(COUNTERS, np.moveaxis(months[..., 1:], -1, 0), strict=True)),
    )
    assert (women == AGREEMENT_SIZE).all()
    lost = sum(columns[name] for name in COUNTERS if name.startswith("lost_"))
    at_work = columns["informal"] + columns["formal"]
    assert (columns["scheduled"] == 22 * at_work).all()
    assert (lost > 0).all() and (lost < columns["scheduled"]).all()
    assert (columns["quits"] + columns["dismissals"] < columns["exposed"]).all()
    assert (columns["places_used"] <= columns["mothers"]).all()
    assert columns["places_used"][:, -1].min() > 0


def test_outcomes_are_shares_of_what_was_counted():
    month = dict.fromkeys(COUNTERS, 0) | {
        "searching": 1, "informal": 2, "formal": 6, "mothers": 4, "active_mothers": 3,
        "places_used": 1, "scheduled": 176, "lost_care": 4, "exposed": 6, "quits": 1,
        "dismissals": 2, "births": 1, "chose": 5,
    }  # fmt: skip
    told = outcomes(np.array([[20, *month.values()]] * 2), 2)
    assert len(month) == N_COUNTERS
    assert told["participation"] == 9 / 20 and told["formal_share"] == 6 / 8
    assert told["participation_mothers_u4"] == 3 / 4 and told["places_in_use"] == 1 / 2
    assert told["lost_care"] == 4 / 176 and told["separations"] == 3 / 6


def test_the_whole_simulator_grows_with_its_polo(settings):
    larger = polo_of_size(settings(), 10_000)
    assert larger.polo["women_15_49"] == pytest.approx(10_000)
    assert larger.polo["guarderia_places"] == pytest.approx(5_291 * 10_000 / 415_962)
    assert larger.polo["potential_pay"] == settings().polo["potential_pay"]
    assert larger.polo["informality"] == settings().polo["informality"]
    living = WholePolo(settings(), 10_000)
    living.month()
    assert living.model.tables["mothers"].size == 10_000


def test_the_figure_and_the_targets(told, tmp_path):
    rows = [{"peer": peer, "women": SIZE, **row, "threads": 1} for peer, row in told.items()]
    larger = [row | {"women": 300_000} for row in rows]
    table = told_table(pd.DataFrame(rows + larger), pd.DataFrame(), 1)
    draw(table, tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {
        f"benchmark_{lang}.{ending}" for lang in ("en", "es") for ending in ("png", "svg")
    }
    assert len(targets(table, 1)) == 5


def test_what_is_measured():
    told = Options(
        sizes=[30_000, 10_000], peers=["mesa", "whole", "polars"], mesa_up_to=20_000,
        timed_months=1, repeats=1, enough_seconds=0, agreement_size=0, agreement_months=1,
        agreement_seeds=3,
    )  # fmt: skip
    assert measurements(told, 2) == [
        ("engine", 10_000, 1), ("engine", 10_000, 2), ("mesa", 10_000, 1), ("whole", 10_000, 1),
        ("whole", 10_000, 2), ("polars", 10_000, 2), ("engine", 30_000, 1), ("engine", 30_000, 2),
        ("whole", 30_000, 1), ("whole", 30_000, 2), ("polars", 30_000, 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("sizes=[10]", "sizes.0=10: Input should be greater than or equal to 5000"),
        ("sizes=[10000,10000]", "each may be given only once"),
        ("peers=[numpi]", "peers.0=numpi: Input should be 'limit', 'whole', 'numpy'"),
        ("agreement_size=7", "agreement_size=7: give 0, to compare no outcomes, or 5000"),
        ("sizs=[10000]", "no such key; did you mean sizes?"),
    ],
)
def test_bad_input_is_one_line(given, said, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["benchmark", "+scenario=polo_norte", given])
    assert command(job, "benchmark") == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and said in told, told
