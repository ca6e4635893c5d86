"""Ranges: between what each uncertain parameter is varied, and where the others stay."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.options import with_values
from sim.errors import InputError
from sim.posterior import FOLDER, draws
from sim.settings import Parameter, Settings

NEAR = 0.2
"""Half-width of a calibrated parameter's range before there is a posterior, as a share of bounds:
its own bounds hold worlds that nobody lives in."""
FIVE, NINETY_FIVE = 0.05, 0.95
UNCERTAIN = ("assumed", "calibrated", "derived")


class Range(NamedTuple):
    """Between what a parameter is varied.

    Attributes
    ----------
    parameter : str
    low, high : float
        In the parameter's unit.
    origin : {"posterior", "bounds", "near base"}
        The posterior's 5 to 95 %; its own bounds; 20 % of their width about the base value.
    """

    parameter: str
    low: float
    high: float
    origin: str


def posterior_of(polo: str) -> pd.DataFrame | None:
    """Return the posterior draws of a polo, or None before any were stored.

    Returns
    -------
    DataFrame or None
        Columns are parameters, rows draws.

    Raises
    ------
    InputError
        If the file that is there cannot be used.
    """
    return draws(polo).frame if any(FOLDER.glob("*.csv")) else None


def ranges(
    settings: Settings, posterior: pd.DataFrame | None, only: Sequence[str] | None
) -> list[Range]:
    """Return the ranges of the uncertain parameters, those of `only` where it is given.

    A parameter of the posterior has its 5 to 95 %. Without one, a calibrated parameter has 20 % of
    the width of its bounds on either side of its value, and not beyond them. Any other has the
    whole of its bounds, for that is what its bounds say. Runs at all ends of these ranges, and at
    random corners of them, can be done.

    Raises
    ------
    InputError
        If `only` names what is not uncertain, or fewer than two parameters.
    """
    uncertain = {name: p for name, p in settings.parameters.items() if p.known in UNCERTAIN}
    for name in only or ():
        if name not in settings.parameters:
            raise InputError(f"only={name}: no such parameter; see configs/parameters/base.yaml")
        if name not in uncertain:
            raise InputError(f"only={name}: is measured; give any that is {', '.join(UNCERTAIN)}")
    chosen = {name: p for name, p in uncertain.items() if only is None or name in only}
    found = [range_of(name, p, posterior) for name, p in chosen.items()]
    found = [one for one in found if one.low < one.high]
    if len(found) < 2:
        raise InputError(f"only={len(found)} parameters to vary; give two or more, or null for all")
    return found


def range_of(name: str, parameter: Parameter, posterior: pd.DataFrame | None) -> Range:
    """Return the range of one parameter, see `ranges`."""
    low, high = parameter.bounds
    if posterior is not None and name in posterior:
        five, ninety_five = posterior[name].quantile([FIVE, NINETY_FIVE])
        return Range(name, float(five), float(ninety_five), "posterior")
    if parameter.known == "calibrated":
        near = NEAR * (high - low)
        return Range(
            name, max(low, parameter.value - near), min(high, parameter.value + near), "near base"
        )
    return Range(name, low, high, "bounds")


def at_posterior_mean(settings: Settings, posterior: pd.DataFrame | None) -> Settings:
    """Return the settings with the posterior's mean, where those parameters stay that do not vary.

    Without a posterior they are returned as they are.
    """
    if posterior is None:
        return settings
    return with_values(settings, {str(name): posterior[name].mean() for name in posterior})


def drawn(
    found: Sequence[Range], posterior: pd.DataFrame | None, count: int, seed: int
) -> tuple[pd.DataFrame, str]:
    """Draw parameter sets, and say from what.

    From the posterior rows are taken at random, each at most once while there are enough; without
    one, uniformly between the ranges.

    Returns
    -------
    DataFrame, str
        Columns are parameters, `count` rows; "posterior" or "screening ranges".
    """
    rng = np.random.default_rng(seed)
    if posterior is not None:
        rows = rng.choice(len(posterior), count, replace=count > len(posterior))
        return posterior.iloc[rows].reset_index(drop=True), "posterior"
    low, high = np.array([one.low for one in found]), np.array([one.high for one in found])
    values = rng.uniform(low, high, (count, len(found)))
    return pd.DataFrame(values, columns=[one.parameter for one in found]), "screening ranges"
