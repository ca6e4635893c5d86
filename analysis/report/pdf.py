"""A report as PDF, by Typst, which pip installs whole."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from analysis.report.document import (
    Block,
    Bullets,
    Code,
    Document,
    Figure,
    Line,
    Paragraph,
    Table,
)

LINE, WIDEST = 90, 30
"""Characters across a page; of a column, after which its texts are broken into lines."""
TEMPLATE = Path(__file__).parent / "templates" / "report.typ"


def pdf(document: Document) -> bytes:
    """Return a report as a PDF file.

    The template reads the text as data, and data is never markup: nothing in a name can become
    part of the program that sets the pages.
    """
    import typst

    with TemporaryDirectory() as name:
        folder = Path(name)
        told: dict[str, Any] = {
            **{key: getattr(document, key) for key in
               ("lang", "title", "subtitle", "stamp", "contents", "figure", "table")},
            "sections": [
                {"title": section.title, "blocks": list(_blocks(n, section.blocks, folder))}
                for n, section in enumerate(document.sections)
            ],
        }  # fmt: skip
        (folder / "document.json").write_text(json.dumps(told), encoding="utf-8")
        main = folder / TEMPLATE.name
        main.write_bytes(TEMPLATE.read_bytes())
        # Fonts are those that Typst brings: the same pages on any machine
        page: bytes = typst.compile(str(main), root=str(folder), ignore_system_fonts=True)
    return page


def _blocks(number: int, blocks: tuple[Block, ...], folder: Path) -> Iterator[dict[str, Any]]:
    for n, block in enumerate(blocks):
        match block:
            case Paragraph(runs):
                yield {"kind": "paragraph", "text": _text(runs)}
            case Bullets(items):
                yield {"kind": "bullets", "items": [_text(item) for item in items]}
            case Code(text):
                yield {"kind": "code", "text": text}
            case Table():
                rows = [[_text(cell) for cell in row] for row in block.rows]
                yield {"kind": "table", "title": block.title, "columns": block.columns,
                       "rows": rows, "numeric": block.numeric,
                       "widths": _widths(block.columns, rows)}  # fmt: skip
            case Figure(title, note, svg):
                file = f"figure_{number}_{n}.svg"
                (folder / file).write_bytes(svg)
                yield {"kind": "figure", "title": title, "note": note, "file": file}


def _widths(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Return what share of the page each column takes: the longer its texts, the more."""
    # A heading is bold, and its words are not divided
    words = [round(1.4 * max(map(len, column.split()), default=0)) for column in columns]
    longest = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    most = max(WIDEST, LINE // len(columns))
    return [min(max(pair), most) + 2 for pair in zip(words, longest, strict=True)]


def _text(line: Line) -> str:
    return "".join(run if isinstance(run, str) else run.text for run in line)
