"""``python -m analysis.compare DIR DIR...``: scenarios side by side."""

import sys
from collections.abc import Callable, Collection, Sequence
from itertools import combinations
from pathlib import Path
from textwrap import fill

import pandas as pd

from analysis import charts
from analysis.charts.effects import Course, courses, lines
from analysis.command import run
from analysis.comparison import (
    common_draws,
    differences,
    effects,
    levers,
    of_one_scale,
    ranking,
    sample,
    shared,
    without_counts,
)
from analysis.estimates import LAST, by_month
from analysis.outcome import NAME, course, line_names
from analysis.publish import Sheet, publish, show
from analysis.results import Results, source
from analysis.texts import N_, Words
from sim.results.catalogue import catalogue

Draw = Callable[[], charts.Figure]
"""Draws a figure, inside a style."""
SHOWN = (
    ("participation", "mothers_u4"),
    ("formal_employment", "mothers_u4"),
    ("absence", "mothers_u4"),
)
"""Measure and group of the small multiples: a row for each, a column for each scenario."""


def compare(given: list[Results], folder: Path, words: Words) -> list[Path]:
    """Print, write and draw scenarios side by side; the first is the one compared with.

    Returns
    -------
    list of Path
        The files written.
    """
    names = [words.of(results.short) for results in given]
    common = all(common_draws(one, other) for one, other in combinations(given, 2))
    of = [effects(results) for results in given]
    of = shared(of if of_one_scale(given) else [without_counts(one) for one in of])
    table = differences(given, of, names)
    last = {name: one.xs(LAST, level="window") for name, one in zip(names, of, strict=True)}
    note = _note(given, common, words)
    sheets = [
        Sheet("differences", words("Differences of the effects of scenarios"), table, note),
        Sheet("ranking", words("Scenarios ranked, last twelve months"),
              ranking(last, common=common), f"{_meaning(common, words)}\n{source(given, words)}"),
        _settings(given, names, words),
    ]  # fmt: skip
    for sheet in (_brief(sheets[0], names[0]), *sheets[1:]):
        show(sheet, words)
    files = publish("compare", sheets, folder, words)
    figures = {
        "months": _paths(
            given, frozenset(zip(table["measure"], table["group"], strict=True)), words
        ),
        "differences": _differences(table, names, note, words),
        "ranking": _ranking(sheets[1], names, words),
    }
    with charts.style():
        for name, draw in figures.items():
            if draw is not None:
                files += charts.save(draw(), folder / f"compare_{name}_{words.lang}")
    return files


def _note(given: Sequence[Results], common: bool, words: Words) -> str:
    """Say on what draws the intervals of differences stand."""
    how = (
        words("Differences are taken replicate by replicate, on the same draws of chance.")
        if common
        else words(
            "Seeds or draws differ: scenarios are taken as independent, and intervals of "
            "differences are wider than on common draws."
        )
    )
    scale = "" if of_one_scale(given) else words("Scales differ: counts are left out.")
    return "\n".join(filter(None, (how, scale, source(given, words))))


def _meaning(common: bool, words: Words) -> str:
    """Say what a probability of being best is."""
    return (
        words("Probability: the share of replicates in which no other scenario does better.")
        if common
        else words(
            "Probability: the share of all ways to take a replicate of each scenario in which "
            "none of the others does better."
        )
    )


def _settings(given: Sequence[Results], names: Sequence[str], words: Words) -> Sheet:
    """Return what sets the scenarios apart."""
    table, said = levers(given, names), []
    if table.empty:
        said.append(words("They differ in no setting."))
    if len({sample(results) for results in given}) > 1:
        said.append(words("Their parameters are drawn from other samples (posterior)."))
    return Sheet("settings", words("Settings in which the scenarios differ"), table, " ".join(said))


def _brief(sheet: Sheet, first: str) -> Sheet:
    """Return what the terminal shows of the differences: the last year, against the first."""
    table = sheet.table
    kept = table[(table["window"] == LAST) & (table["reference"] == first)]
    return Sheet(
        sheet.name, sheet.title, kept.drop(columns=["window", "reference", "pairs"]), sheet.note
    )


def _paths(
    given: Sequence[Results], measured: Collection[tuple[str, str]], words: Words
) -> Draw | None:
    """Return how to draw small multiples: the effect over time, scenarios side by side."""
    shown = [cell for cell in SHOWN if cell in measured]
    if not shown:
        return None
    measures, groups = ({pair[n] for pair in shown} for n in (0, 1))
    months = [by_month(results, results.monthly(measures, groups)) for results in given]
    panels, colours = [], charts.palette(len(given))
    for measure, group in shown:
        for results, table, colour in zip(given, months, colours, strict=True):
            panel = course(results, table, measure, group, words)
            unit = f"{panel.title}\n({panel.unit})"
            panels.append(Course(words.of(results.short), panel.title, unit, panel.data,
                                 panel.opened, colour))  # fmt: skip
    return lambda: courses(
        panels,
        len(given),
        words("Effect of each scenario on mothers of a child under four"),
        source(given, words),
        line_names(words),
        words.months(),
    )


def _named(table: pd.DataFrame, words: Words) -> pd.Series:
    """Return measure and group of each row as one name."""
    known = catalogue()
    return pd.Series(
        [
            fill(words.of(known["measures"][measure]["label"]), NAME)
            + "\n"
            + fill(words.of(known["groups"][group]["label"]), NAME)
            for measure, group in zip(table["measure"], table["group"], strict=True)
        ],
        index=table.index,
        dtype=object,
    )


def _differences(table: pd.DataFrame, names: Sequence[str], note: str, words: Words) -> Draw | None:
    first = names[0]
    measures = catalogue()["measures"]
    share = table["measure"].map(lambda key: measures[key]["unit"]["en"].startswith("%"))
    rows = table[(table["window"] == LAST) & (table["reference"] == first) & share]
    if rows.empty:
        return None
    data = pd.DataFrame(
        {
            "name": _named(rows, words),
            "series": rows["scenario"],
            "low": rows["low"],
            "middle": rows["difference"],
            "high": rows["high"],
        }
    )
    title = words("Effect less that of “{scenario}”, last twelve months", scenario=first)
    axis = words("Difference with its 90 % interval ({unit})", unit=words("percentage points"))
    return lambda: charts.intervals(
        data, fill(title, 62), axis, lines(note, 115), line=0.0, among=names
    )


def _ranking(sheet: Sheet, names: Sequence[str], words: Words) -> Draw | None:
    # Scenarios keep the order in which they were given, whatever their place
    table = sheet.table.sort_values(
        "scenario", key=lambda column: column.map(names.index), kind="stable"
    )
    if table.empty:
        return None
    data = pd.DataFrame(
        {
            "label": _named(table, words),
            "value": table["best"],
            "half": float("nan"),
            "kind": table["scenario"],
        }
    )
    title = words("How likely each scenario is the best, last twelve months")
    axis = words("Probability of being best (%)")
    return lambda: charts.ranked(data, title, axis, lines(sheet.note, 115), lines=2, among=names)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status, see `analysis.command.run`."""
    about = N_("Compare scenarios: differences of effects, ranking, and what sets them apart.")
    return run("compare", about, compare, arguments, least=2)


if __name__ == "__main__":
    sys.exit(main())
