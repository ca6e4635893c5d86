"""What the commands of the analysis share: arguments, folders, and errors in one line."""

import argparse
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.publish import NEEDED, check
from analysis.results import read_all
from analysis.texts import LOCALES, N_, RefusedError, Words
from sim.results.console import stdout

Job = Callable[..., Iterable[Path]]
FOLDER = "analysis"


@dataclass(frozen=True)
class Option:
    """An option of one command.

    Attributes
    ----------
    about : str
        What it is for; marked for translation.
    default : object
        Its value where it is not given.
    choices : sequence of str
        All that it may be; empty where it may be anything.
    number : {int, float} or None
        What kind of number it is; None for a text.
    least : float
        The least that a number may be.
    """

    about: str
    default: Any = None
    choices: Sequence[str] = ()
    number: Callable[[str], float] | None = None
    least: float = 0

    def read(self, name: str, said: str | None) -> Any:
        """Return the value that was given.

        Raises
        ------
        RefusedError
            If it is none of those allowed.
        """
        if said is None:
            return self.default
        if self.choices and said not in self.choices:
            raise RefusedError(
                N_("--{name} {said}: one of these is needed: {choices}"),
                name=name, said=said, choices=", ".join(self.choices),
            )  # fmt: skip
        if self.number is None:
            return said
        try:
            value = self.number(said)
        except ValueError:
            value = math.nan
        if not self.least <= value < math.inf:
            raise RefusedError(
                N_("--{name} {said}: a whole number is needed, {least} or more")
                if self.number is int
                else N_("--{name} {said}: a number is needed, {least} or more"),
                name=name, said=said, least=self.least,
            )  # fmt: skip
        return value


def run(
    name: str,
    about: str,
    job: Job,
    arguments: Sequence[str] | None = None,
    least: int = 1,
    options: Mapping[str, str | Option] | None = None,
    inside: str = FOLDER,
    needed: Sequence[str] = NEEDED,
    several: bool = True,
    read: Callable[[Sequence[Path]], Any] = read_all,
) -> int:
    """Run a command on result folders.

    Parameters
    ----------
    name, about : str
        Of the command; `about` is marked for translation.
    job : callable
        Given what `read` returns, the folder to write in, the words, and by name the values of
        `options`; returns the files written.
    arguments : sequence of str, optional
        Command line, without the program's name.
    least : int
        How many folders it takes.
    options : mapping of str to str or Option, optional
        Options of this command alone by name; where one is a text or None, what it is for is
        enough.
    inside : str
        Folder of the first result folder in which the files go unless told otherwise; empty for
        the result folder itself.
    needed : sequence of str
        Packages without which it cannot work.
    several : bool
        Whether it takes more than one folder.
    read : callable
        Reads the folders, or refuses them.

    Returns
    -------
    int
        0; 2 with one line on stderr where what was given cannot be used; 1 where the machine
        failed.
    """
    words = Words(_language(arguments))
    parser = argparse.ArgumentParser(prog=f"python -m analysis.{name}", description=words(about))
    parser.add_argument(
        "folders", metavar="DIR", type=Path, nargs="+", help=words("a result folder")
    )
    parser.add_argument(
        "--out", metavar="FOLDER", type=Path,
        help=words("where the files go; {folder} unless given", folder=str(Path("DIR", inside))),
    )  # fmt: skip
    parser.add_argument("--lang", choices=list(LOCALES), default="es", help=words("language"))
    own = {
        name: option if isinstance(option, Option) else Option(option)
        for name, option in (options or {}).items()
    }
    for name, option in own.items():
        parser.add_argument(f"--{name}", metavar=name.upper(), help=words(option.about))
    given = parser.parse_args(arguments)
    try:
        check(needed)
        if len(given.folders) < least:
            raise RefusedError(N_("{count} folders are needed, and one is given"), count=least)
        if len(given.folders) > 1 and not several:
            raise RefusedError(
                N_("one folder is taken, and {count} are given"), count=len(given.folders)
            )
        values = {name: option.read(name, getattr(given, name)) for name, option in own.items()}
        results, folder = read(given.folders), given.out or given.folders[0] / inside
        _check_place(folder)
        files = job(results, folder, words, **values)
    except RefusedError as error:
        return _say(error.said(words), words, 2)
    except OSError as error:
        return _say(f"{error.strerror or error}: {error.filename or ''}", words, 1)
    console = stdout()
    console.print(words("Files:"))
    for path in files:
        console.print(f"  {path}", markup=False, highlight=False, soft_wrap=True)
    return 0


def _language(arguments: Sequence[str] | None) -> str:
    """Return the language asked for, before anything is said in one."""
    first = argparse.ArgumentParser(add_help=False)
    first.add_argument("--lang", default="es")
    lang = str(first.parse_known_args(arguments)[0].lang)
    return lang if lang in LOCALES else "es"


def _check_place(folder: Path) -> None:
    """Refuse, before anything is told, a place in which no folder can be made."""
    there = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    if not there.is_dir():
        raise RefusedError(
            N_("--out {folder}: {there} is no folder; give a new or an existing folder"),
            folder=folder, there=there,
        )  # fmt: skip


def _say(line: str, words: Words, status: int) -> int:
    heading = words("error")
    print(f"{heading}: {' '.join(line.split())}", file=sys.stderr)
    return status
