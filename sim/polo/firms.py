"""Firms of a polo from an extract of INEGI's directory of establishments (DENUE).

The directory has classes of size and codes of activity; it does not say who exports or who is
formal. Export plants are taken to be establishments of manufacturing of `PLANT` persons or more,
other formal firms all others of `FORMAL` or more.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage

from sim.errors import InputError
from sim.polo.localities import Localities
from sim.polo.places import LATITUDE, LONGITUDE, Origin, refuse_far
from sim.polo.tables import Column, like, read, whole
from sim.settings import Park

SIZES = {
    "0 a 5": (0, 3), "6 a 10": (6, 8), "11 a 30": (11, 20), "31 a 50": (31, 40),
    "51 a 100": (51, 75), "101 a 250": (101, 175), "251": (251, 400),
}  # fmt: skip
"""Classes of ``per_ocu``: the fewest persons, and the middle; 400 is assumed for the largest."""

SECTORS = "11 21 22 23 3[1-3] 43 46 48 49 5[1-6] 61 62 71 72 81 93".replace(" ", "|")
"""Of SCIAN, by the first two digits of the code."""

MANUFACTURING = ("31", "32", "33")

PLANT, FORMAL = 51, 11
"""Persons from which a plant of manufacturing is taken to export, and another firm to be formal."""

SECTOR_OF = {"11": "agropecuario", "21": "otro", "22": "otro", "23": "otro", "93": "otro"} | {
    code: "otro" for code in MANUFACTURING
}
"""Sector of the model of what is no export plant; all others are commerce and services."""

ACROSS_KM = 4.0
"""No two plants of a group are farther from each other."""

LEAST_SHARE = 0.05
"""Of the plants' persons: a smaller group is no park, but for the largest."""

CSV = ("denue",)

COLUMNS: dict[str, Column] = {
    "id": whole(1, 99_999_999_999),
    "codigo_act": like(rf"({SECTORS})\d{{4}}", "a code of activity (SCIAN) of six digits"),
    "size": like(
        r"(0 a 5|6 a 10|11 a 30|31 a 50|51 a 100|101 a 250) personas|251 y m\S{1,2}s personas",
        "a class of size, as '0 a 5 personas' or '251 y más personas'",
        names=("per_ocu",),
    ),
    "ent": whole(1, 32, names=("cve_ent",)),
    "mun": whole(1, 999, names=("cve_mun",)),
    "latitude": Column(LATITUDE.rule, LATITUDE.holds, names=("latitud",)),
    "longitude": Column(LONGITUDE.rule, LONGITUDE.holds, names=("longitud",)),
}


@dataclass(frozen=True)
class Firms:
    """The establishments of a polo.

    Attributes
    ----------
    table : DataFrame
        One row each: ``least`` and ``persons`` (the middle of the class), ``sector`` (that of the
        model, empty for units below `FORMAL`), ``latitude``, ``longitude``.
    elsewhere : int
        Rows of other municipalities, which are left out.
    """

    table: pd.DataFrame
    elsewhere: int

    @property
    def plants(self) -> pd.DataFrame:
        """Export plants."""
        return self.table[self.table["sector"] == "maquila"]

    @property
    def others(self) -> int:
        """How many other formal firms there are."""
        return int((self.table["sector"] != "").sum() - len(self.plants))

    def by_sector(self) -> dict[str, int]:
        """Return formal firms by sector of the model."""
        counts = self.table["sector"].value_counts()
        names = ("maquila", "agropecuario", "comercio_servicios", "otro")
        return {name: int(counts.get(name, 0)) for name in names}


def read_firms(
    option: str, path: Path, municipalities: list[str], localities: Localities | None = None
) -> Firms:
    """Read the establishments of some municipalities.

    Raises
    ------
    InputError
        If it is no extract of the directory, or has none of the municipalities.
    """
    table = read(option, path, COLUMNS, unique=("id",), names=CSV)
    code = [f"{int(e):02d}{int(m):03d}" for e, m in zip(table["ent"], table["mun"], strict=True)]
    here = pd.Series(code, table.index).isin(municipalities)
    if not here.any():
        raise InputError(
            f"{option}={path}: no establishment of municipality {' or '.join(municipalities)}"
        )
    table = table[here]
    refuse_far(option, path, table, {code[:2] for code in municipalities}, localities)
    size = table["size"].str.removesuffix(" personas").str.replace(r" y .*", "", regex=True)
    activity = table["codigo_act"].str[:2]
    least = size.map({name: least for name, (least, _) in SIZES.items()})
    sector = activity.map(SECTOR_OF).fillna("comercio_servicios")
    sector = sector.mask(activity.isin(MANUFACTURING) & (least >= PLANT), "maquila")
    persons = size.map({name: middle for name, (_, middle) in SIZES.items()})
    return Firms(
        table.assign(least=least, persons=persons, sector=sector.where(least >= FORMAL, "")),
        int((~here).sum()),
    )


def parks_of(plants: pd.DataFrame, origin: Origin, most: int) -> dict[str, Park]:
    """Group the plants where they stand: each group is a park, its share that of the persons.

    Plants are joined as long as no two of a group are more than `ACROSS_KM` apart (complete
    linkage). The groups with most persons are the parks, if they have `LEAST_SHARE` of them; other
    plants count for the nearest.

    Parameters
    ----------
    plants : DataFrame
    origin : Origin
    most : int
        How many parks there may be.

    Returns
    -------
    dict of str to Park
        The largest first; empty without plants.
    """
    if plants.empty:
        return {}
    at = origin.km(plants["latitude"].to_numpy(), plants["longitude"].to_numpy())
    persons = plants["persons"].to_numpy(float)
    group = np.ones(len(at), int)
    if len(at) > 1:
        group = fcluster(linkage(at, "complete"), ACROSS_KM, "distance")
    size = pd.Series(persons).groupby(group).sum().sort_values(ascending=False, kind="stable")
    large = size[size >= LEAST_SHARE * persons.sum()]
    chosen = list((large if len(large) else size.head(1)).index[:most])
    centres = np.array([np.average(at[group == g], axis=0, weights=persons[group == g])
                        for g in chosen])  # fmt: skip
    nearest = ((at[:, None, :] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
    of_group = {g: n for n, g in enumerate(chosen)}
    park = np.array([of_group.get(g, n) for g, n in zip(group, nearest, strict=True)])
    shares = np.round(np.bincount(park, persons, len(chosen)) / persons.sum(), 4)
    shares[0] += 1 - shares.sum()
    return {
        f"parque_{n + 1}": Park(
            distance_km=round(float(np.hypot(*where)), 2),
            bearing=round(float(np.degrees(np.arctan2(*where)) % 360), 1),
            share=round(float(share), 4),
        )
        for n, (where, share) in enumerate(zip(centres, shares, strict=True))
    }
