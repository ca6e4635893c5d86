"""Step 9 of the month: count, by group, what the measures are made of.

Everything is a whole number (persons, days, pesos, metres), so sums do not depend on their order.
"""

import numpy as np

from sim.agents.attendance import attend, earned
from sim.agents.ceci import GUARDERIA
from sim.agents.choice import insured_by
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
N_GROUPS = len(GROUPS)

# Groups overlap; a woman is counted once, in the cell of her family and her job, and groups are
# sums of cells. Families: no child under six; youngest of four or five; by schooling, partner and
# grandmother in the home, youngest under four. Jobs: none, the formal sectors, informal work, and
# the evening shift of export plants.
_NO_YOUNG_CHILD, _UNDER_SIX, _UNDER_FOUR = 0, 1, 2
N_FAMILIES = _UNDER_FOUR + 4 * 2 * 2
_JOBLESS, _BY_SECTOR, _INFORMAL_JOB, _EVENING_JOB = 0, 1, 5, 6
N_JOBS = 7
N_CELLS = N_FAMILIES * N_JOBS


def _groups_of_family(family: int) -> set[str]:
    if family < _UNDER_FOUR:
        return {"women_15_49", "mothers_u6"} if family == _UNDER_SIX else {"women_15_49"}
    schooling, partner, grandmother = np.unravel_index(family - _UNDER_FOUR, (4, 2, 2))
    return {
        "women_15_49",
        "mothers_u6",
        "mothers_u4",
        GROUPS[GROUPS.index("mothers_u4_primaria") + schooling],
        "mothers_u4_partnered" if partner else "mothers_u4_lone",
        "mothers_u4_grandmother" if grandmother else "mothers_u4_no_grandmother",
    }


_GROUPS_OF_JOB: tuple[tuple[set[str], set[str]], ...] = (
    (set(), set()),
    ({"sector_maquila"}, {"mothers_u4_maquila"}),
    ({"sector_agropecuario"}, {"mothers_u4_agropecuario"}),
    ({"sector_comercio_servicios"}, set()),
    ({"sector_otro"}, set()),
    ({"sector_informal"}, {"mothers_u4_informal"}),
    ({"sector_maquila"}, {"mothers_u4_maquila", "mothers_u4_evening"}),
)
"""Groups that each job belongs to: of all women, and of mothers of a child under four alone."""


def _membership() -> np.ndarray:
    members = np.zeros((N_GROUPS, N_CELLS), np.int64)
    for cell in range(N_CELLS):
        family, job = divmod(cell, N_JOBS)
        of_all, of_mothers = _GROUPS_OF_JOB[job]
        names = _groups_of_family(family) | of_all
        if family >= _UNDER_FOUR:
            names |= of_mothers
        members[[GROUPS.index(name) for name in names], cell] = 1
    return members


MEMBERSHIP = _membership()
"""1 where a cell is part of a group, shape (N_GROUPS, N_CELLS)."""


def by_group(counts: np.ndarray) -> np.ndarray:
    """Return the counts of groups, shape (N_GROUPS, N_COUNTERS), from those of cells."""
    return MEMBERSHIP @ counts


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
def cell_of(mother, children, household, sector, evening, month):
    """Return the cell in which a woman is counted, with `sector` as that of her formal job.

    `evening` is 1 if she works the evening shift of an export plant.
    """
    job = _JOBLESS
    if sector >= 0:
        job = _EVENING_JOB if evening == 1 else _BY_SECTOR + sector
    elif mother.status == INFORMAL:
        job = _INFORMAL_JOB
    family = _NO_YOUNG_CHILD
    if children[0].birth != NEVER:
        age = month - children[0].birth
        if age < CARE_AGE:
            grandmother = 1 if household.grandmother == CORESIDENT else 0
            family = (mother.schooling * 2 + household.partner) * 2 + grandmother + _UNDER_FOUR
        elif age < SCHOOL_AGE:
            family = _UNDER_SIX
    return family * N_JOBS + job


