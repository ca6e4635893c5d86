"""The command line: Hydra composes the configuration, every input error is one line.

A command is a job, a function of the composed configuration. `command` runs it on ``sys.argv``
and returns the exit status:

====== =================================================================
status meaning
====== =================================================================
0      done
1      the machine failed (disk full, no permission) or the program did, wholly or in part
2      something the user gave cannot be used
130    the user stopped it
====== =================================================================

With ``HYDRA_FULL_ERROR=1`` in the environment errors keep their tracebacks.
"""

import contextlib
import difflib
import functools
import io
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import hydra
import yaml
from hydra._internal.utils import get_args_parser
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import MissingConfigException, OverrideParseException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import (
    ConfigAttributeError,
    ConfigKeyError,
    GrammarParseError,
    InterpolationResolutionError,
    MissingMandatoryValue,
    OmegaConfBaseException,
)
from pydantic import ValidationError

import configs
from sim import own_files
from sim.errors import IncompleteError, InputError, Interrupted

Job = Callable[[DictConfig], None]

#: What a job may raise because of its input; anything else but `OSError` is a bug.
INPUT_ERRORS = (
    InputError,
    ValidationError,
    GrammarParseError,
    InterpolationResolutionError,
    MissingMandatoryValue,
)

#: How many invalid values, names and characters of a value one line shows.
SHOWN_ERRORS, SHOWN_NAMES, SHOWN_CHARACTERS = 3, 24, 60


def main() -> int:
    """Run ``python -m sim``.

    Returns
    -------
    int
        The exit status.
    """

    def job(config: DictConfig) -> None:
        from sim.run import main_job

        main_job(config)

    return command(job)


def command(job: Job, config_name: str = "config", scenario: str | None = None) -> int:
    """Run a job on the configuration that the command line asks for.

    Parameters
    ----------
    job
        What to do with the composed configuration. It may raise `InputError`, `Interrupted`,
        `IncompleteError`, pydantic's `ValidationError` or `OSError`.
    config_name
        The primary configuration, a file of the ``configs`` package.
    scenario
        The scenario where the command line names none.

    Returns
    -------
    int
        The exit status.
    """
    full_error = os.environ.get("HYDRA_FULL_ERROR") == "1"
    run = hydra.main(
        version_base="1.3",
        config_path=str(Path(configs.__file__).parent),
        config_name=config_name,
    )(_task(job, full_error))
    try:
        with _quiet_hydra(), own_files.refused(), _argv(_arguments(sys.argv[1:], scenario)):
            run()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except KeyboardInterrupt as stop:
        given = isinstance(stop, Interrupted) and str(stop)
        _print("interrupted", given or "stopped before the end")
        return 130
    except Exception as error:
        if full_error:
            raise
        return _report(error)
    return 0


