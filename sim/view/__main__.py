"""``python -m sim.view +scenario=polo_norte``: the model watched in a browser."""

import contextlib
import sys
from typing import NamedTuple

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from analysis.texts import LOCALES
from sim.cli import command, is_whole
from sim.compilation import compile_first
from sim.errors import InputError
from sim.settings import Settings
from sim.view.levers import options, read_once, settings_of
from sim.view.serve import assets, be_quiet, listen, serve
from sim.view.stage import Stage

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
    if config.lang not in LOCALES:
        raise InputError(f"lang={config.lang}: no such language; en or es")
    for name, below in (("replicate", MOST_REPLICATES), ("port", MOST_PORTS)):
        if not is_whole(config[name], below):
            raise InputError(f"{name}={config[name]}: not an integer from 0 to {below - 1}")
    if not isinstance(config.browser, bool):
        raise InputError(f"browser={config.browser}: neither true nor false")
    if not isinstance(config.host, str) or not config.host:
        raise InputError(f"host={config.host}: not an address, such as 127.0.0.1")
    return Asked(settings, config.replicate, config.lang, config.host, config.port, config.browser)


def job(config: DictConfig) -> None:
    """Serve the page until Ctrl-C, which is its proper end."""
    told = asked(config)
    be_quiet()
    folder = assets()
    with listen(told.host, told.port) as place:
        compile_first(told.settings)
        read_once()
        given = list(HydraConfig.get().overrides.task)
        stage = Stage(told.settings, given, options(), told.replicate, told.lang)
        stage.course(stage.choice)  # begun before the first page asks for it
        from sim.view.page import open_on  # Solara has been told to be quiet

        open_on(stage)
        with contextlib.suppress(KeyboardInterrupt):
            serve(place, told.host, folder, told.browser)
        stage.close()


if __name__ == "__main__":
    sys.exit(command(job, "view"))
