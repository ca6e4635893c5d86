"""Centres: the CECI of each scheme, and the IMSS guarderías that were there before.

One agent serves both. Places are kept by age room (`sala`); who may enter depends on the scheme.
"""

from sim.core.engine import rule
from sim.core.records import View, row_type

# Schemes
GUARDERIA, IMSS, EMPRESA, CAMPO = 0, 1, 2, 3
SCHEMES = {"guarderia": GUARDERIA, "imss": IMSS, "empresa": EMPRESA, "campo": CAMPO}
# Stages
PROPOSED, BUILDING, OPEN = 0, 1, 2
# Rooms: lactantes to 18 months, then two of maternales
N_ROOMS = 3
ROOM_ENDS = (19, 31, 48)  # months of age at which a child leaves the room

CENTRE = row_type(
    {
        "number": "i4",
        "start": "i2",  # month in which building starts
        "opening": "i2",  # month in which it opens
        "opens": "i2",  # minutes after midnight
        "closes": "i2",
        "zone": "i2",
        "scheme": "i1",
        "stage": "i1",
        "open": "i1",
    }
)


class CECI(View, columns=CENTRE, table_name="centres"):
    """A centre as a Mesa agent: a view of its record, with its places by room."""

    @property
    def places(self):
        """Places by room, shape (N_ROOMS,)."""
        return self.model.tables["places"][self.number]

    @property
    def enrolled(self):
        """Children enrolled by room, shape (N_ROOMS,)."""
        return self.model.tables["enrolled"][self.number]


@rule
def room_for(age):
    """Return the room for a child of `age` months."""
    if age < ROOM_ENDS[0]:
        return 0
    if age < ROOM_ENDS[1]:
        return 1
    return 2
