"""``python -m sim.verify DIR``: whether a result folder is what its run wrote.

The manifest, the hash of every file, what follows from what, and the version that is installed are
checked; with ``--rerun N``, N units (a replicate of a region) chosen by lot are simulated again and
every value of theirs is compared, to the last bit.
"""

import argparse
import json
import secrets
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError
from rich.table import Table

from sim.errors import InputError
from sim.population.regions import regions
from sim.results.accounts import accounts_frame
from sim.results.catalogue import units as units_of_measures
from sim.results.console import progress, stdout
from sim.results.manifest import FILE, SCHEMA, fingerprint_of, hash_of
from sim.results.panel import panel_frame
from sim.results.places import places_frame
from sim.results.stream import ResultStream, region_frame
from sim.results.tables import Effects, write_csv
from sim.run import inputs, use_threads
from sim.settings import Settings
from sim.unit import DECIDING, Unit, fingerprint, months_simulated, outcome, units

KEYS = (
    "scenario",
    "region",
    "kind",
    "name",
    "arm",
    "replicate",
    "month",
    "centre",
    "woman",
    "group",
    "measure",
)
"""Columns that say which row a value is of."""
ADDED = ("analysis/", "report_")
"""How names begin of what the analysis adds to a folder."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    what : str
        A file, or what is compared.
    said : str
        What was found.
    agrees : bool or None
        None where nothing can be said for or against.
    """

    what: str
    said: str
    agrees: bool | None = True


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a folder.

    Raises
    ------
    InputError
        If there is none that can be read.
    """
    path = folder / FILE
    if not path.is_file():
        raise InputError(f"{folder}: not a result folder, it has no {FILE}")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: cannot be read ({' '.join(str(error).split())})") from None
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        told = found.get("schema") if isinstance(found, dict) else None
        raise InputError(f"{path}: its schema is {told}, and this version reads {SCHEMA}")
    lacking = [name for name in ("results", "config", "units") if not _mapping(found.get(name))]
    if lacking or not isinstance(found.get("replicates_done"), int):
        raise InputError(f"{path}: lacks {', '.join(lacking or ['replicates_done'])}")
    return found


def _mapping(value: Any) -> bool:
    return isinstance(value, Mapping)


def of_manifest(manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """Compare the manifest with its own fingerprint."""
    told = manifest.get("fingerprint")
    if told is None:
        yield Finding(FILE, "has no fingerprint of its own: changes in it cannot be told", None)
    elif told == fingerprint_of(manifest):
        yield Finding(FILE, "is as it was written")
    else:
        yield Finding(FILE, "was changed: it is not what its fingerprint is of", False)


def of_files(folder: Path, manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """Compare every file with its hash; name what is missing and what is not of the run."""
    known = manifest["results"]
    for name, told in known.items():
        path = folder / name
        # A manifest is not trusted to name files of this folder alone
        if not path.resolve().is_relative_to(folder.resolve()):
            yield Finding(name, "is not in this folder", False)
        elif not path.is_file():
            yield Finding(name, "is missing", False)
        elif hash_of(path) != told:
            yield Finding(name, "was changed: its hash is not the one in the manifest", False)
        else:
            yield Finding(name, "has its hash")
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if name not in known and name != FILE and not name.startswith(ADDED):
            yield Finding(name, "is not of the run", None)


def of_effects(folder: Path, manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """Compare effects.csv with what follows from monthly.parquet."""
    monthly, told = folder / "monthly.parquet", folder / "effects.csv"
    months = manifest["config"].get("months")
    if not (monthly.is_file() and told.is_file() and isinstance(months, int)):
        return
    try:
        effects = Effects(min(12, months), manifest.get("interval", "chance"))
        effects.add(pd.read_parquet(monthly))
        with TemporaryDirectory() as aside:
            again = Path(aside) / told.name
            write_csv(effects.table(units_of_measures()), again)
            same = again.read_bytes() == told.read_bytes()
    except (OSError, ValueError, KeyError) as error:
        reason = " ".join(str(error).split())[:120]
        yield Finding("effects.csv", f"cannot be told from monthly.parquet ({reason})", False)
        return
    said = "follows from monthly.parquet" if same else "does not follow from monthly.parquet"
    yield Finding("effects.csv", said, same)


def of_version(manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """Compare the version that ran with the one installed."""
    from importlib import metadata

    same = manifest["units"].get("version") == fingerprint()
    yield Finding(
        "simulator",
        "is the version installed"
        if same
        else "is not the version installed: other sources, or "
        "other versions of the packages that numbers depend on",
        same,
    )
    told = manifest.get("dependencies", {})
    for name in DECIDING:
        here = metadata.version(name)
        if told.get(name) != here:
            yield Finding(name, f"was {told.get(name)}, and {here} is installed", None)


def of_inputs(manifest: Mapping[str, Any], settings: Settings | None) -> Iterator[Finding]:
    """Compare the configuration files behind the run with those installed."""
    if settings is None:
        return
    told, here = manifest.get("inputs", {}), inputs(settings)
    for name, hashed in told.items():
        if name not in here or not here[name].is_file():
            yield Finding(name, "is not installed", None)
        elif hash_of(here[name]) != hashed:
            yield Finding(name, "is not the file that is installed", None)


def settings_of(manifest: Mapping[str, Any], table: Path | None) -> Settings:
    """Return the settings of a run.

    Parameters
    ----------
    manifest : mapping
    table : Path or None
        INEGI's table, where the run read one: a manifest has its name alone.

    Raises
    ------
    InputError
        If this version cannot run them.
    """
    config = json.loads(json.dumps(manifest["config"]))
    config["executor"] = {}  # of no matter to any number, and a cluster's address is not kept
    if table is not None:
        config.setdefault("population", {})["iter"] = str(table)
    try:
        return Settings.model_validate(config)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "config"
        raise InputError(
            f"{FILE}: config.{where}: this version cannot run it ({first['msg']})"
        ) from None


def of_units(
    folder: Path, settings: Settings, done: int, count: int, seed: int
) -> Iterator[Finding]:
    """Simulate some units again and compare all that the folder tells of them.

    Parameters
    ----------
    folder : Path
    settings : Settings
    done : int
        Replicates in the folder.
    count, seed : int
        How many units, and the seed of the lot that chooses them.
    """
    of_run = regions(settings)
    every = [unit for replicate in units(of_run, done) for unit in replicate]
    chosen = np.random.default_rng(seed).permutation(len(every))[:count]
    said = difference("places.parquet", _places(folder), places_frame(of_run))
    yield Finding("places.parquet", said or "is that of the configuration", not said)
    use_threads(settings.threads)
    with progress(sum(months_simulated(every[n].settings) for n in chosen), "simulating") as bar:
        for number in chosen:
            unit = every[number]
            region = of_run[number % len(of_run)]
            bar.describe(f"simulating {unit.region}, replicate {unit.replicate}")
            again = tables_of(settings, region, unit, bar.advance, several=len(of_run) > 1)
            name = f"{unit.region}, replicate {unit.replicate}"
            differing = [said for said in _differences(folder, again, unit) if said]
            if differing:
                yield from (Finding(name, said, False) for said in differing)
            else:
                values = sum(table.size for table in again.values())
                yield Finding(name, f"is the same when simulated again ({values:,} values)")


def _places(folder: Path) -> pd.DataFrame:
    path = folder / "places.parquet"
    return pd.read_parquet(path) if path.is_file() else pd.DataFrame()


def tables_of(
    settings: Settings, region: Settings, unit: Unit, tick: Any, *, several: bool
) -> dict[str, pd.DataFrame]:
    """Simulate a unit; return what its run wrote of it, by name of the file.

    Parameters
    ----------
    settings, region : Settings
        Of the run, and of the unit's region in it.
    unit : Unit
    tick : callable
        Called after each month.
    several : bool
        Whether the run has several regions, of which the monthly table is the sum.
    """
    arms = outcome(unit, tick)
    if several:
        told = min(12, settings.months)
        of: dict[str, list[pd.DataFrame]] = {"accounts": [], "regions": [], "panel": []}
        for arm, lived in arms.items():
            of["accounts"].append(accounts_frame(lived.ledger, region, arm, unit.replicate))
            of["regions"].append(region_frame(region, lived.tally, arm, unit.replicate, told))
            if lived.panel.columns:
                of["panel"].append(panel_frame(lived.panel, region, arm, unit.replicate))
        return {
            f"{name}.parquet": pd.concat(parts, ignore_index=True)
            for name, parts in of.items() if parts
        }  # fmt: skip
    with TemporaryDirectory() as aside:
        stream = ResultStream(settings, [region], Path(aside))
        with closing(stream):
            stream.add(unit.replicate, [arms])
        return {path.name: pd.read_parquet(path) for path in Path(aside).glob("*.parquet")}


def _differences(folder: Path, again: Mapping[str, pd.DataFrame], unit: Unit) -> Iterator[str]:
    """Say of each table in what it differs first from what was simulated again."""
    for name, table in again.items():
        try:
            told = pd.read_parquet(folder / name, filters=[("replicate", "==", unit.replicate)])
        except (OSError, ValueError) as error:
            yield f"{name} cannot be read ({' '.join(str(error).split())[:120]})"
            continue
        if "region" in told and name != "monthly.parquet":
            told = told[told["region"].astype(str) == unit.region]
        yield difference(name, told.reset_index(drop=True), table.reset_index(drop=True))


def difference(name: str, told: pd.DataFrame, again: pd.DataFrame) -> str:
    """Say in what a table differs first from the same simulated again; nothing if in nothing."""
    if list(told.columns) != list(again.columns):
        return f"{name} has other columns than when simulated again"
    if len(told) != len(again):
        return f"{name} has {len(told):,} rows of it, and {len(again):,} when simulated again"
    for column in again:
        here, there = (_plain(table[column]) for table in (told, again))
        unequal = ~((here == there) | (pd.isna(here) & pd.isna(there)))
        if unequal.any():
            row = int(np.argmax(unequal))
            which = ", ".join(str(again[key].iloc[row]) for key in KEYS if key in again)
            return (
                f"{name}: {column} of {which} is {here[row]}, and {there[row]} when simulated again"
            )
    return ""


def _plain(column: pd.Series) -> np.ndarray:
    return column.astype(object).to_numpy()


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify a folder; return the exit status.

    Returns
    -------
    int
        0 if all agrees; 1 if something does not, which is named; 2 with one line on stderr if the
        folder cannot be verified.
    """
    parser = argparse.ArgumentParser(
        prog="python -m sim.verify",
        description="Check that a result folder is what its run wrote, and that this version "
        "writes the same.",
    )
    parser.add_argument("folder", metavar="DIR", type=Path, help="a result folder")
    parser.add_argument("--rerun", metavar="N", type=int, default=0,
                        help="simulate N units again, chosen by lot")  # fmt: skip
    parser.add_argument("--seed", type=int, help="of the lot; a new one unless given")
    parser.add_argument("--iter", metavar="FILE", type=Path,
                        help="INEGI's table that the run read, where it read one")  # fmt: skip
    told = parser.parse_args(arguments)
    try:
        findings = _verified(told)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return _say(told.folder, findings)


