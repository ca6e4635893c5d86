"""The limit: the engine's draws, square roots and bytes of a month, and nothing else.

What it repeats is counted from the engine's own months (see section 4 of DECLARATION.md).
"""

from collections import namedtuple
from math import sqrt
from typing import Any

import numba
import numpy as np

from experiments.benchmark.engine import BLOCKS, CARE, CHOICE, HEARING, MONTH, EnginePolo, halves
from experiments.benchmark.science import COUNTERS, N_COUNTERS, Column, Start
from sim.core.engine import in_parallel

Share = namedtuple("Share", "chooses with_child hears lots roots")
"""Means: of choices, applications again and lots a woman-month; of choices with a child and of
square roots a choice."""

COUNTING_MONTHS = 6
KIND_SHOCKS, CARE_SHOCKS = 6, 7


def counted_work(polo: EnginePolo, months: int = COUNTING_MONTHS) -> Share:
    """Count what the engine draws and roots in the next months of a polo."""
    lots = polo.lots
    counts = np.zeros_like(polo.all_counts)
    for _ in range(months):
        polo.month()
        counts += polo.all_counts
    chose = counts[COUNTERS.index("chose")]
    with_child, hears, roots = counts[N_COUNTERS:]
    woman_months = months * polo.women.size
    return Share(
        chooses=chose / woman_months,
        with_child=with_child / chose,
        hears=hears / woman_months,
        lots=(polo.lots - lots) / woman_months,
        roots=roots / chose,
    )


@in_parallel
def least_month(
    women: Any,
    households: Any,
    notes: Any,
    gumbel: Any,
    seed: int,
    month: int,
    share: Any,
    sums: Any,
) -> None:
    """Draw, read a table of shocks, take roots, and read and write each row, in parallel."""
    size = (women.shape[0] + BLOCKS - 1) // BLOCKS
    whole_roots = int(share.roots)
    for block in numba.prange(BLOCKS):
        total = 0.0
        for i in range(block * size, min(women.shape[0], (block + 1) * size)):
            u = halves(seed, i, month, MONTH, 0)
            for k in range(households.shape[1]):
                total += households[i, k]
            for k in range(women.shape[1]):
                women[i, k] += 1
            notes[i] = u[1] < share.chooses
            if u[1] < share.chooses:
                drawn = halves(seed, i, month, CHOICE, 0)
                for k in range(KIND_SHOCKS):
                    total += gumbel[int(drawn[k] * (gumbel.size - 1))] * drawn[k]
                for k in range(whole_roots + (u[2] < share.roots - whole_roots)):
                    total += sqrt(drawn[0] + k)
                if u[3] < share.with_child:
                    drawn = halves(seed, i, month, CARE, 0)
                    for k in range(CARE_SHOCKS):
                        total += gumbel[int(drawn[k] * (gumbel.size - 1))] * drawn[k]
            elif u[4] < share.hears + share.lots:
                total += halves(seed, i, month, HEARING, 0)[0]
        sums[block] += total


class LimitPolo:
    """The limit over tables of the engine's row types."""

    def __init__(self, start: Start, seed: int) -> None:
        engine = EnginePolo(start, seed)
        self.seed, self.number = seed, 0
        self.share = counted_work(engine)
        # The same bytes as 32-bit words
        self.women = engine.women.view(np.int32).reshape(start.size, -1)
        self.households = engine.households.view(np.int32).reshape(start.size, -1)
        self.notes = np.zeros(start.size, np.int8)
        self.gumbel = engine.world.gumbel
        self.sums = np.zeros(BLOCKS)

    def month(self) -> Column:
        """Do a month's least work; return nothing that means anything."""
        least_month(
            self.women, self.households, self.notes, self.gumbel, self.seed, self.number,
            self.share, self.sums,
        )  # fmt: skip
        self.number += 1
        return np.zeros(N_COUNTERS, np.int64)
