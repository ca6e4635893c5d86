"""Distribution: planted differences between groups are recovered, equality is tested honestly.

Each is repeated 200 times; seeds are fixed.
"""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis import distribution
from analysis.distribution import FAMILIES, INCOME, of_equality, shared
from analysis.equality import between, equality
from analysis.results import Results
from analysis.winners import CHANGES, winners
from tests.analysis.made import lives_table, monthly_table, sealed, told

KINDS = ("chance", "parameters and chance")
N = 10


def gains(seed: int, more: float = 0.0, size: int = N, groups: int = 4) -> list[pd.DataFrame]:
    """Return 200 experiments: gains of groups that share luck; the last one gains more."""
    rng = np.random.default_rng(seed)
    shape = (200, size, groups)
    draws = 2.0 + rng.normal(0, 1, (200, size, 1)) + rng.normal(0, 0.5, shape)
    draws[..., -1] += more
    names = pd.Index([f"group_{n}" for n in range(groups)], name="group")
    index = pd.RangeIndex(size, name="replicate")
    return [pd.DataFrame(draw, columns=names, index=index) for draw in draws]


def rejected(experiments: list[pd.DataFrame], kind: str) -> float:
    return float(np.mean([equality(e, kind) < 0.10 for e in experiments]))


def test_equal_groups_are_told_apart_one_time_in_ten() -> None:
    assert 0.05 <= rejected(gains(1), "chance") <= 0.15
    assert rejected(gains(1, more=1.5), "chance") > 0.95


def test_with_draws_of_parameters_equality_is_held_against_the_spread_of_draws() -> None:
    assert rejected(gains(1), KINDS[1]) < 0.02  # the mean is far closer to zero than draws are
    assert rejected(gains(1, more=4.0), KINDS[1]) > 0.8


@pytest.mark.parametrize("kind", KINDS)
def test_of_two_groups_the_test_and_the_interval_agree(kind: str) -> None:
    for e in gains(2, more=0.5 if kind == "chance" else 1.5, groups=2):
        row = between(e, kind).iloc[0]
        assert (equality(e, kind) < 0.10) == (not row["low"] <= 0 <= row["high"])


@pytest.mark.parametrize("kind", KINDS)
def test_planted_differences_are_covered(kind: str) -> None:
    tables = [between(e.iloc[:N], kind) for e in gains(3, more=1.0, size=N + 1)]
    last = [t.set_index(["group", "reference"]).loc[("group_3", "group_0")] for t in tables]
    found = pd.DataFrame(last)
    assert found["difference"].mean() == pytest.approx(1.0, abs=0.05)
    truth: float | np.ndarray = 1.0
    if kind != "chance":
        after = [e.iloc[N] for e in gains(3, more=1.0, size=N + 1)]
        truth = np.array([e["group_3"] - e["group_0"] for e in after])
    hits = (found["low"] <= truth) & (truth <= found["high"])
    assert 0.85 <= told(f"distribution, differences of groups, {kind}", hits.mean()) <= 0.95


def test_too_few_replicates_give_no_test() -> None:
    few = gains(4, size=3)[0]
    assert np.isnan(equality(few, "chance"))
    same = pd.DataFrame({"a": [1.0] * 5, "b": [1.0] * 5})
    assert np.isnan(equality(same, "chance"))


@pytest.fixture
def saved(folder, tmp_path):
    """Return the tables of a folder in which lone mothers gain three points more."""
    table = monthly_table(2.0, 8)
    lone = (table["group"] == "mothers_u4_lone") & (table["arm"] == "programme")
    late = table["month"] >= "2027-03-01"
    table.loc[lone & late & (table["measure"] == "employment"), "value"] += 3.0
    out = tmp_path / "out"
    assert distribution.main([str(folder("one", table)), "--out", str(out), "--lang", "en"]) == 0
    return {name: pd.read_csv(out / f"distribution_{name}.csv")
            for name in ("equality", "groups", "differences")}  # fmt: skip


def test_who_gains_most_is_recovered(saved) -> None:
    cells = saved["equality"].set_index(["family", "measure"])
    row = cells.loc[("partner", "employment")]
    assert row["winner"] == "mothers_u4_lone"
    assert row["p_value"] < 0.01
    assert row["best"] == 100
    assert row["effect"] == pytest.approx(5.0, abs=0.6)
    differences = saved["differences"].set_index(["measure", "group", "reference"])
    one = differences.loc[("employment", "mothers_u4_partnered", "mothers_u4_lone")]
    assert one["low"] - 0.5 < -3.0 < one["high"] + 0.5
    assert one["high"] < 0


def test_every_family_is_told(saved) -> None:
    monthly = {name: family for name, family in FAMILIES.items()
               if name not in ("quintile", "youngest", "way")}  # fmt: skip
    told = saved["equality"].groupby("family")["measure"].agg(set).to_dict()
    assert told == {name: set(family.measures) - set(INCOME) for name, family in monthly.items()}
    groups = saved["groups"].groupby("family")["group"].agg(set).to_dict()
    assert groups == {name: set(family.groups) for name, family in monthly.items()}


