"""``python -m analysis.econometrics DIR``: what evaluators would estimate, beside the truth.

Reads the panel of a result folder (a run with ``panel.women``), estimates the effect of a new
centre as an evaluator would, by staggered difference-in-differences and event studies, and shows
how close each estimator comes to the effect that is known here, by design (`designs`), and which
sizes of evaluation would find it (`power`).
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from analysis import charts
from analysis.econometrics.designs import BETWEEN, MAKERS, Design
from analysis.econometrics.estimators import ESTIMATORS, Estimate, estimate, estimators_of
from analysis.econometrics.panel import NEVER, OUTCOMES, Survey, read
from analysis.econometrics.power import DRAWS, power_table
from analysis.econometrics.words import WORDS
from sim.errors import InputError
from sim.results.tables import write_csv

SHOWN = (-8, 12)
"""Periods since the opening that the figure shows."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Estimate, print and write; return the exit status.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command line, without the program's name.

    Returns
    -------
    int
        0; or, with one line on stderr, 2 where what was given cannot be used and 1 where results
        cannot be written.
    """
    told = _parser().parse_args(arguments)
    try:
        _job(told)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {error.strerror or error}: {error.filename}", file=sys.stderr)
        return 1
    return 0


def estimates_table(designs: Sequence[Design]) -> tuple[pd.DataFrame, dict[str, dict[str, Any]]]:
    """Estimate every design with every estimator.

    Returns
    -------
    table : DataFrame
        Columns ``design, estimator, zones, treated, estimate, se, low, high, truth, bias, covers,
        spilt, replicates, covering``: the last two are how many replicates were estimated one by
        one, and of how many the interval covers the truth.
    found : dict
        Design to estimator to its `Estimate`.
    """
    rows, found = [], {}
    for design in designs:
        found[design.name] = {
            name: estimate(name, design, events=True) for name in estimators_of(design)
        }
        covering = _covering(design)
        for name, result in found[design.name].items():
            rows.append(
                {
                    "design": design.name,
                    "estimator": name,
                    "zones": design.first.size,
                    "treated": int((design.first > NEVER).sum()),
                    "estimate": result.effect,
                    "se": result.se,
                    "low": result.low,
                    "high": result.high,
                    "truth": design.truth,
                    "bias": result.effect - design.truth,
                    "covers": covers(result, design),
                    "spilt": design.spilt,
                    "replicates": len(covering.get(name, [])),
                    "covering": sum(covering.get(name, [])),
                }
            )
    return pd.DataFrame(rows), found


def covers(result: Estimate, design: Design) -> bool:
    """Return whether an interval holds the truth of the design."""
    return result.low <= design.truth <= result.high


def events_table(designs: Sequence[Design], found: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Return event studies: design, estimator, event, effect, low, high, truth."""
    parts = []
    for design in designs:
        truth = design.true_path()
        for name, result in found[design.name].items():
            path = result.path.assign(truth=result.path["event"].map(truth))
            path.insert(0, "estimator", name)
            path.insert(0, "design", design.name)
            parts.append(path)
    return pd.concat(parts, ignore_index=True)


def _covering(design: Design) -> dict[str, list[bool]]:
    """Return, by estimator, whether its interval covers the truth of each replicate alone."""
    numbers = np.unique(design.replicate)
    if design.name != "zones" or numbers.size < 2:
        return {}
    found: dict[str, list[bool]] = {name: [] for name in ESTIMATORS}
    for number in numbers:
        alone = design.of(np.flatnonzero(design.replicate == number))
        served = alone.first > NEVER
        if served.any() and not served.all():
            for name in ESTIMATORS:
                found[name].append(covers(estimate(name, alone), alone))
    return found


def _job(told: argparse.Namespace) -> None:
    if told.draws < 2:
        raise InputError(f"--draws {told.draws}: must be 2 or more, an error is their spread")
    words = WORDS[told.lang]
    survey = read(told.folder, told.outcome, told.within)
    designs = _designs(survey, words)
    table, found = estimates_table(designs)
    events = events_table(designs, found)
    power = power_table(survey, told.draws)
    out = told.out or told.folder
    out.mkdir(parents=True, exist_ok=True)
    files = []
    for name, frame in (("", table), ("_events", events), ("_power", power)):
        files.append(out / f"econometrics{name}.csv")
        write_csv(frame, files[-1])
    for design in designs:
        files += _figure(design, events, survey, told, out)
    console = Console(width=max(Console().width, 124))
    for design in designs:
        _show_estimates(console, table[table["design"] == design.name], told.outcome, words)
        _show_power(console, power[power["design"] == design.name], told.outcome, words)
    for file in files:
        print(words["written"].format(file))


