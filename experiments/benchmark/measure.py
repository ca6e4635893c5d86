"""One measurement in a process of its own: ``python -m experiments.benchmark.measure < REQUEST``.

The parent process writes a `Request` to its standard input and reads a JSON object from its
standard output.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, Protocol

import numba
import numpy as np
from pydantic import BaseModel

from experiments.benchmark.science import Column, Start, start
from sim.run import use_threads
from sim.settings import Settings

Peer = Literal["engine", "limit", "whole", "numpy", "numpy_paired", "polars", "mesa"]
CLASSES: dict[str, tuple[str, str]] = {
    "engine": ("engine", "EnginePolo"),
    "limit": ("limit", "LimitPolo"),
    "numpy": ("numpy_peer", "NumpyPolo"),
    "numpy_paired": ("numpy_peer", "PairedNumpyPolo"),
    "polars": ("polars_peer", "PolarsPolo"),
    "mesa": ("mesa_peer", "MesaPolo"),
}
SMALL = 2_000
"""Women of the polo that is lived first, so that imports and compiling are over."""

COMPARED_COLUMNS = ("women", "firms")


class Living(Protocol):
    """A polo of any peer."""

    def month(self) -> Column:
        """Live a month; return the declared counts."""


class Request(BaseModel):
    """What to measure. With `outcomes`, only the counts of months are returned."""

    peer: Peer
    size: int
    threads: int
    seeds: list[int]
    months: int
    repeats: int = 1
    enough_seconds: float = 0.0
    outcomes: bool = False
    settings: Settings
    folder: Path


def run(request: Request) -> Any:
    """Measure in a process of its own, and return what it tells.

    Raises
    ------
    RuntimeError
        If the process fails; its last line says why.
    """
    threads = str(request.threads)
    # Libraries read these when they are imported. The compiled code of the core month is kept for
    # one run of the benchmark only; that of the simulator is where it always is
    environment = os.environ | {"POLARS_MAX_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
    if request.peer != "whole":
        environment["NUMBA_CACHE_DIR"] = str(request.folder / "compiled")
    done = subprocess.run(
        [sys.executable, "-m", "experiments.benchmark.measure"],
        input=request.model_dump_json(), capture_output=True, text=True, env=environment,
    )  # fmt: skip
    if done.returncode != 0:
        last = (done.stderr.strip() or "it said nothing").splitlines()[-1]
        raise RuntimeError(f"{request.peer} with {request.size:,} women failed: {last}")
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure what standard input asks for."""
    request = Request.model_validate_json(sys.stdin.read())
    use_threads(request.threads)
    told = outcomes(request) if request.outcomes else speed(request)
    print(json.dumps(told))


def outcomes(request: Request) -> list[list[list[int]]]:
    """Return women and counts of each month, for each seed."""
    told = []
    for seed in request.seeds:
        # The state is the seed's; the peer's own draws are another stream
        polo = founder(request, start(request.settings, request.size, seed))(seed + 1_000_003)
        told.append([[request.size, *map(int, polo.month())] for _ in range(request.months)])
    return told


def speed(request: Request) -> dict[str, float]:
    """Return times and memory."""
    began = time.perf_counter()
    living = founder(request, start(request.settings, SMALL, 0), SMALL)(0)
    for _ in range(2):
        living.month()
    first_use = time.perf_counter() - began
    before = restart_peak()
    state = None if request.peer == "whole" else stored(request)
    found = founder(request, state)
    nanoseconds: list[float] = []
    of_cores: list[float] = []
    build = 0.0
    for _ in range(request.repeats):
        began = time.perf_counter()
        living = found(request.seeds[0])
        build = time.perf_counter() - began
        living.month()  # touches the memory for the first time
        for _ in range(request.months):
            began, used = time.perf_counter(), time.process_time()
            living.month()
            nanoseconds.append((time.perf_counter() - began) * 1e9 / request.size)
            of_cores.append((time.process_time() - used) * 1e9 / request.size)
        del living
        if sum(nanoseconds) * request.size > request.enough_seconds * 1e9:
            break
    return {
        "ns": float(np.median(nanoseconds)),
        "least_ns": min(nanoseconds),
        "core_ns": min(of_cores),
        "bytes": (peak() - before) / request.size,
        "first_use_s": first_use,
        "build_s": build,
        "threads": numba.get_num_threads(),
    }


def founder(
    request: Request, state: Start | None, size: int | None = None
) -> Callable[[int], Living]:
    """Return a function from a seed to a polo of the peer."""
    if request.peer == "whole" or state is None:
        from experiments.benchmark.whole import WholePolo

        return lambda seed: WholePolo(request.settings, size or request.size)
    module, name = CLASSES[request.peer]
    peer = getattr(import_module(f"experiments.benchmark.{module}"), name)
    return lambda seed: peer(state, seed)


# The initial state, made once for all peers of a size


def store(settings: Settings, size: int, seed: int, folder: Path) -> None:
    """Write the initial state of a size, for `stored`."""
    state = vars(start(settings, size, seed))
    columns: dict[str, Any] = {}
    for name, value in state.items():
        if name in COMPARED_COLUMNS:
            columns |= {f"{name}.{column}": array for column, array in value.items()}
        elif name != "p":
            columns[name] = value
    np.savez(folder / f"start_{size}.npz", **columns)


def stored(request: Request) -> Start:
    """Read the initial state of a size: no memory is used but for its columns."""
    parts: dict[str, Any] = {name: {} for name in COMPARED_COLUMNS}
    with np.load(request.folder / f"start_{request.size}.npz") as file:
        for name in file.files:
            table, _, column = name.partition(".")
            if column:
                parts[table][column] = file[name]
            else:
                parts[name] = file[name]
    parameters = {name: parameter.value for name, parameter in request.settings.parameters.items()}
    return Start(**parts, p=parameters)


# Memory


def restart_peak() -> int:
    """Return the resident bytes now, and let the peak start again from there where it can."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    try:
        return _status("VmRSS")
    except OSError:
        return peak()


def peak() -> int:
    """Return the most bytes that were resident."""
    try:
        return _status("VmHWM")
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    main()
