"""Bayes' rule for a simulator: prior, likelihood of published moments, and draws from both.

All is done in scores: a parameter's score is the standard normal deviate of its probability under
the prior, so that the prior of scores is standard normal whatever that of the parameter is, and no
draw can leave the parameter's bounds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from scipy import stats

from experiments.emulator import Emulator
from experiments.evidence.moments import Moment
from experiments.options import with_values
from sim.errors import InputError
from sim.settings import Parameter, Settings

HALF_WIDTH = 1.645
"""Standard errors in a tolerance, which is read as the half-width of a 90 % interval."""
FARTHEST = 3.5
"""Scores beyond are taken as this: the outer two thousandths of a prior."""
FREEDOM = 4
"""Degrees of freedom of the robust likelihood."""

KEPT_STEPS = 1000
"""Steps of a chain that are kept at least, where it has so many; its first half is left out."""
LONGEST = 1.5
"""Scores by which a correction moves a point at most."""

Belief = Literal["pert", "uniform"]
Likelihood = Literal["normal", "student"]


class Prior:
    """What is believed of some parameters before the moments are looked at.

    A calibrated parameter is anywhere within its bounds alike, for its value in the settings came
    from the moments. An assumed or derived one has a PERT distribution (a scaled beta, as in the
    elicitation of experts) with its value as the mode; or is uniform too, if `belief` says so.

    Parameters
    ----------
    parameters : mapping of str to Parameter
    belief : {"pert", "uniform"}

    Raises
    ------
    InputError
        If a parameter's bounds leave no choice.
    """

    def __init__(self, parameters: Mapping[str, Parameter], belief: Belief) -> None:
        self.parameters = dict(parameters)
        self.names = list(parameters)
        for name, parameter in parameters.items():
            if parameter.bounds[0] == parameter.bounds[1]:
                raise InputError(f"free={name}: its bounds are one value; leave it out")
        self._all = [_distribution(found, belief) for found in parameters.values()]

    @property
    def sd(self) -> np.ndarray:
        """Standard deviations, in the parameters' units."""
        return np.array([float(one.std()) for one in self._all])

    def quantiles(self, share: float) -> np.ndarray:
        """Return the value of each parameter below which this share of the prior lies."""
        return np.array([float(one.ppf(share)) for one in self._all])

    @property
    def centre(self) -> np.ndarray:
        """Scores of the parameters' values in the settings."""
        return self.scores(np.array([[one.value for one in self.parameters.values()]]))[0]

    def scores(self, values: np.ndarray) -> np.ndarray:
        """Return scores of values, both shape (points, parameters)."""
        shares = np.column_stack([one.cdf(values[:, n]) for n, one in enumerate(self._all)])
        return np.clip(stats.norm.ppf(shares), -FARTHEST, FARTHEST)

    def values(self, scores: np.ndarray) -> np.ndarray:
        """Return values of scores, both shape (points, parameters)."""
        shares = stats.norm.cdf(np.clip(scores, -FARTHEST, FARTHEST))
        found = np.column_stack([one.ppf(shares[:, n]) for n, one in enumerate(self._all)])
        low, high = np.array([one.bounds for one in self.parameters.values()]).T
        return np.clip(found, low, high)

    def settings(self, settings: Settings, values: np.ndarray) -> Settings:
        """Return settings with these values (parameters,) in place of their own."""
        return with_values(settings, dict(zip(self.names, values, strict=True)))


def _distribution(parameter: Parameter, belief: Belief) -> Any:
    low, high = parameter.bounds
    if parameter.known == "calibrated" or belief == "uniform":
        return stats.uniform(low, high - low)
    mode = (parameter.value - low) / (high - low)
    return stats.beta(1 + 4 * mode, 5 - 4 * mode, low, high - low)


