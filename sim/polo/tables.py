"""Tables that a user gives: read as text, checked against a schema, then numbers."""

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandas.errors import ParserWarning
from pandera.errors import SchemaErrors

from sim.population.files import MOST_BYTES, WrongError, header_of, naming, opened, shown

ROWS_AT_ONCE = 20_000

BY_HAND = 10_000_000
"""Bytes above which a table is none that somebody made for a polo: of centres, or of zones."""

LONGEST = 200
"""Characters of a text in a table."""

MARKUP = re.compile(r"[<>]|\$\{|&[#\w]+;")
"""What a name has no need of: tags, entities, and what Hydra would fill in."""


@dataclass(frozen=True)
class Column:
    """A column of a table: what its values are, in words and as a rule on their text.

    `names` are the ways in which INEGI writes its name, the first of those there is taken.
    """

    rule: str
    holds: Callable[[str], bool]
    number: bool = True
    needed: bool = True
    names: tuple[str, ...] = ()


def whole(low: int, high: int, blank: bool = False, **more: object) -> Column:
    """Return a column of whole numbers or codes, whose leading zeros may be lost."""

    def holds(text: str) -> bool:
        if not text:
            return blank
        return bool(re.fullmatch(r"\d{1,15}(\.0+)?", text)) and low <= float(text) <= high

    said = f"a whole number from {low} to {high}" + (", or blank" if blank else "")
    return Column(said, holds, **more)  # type: ignore[arg-type]


def real(low: float, high: float, blank: bool = False, **more: object) -> Column:
    """Return a column of numbers."""

    def holds(text: str) -> bool:
        if not text:
            return blank
        return bool(re.fullmatch(r"-?\d{1,15}(\.\d+)?", text)) and low <= float(text) <= high

    said = f"a number from {low:g} to {high:g}" + (", or blank" if blank else "")
    return Column(said, holds, **more)  # type: ignore[arg-type]


def one_of(*values: str, **more: object) -> Column:
    """Return a column of a few words."""
    said = ", ".join(values[:-1]) + f" or {values[-1]}"
    return Column(said, values.__contains__, number=False, **more)  # type: ignore[arg-type]


def like(pattern: str, said: str, **more: object) -> Column:
    """Return a column of texts of a certain form."""
    form = re.compile(pattern)
    return Column(said, lambda text: bool(form.fullmatch(text)), number=False, **more)  # type: ignore[arg-type]


def plain(blank: bool = False, **more: object) -> Column:
    """Return a column of plain text: printable, of one line, without markup."""

    def holds(text: str) -> bool:
        return is_plain(text) if text else blank

    said = f"plain text of 1 to {LONGEST} characters without < > or ${{"
    return Column(said, holds, number=False, **more)  # type: ignore[arg-type]


def is_plain(text: str) -> bool:
    """Return whether a text is printable, of one line, not too long and without markup."""
    return 0 < len(text) <= LONGEST and text.isprintable() and not MARKUP.search(text)


def read(
    option: str,
    path: Path,
    columns: Mapping[str, Column],
    unique: Sequence[str] = (),
    names: Sequence[str] = (),
    most: int = MOST_BYTES,
) -> pd.DataFrame:
    """Read a table, csv or zip, in UTF-8 or Latin-1.

    Parameters
    ----------
    option, path : str, Path
        By what the user gave it, and the file.
    columns : mapping of str to Column
        The columns that are read; capitals and small letters are the same.
    unique : sequence of str
        Columns, as far as there, in which no two rows are alike.
    names : sequence of str
        What the table's name holds, where a zip has several.
    most : int
        Bytes above which it is no such table.

    Returns
    -------
    DataFrame
        By number of row as an editor counts, the header being 1: numbers as float, NaN where
        blank, the others as text. Columns that are not needed may be missing.

    Raises
    ------
    InputError
        If the file is no such table; says the row, the column and the rule.
    """
    with naming(option, path):
        try:
            return _read(path, columns, unique, names, most, "utf-8-sig")
        except UnicodeError:
            return _read(path, columns, unique, names, most, "latin-1")


