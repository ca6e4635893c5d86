"""The live view without a browser: courses, levers, pictures, and what the command refuses."""

import inspect
import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

import configs
from analysis.texts import LOCALES, Words
from sim.errors import InputError
from sim.run import paired_replicate
from sim.settings import Settings
from sim.trace.watch import life
from sim.unit import ARMS
from sim.view import curves, diary
from sim.view import map as geography
from sim.view.__main__ import asked
from sim.view.course import CURVES, Course
from sim.view.levers import GROUPS, Choice, composed, options, read_once
from sim.view.live import Live
from sim.view.menu import choice_of, controls
from sim.view.serve import listen, warn_of_others
from sim.view.stage import Stage
from sim.view.svg import drawing, tag, text, told
from sim.view.work import Work

SMALL = ("+scenario=polo_norte", "burn_in=3", "months=16", "agreement_start=2026-01")
SCALE = 0.01
EVIL = "<script>alert(1)</script>\"'&"


@pytest.fixture(scope="module", autouse=True)
def hydra() -> Iterator[None]:
    """Let Hydra compose, as it does during a command."""
    with initialize_config_dir(str(Path(configs.__file__).resolve().parent), version_base=None):
        yield


@pytest.fixture(scope="module")
def stage(hydra: None) -> Iterator[Stage]:
    """Return the stage of a small scenario."""
    stage = Stage(composed(SMALL, Choice(scale=SCALE)), SMALL, options())
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def course(stage: Stage) -> Course:
    """Return a course that has been lived."""
    return lived(stage.course(stage.choice))


def lived(course: Course) -> Course:
    course.join(120)
    assert course.done and course.problem is None
    return course


def test_the_course_is_what_a_run_would_write(stage: Stage, course: Course) -> None:
    table = paired_replicate(stage.settings, 0).monthly
    months = sorted(table["month"].unique())[-stage.settings.months :]
    for number, (name, group) in enumerate(CURVES):
        for arm in ARMS:
            one = (table["measure"] == name) & (table["group"] == group) & (table["arm"] == arm)
            rows = table[one]
            written = rows.set_index("month")["value"].loc[months].to_numpy()
            whole = SCALE if name == "waiting_list" else 1.0
            shown = np.array([frame[arm].values[number] for frame in course.frames])
            assert np.array_equal(shown * whole, written), (name, arm)
    last = course.frames[-1]
    assert {c.scheme for c in last["baseline"].centres} == {"guarderia"}
    assert any(c.open and c.scheme == "imss" for c in last["programme"].centres)
    assert any(not c.open for c in course.frames[0]["programme"].centres)
    assert len(last["programme"].in_care) == stage.settings.polo.zones.count
    assert last["programme"].jobs.sum() > 100_000  # of the whole polo, whatever the scale


@pytest.mark.parametrize("lang", LOCALES)
def test_levers_come_back_from_what_they_are_called(stage: Stage, lang: str) -> None:
    names = ("retrasado", "universal", "vespertino", "saturacion", "optimo", "ninguna")
    some = tuple(zip(GROUPS, names, strict=True))
    for choice in (stage.choice, Choice(some, 2.0, 0.2), Choice(some[:1], 0.0, 1.0)):
        shown = {
            name: lever["value"]
            for name, lever in controls(stage, choice, lang).items()
            if isinstance(lever, dict)
        }
        assert choice_of(shown, stage) == choice
    labels = controls(stage, stage.choice, lang)["rollout"]["values"]
    assert ("Announced programme" if lang == "en" else "Programa anunciado") in labels


def test_options_of_one_name_are_told_apart(stage: Stage) -> None:
    same = {name: {"es": "Igual", "en": "Same"} for name in ("universal", "sorteo")}
    twice = replace(stage, options={**stage.options, "access": same})
    choice = Choice((("access", "sorteo"),), scale=SCALE)
    values = controls(twice, choice, "en")["access"]
    assert values["values"][1:] == ["Same", "Same (sorteo)"] and values["value"] == "Same (sorteo)"
    assert choice_of({"access": "Same (sorteo)"}, twice) == choice


