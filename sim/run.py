"""A run: paired replicates of its regions with and without the programme, and what is written.

What is simulated are units (a replicate of a region, see `sim.unit`). Each is kept in the store as
soon as it is done, and the results are written from there, replicate by replicate.
"""

import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import numba
import pandas as pd
from omegaconf import DictConfig

import configs
from sim.compilation import compile_first
from sim.errors import IncompleteError, Interrupted
from sim.executor import Failed, results
from sim.population.regions import regions
from sim.posterior import draws
from sim.results.accounts import accounts_frame
from sim.results.catalogue import catalogue
from sim.results.console import headline_table, progress, where
from sim.results.folder import ResultFolder, default_folder
from sim.results.manifest import manifest, write_manifest
from sim.results.store import Store, UnusableError, encode
from sim.results.stream import ResultStream, whole
from sim.results.tables import write_csv
from sim.settings import Plan, Settings
from sim.unit import (
    Outcome,
    Unit,
    agents,
    fingerprint,
    months_simulated,
    outcome,
    units,
)


def main_job(config: DictConfig) -> None:
    """Run a scenario and write its results (the job of ``python -m sim``).

    Raises
    ------
    pydantic.ValidationError, InputError
        If the configuration or the output folder cannot be used; nothing is written.
    IncompleteError
        If units failed: replicates without them are written.
    Interrupted
        On Ctrl-C: finished replicates are written.
    OSError
        If the store cannot be written; what it has stays.
    """
    settings = Settings.from_config(config)
    started, clock = datetime.now(UTC), time.perf_counter()
    what = f"{settings.polo.name}_{settings.rollout.name}"
    path = settings.output_dir or default_folder(settings.name, datetime.now(), what=what)
    use_threads(settings.threads)
    stopped: KeyboardInterrupt | None = None
    with ResultFolder(path) as folder:
        store = Store(settings.store, fingerprint())
        work = Work(settings, regions(settings), store, folder.work)
        try:
            with closing(work.stream):
                simulate(work)
        except KeyboardInterrupt as interrupt:
            stopped = interrupt
            if not work.stream.done:
                raise Interrupted(f"no replicate was finished; {work.kept()}") from None
            folder.keep()
        if not work.stream.done:
            raise IncompleteError(f"{work.failed()}; no replicate is complete; {work.kept()}")
        table, files = work.stream.finish()
        if work.failures:
            files.append(folder.work / "failures.csv")
            write_csv(pd.DataFrame(work.failures_in_order()), files[-1])
        draw_figures(settings, files[0], folder.work / "figures")
        record = manifest(
            recorded(settings),
            seed=settings.seed,
            started=started,
            wall_seconds=time.perf_counter() - clock,
            agents=sum(map(agents, work.regions)),
            agent_months=sum(map(agent_months, work.regions)) * work.stream.done,
            agent_months_computed=work.agent_months,
            inputs=inputs(settings),
            folder=folder.work,
            complete=work.stream.done == settings.replicates,
            replicates_done=work.stream.done,
            units={
                "computed": work.computed,
                "reused": work.reused,
                "failed": len(work.failures),
                "version": store.fingerprint,
            },
            interval=settings.interval,
            draws=draws_by_replicate(settings),
        )
        files.append(write_manifest(record, folder.work))
    shown = catalogue()
    headline_table(
        table,
        [tuple(pair) for pair in shown["headline"]],
        shown["measures"],
        shown["groups"],
        "en",
        interval=settings.interval,
    )
    where([folder.path / name for name in (*(file.name for file in files), "figures")])
    if stopped is not None:
        raise Interrupted(
            f"{work.stream.done} of {settings.replicates} replicates are kept in {folder.path}"
        )
    if work.failures:
        raise IncompleteError(
            f"{work.failed()}; {work.stream.done} of {settings.replicates} replicates are in "
            f"{folder.path}; running again finishes the rest"
        )


class Failure(NamedTuple):
    """A row of failures.csv."""

    region: str
    replicate: int
    cause: str


