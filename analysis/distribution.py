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
from analysis.command import run
from analysis.comparison import ranking
from analysis.equality import between, equality
from analysis.estimates import CELL, LAST, LEVEL, in_order, windowed
from analysis.publish import Sheet, publish, show, unit_of_effect
from analysis.results import Results, source
from analysis.texts import N_, RefusedError, Words
from sim.results.catalogue import catalogue
from sim.results.paired import paired_effects

NAME = 26
"""Characters of a name beside a row of the figure."""
HOME = ("participation", "employment", "formal_employment", "household_income", "absence",
        "care_at_risk")  # fmt: skip
WORK = ("absence", "separation", "household_income", "care_at_risk")


@dataclass(frozen=True)
class Family:
    """Groups that divide a population, each woman in one of them.

    Attributes
    ----------
    label : str
        Marked for translation.
    groups : tuple of str
    measures : tuple of str
    figure : str
        Families of the same one are drawn together.
    """

    label: str
    groups: tuple[str, ...]
    measures: tuple[str, ...]
    figure: str


FAMILIES = {
    "schooling": Family(
        N_("Mothers by schooling"),
        ("mothers_u4_primaria", "mothers_u4_secundaria", "mothers_u4_media_superior",
         "mothers_u4_superior"),
        HOME, "home",
    ),
    "partner": Family(
        N_("Mothers with and without a partner"),
        ("mothers_u4_lone", "mothers_u4_partnered"), HOME, "home",
    ),
    "grandmother": Family(
        N_("Mothers with and without a grandmother at home"),
        ("mothers_u4_grandmother", "mothers_u4_no_grandmother"), HOME, "home",
    ),
    "mothers_work": Family(
        N_("Mothers by where they work"),
        ("mothers_u4_maquila", "mothers_u4_agropecuario", "mothers_u4_informal"), WORK, "work",
    ),
    "sector": Family(
        N_("Women at work by sector"),
        ("sector_maquila", "sector_agropecuario", "sector_comercio_servicios", "sector_otro",
         "sector_informal"),
        WORK, "work",
    ),
}  # fmt: skip
FIGURES = {
    "home": N_("Who gains, mothers of a child under four"),
    "work": N_("Who gains, women at work"),
}


@dataclass(frozen=True)
class Shared:
    """What a programme does to whom, in one folder.

    Attributes
    ----------
    results : Results
    arms : mapping of str to DataFrame
        By family: baseline and programme, index window, measure, group, replicate.
    """

    results: Results
    arms: dict[str, pd.DataFrame]


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
    whole, arms = windowed(results, monthly).dropna(), {}
    of = {name: whole.index.get_level_values(name) for name in CELL}
    for name, family in FAMILIES.items():
        found = whole[of["measure"].isin(family.measures) & of["group"].isin(family.groups)]
        if found.index.get_level_values("group").nunique() > 1:
            arms[name] = found
    those = Shared(results, arms)
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
    titles = {
        "equality": words("Whether groups gain alike, and who gains most, last twelve months"),
        "groups": words("Effects by group"),
        "differences": words("Differences between groups, last twelve months"),
    }
    tables = {"equality": of_equality, "groups": of_groups, "differences": of_differences}
    sheets = []
    for name, of in tables.items():
        parts = [of(one) for one in those]
        for part, results in zip(parts, given, strict=True):
            part.insert(0, "scenario", words.of(results.short))
        table = pd.concat(parts, ignore_index=True)
        sheets.append(Sheet(name, titles[name], table, _note(given, words), names))
    for scenario, table in sheets[0].table.groupby("scenario", sort=False):
        title = f"{scenario}\n{sheets[0].title}"
        show(replace(sheets[0], title=title, table=table.drop(columns="scenario")), words)
    files = publish("distribution", sheets, folder, words)
    with charts.style():
        for number, one in enumerate(those, start=1):
            which = f"_{number}" if len(given) > 1 else ""
            table = of_groups(one)
            table = table[table["window"] == LAST]
            for figure, title in FIGURES.items():
                rows = table[table["family"].map(lambda key: FAMILIES[key].figure) == figure]
                if len(rows):
                    drawn = _forest(rows, words(title), one.results, words)
                    stem = folder / f"distribution_{figure}{which}_{words.lang}"
                    files += charts.save(drawn, stem)
    return files


def _note(given: Sequence[Results], words: Words) -> str:
    said = words(
        "Groups are compared replicate by replicate, on the same draws. The p-value is "
        "Hotelling's, of the hypothesis that all groups gain alike; “–”: too few replicates for so "
        "many groups. Of absence, separations and care at risk less is a gain. Who works where is "
        "itself an effect: groups by work are not the same women in both arms."
    )
    return f"{said}\n{source(given, words)}"


def _forest(rows: pd.DataFrame, title: str, results: Results, words: Words) -> charts.Figure:
    """Draw the effects of every group of a figure: a column for each measure."""
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status, see `analysis.command.run`."""
    about = N_("For whom: effects by group, tests of equality between groups, who gains most.")
    return run("distribution", about, distribution, arguments)


if __name__ == "__main__":
    sys.exit(main())
