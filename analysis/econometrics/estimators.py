"""Estimators of staggered difference-in-differences, standard errors clustered by zone.

Two-way fixed effects is a regression on the treatment with effects of zone and period. The modern
ones are those of the package diff-diff: imputation (Borusyak, Jaravel and Spiess, 2024), the
interaction-weighted estimator (Sun and Abraham, 2021), and group-time effects against zones not yet
treated (Callaway and Sant'Anna, 2021). All of them are asked for the mean over treated cells.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.econometrics.designs import Design
from analysis.texts import N_, RefusedError

LEVEL = 0.90
REFERENCE = -1
"""Period, since the opening, with which an event study compares the others."""
MOST_TURNS, NOTHING = 1000, 1e-10
"""Turns after which effects count as taken out, or what may be left of them."""
NAMES = {"outcome": "outcome", "unit": "unit", "time": "period", "first_treat": "first"}


@dataclass(frozen=True)
class Estimate:
    """What an estimator gives for a design.

    Attributes
    ----------
    effect, se, low, high : float
        The effect on the treated, its standard error, and the ends of its interval, which is that
        of Student's t with one degree of freedom less than there are zones.
    path : DataFrame
        Columns ``event`` (periods since the opening), ``effect``, ``low``, ``high``.
    """

    effect: float
    se: float
    low: float
    high: float
    path: pd.DataFrame


Path = Callable[[], pd.DataFrame]
"""Gives the event study when it is asked for: columns event, effect, se."""
Found = tuple[float, float, Path]
"""The effect, its standard error, and the way to its event study."""


def two_way_fixed_effects(design: Design) -> Found:
    """Estimate by regression on the treatment, with effects of zone and period.

    The event study has a term for every period since the opening but the one before it and, where
    all zones are treated, the first, which no data could tell apart from them; where periods are
    left out, for those from the opening on.
    """
    (effect,), (se,) = _within(design.outcome, design.treated[None].astype(float))

    def path() -> pd.DataFrame:
        event = design.event
        told = np.unique(event[~np.isnan(event)]).astype(int)
        told = told[told != REFERENCE]
        if not design.seen.all():
            told = told[told >= 0]  # of the periods before too few are left to compare with one
        elif (design.first > 0).all():
            told = told[1:]
        effects, errors = _within(design.outcome, np.array([event == e for e in told], float))
        return pd.DataFrame({"event": told, "effect": effects, "se": errors})

    return effect, se, path


def two_way_effect(design: Design) -> float:
    """Return the estimate of two-way fixed effects alone."""
    return float(_within(design.outcome, design.treated[None].astype(float))[0][0])


def imputation(design: Design) -> Found:
    """Estimate what treated cells would have been from untreated ones, and take the difference."""
    from diff_diff import ImputationDiD

    before = bool(design.seen.all())  # otherwise too few are left to compare with one
    found = ImputationDiD(cluster="unit", pretrends=before).fit(design.frame(), **NAMES)
    return found.att, found.se, lambda: _path(found.aggregate("event_study").to_dataframe())


def sun_abraham(design: Design) -> Found:
    """Estimate each cohort's path against zones never treated, and weight by cohort shares."""
    from diff_diff import SunAbraham

    found = SunAbraham(cluster="unit").fit(design.frame(), **NAMES)
    names = {"relative_period": "event_time", "effect": "att"}
    return found.att, found.se, lambda: _path(found.to_dataframe().rename(columns=names))


def callaway_santanna(design: Design) -> Found:
    """Estimate the effect of each cohort and period against zones not yet treated."""
    from diff_diff import CallawaySantAnna

    found = CallawaySantAnna(
        cluster="unit", control_group="not_yet_treated", base_period="universal"
    ).fit(design.frame(), **NAMES)
    return found.att, found.se, lambda: _path(found.aggregate("event_study").to_dataframe())


