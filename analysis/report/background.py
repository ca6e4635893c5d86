"""The sections of a report that say how far to trust it: assumptions, evidence, limits."""

from collections.abc import Sequence
from typing import Any

from analysis.report.document import (
    NONE,
    Block,
    Bullets,
    Code,
    Line,
    Section,
    Table,
    fill,
    paragraph,
    present,
    row,
)
from analysis.report.evidence import POLO, described
from analysis.report.facts import Facts, Scenario
from analysis.report.run import command
from analysis.report.sections import heading, of_interval, titled
from analysis.texts import N_, Words
from sim.results.catalogue import catalogue
from sim.results.console import decimals

CHOICES = {
    "polo": N_("Polo"),
    "rollout": N_("Programme"),
    "outreach": N_("How firms come to know"),
    "assistance": N_("Assistance to firms"),
    "siting": N_("Where centres go"),
    "access": N_("Who may enter"),
    "opens": N_("Opening hours"),
}
RUN = (
    ("replicates_done", N_("Replicates"), 0),
    ("months", N_("Months simulated"), 0),
    ("burn_in", N_("Months before them, for the polo to settle"), 0),
    ("scale", N_("Share of women simulated"), 2),
)


def assumptions(scenarios: Sequence[Scenario], words: Words) -> Section:
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
    places = max(_exact(told[name]) for name in ("value", "low", "high"))
    return row(
        told[words.lang],
        words(str(told["unit"])),
        facts.number("assumptions", "value", places, key=told["key"]),
        facts.interval("assumptions", places, key=told["key"]),
    )


def _exact(value: float) -> int:
    """Return how many decimals a value is written with."""
    return len(f"{value:.6f}".rstrip("0").partition(".")[2])


def validation(scenarios: Sequence[Scenario], words: Words) -> Section:
    """Tell how the simulator does against published figures."""
    facts = scenarios[0].facts
    if not {"moments", "studies"} <= set(facts.tables):
        text = words("The tables of validation are not part of this installation; they are in "
                     "docs/validation.md of the project.")  # fmt: skip
        return Section(words("Validation"), (paragraph(text),))
    places = {scenario.results.config.get("polo", {}).get("name") for scenario in scenarios}
    count = {
        key: facts.number("fit", "value", 0, key=key)
        for key in ("moments", "moments_inside", "studies", "studies_inside")
    }
    blocks: list[Block] = [
        paragraph(words(
            "Without the programme the simulator is held against {moments} published levels and "
            "flows of Ciudad Juárez: {moments_inside} are inside their tolerance. Of {studies} "
            "published results on childcare that it was not fitted to, its estimate lies within "
            "the published interval or band of {studies_inside}."
        ), **count),
    ]  # fmt: skip
    if places != {POLO}:
        blocks.append(paragraph(words(
            "These figures are of Ciudad Juárez. For other places of this report there is no such "
            "check."
        )))  # fmt: skip
    blocks += [_moments(facts, words), _studies(facts, words)]
    return Section(words("Validation"), tuple(blocks))


def _moments(facts: Facts, words: Words) -> Table:
    known, named, rows = catalogue()["measures"], described(), []
    for told in facts.tables["moments"].to_dict("records"):
        if told["moment"] not in named:
            continue
        moment, key = named[told["moment"]], {"moment": told["moment"]}
        places = decimals(told["published"], told["simulated"], digits=3)
        rows.append(row(
            words.of(moment["label"]), words.of(known[moment["measure"]]["unit"]),
            *(facts.number("moments", name, places, **key)
              for name in ("published", "tolerance", "simulated")),
            facts.interval("moments", places, **key), _inside(told, words),
        ))  # fmt: skip
    heads = (heading("measure", words), words("Unit"), words("Published"), words("Tolerance"),
             words("Simulated"), heading("interval", words), words("Inside"))  # fmt: skip
    return Table(words("Published levels and flows, and the simulator's"), heads, tuple(rows))


def _studies(facts: Facts, words: Words) -> Table:
    rows = []
    for told in facts.tables["studies"].to_dict("records"):
        key = {"study": told["study"], "result": told["result"]}
        ends = ("low", "high", "estimate_low", "estimate_high")
        places = min(decimals(*(told[name] for name in (*ends, "estimate")), digits=2), 2)
        rows.append(row(
            told[f"label_{words.lang}"], words(str(told["unit"])),
            facts.number("studies", "published", places, **key),
            facts.interval("studies", places, **key),
            facts.number("studies", "estimate", places, **key),
            facts.interval("studies", places, "estimate_low", "estimate_high", **key),
            _inside(told, words),
        ))  # fmt: skip
    heads = (
        words("Study"), words("Unit"), words("Published"), words("Its interval or band"),
        words("Simulated"), heading("interval", words), words("Inside"),
    )  # fmt: skip
    return Table(words("Published studies, repeated inside the simulator"), heads, tuple(rows))


def _inside(told: Any, words: Words) -> str:
    return words("yes") if told["inside"] else words("no")


def limits(scenario: Scenario, words: Words) -> Section:
    """Tell what the results do not say."""
    facts = scenario.facts
    items: list[Line] = [
        fill(words(
            "These are results of a simulation, not of an evaluation: no effect of the programme "
            "has been observed yet. Decisions should be revised when the first centres have been "
            "evaluated."
        )),
        (of_interval(scenario, words),),
        fill(words(
            "The simulator was fitted to published figures of Ciudad Juárez. Other places use its "
            "parameters of behaviour with their own people, firms and centres."
        )),
        fill(words(
            "What children gain in health, learning and safety is not in these results, nor is "
            "what grandmothers and other carers do with the time that they win."
        )),
        fill(words(
            "Jobs that mothers take may be jobs that others would have taken; the results hold "
            "this for men and older women of the same firms, and not for other places."
        )),
    ]  # fmt: skip
    if facts.has("run", key="one_in") and facts.value("run", "value", key="one_in") > 1:
        items.append(fill(
            words("One in {one_in} women was simulated. Costs and places of the whole territory "
                  "are those of this share made larger; figures of centres over time are of the "
                  "share itself."),
            one_in=facts.number("run", "value", 0, key="one_in"),
        ))  # fmt: skip
    return Section(words("Limits"), (Bullets(tuple(items)),))


def reproduce(scenarios: Sequence[Scenario], words: Words) -> Section:
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
