"""The regions that a run is made of, each with its own people."""

from sim.settings import Settings


def regions(settings: Settings) -> list[Settings]:
    """Return the settings of each region of a run: one for an ordinary polo."""
    return [settings]
