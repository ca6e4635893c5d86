"""With how many zones, mothers and months a design would find the effect."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd
from scipy import stats

from analysis.econometrics.designs import MAKERS, Design
from analysis.econometrics.estimators import LEVEL, two_way_effect
from analysis.econometrics.panel import NEVER, Survey
from analysis.texts import RefusedError

POLOS = (0.5, 1.0, 2.0, 4.0)
"""Zones of a design, in polos' worth of them."""
WOMEN = (1.0, 0.5, 0.25)
"""Shares of the women of the panel who are asked."""
YEARS = (1, 2, 4)
"""After the first opening; the last is all that there is if this is less."""
COLUMNS = ["design", "estimator", "zones", "served", "mothers", "months", "truth", "estimate", "se",
           "power", "detectable", "needed"]  # fmt: skip
DRAWS = 100
FOUND = 0.8
"""Power at which the smallest effect that a design finds is stated, as is usual."""


def imputed_effect(design: Design) -> float:
    """Return the imputation estimate alone: that of the package, in a fraction of its time."""
    seen = design.seen & ~design.treated
    held = seen.sum(axis=1)
    there = held > 0
    y, seen = np.where(seen, design.outcome, 0.0)[there], seen[there].astype(float)
    held = held[there][:, None]
    # Effects of zones are put into the equations of those of periods
    left = np.diag(seen.sum(axis=0)) - seen.T @ (seen / held)
    right = y.sum(axis=0) - (seen.T @ (y.sum(axis=1, keepdims=True) / held)).ravel()
    of_period = np.linalg.lstsq(left, right, rcond=None)[0]
    of_zone = (y - seen * of_period).sum(axis=1, keepdims=True) / held
    gap = design.outcome[there] - of_zone - of_period
    return float(gap[design.treated[there]].mean())


ESTIMATORS = {"twfe": two_way_effect, "imputation": imputed_effect}
"""Point estimates: their spread over resamples is their standard error."""


def power_table(survey: Survey, draws: int = DRAWS, seed: int = 0) -> pd.DataFrame:
    """Resample zones, and women in them, and see how often the effect would be found.

    Zones are drawn with replacement from all of a design, each with its whole history, as many as
    fill half a polo, one, two and four; women are drawn without. The standard error is the spread
    of the estimates, and power the chance that an interval of 90 % around such an estimate leaves
    out zero.

    Parameters
    ----------
    survey : Survey
    draws : int
        Resamples of each size.
    seed : int
        Of the resamples: the same seed gives the same table.

    Returns
    -------
    DataFrame
        Columns ``design, estimator``; ``zones, served, mothers`` (asked in a zone and period),
        ``months`` (after the first opening); ``truth, estimate, se``; ``power``; ``detectable``,
        the least effect found with a chance of 80 %, and ``needed``, how many such zones would
        find the truth with that chance if nothing but their number stood in the way.
    """
    rows = []
    for name, share in product(MAKERS, WOMEN):
        found = _draws(survey, name, share, draws, np.random.default_rng(seed))
        for (zones, months), group in found.groupby(["zones", "months"], sort=False):
            if len(group) < 2:
                continue  # one estimate has no spread
            truth = group["truth"].mean()
            for estimator in ESTIMATORS:
                told = _summary(group[estimator])
                rows.append(
                    {
                        "design": name,
                        "estimator": estimator,
                        "zones": zones,
                        "served": group["served"].mean(),
                        "mothers": survey.mothers * share,
                        "months": months,
                        "truth": truth,
                        **told,
                        "needed": group["zones"].mean() * _over(told["detectable"], truth) ** 2,
                    }
                )
    return pd.DataFrame(rows, columns=COLUMNS)


def _draws(
    survey: Survey, name: str, share: float, draws: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the estimates of every resample, and what each resample is like."""
    people = 1 + max(rows["person"].max() for rows in survey.rows.values())
    rows = []
    for _ in range(draws):
        asked = rng.random(people) < share
        kept = {arm: asked[told["person"].to_numpy()] for arm, told in survey.rows.items()}
        try:
            design = MAKERS[name](survey, kept)
        except RefusedError:
            continue  # too few are asked, or one replicate has no other polo to compare with
        for size, (months, end) in product(_sizes(survey), _ends(survey, design)):
            sample = design.of(rng.integers(0, design.first.size, size)).until(end)
            served = int((sample.first > NEVER).sum())
            if not 0 < served < size:
                continue  # nothing to compare
            row = {"zones": size, "months": months, "served": served, "truth": sample.truth}
            rows.append(row | {key: effect(sample) for key, effect in ESTIMATORS.items()})
    return pd.DataFrame(rows, columns=["zones", "months", "served", "truth", *ESTIMATORS])


def _sizes(survey: Survey) -> list[int]:
    of_polo = len(survey.zones) / len(survey.polos)
    return [max(4, round(times * of_polo)) for times in POLOS]


def _ends(survey: Survey, design: Design) -> Iterator[tuple[int, int]]:
    """Yield months after the first opening, and the period in which they end."""
    first = int(design.first[design.first > NEVER].min())
    all_there_is = design.periods - first + 1
    spans = {min(12 * years // survey.months, all_there_is) for years in YEARS}
    for span in sorted(spans):
        yield span * survey.months, first + span - 1


def _summary(estimates: pd.Series) -> dict[str, float]:
    mean, se = float(estimates.mean()), float(estimates.std())
    reach = stats.norm.ppf((1 + LEVEL) / 2)
    away = _over(mean, se)
    missed = stats.norm.cdf(reach - away) - stats.norm.cdf(-reach - away)
    return {
        "estimate": mean,
        "se": se,
        "power": float(1 - missed),
        "detectable": float((reach + stats.norm.ppf(FOUND)) * se),
    }


def _over(value: float, by: float) -> float:
    """Return a quotient; NaN where nothing differs, so that nothing could be found."""
    return value / by if by else float("nan")
