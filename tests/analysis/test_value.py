"""Value for money: planted costs and jobs are recovered, and their ratio's interval covers.

Each is repeated 200 times; seeds are fixed.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import costs, value
from analysis.money import Assumptions, money
from analysis.ratios import ratio, ratio_of_each
from analysis.results import Results
from tests.analysis.made import FIRST, MONTHS, RATES, monthly_table, sealed, told

INF = float("inf")
KINDS = ("chance", "parameters and chance")
N = 8


def pairs(seed: int, spread: float, size: int = N) -> list[pd.DataFrame]:
    """Return 200 experiments: costs of 50 and jobs of 10 on average, which vary together."""
    rng = np.random.default_rng(seed)
    cov = [[9.0, 1.5 * spread], [1.5 * spread, spread**2]]
    draws = rng.multivariate_normal([50.0, 10.0], cov, size=(200, size))
    return [pd.DataFrame(draw, columns=["cost", "jobs"]) for draw in draws]


def covered(experiments: list[pd.DataFrame], truths: list[float], kind: str) -> float:
    found = [ratio(e["cost"], e["jobs"], kind) for e in experiments]
    hits = [low <= t <= high for (_, low, high), t in zip(found, truths, strict=True)]
    return float(np.mean(hits))


@pytest.mark.parametrize("spread", [1.0, 3.0, 8.0, 20.0])
def test_the_ratio_of_means_is_covered(spread: float) -> None:
    """Also where jobs are hardly above zero, and most intervals have no upper bound."""
    experiments = pairs(1, spread)
    share = covered(experiments, [5.0] * 200, "chance")
    assert 0.85 <= told(f"value, ratio of means, spread {spread:g}", share) <= 0.95
    if spread < 2:
        assert np.mean([ratio(e["cost"], e["jobs"], "chance")[0] for e in experiments]) == (
            pytest.approx(5.0, abs=0.05)
        )


@pytest.mark.parametrize("spread", [0.5, 2.0])
def test_with_draws_of_parameters_the_next_draw_is_covered(spread: float) -> None:
    experiments = pairs(2, spread, N + 1)
    nexts = [e["cost"].iloc[-1] / e["jobs"].iloc[-1] for e in experiments]
    seen = [e.iloc[:-1] for e in experiments]
    share = covered(seen, nexts, "parameters and chance")
    assert 0.85 <= told(f"value, ratio of the next draw, spread {spread:g}", share) <= 0.95


def test_no_upper_bound_where_jobs_may_be_none() -> None:
    cost = pd.Series([50.0, 51, 49, 50])
    estimate, low, high = ratio(cost, pd.Series([10.0, -9, 12, 1]), "chance")
    assert np.isnan(estimate)
    assert 0 < low < 50 / 3.5
    assert high == INF
    neither = ratio(pd.Series([5.0, -5, 6, -4]), pd.Series([10.0, -9, 12, 1]), "chance")
    assert neither[1:] == (-INF, INF)
    saved = ratio(-cost, pd.Series([10.0, -9, 12, 1]), "chance")
    assert saved[1] == -INF
    assert saved[2] == pytest.approx(-low)


def test_no_number_where_no_job_is_gained() -> None:
    cost = pd.Series([50.0, 51, 49, 50])
    for jobs in ([-10.0, -9, -12, -11], [0.0] * 4):
        assert np.isnan(ratio(cost, pd.Series(jobs), "chance")).all()
    assert np.isnan(ratio(cost[:1], cost[:1], "chance")).all()


def test_fieller_is_the_textbook_s() -> None:
    """Every r in the interval, and none outside, leaves zero in the interval of top - r bottom."""
    from scipy import stats

    e = pairs(3, 3.0)[0]
    _, low, high = ratio(e["cost"], e["jobs"], "chance")
    for r, inside in ((low * 1.01, 1), (high * 0.99, 1), (low * 0.99, 0), (high * 1.01, 0)):
        p = stats.ttest_1samp(e["cost"] - r * e["jobs"], 0).pvalue
        assert (p > 0.10) == bool(inside)


@pytest.mark.parametrize("kind", KINDS)
def test_each_one_s_own_ratio_is_covered(kind: str) -> None:
    experiments = pairs(4, 1.0, N + 1)
    found = [ratio_of_each(e["cost"][:N], e["jobs"][:N], kind) for e in experiments]
    rng = np.random.default_rng(0)
    draw = rng.multivariate_normal([50.0, 10.0], [[9.0, 1.5], [1.5, 1.0]], 100_000)
    mean = (draw[:, 0] / draw[:, 1]).mean()
    truths = [mean if kind == "chance" else e["cost"].iloc[-1] / e["jobs"].iloc[-1]
              for e in experiments]  # fmt: skip
    hits = [low <= t <= high for (_, low, high), t in zip(found, truths, strict=True)]
    assert 0.85 <= told(f"value, each one's ratio, {kind}", np.mean(hits)) <= 0.95
    some = ratio_of_each(pd.Series([0.0, 8, 8]), pd.Series([0.0, 2, 2]), kind)
    assert some == (4.0, 4.0, 4.0)  # the first has none


def planted_table(
    jobs: float, displaced: float, replicates: int = 4, spread: float = 0.0, first: str = FIRST
) -> pd.DataFrame:
    """Return a table of 1,000 mothers and 5,000 women, 30 and 40 % formal at 10,000 MXN a month.

    With the programme as many more jobs of mothers, all formal, and as many fewer other workers;
    replicates differ in their jobs by a normal deviate times `spread`.
    """
    start = pd.Timestamp(f"{FIRST}-01")
    months = pd.date_range(start, periods=MONTHS, freq="MS")
    months = months[months >= first]
    rng, tables = np.random.default_rng(5), []
    made = jobs + spread * rng.normal(size=replicates)
    for arm, more in (("baseline", 0.0 * made), ("programme", 1.0 + 0.0 * made)):
        cells = {}
        for group, people, before in (("mothers_u4", 1000, 300), ("women_15_49", 5000, 2000)):
            formal = before + more * made
            cells |= {
                (group, "wage"): 10_000.0 + 0 * made,
                (group, "formal_employment"): 100 * formal / people,
                (group, "employment"): 100 * (formal + 100) / people,
                (group, "social_contributions"): RATES["social_contributions"] * formal * 10_000,
                (group, "income_tax"): RATES["income_tax"] * formal * 10_000,
                (group, "household_income"): 15_000.0 + 10 * more,
                (group, "output"): 0.90 + 0.01 * more,
                (group, "turnover_cost"): 300.0 - 30 * more,
            }
        for sector in ("sector_maquila", "sector_otro"):
            cells[sector, "staff"] = 1000 + more * made / 2
            cells[sector, "other_workers"] = 3000 - more * displaced / 2
        table = pd.DataFrame(cells, index=pd.RangeIndex(replicates, name="replicate"))
        table.columns.names = ["group", "measure"]
        tables.append(table.unstack().to_frame("value").reset_index().assign(arm=arm))
    frame = pd.concat(tables, ignore_index=True)
    return frame.merge(months.to_frame(name="month"), how="cross").assign(scenario="made_up")


@pytest.fixture
def found(folder: Callable[..., Path]) -> Callable[..., dict[str, pd.DataFrame]]:
    """Return a function that gives the tables of planted jobs and displacement, last year."""

    def read(jobs: float = 50.0, displaced: float = 20.0, **given: str) -> dict[str, pd.DataFrame]:
        path = folder(f"made_{jobs}_{displaced}", planted_table(jobs, displaced))
        assumed = Assumptions.given(**given)
        e = costs.effects(Results.read(path), assumed)
        tables = {"payers": costs.of_payers(e, "chance"), "jobs": costs.of_jobs(e, "chance"),
                  "costs": costs.of_each(e, "chance")}  # fmt: skip
        last = {name: table[table["window"] == "last_year"] for name, table in tables.items()}
        return {
            "payers": last["payers"].set_index(["payer", "part"]),
            "jobs": last["jobs"].set_index("item"),
            "costs": last["costs"].set_index(["item", "side"]),
        }

    return read


# The folder is of half the polo; CECI cost 980,000 MXN a month to run, and to build 9,000,000 and
# 4,500,000 in three months, borne over 10 years without interest
RUN = {"imss": 2 * 0.9, "firm": 2 * 0.06, "family": 2 * 0.02, "municipality": 0.0}
BUILT = {"imss": 2 * 9 / 120, "firm": 2 * 4.5 / 120}


def test_planted_costs_and_gains_are_recovered(found) -> None:
    table = found(rate="0", life="10")["payers"]
    effect = table["effect"]
    for payer, cost in RUN.items():
        assert effect[payer, "running"] == pytest.approx(cost)
        assert effect[payer, "cost"] == pytest.approx(cost + BUILT.get(payer, 0))
    # 50 jobs at 10,000 in half the polo, and 20 lost
    assert effect["imss", "gain"] == pytest.approx(2 * 50 * 10_000 * 0.27 / 1e6)
    assert effect["treasury", "gain"] == pytest.approx(2 * 50 * 10_000 * 0.05 / 1e6)
    assert effect["treasury", "displaced"] == pytest.approx(-2 * 20 * 10_000 * 0.05 / 1e6)
    assert effect["treasury", "net"] == pytest.approx(-2 * 30 * 10_000 * 0.05 / 1e6)
    assert effect["firm", "output"] == pytest.approx(2 * 0.01 * 2000 * 10_000 * 1.5 / 1e6)
    assert effect["firm", "turnover"] == pytest.approx(2 * 30 * 2000 / 1e6)
    assert effect["family", "gain"] == pytest.approx(2 * 10 * 1000 / 1e6)
    whole = sum(RUN.values()) + sum(BUILT.values())
    gains = 2 * 30 * 10_000 * 0.32 / 1e6
    assert effect["all", "net"] == pytest.approx(whole - gains)
    assert effect["public", "net"] == pytest.approx(RUN["imss"] + BUILT["imss"] - gains)
    np.testing.assert_allclose(table["low"], table["high"])


def test_planted_costs_per_place_and_job_are_recovered(found) -> None:
    tables = found(rate="0", life="10")
    jobs, cost = tables["jobs"]["effect"], tables["costs"]["estimate"]
    for item, count in {"ceci_places": 110, "ceci_enrolled": 99, "mother": 50, "woman_formal": 50,
                        "post": 30, "displaced": -20}.items():  # fmt: skip
        assert jobs[item] == pytest.approx(2 * count)
    whole = 1e6 * (sum(RUN.values()) + sum(BUILT.values()))
    assert cost["place", "gross"] == pytest.approx(whole / 220)
    assert cost["child", "gross"] == pytest.approx(whole / 198)
    assert cost["mother", "gross"] == pytest.approx(whole / 100)
    assert cost["mother", "own"] == pytest.approx((whole - 2 * 50 * 3200) / 100)
    assert cost["mother", "net"] == pytest.approx((whole - 2 * 30 * 3200) / 100)
    assert cost["post", "gross"] == pytest.approx(whole / 60)
    # Of scheme empresa: 360,000 to run, of which firms pay 60,000; savings go by children
    assert cost["share_now", ""] == pytest.approx(100 / 6)
    savings = (0.01 * 2000 * 15_000 + 30 * 2000) * 54 / 99
    assert cost["break_even", ""] == pytest.approx(100 * savings / 360_000)
    built = 4_500_000 / 120
    assert cost["break_even_built", ""] == pytest.approx(100 * (savings - built) / 360_000)


def test_costs_per_job_of_a_table_are_covered(folder) -> None:
    """Replicates of one run, eight by eight, are 200 repetitions; gains vary with the jobs."""
    table = planted_table(50.0, 20.0, 200 * N, spread=30.0, first="2027-07-01")
    e = costs.effects(Results.read(folder("many", table)), Assumptions(0.0, 10.0))
    e = e.xs("last_year", level="window")
    whole = 1e6 * (sum(RUN.values()) + sum(BUILT.values()))
    truth = {"gross": whole / 100, "own": (whole - 2 * 50 * 3200) / 100}
    tops = {"gross": e["all_cost"], "own": e["all_cost"] - e["all_gain"]}
    for side, top in tops.items():
        parts = [slice(N * n, N * (n + 1)) for n in range(200)]
        found = [ratio(top.iloc[one], e["mothers_u4_employed"].iloc[one], "chance")
                 for one in parts]  # fmt: skip
        share = np.mean([low <= truth[side] <= high for _, low, high in found])
        assert 0.85 <= told(f"value, cost per mother, {side}", share) <= 0.95


def test_jobs_that_are_lost_have_no_price(found) -> None:
    table = found(jobs=-50.0)["costs"]
    assert table.loc[["mother", "woman_formal"], ["estimate", "low", "high"]].isna().all(axis=None)


def test_a_place_without_other_centres_costs_the_same(folder, found) -> None:
    """Without the programme it has no account at all, which is no cost."""
    path = folder("alone", planted_table(50.0, 20.0))
    accounts = pd.read_parquet(path / "accounts.parquet")
    accounts[accounts["scheme"] != "guarderia"].to_parquet(path / "accounts.parquet")
    e = costs.effects(Results.read(sealed(path)), Assumptions(0.0, 10.0))
    alone = costs.of_payers(e, "chance").query("window == 'last_year'")
    both = found(rate="0", life="10")["payers"]
    np.testing.assert_allclose(alone["effect"], both["effect"], atol=1e-12)


def test_a_share_that_does_not_exist_is_said(folder, tmp_path, capsys) -> None:
    """Firms whose staff comes to be worth less lose even if they pay nothing."""
    table = planted_table(50.0, 20.0)
    worse = (table["measure"] == "output") & (table["arm"] == "programme")
    table.loc[worse, "value"] -= 0.05
    assert value.main([str(folder("one", table)), "--lang", "en", "--out", str(tmp_path)]) == 0
    assert "No such share: firms lose" in capsys.readouterr().out
    saved = pd.read_csv(tmp_path / "value_costs.csv").set_index(["window", "item"])
    row = saved.loc[("last_year", "break_even")]
    assert (
        row["side"] == "none" and np.isfinite(row[["estimate", "low", "high"]].astype(float)).all()
    )
    assert pd.isna(saved.loc[("last_year", "share_now"), "side"])


def test_building_is_borne_from_the_opening_on(folder) -> None:
    results = Results.read(folder("made", planted_table(50, 20)))
    found = money(results, Assumptions(0.0, 10.0)).loc["programme"].loc[0]["building_imss"]
    assert (found.iloc[:3] == 0).all()
    np.testing.assert_allclose(found.iloc[3:], 1e6 * BUILT["imss"])


def test_the_annuity_pays_for_the_building() -> None:
    rate, life = 0.10, 30.0
    monthly = Assumptions(rate, life).monthly
    worth = sum(monthly / (1 + rate) ** (n / 12) for n in range(1, 12 * 30 + 1))
    assert worth == pytest.approx(1.0)
    assert Assumptions(1e-9, life).monthly == pytest.approx(Assumptions(0.0, life).monthly)


def test_no_upper_bound_is_said(folder, tmp_path, capsys) -> None:
    table = monthly_table(0.0, 4)
    path = folder("one", table)
    assert value.main([str(path), "--out", str(tmp_path / "o"), "--lang", "en"]) == 0
    assert "no upper" in " ".join(capsys.readouterr().out.split())
    saved = pd.read_csv(tmp_path / "o" / "value_costs.csv")
    assert (np.isinf(saved["high"]) & saved["estimate"].isna()).any()


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("option", ["--rate=0.5", "--rate=much", "--life=1", "--life=nan"])
def test_an_assumption_out_of_bounds_is_one_line(folder, capsys, option, lang) -> None:
    assert value.main([str(folder("one")), option, "--lang", lang]) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert option.split("=")[0] in said.err
    assert option.split("=")[1] in said.err
    assert not said.out


def test_a_folder_without_what_is_needed_is_one_line(folder, capsys) -> None:
    table = monthly_table(replicates=2)
    bad = [
        folder("wage", table[table["measure"] != "wage"]),
        folder("firms", table[table["measure"] != "other_workers"]),
        folder("rates", table, {"parameters": {}}),
        folder("accounts", table),
    ]
    accounts = pd.read_parquet(bad[-1] / "accounts.parquet")
    accounts.drop(columns="capital_firm").to_parquet(bad[-1] / "accounts.parquet")
    for path, word in zip(bad, ["wage", "other_workers", "income_tax", "capital_firm"],
                          strict=True):  # fmt: skip
        assert value.main([str(path), "--lang", "en"]) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert word in said
        assert str(path) in said
