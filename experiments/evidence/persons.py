"""Populations of women: by which traits they are chosen, and what can be asked of them.

Moments and studies ask about populations that the result tables do not have. Any measure of
`configs/measures.yaml` made of what is counted person by person (`sim.results.persons`) can be
asked of any population.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import ConfigDict, Field, RootModel, ValidationError, model_validator

from experiments.evidence.reading import first_line_of
from sim.errors import InputError
from sim.results.catalogue import catalogue
from sim.results.persons import COUNTED, NUMBERS, TRAITS, TRUTHS, WORDS, People
from sim.settings.base import Strict


class Between(Strict):
    """A condition on a number: from the first on, and below the second."""

    model_config = ConfigDict(populate_by_name=True)

    at_least: float = Field(default=-np.inf, alias="from")
    below: float = np.inf

    @model_validator(mode="after")
    def ordered(self) -> "Between":
        """Refuse a range that holds nothing."""
        if self.below <= self.at_least:
            raise ValueError(f"below {self.below:g} is not above from {self.at_least:g}")
        return self


Condition = bool | str | list[str] | Between


class Population(RootModel[dict[str, Annotated[Any, Field()]]]):
    """Who is meant: conditions on traits, all of which must hold; none is every woman of 15 to 49.

    Numbers take ``{from: 20, below: 30}``, words one or a list of them, truths true or false.
    """

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def known(self) -> "Population":
        """Refuse unknown traits and words, and conditions of another kind."""
        for trait, condition in self.root.items():
            check(trait, condition)
        return self

    @property
    def key(self) -> str:
        """The conditions in a line: the same for the same."""
        return json.dumps(self.root, sort_keys=True)

    def mask(self, people: People) -> np.ndarray:
        """Return True for those who are meant, shape (women,)."""
        found = np.ones(people.size, bool)
        for trait, condition in self.root.items():
            if trait in NUMBERS:
                between = Between.model_validate(condition)
                values = NUMBERS[trait](people)
                found &= (values >= between.at_least) & (values < between.below)
            elif trait in WORDS:
                found &= np.isin(WORDS[trait][1](people), _listed(condition))
            else:
                found &= TRUTHS[trait](people) == condition
        return found


def check(trait: str, condition: Any) -> None:
    """Raise ValueError where a condition has no meaning."""
    if trait in NUMBERS:
        if not isinstance(condition, dict):
            raise ValueError(f"{trait} is a number: write {{from: 1, below: 2}}, not {condition!r}")
        try:
            Between.model_validate(condition)
        except ValidationError as error:
            raise ValueError(f"{trait}: {first_line_of(error)}") from None
    elif trait in WORDS:
        for word in _listed(condition):
            if word not in WORDS[trait][0]:
                known = ", ".join(WORDS[trait][0])
                raise ValueError(f"{trait} {word!r} is unknown; known: {known}")
    elif trait in TRUTHS:
        if not isinstance(condition, bool):
            raise ValueError(f"{trait} is true or false, not {condition!r}")
    else:
        raise ValueError(f"trait {trait!r} is unknown; known: {', '.join(TRAITS)}")


def _listed(words: Any) -> list[Any]:
    return list(words) if isinstance(words, list) else [words]


def definition(measure: str) -> dict[str, Any]:
    """Return a measure that can be asked of any population.

    Raises
    ------
    InputError
        If it is unknown, or made of what is not counted person by person.
    """
    measures = catalogue()["measures"]
    known = [name for name, found in measures.items() if _countable(found)]
    if measure not in known:
        raise InputError(
            f"measure {measure!r} cannot be asked of a population; those that can: "
            f"{', '.join(known)}"
        )
    return measures[measure]


def _countable(found: Mapping[str, Any]) -> bool:
    if found["of"] not in ("people", "person"):
        return False  # the Gini coefficient is of no counters
    return {*found["numerator"], *found.get("denominator", [])} <= {*COUNTED, *ANSWERED}


ANSWERED = ("would_use",)
"""Counters of an offer, which no month has."""


def counters_of(measure: str) -> set[str]:
    """Return the names of the counters that a measure is made of."""
    found = definition(measure)
    return {*found["numerator"], *found.get("denominator", ["people"])}
