"""The life of the mother who is followed, up to the month shown, in the words of a trace."""

from dataclasses import replace
from html import escape

from sim.trace.events import Life
from sim.trace.story import Teller
from sim.unit import ARMS
from sim.view.svg import tag

ROWS = 4
"""Rows of the story that are shown, the last ones."""


def until(life: Life, month: int) -> Life:
    """Return a life as it was known at the end of a month."""
    return replace(
        life,
        events=[event for event in life.events if event.month <= month],
        pages={arm: [p for p in pages if p.month <= month] for arm, pages in life.pages.items()},
    )


def diary(life: Life, month: int, lang: str) -> str:
    """Return who she is, and for each arm where she stands and what happened last, as HTML.

    Parameters
    ----------
    life : Life
    month : int
        Counted from the first month in which the arms may differ.
    lang : {"es", "en"}
    """
    teller = Teller(until(life, life.burn_in + month), lang)
    head = "".join(tag("p", escape(line), class_="portrait") for line in teller.head())
    arms = "".join(_arm(teller, arm) for arm in ARMS)
    return head + tag("div", arms, class_="lives")


def home_of(life: Life) -> int:
    """Return the zone in which she lives."""
    return int(life.portrait["zone"])


def _arm(teller: Teller, arm: str) -> str:
    life, words = teller.life, teller.words
    last = life.pages[arm][-1].month
    work, care = teller.stands(arm)
    rows = teller.rows(arm, range(life.burn_in, last + 1))[-ROWS:]
    stands = [(words["rows"]["work"], work), (words["rows"]["care"], care)]
    now = "".join(tag("div", tag("b", escape(f"{name}: ")) + escape(said)) for name, said in stands)
    told = "".join(tag("dt", escape(when)) + tag("dd", escape(said)) for when, said in rows)
    title = f"{words[arm]}, {teller.date(last)}"
    return tag("section", tag("h4", escape(title)) + now + tag("dl", told), class_=arm)
