"""Days at work and days lost, by cause.

Two channels pull against each other. A place in a centre replaces carers who break down; group care
brings illness home, most in the first months after entry (Schuez-Havupalo et al., 2017, BMJ Open;
Cote et al., 2010; see the sources of each parameter), less than at home later on. Who is at home
with a sick child depends on who lives there. Own illness, and days that have no such cause (more of
them among new hires), are the rest.
"""

from sim.agents.firm import AGROPECUARIO
from sim.agents.household import ABSENT, CORESIDENT, DAY_SHIFT, NOT_WORKING
from sim.agents.mother import (
    CARE_AGE,
    CENTRE,
    CHILD_SLOTS,
    GRANDMOTHER,
    INFORMAL,
    MAQUILA_EVENING,
    NEVER,
    NOBODY,
    PARTNER,
    PRIVATE,
    RELATIVE,
    SCHOOL_AGE,
    SIBLING,
    WORKPLACE,
)
from sim.core.draws import uniforms
from sim.core.engine import rule
from sim.purposes import ABSENCE, CHILD_ILLNESS

MEAN_WORKDAYS = 21.75
"""Work days of a mean month, to which monthly probabilities of losing days refer."""


@rule
def attend(mother, children, household, world):
    """Step 6 of the month: schedule the work days and take off those lost, by cause.

    Days are whole; the days lost never exceed those scheduled. A woman on maternity leave has none
    scheduled.
    """
    mother.scheduled = 0
    mother.lost_own = 0
    mother.lost_child = 0
    mother.lost_care = 0
    mother.lost_other = 0
    mother.child_ill = 0
    if mother.status < INFORMAL or mother.leave > 0:
        return
    now = world.now[0]
    p = world.parameters[0]
    days = int(now.workdays)
    exposure = days / MEAN_WORKDAYS
    mother.scheduled = days
    ill, ill_days, slack, breakdown = uniforms(
        now.seed, now.replicate, mother.number, now.month, ABSENCE
    )
    own = 0
    if ill < p.own_illness * exposure:
        own = min(days, length(ill_days, p.own_illness_longest))
    left = days - own
    child = min(left, days_with_sick_children(mother, children, household, world, exposure))
    left -= child
    care = min(left, days_without_carer(mother, children, household, world, breakdown, exposure))
    left -= care
    mother.lost_own = own
    mother.lost_child = child
    mother.lost_care = care
    mother.lost_other = min(left, days_off_without_cause(mother, slack, days, p))


@rule
def earned(mother, p):
    """Return the month's pay (MXN): farms pay part of it by the piece, so for days present."""
    wage = int(mother.wage)
    if mother.sector != AGROPECUARIO or mother.scheduled == 0:
        return wage
    lost = mother.lost_own + mother.lost_child + mother.lost_care + mother.lost_other
    return wage - int(p.piece_pay * wage * lost / mother.scheduled)


@rule
def length(draw, longest):
    """Return a whole number of days from 1 to `longest`, each as likely."""
    return 1 + int(draw * longest)


@rule
def days_off_without_cause(mother, draw, days, p):
    """Return days lost without a cause that the model knows: 0, 1 or 2 in a month."""
    rate = p.slack * days
    if mother.tenure < p.slack_new_months:
        rate = rate * p.slack_new
    if draw < rate * rate * 0.5:
        return 2
    if draw < rate:
        return 1
    return 0


@rule
def days_with_sick_children(mother, children, household, world, exposure):
    """Return the days that she stays with sick children of under six."""
    now = world.now[0]
    p = world.parameters[0]
    total = 0
    for k in range(CHILD_SLOTS):
        child = children[k]
        if child.birth == NEVER:
            continue
        age = now.month - child.birth
        if age >= SCHOOL_AGE:
            break
        falls_ill, days, stays, _ = uniforms(
            now.seed, now.replicate, mother.number, now.month, CHILD_ILLNESS, k
        )
        if falls_ill >= p.child_illness * exposure * illness_factor(child, age, now.month, p):
            continue
        ill = length(days, p.child_illness_longest)
        mother.child_ill = mother.child_ill + ill
        if stays < mother_stays(mother, child, household, age, p):
            total += ill
    return total


@rule
def illness_factor(child, age, month, p):
    """Return how much likelier an illness is than at home, by age and months of group care."""
    factor = p.illness_infant if age < 24 else 1.0
    if child.entry == NEVER:
        return factor
    since = float(month - child.entry)
    if since < p.illness_fades:
        return factor * (1.0 + (p.illness_entry - 1.0) * (1.0 - since / p.illness_fades))
    if age >= CARE_AGE:
        return factor * p.illness_later
    return factor


@rule
def mother_stays(mother, child, household, age, p):
    """Return the probability that it is she who stays at home with a sick child."""
    if child.centre == NOBODY and mother.care == WORKPLACE:
        return p.stays_workplace
    share = 1.0
    if child.centre == NOBODY and GRANDMOTHER <= mother.care <= SIBLING:
        share = p.stays_carer  # group care sends a sick child home, a usual carer may keep it
    if household.grandmother == CORESIDENT:
        share = share * p.stays_grandmother
    elif household.grandmother != ABSENT:
        share = share * p.stays_grandmother_nearby
    if household.partner == 1:
        free = household.partner_work == NOT_WORKING
        share = share * (p.stays_partner_home if free else p.stays_partner)
    return share


@rule
def days_without_carer(mother, children, household, world, draw, exposure):
    """Return the days lost because who cares for her young children cannot.

    One draw: its place below the monthly probability of a breakdown also gives the length, so that
    a more reliable way of care loses a subset of the days of a less reliable one.
    """
    now = world.now[0]
    p = world.parameters[0]
    worst = 0.0
    failing = NOBODY
    for k in range(CHILD_SLOTS):
        child = children[k]
        if child.birth == NEVER or now.month - child.birth >= CARE_AGE:
            break
        care = CENTRE if child.centre != NOBODY else mother.care
        if breakdown_of(care, p) > worst:
            worst = breakdown_of(care, p)
            failing = care
    grandmother_helps = household.grandmother == CORESIDENT and failing != GRANDMOTHER
    partner_helps = household.partner == 1 and failing != PARTNER
    if grandmother_helps or (partner_helps and partner_can_step_in(mother, household)):
        worst = worst * p.breakdown_with_help
    worst = worst * exposure
    if draw >= worst:
        return 0
    return length(draw / worst, p.breakdown_longest)


@rule
def partner_can_step_in(mother, household):
    """Return True if the partner is free at some of her working hours."""
    if household.partner_work == NOT_WORKING:
        return True
    return (household.partner_work == DAY_SHIFT) == (mother.kind == MAQUILA_EVENING)


@rule
def breakdown_of(care, p):
    """Return the monthly probability that a way of care fails for a day or more."""
    if care == CENTRE:
        return p.breakdown_centre
    if care == GRANDMOTHER:
        return p.breakdown_grandmother
    if care == RELATIVE:
        return p.breakdown_relative
    if care == PARTNER:
        return p.breakdown_partner
    if care == SIBLING:
        return p.breakdown_sibling
    if care == PRIVATE:
        return p.breakdown_private
    return 0.0
