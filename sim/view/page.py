"""The page: Mesa's controls and levers at the side; month, maps, curves and a mother's story."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import solara
import solara.lab
from mesa.visualization import SolaraViz
from mesa.visualization.utils import force_update, update_counter

from analysis.texts import LOCALES, N_, Words
from sim.settings import Settings
from sim.unit import ARMS, agents
from sim.view import curves, diary
from sim.view import map as geography
from sim.view.course import CURVES, Course, Frame, Story
from sim.view.live import Live, live_on
from sim.view.menu import controls
from sim.view.stage import Stage
from sim.view.svg import tag
from sim.view.words_of_mesa import speak

STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
PLAY_PAUSE = 120
"""Milliseconds between two months played."""
PRIMARY = "#0b5d8f"
LOOK_AGAIN = 0.25
"""Seconds between two looks at what is lived in the background."""
OTHER_LANGUAGE = {"es": "English", "en": "Español"}


@dataclass
class _Open:
    stage: Stage | None = None


_open = _Open()
lang = solara.reactive(next(iter(LOCALES)))
speak(lang)


def open_on(stage: Stage) -> None:
    """Say what pages are opened on."""
    _open.stage = stage


@solara.component
def Page() -> None:  # noqa: N802
    """The whole page, of one visitor."""
    stage = _open.stage
    assert stage is not None
    solara.use_memo(lambda: lang.set(stage.lang), [])
    solara.use_memo(_colours, [])
    shown: dict[str, Any] = solara.use_memo(dict, [])
    first = solara.use_memo(lambda: live_on(stage, shown)(choice=stage.choice), [])
    model: Any = solara.use_reactive(first)
    words = Words(lang.value)
    label = stage.settings.label.model_dump()
    title = words(N_("{scenario} · live view"), scenario=words.of(label))
    solara.Title(title)
    solara.Style(STYLE)
    with solara.AppBar():
        other = next(other for other in LOCALES if other != lang.value)
        solara.Button(
            OTHER_LANGUAGE[lang.value], text=True, on_click=lambda: lang.set(other),
            classes=["language"],
        )  # fmt: skip
    levers = solara.use_memo(lambda: controls(stage, model.value.choice, lang.value), [lang.value])
    shown.update({name: lever["value"] for name, lever in levers.items() if name != "stage"})
    controls_of_mesa = SolaraViz(
        model, components=[], model_params=levers, name=title, play_interval=PLAY_PAUSE
    )
    controls_of_mesa.key(lang.value)  # made anew in another language
    Scene(model.value)


@solara.component
def Scene(model: Live) -> None:  # noqa: N802
    """What is seen of a course, at the month that is shown."""
    update_counter.get()
    stage, course, words = model.stage, model.course, Words(lang.value)
    number, follow = solara.use_state(None)
    before = _use_before(course)
    story = solara.use_memo(lambda: stage.story(course, number), [course, number])
    solara.use_effect(lambda: stage.hold(course), [course])
    solara.use_effect(lambda: stage.hold(story), [story])
    _use_looks_at(course, story)
    with solara.Div(classes=["view"]):
        Progress(course, story, words)
        settings = course.settings
        if settings is None or not course.ready:
            return
        month = min(model.month, model.months - 1)
        frame = course.frames[month]
        Head(model, settings, frame, month, words)
        home = diary.home_of(story.life) if story.life else None
        solara.HTML("div", _pictures(course, settings, frame, month, words, before, home))
        Mother(course, story, month, words, follow)


@solara.component
def Progress(course: Course, story: Story, words: Words) -> None:  # noqa: N802
    """How far the lives in the background have come, and what went wrong."""
    for work in (course, story):
        if work.problem and work.problem != "stopped":
            said = words(N_("This cannot be lived: {why}"), why=" ".join(work.problem.split()))
            # Solara's own part for this empties the page of Vuetify 3
            solara.HTML("p", escape(said), attributes={"role": "alert"}, classes=["refused"])
            return
    if course.done and story.done:
        return
    work = course if not course.done else story
    said = N_("Living both arms: {share} %") if work is course else N_("Living her life: {share} %")
    share = 100.0 * min(work.lived / work.months, 1.0)
    text = words(said, share=words.number(share, 0))
    if work.seconds_left >= 1:
        text += words(N_(", {seconds} s left"), seconds=words.number(work.seconds_left, 0))
    bar = tag("progress", value=share, max=100, aria_label=text)
    solara.HTML("div", bar + tag("span", escape(text), class_="note"), classes=["living"])


@solara.component
def Head(model: Live, settings: Settings, frame: Frame, month: int, words: Words) -> None:  # noqa: N802
    """The month that is shown, what there is of centres, and the slider to other months."""
    with_it = frame[ARMS[1]]
    new = [centre for centre in with_it.centres if centre.scheme != "guarderia"]
    ready = [centre for centre in new if centre.open]
    facts = {
        N_("new centres open"): len(ready),
        geography.BUILDING: len(new) - len(ready),
        N_("places in them"): sum(centre.places for centre in ready),
        N_("children in them"): sum(centre.enrolled for centre in ready),
        N_("women simulated"): agents(settings),
    }
    shown = [tag("span", escape(words.month(_date(settings, month))), class_="now")]
    shown += [
        tag("span", tag("b", words.number(value, 0)) + " " + escape(words(name)), class_="fact")
        for name, value in facts.items()
    ]
    shown.append(tag("span", escape(_programme(settings)), class_="fact"))
    solara.HTML("div", "".join(shown), classes=["head"])

    def show(value: int) -> None:
        model.show(value - 1)
        force_update()

    with solara.Div(classes=["month"]):
        solara.SliderInt(
            words(N_("Month")), value=month + 1, on_value=show, min=1, max=max(model.months, 2),
            thumb_label=False,
        )  # fmt: skip


@solara.component
def Mother(course: Course, story: Story, month: int, words: Words, follow: Any) -> None:  # noqa: N802
    """The woman who is followed: who she is, and her life in both arms up to the month."""
    with solara.Div(classes=["mother"]):
        title = words(N_("A mother to follow"))
        if story.number is not None:
            number = words.number(story.number, 0)
            title = words(N_("A mother to follow: woman {number}"), number=number)
        solara.HTML("h3", escape(title))
        if course.reached:
            solara.Button(
                words(N_("Another mother")), on_click=lambda: follow(_next(course, story)),
                disabled=not story.done, outlined=True, small=True, classes=["another"],
            )  # fmt: skip
    if story.life is None:
        said = N_("Her life is lived in the background, after the months above.")
        if story.done:
            said = N_("The programme reaches nobody: both arms are the same.")
        solara.HTML("div", escape(words(said)), classes=["note"])
    else:
        solara.HTML("div", diary.diary(story.life, month, words.lang), classes=["story"])


def _colours() -> None:
    """Give the bar and the buttons the colour of the programme's curves."""
    theme = solara.lab.theme.themes
    theme.light.primary = theme.dark.primary = PRIMARY


