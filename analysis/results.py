"""Result folders, checked before anything is read from them."""

import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analysis.texts import N_, RefusedError, Words
from sim.results.manifest import FILE, SCHEMA, hash_of
from sim.results.paired import ARMS

MONTHLY, ACCOUNTS, PLACES = "monthly.parquet", "accounts.parquet", "places.parquet"
LIVES = "distribution.parquet"
COLUMNS = {
    MONTHLY: ("arm", "replicate", "month", "group", "measure", "value"),
    ACCOUNTS: ("arm", "replicate", "month", "centre", "scheme", "places"),
}
"""Columns of the tables that every folder has."""
NEEDED = {
    "replicates_done": int, "seed": int, "interval": str, "draws": dict, "config": dict,
    "results": dict,
}  # fmt: skip
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
GUARDERIA = "guarderia"


@dataclass(frozen=True)
class Results:
    """A whole result folder of two replicates or more; tables are read when asked for.

    Attributes
    ----------
    folder : Path
    manifest : mapping
        What `sim.results.manifest.manifest` wrote.
    title : mapping of str to str
        What the scenario is called, by language; told apart from others by `read_all`.
    short : mapping of str to str
        The part of the title that tells it apart.
    """

    folder: Path
    manifest: Mapping[str, Any]
    title: Mapping[str, str] = field(default_factory=dict)
    short: Mapping[str, str] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set, repr=False, compare=False)

    @classmethod
    def read(cls, folder: Path) -> "Results":
        """Check a folder.

        Raises
        ------
        RefusedError
            If it is no result folder, half-written, of another schema, of one replicate, or if a
            table is missing or cannot be read.
        """
        manifest = manifest_of(folder)
        for name, columns in COLUMNS.items():
            _check(folder, name, columns)
        if manifest["replicates_done"] < 2:
            raise RefusedError(
                N_("{folder}: one replicate only, so no interval can be given; run it again with "
                   "replicates=4 or more"),
                folder=folder,
            )  # fmt: skip
        title = _title(manifest["config"])
        return cls(folder, manifest, title, title)

    @property
    def config(self) -> Mapping[str, Any]:
        """The resolved configuration."""
        return self.manifest["config"]

    @property
    def interval(self) -> Any:
        """What differs between replicates: ``chance`` or ``parameters and chance``."""
        return self.manifest["interval"]

    @property
    def replicates(self) -> int:
        """How many there are."""
        return int(self.manifest["replicates_done"])

    def monthly(self, measures: Collection[str], groups: Collection[str]) -> pd.DataFrame:
        """Return the rows of some measures and groups, from the agreement's first month on.

        Returns
        -------
        DataFrame
            Columns arm, replicate, month, group, measure, value.

        Raises
        ------
        RefusedError
            If it has no value of these measures and groups, or the table is damaged or not the one
            that the run wrote.
        """
        wanted = (
            pc.field("measure").isin(list(measures))
            & pc.field("group").isin(list(groups))
            & (pc.field("month") >= pa.scalar(self.start))
        )
        table = self._table(MONTHLY, columns=list(COLUMNS[MONTHLY]), filters=wanted)
        if not pa.types.is_floating(kind := table.schema.field("value").type):
            raise unreadable(self.folder, MONTHLY, ValueError(f"value: {kind}"))
        found = table.to_pandas()
        if not found["value"].notna().any():
            raise self.without(measures)
        if absent := sorted(set(ARMS) - set(found["arm"].astype(str))):
            raise RefusedError(N_("{folder}: {file} lacks {names}"), folder=self.folder,
                          file=MONTHLY, names=", ".join(absent))  # fmt: skip
        return found

    def without(self, measures: Collection[str]) -> RefusedError:
        """Return the refusal of a folder that has no value of some measures."""
        return RefusedError(
            N_("{folder}: {file} has no value of {measures}"),
            folder=self.folder, file=MONTHLY, measures=", ".join(sorted(measures)),
        )  # fmt: skip

    def lives(self) -> pd.DataFrame:
        """Return what is told of mothers compared one by one between both arms, at some months.

        Returns
        -------
        DataFrame
            Columns as of `monthly`; no rows where the run looked at none.

        Raises
        ------
        RefusedError
            If the table is damaged or lacks a column.
        """
        columns = list(COLUMNS[MONTHLY])
        if LIVES not in self.manifest["results"]:
            return pd.DataFrame(columns=columns)
        _check(self.folder, LIVES, columns)
        table = self._table(LIVES, columns=columns).to_pandas()
        return table.astype({"group": str, "measure": str})

    def accounts(self, names: Sequence[str]) -> pd.DataFrame:
        """Return columns of the centres' accounts, from the agreement's first month on.

        Returns
        -------
        DataFrame
            Columns arm, replicate, month, centre, `names`, and region where there are several.

        Raises
        ------
        RefusedError
            If the table lacks one of them.
        """
        _check(self.folder, ACCOUNTS, names)
        there = pq.read_schema(self.folder / ACCOUNTS).names
        keys = ["arm", "replicate", "month", *(n for n in ("region",) if n in there), "centre"]
        from_start = pc.field("month") >= pa.scalar(self.start)
        table = self._table(
            ACCOUNTS, columns=list(dict.fromkeys([*keys, *names])), filters=from_start
        )
        return table.to_pandas()

    @property
    def start(self) -> pd.Timestamp:
        """First month of the agreement."""
        return pd.Timestamp(f"{self.config['agreement_start']}-01")

    @property
    def change(self) -> float:
        """Share of its income from which a household gains or loses; NaN where nobody looked."""
        return self.config.get("distribution", {}).get("change", math.nan)

    @cached_property
    def opened(self) -> pd.Series:
        """First month in which a CECI has places, by replicate; only replicates that open one."""
        new = (
            (pc.field("arm") == "programme")
            & (pc.field("scheme") != GUARDERIA)
            & (pc.field("places") > 0)
        )
        table = self._table(ACCOUNTS, columns=["replicate", "month"], filters=new).to_pandas()
        return table.groupby("replicate")["month"].min()

    def new_centres(self, columns: Collection[str]) -> pd.DataFrame:
        """Return the accounts of the programme's CECI, from the first month of any on.

        Returns
        -------
        DataFrame
            Columns replicate, month, scheme, places and `columns`; empty where the folder lacks
            one of these.
        """
        if not set(columns) <= set(pq.read_schema(self.folder / ACCOUNTS).names):
            return pd.DataFrame()
        new = (pc.field("arm") == "programme") & (pc.field("scheme") != GUARDERIA)
        wanted = ["replicate", "month", "scheme", "places", *columns]
        return self._table(ACCOUNTS, columns=wanted, filters=new).to_pandas()

    def places(self) -> pd.DataFrame:
        """Return where zones and parks are, see `sim.results.places`.

        Returns
        -------
        DataFrame
            Columns region, kind, name, number, east_km, north_km, share; empty where the folder
            does not tell.
        """
        if PLACES not in self.manifest["results"]:
            return pd.DataFrame()
        columns = ["region", "kind", "name", "number", "east_km", "north_km", "share"]
        return self._table(PLACES, columns=columns).to_pandas()

    def _table(self, name: str, **options: Any) -> pa.Table:
        try:
            self._recognise(name)
            return pq.read_table(self.folder / name, **options)
        except (OSError, ValueError) as error:
            raise unreadable(self.folder, name, error) from error

    def _recognise(self, name: str) -> None:
        """Refuse a table that is not the one of which the manifest speaks; once for each table."""
        if name not in self._known:
            recognise(self.folder, name, self.manifest)
            self._known.add(name)


