"""The rollout: which centres open, when, and for whom."""

import numpy as np
import pytest

from sim.agents.ceci import CAMPO, EMPRESA, GUARDERIA, IMSS, OPEN, PROPOSED
from sim.agents.firm import MAQUILA
from sim.model import PoloModel
from sim.programme.rollout import BUILT_SEEN, months_of

BURN_IN = 2
SMALL = ("scale=0.004", f"burn_in={BURN_IN}", "months=57")
JANUARY_2026 = months_of("2026-01")


def lived(settings, *overrides, replicate=0):
    """Return a polo after its last month, and whether each centre was open in each month."""
    model = PoloModel(settings(*SMALL, *overrides), replicate)
    for _ in range(model.settings.burn_in + model.settings.months):
        model.step()
    return model


@pytest.fixture(scope="module", params=range(3), ids="replicate {}".format)
def announced(request, settings):
    return lived(settings, replicate=request.param)


def test_juarez_announces_24_centres_of_which_the_first_twelve_have_2620_places(settings):
    polo = settings().polo
    centres = list(polo.announced.values())
    assert len(centres) == 24
    first = [centre for centre in centres if months_of(centre.start) < months_of("2027-01")]
    assert len(first) == 12
    assert sum(centre.places for centre in first) == 2620
    assert sum(centre.scheme == "empresa" for centre in first) == 5
    assert polo.announced["paraje_oriente"].places == 250


def test_at_full_scale_places_are_those_announced(settings):
    from sim.programme.rollout import make_centres

    told = settings()
    for replicate in range(3):
        centres, places = make_centres(told.polo, told.seed, replicate, 1.0, JANUARY_2026 - 24)
        old = round(told.polo["guarderias"])
        wanted = [centre.places for centre in told.polo.announced.values()]
        assert np.abs(places[old:].sum(axis=1) - wanted).max() <= 2
        assert places[old : old + 12].sum() == pytest.approx(2620, abs=3)
        assert places[old:].sum() == sum(wanted)
        assert places[:old].sum() == told.polo["guarderia_places"]
        assert (places > 0).all()
        assert (centres.scheme[:old] == GUARDERIA).all()
        assert set(centres.scheme[old:]) == {IMSS, EMPRESA}
        assert not centres.open[old:].any()
        assert centres.open[:old].all()
        assert (centres.closes - centres.opens >= 9 * 60).all(), "at least nine hours a day"


def test_nothing_opens_before_january_2026(announced):
    for month, recorded in enumerate(announced.history):
        if announced.first_month + month < JANUARY_2026:
            assert not recorded.centres["open"][announced.old_centres :].any()
            assert not recorded.centres["opened"][announced.old_centres :].any()
    new = announced.tables["centres"][announced.old_centres :]
    assert (announced.first_month + new.opening.astype(int) >= JANUARY_2026).all()


def test_centres_open_when_building_and_staffing_are_over(announced):
    """Between start + shortest + staffing and start + longest + staffing.

    Of a centre seen half built, the rest alone counts, from the month after it was seen.
    """
    rollout = announced.settings.rollout
    building, staffing = rollout.building_months, rollout.staffing_months.value
    durations = []
    for number, told in enumerate(announced.polo.announced.values(), start=announced.old_centres):
        left = 1.0 if told.built is None else 1.0 - told.built
        start = months_of(told.start if told.built is None else BUILT_SEEN)
        opening = announced.first_month + int(announced.tables["centres"].opening[number])
        earliest = max(start + int(np.ceil(left * building.shortest)) + staffing, JANUARY_2026)
        latest = max(start + int(np.ceil(left * building.longest)) + staffing, JANUARY_2026)
        assert earliest <= opening <= latest, (number, opening, earliest, latest)
        if told.built is None:
            durations.append(opening - start - staffing)
        # It is open from that month on, and was not before
        opened = [recorded.centres["open"][number] for recorded in announced.history]
        first = opening - announced.first_month
        assert opened == [0] * first + [1] * (len(opened) - first)
        assert [recorded.centres["opened"][number] for recorded in announced.history] == [
            int(month == first) for month in range(len(opened))
        ]
    assert len(set(durations)) > 1, "each draws its own"


