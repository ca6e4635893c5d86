"""How a chart looks. The only module that calls seaborn."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import date2num
from matplotlib.figure import Figure as Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import Formatter, MaxNLocator
from matplotlib.transforms import ScaledTranslation, Transform

from sim.results.paired import half_width

if TYPE_CHECKING:
    from sim.settings import Interval

ARMS = ("programme", "baseline")
_BLUE, _ORANGE = sns.color_palette("colorblind", 2)
# Hue for the screen, dashes for paper without colour. The baseline is drawn last, so that where
# both arms agree its dashes let the programme show through.
COLOURS = {"programme": _BLUE, "baseline": _ORANGE}
DASHES = {"programme": (), "baseline": (3, 1.5)}
MARKERS = "osD^vP"
SHADE = "0.92"
LEGEND = 84  # characters that fit in a line of a legend
APART = 1.25  # least ratio of the heights of two names at the ends of lines
OPENED: dict[str, Any] = {"color": "0.35", "linewidth": 0.9, "linestyle": ":"}


@dataclass(frozen=True)
class Panel:
    """One set of axes: a measure in a group, over time, by arm.

    Attributes
    ----------
    title, subtitle, unit : str
        Name of the measure, name of the group, and unit of the vertical axis.
    bands : DataFrame
        What :func:`bands` returned for it.
    from_zero : bool
        Whether the vertical axis starts at zero.
    """

    title: str
    subtitle: str
    unit: str
    bands: pd.DataFrame
    from_zero: bool = False


@dataclass(frozen=True)
class Words:
    """The words around the panels of a figure, in one language.

    Attributes
    ----------
    title, source : str
        Above and below the panels.
    arms : mapping of str to str
        Name of each arm.
    burn_in, opened : str
        Name of the shaded months and of the vertical line.
    months : sequence of str
        Short names of the twelve months.
    """

    title: str
    source: str
    arms: Mapping[str, str]
    burn_in: str
    opened: str
    months: Sequence[str]


@contextmanager
def style() -> Iterator[None]:
    """Apply the look of the charts inside a ``with`` block, and nowhere else."""
    look = {
        **sns.axes_style("ticks"),
        **sns.plotting_context("paper"),
        "axes.grid": True,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlelocation": "left",
        "axes.titlesize": 10,
        "font.family": "DejaVu Sans",  # comes with matplotlib: the same everywhere
        "grid.color": "0.88",
        "grid.linewidth": 0.6,
        "text.parse_math": False,  # a dollar in a name is a dollar
        "svg.hashsalt": "ceci-sim",  # otherwise ids are random
    }
    with matplotlib.rc_context(look):
        yield


def palette(count: int) -> list[Any]:
    """Return so many colours that colour-blind readers tell apart; the first is the programme's."""
    return list(sns.color_palette("colorblind", count))


def bands(
    monthly: pd.DataFrame, level: float = 0.90, interval: "Interval" = "chance"
) -> pd.DataFrame:
    """Mean over replicates and its interval, for every month and arm.

    Parameters
    ----------
    monthly : DataFrame
        Tidy results with columns ``measure, group, arm, replicate, month, value``.
    level : float
        Coverage of the band.
    interval : {"chance", "parameters and chance"}
        What differs between replicates: with parameters the band is where one more replicate would
        lie, otherwise where the mean does.

    Returns
    -------
    DataFrame
        Columns ``measure, group, arm, month, mean, low, high``; months without any value are
        left out, and the band is NaN where there is one replicate.
    """
    keys = ["measure", "group", "arm", "month"]
    table = monthly.groupby(keys, observed=True)["value"].agg(["mean", "std", "count"])
    table = table[table["count"] > 0].reset_index()
    half = half_width(table["std"], table["count"], level, interval)
    return table.assign(low=table["mean"] - half, high=table["mean"] + half).drop(
        columns=["std", "count"]
    )


def chart(panels: Sequence[Panel], columns: int, words: Words, opened: pd.Timestamp) -> Figure:
    """Draw panels over time, both arms in each, with one legend above them.

    Parameters
    ----------
    panels : sequence of Panel
        At least one, in reading order.
    columns : int
        How many stand side by side.
    words : Words
        Title, source line and names.
    opened : Timestamp
        First month of the agreement's window; the months before it are shaded.

    Returns
    -------
    Figure
        Detached from pyplot.
    """
    start = min(panel.bands["month"].min() for panel in panels)
    end = max(panel.bands["month"].max() for panel in panels)
    figure, axes = _grid(len(panels), columns, 2.3, 1.3)
    for panel, ax in zip(panels, axes, strict=True):
        _lines(panel, ax)
        _window(ax, start, opened, end)
        _months(ax, start, end, words.months)
    _surround(figure, words, burn_in=start < opened, line=start <= opened <= end)
    return figure


