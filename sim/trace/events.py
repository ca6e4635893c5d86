"""What happened to her: events, pages of a diary, what she compared and saw, and both lives."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sim.agents.mother import NOBODY
from sim.unit import ARMS

SHARED = "both"
"""The arm of events before the arms part: the burn-in."""


class Moment(NamedTuple):
    """Copies of her rows: what rules read as a mother, her children and her household."""

    mother: Any
    children: Any
    household: Any


@dataclass(frozen=True)
class Event:
    """Something that happened to her.

    Attributes
    ----------
    month : int
        Counted from the first month of burn-in.
    arm : str
        `SHARED`, or one of `sim.unit.ARMS`.
    kind : str
        What happened, such as ``"birth"`` or ``"admitted"``.
    details : dict
        Plain numbers and names, by what they are.
    """

    month: int
    arm: str
    kind: str
    details: dict[str, Any]


@dataclass(frozen=True)
class Page:
    """A month of her diary: the days as worked, and where she stands at the end of it."""

    month: int
    arm: str
    status: int
    kind: int
    firm: int
    sector: int
    seeks: int
    at_work: bool
    formal: bool
    pay: int
    scheduled: int
    lost: tuple[int, int, int, int]
    cares: tuple[int | str, ...]


@dataclass(frozen=True)
class Option:
    """A way to work and be cared for that she compared; `waits` if there was no free place yet."""

    kind: int
    firm: int
    care: int
    centre: int
    value: float
    km: float = 0.0
    price: float = 0.0
    waits: bool = False
    need: int = 0
    name: str = ""
    sector: int = NOBODY


@dataclass(frozen=True)
class Look:
    """A centre that she looked at for a kind of work, and what she found.

    `verdict` is ``fits``, or why there is no place in it for her: ``late`` and ``early`` (hours),
    ``room``, ``staff``, ``farm``, ``insured``, ``closed``. Clock times are minutes after midnight.
    """

    name: str
    centre: int
    verdict: str
    km: float
    price: float = 0.0
    age: int = 0
    opens: int = 0
    closes: int = 0
    starts: int = 0
    ends: int = 0
    minutes: int = 0


@dataclass(frozen=True)
class Life:
    """A woman's life in both arms.

    Attributes
    ----------
    number, replicate, women : int
        Who she is, of how many.
    name : dict
        Title of the scenario, by language.
    first_month, burn_in : int
        First month, as months of the Christian era, and months before the arms may part.
    portrait : dict
        Who she is in the first month.
    events : list of Event
    pages : dict of list of Page
        Her diary, by arm (and `SHARED`).
    """

    number: int
    replicate: int
    women: int
    name: dict[str, str]
    first_month: int
    burn_in: int
    portrait: dict[str, Any]
    events: list[Event]
    pages: dict[str, list[Page]]

    def of(self, arm: str, month: int) -> tuple[list[tuple[str, dict[str, Any]]], tuple[Any, ...]]:
        """Return what an arm holds of a month, without the arm's name, so that arms compare."""
        events = [(e.kind, e.details) for e in self.events if (e.arm, e.month) == (arm, month)]
        page = next(p for p in self.pages[arm] if p.month == month)
        values = tuple(getattr(page, name) for name in Page.__dataclass_fields__ if name != "arm")
        return events, values

    def gist(self, arm: str, month: int) -> tuple[Any, ...]:
        """Return what of a month makes a difference to her: not how much a wage offer moved."""
        events, values = self.of(arm, month)
        fields = [name for name in Page.__dataclass_fields__ if name != "arm"]
        page = {k: v for k, v in zip(fields, values, strict=True) if k != "pay"}
        return [(kind, _gist(details)) for kind, details in events], page

    def parting(self) -> int | None:
        """Return the first month in which the arms differ by more than pay, None if they never do.

        See `gist`.
        """
        for page in self.pages[ARMS[0]]:
            if self.gist(ARMS[0], page.month) != self.gist(ARMS[1], page.month):
                return page.month
        return None


OF_THE_MARKET = {"pay", "hazard", "vacancies", "applicants", "hires", "places", "looks", "options"}
"""Details of events that move with firms and centres before anything happens to her."""


def _gist(details: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in details.items() if name not in OF_THE_MARKET}
    if "options" in details:
        best = details["options"][0]
        kept["best"] = (best.kind, best.firm, best.care, best.centre, best.waits)
    return kept
