"""The manifest: what was run, on what, and the fingerprint of every file that came out."""

import hashlib
import json
import math
import os
import platform
import sys
from collections.abc import Mapping
from datetime import date, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sim.results.folder import replacing

PROJECT = "ceci-sim"
SCHEMA = 1
FILE = "manifest.json"


def manifest(
    config: Mapping[str, Any],
    *,
    seed: int,
    started: datetime,
    wall_seconds: float,
    agents: int,
    agent_months: int,
    inputs: Mapping[str, Path | bytes],
    folder: Path,
    complete: bool,
    replicates_done: int,
    agent_months_computed: int | None = None,
    units: Mapping[str, Any] | None = None,
    interval: str = "chance",
    draws: Mapping[int, int] | None = None,
) -> dict[str, Any]:
    """Describe a run well enough to repeat it and to check its files.

    Parameters
    ----------
    config : mapping
        The resolved configuration, kept as it is.
    seed : int
        Seed of the run.
    started : datetime
        When it began; give it a time zone.
    wall_seconds : float
        How long it took, in seconds.
    agents : int
        Agents in one arm of one replicate.
    agent_months : int
        Agents times months, over arms and replicates done.
    inputs : mapping of str to Path or bytes
        Input data by name: a file, or its content.
    folder : Path
        Folder of the results; every file in it but the manifest is hashed.
    complete : bool
        Whether all replicates asked for are there.
    replicates_done : int
        How many are.
    agent_months_computed : int, optional
        Those that were simulated now and not found in the store; all of them unless given.
    units : mapping, optional
        How many units were computed, reused and failed, and the version that did them.
    interval : str
        What the intervals of the results hold.
    draws : mapping of int to int, optional
        The draw of the parameters with which each replicate lives, where these differ.

    Returns
    -------
    dict
        JSON-ready: no NaN, no host, user or absolute path beyond what ``config`` holds.

    Raises
    ------
    OSError
        If an input or a result cannot be read.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in files}
    names.pop(FILE, None)
    simulated = agent_months if agent_months_computed is None else agent_months_computed
    return _plain(
        {
            "schema": SCHEMA,
            "project": {"name": PROJECT, "version": _version()},
            "complete": complete,
            "replicates_done": replicates_done,
            "units": units or {},
            "interval": interval,
            "draws": draws or {},
            "seed": seed,
            "started": started,
            "wall_seconds": round(wall_seconds, 3),
            "peak_memory_mib": _peak_memory(),
            "agents": agents,
            "agent_months": agent_months,
            "agent_months_per_second": (
                round(simulated / wall_seconds, 1) if simulated and wall_seconds > 0 else None
            ),
            "python": platform.python_version(),
            "platform": {
                "system": platform.system(),
                "release": platform.release(),
                "machine": platform.machine(),
                "processors": os.cpu_count(),
            },
            "dependencies": _dependencies(),
            "inputs": {name: hash_of(inputs[name]) for name in sorted(inputs)},
            "results": {name: hash_of(names[name]) for name in sorted(names)},
            "config": config,
        }
    )


def write_manifest(record: Mapping[str, Any], folder: Path) -> Path:
    """Write a manifest as ``manifest.json`` in a folder.

    Parameters
    ----------
    record : mapping
        What :func:`manifest` returned.
    folder : Path
        Folder of the results.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        If ``record`` holds NaN or an infinity.
    """
    whole = {**record, "fingerprint": fingerprint_of(record)}
    text = json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False)
    path = folder / FILE
    with replacing(path) as aside:
        aside.write_text(text + "\n", encoding="utf-8", newline="\n")
    return path


def _version() -> str:
    try:
        return metadata.version(PROJECT)
    except metadata.PackageNotFoundError:
        return "0+unknown"


def _dependencies() -> dict[str, str]:
    """Version of each distribution that the project requires or that is loaded now."""
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()

    def walk(name: str, extras: set[str]) -> None:
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            return
        found[canonicalize_name(name)] = distribution.version
        for extra in {"", *extras}:
            if (canonicalize_name(name), extra) in seen:
                continue
            seen.add((canonicalize_name(name), extra))
            for text in distribution.requires or ():
                need = Requirement(text)
                if need.marker is None or need.marker.evaluate({"extra": extra}):
                    walk(need.name, need.extras)

    walk(PROJECT, set())
    loaded = {module.partition(".")[0] for module in sys.modules}
    for module, names in metadata.packages_distributions().items():
        if module in loaded:
            found |= {canonicalize_name(name): metadata.version(name) for name in names}
    found.pop(PROJECT, None)
    return dict(sorted(found.items()))


def _peak_memory() -> float | None:
    """Largest resident memory of this process or of a finished child, MiB."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux KiB
    return round(peak * unit / 2**20, 1)


def fingerprint_of(record: Mapping[str, Any]) -> str:
    """Return a hash of all that a manifest says but the fingerprint itself."""
    said = {name: value for name, value in record.items() if name != "fingerprint"}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hash_of(text.encode())


def hash_of(source: Path | bytes) -> str:
    """Return the SHA-256 of a file or of its content, in hexadecimal digits."""
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    with open(source, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _plain(value: Any) -> Any:
    """Turn a nested value into what JSON can say."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [_plain(item) for item in items]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return value.as_posix()
    if hasattr(value, "tolist"):  # NumPy
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value
