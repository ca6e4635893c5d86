"""Work in the background: one thread each, one at a time on the machine, by turns."""

import logging
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from sim.cli import INPUT_ERRORS, explained
from sim.unit import cause

_MACHINE = threading.Lock()
"""Compiled loops share the machine's threads: two of them at once are slower, or not allowed."""

TURN, PAUSE = 0.05, 0.001
"""Seconds that a work has the machine, and that it then leaves it: locks know no queue."""


class Stopped(Exception):  # noqa: N818 - it ends a thread, and is no error
    """The work is not wanted any more."""


class Work:
    """Something to be lived in a thread of its own.

    Attributes
    ----------
    months, lived : int
        Months of the whole work, and those that are done.
    done : bool
        Whether it has ended, well or not.
    problem : str or None
        Why it could not be done, in one line.
    """

    def __init__(self) -> None:
        self.months, self.lived = 1, 0
        self.done = False
        self.problem: str | None = None
        self._wanted = True
        self._began_at = self._pause_at = 0.0
        self._thread = threading.Thread(target=self._go, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End at the next month."""
        self._wanted = False

    def join(self, seconds: float) -> None:
        """Wait for the end."""
        if self._thread.is_alive():
            self._thread.join(seconds)

    @property
    def seconds_left(self) -> float:
        """Seconds that it will still take at the pace so far, or 0 before there is any."""
        if not self.lived:
            return 0.0
        a_month = (time.monotonic() - self._began_at) / self.lived
        return a_month * (self.months - self.lived)

    def prepare(self) -> None:
        """Do what needs no machine."""

    def run(self) -> None:
        """Live it; calls `tick` after each month."""
        raise NotImplementedError

    def tick(self) -> None:
        """Count a month, and give the machine to others for a moment when it is their turn.

        Raises
        ------
        Stopped
            If the work is not wanted any more.
        """
        self.lived += 1
        if time.monotonic() > self._pause_at:
            _MACHINE.release()
            try:
                time.sleep(PAUSE)
            finally:
                _MACHINE.acquire()
            self._pause_at = time.monotonic() + TURN
        self.go_on()

    def go_on(self) -> None:
        """Raise `Stopped` if the work is not wanted any more."""
        if not self._wanted:
            raise Stopped

    def wait_for(self, ready: Callable[[], Any]) -> None:
        """Wait until something is there, while the work is wanted."""
        while not ready():
            self.go_on()
            time.sleep(0.02)

    def _go(self) -> None:
        try:
            self.prepare()
            with _MACHINE:
                self._began_at = time.monotonic()
                self.run()
        except Stopped:
            self.problem = "stopped"
        except (*INPUT_ERRORS, HydraException, OmegaConfBaseException) as error:
            self.problem = explained(error)
        except Exception as error:
            logging.getLogger(__name__).error("%s", traceback.format_exc())
            self.problem = cause(error)
        finally:
            self.done = True
