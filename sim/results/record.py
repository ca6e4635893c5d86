"""Step 9 of the month: count, by group, what the measures are made of.

Everything is a whole number (persons, days, pesos, metres), so sums do not depend on their order.
"""

import numpy as np

from sim.agents.attendance import attend, earned
from sim.agents.ceci import GUARDERIA
from sim.agents.choice import insured_by
from sim.agents.firm import AGROPECUARIO, MAQUILA
from sim.agents.household import CORESIDENT
from sim.agents.mother import (
    CARE_AGE,
    CARE_FROM,
    CHILD_SLOTS,
    FORMAL,
    INFORMAL,
    MAQUILA_EVENING,
    NEVER,
    NOBODY,
    OUT,
    SCHOOL_AGE,
    SEASON_ENDED,
    STAYED,
)
from sim.core.engine import rule

GROUPS = (
    "women_15_49",
    "mothers_u4",
    "mothers_u6",
    "mothers_u4_primaria",
    "mothers_u4_secundaria",
    "mothers_u4_media_superior",
    "mothers_u4_superior",
    "mothers_u4_lone",
    "mothers_u4_partnered",
    "mothers_u4_grandmother",
    "mothers_u4_no_grandmother",
    "sector_maquila",
    "sector_agropecuario",
    "sector_comercio_servicios",
    "sector_otro",
    "sector_informal",
    "mothers_u4_maquila",
    "mothers_u4_evening",
    "mothers_u4_informal",
    "mothers_u4_agropecuario",
)
_BY_SCHOOLING = 3
_LONE, _PARTNERED, _WITH_GRANDMOTHER, _WITHOUT_GRANDMOTHER = 7, 8, 9, 10
_BY_SECTOR = 11
_INFORMAL_SECTOR, _U4_MAQUILA, _U4_EVENING, _U4_INFORMAL, _U4_AGROPECUARIO = 15, 16, 17, 18, 19
N_GROUPS = len(GROUPS)

COUNTERS = (
    "people",
    "searching",
    "informal",
    "formal",
    "hours",
    "scheduled",
    "formal_days",
    "lost_own",
    "lost_child",
    "lost_care",
    "lost_other",
    "exposed",
    "separations",
    "quits_by_choice",
    "quits",
    "dismissals",
    "moves",
    "season_ends",
    "hires",
    "survivors",
    "output",
    "wages",
    "income",
    "tenure",
    "turnover_cost",
    "births",
    "children",
    "care_own",
    "care_workplace",
    "care_grandmother",
    "care_relative",
    "care_partner",
    "care_sibling",
    "care_private",
    "care_guarderia",
    "care_ceci",
    "eligible",
    "enrolled",
    "enrolled_uninsured",
    "asking",
    "distance",
)
N_COUNTERS = len(COUNTERS)
(
    _PEOPLE, _SEARCHING, _INFORMAL, _FORMAL, _HOURS, _SCHEDULED, _FORMAL_DAYS, _LOST_OWN,
    _LOST_CHILD, _LOST_CARE, _LOST_OTHER, _EXPOSED, _SEPARATIONS, _QUITS_BY_CHOICE, _QUITS,
    _DISMISSALS, _MOVES, _SEASON_ENDS, _HIRES, _SURVIVORS, _OUTPUT, _WAGES, _INCOME, _TENURE,
    _TURNOVER_COST, _BIRTHS, _CHILDREN, _CARE_OWN, _CARE_WORKPLACE, _CARE_GRANDMOTHER,
    _CARE_RELATIVE, _CARE_PARTNER, _CARE_SIBLING, _CARE_PRIVATE, _CARE_GUARDERIA, _CARE_CECI,
    _ELIGIBLE, _ENROLLED, _ENROLLED_UNINSURED, _ASKING, _DISTANCE,
) = range(N_COUNTERS)  # fmt: skip

STATUS_COUNTER = (0, _SEARCHING, _INFORMAL, _FORMAL)
REASON_COUNTER = (0, _QUITS_BY_CHOICE, _QUITS, _DISMISSALS, _MOVES, 0, _SEASON_ENDS)
CARE_COUNTER = (
    _CARE_OWN, _CARE_WORKPLACE, _CARE_GRANDMOTHER, _CARE_RELATIVE, _CARE_PARTNER, _CARE_SIBLING,
    _CARE_PRIVATE,
)  # fmt: skip
"""Counters by labour status, reason of leaving and way of care, in the order of their codes."""

