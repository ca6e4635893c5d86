"""``python -m analysis.distribution DIR...``: for whom a programme does what it does."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import fill
from typing import Any

import pandas as pd

from analysis import charts
from analysis.charts.forest import Column, forest
from analysis.charts.winners import gains_and_losses
from analysis.command import run
from analysis.comparison import ranking
from analysis.equality import between, equality
from analysis.estimates import CELL, LAST, LEVEL, in_order, windowed
from analysis.publish import Sheet, publish, show, unit_of_effect
from analysis.results import Results, source
from analysis.texts import N_, RefusedError, Words, exact
from analysis.winners import CHANGES, SIDES, winners
from sim.results.catalogue import catalogue
from sim.results.paired import paired_effects

LIVES = ("winners", "incomes")
"""Tables of mothers compared one by one."""
SHOWN = ("equality", "winners", "incomes")
"""Tables that are printed too."""
NAME = 26
"""Characters of a name beside a row of the figure."""
HOME = ("participation", "employment", "formal_employment", "household_income", "absence",
        "care_at_risk")  # fmt: skip
INCOME = ("income_per_person", "poverty", "extreme_poverty", "centre_use")
WORK = ("absence", "separation", "household_income", "care_at_risk")
MAIN = ("employment", "formal_employment", "poverty")
ALL = ("mothers_u4", "women_15_49")
INEQUALITY = ("income_per_person", "poverty", "extreme_poverty", "gini")


@dataclass(frozen=True)
class Family:
    """Groups that divide a population, each woman in one of them.

    Attributes
    ----------
    label : str
        Marked for translation.
    groups : tuple of str
    measures : tuple of str
    """

    label: str
    groups: tuple[str, ...]
    measures: tuple[str, ...]


FAMILIES = {
    "schooling": Family(
        N_("Mothers by schooling"),
        ("mothers_u4_primaria", "mothers_u4_secundaria", "mothers_u4_media_superior",
         "mothers_u4_superior"),
        (*HOME, *INCOME),
    ),
    "partner": Family(
        N_("Mothers with and without a partner"),
        ("mothers_u4_lone", "mothers_u4_partnered"), (*HOME, *INCOME),
    ),
    "grandmother": Family(
        N_("Mothers with and without a grandmother at home"),
        ("mothers_u4_grandmother", "mothers_u4_no_grandmother"), (*HOME, *INCOME),
    ),
    "quintile": Family(
        N_("Mothers by income of the household before the programme"),
        tuple(f"mothers_u4_quintile_{n}" for n in range(1, 6)), (*HOME, *INCOME),
    ),
    "youngest": Family(
        N_("Mothers by age of the youngest child"),
        tuple(f"mothers_u4_youngest_{n}" for n in range(4)), (*HOME, *INCOME),
    ),
    "way": Family(
        N_("Mothers by road distance from home to a CECI"),
        ("mothers_u4_near", "mothers_u4_middle", "mothers_u4_far"), (*HOME, *INCOME),
    ),
    "mothers_work": Family(
        N_("Mothers by where they work"),
        ("mothers_u4_maquila", "mothers_u4_agropecuario", "mothers_u4_informal"), WORK,
    ),
    "sector": Family(
        N_("Women at work by sector"),
        ("sector_maquila", "sector_agropecuario", "sector_comercio_servicios", "sector_otro",
         "sector_informal"),
        WORK,
    ),
}  # fmt: skip
BY_WORK = ("mothers_work", "sector")
"""Families in which the programme itself moves women from one group to another."""
FIGURES = {
    "home": (N_("Who gains, mothers of a child under four"), HOME, False),
    "income": (N_("Income and use of centres, mothers of a child under four"), INCOME, False),
    "work": (N_("Who gains, women at work"), WORK, True),
}
"""Title and measures of each figure, and whether its groups are by work."""


@dataclass(frozen=True)
class Shared:
    """What a programme does to whom, in one folder.

    Attributes
    ----------
    results : Results
    arms : mapping of str to DataFrame
        By family: baseline and programme, index window, measure, group, replicate.
    lives : DataFrame
        Mothers compared one by one, see `Results.lives`; no rows where the run looked at none.
    """

    results: Results
    arms: dict[str, pd.DataFrame]
    lives: pd.DataFrame


def shared(results: Results) -> Shared:
    """Read every family that a folder has two groups of.

    Raises
    ------
    RefusedError
        If it has none.
    """
    every = FAMILIES.values()
    monthly = results.monthly(
        {name for family in every for name in family.measures},
        {name for family in every for name in family.groups},
    )
    lives = results.lives()
    told_monthly = lives["measure"].isin(set(monthly["measure"])) & lives["group"].isin(
        set(monthly["group"])
    )
    grouped = lives["group"].isin({name for family in every for name in family.groups})
    more = lives[grouped & ~told_monthly]
    whole = windowed(results, pd.concat([monthly, more]) if len(more) else monthly).dropna()
    arms = {}
    of = {name: whole.index.get_level_values(name) for name in CELL}
    for name, family in FAMILIES.items():
        found = whole[of["measure"].isin(family.measures) & of["group"].isin(family.groups)]
        if found.index.get_level_values("group").nunique() > 1:
            arms[name] = found
    those = Shared(results, arms, lives)
    if not _cells(those):
        raise RefusedError(N_("{folder}: it has no groups to tell apart"), folder=results.folder)
    return those


def of_groups(those: Shared) -> pd.DataFrame:
    """Return the effect on every group.

    Returns
    -------
    DataFrame
        Columns family, window, measure, group, baseline, programme, effect, low, high.
    """
    tables = []
    for name, arms in those.arms.items():
        keys = ["window", *CELL]
        table = paired_effects(arms, keys, LEVEL, those.results.interval).reset_index()
        tables.append(_in_order(table, FAMILIES[name]).assign(family=name))
    table = pd.concat(tables, ignore_index=True)
    return table[["family", *(name for name in table if name != "family")]]


def _in_order(table: pd.DataFrame, family: Family) -> pd.DataFrame:
    place = {name: n for n, name in enumerate((*family.measures, *family.groups))}
    return in_order(table.sort_values(CELL, key=lambda names: names.astype(str).map(place)))


def _last(arms: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the effects of the last twelve months on a measure: a column for each group."""
    last = arms.xs((LAST, measure), level=("window", "measure"))
    return (last["programme"] - last["baseline"]).unstack("group")


