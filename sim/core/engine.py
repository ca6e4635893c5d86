"""One rule, two speeds.

A rule is a function of rows and the world, marked ``@rule``: it stays plain Python and may be
called from compiled code. `each`, `each_with` and `counted` loop over all rows of a table in
parallel, in machine code; plain Python calls the same function with one Mesa agent at a time. Both
give the same bits, for rules use only sums, products, comparisons and square roots, and draws that
belong to an agent.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numba
from llvmlite import binding
from numba.extending import register_jitable

from sim.core.sources import fingerprint_of_sources

rule = register_jitable(forceinline=True)

# No rule makes an array, so none needs Numba's counting of references: atomic additions to counters
# that all threads share, at each row that is read, which cost more than half of a month's time
in_parallel = numba.njit(parallel=True, cache=True, nogil=True, _nrt=False)


def keep_compiled_code() -> None:
    """Keep compiled code in a folder named after the sources it was made from.

    Numba notices a change in the file of a compiled loop, but not one in the file of a rule that
    the loop calls; a folder for each state of the sources makes stale code impossible.
    """
    name = f"compiled-{fingerprint_of_sources()[:16]}"
    beside = Path(__file__).resolve().parent.parent / "__pycache__"
    try:
        beside.mkdir(exist_ok=True)
        writable = os.access(beside, os.W_OK)
    except OSError:
        writable = False
    if not os.environ.get("NUMBA_CACHE_DIR"):
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ceci-sim"
        numba.config.CACHE_DIR = str((beside if writable else home) / name)


keep_compiled_code()


@cache
def each(rule_function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a compiled, parallel loop over rows of a rule ``(row, world)``."""

    @in_parallel
    def loop(rows, world):
        for i in numba.prange(rows.size):
            rule_function(rows[i], world)

    return loop


@cache
def each_with(rule_function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a compiled, parallel loop of a rule ``(row, parts, companion, world)``.

    Row i goes with row i of `parts` (several parts each) and row i of `companions`.
    """

    @in_parallel
    def loop(rows, parts, companions, world):
        for i in numba.prange(rows.size):
            rule_function(rows[i], parts[i], companions[i], world)

    return loop


@cache
def counted(rule_function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a compiled, parallel loop like `each_with` of a rule that also adds to counts.

    The rows are counted in as many parts as the counts have on their first axis. The number is
    fixed, so that counts never depend on the number of threads.
    """

    @in_parallel
    def loop(rows, parts, companions, world, counts, other_counts):
        blocks = counts.shape[0]
        size = (rows.size + blocks - 1) // blocks
        for block in numba.prange(blocks):
            for i in range(block * size, min(rows.size, (block + 1) * size)):
                rule_function(
                    rows[i], parts[i], companions[i], world, counts[block], other_counts[block]
                )

    return loop


Factory = Callable[[Callable[..., Any]], Callable[..., Any]]
Need = tuple[Factory, Callable[..., Any], tuple[Any, ...]]
"""A loop to be compiled: what makes it, of which rule, and the types of its arguments."""

_noted: list[Need] | None = None


def call(factory: Factory, rule_function: Callable[..., Any], *arguments: Any) -> Any:
    """Run a rule's compiled loop; inside `noting_needs`, note it and return 0 instead."""
    if _noted is None:
        return factory(rule_function)(*arguments)
    _noted.append((factory, rule_function, tuple(numba.typeof(a) for a in arguments)))
    return 0


@contextmanager
def noting_needs() -> Iterator[list[Need]]:
    """Collect the loops that the code inside would run, without compiling or running any."""
    global _noted
    before, _noted = _noted, []
    try:
        yield _noted
    finally:
        _noted = before


def mark_of_compiled_code() -> Path:
    """Return the file that says that this machine's compiled code is all on disk."""
    of = f"{binding.get_host_cpu_name()}-{sys.implementation.cache_tag}-numba-{numba.__version__}"
    return Path(numba.config.CACHE_DIR) / f"{fingerprint_of_sources()[:16]}-{of}.all"


def compile_need(need: Need) -> None:
    """Compile a loop, or find it compiled, without running it; the code is kept on disk."""
    factory, rule_function, types = need
    loop: Any = factory(rule_function)
    loop.compile(types)


@cache
def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the compiled form of a function marked ``@rule`` that runs once, in order."""
    return numba.njit(cache=True, nogil=True)(function)
