"""What the terminal shows: progress, the headline effects, and where the files are."""

import math
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any, Protocol

import pandas as pd
from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from sim.settings import Interval

WORDS = {
    "es": {
        "left": "faltan {}",
        "outcome": "Resultado",
        "group": "Grupo",
        "baseline": "Sin\nprograma",
        "programme": "Con\nprograma",
        "effect": "Efecto e\nintervalo de {:.0f} %",
        "to": "a",
        "unit": "Unidad",
        "where": "Resultados:",
        "parameters and chance": "Los intervalos reúnen lo incierto de los parámetros y el azar.",
    },
    "en": {
        "left": "{} left",
        "outcome": "Outcome",
        "group": "Group",
        "baseline": "Baseline",
        "programme": "Programme",
        "effect": "Effect and\n{:.0f} % interval",
        "to": "to",
        "unit": "Unit",
        "where": "Results:",
        "parameters and chance": "Intervals hold what is uncertain in the parameters, and chance.",
    },
}


class Meter(Protocol):
    """What :func:`progress` gives: something to tell how far the work has come."""

    def advance(self, n: float = 1) -> None:
        """Count ``n`` more steps as done."""

    def describe(self, text: str) -> None:
        """Change what the work is called."""


@contextmanager
def progress(
    total: float, description: str, console: Console | None = None, lang: str = "en"
) -> Iterator[Meter]:
    """Show how far a piece of work has come, on stderr.

    A terminal gets a bar with percentage, elapsed time and time left; a log file or a pipe gets a
    plain line every 10 %, and at the latest every half minute.

    Parameters
    ----------
    total : float
        Steps in the whole work.
    description : str
        What is being done, such as ``"simulating"``.
    console : Console, optional
        Where to show it; stderr unless given.
    lang : {"es", "en"}
        Language of the plain lines.

    Yields
    ------
    Meter
        With ``advance(n=1)`` and ``describe(text)``.
    """
    console = console or Console(stderr=True)
    if not console.is_interactive:
        yield _Lines(total, description, console, lang)
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        yield _Bar(bar, bar.add_task(description, total=total))


@contextmanager
def working(text: str, console: Console | None = None) -> Iterator[None]:
    """Say on stderr what is being done, where nobody can tell how far it has come.

    A terminal gets a spinner with the elapsed time, which vanishes at the end; a log file or a pipe
    one plain line, and only if the work takes longer than `PATIENCE`.

    Parameters
    ----------
    text : str
        What is being done.
    console : Console, optional
        Where to show it; stderr unless given.
    """
    console = console or Console(stderr=True)
    if console.is_interactive:
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False))
        with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as spinner:
            spinner.add_task(text, total=None)
            yield
        return
    line = Timer(PATIENCE, _say, (console, text))
    line.daemon = True
    line.start()
    try:
        yield
    finally:
        line.cancel()


