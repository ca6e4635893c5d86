"""Results written replicate by replicate: of what is in the files nothing stays in memory."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sim.programme.calendar import months_of
from sim.results.accounts import accounts_frame
from sim.results.catalogue import catalogue, units
from sim.results.lives import Lives, lives_frame
from sim.results.measures import Counts, measure, monthly_frame, older_women
from sim.results.panel import panel_frame
from sim.results.places import places_frame
from sim.results.tables import Effects, TableWriter, write_csv, write_monthly
from sim.results.tally import Tally
from sim.settings import Settings
from sim.unit import ARMS, Outcome

ROWS = 250_000
"""Rows of accounts from which they are written, so that a country's are never all in memory."""
OF_REGIONS = (("people", "women_15_49"), ("places", "all_centres"))
"""What is told of a region as it was counted, beside the measures of the headline, and of whom."""


class ResultStream:
    """The tables of a run, from its replicates one after the other.

    Parameters
    ----------
    settings : Settings
        Of the run.
    regions : sequence of Settings
        Of each region, in the order in which they are added up.
    folder : Path
        Where monthly.parquet, accounts.parquet, places.parquet, effects.csv and, for several
        regions, regions.parquet, and distribution.parquet and panel.parquet where they are asked
        for, are written.

    Attributes
    ----------
    done : int
        How many replicates were added.
    """

    def __init__(self, settings: Settings, regions: Sequence[Settings], folder: Path) -> None:
        self.settings, self.regions, self.folder = settings, regions, folder
        self.done = 0
        self._months = min(12, settings.months)
        self._effects = Effects(self._months, settings.interval)
        names = ["monthly", "accounts", *(["regions"] if len(regions) > 1 else [])]
        names += ["distribution"] if settings.distribution.every else []
        names += ["panel"] if settings.panel.women else []
        self._tables = {name: TableWriter(folder / f"{name}.parquet") for name in names}

    def add(self, replicate: int, outcomes: Iterable[Outcome]) -> None:
        """Write a replicate, given the outcome of each region in order."""
        totals: dict[str, Tally] = {}
        lived: dict[str, Lives] = {}
        accounts: list[pd.DataFrame] = []
        places: list[pd.DataFrame] = []
        for region, outcome in zip(self.regions, outcomes, strict=True):
            for arm in ARMS:
                tally, ledger, panel, lives = outcome[arm]
                totals[arm] = totals[arm] + tally if arm in totals else tally
                if lives:
                    lived[arm] = lived[arm] + lives if arm in lived else lives
                accounts.append(accounts_frame(ledger, region, arm, replicate))
                if "panel" in self._tables and panel.columns:
                    self._tables["panel"].write(panel_frame(panel, region, arm, replicate))
                if "regions" in self._tables:
                    places.append(region_frame(region, tally, arm, replicate, self._months))
            if sum(map(len, accounts)) >= ROWS:
                self._tables["accounts"].write(_joined(accounts))
                accounts.clear()
        monthly = whole(self.settings, self.regions, totals, replicate)
        if accounts:
            self._tables["accounts"].write(_joined(accounts))
        if places:
            self._tables["regions"].write(_joined(places))
        self._tables["monthly"].write(monthly)
        if "distribution" in self._tables:
            told = [lives_frame(lives, self.settings, arm, replicate)
                    for arm, lives in lived.items()]  # fmt: skip
            self._tables["distribution"].write(_joined(told))
        self._effects.add(monthly)
        self.done += 1

    def finish(self) -> tuple[pd.DataFrame, list[Path]]:
        """Finish the files after at least one replicate; return the effects and the files."""
        self.close()
        table = self._effects.table(units())
        path = self.folder / "effects.csv"
        write_csv(table, path)
        places = self.folder / "places.parquet"
        write_monthly(places_frame(self.regions), places)
        monthly, *others = (writer.path for writer in self._tables.values())
        return table, [monthly, path, *others, places]

    def close(self) -> None:
        """Close the files as they are."""
        for writer in self._tables.values():
            writer.close()


def whole(
    settings: Settings, regions: Sequence[Settings], totals: dict[str, Tally], replicate: int
) -> pd.DataFrame:
    """Return the monthly table of a replicate: both arms, over all regions."""
    parameters = settings.of_replicate(replicate).parameters
    older = older_women([(region.polo, region.scale) for region in regions])
    first = months_of(settings.agreement_start) - settings.burn_in
    return _joined(
        [
            monthly_frame(Counts(tally, older, parameters), settings.name, arm, replicate, first)
            for arm, tally in totals.items()
        ]
    )


def region_frame(
    region: Settings, tally: Tally, arm: str, replicate: int, months: int
) -> pd.DataFrame:
    """Return what is told of one region: means of the last months, undefined ones left out.

    Returns
    -------
    DataFrame
        Columns scenario, region, arm, replicate, group, measure, value: women simulated
        (``people``), ``places``, and the measures of the headline.
    """
    parameters = region.of_replicate(replicate).parameters
    counts = Counts(tally, older_women([(region.polo, region.scale)]), parameters)
    shown = catalogue()
    series = {
        (name, group): counts.of[group][name] for name, group in OF_REGIONS
    } | {
        (name, group): measure(counts.of[group], shown["measures"][name])
        for name, group in map(tuple, shown["headline"])
    }  # fmt: skip
    rows = len(series)
    names, groups = zip(*series, strict=True)
    return pd.DataFrame(
        {
            "scenario": pd.Categorical([region.name]).repeat(rows),
            "region": pd.Categorical([region.polo.name]).repeat(rows),
            "arm": pd.Categorical([arm]).repeat(rows),
            "replicate": np.full(rows, replicate, np.int32),
            "group": list(groups),
            "measure": list(names),
            "value": list(_means(series.values(), months)),
        }
    )


def _means(series: Iterable[np.ndarray], months: int) -> Iterator[float]:
    for values in series:
        known = values[-months:][~np.isnan(values[-months:])]
        yield float(known.mean()) if known.size else np.nan


def _joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True)