def _cells(those: Shared) -> list[tuple[str, str, pd.DataFrame]]:
    """Return family, measure, and effects by replicate and group; two groups at least.

    A group that some replicate has nobody in is left out.
    """
    found = []
    for name, arms in those.arms.items():
        there = set(arms.index.get_level_values("measure"))
        for measure in FAMILIES[name].measures:
            if measure not in there:
                continue
            effects = _last(arms, measure).dropna(axis="columns")
            if effects.shape[1] > 1:
                found.append((name, measure, effects))
    return found


def of_differences(those: Shared) -> pd.DataFrame:
    """Return each group's effect less another's, on common draws.

    Returns
    -------
    DataFrame
        Columns family, measure, group, reference, difference, low, high.
    """
    tables = [
        between(effects, those.results.interval).assign(family=name, measure=measure)
        for name, measure, effects in _cells(those)
    ]
    table = pd.concat(tables, ignore_index=True)
    return table[["family", "measure", "group", "reference", "difference", "low", "high"]]


def of_equality(those: Shared) -> pd.DataFrame:
    """Return whether the groups of a family gain alike, and which of them gains most.

    Returns
    -------
    DataFrame
        Columns family, measure, groups, p_value, winner, effect, best: the group with the largest
        mean gain (empty if several do), its effect, and how often it gains most (percent of
        replicates).
    """
    rows = []
    for name, measure, effects in _cells(those):
        of = {
            str(group): pd.concat({(measure, name): effects[group]}, names=CELL)
            for group in effects
        }
        ranked = ranking(of, common=True)
        first, alone = ranked.iloc[0], (ranked["rank"] == 1).sum() == 1
        rows.append(
            {"family": name, "measure": measure, "groups": effects.shape[1],
             "p_value": equality(effects, those.results.interval),
             "winner": first["scenario"] if alone else "", "effect": first["effect"],
             "best": first["best"]}
        )  # fmt: skip
    return pd.DataFrame(rows)