@dataclass(frozen=True)
class Targets:
    """Published moments, as what a simulation is held against.

    Attributes
    ----------
    moments : dict of str to Moment
    noise : ndarray, shape (moments,)
        Standard deviation of a simulated moment between replicates.
    likelihood : {"normal", "student"}
        Student's t has heavier tails: a moment that conflicts with the others moves less.
    """

    moments: dict[str, Moment]
    noise: np.ndarray
    likelihood: Likelihood

    @property
    def names(self) -> list[str]:
        """Names of the moments."""
        return list(self.moments)

    @cached_property
    def value(self) -> np.ndarray:
        """Published values."""
        return np.array([moment.value for moment in self.moments.values()])

    @cached_property
    def tolerance(self) -> np.ndarray:
        """Tolerances, half-widths of 90 % intervals."""
        return np.array([moment.tolerance for moment in self.moments.values()])

    @cached_property
    def shares(self) -> np.ndarray:
        """True for percentages."""
        return np.array([moment.unit == "%" for moment in self.moments.values()])

    def inside(self, outcomes: np.ndarray) -> np.ndarray:
        """Return which outcomes are within the tolerance of what was published."""
        return np.abs(outcomes - self.value) <= self.tolerance

    def log_likelihood(self, outcomes: np.ndarray, error: np.ndarray | float = 0.0) -> np.ndarray:
        """Return the log likelihood of each point, shape (points,).

        The variance of a moment's gap is that of the published figure, of the emulator (`error`,
        a standard deviation) and of chance in the simulation.
        """
        return self._log_likelihood(outcomes, self.noise**2 + np.square(error))

    def _log_likelihood(self, outcomes: np.ndarray, variance: np.ndarray) -> np.ndarray:
        spread = np.sqrt((self.tolerance / HALF_WIDTH) ** 2 + variance)
        gap = (outcomes - self.value) / spread
        if self.likelihood == "normal":
            told = -0.5 * gap**2
        else:
            told = -0.5 * (FREEDOM + 1) * np.log1p(gap**2 / FREEDOM)
        return (told - np.log(spread)).sum(axis=1)

    def log_weights(self, real: np.ndarray, told: np.ndarray, error: np.ndarray) -> np.ndarray:
        """Return how much likelier points are than the emulator told, in logarithms, (points,).

        What a point really gave has chance in it, and what the emulator told its error: the point's
        moments are taken between, as near to each as it is exact.
        """
        doubt = error**2 + self.noise**2
        share = doubt / (doubt + self.noise**2 + 1e-300)
        between = told + share * (real - told)
        likelier = self._log_likelihood(between, share * self.noise**2)
        return likelier - self._log_likelihood(told, doubt)

    def log_posterior(
        self, emulator: Emulator, doubt: float = 1.0
    ) -> Callable[[np.ndarray], np.ndarray]:
        """Return the log density of scores (points, parameters), as the emulator tells it.

        The emulator's errors count times `doubt`.
        """

        def density(scores: np.ndarray) -> np.ndarray:
            mean, error = emulator.predict(np.clip(scores, -FARTHEST, FARTHEST))
            told = self.log_likelihood(mean, doubt * error)
            return told - 0.5 * (scores**2).sum(axis=1)

        return density


