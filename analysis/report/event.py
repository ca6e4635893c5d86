"""Effects counted from the month in which the first centre of a replicate opens."""

import pandas as pd

from analysis.estimates import CELL, LEVEL, paired
from analysis.results import Results
from sim.results.paired import paired_effects

BEFORE, AFTER = 12, 36
SHOWN = ("participation", "employment", "formal_employment")


def event_study(results: Results, monthly: pd.DataFrame) -> pd.DataFrame:
    """Return the effect by months since the first CECI opened.

    The arms share every draw, so that months before the opening show what chance alone would do:
    nothing, unless the announcement itself moves somebody.

    Parameters
    ----------
    results : Results
    monthly : DataFrame
        What `Results.monthly` returned.

    Returns
    -------
    DataFrame
        Columns measure, group, since (months, 0 is the opening), baseline, programme, effect, low,
        high; only months that all replicates with a CECI live.
    """
    rows = monthly[monthly["measure"].isin(SHOWN)]
    opened = rows["replicate"].map(months_of(results.opened))
    rows = rows.assign(since=months_of(rows["month"]) - opened)
    rows = rows[rows["since"].between(-BEFORE, AFTER)]
    lived = rows.groupby("since")["replicate"].nunique()
    rows = rows[rows["since"].isin(lived.index[lived == len(results.opened)])]
    if rows.empty:
        return pd.DataFrame()
    keys = [*CELL, "since"]
    table = paired_effects(paired(rows, keys), keys, LEVEL, results.interval).reset_index()
    return table.astype({"since": int})


def months_of(days: pd.Series) -> pd.Series:
    """Return months as numbers, one more for each."""
    return 12 * days.dt.year + days.dt.month
