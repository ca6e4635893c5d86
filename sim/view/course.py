"""The course of a replicate: both arms lived in step, and what is shown of each month."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.agents.ceci import BUILDING, CAMPO, EMPRESA, GUARDERIA, IMSS, OPEN, PAPERWORK
from sim.agents.mother import CARE_AGE, NEVER, NOBODY
from sim.model import PoloModel
from sim.results.catalogue import catalogue
from sim.results.measures import Counts, measure
from sim.results.tally import Tally
from sim.run import use_threads
from sim.settings import Settings
from sim.trace.watch import centre_name, inside_new_centres, life
from sim.unit import ARMS, agents, live, months_simulated
from sim.view.work import Work

CURVES = (
    ("participation", "mothers_u4"),
    ("absence", "mothers_u4"),
    ("occupancy", "all_centres"),
    ("waiting_list", "all_centres"),
)
"""Measures and groups that are drawn."""

SHOWN = (PAPERWORK, BUILDING, OPEN)
"""Stages of the centres that are on the map."""
SCHEMES = {GUARDERIA: "guarderia", IMSS: "imss", EMPRESA: "empresa", CAMPO: "campo"}

ALONE = 60_000
"""Women up to whom one thread is faster than several, which would wait for each other."""
MOST_REACHED = 200


@dataclass(frozen=True)
class Centre:
    """A centre on the map; places and children as of the whole polo."""

    name: str
    place: int
    scheme: str
    open: bool
    places: float
    enrolled: float


@dataclass(frozen=True)
class Arm:
    """A month in one arm.

    Attributes
    ----------
    values : tuple of float
        Of the `CURVES`.
    in_care : ndarray of float, shape (zones,)
        Per cent of the children under four who have a place in a centre; NaN without any.
    jobs : ndarray of float, shape (places,)
        Workers of the firms, by place: zones, then parks.
    centres : tuple of Centre
    """

    values: tuple[float, ...]
    in_care: np.ndarray
    jobs: np.ndarray
    centres: tuple[Centre, ...]


Frame = dict[str, Arm]
"""A month, by arm."""


class Course(Work):
    """Both arms of a replicate, lived in the background.

    Parameters
    ----------
    ask : callable
        Returns the settings; called in the background, as composing takes a moment.
    replicate : int

    Attributes
    ----------
    settings : Settings or None
        None until they are composed.
    frames : list of dict of Arm
        The months lived since the arms parted.
    begun : threading.Event
        Set as soon as there is a month to show.
    reached : list of int
        Women whose children have entered a new centre, in that order; where the programme reaches
        no child, women whose lives differ at the end.
    """

    def __init__(self, ask: Callable[[], Settings], replicate: int) -> None:
        super().__init__()
        self._ask, self.replicate = ask, replicate
        self.settings: Settings | None = None
        self.frames: list[Frame] = []
        self.reached: list[int] = []
        self.begun = threading.Event()

    @property
    def ready(self) -> bool:
        """Whether there is something to show."""
        return self.begun.is_set()

    def prepare(self) -> None:
        """Compose the settings."""
        settings = self._ask()
        self.months = months_simulated(settings)
        self.settings = settings

    def run(self) -> None:
        """Live the burn-in once, then both arms month by month."""
        settings = self.settings
        assert settings is not None
        use_threads(threads_for(settings))
        baseline = PoloModel(settings, self.replicate, settings.plan.without_centres())
        live(baseline, settings.burn_in, self.tick)
        programme = baseline.fork(settings.plan)
        arms = dict(zip(ARMS, (baseline, programme), strict=True))
        for _ in range(settings.months):
            for model in arms.values():
                live(model, 1, self.tick)
            self.frames.append({arm: seen(model) for arm, model in arms.items()})
            self.begun.set()
            self._reach(inside_new_centres(programme))
        if not self.reached:
            differ = programme.tables["mothers"] != baseline.tables["mothers"]
            self._reach(np.flatnonzero(differ))

    def _reach(self, women: np.ndarray) -> None:
        room = MOST_REACHED - len(self.reached)
        new = [int(woman) for woman in women if int(woman) not in self.reached]
        self.reached += new[:room]


class Story(Work):
    """One woman's life in both arms of a course, lived again with a witness.

    Parameters
    ----------
    course : Course
    number : int or None
        Row of the woman; None for the first that the programme reaches.

    Attributes
    ----------
    life : Life or None
        None until it is lived.
    """

    def __init__(self, course: Course, number: int | None = None) -> None:
        super().__init__()
        self.course, self.number = course, number
        self.life: Any = None

    def prepare(self) -> None:
        """Wait for the course: its months come first, and it knows whom the programme reaches."""
        self.wait_for(lambda: self.course.done)
        if self.number is None and self.course.reached:
            self.number = self.course.reached[0]

    def run(self) -> None:
        """Live the woman's life."""
        settings = self.course.settings
        if settings is None or self.number is None or self.course.problem:
            return
        self.months = months_simulated(settings)
        use_threads(threads_for(settings))
        self.life = life(settings, self.course.replicate, self.number, self.tick)


def threads_for(settings: Settings) -> int:
    """Return the threads that are fastest for a polo of this size, 0 for all there are."""
    return settings.threads or int(agents(settings) <= ALONE)


def seen(model: PoloModel) -> Arm:
    """Return what is shown of the last month of a model."""
    return Arm(curve_values(model), in_care(model), jobs(model), tuple(centres(model)))


def curve_values(model: PoloModel) -> tuple[float, ...]:
    """Return the `CURVES` of the last month; children counted are as of the whole polo."""
    tally = Tally.of(model.history[-1:], model.tables["centres"].scheme)
    counts = Counts(tally, {}, model.settings.parameters)
    known = catalogue()["measures"]
    values = []
    for name, group in CURVES:
        whole = 1.0 if "denominator" in known[name] else 1.0 / model.settings.scale
        values.append(float(measure(counts.of[group], known[name])[-1]) * whole)
    return tuple(values)


def in_care(model: PoloModel) -> np.ndarray:
    """Return the share (%) of the young children of each zone who have a place in a centre."""
    children, homes = model.tables["children"], model.tables["households"].zone
    month = int(model.now["month"][0]) - 1
    young = (children.birth != NEVER) & (month - children.birth < CARE_AGE)
    placed = young & (children.centre != NOBODY)
    zones = model.polo.zones.count
    of_all, of_placed = (
        np.bincount(homes, which.sum(axis=1), minlength=zones)[:zones] for which in (young, placed)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(of_all > 0, 100.0 * of_placed / of_all, np.nan)


def jobs(model: PoloModel) -> np.ndarray:
    """Return the workers of the firms of each place, as of the whole polo."""
    firms = model.tables["firms"]
    places = model.polo.zones.count + len(model.polo.parks)
    workers = np.bincount(firms.zone, firms.staff + firms.others, minlength=places)
    return workers / model.settings.scale


def centres(model: PoloModel) -> list[Centre]:
    """Return the centres that are open or on their way."""
    t, scale = model.tables, model.settings.scale
    rows, places, enrolled = t["centres"], t["places"].sum(axis=1), t["enrolled"].sum(axis=1)
    return [
        Centre(
            centre_name(model, int(n)),
            int(rows.zone[n]),
            SCHEMES[int(rows.scheme[n])],
            bool(rows.open[n]),
            float(places[n]) / scale,
            float(enrolled[n]) / scale,
        )
        for n in np.flatnonzero(np.isin(rows.stage, SHOWN))
    ]