def sample(
    density: Callable[[np.ndarray], np.ndarray],
    top: np.ndarray,
    spread: np.ndarray,
    steps: int,
    seed: int,
) -> np.ndarray:
    """Return draws from a density by an ensemble of walkers, its first half of steps left out.

    Walkers begin in a normal distribution that is near the density, and make preconditioned
    Crank-Nicolson steps (Cotter et al. 2013), which are as good in many dimensions as in few where
    that distribution is near. Of a long chain `KEPT_STEPS` are kept, evenly spaced.

    Parameters
    ----------
    density : callable
        Log density of points (points, dimensions).
    top, spread : ndarray, shape (dimensions,) and (dimensions, dimensions)
        Mean and covariance of the normal distribution.
    steps : int
    seed : int

    Returns
    -------
    ndarray, shape (steps kept, walkers, dimensions)

    Raises
    ------
    InputError
        If emcee is not installed.
    """
    try:
        import emcee
    except ImportError as error:
        raise InputError(
            "emcee is not installed, which draws from a posterior need; "
            "pip install 'ceci-sim[evidence]'"
        ) from error
    root = np.linalg.cholesky(spread)
    back = np.linalg.inv(root)

    def step(points: np.ndarray, chance: Any) -> tuple[np.ndarray, np.ndarray]:
        size = chance.uniform(0.05, 0.6, (len(points), 1))
        before = (points - top) @ back.T
        after = np.sqrt(1 - size**2) * before + size * chance.standard_normal(points.shape)
        return top + after @ root.T, 0.5 * ((after**2).sum(axis=1) - (before**2).sum(axis=1))

    moves = emcee.moves.MHMove(step)
    walkers = max(32, 4 * top.size)
    sampler = emcee.EnsembleSampler(walkers, top.size, density, moves=moves, vectorize=True)
    thin = max(1, steps // KEPT_STEPS)
    chance = np.random.RandomState(seed)
    start = top + chance.standard_normal((walkers, top.size)) @ root.T
    sampler.run_mcmc(
        emcee.State(start, random_state=chance.get_state()),
        steps // thin,
        thin_by=thin,
        skip_initial_state_check=True,
    )
    return sampler.get_chain(discard=steps // thin // 2)


def normal_near(
    targets: Targets, emulator: Emulator, guess: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and covariance of what a posterior would be, were the emulator linear at its top.

    The top is sought from a guess by Gauss and Newton's steps.
    """
    density = targets.log_posterior(emulator)
    top, best = guess.copy(), float(density(guess[None])[0])
    for _ in range(30):
        mean, error = emulator.predict(top[None])
        weight = 1 / ((targets.tolerance / HALF_WIDTH) ** 2 + targets.noise**2 + error[0] ** 2)
        slope = slopes(emulator, top[None])[0]
        spread = np.linalg.inv(np.eye(top.size) + (slope * weight) @ slope.T)
        stride = spread @ (slope @ (weight * (targets.value - mean[0])) - top)
        tried = top + np.array([1.0, 0.5, 0.25, 0.1, 0.03, 0.01])[:, None] * stride
        told = density(tried)
        if told.max() <= best + 0.01:
            break
        top, best = tried[told.argmax()], float(told.max())
    return top, spread


def slopes(emulator: Emulator, points: np.ndarray) -> np.ndarray:
    """Return how moments change with scores, shape (points, parameters, moments)."""
    step = 0.05
    found = []
    for one in np.eye(points.shape[1]):
        up, down = (emulator.predict(points + side * step * one)[0] for side in (1, -1))
        found.append((up - down) / (2 * step))
    return np.stack(found, axis=1)


def corrected(
    targets: Targets, emulator: Emulator, points: np.ndarray, told: np.ndarray, real: np.ndarray
) -> np.ndarray:
    """Return points moved so that they really give what they were told to.

    The move is the least, in scores, that makes up for the gap by the emulator's slopes; as much of
    a gap as chance in the simulation, or a tenth of the tolerance, is left alone.

    Parameters
    ----------
    targets : Targets
    emulator : Emulator
    points : ndarray, shape (points, parameters)
    told, real : ndarray, shape (points, moments)
    """
    slope = slopes(emulator, points)
    chance = targets.noise**2 + (targets.tolerance / 10) ** 2
    matrix = np.swapaxes(slope, 1, 2) @ slope + np.diag(chance)
    gap = np.linalg.solve(matrix, (told - real)[:, :, None])
    move = (slope @ gap)[:, :, 0]
    length = np.sqrt((move**2).sum(axis=1, keepdims=True))
    return np.clip(points + move / np.maximum(length / LONGEST, 1), -FARTHEST, FARTHEST)


def split_r_hat(chain: np.ndarray) -> np.ndarray:
    """Return Gelman and Rubin's R of each dimension, each walker split in two halves."""
    half = len(chain) // 2
    parts = np.concatenate([chain[:half], chain[half : 2 * half]], axis=1)
    within = parts.var(axis=0, ddof=1).mean(axis=0)
    between = parts.mean(axis=0).var(axis=0, ddof=1)
    return np.sqrt((half - 1) / half + between / np.maximum(within, 1e-300))


def reweighted(log_weights: np.ndarray, count: int, seed: int) -> tuple[np.ndarray, float]:
    """Return which of some draws to keep by their weights, none twice, and how many they are worth.

    Weights are cut at the square root of their number times their mean (Ionides 2008), so that no
    few draws decide all; draws are kept with probability by weight (Gumbel's top draws).

    Returns
    -------
    kept : ndarray of int, shape (count,)
    worth : float
        Effective number of the draws given, by their cut weights.
    """
    weights = np.exp(log_weights - log_weights.max())
    weights = np.minimum(weights, weights.mean() * np.sqrt(weights.size))
    worth = weights.sum() ** 2 / (weights**2).sum()
    lots = np.random.default_rng(seed).gumbel(size=weights.size)
    order = np.argsort(-(np.log(weights + 1e-300) + lots), kind="stable")
    return np.sort(order[:count]), float(worth)
