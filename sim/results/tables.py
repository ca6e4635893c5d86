"""Result tables: the effect of the programme, and files with the same bytes for the same values."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.results.folder import replacing
from sim.results.paired import ARMS, paired_effects
from sim.settings import Interval


class Effects:
    """The effects of a run, from its replicates one after the other: only their means are kept.

    Parameters
    ----------
    months : int
        How many months at the end count; all of them when there are fewer.
    interval : {"chance", "parameters and chance"}
        What differs between replicates.

    Raises
    ------
    ValueError
        If `months` is out of range.
    """

    def __init__(self, months: int = 12, interval: Interval = "chance") -> None:
        if months < 1:
            raise ValueError(f"months={months}: must be 1 or more")
        self.months, self.interval = months, interval
        self._means: list[pd.DataFrame] = []
        self._order: dict[str, dict[str, None]] = {"measure": {}, "group": {}}

    def add(self, monthly: pd.DataFrame) -> None:
        """Add the monthly table of a replicate, or of several.

        Raises
        ------
        ValueError
            If an arm has two values for one month.
        """
        last = monthly["month"].drop_duplicates().nlargest(self.months)
        window = monthly[monthly["month"].isin(last)]
        for name, seen in self._order.items():
            seen |= dict.fromkeys(monthly[name].drop_duplicates().astype(str))
        window = window.assign(
            **{name: window[name].astype(self._in_order(name)) for name in self._order}
        )
        # Months as columns: both arms are then added up in the same order, and equal arms stay
        # equal.
        by_month = window.set_index(["measure", "group", "replicate", "arm", "month"])["value"]
        means = by_month.unstack("month").mean(axis=1).unstack("arm").reindex(columns=ARMS)
        self._means.append(means.reset_index())

    def table(self, units: Mapping[str, str], level: float = 0.90) -> pd.DataFrame:
        """Return what `effects` describes."""
        if not 0 < level < 1:
            raise ValueError(f"level={level}: must be between 0 and 1")
        arms = pd.concat(
            [
                means.astype({name: self._in_order(name) for name in self._order})
                for means in self._means
            ]
        ).set_index(["measure", "group", "replicate"])
        arms = arms.sort_index()
        table = paired_effects(arms, ["measure", "group"], level, self.interval).reset_index()
        table["measure"] = table["measure"].astype(str)
        table["group"] = table["group"].astype(str)
        table["unit"] = [units.get(measure, "") for measure in table["measure"]]
        table.columns.name = None
        return table

    def _in_order(self, name: str) -> pd.CategoricalDtype:
        # Unordered categories count as the same in any order, and would stay as they were.
        return pd.CategoricalDtype(list(self._order[name]), ordered=True)


def effects(
    monthly: pd.DataFrame,
    units: Mapping[str, str],
    months: int = 12,
    level: float = 0.90,
    interval: Interval = "chance",
) -> pd.DataFrame:
    """Effect of the programme on every measure and group, with its interval over replicates.

    In each replicate and arm a measure is averaged over the last months, leaving undefined months
    out. The effect is the mean over replicates of programme minus baseline; its interval is made of
    those paired differences, see `sim.results.paired.half_width`. Where replicates share their
    parameters it says how far the draw of the simulation moves the effect, and nothing about the
    uncertainty of the parameters; where each has a draw of them, it says where the effect lies
    given both.

    Parameters
    ----------
    monthly : DataFrame
        Tidy results of one scenario with columns ``arm``, ``replicate``, ``month``, ``group``,
        ``measure``, ``value``.
    units : mapping of str to str
        Unit of each measure; a measure without one gets an empty text.
    months : int
        How many months at the end count; all of them when there are fewer.
    level : float
        Coverage of the interval, between 0 and 1.
    interval : {"chance", "parameters and chance"}
        What differs between replicates.

    Returns
    -------
    DataFrame
        Columns ``measure, group, baseline, programme, effect, low, high, unit``, in the order in
        which measures, and then groups, first appear. ``baseline`` and ``programme`` average
        every replicate where that arm is defined, ``effect`` those where both are. The interval
        is NaN with one replicate and a single point when all differences are equal.

    Raises
    ------
    ValueError
        If ``months`` or ``level`` is out of range, or an arm has two values for one month.
    """
    told = Effects(months, interval)
    told.add(monthly)
    return told.table(units, level)


class TableWriter:
    """A parquet file written part by part; the same parts with the same values give the same bytes.

    Text becomes a dictionary in order of appearance (however pandas held it), NaN becomes null,
    and no index or pandas metadata is stored. Each part is a row group of its own.

    Parameters
    ----------
    path : Path
        File to create or replace.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer: pq.ParquetWriter | None = None

    def write(self, frame: pd.DataFrame) -> None:
        """Add a part; the first one settles columns and types."""
        table = pa.table({str(name): _canonical(column) for name, column in frame.items()})
        if self._writer is None:
            self._writer = pq.ParquetWriter(self.path, table.schema, compression="zstd")
        self._writer.write_table(table)

    def close(self) -> None:
        """Finish the file; without any part there is none."""
        if self._writer is not None:
            self._writer.close()


def write_monthly(frame: pd.DataFrame, path: Path) -> None:
    """Write a whole table as parquet, see `TableWriter`.

    Parameters
    ----------
    frame : DataFrame
        The tidy monthly results, or any other flat table.
    path : Path
        File to create or replace.
    """
    with replacing(path) as aside:
        writer = TableWriter(aside)
        writer.write(frame)
        writer.close()


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV: UTF-8, ``\\n`` line ends, every digit of every number.

    Parameters
    ----------
    frame : DataFrame
        The table; its index is left out.
    path : Path
        File to create or replace.
    """
    with replacing(path) as aside:
        frame.to_csv(aside, index=False, lineterminator="\n", encoding="utf-8")


def _canonical(column: pd.Series) -> pa.Array:
    array = pa.array(column, from_pandas=True)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        return array.cast(pa.string()).dictionary_encode()
    if pa.types.is_timestamp(array.type):
        return array.cast(pa.timestamp("us"))
    return array
