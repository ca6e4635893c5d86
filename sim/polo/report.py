"""What the terminal shows of a polo that was made: its figures, rates, files and the next step."""

from pathlib import Path

from rich.markup import escape
from rich.table import Table

from sim.polo.enoe import LEAST
from sim.polo.firms import FORMAL, PLANT
from sim.polo.new import Given, Made
from sim.polo.tables import number
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
    console.print(figures(made))
    if made.read.estimates:
        console.print(rates(made))
    for note in notes(made):
        console.print(escape(note))
    for path in files:
        console.print(f"  {escape(str(path))}", soft_wrap=True)
    console.print("Try it, small; then without the last two options:")
    console.print(
        f"  python -m sim --config-dir {escape(str(folder))} +scenario={given.name} scale=0.05 "
        "replicates=4",
        soft_wrap=True,
    )


def figures(made: Made) -> Table:
    """Return the figures, those of the files first."""
    table = Table("Figure", "Value", "Unit", "Known", "From")
    table.columns[1].justify = "right"
    for mark in CAME:
        for name, figure in made.polo.figures.items():
            if made.came[name] == mark:
                table.add_row(name, number(figure.value), escape(figure.unit), figure.known, mark)
    return table


def rates(made: Made) -> Table:
    """Return the rates of the ENOE with their standard errors."""
    table = Table(
        "Rate", "Value", "s.e.", "Asked", "Place", "Gives", title=f"ENOE {made.read.quarters}"
    )
    for column in table.columns[1:4]:
        column.justify = "right"
    for row in evidence_rows(made):
        table.add_row(
            row["rate"], row["value"], row["standard_error"], row["asked"], row["place"],
            row["figure"],
        )  # fmt: skip
    return table


def notes(made: Made) -> list[str]:
    """Return what the user should know of the files."""
    found = []
    if any(not one.enough for one in made.read.estimates):
        found.append(
            f"Rates of fewer than {LEAST} persons asked are shown, and no figure takes them."
        )
    if (firms := made.read.firms) is not None:
        counts = ", ".join(f"{name} {count:,}" for name, count in firms.by_sector().items())
        persons = f"{firms.plants['persons'].sum():,.0f}"
        found.append(
            f"Firms by sector: {counts} (plants of {PLANT} persons or more, others of {FORMAL} or "
            f"more). By the middle of the classes the plants have {persons} persons; the polo has "
            f"{number(made.polo['maquila_workers'])} workers by rule."
        )
        if firms.elsewhere:
            found.append(f"{firms.elsewhere:,} establishments of other municipalities left out.")
    centres = made.read.centres
    if centres is not None:
        if (centres["scheme"] == "guarderia").any():
            found.append(
                "Of guarderías their number and places are taken; the model sites them among homes."
            )
        if not (centres["scheme"] != "guarderia").any():
            found.append("No announced centre is in the list: those by rule are kept.")
    return found