def of_incomes(those: Shared) -> pd.DataFrame:
    """Return the effect on income, poverty and inequality of all mothers and of all women.

    Returns
    -------
    DataFrame
        Columns measure, group, baseline, programme, effect, low, high: means of the looks of the
        last twelve months; no rows where the run looked at none.
    """
    lives = those.lives
    told = lives[lives["measure"].isin(INEQUALITY) & lives["group"].isin(ALL)]
    if told.empty:
        return told.reindex(columns=[*CELL, "baseline", "programme", "effect", "low", "high"])
    last = pd.DataFrame(windowed(those.results, told).xs(LAST, level="window"))
    table = paired_effects(last, CELL, LEVEL, those.results.interval).reset_index()
    return _in_order(table.assign(window=LAST), Family("", ALL, INEQUALITY)).drop(columns="window")


def of_winners(those: Shared) -> pd.DataFrame:
    """Return who gains, who loses and for whom nothing changes, see `analysis.winners`.

    Of all mothers, and of the groups that the programme does not change.
    """
    told = (ALL[0], *(group for name, family in FAMILIES.items() if name not in BY_WORK
                      for group in family.groups))  # fmt: skip
    groups = those.lives["group"]
    return winners(those.results, those.lives[groups.isin(told)])


def distribution(given: list[Results], folder: Path, words: Words) -> list[Path]:
    """Print, write and draw what each programme does to whom.

    Returns
    -------
    list of Path
        The files written.
    """
    those = [shared(results) for results in given]
    names = {"family": {key: words(family.label) for key, family in FAMILIES.items()}}
    groups = catalogue()["groups"]
    names["reference"] = {key: words.of(group["label"]) for key, group in groups.items()}
    names["change"] = {key: words(change.label) for key, change in CHANGES.items()}
    names["side_of"] = {key: words(label) for key, label in SIDES.items()}
    titles = {
        "equality": words("Whether groups gain alike, and who gains most, last twelve months"),
        "groups": words("Effects by group"),
        "differences": words("Differences between groups, last twelve months"),
        "winners": words("Who gains and who loses, per cent of mothers, last twelve months"),
        "incomes": words("Income, poverty and inequality, last twelve months"),
    }
    tables = {"equality": of_equality, "groups": of_groups, "differences": of_differences}
    if all(len(one.lives) for one in those):
        tables |= {"winners": of_winners, "incomes": of_incomes}
    sheets = []
    for name, of in tables.items():
        parts = [of(one) for one in those]
        for part, results in zip(parts, given, strict=True):
            part.insert(0, "scenario", words.of(results.short))
        table = pd.concat(parts, ignore_index=True)
        about = about_lives(given, words) if name in LIVES else _about_groups(words)
        note = f"{about}\n{source(given, words)}"
        decimals = {"share": 2, "low": 2} if name == "winners" else {}
        sheets.append(Sheet(name, titles[name], table, note, names, decimals))
    for sheet in sheets:
        if sheet.name in SHOWN:
            for scenario, table in sheet.table.groupby("scenario", sort=False):
                title = f"{scenario}\n{sheet.title}"
                show(replace(sheet, title=title, table=_shown(sheet.name, table)), words)
    files = publish("distribution", sheets, folder, words)
    with charts.style():
        for number, one in enumerate(those, start=1):
            which = f"_{number}" if len(given) > 1 else ""
            for name, drawn in figures(one, words).items():
                files += charts.save(drawn, folder / f"distribution_{name}{which}_{words.lang}")
    return files


