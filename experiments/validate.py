"""Published evaluations replayed inside the simulator: ``python -m experiments.validate``.

``+study=NAME`` replays one of `configs/study`, or of the folder ``study`` of ``--config-dir``; all
are replayed without it. Each of `replicates` lives with its own draw of the posterior; the estimate
is their mean, its interval from the 5th to the 95th of a hundred of them. A result is inside if the
estimate is within the published interval or band. The vocabulary of studies is told in
`experiments.evidence.study` and in docs/studies.md.
"""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from omegaconf import DictConfig
from pydantic import Field

from experiments.evidence.evaluations import Task, Values, evaluate
from experiments.evidence.replay import plain, replayed, steps_of
from experiments.evidence.study import Study, checked, read_study, studies
from experiments.options import split
from experiments.tables import publish
from sim.cli import command
from sim.errors import InputError
from sim.results.folder import ResultFolder
from sim.settings import Label, Settings, Strict

LEVEL = 0.90


class Options(Strict):
    """What the command takes beside the options of a run."""

    study: dict[str, Any] | None = None
    save: bool = False
    replicates: int = Field(ge=2)


def chosen(options: Options) -> list[Study]:
    """Return the studies that the command replays."""
    if options.study is None:
        return [read_study(path) for path in studies().values()]
    return [checked(options.study, str(options.study.get("name", "study")))]


def replay(wanted: list[Study], settings: Settings) -> pd.DataFrame:
    """Replay studies as often as the settings have replicates, and hold them against what is known.

    Returns
    -------
    DataFrame
        One row a result: study, result, label_es, label_en, outcome, estimator, unit, published,
        low, high, interval, estimate, estimate_low, estimate_high, inside, treated, control,
        women_treated, women_control (means of the terms compared), replicates (those that gave an
        estimate), mechanism and construction in both languages, source.

    Raises
    ------
    InputError
        If a study changes a figure that the polo has not.
    """
    for study in wanted:
        for figure in study.society.figures:
            if figure not in settings.polo.figures:
                known = ", ".join(settings.polo.figures)
                raise InputError(
                    f"study {study.name}: figure {figure!r} is unknown; known: {known}"
                )
    tasks = [
        Task(settings, replicate, steps_of(settings, study), plain(study))
        for study in wanted
        for replicate in range(settings.replicates)
    ]
    told = evaluate(replayed, tasks, settings, "replaying studies")
    count = settings.replicates
    rows = []
    for number, study in enumerate(wanted):
        rows += compared(study, told[number * count : (number + 1) * count])
    return pd.DataFrame(rows)


def compared(study: Study, told: list[Values]) -> list[dict[str, Any]]:
    """Return a row for each result of a study, from what its replicates told."""
    rows: list[dict[str, Any]] = []
    for name, result in study.results.items():
        terms = pd.DataFrame([values["results"][name] for values in told]).astype(float)
        given = terms["estimate"].dropna()
        low, high = (np.nan, np.nan)
        if len(given) > 1:
            low, high = np.quantile(given, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        published = result.published
        estimate = float(given.mean()) if len(given) else np.nan
        above = published.low is None or estimate >= published.low
        below = published.high is None or estimate <= published.high
        rows.append(
            {
                "study": study.name,
                "result": name,
                "label_es": f"{study.label.es}: {result.label.es}",
                "label_en": f"{study.label.en}: {result.label.en}",
                "outcome": result.outcome,
                "estimator": result.estimator.kind,
                "unit": published.unit,
                "published": published.value,
                "low": np.nan if published.low is None else published.low,
                "high": np.nan if published.high is None else published.high,
                "interval": published.interval,
                "estimate": estimate,
                "estimate_low": low,
                "estimate_high": high,
                "inside": bool(len(given)) and above and below,
                **{str(term): terms[term].mean() for term in terms if term != "estimate"},
                "replicates": len(given),
                **texts("mechanism", result.mechanism),
                **texts("construction", result.by_construction),
                "source": published.source,
            }
        )
    return rows


def texts(name: str, label: Label | None) -> dict[str, str]:
    """Return a text in both languages, as columns; empty where there is none."""
    return {f"{name}_{lang}": getattr(label, lang, "") for lang in ("es", "en")}


SHOWN = [
    "study", "result", "unit", "published", "low", "high", "interval", "estimate", "estimate_low",
    "estimate_high", "inside",
]  # fmt: skip


def summary(table: pd.DataFrame) -> str:
    """Say how many studies have every result inside."""
    whole = table.groupby("study", sort=False)["inside"].all()
    return f"{int(whole.sum())} of {len(whole)} studies with every result inside"


def job(config: DictConfig) -> None:
    """Replay studies and publish the table and the forest plot."""
    settings, options = split(config, Options)
    wanted = chosen(options)
    if options.save and options.study is not None:
        raise InputError("save=true keeps all studies together: leave +study out")
    where = settings.output_dir
    # Opened before the work is done, so that a folder that cannot be used is told at once
    with nullcontext() if where is None else ResultFolder(where) as folder:
        table = replay(wanted, settings)
        if folder is not None:
            write(table, folder.work)
    unwritten = settings.model_copy(update={"output_dir": None})
    publish(table[SHOWN], "studies", "Published evaluations, replayed", unwritten)
    print(summary(table))
    if options.save:
        save(table, wanted, settings)
    if folder is not None:
        print(f"written: {folder.path}")


def write(table: pd.DataFrame, folder: Path) -> None:
    """Write the table and the forest plot in both languages."""
    from analysis.evidence import forest
    from sim.results.tables import write_csv

    write_csv(table, folder / "studies.csv")
    forest(table, folder)


def save(table: pd.DataFrame, wanted: list[Study], settings: Settings) -> None:
    """Put the table, its probes and the forest plot where docs/validation.md is made from."""
    from analysis.evidence import forest
    from experiments.page import keep, probes_of_studies

    keep({"studies": table}, probes_of_studies(wanted, settings), lambda to: forest(table, to))


if __name__ == "__main__":
    sys.exit(command(job, "validate", scenario="polo_norte"))
