"""Where the zones and parks of a run are: the same in every replicate and in both arms."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.population.places import positions
from sim.settings import Settings


def places_frame(regions: Sequence[Settings]) -> pd.DataFrame:
    """Return where the zones and parks of each region are.

    Parameters
    ----------
    regions : sequence of Settings

    Returns
    -------
    DataFrame
        One row for each place: scenario, region, kind (``zone`` or ``park``), name, number (zones
        first, then parks, as in `sim.population.places.positions`; what accounts call ``zone``),
        east_km and north_km (from the centre of the region's disc), and share (of the export
        plants in parks, or of the farms, 0 to 1; NaN for zones).
    """
    return pd.concat([_of_region(region) for region in regions], ignore_index=True)


def _of_region(region: Settings) -> pd.DataFrame:
    polo = region.polo
    zones, parks = polo.zones.count, list(polo.parks)
    where = positions(polo)
    return pd.DataFrame(
        {
            "scenario": region.name,
            "region": polo.name,
            "kind": ["zone"] * zones + ["park"] * len(parks),
            "name": [*(f"zone_{n:02d}" for n in range(zones)), *parks],
            "number": np.arange(len(where), dtype=np.int32),
            "east_km": where[:, 0],
            "north_km": where[:, 1],
            "share": [np.nan] * zones + [park.share for park in polo.parks.values()],
        }
    )
