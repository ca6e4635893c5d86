"""The accounts of each centre, month by month, as whole numbers and as a table."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.agents.ceci import SCHEMES
from sim.programme.calendar import first_days, months_of
from sim.settings import Polo, Settings

ACCOUNTS = (
    "places",
    "enrolled",
    "refused",
    "paid_imss",
    "paid_firm",
    "paid_municipality",
    "paid_family",
    "capital_imss",
    "capital_firm",
    "staff",
)
"""Columns of a centre's month: children, MXN by who pays, and persons at work."""


@dataclass(frozen=True)
class Ledger:
    """The accounts of an arm: a row for each month and centre open or being paid for.

    Attributes
    ----------
    month : ndarray of int, shape (rows,)
        From the first month of burn-in.
    centre : ndarray of int, shape (rows,)
    values : ndarray of int, shape (rows, ACCOUNTS)
    schemes : ndarray of int, shape (centres,)
        Of every centre, also of those without a row.
    zones : ndarray of int, shape (centres,)
        Where each stands at the end, by number in `sim.population.places.positions`.
    """

    month: np.ndarray
    centre: np.ndarray
    values: np.ndarray
    schemes: np.ndarray
    zones: np.ndarray

    @classmethod
    def of(cls, model: Any) -> "Ledger":
        """Close the books of a model after its last month."""
        values = np.array([[month.centres[name] for name in ACCOUNTS] for month in model.history])
        month, centre = np.nonzero((values != 0).any(axis=1))
        centres = model.tables["centres"]
        return cls(
            month.astype(np.int32),
            centre.astype(np.int32),
            values[month, :, centre].astype(np.int64),
            centres.scheme.copy(),
            centres.zone.astype(np.int32),
        )


def accounts_frame(ledger: Ledger, settings: Settings, arm: str, replicate: int) -> pd.DataFrame:
    """Return the accounts of one arm of one replicate of a region.

    Parameters
    ----------
    ledger : Ledger
    settings : Settings
        Of the region.
    arm : str
    replicate : int

    Returns
    -------
    DataFrame
        One row for each month and centre that is open or being paid for: scenario, region, arm,
        replicate, month (first day), centre (number), name, scheme, zone (the number of the place
        where it stands, see `sim.results.places`), and the columns of `ACCOUNTS`.
    """
    names = names_of_centres(settings.polo, ledger.schemes.size)
    schemes = np.array(sorted(SCHEMES, key=lambda name: SCHEMES[name]))
    first = months_of(settings.agreement_start) - settings.burn_in
    rows = ledger.month.size
    return pd.DataFrame(
        {
            "scenario": pd.Categorical([settings.name]).repeat(rows),
            "region": pd.Categorical([settings.polo.name]).repeat(rows),
            "arm": pd.Categorical([arm], categories=["baseline", "programme"]).repeat(rows),
            "replicate": np.full(rows, replicate, np.int32),
            "month": first_days(first + ledger.month),
            "centre": ledger.centre,
            "name": pd.Categorical.from_codes(ledger.centre, categories=pd.Index(names)),
            "scheme": pd.Categorical.from_codes(
                ledger.schemes[ledger.centre], categories=pd.Index(schemes)
            ),
            "zone": ledger.zones[ledger.centre],
            **{name: ledger.values[:, k] for k, name in enumerate(ACCOUNTS)},
        }
    )


def names_of_centres(polo: Polo, count: int) -> list[str]:
    """Return the names of a polo's centres: as announced, or the scheme and a number."""
    announced = list(polo.announced)
    old = [f"guarderia_{n + 1:02d}" for n in range(round(polo["guarderias"]))]
    own = [f"empresa_{n + 1:02d}" for n in range(count - len(old) - len(announced))]
    return [*old, *announced, *own]
