"""Compiling ahead of time finds everything that a run needs."""

from collections.abc import Callable, Iterator

import pytest
from numba.core import event

from sim.core.engine import compile_need, each_with, noting_needs
from sim.model import PoloModel, needs
from sim.settings import Settings


class Compilations(event.Listener):
    """What Numba compiles while it listens."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def on_start(self, event: event.Event) -> None:
        self.seen.append(str(event.data["dispatcher"].py_func))

    def on_end(self, event: event.Event) -> None:
        pass


@pytest.fixture
def compilations() -> Iterator[list[str]]:
    listener = Compilations()
    event.register("numba:compile", listener)
    yield listener.seen
    event.unregister("numba:compile", listener)


def test_after_compiling_ahead_a_run_compiles_nothing(
    settings: Callable[..., Settings], compilations: list[str]
) -> None:
    small = settings("scale=0.002")
    for need in needs(small):
        compile_need(need)
    compilations.clear()
    model = PoloModel(small, 0, small.plan.without_centres())
    model.step()
    programme = model.fork(small.plan)
    programme.step()
    assert compilations == []


def test_noting_what_is_needed_runs_and_compiles_nothing(
    settings: Callable[..., Settings], compilations: list[str]
) -> None:
    small = settings("scale=0.002")
    PoloModel(small, 0)  # the lots of the people are drawn by compiled code in any case
    compilations.clear()
    noted = needs(small)
    assert compilations == []
    assert {"lean", "decide", "work", "record", "care_market", "hire"} <= {
        rule.__name__ for _, rule, _ in noted
    }
    assert len(noted) == len(set(noted))


def test_an_error_leaves_no_trace_of_noting() -> None:
    with pytest.raises(RuntimeError), noting_needs():
        raise RuntimeError
    with noting_needs() as noted:
        pass
    assert noted == []
    assert callable(each_with)
