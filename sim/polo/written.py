"""A polo as a file of the configuration: every figure a line, with unit, how known and source."""

import csv
import hashlib
import io
import json
import math
import os
import tempfile
from contextlib import suppress
from pathlib import Path

import yaml
from hydra import compose, initialize_config_dir

import configs
from sim.errors import InputError
from sim.polo.enoe import Estimate
from sim.polo.new import Given, Made, said
from sim.polo.tables import number
from sim.polo.words import term
from sim.settings import REQUIRED_FIGURES, Figure, Settings, Strict

EVIDENCE = ("rate", "meaning", "unit", "place", "asked", "value", "standard_error", "figure")
"""Columns of the table of rates that stands beside the polo."""


def quoted(text: str) -> str:
    """Return a text between double quotes, as JSON and so as YAML."""
    return json.dumps(text, ensure_ascii=False)


def line(name: str, figure: Figure) -> str:
    """Return the line of a figure."""
    return (
        f"{name}: {{value: {number(figure.value)}, unit: {quoted(figure.unit)}, "
        f"known: {figure.known}, source: {quoted(figure.source)}}}"
    )


def flow(part: Strict) -> str:
    """Return a part of the settings on one line, without what is not set."""
    given = {k: v for k, v in part.model_dump().items() if v is not None and v != []}
    return (
        "{" + ", ".join(f"{k}: {json.dumps(v, ensure_ascii=False)}" for k, v in given.items()) + "}"
    )


def polo_text(given: Given, made: Made) -> str:
    """Return the file of the polo.

    Hours, rooms and season are the country's, by its defaults; all else is in the file.
    """
    polo, words = made.polo, given.words
    word, _, codes = given.where.partition(" ")
    where = f"{term(given.lang, 'place', word)} {codes}"
    label = getattr(polo.label, given.lang)
    lines = [f"# {text.format(label=label, where=where)}" for text in words["made"]]
    lines += [f"#   {option}: {said}" for option, said in fingerprints(given).items()] or [
        f"#   {words['no files']}"
    ]
    lines += ["defaults:", "  - /polo/base/nacional@_here_"]
    if not made.border:
        lines += ["  - /polo/base/salario_general@_global_"]
    lines += ["  - _self_", "", f"name: {polo.name}"]
    lines += [f"label: {{es: {quoted(polo.label.es)}, en: {quoted(polo.label.en)}}}"]
    lines += [f"municipalities: {json.dumps(polo.municipalities)}", "", "podecobi:"]
    for name in ("hectares", "jobs", "investment", "declared"):
        lines += [f"  {name}: null"]
    lines += ["  sectors: []", f"  status: {quoted(polo.podecobi.status)}"]
    lines += [f"  source: {quoted(polo.podecobi.source)}", "", "figures:"]
    for name in REQUIRED_FIGURES:
        if name in words["headings"]:
            lines += [""] if lines[-1] != "figures:" else []
            lines += [f"  # {words['headings'][name]}"]
        came = term(given.lang, "came", made.came[name])
        lines += [f"  {line(name, polo.figures[name])}  # {came}"]
    lines += ["", f"# {made.geography}", *zones_lines(made), "parks:"]
    lines += [f"  {name}: {flow(park)}" for name, park in polo.parks.items()]
    lines += ["", f"# {made.centres}"]
    lines += ["announced:" if polo.announced else "announced: {}"]
    lines += [f"  {name}: {flow(centre)}" for name, centre in polo.announced.items()]
    return "\n".join(lines) + "\n"


def zones_lines(made: Made) -> list[str]:
    """Return the lines of the zones."""
    zones = made.polo.zones
    if not zones.centroids:
        return [f"zones: {flow(zones)}"]
    centroids = [f"    - [{', '.join(number(part) for part in zone)}]" for zone in zones.centroids]
    lines = [f"  {name}: {value}" for name, value in zones if name != "centroids"]
    return ["zones:", *lines, "  centroids:", *centroids]


def fingerprints(given: Given) -> dict[str, str]:
    """Return the name and SHA-256 of each file that was given; of a folder, of all inside."""
    found = {}
    for option, path in given.files.items():
        inside = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        digest = hashlib.sha256()
        for file in inside:
            with file.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
        found[option] = f"{said(path.name)}, SHA-256 {digest.hexdigest()}"
    return found


