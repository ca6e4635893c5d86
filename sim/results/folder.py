"""The output folder: whole or absent, never overwritten."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from sim.errors import InputError


class ResultFolder:
    """A folder that appears, complete, when the ``with`` block ends well.

    Everything is written in ``work``, a hidden sibling of ``path`` on the same disk, so that the
    last step is one rename. If the block raises, ``work`` and any parent made for it are removed.

    Parameters
    ----------
    path : str or Path
        Where the results go; ``path.name`` must be free or an empty folder.

    Attributes
    ----------
    path : Path
        The final folder. When someone else has filled it in the meantime the results go beside
        it, with ``_2``, ``_3``... added to the name, and ``path`` says so.
    work : Path
        Where to write while the block runs.

    Raises
    ------
    InputError
        On entry, when ``path`` is a file, a folder that is not empty, or cannot be written.

    Examples
    --------
    >>> with ResultFolder("outputs/trial") as folder:  # doctest: +SKIP
    ...     (folder.work / "note.txt").write_text("done")
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.work = self.path
        self._kept = False
        self._made: list[Path] = []

    def keep(self) -> None:
        """Commit what is there even if the block ends with an exception, such as Ctrl-C."""
        self._kept = True

    def __enter__(self) -> Self:
        try:
            # Settled once: neither a later chdir nor a symbolic link may move the rename.
            self._final = self.path.expanduser().resolve()
            self._check()
            self._make_parents()
            self.work = self._make_work()
        except (OSError, ValueError, RuntimeError) as error:
            self._remove_parents()
            reason = getattr(error, "strerror", None) or error
            raise InputError(
                f"output_dir={self.path}: cannot be written ({reason}); "
                "give a new or empty folder in a place you can write"
            ) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None or self._kept:
            self._commit()
        else:
            shutil.rmtree(self.work, ignore_errors=True)
            self._remove_parents()

    def _check(self) -> None:
        allowed = "give a new or empty folder"
        if self._final.is_dir():
            if any(self._final.iterdir()):
                raise InputError(f"output_dir={self.path}: this folder is not empty; {allowed}")
            if os.path.ismount(self._final):
                raise InputError(
                    f"output_dir={self.path}: this is a mount point, which cannot be replaced; "
                    "give a new folder inside it"
                )
        elif self._final.exists():
            raise InputError(f"output_dir={self.path}: this is a file; {allowed}")

    def _make_parents(self) -> None:
        missing = [parent for parent in self._final.parents if not parent.exists()]
        for parent in reversed(missing):
            with suppress(FileExistsError):  # another run made it just now
                parent.mkdir()
                self._made.append(parent)

    def _remove_parents(self) -> None:
        for parent in reversed(self._made):
            with suppress(OSError):  # someone else uses it by now
                parent.rmdir()

    def _make_work(self) -> Path:
        # Containers give every run the same process number, so the name alone may be taken.
        hidden = self._final.with_name(f".{self._final.name}.partial-{os.getpid()}")
        for work in _numbered(hidden):
            with suppress(FileExistsError):
                work.mkdir()
                return work
        raise AssertionError("names never run out")

    def _commit(self) -> None:
        for final in _numbered(self._final):
            with suppress(OSError):  # an empty folder gives way; anything else stays
                final.rmdir()
            try:
                os.rename(self.work, final)
            except OSError as error:
                if final.exists():
                    continue
                raise InputError(
                    f"output_dir={self.path}: the results could not be moved there "
                    f"({error.strerror}); they are in {self.work}"
                ) from error
            if final != self._final:
                self.path = final
            self.work = final
            return


def default_folder(
    scenario: str, now: datetime, root: str | Path = "outputs", what: str = ""
) -> Path:
    """Name a new folder for a run: ``outputs/<scenario>/<YYYY-MM-DD_HH-MM-SS>``.

    Nothing is created. Two runs started in the same second may get the same name; the second to
    finish then moves on to ``_2`` by itself, see :class:`ResultFolder`.

    Parameters
    ----------
    scenario : str
        Name of the scenario; characters that do not belong in a file name become ``_``.
    now : datetime
        When the run starts.
    root : str or Path
        Folder of all results.
    what : str
        What tells the run from others of the scenario: its polo and rollout.

    Returns
    -------
    Path
        A path that does not exist.
    """
    name = re.sub(r"[^\w-]+", "_", scenario)
    kind = re.sub(r"[^\w-]+", "_", f"{what}_" if what else "")
    stamp = Path(root) / name / f"{kind}{now:%Y-%m-%d_%H-%M-%S}"
    return next(path for path in _numbered(stamp) if not path.exists())


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Write a file aside and put it in place whole, or leave what was there.

    Parameters
    ----------
    path : Path
        The file to create or replace.

    Yields
    ------
    Path
        Where to write; it takes the place of ``path`` if the block ends well.
    """
    aside = path.with_name(f".{path.name}.partial-{os.getpid()}")
    try:
        yield aside
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _numbered(path: Path) -> Iterator[Path]:
    yield path
    for n in count(2):
        yield path.with_name(f"{path.name}_{n}")