# What a firm is told of its staff each month: of all, of mothers who have a child of the age for a
# centre in none, and of women without a child under four
FIRM_COUNTERS = (
    "scheduled", "lost", "output", "children",
    "mother_days", "mother_days_lost", "mothers_seen", "mothers_left",
    "other_days", "other_days_lost", "others_seen", "others_left",
)  # fmt: skip
N_FIRM_COUNTERS = len(FIRM_COUNTERS)
_FIRM_SCHEDULED, _FIRM_LOST, _FIRM_OUTPUT, _FIRM_CHILDREN, _FIRM_MOTHERS, _FIRM_OTHERS = (
    0, 1, 2, 3, 4, 8,
)  # fmt: skip
BLOCKS = 16
"""Fixed number of parts in which the population is counted, whatever the number of threads."""


@rule
def groups_of(mother, children, household, sector, month):
    """Return the groups of a woman as bits, with `sector` as her sector of formal work."""
    bits = 1
    if children[0].birth != NEVER and month - children[0].birth < SCHOOL_AGE:
        bits |= 1 << 2
    if children[0].birth != NEVER and month - children[0].birth < CARE_AGE:
        bits |= 1 << 1
        bits |= 1 << (_BY_SCHOOLING + mother.schooling)
        bits |= 1 << (_PARTNERED if household.partner == 1 else _LONE)
        with_her = household.grandmother == CORESIDENT
        bits |= 1 << (_WITH_GRANDMOTHER if with_her else _WITHOUT_GRANDMOTHER)
        if sector == MAQUILA:
            bits |= 1 << _U4_MAQUILA
            if mother.kind == MAQUILA_EVENING:
                bits |= 1 << _U4_EVENING
        elif sector == AGROPECUARIO:
            bits |= 1 << _U4_AGROPECUARIO
        elif sector < 0 and mother.status == INFORMAL:
            bits |= 1 << _U4_INFORMAL
    if sector >= 0:
        bits |= 1 << (_BY_SECTOR + sector)
    elif mother.status == INFORMAL:
        bits |= 1 << _INFORMAL_SECTOR
    return bits


@rule
def efficiency(tenure, p):
    """Return the output of a day's work, as a share of a trained worker's."""
    learned = min(1.0, tenure / p.learning_months)
    return p.learning_start + (1.0 - p.learning_start) * learned


@rule
def record(mother, children, household, world, counts, firm_counts):
    """Count one woman's month.

    Parameters
    ----------
    counts : ndarray of int, shape (N_GROUPS, N_COUNTERS)
    firm_counts : ndarray of int, shape (firms, N_FIRM_COUNTERS)
    """
    month = world.now[0].month
    p = world.parameters[0]
    sector = mother.sector if mother.status == FORMAL else NOBODY
    bits = groups_of(mother, children, household, sector, month)
    pay = earned(mother, p)
    income = int(household.partner_income) + int(household.other_income) + pay
    hired = mother.status == FORMAL and mother.hired == month
    for group in range(N_GROUPS):
        if bits >> group & 1:
            counts[group, _PEOPLE] += 1
            counts[group, _INCOME] += income
            counts[group, _HOURS] += mother.hours
            counts[group, _BIRTHS] += mother.gave_birth
            if mother.status != OUT:
                counts[group, STATUS_COUNTER[mother.status]] += 1
            if mother.status == FORMAL:
                counts[group, _WAGES] += pay
                counts[group, _TENURE] += mother.tenure
                if hired:
                    counts[group, _HIRES] += 1
    if mother.was_formal == 1:
        before = groups_of(mother, children, household, int(mother.sector_before), month)
        before &= ~(1 << _U4_EVENING)  # her shift at the start of the month is not kept
        for group in range(N_GROUPS):
            if before >> group & 1:
                counts[group, _EXPOSED] += 1
                if mother.separated != STAYED:
                    counts[group, _SEPARATIONS] += 1
                    counts[group, REASON_COUNTER[mother.separated]] += 1
                    if mother.separated != SEASON_ENDED:
                        counts[group, _TURNOVER_COST] += int(p.replacement_cost)
        firm_sees_who_left(mother, children, month, firm_counts)
    if hired:
        mother.hire_groups = bits
    elif mother.status == FORMAL and mother.tenure == 12:
        for group in range(N_GROUPS):
            if mother.hire_groups >> group & 1:
                counts[group, _SURVIVORS] += 1
    if bits & 2:
        counts_children(mother, children, household, world, counts, bits)


