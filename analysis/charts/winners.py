"""Who gains and who loses, to both sides of a line."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from analysis.charts import _BLUE, _ORANGE, _legend, _Numbers, _source
from analysis.charts.effects import lines
from analysis.charts.forest import LINE

COLOURS = {"gained": _BLUE, "lost": _ORANGE}
HATCHES = {"gained": "", "lost": "////"}
AWAY = {"gained": 1, "lost": -1}


def gains_and_losses(
    panels: Mapping[str, pd.DataFrame],
    sides: Mapping[str, str],
    title: str,
    axis: str,
    source: str,
) -> Figure:
    """Draw a row for each group: bars to the right for who gains, to the left for who loses.

    Parameters
    ----------
    panels : mapping of str to DataFrame
        Title to columns ``name``, ``side_of`` (gained, lost), ``share``, ``low``, ``high``; the
        same names in each, drawn from the top.
    sides : mapping of str to str
        What gaining and losing are called.
    title, axis, source : str
        Above the panels, below them, and the line at the end.

    Returns
    -------
    Figure
        Detached from pyplot; all panels share one horizontal axis.
    """
    names = list(next(iter(panels.values()))["name"].drop_duplicates())
    width = 3.4 + 2.3 * len(panels)
    figure = Figure(figsize=(width, 2.2 + 0.34 * len(names)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, len(panels), squeeze=False, sharey=True, sharex=True).flat
    for (heading, data), ax in zip(panels.items(), axes, strict=True):
        for side, sign in AWAY.items():
            rows = data[data["side_of"] == side]
            height = rows["name"].map(names.index)
            ax.barh(height, sign * rows["share"], height=0.62, color=COLOURS[side],
                    hatch=HATCHES[side], edgecolor="white", linewidth=0)  # fmt: skip
            ax.hlines(height, sign * rows["low"], sign * rows["high"], color="0.2", linewidth=1.2)
        ax.axvline(0, color="0.35", linewidth=0.9)
        ax.set_title(heading, fontsize=9, fontweight="bold")
        ax.tick_params(axis="x", labelsize=8)
        ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        ax.xaxis.set_major_formatter(_Sizes())
        ax.set_yticks(range(len(names)), names, fontsize=8)
        ax.set_ylim(len(names) - 0.4, -0.6)
    handles = [
        Patch(facecolor=COLOURS[side], hatch=HATCHES[side], edgecolor="white", label=label)
        for side, label in sides.items()
    ]
    _legend(figure, title, handles, columns=len(handles))
    _source(figure, lines(f"{axis}.\n{source}", int(LINE * width)))
    return figure


class _Sizes(_Numbers):
    """Numbers of an axis to both sides of zero, without a sign."""

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        return super().format_ticks([abs(value) for value in values])
