"""The fingerprint of the simulator's own sources."""

import hashlib
from functools import cache
from pathlib import Path


@cache
def fingerprint_of_sources() -> str:
    """Return a hash of every Python file of the package: the same sources, the same hash."""
    package = Path(__file__).resolve().parent.parent
    fingerprint = hashlib.sha256()
    for source in sorted(package.rglob("*.py")):
        fingerprint.update(source.relative_to(package).as_posix().encode())
        fingerprint.update(source.read_bytes())
    return fingerprint.hexdigest()
