"""How well the simulator does against published figures; tables kept beside the project."""

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

import configs

# In an installed package they lie inside it; in the project, where they are kept
PLACES = (Path(__file__).parent / "validation",
          Path(__file__).resolve().parents[2] / "docs" / "validation")  # fmt: skip
POLO = "juarez"
"""Whose published figures these are."""


def validation() -> dict[str, pd.DataFrame]:
    """Return the tables of validation, and how many figures are inside; none if not installed.

    Returns
    -------
    dict
        ``moments``, ``studies``: as the evidence keeps them; ``fit``: columns key, value.
    """
    found = {}
    for name in ("moments", "studies"):
        for place in PLACES:
            if name not in found and (place / f"{name}.csv").is_file():
                found[name] = pd.read_csv(place / f"{name}.csv", comment="#")
    counts = {
        key: value
        for name, table in found.items()
        for key, value in ((name, len(table)), (f"{name}_inside", table["inside"].sum()))
    }
    return {**found, "fit": pd.DataFrame({"key": list(counts), "value": list(counts.values())})}


@cache
def described() -> dict[str, Any]:
    """Return name and measure of each moment."""
    path = Path(configs.__file__).parent / "moments" / f"{POLO}.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))["moments"]
