"""Outreach: how firms come to know that they can have a centre.

The Secretaría de Economía tells large firms at dialogue events, state governments tell their own,
and a firm hears of it from those of its park that know.
"""

import numpy as np

from sim.population.quotas import lots
from sim.purposes import OUTREACH
from sim.settings import Outreach

LARGE = 100
"""Posts from which a firm is told at events or by a state government."""


def spread(
    firms: np.recarray, outreach: Outreach, seed: int, replicate: int, month: int, first: bool
) -> None:
    """Let firms learn of scheme `empresa` in a month; who knows it never forgets.

    Parameters
    ----------
    firms : recarray, shape (firms,)
        Column `aware` is changed.
    outreach : Outreach
    seed, replicate, month : int
    first : bool
        True in the first month of the agreement, when some know already.
    """
    told, hears, knew, _ = lots(seed, replicate, firms.size, OUTREACH, month=month).T
    large = firms.base_posts >= LARGE
    missed = (1 - outreach.reach.value) ** (outreach.events_a_year.value / 12)
    missed *= 1 - outreach.state_reach.value
    learns = large & (told < 1 - missed)
    zones = int(firms.zone.max()) + 1
    who_knows = np.bincount(firms.zone, firms.aware, zones)
    share = (who_knows / np.maximum(np.bincount(firms.zone, minlength=zones), 1))[firms.zone]
    learns |= hears < outreach.neighbours.value * share
    if first:
        learns |= large & (knew < outreach.known_at_start.value)
    firms.aware[learns] = 1
