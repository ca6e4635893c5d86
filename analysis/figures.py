"""The figures of a run, drawn from its monthly table; ``python -m analysis.figures DIR``."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import charts
from sim.results.catalogue import catalogue

if TYPE_CHECKING:
    from sim.settings import Interval

TABLE = "monthly.parquet"
COLUMNS = ["scenario", "arm", "replicate", "month", "group", "measure", "value"]
OPENED = pd.Timestamp("2026-01-01")


@dataclass(frozen=True)
class Plan:
    """What a figure shows: every measure in every group, ``columns`` side by side.

    The panels go group by group, or measure by measure if ``by_measure``.
    """

    name: str
    title: Mapping[str, str]
    measures: Sequence[str]
    groups: Sequence[str]
    columns: int
    by_measure: bool = False
    from_zero: bool = False


PLANS = (
    Plan(
        "participation",
        {"es": "Participación y empleo de las mujeres", "en": "Women's participation and work"},
        ("participation", "employment", "formal_employment"),
        ("mothers_u4", "women_15_49"),
        columns=3,
    ),
    Plan(
        "absence",
        {"es": "Ausencias del trabajo, por causa", "en": "Absence from work, by cause"},
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
        {"es": "Permanencia en el empleo", "en": "Staying in the job"},
        ("separation", "survival_12"),
        ("mothers_u4", "sector_maquila", "sector_manufactura"),
        columns=2,
    ),
    Plan(
        "places",
        {"es": "Lugares de cuidado infantil", "en": "Childcare places"},
        ("places", "enrolled", "occupancy", "waiting_list"),
        ("guarderia", "ceci"),
        columns=2,
        by_measure=True,
        from_zero=True,
    ),
)

MONTHS = {
    "es": ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"],
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
}
ARMS = {
    "es": {"baseline": "Sin programa", "programme": "Con programa"},
    "en": {"baseline": "Baseline", "programme": "Programme"},
}
BURN_IN = {"es": "Rodaje", "en": "Burn-in"}
WINDOW = {"es": "Inicio del convenio ({})", "en": "Agreement begins ({})"}
SOURCE = {
    "es": "Fuente: simulación, escenario {scenario}, {count} {noun}{band}",
    "en": "Source: simulation, scenario {scenario}, {count} {noun}{band}",
}
REPLICATE = {"es": ("réplica", "réplicas"), "en": ("replicate", "replicates")}
BAND = {
    "es": {
        "chance": "; banda de 90 %",
        "parameters and chance": "; banda de 90 % de parámetros y azar",
    },
    "en": {
        "chance": "; 90 % band",
        "parameters and chance": "; 90 % band of parameters and chance",
    },
}


def figures(
    monthly: pd.DataFrame,
    folder: Path,
    languages: Sequence[str] = ("es", "en"),
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
            panels = _panels(plan, cells, names, lang)
            if panels:
                words = _words(plan, monthly, opened, interval, lang)
                figure = charts.chart(panels, plan.columns, words, opened)
                files += charts.save(figure, folder / f"{plan.name}_{lang}")
    return files


def main(arguments: Sequence[str] | None = None) -> int:
    """Redraw the figures of a finished result folder into its ``figures`` folder.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command line, without the program's name.

    Returns
    -------
    int
        0, or 2 with one line on stderr when the folder holds no readable results.
    """
    parser = argparse.ArgumentParser(
        prog="python -m analysis.figures", description="Redraw the figures of a result folder."
    )
    parser.add_argument("folder", metavar="DIR", type=Path, help=f"a folder with {TABLE}")
    folder = parser.parse_args(arguments).folder
    if not (folder / TABLE).is_file():
        return _refuse(f"{folder}: not a result folder, it has no {TABLE}")
    try:
        monthly = pd.read_parquet(folder / TABLE, columns=COLUMNS)
    except (OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        return _refuse(f"{folder}: {TABLE} cannot be read ({reason})")
    for file in figures(monthly, folder / "figures", interval=_interval(folder)):
        print(file)
    return 0


def _interval(folder: Path) -> "Interval":
    """Read from the manifest what the bands hold; chance alone where nothing says more."""
    try:
        return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["interval"]
    except (OSError, ValueError, KeyError):
        return "chance"


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return 2


def _panels(
    plan: Plan,
    cells: Mapping[tuple[str, str], pd.DataFrame],
    names: Mapping[str, Mapping[str, Any]],
    lang: str,
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
                    title=_text(known.get("label", measure), lang),
                    subtitle=_text(names["groups"].get(group, {}).get("label", group), lang),
                    unit=_text(known.get("unit", ""), lang),
                    bands=cells[measure, group],
                    from_zero=plan.from_zero,
                )
            )
    return panels


def _words(
    plan: Plan, monthly: pd.DataFrame, opened: pd.Timestamp, interval: "Interval", lang: str
) -> charts.Words:
    count = monthly["replicate"].nunique()
    return charts.Words(
        title=plan.title[lang],
        source=SOURCE[lang].format(
            scenario=", ".join(monthly["scenario"].astype(str).unique()),
            count=f"{count:,}",
            noun=REPLICATE[lang][count != 1],
            band=BAND[lang][interval] if count > 1 else "",
        ),
        arms=ARMS[lang],
        burn_in=BURN_IN[lang],
        opened=WINDOW[lang].format(f"{MONTHS[lang][opened.month - 1]} {opened.year}"),
        months=MONTHS[lang],
    )


def _text(value: Any, lang: str) -> str:
    return str(value[lang] if isinstance(value, Mapping) else value)


if __name__ == "__main__":
    sys.exit(main())
