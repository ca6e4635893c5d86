"""Costs with intervals that may have no end."""

import math
from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullLocator

from analysis.charts import MARKERS, _legend, _Numbers, _source

BEYOND = 1.25
"""How far the axis goes beyond the last end that there is."""


def costs(data: pd.DataFrame, title: str, x: str, source: str) -> Figure:
    """Draw a row of intervals for each name; an arrow says that there is no end on its side.

    Parameters
    ----------
    data : DataFrame
        Columns ``name``, ``series``, ``low``, ``middle``, ``high``; names from the top down. Series
        differ in colour and marker. Ends may be infinite; NaN is not drawn.
    title, x, source : str
        Title of the figure, name of the axis, and the line below.

    Returns
    -------
    Figure
        Detached from pyplot.
    """
    names, series = list(data["name"].unique()), list(data["series"].unique())
    figure = Figure(figsize=(7.4, 1.6 + 0.2 * len(series) + 0.55 * len(names)),
                    layout="constrained")  # fmt: skip
    FigureCanvasAgg(figure)
    ax = figure.subplots()
    left, right = _ends(data)
    if left > 0:  # costs alone: what is twice as dear is as far off anywhere
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.xaxis.set_minor_locator(NullLocator())
    else:
        ax.axvline(0, color="0.35", linewidth=0.9)
    handles: list[Any] = []
    apart = min(0.3, 0.8 / len(series))
    for number, colour in enumerate(sns.color_palette("colorblind", len(series))):
        marker = MARKERS[number]
        for row in data[data["series"] == series[number]].dropna(subset="low").itertuples():
            height = names.index(row.name) + apart * (number - (len(series) - 1) / 2)
            _interval(ax, (row.low, row.middle, row.high), (left, right), height, colour, marker)
        handles.append(
            Line2D([], [], color=colour, marker=marker, markersize=4, label=series[number])
        )
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xlim(left, right)
    ax.set_xlabel(x)
    ax.xaxis.set_major_formatter(_Numbers())
    _legend(figure, title, handles, columns=1)
    _source(figure, source)
    return figure


def _ends(data: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of the axis, beyond those of the intervals; both above zero, or around it."""
    ends = pd.concat([data["low"], data["middle"], data["high"]])
    ends = ends[ends.map(math.isfinite)]
    if ends.empty or not ends.any():
        return -1.0, 1.0
    if ends.min() > 0 and not data["low"].eq(-math.inf).any():
        return float(ends.min()) / BEYOND, float(ends.max()) * BEYOND
    low, high = min(0.0, float(ends.min())), max(0.0, float(ends.max()))
    room = 0.02 * (high - low)
    return BEYOND * low - room, BEYOND * high + room


def _interval(
    ax: Axes,
    values: tuple[float, float, float],
    limits: tuple[float, float],
    height: float,
    colour: Any,
    marker: str,
) -> None:
    low, middle, high = values
    ends = max(low, limits[0]), min(high, limits[1])
    ax.hlines(height, *ends, color=colour, linewidth=1.8)
    for end, value, sign in zip(ends, (low, high), "<>", strict=True):
        if math.isinf(value):
            ax.plot(end, height, sign, color=colour, markersize=6, clip_on=False)
        elif math.isnan(middle):  # an end without an estimate is shown as one
            ax.plot(end, height, "|", color=colour, markersize=7)
    if not math.isnan(middle):
        ax.plot(middle, height, marker, color=colour, markersize=4.5)