def test_all_open_in_the_end_and_their_places_with_them(announced):
    assert (announced.tables["centres"].stage == OPEN).all()
    assert (announced.history[-1].centres["open"] == 1).all()
    np.testing.assert_array_equal(
        announced.history[-1].centres["places"], announced.tables["places"].sum(axis=1)
    )
    first = announced.history[0].centres["places"]
    assert not first[announced.old_centres :].any()


def test_building_times_are_drawn_evenly(settings):
    """Over 60 replicates of 19 centres, 9, 10 and 11 months in a third each: five deviations."""
    model = PoloModel(settings(*SMALL), 0)
    drawn = []
    for replicate in range(60):
        model.replicate = replicate
        for number, told in enumerate(model.polo.announced.values(), start=model.old_centres):
            if told.built is None:
                centre = model.centres[number]
                staffing = model.settings.rollout.staffing_months.value
                drawn.append(model.programme.opening_of(centre) - centre.start - staffing)
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
    assert (model.tables["firms"].centre == -1).all()


@pytest.mark.parametrize(("scheme", "number"), [("imss", IMSS), ("empresa", EMPRESA)])
def test_a_programme_of_one_scheme_opens_that_alone(settings, scheme, number):
    model = lived(settings, f"rollout.schemes=[{scheme}]")
    new = model.tables["centres"][model.old_centres :]
    np.testing.assert_array_equal(new.open == 1, new.scheme == number)
    assert (new.open == 1).any()
    assert CAMPO not in new.scheme


def test_slower_building_opens_later_by_as_much(settings, announced):
    """The same centres, each as many months later."""
    slow = lived(
        settings, "rollout.staffing_months.value=4", "months=57", replicate=announced.replicate
    )
    later = slow.tables["centres"].opening - announced.tables["centres"].opening
    assert set(later[announced.old_centres :].tolist()) == {3}


def test_centres_of_firms_have_sponsors_of_one_zone(settings):
    model = lived(settings, "scale=0.05")
    firms, centres = model.tables["firms"], model.tables["centres"]
    numbers = np.flatnonzero((centres.scheme == EMPRESA) & (centres.open == 1))
    assert numbers.size == 9
    for number in numbers:
        sponsors = firms.centre == number
        assert sponsors.any()
        assert (firms.sector[sponsors] == MAQUILA).all()
        assert (firms.zone[sponsors] == centres.zone[number]).all()
    assert np.isin(firms.centre, [-1, *numbers.tolist()]).all(), "no other centre has sponsors"


def test_sponsors_are_as_many_as_fill_the_places(settings):
    """The largest free plant, then neighbours by size, until their women would fill the centre."""
    model = PoloModel(settings("scale=0.05", "burn_in=0"), 0)
    firms = model.tables["firms"]
    number = next(c.number for c in model.new_centres if c.scheme == EMPRESA)
    model.programme.open(model.centres[number])
    sponsors = np.flatnonzero(firms.centre == number)
    largest = np.flatnonzero(firms.sector == MAQUILA)[
        np.argmax(firms.base_posts[firms.sector == MAQUILA])
    ]
    assert largest in sponsors
    wanted = model.settings.rollout.women_per_place.value * model.tables["places"][number].sum()
    staff = firms.staff[sponsors]
    neighbours = np.flatnonzero((firms.sector == MAQUILA) & (firms.zone == firms.zone[largest]))
    enough = staff.sum() >= wanted
    assert enough or set(sponsors) == set(neighbours)
    smallest = sponsors[np.argmin(firms.base_posts[sponsors])]
    assert staff.sum() - firms.staff[smallest] < wanted, "and no more than needed"
    others = np.setdiff1d(neighbours, sponsors)
    if others.size:
        assert firms.base_posts[others].max() <= firms.base_posts[smallest]
