"""Effects counted from an event, and where things are in a polo."""

from collections.abc import Sequence
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Patch
from matplotlib.ticker import MaxNLocator

from analysis.charts import _ORANGE, OPENED, SHADE, _grid, _legend, _Numbers, _source
from analysis.charts.effects import Course, _courses, _explain, lines


def events(
    panels: Sequence[Course],
    columns: int,
    title: str,
    x: str,
    source: str,
    names: tuple[str, str, str],
) -> Figure:
    """Draw effects by months since an event; panels of one unit share their axis.

    Parameters
    ----------
    panels : sequence of Course
        ``data`` with whole numbers of months as ``month``; no `opened`.
    columns : int
        How many stand side by side.
    title, x, source : str
        Above the panels, along the lowest axes, and below them.
    names : (str, str, str)
        What the line, the band, and the upright line at zero are called.

    Returns
    -------
    Figure
        Detached from pyplot.
    """
    figure, axes = _grid(len(panels), columns, 2.6, 1.6)
    _courses(panels, axes)
    for ax in axes:
        ax.axvline(0, **OPENED)
        ax.set_xlabel(x)
        ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    _explain(figure, min(columns, len(panels)), title, source, names, opens=True)
    return figure


def parks_of(
    parks: pd.DataFrame, radius: float, title: str, axes: tuple[str, str],
    names: tuple[str, str, str], source: str,
) -> Figure:  # fmt: skip
    """Draw a polo from above, in km from its centre, north up.

    Parameters
    ----------
    parks : DataFrame
        Columns name, east, north (km), share (of posts in parks, 0 to 1), which sets the area.
    radius : float
        km within which the zones are.
    title, source : str
        Above and below.
    axes, names : tuple of str
        Names of the axes; of the stretch with zones, of a park, and of the centre.

    Returns
    -------
    Figure
        Detached from pyplot.
    """
    figure = Figure(figsize=(7.4, 6.2), layout="constrained")
    FigureCanvasAgg(figure)
    ax = figure.subplots()
    ax.add_patch(Circle((0, 0), radius, color=SHADE, zorder=0))
    ax.plot(0, 0, "+", color="0.2", markersize=9, linewidth=0)
    ax.scatter(parks["east"], parks["north"], s=900 * np.maximum(parks["share"], 0.02),
               color=_ORANGE, alpha=0.8, marker="s")  # fmt: skip
    for name, east, north in zip(parks["name"], parks["east"], parks["north"], strict=True):
        ax.annotate(str(name), (east, north), xytext=(11, 0), textcoords="offset points",
                    va="center", fontsize=8.5)  # fmt: skip
    reach = 1.35 * max(radius, float(parks[["east", "north"]].abs().max().max()))
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    ax.set(xlabel=axes[0], ylabel=axes[1])
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(_Numbers())
    handles: list[Any] = [
        Patch(color=SHADE, label=names[0]),
        Line2D([], [], color=_ORANGE, marker="s", linewidth=0, label=names[1]),
        Line2D([], [], color="0.2", marker="+", linewidth=0, label=names[2]),
    ]
    _legend(figure, fill(title, 62), handles, columns=1)
    _source(figure, lines(source, 110))
    return figure
