"""The figures of a run, drawn from its monthly table; ``python -m analysis.figures DIR``."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import charts
from analysis.command import run
from analysis.results import MONTHLY, unreadable
from analysis.texts import LOCALES, N_, RefusedError, Words
from sim.results.catalogue import catalogue
from sim.results.manifest import FILE

if TYPE_CHECKING:
    from sim.settings import Interval

COLUMNS = ["scenario", "arm", "replicate", "month", "group", "measure", "value"]
OPENED = pd.Timestamp("2026-01-01")


@dataclass(frozen=True)
class Plan:
    """What a figure shows: every measure in every group, ``columns`` side by side.

    The panels go group by group, or measure by measure if ``by_measure``. The title is marked for
    translation.
    """

    name: str
    title: str
    measures: Sequence[str]
    groups: Sequence[str]
    columns: int
    by_measure: bool = False
    from_zero: bool = False


PLANS = (
    Plan(
        "participation",
        N_("Women's participation and work"),
        ("participation", "employment", "formal_employment"),
        ("mothers_u4", "women_15_49"),
        columns=3,
    ),
    Plan(
        "absence",
        N_("Absence from work, by cause"),
        (
            "absence",
            "absence_own_illness",
            "absence_sick_child",
            "absence_care_breakdown",
            "absence_other",
        ),
        ("mothers_u4",),
        columns=3,
        from_zero=True,
    ),
    Plan(
        "retention",
        N_("Staying in the job"),
        ("separation", "survival_12"),
        ("mothers_u4", "sector_maquila", "sector_manufactura"),
        columns=2,
    ),
    Plan(
        "places",
        N_("Childcare places"),
        ("places", "enrolled", "occupancy", "waiting_list"),
        ("guarderia", "ceci"),
        columns=2,
        by_measure=True,
        from_zero=True,
    ),
)


def figures(
    monthly: pd.DataFrame,
    folder: Path,
    languages: Sequence[str] = tuple(LOCALES),
    opened: pd.Timestamp | str | None = None,
    interval: "Interval" = "chance",
) -> list[Path]:
    """Draw the four figures of a run, each as PNG and SVG in each language.

    Measures and groups that the table lacks are left out, and so is a figure with none left.

    Parameters
    ----------
    monthly : DataFrame
        Tidy results with columns ``scenario, arm, replicate, month, group, measure, value``.
    folder : Path
        Where the files go; made if absent.
    languages : sequence of {"es", "en"}
        Languages of the words; the files end in ``_es``, ``_en``.
    opened : Timestamp or str, optional
        First month of the agreement's window, January 2026 unless given; the months before it
        are shaded as burn-in.
    interval : {"chance", "parameters and chance"}
        What differs between replicates, and so what the bands hold.

    Returns
    -------
    list of Path
        The files, in the order drawn.
    """
    opened = OPENED if opened is None else pd.Timestamp(opened)
    shown = monthly[
        monthly["measure"].isin({measure for plan in PLANS for measure in plan.measures})
        & monthly["group"].isin({group for plan in PLANS for group in plan.groups})
    ]
    cells = {
        (str(measure), str(group)): cell
        for (measure, group), cell in charts.bands(shown, interval=interval).groupby(
            ["measure", "group"], observed=True
        )
    }
    names = catalogue()
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    with charts.style():
        for plan, lang in product(PLANS, languages):
            words = Words(lang)
            panels = _panels(plan, cells, names, words)
            if panels:
                around = _around(plan, monthly, opened, interval, words)
                figure = charts.chart(panels, plan.columns, around, opened)
                files += charts.save(figure, folder / f"{plan.name}_{lang}")
    return files


def redrawn(folders: Sequence[Path], folder: Path, words: Words) -> list[Path]:
    """Draw the figures of a finished result folder anew, in both languages.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    RefusedError
        If the folder has no monthly table that can be read.
    """
    (given,) = folders
    if not (given / MONTHLY).is_file():
        raise RefusedError(
            N_("{folder}: not a result folder, it has no {file}"), folder=given, file=MONTHLY
        )
    try:
        monthly = pd.read_parquet(given / MONTHLY, columns=COLUMNS)
    except (OSError, ValueError) as error:
        raise unreadable(given, MONTHLY, error) from error
    return figures(monthly, folder, interval=_interval(given))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status, see `analysis.command.run`."""
    about = N_("Redraw the figures of a result folder, in both languages.")
    return run("figures", about, redrawn, arguments, inside="figures", needed=(), several=False,
               read=list)  # fmt: skip


def _interval(folder: Path) -> "Interval":
    """Read from the manifest what the bands hold; chance alone where nothing says more."""
    try:
        told = json.loads((folder / FILE).read_text(encoding="utf-8"))["interval"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return "chance"
    return "parameters and chance" if told == "parameters and chance" else "chance"


def _panels(
    plan: Plan,
    cells: Mapping[tuple[str, str], pd.DataFrame],
    names: Mapping[str, Mapping[str, Any]],
    words: Words,
) -> list[charts.Panel]:
    pairs = [(measure, group) for group in plan.groups for measure in plan.measures]
    if plan.by_measure:
        pairs.sort(key=lambda pair: plan.measures.index(pair[0]))
    panels = []
    for measure, group in pairs:
        if (measure, group) in cells:
            known = names["measures"].get(measure, {})
            panels.append(
                charts.Panel(
                    title=words.of(known.get("label", measure)),
                    subtitle=words.of(names["groups"].get(group, {}).get("label", group)),
                    unit=words.of(known.get("unit", "")),
                    bands=cells[measure, group],
                    from_zero=plan.from_zero,
                )
            )
    return panels


def _around(
    plan: Plan, monthly: pd.DataFrame, opened: pd.Timestamp, interval: "Interval", words: Words
) -> charts.Words:
    month = words.months()[opened.month - 1]
    return charts.Words(
        title=words(plan.title),
        source=_source(monthly, interval, words),
        arms={"baseline": words("Without programme"), "programme": words("With programme")},
        burn_in=words("Burn-in"),
        opened=words("Agreement begins ({month})", month=f"{month} {opened.year}"),
        months=words.months(),
    )


def _source(monthly: pd.DataFrame, interval: "Interval", words: Words) -> str:
    scenario = ", ".join(monthly["scenario"].astype(str).unique())
    count = monthly["replicate"].nunique()
    if count == 1:
        return words("Source: simulation, scenario {scenario}, 1 replicate", scenario=scenario)
    said = (
        N_("Source: simulation, scenario {scenario}, {count} replicates; 90 % band")
        if interval == "chance"
        else N_("Source: simulation, scenario {scenario}, {count} replicates; 90 % band of "
                "parameters and chance")
    )  # fmt: skip
    return words(said, scenario=scenario, count=words.number(count, 0))


if __name__ == "__main__":
    sys.exit(main())
