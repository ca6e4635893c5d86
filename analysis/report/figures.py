"""The figures of a report, drawn from its facts."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import fill

import numpy as np
import pandas as pd

from analysis import charts, distribution, value
from analysis.charts import maps
from analysis.charts.effects import Course, courses, lines
from analysis.charts.events import events
from analysis.costs import JOBS
from analysis.outcome import NAME, course, line_names, opening
from analysis.publish import unit_of_effect
from analysis.report.document import Figure
from analysis.report.facts import MOTHERS, Scenario
from analysis.results import source
from analysis.texts import N_, Words
from sim.results.catalogue import catalogue

LEVELS = ("participation", "employment", "formal_employment", "absence")
DRAWN = ("participation", "formal_employment", "household_income", "poverty")
EFFECTS = ("participation", "employment", "formal_employment", "household_income")
OF_CENTRES = (("centres", "ceci"), ("places", "ceci"), ("enrolled", "ceci"),
              ("waiting_list", "all_centres"))  # fmt: skip


def kept(name: str, drawn: charts.Figure, title: str, note: str) -> Figure:
    """Return a drawn figure as a report holds it."""
    with TemporaryDirectory() as folder, charts.style():
        _, svg = charts.save(drawn, Path(folder) / name)
        text = svg.read_bytes()
    # Without the declaration, which names an address
    return Figure(title, note, text[text.index(b"<svg") :])


def levels(scenario: Scenario, words: Words) -> Figure | None:
    """Draw the main outcomes of mothers with the programme and without it."""
    groups = [(measure, MOTHERS) for measure in LEVELS]
    title = words("Mothers of a child under four, with the programme and without it")
    note = words(
        "Each line is the mean of the replicates and its band a 90 % interval. Bands of the two "
        "lines may overlap although the effect is clear: both live on the same draws of chance, "
        "and it is their difference that counts."
    )
    return _paths("levels", scenario, groups, title, note, words, from_zero=False)


def centres(scenario: Scenario, words: Words) -> Figure | None:
    """Draw centres, places, children and the waiting list over time."""
    title = words("CECI over time")
    note = words("Counts are of the share simulated.")
    return _paths("centres", scenario, OF_CENTRES, title, note, words, from_zero=True)


def _paths(
    name: str,
    scenario: Scenario,
    wanted: Sequence[tuple[str, str]],
    title: str,
    note: str,
    words: Words,
    *,
    from_zero: bool,
) -> Figure | None:
    results, known = scenario.results, catalogue()
    wanted = [pair for pair in wanted
              if scenario.facts.has("months", measure=pair[0], group=pair[1])]  # fmt: skip
    if not wanted:
        return None
    months = results.monthly({measure for measure, _ in wanted}, {group for _, group in wanted})
    bands = charts.bands(months, interval=results.interval)
    panels = [
        charts.Panel(
            words.of(known["measures"][measure]["label"]),
            words.of(known["groups"][group]["label"]),
            words.of(known["measures"][measure]["unit"]),
            rows,
            from_zero,
        )
        for measure, group in wanted
        for rows in [bands[(bands["measure"] == measure) & (bands["group"] == group)]]
        if len(rows)
    ]
    if not panels:
        return None
    opened = opening(results)
    around = charts.Words(
        title=title,
        source=lines(source([results], words), 110),
        arms={"programme": words("With programme"), "baseline": words("Without programme")},
        burn_in=words("Before the first CECI"),
        opened=line_names(words)[2],
        months=words.months(),
    )
    start = months["month"].min()
    with charts.style():
        drawn = charts.chart(panels, 2, around, start if opened is None else opened)
    return kept(name, drawn, title, note)


def effects(scenario: Scenario, words: Words) -> Figure | None:
    """Draw the effect on the main outcomes over time."""
    results = scenario.results
    panels = _panels([scenario], EFFECTS, words)
    if not panels:
        return None
    title = words("Effect of the programme over time")
    with charts.style():
        drawn = courses(panels, 2, title, source([results], words), line_names(words),
                        words.months())  # fmt: skip
    note = words(
        "With the programme less without it. Where the band leaves the zero "
        "line, the effect is clear."
    )
    return kept("effects", drawn, title, note)


def beside(scenarios: Sequence[Scenario], words: Words) -> Figure | None:
    """Draw the effect on participation over time, scenarios side by side."""
    panels = _panels(scenarios, ("participation", "formal_employment"), words)
    if not panels:
        return None
    title = words("Effect of each scenario over time")
    given = [scenario.results for scenario in scenarios]
    with charts.style():
        drawn = courses(panels, len(scenarios), title, source(given, words), line_names(words),
                        words.months())  # fmt: skip
    note = words("All panels of a measure have the same axis, so that heights can be compared.")
    return kept("beside", drawn, title, note)


def _panels(scenarios: Sequence[Scenario], measures: Sequence[str], words: Words) -> list[Course]:
    panels = []
    for measure in measures:
        for scenario in scenarios:
            table = scenario.facts.tables["months"]
            panel = course(scenario.results, table, measure, MOTHERS, words)
            if len(scenarios) > 1:
                name = words.of(scenario.results.short)
                panel = Course(panel.title, name, f"{panel.title}\n({panel.unit})", panel.data,
                               panel.opened)  # fmt: skip
            if len(panel.data):
                panels.append(panel)
    return panels


def event(scenario: Scenario, words: Words) -> Figure | None:
    """Draw effects by months since the first CECI opened, and how CECI fill."""
    tables, known = scenario.facts.tables, catalogue()["measures"]
    panels = []
    for measure in ("participation", "employment", "formal_employment"):
        if scenario.facts.has("event", measure=measure):
            rows = tables["event"][tables["event"]["measure"] == measure]
            unit = words.of(known[measure]["unit"])
            panels.append(
                Course(words.of(known[measure]["label"]),
                       words.of(catalogue()["groups"][MOTHERS]["label"]),
                       unit_of_effect(unit, words), rows.rename(columns={"since": "month"}))
            )  # fmt: skip
    if "filling" in tables:
        rows = tables["filling"].rename(columns={"since": "month"})
        panels.append(
            Course(words.of(known["occupancy"]["label"]), words("All CECI, by their own opening"),
                   words("% of places"), rows)
        )  # fmt: skip
    if not panels:
        return None
    title = words("Around the opening of centres")
    names = words("Effect, or level"), words("90 % interval"), words("Opening")
    with charts.style():
        drawn = events(panels, 2, title, words("Months since the opening"),
                       source([scenario.results], words), names)  # fmt: skip
    note = words(
        "Effects on mothers are counted from the first CECI of the polo; how full CECI are, from "
        "the opening of each. Both arms have the same draws of chance: before the opening the line "
        "is zero, unless what comes before already has an effect."
    )
    return kept("event", drawn, title, note)


def gains(scenario: Scenario, words: Words) -> Figure | None:
    """Draw who gains: the effect on the main outcomes by group."""
    table = scenario.facts.tables.get("groups")
    rows = table[table["measure"].isin(DRAWN)] if table is not None else None
    if rows is None or rows.empty:
        return None
    title = words("Who gains, last twelve months")
    with charts.style():
        drawn = distribution.draw_groups(rows, title, scenario.results, words)
    note = words("Points are the effect on each group, lines its 90 % interval.")
    return kept("gains", drawn, title, note)


def winners(scenario: Scenario, words: Words) -> Figure | None:
    """Draw who gains and who loses by group."""
    table = scenario.facts.tables.get("winners")
    if table is None:
        return None
    with charts.style():
        drawn = distribution.draw_winners(table, scenario.results, words)
    note = distribution.about_lives([scenario.results], words)
    return kept("winners", drawn, words("Who gains and who loses"), note)


def cascade(scenario: Scenario, steps: Mapping[str, str], words: Words) -> Figure | None:
    """Draw what becomes of each hundred places."""
    table = scenario.facts.tables.get("cascade")
    if table is None:
        return None
    data = pd.DataFrame(
        {
            "name": [fill(steps[step], NAME) for step in table["step"]],
            "series": words("Mean and 90 % interval"),
            "low": table["low"],
            "middle": table["effect"],
            "high": table["high"],
        }
    )
    title = words("From places to jobs, last twelve months")
    with charts.style():
        below = fill(source([scenario.results], words), 115)
        drawn = charts.intervals(data, title, words("For each hundred places"), below, line=0.0)
    note = words(
        "Children taken are those who were cared for elsewhere before: the four rows below them "
        "add up to the children taken."
    )
    return kept("cascade", drawn, title, note)


def sites(scenario: Scenario, words: Words) -> Figure | None:
    """Draw where centres stand at some dates; countries have no map."""
    tables, config = scenario.facts.tables, scenario.results.config
    if "sites" not in tables or is_country(scenario):
        return None
    table = tables["sites"]
    panels = [
        (words.month(month), table[table["month"] == month]) for month in table["month"].unique()
    ]
    most = float(table["places"].max())
    step = 10 ** (len(str(int(most))) - 1)
    names = maps.Names(
        east=words("km to the east"),
        north=words("km to the north"),
        city=words("City, where households live"),
        zone=words("Zone of homes"),
        park=words("Park, its area by its share of posts"),
        schemes={
            scheme: words(text) for scheme, text in STANDING.items()
            if scheme in set(table["scheme"])
        },
        sizes=[
            (places, words("{count} places", count=words.number(places, 0)))
            for places in dict.fromkeys((step, most // step * step))
        ],
        shares=[
            (share, words("in {share} % of replicates", share=words.number(share, 0)))
            for share in (25, 100)
        ],
    )  # fmt: skip
    title = words("Where centres stand, over time")
    radius = float(config["polo"]["zones"]["radius_km"])
    with charts.style():
        drawn = maps.maps(panels, tables["places"], radius, title, names,
                          source([scenario.results], words))  # fmt: skip
    note = words(
        "Each mark is a zone or a park with centres of that scheme at that date: the larger, the "
        "more places (mean of the replicates with any); the paler, the fewer replicates have one "
        "there. Zones fill a disc evenly and parks lie by distance and bearing: a sketch, not a "
        "survey. Marks are moved a little so as not to hide one another."
    )
    return kept("sites", drawn, title, note)


STANDING = {
    "guarderia": N_("Guarderías that exist"),
    "imss": N_("CECI, IMSS scheme"),
    "empresa": N_("CECI, firms' scheme"),
    "campo": N_("CECI, farm scheme"),
}


def is_country(scenario: Scenario) -> bool:
    """Say whether a scenario is of many regions, which no one map holds."""
    return scenario.results.config.get("population", {}).get("kind") == "country"


def payers(scenario: Scenario, words: Words) -> Figure | None:
    """Draw who pays and who gains."""
    return _of_value("payers", value.who_pays, scenario, words)


def costs(scenario: Scenario, words: Words) -> Figure | None:
    """Draw what an additional job costs, if any cost has a bound."""
    table = scenario.facts.tables.get("costs")
    if table is None or not np.isfinite(table.loc[table["item"].isin(JOBS), "low":"high"]).any(
        axis=None
    ):
        return None
    return _of_value("costs", value.per_job, scenario, words)


def _of_value(
    name: str, draw: Callable[..., charts.Figure], scenario: Scenario, words: Words
) -> Figure | None:
    table, text = scenario.facts.tables.get(name), value.NOTES[name]
    if table is None:
        return None
    with charts.style():
        drawn = draw(table, scenario.results, words)
    title = value.TITLES[name]
    return kept(name, drawn, words(title), words(text))
