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
    Code,
    Line,
    Run,
    Section,
    Table,
    fill,
    paragraph,
    present,
)
from analysis.report.evidence import POLO, described
from analysis.report.facts import BY_GROUP, MOTHERS, OUTCOMES, Facts, Scenario
from analysis.report.run import command
from analysis.results import LEVERS
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
CHOICES = {
    "polo": N_("Polo"),
    "rollout": N_("Programme"),
    "outreach": N_("How firms come to know"),
    "assistance": N_("Assistance to firms"),
    "siting": N_("Where centres go"),
    "access": N_("Who may enter"),
    "opens": N_("Opening hours"),
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
                _outcome(facts, "formal_employment", words("In formal employment are {programme} "
                    "of every hundred with the programme and {baseline} without it: a difference "
                    "of {effect} percentage points (90 % interval: {low} to {high})."), words),
                _outcome(facts, "absence", words("Of every hundred scheduled work days they miss "
                    "{programme} with the programme and {baseline} without it: a difference of "
                    "{effect} (90 % interval: {low} to {high})."), words),
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
        kind=_kind(first, words),
    ))  # fmt: skip
    return Section(words("Summary"), present(blocks))


def _kind(scenario: Scenario, words: Words) -> str:
    if scenario.results.interval == "chance":
        return words("The 90 % interval tells how far chance alone could move the mean; what is "
                     "not known of the parameters comes on top of it.")  # fmt: skip
    return words("The 90 % interval tells where the effect would lie with other parameters that "
                 "fit the published figures as well, and other draws of chance.")  # fmt: skip


def _outcome(facts: Facts, measure: str, text: str, words: Words) -> Line:
    row = {"window": LAST, "measure": measure, "group": MOTHERS}
    if not facts.has("effects", **row):
        return ()
    numbers = facts.numbers("effects", **row)
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


def _steps(facts: Facts) -> dict[str, Run]:
    return {
        step: facts.number("cascade", "effect", 0, step=step)
        for step in STEPS
    } | {
        f"{step}_{end}": facts.number("cascade", end, 0, step=step)
        for step in ("work", "formal_work")
        for end in ("low", "high")
    }  # fmt: skip


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
    first = (_heading("measure", words), _heading("window", words),
             _heading("unit_of_effect", words))  # fmt: skip
    return Section(
        _titled(words("What changes, and when"), scenario, words),
        present([
            figures.levels(scenario, words), figures.effects(scenario, words),
            Table(title, (*first, *_headings("effect", words)), tuple(rows)) if rows else None,
        ]),
    )  # fmt: skip


def _titled(title: str, scenario: Scenario, words: Words) -> str:
    """Return a section's title, with the scenario's name where there are several."""
    short = words.of(scenario.results.short)
    alone = scenario.facts.name == ALONE
    return title if alone else f"{title} · {short}"


ALONE = "scenario"


def _heading(name: str, words: Words) -> str:
    text = HEADINGS[name]
    return words(text)


def _headings(effect: str, words: Words) -> tuple[str, ...]:
    arms = ("baseline", "programme") if effect == "effect" else ()
    return tuple(_heading(name, words) for name in (*arms, effect, "low", "high"))


def _effect_row(facts: Facts, table: str, first: Line, **row: Any) -> Line:
    numbers = facts.numbers(table, **row)
    order = ("baseline", "programme", "effect", "difference", "low", "high")
    return (*first, *(numbers[name] for name in order if name in numbers))


def centres(scenario: Scenario, words: Words) -> Section:
    """Tell where and when centres open, and what follows their opening."""
    facts = scenario.facts
    rows = []
    if "centres" in facts.tables:
        for row in facts.tables["centres"].to_dict("records"):
            key = {"name": row["name"]}
            rows.append((
                str(row["name"]).replace("_", " "), words(SCHEMES.get(row["scheme"], "{scheme}"))
                .replace("{scheme}", row["scheme"]),
                words.month(row["opened"]),
                facts.number("centres", "places", 0, **key),
                facts.number("centres", "occupancy", 0, **key),
                facts.number("centres", "replicates", 0, **key),
            ))  # fmt: skip
    headings = (words("Centre"), words("Scheme"), words("Opens (middle replicate)"),
                words("Places"), words("Occupancy, last twelve months (%)"),
                words("Replicates that open it (%)"))  # fmt: skip
    title = words("Centres that open in most replicates")
    table = Table(title, headings, tuple(rows)) if rows else None
    blocks = present([figures.centres(scenario, words), table, figures.place(scenario, words),
                      figures.event(scenario, words)])  # fmt: skip
    return Section(_titled(words("Centres over time"), scenario, words), blocks)


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
    first = (_heading("group", words), _heading("measure", words))
    table = Table(title, (*first, *_headings("effect", words)), tuple(rows)) if rows else None
    blocks = present([figures.gains(scenario, words), table])
    return Section(_titled(words("Who gains"), scenario, words), blocks)


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
        (words(label), *(facts.number("cascade", name, 1, step=step)
                         for name in ("effect", "low", "high")))
        for step, label in STEPS.items()
    ]  # fmt: skip
    headings = (words("Step"), words("For each hundred places"), *_headings("effect", words)[3:])
    steps = {step: words(label) for step, label in STEPS.items()}
    blocks = present([
        paragraph(text, **_steps(facts)), figures.cascade(scenario, steps, words),
        Table(words("From places to jobs, last twelve months"), headings, tuple(rows)),
    ])  # fmt: skip
    return Section(_titled(words("From places to jobs"), scenario, words), blocks)


