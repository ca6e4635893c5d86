"""Keeping and leaving a formal job.

A reason to quit comes at a hazard that falls with tenure and rises with distance. A mother whose
child has a place that goes with the job quits only if the reason outweighs what the place is worth
to her. The law lets a firm dismiss who has more than three unexcused absences in 30 days (Ley
Federal del Trabajo, art. 47-X). Leaving because care was lost is not here: the household chooses it
(`sim.agents.choice`).
"""

from math import exp

from sim.agents.choice import place_at_stake
from sim.agents.firm import MAQUILA
from sim.agents.mother import DISMISSED, FORMAL, QUIT, SEARCHING, SEASON_ENDED, become_jobless
from sim.core.draws import uniforms
from sim.core.engine import rule
from sim.purposes import SEPARATION

UNEXCUSED_ALLOWED = 3


@rule
def separate(mother, children, household, world):
    """Step 7 of the month: quit, be dismissed or be let go at the season's end.

    Only from a formal job begun before this month."""
    now = world.now[0]
    if mother.status != FORMAL or mother.leave > 0 or mother.hired == now.month:
        return
    p = world.parameters[0]
    quits, dismissed, goes, reason = uniforms(
        now.seed, now.replicate, mother.number, now.month, SEPARATION
    )
    kilometres = world.distance[household.zone, world.firms[mother.firm].zone]
    why = 0
    if quits < quit_hazard(mother, kilometres, p) and outweighs(
        reason, mother, children, household, world
    ):
        why = QUIT
    elif unexcused_days(mother, p) > UNEXCUSED_ALLOWED and dismissed < p.dismissal:
        why = DISMISSED
    elif goes < world.firms[mother.firm].laid_off:
        why = SEASON_ENDED
    if why == 0:
        return
    mother.separated = why
    mother.left_firm = mother.firm
    if why == SEASON_ENDED:
        mother.farm = mother.firm
    world.leaves[mother.number] = 1
    become_jobless(mother, SEARCHING)
    mother.prompted = 1


@rule
def quit_hazard(mother, kilometres, p):
    """Return the monthly hazard of quitting, by sector, tenure and distance to the firm."""
    hazard = p.quits_maquila if mother.sector == MAQUILA else p.quits_other
    if mother.tenure < 3:
        hazard = hazard * p.quits_first_quarter
    elif mother.tenure < 12:
        hazard = hazard * p.quits_first_year
    elif mother.tenure >= 36:
        hazard = hazard * p.quits_after_three_years
    return hazard * (1.0 + p.quits_per_kilometre * kilometres)


@rule
def outweighs(reason, mother, children, household, world):
    """Return True if a reason to quit outweighs the place that would be lost.

    Reasons are exponential with mean `quit_reason` (utils); `reason` is a uniform draw.
    """
    stake = place_at_stake(mother, children, household, world)
    return stake <= 0.0 or reason < exp(-stake / world.parameters[0].quit_reason)


@rule
def unexcused_days(mother, p):
    """Return the month's unexcused days: none for illness, a share for a sick child."""
    return mother.lost_care + mother.lost_other + p.unexcused_sick_child * mother.lost_child
