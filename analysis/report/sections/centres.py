"""Where and when centres open, and what follows their opening."""

from analysis.report import figures
from analysis.report.document import Block, Section, Table, paragraph, present, row
from analysis.report.facts import Scenario
from analysis.report.sections.common import titled
from analysis.texts import N_, Words

SCHEMES = {"imss": N_("IMSS scheme"), "empresa": N_("firms' scheme"), "campo": N_("farm scheme")}


def section(scenario: Scenario, words: Words) -> Section:
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
