"""Where things are in a polo, at one date after another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Patch
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation

from analysis.charts import _BLUE, _ORANGE, SHADE, _grid, _legend, _Numbers, _source
from analysis.charts.effects import LINE, lines

GREY, GREEN = "0.3", sns.color_palette("colorblind")[2]
LOOKS: Mapping[str, tuple[str, Any, tuple[float, float]]] = {
    "guarderia": ("o", GREY, (-4, -2)),
    "imss": ("^", _BLUE, (4, 2)),
    "empresa": ("D", _ORANGE, (4, -4)),
    "campo": ("P", GREEN, (-4, 4)),
}
"""Marker and colour of each scheme, and how many points it is moved so as not to hide another."""
CENTRE, PARK = 130.0, 420.0
"""Area in square points of the largest centre, and of a park with every post."""
FAINTEST = 0.12


@dataclass(frozen=True)
class Names:
    """What is called what on a map.

    Attributes
    ----------
    east, north : str
        Along the axes, in km.
    city, zone, park : str
    schemes : mapping of str to str
        Of those of `LOOKS` that are drawn.
    sizes : sequence of (float, str)
        Places whose area the legend shows, and their name.
    shares : sequence of (float, str)
        Shares of replicates (%) whose opacity the legend shows, and their name.
    """

    east: str
    north: str
    city: str
    zone: str
    park: str
    schemes: Mapping[str, str]
    sizes: Sequence[tuple[float, str]]
    shares: Sequence[tuple[float, str]]


def maps(
    panels: Sequence[tuple[str, pd.DataFrame]],
    places: pd.DataFrame,
    radius: float,
    title: str,
    names: Names,
    source: str,
) -> Figure:
    """Draw a polo from above at one date after another, in km from its centre, north up.

    Parameters
    ----------
    panels : sequence of (str, DataFrame)
        Date, and the centres of that date: columns scheme, east_km, north_km, places (sets the
        area), replicates (%, sets how opaque).
    places : DataFrame
        Columns kind (``zone`` or ``park``), name, east_km, north_km, share (of parks, 0 to 1,
        which sets the area).
    radius : float
        km within which the zones are.
    title, source : str
        Above and below.
    names : Names

    Returns
    -------
    Figure
        Detached from pyplot.
    """
    rows = -(-len(panels) // 2)
    figure, axes = _grid(len(panels), 2, 3.1, 2.4 if rows > 1 else 4.4)
    largest = max((float(table["places"].max()) for _, table in panels if len(table)), default=1.0)
    reach = 1.12 * max(radius, float(places[["east_km", "north_km"]].abs().max().max()))
    for (date, standing), ax in zip(panels, axes, strict=True):
        _ground(ax, places, radius, reach)
        for scheme, those in standing.groupby("scheme", observed=True):
            _centres(ax, str(scheme), those, largest)
        ax.set_title(date, fontweight="bold")
        ax.set(xlabel=names.east, ylabel=names.north)
        ax.label_outer()
    handles = _handles(names, largest)
    _legend(figure, fill(title, LINE * 2 // 3), handles, columns=2)
    _source(figure, lines(source, int(LINE * 1.25)))
    return figure


def _ground(ax: Axes, places: pd.DataFrame, radius: float, reach: float) -> None:
    """Draw what is the same at every date: the city, its zones and the parks."""
    ax.add_patch(Circle((0, 0), radius, color=SHADE, zorder=0))
    zones, parks = places[places["kind"] == "zone"], places[places["kind"] == "park"]
    ax.plot(zones["east_km"], zones["north_km"], ".", color="0.6", markersize=3)
    for park in parks.to_dict("records"):
        east, north = float(park["east_km"]), float(park["north_km"])
        area = PARK * max(float(park["share"]), 0.05)
        ax.scatter(east, north, s=area, c="white", marker="s", edgecolors=GREY, linewidths=0.9)
        side = 1 if east < 0.35 * reach else -1
        ax.annotate(
            str(park["name"]).replace("_", " "), (east, north),
            xytext=(side * (3 + area**0.5 / 2), 0), textcoords="offset points",
            ha="left" if side > 0 else "right", va="center", fontsize=7.5, zorder=5,
            bbox={"facecolor": "white", "alpha": 0.6, "linewidth": 0, "pad": 0.5},
        )  # fmt: skip
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    ax.grid(visible=False)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axis.set_major_formatter(_Numbers())


def _centres(ax: Axes, scheme: str, standing: pd.DataFrame, largest: float) -> None:
    marker, colour, (right, up) = LOOKS[scheme]
    moved = ax.transData + ScaledTranslation(right / 72, up / 72, ax.figure.dpi_scale_trans)
    shares = (standing["replicates"] / 100).clip(FAINTEST, 1)
    ax.scatter(
        standing["east_km"], standing["north_km"], s=CENTRE * standing["places"] / largest,
        c=[to_rgba(colour, share) for share in shares], marker=marker, linewidths=0,
        transform=moved, zorder=3,
    )  # fmt: skip


def _handles(names: Names, largest: float) -> list[Any]:
    """Return what the legend shows: what is what, then how large and how sure."""

    def mark(marker: str, colour: Any, label: str, **more: Any) -> Line2D:
        return Line2D([], [], color=colour, marker=marker, linewidth=0, label=label, **more)

    middle = (CENTRE / 2) ** 0.5
    hollow = {"markerfacecolor": "white", "markeredgecolor": GREY}
    what = [
        Patch(color=SHADE, label=names.city),
        mark(".", "0.6", names.zone, markersize=3),
        mark("s", GREY, names.park, markersize=middle, **hollow),
        *(mark(LOOKS[scheme][0], LOOKS[scheme][1], text, markersize=middle * 0.8)
          for scheme, text in names.schemes.items()),
    ]  # fmt: skip
    how = [
        *(mark("o", GREY, text, markersize=(CENTRE * places / largest) ** 0.5, **hollow)
          for places, text in names.sizes),
        *(mark("o", GREY, text, alpha=share / 100, markersize=middle, markeredgewidth=0)
          for share, text in names.shares),
    ]  # fmt: skip
    # Two columns, filled downwards: one of what is what, one of how large and how sure
    blank = Line2D([], [], linewidth=0, label=" ")
    rows = max(len(what), len(how))
    return [*what, *[blank] * (rows - len(what)), *how, *[blank] * (rows - len(how))]
