"""The name of a unit says all that its outcome depends on, and nothing else."""

import time

import pytest

import sim.unit
from sim.settings import Executor
from sim.unit import NOT_IN_THE_NUMBERS, cause, fingerprint, units


def keys(settings, replicates=2):
    """Return the keys of the units of one region."""
    return [unit.key for (unit,) in units([settings], replicates)]


def test_the_key_follows_what_decides_numbers(settings):
    told = settings()
    of_told = keys(told)
    assert keys(told.model_copy(deep=True)) == of_told, "equal settings, the same key"
    others = [
        settings("seed=7"), settings("months=56"), settings("burn_in=23"), settings("scale=0.5"),
        settings("engine=objects"), settings("rollout=retrasado"), settings("polo=altamira"),
        settings("parameters.detour_cost.value=0.01"), settings("agreement_end=2030-08"),
        settings("polo.figures.informality.value=0.5"),
    ]  # fmt: skip
    found = [key for one in (told, *others) for key in keys(one)]
    assert len(set(found)) == 2 * (1 + len(others))
    assert all(len(key) == 64 for key in found)


def test_the_key_follows_nothing_else(settings):
    told = settings()
    changes = {
        "executor": Executor(workers=7), "output_dir": "elsewhere", "replicates": 99,
        "resume": False, "store": "elsewhere", "threads": 1,
    }  # fmt: skip
    assert set(changes) == NOT_IN_THE_NUMBERS
    for name, value in changes.items():
        assert keys(told.model_copy(update={name: value})) == keys(told), name
    assert keys(told, 5)[:2] == keys(told, 2)


def test_the_order_of_centres_is_in_the_key(settings):
    told = settings()
    names = list(told.polo.announced)
    turned = {name: told.polo.announced[name] for name in reversed(names)}
    other = told.model_copy(update={"polo": told.polo.model_copy(update={"announced": turned})})
    assert other == told and keys(other) != keys(told), "centres are numbered in this order"


def test_thousands_of_units_are_named_in_a_moment(settings, country):
    regions = country(settings(), 300)
    begun = time.perf_counter()
    found = {unit.key for replicate in units(regions, 7) for unit in replicate}
    assert len(found) == 2100
    assert time.perf_counter() - begun < 10


def test_the_fingerprint_follows_sources_and_packages(monkeypatch):
    now = fingerprint()
    assert len(now) == 64
    monkeypatch.setattr(sim.unit, "fingerprint_of_sources", lambda: "other sources")
    assert fingerprint.__wrapped__() != now
    monkeypatch.undo()
    assert fingerprint.__wrapped__() == now
    real = sim.unit.metadata.version
    for package in sim.unit.DECIDING:
        monkeypatch.setattr(
            sim.unit.metadata, "version", lambda name, it=package: "0" if name == it else real(name)
        )
        assert fingerprint.__wrapped__() != now, package


def test_a_cause_is_one_line_without_a_machine_in_it(settings):
    with pytest.raises(Exception) as caught:
        units([settings()], "many")  # type: ignore[arg-type]
    said = cause(caught.value)
    assert said.startswith("TypeError: ") and "(sim/unit.py:" in said
    assert "\n" not in said and str(sim.unit.__file__) not in said
    assert cause(ValueError("two\nlines")) == "ValueError: two lines"
