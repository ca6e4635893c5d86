"""Census counts of municipalities or states: made whole, inside limits, summed by region."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.errors import InputError
from sim.population.iter import MORE_COUNTS, read_iter
from sim.settings import CENSUS_COUNTS, CENSUS_MEAN, Population

NOT_ABOVE = (
    ("POBFEM", "POBTOT"),
    ("P_12YMAS_F", "POBFEM"),
    ("P_15YMAS_F", "P_12YMAS_F"),
    ("P_18YMAS_F", "P_15YMAS_F"),
    ("P_15A49_F", "P_15YMAS_F"),
    ("P_18A24_F", "P_18YMAS_F"),
    ("P_18A24_F", "P_15A49_F"),
    ("PEA_F", "P_12YMAS_F"),
    ("POCUPADA_F", "PEA_F"),
    ("PDER_IMSS", "POBTOT"),
    ("HOGJEF_F", "TOTHOG"),
    ("VPH_AUTOM", "TVIVPARHAB"),
)
"""Counts that are part of another, the larger ones first: the part is lowered where it is more."""

SCHOOLING = ("P15YM_SE_F", "P15PRI_INF", "P15PRI_COF", "P15SEC_INF", "P15SEC_COF")

OF_STATE = ("informality", "grandmother", "maquila")


@dataclass(frozen=True)
class Census:
    """The regions of a country and what is counted in each.

    Attributes
    ----------
    table : DataFrame
        One row a region, by its key and in its order: the counts, `OF_STATE` as shares, ``border``,
        ``NAME``, ``kind`` (``state``, ``municipality`` or ``area``) and ``codes``, of two digits
        the state's or of five its municipalities'.
    touched : Series of str
        By code of the municipality or state: the columns that were estimated, or brought inside
        their limits. Empty where all were sound.
    """

    table: pd.DataFrame
    touched: pd.Series


def country(population: Population) -> Census:
    """Count the regions of the country: from INEGI's table where there is one, else its states."""
    if population.iter is None:
        rows = of_states(population)
        kind = pd.Series("state", rows.index)
        key = "ent_" + rows.index.to_series()
    else:
        rows = read_iter(population.iter)
        refuse_part_of_country(population, rows)
        kind, key = of_municipalities(population, rows)
    return counted(population, rows, kind, key)


def counted(population: Population, rows: pd.DataFrame, kind: pd.Series, key: pd.Series) -> Census:
    """Count regions from rows of municipalities or states: gaps filled, limits kept, summed.

    Parameters
    ----------
    population : Population
    rows : DataFrame
        By code of the municipality (five digits) or state (two): ``NAME`` and the counts.
    kind, key : Series of str
        What region each row is or is a part of, and that region's key.
    """
    entity = "ent_" + rows.index.str[:2]
    rows, hidden = without_gaps(rows, entity)
    rows, lowered = inside_limits(rows)
    touched = hidden.where(hidden == "", hidden + " ") + lowered
    states = population.states
    for name in OF_STATE:
        rows[name] = [getattr(states[code], name) for code in entity]
    rows["border"] = [
        float(states[state].border if len(code) == 2 else code in population.border)
        for code, state in zip(rows.index, entity, strict=True)
    ]
    table = summed(population, rows, kind, key)
    if (table["P_15A49_F"] < 1).any():
        name = str(table.index[table["P_15A49_F"] < 1][0])
        raise InputError(
            f"population.iter={population.iter}: region {name} has no woman of 15 to 49"
        )
    return Census(table, touched.str.strip())


def of_states(population: Population) -> pd.DataFrame:
    """Return the project's own figures of the states as a table of counts."""
    rows = pd.DataFrame({name[-2:]: state.census for name, state in population.states.items()}).T
    rows["NAME"] = [state.name for state in population.states.values()]
    return rows.sort_index()


def refuse_part_of_country(population: Population, rows: pd.DataFrame) -> None:
    """Refuse a table that lacks a state: the calendar is the whole country's."""
    found = set("ent_" + rows.index.str[:2])
    missing = sorted(set(population.states) - found)
    if missing:
        raise InputError(
            f"population.iter={population.iter}: no municipality of state {missing[0][-2:]} "
            f"({population.states[missing[0]].name}); it must have those of all 32 states"
        )


