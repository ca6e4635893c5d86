"""Tables as the terminal, csv, xlsx and LaTeX show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
from rich import box
from rich.table import Table
from rich.text import Text

from analysis.estimates import WINDOWS
from analysis.texts import N_, RefusedError, Words
from sim.results.catalogue import catalogue
from sim.results.console import decimals, stdout
from sim.results.folder import replacing
from sim.results.tables import write_csv

NEEDED = ("openpyxl", "jinja2")
HEADINGS = {
    "scenario": N_("Scenario"),
    "reference": N_("Compared with"),
    "measure": N_("Measure"),
    "group": N_("Group"),
    "window": N_("Months"),
    "month": N_("Month"),
    "baseline": N_("Without programme"),
    "programme": N_("With programme"),
    "effect": N_("Effect"),
    "difference": N_("Difference of effects"),
    "low": N_("90 % interval, low end"),
    "high": N_("90 % interval, high end"),
    "interval": N_("90 % interval"),
    "unit": N_("Unit"),
    "unit_of_effect": N_("Unit of the effect"),
    "replicates": N_("Replicates"),
    "rank": N_("Place"),
    "best": N_("Probability of being best (%)"),
    "pairs": N_("Replicates paired"),
    "lever": N_("Setting"),
    "payer": N_("Who"),
    "part": N_("Item"),
    "item": N_("Item"),
    "side": N_("What is counted"),
    "estimate": N_("Estimate"),
    "value": N_("Value"),
    "least": N_("Least"),
    "most": N_("Most"),
    "at_least": N_("Cost of a place at the least"),
    "at_most": N_("Cost of a place at the most"),
    "source": N_("Source"),
    "family": N_("Groups compared"),
    "groups": N_("Number of groups"),
    "p_value": N_("p-value of equality"),
    "winner": N_("Gains most"),
    "change": N_("What changes"),
    "side_of": N_("For whom"),
    "share": N_("Per cent of mothers"),
    "outcome": N_("Outcome"),
    "design": N_("Comparison"),
    "estimator": N_("Estimator"),
    "event": N_("Periods since the opening"),
    "zones": N_("Zones"),
    "treated": N_("Zones treated"),
    "served": N_("Zones treated, on average"),
    "mothers": N_("Mothers a zone and period"),
    "months": N_("Months after the first opening"),
    "se": N_("Standard error"),
    "truth": N_("True effect"),
    "bias": N_("Bias"),
    "covers": N_("Covers it"),
    "covering": N_("Replicates that cover it"),
    "spilt": N_("Effect on zones not treated, or not yet"),
    "power": N_("Power"),
    "power_percent": N_("Power (%)"),
    "detectable": N_("Least effect found"),
    "needed": N_("Zones needed, without bias"),
}
SHARES = ("baseline", "programme")
EFFECTS = ("effect", "difference")
BOUNDS = ("value", "least", "most")
PLAIN = ("estimate", "best", "at_least", "at_most")
UNITS = ("unit", "unit_of_effect")
IN_LATEX = str.maketrans(
    {character: f"\\{character}" for character in "&%$#_{}"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
)


@dataclass(frozen=True)
class Sheet:
    """A table to publish.

    Attributes
    ----------
    name : str
        Of its files.
    title : str
        Above it, in the reader's language.
    table : DataFrame
        With keys for measures, groups and windows; columns as in `HEADINGS`.
    note : str
        Below it.
    names : mapping of str to mapping
        Of columns that hold keys of their own: what each key is called in the reader's language.
    decimals : mapping of str to int
        Of columns of numbers that all have as many; ``low`` is for both ends of the interval.
    """

    name: str
    title: str
    table: pd.DataFrame
    note: str = ""
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    decimals: Mapping[str, int] = field(default_factory=dict)


def check(needed: Sequence[str] = NEEDED) -> None:
    """Refuse to begin where a package that writes the files is missing.

    Parameters
    ----------
    needed : sequence of str
        Names as they are imported.

    Raises
    ------
    RefusedError
    """
    if missing := [name for name in needed if find_spec(name) is None]:
        raise RefusedError(
            N_("files need packages that are not installed: {names}; "
               "pip install 'ceci-sim[report]'"),
            names=", ".join(missing),
        )  # fmt: skip


def unit_of_effect(unit: str, words: Words) -> str:
    """Return the unit of a difference: that of a share is the percentage point."""
    return words("percentage points") if unit.startswith("%") else unit


def labelled(
    table: pd.DataFrame, words: Words, names: Mapping[str, Mapping[str, str]] | None = None
) -> pd.DataFrame:
    """Return a table with names for keys and headings; numbers stay numbers.

    Parameters
    ----------
    table : DataFrame
        Of a `Sheet`.
    words : Words
    names : mapping, optional
        Of the sheet.
    """
    known, found = catalogue(), table.copy()
    for column in set(names or ()) & set(found.columns):
        found[column] = found[column].replace(dict((names or {})[column]))
    if "measure" in found:
        measures = known["measures"]
        units = found["measure"].map(lambda key: words.of(measures[key]["unit"]))
        if "effect" in found or "difference" in found:
            found["unit_of_effect"] = [unit_of_effect(unit, words) for unit in units]
        if "baseline" in found:
            found["unit"] = units
        found["measure"] = found["measure"].map(lambda key: words.of(measures[key]["label"]))
    groups = known["groups"]
    for column in ("group", "winner"):
        if column in found:
            found[column] = found[column].map(
                lambda key: words.of(groups[key]["label"]) if key else "–"
            )
    if "window" in found:
        windows = {window.name: words(window.label) for window in WINDOWS}
        found["window"] = found["window"].map(windows)
    if "month" in found:
        found["month"] = found["month"].map(words.month)
    return found.rename(columns={key: words(text) for key, text in HEADINGS.items()})


def written(sheet: Sheet, words: Words) -> pd.DataFrame:
    """Return a table as text: numbers with the digits that matter, intervals in one column."""
    table = sheet.table
    rows = table.to_dict("records")
    texts = pd.DataFrame([_cells(row, words, sheet.decimals) for row in rows])
    found = table.copy()
    for name in texts:
        found[name] = texts[name].to_numpy()
    if "low" in table:
        found = found.rename(columns={"low": "interval"}).drop(columns="high")
    return labelled(found, words, sheet.names)


def _cells(row: dict[Any, Any], words: Words, fixed: Mapping[str, int]) -> dict[str, str]:
    """Return the numbers of a row as text."""
    coarse = decimals(*(row[name] for name in SHARES if name in row), digits=3)
    texts = {name: words.number(row[name], coarse) for name in SHARES if name in row}
    for name in EFFECTS:
        if name in row:
            texts[name] = words.number(row[name], _fine(row), sign=True)
    for name in PLAIN:
        if name in row:
            texts[name] = words.number(row[name], _fine(row) if name == "estimate" else 0)
    for name in BOUNDS:
        if name in row:
            texts[name] = words.number(row[name], decimals(row[name], digits=2))
    if "p_value" in row:
        texts["p_value"] = words.number(row["p_value"], 3)
    for name in fixed.keys() & row.keys():
        texts[name] = words.number(row[name], fixed[name])
    if "low" in row:
        texts["low"] = words.interval(row["low"], row["high"], fixed.get("low", _fine(row)))
    return texts


def _fine(row: dict[Any, Any]) -> int:
    return decimals(
        *(row[name] for name in (*EFFECTS, "estimate", "low", "high") if name in row), digits=2
    )


def show(sheet: Sheet, words: Words) -> None:
    """Print a table on the terminal."""
    table = written(sheet, words)
    units = [name for name in map(words, map(HEADINGS.__getitem__, UNITS)) if name in table]
    same = {name: table[name].iloc[0] for name in units if table[name].nunique() == 1}
    notes = [*(f"{name}: {unit}." for name, unit in same.items()), sheet.note]
    table = table.drop(columns=list(same))
    # As a Text, so that a bracket in a scenario's name is a bracket
    shown = Table(
        title=Text(sheet.title, style="table.title"), title_justify="left",
        caption=Text(" ".join(filter(None, notes)), style="table.caption") if any(notes) else None,
        caption_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False,
    )  # fmt: skip
    numbers = {
        words(HEADINGS[name])
        for name in (
            *SHARES,
            *EFFECTS,
            *PLAIN,
            *BOUNDS,
            "interval",
            "rank",
            "groups",
            "p_value",
            *(sheet.decimals.keys() & HEADINGS.keys()),
        )
    }
    for column in table.columns:
        shown.add_column(str(column), justify="right" if column in numbers else "left")
    for _, row in table.iterrows():
        shown.add_row(*(str(value) for value in row))
    stdout().print(shown, markup=False)


def publish(name: str, sheets: Sequence[Sheet], folder: Path, words: Words) -> list[Path]:
    """Write each table as csv and LaTeX, and all of them as one workbook.

    The csv keeps keys and every digit, and is the same in any language.

    Parameters
    ----------
    name : str
        Of the command.
    sheets : sequence of Sheet
    folder : Path
        Made if absent.
    words : Words

    Returns
    -------
    list of Path
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for sheet in sheets:
        csv = folder / f"{name}_{sheet.name}.csv"
        write_csv(sheet.table, csv)
        tex = folder / f"{name}_{sheet.name}_{words.lang}.tex"
        with replacing(tex) as aside:
            aside.write_text(latex(sheet, words), encoding="utf-8")
        files += [csv, tex]
    book = folder / f"{name}_{words.lang}.xlsx"
    with replacing(book) as aside:
        _workbook(sheets, aside, words)
    return [*files, book]