def is_whole(value: Any, below: int) -> bool:
    """Return whether a value of the configuration is an integer from 0 to below a bound."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < below


def _task(job: Job, full_error: bool) -> Job:
    """Wrap a job for Hydra: its errors are reported here and leave as an exit status."""

    def task(config: DictConfig) -> None:
        try:
            _require_scenario(config)
            job(config)
        except Exception as error:
            if full_error:
                raise
            # Hydra would print a line of its own for an Exception, not for a SystemExit.
            if isinstance(error, (*INPUT_ERRORS, IncompleteError, OSError)):
                raise SystemExit(_report(error, config)) from error
            traceback.print_exc()
            raise SystemExit(1) from error

    return task


def _require_scenario(config: DictConfig) -> None:
    """Refuse a configuration that no scenario named."""
    if not OmegaConf.is_missing(config, "name"):
        return
    scenario = HydraConfig.get().runtime.choices.get("scenario")
    if scenario:
        raise InputError(f"name: missing from scenario {scenario}; its file must give one")
    known = GlobalHydra.instance().config_loader().get_group_options("scenario")
    raise InputError(f"no scenario given; add +scenario=NAME, where NAME is {_names(known)}")


@contextlib.contextmanager
def _quiet_hydra() -> Iterator[None]:
    """Let Hydra raise its errors instead of printing them, and keep its warnings to itself."""
    before = os.environ.get("HYDRA_FULL_ERROR")
    os.environ["HYDRA_FULL_ERROR"] = "1"
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"(hydra|omegaconf)\b")
            yield
    finally:
        if before is None:
            del os.environ["HYDRA_FULL_ERROR"]
        else:
            os.environ["HYDRA_FULL_ERROR"] = before


@contextlib.contextmanager
def _argv(arguments: list[str]) -> Iterator[None]:
    """Put `arguments` where Hydra reads them."""
    before = sys.argv
    sys.argv = [before[0], *arguments]
    try:
        yield
    finally:
        sys.argv = before


def _arguments(given: list[str], scenario: str | None = None) -> list[str]:
    """Rewrite the arguments for Hydra: options first, and a scenario, given or not, with its plus.

    Hydra stops at an option between two overrides, and wants a plus before a group that its
    primary configuration does not list.
    """
    complaint = io.StringIO()
    try:
        with contextlib.redirect_stderr(complaint):
            parsed = get_args_parser().parse_intermixed_args(given)
    except SystemExit as end:
        if end.code:
            raise InputError(complaint.getvalue().rpartition("error: ")[2]) from None
        raise
    overrides = parsed.overrides
    options = [argument for argument in given if argument not in [*overrides, "--"]]
    plus = ["+" + line if line.startswith("scenario=") else line for line in overrides]
    if scenario and not any(line.lstrip("+~").startswith("scenario") for line in plus):
        plus.insert(0, f"+scenario={scenario}")
    return [*options, "--", *plus]


def _print(kind: str, message: str) -> None:
    line = " ".join(message.split())
    # What a file holds must not move the terminal's cursor
    print(f"{kind}: {''.join(c if c.isprintable() else '?' for c in line)}", file=sys.stderr)


def _report(error: Exception, config: DictConfig | None = None) -> int:
    """Print one line about an error and return the exit status."""
    _print("error", explained(error, config))
    machine = isinstance(error, IncompleteError | OSError)
    machine = machine and not isinstance(error, MissingConfigException)
    return 1 if machine else 2


def explained(error: BaseException, config: DictConfig | None = None) -> str:
    """Say what was given where, and what is allowed."""
    match error:
        case InputError() | IncompleteError():
            return str(error)
        case ValidationError():
            return _invalid(error, config)
        case OverrideParseException():
            return f"cannot read '{error.override}'; write key=value, a list as 'key=[1,2]'"
        case MissingConfigException(missing_cfg_file=str(path), options=list(known)):
            group, _, choice = path.rpartition("/")
            return f"{group}={choice}: no such choice; known: {_names(known)}"
        case yaml.MarkedYAMLError():
            where = error.problem_mark or error.context_mark
            place = f"{where.name} line {where.line + 1}: " if where else ""
            return f"{place}not valid YAML: {error.problem or error.context}"
        case OmegaConfBaseException():
            written = _plain(error.parent_node).get(error.key)
            value = "" if written is None else f"={_short(written)}"
            return f"{error.full_key or 'configuration'}{value}: {_first_line(error)}"
        case RecursionError():
            return f"the configuration is nested too deep; given: {' '.join(sys.argv[1:])}"
        case OSError(strerror=str(problem)):
            return problem if error.filename is None else f"{problem}: {error.filename}"
    cause = error.__cause__
    if isinstance(cause, ConfigKeyError | ConfigAttributeError):
        # Hydra's last line reads "To append to your config use +KEY=VALUE".
        given = str(error).rpartition("use +")[2]
        known = [name for name in _plain(cause.parent_node) if name != "hydra"]
        return f"{given}: no such key; {_nearest(str(cause.key), known)}"
    lines = str(error).partition("Config search path:")[0].splitlines()
    if isinstance(cause, OmegaConfBaseException):
        lines.append(_first_line(cause))
    said = "; ".join(line.strip() for line in lines if line.strip()) or type(error).__name__
    return f"{said}; given: {' '.join(sys.argv[1:])}"


def _invalid(error: ValidationError, config: DictConfig | None) -> str:
    """Say which values pydantic refused, and why."""
    details = error.errors(include_url=False)
    lines = [_refused(detail, _plain(config)) for detail in details[:SHOWN_ERRORS]]
    if len(details) > SHOWN_ERRORS:
        lines.append(f"and {len(details) - SHOWN_ERRORS} more")
    return "; ".join(lines)


def _refused(detail: Mapping[str, Any], config: dict[Any, Any]) -> str:
    """Say why pydantic refused one value of `config`."""
    *parents, name = detail["loc"] or ("configuration",)
    key = ".".join(str(part) for part in [*parents, name])
    if detail["type"] == "missing":
        return f"{key}: a value is required"
    reason = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        siblings = functools.reduce(_child, parents, config)
        reason = f"no such key; {_nearest(str(name), [str(k) for k in siblings if k != name])}"
    if isinstance(detail["input"], Mapping) and detail["type"] == "value_error":
        return f"{key}: {reason}"  # a rule over several keys, which the reason names
    return f"{key}={_short(detail['input'])}: {reason}"


def _child(node: Any, name: Any) -> Any:
    child = node.get(name) if isinstance(node, dict) else None
    return child if isinstance(child, dict) else {}


def _plain(node: Any) -> dict[Any, Any]:
    """Read a configuration as a plain dict, interpolations left as written."""
    plain = OmegaConf.to_container(node, resolve=False) if OmegaConf.is_dict(node) else {}
    return plain if isinstance(plain, dict) else {}


def _nearest(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, cutoff=0.7)
    return f"did you mean {' or '.join(near)}?" if near else f"known: {_names(known)}"


def _names(known: Sequence[str]) -> str:
    more = [f"and {len(known) - SHOWN_NAMES} more"] if len(known) > SHOWN_NAMES else []
    return ", ".join([*known[:SHOWN_NAMES], *more]) or "none"


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]
