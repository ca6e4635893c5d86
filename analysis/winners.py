"""Who gains, who loses and for whom nothing changes: two lives of each mother, compared."""

from dataclasses import dataclass

import pandas as pd

from analysis.estimates import LAST, LEVEL, windowed
from analysis.results import Results
from analysis.texts import N_
from sim.results.paired import paired_effects


@dataclass(frozen=True)
class Change:
    """What can change in a mother's life.

    Attributes
    ----------
    label : str
        Marked for translation.
    gained, lost : str
        Measures: shares of mothers for whom it does, to the better and to the worse.
    """

    label: str
    gained: str
    lost: str


CHANGES = {
    "work": Change(N_("In work"), "gained_work", "lost_work"),
    "formal": Change(N_("In formal work"), "gained_formal", "lost_formal"),
    "income": Change(N_("Household income"), "better_off", "worse_off"),
}
SIDES = {
    "gained": N_("Gains"),
    "unchanged": N_("Nothing changes"),
    "lost": N_("Loses"),
}


def winners(results: Results, lives: pd.DataFrame) -> pd.DataFrame:
    """Return of each hundred mothers how many gain, lose and are as they would be, by group.

    Parameters
    ----------
    results : Results
    lives : DataFrame
        Of `Results.lives`.

    Returns
    -------
    DataFrame
        Columns change, group, side_of, share (per cent), low, high: means of the looks of the
        last twelve months, groups in the order in which they come.
    """
    told = [name for change in CHANGES.values() for name in (change.gained, change.lost)]
    whole = windowed(results, lives[lives["measure"].isin(told)])
    last = whole.xs(LAST, level="window")["programme"].unstack("measure")
    parts = []
    for name, change in CHANGES.items():
        of = {"gained": last[change.gained], "lost": last[change.lost]}
        of["unchanged"] = 100 - of["gained"] - of["lost"]
        for side in SIDES:
            arms = pd.DataFrame({"baseline": 0.0, "programme": of[side]}).dropna()
            table = paired_effects(arms, ["group"], LEVEL, results.interval).reset_index()
            table = table.rename(columns={"effect": "share"})
            parts.append(table[["group", "share", "low", "high"]].assign(change=name, side_of=side))
    order = {group: n for n, group in enumerate(lives["group"].drop_duplicates())}
    table = pd.concat(parts, ignore_index=True)
    table = table.sort_values("group", key=lambda of: of.map(order), kind="stable")
    place = {name: n for n, name in enumerate(CHANGES)}
    table = table.sort_values("change", key=lambda of: of.map(place), kind="stable")
    return table[["change", "group", "side_of", "share", "low", "high"]].reset_index(drop=True)
