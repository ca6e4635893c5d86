"""Settings, runs and comparisons that tests share.

Hypothesis draws the same examples every time, so that CI is stable. To look for more, with fresh
examples: ``pytest tests/test_invariants.py --hypothesis-profile=search``.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from hydra import compose, initialize_config_dir

import configs
import sim.run
from sim.model import PoloModel
from sim.results import lives
from sim.results.accounts import ACCOUNTS, Ledger
from sim.results.lives import Lives
from sim.results.record import COUNTERS, GROUPS
from sim.results.tally import Tally
from sim.settings import Settings
from sim.unit import ARMS, Lived, Unit

hypothesis.settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    max_examples=100,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile(
    "search",
    deadline=None,
    max_examples=2000,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("steady")


@cache
def composed(overrides: tuple[str, ...]) -> Settings:
    """Return the checked settings of `+scenario=polo_norte` with overrides."""
    folder = str(Path(configs.__file__).resolve().parent)
    with initialize_config_dir(folder, version_base=None):
        return Settings.from_config(
            compose("config", overrides=["+scenario=polo_norte", *overrides])
        )


@pytest.fixture(scope="session")
def settings() -> Callable[..., Settings]:
    """Return a function from Hydra overrides to settings."""
    return lambda *overrides: composed(overrides)


@pytest.fixture(scope="session")
def more_places(settings) -> Callable[[float], list[str]]:
    """Return a function to the overrides that multiply the places of every announced centre."""
    announced = settings().polo.announced
    return lambda factor: [
        f"polo.announced.{name}.places={round(centre.places * factor)}"
        for name, centre in announced.items()
    ]


@pytest.fixture(scope="session", autouse=True)
def two_threads() -> None:
    """Use as many threads as there are, and keep Mesa's log quiet."""
    sim.run.use_threads(0)


def state_of(model: PoloModel) -> dict[str, np.ndarray]:
    """Return copies of every column of every table, and of what was recorded of the last month."""
    columns = {}
    for name, rows in model.tables.items():
        for column in rows.dtype.names or ("",):
            columns[f"{name}.{column}"] = np.array(rows[column] if column else rows)
    for name in model.now.dtype.names:
        columns[f"now.{name}"] = np.array(model.now[name])
    if model.history:
        last = model.history[-1]
        columns["month.people"] = last.people.copy()
        columns |= {f"month.firms.{name}": v.copy() for name, v in last.firms.items()}
        columns |= {f"month.centres.{name}": v.copy() for name, v in last.centres.items()}
    return columns


@pytest.fixture(scope="session")
def state() -> Callable[[PoloModel], dict[str, np.ndarray]]:
    """Return `state_of`."""
    return state_of


@pytest.fixture(scope="session")
def differing() -> Callable[[dict, dict], list[str]]:
    """Return a function that names the columns that are not the same, byte for byte."""

    def names(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> list[str]:
        assert one.keys() == other.keys()
        return [
            name
            for name in one
            if one[name].dtype != other[name].dtype
            or one[name].shape != other[name].shape
            or one[name].tobytes() != other[name].tobytes()
        ]

    return names


def fingerprint_of(model: PoloModel) -> str:
    """Return a hash of a model's tables and of all that was recorded."""
    digest = hashlib.sha256()
    for name, column in state_of(model).items():
        digest.update(name.encode())
        digest.update(column.tobytes())
    for month in model.history:
        for part in (month.people, *month.firms.values(), *month.centres.values()):
            digest.update(part.tobytes())
    return digest.hexdigest()


@pytest.fixture(scope="session")
def fingerprint() -> Callable[[PoloModel], str]:
    """Return `fingerprint_of`."""
    return fingerprint_of


def made_up_outcome(unit: Unit) -> dict[str, Lived]:
    """Return an outcome of the right form, its numbers drawn by the region and replicate alone."""
    settings = unit.settings
    rng = np.random.default_rng([*settings.polo.name.encode(), unit.replicate, 20260121])
    months = settings.burn_in + settings.months
    firm_names = ("posts", "vacancies", "other_workers", "staff")
    centre_names = ("open", "opened", *ACCOUNTS)
    count = round(settings.polo["guarderias"]) + len(settings.polo.announced) + 2
    schemes = rng.integers(0, 4, count).astype(np.int8)
    zones = rng.integers(0, settings.polo.zones.count, count).astype(np.int32)
    arms = {}
    for arm in ARMS:
        values = rng.integers(1, 50, (months, len(ACCOUNTS), count))
        month, centre = np.nonzero((values != 0).any(axis=1))
        arms[arm] = Lived(
            Tally(
                rng.integers(0, 10**6, (months, len(GROUPS), len(COUNTERS))),
                rng.integers(0, 10**4, (months, len(firm_names), 4)),
                rng.integers(0, 10**4, (months, len(centre_names), 4)),
                firm_names,
                centre_names,
            ),
            Ledger(
                month.astype(np.int32),
                centre.astype(np.int32),
                values[month, :, centre],
                schemes,
                zones,
            ),
            lives=made_up_lives(settings, rng),
        )
    return arms


def made_up_lives(settings: Settings, rng: np.random.Generator) -> Lives | None:
    """Return counts of mothers at as many looks as there would be."""
    every, last = settings.distribution.every, settings.burn_in + settings.months - 1
    if not every:
        return None
    months = np.arange(last, settings.burn_in - 1, -every)[::-1].copy()
    groups = len(lives.GROUPS) + settings.polo.zones.count
    return Lives(
        months,
        rng.integers(1, 10**4, (months.size, groups, len(lives.COUNTERS))),
        rng.integers(0, 10**3, (months.size, len(lives.EVERYBODY), lives.STEPS)),
    )


@pytest.fixture(scope="session")
def made_up() -> Callable[[Unit], dict[str, Lived]]:
    """Return `made_up_outcome`."""
    return made_up_outcome


@pytest.fixture(scope="session")
def country() -> Callable[[Settings, int], list[Settings]]:
    """Return a function to the settings of so many regions, the later ones smaller."""

    def regions(settings: Settings, count: int = 3) -> list[Settings]:
        polo = settings.polo
        women = polo.figures["women_15_49"]
        return [
            settings.model_copy(
                update={
                    "polo": polo.model_copy(
                        update={
                            "name": f"region_{n}",
                            "figures": polo.figures
                            | {
                                "women_15_49": women.model_copy(
                                    update={"value": women.value - 1000 * n}
                                )
                            },
                        }
                    )
                }
            )
            for n in range(count)
        ]

    return regions
