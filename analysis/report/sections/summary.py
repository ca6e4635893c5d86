"""The summary: in plain words what came out, with the numbers and how sure they are."""

from collections.abc import Sequence
from math import isinf, isnan
from typing import Any

from analysis.estimates import LAST
from analysis.report.document import Block, Bullets, Line, Section, fill, paragraph, present
from analysis.report.facts import MOTHERS, Facts, Scenario
from analysis.report.sections.common import of_interval, steps
from analysis.texts import N_, Words


def section(scenarios: Sequence[Scenario], words: Words) -> Section:
    """Say in plain words what came out, with the numbers and how sure they are."""
    blocks: list[Block | None] = []
    for scenario in scenarios:
        facts = scenario.facts
        if len(scenarios) > 1:
            blocks.append(paragraph("{name}", name=words.of(scenario.results.title)))
        blocks += [
            Bullets(tuple(filter(None, (
                _outcome(facts, "participation", words("Of every hundred mothers of a child under "
                    "four, {programme} take part in the labour market with the programme and "
                    "{baseline} without it: a difference of {effect} percentage points (90 % "
                    "interval: {low} to {high})."), words),
                _outcome(facts, "formal_employment", words("{programme} of every hundred are in "
                    "formal employment with the programme and {baseline} without it: a difference "
                    "of {effect} percentage points (90 % interval: {low} to {high})."), words),
                _outcome(facts, "absence", words("Of every hundred scheduled work days they miss "
                    "{programme} with the programme and {baseline} without it: a difference of "
                    "{effect} (90 % interval: {low} to {high})."), words),
                _of_size(facts, words),
                _of_places(facts, words),
                _of_cost(facts, words),
                *(_of_job(facts, item, words) for item in PER_JOB),
            )))),
        ]  # fmt: skip
    first = scenarios[0]
    blocks.append(paragraph(
        words("All figures are means of the last twelve months simulated, over {count} "
              "replicates, each lived with the programme and without it on the same draws of "
              "chance. {kind}"),
        count=first.facts.number("run", "value", 0, key="replicates_done"),
        kind=of_interval(first, words),
    ))  # fmt: skip
    return Section(words("Summary"), present(blocks))


def _outcome(facts: Facts, measure: str, text: str, words: Words) -> Line:
    key = {"window": LAST, "measure": measure, "group": MOTHERS}
    if not facts.has("effects", **key):
        return ()
    numbers = facts.numbers("effects", **key)
    return (
        *fill(text, **numbers),
        " ",
        _verdict(numbers["low"].value, numbers["high"].value, words),
    )


def _verdict(low: float, high: float, words: Words) -> str:
    """Say in words what an interval says of the sign."""
    if low > 0:
        return words("The whole interval is above zero.")
    if high < 0:
        return words("The whole interval is below zero.")
    return words("The interval holds zero: the sign of the effect is not certain.")


def _of_size(facts: Facts, words: Words) -> Line:
    if not facts.has("jobs"):
        return ()
    text = words("The programme keeps {places} places open in the whole territory (90 % interval: "
                 "{low} to {high}), and {taken} children attend them.")  # fmt: skip
    ends = {name: facts.number("jobs", name, -1, item="ceci_places") for name in ("low", "high")}
    return fill(
        text,
        places=facts.number("jobs", "effect", -1, item="ceci_places"),
        taken=facts.number("jobs", "effect", -1, item="ceci_enrolled"),
        **ends,
    )


def _of_places(facts: Facts, words: Words) -> Line:
    if not facts.has("cascade"):
        return ()
    text = words(
        "Of every hundred places offered {taken} are taken. {work} more mothers are at work for "
        "every hundred places (90 % interval: {work_low} to {work_high}), and {formal_work} more "
        "in formal work (90 % interval: {formal_work_low} to {formal_work_high})."
    )
    return fill(text, **steps(facts))


def _of_cost(facts: Facts, words: Words) -> Line:
    if not facts.has("payers"):
        return ()
    text = words("The programme costs {all} million pesos a month (90 % interval: {low} to {high}),"
                 " running and building: the public purse pays {public}, firms {firm} and families "
                 "{family}.")  # fmt: skip
    whole = {end: facts.number("payers", end, 1, payer="all", part="cost")
             for end in ("low", "high")}  # fmt: skip
    paid = {payer: facts.number("payers", "effect", 1, payer=payer, part="cost")
            for payer in ("all", "public", "firm", "family")}  # fmt: skip
    return fill(text, **whole, **paid)


PER_JOB = {
    "mother": (
        N_("Each additional mother employed costs {gross}; less the contributions and taxes of "
           "new staff, {own}."),
        N_("No cost can be told for each additional mother employed: {why}."),
    ),
    "mother_formal": (
        N_("Each additional mother formally employed costs {gross}; less the contributions and "
           "taxes of new staff, {own}."),
        N_("No cost can be told for each additional mother formally employed: {why}."),
    ),
}  # fmt: skip
"""What is said of the cost of a job, and where there is nothing to say of it."""


def _of_job(facts: Facts, item: str, words: Words) -> Line:
    """Say what a job costs, also where its interval lacks an end."""
    if not facts.has("costs", item=item):
        return ()
    text, none = PER_JOB[item]
    low, high = (facts.value("costs", end, item=item, side="gross") for end in ("low", "high"))
    if isnan(low):
        return fill(words(none), why=words("there are not more of them"))
    if isinf(low) and isinf(high):
        why = words("the intervals of the cost and of how many more there are hold zero")
        return fill(words(none), why=why)
    sides = {side: _amount(facts, words, item=item, side=side) for side in ("gross", "own")}
    told = fill(words(text), **sides)
    if isnan(facts.value("costs", "estimate", item=item, side="gross")):
        why = words("There is no estimate, as the interval of how many more there are holds zero.")
        return (*told, " ", why)
    return told


def _amount(facts: Facts, words: Words, **cell: Any) -> Line:
    low, high = (facts.value("costs", end, **cell) for end in ("low", "high"))
    if isinf(low) and isinf(high):
        text = words("an amount without any bound")
    elif isinf(high):
        text = words("{low} pesos a month or more, without an upper bound")
    elif isinf(low):
        text = words("{high} pesos a month or less, without a lower bound")
    else:
        text = words("{estimate} pesos a month (90 % interval: {low} to {high})")
    ends = [name for name in ("estimate", "low", "high") if f"{{{name}}}" in text]
    return fill(text, **{name: facts.number("costs", name, -2, **cell) for name in ends})
