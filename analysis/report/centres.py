"""The CECI one by one: when they open, how large they are, and how they fill."""

import pandas as pd

from analysis.estimates import LEVEL
from analysis.report.event import months_of
from analysis.results import Results
from sim.results.paired import paired_effects

NEEDED = ("name", "enrolled")
FOLLOWED = 24


def share(results: Results) -> float:
    """Return the share of the polo's women who are simulated; counts are of these."""
    return float(results.config.get("scale", 1.0))


def centres(results: Results) -> pd.DataFrame:
    """Return the centres that open in most replicates, in the order of opening.

    Returns
    -------
    DataFrame
        Columns name, scheme, opened (the median month), places (of the whole polo; NaN for firms'
        own), occupancy (%, last twelve months), replicates (% that open it); empty where accounts
        name no centre.
    """
    rows = _open(results)
    if rows.empty:
        return rows
    last = rows["month"].max() - pd.DateOffset(months=11)
    year = rows[rows["month"] >= last].groupby("name", observed=True)
    table = pd.DataFrame(
        {
            "scheme": rows.groupby("name", observed=True)["scheme"].first().astype(str),
            "opened": _openings(rows).groupby("name", observed=True).quantile(
                0.5, interpolation="nearest"),
            "places": year["places"].mean() / share(results),
            "occupancy": 100 * year["enrolled"].sum() / year["places"].sum(),
            "replicates": 100 * _openings(rows).groupby("name", observed=True).size()
            / results.replicates,
        }
    )  # fmt: skip
    # The least size of a firms' centre holds for the share simulated, so it cannot be made larger
    table["places"] = table["places"].mask(table["scheme"] == "empresa")
    table = table[table["replicates"] > 50].dropna(subset=["occupancy"])
    return table.rename_axis("name").reset_index().sort_values("opened", ignore_index=True)


def filling(results: Results) -> pd.DataFrame:
    """Return how full CECI are by months since each one opened.

    Returns
    -------
    DataFrame
        Columns measure, since, effect (% of places), low, high.
    """
    rows = _open(results)
    if rows.empty:
        return rows
    opened = rows.groupby(["name", "replicate"], observed=True)["month"].transform("min")
    rows = rows.assign(since=months_of(rows["month"]) - months_of(opened))
    rows = rows[rows["since"] <= FOLLOWED]
    sums = rows.groupby(["since", "replicate"])[["enrolled", "places"]].sum()
    arms = pd.DataFrame({"baseline": 0.0, "programme": 100 * sums["enrolled"] / sums["places"]})
    table = paired_effects(arms, ["since"], LEVEL, results.interval).reset_index()
    return table[["since", "effect", "low", "high"]].assign(measure="occupancy")


def _open(results: Results) -> pd.DataFrame:
    rows = results.new_centres(NEEDED)
    return rows if rows.empty else rows[rows["places"] > 0]


def _openings(rows: pd.DataFrame) -> pd.Series:
    """Return the first month with places of each centre in each replicate."""
    return rows.groupby(["name", "replicate"], observed=True)["month"].min()
