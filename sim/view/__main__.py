"""``python -m sim.view +scenario=polo_norte``: the model watched in a browser."""

import contextlib
import sys
from typing import Any, NamedTuple

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from sim.cli import command
from sim.compilation import compile_first
from sim.errors import InputError
from sim.settings import Settings
from sim.view.levers import options, settings_of
from sim.view.serve import assets, be_quiet, listen, serve

LANGS = ("es", "en")
MOST_REPLICATES, MOST_PORTS = 10_000, 65_536


class Asked(NamedTuple):
    """What the command line asks for."""

    settings: Settings
    replicate: int
    lang: str
    host: str
    port: int
    browser: bool


def asked(config: DictConfig) -> Asked:
    """Check a composed configuration.

    Raises
    ------
    pydantic.ValidationError, InputError
        If a key or value cannot be used.
    """
    settings = settings_of(config)
    if config.lang not in LANGS:
        raise InputError(f"lang={config.lang}: no such language; en or es")
    for name, below in (("replicate", MOST_REPLICATES), ("port", MOST_PORTS)):
        if not _is_number(config[name], below):
            raise InputError(f"{name}={config[name]}: not an integer from 0 to {below - 1}")
    if not isinstance(config.browser, bool):
        raise InputError(f"browser={config.browser}: neither true nor false")
    if not isinstance(config.host, str) or not config.host:
        raise InputError(f"host={config.host}: not an address, such as 127.0.0.1")
    return Asked(settings, config.replicate, config.lang, config.host, config.port, config.browser)


def _is_number(value: Any, below: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < below


def job(config: DictConfig) -> None:
    """Serve the page until Ctrl-C, which is its proper end."""
    told = asked(config)
    be_quiet()
    folder = assets()
    with listen(told.host, told.port) as place:
        compile_first(told.settings)
        from sim.view.page import open_on
        from sim.view.stage import Stage

        given = list(HydraConfig.get().overrides.task)
        stage = Stage(told.settings, given, options(), told.replicate, told.lang)
        open_on(stage)
        with contextlib.suppress(KeyboardInterrupt):
            serve(place, told.host, folder, told.browser)
        stage.close()


if __name__ == "__main__":
    sys.exit(command(job, "view"))
