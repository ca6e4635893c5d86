"""The best sites there are, found by a solver: an upper bound for the rules of siting.

Capacitated maximal covering: choose a zone for each centre so that the demand within reach, as far
as places go, is largest (Church and ReVelle, 1974; with capacities, Current and Storbeck, 1988).
Solved by OR-Tools (extra ``siting``).
"""

import numpy as np

from sim.errors import InputError

SECONDS = 30.0
"""Work limit of the solver in its own deterministic time: the same on every machine."""


def best_zones(
    distance: np.ndarray, demand: np.ndarray, places: np.ndarray, reach_km: float
) -> np.ndarray:
    """Return the zone of each centre.

    Parameters
    ----------
    distance : ndarray of float, shape (zones, homes)
        Road distance (km) from each possible site to each zone of homes.
    demand : ndarray of float, shape (homes,)
        Children by zone of their homes.
    places : ndarray of int, shape (centres,)
    reach_km : float

    Returns
    -------
    ndarray of int, shape (centres,)

    Raises
    ------
    InputError
        If OR-Tools is not installed.
    """
    try:
        from ortools.sat.python import cp_model
    except ImportError:
        raise InputError(
            "siting rule optimum needs OR-Tools: install the extra, pip install -e '.[siting]'"
        ) from None
    if places.size == 0:
        return np.zeros(0, np.int64)
    sites, homes = distance.shape
    children = np.round(demand).astype(int)
    # Centres differ little: the solver opens so many of their mean size, and who is larger goes
    # where more is covered
    size = max(1, round(float(places.mean())))
    model = cp_model.CpModel()
    opened = [model.new_int_var(0, places.size, f"centres_{s}") for s in range(sites)]
    model.add(sum(opened) == places.size)
    served = {}
    total = cp_model.LinearExpr.sum
    for h in range(homes):
        near = [s for s in range(sites) if distance[s, h] <= reach_km]
        for s in near:
            served[s, h] = model.new_int_var(0, int(children[h]), f"served_{s}_{h}")
        model.add(total([served[s, h] for s in near]) <= int(children[h]))
    for s in range(sites):
        there = [variable for (site, _), variable in served.items() if site == s]
        model.add(total(there) <= size * opened[s])
    # Children count first; among ways that serve as many, the nearest sites win
    first = 1000 * (round(1000 * reach_km) + 1)
    near_by = {key: first - round(1000 * float(distance[key])) for key in served}
    model.maximize(total([near_by[key] * variable for key, variable in served.items()]))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = SECONDS
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return np.full(places.size, int(np.argmin(distance @ np.maximum(demand, 1e-9))))
    count = np.array([solver.value(variable) for variable in opened])
    covered = np.array(
        [sum(solver.value(v) for (s, _), v in served.items() if s == site) for site in range(sites)]
    )
    zones = np.repeat(np.arange(sites), count)
    zones = zones[np.argsort(-(covered / np.maximum(count, 1))[zones], kind="stable")]
    chosen = np.empty(places.size, np.int64)
    chosen[np.argsort(-places, kind="stable")] = zones
    return chosen
