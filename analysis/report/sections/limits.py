"""What the results do not say."""

from analysis.report.document import Bullets, Line, Section, fill
from analysis.report.facts import Scenario
from analysis.report.sections.common import of_interval
from analysis.texts import Words


def section(scenario: Scenario, words: Words) -> Section:
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
