"""How to repeat the runs, and how to know that these are their results."""

from collections.abc import Sequence

from analysis.report.document import Block, Code, Section, Table, paragraph, row
from analysis.report.facts import Scenario
from analysis.report.run import command
from analysis.texts import N_, Words

RUN = (
    ("replicates_done", N_("Replicates"), 0),
    ("months", N_("Months simulated"), 0),
    ("burn_in", N_("Months before them, for the polo to settle"), 0),
    ("scale", N_("Share of women simulated"), 2),
)


def section(scenarios: Sequence[Scenario], words: Words) -> Section:
    """Tell how to repeat the runs, and how to know that these are their results."""
    blocks: list[Block] = []
    for scenario in scenarios:
        results = scenario.results
        if len(scenarios) > 1:
            blocks.append(paragraph("{name}", name=words.of(results.title)))
        line = command(results.config)
        if line is None:
            blocks.append(paragraph(words(
                "No packaged scenario leads to this run in one line: its whole configuration is "
                "in manifest.json of the result folder."
            )))  # fmt: skip
        else:
            text = words("With the same code this command gives the same numbers on any machine:")
            blocks += [paragraph(text), Code(line)]
        blocks.append(_fingerprint(scenario, words))
    return Section(words("How to reproduce it"), tuple(blocks))


def _fingerprint(scenario: Scenario, words: Words) -> Table:
    """Return what tells this run from any other."""
    manifest, facts = scenario.results.manifest, scenario.facts
    project = manifest.get("project", {})
    rows = [
        row(words("Program"), " ".join(map(str, project.values()))),
        row(words("Code (SHA-256)"), str(manifest.get("units", {}).get("version", "–"))),
        row(words("Seed"), str(manifest["seed"])),
        row(words("Started"), str(manifest.get("started", "–"))),
        *(row(words(label), facts.number("run", "value", places, key=key))
          for key, label, places in RUN if facts.has("run", key=key)),
        *(row(f"{name} (SHA-256)", str(digest))
          for name, digest in manifest.get("results", {}).items() if "/" not in name),
    ]  # fmt: skip
    return Table(words("Fingerprint of the run"), (words("What"), words("Value")), tuple(rows))