@rule
def cell_now(mother, children, household, month):
    """Return the cell of a woman with the job that she has now."""
    if mother.status != FORMAL:
        return cell_of(mother, children, household, NOBODY, 0, month)
    evening = 1 if mother.kind == MAQUILA_EVENING else 0
    return cell_of(mother, children, household, mother.sector, evening, month)


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
    counts : ndarray of int, shape (N_CELLS, N_COUNTERS)
    firm_counts : ndarray of int, shape (firms, N_FIRM_COUNTERS)
    """
    month = world.now[0].month
    p = world.parameters[0]
    cell = cell_now(mother, children, household, month)
    here = counts[cell]
    pay = earned(mother, p)
    here[_PEOPLE] += 1
    here[_INCOME] += int(household.partner_income) + int(household.other_income) + pay
    here[_HOURS] += mother.hours
    here[_BIRTHS] += mother.gave_birth
    if mother.status != OUT:
        here[STATUS_COUNTER[mother.status]] += 1
    hired = mother.status == FORMAL and mother.hired == month
    if mother.status == FORMAL:
        here[_WAGES] += pay
        here[_TENURE] += mother.tenure
        if hired:
            here[_HIRES] += 1
            mother.hire_cell = cell
        elif mother.tenure == 12 and mother.hire_cell != NOBODY:
            counts[mother.hire_cell, _SURVIVORS] += 1
    if mother.was_formal == 1:
        # Her shift at the start of the month is not kept
        before = cell_of(mother, children, household, mother.sector_before, 0, month)
        counts[before, _EXPOSED] += 1
        if mother.separated != STAYED:
            counts[before, _SEPARATIONS] += 1
            counts[before, REASON_COUNTER[mother.separated]] += 1
            if mother.separated != SEASON_ENDED:
                counts[before, _TURNOVER_COST] += int(p.replacement_cost)
        firm_sees_who_left(mother, children, month, firm_counts)
    if cell >= _UNDER_FOUR * N_JOBS:
        counts_children(mother, children, household, world, here)


@rule
def work(mother, children, household, world, counts, firm_counts):
    """Step 6 of the month for one woman: attend, and count days and output before any job ends."""
    attend(mother, children, household, world)
    if mother.scheduled == 0:
        return
    now = world.now[0]
    p = world.parameters[0]
    lost = mother.lost_own + mother.lost_child + mother.lost_care + mother.lost_other
    output = 0
    if mother.status == FORMAL:
        output = int(1000.0 * (mother.scheduled - lost) * efficiency(float(mother.tenure), p))
        if mother.hired == now.month:
            output -= int(1000.0 * p.training_days)
    here = counts[cell_now(mother, children, household, now.month)]
    here[_SCHEDULED] += mother.scheduled
    here[_LOST_OWN] += mother.lost_own
    here[_LOST_CHILD] += mother.lost_child
    here[_LOST_CARE] += mother.lost_care
    here[_LOST_OTHER] += mother.lost_other
    if mother.status != FORMAL:
        return
    here[_FORMAL_DAYS] += mother.scheduled
    here[_OUTPUT] += output
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
def counts_children(mother, children, household, world, here):
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
        here[_CHILDREN] += 1
        here[way] += 1
        here[_DISTANCE] += metres
        if eligible:
            here[_ELIGIBLE] += 1
        if child.centre == NOBODY:
            here[_ASKING] += child.wants
        else:
            here[_ENROLLED] += 1
            if uninsured:
                here[_ENROLLED_UNINSURED] += 1


def empty_counts(firms: int) -> tuple[np.ndarray, np.ndarray]:
    """Return tables of zeros for the counts of a month, one for each of the `BLOCKS`."""
    return (
        np.zeros((BLOCKS, N_CELLS, N_COUNTERS), np.int64),
        np.zeros((BLOCKS, firms, N_FIRM_COUNTERS), np.int64),
    )
