"""Where things are is told once, and centres stand where it says."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sim.population.places import distances
from sim.results.accounts import accounts_frame
from sim.results.places import places_frame
from sim.results.stream import ResultStream
from sim.unit import outcome, units

SMALL = ("scale=0.01", "burn_in=1", "months=8", "replicates=1", "threads=1")


def test_places_are_those_between_which_distances_are(settings):
    told = settings(*SMALL)
    polo = told.polo
    table = places_frame([told])
    assert list(table["number"]) == list(range(polo.zones.count + len(polo.parks)))
    assert (table["kind"] == "park").sum() == len(polo.parks)
    parks = table[table["kind"] == "park"].set_index("name")
    assert parks["share"].to_dict() == {name: park.share for name, park in polo.parks.items()}
    assert table.loc[table["kind"] == "zone", "share"].isna().all()
    assert table["name"].iloc[0] == "zone_00" and table["name"].is_unique
    for name, park in polo.parks.items():
        away = np.hypot(*parks.loc[name, ["east_km", "north_km"]])
        assert away == pytest.approx(park.distance_km)
    east, north = (table[name].to_numpy() for name in ("east_km", "north_km"))
    apart = np.hypot(east[0] - east[-1], north[0] - north[-1]) * polo.zones.detour_factor
    assert abs(distances(polo)[0, -1] - apart) < 0.001


def test_regions_have_their_own_places(settings, country, made_up, tmp_path):
    told = settings(*SMALL)
    regions = country(told, 2)
    stream = ResultStream(told, regions, tmp_path)
    (replicate,) = units(regions, 1)
    stream.add(0, map(made_up, replicate))
    _, files = stream.finish()
    assert files[-1].name == "places.parquet"
    table = pd.read_parquet(files[-1])
    assert list(pq.read_schema(files[-1]).names) == [
        "scenario", "region", "kind", "name", "number", "east_km", "north_km", "share",
    ]  # fmt: skip
    assert list(table["region"].unique()) == [region.polo.name for region in regions]
    assert not table.duplicated(["region", "number"]).any()


def test_centres_stand_in_a_place_of_the_table(settings):
    told = settings("polo=san_quintin", *SMALL)
    (unit,) = units([told], 1)[0]
    found = outcome(unit)
    accounts = pd.concat(
        [accounts_frame(lived.ledger, told, arm, 0) for arm, lived in found.items()]
    )
    parks = places_frame([told]).query("kind == 'park'").set_index("name")["number"]
    where = accounts.groupby(["name", "arm"], observed=True)["zone"].agg(["nunique", "first"])
    assert (where["nunique"] == 1).all()
    old = where[where.index.get_level_values("name").str.startswith("guarderia")]["first"].unstack()
    assert len(old) and (old["baseline"] == old["programme"]).all()
    announced = {name: centre.park for name, centre in told.polo.announced.items() if centre.park}
    seen = where["first"].xs("programme", level="arm")
    known = {name: parks[park] for name, park in announced.items() if name in seen.index}
    assert known and known == {name: seen[name] for name in known}
