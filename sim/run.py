"""A run: paired replicates of a polo with and without the programme, and what is written of them.

A replicate is a pure function of (settings, its number): what both arms share is simulated once.
"""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numba
import pandas as pd
from omegaconf import DictConfig

import configs
from sim.errors import Interrupted
from sim.model import PoloModel
from sim.results.accounts import accounts_frame
from sim.results.console import headline_table, progress, where
from sim.results.folder import ResultFolder, default_folder
from sim.results.manifest import manifest, write_manifest
from sim.results.measures import Counts, catalogue, monthly_frame, units
from sim.results.tables import effects, write_csv, write_monthly
from sim.settings import Plan, Settings

ARMS = ("baseline", "programme")


def main_job(config: DictConfig) -> None:
    """Run a scenario and write its results (the job of ``python -m sim``).

    Raises
    ------
    pydantic.ValidationError, InputError
        If the configuration or the output folder cannot be used; nothing is written.
    Interrupted
        On Ctrl-C: finished replicates are kept.
    """
    settings = Settings.from_config(config)
    started, clock = datetime.now(UTC), time.perf_counter()
    what = f"{settings.polo.name}_{settings.rollout.name}"
    path = settings.output_dir or default_folder(settings.name, datetime.now(), what=what)
    use_threads(settings.threads)
    stopped: KeyboardInterrupt | None = None
    frames: list[Tables] = []
    with ResultFolder(path) as folder:
        try:
            simulate(settings, frames)
        except KeyboardInterrupt as interrupt:
            stopped = interrupt
            if not frames:
                raise Interrupted("no replicate was finished, nothing is kept") from None
            folder.keep()
        table, files = write_results(settings, frames, folder.work)
        draw_figures(settings, files[0], folder.work / "figures")
        record = manifest(
            recorded(settings),
            seed=settings.seed,
            started=started,
            wall_seconds=time.perf_counter() - clock,
            agents=agents(settings),
            agent_months=agent_months(settings) * len(frames),
            inputs=inputs(settings),
            folder=folder.work,
            complete=stopped is None,
            replicates_done=len(frames),
        )
        files.append(write_manifest(record, folder.work))
    shown = catalogue()
    headline_table(
        table, [tuple(pair) for pair in shown["headline"]], shown["measures"], shown["groups"], "en"
    )
    where([folder.path / name for name in (*(file.name for file in files), "figures")])
    if stopped is not None:
        raise Interrupted(
            f"{len(frames)} of {settings.replicates} replicates are kept in {folder.path}"
        )


class Tables(NamedTuple):
    """What a replicate tells: measures by month, and the accounts of each centre."""

    monthly: pd.DataFrame
    accounts: pd.DataFrame


def simulate(settings: Settings, frames: list[Tables]) -> None:
    """Run all replicates, showing progress; each is added to `frames` when it is finished."""
    total = settings.replicates * months_simulated(settings)
    with progress(total, f"simulating {settings.name}") as bar:
        for replicate in range(settings.replicates):
            bar.describe(f"{settings.name}, replicate {replicate + 1} of {settings.replicates}")
            frames.append(paired_replicate(settings, replicate, bar.advance))


def paired_replicate(
    settings: Settings, replicate: int, tick: Callable[[], Any] | None = None
) -> Tables:
    """Return the tables of one replicate, both arms.

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
    baseline = PoloModel(settings, replicate, settings.plan.without_centres())
    live(baseline, settings.burn_in, tick)
    programme = baseline.fork(settings.plan)
    frames, accounts = [], []
    for arm, model in zip(ARMS, (baseline, programme), strict=True):
        live(model, settings.months, tick)
        frames.append(told(model, arm))
        accounts.append(accounts_frame(model, settings.name, arm))
    return Tables(pd.concat(frames, ignore_index=True), pd.concat(accounts, ignore_index=True))


def baseline_replicate(settings: Settings, replicate: int) -> pd.DataFrame:
    """Return the monthly table of the baseline arm alone of one replicate."""
    model = PoloModel(settings, replicate, settings.plan.without_centres())
    live(model, settings.burn_in + settings.months, None)
    return told(model, ARMS[0])


def told(model: PoloModel, arm: str) -> pd.DataFrame:
    """Return the monthly table of what a model has recorded."""
    settings = model.settings
    counts = Counts(
        model.history,
        model.tables["centres"].scheme,
        settings.polo,
        settings.scale,
        settings.parameters,
    )
    return monthly_frame(counts, settings.name, arm, model.replicate, model.first_month)


def live(model: PoloModel, months: int, tick: Callable[[], Any] | None) -> None:
    """Step a model for some months."""
    for _ in range(months):
        model.step()
        if tick is not None:
            tick()


def write_results(
    settings: Settings, frames: list[Tables], folder: Path
) -> tuple[pd.DataFrame, list[Path]]:
    """Write monthly.parquet, effects.csv and accounts.parquet; return the effects and the files."""
    monthly = pd.concat([tables.monthly for tables in frames], ignore_index=True)
    table = effects(monthly, units(), months=min(12, settings.months))
    files = [folder / "monthly.parquet", folder / "effects.csv", folder / "accounts.parquet"]
    write_monthly(monthly, files[0])
    write_csv(table, files[1])
    accounts = pd.concat([tables.accounts for tables in frames], ignore_index=True)
    write_monthly(accounts, files[2])
    return table, files


def draw_figures(settings: Settings, monthly: Path, folder: Path) -> None:
    """Draw the figures of a finished monthly table, in both languages."""
    from analysis.figures import figures

    figures(pd.read_parquet(monthly), folder, opened=pd.Timestamp(f"{settings.agreement_start}-01"))


def use_threads(threads: int) -> None:
    """Use so many threads, all cores for 0, and no more than there are."""
    most = numba.config.NUMBA_NUM_THREADS
    numba.set_num_threads(min(threads or most, most))
    logging.getLogger("MESA").setLevel(logging.WARNING)


def months_simulated(settings: Settings) -> int:
    """Return the months that a paired replicate simulates: burn-in once, then both arms."""
    return settings.burn_in + len(ARMS) * settings.months


def agents(settings: Settings) -> int:
    """Return the number of women simulated."""
    return max(1, round(settings.polo["women_15_49"] * settings.scale))


def agent_months(settings: Settings) -> int:
    """Return the months of women's lives that one paired replicate simulates."""
    return agents(settings) * months_simulated(settings)


def recorded(settings: Settings) -> dict[str, Any]:
    """Return the configuration as the manifest keeps it: without the folder's name."""
    return settings.model_dump(mode="json", exclude={"output_dir"})


def inputs(settings: Settings) -> dict[str, Path]:
    """Return the configuration files behind the run, by their path below `configs`."""
    home = Path(configs.__file__).parent
    names = (
        "measures.yaml",
        "parameters/base.yaml",
        f"polo/{settings.polo.name}.yaml",
        *(path.relative_to(home).as_posix() for path in sorted(home.glob("polo/base/*.yaml"))),
        # A choice may be a variation of another of its group
        *(
            path.relative_to(home).as_posix()
            for group in Plan.model_fields
            for path in sorted(home.glob(f"{group}/*.yaml"))
        ),
        f"scenario/{settings.name}.yaml",
    )
    return {name: home / name for name in names if (home / name).exists()}
