"""What a calibration found: its tables and its figures."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import charts
from analysis.texts import LOCALES, N_, Words
from experiments.evidence.moments import Moment
from experiments.posterior import Prior, Targets
from sim.results.catalogue import catalogue
from sim.settings import Settings

TOLD_APART_BELOW, TIED_FROM = 0.8, 0.8
"""Posterior over prior standard deviation, and correlation, beyond which one is in doubt."""
SERIES = {"prior": N_("prior, 90 % interval"), "posterior": N_("posterior, 90 % interval")}
ROUNDS = {
    "inside": N_("moments inside\ntheir tolerance (%)"),
    "error": N_("error of the emulator\n(median, tolerances)"),
    "movement": N_("movement of means\n(standard deviations)"),
    "narrowing": N_("posterior sd\n(median, prior sd)"),
}
"""Panels of the figure of the waves."""


@dataclass(frozen=True)
class Calibration:
    """What a calibration found.

    Attributes
    ----------
    prior : Prior
    targets : Targets
    draws : DataFrame, shape (draws, parameters)
    outcomes : ndarray, shape (draws, moments)
        What the draws really gave.
    worth : float
        Effective number of candidates.
    convergence, emulator : DataFrame
        A row for each wave, and for each moment.
    simulations : int
        How many it took.
    """

    prior: Prior
    targets: Targets
    draws: pd.DataFrame
    outcomes: np.ndarray
    worth: float
    convergence: pd.DataFrame
    emulator: pd.DataFrame
    simulations: int


def moments_table(found: Calibration) -> pd.DataFrame:
    """Return published moments beside those of the draws."""
    low, high = np.quantile(found.outcomes, [0.05, 0.95], axis=0)
    mean = found.outcomes.mean(axis=0)
    return pd.DataFrame(
        {
            "moment": found.targets.names,
            "unit": [moment.unit for moment in found.targets.moments.values()],
            "published": found.targets.value,
            "tolerance": found.targets.tolerance,
            "simulated": mean,
            "low": low,
            "high": high,
            "inside": found.targets.inside(mean),
            "draws_inside": found.targets.inside(found.outcomes).mean(axis=0),
            "chance": found.targets.noise,
        }
    )


def posterior_table(found: Calibration) -> pd.DataFrame:
    """Return prior and posterior intervals of each parameter."""
    parameters = found.prior.parameters.values()
    return pd.DataFrame(
        {
            "parameter": found.prior.names,
            "unit": [one.unit for one in parameters],
            "known": [one.known for one in parameters],
            "before": [one.value for one in parameters],
            "prior_low": found.prior.quantiles(0.05),
            "prior_high": found.prior.quantiles(0.95),
            "mean": found.draws.mean().to_numpy(),
            "median": found.draws.median().to_numpy(),
            "low": found.draws.quantile(0.05).to_numpy(),
            "high": found.draws.quantile(0.95).to_numpy(),
        }
    )


def identified_table(found: Calibration) -> pd.DataFrame:
    """Return how far the moments narrow each parameter, and with which other it is tied."""
    sd = found.draws.std().to_numpy()
    correlations = np.corrcoef(found.draws.to_numpy().T).reshape(sd.size, sd.size)
    np.fill_diagonal(correlations, 0.0)
    partner = np.abs(correlations).argmax(axis=1)
    tied = correlations[np.arange(sd.size), partner]
    ratio = sd / found.prior.sd
    return pd.DataFrame(
        {
            "parameter": found.prior.names,
            "prior_sd": found.prior.sd,
            "posterior_sd": sd,
            "ratio": ratio,
            "tied_to": [found.prior.names[other] for other in partner],
            "correlation": tied,
            "told_apart": (ratio <= TOLD_APART_BELOW) & (np.abs(tied) <= TIED_FROM),
        }
    )


def recovery_table(found: Calibration, truth: np.ndarray) -> pd.DataFrame:
    """Return known values beside the posterior's 90 % intervals."""
    table = posterior_table(found)[["parameter", "unit", "prior_low", "prior_high", "low", "high"]]
    inside = (truth >= table["low"]) & (truth <= table["high"])
    return table.assign(truth=truth, inside=inside)


# Figures


def draw(found: Calibration, settings: Settings, folder: Path) -> None:
    """Draw moments, parameters and convergence, in both languages."""
    for words in map(Words, LOCALES):
        polo = getattr(settings.polo.label, words.lang)
        source = words("Source: python -m experiments.calibrate, {polo}", polo=polo)
        with charts.style():
            figures = {
                "moments": charts.intervals(
                    _gaps(found, words),
                    words("Published moments and those of the posterior draws"),
                    words("distance from the published figure\n(tolerances)"), source,
                    band=(-1, 1, words("tolerance (90 % interval of the published figure)")),
                ),
                "parameters": charts.intervals(
                    _narrowing(found, words), words("What the moments say of each parameter"),
                    words("share of the parameter's bounds (%)"), source,
                ),
                "convergence": charts.small_lines(
                    _rounds(found, words), words("Waves of the calibration"), words("wave"), source
                ),
            }  # fmt: skip
            for name, figure in figures.items():
                charts.save(figure, folder / f"{name}_{words.lang}")


def _gaps(found: Calibration, words: Words) -> pd.DataFrame:
    gaps = (found.outcomes - found.targets.value) / found.targets.tolerance
    low, high = np.quantile(gaps, [0.05, 0.95], axis=0)
    names = [
        f"{getattr(moment.label, words.lang)} ({moment.value:,g} {_unit(moment, words)})"
        for moment in found.targets.moments.values()
    ]
    series = words("posterior draws: mean and 90 % interval")
    return pd.DataFrame(
        {"name": names, "series": series, "low": low, "middle": gaps.mean(0), "high": high}
    )


def _unit(moment: Moment, words: Words) -> str:
    return words.of(catalogue()["measures"][moment.measure]["unit"])


def _narrowing(found: Calibration, words: Words) -> pd.DataFrame:
    table = posterior_table(found)
    bounds = np.array([one.bounds for one in found.prior.parameters.values()])
    names = [getattr(one.label, words.lang) for one in found.prior.parameters.values()]
    of = {
        "prior": (table["prior_low"], found.prior.quantiles(0.5), table["prior_high"]),
        "posterior": (table["low"], table["median"], table["high"]),
    }
    frames = []
    for key, ends in of.items():
        low, middle, high = (
            100 * (np.asarray(end) - bounds[:, 0]) / (bounds[:, 1] - bounds[:, 0]) for end in ends
        )
        shares = {"low": low, "middle": middle, "high": high}
        frames.append(pd.DataFrame({"name": names, "series": words(SERIES[key]), **shares}))
    return pd.concat(frames, ignore_index=True)


def _rounds(found: Calibration, words: Words) -> pd.DataFrame:
    table = found.convergence.assign(inside=100 * found.convergence["moments_inside"])
    panels = {name: words(panel) for name, panel in ROUNDS.items()}
    return table.melt("wave", list(ROUNDS), "panel", "y").assign(
        x=lambda long: long["wave"], panel=lambda long: long["panel"].map(panels)
    )
