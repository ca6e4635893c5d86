"""Estimates of one outcome under each scenario: tables and figures, by month and by group."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import fill

import pandas as pd

from analysis import charts
from analysis.charts.effects import Course, courses, lines
from analysis.estimates import LAST, WINDOWS, by_month, by_window
from analysis.publish import Sheet, publish, show, unit_of_effect
from analysis.results import Results, source
from analysis.texts import Words
from sim.results.catalogue import catalogue

NAME = 34
"""Characters of a name beside a row of a figure."""
TITLE = 62
"""Characters of a line of its title."""


@dataclass(frozen=True)
class Outcome:
    """What a command estimates.

    Attributes
    ----------
    name : str
        Of its files.
    title, by_group, over_time : str
        Titles, marked for translation: of the whole, and of its figures.
    measures : tuple of str
        The first one is shown by group.
    wanted : callable
        Says of a group and its entry in the catalogue whether it is estimated.
    main : str
        The group shown over time.
    columns : int
        Panels side by side, of one scenario; several have a row each.
    """

    name: str
    title: str
    by_group: str
    over_time: str
    measures: tuple[str, ...]
    wanted: Callable[[str, str], bool]
    main: str
    columns: int = 3

    @property
    def groups(self) -> list[str]:
        """The groups estimated, in the order of the catalogue."""
        described = catalogue()["groups"]
        return [name for name, group in described.items() if self.wanted(name, group["of"])]


@dataclass(frozen=True)
class Estimate:
    """An outcome under one scenario: its effects by month and by window."""

    results: Results
    months: pd.DataFrame
    windows: pd.DataFrame


def estimate(outcome: Outcome, results: Results) -> Estimate:
    """Estimate an outcome in one folder.

    Raises
    ------
    RefusedError
        If the folder does not hold its first measure in its main group.
    """
    results.monthly(outcome.measures[:1], [outcome.main])
    monthly = results.monthly(outcome.measures, outcome.groups)
    return Estimate(results, by_month(results, monthly), by_window(results, monthly))


def tell(outcome: Outcome, given: Sequence[Results], folder: Path, words: Words) -> list[Path]:
    """Print, write and draw an outcome under every scenario.

    Returns
    -------
    list of Path
        The files written.
    """
    estimates = [estimate(outcome, results) for results in given]
    for one in estimates:
        for sheet in _shown(outcome, one, words):
            show(sheet, words)
    note = _note(outcome, given, words)
    tables = {
        "groups": [one.windows for one in estimates],
        "months": [one.months for one in estimates],
    }
    sheets = [
        Sheet(name, words(outcome.title), _stacked(those, given, words), note)
        for name, those in tables.items()
    ]
    files = publish(outcome.name, sheets, folder, words)
    with charts.style():
        stem = folder / f"{outcome.name}_months_{words.lang}"
        files += charts.save(_over_time(outcome, estimates, words), stem)
        for number, one in enumerate(estimates, start=1):
            which = f"_{number}" if len(estimates) > 1 else ""
            stem = folder / f"{outcome.name}_groups{which}_{words.lang}"
            files += charts.save(_by_group(outcome, one, words), stem)
            stem = folder / f"{outcome.name}_measures{which}_{words.lang}"
            files += charts.save(_by_measure(outcome, one, words), stem)
    return files


def _stacked(
    tables: Sequence[pd.DataFrame], given: Sequence[Results], words: Words
) -> pd.DataFrame:
    """Return tables of scenarios one below the other."""
    parts = []
    for table, results in zip(tables, given, strict=True):
        parts.append(table.copy())
        parts[-1].insert(0, "scenario", words.of(results.short))
    return pd.concat(parts, ignore_index=True)


def _note(outcome: Outcome, given: Sequence[Results], words: Words) -> str:
    """Say what the measure is, and where the numbers come from."""
    definition = words.of(catalogue()["measures"][outcome.measures[0]]["definition"])
    return f"{definition}.\n{source(given, words)}"


def _shown(outcome: Outcome, one: Estimate, words: Words) -> list[Sheet]:
    """Return what the terminal shows: the first measure by group, and every measure by window."""
    measure, windows = outcome.measures[0], one.windows
    scenario = words.of(one.results.title)
    label = words.of(catalogue()["measures"][measure]["label"])
    main = words.of(catalogue()["groups"][outcome.main]["label"])
    groups = windows[(windows["measure"] == measure) & (windows["window"] == LAST)]
    measures = windows[windows["group"] == outcome.main]
    return [
        Sheet(
            "groups",
            f"{scenario}\n{label}: {words(_label(LAST))}",
            groups.drop(columns=["measure", "window", "replicates"]),
        ),
        Sheet(
            "windows",
            f"{scenario}\n{main}",
            measures.drop(columns=["group", "replicates"]),
            _note(outcome, [one.results], words),
        ),
    ]


def _label(window: str) -> str:
    return next(one.label for one in WINDOWS if one.name == window)


def _unit(measure: str, words: Words) -> str:
    return unit_of_effect(words.of(catalogue()["measures"][measure]["unit"]), words)


def opening(results: Results) -> pd.Timestamp | None:
    """Return the middle of the months in which replicates open their first CECI, if any does."""
    opened = results.opened
    return None if opened.empty else opened.sort_values().iloc[len(opened) // 2]


def course(
    results: Results, months: pd.DataFrame, measure: str, group: str, words: Words
) -> Course:
    """Return the panel of a measure in a group."""
    known = catalogue()
    rows = months[(months["measure"] == measure) & (months["group"] == group)]
    return Course(
        words.of(known["measures"][measure]["label"]),
        words.of(known["groups"][group]["label"]),
        _unit(measure, words),
        rows,
        opening(results),
    )


def line_names(words: Words) -> tuple[str, str, str]:
    """Return what a line, its band and the upright line are called."""
    return (
        words("Effect of the programme (with less without)"),
        words("90 % interval"),
        words("First CECI opens"),
    )


def _over_time(outcome: Outcome, estimates: Sequence[Estimate], words: Words) -> charts.Figure:
    several = len(estimates) > 1
    panels = []
    for one in estimates:
        for measure in outcome.measures:
            panel = course(one.results, one.months, measure, outcome.main, words)
            if several:
                panel = replace(panel, subtitle=words.of(one.results.short))
            if len(panel.data):
                panels.append(panel)
    return courses(
        panels,
        len(panels) // len(estimates) if several else outcome.columns,
        " · ".join(_main(outcome, words)),
        source([one.results for one in estimates], words),
        line_names(words),
        words.months(),
    )


def _main(outcome: Outcome, words: Words) -> tuple[str, str]:
    """Return the title of what is shown of the main group, and the group."""
    return words(outcome.over_time), words.of(catalogue()["groups"][outcome.main]["label"])


def _by_group(outcome: Outcome, one: Estimate, words: Words) -> charts.Figure:
    measure = outcome.measures[0]
    rows = one.windows[one.windows["measure"] == measure]
    groups = catalogue()["groups"]
    names = rows["group"].map(lambda key: fill(words.of(groups[key]["label"]), NAME))
    return _rows(rows, names, words(outcome.by_group), measure, one.results, words)


def _by_measure(outcome: Outcome, one: Estimate, words: Words) -> charts.Figure:
    rows = one.windows[one.windows["group"] == outcome.main]
    measures = catalogue()["measures"]
    names = rows["measure"].map(lambda key: fill(words.of(measures[key]["label"]), NAME))
    title = " · ".join(_main(outcome, words))
    if len(title) > TITLE:
        title = "\n".join(_main(outcome, words))
    return _rows(rows, names, title, outcome.measures[0], one.results, words)


def _rows(
    rows: pd.DataFrame, names: pd.Series, title: str, measure: str, results: Results, words: Words
) -> charts.Figure:
    """Draw effects one below the other, each window a series."""
    windows = {window.name: words(window.label) for window in WINDOWS}
    data = pd.DataFrame(
        {
            "name": names.astype(str),
            "series": rows["window"].map(windows),
            "low": rows["low"],
            "middle": rows["effect"],
            "high": rows["high"],
        }
    ).dropna()
    axis = words("Effect with its 90 % interval ({unit})", unit=_unit(measure, words))
    return charts.intervals(
        data, lines(title, TITLE), axis, fill(source([results], words), 115), line=0.0
    )
