"""Result folders, checked before anything is read from them."""

import json
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
from sim.results.manifest import FILE, SCHEMA

MONTHLY, ACCOUNTS, PLACES = "monthly.parquet", "accounts.parquet", "places.parquet"
COLUMNS = {
    MONTHLY: ("arm", "replicate", "month", "group", "measure", "value"),
    ACCOUNTS: ("arm", "replicate", "month", "centre", "scheme", "places"),
}
NEEDED = ("replicates_done", "seed", "interval", "draws", "config")
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

    @classmethod
    def read(cls, folder: Path) -> "Results":
        """Check a folder.

        Raises
        ------
        RefusedError
            If it is no result folder, half-written, of another schema, of one replicate, or if a
            table is missing or cannot be read.
        """
        manifest = _manifest(folder)
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
            If no row is of these measures and groups, or the table is damaged.
        """
        wanted = (
            pc.field("measure").isin(list(measures))
            & pc.field("group").isin(list(groups))
            & (pc.field("month") >= self._start)
        )
        table = self._table(MONTHLY, columns=list(COLUMNS[MONTHLY]), filters=wanted)
        if not table.num_rows:
            raise RefusedError(
                N_("{folder}: {file} holds none of the measures {measures}"),
                folder=self.folder, file=MONTHLY, measures=", ".join(measures),
            )  # fmt: skip
        return table.to_pandas()

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
        from_start = pc.field("month") >= self._start
        table = self._table(
            ACCOUNTS, columns=list(dict.fromkeys([*keys, *names])), filters=from_start
        )
        return table.to_pandas()

    @property
    def _start(self) -> pa.Scalar:
        return pa.scalar(pd.Timestamp(f"{self.config['agreement_start']}-01"))

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
        if not (self.folder / PLACES).is_file():
            return pd.DataFrame()
        columns = ["region", "kind", "name", "number", "east_km", "north_km", "share"]
        return self._table(PLACES, columns=columns).to_pandas()

    def _table(self, name: str, **options: Any) -> pa.Table:
        try:
            return pq.read_table(self.folder / name, **options)
        except (OSError, ValueError) as error:
            raise _unreadable(self.folder, name, error) from error


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
        if len({_title(other.config.get(lever, {}))["es"] for other in among}) > 1
    ]
    labels = [_title(result.config[lever]) for lever in differing]
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
    return {lang: label.get(lang) or str(config.get("name", "")) for lang in ("es", "en")}


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / FILE
    if not path.is_file():
        raise RefusedError(N_("{folder}: not a result folder, it has no {file}"), folder=folder,
                      file=FILE)  # fmt: skip
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unreadable(folder, FILE, error) from error
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
    if absent := [name for name in NEEDED if name not in manifest]:
        raise RefusedError(N_("{folder}: {file} lacks {names}"), folder=folder, file=FILE,
                      names=", ".join(absent))  # fmt: skip
    return manifest


def _check(folder: Path, name: str, columns: Sequence[str]) -> None:
    """Refuse a table that is missing, damaged or lacks a column; only its footer is read."""
    if not (folder / name).is_file():
        raise RefusedError(N_("{folder}: not a result folder, it has no {file}"), folder=folder,
                      file=name)  # fmt: skip
    try:
        schema = pq.read_schema(folder / name)
    except (OSError, ValueError) as error:
        raise _unreadable(folder, name, error) from error
    if absent := [column for column in columns if column not in schema.names]:
        raise RefusedError(N_("{folder}: {file} lacks {names}"), folder=folder, file=name,
                      names=", ".join(absent))  # fmt: skip


def _unreadable(folder: Path, name: str, error: Exception) -> RefusedError:
    reason = " ".join(str(error).split())[:120]
    return RefusedError(
        N_("{folder}: {file} cannot be read ({reason})"), folder=folder, file=name, reason=reason
    )
