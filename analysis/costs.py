"""What each payer is left with, and what a place and a job cost, with intervals."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from analysis.estimates import LAST, LEVEL, WINDOWS, in_order, windowed
from analysis.money import KEYS, MOTHERS, WOMEN, Assumptions, known, money
from analysis.ratios import ratio, ratio_of_each
from analysis.results import Results
from analysis.texts import N_
from sim.results.paired import paired_effects

MILLION = 1e6
PAYERS = {
    "imss": N_("IMSS"),
    "treasury": N_("Treasury"),
    "municipality": N_("Municipality"),
    "public": N_("Public purse"),
    "firm": N_("Firms"),
    "family": N_("Families"),
    "all": N_("All who pay"),
}
PARTS = {
    "running": N_("Running"),
    "building": N_("Building, by annuity"),
    "cost": N_("Cost"),
    "output": N_("Output of the staff"),
    "turnover": N_("Turnover saved"),
    "gain": N_("Gain"),
    "displaced": N_("Gain lost with displaced workers"),
    "net": N_("Cost less gain"),
}
UNITS = {
    "million": N_("million MXN a month, prices of {year}"),
    "mxn": N_("MXN a month, prices of {year}"),
    "places": N_("places"),
    "persons": N_("persons"),
    "children": N_("children"),
    "percent": N_("% of the running cost"),
    "rate": N_("a year, real"),
    "years": N_("years"),
}


@dataclass(frozen=True)
class Job:
    """People of whom the programme makes more.

    Attributes
    ----------
    label, each : str
        What they are called, and what one more of them is; marked for translation.
    column : str
        Of `analysis.money.money`.
    """

    label: str
    each: str
    column: str


JOBS = {
    "mother": Job(
        N_("Mothers of under-fours employed"), N_("Additional mother employed"),
        f"{MOTHERS}_employed",
    ),
    "mother_formal": Job(
        N_("Mothers of under-fours formally employed"),
        N_("Additional mother formally employed"), f"{MOTHERS}_formal",
    ),
    "woman": Job(
        N_("Women of 15 to 49 employed"), N_("Additional woman of 15 to 49 employed"),
        f"{WOMEN}_employed",
    ),
    "woman_formal": Job(
        N_("Women of 15 to 49 formally employed"),
        N_("Additional woman of 15 to 49 formally employed"), f"{WOMEN}_formal",
    ),
    "post": Job(
        N_("Posts filled, by anyone"), N_("Additional post filled, by anyone"), "posts"
    ),
}  # fmt: skip
COUNTS = {
    "ceci_places": (N_("Places in CECI"), "places"),
    "ceci_enrolled": (N_("Children in CECI"), "children"),
    "displaced": (N_("Men and older women on the payroll"), "persons"),
}
SIDES = {
    "gross": N_("Cost"),
    "own": N_("Cost less contributions and taxes of new staff"),
    "net": N_("The same, once displaced workers are counted"),
    "public": N_("Cost to the public purse, less the same"),
    "none": N_("No such share: firms lose even if they pay nothing"),
    "": "",
}
OTHERS = {
    "place": N_("Cost of a place in a CECI"),
    "child": N_("Cost of a child in a CECI"),
    "share_now": N_("Scheme empresa: share that firms pay"),
    "break_even": N_("Scheme empresa: share at which firms break even"),
    "break_even_built": N_("Scheme empresa: the same, once their building is paid"),
}


def effects(results: Results, assumed: Assumptions) -> pd.DataFrame:
    """Return programme less baseline of all that `money` has, and of what each payer is left with.

    Returns
    -------
    DataFrame
        Index window, replicate; columns of `money` and ``<payer>_<part>``.
    """
    wide = money(results, assumed).rename_axis(columns="measure")
    monthly = wide.reset_index().melt(KEYS, value_name="value").assign(group="polo").dropna()
    arms = windowed(results, monthly).droplevel("group")
    wide = (arms["programme"] - arms["baseline"]).unstack("measure")
    return wide.assign(**parts(wide))


def parts(e: pd.DataFrame) -> dict[str, pd.Series]:
    """Return what each payer pays, gains, and is left to pay, and what firms of `empresa` gain."""
    zero = 0.0 * e["tax"]
    gain = {
        "imss": e["contributions"],
        "treasury": e["tax"],
        "firm": e["output"] + e["turnover"],
        "family": e["income"],
    }
    lost = {"imss": e["displaced_contributions"], "treasury": e["displaced_tax"]}
    for of in (gain, lost):
        of["public"] = of["all"] = of["imss"] + of["treasury"]
    found = {"firm_output": e["output"], "firm_turnover": e["turnover"]}
    for part in ("running", "building"):
        paid = {name: e[f"{part}_{name}"] for name in PAYERS if f"{part}_{name}" in e}
        paid["public"] = paid["imss"] + paid.get("municipality", zero)
        paid["all"] = paid["public"] + paid["firm"] + paid.get("family", zero)
        found |= {f"{name}_{part}": value for name, value in paid.items()}
    for name in PAYERS:
        cost = found.get(f"{name}_running", zero) + found.get(f"{name}_building", zero)
        found[f"{name}_cost"] = cost
        found[f"{name}_net"] = cost - gain.get(name, zero) - lost.get(name, zero)
    found |= {f"{name}_gain": value for name, value in gain.items()}
    found |= {f"{name}_displaced": value for name, value in lost.items()}
    # A child in a firm's centre is taken to save as much as one in any CECI
    own = (e["empresa_enrolled"] / e["ceci_enrolled"].where(e["ceci_enrolled"] > 0)).fillna(0)
    found["empresa_gain"] = gain["firm"] * own
    return found


def of_payers(e: pd.DataFrame, interval: Any) -> pd.DataFrame:
    """Return what each payer pays and gains.

    Returns
    -------
    DataFrame
        Columns window, payer, part, effect, low, high, unit.
    """
    cells = [(p, part) for p in PAYERS for part in PARTS if f"{p}_{part}" in e]
    table = _intervals(e / MILLION, {f"{p}_{part}": (p, part) for p, part in cells}, interval)
    table[["payer", "part"]] = pd.DataFrame(table["key"].tolist(), index=table.index)
    return table.assign(unit="million")[
        ["window", "payer", "part", "effect", "low", "high", "unit"]
    ]


def of_jobs(e: pd.DataFrame, interval: Any) -> pd.DataFrame:
    """Return how many places and jobs there are more.

    Returns
    -------
    DataFrame
        Columns window, item, effect, low, high, unit.
    """
    columns = {name: name for name in COUNTS} | {job.column: key for key, job in JOBS.items()}
    table = _intervals(e, columns, interval).rename(columns={"key": "item"})
    unit = table["item"].map({key: unit for key, (_, unit) in COUNTS.items()}).fillna("persons")
    return table.assign(unit=unit)[["window", "item", "effect", "low", "high", "unit"]]


def _intervals(e: pd.DataFrame, columns: Mapping[str, Any], interval: Any) -> pd.DataFrame:
    """Return effect, low and high of some columns, window by window, in their order."""
    tables = []
    for column, key in columns.items():
        arms = pd.DataFrame({"baseline": 0.0, "programme": e[column]}).dropna()
        table = paired_effects(arms, ["window"], LEVEL, interval).reset_index()
        table["key"] = [key] * len(table)
        tables.append(table)
    return in_order(pd.concat(tables, ignore_index=True))


def of_each(e: pd.DataFrame, interval: Any) -> pd.DataFrame:
    """Return costs per place and per additional job, and the share at which firms break even.

    Returns
    -------
    DataFrame
        Columns window, item, side, estimate, low, high, unit. Ends are infinite where there is no
        bound, and the estimate is then NaN. A share at which firms break even is ``none`` where
        they save nothing.
    """
    rows = []
    for window in (one.name for one in WINDOWS):
        if window not in e.index.get_level_values("window"):
            continue
        here = pd.DataFrame(e.xs(window, level="window"))
        for item, top, bottom, unit, times in _shares(here):
            found = ratio_of_each(times * top, bottom, interval)
            side = "gross" if unit == "mxn" else "none" if found[0] < 0 else ""
            rows.append((window, item, side, *found, unit))
        tops = {
            "gross": here["all_cost"],
            "own": here["all_cost"] - here["all_gain"],
            "net": here["all_net"],
            "public": here["public_net"],
        }
        for key, job in JOBS.items():
            for side, top in tops.items():
                rows.append((window, key, side, *ratio(top, here[job.column], interval), "mxn"))
    return pd.DataFrame(rows, columns=["window", "item", "side", "estimate", "low", "high", "unit"])


def _shares(e: pd.DataFrame) -> list[tuple[str, pd.Series, pd.Series, str, float]]:
    """Return numerator and denominator of what each replicate has its own ratio of."""
    running = e["empresa_running"]
    return [
        ("place", e["ceci_cost"], e["ceci_places"], "mxn", 1.0),
        ("child", e["ceci_cost"], e["ceci_enrolled"], "mxn", 1.0),
        ("share_now", e["empresa_paid_firm"], running, "percent", 100.0),
        ("break_even", e["empresa_gain"], running, "percent", 100.0),
        ("break_even_built", e["empresa_gain"] - e["empresa_building"], running, "percent", 100.0),
    ]


def assumptions(e: pd.DataFrame, assumed: Assumptions, interval: Any) -> pd.DataFrame:
    """Return what is assumed of building, and the cost of a place at its bounds.

    Returns
    -------
    DataFrame
        Columns item, value, least, most, at_least, at_most, unit, source.
    """
    last = e.xs(LAST, level="window")
    built = last["building_imss"] + last["building_firm"]

    def at(other: Assumptions) -> float:
        cost = last["ceci_cost"] + built * (other.monthly / assumed.monthly - 1)
        return ratio_of_each(cost, last["ceci_places"], interval)[0]

    rows = []
    for name, unit in (("rate", "rate"), ("life", "years")):
        entry = known()[name]
        least, most = entry["bounds"]
        ends = [at(replace(assumed, **{name: end})) for end in (least, most)]
        rows.append((name, getattr(assumed, name), least, most, *ends, unit, name))
    columns = ["item", "value", "least", "most", "at_least", "at_most", "unit", "source"]
    return pd.DataFrame(rows, columns=columns)