def scenario_text(given: Given, made: Made) -> str:
    """Return the file of a scenario: the announced programme in the polo."""
    label = made.polo.label
    return "\n".join(
        [
            "# @package _global_",
            f"# {given.words['scenario'].format(label=getattr(label, given.lang))}",
            "",
            "defaults:",
            f"  - override /polo: {given.name}",
            "  - override /rollout: anunciado",
            "",
            f"name: {given.name}",
            f"label: {{es: {quoted(label.es)}, en: {quoted(label.en)}}}",
            "",
        ]
    )


def evidence_rows(made: Made) -> list[dict[str, str]]:
    """Return the table of rates, in texts: what the polo takes and what it is held against."""
    return [
        {
            "rate": one.rate.name,
            "meaning": one.rate.meaning,
            "unit": one.rate.unit,
            "place": one.place,
            "asked": str(one.asked),
            "value": number(round(one.value, 4)),
            "standard_error": "" if math.isnan(one.error) else number(round(one.error, 4)),
            "figure": str(one.rate.figure) if _gives(one, made) else "",
        }
        for one in made.read.estimates
    ]


def _gives(one: Estimate, made: Made) -> bool:
    """Return whether the polo took a figure from a rate."""
    return one.enough and made.came.get(one.rate.figure or "") == "--enoe"


def evidence_text(made: Made) -> str:
    """Return the table of rates as a csv."""
    text = io.StringIO()
    table = csv.DictWriter(text, EVIDENCE, lineterminator="\n")
    table.writeheader()
    table.writerows(evidence_rows(made))
    return text.getvalue()


def files_of(given: Given, made: Made) -> dict[str, str]:
    """Return what is written, by path in the user's folder."""
    files = {
        f"polo/{given.name}.yaml": polo_text(given, made),
        f"scenario/{given.name}.yaml": scenario_text(given, made),
    }
    if made.read.estimates:
        files[f"polo/{given.name}_enoe.csv"] = evidence_text(made)
    return files


def names_of(given: Given) -> list[str]:
    """Return the paths that may be written."""
    polo, scenario = f"polo/{given.name}", f"scenario/{given.name}"
    return [f"{polo}.yaml", f"{scenario}.yaml", f"{polo}_enoe.csv"]


def refuse_packaged(given: Given) -> None:
    """Refuse a name that the package has: Hydra would take the package's file.

    Raises
    ------
    InputError
    """
    home = Path(configs.__file__).resolve().parent
    for group in ("polo", "scenario"):
        if (home / group / f"{given.name}.yaml").exists():
            raise InputError(
                f"NAME={given.name}: a {group} of the simulator has this name, and would be taken "
                "instead; choose another"
            )


def refuse_taken(given: Given, folder: Path) -> None:
    """Refuse a name that the folder has already.

    Raises
    ------
    InputError
    """
    for name in names_of(given):
        if (folder / name).exists():
            raise InputError(f"{folder / name} exists; add --force to replace it")


def checked(given: Given, made: Made, files: dict[str, str]) -> Settings:
    """Compose the files as a run would, and check them.

    Returns
    -------
    Settings

    Raises
    ------
    InputError, pydantic.ValidationError
        If a run would not take them, or they do not say what was made.
    """
    home = str(Path(configs.__file__).resolve().parent)
    with tempfile.TemporaryDirectory(prefix="ceci-polo-") as name:
        put(Path(name), files)
        with initialize_config_dir(home, version_base=None):
            overrides = [f"hydra.searchpath=['file://{name}']", f"+scenario={given.name}"]
            settings = Settings.of_a_polo(compose("config", overrides=overrides))
    plain = yaml.safe_load(files[f"polo/{given.name}.yaml"])
    values = {key: figure["value"] for key, figure in plain["figures"].items()}
    if settings.polo.figures != made.polo.figures or values != {
        key: figure.value for key, figure in made.polo.figures.items()
    }:
        raise InputError(f"NAME={given.name}: the file would not say what was made of the tables")
    return settings


def put(folder: Path, files: dict[str, str]) -> None:
    """Write all files or none: each aside first, then all are moved to their places."""
    aside = []
    try:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f".{path.name}.{os.getpid()}.part")
            aside.append((part, path))
            part.write_text(text, encoding="utf-8", newline="\n")
        for part, path in aside:
            os.replace(part, path)
    finally:
        for part, _ in aside:
            with suppress(OSError):
                part.unlink(missing_ok=True)
