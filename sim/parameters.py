"""The parameters, as every rule reads them: one record of 64-bit floats."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

import configs
from sim.core.records import one_row


@cache
def base() -> dict[str, Any]:
    """Return `configs/parameters/base.yaml`: name to value, unit, bounds, source and so on."""
    path = Path(configs.__file__).parent / "parameters" / "base.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def names() -> tuple[str, ...]:
    """Return the names of all parameters."""
    return tuple(base())


def record(values: Mapping[str, float]) -> np.recarray:
    """Return the record, shape (1,), that rules read; columns in the order of `names`."""
    return one_row({name: float(values[name]) for name in names()})
