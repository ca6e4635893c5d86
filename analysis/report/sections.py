"""The sections of a report: words around numbers, and which figure and table stand where."""

from collections.abc import Sequence
from math import isnan
from typing import Any

from analysis.comparison import common_draws, differences, levers, ranking, shared
from analysis.comparison import effects as of_replicates
from analysis.estimates import LAST, WINDOWS
from analysis.publish import HEADINGS, unit_of_effect
from analysis.report import figures
from analysis.report.document import (
    Block,
    Bullets,
    Line,
    Number,
    Section,
    Table,
    fill,
    paragraph,
    present,
    row,
    tied,
)
from analysis.report.facts import BY_GROUP, MOTHERS, OUTCOMES, Facts, Scenario
from analysis.texts import N_, Words
from sim.results.catalogue import catalogue
from sim.results.console import decimals

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
COSTS = {
    "running_cost": (N_("Running cost, all payers"), N_("million MXN a month")),
    "paid_imss": (N_("Paid by IMSS"), N_("million MXN a month")),
    "paid_firm": (N_("Paid by firms"), N_("million MXN a month")),
    "paid_municipality": (N_("Paid by the municipality"), N_("million MXN a month")),
    "paid_family": (N_("Paid by families"), N_("million MXN a month")),
    "capital": (N_("Building, all months together"), N_("million MXN")),
    "per_place": (N_("Running cost of a place"), N_("MXN a month")),
    "per_mother": (N_("Running cost for each more mother at work"), N_("MXN a month")),
    "per_formal": (N_("Running cost for each more mother in formal work"), N_("MXN a month")),
}
SCHEMES = {"imss": N_("IMSS scheme"), "empresa": N_("firms' scheme"), "campo": N_("farm scheme")}


def summary(scenarios: Sequence[Scenario], words: Words) -> Section:
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


def of_interval(scenario: Scenario, words: Words) -> str:
    if scenario.results.interval == "chance":
        said = words("The 90 % interval tells how far chance alone could move the mean; what is "
                     "not known of the parameters comes on top of it.")  # fmt: skip
    else:
        said = words("The 90 % interval tells where the effect would lie with other parameters "
                     "that fit the published figures as well, and other draws of "
                     "chance.")  # fmt: skip
    return tied(said)


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


def _steps(facts: Facts) -> dict[str, Number]:
    return {
        step: facts.number("cascade", "effect", 0, step=step)
        for step in STEPS
    } | {
        f"{step}_{end}": facts.number("cascade", end, 0, step=step)
        for step in ("work", "formal_work")
        for end in ("low", "high")
    }  # fmt: skip


