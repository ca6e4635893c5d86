"""``python -m sim.trace +scenario=polo_norte agent=7``.

It simulates one replicate, watches one woman in the baseline and in the programme arm, and tells
what happened to her, what she chose, and why.
"""

import sys
from typing import NamedTuple

from omegaconf import DictConfig, OmegaConf
from rich.console import Console

from sim.cli import command, is_whole
from sim.errors import InputError
from sim.results.console import progress
from sim.run import use_threads
from sim.settings import Settings
from sim.trace.story import tell
from sim.trace.watch import first_reached, life
from sim.trace.words import WORDS
from sim.unit import agents, months_simulated

OWN_KEYS = ("agent", "replicate", "lang")
"""What the configuration has beyond the settings of a run."""

MOST_REPLICATES = 10_000


class Asked(NamedTuple):
    """What the command line asks for; `number` is None for any woman."""

    settings: Settings
    replicate: int
    number: int | None
    lang: str


def asked(config: DictConfig) -> Asked:
    """Check a composed configuration.

    Raises
    ------
    pydantic.ValidationError, InputError
        If a key or value cannot be used.
    """
    own = {name: config.get(name) for name in OWN_KEYS}
    rest = [str(name) for name in config if name not in OWN_KEYS]
    settings = Settings.of_a_polo(OmegaConf.masked_copy(config, rest))
    lang, replicate, agent = own["lang"], own["replicate"], own["agent"]
    if lang not in WORDS:
        raise InputError(f"lang={lang}: no such language; en or es")
    if not is_whole(replicate, MOST_REPLICATES):
        raise InputError(f"replicate={replicate}: not an integer from 0 to {MOST_REPLICATES - 1}")
    women = agents(settings)
    allowed = f"an integer from 0 to {women - 1} (the women at scale={settings.scale:g}), or any"
    if agent is None:
        raise InputError(f"agent: missing; add agent=NUMBER, {allowed}")
    if agent != "any" and not is_whole(agent, women):
        raise InputError(f"agent={agent}: no such woman; {allowed}")
    return Asked(settings, replicate, None if agent == "any" else agent, lang)


def job(config: DictConfig) -> None:
    """Simulate one replicate and tell a woman's life in both arms."""
    settings, replicate, number, lang = asked(config)
    use_threads(settings.threads)
    picked = number is None
    months = months_simulated(settings)
    with progress(months * (1 + picked), f"simulating {settings.name}", lang=lang) as bar:
        if number is None:
            number = first_reached(settings, replicate, bar.advance)
        told = life(settings, replicate, number, bar.advance)
    plain = {"width": 110, "color_system": None, "force_terminal": False}
    console = Console() if sys.stdout.isatty() else Console(**plain)  # type: ignore[arg-type]
    tell(told, lang, console, picked)


if __name__ == "__main__":
    sys.exit(command(job, "trace"))