@rule
def work(mother, children, household, world, counts, firm_counts):
    """Step 6 of the month for one woman: attend, and count days and output before any job ends."""
    attend(mother, children, household, world)
    if mother.scheduled == 0:
        return
    now = world.now[0]
    p = world.parameters[0]
    sector = mother.sector if mother.status == FORMAL else NOBODY
    bits = groups_of(mother, children, household, sector, now.month)
    lost = mother.lost_own + mother.lost_child + mother.lost_care + mother.lost_other
    output = 0
    if mother.status == FORMAL:
        output = int(1000.0 * (mother.scheduled - lost) * efficiency(float(mother.tenure), p))
        if mother.hired == now.month:
            output -= int(1000.0 * p.training_days)
    for group in range(N_GROUPS):
        if bits >> group & 1:
            counts[group, _SCHEDULED] += mother.scheduled
            counts[group, _LOST_OWN] += mother.lost_own
            counts[group, _LOST_CHILD] += mother.lost_child
            counts[group, _LOST_CARE] += mother.lost_care
            counts[group, _LOST_OTHER] += mother.lost_other
            if mother.status == FORMAL:
                counts[group, _FORMAL_DAYS] += mother.scheduled
                counts[group, _OUTPUT] += output
    if mother.status != FORMAL:
        return
    firm = mother.firm
    firm_counts[firm, _FIRM_SCHEDULED] += mother.scheduled
    firm_counts[firm, _FIRM_LOST] += lost
    firm_counts[firm, _FIRM_OUTPUT] += output
    outside = children_outside(children, now.month)
    firm_counts[firm, _FIRM_CHILDREN] += outside
    first = kind_of_staff(children, now.month, outside)
    if first > 0:
        firm_counts[firm, first] += mother.scheduled
        firm_counts[firm, first + 1] += lost


@rule
def firm_sees_who_left(mother, children, month, firm_counts):
    """Count a woman who was on a firm's staff at the start of the month, and whether she left."""
    left = mother.separated != STAYED
    firm = mother.left_firm if left else mother.firm
    first = kind_of_staff(children, month, children_outside(children, month))
    if first > 0 and firm != NOBODY:
        firm_counts[firm, first + 2] += 1
        if left and mother.separated != SEASON_ENDED:
            firm_counts[firm, first + 3] += 1


@rule
def children_outside(children, month):
    """Return how many children are of the age for a centre and in none."""
    count = 0
    for k in range(CHILD_SLOTS):
        child = children[k]
        if child.birth == NEVER or month - child.birth >= CARE_AGE:
            break
        if child.centre == NOBODY and month - child.birth >= CARE_FROM:
            count += 1
    return count


@rule
def kind_of_staff(children, month, outside):
    """Return the first firm counter of the kind of staff that a woman is; 0 if of neither."""
    if outside > 0:
        return _FIRM_MOTHERS
    if children[0].birth == NEVER or month - children[0].birth >= CARE_AGE:
        return _FIRM_OTHERS
    return 0


@rule
def arrangement(mother, child, world):
    """Return the counter of the way in which a child under four is cared for."""
    if child.centre != NOBODY:
        if world.centres[child.centre].scheme == GUARDERIA:
            return _CARE_GUARDERIA
        return _CARE_CECI
    if mother.status < INFORMAL or mother.leave > 0:
        return _CARE_OWN
    return CARE_COUNTER[mother.care]


@rule
def counts_children(mother, children, household, world, counts, bits):
    """Count the children under four: arrangement, eligibility, places, distance."""
    month = world.now[0].month
    grace = world.parameters[0].grace_months
    uninsured = (
        mother.status == INFORMAL
        and month - mother.last_insured > grace
        and not insured_by(mother, household, world, mother.kind)
    )
    for k in range(CHILD_SLOTS):
        child = children[k]
        if child.birth == NEVER or month - child.birth >= CARE_AGE:
            break
        way = arrangement(mother, child, world)
        eligible = mother.status == FORMAL and month - child.birth >= CARE_FROM
        metres = 0
        if child.centre != NOBODY:
            zone = world.centres[child.centre].zone
            metres = int(1000.0 * world.distance[household.zone, zone])
        for group in range(N_GROUPS):
            if bits >> group & 1:
                counts[group, _CHILDREN] += 1
                counts[group, way] += 1
                counts[group, _DISTANCE] += metres
                if child.centre == NOBODY:
                    counts[group, _ASKING] += child.wants
                if eligible:
                    counts[group, _ELIGIBLE] += 1
                if child.centre != NOBODY:
                    counts[group, _ENROLLED] += 1
                    if uninsured:
                        counts[group, _ENROLLED_UNINSURED] += 1


def empty_counts(firms: int) -> tuple[np.ndarray, np.ndarray]:
    """Return tables of zeros for the counts of a month, one for each of the `BLOCKS`."""
    return (
        np.zeros((BLOCKS, N_GROUPS, N_COUNTERS), np.int64),
        np.zeros((BLOCKS, firms, N_FIRM_COUNTERS), np.int64),
    )
