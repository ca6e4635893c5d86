"""What the terminal shows of a polo that was made: its figures, rates, files and the next step."""

from pathlib import Path

from rich.markup import escape
from rich.table import Table

from sim.polo.enoe import LEAST
from sim.polo.firms import FORMAL, PLANT
from sim.polo.new import Given, Made
from sim.polo.tables import number
from sim.polo.words import term
from sim.polo.written import evidence_rows
from sim.results.console import stdout

CAME = ("--iter", "--enoe", "--firms", "--centres", "state", "rule", "country")


def show(given: Given, made: Made, files: list[Path], folder: Path) -> None:
    """Print the tables, the notes and how to go on.

    Parameters
    ----------
    given : Given
    made : Made
    files : list of Path
        That were written.
    folder : Path
        For ``--config-dir``.
    """
    console = stdout()
    console.print(figures(given, made))
    if made.read.estimates:
        console.print(rates(given, made))
    for note in notes(given, made):
        console.print(escape(note))
    console.print(given.words["files"])
    for path in files:
        console.print(f"  {escape(str(path))}", soft_wrap=True)
    console.print(given.words["try"])
    console.print(
        f"  python -m sim --config-dir {escape(str(folder))} +scenario={given.name} scale=0.05 "
        "replicates=4",
        soft_wrap=True,
    )


def figures(given: Given, made: Made) -> Table:
    """Return the figures, those of the files first."""
    lang = given.lang
    table = Table(*given.words["figures"])
    table.columns[1].justify = "right"
    for mark in CAME:
        for name, figure in made.polo.figures.items():
            if made.came[name] == mark:
                table.add_row(
                    name, number(figure.value), escape(term(lang, "unit", figure.unit)),
                    term(lang, "known", figure.known), term(lang, "came", mark),
                )  # fmt: skip
    return table


def rates(given: Given, made: Made) -> Table:
    """Return the rates of the ENOE with their standard errors."""
    table = Table(*given.words["rates"], title=f"ENOE {made.read.quarters}")
    for column in table.columns[1:4]:
        column.justify = "right"
    for row in evidence_rows(made):
        kind, _, codes = row["place"].partition(" ")
        table.add_row(
            row["rate"], row["value"], row["standard_error"], row["asked"],
            f"{term(given.lang, 'place', kind)} {codes}", row["figure"],
        )  # fmt: skip
    return table


def notes(given: Given, made: Made) -> list[str]:
    """Return what the user should know of the files."""
    words, found = given.words, []
    if any(not one.enough for one in made.read.estimates):
        found.append(words["few"].format(least=LEAST))
    if (firms := made.read.firms) is not None:
        counts = ", ".join(
            f"{term(given.lang, 'sector', name)} {count:,}"
            for name, count in firms.by_sector().items()
        )
        found.append(
            words["firms"].format(
                counts=counts, plant=PLANT, formal=FORMAL,
                persons=f"{firms.plants['persons'].sum():,.0f}",
                workers=f"{made.polo['maquila_workers']:,.0f}",
            )
        )  # fmt: skip
        if firms.elsewhere:
            found.append(words["elsewhere"].format(count=f"{firms.elsewhere:,}"))
    centres = made.read.centres
    if centres is not None:
        if (centres["scheme"] == "guarderia").any():
            found.append(words["guarderias"])
        if not (centres["scheme"] != "guarderia").any():
            found.append(words["none announced"])
    return found