def _grid(count: int, columns: int, row: float, more: float) -> tuple[Figure, list[Axes]]:
    """Return a figure with so many panels, `columns` side by side at the most.

    Parameters
    ----------
    count, columns : int
    row, more : float
        Height in inches of a row of panels, and of what is above and below all of them.
    """
    columns = min(columns, count)
    rows = -(-count // columns)
    size = (max(3.4 * columns, 7) + 0.4, row * rows + more)
    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for ax in axes[count:]:
        ax.remove()
    return figure, axes[:count]


def by_size(data: pd.DataFrame, title: str, x: str, y: str, source: str) -> Figure:
    """Draw lines over size, both axes logarithmic, each with its name at its last point.

    Parameters
    ----------
    data : DataFrame
        Columns ``x``, ``y`` and ``line``, the name of the line; lines differ in colour, marker and
        dashes.
    title, x, y, source : str
        Title of the figure, names of the axes, and the line below.

    Returns
    -------
    Figure
        Detached from pyplot.
    """
    figure = Figure(figsize=(7.4, 4.6), layout="constrained")
    FigureCanvasAgg(figure)
    ax = figure.subplots()
    sns.lineplot(
        data=data,
        x="x",
        y="y",
        hue="line",
        style="line",
        palette=sns.color_palette("colorblind", data["line"].nunique()),
        markers=True,
        estimator=None,
        errorbar=None,
        legend=False,
        ax=ax,
    )
    ax.set(xscale="log", yscale="log", xlabel=x, ylabel=y)
    colours = dict(zip(data["line"].unique(), sns.color_palette("colorblind"), strict=False))
    lasts = data.loc[data.groupby("line", sort=False)["x"].idxmax()].sort_values("y")
    lowest = 0.0
    for name, right, value in zip(lasts["line"], lasts["x"], lasts["y"], strict=True):
        height = max(value, lowest)
        lowest = height * APART
        ax.annotate(
            str(name),
            (right, height),
            xytext=(7, 0),
            textcoords="offset points",
            va="center",
            color=colours[name],
            fontsize=9,
            fontweight="bold",
        )
    ax.xaxis.set_major_formatter(_Numbers())
    ax.yaxis.set_major_formatter(_Numbers())
    ax.set_xlim(right=data["x"].max() * 4)
    ax.set_title(title, fontweight="bold", pad=12)
    _source(figure, source)
    return figure


def intervals(
    data: pd.DataFrame,
    title: str,
    x: str,
    source: str,
    band: tuple[float, float, str] | None = None,
    line: float | None = None,
    among: Sequence[str] | None = None,
) -> Figure:
    """Draw a row of intervals for each name, series below one another in it.

    Parameters
    ----------
    data : DataFrame
        Columns ``name``, ``series``, ``low``, ``middle``, ``high``; names from the top down. Series
        differ in colour and marker.
    title, x, source : str
        Title of the figure, name of the axis, and the line below.
    band : (low, high, name), optional
        A shaded stretch of the axis.
    line : float, optional
        Where an upright line is drawn, such as no effect.
    among : sequence of str, optional
        All series of the figures beside it, so that each looks the same in all of them; those of
        `data` unless given.

    Returns
    -------
    Figure
        Detached from pyplot.
    """
    names, looks = list(data["name"].unique()), _looks(data["series"], among)
    lines = 1 + max(name.count("\n") for name in names)
    row = max(0.24 * lines, 0.13 * len(looks))
    labels = {name: fill(name, LEGEND) for name in looks}
    height = 1.4 + 0.2 * sum(1 + label.count("\n") for label in labels.values()) + row * len(names)
    figure = Figure(figsize=(7.4, height), layout="constrained")
    FigureCanvasAgg(figure)
    ax = figure.subplots()
    handles: list[Any] = []
    if band is not None:
        handles.append(ax.axvspan(band[0], band[1], color="0.88", zorder=0, label=band[2]))
    if line is not None:
        ax.axvline(line, color="0.35", linewidth=0.9)
    apart = min(0.3, 0.8 / len(looks))
    for number, (name, (colour, marker)) in enumerate(looks.items()):
        rows = data[data["series"] == name]
        height = rows["name"].map(names.index) + apart * (number - (len(looks) - 1) / 2)
        ax.hlines(height, rows["low"], rows["high"], color=colour, linewidth=1.8)
        handles += ax.plot(
            rows["middle"], height, marker, color=colour, markersize=4, linewidth=0,
            label=labels[name],
        )  # fmt: skip
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xlabel(x, loc="right")  # a long name would not fit under a narrow axis
    ax.xaxis.set_major_formatter(_Numbers())
    _legend(figure, title, handles, columns=1)
    _source(figure, source)
    return figure


def small_lines(data: pd.DataFrame, title: str, x: str, source: str) -> Figure:
    """Draw panels side by side, one line in each, all over the same whole numbers.

    Parameters
    ----------
    data : DataFrame
        Columns ``panel`` (name and unit of the vertical axis), ``x``, ``y``.
    title, x, source : str
        Title of the figure, name of the horizontal axis, and the line below.

    Returns
    -------
    Figure
        Detached from pyplot.
    """
    panels = list(data["panel"].unique())
    figure = Figure(figsize=(2.4 * len(panels), 2.9), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, len(panels), squeeze=False).flat
    for panel, ax in zip(panels, axes, strict=True):
        rows = data[data["panel"] == panel]
        sns.lineplot(data=rows, x="x", y="y", marker="o", color=_BLUE, errorbar=None, ax=ax)
        ax.set_xlim(data["x"].min() - 0.5, data["x"].max() + 0.5)
        ax.set_ylim(0, 1.1 * max(rows["y"].max(), 1e-9) if rows["y"].notna().any() else 1)
        ax.set(xlabel=x, ylabel=panel)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.yaxis.set_major_formatter(_Numbers())
    _legend(figure, title, [], columns=1)
    _source(figure, source)
    return figure


def known_path(
    data: pd.DataFrame,
    known: pd.Series,
    title: str,
    x: str,
    y: str,
    names: tuple[str, str],
    source: str,
) -> Figure:
    """Draw estimates with their intervals around a path that is known, in panels of equal axes.

    Parameters
    ----------
    data : DataFrame
        Columns ``panel``, ``x`` (whole numbers), ``low``, ``middle``, ``high``.
    known : Series
        The path, by ``x``; the same in every panel.
    title, x, y, source : str
        Title of the figure, names of the axes, and the line below.
    names : pair of str
        Of the estimates and of the path.

    Returns
    -------
    Figure
        Detached from pyplot.
    """
    panels = list(data["panel"].unique())
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    figure = Figure(figsize=(3.9 * columns, 2.2 * rows + 1.4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    for panel, ax in zip(panels, axes.flat, strict=False):
        of_panel = data[data["panel"] == panel]
        half = [of_panel["middle"] - of_panel["low"], of_panel["high"] - of_panel["middle"]]
        points = ax.errorbar(of_panel["x"], of_panel["middle"], yerr=half, fmt="o", markersize=3.5,
                             linewidth=1, color=_BLUE, label=names[0])  # fmt: skip
        (path,) = ax.plot(known.index, known, color=_ORANGE, linewidth=1.8, label=names[1])
        ax.axhline(0, color="0.35", linewidth=0.7)
        ax.axvline(-0.5, **OPENED)
        ax.set_title(panel)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.xaxis.set_major_formatter(_Numbers())
        ax.yaxis.set_major_formatter(_Numbers())
    for ax in axes.flat[len(panels) :]:
        ax.remove()
    for ax in axes[-1]:
        ax.set_xlabel(x)
    for ax in axes[:, 0]:
        ax.set_ylabel(y)
    _legend(figure, title, [points, path], columns=2, size=11)
    _source(figure, source)
    return figure


def swings(
    data: pd.DataFrame, title: str, x: str, ends: tuple[str, str], base: float, source: str
) -> Figure:
    """Draw what moves a result and how far, the widest swing on top (a tornado).

    Parameters
    ----------
    data : DataFrame
        Columns ``label``, ``at_low`` and ``at_high``: the result with what the label names at its
        low and at its high end; one row for each, in the order shown.
    title, x, source : str
        Title of the figure, name of the horizontal axis, and the line below.
    ends : pair of str
        Names of the low and the high end.
    base : float
        The result where nothing is moved.

    Returns
    -------
    Figure
        Detached from pyplot.
    """
    figure, ax = _rows(list(data["label"]))
    height = 0.38
    places = np.arange(len(data))
    # One above the other: both may lie on the same side
    for shift, column, colour, name in (
        (-height / 2, "at_low", _ORANGE, ends[0]),
        (height / 2, "at_high", _BLUE, ends[1]),
    ):
        ax.barh(places + shift, data[column] - base, height, left=base, color=colour, label=name)
    ax.axvline(base, color="0.35", linewidth=0.9)
    _entitle(figure, ax, title, x, source, legend=True)
    return figure


def ranked(
    data: pd.DataFrame,
    title: str,
    x: str,
    source: str,
    lines: int = 1,
    among: Sequence[str] | None = None,
) -> Figure:
    """Draw points with their intervals, one row for each label, in the order shown.

    Parameters
    ----------
    data : DataFrame
        Columns ``label``, ``value``, ``half`` (half-width of the interval, or NaN) and ``kind``:
        rows of several kinds are told apart by colour and marker, and named in a legend.
    title, x, source : str
        Title of the figure, name of the horizontal axis, and the line below.
    lines : int
        Lines of text that a label takes.
    among : sequence of str, optional
        All kinds of the figures beside it, as for `intervals`.

    Returns
    -------
    Figure
        Detached from pyplot.
    """
    labels, looks = list(data["label"].unique()), _looks(data["kind"], among)
    figure, ax = _rows(labels, lines, len(looks))
    apart = min(0.24, 0.66 / len(looks))
    for number, (kind, (colour, marker)) in enumerate(looks.items()):
        of_kind = data[data["kind"] == kind]
        shift = apart * (number - (len(looks) - 1) / 2)
        ax.errorbar(
            of_kind["value"],
            [labels.index(label) + shift for label in of_kind["label"]],
            xerr=of_kind["half"],
            fmt=marker,
            markersize=4.5,
            linewidth=1.2,
            color=colour,
            label=fill(kind, LEGEND),
        )
    ends = data["value"] - data["half"].fillna(0), data["value"] + data["half"].fillna(0)
    left, right = min(0.0, float(ends[0].min())), max(0.0, float(ends[1].max()))
    room = 0.02 * (right - left) or 1.0  # so that nothing at an end is cut
    ax.set_xlim(left - room, right + room)
    _entitle(figure, ax, title, x, source, legend=len(looks) > 1)
    return figure


def _looks(shown: pd.Series, among: Sequence[str] | None) -> dict[str, tuple[Any, str]]:
    """Return the colour and the marker of each series shown, in the order of all of them."""
    every, there = list(among or shown.unique()), set(shown)
    colours = palette(len(every))
    return {
        name: (colour, MARKERS[number % len(MARKERS)])
        for number, (name, colour) in enumerate(zip(every, colours, strict=True))
        if name in there
    }


def _rows(labels: Sequence[str], lines: int = 1, points: int = 1) -> tuple[Figure, Axes]:
    """Return a figure with one labelled row for each name, the first on top.

    A row is as high as its label's lines, or as points below one another, need.
    """
    row = 0.09 + max(0.18 * lines, 0.11 * points)
    figure = Figure(figsize=(7.4, row * len(labels) + 1.7), layout="constrained")
    FigureCanvasAgg(figure)
    ax = figure.subplots()
    ax.set_yticks(np.arange(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.grid(axis="y", visible=False)
    return figure, ax


def _entitle(figure: Figure, ax: Axes, title: str, x: str, source: str, *, legend: bool) -> None:
    """Put title, axis, legend and source where they cover nothing."""
    ax.set_xlabel(x, loc="right")  # a long name would not fit under a narrow axis
    ax.xaxis.set_major_formatter(_Numbers())
    handles, names = ax.get_legend_handles_labels() if legend else ([], [])
    beside = sum(6 + len(name) for name in names) < LEGEND
    _legend(figure, title, handles, columns=len(handles) if handles and beside else 1, size=11)
    _source(figure, source)


def save(figure: Figure, stem: Path) -> list[Path]:
    """Write a figure as PNG (150 dots per inch) and SVG; the same figure gives the same bytes.

    Parameters
    ----------
    figure : Figure
        What :func:`chart` returned; save it inside the same :func:`style`.
    stem : Path
        Path without its ending.

    Returns
    -------
    list of Path
        The two files.
    """
    if engine := figure.get_layout_engine():
        engine.execute(figure)
    figure.set_layout_engine(None)  # laid out once, not again for each file
    png, svg = (stem.with_name(f"{stem.name}.{ending}") for ending in ("png", "svg"))
    figure.savefig(png, dpi=150)
    figure.savefig(svg, metadata={"Date": None})
    return [png, svg]


def _lines(panel: Panel, ax: Axes) -> None:
    data = panel.bands
    for arm in ARMS:
        band = data[data["arm"] == arm]
        ax.fill_between(
            band["month"], band["low"], band["high"], color=COLOURS[arm], alpha=0.2, linewidth=0
        )
    sns.lineplot(
        data=data,
        x="month",
        y="mean",
        hue="arm",
        hue_order=ARMS,
        palette=COLOURS,
        style="arm",
        style_order=ARMS,
        dashes=DASHES,
        linewidth=1.4,
        estimator=None,
        errorbar=None,
        legend=False,
        ax=ax,
    )
    _limits(panel, ax)
    ax.set_title(panel.title, fontweight="bold", pad=16)
    ax.text(0, 1, panel.subtitle, transform=_above(ax), fontsize=8.5, color="0.3")
    ax.set(xlabel="", ylabel=panel.unit)
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_formatter(_Numbers())


def _limits(panel: Panel, ax: Axes) -> None:
    """Show no negative values where there are none, yet keep a line at zero off the axis."""
    if panel.bands["mean"].min() < 0:
        return
    bottom, top = ax.get_ylim()
    if not panel.bands["mean"].any():
        top = 1.0
    if panel.from_zero or bottom < 0:
        ax.set_ylim(-0.02 * top, top)


class _Numbers(Formatter):
    """Tick labels such as 1,234.5, all with the same decimals."""

    def __call__(self, value: float, pos: int | None = None) -> str:
        return self.format_ticks([value])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        decimals = next((d for d in range(6) if np.allclose(values, np.round(values, d))), 6)
        return [f"{value:z,.{decimals}f}" for value in values]


def _above(ax: Axes) -> Transform:
    return ax.transAxes + ScaledTranslation(0, 4 / 72, ax.figure.dpi_scale_trans)


def _window(ax: Axes, start: pd.Timestamp, opened: pd.Timestamp, end: pd.Timestamp) -> None:
    """Shade the burn-in and draw a line where the agreement's window opens."""
    left, line, right = map(_place, (start, opened, end))
    if left < line:
        ax.axvspan(left, min(line, right), color=SHADE, linewidth=0, zorder=0)
    if left <= line <= right:
        ax.axvline(line, **OPENED)


def _place(day: pd.Timestamp) -> float:
    """Return where a date lies on a horizontal axis."""
    return float(date2num(day))


def _months(ax: Axes, start: pd.Timestamp, end: pd.Timestamp, names: Sequence[str]) -> None:
    """Label years on a long axis and months on a short one, at most about eight labels."""
    months = pd.date_range(start, max(end, start + pd.DateOffset(months=1)), freq="MS")
    step = next((step for step in (1, 2, 3, 6, 12, 24) if len(months) <= 8.5 * step), 60)
    labelled = months[(12 * months.year + months.month - 1) % step == 0]
    ax.set_xlim(_place(months[0]), _place(months[-1]))
    ax.set_xticks(
        labelled,
        [
            str(day.year) if step >= 12 else f"{names[day.month - 1]}\n{day.year}"
            for day in labelled
        ],
    )
    if step >= 12:
        ax.set_xticks(months[months.month == 7], minor=True)


def _surround(figure: Figure, words: Words, *, burn_in: bool, line: bool) -> None:
    """Title and legend above all panels, where they cover nothing, and the source below."""
    handles: list[Line2D | Patch] = [
        Line2D(
            [], [], color=COLOURS[arm], dashes=DASHES[arm] or (None, None), label=words.arms[arm]
        )
        for arm in ARMS
    ]
    if burn_in:
        handles.append(Patch(color=SHADE, label=words.burn_in))
    if line:
        handles.append(Line2D([], [], label=words.opened, **OPENED))
    _legend(figure, words.title, handles, columns=len(handles))
    _source(figure, words.source)


def _legend(
    figure: Figure, title: str, handles: Sequence[Any], columns: int, size: int = 13
) -> None:
    # The title belongs to the legend: two things outside the axes would be laid over each other.
    figure.legend(
        handles=handles,
        title=title,
        title_fontproperties={"size": size, "weight": "bold"},
        alignment="left",
        loc="outside upper left",
        ncols=columns,
        frameon=False,
    )


def _source(figure: Figure, text: str) -> None:
    figure.supxlabel(text, x=0.01, ha="left", fontsize=8, color="0.3")
