"""What Mesa plays: a model whose step is the next month of a course."""

from collections.abc import Callable
from typing import Any

import mesa

from sim.view.levers import Choice
from sim.view.menu import choice_of
from sim.view.stage import Stage


class Live(mesa.Model):
    """A course being watched. Its parameters are the levers as `mesa.visualization` gives them.

    Parameters
    ----------
    stage : Stage
    choice : Choice, optional
        By default that of the stage.
    kwargs
        The levers as they are called on the page, see `sim.view.menu.choice_of`.

    Attributes
    ----------
    course : Course
        Lived in the background.
    month : int
        The month that is shown, counted from the first in which the arms may differ.
    """

    def __init__(self, stage: Stage, choice: Choice | None = None, **kwargs: Any):
        super().__init__(rng=0)  # nothing is drawn here
        self.stage = stage
        self.choice = choice or choice_of(kwargs, stage)
        self.course = stage.course(self.choice)
        self.month = 0

    @property
    def months(self) -> int:
        """Months that can be shown so far."""
        return len(self.course.frames)

    @property
    def at_the_end(self) -> bool:
        """Whether the last month that there will be is shown."""
        return self.course.done and self.month >= self.months - 1

    def step(self) -> None:
        """Show the next month, once it is lived."""
        self.month = max(0, min(self.month + 1, self.months - 1))
        self.running = not self.at_the_end

    def show(self, month: int) -> None:
        """Show a month that has been lived."""
        self.month = max(0, min(month, self.months - 1))


def live_on(stage: Stage, shown: dict[str, Any]) -> Callable[..., Live]:
    """Return the class of a page, which Mesa calls with the levers that it knows of as `kwargs`.

    Parameters
    ----------
    stage : Stage
    shown : dict
        What the levers of the page stand at unless touched: Mesa forgets it where its controls are
        made anew, as in another language.
    """

    class Here(Live):
        def __init__(self, choice: Choice | None = None, **kwargs: Any):
            super().__init__(**{**shown, **kwargs, "stage": stage, "choice": choice})

    return Here
