"""One woman's life told: watching changes nothing, and what is told is what happened, and why."""

import sys
from string import Formatter

import numpy as np
import pytest

from sim.agents.mother import (
    CARE_AGE,
    CARE_FROM,
    FORMAL,
    HOME,
    INFORMAL,
    INFORMAL_FULL,
    MAQUILA_DAY,
    NEVER,
    NOBODY,
    OTHER_DAY,
)
from sim.cli import command
from sim.model import PoloModel
from sim.trace.__main__ import job
from sim.trace.events import SHARED, Event
from sim.trace.story import Teller, story
from sim.trace.watch import WatchedPolo, Witness, first_reached, life
from sim.trace.why import look_at
from sim.trace.words import WORDS
from sim.unit import ARMS, live

SMALL = ("scale=0.01", "burn_in=3", "months=14")


@pytest.fixture(scope="module")
def small(settings):
    return settings(*SMALL)


class Columns(PoloModel):
    """A polo that keeps, by month, who was hired and the centres before and after the market."""

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.kept = {}

    def places_are_given(self):
        before = self.tables["children"].centre.copy()
        super().places_are_given()
        month = int(self.now["month"][0])
        self.kept[month] = [before, self.tables["children"].centre.copy()]

    def posts_are_filled(self):
        before = self.tables["mothers"].hired.copy()
        super().posts_are_filled()
        month = int(self.now["month"][0])
        after = self.tables["mothers"].hired
        self.kept[month].append((after == month) & (before != month))


@pytest.fixture(scope="module")
def lived(small):
    """Both arms as plain polos that keep columns: baseline, programme."""
    baseline = Columns(small, 0, small.plan.without_centres())
    live(baseline, small.burn_in, None)
    programme = Columns(small, 0, small.plan, fork_of=baseline)
    programme.kept = dict(baseline.kept)
    for model in (baseline, programme):
        live(model, small.months, None)
    return dict(zip(ARMS, (baseline, programme), strict=True))


def admitted(model, month):
    """The women of whose children one entered a centre this month."""
    before, after, _ = model.kept[month]
    return ((before == NOBODY) & (after != NOBODY)).any(axis=1)


@pytest.fixture(scope="module")
def women(small, lived):
    """A few women: admitted to a new centre, admitted anywhere, hired, or none of it."""
    programme = lived["programme"]
    months = programme.kept
    hired = np.any([months[m][2] for m in months], axis=0)
    placed = np.any([admitted(programme, m) for m in months], axis=0)
    reached = first_reached(small, 0)
    return [
        reached,
        *np.flatnonzero(placed & hired)[:1].tolist(),
        *np.flatnonzero(hired & ~placed)[:1].tolist(),
        *np.flatnonzero(~hired & ~placed)[:1].tolist(),
    ]


@pytest.fixture(scope="module")
def lives(small, women):
    return [life(small, 0, number) for number in women]


# Watching


def test_watching_changes_nothing(small, state, differing) -> None:
    plain = PoloModel(small, 0, small.plan.without_centres())
    watched = WatchedPolo(small, 0, small.plan.without_centres(), number=7)
    for model in (plain, watched):
        live(model, small.burn_in, None)
    arms = [(plain, watched), (plain.fork(small.plan), watched.fork(small.plan))]
    for one, other in arms:
        for _ in range(4):
            one.step()
            other.step()
            assert differing(state(one), state(other)) == []


def test_the_same_life_is_told_twice(small, women, lives) -> None:
    again = life(small, 0, women[0])
    assert again.events == lives[0].events
    assert again.pages == lives[0].pages


class Foreseen(PoloModel):
    """A polo in which what some women weigh is held against what they then do."""

    checked = 0

    def households_decide(self):
        t = self.tables
        month = int(self.now["month"][0])
        age = month - t["children"][:, 0].birth.astype(int)
        young = np.flatnonzero(age < CARE_AGE)[:250]
        others = np.arange(0, t["mothers"].size, 40)
        numbers = np.union1d(young, others)
        choices = [Witness(self, int(n), SHARED).weighs() for n in numbers]
        kinds = t["mothers"].kind.copy()
        super().households_decide()
        for n, choice in zip(numbers, choices, strict=True):
            if choice is not None:
                assert_acts(t["mothers"][n], kinds[n], choice["options"][0])
                self.checked += 1


def assert_acts(mother, kind_before, best) -> None:
    """She does, seeks or asks for what was the best."""
    at_once = best.kind in (HOME, kind_before) or best.kind < MAQUILA_DAY
    if at_once:
        assert mother.kind == best.kind
        assert mother.seeks == HOME
        asks = best.centre if mother.status >= INFORMAL else NOBODY
        assert mother.wants_centre == asks
        if best.need and mother.status >= INFORMAL and best.centre == NOBODY:
            assert mother.care == best.care
    else:
        assert (mother.seeks, mother.wants_firm) == (best.kind, best.firm)


