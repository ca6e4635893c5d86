"""Where people live, from the localities of INEGI's table (ITER): no point of a polo is far away.

The table has a row for every locality of the country, down to a single house, with its place in
degrees, minutes and seconds. Totals and groups of hidden localities have none.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.spatial import cKDTree

from sim.polo.tables import Column, like, read, whole
from sim.population.iter import HIDDEN, MEMBERS

NEAR = 15.0
"""Km from the nearest inhabited locality beyond which a point is at sea or misplaced.

Assumed: the table lists single ranches too, so that on land, but for the deserts of the northwest,
a place where people work has a neighbour sooner; a point nearer the shore than this passes.
"""

EARTH_KM = 6371.0

ANGLE = re.compile(r"(\d{1,3})\D{1,8}(\d{1,2})\D{1,8}(\d{1,2}(?:\.\d+)?)[^\dA-Z]{0,8}([NWO])")
"""Degrees, minutes, seconds and where to; signs between them are often lost to an encoding."""


def degrees(text: str) -> float:
    """Return an angle in degrees, west below 0; NaN where it is none.

    Parameters
    ----------
    text : str
        As ``29°05'44.600" N`` or ``110°57'02.371" W``.
    """
    angle = ANGLE.fullmatch(text)
    if angle is None or float(angle[2]) >= 60 or float(angle[3]) > 60:
        return np.nan
    size = float(angle[1]) + float(angle[2]) / 60 + float(angle[3]) / 3600
    return size if angle[4] == "N" else -size


def _angle(form: str, holds: Callable[[float], bool]) -> Column:
    """Return a column of angles, blank where the row is no single locality."""
    blank = ("", *HIDDEN)
    said = f"degrees, minutes and seconds, as {form}, or blank"
    return Column(said, lambda t: t in blank or holds(degrees(t)), number=False, needed=False)


COLUMNS = {
    "entity": whole(0, 32, names=("entidad",), needed=False),
    "loc": whole(0, 9999, needed=False),
    "persons": like(
        r"\d{1,9}|\*|N/D", "a whole number, or hidden", names=("pobtot",), needed=False
    ),
    "latitud": _angle("29°05'44.6\" N", lambda angle: 0 < angle <= 90),
    "longitud": _angle("110°57'02.3\" W", lambda angle: -180 <= angle < 0),
}


@dataclass(frozen=True)
class Localities:
    """Inhabited localities, as points of the unit sphere."""

    tree: cKDTree

    def km_to_nearest(self, latitude: ArrayLike, longitude: ArrayLike) -> np.ndarray:
        """Return the km from points in degrees to the nearest locality; shape (n,)."""
        chord, _ = self.tree.query(on_sphere(latitude, longitude))
        return 2 * EARTH_KM * np.arcsin(np.minimum(chord / 2, 1))


def on_sphere(latitude: ArrayLike, longitude: ArrayLike) -> np.ndarray:
    """Return points in degrees as unit vectors; shape (n, 3)."""
    north, east = np.radians(np.asarray(latitude, float)), np.radians(np.asarray(longitude, float))
    level = np.cos(north)
    return np.column_stack((level * np.cos(east), level * np.sin(east), np.sin(north)))


def read_localities(option: str, path: Path, entities: set[str]) -> Localities | None:
    """Read the inhabited localities of some states; None where the table has no such rows.

    Raises
    ------
    InputError
        If a row of the table has a place that is none.
    """
    table = read(option, path, COLUMNS, names=MEMBERS)
    if len(table.columns) < len(COLUMNS):
        return None
    persons = pd.to_numeric(table["persons"], errors="coerce")
    there = table["entity"].isin([int(code) for code in entities]) & (table["loc"] > 0)
    inhabited = table[there & (persons > 0)]
    at = inhabited[["latitud", "longitud"]].map(degrees).dropna().to_numpy(float)
    return Localities(cKDTree(on_sphere(*at.T))) if len(at) else None