def costs(scenario: Scenario, words: Words) -> Section:
    """Tell what it costs, and by whom it is paid."""
    facts = scenario.facts
    if not facts.has("costs"):
        return Section("", ())
    rows = []
    for step, (label, unit) in COSTS.items():
        values = [facts.value("costs", name, step=step) for name in ("effect", "low", "high")]
        places = decimals(*values, digits=3)
        rows.append((words(label), words(unit), *(
            facts.number("costs", name, places, step=step) for name in ("effect", "low", "high")
        )))  # fmt: skip
    headings = (words("Cost"), words("Unit"), words("With less without the programme"),
                *_headings("effect", words)[3:])  # fmt: skip
    blocks = (
        Table(words("Cost of the programme, last twelve months, whole polo"), headings,
              tuple(rows)),
        paragraph(words(
            "In pesos of the prices in the configuration. The cost for each more mother at work is "
            "the running cost over the mothers at work who would not be; it holds no building, "
            "and counts neither what children gain nor taxes and contributions that come back. A "
            "dash stands for an end of an interval without bound."
        )),
    )  # fmt: skip
    return Section(_titled(words("Cost"), scenario, words), blocks)


def comparison(scenarios: Sequence[Scenario], facts: Facts, words: Words) -> Section:
    """Tell scenarios apart: differences on common draws, and how likely each is best."""
    known = catalogue()

    def cell(row: Any) -> Line:
        return (words.of(known["measures"][row["measure"]]["label"]),
                words.of(known["groups"][row["group"]]["label"]))  # fmt: skip

    rows = []
    for row in facts.tables["differences"].to_dict("records"):
        if row["window"] == LAST:
            key = {
                name: row[name] for name in ("scenario", "reference", "window", "measure", "group")
            }
            first = (row["scenario"], row["reference"], *cell(row))
            rows.append(_effect_row(facts, "differences", first, **key))
    best = []
    for row in facts.tables["ranking"].to_dict("records"):
        key = {name: row[name] for name in ("measure", "group", "scenario")}
        best.append((*cell(row), facts.number("ranking", "rank", 0, **key), row["scenario"],
                     facts.number("ranking", "best", 0, **key)))  # fmt: skip
    changed = facts.tables["settings"]
    heads = {name: _heading(name, words) for name in
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
               *_headings("difference", words)), tuple(rows)),
        Table(words("How likely each scenario is the best, last twelve months"),
              tuple(heads[name] for name in ("measure", "group", "rank", "scenario", "best")),
              tuple(best)),
        Table(words("Settings in which the scenarios differ"),
              (heads["lever"], *map(str, changed.columns[1:])),
              tuple(tuple(map(str, row)) for row in changed.itertuples(index=False))),
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


def assumptions(scenario: Scenario, words: Words) -> Section:
    """Tell the choices of the scenario, and what is assumed for want of a source."""
    facts, config = scenario.facts, scenario.results.config
    chosen = [
        (words(label), words.of(config[name].get("label") or config[name].get("name", "–")))
        for name, label in CHOICES.items()
        if name in LEVERS and isinstance(config.get(name), dict)
    ]
    blocks: list[Block | None] = [
        Table(words("Choices of the scenario"), (words("Choice"), words("Taken")), tuple(chosen))
    ]
    if "assumptions" in facts.tables:
        blocks += [
            paragraph(words(
                "No source was found for these parameters. Their values are assumed within the "
                "bounds shown; sources of all others are in the configuration of the run."
            )),
            Table(
                words("Parameters that are assumed"),
                (words("Parameter"), words("Unit"), words("Value"), words("Lowest"),
                 words("Highest")),
                tuple(_assumed(facts, row, words) for row in
                      facts.tables["assumptions"].to_dict("records")),
            ),
        ]  # fmt: skip
    return Section(_titled(words("Assumptions"), scenario, words), present(blocks))


def _assumed(facts: Facts, row: Any, words: Words) -> Line:
    places = max(_exact(row[name]) for name in ("value", "low", "high"))
    return (
        row[words.lang], words(str(row["unit"])),
        *(facts.number("assumptions", name, places, key=row["key"])
          for name in ("value", "low", "high")),
    )  # fmt: skip


def _exact(value: float) -> int:
    """Return how many decimals a value is written with."""
    return len(f"{value:.6f}".rstrip("0").partition(".")[2])


