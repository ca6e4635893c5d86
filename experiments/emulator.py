"""Moments as smooth functions of parameters, learnt from simulations.

Each moment has a trend, a ridge regression on all inputs, their squares, and the products of those
that move it most. What the trends leave is one Gaussian process of all moments with a shared
correlation (Conti and O'Hagan 2010), so that thousands of points are told in an instant. Folds that
the fit did not see say how far the emulator errs and how much of the process to believe.
"""

import warnings
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from sim.errors import InputError

try:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import KFold
    from threadpoolctl import threadpool_limits
except ImportError as error:
    raise InputError(
        "scikit-learn is not installed, which emulators need; pip install 'ceci-sim[evidence]'"
    ) from error

one_thread = threadpool_limits.wrap(limits=1)
"""Decorates what must not change with threads: the last digits of sums hang on their order."""

FOLDS = 5
PENALTIES = np.logspace(-3, 4, 15)
LEAST_SHARE, MOST_SHARE = 0.0005, 0.9995
"""Shares nearer to none or all are taken as these before their logit."""
ENOUGH_FOR_SCALES = 300
"""Points from which the length of the correlation is learnt."""


class Emulator:
    """Tells the mean and error of each moment at any point.

    Parameters
    ----------
    inputs : ndarray, shape (points, parameters)
        Where simulations were done, in units in which the prior is standard normal.
    outputs : ndarray, shape (points, moments)
        What they gave, in the moments' units.
    shares : ndarray of bool, shape (moments,)
        Which moments are percentages: these are learnt as logits, and never leave 0 to 100.
    active : int
        How many inputs of each moment have products in its trend.
    """

    def __init__(
        self, inputs: np.ndarray, outputs: np.ndarray, shares: np.ndarray, active: int = 8
    ) -> None:
        self._shares = shares
        self._outputs = outputs
        targets = _to_line(outputs, shares)
        self._fit = _Fit(inputs, targets, active)
        trends, rests, spreads = _out_of_fold(inputs, targets, active, self._fit.kernel)
        gaps = targets - trends
        explained = (gaps * rests).sum(axis=0) / np.maximum((rests**2).sum(axis=0), 1e-300)
        self._belief = np.clip(explained, 0, 1)
        self._told = trends + self._belief * rests
        self._spread = spreads.mean()
        wider = np.sqrt(spreads / self._spread)[:, None]
        self._error = np.sqrt((((targets - self._told) / wider) ** 2).mean(axis=0))
        self._told_error = wider * self._error

    def predict(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return means and standard errors in the moments' units, each (points, moments)."""
        trend, rest, spread = self._fit.parts(points)
        error = np.sqrt(spread / self._spread)[:, None] * self._error
        return _from_line(trend + self._belief * rest, error, self._shares)

    def check(self, names: Sequence[str]) -> pd.DataFrame:
        """Hold what unseen folds were told to be against their simulations.

        Returns
        -------
        DataFrame
            A row for each moment: ``moment``, ``r2``, ``error`` (root mean square, in its unit),
            ``inside_90`` (share of errors within 1.645 standard errors), ``largest`` (standardised
            error), ``points``.
        """
        mean, error = _from_line(self._told, self._told_error, self._shares)
        gaps = self._outputs - mean
        standard = np.abs(gaps) / np.maximum(error, 1e-12)
        return pd.DataFrame(
            {
                "moment": list(names),
                "r2": 1 - (gaps**2).sum(axis=0) / _variation(self._outputs),
                "error": np.sqrt((gaps**2).mean(axis=0)),
                "inside_90": (standard < 1.645).mean(axis=0),
                "largest": standard.max(axis=0),
                "points": len(gaps),
            }
        )


class _Fit:
    """Trends and process of some points, before it is known how far they err."""

    def __init__(
        self, inputs: np.ndarray, targets: np.ndarray, active: int, kernel: object = None
    ) -> None:
        self._centre, self._width = inputs.mean(axis=0), inputs.std(axis=0) + 1e-9
        self._level, self._scale = targets.mean(axis=0), targets.std(axis=0) + 1e-12
        x, y = self._standard(inputs), (targets - self._level) / self._scale
        self._pairs = np.array(list(combinations(range(x.shape[1]), 2))).reshape(-1, 2)
        self._size = self._features(x).std(axis=0) + 1e-9
        features = self._features(x) / self._size
        self._weights, self._constants = _trends(features, y, self._pairs, active)
        rest = y - self._constants - features @ self._weights
        self._rest = rest.std(axis=0) + 1e-12
        strength = (self._weights[: x.shape[1]] ** 2).mean(axis=1)
        self._relevance = np.sqrt(strength / (strength.max() + 1e-300)) + 0.01
        self._seen = x * self._relevance
        rest = rest / self._rest
        self.kernel = kernel or _scales(self._seen, rest)
        correlation = self.kernel(self._seen)  # type: ignore[operator]
        self._variance = float(correlation[0, 0])
        self._inverse = np.linalg.inv(correlation)
        self._process = self._inverse @ rest
        plain = self._plain(features)
        self._leverage = np.linalg.inv(plain.T @ plain + np.eye(plain.shape[1]))

    def parts(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return trend and rest (points, moments), and how uncertain both are (points,)."""
        x = self._standard(points)
        features = self._features(x) / self._size
        trend = self._constants + features @ self._weights
        near = self.kernel(x * self._relevance, self._seen)  # type: ignore[operator]
        rest = near @ self._process * self._rest
        known = np.einsum("ij,ij->i", near @ self._inverse, near)
        plain = self._plain(features)
        far = np.einsum("ij,ij->i", plain @ self._leverage, plain)
        spread = np.maximum(self._variance - known, 1e-6) + far
        return self._level + trend * self._scale, rest * self._scale, spread

    def _standard(self, points: np.ndarray) -> np.ndarray:
        return (points - self._centre) / self._width

    def _features(self, x: np.ndarray) -> np.ndarray:
        products = x[:, self._pairs[:, 0]] * x[:, self._pairs[:, 1]]
        return np.hstack([x, x**2, products])

    def _plain(self, features: np.ndarray) -> np.ndarray:
        count = 2 * self._centre.size
        return np.hstack([np.ones((len(features), 1)), features[:, :count]])


def _trends(
    features: np.ndarray, y: np.ndarray, pairs: np.ndarray, active: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return weights (features, moments) and constants (moments,) of a ridge for each moment."""
    inputs = (features.shape[1] - len(pairs)) // 2
    plain = np.arange(2 * inputs)
    first = RidgeCV(PENALTIES, alpha_per_target=True).fit(features[:, plain], y)
    slopes = first.coef_.reshape(y.shape[1], 2 * inputs)
    strength = slopes[:, :inputs] ** 2 + slopes[:, inputs:] ** 2
    weights, constants = np.zeros((features.shape[1], y.shape[1])), np.zeros(y.shape[1])
    for moment in range(y.shape[1]):
        strongest = np.argsort(-strength[moment], kind="stable")[:active]
        products = np.flatnonzero(np.isin(pairs, strongest).all(axis=1))
        used = np.concatenate([plain, 2 * inputs + products])
        ridge = RidgeCV(PENALTIES).fit(features[:, used], y[:, moment])
        weights[used, moment], constants[moment] = ridge.coef_, ridge.intercept_
    return weights, constants


def _scales(seen: np.ndarray, rest: np.ndarray) -> object:
    """Return the correlation whose length and noise make the rests of all moments most likely."""
    some = np.linspace(0, len(seen) - 1, min(len(seen), ENOUGH_FOR_SCALES)).astype(int)
    kernel = ConstantKernel(0.5, (1e-2, 10)) * RBF(2.0, (0.2, 50)) + WhiteKernel(0.5, (1e-3, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a scale at its bound is none at all
        process = GaussianProcessRegressor(kernel, random_state=0).fit(seen[some], rest[some])
    return process.kernel_


def _out_of_fold(
    inputs: np.ndarray, targets: np.ndarray, active: int, kernel: object
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return trend, rest and spread at each point by a fit that did not see it."""
    trends, rests = np.empty_like(targets), np.empty_like(targets)
    spreads = np.empty(len(targets))
    for others, fold in KFold(FOLDS, shuffle=True, random_state=0).split(inputs):
        fit = _Fit(inputs[others], targets[others], active, kernel)
        trends[fold], rests[fold], spreads[fold] = fit.parts(inputs[fold])
    return trends, rests, spreads


def _to_line(values: np.ndarray, shares: np.ndarray) -> np.ndarray:
    return np.where(shares, logit(np.clip(values / 100, LEAST_SHARE, MOST_SHARE)), values)


def _from_line(
    means: np.ndarray, errors: np.ndarray, shares: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    share = expit(np.where(shares, means, 0))
    slope = 100 * share * (1 - share)
    return np.where(shares, 100 * share, means), np.where(shares, slope * errors, errors)


def _variation(values: np.ndarray) -> np.ndarray:
    return np.maximum(((values - values.mean(axis=0)) ** 2).sum(axis=0), 1e-300)
