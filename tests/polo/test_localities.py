"""A point at sea is refused where the census says where people live."""

import math

import numpy as np
import pytest

from sim.polo.localities import NEAR, degrees, read_localities
from tests.polo.made import CODE, HERE, hermosillo
from tests.polo.test_refused import cell, refused, sea, snapshot, table
from tests.population.made import angle, write_iter

COAST = (28.82, -111.95, 7000)
GULF = ("28.5", "-112.2")
"""Of the state's box, and less than 150 km from the city."""

POINTS = {
    "firms": ("latitud", "longitud"), "centres": ("latitude", "longitude"),
    "zones": ("latitude", "longitude"),
}  # fmt: skip


def census(files, **more):
    """Write a census with localities in and around the city, on the coast, and nobody at sea."""
    localities = {
        CODE: [(*HERE, 900_000), COAST, (float(GULF[0]), float(GULF[1]), 0)],
        "25001": [(float(GULF[0]), float(GULF[1]), 50)],
    }
    return write_iter(files["iter"], hermosillo(), localities=localities | more)


@pytest.mark.parametrize("option", POINTS)
def test_a_point_at_sea_is_refused(option, files, new, tmp_path):
    census(files)
    assert new(**files).status == 0
    sea(option, *POINTS[option], GULF)(files)
    said = f"--{option}=.*row 3 columns latitude and longitude: 28.5, -112.2 is 43 km from the "
    before = snapshot(tmp_path / "mine")
    refused(new("--force", **files), f"{said}nearest inhabited locality: at sea or misplaced",
            tmp_path / "mine", before)  # fmt: skip


def test_a_hamlet_makes_a_point_land(files, new):
    sea("firms", *POINTS["firms"], GULF)(files)
    census(files, **{"26002": [(28.6, -112.15, 3)]})
    assert new(**files).status == 0


def test_without_localities_the_middle_of_the_file_is_what_there_is(files, new):
    sea("firms", *POINTS["firms"], GULF)(files)
    assert read_localities("--iter", files["iter"], {"26"}) is None
    assert new(**files).status == 0


@pytest.mark.parametrize(
    "text",
    ["29°05'44.600\" N", "29°05'44.600\"N", "29Â°05'44.600\" N", "29\ufffd05'44.600\" N",
     "29º05´44.600´´ N", "29?05'44.600'' N", "29 05 44.600 N"],
)  # fmt: skip
def test_signs_of_degrees_are_lost_to_encodings(text):
    assert degrees(text) == pytest.approx(29 + 5 / 60 + 44.6 / 3600, rel=1e-14)


@pytest.mark.parametrize("sign", ["W", "O"])
def test_west_is_below_zero(sign):
    assert degrees(f"110°57'02.371\" {sign}") == pytest.approx(-110.95065861, abs=1e-8)


@pytest.mark.parametrize(
    "value", ["29°65'44\" N", "29.09", "N", "29°05'44\" W", "=1+1", "9999°05'44\" N"]
)
def test_a_place_that_is_none_is_refused(value, files, new, tmp_path):
    census(files)
    lines = ["".join(line) for line in table(files["iter"])]
    row = next(n for n, line in enumerate(lines, 1) if "49'12.000" in line)
    cell("iter", "LATITUD", value.encode().decode("latin-1"), row)(files)
    refused(new(**files), rf"--iter=.*row {row} column latitud: '.*' is not degrees, minutes and ",
            tmp_path / "mine", {})  # fmt: skip


def test_kilometres_are_those_of_the_globe(files):
    census(files)
    found = read_localities("--iter", files["iter"], {"26"})
    assert found.tree.n == 2
    rng = np.random.default_rng(2)
    for north, east in rng.uniform((26, -115), (32, -109), (20, 2)):
        km = []
        for a, b, _ in ((*HERE, 0), COAST):
            one, other = math.radians(a), math.radians(north)
            haversine = (
                math.sin((other - one) / 2) ** 2
                + math.cos(one) * math.cos(other) * math.sin(math.radians(east - b) / 2) ** 2
            )
            km.append(2 * 6371 * math.asin(math.sqrt(haversine)))
        assert found.km_to_nearest([north], [east])[0] == pytest.approx(min(km), abs=1e-3)
    edge = HERE[0] + NEAR / 111.195
    assert found.km_to_nearest([edge], [HERE[1]])[0] == pytest.approx(NEAR, rel=1e-4)


def test_the_made_angles_are_the_published_ones():
    assert angle(29.0957222, "NS") == "29°05'44.600\" N"
    assert angle(-109.2008333, "EW") == "109°12'03.000\" W"