class Work:
    """The units of a run: which of them are done, and the tables that they are written to.

    Parameters
    ----------
    settings : Settings
    regions : list of Settings
    store : Store
    folder : Path
        Where the tables are written.

    Attributes
    ----------
    computed, reused : int
        Units that this run did, and those that it found in the store.
    agent_months : int
        Months of women's lives that this run simulated.
    failures : list of Failure
    """

    def __init__(
        self, settings: Settings, regions: list[Settings], store: Store, folder: Path
    ) -> None:
        self.settings, self.regions, self.store = settings, regions, store
        self.stream = ResultStream(settings, regions, folder)
        self.replicates = units(regions, settings.replicates)
        self.computed = self.reused = self.agent_months = 0
        self.failures: list[Failure] = []
        self._there: set[str] = set()
        self._failed: set[str] = set()
        self._next = 0

    @property
    def settled(self) -> int:
        """How many units are done or have failed."""
        return len(self._there) + len(self._failed)

    def look_up(self) -> list[Unit]:
        """Look for all units in the store; return those to be done, in order.

        They go replicate by replicate, so that what is interrupted leaves whole ones, and the
        longest first, so that no process is left with a long one at the end.
        """
        if not self.settings.resume:
            waiting = self.replicates
        else:
            waiting = [
                [unit for unit in replicate if not self.store.has(unit.key)]
                for replicate in self.replicates
            ]
        left = {unit.key for replicate in waiting for unit in replicate}
        self._there = {unit.key for of in self.replicates for unit in of} - left
        self.reused = len(self._there)
        return [unit for of in waiting for unit in sorted(of, key=lambda unit: -unit.size)]

    def take(self, unit: Unit, result: bytes | Failed) -> None:
        """Keep what came of a unit, and write the replicates that it completes."""
        if isinstance(result, Failed):
            self.failures.append(Failure(unit.region, unit.replicate, result.cause))
            self._failed.add(unit.key)
        else:
            self.store.put(unit.key, result)
            self._there.add(unit.key)
            self.computed += 1
            self.agent_months += agent_months(unit.settings)
        self.write()

    def write(self, to_the_end: bool = False) -> None:
        """Write the complete replicates up to the first that is waited for, or to the end."""
        for replicate in self.replicates[self._next :]:
            keys = {unit.key for unit in replicate}
            if not (to_the_end or keys <= self._there | self._failed):
                return
            with uninterrupted():
                if keys <= self._there:
                    self.stream.add(self._next, map(self._outcome, replicate))
                self._next += 1

    def _outcome(self, unit: Unit) -> Outcome:
        try:
            return self.store.get(unit.key)
        except (UnusableError, FileNotFoundError) as error:
            where = f"store={self.store.folder}"
            raise OSError(f"{where}: a unit was lost during the run ({error}); run again") from None

    def kept(self) -> str:
        """Say what stays in the store."""
        return (
            f"{len(self._there)} of {len(self.regions) * len(self.replicates)} units stay in "
            f"{self.store.folder}, running again does the rest"
        )

    def failures_in_order(self) -> list[Failure]:
        """Return the failures by replicate and region, whichever ended first."""
        place = {region.polo.name: number for number, region in enumerate(self.regions)}
        return sorted(self.failures, key=lambda row: (row.replicate, place[row.region]))

    def failed(self) -> str:
        """Say how many units failed, and the cause of the first."""
        first = self.failures_in_order()[0]
        total = len(self.regions) * len(self.replicates)
        return (
            f"{len(self.failures)} of {total} units failed, the first {first.region} in replicate "
            f"{first.replicate} ({first.cause})"
        )


