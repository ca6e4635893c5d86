"""From places to jobs: last twelve months, whole polo."""

import pandas as pd

from analysis.estimates import LEVEL
from analysis.money import counted
from analysis.report.centres import share
from analysis.results import Results
from analysis.texts import RefusedError
from sim.results.paired import paired_effects

MOTHERS = "mothers_u4"
CARE = {
    "at_home": ("care_own",),
    "at_work": ("care_workplace",),
    "family": ("care_grandmother", "care_relative", "care_partner", "care_sibling"),
    "paid": ("care_private", "care_guarderia"),
}
"""Who cared for the children before, and by what measures."""
WORK = ("employment", "formal_employment", "wage", "social_contributions")


def cascade(results: Results) -> pd.DataFrame:
    """Return what becomes of each hundred places offered.

    Returns
    -------
    DataFrame
        Columns step, effect (per 100 places), low, high; empty where a measure is missing.
        Steps are those of `STEPS`.
    """
    counts = _counts(results)
    if counts.empty:
        return counts
    per_place = counts[[*STEPS]].mul(100 / counts["offered"], axis=0)
    return _told(per_place, results)


STEPS = ("offered", "taken", *CARE, "work", "formal_work")


def _counts(results: Results) -> pd.DataFrame:
    """Return children and mothers of the whole polo by replicate, one column for each step."""
    rate = results.config.get("parameters", {}).get("social_contributions", {}).get("value")
    care = sum(CARE.values(), ())
    people = _arms(results, (*WORK, *care, "children_u4"), MOTHERS)
    ceci = _arms(results, ("places", "enrolled"), "ceci")
    needed = {*WORK, *care, "children_u4"}
    if rate is None or not needed <= set(people) or not {"places", "enrolled"} <= set(ceci):
        return pd.DataFrame()
    _, mothers = counted(people, rate)
    found = {
        "offered": _of(ceci["places"], "programme"),
        "taken": _of(ceci["enrolled"], "programme"),
    }
    for step, measures in CARE.items():
        children = people[list(measures)].sum(axis=1) * people["children_u4"] / 100
        found[step] = _of(children, "baseline") - _of(children, "programme")
    # The same women live in both arms
    women = _of(mothers, "baseline")
    for step, measure in (("work", "employment"), ("formal_work", "formal_employment")):
        rates = people[measure]
        found[step] = women * (_of(rates, "programme") - _of(rates, "baseline")) / 100
    table = pd.DataFrame(found) / share(results)
    return table[table["offered"] > 0]


def _arms(results: Results, measures: tuple[str, ...], group: str) -> pd.DataFrame:
    """Return measures of a group by arm, replicate and month of the last year."""
    try:
        rows = results.monthly(measures, [group])
    except RefusedError:
        return pd.DataFrame()
    rows = rows[rows["month"] > rows["month"].max() - pd.DateOffset(months=12)]
    keys = ["arm", "replicate", "month"]
    return rows.pivot_table("value", keys, "measure", observed=True, dropna=False)


def _of(series: pd.Series, arm: str) -> pd.Series:
    """Return the mean month of each replicate of an arm."""
    return series.xs(arm, level="arm").groupby("replicate").mean()


def _told(by_replicate: pd.DataFrame, results: Results) -> pd.DataFrame:
    """Return the mean of each column and its interval."""
    long = by_replicate.rename_axis(columns="step").stack()
    arms = pd.DataFrame({"baseline": 0.0, "programme": long}).reorder_levels(["step", "replicate"])
    table = paired_effects(arms, ["step"], LEVEL, results.interval)[["effect", "low", "high"]]
    return table.loc[list(by_replicate.columns)].reset_index()
