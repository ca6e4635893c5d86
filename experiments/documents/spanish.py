"""The Spanish of what the configuration says in English only: headings, units, sources."""

from functools import cache
from pathlib import Path

import yaml


def worded(text: str, lang: str) -> str:
    """Return a text of the configuration in a language, or as it is: a user's own is not known."""
    return text if lang == "en" else spanish().get(text, text)


@cache
def spanish() -> dict[str, str]:
    """Return the texts of spanish.yaml, from English to Spanish."""
    path = Path(__file__).with_suffix(".yaml")
    return yaml.safe_load(path.read_text(encoding="utf-8"))
