"""Estimators on made tables with a planted effect.

Each is repeated 200 times. Where an interval is right, it covers in 85 to 95 % of them with a
probability of 98.7 % (binomial): the error rate of each test is 1.3 %. Seeds are fixed, so a test
that passes goes on passing.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.absenteeism import ABSENTEEISM
from analysis.comparison import _best_of_all, difference, levers, ranking
from analysis.estimates import WINDOWS, by_month, by_window, windowed
from analysis.outcome import Outcome, estimate
from analysis.participation import PARTICIPATION
from analysis.results import Results, read_all
from sim.results.tables import effects
from tests.analysis.made import MONTHS, OPENED, monthly_table, planted, sealed, told

REPETITIONS = [f"repetition_{n}" for n in range(200)]
SIZE = 2.0
TRUTH = {
    "first_quarter": planted(np.arange(OPENED, OPENED + 3), SIZE).mean(),
    "after_a_year": SIZE,
    "last_year": SIZE,
}
KINDS = ("chance", "parameters and chance")
OUTCOMES = pytest.mark.parametrize(
    "outcome, seed", [(PARTICIPATION, 3), (ABSENTEEISM, 30)], ids=lambda of: getattr(of, "name", "")
)


def repeated(seed: int, replicates: int = 8, measure: str = "participation") -> pd.DataFrame:
    """Return a table in which every group is a repetition of one experiment."""
    return monthly_table(SIZE, replicates, seed, (measure,), REPETITIONS, shared=seed + 1000)


def covered(table: pd.DataFrame, truth: pd.Series) -> float:
    return float(((table["low"] <= truth) & (truth <= table["high"])).mean())


@pytest.fixture
def results(folder: Callable[..., Path]) -> Callable[..., Results]:
    """Return a function that writes a table as a folder and reads it."""

    def read(table: pd.DataFrame, interval: str = "chance") -> Results:
        return Results.read(folder(f"t{len(table)}_{interval[:3]}", table, interval=interval))

    return read


@OUTCOMES
@pytest.mark.parametrize("window", [window.name for window in WINDOWS])
def test_windows_recover_what_was_planted(
    results, outcome: Outcome, seed: int, window: str
) -> None:
    table = repeated(seed, measure=outcome.measures[0])
    found = by_window(results(table), table)
    found = found[found["window"] == window]
    assert found["effect"].mean() == pytest.approx(TRUTH[window], abs=0.05)
    share = covered(found, pd.Series(TRUTH[window], found.index))
    assert 0.85 <= told(f"{outcome.name}, {window}", share) <= 0.95


@OUTCOMES
def test_months_recover_what_was_planted(results, outcome: Outcome, seed: int) -> None:
    table = repeated(seed + 1, measure=outcome.measures[0])
    found = by_month(results(table), table)
    months = pd.date_range("2026-01-01", periods=MONTHS, freq="MS")
    for number in (0, OPENED, OPENED + 6, MONTHS - 1):
        row = found[found["month"] == months[number]]
        truth = planted(np.array([number]), SIZE)[0]
        assert row["effect"].mean() == pytest.approx(truth, abs=0.05)
        if number < OPENED:  # arms are equal: the effect is nothing, for sure
            assert (row[["effect", "low", "high"]] == 0).all(axis=None)
        else:
            share = covered(row, pd.Series(truth, row.index))
            assert 0.85 <= told(f"{outcome.name}, month {number}", share) <= 0.95


@OUTCOMES
def test_an_outcome_has_what_was_planted_in_every_cell(results, outcome: Outcome, seed) -> None:
    found = estimate(outcome, results(monthly_table(SIZE, 4, seed, noise=0.02))).windows
    assert set(found["measure"]) == set(outcome.measures)
    assert set(found["group"]) == set(outcome.groups)
    np.testing.assert_allclose(found["effect"], found["window"].map(TRUTH), atol=0.06)


def test_a_replicate_without_centres_counts_in_the_last_year_only(folder) -> None:
    path = folder("one", monthly_table(SIZE, 4, measures=("participation",)))
    accounts = pd.read_parquet(path / "accounts.parquet")
    closed = (accounts["replicate"] == 0) & (accounts["scheme"] != "guarderia")
    accounts.loc[closed, "places"] = 0
    accounts.to_parquet(path / "accounts.parquet")
    results = Results.read(sealed(path))
    found = by_window(results, results.monthly(["participation"], ["mothers_u4"]))
    assert dict(zip(found["window"], found["replicates"], strict=True)) == {
        "first_quarter": 3, "after_a_year": 3, "last_year": 4
    }  # fmt: skip


def test_with_draws_of_parameters_one_more_draw_is_covered(results) -> None:
    """The interval of parameters and chance is where the next replicate lies, not the mean."""
    table = repeated(5, replicates=9)
    seen, next_one = table[table["replicate"] < 8], table[table["replicate"] == 8]
    found = by_window(results(seen, KINDS[1]), seen)
    found = found[found["window"] == "last_year"].set_index("group")
    arms = windowed(results(table, KINDS[1]), next_one).xs("last_year", level="window")
    truth = (arms["programme"] - arms["baseline"]).droplevel(["measure", "replicate"])
    share = covered(found, truth.reindex(found.index))
    assert 0.85 <= told("participation, the next draw", share) <= 0.95


@pytest.mark.parametrize("common", [True, False])
def test_differences_recover_what_was_planted(folder, common: bool) -> None:
    """Of two scenarios, on common draws or not; the intervals of common draws are narrower."""
    one = repeated(6)
    other = monthly_table(
        SIZE + 1, 8, 77, ("participation",), REPETITIONS, shared=1006 if common else 99
    )
    of = []
    for number, table in enumerate((one, other)):
        arms = windowed(Results.read(folder(str(number), table)), table)
        of.append(arms["programme"] - arms["baseline"])
    found = difference(of[1], of[0], "chance", common=common)
    found = found[found["window"] == "last_year"]
    assert found["difference"].mean() == pytest.approx(1.0, abs=0.05)
    share = covered(found, pd.Series(1.0, found.index))
    assert 0.85 <= told(f"compare, common draws {common}", share) <= 0.95
    width = (found["high"] - found["low"]).mean()
    assert width < 0.3 if common else width > 0.6


@pytest.mark.parametrize("common", [True, False])
def test_with_draws_of_parameters_the_next_difference_is_covered(folder, common: bool) -> None:
    """What one more draw of each scenario differs by, or of both on the same draw."""
    one = repeated(8, replicates=9)
    other = monthly_table(
        SIZE + 1, 9, 88, ("participation",), REPETITIONS, shared=1008 if common else 98
    )
    of = []
    for number, table in enumerate((one, other)):
        path = folder(str(number), table, interval=KINDS[1])
        arms = windowed(Results.read(path), table).xs("last_year", level="window", drop_level=False)
        of.append(arms["programme"] - arms["baseline"])
    replicate = of[0].index.get_level_values("replicate")
    seen, after = ([each[at] for each in of] for at in (replicate < 8, replicate == 8))
    found = difference(seen[1], seen[0], KINDS[1], common=common).set_index("group")
    truth = (after[1] - after[0]).droplevel(["window", "measure", "replicate"])
    share = covered(found, truth.reindex(found.index))
    assert 0.85 <= told(f"compare, the next draw, common draws {common}", share) <= 0.95


def test_independent_intervals_of_draws_are_wider() -> None:
    rng = np.random.default_rng(1)
    index = pd.MultiIndex.from_product(
        [["last_year"], ["participation"], ["mothers_u4"], range(20)],
        names=["window", "measure", "group", "replicate"],
    )
    one, other = (pd.Series(rng.normal(size, 1, 20), index) for size in (0, 1))
    chance, both = (difference(one, other, kind, common=False).iloc[0] for kind in KINDS)
    assert both["high"] - both["low"] > 3 * (chance["high"] - chance["low"])


def test_the_last_year_is_that_of_effects_csv(results) -> None:
    table = monthly_table(measures=("participation", "absence"), groups=["mothers_u4"])
    for kind in KINDS:
        found = by_window(results(table, kind), table)
        found = found[found["window"] == "last_year"].set_index(["measure", "group"])
        known = effects(table, {}, interval=kind).set_index(["measure", "group"])
        for column in ("baseline", "programme", "effect", "low", "high"):
            np.testing.assert_allclose(
                found[column].sort_index(), known[column].sort_index(), rtol=1e-9
            )


def test_a_window_that_the_run_does_not_reach_is_left_out(results) -> None:
    table = monthly_table(measures=("participation",), groups=["mothers_u4"])
    short = table[table["month"] < "2027-05-01"]  # a year and a month after the opening
    assert set(by_window(results(short), short)["window"]) == {"first_quarter", "last_year"}


def ranked(sizes: dict[str, float], spread: float = 1.0, replicates: int = 4000) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    index = pd.MultiIndex.from_product(
        [["participation", "absence"], ["mothers_u4"], range(replicates)],
        names=["measure", "group", "replicate"],
    )
    of = {name: pd.Series(rng.normal(size, spread, len(index)), index)
          for name, size in sizes.items()}  # fmt: skip
    return ranking(of, common=True).set_index(["measure", "scenario"])


def test_probability_of_being_best() -> None:
    found = ranked({"low": 0.0, "high": 1.0})
    # Two normal variables, one apart: Phi(1 / sqrt 2)
    assert found.loc[("participation", "high"), "best"] == pytest.approx(76.0, abs=2)
    assert found.loc[("absence", "low"), "best"] == pytest.approx(76.0, abs=2)
    assert found.loc[("participation", "high"), "rank"] == 1
    assert found.loc[("absence", "high"), "rank"] == 2


def test_equal_scenarios_share_the_first_place() -> None:
    found = ranked({"one": 1.0, "other": 1.0}, spread=0.0, replicates=5)
    assert set(found["best"]) == {50.0}
    assert set(found["rank"]) == {1}


def test_every_way_to_pair_counts_on_independent_draws() -> None:
    values = pd.DataFrame({"a": [1.0, 4.0], "b": [2.0, 3.0]})
    assert _best_of_all(values).to_dict() == {"a": 0.5, "b": 0.5}


def test_levers_that_differ(folder: Callable[..., Path]) -> None:
    one = folder("one", config={"access": {"name": "all", "fee": {"value": 0.0, "unit": "MXN"}}})
    other = folder("other", config={"access": {"name": "all", "fee": {"value": 500.0}}})
    table = levers(read_all([one, other]), ["one", "other"]).set_index("lever")
    assert table.loc["access.fee"].tolist() == ["0", "500"]
    assert "access" not in table.index
    assert table.loc["rollout"].tolist() == ["one", "other"]