def _shown(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return what of a table is printed: the main measures, and winners among all mothers."""
    if name == "winners":
        table = table[table["group"] == ALL[0]]
    if name == "equality":
        table = table[table["measure"].isin(MAIN) | table["family"].isin(BY_WORK)]
    return table.drop(columns="scenario")


def figures(one: Shared, words: Words) -> dict[str, charts.Figure]:
    """Draw the effects on every group, and who gains and who loses, where the folder tells it."""
    table = of_groups(one)
    table = table[table["window"] == LAST]
    found = {}
    for figure, (title, measures, by_work) in FIGURES.items():
        rows = table[(table["family"].isin(BY_WORK) == by_work) & table["measure"].isin(measures)]
        if len(rows):
            found[figure] = draw_groups(rows, words(title), one.results, words)
    if len(one.lives):
        found["winners"] = draw_winners(of_winners(one), one.results, words)
    return found


def about_lives(given: Sequence[Results], words: Words) -> str:
    changes = sorted({100 * results.change for results in given})
    return words(
        "Each mother lives twice, with the programme and without it, on the same draws: she gains "
        "or loses where her two lives differ in the same month. Households gain or lose where "
        "their labour income, before fees of care, differs by more than {change} %. Poverty "
        "lines are INEGI's for towns, December 2025.",
        change=words(" or ").join(words.number(change, exact(change)) for change in changes),
    )


def _about_groups(words: Words) -> str:
    return words(
        "Groups are compared replicate by replicate, on the same draws. The p-value is "
        "Hotelling's, of the hypothesis that all groups gain alike; “–”: too few replicates for so "
        "many groups. Of absence, separations and care at risk less is a gain. Who works where is "
        "itself an effect: groups by work are not the same women in both arms."
    )


def draw_groups(rows: pd.DataFrame, title: str, results: Results, words: Words) -> charts.Figure:
    """Draw rows of `of_groups` of one window: a column for each measure."""
    known: Any = catalogue()
    labels = rows["group"].astype(str).map(lambda key: words.of(known["groups"][key]["label"]))
    data = rows.assign(
        name=labels.map(lambda label: fill(label, NAME)),
        block=rows["family"].map(lambda key: words(FAMILIES[key].label)),
    )
    columns = []
    for measure in dict.fromkeys(rows["measure"].astype(str)):
        entry = known["measures"][measure]
        unit = unit_of_effect(words.of(entry["unit"]), words)
        columns.append(Column(words.of(entry["label"]), unit, data[data["measure"] == measure]))
    axis = words("Effect in the last twelve months with its 90 % interval")
    return forest(columns, title, axis, source([results], words))


def draw_winners(table: pd.DataFrame, results: Results, words: Words) -> charts.Figure:
    """Draw shares of mothers who gain and who lose, a row for each group of `of_winners`."""
    groups = catalogue()["groups"]
    data = table[table["side_of"] != "unchanged"].assign(
        name=table["group"].map(lambda key: fill(words.of(groups[key]["label"]), NAME))
    )
    panels = {words(change.label): data[data["change"] == key] for key, change in CHANGES.items()}
    sides = {key: words(SIDES[key]) for key in ("gained", "lost")}
    axis = words("Per cent of mothers of the group, last twelve months, with 90 % intervals")
    return gains_and_losses(
        panels, sides, words("Who gains and who loses"), axis, source([results], words)
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status, see `analysis.command.run`."""
    about = N_("For whom: effects by group, tests of equality between groups, who gains most.")
    return run("distribution", about, distribution, arguments)


if __name__ == "__main__":
    sys.exit(main())
