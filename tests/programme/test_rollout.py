"""The rollout: which centres open, when, and for whom."""

import numpy as np
import pytest

from sim.agents.ceci import (
    BUILDING,
    CAMPO,
    CLOSED,
    EMPRESA,
    GUARDERIA,
    IMSS,
    N_AGES,
    OPEN,
    PROPOSED,
)
from sim.agents.mother import NOBODY
from sim.model import PoloModel
from sim.programme.calendar import months_of
from sim.programme.centres import LONG_AGO, make_centres
from sim.programme.rollout import BUILT_SEEN

BURN_IN = 2
SMALL = ("scale=0.002", f"burn_in={BURN_IN}", "months=57")
SITES = ("siting.sites_a_month.value=20", "siting.acceptance.value=1")
"""So many sites that no centre waits for one."""
JANUARY_2026 = months_of("2026-01")


def lived(settings, *overrides, replicate=0):
    """Return a polo after its last month, with the centres as they were after each month."""
    model = PoloModel(settings(*SMALL, *overrides), replicate)
    model.seen = []
    for _ in range(model.settings.burn_in + model.settings.months):
        model.step()
        model.seen.append(model.tables["centres"].copy())
    return model


def months_in(model, stage):
    """Return how many months each centre was in a stage, and the first of them."""
    there = np.array([centres.stage == stage for centres in model.seen])
    return there.sum(axis=0), there.argmax(axis=0)


@pytest.fixture(scope="module", params=range(3), ids="replicate {}".format)
def announced(request, settings):
    return lived(settings, replicate=request.param)


def queue_of(model):
    """Return the centres that were announced, each with what was announced of it."""
    return list(enumerate(model.polo.announced.values(), start=model.old_centres))


def test_juarez_lists_15_centres_of_imss_of_which_seven_are_of_the_first_twelve(settings):
    polo = settings().polo
    centres = list(polo.announced.values())
    assert len(centres) == 15
    first = [centre for centre in centres if months_of(centre.start) < months_of("2027-01")]
    assert len(first) == 7
    assert sum(centre.places for centre in first) == 250 + 6 * 215
    assert {centre.scheme for centre in centres} == {"imss"}, "firms decide on theirs"
    assert polo.announced["paraje_oriente"].places == 250
    assert not polo.signed


def test_at_full_scale_places_are_those_announced(settings):
    told = settings()
    for replicate in range(3):
        of_run = (told.seed, replicate, 1.0, JANUARY_2026 - 24)
        centres, places = make_centres(told.polo, *of_run, most_agreements=7)
        old, known = round(told.polo["guarderias"]), len(centres) - 7
        wanted = [centre.places for centre in told.polo.announced.values()]
        assert np.abs(places[old:known].sum(axis=1) - wanted).max() <= 2
        assert places[old:].sum() == sum(wanted)
        assert places[:old].sum() == told.polo["guarderia_places"]
        assert (places[:known, :N_AGES] > 0).all()
        assert not places[:, N_AGES:].any(), "an evening turn comes with a plan that has one"
        assert (centres.scheme[:old] == GUARDERIA).all()
        assert (centres.scheme[old:known] == IMSS).all()
        assert not centres.open[old:].any()
        assert centres.open[:old].all()
        assert (centres.closes - centres.opens >= 9 * 60)[:old].all(), "at least nine hours a day"
        # Rows for what firms may sponsor are empty
        assert (centres.scheme[known:] == EMPRESA).all()
        assert (centres.stage[known:] == PROPOSED).all()
        assert not places[known:].any()


def test_new_centres_are_open_nine_hours_or_more_and_the_old_ones_keep_theirs(settings):
    models = {
        name: PoloModel(settings(*SMALL, f"opens={name}"), 0)
        for name in ("estandar", "vespertino", "extendido")
    }
    known = {}
    for name, model in models.items():
        old, end = model.old_centres, model.old_centres + len(model.polo.announced)
        centres = model.tables["centres"]
        assert (centres.closes - centres.opens >= 9 * 60)[:end].all()
        known[name] = centres[old:end]
        for column in ("opens", "closes", "evening_opens", "evening_closes"):
            np.testing.assert_array_equal(
                centres[column][:old], models["estandar"].tables["centres"][column][:old]
            )
        by_day, evening = np.hsplit(model.tables["places"], [N_AGES])
        if name == "extendido":
            share = model.settings.opens.evening.places
            assert np.abs(evening[old:end] - share * by_day[old:end]).max() <= 0.5
            assert not evening[:old].any()
        else:
            assert not evening.any()
    hours = {"opens": 15 * 60 + 30, "closes": 26 * 60 + 30}
    for column, minute in hours.items():
        assert set(known["extendido"][f"evening_{column}"]) == {minute}
        assert set(known["estandar"][f"evening_{column}"]) == {0}
        np.testing.assert_array_equal(known["extendido"][column], known["estandar"][column])
    assert set(known["vespertino"].closes) == {20 * 60}
    assert len(set(known["estandar"].closes)) == 2


