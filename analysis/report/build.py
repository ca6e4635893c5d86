"""A report from result folders."""

from collections.abc import Sequence

from analysis.report.document import Document, Section
from analysis.report.facts import Facts, Scenario, gather
from analysis.report.sections import (
    assumptions,
    cascade,
    centres,
    comparison,
    costs,
    gains,
    limits,
    outcomes,
    reproduce,
    summary,
    validation,
)
from analysis.report.sections.common import ALONE
from analysis.results import Results
from analysis.texts import Words


def build(given: Sequence[Results], words: Words) -> Document:
    """Return the report of one scenario or several.

    Raises
    ------
    RefusedError
        If a folder holds none of the measures of a report, or scenarios cannot be compared.
    """
    names = [ALONE] if len(given) == 1 else [f"scenario_{n + 1}" for n in range(len(given))]
    scenarios = [gather(results, name, words) for results, name in zip(given, names, strict=True)]
    together = comparison.compared(scenarios, words) if len(given) > 1 else None
    return write(scenarios, together, words)


def write(scenarios: Sequence[Scenario], together: Facts | None, words: Words) -> Document:
    """Return the report of facts: the same facts give the same report."""
    parts: list[Section] = [summary.section(scenarios, words)]
    for scenario in scenarios:
        parts += [
            part.section(scenario, words) for part in (outcomes, centres, gains, cascade, costs)
        ]
    if together is not None:
        parts.append(comparison.section(scenarios, together, words))
    parts += [
        assumptions.section(scenarios, words),
        validation.section(scenarios, words),
        limits.section(scenarios[0], words),
        reproduce.section(scenarios, words),
    ]
    everyone = [scenario.facts for scenario in scenarios]
    manifest = scenarios[0].results.manifest
    return Document(
        lang=words.lang,
        title=words("Childcare and mothers' work: results of the simulation"),
        subtitle="; ".join(words.of(scenario.results.title) for scenario in scenarios),
        stamp=words("Seed {seed}, code {code}", seed=manifest["seed"],
                    code=str(manifest.get("units", {}).get("version", "–"))[:12]),
        contents=words("Contents"),
        figure=words("Figure"),
        table=words("Table"),
        sections=tuple(part for part in parts if part.blocks),
        tables={
            f"{facts.name}/{name}": table
            for facts in (*everyone, *([together] if together else []))
            for name, table in facts.tables.items()
        },
    )  # fmt: skip
