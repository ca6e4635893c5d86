"""A panel of women as a survey would have it: who is asked, what is noted, and its table."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.agents.mother import FORMAL, NOBODY
from sim.model import PoloModel
from sim.population.quotas import lots, smallest
from sim.programme.calendar import first_days, months_of
from sim.programme.centres import new_and_open
from sim.purposes import PANEL
from sim.results.persons import COUNTED, NUMBERS, TRUTHS, WORDS, People
from sim.settings import Settings

NEVER = 30_000
"""Month of what did not happen: no centre opened near, or at the firm."""
NOWHERE = 1_000_000
"""Metres to the nearest new centre while there is none."""


@dataclass(frozen=True)
class Panel:
    """What was noted of the women of a panel in an arm.

    Attributes
    ----------
    columns : mapping of str to ndarray of int, shape (interviews, women)
        None where nobody was asked. Words are noted by their place in `sim.results.persons.WORDS`,
        and months are counted from the first month of burn-in.
    """

    columns: Mapping[str, np.ndarray]


def _code(trait: str) -> Callable[[People], np.ndarray]:
    words, read = WORDS[trait]
    return lambda o: (read(o)[:, None] == np.array(words)).argmax(axis=1)


def _lost(people: People) -> np.ndarray:
    m = people.mothers
    return m.lost_own.astype(int) + m.lost_child + m.lost_care + m.lost_other


def _opened_at_firm(people: People) -> np.ndarray:
    """Return the month in which the centre of a woman's firm opened, `NEVER` if it has none."""
    tables = people.model.tables
    centre_of = np.append(tables["firms"].centre, NOBODY)  # the last is of who has no firm
    opening = np.append(tables["centres"].opening, NEVER)
    return opening[centre_of[people.mothers.firm]]


NOTED: dict[str, Callable[[People], np.ndarray]] = {
    "age": NUMBERS["age"],
    "schooling": _code("schooling"),
    "partner": TRUTHS["partner"],
    "grandmother": _code("grandmother"),
    "children": NUMBERS["children"],
    "youngest_child": NUMBERS["youngest_child"],
    "zone": lambda o: o.households.zone,
    "status": _code("status"),
    "sector": _code("sector"),
    "hours": NUMBERS["hours"],
    "earnings": COUNTED["earnings"],
    "work_days": lambda o: o.mothers.scheduled,
    "absence_days": _lost,
    "care": _code("care"),
    "uses_centre": TRUTHS["in_centre"],
    "opened_at_firm": _opened_at_firm,
}
"""What a woman is asked, by column, as whole numbers."""


