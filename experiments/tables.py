"""Tables of the experiments: on the terminal, as csv and as Markdown."""

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sim.results.folder import ResultFolder
from sim.results.tables import write_csv
from sim.settings import Settings

HIDDEN = ("source", "known")
"""Columns that the terminal leaves out for want of room; the files have them."""


def publish(table: pd.DataFrame, name: str, title: str, settings: Settings) -> None:
    """Print a table; write NAME.csv and NAME.md in the settings' `output_dir`, if it has one."""
    shown = Table(title=title)
    columns = [column for column in table.columns if column not in HIDDEN]
    for column in columns:
        shown.add_column(column, justify="right" if table[column].dtype.kind in "fi" else "left")
    for _, row in table.iterrows():
        # What a user wrote may look like the terminal's own markup
        shown.add_row(*(escape(text(row[column])) for column in columns))
    console = Console()
    Console(width=max(console.width, 120)).print(shown)
    if "inside" in table:
        print(f"{int(table['inside'].sum())} of {len(table)} inside their tolerance")
    if settings.output_dir is None:
        return
    with ResultFolder(settings.output_dir) as folder:
        write_csv(table, folder.work / f"{name}.csv")
        (folder.work / f"{name}.md").write_text(markdown(table, title), encoding="utf-8")
    print(f"written: {folder.path}")


def markdown(table: pd.DataFrame, title: str) -> str:
    """Return a table as Markdown under a heading."""
    lines = [f"# {title}", "", "| " + " | ".join(table.columns) + " |"]
    lines.append("| " + " | ".join("---" for _ in table.columns) + " |")
    for _, row in table.iterrows():
        lines.append("| " + " | ".join(text(value) for value in row) + " |")
    return "\n".join(lines) + "\n"


def text(value: object) -> str:
    """Return a cell: numbers short, truth as yes or no."""
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
