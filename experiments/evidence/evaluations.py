"""Evaluations: many simulations that each tell a few numbers, kept so that none is done twice.

An evaluation is a pure function of settings, a replicate and what is asked. It runs where the
settings' executor says, and is kept in the store as one small file, whole or absent, as soon as it
is done: a command that was killed goes on where it was.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from sim.compilation import compile_first
from sim.errors import IncompleteError
from sim.executor import Failed, results
from sim.results.console import progress
from sim.results.folder import replacing
from sim.run import use_threads
from sim.settings import Settings
from sim.unit import fingerprint, units

Tick = Callable[[], Any]
Values = dict[str, Any]
"""What an evaluation tells: whatever JSON can hold."""
Function = Callable[["Task", Tick], Values]


@dataclass(frozen=True)
class Task:
    """What to evaluate.

    Attributes
    ----------
    settings : Settings
    replicate : int
    steps : int
        How often the function calls its `tick`.
    what : any
        What else the function is told: plain data that JSON can hold.
    """

    settings: Settings
    replicate: int
    steps: int
    what: Any = field(default=None)


def evaluate(
    function: Function, tasks: Sequence[Task], settings: Settings, description: str
) -> list[Values]:
    """Return what a function tells of each task, showing progress; what is kept is not done again.

    Parameters
    ----------
    function : callable
        Of a task and of what to call after each of its steps. A function of a module of
        `experiments.evidence`, so that processes can import it and a change of its text is seen.
    tasks : sequence of Task
    settings : Settings
        Of the command: executor, threads, store, and whether what is kept is used.
    description : str
        What is being done.

    Raises
    ------
    IncompleteError
        If an evaluation failed; the others are kept.
    OSError
        If the store cannot be written.
    """
    tasks = [replace(task, settings=task.settings.of_replicate(task.replicate)) for task in tasks]
    keys = [key_of(function, task) for task in tasks]
    kept = Kept(Path(settings.store) / "evaluations")
    found: dict[str, Values] = {}
    if settings.resume:
        found = {key: values for key in set(keys) if (values := kept.get(key)) is not None}
    left = {key: task for key, task in zip(keys, tasks, strict=True) if key not in found}
    failures = []
    if left:
        compile_first(next(iter(left.values())).settings)
        waiting = list(left.items())
        steps = [task.steps for _, task in waiting]
        with progress(sum(steps), description) as bar:
            bar.describe(f"{description}: {len(waiting)} of {len(set(keys))} simulations to do")
            told = [0] * len(waiting)

            def tick(number: int) -> None:
                told[number] += 1
                bar.advance()

            given = results(
                settings.executor, partial(_work, function), [task for _, task in waiting],
                settings.threads, tick,
            )  # fmt: skip
            with closing(given):
                for number, result in given:
                    bar.advance(max(0, steps[number] - told[number]))
                    if isinstance(result, Failed):
                        failures.append(result.cause)
                        continue
                    key = waiting[number][0]
                    kept.put(key, result)
                    found[key] = json.loads(result)
    if failures:
        raise IncompleteError(
            f"{len(failures)} of {len(keys)} simulations failed ({failures[0]}); "
            "the others are kept, running again does the rest"
        )
    return [found[key] for key in keys]


def key_of(function: Function, task: Task) -> str:
    """Return the hash of all that an evaluation depends on."""
    unit = units([task.settings], 1)[0][0].key
    parts = (
        fingerprint(), fingerprint_of_evidence(), f"{function.__module__}.{function.__qualname__}",
        unit, str(task.replicate), json.dumps(task.what, sort_keys=True),
    )  # fmt: skip
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@cache
def fingerprint_of_evidence() -> str:
    """Return a hash of the sources of this package."""
    texts = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    return hashlib.sha256(b"\n".join(texts)).hexdigest()


class Kept:
    """A folder of evaluations, one checksummed file of JSON each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser().resolve()

    def path(self, key: str) -> Path:
        """Return the file of an evaluation."""
        return self.folder / key[:2] / f"{key}.json"

    def get(self, key: str) -> Values | None:
        """Return what was kept, or None if it is absent, damaged or cut short."""
        try:
            checksum, _, body = self.path(key).read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        if checksum != _checksum(key, body):
            return None
        return json.loads(body)

    def put(self, key: str, body: bytes) -> None:
        """Keep an evaluation, whole or not at all."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as aside:
            aside.write_bytes(_checksum(key, body) + b"\n" + body)


def _checksum(key: str, body: bytes) -> bytes:
    return hashlib.sha256(key.encode() + body).hexdigest().encode()


def _work(function: Function, task: Task, threads: int, tick: Tick | None) -> bytes:
    use_threads(threads)
    values = function(task, tick or (lambda: None))
    return json.dumps(values, separators=(",", ":")).encode()
