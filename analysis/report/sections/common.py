"""What the sections of a report share: titles, headings and rows of effects."""

from typing import Any

from analysis.publish import HEADINGS
from analysis.report.document import Line, Number, row, tied
from analysis.report.facts import Facts, Scenario
from analysis.texts import N_, Words

ALONE = "scenario"


STEPS = {
    "offered": N_("Places offered"),
    "taken": N_("Places taken"),
    "at_home": N_("of children whose mother cared for them"),
    "at_work": N_("of children who went to work with her"),
    "family": N_("of children with family or acquaintances"),
    "paid": N_("of children in private or other IMSS care"),
    "work": N_("Mothers at work who would not be"),
    "formal_work": N_("Mothers in formal work who would not be"),
}


def steps(facts: Facts) -> dict[str, Number]:
    return {
        step: facts.number("cascade", "effect", 0, step=step)
        for step in STEPS
    } | {
        f"{step}_{end}": facts.number("cascade", end, 0, step=step)
        for step in ("work", "formal_work")
        for end in ("low", "high")
    }  # fmt: skip


def titled(title: str, scenario: Scenario, words: Words) -> str:
    """Return a section's title, with the scenario's name where there are several."""
    short = words.of(scenario.results.short)
    alone = scenario.facts.name == ALONE
    return title if alone else f"{title} · {short}"


def heading(name: str, words: Words) -> str:
    text = HEADINGS[name]
    return tied(words(text))


def headings(effect: str, words: Words) -> tuple[str, ...]:
    arms = ("baseline", "programme") if effect == "effect" else ()
    return tuple(heading(name, words) for name in (*arms, effect, "interval"))


def effect_row(facts: Facts, table: str, first: Line, **key: Any) -> tuple[Line, ...]:
    numbers = facts.numbers(table, **key)
    order = ("baseline", "programme", "effect", "difference")
    interval = facts.interval(table, numbers["low"].decimals, **key)
    return row(*first, *(numbers[name] for name in order if name in numbers), interval)


def of_interval(scenario: Scenario, words: Words) -> str:
    if scenario.results.interval == "chance":
        said = words("The 90 % interval tells how far chance alone could move the mean; what is "
                     "not known of the parameters comes on top of it.")  # fmt: skip
    else:
        said = words("The 90 % interval tells where the effect would lie with other parameters "
                     "that fit the published figures as well, and other draws of "
                     "chance.")  # fmt: skip
    return tied(said)
