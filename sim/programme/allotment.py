"""The country's announced centres, sited over its regions by estimated need.

The rule knows what an agency can know: census counts, who IMSS covers, and the places there are. It
knows nothing of what happens in the simulation.
"""

import heapq
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from sim.settings import Announced, Calendar


def estimated_need(
    children: np.ndarray, at_work: np.ndarray, covered: np.ndarray, places: np.ndarray
) -> np.ndarray:
    """Return the places that each region's insured working mothers' children lack, in whole places.

    Parameters
    ----------
    children : ndarray, shape (regions,)
        Children of the age.
    at_work : ndarray, shape (regions,)
        Share of women who are employed; mothers are taken to be as other women.
    covered : ndarray, shape (regions,)
        Share of persons whom IMSS covers; the employed are taken to be as other persons.
    places : ndarray, shape (regions,)
        Places in guarderías.

    Returns
    -------
    ndarray of int, shape (regions,)
        Negative where there are more places than such children.
    """
    return np.round(children * at_work * covered - places).astype(np.int64)


def allot(
    keys: Sequence[str], need: Sequence[int] | np.ndarray, calendar: Calendar, existing: float
) -> dict[str, dict[str, Announced]]:
    """Give each announced centre, in order, to a region by its estimated need.

    With `calendar.rule` ``proportional`` the next centre goes where most children stand behind it:
    the largest need over the centres that the region would then have (d'Hondt's rule), so that
    centres are in proportion to need. With ``largest`` it goes where most places are lacking still.

    A centre has the places that are left of the announced total over the centres that are left, or
    as few as the region still lacks, and always from `calendar.least_places` to `most_places`. The
    centres of a year begin in even steps from January on.

    Parameters
    ----------
    keys : sequence of str
        The regions; of those alike the one with fewer centres has the next, then the first by key.
    need : sequence of int
        Places that each lacks; see `estimated_need`.
    calendar : Calendar
    existing : float
        Places that the announced total counts and that are there already.

    Returns
    -------
    dict of dict of Announced
        By region, then by the centre's name: ``imss_0001`` is the country's first.
    """
    lacking = {key: int(value) for key, value in zip(keys, need, strict=True)}
    asked = dict(lacking)
    given: dict[str, dict[str, Announced]] = {key: {} for key in lacking}

    def claim(key: str) -> tuple[Fraction, int, str]:
        centres = len(given[key])
        if calendar.rule == "largest":
            return Fraction(-lacking[key]), centres, key
        return Fraction(-max(asked[key], 0), centres + 1), centres, key

    waiting = [claim(key) for key in lacking]
    heapq.heapify(waiting)
    least, most = round(calendar.least_places.value), round(calendar.most_places.value)
    left = max(0, round(calendar.total_places.value - existing))
    centres_left = sum(entry.centres for entry in calendar.years)
    number = 0
    for entry in calendar.years:
        for n in range(entry.centres):
            key = waiting[0][2]
            places = max(least, min(most, -(-left // centres_left), lacking[key]))
            left, centres_left, number = max(0, left - places), centres_left - 1, number + 1
            lacking[key] -= places
            given[key][f"imss_{number:04d}"] = Announced(
                scheme="imss",
                places=places,
                start=f"{entry.year}-{1 + 12 * n // entry.centres:02d}",
                known="derived",
            )
            heapq.heapreplace(waiting, claim(key))
    return given