def of_municipalities(population: Population, rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the kind of region of each municipality, and the region's key."""
    kind = pd.Series("municipality", rows.index)
    key = "mun_" + rows.index.to_series()
    if population.metropolitan:
        for name, area in population.areas.items():
            inside = rows.index.isin(area.municipalities)
            kind[inside], key[inside] = "area", f"zm_{name}"
    return kind, key


def without_gaps(rows: pd.DataFrame, entity: pd.Index) -> tuple[pd.DataFrame, pd.Series]:
    """Estimate what INEGI hides: as many per person as in the rest of the state.

    Returns
    -------
    rows : DataFrame
    touched : Series of str
        Names of the columns estimated, by row.
    """
    rows, touched = rows.copy(), pd.Series("", rows.index)
    if not rows.drop(columns="NAME").isna().any(axis=None):
        return rows, touched
    persons = rows["POBTOT"]
    for name in [n for n in (*CENSUS_COUNTS, CENSUS_MEAN, *MORE_COUNTS) if n in rows]:
        gaps = rows[name].isna()
        if not gaps.any():
            continue
        weight = persons if name == CENSUS_MEAN else pd.Series(1.0, rows.index)
        by = pd.DataFrame({"of": rows[name] * weight, "per": persons.where(~gaps)})
        for group in (
            np.asarray(entity),
            np.zeros(len(rows)),
        ):  # the country, where a whole state hides it
            sums = by.groupby(group).transform("sum")
            rate = sums["of"] / sums["per"].where(sums["per"] > 0)
            estimate = rate if name == CENSUS_MEAN else (rate * persons).round()
            rows[name] = rows[name].fillna(estimate)
        rows[name] = rows[name].fillna(0.0)
        touched[gaps] += f" {name}"
    return rows, touched.str.strip()


def inside_limits(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Lower what is more than its whole and count somebody active; return what was touched."""
    rows, touched = rows.copy(), pd.Series("", rows.index)
    for part, whole in NOT_ABOVE:
        over = rows[part] > rows[whole]
        rows.loc[over, part] = rows.loc[over, whole]
        touched[over] += f" {part}"
    # Rates of women at work need somebody at work or in search of it
    over = (rows["PEA_F"] < 1) & (rows["P_12YMAS_F"] >= 1)
    rows.loc[over, "PEA_F"] = 1.0
    touched[over] += " PEA_F"
    # Women of 15 to 17 and of 18 to 24 are among those of 15 to 49
    girls = rows["P_15YMAS_F"] - rows["P_18YMAS_F"]
    over = girls > rows["P_15A49_F"]
    rows.loc[over, "P_18YMAS_F"] = rows["P_15YMAS_F"] - rows["P_15A49_F"]
    touched[over] += " P_18YMAS_F"
    left = rows["P_15A49_F"] - (rows["P_15YMAS_F"] - rows["P_18YMAS_F"])
    over = rows["P_18A24_F"] > left
    rows.loc[over, "P_18A24_F"] = left[over]
    touched[over] += " P_18A24_F"
    schooled = rows[list(SCHOOLING)].sum(axis=1)
    over = schooled > rows["P_15YMAS_F"]
    for name in SCHOOLING:
        rows.loc[over, name] = np.floor(rows[name] * rows["P_15YMAS_F"] / schooled)[over]
        touched[over] += f" {name}"
    return rows, touched.str.strip()


def summed(
    population: Population, rows: pd.DataFrame, kind: pd.Series, key: pd.Series
) -> pd.DataFrame:
    """Add up the rows of each region; shares are means by women at work, by women, by dwellings."""
    counts = [name for name in (*CENSUS_COUNTS, *MORE_COUNTS) if name in rows]
    weights = {
        "informality": rows["POCUPADA_F"],
        "grandmother": rows["P_15A49_F"],
        "maquila": rows["POCUPADA_F"],
        "border": rows["P_15A49_F"],
        CENSUS_MEAN: rows["TVIVPARHAB"],
    }
    parts = rows[counts].copy()
    for name, weight in weights.items():
        weight = weight.clip(lower=1e-9)  # a region in which nobody works has a mean too
        parts[name], parts[f"of_{name}"] = rows[name] * weight, weight
    table = parts.groupby(key).sum().sort_index()
    for name in weights:
        table[name] = (table[name] / table.pop(f"of_{name}")).round(6)
    table["border"] = table["border"] > 0.5
    grouped = pd.DataFrame({"NAME": rows["NAME"], "kind": kind, "key": key}).groupby("key")
    table["NAME"], table["kind"] = grouped["NAME"].first(), grouped["kind"].first()
    table["codes"] = rows.index.to_series().groupby(key).agg(list)
    areas = table["kind"] == "area"
    table.loc[areas, "NAME"] = [
        population.areas[name.removeprefix("zm_")].name for name in table.index[areas]
    ]
    return table
