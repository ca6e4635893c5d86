"""Build the documents as a site: ``python -m experiments.documents``.

Writes the pages that are made from the code, tables of parameters and the reference of the API,
into `docs/`, and the site into `site/`, to be opened as files: it asks nothing of any network.
Needs a clone and ``pip install -e '.[docs]'``.
"""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from experiments.documents.parameter_tables import LANGUAGES, parameters_page
from experiments.documents.reference import ROOT, reference_pages
from sim.errors import InputError
from sim.results.folder import replacing


def main(root: Path = ROOT) -> int:
    """Write the pages made from the code and build the site of a clone.

    Returns
    -------
    int
        The exit status: 0 done; 1 the generator found something wrong; 2 nothing can be built here.
    """
    try:
        refuse_what_cannot_build(root)
    except InputError as refused:
        print(f"error: {refused}", file=sys.stderr)
        return 2
    write_pages(root / "docs")
    return subprocess.call(
        [sys.executable, "-m", "zensical", "build", "--clean", "--strict"], cwd=root
    )


def refuse_what_cannot_build(root: Path) -> None:
    """Raise InputError outside a clone, or where the generator is not installed."""
    if not (root / "zensical.toml").exists():
        raise InputError("the documents are built from a clone, and this is none")
    if find_spec("zensical") is None:
        raise InputError("zensical is not installed: pip install -e '.[docs]'")


def write_pages(docs: Path) -> None:
    """Write the pages that are made from the code into the folder of the documents."""
    pages = {docs / name: parameters_page(lang) for lang, name in LANGUAGES.items()}
    for package, page in reference_pages().items():
        pages[docs / "api" / f"{package}.md"] = page
    (docs / "api").mkdir(exist_ok=True)
    for path, page in pages.items():
        with replacing(path) as aside:
            aside.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