def test_files_are_read_once_and_compose_the_same() -> None:
    choice = Choice((("rollout", "acceso_universal"), ("opens", "vespertino")), scale=SCALE)
    plain = composed(SMALL, choice)
    read_once()
    first = composed(SMALL, choice)
    with patch.object(OmegaConf, "load", wraps=OmegaConf.load) as load:
        again = composed(SMALL, choice)
    assert plain == first == again
    home = str(Path(configs.__file__).resolve().parent)
    read = [str(getattr(call.args[0], "name", "")) for call in load.call_args_list]
    assert [name for name in read if name.startswith(home)] == []


def test_a_rollout_brings_its_levers_unless_they_are_chosen() -> None:
    free = composed(SMALL, Choice((("rollout", "acceso_universal"),), scale=SCALE))
    chosen = Choice((("access", "asegurados"),), factor=2.0, scale=SCALE)
    own = composed((*SMALL, "access=sorteo"), chosen)
    assert (free.rollout.name, free.access.name) == ("acceso_universal", "universal")
    assert (own.access.name, own.scale) == ("asegurados", SCALE)
    assert own.polo.announced["paraje_oriente"].places == 500


def test_another_programme_is_another_course(stage: Stage, course: Course) -> None:
    without = lived(stage.course(Choice((("rollout", "ninguno"),), scale=SCALE)))
    assert stage.course(stage.choice) is course  # kept, not lived again
    assert [f["baseline"].values for f in without.frames] == [
        f["baseline"].values for f in course.frames
    ]
    assert all(f["baseline"].values == f["programme"].values for f in without.frames)
    assert any(f["baseline"].values != f["programme"].values for f in course.frames)
    assert without.reached == []
    story = stage.story(without, None)
    story.join(60)
    assert story.done and story.life is None and story.problem is None


def test_what_cannot_be_composed_is_told_and_tried_again(stage: Stage) -> None:
    wrong = Choice((("access", "no_such"),), scale=SCALE)
    course = stage.course(wrong)
    course.join(60)
    assert course.problem is not None and course.problem.startswith("access=no_such: no such")
    assert "\n" not in course.problem
    assert stage.course(wrong) is not course


def test_a_course_that_no_page_holds_is_stopped(stage: Stage) -> None:
    before = threading.active_count()
    course = stage.course(Choice(scale=0.2))
    first, second = stage.hold(course), stage.hold(course)
    first()
    time.sleep(0.05)
    assert not course.done
    second()
    course.join(30)
    assert course.done and course.problem == "stopped"
    assert threading.active_count() <= before


def test_a_work_says_how_long_it_will_take() -> None:
    class Sleep(Work):
        def run(self) -> None:
            self.months = 4
            for _ in range(2):
                time.sleep(0.2)
                self.tick()
            left.append(self.seconds_left)

    left: list[float] = []
    work = Sleep()
    assert work.seconds_left == 0
    work.start()
    work.join(10)
    assert 0.4 <= left[0] < 4


def test_the_first_month_is_told_at_once(stage: Stage, course: Course) -> None:
    assert course.begun.is_set() and course.ready
    assert not Course(lambda: stage.settings, 0).begun.wait(0)


def test_playing_shows_month_after_month_and_ends(stage: Stage, course: Course) -> None:
    live = Live(stage, **{"scale": "4,160 (1 %)"})
    assert live.course is course
    for month in range(1, 16):
        assert live.running
        live.step()
        assert live.month == month
    assert not live.running
    live.step()
    assert live.month == 15
    live.show(3)
    assert live.month == 3
    live.show(99)
    assert live.month == 15


def test_a_month_that_is_not_lived_yet_is_waited_for(stage: Stage) -> None:
    live = Live(stage, stage.choice)
    live.course = Course(lambda: stage.settings, 0)  # never started
    live.step()
    assert (live.month, live.running) == (0, True)


@pytest.mark.parametrize("lang", LOCALES)
def test_a_life_is_told_up_to_the_month_and_no_further(
    stage: Stage, lang: str, course: Course
) -> None:
    assert course.reached
    told = life(stage.settings, 0, course.reached[0])
    early, late = diary.diary(told, 2, lang), diary.diary(told, 15, lang)
    assert "2026-03" in early and "2026-04" not in early
    assert "2027-04" in late
    assert ("Sin centros nuevos" if lang == "es" else "Without new centres") in early
    known = diary.until(told, told.burn_in + 2)
    assert max(event.month for event in known.events) <= told.burn_in + 2
    assert 0 <= diary.home_of(told) < stage.settings.polo.zones.count


