"""Points: the headline effects at sets of parameter values."""

import numpy as np
import pandas as pd

from experiments.evidence.evaluations import Task, evaluate
from experiments.evidence.headline import NAMES, headline_effects, steps_of
from experiments.options import with_values
from sim.errors import IncompleteError
from sim.run import tell
from sim.settings import Settings


def effects_at(
    settings: Settings, points: pd.DataFrame, replicates: np.ndarray, description: str
) -> np.ndarray:
    """Return the headline effects at each point.

    Parameters
    ----------
    settings : Settings
        Where parameters stay that the points do not name.
    points : DataFrame
        Columns are parameters, a row is a point.
    replicates : ndarray of int, shape (points, runs)
        The replicates to simulate of each; the same number gives the same draws of chance.
    description : str
        What is being done.

    Returns
    -------
    ndarray, shape (points, runs, effects)
        In the order of `NAMES`; NaN where a run could not be done, which is reported.

    Raises
    ------
    IncompleteError
        If no run could be done.
    """
    tasks = []
    for row, at_row in zip(points.to_dict("records"), replicates, strict=True):
        there = with_values(settings, {str(name): value for name, value in row.items()})
        tasks += [Task(there, int(replicate), steps_of(settings)) for replicate in at_row]
    told = evaluate(headline_effects, tasks, settings, description)
    failed = [values["failed"] for values in told if values["failed"]]
    if len(failed) == len(told):
        raise IncompleteError(f"{description}: no simulation could be done ({failed[0]})")
    if failed:
        tell(f"{description}: {len(failed)} of {len(told)} runs left out, the first: {failed[0]}")
    values = [[one["effects"].get(name, np.nan) for name in NAMES] for one in told]
    return np.array(values, float).reshape(*replicates.shape, len(NAMES))


def same_chance(points: pd.DataFrame, runs: int = 1) -> np.ndarray:
    """Return replicates 0, 1... for every point: common draws, so that points differ by values."""
    return np.tile(np.arange(runs), (len(points), 1))


def own_chance(points: pd.DataFrame, runs: int) -> np.ndarray:
    """Return replicates that no two points share: runs differ by chance as they would alone."""
    return np.arange(len(points) * runs).reshape(len(points), runs)
