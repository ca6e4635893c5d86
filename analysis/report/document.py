"""What a report says, whatever it is printed on: sections of text, tables and figures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter

import pandas as pd


@dataclass(frozen=True)
class Number:
    """A number of a result table as text, and the cell that it came from.

    Attributes
    ----------
    text : str
        As the reader's country writes it.
    value : float
        Of the cell, every digit.
    table : str
        Of `Document.tables`.
    row : tuple of (str, str)
        Column and key of each column that tells the row from others.
    column : str
    decimals : int
    sign : bool
        Whether positive numbers have one.
    """

    text: str
    value: float
    table: str
    row: tuple[tuple[str, str], ...]
    column: str
    decimals: int
    sign: bool = False

    @property
    def cell(self) -> str:
        """Where it is from, in one line."""
        row = ", ".join(key for _, key in self.row)
        return f"{self.table} [{row}] {self.column}"


Run = str | Number
Line = tuple[Run, ...]
NONE = "–"
"""Stands for a number that there is not."""


@dataclass(frozen=True)
class Paragraph:
    """Text, with the numbers in it kept apart from the words."""

    runs: Line


@dataclass(frozen=True)
class Bullets:
    """Short texts one below the other."""

    items: tuple[Line, ...]


@dataclass(frozen=True)
class Table:
    """A table with its heading; each cell is a line of text and numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Whether a column holds numbers, which stand to the right, or nothing."""
        columns = zip(*self.rows, strict=True)
        return tuple(any(map(_numeric, cells)) or set(cells) == {(NONE,)} for cells in columns)


def _numeric(cell: Line) -> bool:
    return any(isinstance(run, Number) for run in cell)


@dataclass(frozen=True)
class Figure:
    """A figure, drawn, and how to read it."""

    title: str
    note: str
    svg: bytes


@dataclass(frozen=True)
class Code:
    """What is typed into a terminal, or a fingerprint."""

    text: str


Block = Paragraph | Bullets | Table | Figure | Code


@dataclass(frozen=True)
class Section:
    """A part of a report under its own heading."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A whole report.

    Attributes
    ----------
    lang : {"es", "en"}
    title, subtitle : str
    stamp : str
        At the foot of each page: what run this is.
    contents, figure, table : str
        What the list of sections, a figure and a table are called.
    sections : tuple of Section
    tables : mapping of str to DataFrame
        The result tables that its numbers are from.
    """

    lang: str
    title: str
    subtitle: str
    stamp: str
    contents: str
    figure: str
    table: str
    sections: tuple[Section, ...]
    tables: Mapping[str, pd.DataFrame] = field(repr=False)

    def lines(self) -> Iterator[Line]:
        """Go through every line of text, those in the cells of tables too."""
        for section in self.sections:
            for block in section.blocks:
                match block:
                    case Paragraph(runs):
                        yield runs
                    case Bullets(items):
                        yield from items
                    case Table(rows=rows):
                        yield from (cell for row in rows for cell in row)

    def numbers(self) -> Iterator[Number]:
        """Go through every number."""
        for line in self.lines():
            yield from (run for run in line if isinstance(run, Number))


def fill(text: str, **values: Run | Line) -> Line:
    """Return a text with its ``{names}`` filled in; numbers stay numbers."""
    runs: list[Run] = []
    for literal, name, _, _ in Formatter().parse(tied(text)):
        value = values[name] if name else ""
        runs += [part for part in (literal, *_line(value)) if part]
    return tuple(runs)


def tied(text: str) -> str:
    """Return a text in which a percent sign stays on the line of its number."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def paragraph(text: str, **values: Run | Line) -> Paragraph:
    """Return a paragraph, its ``{names}`` filled in."""
    return Paragraph(fill(text, **values))


def row(*cells: Run | Line) -> tuple[Line, ...]:
    """Return a row of a table, whose cells may be single texts or numbers."""
    return tuple(map(_line, cells))


def _line(told: Run | Line) -> Line:
    return told if isinstance(told, tuple) else (told,)


def present(blocks: Sequence[Block | None]) -> tuple[Block, ...]:
    """Leave out what a folder does not hold, and tables without a row."""
    return tuple(
        block
        for block in blocks
        if block is not None and not (isinstance(block, Table) and not block.rows)
    )
