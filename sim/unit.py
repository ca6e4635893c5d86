"""The unit of a run: a paired replicate of one region, a pure function with a content hash."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from traceback import extract_tb
from typing import Any, NamedTuple

from sim.core.sources import fingerprint_of_sources
from sim.model import PoloModel
from sim.results.accounts import Ledger
from sim.results.lives import Lives, Looks
from sim.results.panel import Interviews, Panel
from sim.results.tally import Tally
from sim.settings import Settings

ARMS = ("baseline", "programme")
DECIDING = ("mesa", "numba", "numpy", "scipy")
"""Packages whose version may move a number."""
NOT_IN_THE_NUMBERS = frozenset(
    {"executor", "output_dir", "replicates", "resume", "store", "threads"}
)
"""Keys of the settings that change no outcome."""


class Lived(NamedTuple):
    """What is kept of an arm of a unit."""

    tally: Tally
    ledger: Ledger
    panel: Panel = Panel({})
    lives: Lives | None = None


Outcome = dict[str, Lived]
"""What is kept of a unit, by arm: whole numbers alone."""


@dataclass(frozen=True)
class Unit:
    """A replicate of a region: what to simulate, and what its outcome is called.

    Attributes
    ----------
    settings : Settings
        Of the region in this replicate, see `Settings.of_replicate`.
    replicate : int
    key : str
        Hash of all that the outcome depends on but the version of the simulator.
    """

    settings: Settings
    replicate: int
    key: str

    @property
    def region(self) -> str:
        """The name of the region."""
        return self.settings.polo.name

    @property
    def size(self) -> float:
        """Women's months: how much work it is beside others."""
        return agents(self.settings) * months_simulated(self.settings)


def outcome(unit: Unit, tick: Callable[[], Any] | None = None) -> Outcome:
    """Simulate both arms of a unit; what they share is simulated once.

    Parameters
    ----------
    unit : Unit
    tick : callable, optional
        Called after each month simulated.
    """
    settings = unit.settings
    baseline = PoloModel(settings, unit.replicate, settings.plan.without_centres())
    interviews = Interviews(baseline)
    live(baseline, settings.burn_in, tick, interviews.ask)
    programme, same_women = baseline.fork(settings.plan), interviews.fork()
    looks = Looks(baseline)
    live(baseline, settings.months, tick, interviews.ask, looks.at_baseline)
    live(programme, settings.months, tick, same_women.ask, looks.at_programme)
    return {
        arm: Lived(
            Tally.of(model.history, model.tables["centres"].scheme),
            Ledger.of(model),
            asked.panel(),
            lives,
        )
        for arm, model, asked, lives in zip(
            ARMS, (baseline, programme), (interviews, same_women), looks.lives(), strict=True
        )
    }


def live(
    model: PoloModel,
    months: int,
    tick: Callable[[], Any] | None,
    *watch: Callable[[PoloModel], None],
) -> None:
    """Step a model for some months; after each let those who watch see it."""
    for _ in range(months):
        model.step()
        for see in watch:
            see(model)
        if tick is not None:
            tick()


def units(regions: list[Settings], replicates: int) -> list[list[Unit]]:
    """Return the units of a run: for each replicate those of every region, in order.

    Raises
    ------
    InputError
        If parameters are to be drawn and the posterior sample cannot be used.
    """
    parts = _Parts()

    def unit(region: Settings, replicate: int) -> Unit:
        settings = region.of_replicate(replicate)
        return Unit(settings, replicate, _sha256(f"{parts.hash_of(settings)} {replicate}"))

    return [[unit(region, replicate) for region in regions] for replicate in range(replicates)]


@cache
def fingerprint() -> str:
    """Return a hash of the simulator's version: its sources, and the packages that it counts on."""
    versions = [f"{name} {metadata.version(name)}" for name in DECIDING]
    return _sha256("\n".join((fingerprint_of_sources(), *versions)))


def cause(error: BaseException) -> str:
    """Say in one line what went wrong and where in the simulator, without any path of a machine."""
    home = Path(__file__).resolve().parent.parent
    where = ""
    for frame in extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(home / "sim") and path.name != "executor.py":
            where = f" ({path.relative_to(home).as_posix()}:{frame.lineno})"
    return f"{type(error).__name__}: {' '.join(str(error).split())}{where}"


def agents(settings: Settings) -> int:
    """Return the number of women simulated."""
    return max(1, round(settings.polo["women_15_49"] * settings.scale))


def months_simulated(settings: Settings) -> int:
    """Return the months that a unit simulates: burn-in once, then both arms."""
    return settings.burn_in + len(ARMS) * settings.months


class _Parts:
    """Hashes of settings, key by key; a value that regions share is hashed once."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, int], tuple[Any, str]] = {}

    def hash_of(self, settings: Settings) -> str:
        names = sorted(set(type(settings).model_fields) - NOT_IN_THE_NUMBERS)
        return _sha256("\n".join(f"{name} {self._part(settings, name)}" for name in names))

    def _part(self, settings: Settings, name: str) -> str:
        value = getattr(settings, name)
        place = name, id(value)
        if place not in self._seen:
            # The order of keys stays: it is that of the centres and parks, and decides numbers
            plain = settings.model_dump(mode="json", include={name})
            text = json.dumps(plain, separators=(",", ":"), allow_nan=False)
            self._seen[place] = value, _sha256(text)  # the value too, or its id may be used again
        return self._seen[place][1]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
