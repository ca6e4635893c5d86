"""The choices of each scenario, and what is assumed for want of a source."""

from collections.abc import Sequence
from typing import Any

from analysis.report.document import NONE, Block, Line, Section, Table, paragraph, present, row
from analysis.report.facts import Facts, Scenario
from analysis.report.sections.common import titled
from analysis.texts import N_, Words, exact

CHOICES = {
    "polo": N_("Polo"),
    "rollout": N_("Programme"),
    "outreach": N_("How firms come to know"),
    "assistance": N_("Assistance to firms"),
    "siting": N_("Where centres go"),
    "access": N_("Who may enter"),
    "opens": N_("Opening hours"),
}


def section(scenarios: Sequence[Scenario], words: Words) -> Section:
    """Tell the choices of each scenario, and what is assumed for want of a source."""
    names = [words.of(scenario.results.short) for scenario in scenarios]
    chosen = [
        row(words(label), *(_choice(scenario, lever, words) for scenario in scenarios))
        for lever, label in CHOICES.items()
    ]
    heads = (words("Choice"), *(names if len(scenarios) > 1 else [words("Taken")]))
    blocks: list[Block | None] = [Table(words("Choices of the scenario"), heads, tuple(chosen))]
    told = [scenario for scenario in scenarios if "assumptions" in scenario.facts.tables]
    if told:
        blocks.append(paragraph(words(
            "No source was found for these parameters. Their values are assumed within the "
            "bounds shown; sources of all others are in the configuration of the run."
        )))  # fmt: skip
    blocks += [
        _parameters(scenario, words)
        for scenario in told
        if scenario is told[0]
        or not scenario.facts.tables["assumptions"].equals(told[0].facts.tables["assumptions"])
    ]
    return Section(words("Assumptions"), present(blocks))


def _choice(scenario: Scenario, lever: str, words: Words) -> str:
    taken = scenario.results.config.get(lever) or {}
    return words.of(taken.get("label") or taken.get("name") or NONE)


def _parameters(scenario: Scenario, words: Words) -> Table:
    facts = scenario.facts
    return Table(
        titled(words("Parameters that are assumed"), scenario, words),
        (words("Parameter"), words("Unit"), words("Value"), words("Bounds")),
        tuple(_assumed(facts, told, words) for told in
              facts.tables["assumptions"].to_dict("records")),
    )  # fmt: skip


def _assumed(facts: Facts, told: Any, words: Words) -> tuple[Line, ...]:
    places = max(exact(told[name]) for name in ("value", "low", "high"))
    return row(
        told[words.lang],
        words(str(told["unit"])),
        facts.number("assumptions", "value", places, key=told["key"]),
        facts.interval("assumptions", places, key=told["key"]),
    )
