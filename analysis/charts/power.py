"""What evaluations of several sizes would find."""

from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from analysis.charts import MARKERS, OPENED, _legend, _Numbers, _source

DASHES = ((None, None), (5, 2), (1.5, 1.5), (5, 2, 1.5, 2))


def power(
    data: pd.DataFrame,
    title: str,
    x: str,
    y: tuple[str, str],
    found: float,
    names: tuple[str, str],
    source: str,
) -> Figure:
    """Draw power above, and the least effect found below, over size: a column for each panel.

    Parameters
    ----------
    data : DataFrame
        Columns ``panel``, ``line``, ``x`` (sizes, each twice the one before), ``power`` (%),
        ``detectable`` and ``truth``, the effect that is there. Lines differ in colour, marker and
        dashes.
    title, x, source : str
        Title of the figure, name of the horizontal axis, and the line below.
    y : pair of str
        Names of the vertical axes: of power, and of the least effect found.
    found : float
        Power at which the least effect is told, %.
    names : pair of str
        Of that power, and of the effect that is there.

    Returns
    -------
    Figure
        Detached from pyplot.
    """
    panels, named = list(data["panel"].unique()), list(data["line"].unique())
    figure = Figure(figsize=(3.7 * max(len(panels), 2), 6.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(2, len(panels), squeeze=False, sharex=True, sharey="row")
    colours = sns.color_palette("colorblind", len(named))
    looks: list[dict[str, Any]] = [
        {"color": colour, "marker": marker, "markersize": 4, "dashes": dashes, "linewidth": 1.4}
        for colour, marker, dashes in zip(colours, MARKERS, DASHES, strict=False)
    ]
    for panel, column in zip(panels, axes.T, strict=True):
        for name, look in zip(named, looks, strict=True):
            rows = data[(data["panel"] == panel) & (data["line"] == name)]
            column[0].plot(rows["x"], rows["power"], **look)
            column[1].plot(rows["x"], rows["detectable"], **look)
            column[1].plot(rows["x"], rows["truth"], color=look["color"], linewidth=0.8)
        column[0].axhline(found, **OPENED)
        column[0].set_title(panel)
        column[1].set_xlabel(x)
        _sizes(column[1], sorted(data["x"].unique()))
    axes[0, 0].set_ylim(0, 104)
    axes[1, 0].set_ylim(bottom=0)
    for row, name in zip(axes[:, 0], y, strict=True):
        row.set_ylabel(name)
        row.yaxis.set_major_formatter(_Numbers())
    handles = [
        *(Line2D([], [], label=name, **look) for name, look in zip(named, looks, strict=True)),
        Line2D([], [], label=names[0], **OPENED),
        Line2D([], [], label=names[1], color="0.35", linewidth=0.8),
    ]
    _legend(figure, title, handles, columns=2, size=11)
    _source(figure, source)
    return figure


def _sizes(ax: Axes, sizes: list[int]) -> None:
    """Let every size have a tick, as far from that of its double as from that of its half."""
    ax.set_xscale("log", base=2)
    ax.set_xticks(sizes)
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(_Numbers())
