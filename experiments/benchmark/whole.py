"""The whole simulator, on a polo as large as asked: Ciudad Juárez with its counts multiplied."""

import numpy as np

from experiments.benchmark.science import N_COUNTERS, Column
from sim.model import PoloModel
from sim.settings import Settings

COUNTED = (
    "women", "children", "centres", "establishments", "workers", "formal firms", "places",
)  # fmt: skip
"""First words of the units of figures that grow with a polo; all others are shares and means."""


def polo_of_size(settings: Settings, size: int) -> Settings:
    """Return settings whose polo has `size` women of 15 to 49, and all else in proportion."""
    polo = settings.polo
    factor = size / polo["women_15_49"]
    figures = {
        name: figure.model_copy(update={"value": figure.value * factor})
        if figure.unit.startswith(COUNTED)
        else figure
        for name, figure in polo.figures.items()
    }
    # At least one zone and one centre, and not a place less than there would be
    figures["guarderias"] = figures["guarderias"].model_copy(
        update={"value": max(1.0, float(round(figures["guarderias"].value)))}
    )
    count = max(1, round(polo.zones.count * factor))
    zones = polo.zones.model_copy(update={"count": count, "centroids": []})
    larger = polo.model_copy(update={"figures": figures, "zones": zones})
    return settings.model_copy(update={"polo": larger, "scale": 1.0, "engine": "compiled"})


class WholePolo:
    """A month of the simulator, as the core month is run."""

    def __init__(self, settings: Settings, size: int) -> None:
        larger = polo_of_size(settings, size)
        self.model = PoloModel(larger, 0, larger.plan.without_centres())

    def month(self) -> Column:
        """Live a month; return nothing that is compared."""
        self.model.step()
        return np.zeros(N_COUNTERS, np.int64)
