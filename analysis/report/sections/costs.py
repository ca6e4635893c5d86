"""What it costs, who pays, and what for."""

from math import isnan
from typing import Any

from analysis.costs import JOBS
from analysis.report import figures
from analysis.report.document import NONE, Line, Section, Table, paragraph, present, row, tied
from analysis.report.facts import Facts, Scenario
from analysis.report.sections.common import heading, titled
from analysis.report.sections.summary import PER_JOB
from analysis.texts import Words
from analysis.value import TITLES, called
from sim.results.console import decimals

SHOWN = ("running", "building", "gain", "displaced", "net")
"""Parts of what each payer pays and gains that have a column."""


def section(scenario: Scenario, words: Words) -> Section:
    """Tell what it costs, who pays, and what for."""
    facts = scenario.facts
    if not facts.has("payers"):
        return Section("", ())
    names = called(words)
    unit = {key: tied(text) for key, text in names["unit"].items()}
    title = {name: words(text) for name, text in TITLES.items()}
    blocks = present([
        paragraph(words("Means of the last twelve months, with the programme less without it, "
                        "whole territory. A dash stands for what there is not: an estimate without "
                        "bounds, or an item that a payer does not have.")),
        figures.payers(scenario, words),
        _payers(facts, names, f"{title['payers']} ({unit['million']})", words),
        _jobs(facts, names, words),
        figures.costs(scenario, words),
        _per_job(facts, names, f"{title['costs']} ({unit['mxn']})", words),
        _of_firms(facts, names, words),
        paragraph(
            words("The cost of a building is spread over the {life} years that it serves, at a "
                  "real discount rate of {rate} a year."),
            life=facts.number("building", "value", 0, item="life"),
            rate=facts.number("building", "value", 2, item="rate"),
        ),
    ])  # fmt: skip
    return Section(titled(words("Cost"), scenario, words), blocks)


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
