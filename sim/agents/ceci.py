"""Centres: the CECI of each scheme, and the IMSS guarderías that were there before.

One agent serves both. Places are kept by age room (`sala`), those of an evening turn apart; who may
enter depends on the scheme.
"""

from sim.core.engine import rule
from sim.core.records import View, row_type

# Schemes
GUARDERIA, IMSS, EMPRESA, CAMPO = 0, 1, 2, 3
SCHEMES = {"guarderia": GUARDERIA, "imss": IMSS, "empresa": EMPRESA, "campo": CAMPO}
NEW = (IMSS, EMPRESA, CAMPO)  # the programme's
ESTUDIO = 4  # of a replayed study: for whom it invites, at its own fee; in no programme
# Who may use the centres of a replayed study: nobody, women at work, or those at home too
UNINVITED, WORKING, ANYHOW = 0, 1, 2
# Stages: a row not yet used or a site not yet found, the path to opening, and the two ends
PROPOSED, PAPERWORK, BUILDING, OPEN, CLOSED, ABANDONED = 0, 1, 2, 3, 4, 5
# Rooms: lactantes to 18 months, then two of maternales; by day, then the same in the evening turn
N_AGES, N_TURNS = 3, 2
N_ROOMS = N_AGES * N_TURNS
ROOM_ENDS = (19, 31, 48)  # months of age at which a child leaves the room
DAY, EVENING = 0, 1

CENTRE = row_type(
    {
        "number": "i4",
        "start": "i2",  # month in which building starts
        "opening": "i2",  # month in which it opens
        "closing": "i2",  # month in which it closes for good
        "opens": "i2",  # minutes after midnight
        "closes": "i2",
        "evening_opens": "i2",  # of the evening turn; 0 if there is none
        "evening_closes": "i2",
        "fee": "i4",  # MXN per child and month; of a replayed study's centre alone
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
def room_for(age, turn):
    """Return the room for a child of `age` months in a turn."""
    if age < ROOM_ENDS[0]:
        return N_AGES * turn
    if age < ROOM_ENDS[1]:
        return N_AGES * turn + 1
    return N_AGES * turn + 2


@rule
def turn_of_room(room):
    """Return the turn that a room belongs to."""
    return room // N_AGES
