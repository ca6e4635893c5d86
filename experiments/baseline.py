"""The baseline of the agreement's first year beside published levels.

``python -m experiments.baseline +scenario=polo_norte`` simulates burn-in and twelve months of the
baseline arm, `replicates` times, and holds the means against `configs/moments/<polo>.yaml`. Prints
the table, and writes it as csv and Markdown where `output_dir` is given.
"""

import sys
from pathlib import Path
from typing import Annotated

import pandas as pd
import yaml
from omegaconf import DictConfig
from pydantic import Field

import configs
from experiments.tables import publish
from sim.cli import command
from sim.errors import InputError
from sim.results.console import progress
from sim.results.measures import catalogue, groups_with, units
from sim.run import baseline_replicate, use_threads
from sim.settings import Known, Settings, Strict

YEAR = 12


class Moment(Strict):
    """A published level: what it is in the model, its value and tolerance, and its source."""

    measure: str
    group: str
    value: float
    tolerance: Annotated[float, Field(gt=0)]
    known: Known
    source: str = Field(min_length=1)


def moments(polo: str) -> dict[str, Moment]:
    """Return the published levels of a polo.

    Raises
    ------
    InputError
        If there is no file for the polo, or a moment names an unknown measure or group.
    """
    path = Path(configs.__file__).parent / "moments" / f"{polo}.yaml"
    if not path.exists():
        known = ", ".join(sorted(file.stem for file in path.parent.glob("*.yaml")))
        raise InputError(f"polo {polo!r} has no published levels; those with some: {known}")
    found = yaml.safe_load(path.read_text(encoding="utf-8"))["moments"]
    result = {name: Moment.model_validate(moment) for name, moment in found.items()}
    measures = catalogue()["measures"]
    for name, moment in result.items():
        if moment.measure not in measures:
            raise InputError(f"moment {name}: measure {moment.measure!r} is unknown")
        if moment.group not in groups_with(moment.measure, measures[moment.measure]):
            raise InputError(f"moment {name}: group {moment.group!r} has no {moment.measure}")
    return result


def compare(monthly: pd.DataFrame, polo: str, scale: float) -> pd.DataFrame:
    """Hold the mean of the agreement's first year against the published levels.

    Returns
    -------
    DataFrame
        Columns level, measure, group, unit, published, tolerance, simulated, inside, known, source.
    """
    means = monthly.groupby(["measure", "group"], observed=True)["value"].mean()
    whole = {"women", "workers", "children", "posts", "places"}
    rows = []
    for name, moment in moments(polo).items():
        unit = units()[moment.measure]
        size = scale if unit in whole else 1.0
        simulated = float(means[moment.measure, moment.group]) / size
        rows.append(
            {
                "level": name,
                "measure": moment.measure,
                "group": moment.group,
                "unit": unit,
                "published": moment.value,
                "tolerance": moment.tolerance,
                "simulated": simulated,
                "inside": abs(simulated - moment.value) <= moment.tolerance,
                "known": moment.known,
                "source": moment.source,
            }
        )
    return pd.DataFrame(rows)


def job(config: DictConfig) -> None:
    """Simulate the baseline and print the comparison."""
    settings = Settings.of_a_polo(config).model_copy(update={"months": YEAR})
    moments(settings.polo.name)
    use_threads(settings.threads)
    frames = []
    with progress(settings.replicates, "simulating the baseline") as bar:
        for replicate in range(settings.replicates):
            frames.append(baseline_replicate(settings, replicate))
            bar.advance()
    monthly = pd.concat(frames)
    year = monthly[monthly["month"] >= pd.Timestamp(f"{settings.agreement_start}-01")]
    table = compare(year, settings.polo.name, settings.scale)
    publish(table, "baseline", f"Baseline of {settings.polo.label.en}, first year", settings)


if __name__ == "__main__":
    sys.exit(command(job))
