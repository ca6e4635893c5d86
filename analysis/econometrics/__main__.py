"""``python -m analysis.econometrics DIR``: what evaluators would estimate, beside the truth.

Reads the panel of a result folder (a run with ``panel.women``), estimates the effect of a new
centre as an evaluator would, by staggered difference-in-differences and event studies, and shows
how close each estimator comes to the effect that is known here, by design (`designs`), and which
sizes of evaluation would find it (`power`).
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import charts
from analysis.command import Option, run
from analysis.econometrics import designs, estimators
from analysis.econometrics.designs import BETWEEN, MAKERS, Design
from analysis.econometrics.figures import event_study, power_by_size, source
from analysis.econometrics.panel import NEVER, OUTCOMES, Outcome, Survey, read
from analysis.econometrics.power import DRAWS, power_table
from analysis.econometrics.tables import estimates_table, events_table
from analysis.publish import Sheet, publish, show
from analysis.texts import N_, RefusedError, Words

VALUES = ("estimate", "se", "low", "truth", "bias", "spilt", "effect", "detectable")
"""Columns of tables in the unit of the outcome."""
COUNTS = ("zones", "treated", "served", "mothers", "months", "needed", "power_percent")
TOLD = "imputation"
"""The estimator of which the terminal shows the power; the file has all."""


def econometrics(
    given: Sequence[Path],
    folder: Path,
    words: Words,
    outcome: str,
    within: float | None,
    draws: int,
) -> list[Path]:
    """Print, write and draw what evaluators would estimate from the panel of a run.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    RefusedError
        If there is no panel, or nothing in it to compare.
    """
    survey, told = read(given[0], outcome, within), OUTCOMES[outcome]
    compared, notes = _designs(survey, words)
    estimates, found = estimates_table(compared)
    events, power = events_table(compared, found), power_table(survey, draws)
    tables = {"estimates": estimates, "events": events, "power": power}
    note = "\n".join([*notes, source(survey, words)])
    sheets = {name: _sheet(name, table, outcome, note, words) for name, table in tables.items()}
    for design in compared:
        show(_estimates(sheets["estimates"], design, told, words), words)
        show(_power(sheets["power"], design, told, words), words)
    for line in notes:
        print(line, file=sys.stderr)
    files = publish("econometrics", list(sheets.values()), folder, words)
    with charts.style():
        for design in compared:
            drawn = {"events": event_study(design, events, survey, told, words)}
            if (power["design"] == design.name).any():  # some resample had something to compare
                drawn["power"] = power_by_size(design, power, survey, told, words)
            for name, figure in drawn.items():
                stem = folder / f"econometrics_{name}_{design.name}_{words.lang}"
                files += charts.save(figure, stem)
    return files


def _designs(survey: Survey, words: Words) -> tuple[list[Design], list[str]]:
    """Return the designs that the panel allows, and what is to be said of those that it does not.

    Raises
    ------
    RefusedError
        If it does not allow the first.
    """
    found, notes = [MAKERS["zones"](survey)], []
    if np.unique(found[0].first[found[0].first > NEVER]).size == 1:
        notes.append(
            words("all treated zones are treated from the same quarter: nothing is staggered, and "
                  "two-way fixed effects has no bias of that kind to show")
        )  # fmt: skip
    if survey.zones["replicate"].nunique() == 1:
        notes.append(
            words("one replicate only: no polo without the programme to compare with, and no count "
                  "of the replicates that an interval covers")
        )  # fmt: skip
        return found, notes
    for name in BETWEEN:
        try:
            found.append(MAKERS[name](survey))
        except RefusedError as error:  # the others stand without it
            notes.append(error.said(words))
    return found, notes


def _sheet(name: str, table: pd.DataFrame, outcome: str, note: str, words: Words) -> Sheet:
    """Return a table to publish, which says of which outcome it is."""
    titles = {
        "estimates": words("What evaluators would estimate, beside the true effect"),
        "events": words("Event studies"),
        "power": words("What each size of evaluation would find"),
    }
    labels = {outcome: OUTCOMES[outcome].label}
    names: dict[str, dict[Any, str]] = {
        column: {key: words(text) for key, text in texts.items()}
        for column, texts in (("outcome", labels), ("design", designs.LABELS),
                              ("estimator", estimators.LABELS))
    }  # fmt: skip
    names["covers"] = {True: words("yes"), False: words("no")}
    told = table.assign(outcome=outcome)[["outcome", *table]]
    decimals = dict.fromkeys(VALUES, OUTCOMES[outcome].decimals)
    decimals |= dict.fromkeys(COUNTS, 0) | {"power": 2}
    return Sheet(name, titles[name], told, note, names, decimals)


def _estimates(sheet: Sheet, design: Design, told: Outcome, words: Words) -> Sheet:
    """Return what the terminal shows of the estimates for a design."""
    table = sheet.table[sheet.table["design"] == design.name]
    note = ""
    if design.spilt:
        note = words(
            "Effect on zones not treated, or not yet, which counts as bias: {value} {unit}.",
            value=words.number(design.spilt, told.decimals), unit=words(told.unit),
        )  # fmt: skip
    several = [
        words("{count} of {all}", count=count, all=replicates)
        for count, replicates in zip(table["covering"], table["replicates"], strict=True)
    ]
    hidden = ["outcome", "design", "zones", "treated", "spilt", "replicates"]
    if not table["replicates"].any():
        hidden.append("covering")
    title = f"{words(told.label)}: {words(designs.LABELS[design.name])}\n({words(told.unit)})"
    shown = table.assign(covering=several).drop(columns=hidden)
    return replace(sheet, title=title, table=shown, note=note)


def _power(sheet: Sheet, design: Design, told: Outcome, words: Words) -> Sheet:
    """Return what the terminal shows of the power of a design: to the last month."""
    table = sheet.table[(sheet.table["design"] == design.name)
                        & (sheet.table["estimator"] == TOLD)]  # fmt: skip
    table = table[table["months"] == table["months"].max()].copy()
    table.insert(table.columns.get_loc("power"), "power_percent", 100 * table["power"])
    title = words("What each size of evaluation would find, by imputation ({unit})",
                  unit=words(told.unit))  # fmt: skip
    hidden = ["outcome", "design", "estimator", "truth", "power"]
    return replace(sheet, title=title, table=table.drop(columns=hidden), note="")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status, see `analysis.command.run`."""
    about = N_("What evaluators would estimate from the panel of a run, beside the true effect.")
    options = {
        "outcome": Option(
            N_("what is estimated: participation (unless given), employment, formal_employment, "
               "hours, earnings or use"),
            default="participation", choices=tuple(OUTCOMES),
        ),
        "within": Option(
            N_("road distance in km from a new centre within which a zone is served; that of the "
               "run (panel.near_km) unless given"),
            number=float,
        ),
        "draws": Option(
            N_("resamples of the power table; 100 unless given"),
            default=DRAWS, number=int, least=2,
        ),
    }  # fmt: skip
    return run("econometrics", about, econometrics, arguments, options=options, several=False,
               read=list)  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
