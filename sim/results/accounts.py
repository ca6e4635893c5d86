"""The accounts of each centre, month by month, as a table."""

from typing import Any

import numpy as np
import pandas as pd

from sim.agents.ceci import SCHEMES

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


def accounts_frame(model: Any, scenario: str, arm: str) -> pd.DataFrame:
    """Return the accounts of one arm of one replicate.

    Parameters
    ----------
    model : PoloModel
        After its last month.
    scenario, arm : str

    Returns
    -------
    DataFrame
        One row for each month and centre that is open or being paid for: scenario, arm, replicate,
        month (first day), centre (number), name, scheme, and the columns of `ACCOUNTS`.
    """
    names = names_of_centres(model)
    schemes = np.array(sorted(SCHEMES, key=lambda name: SCHEMES[name]))
    start = np.datetime64(f"{model.first_month // 12:04d}-{model.first_month % 12 + 1:02d}", "M")
    parts = []
    for number, month in enumerate(model.history):
        values = {name: month.centres[name] for name in ACCOUNTS}
        shown = np.any([values[name] != 0 for name in ACCOUNTS], axis=0)
        which = np.flatnonzero(shown)
        parts.append(
            pd.DataFrame(
                {
                    "month": np.full(which.size, start + np.timedelta64(number, "M")).astype(
                        "datetime64[s]"
                    ),
                    "centre": which.astype(np.int32),
                    **{name: value[which] for name, value in values.items()},
                }
            )
        )
    table = pd.concat(parts, ignore_index=True)
    rows = len(table)
    of_centre = model.tables["centres"].scheme[table["centre"]]
    heads: dict[str, Any] = {
        "scenario": pd.Categorical([scenario]).repeat(rows),
        "arm": pd.Categorical([arm], categories=["baseline", "programme"]).repeat(rows),
        "replicate": np.full(rows, model.replicate, np.int32),
        "name": pd.Categorical(np.array(names)[table["centre"]], categories=names),
        "scheme": pd.Categorical(schemes[of_centre], categories=schemes),
    }
    order = ["scenario", "arm", "replicate", "month", "centre", "name", "scheme", *ACCOUNTS]
    return table.assign(**heads)[order]


def names_of_centres(model: Any) -> list[str]:
    """Return the name of each centre: as announced, or its scheme and a number."""
    announced = list(model.polo.announced)
    count = model.tables["centres"].size
    old = [f"guarderia_{n + 1:02d}" for n in range(model.old_centres)]
    own = [f"empresa_{n + 1:02d}" for n in range(count - len(old) - len(announced))]
    return [*old, *announced, *own]
