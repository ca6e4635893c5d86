"""The baseline of the agreement's first year beside published levels.

``python -m experiments.baseline +scenario=polo_norte`` simulates burn-in and twelve months of the
baseline arm, `replicates` times, and holds the means against `configs/moments/<polo>.yaml`. Prints
the table, and writes it as csv and Markdown where `output_dir` is given.
"""

import sys

from omegaconf import DictConfig

from experiments.evidence.evaluations import evaluate
from experiments.evidence.moments import compared, simulated_moments, task_of
from experiments.tables import publish
from sim.cli import command
from sim.settings import Settings


def job(config: DictConfig) -> None:
    """Simulate the baseline and print the comparison."""
    settings = Settings.of_a_polo(config)
    tasks = [task_of(settings, replicate) for replicate in range(settings.replicates)]
    found = evaluate(simulated_moments, tasks, settings, "simulating the baseline")
    table = compared(settings.polo.name, [values["moments"] for values in found])
    publish(table, "baseline", f"Baseline of {settings.polo.label.en}, first year", settings)


if __name__ == "__main__":
    sys.exit(command(job))
