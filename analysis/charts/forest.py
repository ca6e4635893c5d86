"""Effects on many groups, side by side for several measures."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from analysis.charts import MARKERS, _legend, _Numbers, _source
from analysis.charts.effects import lines

TITLE, LINE = 20, 12.5
"""Characters that fit across a column, and in an inch of the lines below."""


@dataclass(frozen=True)
class Column:
    """One set of axes: a measure.

    Attributes
    ----------
    title, unit : str
        Above it, and below it.
    data : DataFrame
        Columns ``name``, ``block``, ``effect``, ``low``, ``high``: a row for each group.
    """

    title: str
    unit: str
    data: pd.DataFrame


def forest(columns: Sequence[Column], title: str, axis: str, source: str) -> Figure:
    """Draw a row for each group and a column for each measure; blocks differ in colour and marker.

    Parameters
    ----------
    columns : sequence of Column
        At least one, from left to right. Groups stand in the order in which they first come.
    title, axis, source : str
        Above the columns, what they show, and the line below.

    Returns
    -------
    Figure
        Detached from pyplot.
    """
    every = pd.concat([column.data for column in columns])[["block", "name"]].drop_duplicates()
    blocks = list(every["block"].unique())
    every = every.sort_values("block", key=lambda b: b.map(blocks.index), kind="stable")
    # Half a row more between blocks
    places = every["block"].map(blocks.index) * 0.5 + np.arange(len(every))
    heights = dict(zip(every["name"], places, strict=True))
    width = 2.6 + 1.5 * len(columns)
    figure = Figure(
        figsize=(width, 2.0 + 0.2 * len(blocks) + 0.42 * places.max()),
        layout="constrained",
    )
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, len(columns), squeeze=False, sharey=True).flat
    colours = sns.color_palette("colorblind", len(blocks))
    for column, ax in zip(columns, axes, strict=True):
        for number, block in enumerate(blocks):
            rows = column.data[column.data["block"] == block]
            height = rows["name"].map(heights)
            ax.hlines(height, rows["low"], rows["high"], color=colours[number], linewidth=1.8)
            ax.plot(rows["effect"], height, MARKERS[number], color=colours[number], markersize=4)
        ax.axvline(0, color="0.35", linewidth=0.9)
        ax.set_title(fill(column.title, TITLE), fontsize=9, fontweight="bold")
        ax.set_xlabel(fill(column.unit, TITLE), fontsize=8)
        ax.tick_params(axis="x", labelsize=8)
        ax.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
        ax.xaxis.set_major_formatter(_Numbers())
        ax.set_yticks(list(heights.values()), list(heights), fontsize=8)
        ax.set_ylim(places.max() + 0.6, -0.6)
    handles = [
        Line2D([], [], color=colour, marker=marker, markersize=4, label=block)
        for block, colour, marker in zip(blocks, colours, MARKERS, strict=False)
    ]
    _legend(figure, title, handles, columns=1)
    _source(figure, lines(f"{axis}.\n{source}", int(LINE * width)))
    return figure
