"""Scenarios against one another: differences of effects, and how likely each is best."""

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from analysis.estimates import CELL, LEVEL, windowed
from analysis.results import Results
from analysis.texts import N_, RefusedError
from sim.results.catalogue import catalogue
from sim.results.paired import paired_effects

KEYS = ["window", *CELL]
BETTER = {
    "participation": 1, "employment": 1, "formal_employment": 1, "survival_12": 1, "output": 1,
    "enrolment": 1, "household_income": 1, "absence": -1, "absence_care_breakdown": -1,
    "absence_sick_child": -1, "separation": -1, "care_at_risk": -1,
    "income_per_person": 1, "poverty": -1, "extreme_poverty": -1, "centre_use": 1,
}  # fmt: skip
"""Measures of which more is better (1), or less; scenarios are not ranked by any other."""
NOT_LEVERS = frozenset({"name", "label", "executor", "resume", "threads", "replicates", "engine"})
TOLD = frozenset({"unit", "known", "source", "bounds", "label"})
"""What a figure says of itself beside its value."""


def effects(results: Results) -> pd.Series:
    """Return the effect on each headline measure in every window and replicate.

    Returns
    -------
    Series
        Index window, measure, group, replicate.
    """
    headline = {tuple(pair) for pair in catalogue()["headline"]}
    measures, groups = ({pair[n] for pair in headline} for n in (0, 1))
    arms = windowed(results, results.monthly(measures, groups))
    effect = (arms["programme"] - arms["baseline"]).dropna()
    return effect[_where(effect, CELL, headline)]


def shared(given: Sequence[pd.Series]) -> list[pd.Series]:
    """Keep what all scenarios have measured in the same window.

    Raises
    ------
    RefusedError
        If they share no measure.
    """
    common = frozenset.intersection(*(frozenset(_cells(one, KEYS)) for one in given))
    if not common:
        raise RefusedError(N_("these scenarios share no measure, so they cannot be compared"))
    return [one[_where(one, KEYS, common)] for one in given]


def of_one_scale(given: Sequence[Results]) -> bool:
    """Say whether all scenarios simulate the same share of the women."""
    return len({results.config.get("scale") for results in given}) == 1


def without_counts(effect: pd.Series) -> pd.Series:
    """Leave out counts, such as children who wait: they are those of the share simulated."""
    known = catalogue()["measures"]
    return effect[[("denominator" in known[m]) for m in effect.index.get_level_values("measure")]]


