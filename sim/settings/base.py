"""What every part of the settings is made of: texts, figures, parameters, hours."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Known = Literal["measured", "derived", "calibrated", "assumed"]

Interval = Literal["chance", "parameters and chance"]
"""What an interval over replicates holds."""

Share = Annotated[float, Field(ge=0, le=1)]

Month = Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]

Clock = Annotated[str, Field(pattern=r"^([01]\d|2\d):[0-5]\d$")]


class Strict(BaseModel):
    """A part of the configuration that accepts no unknown key and cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Label(Strict):
    """A text in both languages; markup in it is only text, to be escaped where it is shown."""

    es: str = Field(max_length=300)
    en: str = Field(max_length=300)

    @field_validator("es", "en")
    @classmethod
    def one_line(cls, text: str) -> str:
        """Refuse what breaks a line or moves a terminal's cursor."""
        if any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in text):
            raise ValueError("one line of text, without control characters")
        return text


class Named(Strict):
    """A choice of a configuration group, with its name and title."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    label: Label


class Parameter(Strict):
    """A parameter that knows itself: value, unit, bounds, how it is known and from where."""

    value: float
    unit: str = Field(min_length=1)
    bounds: tuple[float, float]
    known: Known
    source: str = Field(min_length=1)
    label: Label

    @model_validator(mode="after")
    def inside_bounds(self) -> "Parameter":
        """Refuse a value outside the parameter's own bounds."""
        low, high = self.bounds
        if not low <= self.value <= high:
            raise ValueError(f"value {self.value:g} is not from {low:g} to {high:g} ({self.unit})")
        return self


class Figure(Strict):
    """A figure of the polo, with its unit, how it is known and its source."""

    value: Annotated[float, Field(ge=0)]
    unit: str = Field(min_length=1)
    known: Known
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def a_share_is_at_most_one(self) -> "Figure":
        """Refuse a share or a probability above 1."""
        if self.unit.startswith(("share", "probability")) and self.value > 1:
            raise ValueError(f"value {self.value:g} is not from 0 to 1 ({self.unit})")
        return self


class Window(Strict):
    """Hours between which a centre is open; a time after midnight is written beyond 24:00."""

    opens: Clock
    closes: Clock

    @model_validator(mode="after")
    def closes_after_it_opens(self) -> "Window":
        """Refuse a centre that closes before it opens."""
        if minutes(self.closes) <= minutes(self.opens):
            raise ValueError(f"closes {self.closes} is not after opens {self.opens}")
        return self


class Opening(Window):
    """Opening hours of a share of the centres."""

    share: Share = 1.0


def expect_names(what: str, given: Iterable[str], expected: tuple[str, ...]) -> None:
    """Raise ValueError where a name is missing or unknown."""
    names = set(given)
    for name in expected:
        if name not in names:
            raise ValueError(f"{what} {name} is missing")
    for name in sorted(names - set(expected)):
        raise ValueError(f"{what} {name} is unknown")


def shares_add_up_to_one(hours: list[Any]) -> None:
    """Raise ValueError where the shares of shifts or opening hours do not add up to 1."""
    total = sum(entry.share for entry in hours)
    if abs(total - 1) > 1e-6:
        raise ValueError(f"shares add up to {total:g}, they must add up to 1")


def minutes(clock: str) -> int:
    """Return minutes after midnight of a clock time such as ``"16:45"`` or ``"25:24"``."""
    match = re.fullmatch(r"(\d\d):(\d\d)", clock)
    assert match, clock
    return 60 * int(match[1]) + int(match[2])
