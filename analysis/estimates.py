"""Effects of the programme and their intervals, by month, by window and by group.

An effect is programme less baseline in the same replicate, on the same draws of chance; its
interval is made of those paired differences (`sim.results.paired`), as in ``effects.csv``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.results import Results
from analysis.texts import N_, RefusedError
from sim.results.paired import ARMS, paired_effects

LEVEL = 0.90
YEAR = 12
CELL = ["measure", "group"]


@dataclass(frozen=True)
class Window:
    """Some months of a replicate.

    Attributes
    ----------
    name : str
        Key in tables.
    label : str
        Marked for translation.
    first, last : int
        Months counted from the opening of the first CECI, or where `from_end` from the month
        after the last one; both are in the window.
    """

    name: str
    label: str
    first: int
    last: int
    from_end: bool = False


WINDOWS = (
    Window("first_quarter", N_("First quarter after opening"), 0, 2),
    Window("after_a_year", N_("The quarter a year after opening"), 12, 14),
    Window("last_year", N_("Last twelve months"), -YEAR, -1, from_end=True),
)
LAST = "last_year"


def paired(monthly: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return the mean of each arm in each replicate; months without a value are left out.

    Parameters
    ----------
    monthly : DataFrame
        Columns arm, replicate, value, and `by`.
    by : sequence of str

    Returns
    -------
    DataFrame
        Index `by` and replicate; columns baseline, programme.
    """
    keys = [*by, "replicate", "arm"]
    means = monthly.groupby(keys, observed=True, sort=False)["value"].mean()
    arms = means.unstack("arm").reindex(columns=ARMS)
    arms.columns = pd.Index(ARMS)
    return arms


def by_month(results: Results, monthly: pd.DataFrame) -> pd.DataFrame:
    """Return the effect in every month on every measure and group.

    Returns
    -------
    DataFrame
        Columns measure, group, month, baseline, programme, effect, low, high.
    """
    keys = [*CELL, "month"]
    return paired_effects(paired(monthly, keys), keys, LEVEL, results.interval).reset_index()


def windowed(results: Results, monthly: pd.DataFrame) -> pd.DataFrame:
    """Return each arm in each replicate and window.

    A replicate counts in a window if it lives every month of it: one that opens no CECI has no
    month after the opening.

    Returns
    -------
    DataFrame
        Index window, measure, group, replicate; columns baseline, programme.

    Raises
    ------
    RefusedError
        If there are fewer than twelve months, so that there is no last year.
    """
    end = _count(monthly["month"]).max() + 1
    lived = end - (12 * results.start.year + results.start.month)
    if lived < YEAR:
        raise RefusedError(
            N_("{folder}: it ends after {count} months of the agreement, and estimates are of "
               "twelve; run it again with months=12 or more"),
            folder=results.folder, count=lived,
        )  # fmt: skip
    opened = monthly["replicate"].map(_count(results.opened))
    since = {False: _count(monthly["month"]) - opened, True: _count(monthly["month"]) - end}
    parts = []
    for window in WINDOWS:
        inside = since[window.from_end].between(window.first, window.last)
        if not window.from_end:
            inside &= opened + window.last < end
        parts.append(monthly[inside].assign(window=window.name))
    return paired(pd.concat(parts), ["window", *CELL])


def by_window(results: Results, monthly: pd.DataFrame) -> pd.DataFrame:
    """Return the effect in every window on every measure and group.

    Returns
    -------
    DataFrame
        Columns window, measure, group, baseline, programme, effect, low, high, replicates.
    """
    keys = ["window", *CELL]
    arms = windowed(results, monthly)
    count = arms.dropna().groupby(level=keys, observed=True).size()
    table = paired_effects(arms, keys, LEVEL, results.interval)
    table["replicates"] = count.reindex(table.index, fill_value=0)
    return in_order(table.reset_index())


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Return rows window by window, as `WINDOWS` stand, and otherwise as they were."""
    order = {window.name: number for number, window in enumerate(WINDOWS)}
    return table.sort_values(
        "window", key=lambda names: names.map(order), kind="stable", ignore_index=True
    )


def _count(months: pd.Series) -> pd.Series:
    """Return months as numbers, one more for each."""
    return 12 * months.dt.year + months.dt.month