@pytest.mark.parametrize("lang", LOCALES)
def test_pictures_have_every_month_label_and_unit(stage: Stage, course: Course, lang: str) -> None:
    words, first = Words(lang), date(2026, 1, 1)
    for number, (name, _) in enumerate(CURVES):
        picture = curves.drawn(number, course.frames, 9, first, 16, words)
        drawn = picture.partition('class="programme"')[0].rpartition('points="')[2].split('"')[0]
        assert len(drawn.split()) == 10, name
        assert "2027" in picture
    assert ("% de los días" if lang == "es" else "% of scheduled days") in curves.drawn(
        1, course.frames, 3, first, 16, words
    )
    sketch = geography.drawn(stage.settings.polo, course.frames[-1]["programme"], "?", words, 4)
    assert sketch.count('class="zone"') == stage.settings.polo.zones.count
    assert sketch.count("centre guarderia") == 24 and "centre imss" in sketch
    assert "norte" in sketch and "Paraje Oriente" in sketch


def test_a_month_is_drawn_fast(stage: Stage, course: Course) -> None:
    words, times = Words("es"), []
    told = life(stage.settings, 0, course.reached[0])
    for _ in range(5):
        start = time.perf_counter()
        for arm in ARMS:
            geography.drawn(stage.settings.polo, course.frames[-1][arm], "?", words, 4)
        for number in range(len(CURVES)):
            curves.drawn(number, course.frames, 15, date(2026, 1, 1), 16, words, course.frames)
        diary.diary(told, 15, "es")
        times.append(time.perf_counter() - start)
    assert min(times) < 0.1


def test_texts_of_a_configuration_stay_texts(stage: Stage, course: Course) -> None:
    polo = stage.settings.polo
    parks = {EVIL if name == "norte" else name: park for name, park in polo.parks.items()}
    arm = course.frames[-1]["programme"]
    centres = tuple(replace(centre, name=EVIL) for centre in arm.centres)
    evil = geography.drawn(
        polo.model_copy(update={"parks": parks}), replace(arm, centres=centres), EVIL, Words("en")
    )
    parts = [evil, text(EVIL, 1, 2), told(EVIL), drawing(1, 1, EVIL, []), tag("p", data_a=EVIL)]
    for part in parts:
        assert "<script" not in part and "&lt;script&gt;" in part


def test_mesa_still_says_what_is_translated() -> None:
    viz = pytest.importorskip("mesa.visualization.solara_viz")
    from sim.view.words_of_mesa import LEFT_OUT, SAID, STEPS

    source = inspect.getsource(viz)
    assert [said for said in [*SAID, *LEFT_OUT] if f'"{said}"' not in source] == []
    counts = re.search(r'f"(\w+: )\{model\.\w+\}"', source)
    assert counts is not None and STEPS.fullmatch(f"{counts[1]}12")


def test_a_port_in_use_is_refused() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(InputError, match=rf"^host=127\.0\.0\.1 port={port}: .*in use; give"):
            listen("127.0.0.1", port)
    with pytest.raises(InputError, match=r"^host=nowhere\.invalid: no such address"):
        listen("nowhere.invalid", 0)


def test_others_of_the_network_are_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    for host in ("127.0.0.1", "localhost", "::1"):
        warn_of_others(host)
    assert capsys.readouterr().err == ""
    warn_of_others("0.0.0.0")
    said = capsys.readouterr().err
    assert said.startswith("warning: host=0.0.0.0: others of the network") and said.count("\n") == 1


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        ("lang=fr", "lang=fr: no such language; en or es"),
        ("port=70000", "port=70000: not an integer from 0 to 65535"),
        ("replicate=-1", "replicate=-1: not an integer from 0 to 9999"),
        ("browser=3", "browser=3: neither true nor false"),
        ("host=null", "host=None: not an address, such as 127.0.0.1"),
    ],
)
def test_what_the_command_cannot_use_is_refused(wrong: str, line: str) -> None:
    config = compose("view", overrides=["+scenario=polo_norte", wrong])
    with pytest.raises(InputError) as refused:
        asked(config)
    assert str(refused.value) == line


def test_this_machine_alone_is_the_default() -> None:
    told = asked(compose("view", overrides=["+scenario=polo_norte"]))
    assert isinstance(told.settings, Settings)
    assert (told.host, told.settings.scale, told.browser) == ("127.0.0.1", 0.05, True)
    assert socket.inet_aton(told.host)