ESTIMATORS: dict[str, Callable[[Design], Found]] = {
    "twfe": two_way_fixed_effects,
    "imputation": imputation,
    "sun_abraham": sun_abraham,
    "callaway_santanna": callaway_santanna,
}
LABELS = {
    "twfe": N_("Two-way fixed effects"),
    "imputation": N_("Imputation (Borusyak et al.)"),
    "sun_abraham": N_("Sun and Abraham"),
    "callaway_santanna": N_("Callaway and Sant'Anna"),
}
MODERN = tuple(ESTIMATORS)[1:]
WITH_GAPS = ("twfe", "imputation")
"""Those that can do without some periods of a zone; the others compare with the one before."""


def estimators_of(design: Design) -> tuple[str, ...]:
    """Return the names of the estimators that a design allows."""
    return tuple(ESTIMATORS) if design.seen.all() else WITH_GAPS


def estimate(name: str, design: Design, events: bool = False) -> Estimate:
    """Return what an estimator gives, with the same kind of interval for each.

    Parameters
    ----------
    name : str
        One of `ESTIMATORS`.
    design : Design
    events : bool
        Whether an event study is wanted too; without it the path is empty.

    Raises
    ------
    RefusedError
        If the package of the modern estimators is missing.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what the package will rename
        try:
            effect, se, events_of = ESTIMATORS[name](design)
        except ModuleNotFoundError as error:
            raise RefusedError(
                N_("{name} is not installed; pip install 'ceci-sim[econometrics]' brings it"),
                name=error.name,
            ) from None
        path = (
            events_of() if events else pd.DataFrame(columns=["event", "effect", "se"], dtype=float)
        )
    reach = stats.t.ppf((1 + LEVEL) / 2, len(design.first) - 1)
    path = path.assign(
        low=path["effect"] - reach * path["se"], high=path["effect"] + reach * path["se"]
    )
    return Estimate(
        float(effect),
        float(se),
        float(effect - reach * se),
        float(effect + reach * se),
        path.drop(columns="se"),
    )


def _path(table: pd.DataFrame) -> pd.DataFrame:
    table = table[table["se"].notna()]  # the reference has none
    return pd.DataFrame(
        {"event": table["event_time"], "effect": table["att"], "se": table["se"]}
    ).reset_index(drop=True)


def _within(outcome: np.ndarray, terms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Regress on terms with effects of zone and period; return coefficients and clustered errors.

    Parameters
    ----------
    outcome : ndarray, shape (zones, periods)
        NaN where a zone is left out.
    terms : ndarray, shape (terms, zones, periods)
    """
    seen = ~np.isnan(outcome)
    y = _demeaned(np.where(seen, outcome, 0.0), seen)
    x = np.array([_demeaned(term, seen) for term in terms])
    flat = x.reshape(len(x), -1)
    bread = np.linalg.pinv(flat @ flat.T)
    coefficients = bread @ (flat @ y.ravel())
    residual = y - np.tensordot(coefficients, x, axes=1)
    scores = (x * residual).sum(axis=2)
    zones, periods = outcome.shape
    # Effects of zones are nested in the clusters: they are not counted
    free = seen.sum() - (len(x) + periods - 1)
    variance = zones / (zones - 1) * (seen.sum() - 1) / free * bread @ (scores @ scores.T) @ bread
    return coefficients, np.sqrt(np.diag(variance))


def _demeaned(values: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return values without the effects of their zone and of their period, 0 where not seen.

    Means are taken out in turn until nothing is left to take; without gaps that is once each.
    """
    by_zone, by_period = (np.maximum(seen.sum(axis=axis, keepdims=True), 1) for axis in (1, 0))
    left = np.where(seen, values, 0.0)
    for _ in range(MOST_TURNS):
        taken = left.sum(axis=1, keepdims=True) / by_zone
        left = np.where(seen, left - taken, 0.0)
        rest = left.sum(axis=0, keepdims=True) / by_period
        left = np.where(seen, left - rest, 0.0)
        if max(np.abs(taken).max(), np.abs(rest).max()) < NOTHING:
            break
    return left