def _of_size(facts: Facts, words: Words) -> Line:
    if not facts.has("size"):
        return ()
    text = words("The programme keeps {places} places open in the whole territory (90 % interval: "
                 "{low} to {high}), and {taken} children attend them.")  # fmt: skip
    ends = {name: facts.number("size", name, -1, step="offered") for name in ("low", "high")}
    return fill(
        text,
        places=facts.number("size", "effect", -1, step="offered"),
        taken=facts.number("size", "effect", -1, step="taken"),
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
    return fill(text, **_steps(facts))


def _of_cost(facts: Facts, words: Words) -> Line:
    if not facts.has("costs"):
        return ()
    low, high = (facts.value("costs", end, step="per_mother") for end in ("low", "high"))
    if isnan(low):  # no mother more at work, even at the best end of the interval
        text = words("The programme costs {running} million pesos a month to run; as the interval "
                     "of mothers at work holds no gain, no cost for each of them can be "
                     "told.")  # fmt: skip
        return fill(text, running=facts.number("costs", "effect", 1, step="running_cost"))
    text = (
        words("Each more mother at work costs {cost} pesos a month of running cost (90 % interval: "
              "{low} to {high}); the programme costs {running} million pesos a month to run.")
        if not isnan(high)
        else words("Each more mother at work costs {cost} pesos a month of running cost, at least "
                   "{low} and without an upper bound, as the interval of mothers at work holds "
                   "zero; the programme costs {running} million pesos a month to run.")
    )  # fmt: skip
    ends = {
        name: facts.number("costs", column, -2, step="per_mother")
        for name, column in (("cost", "effect"), ("low", "low"), ("high", "high"))
    }
    running = facts.number("costs", "effect", 1, step="running_cost")
    return fill(text, **ends, running=running)


def outcomes(scenario: Scenario, words: Words) -> Section:
    """Tell the outcomes over time."""
    facts, known = scenario.facts, catalogue()["measures"]
    rows = [
        _effect_row(
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


def titled(title: str, scenario: Scenario, words: Words) -> str:
    """Return a section's title, with the scenario's name where there are several."""
    short = words.of(scenario.results.short)
    alone = scenario.facts.name == ALONE
    return title if alone else f"{title} · {short}"


ALONE = "scenario"


def heading(name: str, words: Words) -> str:
    text = HEADINGS[name]
    return tied(words(text))


def headings(effect: str, words: Words) -> tuple[str, ...]:
    arms = ("baseline", "programme") if effect == "effect" else ()
    return tuple(heading(name, words) for name in (*arms, effect, "interval"))


def _effect_row(facts: Facts, table: str, first: Line, **key: Any) -> tuple[Line, ...]:
    numbers = facts.numbers(table, **key)
    order = ("baseline", "programme", "effect", "difference")
    interval = facts.interval(table, numbers["low"].decimals, **key)
    return row(*first, *(numbers[name] for name in order if name in numbers), interval)


def centres(scenario: Scenario, words: Words) -> Section:
    """Tell where and when centres open, and what follows their opening."""
    facts = scenario.facts
    rows = []
    if "centres" in facts.tables:
        for centre in facts.tables["centres"].to_dict("records"):
            key, scheme = {"name": centre["name"]}, SCHEMES[centre["scheme"]]
            rows.append(row(
                str(centre["name"]).replace("_", " "), words(scheme),
                words.month(centre["opened"]),
                facts.number("centres", "places", 0, **key),
                facts.number("centres", "occupancy", 0, **key),
                facts.number("centres", "replicates", 0, **key),
            ))  # fmt: skip
    heads = (words("Centre"), words("Scheme"), words("Opens (middle replicate)"),
                words("Places"), words("Occupancy, last twelve months (%)"),
                words("Replicates that open it (%)"))  # fmt: skip
    title = words("Centres that open in most replicates")
    table = Table(title, heads, tuple(rows))
    blocks = present([figures.centres(scenario, words), table, figures.place(scenario, words),
                      figures.event(scenario, words)])  # fmt: skip
    return Section(titled(words("Centres over time"), scenario, words), blocks)


def gains(scenario: Scenario, words: Words) -> Section:
    """Tell who gains."""
    facts, known = scenario.facts, catalogue()
    rows = [
        _effect_row(
            facts, "effects",
            (words.of(known["groups"][group]["label"]),
             words.of(known["measures"][measure]["label"])),
            window=LAST, measure=measure, group=group,
        )
        for measure in BY_GROUP
        for group in figures.traits(scenario)
        if facts.has("effects", window=LAST, measure=measure, group=group)
    ]  # fmt: skip
    title = words("Effect by group of mothers, last twelve months, in percentage points")
    first = (heading("group", words), heading("measure", words))
    table = Table(title, (*first, *headings("effect", words)), tuple(rows))
    blocks = present([figures.gains(scenario, words), table])
    return Section(titled(words("Who gains"), scenario, words), blocks)


def cascade(scenario: Scenario, words: Words) -> Section:
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
    steps = {step: words(label) for step, label in STEPS.items()}
    blocks = present([
        paragraph(text, **_steps(facts)), figures.cascade(scenario, steps, words),
        Table(words("From places to jobs, last twelve months"), heads, tuple(rows)),
    ])  # fmt: skip
    return Section(titled(words("From places to jobs"), scenario, words), blocks)


def costs(scenario: Scenario, words: Words) -> Section:
    """Tell what it costs, and by whom it is paid."""
    facts = scenario.facts
    if not facts.has("costs"):
        return Section("", ())
    rows = []
    for step, (label, unit) in COSTS.items():
        values = [facts.value("costs", name, step=step) for name in ("effect", "low", "high")]
        places = decimals(*values, digits=3)
        rows.append(row(words(label), words(unit),
                        facts.number("costs", "effect", places, step=step),
                        facts.interval("costs", places, step=step)))  # fmt: skip
    heads = (words("Cost"), words("Unit"), words("With less without the programme"),
                heading("interval", words))  # fmt: skip
    blocks = (
        Table(words("Cost of the programme, last twelve months, whole territory"), heads,
              tuple(rows)),
        paragraph(words(
            "In pesos of the prices in the configuration. The cost for each more mother at work is "
            "the running cost over the mothers at work who would not be; it holds no building, "
            "and counts neither what children gain nor taxes and contributions that come back. A "
            "dash stands for an end of an interval without bound."
        )),
    )  # fmt: skip
    return Section(titled(words("Cost"), scenario, words), blocks)


def comparison(scenarios: Sequence[Scenario], facts: Facts, words: Words) -> Section:
    """Tell scenarios apart: differences on common draws, and how likely each is best."""
    known = catalogue()

    def what(told: Any) -> Line:
        return (words.of(known["measures"][told["measure"]]["label"]),
                words.of(known["groups"][told["group"]]["label"]))  # fmt: skip

    rows = [
        _effect_row(
            facts, "differences", (told["scenario"], told["reference"], *what(told)),
            **{name: told[name] for name in
               ("scenario", "reference", "window", "measure", "group")},
        )
        for told in facts.tables["differences"].to_dict("records")
        if told["window"] == LAST
    ]  # fmt: skip
    best = []
    for told in facts.tables["ranking"].to_dict("records"):
        key = {name: told[name] for name in ("measure", "group", "scenario")}
        best.append(row(*what(told), facts.number("ranking", "rank", 0, **key), told["scenario"],
                        facts.number("ranking", "best", 0, **key)))  # fmt: skip
    changed = facts.tables["settings"]
    heads = {name: heading(name, words) for name in
             ("scenario", "reference", "measure", "group", "rank", "best", "lever")}  # fmt: skip
    common = all(common_draws(scenarios[0].results, other.results) for other in scenarios[1:])
    note = (
        words("Differences are taken replicate by replicate, on the same draws of chance.")
        if common
        else words(
            "Seeds or draws differ: scenarios are taken as independent, and intervals of "
            "differences are wider than on common draws."
        )
    )
    blocks = present([
        paragraph(note),
        figures.beside(scenarios, words),
        Table(words("Differences of effects, last twelve months"),
              (*(heads[name] for name in ("scenario", "reference", "measure", "group")),
               *headings("difference", words)), tuple(rows)),
        Table(words("How likely each scenario is the best, last twelve months"),
              tuple(heads[name] for name in ("measure", "group", "rank", "scenario", "best")),
              tuple(best)),
        Table(words("Settings in which the scenarios differ"),
              (heads["lever"], *map(str, changed.columns[1:])),
              tuple(row(*map(str, told)) for told in changed.itertuples(index=False))),
    ])  # fmt: skip
    return Section(words("Scenarios compared"), blocks)


def compared(scenarios: Sequence[Scenario], words: Words) -> Facts:
    """Return the tables that tell scenarios apart.

    Raises
    ------
    RefusedError
        If they share no measure, or only some hold the uncertainty of parameters.
    """
    given = [scenario.results for scenario in scenarios]
    names = [words.of(results.short) for results in given]
    of = shared([of_replicates(results) for results in given])
    common = all(common_draws(given[0], other) for other in given[1:])
    last = {name: one.xs(LAST, level="window") for name, one in zip(names, of, strict=True)}
    tables = {
        "differences": differences(given, of, names),
        "ranking": ranking(last, common=common),
        "settings": levers(given, names),
    }
    return Facts("comparison", tables, words)
