"""The way from places to jobs."""

from analysis.report import figures
from analysis.report.document import Section, Table, paragraph, present, row
from analysis.report.facts import Scenario
from analysis.report.sections.common import STEPS, heading, steps, titled
from analysis.texts import Words


def section(scenario: Scenario, words: Words) -> Section:
    """Tell the way from places to jobs."""
    facts = scenario.facts
    if not facts.has("cascade"):
        return Section("", ())
    text = words(
        "Of every hundred places offered {taken} are taken: {at_home} by children whose mother "
        "cared for them herself, {family} by children who were with family or acquaintances, "
        "{paid} by children in private or other IMSS care, and {at_work} by children who went to "
        "work with their mother. For these hundred places {work} more mothers are at work, and "
        "{formal_work} more are in formal work."
    )
    rows = [
        row(words(label), facts.number("cascade", "effect", 1, step=step),
            facts.interval("cascade", 1, step=step))
        for step, label in STEPS.items()
    ]  # fmt: skip
    heads = (words("Step"), words("For each hundred places"), heading("interval", words))
    names = {step: words(label) for step, label in STEPS.items()}
    blocks = present([
        paragraph(text, **steps(facts)), figures.cascade(scenario, names, words),
        Table(words("From places to jobs, last twelve months"), heads, tuple(rows)),
    ])  # fmt: skip
    return Section(titled(words("From places to jobs"), scenario, words), blocks)
