"""Where work is done: in this process, in processes of this machine, or on a Dask cluster.

What comes back is the same wherever and in whatever order it was done. A task that raises gives a
`Failed`; one that takes its process with it is tried once more, alone, and is then a `Failed` too.
"""

import logging
import os
import pickle
import signal
import tempfile
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import joblib
from joblib.externals import loky
from joblib.externals.loky.process_executor import BrokenProcessPool

from sim.errors import InputError
from sim.settings import Executor
from sim.unit import cause, fingerprint

Task = TypeVar("Task")
Tick = Callable[[], Any]
TickOf = Callable[[int], Any]
"""What is called here after each step of a task, with the task's number."""
Work = Callable[[Task, int, Tick | None], bytes]
"""What does a task, given its threads and what to call after each step."""

BLINK = 0.2
"""Seconds between looks at how far the processes are."""

LOST = "its process was killed or crashed, more than once"


class Failed(NamedTuple):
    """A task that was not done, and why, in one line."""

    cause: str


Result = bytes | Failed
Results = Generator[tuple[int, Result], None, None]


def workers_for(executor: Executor, tasks: int, threads: int = 0) -> int:
    """Return how many processes of this machine share so many tasks.

    As many as the user said; else no more than cores, or than the `threads` that they share.
    """
    return max(1, min(executor.workers or threads or joblib.cpu_count(), tasks))