def test_nothing_opens_before_january_2026(announced):
    for month, recorded in enumerate(announced.history):
        if announced.first_month + month < JANUARY_2026:
            assert not recorded.centres["open"][announced.old_centres :].any()
            assert not recorded.centres["opened"][announced.old_centres :].any()
            assert not announced.seen[month].stage[announced.old_centres :].any()
    new = announced.tables["centres"][announced.old_centres :]
    assert (announced.first_month + new.opening.astype(int) >= JANUARY_2026).all()


def test_centres_open_when_building_and_staffing_are_over(announced):
    """Between begun + shortest + staffing and begun + longest + staffing.

    Those that need a site begin when they have one. Of a centre seen half built, the rest alone
    counts, from the month after it was seen.
    """
    rollout = announced.settings.rollout
    building, staffing = rollout.building_months, rollout.staffing_months.value
    durations = []
    _, begun = months_in(announced, BUILDING)
    for number, told in queue_of(announced):
        left = 1.0 if told.built is None else 1.0 - told.built
        if told.built is None:
            start = announced.first_month + int(begun[number])
            assert start >= max(months_of(told.start), JANUARY_2026)
        else:
            start = months_of(BUILT_SEEN)
        if announced.seen[-1].stage[number] == PROPOSED:
            continue  # it waits for a site
        opening = announced.first_month + int(announced.tables["centres"].opening[number])
        earliest = max(start + int(np.ceil(left * building.shortest)) + staffing, JANUARY_2026)
        latest = max(start + int(np.ceil(left * building.longest)) + staffing, JANUARY_2026)
        assert earliest <= opening <= latest, (number, opening, earliest, latest)
        if told.built is None:
            durations.append(opening - start - staffing)
        # It is open from that month on, and was not before
        opened = [recorded.centres["open"][number] for recorded in announced.history]
        first = min(opening - announced.first_month, len(opened))
        assert opened == [0] * first + [1] * (len(opened) - first)
        assert [recorded.centres["opened"][number] for recorded in announced.history] == [
            int(month == first) for month in range(len(opened))
        ]
    assert len(set(durations)) > 1, "each draws its own"


def test_with_sites_enough_all_begin_when_announced_and_open_in_the_end(settings):
    model = lived(settings, *SITES, "agreement_end=2034-09", "months=60")
    known = slice(model.old_centres, model.old_centres + len(model.polo.announced))
    assert (model.tables["centres"].stage[known] == OPEN).all()
    assert (model.history[-1].centres["open"][: known.stop] == 1).all()
    np.testing.assert_array_equal(
        model.history[-1].centres["places"][: known.stop],
        model.tables["places"][: known.stop].sum(axis=1),
    )
    first = model.history[0].centres["places"]
    assert not first[model.old_centres :].any()
    _, begun = months_in(model, BUILDING)
    for number, told in queue_of(model):
        start = max(months_of(told.start), JANUARY_2026) - model.first_month
        assert begun[number] == start


def test_building_times_are_drawn_evenly(settings):
    """Over 60 replicates of 10 centres, 9, 10 and 11 months in a third each: five deviations."""
    model = PoloModel(settings(*SMALL), 0)
    programme, staffing = model.programme, model.settings.rollout.staffing_months.value
    drawn = []
    for replicate in range(60):
        model.replicate = replicate
        for number, told in queue_of(model):
            if told.built is None:
                programme.begin(model.centres[number], 100, 100, number)
                drawn.append(model.centres[number].opening - 100 - staffing)
    months, times = np.unique(drawn, return_counts=True)
    building = model.settings.rollout.building_months
    assert months.tolist() == list(range(building.shortest, building.longest + 1))
    expected = len(drawn) / len(months)
    assert np.abs(times - expected).max() < 5 * np.sqrt(expected)


