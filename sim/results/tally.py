"""The tally of an arm: what was counted, month by month, in whole numbers that add up exactly."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.agents.ceci import SCHEMES


@dataclass(frozen=True)
class Tally:
    """What was counted in an arm of a replicate, of a region or of several together.

    Attributes
    ----------
    people : ndarray of int, shape (months, groups, counters)
    firms : ndarray of int, shape (months, firm_names, sectors)
    centres : ndarray of int, shape (months, centre_names, schemes)
    firm_names, centre_names : tuple of str
        What is counted of firms and of centres.
    """

    people: np.ndarray
    firms: np.ndarray
    centres: np.ndarray
    firm_names: tuple[str, ...]
    centre_names: tuple[str, ...]

    @classmethod
    def of(cls, history: Sequence[Any], schemes: np.ndarray) -> "Tally":
        """Sum up a history (see `sim.model.Month`), given the scheme of each centre."""
        firm_names, centre_names = tuple(history[0].firms), tuple(history[0].centres)
        by_scheme = (schemes[:, None] == np.array(list(SCHEMES.values()))).astype(np.int64)
        return cls(
            np.array([month.people for month in history]),
            np.array([[month.firms[name] for name in firm_names] for month in history]),
            np.array([[month.centres[name] @ by_scheme for name in centre_names]
                      for month in history]),
            firm_names,
            centre_names,
        )  # fmt: skip

    def __add__(self, other: "Tally") -> "Tally":
        if (self.firm_names, self.centre_names) != (other.firm_names, other.centre_names):
            raise ValueError("these tallies do not count the same")
        return replace(
            self,
            people=self.people + other.people,
            firms=self.firms + other.firms,
            centres=self.centres + other.centres,
        )