def source(given: Sequence[Results], words: Words) -> str:
    """Return the line below a figure: where its numbers come from.

    Scenarios of one seed and as many replicates share a line.
    """
    lines: dict[tuple[str, ...], list[str]] = {}
    for results in given:
        kind = (
            words("90 % interval of chance alone")
            if results.interval == "chance"
            else words("90 % interval of parameters and chance")
        )
        count, seed = words.number(results.replicates, 0), str(results.manifest["seed"])
        lines.setdefault((count, seed, kind), []).append(words.of(results.title))
    return "\n".join(
        words(
            "Source: simulation, {scenario}; {count} replicates, seed {seed}; {kind}",
            scenario="; ".join(titles),
            count=count,
            seed=seed,
            kind=kind,
        )
        for (count, seed, kind), titles in lines.items()
    )


def read_all(folders: Sequence[Path]) -> list[Results]:
    """Check folders and give each a title of its own.

    Titles are those of the scenarios; where these do not tell them apart they add the rollout, the
    levers of the plan, or the folder.

    Raises
    ------
    RefusedError
        As `Results.read`, or if a folder is given twice.
    """
    found = [Results.read(folder) for folder in folders]
    resolved = [result.folder.resolve() for result in found]
    for result, path in zip(found, resolved, strict=True):
        if resolved.count(path) > 1:
            raise RefusedError(N_("{folder}: given twice"), folder=result.folder)
    for part in (_scenario, _levers, _folder):
        parts = [part(result, found) for result in found]
        if len({str(name) for name in parts}) == len(parts):
            break
    return [
        replace(result, title=_joined(result.title, name), short=name)
        for result, name in zip(found, parts, strict=True)
    ]


