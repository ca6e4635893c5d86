"""``python -m analysis.report DIR...``: a report for people who decide, as HTML and PDF."""

import sys
from collections.abc import Sequence
from pathlib import Path

from analysis.command import run
from analysis.results import Results
from analysis.texts import N_, Words
from sim.results.folder import replacing

NEEDED = ("jinja2", "typst")


def report(given: list[Results], folder: Path, words: Words) -> list[Path]:
    """Write the report of one scenario or several, in one language.

    Returns
    -------
    list of Path
        ``report_<lang>.html`` and ``report_<lang>.pdf``.
    """
    from analysis.report.build import build
    from analysis.report.html import html
    from analysis.report.pdf import pdf

    document = build(given, words)
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        folder / f"report_{words.lang}.html": html(document).encode("utf-8"),
        folder / f"report_{words.lang}.pdf": pdf(document),
    }
    for path, content in files.items():
        with replacing(path) as aside:
            aside.write_bytes(content)
    return list(files)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status, see `analysis.command.run`."""
    about = N_("Write a report of one scenario or several, as one HTML file and a PDF.")
    return run("report", about, report, arguments, inside="", needed=NEEDED)


if __name__ == "__main__":
    sys.exit(main())
