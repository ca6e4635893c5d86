"""The levers of the page: what the configuration lets one choose, and the settings of a choice."""

import pickle
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from hydra import compose
from hydra.core.global_hydra import GlobalHydra
from omegaconf import DictConfig, OmegaConf

from analysis.texts import LOCALES
from sim.settings import Settings

OWN_KEYS = ("replicate", "lang", "host", "port", "browser")
"""What the configuration has beyond the settings of a run."""

GROUPS = ("rollout", "access", "opens", "outreach", "siting", "assistance")
PACKAGED = "main"
"""What Hydra calls the folder of the package's configuration."""
SCALES = (0.02, 0.05, 0.2, 1.0)
FACTORS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)

_hydra = threading.Lock()
"""Hydra composes one configuration at a time."""


@dataclass(frozen=True)
class Choice:
    """What was chosen on the page.

    Attributes
    ----------
    options : tuple of (str, str)
        Group of the configuration and its option; a group that is not among them is as the command
        line and the rollout have it.
    factor : float
        On the places of every announced centre.
    scale : float
        Share of the women.
    """

    options: tuple[tuple[str, str], ...] = ()
    factor: float = 1.0
    scale: float = 1.0

    def option(self, group: str) -> str | None:
        """Return the option chosen in a group, None if there is none."""
        return dict(self.options).get(group)


def settings_of(config: DictConfig) -> Settings:
    """Check the part of a composed configuration that is a run's.

    Raises
    ------
    pydantic.ValidationError, InputError
        If a key or value cannot be used.
    """
    rest = [str(name) for name in config if name not in OWN_KEYS]
    return Settings.of_a_polo(OmegaConf.masked_copy(config, rest))


def composed(given: Sequence[str], choice: Choice) -> Settings:
    """Return the settings of a choice made over the overrides of the command line.

    Raises
    ------
    hydra.errors.HydraException, omegaconf.errors.OmegaConfBaseException
        If the parts of the configuration do not go together.
    pydantic.ValidationError, InputError
        If a value cannot be used.
    """
    groups = {group for group, _ in choice.options}
    kept = [line for line in given if line.lstrip("+").partition("=")[0] not in groups]
    chosen = [f"{group}={option}" for group, option in choice.options]
    with _hydra:
        config = compose("view", overrides=[*kept, *chosen, f"scale={choice.scale}"])
    return with_places(settings_of(config), choice.factor)


def with_places(settings: Settings, factor: float) -> Settings:
    """Return settings with the places of every announced centre multiplied."""
    if factor == 1.0:
        return settings
    announced = {
        name: centre.model_copy(update={"places": round(factor * centre.places)})
        for name, centre in settings.polo.announced.items()
    }
    polo = settings.polo.model_copy(update={"announced": announced})
    return settings.model_copy(update={"polo": polo})


def read_once() -> None:
    """Let Hydra read each packaged file once, which is most of composing; those of a user anew."""
    loader: Any = GlobalHydra.instance().config_loader()
    for source in loader.repository.sources:
        if source.provider == PACKAGED:
            source.load_config = _kept(source.load_config)


def _kept(load: Callable[[str], Any]) -> Callable[[str], Any]:
    @cache
    def pickled(config_path: str) -> bytes:
        return pickle.dumps(load(config_path))

    # Hydra changes what it is given
    return lambda config_path: pickle.loads(pickled(config_path))


def options() -> dict[str, dict[str, dict[str, str]]]:
    """Return the options of each group with their labels by language, those of the user too."""
    loader: Any = GlobalHydra.instance().config_loader()
    found = {}
    for group in GROUPS:
        names = loader.get_group_options(group)
        found[group] = {name: _label(loader, f"{group}/{name}", name) for name in names}
    return found


def _label(loader: Any, path: str, name: str) -> dict[str, str]:
    """Return the label in the file of an option, or its name where the file has none."""
    try:
        label = loader.repository.load_config(path).config.get("label")
        plain = OmegaConf.to_container(label) if isinstance(label, DictConfig) else {}
    except Exception:  # a broken file of the user's is told when it is chosen
        plain = {}
    given = plain if isinstance(plain, Mapping) else {}
    return {lang: str(given.get(lang) or name) for lang in LOCALES}
