"""Scenarios told apart: differences on common draws, and how likely each is best."""

from collections.abc import Sequence
from typing import Any

from analysis.comparison import common_draws, differences, levers, ranking, shared
from analysis.comparison import effects as of_replicates
from analysis.estimates import LAST
from analysis.report import figures
from analysis.report.document import Line, Section, Table, paragraph, present, row
from analysis.report.facts import Facts, Scenario
from analysis.report.sections.common import effect_row, heading, headings
from analysis.texts import Words
from sim.results.catalogue import catalogue


def section(scenarios: Sequence[Scenario], facts: Facts, words: Words) -> Section:
    """Tell scenarios apart: differences on common draws, and how likely each is best."""
    known = catalogue()

    def what(told: Any) -> Line:
        return (words.of(known["measures"][told["measure"]]["label"]),
                words.of(known["groups"][told["group"]]["label"]))  # fmt: skip

    rows = [
        effect_row(
            facts, "differences", (told["scenario"], told["reference"], *what(told)),
            **{name: told[name] for name in
               ("scenario", "reference", "window", "measure", "group")},
        )
        for told in facts.tables["differences"].to_dict("records")
        if told["window"] == LAST
    ]  # fmt: skip
    best = []
    for told in facts.tables["ranking"].to_dict("records"):
        key = {name: told[name] for name in ("measure", "group", "scenario")}
        best.append(row(*what(told), facts.number("ranking", "rank", 0, **key), told["scenario"],
                        facts.number("ranking", "best", 0, **key)))  # fmt: skip
    changed = facts.tables["settings"]
    heads = {name: heading(name, words) for name in
             ("scenario", "reference", "measure", "group", "rank", "best", "lever")}  # fmt: skip
    common = all(common_draws(scenarios[0].results, other.results) for other in scenarios[1:])
    note = (
        words("Differences are taken replicate by replicate, on the same draws of chance.")
        if common
        else words(
            "Seeds or draws differ: scenarios are taken as independent, and intervals of "
            "differences are wider than on common draws."
        )
    )
    blocks = present([
        paragraph(note),
        figures.beside(scenarios, words),
        Table(words("Differences of effects, last twelve months"),
              (*(heads[name] for name in ("scenario", "reference", "measure", "group")),
               *headings("difference", words)), tuple(rows)),
        Table(words("How likely each scenario is the best, last twelve months"),
              tuple(heads[name] for name in ("measure", "group", "rank", "scenario", "best")),
              tuple(best)),
        Table(words("Settings in which the scenarios differ"),
              (heads["lever"], *map(str, changed.columns[1:])),
              tuple(row(*map(str, told)) for told in changed.itertuples(index=False))),
    ])  # fmt: skip
    return Section(words("Scenarios compared"), blocks)


def compared(scenarios: Sequence[Scenario], words: Words) -> Facts:
    """Return the tables that tell scenarios apart.

    Raises
    ------
    RefusedError
        If they share no measure, or only some hold the uncertainty of parameters.
    """
    given = [scenario.results for scenario in scenarios]
    names = [words.of(results.short) for results in given]
    of = shared([of_replicates(results) for results in given])
    common = all(common_draws(given[0], other) for other in given[1:])
    last = {name: one.xs(LAST, level="window") for name, one in zip(names, of, strict=True)}
    tables = {
        "differences": differences(given, of, names),
        "ranking": ranking(last, common=common),
        "settings": levers(given, names),
    }
    return Facts("comparison", tables, words)
