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
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation

from analysis.charts import _BLUE, _ORANGE, _grid, _legend, _Numbers, _source
from analysis.charts.effects import LINE, lines

CITY: dict[str, Any] = {"edgecolor": "0.6", "linewidth": 1.0, "linestyle": "--"}
GREY, GREEN = (0.3, 0.3, 0.3), sns.color_palette("colorblind")[2]
OLD = "guarderia"
"""The one scheme of hollow marks, so that what is new stands out."""
LOOKS: Mapping[str, tuple[str, Any, tuple[float, float]]] = {
    OLD: ("o", GREY, (-4, -2)),
    "imss": ("^", _BLUE, (4, 2)),
    "empresa": ("D", _ORANGE, (4, -4)),
    "campo": ("P", GREEN, (-4, 4)),
}
"""Marker and colour of each scheme, and how many points it is moved so as not to hide another."""
CENTRE, LEAST, PARK = 140.0, 28.0, 420.0
"""Area in square points of the largest centre, of the least, and of a park with every post."""
FAINTEST = 0.25
HALF, LETTER = 115.0, 4.2
"""Points from the middle of a panel to its side, and that a letter of a park's name takes."""


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
    ax.add_patch(Circle((0, 0), radius, fill=False, zorder=0, **CITY))
    zones, parks = places[places["kind"] == "zone"], places[places["kind"] == "park"]
    ax.plot(zones["east_km"], zones["north_km"], ".", color="0.6", markersize=3)
    for park in parks.to_dict("records"):
        east, north = float(park["east_km"]), float(park["north_km"])
        area = PARK * max(float(park["share"]), 0.05)
        ax.scatter(
            east, north, s=area, c="white", marker="s", edgecolors=[GREY], linewidths=0.9, zorder=1
        )
        name, off = str(park["name"]).replace("_", " "), 3 + area**0.5 / 2
        outwards = 1 if east >= 0 else -1
        fits = HALF * abs(east) / reach + off + LETTER * len(name) < HALF
        side = outwards if fits else -outwards
        ax.annotate(
            name, (east, north), xytext=(side * off, 0), textcoords="offset points",
            ha="left" if side > 0 else "right", va="center", fontsize=7.5, zorder=2,
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
        ).set_in_layout(False)  # fmt: skip
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    ax.grid(visible=False)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axis.set_major_formatter(_Numbers())


def _centres(ax: Axes, scheme: str, standing: pd.DataFrame, largest: float) -> None:
    marker, colour, (right, up) = LOOKS[scheme]
    moved = ax.transData + ScaledTranslation(right / 72, up / 72, ax.figure.dpi_scale_trans)
    shades = [to_rgba(colour, max(share / 100, FAINTEST)) for share in standing["replicates"]]
    new = scheme != OLD
    ax.scatter(
        standing["east_km"], standing["north_km"], marker=marker, transform=moved, zorder=3,
        s=(CENTRE * standing["places"] / largest).clip(LEAST), edgecolors=shades,
        facecolors=shades if new else "none", linewidths=0 if new else 1.3,
    )  # fmt: skip


def _handles(names: Names, largest: float) -> list[Any]:
    """Return what the legend shows: what is what, then how large and how sure."""

    def mark(marker: str, colour: Any, label: str, **more: Any) -> Line2D:
        return Line2D([], [], color=colour, marker=marker, linewidth=0, label=label, **more)

    middle = (CENTRE / 2) ** 0.5
    newest = LOOKS[next((scheme for scheme in names.schemes if scheme != OLD), OLD)]
    hollow = {"markerfacecolor": "none", "markeredgecolor": GREY}
    what = [
        Line2D([], [], color=CITY["edgecolor"], linestyle="--", linewidth=1, label=names.city),
        mark(".", "0.6", names.zone, markersize=3),
        mark("s", GREY, names.park, markersize=middle, **hollow),
        *(mark(*LOOKS[scheme][:2], text, markersize=middle * 0.8, markeredgewidth=1.3,
               **({"markerfacecolor": "none"} if scheme == OLD else {}))
          for scheme, text in names.schemes.items()),
    ]  # fmt: skip
    how = [
        *(mark("o", GREY, text, markersize=(CENTRE * places / largest) ** 0.5, **hollow)
          for places, text in names.sizes),
        *(mark(*newest[:2], text, alpha=share / 100, markersize=middle, markeredgewidth=0)
          for share, text in names.shares),
    ]  # fmt: skip
    # Two columns, filled downwards: one of what is what, one of how large and how sure
    blank = Line2D([], [], linewidth=0, label=" ")
    rows = max(len(what), len(how))
    return [*what, *[blank] * (rows - len(what)), *how, *[blank] * (rows - len(how))]
