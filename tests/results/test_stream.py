"""Results written replicate by replicate are those of the whole table; little stays in memory."""

import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sim.results.catalogue import catalogue, units
from sim.results.stream import ResultStream, whole
from sim.results.tables import effects
from sim.unit import ARMS
from sim.unit import units as units_of

SMALL = ("months=14", "burn_in=2", "replicates=3")


def write(settings, regions, folder: Path, made_up, replicates=None):
    """Stream made-up replicates; return the effects and the files."""
    folder.mkdir()
    stream = ResultStream(settings, regions, folder)
    for number, replicate in enumerate(units_of(regions, replicates or settings.replicates)):
        stream.add(number, map(made_up, replicate))
    return stream.finish()


@pytest.fixture(scope="module")
def told(settings):
    return settings(*SMALL)


@pytest.fixture(scope="module")
def country_of_three(told, country, made_up, tmp_path_factory):
    regions = country(told, 3)
    folder = tmp_path_factory.mktemp("stream") / "run"
    table, files = write(told, regions, folder, made_up)
    return regions, folder, table, files


def test_effects_are_those_of_the_whole_table(country_of_three):
    _, folder, table, files = country_of_three
    assert [file.name for file in files] == [
        "monthly.parquet", "effects.csv", "accounts.parquet", "regions.parquet",
        "distribution.parquet", "places.parquet",
    ]  # fmt: skip
    monthly = pd.read_parquet(folder / "monthly.parquet")
    pd.testing.assert_frame_equal(effects(monthly, units()), table, check_exact=True)
    assert (table["low"] < table["high"]).sum() > 100
    written = pd.read_csv(folder / "effects.csv")
    np.testing.assert_array_equal(written["effect"], table["effect"])


def test_a_country_is_the_sum_of_its_regions(country_of_three, told, made_up):
    regions, folder, _, _ = country_of_three
    monthly = pd.read_parquet(folder / "monthly.parquet")
    people = [made_up(unit)["programme"].tally.people for unit in units_of(regions, 1)[0]]
    counted = sum(of[:, 0, 0] for of in people)
    assert counted.min() > 0
    arms = {arm: sum_of(made_up(unit)[arm].tally for unit in units_of(regions, 1)[0])
            for arm in ARMS}  # fmt: skip
    first = monthly[monthly["replicate"] == 0].reset_index(drop=True)
    expected = whole(told, regions, arms, 0)
    pd.testing.assert_series_equal(first["value"], expected["value"], check_exact=True)
    assert (arms["programme"].people[:, 0, 0] == counted).all()


def sum_of(tallies):
    """Add tallies up."""
    first, *others = tallies
    for other in others:
        first = first + other
    return first


def test_each_replicate_is_a_row_group_in_order(country_of_three):
    _, folder, _, _ = country_of_three
    for name in ("monthly", "accounts", "regions"):
        file = pq.ParquetFile(folder / f"{name}.parquet")
        assert file.num_row_groups == 3, name
        seen = [set(file.read_row_group(n)["replicate"].to_pylist()) for n in range(3)]
        assert seen == [{0}, {1}, {2}], name


def test_regions_are_told_apart(country_of_three, made_up):
    regions, folder, _, _ = country_of_three
    names = [region.polo.name for region in regions]
    accounts = pd.read_parquet(folder / "accounts.parquet")
    assert accounts["region"].drop_duplicates().tolist() == names
    table = pd.read_parquet(folder / "regions.parquet")
    headline = len(catalogue()["headline"])
    assert len(table) == 3 * 3 * 2 * (headline + 2)
    assert not table.duplicated(["region", "replicate", "arm", "group", "measure"]).any()
    unit = units_of(regions, 3)[2][1]
    tally = made_up(unit)["baseline"].tally
    values = table[
        (table["region"] == names[1]) & (table["replicate"] == 2) & (table["arm"] == "baseline")
    ].set_index(["measure", "group"])["value"]
    assert values["people", "women_15_49"] == tally.people[-12:, 0, 0].mean()
    places = tally.centres[-12:, tally.centre_names.index("places")].sum(axis=1)
    assert values["places", "all_centres"] == places.mean()
    active = tally.people[:, 0, 1:4].sum(axis=1)
    rate = (100 * (active / tally.people[:, 0, 0]))[-12:].mean()
    assert values["participation", "women_15_49"] == pytest.approx(rate)


def test_the_same_replicates_give_the_same_bytes(country_of_three, told, made_up, tmp_path):
    regions, _, _, files = country_of_three
    write(told, regions, tmp_path / "again", made_up)
    for file in files:
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes(), file.name


def test_accounts_of_a_country_are_written_in_parts(told, country, made_up, tmp_path, monkeypatch):
    regions = country(told, 3)
    write(told, regions, tmp_path / "whole", made_up, 1)
    monkeypatch.setattr("sim.results.stream.ROWS", 1)
    write(told, regions, tmp_path / "parts", made_up, 1)
    assert pq.ParquetFile(tmp_path / "parts" / "accounts.parquet").num_row_groups == 3
    one, other = (
        pd.read_parquet(tmp_path / name / "accounts.parquet") for name in ("whole", "parts")
    )
    pd.testing.assert_frame_equal(one, other, check_categorical=False)


def test_memory_does_not_grow_with_replicates(told, made_up, tmp_path):
    """What stays of a replicate is its means: a few bytes for each measure and group."""
    kept, peak = {}, {}
    write(told, [told], tmp_path / "warm", made_up, 1)
    for count in (3, 12):
        tracemalloc.start()
        stream = ResultStream(told, [told], tmp_path)
        for number, (unit,) in enumerate(units_of([told], count)):
            stream.add(number, [made_up(unit)])
        kept[count], peak[count] = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        stream.close()
    monthly = pd.read_parquet(tmp_path / "monthly.parquet")
    of_replicate = monthly.memory_usage(deep=True).sum() / 12
    assert (kept[12] - kept[3]) / 9 < 100_000 < of_replicate / 2
    assert peak[12] < peak[3] + 9 * 100_000 + 500_000
