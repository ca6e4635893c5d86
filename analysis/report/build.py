"""A report from result folders."""

from collections.abc import Sequence

from analysis.report import background, sections
from analysis.report.document import Document, Section
from analysis.report.facts import Facts, Scenario, gather
from analysis.results import Results
from analysis.texts import Words


def build(given: Sequence[Results], words: Words) -> Document:
    """Return the report of one scenario or several.

    Raises
    ------
    RefusedError
        If a folder holds none of the measures of a report, or scenarios cannot be compared.
    """
    names = (
        [sections.ALONE] if len(given) == 1 else [f"scenario_{n + 1}" for n in range(len(given))]
    )
    scenarios = [gather(results, name, words) for results, name in zip(given, names, strict=True)]
    together = sections.compared(scenarios, words) if len(given) > 1 else None
    return write(scenarios, together, words)


def write(scenarios: Sequence[Scenario], together: Facts | None, words: Words) -> Document:
    """Return the report of facts: the same facts give the same report."""
    parts: list[Section] = [sections.summary(scenarios, words)]
    for scenario in scenarios:
        parts += [
            tell(scenario, words)
            for tell in (sections.outcomes, sections.centres, sections.gains, sections.cascade,
                         sections.costs)
        ]  # fmt: skip
    if together is not None:
        parts.append(sections.comparison(scenarios, together, words))
    first = scenarios[0]
    parts.append(background.assumptions(scenarios, words))
    parts += [background.validation(scenarios, words), background.limits(first, words),
              background.reproduce(scenarios, words)]  # fmt: skip
    everyone = [scenario.facts for scenario in scenarios]
    return Document(
        lang=words.lang,
        title=words("Childcare and mothers' work: results of the simulation"),
        subtitle="; ".join(words.of(scenario.results.title) for scenario in scenarios),
        stamp=words("Seed {seed}, code {code}", seed=first.results.manifest["seed"],
                    code=str(first.results.manifest.get("units", {}).get("version", "–"))[:12]),
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
