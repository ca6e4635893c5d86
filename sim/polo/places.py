"""Points on the map: where they may be, and kilometres from the polo's centre."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sim.errors import InputError
from sim.polo.localities import NEAR, Localities
from sim.polo.tables import real

NORTH, WEST = (14.0, 33.0), (-119.0, -86.0)
"""Latitudes and longitudes of Mexico, in degrees."""

LATITUDE, LONGITUDE = real(*NORTH), real(*WEST)

FARTHEST = 150.0
"""Km from the middle of its file beyond which a point is taken for a mistake."""

MARGIN = 1.0
"""Degrees by which a state may go beyond its seats of municipalities."""

KM_PER_DEGREE = 111.195
"""Of latitude, on a sphere of 6,371 km."""

# Least and largest latitude and longitude of the seats of each state's municipalities, from INEGI's
# catalogue of localities: south, north, west, east.
SEATS = {
    "01": (21.8, 22.4, -102.8, -101.9), "02": (30.5, 32.7, -117.1, -115.4),
    "03": (23.0, 27.4, -112.3, -109.6), "04": (18.1, 20.4, -92.1, -89.3),
    "05": (25.3, 29.4, -103.8, -99.8), "06": (18.9, 19.4, -104.4, -103.6),
    "07": (14.6, 17.9, -93.9, -90.6), "08": (26.0, 31.8, -108.6, -103.9),
    "09": (19.1, 19.5, -99.3, -99.0), "10": (23.4, 26.5, -107.0, -102.7),
    "11": (20.0, 21.7, -102.0, -99.7), "12": (16.4, 18.8, -101.9, -98.2),
    "13": (19.6, 21.2, -99.7, -98.0), "14": (19.2, 22.7, -105.4, -101.5),
    "15": (18.6, 20.3, -100.3, -98.7), "16": (17.9, 20.4, -103.7, -100.1),
    "17": (18.5, 19.1, -99.5, -98.6), "18": (20.8, 22.7, -105.5, -104.0),
    "19": (23.4, 27.3, -100.6, -99.1), "20": (15.7, 18.7, -98.5, -94.1),
    "21": (17.9, 20.8, -98.9, -96.8), "22": (20.1, 21.6, -100.5, -99.3),
    "23": (18.4, 21.3, -88.9, -86.7), "24": (21.2, 23.9, -102.0, -98.3),
    "25": (22.8, 26.8, -109.0, -105.7), "26": (26.8, 32.5, -114.8, -108.9),
    "27": (17.4, 18.6, -93.4, -91.4), "28": (22.2, 27.5, -99.8, -97.5),
    "29": (19.1, 19.7, -98.6, -97.6), "30": (17.2, 22.2, -98.5, -94.0),
    "31": (20.0, 21.6, -90.5, -87.9), "32": (21.2, 24.9, -103.9, -100.8),
}  # fmt: skip


@dataclass(frozen=True)
class Origin:
    """The polo's centre, in degrees, from which kilometres east and north are counted."""

    latitude: float
    longitude: float

    def km(self, latitude: ArrayLike, longitude: ArrayLike) -> np.ndarray:
        """Return km east and km north, shape (n, 2): a plane that touches the Earth here."""
        degree = KM_PER_DEGREE * np.cos(np.radians(self.latitude))
        east = (np.asarray(longitude, float) - self.longitude) * degree
        north = (np.asarray(latitude, float) - self.latitude) * KM_PER_DEGREE
        return np.column_stack((east, north))


def middle(table: pd.DataFrame) -> Origin:
    """Return the medians of latitude and longitude."""
    return Origin(float(table["latitude"].median()), float(table["longitude"].median()))


def refuse_far(
    option: str,
    path: Path,
    table: pd.DataFrame,
    entities: set[str],
    localities: Localities | None = None,
) -> None:
    """Refuse points that cannot be of the polo: outside its states, or far from people or others.

    Parameters
    ----------
    option, path : str, Path
        By what the user gave the table, and its file.
    table : DataFrame
        ``latitude`` and ``longitude`` in degrees, by number of row.
    entities : set of str
        Codes of two digits of the polo's states.
    localities : Localities, optional
        Where people live in these states.

    Raises
    ------
    InputError
        For the first such row.
    """
    inside = np.zeros(len(table), bool)
    for south, north, west, east in (SEATS[code] for code in sorted(entities)):
        inside |= (
            table["latitude"].between(south - MARGIN, north + MARGIN)
            & table["longitude"].between(west - MARGIN, east + MARGIN)
        ).to_numpy()
    where = f"outside state {' or '.join(sorted(entities))}"
    _refuse(option, path, table, ~inside, where)
    if localities is not None:
        km = localities.km_to_nearest(table["latitude"], table["longitude"])
        far = km > NEAR
        where = f"{km[far.argmax()]:.0f} km from the nearest inhabited locality"
        _refuse(option, path, table, far, f"{where}: at sea or misplaced")
    away = np.hypot(*middle(table).km(table["latitude"], table["longitude"]).T)
    _refuse(option, path, table, away > FARTHEST,
            f"more than {FARTHEST:g} km from the middle of the file's points")  # fmt: skip


def _refuse(option: str, path: Path, table: pd.DataFrame, wrong: np.ndarray, why: str) -> None:
    if wrong.any():
        row = table[wrong].iloc[0]
        raise InputError(
            f"{option}={path}: row {row.name} columns latitude and longitude: "
            f"{row['latitude']:g}, {row['longitude']:g} is {why}"
        )
