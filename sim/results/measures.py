"""From the counts of each month to the tidy table of measures, as `configs/measures.yaml` says."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.agents.ceci import CAMPO, EMPRESA, GUARDERIA, IMSS
from sim.programme.calendar import first_days
from sim.results.catalogue import catalogue
from sim.results.record import COUNTERS, GROUPS
from sim.results.tally import Tally
from sim.settings import Parameter, Polo

SECTORS = ("sector_maquila", "sector_agropecuario", "sector_comercio_servicios", "sector_otro")
SCHEMES = {
    "guarderia": (GUARDERIA,),
    "ceci": (IMSS, EMPRESA, CAMPO),
    "ceci_imss": (IMSS,),
    "ceci_empresa": (EMPRESA,),
    "ceci_campo": (CAMPO,),
    "all_centres": (GUARDERIA, IMSS, EMPRESA, CAMPO),
}
FIFTEEN_PLUS = ("participation", "employment", "formal_employment", "informality", "unemployment")
"""Measures that the counts of women of 50 and over can complete."""


class Counts:
    """Whole numbers of an arm: for each group, counter (name) to values by month.

    Parameters
    ----------
    tally : Tally
        Of one region, or of several together.
    older : mapping of str to float
        The women of 50 and over of the same regions, see `older_women`.
    parameters : mapping of str to Parameter
    """

    def __init__(
        self, tally: Tally, older: Mapping[str, float], parameters: Mapping[str, Parameter]
    ):
        people = tally.people.astype(float)
        self.of: dict[str, dict[str, np.ndarray]] = {}
        for number, group in enumerate(GROUPS):
            counts = {name: people[:, number, k] for k, name in enumerate(COUNTERS)}
            hires = counts["hires"]
            counts["hires_12"] = np.concatenate((np.full(12, np.nan), hires))[: hires.size]
            self.of[group] = counts
        younger = self.of["women_15_49"]
        self.of["women_15_plus"] = {name: younger[name] + more for name, more in older.items()}
        for number, group in enumerate(SECTORS):
            for k, name in enumerate(tally.firm_names):
                self.of[group][name] = tally.firms[:, k, number].astype(float)
        for group, which in SCHEMES.items():
            inside = tally.centres[:, :, which].sum(axis=2)
            counts = {name: inside[:, k].astype(float) for k, name in enumerate(tally.centre_names)}
            self.of[group] = counts
        for group in GROUPS:
            counts = self.of[group]
            counts["enrolled_insured"] = counts["enrolled"] - counts["enrolled_uninsured"]
            for name in ("social_contributions", "income_tax"):
                counts[name] = counts["wages"] * parameters[name].value
        children = self.of["women_15_49"]["children"]
        self.of["polo"] = {"children": children, "places": self.of["all_centres"]["places"]}


def older_women(regions: Sequence[tuple[Polo, float]]) -> dict[str, float]:
    """Return the women of 50 and over, who are counts: active and employed at constant rates.

    Parameters
    ----------
    regions : sequence of (Polo, float)
        Each region and the share of its women simulated; they are added up in this order.
    """
    total = dict.fromkeys(("people", "searching", "informal", "formal"), 0.0)
    for polo, scale in regions:
        older = (polo["women_15_plus"] - polo["women_15_49"]) * scale
        active = polo["participation_50_plus"] * older
        employed = active * polo["employed_women"] / polo["active_women"]
        total["people"] += older
        total["searching"] += active - employed
        total["informal"] += employed * polo["informality"]
        total["formal"] += employed * (1 - polo["informality"])
    return total


def measure(counts: dict[str, np.ndarray], definition: dict[str, Any]) -> np.ndarray:
    """Return a measure by month: numerator over denominator, times its factor; NaN for 0 / 0."""
    top = sum(counts[name] for name in definition["numerator"])
    if "denominator" not in definition:
        return top * definition.get("times", 1)
    bottom = sum(counts[name] for name in definition["denominator"])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan) * definition.get("times", 100)


def groups_with(name: str, definition: dict[str, Any]) -> list[str]:
    """Return the groups in which a measure is defined."""
    of = definition["of"]
    found = []
    for group, described in catalogue()["groups"].items():
        kind = described["of"]
        if (
            kind == of
            or (of == "people" and kind == "sector")
            or (of == "firms" and kind == "sector")
            or (kind == "women_15_plus" and name in FIFTEEN_PLUS)
        ):
            found.append(group)
    return found


def monthly_frame(
    counts: Counts, scenario: str, arm: str, replicate: int, first_month: int
) -> pd.DataFrame:
    """Return the tidy table of one arm of one replicate.

    Returns
    -------
    DataFrame
        Columns scenario, arm, replicate, month (first day), group, measure, value; one row for
        each month, group and measure.
    """
    names, groups, values = [], [], []
    for name, definition in catalogue()["measures"].items():
        for group in groups_with(name, definition):
            names.append(name)
            groups.append(group)
            values.append(measure(counts.of[group], definition))
    months = values[0].size
    dates = first_days(first_month + np.arange(months))
    return pd.DataFrame(
        {
            "scenario": pd.Categorical([scenario]).repeat(months * len(names)),
            "arm": pd.Categorical([arm], categories=["baseline", "programme"]).repeat(
                months * len(names)
            ),
            "replicate": np.full(months * len(names), replicate, np.int32),
            "month": np.tile(dates, len(names)),
            "group": pd.Categorical(
                np.repeat(groups, months), categories=list(catalogue()["groups"])
            ),
            "measure": pd.Categorical(
                np.repeat(names, months), categories=list(catalogue()["measures"])
            ),
            "value": np.concatenate(values),
        }
    )
