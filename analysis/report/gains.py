"""Who gains: the tables of `analysis.distribution`."""

import pandas as pd

from analysis.distribution import BY_WORK, LIVES, of_groups, of_incomes, of_winners, shared
from analysis.estimates import LAST
from analysis.results import Results
from analysis.texts import RefusedError


def gains(results: Results) -> dict[str, pd.DataFrame]:
    """Return what `python -m analysis.distribution` tells of the last twelve months.

    Returns
    -------
    dict of DataFrame
        ``groups``, of what the programme does not change, and where mothers were compared one by
        one ``winners`` and ``incomes``; empty where the folder has no groups to tell apart.
    """
    try:
        those = shared(results)
    except RefusedError:
        return {}
    groups = of_groups(those)
    last = (groups["window"] == LAST) & ~groups["family"].isin(BY_WORK)
    more = dict(zip(LIVES, (of_winners, of_incomes), strict=True)) if len(those.lives) else {}
    return {"groups": groups[last], **{name: of(those) for name, of in more.items()}}