def _use_before(course: Course) -> list[Frame]:
    """Return the months of the course that was watched before this one."""
    past = solara.use_ref([])  # courses, the present one last
    if not past.current or past.current[-1] is not course:
        past.current = [*past.current[-1:], course]
    return past.current[0].frames if len(past.current) > 1 else []


def _use_looks_at(course: Course, story: Story) -> None:
    """Draw the page again while something is lived in the background, the first month at once."""

    def look() -> Callable[[], None]:
        over = threading.Event()

        def draw_again() -> None:
            done = False
            while not (done or over.is_set()):
                (over if course.ready else course.begun).wait(LOOK_AGAIN)
                done = course.done and story.done
                force_update()

        threading.Thread(target=draw_again, daemon=True).start()
        return over.set

    solara.use_effect(look, [course, story])


def _next(course: Course, story: Story) -> int:
    """Return the woman after this one of those whom the programme reaches."""
    women = course.reached
    here = women.index(story.number) if story.number in women else -1
    return women[(here + 1) % len(women)]


def _date(settings: Settings, month: int) -> date:
    start = date.fromisoformat(f"{settings.agreement_start}-01")
    years, number = divmod(start.month - 1 + month, 12)
    return date(start.year + years, number + 1, 1)


def _programme(settings: Settings) -> str:
    """Return what each lever stands at."""
    parts = (settings.rollout, settings.access, settings.opens, settings.outreach,
             settings.siting, settings.assistance)  # fmt: skip
    return " · ".join(dict.fromkeys(part.label.model_dump()[lang.value] for part in parts))


def _pictures(
    course: Course,
    settings: Settings,
    frame: Frame,
    month: int,
    words: Words,
    before: list[Frame],
    home: int | None,
) -> str:
    """Return maps and curves as one piece: a browser takes its time for each."""
    pieces = (
        ("div", _maps(settings, frame, words, home), "maps"),
        ("div", geography.legend(words), "legend"),
        ("div", escape(words(geography.SKETCH)), "note"),
        ("h3", escape(words(N_("Month by month"))), None),
        ("div", _curves(course, settings, month, words, before), "curves"),
        ("div", curves.legend(words, bool(before)), "legend"),
        ("div", escape(_source(course, settings, words)), "note"),
    )
    return "".join(tag(name, inside, class_=of) for name, inside, of in pieces)


def _source(course: Course, settings: Settings, words: Words) -> str:
    """Say where the numbers of the page are from."""
    return words(
        N_("Source: CECI simulator, {scenario}; one life of the polo (replicate {replicate}, seed "
           "{seed}), so without intervals."),
        scenario=words.of(settings.label.model_dump()), replicate=course.replicate,
        seed=settings.seed,
    )  # fmt: skip


def _maps(settings: Settings, frame: Frame, words: Words, home: int | None) -> str:
    figures = []
    for arm in ARMS:
        title = words(curves.NAMES[arm])
        picture = geography.drawn(settings.polo, frame[arm], title, words, home)
        figures.append(tag("figure", tag("figcaption", escape(title)) + picture, class_=arm))
    return "".join(figures)


def _curves(
    course: Course, settings: Settings, month: int, words: Words, before: list[Frame]
) -> str:
    first = _date(settings, 0)
    pictures = (
        curves.drawn(n, course.frames, month, first, settings.months, words, before)
        for n in range(len(CURVES))
    )
    return "".join(pictures)
