"""The figures of the estimates: event studies, and what sizes of evaluation would find."""

from textwrap import fill

import pandas as pd

from analysis import charts
from analysis.charts.effects import lines
from analysis.charts.power import power
from analysis.econometrics import designs, estimators
from analysis.econometrics.designs import Design
from analysis.econometrics.panel import QUARTER, Outcome, Survey
from analysis.econometrics.power import FOUND
from analysis.texts import Words

SHOWN = (-8, 12)
"""Periods since the opening that the figure shows."""
TITLE, LINE = 72, 105
"""Characters that fit into a line of a title, and of the line below."""


def event_study(
    design: Design, events: pd.DataFrame, survey: Survey, outcome: Outcome, words: Words
) -> charts.Figure:
    """Draw what each estimator gives by periods since the opening, beside the truth."""
    rows = events[(events["design"] == design.name) & events["event"].between(*SHOWN)]
    return charts.known_path(
        pd.DataFrame(
            {
                "panel": rows["estimator"].map(_estimators(words)),
                "x": rows["event"],
                "middle": rows["effect"],
                "low": rows["low"],
                "high": rows["high"],
            }
        ),
        design.true_path().loc[SHOWN[0] : SHOWN[1]],
        title=_title(words("Event study"), outcome, design, words),
        x=_since(survey.months, words),
        y=words("difference, {unit}", unit=words(outcome.unit)),
        names=(words("estimate and 90 % interval"), words("true effect on the treated")),
        source=_below(
            survey, words("{count} zones", count=words.number(design.first.size, 0)), words
        ),
    )


def power_by_size(
    design: Design, table: pd.DataFrame, survey: Survey, outcome: Outcome, words: Words
) -> charts.Figure:
    """Draw power, and the least effect found, by how many zones are compared for how long.

    Parameters
    ----------
    table : DataFrame
        As `analysis.econometrics.power.power_table` returns it, with rows of the design. Of these
        the sizes are drawn in which all women of the panel are asked.
    """
    rows = table[(table["design"] == design.name) & (table["mothers"] == table["mothers"].max())]
    rows = rows.sort_values(["months", "zones"], kind="stable")
    every = words.number(rows["mothers"].max(), 0)
    return power(
        pd.DataFrame(
            {
                "panel": rows["estimator"].map(_estimators(words)),
                "line": rows["months"].map(
                    lambda months: words("{count} months of follow-up", count=months)
                ),
                "x": rows["zones"],
                "power": 100 * rows["power"],
                "detectable": rows["detectable"],
                "truth": rows["truth"],
            }
        ),
        title=_title(words("What each size of evaluation would find"), outcome, design, words),
        x=words("zones compared"),
        y=(
            words("evaluations that find\nthe effect (%)"),
            words("least effect found\n({unit})", unit=words(outcome.unit)),
        ),
        found=100 * FOUND,
        names=(words("80 %, the usual aim"), words("true effect, in the colour of its months")),
        source=_below(
            survey,
            words("resampled from {count} zones with {mothers} mothers each in a period",
                  count=words.number(design.first.size, 0), mothers=every),
            words,
        ),
    )  # fmt: skip


def _estimators(words: Words) -> dict[str, str]:
    return {name: words(label) for name, label in estimators.LABELS.items()}


def _title(what: str, outcome: Outcome, design: Design, words: Words) -> str:
    return lines(f"{what}\n{words(outcome.label)}\n{words(designs.LABELS[design.name])}", TITLE)


def _since(months: int, words: Words) -> str:
    if months == QUARTER:
        return words("quarters since the opening")
    return words("periods of {months} months since the opening", months=months)


def source(survey: Survey, words: Words) -> str:
    """Return where the numbers come from."""
    return words(
        "Source: panel of the simulation, scenario {scenario}; mothers of children under four",
        scenario=survey.scenario,
    )


def _below(survey: Survey, more: str, words: Words) -> str:
    return fill(f"{source(survey, words)}; {more}", LINE)
