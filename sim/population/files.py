"""A csv that somebody gives, or the zip that holds it: opened with care, nothing in it trusted."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pandas as pd

from sim.errors import InputError

MOST_BYTES = 2**30
"""Size of a csv above which it is none of those read here; the largest of INEGI's has 0.2 GiB."""

MOST_RATIO = 200
"""How many times a zip may shrink its csv; INEGI's shrink some ten times."""

NO_TABLES = ("diccionario", "catalogo", "__macosx")
"""What the paths of the other files of INEGI's zips hold, and of those that an archiver adds."""

SHOWN = 40
"""Characters of a value that a line shows."""


class WrongError(Exception):
    """What is wrong inside a file, in one line that does not name it."""


@contextmanager
def naming(option: str, path: Path) -> Iterator[None]:
    """Turn whatever is wrong with a file into one line that names its option and path.

    Raises
    ------
    InputError
        If the file is not there, cannot be read, or is not what it should be.
    """
    said = f"{option}={path}"
    try:
        yield
    except WrongError as error:
        raise InputError(f"{said}: {error}") from None
    except FileNotFoundError:
        raise InputError(f"{said}: no such file") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(f"{said}: not a sound zip: {_line(error)}") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, csv.Error) as error:
        raise InputError(f"{said}: not a csv: {_line(error)}") from None
    except OSError as error:
        raise InputError(f"{said}: cannot be read: {error.strerror}") from None


@contextmanager
def opened(path: Path, names: Sequence[str], most: int = MOST_BYTES) -> Iterator[IO[bytes]]:
    """Open a csv, or the one in a zip, refusing what is too large.

    Parameters
    ----------
    path : Path
    names : sequence of str
        What the csv's name holds, in small letters, where a zip has several.
    most : int
        Bytes above which it is no such table.

    Raises
    ------
    WrongError
        If the zip holds no such csv or several, or it is larger than any table read here.
    """
    if path.suffix.lower() != ".zip":
        _refuse_large(path.stat().st_size, most)
        with path.open("rb") as stream:
            yield stream
        return
    with zipfile.ZipFile(path) as archive:
        member = _member(archive, names)
        _refuse_large(member.file_size, most)
        if member.file_size > MOST_RATIO * max(member.compress_size, 1):
            raise WrongError(
                f"{shown(member.filename)} is {member.file_size:,} bytes from "
                f"{member.compress_size:,}, more than {MOST_RATIO} times: no table shrinks so"
            )
        with archive.open(member) as stream:
            yield stream


def header_of(stream: IO[bytes], encoding: str) -> list[str]:
    """Return the names in the first row, in capitals."""
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    first = next(csv.reader([text.readline(200_000)]), [])
    text.detach()
    return [name.strip().lstrip("\ufeff").upper() for name in first]


def shown(value: object) -> str:
    """Return a value of a file as a line may show it: short, and nothing that moves a cursor."""
    text = "".join(c if c.isprintable() else "?" for c in str(value))
    return text if len(text) <= SHOWN else text[:SHOWN] + "..."


def is_table(path: str, names: Sequence[str]) -> bool:
    """Return whether a file of that path is a csv named so, and no dictionary or catalogue."""
    path = path.lower()
    file = path.rpartition("/")[2]
    if file.startswith(".") or any(other in path for other in NO_TABLES):
        return False
    return file.endswith(".csv") and any(name in file for name in names)


def _member(archive: zipfile.ZipFile, names: Sequence[str]) -> zipfile.ZipInfo:
    """Return the table among the files of a zip: INEGI's has a dictionary and catalogues too."""
    tables = [m for m in archive.infolist() if m.filename.lower().endswith(".csv")]
    named = [m for m in tables if is_table(m.filename, names)]
    if len(tables) != 1 and len(named) != 1:
        raise WrongError(
            f"holds {len(tables)} csv files; it must hold one, or one "
            f"with {' or '.join(names)} in its name"
        )
    return tables[0] if len(tables) == 1 else named[0]


def _refuse_large(size: int, most: int) -> None:
    if size > most:
        raise WrongError(f"{size:,} bytes of csv; at most {most:,} are read")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
