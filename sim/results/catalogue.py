"""What is measured, of whom: names, units and definitions, light enough for anyone to read."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

import configs


@cache
def catalogue() -> dict[str, Any]:
    """Return `configs/measures.yaml`: measures, groups and the headline."""
    path = Path(configs.__file__).parent / "measures.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def units() -> dict[str, str]:
    """Return the unit of each measure, in English."""
    return {name: measure["unit"]["en"] for name, measure in catalogue()["measures"].items()}