def results(
    executor: Executor, work: Work[Task], tasks: Sequence[Task], threads: int, tick: TickOf
) -> Results:
    """Do tasks, and yield the number of each and what came of it, as they end.

    Parameters
    ----------
    executor : Executor
    work : callable
        Of a task, its threads, and what to call after each step. Its own processes and workers
        must be able to import or unpickle it.
    tasks : sequence
        Begun in this order.
    threads : int
        In all, shared by the processes of this machine; on a cluster, of each worker. 0 is every
        core here, 1 on a cluster.
    tick : callable
        Called here with the number of a task after each of its steps that this machine does.

    Raises
    ------
    InputError
        If a task cannot be done with what the user gave, or the cluster cannot be used.
    OSError
        If processes cannot be started, or the cluster went away.
    """
    if executor.name == "dask":
        return _cluster(executor, work, tasks, threads or 1)
    workers = workers_for(executor, len(tasks), threads)
    threads = threads or joblib.cpu_count()
    if workers == 1:
        return _here(work, tasks, threads, tick)
    return _processes(work, tasks, workers, max(1, threads // workers), tick)


def _here(work: Work[Task], tasks: Sequence[Task], threads: int, tick: TickOf) -> Results:
    for number, task in enumerate(tasks):
        yield number, _attempt(work, task, threads, partial(tick, number))


def _attempt(work: Work[Task], task: Task, threads: int, tick: Tick | None) -> Result:
    try:
        return work(task, threads, tick)
    except InputError:
        raise  # no other task can do better
    except Exception as error:
        return Failed(cause(error))


# Processes of this machine


def _processes(
    work: Work[Task], tasks: Sequence[Task], workers: int, threads: int, tick: TickOf
) -> Results:
    # Loky replaces a process that holds more memory than at first, which is no matter for users
    warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning)
    left = dict(enumerate(tasks))
    suspects: list[int] = []  # at work when a process died
    vain = 0
    try:
        while left:
            alone = suspects[:1]
            with _scratch() as folder:
                steps = _Steps(Path(folder), tick)
                do = partial(_in_process, work, threads, fingerprint(), os.getpid(), folder)
                jobs = [(number, left[number]) for number in alone or left]
                try:
                    with steps.counted(), closing(_pool(do, jobs, workers, threads)) as pool:
                        for number, result in pool:
                            steps.ended(number)
                            del left[number]
                            yield number, result
                except BrokenProcessPool as error:
                    begun = steps.begun()
                    if alone:
                        number = alone[0]
                        if number in left:
                            del left[number]
                            yield number, Failed(LOST)
                    elif begun:
                        suspects = sorted(begun & set(left))
                        continue
                    else:
                        vain += 1
                        if vain > 1:
                            raise OSError(f"worker processes end at once: {error}") from error
            suspects = suspects[1:]
    finally:
        loky.get_reusable_executor().shutdown(wait=True, kill_workers=True)


def _scratch() -> tempfile.TemporaryDirectory[str]:
    # A process that is being stopped may write one byte more
    return tempfile.TemporaryDirectory(prefix="ceci-sim-", ignore_cleanup_errors=True)


def _pool(
    do: Callable[[int, Task], tuple[int, Result]],
    jobs: Sequence[tuple[int, Task]],
    workers: int,
    threads: int,
) -> Generator[tuple[int, Result], None, None]:
    # One process would mean this one, which a task may not take with it
    with joblib.parallel_config("loky", n_jobs=max(2, workers), inner_max_num_threads=threads):
        pool = joblib.Parallel(return_as="generator_unordered", batch_size=1)
        return pool(joblib.delayed(do)(number, task) for number, task in jobs)


def _in_process(
    work: Work[Task],
    threads: int,
    version: str,
    parent: int,
    folder: str,
    number: int,
    task: Task,
) -> tuple[int, Result]:
    """Do a task in a process of its own; a file of its steps says that it is begun, and how far."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who started it decides
    _end_with(parent)
    if fingerprint() != version:
        return number, Failed("the sources of the simulator were changed during the run")
    with open(Path(folder) / str(number), "ab", buffering=0) as steps:

        def tick() -> None:
            with suppress(OSError):
                steps.write(b".")

        return number, _attempt(work, task, threads, tick)


@cache
def _end_with(parent: int) -> None:
    """End this process soon after the one who started it was killed: nobody waits for it then."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class _Steps:
    """Counts the steps that other processes take, from a folder with a file for each task begun."""

    def __init__(self, folder: Path, tick: TickOf) -> None:
        self._folder, self._tick = folder, tick
        self._shown: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def begun(self) -> set[int]:
        """Return the tasks that were begun and have not ended."""
        return {int(path.name) for path in self._folder.iterdir()}

    def ended(self, number: int) -> None:
        """Count a task as ended."""
        path = self._folder / str(number)
        self._look()
        with self._lock, suppress(FileNotFoundError):
            path.unlink()

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Look at the folder now and then, as long as the block runs."""
        looker = threading.Thread(target=self._look_often, daemon=True)
        looker.start()
        try:
            yield
        finally:
            self._stop.set()
            looker.join()

    def _look_often(self) -> None:
        while not self._stop.wait(BLINK):
            self._look()

    def _look(self) -> None:
        with self._lock:
            for path in self._folder.iterdir():
                number, taken = int(path.name), path.stat().st_size
                for _ in range(taken - self._shown[number]):
                    self._tick(number)
                self._shown[number] = taken


# A cluster


def _cluster(executor: Executor, work: Work[Task], tasks: Sequence[Task], threads: int) -> Results:
    try:
        import cloudpickle
        from dask.distributed import Client, KilledWorker, as_completed
    except ImportError as error:
        raise InputError(
            "executor=dask: Dask is not installed; pip install 'ceci-sim[cluster]'"
        ) from error
    # joblib's own way to Dask waits forever for a task that was lost with its worker
    for name in ("distributed", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    address = f"executor.address={executor.address}"
    try:
        client = Client(executor.address, timeout=executor.timeout, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"{address}: no scheduler answers there; start one with dask scheduler and give the "
            "address that it prints, such as tcp://HOST:8786"
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=executor.timeout)
        except TimeoutError as error:
            raise InputError(
                f"{address}: the scheduler has no worker after {executor.timeout:g} s; "
                f"start some with dask worker {executor.address} --nthreads 1"
            ) from error
        waiting = iter(enumerate(tasks))
        numbers: dict[Any, int] = {}
        ended = as_completed(loop=client.loop, with_results=True, raise_errors=False)

        def send() -> None:
            # Some for each worker and some to go on with; the rest stays here
            room = 2 * sum(client.nthreads().values()) + 2
            while len(numbers) < room and (following := next(waiting, None)) is not None:
                number, task = following
                parcel = cloudpickle.dumps((work, task))
                future = client.submit(_far, parcel, threads, fingerprint(), pure=False)
                numbers[future] = number
                ended.add(future)

        send()
        for future, result in ended:
            if future.status == "finished":
                given: Result = result
            elif future.status == "error":
                if isinstance(result[1], InputError):
                    raise result[1]
                lost = isinstance(result[1], KilledWorker)
                given = Failed(LOST if lost else cause(result[1]))
            else:
                raise OSError(f"{address}: the scheduler went away")
            number = numbers.pop(future)
            future.release()
            send()
            yield number, given


def _far(parcel: bytes, threads: int, version: str) -> Result:
    """Do a task on a worker of a cluster, if it has the same simulator."""
    if fingerprint() != version:
        return Failed("the worker has another version of the simulator or of what it counts on")
    work, task = pickle.loads(parcel)
    with _one_at_a_time:
        return _attempt(work, task, threads, None)


_one_at_a_time = threading.Lock()
"""Compiled loops in parallel are for one thread of a process at a time."""
