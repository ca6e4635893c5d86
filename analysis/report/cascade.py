"""From places to jobs, and what a job costs: last twelve months, whole polo."""

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
PAYERS = ("paid_imss", "paid_firm", "paid_municipality", "paid_family")
MILLION = 1e6


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


def size(results: Results) -> pd.DataFrame:
    """Return how many places the programme keeps open, and how many children attend.

    Returns
    -------
    DataFrame
        Columns step (``offered``, ``taken``), effect, low, high; empty as `cascade` may be.
    """
    counts = _counts(results)
    return counts if counts.empty else _told(counts[["offered", "taken"]], results)


def costs(results: Results) -> pd.DataFrame:
    """Return what the programme costs, and how many mothers are at work for it.

    A cost per mother is without bound where few more are at work, so its interval is that of
    mothers per million pesos turned round: an end is NaN where there is no bound.

    Returns
    -------
    DataFrame
        Columns step, effect, low, high. ``running_cost``, ``capital`` and payers in million MXN;
        ``mothers``, ``formal`` (mothers at work a million MXN of running cost a month);
        ``per_place`` (MXN a month), ``per_mother``, ``per_formal`` (MXN a month for each).
    """
    counts = _counts(results)
    money = _money(results)
    if counts.empty or money.empty:
        return pd.DataFrame()
    running = money["running_cost"]
    told = _told(
        pd.DataFrame(
            {
                **{name: money[name] / MILLION for name in ("running_cost", *PAYERS, "capital")},
                "per_place": running / counts["offered"],
                "mothers": MILLION * counts["work"] / running,
                "formal": MILLION * counts["formal_work"] / running,
            }
        ),
        results,
    )
    turned = told[told["step"].isin(("mothers", "formal"))]
    per = pd.DataFrame(
        {
            "step": turned["step"].map({"mothers": "per_mother", "formal": "per_formal"}),
            "effect": _inverse(turned["effect"]),
            "low": _inverse(turned["high"]),
            "high": _inverse(turned["low"]),
        }
    )
    return pd.concat([told, per], ignore_index=True)


def _inverse(rate: pd.Series) -> pd.Series:
    return (MILLION / rate).where(rate > 0)


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


def _money(results: Results) -> pd.DataFrame:
    """Return MXN a month by replicate, programme less baseline, and MXN of building in all."""
    of = ("running_cost", *PAYERS)
    arms = _arms(results, of, "all_centres")
    capital = _arms(results, ("capital_cost",), "all_centres", last=False)
    if not set(of) <= set(arms) or "capital_cost" not in capital:
        return pd.DataFrame()
    table = pd.DataFrame({name: _of(arms[name], "programme") - _of(arms[name], "baseline")
                          for name in of})  # fmt: skip
    table["capital"] = _of(capital["capital_cost"], "programme", "sum")
    return table / share(results)


def _arms(
    results: Results, measures: tuple[str, ...], group: str, *, last: bool = True
) -> pd.DataFrame:
    """Return measures of a group by arm, replicate and month: of the last year, or of all."""
    try:
        rows = results.monthly(measures, [group])
    except RefusedError:
        return pd.DataFrame()
    if last:
        rows = rows[rows["month"] > rows["month"].max() - pd.DateOffset(months=12)]
    keys = ["arm", "replicate", "month"]
    return rows.pivot_table("value", keys, "measure", observed=True, dropna=False)


def _of(series: pd.Series, arm: str, how: str = "mean") -> pd.Series:
    """Return the mean month of each replicate of an arm, or their sum."""
    return series.xs(arm, level="arm").groupby("replicate").agg(how)


def _told(by_replicate: pd.DataFrame, results: Results) -> pd.DataFrame:
    """Return the mean of each column and its interval."""
    long = by_replicate.rename_axis(columns="step").stack()
    arms = pd.DataFrame({"baseline": 0.0, "programme": long}).reorder_levels(["step", "replicate"])
    table = paired_effects(arms, ["step"], LEVEL, results.interval)[["effect", "low", "high"]]
    return table.loc[list(by_replicate.columns)].reset_index()