LEVERS = ("polo", "rollout", "outreach", "assistance", "siting", "access", "opens")


def _scenario(result: Results, among: Sequence[Results]) -> Mapping[str, str]:
    return result.title


def _levers(result: Results, among: Sequence[Results]) -> Mapping[str, str]:
    """Return the names of the choices in which a result differs from some other."""
    differing = [
        lever
        for lever in LEVERS
        if len({_title(other.config.get(lever) or {})["es"] for other in among}) > 1
    ]
    labels = [_title(result.config.get(lever) or {}) for lever in differing]
    return {lang: ", ".join(label[lang] for label in labels) for lang in ("es", "en")}


def _folder(result: Results, among: Sequence[Results]) -> Mapping[str, str]:
    return {"es": str(result.folder), "en": str(result.folder)}


def _joined(title: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    return {
        lang: title[lang] if title[lang] == more[lang] else f"{title[lang]} ({more[lang]})"
        for lang in title
    }


def _title(config: Mapping[str, Any]) -> dict[str, str]:
    """Return what a scenario or a choice calls itself, or its name."""
    label = config.get("label") or {}
    of = label if isinstance(label, Mapping) else {"es": str(label), "en": str(label)}
    return {lang: of.get(lang) or str(config.get("name", "")) for lang in ("es", "en")}


def manifest_of(folder: Path) -> dict[str, Any]:
    """Return the manifest of a whole run.

    Raises
    ------
    RefusedError
        If there is none, if it is of another schema or of half a run, or lacks what is needed.
    """
    _there(folder, FILE)
    try:
        manifest = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise unreadable(folder, FILE, error) from error
    schema = manifest.get("schema") if isinstance(manifest, dict) else None
    if schema != SCHEMA:
        raise RefusedError(
            N_("{folder}: its schema is {given}, and this version reads {known}"),
            folder=folder, given=schema, known=SCHEMA,
        )  # fmt: skip
    if not manifest.get("complete"):
        raise RefusedError(
            N_("{folder}: half-written, the run was stopped; the same command finishes it"),
            folder=folder,
        )
    absent = [name for name, kind in NEEDED.items() if not isinstance(manifest.get(name), kind)]
    if absent := absent or _unusable(manifest["config"]):
        raise RefusedError(N_("{folder}: {file} lacks {names}"), folder=folder, file=FILE,
                      names=", ".join(absent))  # fmt: skip
    return manifest


def _unusable(config: Mapping[str, Any]) -> list[str]:
    """Return the values of a configuration that every command needs and that it does not have."""
    start, scale = config.get("agreement_start"), config.get("scale", 1)
    usable = {
        "agreement_start": isinstance(start, str) and MONTH.fullmatch(start) is not None,
        "scale": isinstance(scale, int | float) and 0 < scale <= 1,
    }
    return [f"config.{name}" for name, is_usable in usable.items() if not is_usable]


def _check(folder: Path, name: str, columns: Sequence[str]) -> None:
    """Refuse a table that is missing, damaged or lacks a column; only its footer is read."""
    _there(folder, name)
    try:
        schema = pq.read_schema(folder / name)
    except (OSError, ValueError) as error:
        raise unreadable(folder, name, error) from error
    if absent := [column for column in columns if column not in schema.names]:
        raise RefusedError(N_("{folder}: {file} lacks {names}"), folder=folder, file=name,
                      names=", ".join(absent))  # fmt: skip


def _there(folder: Path, name: str) -> None:
    """Refuse a folder that lacks a file, or that may not be looked into."""
    try:
        there = (folder / name).is_file()
    except OSError as error:
        raise unreadable(folder, name, error) from error
    if not there:
        raise RefusedError(N_("{folder}: not a result folder, it has no {file}"), folder=folder,
                      file=name)  # fmt: skip


def recognise(folder: Path, name: str, manifest: Mapping[str, Any]) -> None:
    """Refuse a table that is not the one of which a manifest speaks.

    Raises
    ------
    RefusedError
    OSError
        If it cannot be read.
    """
    if hash_of(folder / name) != manifest["results"].get(name):
        raise RefusedError(
            N_("{folder}: {file} is not the one that the run wrote, its fingerprint is not "
               "that of {manifest}; take the folder as it was written, or run it again"),
            folder=folder, file=name, manifest=FILE,
        )  # fmt: skip


def unreadable(folder: Path, name: str, error: Exception) -> RefusedError:
    """Return the refusal of a file that cannot be read, with the reason in short."""
    reason = " ".join(str(error).split())[:120]
    return RefusedError(
        N_("{folder}: {file} cannot be read ({reason})"), folder=folder, file=name, reason=reason
    )
