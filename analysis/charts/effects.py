"""Effects over time, in panels that share their axes."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import fill
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from analysis.charts import (
    _BLUE,
    OPENED,
    _above,
    _grid,
    _legend,
    _months,
    _Numbers,
    _place,
    _source,
)

TITLE, SUBTITLE, LINE = 30, 38, 88
"""Characters that fit across a panel, above it and in the lines of the whole figure."""


@dataclass(frozen=True)
class Course:
    """One set of axes: an effect over time.

    Attributes
    ----------
    title, subtitle, unit : str
        Above the panel, and along its vertical axis. Panels of one unit share their axis.
    data : DataFrame
        Columns ``month, effect, low, high``.
    opened : Timestamp or None
        Where a line says that the first centre opened.
    colour : colour
        That of the programme, unless panels are of several scenarios.
    """

    title: str
    subtitle: str
    unit: str
    data: pd.DataFrame
    opened: pd.Timestamp | None = None
    colour: Any = _BLUE


def courses(
    panels: Sequence[Course],
    columns: int,
    title: str,
    source: str,
    names: tuple[str, str, str],
    months: Sequence[str],
) -> Figure:
    """Draw effects over time with their intervals; all panels share months, and units their axis.

    Parameters
    ----------
    panels : sequence of Course
        At least one, in reading order.
    columns : int
        How many stand side by side.
    title, source : str
        Above and below the panels.
    names : (str, str, str)
        What the line, the band, and the upright line are called.
    months : sequence of str
        Short names of the twelve months.

    Returns
    -------
    Figure
        Detached from pyplot.
    """
    titles = max(fill(panel.title, TITLE).count("\n") for panel in panels)
    figure, axes = _grid(len(panels), columns, 2.3 + 0.15 * titles, 1.5)
    start = min(panel.data["month"].min() for panel in panels)
    end = max(panel.data["month"].max() for panel in panels)
    _courses(panels, axes)
    for ax in axes:
        _months(ax, start, end, months)
    opens = any(panel.opened is not None for panel in panels)
    colour = _BLUE if len({panel.colour for panel in panels}) == 1 else "0.35"
    _explain(figure, min(columns, len(panels)), title, source, names, colour, opens=opens)
    return figure


def lines(text: str, characters: int) -> str:
    """Break the lines of a text that are longer than so many characters."""
    return "\n".join(fill(line, characters) for line in text.splitlines())


def _courses(panels: Sequence[Course], axes: Sequence[Axes]) -> None:
    """Draw each panel; those of one unit share the ends of their vertical axis."""
    limits = _limits(panels)
    for panel, ax in zip(panels, axes, strict=True):
        _course(panel, ax)
        ax.set_ylim(*limits[panel.unit])


def _explain(
    figure: Figure, columns: int, title: str, source: str, names: tuple[str, str, str],
    colour: Any = _BLUE, *, opens: bool,
) -> None:  # fmt: skip
    """Put title and legend above effects with their bands, and the source below."""
    handles: list[Any] = [
        Line2D([], [], color=colour, label=names[0]),
        Patch(color=colour, alpha=0.25, linewidth=0, label=names[1]),
    ]
    if opens:
        handles.append(Line2D([], [], label=names[2], **OPENED))
    characters = LINE * max(columns, 2) // 2
    wide = sum(len(name) + 8 for name in names) > characters
    _legend(figure, fill(title, characters * 2 // 3), handles, columns=1 if wide else len(handles))
    _source(figure, lines(source, int(characters * 1.25)))


def _course(panel: Course, ax: Axes) -> None:
    data = panel.data
    ax.fill_between(
        data["month"], data["low"], data["high"], color=panel.colour, alpha=0.25, linewidth=0
    )
    ax.plot(data["month"], data["effect"], color=panel.colour, linewidth=1.5)
    ax.axhline(0, color="0.35", linewidth=0.9)
    if panel.opened is not None:
        ax.axvline(_place(panel.opened), **OPENED)
    subtitle = fill(panel.subtitle, SUBTITLE)
    ax.set_title(
        fill(panel.title, TITLE), fontweight="bold", pad=6 + 11 * (1 + subtitle.count("\n"))
    )
    ax.text(0, 1, subtitle, transform=_above(ax), fontsize=8.5, color="0.3")
    ax.set_ylabel(panel.unit)
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_formatter(_Numbers())


def _limits(panels: Sequence[Course]) -> dict[str, tuple[float, float]]:
    """Return the ends of the vertical axis of each unit; zero is always on it."""

    def unit(panel: Course) -> str:
        return panel.unit

    found = {}
    for name, those in groupby(sorted(panels, key=unit), unit):
        ends = pd.concat([panel.data[["effect", "low", "high"]] for panel in those])
        low = min(0.0, float(ends.min().min()))
        high = max(0.0, float(ends.max().max()))
        room = 0.06 * (high - low) or 1.0
        found[name] = (low - room, high + room)
    return found
