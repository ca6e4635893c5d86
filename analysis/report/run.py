"""What a folder says of its run: settings, assumptions, and the command that repeats it."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from hydra import compose, initialize_config_dir
from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

import configs
from analysis.results import LEVERS, Results

TOLD = ("replicates_done",)
SETTINGS = ("months", "burn_in", "scale")
NO_MATTER = ("output_dir", "store", "threads", "resume", "executor", "label", "engine")
"""Keys of the configuration that change no number."""
MOST = 30
"""Changes that one line may hold and still be read."""


def run(results: Results) -> pd.DataFrame:
    """Return the numbers of a run.

    Returns
    -------
    DataFrame
        Columns key, value.
    """
    found = {key: results.manifest[key] for key in TOLD}
    found |= {key: results.config[key] for key in SETTINGS if key in results.config}
    found["change"] = 100 * results.change
    if found.get("scale"):
        found["one_in"] = 1 / found["scale"]
    return pd.DataFrame({"key": list(found), "value": [float(v) for v in found.values()]})


def assumptions(config: Mapping[str, Any]) -> pd.DataFrame:
    """Return the parameters that no source gives.

    Returns
    -------
    DataFrame
        Columns key, es, en (its name in each language), unit, value, low, high (its bounds); in
        the order of the configuration.
    """
    rows = [
        {"key": key, "es": told["label"]["es"], "en": told["label"]["en"], "unit": told["unit"],
         "value": float(told["value"]), "low": low, "high": high}
        for key, told in config.get("parameters", {}).items()
        if told.get("known") == "assumed" and told.get("label")
        for low, high in [told.get("bounds") or (float("nan"), float("nan"))]
    ]  # fmt: skip
    return pd.DataFrame(rows)


def command(config: Mapping[str, Any]) -> str | None:
    """Return the line that makes this configuration anew from the packaged files.

    The scenario is composed as the simulator would and compared with what was run; whatever
    differs becomes a choice or a value on the line.

    Parameters
    ----------
    config : mapping
        Of a manifest.

    Returns
    -------
    str or None
        None where no packaged scenario leads to it in a line of readable length.
    """
    line = [f"+scenario={config['name']}"]
    try:
        line += [*_chosen(config, _composed(line)), *_parameters(config, line)]
        line += [f"{key}={_typed(value)}" for key, value in _differing(config, _composed(line))]
        repeated = len(line) <= MOST and not list(_differing(config, _composed(line)))
    except (HydraException, OmegaConfBaseException):
        return None
    return f"python -m sim {shlex.join(line)}" if repeated else None


def _chosen(config: Mapping[str, Any], own: Mapping[str, Any]) -> list[str]:
    """Return the choices that are not the scenario's own."""
    return [
        f"{lever}={config[lever]['name']}"
        for lever in LEVERS
        if config.get(lever, {}).get("name") not in (None, own.get(lever, {}).get("name"))
    ]


def _parameters(config: Mapping[str, Any], line: list[str]) -> list[str]:
    """Return the choice of parameters, which have no name: the one that differs least."""

    def apart(more: list[str]) -> int:
        found = _differing(config, _composed([*line, *more]))
        return sum(key.startswith("parameters.") for key, _ in found)

    if not apart([]):
        return []
    files = sorted(_folder().joinpath("parameters").glob("*.yaml"))
    return min([[], *([f"parameters={path.stem}"] for path in files)], key=apart)


def _folder() -> Path:
    return Path(configs.__file__).resolve().parent


def _composed(line: Sequence[str]) -> dict[str, Any]:
    with initialize_config_dir(str(_folder()), version_base="1.3"):
        composed = compose("config", overrides=list(line))
        found = OmegaConf.to_container(composed, resolve=True)
    assert isinstance(found, dict)
    return {str(key): value for key, value in found.items()}


def _differing(config: Mapping[str, Any], composed: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Go through the values that were run with and that the files give otherwise.

    A key that only the manifest has is a default of the simulator's own.
    """
    given = dict(_leaves(config))
    for key, value in _leaves(composed):
        if key.partition(".")[0] not in NO_MATTER and key in given and given[key] != value:
            yield key, given[key]


def _leaves(tree: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def _typed(value: Any) -> str:
    """Return a value as the command line takes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{','.join(map(_typed, value))}]"
    return str(value)
