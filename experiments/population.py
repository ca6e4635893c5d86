"""The synthetic people beside the published figures: ``python -m experiments.population``.

Takes the options of a run (``+scenario=polo_norte seed=1 scale=0.5 output_dir=...``); prints the
table, and writes it as csv and Markdown where `output_dir` is given.
"""

import sys

import numpy as np
import pandas as pd
from omegaconf import DictConfig

from experiments.tables import publish
from sim.agents import mother as m
from sim.agents.firm import MAQUILA
from sim.agents.household import CORESIDENT
from sim.cli import command
from sim.model import PoloModel
from sim.population.people import schooling_shares
from sim.population.work import women_at_work
from sim.run import use_threads
from sim.settings import Polo, Settings

COUNT_TOLERANCE, SHARE_TOLERANCE = 0.01, 0.01
"""Counts within one per cent, shares within one percentage point."""

LEVELS = ("primaria", "secundaria", "media_superior", "superior")


def compare(settings: Settings, replicate: int = 0) -> pd.DataFrame:
    """Make the people of a polo and hold them against its figures.

    Returns
    -------
    DataFrame
        Columns figure, unit, published (counts times the scale), synthetic, difference (share of
        the count, or difference of shares), inside, known, source.
    """
    polo, scale = settings.polo, settings.scale
    tables = PoloModel(settings, replicate).tables
    mothers, children, homes = tables["mothers"], tables["children"], tables["households"]
    firms = tables["firms"]
    age = -mothers.birth.astype(int) // 12
    born = children.birth
    child_age = np.where(born == m.NEVER, 999, -born.astype(int)) // 12
    has_child = _is_mother(born)
    status = mothers.status
    work = women_at_work(polo)
    in_maquila = mothers.sector == MAQUILA
    under_12 = (born[:, 0] != m.NEVER) & (born[:, 0] > -144)
    young = (child_age < 4).sum(axis=1)
    covered = (status == m.FORMAL) | (homes.insured == 1)

    def children_of(low: int, high: int) -> int:
        return int(((child_age >= low) & (child_age <= high)).sum())

    women_15_17 = polo["women_15_plus"] - polo["women_18_plus"]
    rows: list[tuple[str, str, float, float, str]] = [
        ("women_15_49", "women", polo["women_15_49"], mothers.size, "women_15_49"),
        ("women_15_17", "women", women_15_17, (age < 18).sum(), "women_18_plus"),
        (
            "women_18_24",
            "women",
            polo["women_18_24"],
            ((age >= 18) & (age < 25)).sum(),
            "women_18_24",
        ),
        (
            "women_25_49",
            "women",
            polo["women_15_49"] - polo["women_18_24"] - women_15_17,
            (age >= 25).sum(),
            "women_15_49",
        ),
        ("children_0_2", "children", polo["children_0_2"], children_of(0, 2), "children_0_2"),
        ("children_3_5", "children", polo["children_3_5"], children_of(3, 5), "children_3_5"),
        ("children_6_11", "children", polo["children_6_11"], children_of(6, 11), "children_6_11"),
        (
            "children_12_17",
            "children",
            polo["children_12_17"],
            children_of(12, 17),
            "children_12_17",
        ),
    ]
    for level, share in enumerate(schooling_shares(polo)):
        mean = (mothers.schooling == level).mean()
        rows.append((f"schooling_{LEVELS[level]}", "share", share, mean, "primaria_50_plus"))
    rows += [
        (
            "lone_mothers",
            "share",
            polo["lone_mothers"],
            (homes.partner[has_child] == 0).mean(),
            "lone_mothers",
        ),
        ("female_heads", "share", polo["female_heads"], homes["head"].mean(), "female_heads"),
        (
            "extended_households",
            "share",
            polo["extended_households"],
            homes.extended.mean(),
            "extended_households",
        ),
        (
            "grandmother_coresident",
            "share",
            polo["grandmother_coresident"],
            (homes.grandmother[under_12] == CORESIDENT).mean(),
            "grandmother_coresident",
        ),
        ("cars", "share", polo["cars"], homes.car.mean(), "cars"),
        ("imss_covered", "share", polo["imss_covered"], covered.mean(), "imss_covered"),
        ("active", "women", work["active"], (status != m.OUT).sum(), "active_women"),
        ("employed", "women", work["employed"], (status >= m.INFORMAL).sum(), "employed_women"),
        (
            "informality",
            "share",
            polo["informality"],
            (status == m.INFORMAL).sum() / (status >= m.INFORMAL).sum(),
            "informality",
        ),
        ("maquila_women", "women", polo["maquila_women"], in_maquila.sum(), "maquila_women"),
        (
            "maquila_children_under_4",
            "children",
            polo["maquila_children_under_4"],
            young[in_maquila].sum(),
            "maquila_children_under_4",
        ),
        (
            "maquila_establishments",
            "establishments",
            polo["maquila_establishments"],
            (firms.sector == MAQUILA).sum(),
            "maquila_establishments",
        ),
        (
            "maquila_workers",
            "workers",
            polo["maquila_workers"],
            (firms.staff + firms.others)[firms.sector == MAQUILA].sum(),
            "maquila_workers",
        ),
        (
            "guarderia_places",
            "places",
            polo["guarderia_places"],
            tables["places"][tables["centres"].scheme == 0].sum(),
            "guarderia_places",
        ),
    ]
    return _judged(polo, scale, rows)


def _is_mother(born: np.ndarray) -> np.ndarray:
    """Return who has a child under eighteen."""
    return np.asarray(born[:, 0] != m.NEVER)


def _judged(
    polo: Polo, scale: float, rows: list[tuple[str, str, float, float, str]]
) -> pd.DataFrame:
    """Add differences, whether they are inside, and sources."""
    table = pd.DataFrame(rows, columns=["figure", "unit", "published", "synthetic", "key"])
    share = table["unit"] == "share"
    table["published"] = table["published"].where(share, table["published"] * scale)
    gap = table["synthetic"] - table["published"]
    table["difference"] = gap.where(share, gap / table["published"])
    limit = np.where(share, SHARE_TOLERANCE, COUNT_TOLERANCE)
    table["inside"] = table["difference"].abs() <= limit
    table["known"] = [polo.figures[key].known for key in table["key"]]
    table["source"] = [polo.figures[key].source for key in table["key"]]
    return table.drop(columns="key")


def job(config: DictConfig) -> None:
    """Print the comparison of a configuration."""
    settings = Settings.of_a_polo(config)
    use_threads(settings.threads)
    table = compare(settings)
    publish(table, "population", f"Synthetic people of {settings.polo.label.en}", settings)


if __name__ == "__main__":
    sys.exit(command(job))
