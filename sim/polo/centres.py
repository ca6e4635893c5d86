"""Centres of a polo from a plain csv: those that IMSS has, and those that are announced.

Columns are ``name, scheme, places, start``, and where known ``latitude, longitude, built, closes``.
Scheme ``guarderia`` is one that is open; ``imss`` and ``campo`` are announced, to be begun in the
month ``start`` (``YYYY-MM``).
"""

import re
import unicodedata
from pathlib import Path

import pandas as pd

from sim.errors import InputError
from sim.polo.localities import Localities
from sim.polo.places import NORTH, WEST, Origin, refuse_far
from sim.polo.tables import BY_HAND, like, one_of, plain, read, real, whole
from sim.settings import Announced

MONTH = r"(20\d\d-(0[1-9]|1[0-2]))?"

COLUMNS = {
    "name": plain(),
    "scheme": one_of("guarderia", "imss", "campo"),
    "places": whole(1, 2000),
    "start": like(MONTH, "a month from 2000-01 to 2099-12, or blank"),
    "latitude": real(*NORTH, blank=True, needed=False),
    "longitude": real(*WEST, blank=True, needed=False),
    "built": real(0, 1, blank=True, needed=False),
    "closes": like(MONTH, "a month from 2000-01 to 2099-12, or blank", needed=False),
}


def read_centres(
    option: str, path: Path, municipalities: list[str], localities: Localities | None = None
) -> pd.DataFrame:
    """Read the centres, with ``key``, the name as a key of the configuration; by number of row.

    Raises
    ------
    InputError
        If it is no such table, or a centre is far from the municipalities.
    """
    table = read(option, path, COLUMNS, unique=("name",), most=BY_HAND)
    table = table.reindex(columns=[*COLUMNS]).astype({"closes": object})
    table["closes"] = table["closes"].where(table["closes"].notna(), "").astype(object)
    table["key"] = [key_of(name) for name in table["name"]]
    known = table[["latitude", "longitude"]].notna()
    _refuse(option, path, table, known.any(axis=1) & ~known.all(axis=1), "longitude",
            "is blank, or latitude is; give both or none")  # fmt: skip
    announced = table["scheme"] != "guarderia"
    _refuse(option, path, table, announced & (table["start"] == ""), "start",
            "is blank; an announced centre has a month, YYYY-MM")  # fmt: skip
    ends = (table["closes"] != "") & (table["closes"] <= table["start"])
    _refuse(option, path, table, ends, "closes", "is not after start")
    _refuse(option, path, table, table["key"] == "", "name", "has no letter or digit")
    _refuse(option, path, table, table["key"].duplicated(), "name",
            "is another row's but for capitals, accents and signs")  # fmt: skip
    located = table[known.all(axis=1)]
    if len(located):
        refuse_far(option, path, located, {code[:2] for code in municipalities}, localities)
    return table


def key_of(name: str) -> str:
    """Return a name in small letters, digits and _."""
    letters = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")


def announced_of(table: pd.DataFrame, origin: Origin | None) -> dict[str, Announced]:
    """Return the announced centres, each at its point where that is known."""
    found = {}
    for row in table[table["scheme"] != "guarderia"].to_dict("records"):
        at = None
        if origin is not None and pd.notna(row["latitude"]):
            east, north = origin.km([row["latitude"]], [row["longitude"]])[0]
            at = (round(float(east), 3), round(float(north), 3))
        found[row["key"]] = Announced(
            scheme=row["scheme"],
            places=int(row["places"]),
            start=row["start"],
            closes=row["closes"] or None,
            built=None if pd.isna(row["built"]) else row["built"],
            at=at,
            known="measured",
        )
    return found


def existing(table: pd.DataFrame) -> tuple[int, int]:
    """Return how many guarderías there are, and their places."""
    here = table[table["scheme"] == "guarderia"]
    return len(here), int(here["places"].sum())


def _refuse(
    option: str, path: Path, table: pd.DataFrame, wrong: pd.Series, column: str, why: str
) -> None:
    if wrong.any():
        raise InputError(f"{option}={path}: row {table.index[wrong][0]} column {column}: {why}")
