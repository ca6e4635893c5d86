"""What a command of the experiments takes: options of its own, beside those of a run."""

from collections.abc import Mapping
from typing import TypeVar

from omegaconf import DictConfig, OmegaConf

from sim.settings import Settings, Strict

Own = TypeVar("Own", bound=Strict)


def split(config: DictConfig, own: type[Own]) -> tuple[Settings, Own]:
    """Return the settings of a run of one polo and a command's own options, both checked.

    What both know goes to both.

    Raises
    ------
    pydantic.ValidationError, InputError
        If a key or value cannot be used.
    """
    mine = OmegaConf.masked_copy(config, list(own.model_fields))
    options = own.model_validate(OmegaConf.to_container(mine, resolve=True))
    of_a_run = [
        str(name)
        for name in config
        if name not in own.model_fields or name in Settings.model_fields
    ]
    return Settings.of_a_polo(OmegaConf.masked_copy(config, of_a_run)), options


def with_values(settings: Settings, values: Mapping[str, float]) -> Settings:
    """Return the settings with other values of some parameters (name to value, in its unit)."""
    parameters = dict(settings.parameters)
    for name, value in values.items():
        parameters[name] = parameters[name].model_copy(update={"value": float(value)})
    return settings.model_copy(update={"parameters": parameters})
