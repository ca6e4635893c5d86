"""The fingerprint of the sources that a number may depend on."""

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
READERS = frozenset({"__main__", "cli", "own_files", "polo", "trace", "verify", "view"})
"""Modules and subpackages that start a simulation or look at one.

No other module may import them: what is composed there reaches a unit only through its settings,
which its key holds.
"""


@cache
def fingerprint_of_sources() -> str:
    """Return a hash of every Python file that decides numbers: the same sources, the same hash."""
    fingerprint = hashlib.sha256()
    for source in deciding():
        fingerprint.update(source.relative_to(PACKAGE).as_posix().encode())
        fingerprint.update(source.read_bytes())
    return fingerprint.hexdigest()


def deciding() -> Iterator[Path]:
    """Yield the Python files of the package but those of the `READERS`, in order."""
    for source in sorted(PACKAGE.rglob("*.py")):
        if source.relative_to(PACKAGE).with_suffix("").parts[0] not in READERS:
            yield source
