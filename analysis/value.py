"""``python -m analysis.value DIR...``: value for money of each programme, and who pays."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from textwrap import fill
from typing import Any

import pandas as pd

from analysis import charts
from analysis.charts.costs import costs
from analysis.charts.effects import lines
from analysis.command import run
from analysis.costs import (
    COUNTS,
    JOBS,
    OTHERS,
    PARTS,
    PAYERS,
    SIDES,
    UNITS,
    assumptions,
    effects,
    of_each,
    of_jobs,
    of_payers,
)
from analysis.estimates import LAST, WINDOWS
from analysis.money import Assumptions, known
from analysis.outcome import NAME
from analysis.publish import Sheet, publish, show
from analysis.results import Results, source
from analysis.texts import N_, Words

TITLES = {
    "payers": N_("Who pays and who gains"),
    "jobs": N_("Places and additional jobs"),
    "costs": N_("Cost per place and per additional job"),
    "assumptions": N_("What is assumed of building, last twelve months"),
}
NOTES = {
    "payers": N_(
        "Programme less baseline, whole polo or country. IMSS gains contributions and the "
        "treasury income tax; the men and older women whom new staff displace take some away, "
        "counted at women's mean pay. Firms gain output and turnover saved on the staff that "
        "they have anyway; families, labour income of mothers' households. “All who pay” gain "
        "contributions and taxes."
    ),
    "jobs": N_(
        "Programme less baseline, whole polo or country. Fewer men and older women on the "
        "payroll are displacement."
    ),
    "costs": N_(
        "Intervals of costs per job are Fieller's: where the jobs' own interval holds zero, a "
        "job's cost has no upper bound and no estimate is given; “–” also where no job is "
        "gained, or where fewer than two replicates have such a centre. A firm's break-even "
        "share takes it that a child in its centre saves as much as one in any CECI."
    ),
    "assumptions": N_("The cost of a place with each at its bounds, the other as it is."),
}
DRAWN = ("cost", "gain", "displaced", "net")
"""Parts of what each payer pays and gains that the figure shows."""


def called(words: Words) -> dict[str, dict[str, str]]:
    """Return what keys of the tables are called."""
    year = known()["prices"]
    items = {key: words(text) for key, text in OTHERS.items()}
    items |= {key: words(label) for key, (label, _) in COUNTS.items()}
    items |= {name: words.of(known()[name]["label"]) for name in ("rate", "life")}
    return {
        "payer": {key: words(text) for key, text in PAYERS.items()},
        "part": {key: words(text) for key, text in PARTS.items()},
        "side": {key: text and words(text) for key, text in SIDES.items()},
        "unit": {key: words(text).format(year=year) for key, text in UNITS.items()},
        "item": items,
        "source": {name: words.of(known()[name]["source"]) for name in ("rate", "life")},
    }


def value(
    given: list[Results],
    folder: Path,
    words: Words,
    rate: str | None = None,
    life: str | None = None,
) -> list[Path]:
    """Print, write and draw what each programme costs, who pays, and what for.

    Returns
    -------
    list of Path
        The files written.
    """
    assumed = Assumptions.given(rate=rate, life=life)
    all_effects = [effects(results, assumed) for results in given]
    tables: dict[str, Callable[[pd.DataFrame, Any], pd.DataFrame]] = {
        "payers": of_payers,
        "jobs": of_jobs,
        "costs": of_each,
        "assumptions": lambda e, interval: assumptions(e, assumed, interval),
    }
    sheets = [
        Sheet(
            name,
            words(TITLES[name]),
            pd.concat(
                [
                    _first(table(e, results.interval), words.of(results.short))
                    for e, results in zip(all_effects, given, strict=True)
                ],
                ignore_index=True,
            ),
            _note(name, given, words),
            _names(name, words),
        )
        for name, table in tables.items()
    ]
    for results in given:
        for sheet in sheets:
            show(_brief(sheet, words.of(results.short), words), words)
    files = publish("value", sheets, folder, words)
    with charts.style():
        for number, results in enumerate(given, start=1):
            which = f"_{number}" if len(given) > 1 else ""
            scenario = words.of(results.short)
            payers, _, each, _ = (
                sheet.table[sheet.table["scenario"] == scenario] for sheet in sheets
            )
            files += charts.save(
                who_pays(payers, results, words), folder / f"value_payers{which}_{words.lang}"
            )
            files += charts.save(
                per_job(each, results, words), folder / f"value_jobs{which}_{words.lang}"
            )
    return files


def _brief(sheet: Sheet, scenario: str, words: Words) -> Sheet:
    """Return what the terminal shows of a table: one scenario, the last twelve months."""
    table = sheet.table[sheet.table["scenario"] == scenario].drop(columns="scenario")
    title = f"{scenario}\n{sheet.title}"
    if "window" in table:
        table = table[table["window"] == LAST].drop(columns="window")
        label = next(window.label for window in WINDOWS if window.name == LAST)
        title = f"{title}: {words(label)}"
    return replace(sheet, title=title, table=table)


def _first(table: pd.DataFrame, scenario: str) -> pd.DataFrame:
    table.insert(0, "scenario", scenario)
    return table


def _names(name: str, words: Words) -> dict[str, dict[str, str]]:
    """Return what keys of one table are called: an additional job, or how many there are."""
    names, each = called(words), name == "costs"
    jobs = {key: words(job.each) if each else words(job.label) for key, job in JOBS.items()}
    return names | {"item": names["item"] | jobs}


def _note(name: str, given: Sequence[Results], words: Words) -> str:
    """Say what the numbers of a table are, and where they come from."""
    text = NOTES[name]
    return f"{words(text)}\n{source(given, words)}"


def who_pays(table: pd.DataFrame, results: Results, words: Words) -> charts.Figure:
    """Draw what each pays, gains and is left with, from the table of `of_payers`."""
    rows = table[(table["window"] == LAST) & table["part"].isin(DRAWN)]
    names = called(words)
    data = pd.DataFrame(
        {
            "name": rows["payer"].map(names["payer"]),
            "series": rows["part"].map(names["part"]),
            "low": rows["low"],
            "middle": rows["effect"],
            "high": rows["high"],
        }
    )
    title = words("Who pays and who gains, last twelve months")
    axis = words("Million MXN a month, prices of {year}", year=known()["prices"])
    return charts.intervals(data, fill(title, 62), axis, _below(results, words), line=0.0)


def per_job(table: pd.DataFrame, results: Results, words: Words) -> charts.Figure:
    """Draw what an additional job costs, from the table of `of_each`."""
    rows = table[(table["window"] == LAST) & table["item"].isin(JOBS)]
    data = pd.DataFrame(
        {
            "name": rows["item"].map(lambda key: fill(words(JOBS[key].each), NAME)),
            "series": rows["side"].map(called(words)["side"]),
            "low": rows["low"] / 1000,
            "middle": rows["estimate"] / 1000,
            "high": rows["high"] / 1000,
        }
    )
    title = words("Cost per additional job, last twelve months")
    axis = words("Thousand MXN a month, prices of {year}; an arrow: no bound on that side",
                 year=known()["prices"])  # fmt: skip
    return costs(data, fill(title, 62), axis, _below(results, words))


def _below(results: Results, words: Words) -> str:
    return lines(source([results], words), 115)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status, see `analysis.command.run`."""
    about = N_("Cost per place and per additional job, who pays and who gains, with intervals.")
    options = {
        "rate": N_("discount rate, a year; that of the federal treasury unless given"),
        "life": N_("years that a building serves; those of the public accounts unless given"),
    }
    return run("value", about, value, arguments, options=options)


if __name__ == "__main__":
    sys.exit(main())