def _read(
    path: Path,
    columns: Mapping[str, Column],
    unique: Sequence[str],
    names: Sequence[str],
    most: int,
    encoding: str,
) -> pd.DataFrame:
    with opened(path, names, most) as stream:
        header = [name.lower() for name in header_of(stream, encoding)]
    if any("\0" in name for name in header):
        raise WrongError("is not text in UTF-8 or Latin-1")
    found = _found(header, columns)
    beyond = len(header)  # a column that only a row with too many values has
    with opened(path, names, most) as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore", ParserWarning)  # longer rows are refused below
        chunks = pd.read_csv(
            stream,
            encoding=encoding,
            header=None,
            skiprows=1,
            names=range(beyond + 1),
            dtype=object,  # text too, and cheap for the many columns that are left out
            keep_default_na=False,
            index_col=False,
            chunksize=ROWS_AT_ONCE,
        )
        parts = [part[[*found.values(), beyond]].astype(str) for part in chunks if len(part)]
    if not parts:
        raise WrongError("a header without rows")
    raw = pd.concat(parts).fillna("")
    raw.index += 2  # as an editor counts: the header is 1
    longer = raw[beyond].str.strip() != ""
    if longer.any():
        raise WrongError(f"row {raw.index[longer][0]} has more values than the header has columns")
    text = pd.DataFrame({name: raw[n].str.strip().astype("category") for name, n in found.items()})
    written = {name: header[n] for name, n in found.items()}
    check(text, columns, written)
    table = pd.DataFrame(
        {
            name: _numbers(text[name]) if column.number else text[name].astype(object)
            for name, column in columns.items()
            if name in text
        },
        index=text.index,
    )
    _refuse_twice(table, {name: written[name] for name in unique if name in table})
    return table


def _numbers(text: pd.Series) -> np.ndarray:
    """Return texts that hold their rule as numbers, NaN where blank; each different one once."""
    values = [float(one) if one else np.nan for one in text.cat.categories]
    return np.array(values, float)[text.cat.codes]


def _found(header: list[str], columns: Mapping[str, Column]) -> dict[str, int]:
    """Return where in the file each column stands."""
    found = {}
    for name, column in columns.items():
        ways = column.names or (name,)
        there = [way for way in ways if way in header]
        if not there and column.needed:
            raise WrongError(f"row 1 has no column {' or '.join(ways)}")
        if there and header.count(there[0]) > 1:
            raise WrongError(f"row 1 has column {there[0]} twice")
        if there:
            found[name] = header.index(there[0])
    return found


def check(text: pd.DataFrame, columns: Mapping[str, Column], written: Mapping[str, str]) -> None:
    """Check texts against the rules of their columns, whose names are `written` so in the file.

    Raises
    ------
    WrongError
        For the first row in which one does not hold.
    """
    rules = {
        name: pa.Column(checks=rule(_of_all(column.holds), column.rule))
        for name, column in columns.items()
        if name in text
    }
    validate(text, pa.DataFrameSchema(rules), written)


def _refuse_twice(table: pd.DataFrame, written: Mapping[str, str]) -> None:
    """Refuse two rows that are alike in what tells them from each other."""
    unique = list(written)
    again = table.duplicated(unique) if unique else pd.Series(False, table.index)
    if not again.any():
        return
    row = table[again].iloc[0]
    first = table.index[(table[unique] == row[unique]).all(axis=1)][0]
    said = ", ".join(f"{written[name]} {number(row[name])}" for name in unique)
    raise WrongError(f"row {row.name}: {said} is in row {first} already")


def rule(holds: Callable[[pd.Series], pd.Series], said: str) -> pa.Check:
    """Return pandera's check of a column, which says what a value must be."""
    return pa.Check(holds, error=said, n_failure_cases=1)


def number(value: object) -> str:
    """Return a value as a line, a file and a table show it alike, a whole number without point."""
    return f"{value:.15g}" if isinstance(value, float) else shown(value)


def validate(
    table: pd.DataFrame, schema: pa.DataFrameSchema, written: Mapping[str, str] | None = None
) -> None:
    """Validate a table; the line names the first row by its index, the column, value and rule.

    Parameters
    ----------
    table : DataFrame
    schema : DataFrameSchema
        Its checks are of `rule`.
    written : mapping of str to str, optional
        How the file writes the names of the columns.

    Raises
    ------
    WrongError
        If a rule does not hold.
    """
    try:
        schema.validate(table, lazy=True)
    except SchemaErrors as error:
        first = error.failure_cases.sort_values("index", kind="stable").iloc[0]
        column = first["column"]
        raise WrongError(
            f"row {first['index']} column {(written or {}).get(column, column)}: "
            f"'{number(first['failure_case'])}' is not {first['check']}"
        ) from None


def _of_all(holds: Callable[[str], bool]) -> Callable[[pd.Series], pd.Series]:
    """Return a rule on texts as one on a column: each different text is looked at once."""
    return lambda column: column.isin([text for text in column.unique() if holds(text)])
