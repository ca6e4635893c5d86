"""Records: views read and write the columns, as Python numbers, under names that are free."""

import mesa
import numpy as np
import pytest

from sim.agents.ceci import CECI, CENTRE
from sim.agents.firm import FIRM, Firm
from sim.agents.household import HOUSEHOLD, Household
from sim.agents.mother import CHILD, MOTHER, Mother
from sim.core.records import View, one_row, row_type, table

SHEEP = row_type({"number": "i4", "age": "i1", "month": "i2", "weight": "f8", "taste": "f4"})
VIEWS = [(Mother, MOTHER), (Household, HOUSEHOLD), (Firm, FIRM), (CECI, CENTRE)]


class Sheep(View, columns=SHEEP, table_name="sheep"):
    """A view for these tests."""


@pytest.fixture
def flock():
    model = mesa.Model(rng=0)
    model.tables = {"sheep": table(SHEEP, 3)}
    model.tables["sheep"].number = np.arange(3)
    return model


def test_a_view_reads_and_writes_its_row_alone(flock):
    rows = flock.tables["sheep"]
    first, last = Sheep(flock, 0), Sheep(flock, 2)
    last.age = 7
    last.weight = 61.5
    assert rows.age.tolist() == [0, 0, 7]
    assert rows.weight.tolist() == [0.0, 0.0, 61.5]
    rows.age[0] = 3
    assert first.age == 3
    assert last.age == 7
    last.age += 1
    assert rows.age[2] == 8
    assert Sheep(flock, 2).age == 8, "two views of a row are the same agent"


def test_a_view_gives_python_numbers(flock):
    sheep = Sheep(flock, np.int64(1))
    assert type(sheep.number) is int
    assert {type(getattr(sheep, name)) for name in ("age", "month")} == {int}
    assert {type(getattr(sheep, name)) for name in ("weight", "taste")} == {float}


def test_small_columns_compute_with_64_bits_and_refuse_what_they_cannot_hold(flock):
    sheep = Sheep(flock, 1)
    sheep.age = 120
    sheep.month = -30000
    assert sheep.age + sheep.age == 240
    assert 2 * sheep.month == -60000
    with pytest.raises(OverflowError):
        sheep.age = 200
    assert sheep.age == 120
    sheep.taste = 0.1
    assert sheep.taste == float(np.float32(0.1))


def test_an_unknown_attribute_is_refused(flock):
    with pytest.raises(AttributeError, match="wool"):
        _ = Sheep(flock, 0).wool


def test_a_row_keeps_integers_and_floats_apart():
    row = one_row({"month": 3, "rate": 1.0})
    assert row.dtype["month"] == np.int64
    assert row.dtype["rate"] == np.float64
    assert (row[0].month, row[0].rate) == (3, 1.0)


@pytest.mark.parametrize(("view", "columns"), VIEWS, ids=lambda v: getattr(v, "__name__", ""))
def test_columns_take_no_name_of_mesas(view, columns):
    agent = mesa.Agent(mesa.Model(rng=0))
    taken = {name for name in dir(agent) if not name.startswith("__")} | {"rows", "table_name"}
    assert {"unique_id", "model", "random", "remove"} <= taken
    assert not taken & set(columns.names)


@pytest.mark.parametrize(("view", "columns"), VIEWS, ids=lambda v: getattr(v, "__name__", ""))
def test_every_column_is_readable_by_its_name(view, columns):
    """Nothing that a view defines itself hides a column of its row."""
    model = mesa.Model(rng=0)
    model.tables = {view.table_name: table(columns, 2), "children": table(CHILD, (2, 4))}
    agent = view(model, 1)
    for value, name in enumerate(set(columns.names) - {"number"}, start=1):
        setattr(agent, name, value)
        assert model.tables[view.table_name][name][1] == value
        assert getattr(agent, name) == value
        assert model.tables[view.table_name][name][0] == 0
