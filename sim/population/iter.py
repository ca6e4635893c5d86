"""INEGI's table of municipalities (ITER of the census), read with care: nothing in it is trusted.

The table may be the csv, or the zip that holds it. Rows of totals and of localities are left out;
what is wrong is said in one line that names the file, the row, the column and the value.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from sim.population.files import WrongError, header_of, naming, opened, shown
from sim.settings import CENSUS_COUNTS, CENSUS_MEAN

MORE_COUNTS = ("P_12A14", "P_15A17")
"""Counts that are used where the table has them."""

HIDDEN = ("*", "N/D")
"""What INEGI writes where a figure is confidential or unknown."""

LARGEST = 999_999_999
"""Largest count that INEGI's own dictionary of the table allows."""

ROWS_AT_ONCE = 50_000

MEMBERS = ("conjunto_de_datos", "iter")
"""What the table's name holds where a zip has several."""


def read_iter(path: str | Path, option: str = "population.iter") -> pd.DataFrame:
    """Read the municipalities of INEGI's table.

    Parameters
    ----------
    path : str or Path
        The csv (``conjunto_de_datos_iter_00CSV20.csv``), or a zip with it. Names of columns may be
        in capitals or not; a table without LOC has one row a municipality, and may have CVEGEO, or
        CVE_ENT and CVE_MUN, for its key.
    option : str
        By what the user gave the path, for what is said of a mistake.

    Returns
    -------
    DataFrame
        One row a municipality, by its code of five digits and in its order, with ``NAME``, the
        columns of `CENSUS_COUNTS` and `CENSUS_MEAN`, and those of `MORE_COUNTS` that the table has.
        NaN where INEGI hides a figure.

    Raises
    ------
    InputError
        If the file is not such a table.
    """
    return numbered(path, option).drop(columns="ROW")


def numbered(path: str | Path, option: str = "population.iter") -> pd.DataFrame:
    """Read the municipalities as `read_iter` does, with ``ROW``, where in the file each stands."""
    path = Path(path)
    with naming(option, path):
        try:
            table, total = _read(path, "utf-8-sig")
        except UnicodeError:
            table, total = _read(path, "latin-1")
        if table.empty:
            raise WrongError("no row of a municipality (MUN above 0, LOC 0)")
        _refuse_twice(table)
        _refuse_unlike_total(table, total)
    return table.set_index("KEY").sort_index()


def _read(path: Path, encoding: str) -> tuple[pd.DataFrame, float | None]:
    """Return the municipalities, and the persons in the national total's row if there is one."""
    with opened(path, MEMBERS) as stream:
        header = header_of(stream, encoding)
    columns = _columns(header)
    parts, total = [], None
    with opened(path, MEMBERS) as stream:
        chunks = pd.read_csv(
            stream,
            encoding=encoding,
            header=0,
            names=range(len(header)),
            usecols=list(columns.values()),
            dtype=str,
            keep_default_na=False,
            index_col=False,
            chunksize=ROWS_AT_ONCE,
        )
        for chunk in chunks:
            # A row that is cut short has NaN: as wrong as an empty value
            rows = pd.DataFrame({name: chunk[n].fillna("") for name, n in columns.items()})
            rows["ROW"] = rows.index + 2  # as an editor counts: the header is 1
            part, found = _municipalities(rows)
            parts.append(part)
            total = found if total is None else total
    if not parts:
        raise WrongError("a header without rows")
    return pd.concat(parts, ignore_index=True), total


def _columns(header: list[str]) -> dict[str, int]:
    """Return where in the file each column that is needed stands, by its name here."""
    needed = {name: name for name in (*CENSUS_COUNTS, CENSUS_MEAN)}
    needed |= {name: name for name in MORE_COUNTS if name in header}
    if {"ENTIDAD", "MUN"} <= set(header):
        needed |= {"ENT": "ENTIDAD", "MUN": "MUN"}
    elif "CVEGEO" in header:
        needed |= {"CVEGEO": "CVEGEO"}
    else:
        needed |= {"ENT": "CVE_ENT", "MUN": "CVE_MUN"}
    needed |= {"LOC": "LOC"} if "LOC" in header else {}
    for name in ("NOM_MUN", "NAME"):
        if name in header:
            needed |= {"NAME": name}
            break
    for name in needed.values():
        if name not in header:
            raise WrongError(
                f"row 1 has no column {name}; a table of municipalities of the census (ITER) has"
            )
        if header.count(name) > 1:
            raise WrongError(f"row 1 has column {name} twice")
    return {here: header.index(name) for here, name in needed.items()}


