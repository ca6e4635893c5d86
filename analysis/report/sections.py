"""The sections of a report: words around numbers, and which figure and table stand where."""

from collections.abc import Sequence
from math import isinf, isnan
from typing import Any

from analysis.comparison import common_draws, differences, levers, ranking, shared
from analysis.comparison import effects as of_replicates
from analysis.costs import JOBS
from analysis.estimates import LAST, WINDOWS
from analysis.publish import HEADINGS, unit_of_effect
from analysis.report import figures
from analysis.report.document import (
    NONE,
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
from analysis.value import TITLES, called
from analysis.winners import CHANGES
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
    return fill(text, **_steps(facts))


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
    told = paragraph(words("When and where centres open, how they fill, and what follows the "
                           "opening of the first."))  # fmt: skip
    blocks = present([told, figures.centres(scenario, words), table, _sites(scenario, words),
                      figures.event(scenario, words)])  # fmt: skip
    return Section(titled(words("Centres over time"), scenario, words), blocks)


def _sites(scenario: Scenario, words: Words) -> Block | None:
    """Return the map, or why there is none."""
    if figures.is_country(scenario) or "sites" in scenario.facts.tables:
        return figures.sites(scenario, words)
    return paragraph(words("There is no map: these results have no centre, or were written by a "
                           "version that did not tell where centres stand; running that again "
                           "gives one."))  # fmt: skip


def gains(scenario: Scenario, words: Words) -> Section:
    """Tell who gains, who loses, and what becomes of incomes and poverty."""
    facts, known = scenario.facts, catalogue()
    if not facts.has("groups"):
        return Section("", ())
    told = facts.tables["groups"]
    measures = [name for name in BY_GROUP if facts.has("groups", measure=name)]
    rows = [
        row(words.of(known["groups"][group]["label"]),
            *(_gain(facts, measure=name, group=group) for name in measures))
        for group in told["group"].astype(str).drop_duplicates()
    ]  # fmt: skip
    title = words("Effect by group of mothers with its 90 % interval, last twelve months, in "
                  "percentage points")  # fmt: skip
    heads = (heading("group", words),
             *(words.of(known["measures"][name]["label"]) for name in measures))  # fmt: skip
    blocks = present([
        *_winners(scenario, words),
        figures.gains(scenario, words),
        Table(title, heads, tuple(rows)),
    ])  # fmt: skip
    return Section(titled(words("Who gains"), scenario, words), blocks)


def _gain(facts: Facts, **cell: Any) -> Line:
    """Return an effect with its interval, in one cell."""
    if not facts.has("groups", **cell):
        return (NONE,)
    numbers = facts.numbers("groups", **cell)
    interval = facts.interval("groups", numbers["low"].decimals, **cell)
    return (numbers["effect"], " (", *interval, ")")


def _winners(scenario: Scenario, words: Words) -> list[Block | None]:
    """Tell of two lives of each mother, where the folder does."""
    facts, known = scenario.facts, catalogue()
    if not facts.has("winners", change="work", group=MOTHERS):
        return []
    text = words(
        "Of every hundred mothers of a child under four {work_gained} are at work because of the "
        "programme and {work_lost} are not who would be without it; {formal_gained} gain formal "
        "work and {formal_lost} lose it. The household of {income_gained} earns more, that of "
        "{income_lost} less, by over a twentieth; nothing of the kind changes for the others."
    )
    shares = {
        f"{change}_{side}": facts.number(
            "winners", "share", 2, change=change, group=MOTHERS, side_of=side
        )
        for change in CHANGES
        for side in ("gained", "lost")
    }
    incomes = [
        _effect_row(
            facts, "incomes",
            (words.of(known["measures"][measure]["label"]),
             words.of(known["groups"][group]["label"]),
             unit_of_effect(words.of(known["measures"][measure]["unit"]), words)),
            measure=measure, group=group,
        )
        for measure, group in facts.tables["incomes"][["measure", "group"]].itertuples(index=False)
    ]  # fmt: skip
    title = words("Income, poverty and inequality, last twelve months")
    first = (heading("measure", words), heading("group", words), heading("unit_of_effect", words))
    return [
        paragraph(text, **shares),
        figures.winners(scenario, words),
        Table(title, (*first, *headings("effect", words)), tuple(incomes)),
    ]


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
    """Tell what it costs, who pays, and what for."""
    facts = scenario.facts
    if not facts.has("payers"):
        return Section("", ())
    names = called(words)
    unit = {key: tied(text) for key, text in names["unit"].items()}
    blocks = present([
        paragraph(words("Means of the last twelve months, with the programme less without it, "
                        "whole territory. A dash stands for what there is not: an estimate without "
                        "bounds, or an item that a payer does not have.")),
        figures.payers(scenario, words),
        _payers(facts, names, f"{words(TITLES['payers'])} ({unit['million']})", words),
        _jobs(facts, names, words),
        figures.costs(scenario, words),
        _per_job(facts, names, f"{words(TITLES['costs'])} ({unit['mxn']})", words),
        _of_firms(facts, names, words),
        paragraph(
            words("The cost of a building is spread over the {life} years that it serves, at a "
                  "real discount rate of {rate} a year."),
            life=facts.number("building", "value", 0, item="life"),
            rate=facts.number("building", "value", 2, item="rate"),
        ),
    ])  # fmt: skip
    return Section(titled(words("Cost"), scenario, words), blocks)


SHOWN = ("running", "building", "gain", "displaced", "net")
"""Parts of what each payer pays and gains that have a column."""


def _payers(facts: Facts, names: dict[str, dict[str, str]], title: str, words: Words) -> Table:
    """Return a table with a row for each payer; the interval is that of what it is left with."""
    rows = []
    for payer, label in names["payer"].items():
        net = {"payer": payer, "part": "net"}
        cells = [
            facts.number("payers", "effect", 2, payer=payer, part=part)
            if facts.has("payers", payer=payer, part=part) else NONE
            for part in SHOWN
        ]  # fmt: skip
        rows.append(row(label, *cells, facts.interval("payers", 2, **net)))
    heads = (heading("payer", words), *(names["part"][part] for part in SHOWN),
             words("90 % interval of cost less gain"))  # fmt: skip
    return Table(title, tuple(map(tied, heads)), tuple(rows))


def _jobs(facts: Facts, names: dict[str, dict[str, str]], words: Words) -> Table:
    labels = names["item"] | {key: words(job.label) for key, job in JOBS.items()}
    rows = []
    for told in facts.tables["jobs"].to_dict("records"):
        item, places = told["item"], decimals(told["low"], told["high"], digits=2)
        rows.append(row(labels[item], names["unit"][told["unit"]],
                        facts.number("jobs", "effect", places, sign=True, item=item),
                        facts.interval("jobs", places, item=item)))  # fmt: skip
    heads = tuple(heading(name, words) for name in ("item", "unit", "effect", "interval"))
    title = TITLES["jobs"]
    return Table(words(title), heads, tuple(rows))


def _per_job(facts: Facts, names: dict[str, dict[str, str]], title: str, words: Words) -> Table:
    """Return what a place, a child, and an additional mother employed cost."""
    labels = names["item"] | {key: words(JOBS[key].each) for key in PER_JOB}
    wanted = facts.tables["costs"]
    wanted = wanted[wanted["item"].isin(("place", "child", *PER_JOB))]
    rows = [
        _estimate(facts, (labels[item], names["side"][side]), item=item, side=side)
        for item, side in zip(wanted["item"], wanted["side"], strict=True)
    ]
    heads = tuple(heading(name, words) for name in ("item", "side", "estimate", "interval"))
    return Table(title, heads, tuple(rows))


def _of_firms(facts: Facts, names: dict[str, dict[str, str]], words: Words) -> Table:
    """Return what firms gain, and the share of their scheme at which they break even."""
    rows = []
    for part in ("output", "turnover"):
        key: dict[str, Any] = {"payer": "firm", "part": part}
        places = decimals(*(facts.value("payers", end, **key) for end in ("low", "high")), digits=2)
        rows.append(row(names["part"][part], names["unit"]["million"],
                        facts.number("payers", "effect", places, **key),
                        facts.interval("payers", places, **key)))  # fmt: skip
    for item in ("share_now", "break_even", "break_even_built"):
        if not isnan(facts.value("costs", "estimate", item=item)):
            rows.append(_estimate(facts, (names["item"][item], names["unit"]["percent"]),
                                  item=item))  # fmt: skip
    heads = tuple(heading(name, words) for name in ("item", "unit", "estimate", "interval"))
    return Table(words("What firms gain, and where they break even"), heads, tuple(rows))


def _estimate(facts: Facts, first: tuple[str, str], **cell: Any) -> tuple[Line, ...]:
    values = [facts.value("costs", name, **cell) for name in ("estimate", "low", "high")]
    places = decimals(*values, digits=2)
    told = NONE if isnan(values[0]) else facts.number("costs", "estimate", places, **cell)
    return row(*map(tied, first), told, facts.interval("costs", places, **cell))


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
