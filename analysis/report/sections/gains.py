"""Who gains, who loses, and what becomes of incomes and poverty."""

from typing import Any

from analysis.publish import unit_of_effect
from analysis.report import figures
from analysis.report.document import NONE, Block, Line, Section, Table, paragraph, present, row
from analysis.report.facts import BY_GROUP, MOTHERS, Facts, Scenario
from analysis.report.sections.common import effect_row, heading, headings, titled
from analysis.texts import Words, exact
from analysis.winners import CHANGES
from sim.results.catalogue import catalogue


def section(scenario: Scenario, words: Words) -> Section:
    """Tell who gains, who loses, and what becomes of incomes and poverty."""
    facts, known = scenario.facts, catalogue()
    if not facts.has("groups"):
        return Section("", ())
    told = facts.tables["groups"]
    measures = [name for name in BY_GROUP if facts.has("groups", measure=name)]
    rows = [
        row(words.of(known["groups"][group]["label"]),
            *(_gain(facts, measure=name, group=group) for name in measures))
        for group in told["group"].astype(str).drop_duplicates()
    ]  # fmt: skip
    title = words("Effect by group of mothers with its 90 % interval, last twelve months, in "
                  "percentage points")  # fmt: skip
    heads = (heading("group", words),
             *(words.of(known["measures"][name]["label"]) for name in measures))  # fmt: skip
    blocks = present([
        *_winners(scenario, words),
        figures.gains(scenario, words),
        Table(title, heads, tuple(rows)),
    ])  # fmt: skip
    return Section(titled(words("Who gains"), scenario, words), blocks)


def _gain(facts: Facts, **cell: Any) -> Line:
    """Return an effect with its interval, in one cell."""
    if not facts.has("groups", **cell):
        return (NONE,)
    numbers = facts.numbers("groups", **cell)
    interval = facts.interval("groups", numbers["low"].decimals, **cell)
    return (numbers["effect"], " (", *interval, ")")


def _winners(scenario: Scenario, words: Words) -> list[Block | None]:
    """Tell of two lives of each mother, where the folder does."""
    facts, known = scenario.facts, catalogue()
    if not facts.has("winners", change="work", group=MOTHERS):
        return []
    text = words(
        "Of every hundred mothers of a child under four {work_gained} are at work because of the "
        "programme and {work_lost} are not who would be without it; {formal_gained} gain formal "
        "work and {formal_lost} lose it. The household of {income_gained} earns more, that of "
        "{income_lost} less, by over {change} %; nothing of the kind changes for the others."
    )
    shares = {
        f"{change}_{side}": facts.number(
            "winners", "share", 2, change=change, group=MOTHERS, side_of=side
        )
        for change in CHANGES
        for side in ("gained", "lost")
    }
    places = exact(facts.value("run", "value", key="change"))
    change = facts.number("run", "value", places, key="change")
    incomes = [
        effect_row(
            facts, "incomes",
            (words.of(known["measures"][measure]["label"]),
             words.of(known["groups"][group]["label"]),
             unit_of_effect(words.of(known["measures"][measure]["unit"]), words)),
            measure=measure, group=group,
        )
        for measure, group in facts.tables["incomes"][["measure", "group"]].itertuples(index=False)
    ]  # fmt: skip
    title = words("Income, poverty and inequality, last twelve months")
    first = (heading("measure", words), heading("group", words), heading("unit_of_effect", words))
    return [
        paragraph(text, **shares, change=change),
        figures.winners(scenario, words),
        Table(title, (*first, *headings("effect", words)), tuple(incomes)),
    ]
