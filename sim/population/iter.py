"""INEGI's table of municipalities (ITER of the census), read with care: nothing in it is trusted.

The table may be the csv, or the zip that holds it. Rows of totals and of localities are left out;
what is wrong is said in one line that names the file, the row, the column and the value.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd

from sim.errors import InputError
from sim.settings import CENSUS_COUNTS, CENSUS_MEAN

MORE_COUNTS = ("P_12A14", "P_15A17")
"""Counts that are used where the table has them."""

HIDDEN = ("*", "N/D")
"""What INEGI writes where a figure is confidential or unknown."""

MOST_BYTES = 2**30
"""Size of the csv above which it is no table of municipalities; the national one has 0.2 GiB."""

MOST_RATIO = 200
"""How many times a zip may shrink its csv; INEGI's shrink some ten times."""

LARGEST = 999_999_999
"""Largest count that INEGI's own dictionary of the table allows."""

ROWS_AT_ONCE = 50_000


def read_iter(path: str | Path) -> pd.DataFrame:
    """Read the municipalities of INEGI's table.

    Parameters
    ----------
    path : str or Path
        The csv (``conjunto_de_datos_iter_00CSV20.csv``), or a zip with it. Names of columns may be
        in capitals or not; a table without LOC has one row a municipality, and may have CVEGEO, or
        CVE_ENT and CVE_MUN, for its key.

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
    path = Path(path)
    try:
        try:
            table, total = _read(path, "utf-8-sig")
        except UnicodeError:
            table, total = _read(path, "latin-1")
    except FileNotFoundError:
        raise InputError(f"population.iter={path}: no such file") from None
    except OSError as error:
        raise InputError(f"population.iter={path}: cannot be read: {error.strerror}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(f"population.iter={path}: not a sound zip: {_line(error)}") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, csv.Error) as error:
        raise InputError(f"population.iter={path}: not a csv: {_line(error)}") from None
    if table.empty:
        raise InputError(f"population.iter={path}: no row of a municipality (MUN above 0, LOC 0)")
    _refuse_twice(path, table)
    _refuse_unlike_total(path, table, total)
    return table.set_index("KEY").drop(columns="ROW").sort_index()


def _read(path: Path, encoding: str) -> tuple[pd.DataFrame, float | None]:
    """Return the municipalities, and the persons in the national total's row if there is one."""
    with _opened(path) as stream:
        header = _header(io.TextIOWrapper(stream, encoding=encoding, newline=""))
    columns = _columns(path, header)
    parts, total = [], None
    with _opened(path) as stream:
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
            part, found = _municipalities(path, rows)
            parts.append(part)
            total = found if total is None else total
    if not parts:
        raise InputError(f"population.iter={path}: a header without rows")
    return pd.concat(parts, ignore_index=True), total


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """Open the csv, or the one in the zip, refusing what is too large."""
    if path.suffix.lower() != ".zip":
        _refuse_large(path, path.stat().st_size)
        with path.open("rb") as stream:
            yield stream
        return
    with zipfile.ZipFile(path) as archive:
        member = _member(path, archive)
        _refuse_large(path, member.file_size)
        if member.file_size > MOST_RATIO * max(member.compress_size, 1):
            raise InputError(
                f"population.iter={path}: {member.filename} is {member.file_size:,} bytes from "
                f"{member.compress_size:,}, more than {MOST_RATIO} times: no table shrinks so"
            )
        with archive.open(member) as stream:
            yield stream


