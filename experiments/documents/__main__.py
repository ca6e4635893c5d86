"""Build the documents as a site: ``python -m experiments.documents``.

Writes the pages that are made from the code, tables of parameters and the reference of the API,
into `docs/`, and the site into `site/`, to be opened as files: it asks nothing of any network.
Needs a clone and ``pip install -e '.[docs]'``.
"""

import subprocess
import sys
from importlib.util import find_spec

from experiments.documents.parameter_tables import PAGES, parameters_page
from experiments.documents.reference import ROOT, reference_pages
from experiments.page import DOCS
from sim.errors import InputError
from sim.results.folder import replacing


def main() -> int:
    """Write the pages made from the code and build the site; return the exit status."""
    try:
        refuse_what_cannot_build()
    except InputError as refused:
        print(f"error: {refused}", file=sys.stderr)
        return 2
    write_pages()
    return subprocess.call(
        [sys.executable, "-m", "zensical", "build", "--clean", "--strict"], cwd=ROOT
    )


def refuse_what_cannot_build() -> None:
    """Raise InputError outside a clone, or where the generator is not installed."""
    if not (ROOT / "zensical.toml").exists():
        raise InputError("the documents are built from a clone, and this is none")
    if find_spec("zensical") is None:
        raise InputError("zensical is not installed: pip install -e '.[docs]'")


def write_pages() -> None:
    """Write the pages that are made from the code."""
    pages = {DOCS / name: parameters_page(lang) for lang, name in PAGES.items()}
    for package, page in reference_pages().items():
        pages[DOCS / "api" / f"{package}.md"] = page
    (DOCS / "api").mkdir(exist_ok=True)
    for path, page in pages.items():
        with replacing(path) as aside:
            aside.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