def _municipalities(rows: pd.DataFrame) -> tuple[pd.DataFrame, float | None]:
    """Return the rows that are a municipality's total, and the national total of persons."""
    if "LOC" in rows:
        rows = rows[_codes(rows, "LOC", 9999) == 0]
    if "CVEGEO" in rows:
        code = _codes(rows, "CVEGEO", 32_999)
        entity, municipality = code // 1000, code % 1000
    else:
        entity = _codes(rows, "ENT", 32)
        municipality = _codes(rows, "MUN", 999)
    country = rows[(entity == 0) & (municipality == 0)]
    total = float(_numbers(country, "POBTOT").sum()) if len(country) else None
    keep = (entity > 0) & (municipality > 0)
    key = [f"{e:02d}{m:03d}" for e, m in zip(entity[keep], municipality[keep], strict=True)]
    rows = rows[keep]
    numbers = [name for name in rows if name in (*CENSUS_COUNTS, CENSUS_MEAN, *MORE_COUNTS)]
    read = {name: _numbers(rows, name) for name in numbers}
    names = rows["NAME"].str.strip() if "NAME" in rows else pd.Series("", rows.index)
    table = pd.DataFrame({"KEY": key, "ROW": rows["ROW"].to_numpy(), **read})
    table["NAME"] = [name or code for name, code in zip(names, key, strict=True)]
    return table, total


def _codes(rows: pd.DataFrame, name: str, most: int) -> np.ndarray:
    """Return a column of codes as whole numbers; leading zeros may have been lost."""
    text = rows[name].str.strip()
    wrong = ~text.str.fullmatch(r"\d{1,5}")
    code = np.where(wrong, 0, text.where(~wrong, "0").astype(int))
    _refuse(rows, name, np.asarray(wrong) | (code > most), f"a code from 0 to {most}")
    return code


def _numbers(rows: pd.DataFrame, name: str) -> np.ndarray:
    """Return a column of numbers, NaN where INEGI hides them."""
    text = rows[name].str.strip()
    hidden = text.isin(HIDDEN).to_numpy()
    pattern = r"\d+(?:\.\d+)?" if name == CENSUS_MEAN else r"\d+(?:\.0+)?"
    allowed = f"a number from 0 to {LARGEST}"
    if name != CENSUS_MEAN:
        allowed = f"a whole number from 0 to {LARGEST}"
    wrong = ~text.str.fullmatch(pattern).to_numpy(bool) & ~hidden
    values = pd.to_numeric(text.where(~(wrong | hidden)), errors="coerce").to_numpy(float)
    needed = name in ("POBTOT", "POBFEM", "P_15A49_F")
    also = "" if needed else f", or {' or '.join(HIDDEN)}"
    wrong = wrong | (values > LARGEST) | (hidden & needed)
    _refuse(rows, name, wrong, allowed + also)
    return values


def _refuse(rows: pd.DataFrame, name: str, wrong: np.ndarray, allowed: str) -> None:
    """Say where the first wrong value stands, if there is one."""
    if not wrong.any():
        return
    first = rows[wrong].iloc[0]
    said = {"ENT": "ENTIDAD"}.get(name, name)
    raise WrongError(f"row {first['ROW']} column {said}: '{shown(first[name])}' is not {allowed}")


def _refuse_twice(table: pd.DataFrame) -> None:
    again = table["KEY"].duplicated()
    if again.any():
        second = table[again].iloc[0]
        first = table[table["KEY"] == second["KEY"]].iloc[0]
        raise WrongError(
            f"row {second['ROW']}: municipality {second['KEY']} is in row "
            f"{first['ROW']} already; each must be there once"
        )


def _refuse_unlike_total(table: pd.DataFrame, total: float | None) -> None:
    persons = table["POBTOT"].sum()
    if total is not None and persons != total:
        raise WrongError(
            f"column POBTOT: the municipalities have {persons:,.0f} "
            f"persons, the row of the national total {total:,.0f}: rows are missing or changed"
        )
