"""``python -m sim.polo new NAME --municipality 26030 --iter FILE``.

Exit status: 0 done; 1 the machine failed; 2 something that was given cannot be used.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from pydantic import ValidationError

from sim.errors import InputError
from sim.polo.words import LANGUAGES

if TYPE_CHECKING:
    from sim.polo.new import Given

FOLDER = "configs_propias"
"""Where the files go unless told otherwise."""

ABOUT = """Write a polo of your own from INEGI's files, with a scenario to run it. What the files do
not give is the state's or the country's, and the file says so line by line."""


class Parser(argparse.ArgumentParser):
    """A parser that says a mistake in one line."""

    def error(self, message: str) -> NoReturn:
        """Refuse the command line."""
        raise InputError(message)


def parser() -> Parser:
    """Return the command line."""
    top = Parser(prog="python -m sim.polo", description="Polos of your own.")
    commands = top.add_subparsers(dest="command", required=True, parser_class=Parser)
    new = commands.add_parser("new", help="write a polo from files", description=ABOUT)
    new.add_argument("name", metavar="NAME", help="small letters, digits and _")
    new.add_argument(
        "--municipality", metavar="CODE", required=True,
        help="INEGI's code of five digits, as 26030; several that are one polo with commas",
    )  # fmt: skip
    for option, meaning in (
        ("iter", "table of municipalities of the census of 2020 (ITER), csv or zip"),
        ("enoe", "folder (or zip) with SDEM and COE1 of one or several quarters of the ENOE"),
        ("firms", "extract of the directory of establishments (DENUE), csv or zip"),
        ("centres", "csv: name, scheme (guarderia, imss, campo), places, start, and where known "
                    "latitude, longitude, built, closes"),
        ("zones", "csv: key (AGEB), latitude, longitude, women or population"),
    ):  # fmt: skip
        new.add_argument(f"--{option}", metavar="FILE", type=Path, help=meaning)
    new.add_argument("--label", metavar="TEXT", help="what figures and tables call it")
    new.add_argument(
        "--out", metavar="FOLDER", type=Path, default=Path(FOLDER),
        help="folder of your configuration, for --config-dir (%(default)s)",
    )  # fmt: skip
    new.add_argument("--lang", choices=LANGUAGES, default=LANGUAGES[0],
                     help="language of the summary and of the comments (%(default)s)")  # fmt: skip
    new.add_argument("--force", action="store_true", help="replace a polo that is there")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Returns
    -------
    int
        The exit status.
    """
    try:
        told = parser().parse_args(arguments)
        new(told)
    except InputError as error:
        return _say(str(error), 2)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "polo"
        return _say(f"{key}: {first['msg'].removeprefix('Value error, ')}", 2)
    except OSError as error:
        return _say(f"{error.strerror or error}: {error.filename or ''}", 1)
    return 0


def new(told: argparse.Namespace) -> None:
    """Make a polo and write it.

    Raises
    ------
    InputError
        If something that was given cannot be used; nothing is written then.
    """
    try:
        import pandera  # noqa: F401
    except ImportError:
        raise InputError("pandera is missing; pip install 'ceci-sim[polo]'") from None
    from sim.polo import report
    from sim.polo.new import make
    from sim.polo.written import checked, files_of, put, refuse_packaged, refuse_taken

    given = given_by(told)
    refuse_packaged(given)
    if not told.force:
        refuse_taken(given, told.out)
    made = make(given)
    files = files_of(given, made)
    checked(given, made, files)
    put(told.out, files)
    report.show(given, made, [told.out / name for name in files], told.out)


def given_by(told: argparse.Namespace) -> "Given":
    """Check the words of the command line.

    Raises
    ------
    InputError
    """
    from sim.polo.new import Given
    from sim.polo.tables import LONGEST, is_plain
    from sim.population.files import shown

    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", told.name):
        raise InputError(
            f"NAME='{shown(told.name)}': a letter, then up to 39 small letters, digits and _"
        )
    codes = told.municipality.split(",")
    for code in codes:
        if not re.fullmatch(r"(0[1-9]|[12]\d|3[0-2])(?!000)\d{3}", code):
            raise InputError(
                f"--municipality='{shown(code)}': a code of five digits, state 01 to 32 first, "
                "as 26030"
            )
    if len(set(codes)) != len(codes):
        raise InputError(f"--municipality='{shown(told.municipality)}': one is there twice")
    if told.label is not None and not is_plain(told.label):
        raise InputError(
            f"--label='{shown(told.label)}': one line of plain text, up to {LONGEST} characters, "
            "without < > or ${"
        )
    if told.out.exists() and not told.out.is_dir():
        raise InputError(f"--out={told.out}: is a file; give a folder")
    return Given(
        told.name, codes, told.label, told.iter, told.enoe, told.firms, told.centres, told.zones,
        told.lang,
    )  # fmt: skip


def _say(message: str, status: int) -> int:
    print(f"error: {' '.join(message.split())}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