def _cells(series: pd.Series, levels: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return what each value is of."""
    return list(zip(*(series.index.get_level_values(level) for level in levels), strict=True))


def _where(
    series: pd.Series, levels: Sequence[str], wanted: Collection[tuple[Any, ...]]
) -> pd.Series:
    """Return which values are of something wanted."""
    return pd.Series([cell in wanted for cell in _cells(series, levels)], series.index, dtype=bool)


def common_draws(one: Results, other: Results) -> bool:
    """Say whether two scenarios live on the same draws in the replicates that both have.

    Raises
    ------
    RefusedError
        If one holds the uncertainty of parameters and the other does not.
    """
    if one.interval != other.interval:
        raise RefusedError(
            N_("{one} holds the uncertainty of parameters and {other} does not: run both with "
               "posterior=true, or neither"),
            one=(one if one.interval != "chance" else other).folder,
            other=(other if one.interval != "chance" else one).folder,
        )  # fmt: skip
    both = [str(n) for n in range(min(one.replicates, other.replicates))]
    return _draws(one, both) == _draws(other, both)


def _draws(results: Results, replicates: Sequence[str]) -> tuple[Any, ...]:
    draws = results.manifest["draws"]
    return results.manifest["seed"], sample(results), [draws.get(name) for name in replicates]


def sample(results: Results) -> frozenset[tuple[str, str]]:
    """Return name and fingerprint of the table from which parameters are drawn, if they are."""
    inputs = results.manifest.get("inputs", {})
    return frozenset(pair for pair in inputs.items() if pair[0].startswith("posterior_draws"))


def difference(one: pd.Series, other: pd.Series, interval: Any, *, common: bool) -> pd.DataFrame:
    """Return one scenario's effects less another's, with the interval of that difference.

    On common draws the interval is made of differences replicate by replicate, in which what
    chance does to both cancels out. Otherwise the scenarios are independent, their variances add
    up, and the degrees of freedom are Welch's.

    Parameters
    ----------
    one, other : Series
        What `effects` returned.
    interval : {"chance", "parameters and chance"}
        What differs between replicates.
    common : bool
        Whether replicates of the same number are on the same draws.

    Returns
    -------
    DataFrame
        Columns window, measure, group, difference, low, high, pairs (0 where independent).
    """
    if common:
        both = pd.DataFrame({"baseline": other, "programme": one}).dropna()
        table = paired_effects(both, KEYS, LEVEL, interval)
        table["pairs"] = both.groupby(level=KEYS, observed=True).size()
    else:
        table = _independent(one, other, interval).assign(pairs=0)
    table = table.rename(columns={"effect": "difference"})
    return table[["difference", "low", "high", "pairs"]].reset_index()


def _independent(one: pd.Series, other: pd.Series, interval: Any) -> pd.DataFrame:
    of = [
        series.groupby(level=KEYS, observed=True).agg(["mean", "var", "count"])
        for series in (one, other)
    ]
    more = 0 if interval == "chance" else 1
    parts = [told["var"] * (more + 1 / told["count"]) for told in of]
    variance = parts[0] + parts[1]
    freedom = variance**2 / sum(
        part**2 / (told["count"] - 1) for part, told in zip(parts, of, strict=True)
    )
    half = (stats.t.ppf((1 + LEVEL) / 2, freedom) * np.sqrt(variance)).where(variance > 0, 0.0)
    mean = of[0]["mean"] - of[1]["mean"]
    return pd.DataFrame({"effect": mean, "low": mean - half, "high": mean + half})


def differences(
    given: Sequence[Results], of: Sequence[pd.Series], names: Sequence[str]
) -> pd.DataFrame:
    """Return the difference of every pair of scenarios, each later one less an earlier one.

    Returns
    -------
    DataFrame
        Columns scenario, reference, window, measure, group, difference, low, high, pairs.
    """
    tables = []
    for earlier, later in combinations(range(len(given)), 2):
        common = common_draws(given[later], given[earlier])
        table = difference(of[later], of[earlier], given[later].interval, common=common)
        table.insert(0, "scenario", names[later])
        table.insert(1, "reference", names[earlier])
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def ranking(of: Mapping[str, pd.Series], *, common: bool) -> pd.DataFrame:
    """Return the place of each scenario by its mean effect, and how likely it is the best one.

    On common draws the probability is the share of replicates in which no other scenario does
    better; otherwise that of all ways to take one replicate of each. Ties are shared.

    Parameters
    ----------
    of : mapping of str to Series
        Effects by scenario, index measure, group, replicate.
    common : bool
        Whether replicates of the same number are on the same draws.

    Returns
    -------
    DataFrame
        Columns measure, group, scenario, rank, effect, best (percent).
    """
    rows = []
    table = pd.DataFrame(dict(of))
    for (measure, group), cell in table.groupby(level=CELL, observed=True, sort=False):
        if measure not in BETTER:
            continue
        cell = cell.dropna() if common else cell
        good = cell * BETTER[measure]
        best = _best_of_pairs(good) if common else _best_of_all(good)
        place = good.mean().rank(ascending=False, method="min")
        for name in sorted(cell.columns, key=lambda name: place[name]):
            rows.append(
                {"measure": measure, "group": group, "rank": int(place[name]), "scenario": name,
                 "effect": cell[name].mean(), "best": 100 * best[name]}
            )  # fmt: skip
    return pd.DataFrame(rows, columns=[*CELL, "rank", "scenario", "effect", "best"])


def _best_of_pairs(good: pd.DataFrame) -> pd.Series:
    won = good.eq(good.max(axis=1), axis=0)
    return won.div(won.sum(axis=1), axis=0).mean()


def _best_of_all(good: pd.DataFrame) -> pd.Series:
    """Return how often each is the largest when one value of each is taken, every way alike."""
    chances = {}
    for name in good:
        mine = good[name].dropna().to_numpy()[:, None]
        beaten = np.ones(len(mine))
        for rival in good.columns.drop([name]):
            theirs = good[rival].dropna().to_numpy()
            beaten *= ((mine > theirs) + 0.5 * (mine == theirs)).mean(axis=1)
        chances[name] = beaten.mean()
    found = pd.Series(chances)
    return found / found.sum()


def levers(given: Sequence[Results], names: Sequence[str]) -> pd.DataFrame:
    """Return the settings in which scenarios differ.

    Of a polo that has another name, and of a country beside a polo, only the name is told: their
    hundreds of figures all differ.

    Returns
    -------
    DataFrame
        Column lever, the key as the command line takes it, and one for each scenario.
    """
    flat = [_flat(results.config) for results in given]
    for name in ("polo.name", "population.kind"):
        part = name.partition(".")[0]
        if len({one.get(name) for one in flat}) > 1:
            flat = [
                {key: value for key, value in one.items()
                 if not key.startswith(f"{part}.") or key == name}
                for one in flat
            ]  # fmt: skip
    keys = list(dict.fromkeys(key for one in flat for key in one))
    rows = [
        {"lever": key.removesuffix(".name"), **{n: _text(one.get(key)) for n, one in each}}
        for key in keys
        if len({_text(one.get(key)) for one in flat}) > 1
        for each in [list(zip(names, flat, strict=True))]
    ]
    return pd.DataFrame(rows, columns=["lever", *names])


def _flat(config: Any, above: str = "") -> dict[str, Any]:
    """Return the values of a configuration by dotted key; of a figure its value alone."""
    found = {}
    for key, value in config.items():
        path = f"{above}{key}"
        if (not above and key in NOT_LEVERS) or (above and key in TOLD):
            continue
        if isinstance(value, Mapping) and "value" in value:
            found[path] = value["value"]
        elif isinstance(value, Mapping):
            found |= _flat(value, f"{path}.")
        else:
            found[path] = value
    return found


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    if isinstance(value, float):
        return f"{value:g}"
    return "–" if value is None else str(value)
