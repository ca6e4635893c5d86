"""Indices: shares of an effect's variance by parameter (Sobol), on an emulator.

An emulator, and not the simulator itself: the indices of twelve parameters need thousands of runs
to be known to a tenth, for each is a ratio of variances, while these effects are smooth enough
in the parameters for some hundreds to teach a Gaussian process. What the emulator does not know is
said (`emulator_r2`, by cross-validation) and is part of the intervals.
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from scipy.stats import qmc

from experiments.evidence.headline import NAMES
from experiments.sensitivity.ranges import Range
from experiments.sensitivity.screening import LEVEL, problem
from sim.results.console import progress

FOLDS = 10
BASE = 1024
"""Base points of the indices on the emulator, each with parameters + 2 evaluations."""
STARTS = ((0.3, 1e-2), (1.0, 0.3), (3.0, 0.3))
"""Lengths and noise from which the likelihood is climbed: it has more than one top, and from
a single start a bent function may pass for noise."""
LEAST = 2 * FOLDS
"""Points below which no emulator is learnt."""

Emulator = Callable[[np.ndarray], np.ndarray]
"""Of points in the unit cube, shape (points, parameters), to values, shape (points,)."""


def design(found: Sequence[Range], count: int, seed: int) -> pd.DataFrame:
    """Return points spread over the ranges by a Latin hypercube; columns are parameters."""
    unit = qmc.LatinHypercube(len(found), rng=np.random.default_rng(seed)).random(count)
    low, high = np.array([one.low for one in found]), np.array([one.high for one in found])
    return pd.DataFrame(qmc.scale(unit, low, high), columns=[one.parameter for one in found])


def indices(
    found: Sequence[Range], points: pd.DataFrame, values: np.ndarray, seed: int
) -> pd.DataFrame:
    """Return Sobol indices of every headline effect, the largest total index first.

    Parameters
    ----------
    found : sequence of Range
    points : DataFrame
        What `design` returned.
    values : ndarray, shape (points, effects)
    seed : int

    Returns
    -------
    DataFrame
        Column measure, and those of `indices_of`.
    """
    tables = []
    with progress(len(NAMES), "learning emulators") as bar:
        for number, name in enumerate(NAMES):
            bar.describe(f"emulator of {name}")
            told = indices_of(found, points, values[:, number], seed)
            told.insert(0, "measure", name)
            tables.append(told.sort_values("total", ascending=False, kind="stable"))
            bar.advance()
    return pd.concat(tables, ignore_index=True)


def indices_of(
    found: Sequence[Range], points: pd.DataFrame, values: np.ndarray, seed: int
) -> pd.DataFrame:
    """Return the Sobol indices of one effect.

    Parameters
    ----------
    found : sequence of Range
    points : DataFrame, shape (points, parameters)
    values : ndarray, shape (points,)
        NaN where there is none; such points are left out.
    seed : int

    Returns
    -------
    DataFrame
        Columns parameter; first and total, shares of the emulator's variance that the parameter
        explains alone, and with all that depends on others too; first_conf and total_conf,
        half-widths of their 90 % intervals, from the sample of evaluations (bootstrap) and from the
        emulator's own points (delete-a-tenth jackknife, its lengths kept: with few points they are
        too narrow); emulator_r2 and emulator_rmse, of
        predictions at points left out (what is missing to an R2 of 1 is chance, and shape
        that was not learnt); points, how many it learnt from. Indices are NaN where there are too
        few points, or where the effect does not vary.
    """
    there = np.isfinite(values)
    result = pd.DataFrame({"parameter": [one.parameter for one in found]})
    if there.sum() < LEAST or np.ptp(values[there]) == 0:
        names = ("first", "first_conf", "total", "total_conf", "emulator_r2", "emulator_rmse")
        return result.assign(**dict.fromkeys(names, np.nan), points=int(there.sum()))
    low, high = np.array([one.low for one in found]), np.array([one.high for one in found])
    x, y = (points.to_numpy()[there] - low) / (high - low), values[there]
    emulator, kernel = learnt(x, y)
    folds = np.random.default_rng(seed).permutation(y.size) % FOLDS
    without = [learnt(x[folds != k], y[folds != k], kernel)[0] for k in range(FOLDS)]
    predicted = np.empty(y.size)
    for k, fold in enumerate(without):
        predicted[folds == k] = fold(x[folds == k])
    unexplained = float(((y - predicted) ** 2).mean())
    told = sobol(emulator, found, seed)
    jackknife = [sobol(fold, found, seed) for fold in without]
    z = stats.norm.ppf((1 + LEVEL) / 2)
    for short, name in (("S1", "first"), ("ST", "total")):
        left_out = np.array([fold[short] for fold in jackknife])
        spread = (FOLDS - 1) * left_out.var(axis=0)
        result[name] = told[short]
        result[f"{name}_conf"] = np.sqrt(told[f"{short}_conf"] ** 2 + z**2 * spread)
    return result.assign(
        emulator_r2=1 - unexplained / y.var(), emulator_rmse=unexplained**0.5, points=y.size
    )


def learnt(x: np.ndarray, y: np.ndarray, kernel: Any = None) -> tuple[Emulator, Any]:
    """Learn a Gaussian process with a length of its own for each parameter, and noise.

    Parameters
    ----------
    x : ndarray, shape (points, parameters)
        In the unit cube.
    y : ndarray, shape (points,)
    kernel : sklearn kernel, optional
        One that was learnt before and stays as it is.

    Returns
    -------
    callable, kernel
        The emulator, and its kernel.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

    def fitted(start: Any) -> Any:
        process = GaussianProcessRegressor(
            start, optimizer="fmin_l_bfgs_b" if kernel is None else None, normalize_y=True
        )
        return process.fit(x, y)

    starts = [kernel] if kernel is not None else [
        ConstantKernel(1.0, (1e-3, 1e3)) * RBF(np.full(x.shape[1], length), (5e-2, 1e2))
        + WhiteKernel(noise, (1e-8, 1e1))
        for length, noise in STARTS
    ]  # fmt: skip
    with warnings.catch_warnings():
        # A parameter without influence has a length at its bound, as it should
        warnings.simplefilter("ignore", ConvergenceWarning)
        best = max(map(fitted, starts), key=lambda one: one.log_marginal_likelihood_value_)
    return best.predict, best.kernel_


def sobol(emulator: Emulator, found: Sequence[Range], seed: int) -> dict[str, np.ndarray]:
    """Return S1, S1_conf, ST and ST_conf of a function on the unit cube, by parameter."""
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampling

    cube = problem(found) | {"bounds": [[0.0, 1.0]] * len(found)}
    at = sampling.sample(cube, BASE, calc_second_order=False, seed=seed)
    return analysis.analyze(
        cube, emulator(at), calc_second_order=False, conf_level=LEVEL, seed=seed
    )
