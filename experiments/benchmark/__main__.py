"""``python -m experiments.benchmark +scenario=polo_norte output_dir=DIR``.

Times the core month in the engine and in its peers, each in a process of its own, and checks that
all agree on its outcomes. `configs/benchmark.yaml` has the options.
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from omegaconf import DictConfig
from pydantic import Field, field_validator

from analysis import charts
from experiments.benchmark.agreement import agree, verdict
from experiments.benchmark.measure import Peer, Request, run, store
from experiments.options import split
from experiments.tables import markdown, publish
from sim.cli import command
from sim.results.console import progress
from sim.results.folder import ResultFolder
from sim.results.tables import write_csv
from sim.settings import Settings, Strict

Beside = Literal["limit", "whole", "numpy", "numpy_paired", "polars", "mesa"]
ONE_THREAD = ("numpy", "numpy_paired", "mesa")
ALL_THREADS = ("polars",)
AGREEING = ("numpy", "numpy_paired", "polars", "mesa")
SIZES = Annotated[int, Field(ge=5_000, le=10_000_000)]

TARGET_SIZE = 300_000
LEAST = {"mesa": 100.0, "numpy": 5.0, "numpy_paired": 5.0, "polars": 5.0}
MOST_OF_LIMIT = 3.0
CONSTANT_FROM, CONSTANT = 100_000, 0.20
"""Targets, as declared: times the engine, times the limit, and change of its time with size."""

LABELS = {
    "en": {
        "engine": "this engine", "limit": "limit", "whole": "whole simulator", "numpy": "NumPy",
        "numpy_paired": "NumPy, paired", "polars": "Polars", "mesa": "Mesa", "x": "women",
        "y": "nanoseconds of a core, a woman-month",
        "title": "A core month: this engine and its peers",
        "source": "Source: python -m experiments.benchmark; one core, Polars all of them",
    },
    "es": {
        "engine": "este motor", "limit": "límite", "whole": "simulador completo", "numpy": "NumPy",
        "numpy_paired": "NumPy, pareado", "polars": "Polars", "mesa": "Mesa", "x": "mujeres",
        "y": "nanosegundos de un núcleo, por mujer y mes",
        "title": "Un mes básico: este motor y sus pares",
        "source": "Fuente: python -m experiments.benchmark; un núcleo, Polars todos",
    },
}  # fmt: skip


class Options(Strict):
    """What the configuration has beyond the settings of a run; see configs/benchmark.yaml."""

    sizes: list[SIZES] = Field(min_length=1)
    peers: list[Beside]
    mesa_up_to: Annotated[int, Field(ge=5_000)]
    timed_months: Annotated[int, Field(ge=1, le=60)]
    repeats: Annotated[int, Field(ge=1, le=100)]
    enough_seconds: Annotated[float, Field(ge=0)]
    agreement_size: Annotated[int, Field(ge=0, le=1_000_000)]
    agreement_months: Annotated[int, Field(ge=1, le=60)]
    agreement_seeds: Annotated[int, Field(ge=3, le=100)]

    @field_validator("sizes", "peers")
    @classmethod
    def no_two_alike(cls, values: list[Any]) -> list[Any]:
        """Refuse a list that names something twice."""
        if len(set(values)) < len(values):
            raise ValueError("each may be given only once")
        return values

    @field_validator("agreement_size")
    @classmethod
    def none_or_enough(cls, size: int) -> int:
        """Refuse a polo too small to have firms and centres."""
        if 0 < size < 5_000:
            raise ValueError("give 0, to compare no outcomes, or 5000 to 1000000")
        return size


def asked(config: DictConfig) -> tuple[Settings, Options]:
    """Check a composed configuration.

    Raises
    ------
    pydantic.ValidationError
        If a key or value cannot be used.
    """
    settings, options = split(config, Options)
    return settings.of_replicate(0), options


def measurements(options: Options, threads: int) -> list[tuple[Peer, int, int]]:
    """Return (peer, size, threads) of every measurement, the engine's first."""
    several = sorted({1, threads})
    wanted: list[tuple[Peer, int, int]] = []
    peers: list[Peer] = ["engine", *options.peers]
    for size in sorted(options.sizes):
        for peer in peers:
            if peer == "mesa" and size > options.mesa_up_to:
                continue
            counts = [1] if peer in ONE_THREAD else [threads] if peer in ALL_THREADS else several
            wanted += [(peer, size, count) for count in counts]
    return wanted


