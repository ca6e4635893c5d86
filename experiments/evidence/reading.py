"""Files that a user wrote: read as plain data, and what is wrong with them in one line."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from sim.errors import InputError

MOST_BYTES = 200_000
"""Size above which a file is not one of a person's hand."""


class _Plain(yaml.SafeLoader):
    """Plain data alone: no tags that make objects, no aliases that make a small file huge."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.MarkedYAMLError(
                problem=f"alias *{event.anchor} is not allowed: write it out",
                problem_mark=event.start_mark,
            )
        return super().compose_node(parent, index)


def read_yaml(path: Path) -> Any:
    """Return what a file of YAML holds, as plain data.

    Raises
    ------
    InputError
        If it cannot be read, is too large, is not YAML, or has tags or aliases; in one line.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path.name}: larger than {MOST_BYTES // 1000} kB")
        return yaml.load(path.read_text(encoding="utf-8"), _Plain)  # a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(f"{path.name}: not valid YAML: {_one_line(error)[:200]}") from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None


def first_line_of(error: Exception) -> str:
    """Return what is wrong, in one line: for pydantic's errors the key, the value and why."""
    if not isinstance(error, ValidationError):
        return _one_line(error)
    detail = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in detail["loc"])
    said = detail["msg"].removeprefix("Value error, ")
    given = "" if detail["type"] == "missing" or not where else f"={str(detail['input'])[:60]}"
    return _one_line(f"{where}{given}: {said}" if where else said)


def _one_line(said: object) -> str:
    return " ".join(str(said).split())