def test_she_does_what_was_the_best_of_what_she_weighed(small) -> None:
    baseline = PoloModel(small, 0, small.plan.without_centres())
    live(baseline, small.burn_in, None)
    model = Foreseen(small, 0, small.plan, fork_of=baseline)
    live(model, 6, None)
    assert model.checked > 100


# Events


def test_events_agree_with_the_columns(women, lives, lived, small) -> None:
    hires = admissions = 0
    for number, told in zip(women, lives, strict=True):
        for arm, model in lived.items():
            events = [e for e in told.events if e.arm in (SHARED, arm)]
            for month in range(small.burn_in + small.months):
                if month < small.burn_in and arm != ARMS[0]:
                    continue
                now = [e for e in events if e.month == month]
                before, after, hired = model.kept[month]
                is_hired = any(e.kind == "hired" for e in now)
                assert is_hired == bool(hired[number])
                entered = (before[number] == NOBODY) & (after[number] != NOBODY)
                assert sum(e.kind == "admitted" for e in now) == entered.sum()
                hires += is_hired
                admissions += entered.sum()
    assert hires > 0
    assert admissions > 0


def test_the_diary_agrees_with_the_last_month(women, lives, lived) -> None:
    for number, told in zip(women, lives, strict=True):
        for arm, model in lived.items():
            row, page = model.tables["mothers"][number], told.pages[arm][-1]
            assert (page.status, page.kind, page.firm) == (row.status, row.kind, row.firm)
            assert page.scheduled == row.scheduled
            assert page.lost == (row.lost_own, row.lost_child, row.lost_care, row.lost_other)


def test_both_lives_are_the_same_until_a_centre_opens(lives, lived, small) -> None:
    opened = [month.centres["opened"].sum() > 0 for month in lived["programme"].history]
    first = opened.index(True)
    assert first > small.burn_in
    for told in lives:
        for month in range(small.burn_in, first):
            assert told.of(ARMS[0], month) == told.of(ARMS[1], month)
    assert any(told.parting() is not None for told in lives)


def test_without_new_centres_both_lives_are_one(settings) -> None:
    told = life(settings("scale=0.01", "burn_in=1", "months=3", "rollout=ninguno"), 0, 5)
    assert told.parting() is None
    assert "both lives are the same to the end." in story(told, "en")
    assert "ambas vidas son iguales hasta el final." in story(told, "es")
    assert Teller(told, "en").last_line() == "What differs: nothing."


# Why


@pytest.fixture
def corner(small):
    """A mother of one child, a firm and a centre, all made to fit, in a world to change."""
    model = PoloModel(small, 0, small.plan)
    firms, centres = model.tables["firms"], model.tables["centres"]
    model.now.month = 0
    firms.day_start[0], firms.day_end[0] = 8 * 60, 17 * 60
    centres.opens[0], centres.closes[0] = 6 * 60, 20 * 60
    centres.zone[0] = firms.zone[0]
    model.tables["free"][0] = 5
    witness = Witness(model, 3, SHARED)
    mother, children, household = witness.look()
    children.birth = NEVER
    children[0].birth = -14
    mother.kind, mother.status, mother.firm, household.car = OTHER_DAY, FORMAL, 0, 1
    return model, witness, (mother, children, household)


def seen(corner, kind=OTHER_DAY, firm=0, lang="en"):
    """What she finds at centre 0, and how it is told."""
    _, witness, rows = corner
    look = look_at(*rows, witness.world(), kind, firm, 0, witness.name_of(0))
    teller = Teller.__new__(Teller)
    teller.words = WORDS[lang]
    return look.verdict, teller.look(look)


def test_a_centre_that_fits(corner) -> None:
    verdict, text = seen(corner)
    assert verdict == "fits"
    assert "free of charge" in text


def test_hours_that_do_not_fit_are_said_with_both_hours(corner) -> None:
    model = corner[0]
    model.tables["centres"].closes[0] = 16 * 60 + 30
    verdict, text = seen(corner)
    assert verdict == "late"
    assert "closes at 16:30, her shift ends at 17:00" in text
    assert "minutes away" in text
    model.tables["centres"].closes[0], model.tables["centres"].opens[0] = 20 * 60, 8 * 60
    verdict, text = seen(corner, lang="es")
    assert verdict == "early"
    assert "abre a las 08:00, su turno empieza a las 08:00" in text


def test_a_full_room_is_said_with_the_age(corner) -> None:
    model = corner[0]
    model.tables["free"][0, 0] = 0
    verdict, text = seen(corner)
    assert verdict == "room"
    assert "14 months" in text
    corner[2][1][0].birth = -(CARE_FROM - 1)
    assert seen(corner)[0] == "fits"  # too young to enter: nothing to refuse yet