def measure(
    settings: Settings, options: Options, threads: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the table of measurements and that of agreement, showing progress."""
    wanted = measurements(options, threads)
    compared: list[Peer] = [p for p in options.peers if p in AGREEING and options.agreement_size]
    rows, counts = [], {}
    common: dict[str, Any] = {"settings": settings}
    with tempfile.TemporaryDirectory() as name:
        common["folder"] = Path(name)
        total = len(wanted) + (len(compared) + 1 if compared else 0)
        with progress(total, "benchmark") as bar:
            stored_size = 0
            for peer, size, count in wanted:
                bar.describe(f"{peer}, {size:,} women")
                if size != stored_size:
                    (common["folder"] / f"start_{stored_size}.npz").unlink(missing_ok=True)
                    store(settings, size, settings.seed, common["folder"])
                    stored_size = size
                told = run(
                    Request(
                        peer=peer, size=size, threads=count, seeds=[settings.seed],
                        months=options.timed_months, repeats=options.repeats,
                        enough_seconds=options.enough_seconds, **common,
                    )
                )  # fmt: skip
                rows.append({"peer": peer, "women": size, **told, "threads": count})
                bar.advance()
            held: list[Peer] = ["engine", *compared] if compared else []
            for peer in held:
                bar.describe(f"outcomes of {peer}")
                counts[peer] = run(
                    Request(
                        peer=peer, size=options.agreement_size, threads=threads, outcomes=True,
                        seeds=[settings.seed + n for n in range(options.agreement_seeds)],
                        months=options.agreement_months, **common,
                    )
                )  # fmt: skip
                bar.advance()
    agreement = agree(settings, options.agreement_size, counts) if compared else pd.DataFrame()
    return told_table(pd.DataFrame(rows), agreement, threads), agreement


def told_table(raw: pd.DataFrame, agreement: pd.DataFrame, threads: int) -> pd.DataFrame:
    """Return the table that is shown: each measurement beside the engine on all threads."""
    of_engine = (raw["peer"] == "engine") & (raw["threads"] == threads)
    engine = raw[of_engine].set_index("women")["least_ns"]
    alone = raw[(raw["peer"] == "engine") & (raw["threads"] == 1)].set_index("women")["core_ns"]
    # Only the first process of a run finds no compiled code
    compiled = raw["peer"].isin(["engine", "limit"]).to_numpy()
    first = raw.groupby("peer")["first_use_s"].transform("max").where(compiled)
    verdicts = verdict(agreement)
    return pd.DataFrame(
        {
            "peer": raw["peer"],
            "threads": raw["threads"],
            "women": raw["women"],
            "best_ns": raw["least_ns"],
            "median_ns": raw["ns"],
            "core_ns": raw["core_ns"],
            "times_engine": raw["least_ns"] / raw["women"].map(engine),
            "core_times": raw["core_ns"] / raw["women"].map(alone),
            "bytes_per_woman": raw["bytes"],
            "build_s": raw["build_s"],
            "compile_s": first,
            "agrees": raw["peer"].map(lambda peer: verdicts.get(peer, "")),
        }
    )


def targets(table: pd.DataFrame, threads: int) -> list[str]:
    """Return a line for each declared target that the table can tell of."""
    lines = []
    there = table[table["women"] == TARGET_SIZE]
    for peer, least in LEAST.items():
        for ratio in there.loc[there["peer"] == peer, "times_engine"]:
            lines.append(_line(f"{peer} takes {ratio:.1f} times the engine", ratio >= least, least))
    limit = there[(there["peer"] == "limit") & (there["threads"] == threads)]
    for ratio in 1 / limit["times_engine"]:
        done = ratio <= MOST_OF_LIMIT
        lines.append(_line(f"the engine takes {ratio:.1f} times the limit", done, MOST_OF_LIMIT))
    large = table[(table["peer"] == "engine") & (table["threads"] == threads)]
    times = large.loc[large["women"] >= CONSTANT_FROM, "best_ns"]
    if len(times) > 1:
        gap = float((times / times.median() - 1).abs().max())
        text = f"the engine's time changes by {gap:.0%} from {CONSTANT_FROM:,} women on"
        lines.append(_line(text, gap <= CONSTANT, CONSTANT))
    return lines


def _line(text: str, reached: bool, target: float) -> str:
    return f"{'reached' if reached else 'MISSED'} (target {target:g}): {text}"


def draw(table: pd.DataFrame, folder: Path) -> None:
    """Draw the time of cores by size, in English and Spanish: waiting for a core is not in it."""
    shown = table[(table["threads"] == 1) | table["peer"].isin(ALL_THREADS)]
    for lang, words in LABELS.items():
        data = pd.DataFrame(
            {
                "x": shown["women"],
                "y": shown["core_ns"],
                "line": shown["peer"].map(words),
            }
        )
        with charts.style():
            figure = charts.by_size(data, words["title"], words["x"], words["y"], words["source"])
            charts.save(figure, folder / f"benchmark_{lang}")


def job(config: DictConfig) -> None:
    """Run the benchmark and publish it."""
    settings, options = asked(config)
    threads = settings.threads or os.cpu_count() or 1
    if settings.output_dir is None:
        publish_all(settings, *measure(settings, options, threads), threads)
        return
    with ResultFolder(settings.output_dir) as folder:
        table, agreement = measure(settings, options, threads)
        publish_all(settings, table, agreement, threads)
        write_csv(table, folder.work / "benchmark.csv")
        text = markdown(table, "Benchmark")
        if len(agreement):
            write_csv(agreement, folder.work / "agreement.csv")
            text += "\n" + markdown(agreement, "Agreement")
        (folder.work / "benchmark.md").write_text(text, encoding="utf-8")
        draw(table, folder.work)
    print(f"written: {folder.path}")


def publish_all(
    settings: Settings, table: pd.DataFrame, agreement: pd.DataFrame, threads: int
) -> None:
    """Print both tables and the targets."""
    unwritten = settings.model_copy(update={"output_dir": None})
    if len(agreement):
        publish(agreement, "agreement", "Outcomes beside the engine's", unwritten)
    publish(table, "benchmark", f"A core month, {threads} threads", unwritten)
    print("\n".join(targets(table, threads)))


if __name__ == "__main__":
    sys.exit(command(job, "benchmark"))
