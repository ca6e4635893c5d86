"""The tables that a report is made of, and the one way from a cell to a number in a text."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import pandas as pd

from analysis.estimates import by_month, by_window
from analysis.report.cascade import cascade
from analysis.report.centres import centres, filling
from analysis.report.costs import costs
from analysis.report.document import Line, Number, fill
from analysis.report.event import event_study
from analysis.report.evidence import validation
from analysis.report.gains import gains
from analysis.report.run import assumptions, run
from analysis.report.sites import sites
from analysis.results import Results
from analysis.texts import Words
from sim.results.catalogue import catalogue
from sim.results.console import decimals

MOTHERS = "mothers_u4"
OUTCOMES = ("participation", "employment", "formal_employment", "absence", "separation",
            "survival_12", "household_income", "care_at_risk")  # fmt: skip
"""Measures of the summary and its figures, of mothers of a child under four."""
CENTRES = (("centres", "ceci"), ("places", "ceci"), ("enrolled", "ceci"), ("occupancy", "ceci"),
           ("waiting_list", "all_centres"), ("places_per_100", "polo"))  # fmt: skip
BY_GROUP = ("participation", "formal_employment", "poverty")


@dataclass(frozen=True)
class Facts:
    """Result tables of one scenario, or of several beside one another.

    Attributes
    ----------
    name : str
        Which scenario's they are, in the names of tables.
    tables : mapping of str to DataFrame
    words : Words
    """

    name: str
    tables: Mapping[str, pd.DataFrame]
    words: Words

    def has(self, table: str, **row: Any) -> bool:
        """Say whether a table is there and has a row."""
        found = self.tables.get(table)
        return found is not None and bool(len(_row(found, row)))

    def value(self, table: str, column: str, **row: Any) -> float:
        """Return the number in a cell.

        Raises
        ------
        LookupError
            If the table has no such row, or several.
        """
        rows = _row(self.tables[table], row)
        if len(rows) != 1:
            raise LookupError(f"{table} {row}: {len(rows)}")
        return float(rows[column].iloc[0])

    def number(
        self, table: str, column: str, places: int, *, sign: bool = False, **row: Any
    ) -> Number:
        """Return the number in a cell as text that says where it is from."""
        value = self.value(table, column, **row)
        text = self.words.number(value, places, sign=sign)
        keys = tuple((name, str(key)) for name, key in row.items())
        return Number(text, value, f"{self.name}/{table}", keys, column, places, sign)

    def interval(self, table: str, places: int, low: str = "low", high: str = "high",
                 **row: Any) -> Line:  # fmt: skip
        """Return the ends that an interval has, each a number."""
        columns = {"low": low, "high": high}
        ends = {name: self.value(table, column, **row) for name, column in columns.items()}
        told = {name: self.number(table, columns[name], places, **row)
                for name, end in ends.items() if isfinite(end)}  # fmt: skip
        return fill(self.words.bounds(**ends), **told)

    def numbers(self, table: str, **row: Any) -> dict[str, Number]:
        """Return an effect, its interval and what it is the difference of, with fit decimals."""
        columns = self.tables[table].columns
        ends = [name for name in ("effect", "difference", "low", "high") if name in columns]
        arms = [name for name in ("baseline", "programme") if name in columns]
        found = {}
        for names, digits in ((ends, 2), (arms, 3)):
            of = [self.value(table, name, **row) for name in names]
            places = decimals(*of, digits=digits)
            for name in names:
                sign = name in ("effect", "difference")
                found[name] = self.number(table, name, places, sign=sign, **row)
        return found


def _row(table: pd.DataFrame, row: Mapping[str, Any]) -> pd.DataFrame:
    for name, key in row.items():
        table = table[table[name].astype(str) == str(key)]
    return table


@dataclass(frozen=True)
class Scenario:
    """One result folder and its facts."""

    results: Results
    facts: Facts


def gather(results: Results, name: str, words: Words) -> Scenario:
    """Read and estimate all that a report tells of one folder.

    Raises
    ------
    RefusedError
        If the folder holds none of the measures of a report.
    """
    groups = [name for name, group in catalogue()["groups"].items() if group["of"] == "people"]
    monthly = results.monthly(
        {*OUTCOMES, *(measure for measure, _ in CENTRES)},
        {*groups, *(group for _, group in CENTRES), "women_15_49"},
    )
    main = monthly[monthly["group"] == MOTHERS]
    others = {group for _, group in CENTRES}
    tables = {
        "effects": by_window(results, monthly),
        "months": by_month(results, monthly[monthly["group"].isin({MOTHERS, *others})]),
        "event": event_study(results, main),
        "filling": filling(results),
        "centres": centres(results),
        "cascade": cascade(results),
        **costs(results),
        **gains(results),
        "sites": sites(results),
        "places": results.places(),
        "run": run(results),
        "assumptions": assumptions(results.config),
        **validation(),
    }
    kept = {key: table for key, table in tables.items() if len(table)}
    return Scenario(results, Facts(name, kept, words))