def _designs(survey: Survey, words: dict[str, Any]) -> list[Design]:
    """Return the designs that the panel allows; say what it does not."""
    found = [MAKERS["zones"](survey)]
    treated = found[0].first[found[0].first > NEVER]
    if np.unique(treated).size == 1:
        print(words["one_cohort"], file=sys.stderr)
    if survey.zones["replicate"].nunique() == 1:
        print(words["one_replicate"], file=sys.stderr)
    else:
        for name in BETWEEN:
            try:
                found.append(MAKERS[name](survey))
            except InputError as error:  # the others stand without it
                print(error, file=sys.stderr)
    return found


def _figure(
    design: Design, events: pd.DataFrame, survey: Survey, told: argparse.Namespace, out: Path
) -> list[Path]:
    words = WORDS[told.lang]
    rows = events[(events["design"] == design.name) & events["event"].between(*SHOWN)]
    since = words["since"].get(survey.months, words["since"][0].format(survey.months))
    with charts.style():
        figure = charts.known_path(
            pd.DataFrame(
                {
                    "panel": rows["estimator"].map(words["estimators"]),
                    "x": rows["event"],
                    "middle": rows["effect"],
                    "low": rows["low"],
                    "high": rows["high"],
                }
            ),
            design.true_path().loc[SHOWN[0] : SHOWN[1]],
            title=words["event_study"].format(outcome=words["outcomes"][told.outcome])
            + "\n"
            + words["designs"][design.name],
            x=since,
            y=words["change"].format(unit=words["units"][told.outcome]),
            names=(words["estimated"], words["known"]),
            source=words["source"].format(scenario=survey.scenario, zones=design.first.size),
        )
        return charts.save(figure, out / f"event_study_{design.name}_{told.lang}")


def _show_estimates(
    console: Console, rows: pd.DataFrame, outcome: str, words: dict[str, Any]
) -> None:
    name, unit = words["columns"], words["units"][outcome]
    design = words["designs"][rows["design"].iloc[0]]
    title = words["estimates"].format(outcome=words["outcomes"][outcome], design=design)
    shown = Table(title=f"{title}\n({unit})")
    several = (rows["replicates"] > 0).any()
    heads = ["estimator", "estimate", "se", "interval", "truth", "bias", "covers"]
    for head in heads + (["covering"] if several else []):
        shown.add_column(name[head], justify="left" if head == "estimator" else "right")
    for row in rows.to_dict("records"):
        cells = [
            words["estimators"][row["estimator"]],
            _number(row["estimate"], outcome),
            _number(row["se"], outcome),
            f"{_number(row['low'], outcome)} … {_number(row['high'], outcome)}",
            _number(row["truth"], outcome),
            _number(row["bias"], outcome),
            words["yes"] if row["covers"] else words["no"],
        ]
        if several:
            cells.append(words["of"].format(row["covering"], row["replicates"]))
        shown.add_row(*cells)
    console.print(shown)
    if rows["spilt"].iloc[0]:
        console.print(
            words["spilt"].format(value=_number(rows["spilt"].iloc[0], outcome), unit=unit)
        )


def _show_power(console: Console, rows: pd.DataFrame, outcome: str, words: dict[str, Any]) -> None:
    """Print the sizes of the imputation estimator to the last month; the file has all."""
    name, unit = words["columns"], words["units"][outcome]
    shown = Table(title=words["power"].format(unit=unit))
    counts, values = ["zones", "served", "mothers", "months"], ["estimate", "se"]
    for head in [*counts, *values, "power", "detectable", "needed"]:
        shown.add_column(name[head], justify="right")
    told = rows[(rows["estimator"] == "imputation") & (rows["months"] == rows["months"].max())]
    for row in told.to_dict("records"):
        shown.add_row(
            *(f"{row[head]:,.0f}" for head in counts),
            *(_number(row[head], outcome) for head in values),
            f"{100 * row['power']:.0f} %",
            _number(row["detectable"], outcome),
            f"{row['needed']:,.0f}",
        )
    console.print(shown)


def _number(value: float, outcome: str) -> str:
    return f"{value:z,.{0 if outcome == 'earnings' else 2}f}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analysis.econometrics",
        description="What evaluators would estimate from the panel of a run, beside the truth.",
    )
    parser.add_argument("folder", metavar="DIR", type=Path, help="a result folder with a panel")
    parser.add_argument("--lang", choices=sorted(WORDS), default="en", help="of tables and figures")
    parser.add_argument("--out", type=Path, help="where files are written; DIR by default")
    parser.add_argument(
        "--outcome", choices=list(OUTCOMES), default="participation", help="what is estimated"
    )
    parser.add_argument(
        "--within", type=float, metavar="KM",
        help="road distance from a new centre within which a zone is served; that of the run "
        "(panel.near_km) by default",
    )  # fmt: skip
    parser.add_argument("--draws", type=int, default=DRAWS, help="resamples of the power table")
    return parser


if __name__ == "__main__":
    sys.exit(main())
