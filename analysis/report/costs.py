"""What the programme costs, who pays and what for: the tables of `analysis.value`."""

import pandas as pd

from analysis.costs import assumptions, effects, of_each, of_jobs, of_payers
from analysis.estimates import LAST
from analysis.money import Assumptions
from analysis.results import Results
from analysis.texts import RefusedError


def costs(results: Results) -> dict[str, pd.DataFrame]:
    """Return what `python -m analysis.value` tells of the last twelve months.

    Returns
    -------
    dict of DataFrame
        ``payers``, ``jobs`` and ``costs`` as in `analysis.costs`, and ``building``, what is assumed
        of it; empty where the folder lacks what these need or the programme costs nothing.
    """
    assumed, interval = Assumptions.given(), results.interval
    try:
        found = effects(results, assumed)
    except RefusedError:
        return {}
    if not found["all_cost"].any():
        return {}
    tables = {
        "payers": of_payers(found, interval),
        "jobs": of_jobs(found, interval),
        "costs": of_each(found, interval),
    }
    last = {name: table[table["window"] == LAST] for name, table in tables.items()}
    return {**last, "building": assumptions(found, assumed, interval)}
