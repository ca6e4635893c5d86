"""What changes, and when."""

from analysis.estimates import WINDOWS
from analysis.publish import unit_of_effect
from analysis.report import figures
from analysis.report.document import Section, Table, present
from analysis.report.facts import MOTHERS, OUTCOMES, Scenario
from analysis.report.sections.common import effect_row, heading, headings, titled
from analysis.texts import Words
from sim.results.catalogue import catalogue


def section(scenario: Scenario, words: Words) -> Section:
    """Tell the outcomes over time."""
    facts, known = scenario.facts, catalogue()["measures"]
    rows = [
        effect_row(
            facts, "effects",
            (words.of(known[measure]["label"]), words(window.label),
             unit_of_effect(words.of(known[measure]["unit"]), words)),
            window=window.name, measure=measure, group=MOTHERS,
        )
        for measure in OUTCOMES
        for window in WINDOWS
        if facts.has("effects", window=window.name, measure=measure, group=MOTHERS)
    ]  # fmt: skip
    title = words("Effect on mothers of a child under four")
    first = (heading("measure", words), heading("window", words),
             heading("unit_of_effect", words))  # fmt: skip
    return Section(
        titled(words("What changes, and when"), scenario, words),
        present([
            figures.levels(scenario, words),
            Table(title, (*first, *headings("effect", words)), tuple(rows)),
            figures.effects(scenario, words),
        ]),
    )  # fmt: skip
