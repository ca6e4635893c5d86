"""The posterior sample: draws of the parameters that stay uncertain after the calibration.

`configs/posterior_draws/<polo>.csv` has a column for each parameter that was calibrated and a row
for each draw, below comment lines (``#``) that say where it comes from. With `posterior=true`
replicate r lives with draw r (from the first again after the last), so that replicates differ by
what is not known of the parameters as they differ by chance.
"""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

import configs
from sim.errors import InputError
from sim.parameters import base
from sim.results.folder import replacing
from sim.settings import Parameter

FOLDER = Path(configs.__file__).parent / "posterior_draws"
"""Not `posterior`: Hydra would take the setting of that name for a choice among its files."""
REFERENCE = "juarez"
"""The polo on which the parameters are set; others, and the country, have its tastes."""


@dataclass(frozen=True, eq=False)
class Draws:
    """A posterior sample.

    Attributes
    ----------
    path : Path
        Its file.
    frame : DataFrame, shape (draws, parameters)
        Values in the unit of each parameter.
    """

    path: Path
    frame: pd.DataFrame
    _given: dict[tuple[int, int], tuple[dict[str, Parameter], dict[str, Parameter]]] = field(
        default_factory=dict, repr=False
    )

    def number(self, replicate: int) -> int:
        """Return the number of the draw, from 0, with which a replicate lives."""
        return replicate % len(self.frame)

    def parameters(self, of: dict[str, Parameter], replicate: int) -> dict[str, Parameter]:
        """Return parameters with the values of a replicate's draw; those not drawn stay.

        The same object for the same parameters and draw: the regions of a country share it, and
        whatever is made of it (hashes) is made once.
        """
        number = self.number(replicate)
        place = number, id(of)
        if place not in self._given:
            drawn = {
                str(name): of[str(name)].model_copy(update={"value": float(value)})
                for name, value in self.frame.iloc[number].items()
            }
            self._given[place] = of, of | drawn  # `of` too, or its id may be used again
        return self._given[place][1]


def draws(polo: str) -> Draws:
    """Return the posterior sample of a polo, or of the reference where it has none of its own.

    It is read once: a run keeps to the sample that it began with.

    Raises
    ------
    InputError
        If there is none, or its file is no table of numbers, has no draw or an unknown parameter,
        or a value is missing or outside the bounds of its parameter.
    """
    for name in (polo, REFERENCE):
        path = FOLDER / f"{name}.csv"
        if path.exists():
            return _read(path)
    raise InputError(
        f"posterior=true: there is no configs/posterior_draws/{REFERENCE}.csv; "
        "`python -m experiments.calibrate` makes it, posterior=false does without"
    )


def write_draws(path: Path, frame: pd.DataFrame, header: str) -> None:
    """Write a posterior sample with every digit, whole or not at all.

    Parameters
    ----------
    path : Path
        File to create or replace.
    frame : DataFrame, shape (draws, parameters)
    header : str
        Where it comes from; each line becomes a comment.

    Raises
    ------
    InputError
        If the sample could not be used, see `draws`.
    """
    check(frame, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    comment = "".join(f"# {line}".rstrip() + "\n" for line in header.splitlines())
    with replacing(path) as aside:
        text = comment + frame.to_csv(index=False, lineterminator="\n")
        aside.write_text(text, encoding="utf-8", newline="\n")
    _read.cache_clear()


def check(frame: pd.DataFrame, path: Path) -> None:
    """Refuse a sample without draws, with an unknown parameter, or a value that it cannot have."""
    where, known = _named(path), base()
    if frame.empty:
        raise InputError(f"{where}: there is no draw; one row a draw, at least one")
    for name in frame.columns:
        if name not in known:
            raise InputError(
                f"{where}: parameter {name!r} is unknown; known are those of "
                "configs/parameters/base.yaml"
            )
    if twice := list(frame.columns[frame.columns.duplicated()]):
        raise InputError(f"{where}: parameter {twice[0]} has two columns, one is allowed")
    for name in frame.columns:
        values, (low, high) = frame[name], known[name]["bounds"]
        wrong = ~values.between(low, high).to_numpy()  # missing values are not between
        if wrong.any():
            row = int(wrong.argmax())
            raise InputError(
                f"{where}: {name}={values.iloc[row]:g} in draw {row} is not from {low:g} to "
                f"{high:g} ({known[name]['unit']})"
            )


@cache
def _read(path: Path) -> Draws:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        first, *rows = [line for line in lines if line and not line.startswith("#")] or [""]
        names = first.split(",")
        values = np.empty((0, len(names)))  # of no rows NumPy cannot tell how many columns
        if rows:
            values = np.loadtxt(rows, delimiter=",", comments=None, ndmin=2)
        frame = pd.DataFrame(values, columns=names)
    except ValueError as error:
        reason = " ".join(str(error).split())
        raise InputError(
            f"{_named(path)}: not a table of numbers ({reason}); comma-separated, a column for "
            "each parameter and a row for each draw"
        ) from error
    check(frame, path)
    return Draws(path, frame)


def _named(path: Path) -> str:
    return f"{FOLDER.name}/{path.name}"