def test_less_absence_is_a_gain(folder) -> None:
    table = monthly_table(2.0, 8, measures=("absence",))
    there = (table["group"] == "mothers_u4_lone") & (table["arm"] == "programme")
    table.loc[there, "value"] -= 5.0
    found = of_equality(shared(Results.read(folder("one", table))))
    found = found.set_index(["family", "measure"])
    assert found.loc[("partner", "absence"), "winner"] == "mothers_u4_lone"


def test_where_all_gain_alike_nobody_gains_most(folder, tmp_path) -> None:
    table = monthly_table(2.0, 6)
    out = tmp_path / "out"
    same = folder("same", table.assign(value=50.0))
    assert distribution.main([str(same), "--out", str(out)]) == 0
    found = pd.read_csv(out / "distribution_equality.csv")
    assert found[["winner", "p_value"]].isna().all(axis=None)


def test_a_group_that_a_replicate_has_nobody_in_is_left_out(folder) -> None:
    table = monthly_table(2.0, 8)
    gone = (table["group"] == "mothers_u4_primaria") & (table["replicate"] == 3)
    found = of_equality(shared(Results.read(folder("gone", table[~gone]))))
    groups = found.set_index(["family", "measure"])["groups"]
    assert set(groups["schooling"]) == {3}
    assert set(groups["partner"]) == {2}


def test_nothing_to_tell_apart_is_one_line(folder, capsys) -> None:
    whole = folder("whole", monthly_table(groups=["mothers_u4"], replicates=2))
    single = folder("single", monthly_table(groups=["mothers_u4_lone"], replicates=2))
    for path in (whole, single):
        assert distribution.main([str(path), "--lang", "en"]) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert str(path) in said


@pytest.fixture
def looked(folder, tmp_path):
    """Return the tables of a folder whose mothers were compared one by one."""
    path = folder("one", monthly_table(2.0, 8))
    lives_table().to_parquet(path / "distribution.parquet")
    sealed(path)
    out = tmp_path / "out"
    assert distribution.main([str(path), "--out", str(out), "--lang", "en"]) == 0
    assert (out / "distribution_winners_en.png").stat().st_size > 10_000
    return {name: pd.read_csv(out / f"distribution_{name}.csv")
            for name in ("equality", "groups", "winners", "incomes")}  # fmt: skip


def test_winners_and_losers_are_recovered(looked) -> None:
    of = looked["winners"].set_index(["change", "group", "side_of"])
    assert of["share"].groupby(level=["change", "group"]).sum().round(9).eq(100).all()
    for side, share in {"gained": 3.0, "lost": 1.0, "unchanged": 96.0}.items():
        row = of.loc[("work", "mothers_u4_quintile_2", side)]
        assert row["share"] == pytest.approx(share, abs=0.1)
        assert row["low"] < row["share"] < row["high"]
    assert list(of.index.get_level_values("group").unique()) == [
        "mothers_u4", *FAMILIES["quintile"].groups
    ]  # fmt: skip


def test_incomes_poverty_and_inequality_are_told(looked) -> None:
    of = looked["incomes"].set_index(["measure", "group"])
    assert of.loc[("gini", "women_15_49"), "effect"] == pytest.approx(-0.01)
    assert of.loc[("poverty", "mothers_u4"), "effect"] == pytest.approx(2.0, abs=0.6)


def test_groups_of_looks_are_a_family_like_others(looked) -> None:
    told = looked["groups"].groupby("family")["group"].agg(set).to_dict()
    assert told["quintile"] == set(FAMILIES["quintile"].groups)
    assert {"schooling", "partner"} <= set(told)
    cells = looked["equality"].set_index(["family", "measure"])
    assert ("quintile", "employment") in cells.index


def test_a_damaged_table_of_looks_is_one_line(folder, capsys) -> None:
    path = folder("one", monthly_table(2.0, 4))
    (path / "distribution.parquet").write_bytes(b"PAR1 and no more")
    sealed(path)
    assert distribution.main([str(path), "--lang", "en"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "distribution.parquet" in said


def test_planted_shares_of_winners_are_covered() -> None:
    hits = []
    rng = np.random.default_rng(5)
    months = pd.date_range("2027-09-01", periods=4, freq="3MS")
    index = pd.MultiIndex.from_product([range(8), months], names=["replicate", "month"])
    results = SimpleNamespace(
        interval="chance",
        opened=pd.Series({n: months[0] for n in range(8)}),
        start=pd.Timestamp("2026-01-01"),
    )
    for _ in range(200):
        own = np.repeat(3.0 + rng.normal(0, 0.4, 8), 4)
        rows = pd.DataFrame({"value": own}, index=index).reset_index()
        parts = [
            rows.assign(measure=name, group="mothers_u4", arm="programme",
                        value=rows["value"] if name == "gained_work" else 1.0)
            for change in CHANGES.values() for name in (change.gained, change.lost)
        ]  # fmt: skip
        table = winners(results, pd.concat(parts)).set_index(["change", "side_of"])
        row = table.loc[("work", "gained")]
        hits.append(row["low"] <= 3.0 <= row["high"])
    assert 0.85 <= told("share of winners", np.mean(hits)) <= 0.95
