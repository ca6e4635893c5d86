"""From the panel of a result folder to what is compared: zones by quarter, in each arm."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from analysis.results import manifest_of, recognise, unreadable
from analysis.texts import N_, RefusedError

TABLE = "panel.parquet"
QUARTER = 3
"""Months that are taken together at least, as in a quarterly labour survey."""
NEVER = 0
"""First period of a zone that is never served; periods count from 1."""
YOUNG = 48
"""Months of age below which a child makes her mother one of those compared."""

KEYS = ["region", "replicate", "zone"]
COLUMNS = ["scenario", "arm", *KEYS, "woman", "month", "youngest_child_months", "centre_km",
           "opened_near"]  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What can be compared.

    Attributes
    ----------
    label, unit : str
        What it is called, and the unit of an effect on it; marked for translation.
    column : str
        Of the panel, of which it is made.
    value : callable
        Its value for each row of that column.
    decimals : int
        With which it is shown.
    """

    label: str
    unit: str
    column: str
    value: Callable[[pd.Series], pd.Series]
    decimals: int = 2


OUTCOMES = {
    "participation": Outcome(
        N_("Participation (% of mothers)"), N_("percentage points"), "status",
        lambda status: 100.0 * (status != "out"),
    ),
    "employment": Outcome(
        N_("In work (% of mothers)"), N_("percentage points"), "status",
        lambda status: 100.0 * status.isin(["informal", "formal"]),
    ),
    "formal_employment": Outcome(
        N_("In formal work (% of mothers)"), N_("percentage points"), "status",
        lambda status: 100.0 * (status == "formal"),
    ),
    "hours": Outcome(
        N_("Hours of work a week, all mothers"), N_("hours a week"), "hours",
        lambda hours: hours.astype(float),
    ),
    "earnings": Outcome(
        N_("Earnings a month, all mothers (MXN)"), N_("MXN a month"), "earnings",
        lambda earnings: earnings.astype(float), decimals=0,
    ),
    "use": Outcome(
        N_("Child in a centre (% of mothers)"), N_("percentage points"), "uses_centre",
        lambda uses: 100.0 * uses,
    ),
}  # fmt: skip
"""Percentages are of all mothers; hours and earnings are zero of who has no job."""


@dataclass(frozen=True)
class Survey:
    """Mothers of young children by zone and period, in both arms.

    Attributes
    ----------
    scenario : str
    zones : DataFrame
        A row for each zone of each replicate: its keys, and ``first``, the period in which a new
        centre first opened near it, `NEVER` if none did.
    polos : Series of int
        First period with a new centre anywhere, by region and replicate; `NEVER` if there was none.
    rows : dict of str to DataFrame
        By arm, one row for each mother and interview: ``cell`` (zone times periods plus period),
        ``person`` (a number of her own, the same in both arms), ``value``.
    periods : int
    months : int
        In a period.
    starts : list of Timestamp
        First month of each period.
    """

    scenario: str
    zones: pd.DataFrame
    polos: pd.Series
    rows: dict[str, pd.DataFrame]
    periods: int
    months: int
    starts: list[pd.Timestamp]

    def means(self, arm: str, kept: np.ndarray | None = None) -> np.ndarray:
        """Return the mean outcome, shape (zones, periods); NaN where nobody was asked.

        Parameters
        ----------
        arm : {"baseline", "programme"}
        kept : ndarray of bool, optional
            Which of the arm's rows count; all of them by default.
        """
        rows = self.rows[arm]
        cell, value = rows["cell"].to_numpy(), rows["value"].to_numpy()
        if kept is not None:
            cell, value = cell[kept], value[kept]
        size = len(self.zones) * self.periods
        count = np.bincount(cell, minlength=size)
        with np.errstate(invalid="ignore"):
            mean = np.bincount(cell, value, minlength=size) / count
        return mean.reshape(len(self.zones), self.periods)

    @property
    def mothers(self) -> float:
        """Mothers asked in a zone and period, on average."""
        return len(self.rows["programme"]) / (len(self.zones) * self.periods)


