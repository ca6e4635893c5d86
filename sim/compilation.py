"""Compiling what a run needs before it starts, in several processes side by side."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sim.core.engine import Need, compile_need, mark_of_compiled_code
from sim.executor import Failed, results, workers_for
from sim.model import needs
from sim.results.console import progress
from sim.settings import Executor, Settings

MOST_PROCESSES = 4
"""The longest loop to compile takes a quarter of the time of all: more would wait for it."""


def compile_first(settings: Settings) -> None:
    """Compile the rules on this machine, unless it was done before, showing progress.

    Whatever goes wrong here is left to the run, which compiles what it lacks.
    """
    mark = mark_of_compiled_code()
    executor = settings.executor
    if settings.engine != "compiled" or executor.name != "local" or mark.exists():
        return
    most = workers_for(executor, MOST_PROCESSES, settings.threads)
    if most == 1:
        return
    here = Executor(workers=most)
    lacking = needs(settings)
    with progress(len(lacking), "compiling, the first time only") as bar:
        for _, result in results(here, compile_one, lacking, most, nothing):
            if isinstance(result, Failed):
                return
            bar.advance()
    with suppress(OSError):
        mark.touch()


def compile_one(need: Need, threads: int, tick: Callable[[], Any] | None) -> bytes:
    """Compile one loop; its code is left on disk."""
    compile_need(need)
    return b""


def nothing(number: int) -> None:
    """Do nothing at a step."""
