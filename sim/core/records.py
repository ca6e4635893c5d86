"""Records: one row of plain numbers per agent, in columns that both speeds share.

A table is a NumPy record array. A compiled rule reads ``row.wage``; so does a rule in plain
Python, through a `View`: a Mesa agent whose attributes are the columns of its row. Columns may be
small integers, and a view hands them out as Python numbers, so that a rule computes with 64 bits
at either speed.
"""

from collections.abc import Mapping

import mesa
import numpy as np


def row_type(fields: Mapping[str, str]) -> np.dtype:
    """Return the row type that has `fields` (name to NumPy type code), aligned for the machine."""
    return np.dtype(list(fields.items()), align=True)


def table(dtype: np.dtype, shape: int | tuple[int, ...]) -> np.recarray:
    """Return a table of zeros with rows of `dtype`."""
    return np.zeros(shape, dtype).view(np.recarray)


def one_row(values: Mapping[str, float | int]) -> np.recarray:
    """Return a table of one row: integers as 64-bit integers, floats as 64-bit floats."""
    dtype = row_type({k: "i8" if isinstance(v, int) else "f8" for k, v in values.items()})
    row = table(dtype, 1)
    for name, value in values.items():
        row[name] = value
    return row


class View(mesa.Agent):
    """A Mesa agent that is one row of a table.

    Subclasses name their row type: ``class Firm(View, columns=FIRM)``. Reading ``firm.wage``
    reads the column, assigning writes it.

    Parameters
    ----------
    model : mesa.Model
        The model; ``model.tables[cls.table_name]`` holds the rows.
    number : int
        Row of the agent.
    """

    table_name = ""

    def __init_subclass__(cls, columns: np.dtype, table_name: str, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.table_name = table_name
        for name in columns.names or ():
            if name != "number":
                setattr(cls, name, _column(name))

    def __init__(self, model: mesa.Model, number: int):
        super().__init__(model)
        self.number = int(number)
        self.rows = model.tables[self.table_name]


def _column(name: str) -> property:
    def read(self):
        return self.rows[name][self.number].item()

    def write(self, value):
        self.rows[name][self.number] = value

    return property(read, write, doc=f"Column `{name}` of the agent's row.")