def test_without_a_programme_nothing_opens(settings):
    model = lived(settings, "rollout=ninguno", "months=40")
    new = model.tables["centres"][model.old_centres :]
    assert (new.stage == PROPOSED).all()
    assert not any(month.centres["open"][model.old_centres :].any() for month in model.history)
    assert (model.tables["firms"].centre == NOBODY).all()
    assert not model.tables["firms"].aware.any()


WILLING = (
    "outreach=saturacion", "parameters.running_cost_empresa.value=4000",
    "parameters.imss_fee.value=6000", "parameters.capital_cost_empresa.value=20000",
    "rollout.agreements.least_places=10", "parameters.expected_use.value=1",
    "assistance.abandonment_assisted.value=0",
)  # fmt: skip
"""Every large firm knows, and finds a centre worth its cost."""


@pytest.mark.parametrize(("scheme", "number"), [("imss", IMSS), ("empresa", EMPRESA)])
def test_a_programme_of_one_scheme_opens_that_alone(settings, scheme, number):
    model = lived(settings, *WILLING, *SITES, f"rollout.schemes=[{scheme}]", "scale=0.006")
    new = model.tables["centres"][model.old_centres :]
    assert (new.open == 1).any()
    assert set(new.scheme[new.stage != PROPOSED]) == {number}
    assert CAMPO not in new.scheme
    assert bool(model.programme.agreements) == (scheme == "empresa")


@pytest.mark.parametrize("schemes", ["[campo]", "[imss,empresa]"])
def test_centres_of_scheme_campo_stand_at_their_farms(settings, schemes):
    model = lived(
        settings, "polo=san_quintin", f"rollout.schemes={schemes}", "scale=0.02", "months=20"
    )
    for number, told in queue_of(model):
        centre = model.tables["centres"][number]
        assert centre.scheme == CAMPO
        assert centre.open == (schemes == "[campo]")
        if centre.open:
            park = list(model.polo.parks).index(told.park)
            assert centre.zone == model.polo.zones.count + park
            assert model.polo.parks[told.park].kind == "farm"


def test_the_same_imss_centres_open_whatever_firms_are_told(settings):
    """What firms know and sign takes no site, no builder and no draw from IMSS's centres."""
    openings = {}
    for outreach in ("ninguna", "saturacion"):
        model = lived(settings, *WILLING, f"outreach={outreach}", "scale=0.006", "months=30")
        known = slice(0, model.old_centres + len(model.polo.announced))
        openings[outreach] = [
            (rows.stage[known].tolist(), rows.opening[known].tolist(), rows.zone[known].tolist())
            for rows in model.seen
        ]
        signed = len(model.programme.agreements)
        assert (signed > 0) == (outreach == "saturacion")
    assert openings["ninguna"] == openings["saturacion"]


def test_slower_staffing_opens_later_by_as_much(settings):
    """The same centres, each as many months later."""
    quick, slow = (
        lived(settings, *SITES, f"rollout.staffing_months.value={months}") for months in (1, 4)
    )
    later = slow.tables["centres"].opening - quick.tables["centres"].opening
    assert set(later[quick.old_centres : quick.old_centres + 15].tolist()) == {3}


def test_a_delay_moves_what_is_not_yet_begun(settings):
    prompt, late = (lived(settings, *SITES, f"rollout.delay_months={n}") for n in (0, 12))
    for number, told in queue_of(prompt):
        begun = [int(months_in(model, BUILDING)[1][number]) for model in (prompt, late)]
        if told.built is not None:
            assert begun[0] == begun[1]
        elif begun[1]:
            assert begun[1] - begun[0] == 12


def test_a_centre_that_is_announced_to_close_does_and_its_children_leave_at_once(settings):
    model = PoloModel(
        settings(
            "scale=0.02", "burn_in=1", "parameters.public_trust.value=4",
            "+polo.announced.paraje_oriente.closes=2027-03",
            "polo.announced.paraje_oriente.places=2000",
        ),
        0,
    )  # fmt: skip
    number = model.old_centres
    closing = months_of("2027-03") - model.first_month
    before = 0
    for month in range(closing + 4):
        model.step()
        centre = model.tables["centres"][number]
        inside = (model.tables["children"].centre == number).sum()
        places = model.history[-1].centres["places"][number]
        if month < closing:
            before = inside
            assert (centre.open == 1) == (month >= centre.opening)
        else:
            assert (centre.stage, centre.open) == (CLOSED, 0)
            assert (inside, places) == (0, 0), month - closing
            assert number not in model.world.near
    assert before > 10
    assert model.tables["centres"].opening[number] > LONG_AGO