def read(folder: Path, outcome: str, within: float | None = None) -> Survey:
    """Read the panel of a result folder.

    Parameters
    ----------
    folder : Path
    outcome : str
        One of `OUTCOMES`.
    within : float, optional
        Road distance, km, within which a zone counts as served; by default that of the run.

    Raises
    ------
    RefusedError
        If the folder has no panel, or one that cannot be used.
    """
    told = OUTCOMES[outcome]
    table = _table(folder, [*COLUMNS, told.column])
    table["value"] = told.value(table.pop(told.column))
    for arm in ("baseline", "programme"):
        if not (table["arm"] == arm).any():
            raise RefusedError(
                N_("{folder}: {file} has no mother of a young child in arm {arm}"),
                folder=folder, file=TABLE, arm=arm,
            )  # fmt: skip
    table["period"], starts, months = _periods(table["month"])
    served = table[table["arm"] == "programme"]
    if within is None:
        first = _period_of(served["opened_near"], starts, months)
    else:
        first = served["period"].where(served["centre_km"] <= within)
    places = pd.MultiIndex.from_frame(table[KEYS].drop_duplicates()).sortlevel()[0]
    opening = first.groupby([served[key] for key in KEYS], observed=True).min().reindex(places)
    polos = _period_of(served["month"].where(served["centre_km"].notna()), starts, months)
    of_polo = polos.groupby([served[key] for key in KEYS[:2]], observed=True).min()
    zone = places.get_indexer(pd.MultiIndex.from_frame(table[KEYS]))
    table["cell"] = zone * len(starts) + table["period"] - 1
    table["person"] = pd.factorize(zone * (table["woman"].max() + 1) + table["woman"])[0]
    return Survey(
        str(table["scenario"].iloc[0]),
        places.to_frame(index=False).assign(first=opening.fillna(NEVER).astype(int).to_numpy()),
        of_polo.fillna(NEVER).astype(int),
        {str(arm): rows[["cell", "person", "value"]]
         for arm, rows in table.groupby("arm", observed=True)},
        len(starts),
        months,
        starts,
    )  # fmt: skip


def _table(folder: Path, columns: list[str]) -> pd.DataFrame:
    path = folder / TABLE
    if not folder.is_dir():
        raise RefusedError(N_("{folder}: no such folder; give that of a run"), folder=folder)
    if not path.is_file():
        raise RefusedError(
            N_("{folder}: has no {file}; a run with panel.women=2000 (women followed in each "
               "replicate) writes one"),
            folder=folder, file=TABLE,
        )  # fmt: skip
    try:
        missing = sorted({*columns} - {*pq.read_schema(path).names})
        if missing:
            raise RefusedError(
                N_("{folder}: {file} lacks {names}: it is of another version of the simulator; "
                   "run the scenario again"),
                folder=folder, file=TABLE, names=", ".join(missing),
            )  # fmt: skip
        recognise(folder, TABLE, manifest_of(folder))
        young = [("youngest_child_months", "<", YOUNG)]
        return pd.read_parquet(path, columns=columns, filters=young)
    except (OSError, ValueError) as error:
        raise unreadable(folder, TABLE, error) from None


def _periods(month: pd.Series) -> tuple[pd.Series, list[pd.Timestamp], int]:
    """Return the period of each row from 1 on, the first month of each, and their length."""
    seen = np.sort(_number(month).unique())
    months = max(QUARTER, int(np.diff(seen).min())) if seen.size > 1 else QUARTER
    start = seen[0] - seen[0] % months
    last = int((seen[-1] - start) // months)
    starts = [_timestamp(start + months * k) for k in range(last + 1)]
    return ((_number(month) - start) // months + 1).astype(int), starts, months


def _period_of(month: pd.Series, starts: list[pd.Timestamp], months: int) -> pd.Series:
    """Return the period that a month falls in, NaN for none; before the first it is the first."""
    first = 12 * starts[0].year + starts[0].month - 1
    return ((_number(month) - first) // months + 1).clip(lower=1)


def _number(month: pd.Series) -> pd.Series:
    return 12 * month.dt.year + month.dt.month - 1


def _timestamp(month: int) -> pd.Timestamp:
    return pd.Timestamp(year=int(month) // 12, month=int(month) % 12 + 1, day=1)