def validation(scenario: Scenario, words: Words) -> Section:
    """Tell how the simulator does against published figures."""
    facts = scenario.facts
    if not {"moments", "studies"} <= set(facts.tables):
        text = words("The tables of validation are not part of this installation; they are in "
                     "docs/validation.md of the project.")  # fmt: skip
        return Section(words("Validation"), (paragraph(text),))
    here = scenario.results.config.get("polo", {}).get("name") == POLO
    count = {
        key: facts.number("fit", "value", 0, key=key)
        for key in ("moments", "moments_inside", "studies", "studies_inside")
    }
    blocks: list[Block] = [
        paragraph(words(
            "Without the programme the simulator is held against {moments} published levels and "
            "flows of Ciudad Juárez: {moments_inside} are inside their tolerance. Of {studies} "
            "published results on childcare that it was not fitted to, its interval agrees with "
            "{studies_inside}."
        ), **count),
    ]  # fmt: skip
    if not here:
        blocks.append(paragraph(words(
            "These figures are of Ciudad Juárez. For the place of this report there is no such "
            "check."
        )))  # fmt: skip
    blocks += [_moments(facts, words), _studies(facts, words)]
    return Section(words("Validation"), tuple(blocks))


def _moments(facts: Facts, words: Words) -> Table:
    known, named, rows = catalogue()["measures"], described(), []
    for row in facts.tables["moments"].to_dict("records"):
        if row["moment"] not in named:
            continue
        told, key = named[row["moment"]], {"moment": row["moment"]}
        places = decimals(row["published"], row["simulated"], digits=3)
        rows.append((
            words.of(told["label"]), words.of(known[told["measure"]]["unit"]),
            *(facts.number("moments", name, places, **key)
              for name in ("published", "tolerance", "simulated", "low", "high")),
            words("yes") if row["inside"] else words("no"),
        ))  # fmt: skip
    headings = (words("Figure"), words("Unit"), words("Published"), words("Tolerance"),
                words("Simulated"), *_headings("effect", words)[3:], words("Inside"))  # fmt: skip
    return Table(words("Published levels and flows, and the simulator's"), headings, tuple(rows))


def _studies(facts: Facts, words: Words) -> Table:
    rows = []
    for row in facts.tables["studies"].to_dict("records"):
        key = {"study": row["study"], "result": row["result"]}
        places = decimals(row["published"], row["estimate"], digits=2)
        rows.append((
            row[f"label_{words.lang}"], words(str(row["unit"])),
            *(facts.number("studies", name, places, **key)
              for name in ("published", "low", "high", "estimate", "estimate_low",
                           "estimate_high")),
            words("yes") if row["inside"] else words("no"),
        ))  # fmt: skip
    headings = (
        words("Study"), words("Unit"), words("Published"), words("Published, low end"),
        words("Published, high end"), words("Simulated"), *_headings("effect", words)[3:],
        words("Inside"),
    )  # fmt: skip
    return Table(words("Published studies, repeated inside the simulator"), headings, tuple(rows))


def limits(scenario: Scenario, words: Words) -> Section:
    """Tell what the results do not say."""
    facts = scenario.facts
    items: list[Line] = [
        fill(words(
            "These are results of a simulation, not of an evaluation: no effect of the programme "
            "has been observed yet. Decisions should be revised when the first centres have been "
            "evaluated."
        )),
        (_kind(scenario, words),),
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
            words("One in {one_in} women of the polo was simulated. Costs and places of the whole "
                  "polo are those of this share made larger; figures of centres over time are of "
                  "the share itself."),
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
            blocks += [paragraph(words("This command gives the same numbers on any machine:")),
                       Code(line)]  # fmt: skip
        blocks.append(_fingerprint(scenario, words))
    return Section(words("How to reproduce it"), tuple(blocks))


def _fingerprint(scenario: Scenario, words: Words) -> Table:
    """Return what tells this run from any other."""
    manifest, facts = scenario.results.manifest, scenario.facts
    project = manifest.get("project", {})
    rows: list[Line] = [
        (words("Program"), " ".join(str(project[k]) for k in ("name", "version") if k in project)),
        (words("Code (SHA-256)"), str(manifest.get("units", {}).get("version", "–"))),
        (words("Started"), str(manifest.get("started", "–"))),
        *((words(label), facts.number("run", "value", places, key=key))
          for key, label, places in RUN if facts.has("run", key=key)),
        *((f"{name} (SHA-256)", str(digest))
          for name, digest in manifest.get("results", {}).items() if "/" not in name),
    ]  # fmt: skip
    return Table(words("Fingerprint of the run"), (words("What"), words("Value")), tuple(rows))


RUN = (
    ("seed", N_("Seed"), 0),
    ("replicates_done", N_("Replicates"), 0),
    ("months", N_("Months simulated"), 0),
    ("burn_in", N_("Months before them, for the polo to settle"), 0),
    ("scale", N_("Share of women simulated"), 2),
)
