"""Needs analysis: unmet demand by zone, from what an agency can see.

The census counts young children; the analysis adds where insured mothers live and who waits at the
centres. Neither knows what the model knows: each zone's estimate has an error that stays with it.
"""

import numpy as np
from scipy.special import ndtri

from sim.agents.mother import CARE_AGE, CHILD_SLOTS, FORMAL, NEVER, NOBODY
from sim.core.engine import compiled, rule
from sim.population.quotas import lots
from sim.purposes import NEEDS


def estimated_need(model, zones: int) -> np.ndarray:
    """Return estimated unmet demand for places by zone of the homes, shape (zones,).

    Parameters
    ----------
    model : PoloModel
        Read: children by zone (census), insured mothers' children by zone (IMSS's own records),
        enrolment and waiting lists. With the plan's `needs_analysis` false, the census only.
    zones : int
        Zones of homes.
    """
    assistance = model.plan.assistance
    children, insured, enrolled, asking = children_by_zone(model, zones)
    if assistance.needs_analysis:
        uptake = (enrolled.sum() + asking.sum()) / max(insured.sum(), 1)
        need = np.maximum(uptake * insured - enrolled, 0.0) + asking
        error = assistance.needs_error_assisted.value
    else:
        need = children.astype(float)
        error = assistance.needs_error.value
    draw = lots(model.settings.seed, model.replicate, zones, NEEDS)[:, 0]
    return need * np.exp(error * ndtri(np.clip(draw, 1e-3, 1 - 1e-3)))


def children_by_zone(model, zones: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return children under four by zone: all, of the insured, enrolled, asking without a place."""
    t = model.tables
    counts = np.zeros((4, zones), np.int64)
    month = int(model.now["month"][0])
    compiled(count_children)(t["mothers"], t["children"], t["households"], month, counts)
    young, insured, enrolled, asking = counts
    return young, insured, enrolled, asking


@rule
def count_children(mothers, children, households, month, counts):
    """Add up children under four by zone, shape (4, zones); see `children_by_zone`."""
    for i in range(mothers.size):
        zone = households[i].zone
        for k in range(CHILD_SLOTS):
            child = children[i, k]
            if child.birth == NEVER or month - child.birth >= CARE_AGE:
                break
            counts[0, zone] += 1
            if mothers[i].status == FORMAL:
                counts[1, zone] += 1
            if child.centre != NOBODY:
                counts[2, zone] += 1
            elif child.wants == 1:
                counts[3, zone] += 1


def unmet_demand(model, zones: int) -> np.ndarray:
    """Return the true number of insured mothers' children who are in no centre, by zone."""
    _, insured, enrolled, _ = children_by_zone(model, zones)
    return np.maximum(insured - enrolled, 0).astype(float)