def _member(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """Return the table among the files of a zip: INEGI's has a dictionary and catalogues too."""
    tables = [m for m in archive.infolist() if m.filename.lower().endswith(".csv")]
    named = [
        m
        for m in tables
        if (stem := m.filename.lower().rpartition("/")[2]).startswith(("iter", "conjunto_de_datos"))
        and "diccionario" not in stem
    ]
    if len(tables) != 1 and len(named) != 1:
        raise InputError(
            f"population.iter={path}: holds {len(tables)} csv files; it must hold one, or one "
            "named conjunto_de_datos_iter... or iter..."
        )
    return tables[0] if len(tables) == 1 else named[0]


def _refuse_large(path: Path, size: int) -> None:
    if size > MOST_BYTES:
        raise InputError(
            f"population.iter={path}: {size:,} bytes of csv; at most {MOST_BYTES:,} are read"
        )


def _header(text: io.TextIOWrapper) -> list[str]:
    """Return the names of the columns, in capitals."""
    first = next(csv.reader([text.readline(200_000)]), [])
    text.detach()
    return [name.strip().lstrip("\ufeff").upper() for name in first]


def _columns(path: Path, header: list[str]) -> dict[str, int]:
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
            raise InputError(
                f"population.iter={path}: row 1 has no column {name}; a table of municipalities "
                "of the census (ITER) has"
            )
        if header.count(name) > 1:
            raise InputError(f"population.iter={path}: row 1 has column {name} twice")
    return {here: header.index(name) for here, name in needed.items()}


def _municipalities(path: Path, rows: pd.DataFrame) -> tuple[pd.DataFrame, float | None]:
    """Return the rows that are a municipality's total, and the national total of persons."""
    if "LOC" in rows:
        rows = rows[_codes(path, rows, "LOC", 9999) == 0]
    if "CVEGEO" in rows:
        code = _codes(path, rows, "CVEGEO", 32_999)
        entity, municipality = code // 1000, code % 1000
    else:
        entity = _codes(path, rows, "ENT", 32)
        municipality = _codes(path, rows, "MUN", 999)
    country = rows[(entity == 0) & (municipality == 0)]
    total = float(_numbers(path, country, "POBTOT").sum()) if len(country) else None
    keep = (entity > 0) & (municipality > 0)
    key = [f"{e:02d}{m:03d}" for e, m in zip(entity[keep], municipality[keep], strict=True)]
    rows = rows[keep]
    numbers = [name for name in rows if name in (*CENSUS_COUNTS, CENSUS_MEAN, *MORE_COUNTS)]
    read = {name: _numbers(path, rows, name) for name in numbers}
    names = rows["NAME"].str.strip() if "NAME" in rows else pd.Series("", rows.index)
    table = pd.DataFrame({"KEY": key, "ROW": rows["ROW"].to_numpy(), **read})
    table["NAME"] = [name or code for name, code in zip(names, key, strict=True)]
    return table, total


def _codes(path: Path, rows: pd.DataFrame, name: str, most: int) -> np.ndarray:
    """Return a column of codes as whole numbers; leading zeros may have been lost."""
    text = rows[name].str.strip()
    wrong = ~text.str.fullmatch(r"\d{1,5}")
    code = np.where(wrong, 0, text.where(~wrong, "0").astype(int))
    _refuse(path, rows, name, np.asarray(wrong) | (code > most), f"a code from 0 to {most}")
    return code


def _numbers(path: Path, rows: pd.DataFrame, name: str) -> np.ndarray:
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
    _refuse(path, rows, name, wrong, allowed + also)
    return values


def _refuse(path: Path, rows: pd.DataFrame, name: str, wrong: np.ndarray, allowed: str) -> None:
    """Say where the first wrong value stands, if there is one."""
    if not wrong.any():
        return
    first = rows[wrong].iloc[0]
    value = str(first[name])
    value = value if len(value) <= 40 else value[:40] + "..."
    said = {"ENT": "ENTIDAD"}.get(name, name)
    raise InputError(
        f"population.iter={path}: row {first['ROW']} column {said}: '{value}' is not {allowed}"
    )


def _refuse_twice(path: Path, table: pd.DataFrame) -> None:
    again = table["KEY"].duplicated()
    if again.any():
        second = table[again].iloc[0]
        first = table[table["KEY"] == second["KEY"]].iloc[0]
        raise InputError(
            f"population.iter={path}: row {second['ROW']}: municipality {second['KEY']} is in row "
            f"{first['ROW']} already; each must be there once"
        )


def _refuse_unlike_total(path: Path, table: pd.DataFrame, total: float | None) -> None:
    persons = table["POBTOT"].sum()
    if total is not None and persons != total:
        raise InputError(
            f"population.iter={path}: column POBTOT: the municipalities have {persons:,.0f} "
            f"persons, the row of the national total {total:,.0f}: rows are missing or changed"
        )


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