def test_who_may_not_enter_is_said(corner) -> None:
    model = corner[0]
    centres = model.tables["centres"]
    model.access.uninsured = 0
    assert seen(corner, INFORMAL_FULL, NOBODY) == ("insured", "only for insured mothers")
    centres.scheme[0] = 2
    assert seen(corner) == ("staff", "only for the staff of its sponsors")
    model.tables["firms"].centre[0] = 0
    assert seen(corner)[0] == "fits"
    centres.scheme[0] = 3
    assert seen(corner) == ("farm", "only for farm workers")
    centres.open[0] = 0
    assert seen(corner)[0] == "closed"


# Words


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_story_names_the_centre_that_took_her_child(lives, lang) -> None:
    told = lives[0]
    names = {e.details["centre"] for e in told.events if e.kind == "admitted"}
    assert any(name.startswith("CECI") for name in names)
    text = story(told, lang)
    assert all(name in text for name in names)
    assert WORDS[lang]["programme"] in text
    assert WORDS[lang]["part"].partition("{")[0] in text
    for other in lives:
        assert "{" not in story(other, lang)
        assert "None" not in story(other, lang)


def leaves(words, path=()):
    """Every text of a table of words, by its place in it."""
    items = words.items() if isinstance(words, dict) else enumerate(words)
    for key, value in items:
        if isinstance(value, str):
            yield (*path, key), value
        else:
            yield from leaves(value, (*path, key))


def test_both_languages_say_the_same_things() -> None:
    english, spanish = dict(leaves(WORDS["en"])), dict(leaves(WORDS["es"]))
    assert english.keys() == spanish.keys()
    for place, text in english.items():
        fields, campos = (
            sorted(name for _, name, _, _ in Formatter().parse(t) if name is not None)
            for t in (text, spanish[place])
        )
        assert fields == campos, place


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("kind", sorted(WORDS["en"]["events"]))
def test_every_event_has_a_sentence(lives, kind: str, lang: str) -> None:
    one = {"tenure": 1, "waited": 2, "leave": 3, "age": 14, "children": 1, "hours": 20, "km": 1.25}
    details = one | {
        "centre": "CECI X", "where": "home", "firm": (3, 0), "left": (4, 2), "pay": 9000,
        "before": "CECI Y" if kind == "moves_centre" else 1, "after": 2, "kind": 3, "care": 2,
        "partner_work": 1, "partner_income": 8000, "price": 0.0, "places": 4, "vacancies": 1,
        "applicants": 5, "hires": 1, "hazard": 0.031, "unexcused": 4.5,
    }  # fmt: skip
    text = WORDS[lang]["events"][kind].format(**Teller(lives[0], lang).fields(details))
    assert text.endswith(".")
    assert "(3, 0)" not in text


def test_an_event_that_only_the_year_tells_has_no_sentence(lives) -> None:
    absent = Event(3, SHARED, "absent", {"own": 1, "child": 0, "care_failed": 0, "other": 0})
    assert Teller(lives[0], "en").event(absent) == ""


# The command


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["agent: missing", "from 0 to 4159", "any"]),
        (["agent=4160"], ["agent=4160", "from 0 to 4159", "any"]),
        (["agent=-1"], ["agent=-1", "from 0 to 4159"]),
        (["agent=1.5"], ["agent=1.5", "an integer"]),
        (["agent=true"], ["agent=True", "an integer"]),
        (["agent=she"], ["agent=she", "an integer", "any"]),
        (["agent=[1]"], ["agent=[1]", "an integer"]),
        (["agent=1", "lang=fr"], ["lang=fr", "en or es"]),
        (["agent=1", "replicate=-1"], ["replicate=-1", "from 0 to 9999"]),
        (["agent=1", "months=0"], ["months=0", "greater than or equal to 1"]),
        (["agnt=1"], ["agnt=1", "did you mean agent?"]),
        (["+agents=1"], ["agents=1", "no such key"]),
    ],
)
def test_what_cannot_be_used_is_one_line(monkeypatch, capsys, arguments, words) -> None:
    monkeypatch.setattr(sys, "argv", ["trace", "+scenario=polo_norte", "scale=0.01", *arguments])
    assert command(job, "trace") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert all(word in err for word in words), err


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_command_tells_a_story(monkeypatch, capsys, lang) -> None:
    options = ["scale=0.01", "burn_in=1", "months=2", f"lang={lang}", "agent=12"]
    monkeypatch.setattr(sys, "argv", ["trace", "+scenario=polo_norte", *options])
    assert command(job, "trace") == 0
    out, _ = capsys.readouterr()
    assert out.startswith({"en": "Woman 12 of 4,160", "es": "Mujer 12 de 4,160"}[lang])
    assert WORDS[lang]["and_so"].partition("{")[0] in out.splitlines()[-1]