class Interviews:
    """Asks the same women month after month; nothing of a model is changed by it.

    Parameters
    ----------
    model : PoloModel
        Before its first month; whom to ask, and how often, is in the `panel` of its settings.
    """

    def __init__(self, model: PoloModel) -> None:
        settings = model.settings
        self.options = settings.panel
        size = model.tables["mothers"].size if self.options.women else 0
        lot = lots(settings.seed, model.replicate, size, PANEL)[:, 0]
        self.rows = np.flatnonzero(smallest(self.options.women, lot))
        self._births = model.tables["mothers"].birth[self.rows]
        self._turns = np.zeros(self.rows.size, np.int64)
        self._opened_near = np.full(model.polo.zones.count, NEVER)
        self._metres = np.full(model.polo.zones.count, NOWHERE)
        self._months: list[int] = []
        self._answers: list[dict[str, np.ndarray]] = []

    def fork(self) -> "Interviews":
        """Return interviews that go on with the same women in another arm."""
        twin = copy(self)
        twin._months, twin._answers = list(self._months), list(self._answers)
        return twin

    def ask(self, model: PoloModel) -> None:
        """Note what is open this month; ask the women if it is a month of interviews."""
        if not self.rows.size:
            return
        self._see_what_is_open(model)
        month = int(model.now["month"][0]) - 1  # the month that was stepped
        if (model.first_month + month) % self.options.every:
            return
        people = People(model, self.rows)
        # A girl of 15 who takes the row of a woman of 50 is somebody else
        self._turns = self._turns + (people.mothers.birth != self._births)
        self._births = people.mothers.birth.copy()
        answers = {name: np.asarray(read(people), np.int32) for name, read in NOTED.items()}
        answers["metres"] = self._metres[answers["zone"]]
        answers["woman"] = self.rows + self._turns * model.tables["mothers"].size
        self._months.append(month)
        self._answers.append(answers)

    def panel(self) -> Panel:
        """Return all answers, with the month in which a new centre first opened near each woman."""
        if not self._answers:
            return Panel({})
        columns = {
            name: np.array([answers[name] for answers in self._answers])
            for name in self._answers[0]
        }
        columns["opened_near"] = self._opened_near[columns["zone"]]
        columns["month"] = np.repeat(np.array(self._months)[:, None], self.rows.size, axis=1)
        return Panel(columns)

    def _see_what_is_open(self, model: PoloModel) -> None:
        """Note how far each zone is from the nearest new centre, and when one first was near."""
        new = new_and_open(model.tables["centres"])
        metres = np.round(1000 * model.distance[: self._metres.size, new.zone]).astype(np.int64)
        self._metres = metres.min(axis=1, initial=NOWHERE)
        opening = np.where(metres <= 1000 * self.options.near_km, new.opening, NEVER)
        self._opened_near = np.minimum(self._opened_near, opening.min(axis=1, initial=NEVER))


def panel_frame(panel: Panel, settings: Settings, arm: str, replicate: int) -> pd.DataFrame:
    """Return the panel of one arm of one replicate of a region as a survey's table.

    Parameters
    ----------
    panel : Panel
        Not empty.
    settings : Settings
        Of the region.
    arm : str
    replicate : int

    Returns
    -------
    DataFrame
        One row for each woman and interview, see ``docs/panel.md``: scenario, region, arm,
        replicate, woman, month (first day), and what she was asked. Months in which a centre opened
        are null where none did; so are the way to one while none is open, and the age of a
        youngest child where there is none.
    """
    told = {name: column.ravel() for name, column in panel.columns.items()}
    rows = told["woman"].size
    first = months_of(settings.agreement_start) - settings.burn_in

    def word(name: str) -> Any:
        return pd.Categorical.from_codes(told[name], categories=pd.Index(WORDS[name][0]))

    def label(text: str) -> Any:
        return pd.Categorical([text]).repeat(rows)

    return pd.DataFrame(
        {
            "scenario": label(settings.name),
            "region": label(settings.polo.name),
            "arm": label(arm),
            "replicate": np.full(rows, replicate, np.int32),
            "woman": told["woman"].astype(np.int64),
            "month": _date(told["month"], first),
            "age": told["age"].astype(np.int16),
            "schooling": word("schooling"),
            "partner": told["partner"].astype(bool),
            "grandmother": word("grandmother"),
            "children": told["children"].astype(np.int16),
            "youngest_child_months": pd.Series(told["youngest_child"], dtype="Int16").mask(
                told["youngest_child"] < 0
            ),
            "zone": told["zone"].astype(np.int16),
            "status": word("status"),
            "formal": told["status"] == FORMAL,
            "sector": word("sector"),
            "hours": told["hours"].astype(np.int16),
            "earnings": told["earnings"].astype(np.int32),
            "work_days": told["work_days"].astype(np.int16),
            "absence_days": told["absence_days"].astype(np.int16),
            "care": word("care"),
            "uses_centre": told["uses_centre"].astype(bool),
            "centre_km": pd.Series(told["metres"] / 1000).mask(told["metres"] == NOWHERE),
            "opened_near": _date(told["opened_near"], first),
            "opened_at_firm": _date(told["opened_at_firm"], first),
        }
    )


def _date(months: np.ndarray, first: int) -> np.ndarray:
    """Return first days of months counted from `first`, a month of the Christian era."""
    days = first_days(first + months)
    days[months == NEVER] = np.datetime64("NaT", "D")
    return days