def latex(sheet: Sheet, words: Words) -> str:
    """Return a table for a LaTeX document that uses booktabs and longtable."""
    table = written(sheet, words)
    style = table.style.hide(axis="index").format(escape="latex")
    style = style.format_index(escape="latex", axis="columns")
    caption = f"{sheet.title}. {sheet.note}".strip().translate(IN_LATEX)
    text = style.to_latex(
        hrules=True, environment="longtable", caption=caption, column_format="l" * table.shape[1]
    )
    return text.replace("Continued on next page", words("Continued on next page"))


def _workbook(sheets: Sequence[Sheet], path: Path, words: Words) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    with path.open("wb") as file, pd.ExcelWriter(file, engine="openpyxl") as book:
        for sheet in sheets:
            table = labelled(sheet.table, words, sheet.names)
            table.to_excel(book, sheet_name=sheet.name, index=False, startrow=3)
            page = book.sheets[sheet.name]
            page["A1"], page["A2"] = sheet.title, sheet.note
            page["A1"].font = Font(bold=True, size=13)
            page.freeze_panes = "A5"
            for number, column in enumerate(table.columns, start=1):
                letter = get_column_letter(number)
                texts = [str(column), *map(str, table[column].head(50))]
                numeric = table[column].dtype.kind == "f"
                page.column_dimensions[letter].width = (
                    16 if numeric else min(max(map(len, texts)) + 2, 48)
                )
                page[f"{letter}4"].alignment = Alignment(wrap_text=True, vertical="top")
                if numeric:
                    for cell in page[letter][4:]:
                        cell.number_format = "#,##0.00"