def simulate(work: Work) -> None:
    """Do the units that the store lacks, showing progress, and write complete replicates."""
    settings, store = work.settings, work.store
    left = work.look_up()
    total, several = work.reused + len(left), len(work.regions)
    if work.reused:
        tell(f"{work.reused} of {total} units found in {store.folder}")
    if store.refused:
        causes = ", ".join(f"{count} {why}" for why, count in sorted(store.refused.items()))
        tell(f"{store.refused.total()} units in {store.folder} are done anew: {causes}")
    try:
        work.write()
        if not left:
            return
        compile_first(work.regions[0])
        # Women's months, for regions differ, and one for what comes after the last; a cluster says
        # nothing before the end of a unit
        months = months_simulated(settings)
        at_the_end = 1 if settings.executor.name == "local" else months + 1
        women = [agents(unit.settings) for unit in left]
        with progress(sum(women) * (months + 1), f"simulating {settings.name}") as bar:

            def describe() -> None:
                number = min(work.settled // several, settings.replicates - 1)
                done = work.settled - number * several
                text = f"{settings.name}, replicate {number + 1} of {settings.replicates}"
                bar.describe(text if several == 1 else f"{text}, {done} of {several} regions")

            describe()

            def tick(number: int) -> None:
                bar.advance(women[number])

            given = results(settings.executor, compute, left, settings.threads, tick)
            with closing(given):
                for number, result in given:
                    work.take(left[number], result)
                    describe()
                    bar.advance(women[number] * at_the_end)
    except KeyboardInterrupt:
        work.write(to_the_end=True)
        raise


def compute(unit: Unit, threads: int, tick: Callable[[], Any] | None) -> bytes:
    """Simulate a unit and return what the store keeps of it."""
    use_threads(threads)
    return encode(outcome(unit, tick), unit.key, fingerprint())


class Tables(NamedTuple):
    """What a replicate tells: measures by month, and the accounts of each centre."""

    monthly: pd.DataFrame
    accounts: pd.DataFrame


def paired_replicate(
    settings: Settings, replicate: int, tick: Callable[[], Any] | None = None
) -> Tables:
    """Return the tables of one replicate of one region, both arms, without any store.

    Parameters
    ----------
    settings : Settings
    replicate : int
    tick : callable, optional
        Called after each month simulated.

    Returns
    -------
    Tables
        See `sim.results.measures.monthly_frame` and `sim.results.accounts.accounts_frame`.
    """
    arms = outcome(Unit(settings.of_replicate(replicate), replicate, ""), tick)
    accounts = [
        accounts_frame(lived.ledger, settings, arm, replicate) for arm, lived in arms.items()
    ]
    return Tables(
        whole(settings, [settings], {arm: lived.tally for arm, lived in arms.items()}, replicate),
        pd.concat(accounts, ignore_index=True),
    )


def draw_figures(settings: Settings, monthly: Path, folder: Path) -> None:
    """Draw the figures of a finished monthly table, in both languages."""
    from analysis.figures import PLANS, figures

    # What no figure shows is not read: of many replicates the whole table may not fit
    shown = [("measure", "in", {name for plan in PLANS for name in plan.measures}),
             ("group", "in", {name for plan in PLANS for name in plan.groups})]  # fmt: skip
    table = pd.read_parquet(monthly, filters=shown)
    opened = pd.Timestamp(f"{settings.agreement_start}-01")
    figures(table, folder, opened=opened, interval=settings.interval)


def use_threads(threads: int) -> None:
    """Use so many threads, all cores for 0, and no more than there are."""
    most = numba.config.NUMBA_NUM_THREADS
    numba.set_num_threads(min(threads or most, most))
    logging.getLogger("MESA").setLevel(logging.WARNING)


def agent_months(settings: Settings) -> int:
    """Return the months of women's lives that one unit simulates."""
    return agents(settings) * months_simulated(settings)


def recorded(settings: Settings) -> dict[str, Any]:
    """Return the configuration as the manifest keeps it: without names of folders and machines."""
    hidden: Any = {"output_dir": True, "store": True, "executor": {"address"}}
    kept = settings.model_dump(mode="json", exclude=hidden)
    if settings.population.iter is not None:
        kept["population"]["iter"] = Path(settings.population.iter).name
    return kept


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Put off Ctrl-C until the block has ended."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[FrameType | None] = []
    before = signal.signal(signal.SIGINT, lambda _, frame: asked.append(frame))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if asked:
        signal.raise_signal(signal.SIGINT)


def tell(line: str) -> None:
    """Print a line of what is being done on stderr."""
    print(line, file=sys.stderr, flush=True)


def inputs(settings: Settings) -> dict[str, Path]:
    """Return the configuration files behind the run, by their path below `configs`."""
    home = Path(configs.__file__).parent

    def of(pattern: str) -> list[str]:
        return [path.relative_to(home).as_posix() for path in sorted(home.glob(pattern))]

    names = (
        "measures.yaml",
        *of("parameters/*.yaml"),
        *of(f"polo/**/{settings.polo.name}.yaml"),
        *of("polo/base/*.yaml"),
        *of("population/*.yaml"),
        # A choice may be a variation of another of its group
        *(name for group in Plan.model_fields for name in of(f"{group}/*.yaml")),
        f"scenario/{settings.name}.yaml",
    )
    files = {name: home / name for name in names if (home / name).exists()}
    if settings.population.iter is not None:
        files["population.iter"] = Path(settings.population.iter)
    if settings.posterior:
        sample = draws(settings.polo.name).path
        files[f"posterior_draws/{sample.name}"] = sample
    return files


def draws_by_replicate(settings: Settings) -> dict[int, int]:
    """Return the number of the draw with which each replicate lives; none without a posterior."""
    if not settings.posterior:
        return {}
    sample = draws(settings.polo.name)
    return {replicate: sample.number(replicate) for replicate in range(settings.replicates)}