def _verified(told: argparse.Namespace) -> list[Finding]:
    if told.rerun < 0:
        raise InputError(f"--rerun {told.rerun}: must be 0 or more")
    if told.seed is not None and told.seed < 0:
        raise InputError(f"--seed {told.seed}: must be 0 or more")
    manifest = read_manifest(told.folder)
    try:
        settings: Settings | None = settings_of(manifest, told.iter)
    except InputError as error:
        settings, why = None, error
    found = [
        *of_manifest(manifest),
        *of_files(told.folder, manifest),
        *of_effects(told.folder, manifest),
        *of_version(manifest),
        *of_inputs(manifest, settings),
    ]
    if told.rerun:
        if settings is None:
            raise why
        seed = secrets.randbelow(10**6) if told.seed is None else told.seed
        found += of_units(told.folder, settings, manifest["replicates_done"], told.rerun, seed)
        found.append(Finding("lot", f"the same units are chosen by --seed {seed}", None))
    return found


def _say(folder: Path, findings: list[Finding]) -> int:
    marks = {True: "ok", None: "note", False: "DIFFERS"}
    shown = Table(title=str(folder), title_justify="left", box=None, pad_edge=False)
    shown.add_column("")
    shown.add_column("")
    shown.add_column("")
    drawn = [one for one in findings if one.what.startswith("figures/") and one.agrees]
    for one in findings:
        if one not in drawn:
            shown.add_row(marks[one.agrees], one.what, one.said)
    if drawn:
        shown.add_row("ok", "figures/", f"{len(drawn)} files have their hash")
    console = stdout()
    console.print(shown, markup=False)
    wrong = sum(one.agrees is False for one in findings)
    console.print("all agrees" if not wrong else f"{wrong} found that do not agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
