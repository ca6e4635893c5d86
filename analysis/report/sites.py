"""Where zones, parks and centres are, and which centres are there at some dates."""

import pandas as pd

from analysis.report.centres import share
from analysis.results import Results
from analysis.texts import RefusedError

DATES = 4
OWN = "empresa"


def sites(results: Results) -> pd.DataFrame:
    """Return where there are centres at dates from the first month to the last, evenly apart.

    Returns
    -------
    DataFrame
        Columns month, scheme, east_km, north_km, places (of the whole polo, mean over the
        replicates with any; those of a firms' centre are as they are, for the least of them holds
        at any scale), replicates (% of them with any); only the first month where no CECI opens.
        Empty where the folder does not say where centres stand.
    """
    where = results.places()
    try:
        rows = results.accounts(("scheme", "places", "zone"))
    except RefusedError:
        return pd.DataFrame()
    if where.empty:
        return where
    dates = _dates(rows["month"]) if len(results.opened) else [rows["month"].min()]
    there = (rows["arm"] == "programme") & (rows["places"] > 0) & rows["month"].isin(dates)
    keys = ["month", "scheme", "zone"]
    each = rows[there].groupby([*keys, "replicate"], observed=True)["places"].sum()
    table = each.groupby(keys, observed=True).agg(["mean", "size"]).reset_index()
    table["places"] = table["mean"].where(table["scheme"] == OWN, table["mean"] / share(results))
    table["replicates"] = 100 * table["size"] / results.replicates
    positions = where.set_index("number")[["east_km", "north_km"]]
    return table.drop(columns=["mean", "size"]).join(positions, on="zone")


def _dates(months: pd.Series) -> list[pd.Timestamp]:
    lived = sorted(months.unique())
    return [lived[round(n * (len(lived) - 1) / (DATES - 1))] for n in range(DATES)]