def headline_table(
    effects: pd.DataFrame,
    headline: Sequence[tuple[str, str]],
    labels: Mapping[str, Any],
    groups: Mapping[str, Any],
    lang: str,
    *,
    level: float = 0.90,
    interval: Interval = "chance",
    console: Console | None = None,
) -> None:
    """Print the main effects as one table on stdout.

    Parameters
    ----------
    effects : DataFrame
        What :func:`sim.results.tables.effects` returned.
    headline : sequence of (measure, group)
        The rows to show, in order; those that were not measured are left out.
    labels, groups : mapping
        Names of measures and groups: a text, a text by language, or an entry of the measures
        file with ``label``. One without a name shows its key.
    lang : {"es", "en"}
        Language of the headings.
    level : float
        Coverage of the interval in ``effects``.
    interval : {"chance", "parameters and chance"}
        What it holds; more than chance is said below the table.
    console : Console, optional
        Where to print; stdout unless given, 120 wide and plain when it is not a terminal.
    """
    words = WORDS[lang]
    caption = words.get(interval) if effects["low"].notna().any() else None
    table = Table(
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        caption=caption,
        caption_justify="left",
    )
    table.add_column(words["outcome"])
    table.add_column(words["group"])
    for name in ("baseline", "programme", "effect"):
        table.add_column(words[name].format(100 * level), justify="right", no_wrap=True)
    table.add_column(words["unit"])
    rows = {(row["measure"], row["group"]): row for row in effects.to_dict("records")}
    for measure, group in headline:
        if (measure, group) not in rows:
            continue
        row = rows[measure, group]
        coarse = decimals(row["baseline"], row["programme"], digits=3)
        fine = max(coarse, decimals(row["effect"], row["low"], row["high"], digits=2))
        effect = _number(row["effect"], fine, sign="+")
        if not math.isnan(row["low"]):
            low, high = (_number(row[end], fine) for end in ("low", "high"))
            effect += f" ({low} {words['to']} {high})"
        table.add_row(
            _label(labels, measure, lang),
            _label(groups, group, lang),
            _number(row["baseline"], coarse),
            _number(row["programme"], coarse),
            effect,
            row["unit"],
        )
    (console or stdout()).print(table, markup=False)


def where(files: Iterable[Path], *, lang: str = "en", console: Console | None = None) -> None:
    """Print where the results are, one path a line, never broken across lines.

    Parameters
    ----------
    files : iterable of Path
        Files or folders.
    lang : {"es", "en"}
        Language of the heading.
    console : Console, optional
        Where to print; stdout unless given.
    """
    console = console or stdout()
    for line in (WORDS[lang]["where"], *(f"  {path}" for path in files)):
        _say(console, line)


class _Bar:
    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar, self._task = bar, task

    def advance(self, n: float = 1) -> None:
        self._bar.advance(self._task, n)

    def describe(self, text: str) -> None:
        self._bar.update(self._task, description=text)


#: Seconds after which a long piece of work says again how far it is.
SILENCE = 30.0

#: Seconds after which a piece of work says what it is.
PATIENCE = 2.0


class _Lines:
    def __init__(self, total: float, text: str, console: Console, lang: str) -> None:
        self._total, self._text, self._console, self._lang = total, text, console, lang
        self._done, self._tenths, self._started = 0.0, 0, time.monotonic()
        self._said = self._started

    def advance(self, n: float = 1) -> None:
        self._done += n
        share = min(self._done / self._total, 1.0) if self._total else 1.0
        now = time.monotonic()
        if int(10 * share) == self._tenths and now - self._said < SILENCE:
            return
        self._said = now
        self._tenths = int(10 * share)
        line = f"{self._text} {100 * share:.0f} %"
        if share < 1:
            seconds = (now - self._started) * (1 - share) / share
            line += f" ({WORDS[self._lang]['left'].format(_duration(seconds))})"
        _say(self._console, line)

    def describe(self, text: str) -> None:
        self._text = text


def _say(console: Console, line: str) -> None:
    """Print a line that is nothing but its text."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def stdout() -> Console:
    """Return the console of tables: 120 wide and plain when it is not a terminal."""
    if sys.stdout.isatty():
        return Console()
    return Console(width=120, color_system=None, force_terminal=False)


def _label(names: Mapping[str, Any], key: str, lang: str) -> str:
    name = names.get(key, key)
    if isinstance(name, Mapping):
        name = name.get("label", name)
    if isinstance(name, Mapping):
        name = name.get(lang, key)
    return str(name)


def decimals(*values: float, digits: int) -> int:
    """Decimals that show ``digits`` significant digits of the largest value, from 0 to 4."""
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    if largest == 0:
        return 0
    return min(max(digits - 1 - math.floor(math.log10(largest)), 0), 4)


def _number(value: float, decimals: int, sign: str = "") -> str:
    if math.isnan(value):
        return "-"
    if value == 0:
        sign = ""
    return f"{value:{sign}z,.{decimals}f}"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
