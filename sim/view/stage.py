"""What a page is opened on: the scenario as given, its levers, and the courses lived so far."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sim.settings import Settings
from sim.view.course import Course, Story
from sim.view.levers import Choice, composed
from sim.view.work import Work

KEPT = 8
"""Courses that are kept so that a choice made before is there at once."""


@dataclass
class Stage:
    """The scenario of a command, for all pages that are opened on it.

    Attributes
    ----------
    settings : Settings
        As given.
    given : sequence of str
        The overrides of the command line.
    options : dict
        The options of each lever and their labels, see `sim.view.levers.options`.
    replicate : int
    lang : {"es", "en"}
        In which pages open.
    """

    settings: Settings
    given: Sequence[str]
    options: dict[str, dict[str, dict[str, str]]]
    replicate: int = 0
    lang: str = "es"
    _courses: dict[Choice, Course] = field(default_factory=dict)
    _stories: dict[tuple[int, int | None], Story] = field(default_factory=dict)
    _held: dict[Work, int] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def choice(self) -> Choice:
        """The choice with which a page opens."""
        return Choice(scale=self.settings.scale)

    def course(self, choice: Choice) -> Course:
        """Return the course of a choice, begun if there is none yet."""
        with self._lock:
            course = self._courses.pop(choice, None)
            if course is None or course.problem:
                course = Course(lambda: composed(self.given, choice), self.replicate)
                course.start()
            self._courses[choice] = course
            self._forget()
            return course

    def story(self, course: Course, number: int | None) -> Story:
        """Return a woman's life in a course, begun if there is none yet."""
        with self._lock:
            key = id(course), number
            story = self._stories.pop(key, None)
            if story is None or story.problem:
                story = Story(course, number)
                story.start()
            self._stories[key] = story
            return story

    def hold(self, work: Work) -> Callable[[], None]:
        """Keep a work for a page; what is returned lets it go.

        A work that no page holds any more is stopped, unless it is done.
        """
        with self._lock:
            self._held[work] = self._held.get(work, 0) + 1

        def let_go() -> None:
            with self._lock:
                self._held[work] -= 1
                if not self._held[work]:
                    del self._held[work]
                    work.stop()

        return let_go

    def close(self, seconds: float = 5.0) -> None:
        """Stop all work and wait for its end."""
        with self._lock:
            works: list[Work] = [*self._courses.values(), *self._stories.values()]
        for work in works:
            work.stop()
        for work in works:
            work.join(seconds)

    def _forget(self) -> None:
        """Drop the oldest courses that no page holds."""
        for choice, course in list(self._courses.items())[: -KEPT or None]:
            if course not in self._held:
                course.stop()
                del self._courses[choice]
                self._stories = {k: s for k, s in self._stories.items() if k[0] != id(course)}
