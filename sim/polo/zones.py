"""Zones of a polo from a plain csv of AGEB: key, latitude, longitude, women or population."""

from pathlib import Path

import numpy as np
import pandas as pd

from sim.errors import InputError
from sim.polo.localities import Localities
from sim.polo.places import LATITUDE, LONGITUDE, Origin, refuse_far
from sim.polo.tables import BY_HAND, like, read, real
from sim.population.files import shown
from sim.settings import Zones

COLUMNS = {
    "key": like(r"[0-9A-Za-z-]{1,20}", "letters and digits, up to 20"),
    "latitude": LATITUDE,
    "longitude": LONGITUDE,
    "women": real(0, 10_000_000, needed=False),
    "population": real(0, 10_000_000, needed=False),
}
"""What is read: the weight is ``women``, or ``population`` where there are no women."""

MOST = 1000
"""Zones of a polo."""


def read_zones(
    option: str, path: Path, municipalities: list[str], localities: Localities | None = None
) -> pd.DataFrame:
    """Read the zones, with ``weight``; by number of row.

    Raises
    ------
    InputError
        If it is no such table, or a zone is not of the municipalities.
    """
    table = read(option, path, COLUMNS, unique=("key",), most=BY_HAND)
    weights = [name for name in ("women", "population") if name in table]
    if not weights:
        raise InputError(f"{option}={path}: row 1 has no column women or population")
    if len(table) > MOST:
        raise InputError(f"{option}={path}: {len(table)} zones; at most {MOST}, join the smallest")
    for row, key in table["key"].items():
        if len(key) >= 9 and key[:5].isdigit() and key[:5] not in municipalities:
            raise InputError(
                f"{option}={path}: row {row} column key: '{shown(key)}' is not of municipality "
                f"{' or '.join(municipalities)}"
            )
    refuse_far(option, path, table, {code[:2] for code in municipalities}, localities)
    table["weight"] = table[weights[0]]
    if table["weight"].sum() <= 0:
        raise InputError(f"{option}={path}: column {weights[0]} adds up to 0; somebody lives there")
    return table


def origin_of(table: pd.DataFrame) -> Origin:
    """Return the centre of the people: the mean of the zones by their weight."""
    return Origin(*np.average(table[["latitude", "longitude"]], axis=0, weights=table["weight"]))


def zones_of(table: pd.DataFrame, origin: Origin, detour_factor: float) -> Zones:
    """Return the zones at their centroids.

    The radius is that of an even disc in which people are as far from the centre: its mean square
    distance is half the radius squared. It only says how far one goes within a zone.
    """
    at = origin.km(table["latitude"].to_numpy(), table["longitude"].to_numpy())
    square = np.average((at**2).sum(axis=1), weights=table["weight"])
    centroids = [
        (round(float(east), 3), round(float(north), 3), float(weight))
        for (east, north), weight in zip(at, table["weight"], strict=True)
    ]
    return Zones(
        count=len(table),
        radius_km=round(max(0.5, float(np.sqrt(2 * square))), 1),
        detour_factor=detour_factor,
        known="measured",
        centroids=centroids,
    )
