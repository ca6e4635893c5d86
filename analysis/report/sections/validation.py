"""How the simulator does against published figures."""

from collections.abc import Sequence
from typing import Any

from analysis.report.document import Block, Section, Table, paragraph, row
from analysis.report.evidence import POLO, described
from analysis.report.facts import Facts, Scenario
from analysis.report.sections.common import heading
from analysis.texts import Words
from sim.results.catalogue import catalogue
from sim.results.console import decimals


def section(scenarios: Sequence[Scenario], words: Words) -> Section:
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
