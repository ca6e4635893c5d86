"""What the commands of the analysis share: arguments, folders, and errors in one line."""

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from analysis.publish import NEEDED, check
from analysis.results import read_all
from analysis.texts import LOCALES, N_, RefusedError, Words
from sim.results.console import stdout

Job = Callable[..., Iterable[Path]]
FOLDER = "analysis"


def run(
    name: str,
    about: str,
    job: Job,
    arguments: Sequence[str] | None = None,
    least: int = 1,
    options: Mapping[str, str] | None = None,
    inside: str = FOLDER,
    needed: Sequence[str] = NEEDED,
) -> int:
    """Run a command on result folders.

    Parameters
    ----------
    name, about : str
        Of the command; `about` is marked for translation.
    job : callable
        Given the results, the folder to write in, the words, and by name what `options` were
        given (a text, or None); returns the files written.
    arguments : sequence of str, optional
        Command line, without the program's name.
    least : int
        How many folders it takes.
    options : mapping of str to str, optional
        Names of options of this command alone, and what they are for, marked for translation.
    inside : str
        Folder of the first result folder in which the files go unless told otherwise; empty for
        the result folder itself.
    needed : sequence of str
        Packages without which it cannot work.

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
    own = options or {}
    for option, meaning in own.items():
        parser.add_argument(f"--{option}", metavar=option.upper(), help=words(meaning))
    given = parser.parse_args(arguments)
    try:
        check(needed)
        if len(given.folders) < least:
            raise RefusedError(N_("{count} folders are needed, and one is given"), count=least)
        results, folder = read_all(given.folders), given.out or given.folders[0] / inside
        _check_place(folder)
        files = job(results, folder, words, **{option: getattr(given, option) for option in own})
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
