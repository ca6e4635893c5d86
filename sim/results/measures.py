"""From the counts of each month to the tidy table of measures, as `configs/measures.yaml` says."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

import configs
from sim.agents.ceci import CAMPO, EMPRESA, GUARDERIA, IMSS
from sim.results.record import COUNTERS, GROUPS
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


@cache
def catalogue() -> dict[str, Any]:
    """Return `configs/measures.yaml`: measures, groups and the headline."""
    path = Path(configs.__file__).parent / "measures.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def units() -> dict[str, str]:
    """Return the unit of each measure, in English."""
    return {name: measure["unit"]["en"] for name, measure in catalogue()["measures"].items()}


class Counts:
    """Whole numbers of an arm: for each group, counter (name) to values by month.

    Parameters
    ----------
    history : sequence of Month
        See `sim.model.Month`.
    schemes : ndarray of int, shape (centres,)
        Scheme of each centre.
    polo : Polo
    scale : float
    parameters : mapping of str to Parameter
    """

    def __init__(
        self,
        history: Sequence[Any],
        schemes: np.ndarray,
        polo: Polo,
        scale: float,
        parameters: Mapping[str, Parameter],
    ):
        people = np.array([month.people for month in history], float)
        self.of: dict[str, dict[str, np.ndarray]] = {}
        for number, group in enumerate(GROUPS):
            counts = {name: people[:, number, k] for k, name in enumerate(COUNTERS)}
            hires = counts["hires"]
            counts["hires_12"] = np.concatenate((np.full(12, np.nan), hires))[: hires.size]
            self.of[group] = counts
        self.of["women_15_plus"] = self._fifteen_plus(polo, scale)
        for number, group in enumerate(SECTORS):
            for name in history[0].firms:
                self.of[group][name] = np.array([m.firms[name][number] for m in history], float)
        for group, which in SCHEMES.items():
            inside = np.isin(schemes, which)
            counts = {
                name: np.array([m.centres[name][inside].sum() for m in history], float)
                for name in history[0].centres
            }
            self.of[group] = counts
        for group in GROUPS:
            counts = self.of[group]
            counts["enrolled_insured"] = counts["enrolled"] - counts["enrolled_uninsured"]
            for name in ("social_contributions", "income_tax"):
                counts[name] = counts["wages"] * parameters[name].value
        children = self.of["women_15_49"]["children"]
        self.of["polo"] = {"children": children, "places": self.of["all_centres"]["places"]}

    def _fifteen_plus(self, polo: Polo, scale: float) -> dict[str, np.ndarray]:
        """Add the women of 50 and over, who are counts: active and employed at constant rates."""
        older = (polo["women_15_plus"] - polo["women_15_49"]) * scale
        active = polo["participation_50_plus"] * older
        employed = active * polo["employed_women"] / polo["active_women"]
        added = {
            "people": older,
            "searching": active - employed,
            "informal": employed * polo["informality"],
            "formal": employed * (1 - polo["informality"]),
        }
        younger = self.of["women_15_49"]
        return {name: younger[name] + value for name, value in added.items()}


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
    start = np.datetime64(f"{first_month // 12:04d}-{first_month % 12 + 1:02d}", "M")
    dates = (start + np.arange(months)).astype("datetime64[s]")
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
