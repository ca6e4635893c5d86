"""The mother: a woman of 15 to 49, with up to four children, and what a month does to both.

A `Mother` is a mother, or a woman who may become one during the run. When she turns 50 she leaves
and a girl of 15, living with her parents, takes her row, so that the number of women stays.
"""

from sim.agents.ceci import UNINVITED
from sim.agents.household import CORESIDENT, NOT_WORKING, grandmother_changes, union_changes
from sim.core.draws import quantile, uniforms
from sim.core.engine import rule
from sim.core.records import View, row_type
from sim.purposes import FAMILY, TASTES

# Labour status, as ENOE words it: out of the labour force, unemployed, employed
OUT, SEARCHING, INFORMAL, FORMAL = 0, 1, 2, 3
# Kinds of work that a woman weighs; the last three are formal
HOME, INFORMAL_PART, INFORMAL_FULL, MAQUILA_DAY, MAQUILA_EVENING, OTHER_DAY = 0, 1, 2, 3, 4, 5
N_KINDS = 6
# Who cares for the young children while she works
OWN, WORKPLACE, GRANDMOTHER, RELATIVE, PARTNER, SIBLING, PRIVATE, CENTRE = 0, 1, 2, 3, 4, 5, 6, 7
N_CARES = 8
# Schooling
PRIMARIA, SECUNDARIA, MEDIA_SUPERIOR, SUPERIOR = 0, 1, 2, 3
# Why a job ended this month
STAYED, QUIT_BY_CHOICE, QUIT, DISMISSED, MOVED, TURNED_50, SEASON_ENDED = 0, 1, 2, 3, 4, 5, 6

NOBODY = -1
NEVER = -30000
CHILD_SLOTS = 4
CARE_AGE = 48  # months: a child leaves the guardería at four years (ceci:age_max)
CARE_FROM = 2  # months: the first full month after 43 days (ceci:age_min)
SCHOOL_AGE = 72
ADULT_AGE = 216
LASTING = 12  # months of group care after which its protection lasts (causal:AB08)

MOTHER = row_type(
    {
        "number": "i4",
        # Tastes that stay with her, in utils
        "taste_work": "f4",
        "taste_informal": "f4",
        "trust_public": "f4",
        "trust_private": "f4",
        # Work
        "potential": "i4",  # MXN a month: formal full-time pay of a worker like her, at entry
        "wage": "i4",  # MXN a month, gross; informal: earnings
        "firm": "i4",
        "wants_firm": "i4",  # firm she applies to this month
        "left_firm": "i4",  # firm left this month, until it has been told
        "farm": "i4",  # farm that let her go at the season's end, and may call her back
        "birth": "i2",  # month, counted from the first month of burn-in
        "shocks": "i2",  # month in which she last reconsidered: names her taste shocks
        "tenure": "i2",  # months in the present job
        "experience": "i2",  # months worked
        "hired": "i2",  # month of the last hire
        "last_insured": "i2",  # last month with a formal job
        "wants_centre": "i2",  # where she asks for places, or will with the job she looks for
        "hire_cell": "i2",  # cell in which she was counted when she was hired, or NOBODY
        "status": "i1",
        "kind": "i1",
        "sector": "i1",
        "sector_before": "i1",  # of her formal job at the start of the month
        "hours": "i1",  # a week
        "seeks": "i1",  # kind of formal work she looks for, HOME if none
        "care": "i1",  # of the young children who are in no centre
        "schooling": "i1",
        "disagrees": "i1",  # 1 if she disagrees with group care of infants
        "student": "i1",
        "leave": "i1",  # months of maternity leave left
        "prompted": "i1",  # 1 if something happened that makes her choose again
        "invited": "i1",  # to the centres of a replayed study; see `ceci.WORKING`
        # This month
        "separated": "i1",
        "was_formal": "i1",  # 1 if formally employed at the start of the month
        "scheduled": "i1",  # work days
        "lost_own": "i1",
        "lost_child": "i1",
        "lost_care": "i1",
        "lost_other": "i1",
        "child_ill": "i1",  # days with an ill child under six, whoever stayed with it
        "gave_birth": "i1",
    }
)

CHILD = row_type(
    {
        "birth": "i2",
        "centre": "i2",  # centre that the child attends, or NOBODY
        "entry": "i2",  # month in which group care began (any centre or private)
        "asked": "i2",  # month since which a place has been asked for
        "room": "i1",
        "wants": "i1",  # 1 if a place is asked for this month
        "voucher": "i1",  # 1 if the municipality pays for the place
    }
)


class Mother(View, columns=MOTHER, table_name="mothers"):
    """A woman as a Mesa agent: a view of her record, with her children and her household."""

    def __init__(self, model, number):
        super().__init__(model, number)
        self.children = model.tables["children"][self.number]


@rule
def month_passes(mother, children, household, world):
    """Step 2 of the month for one woman: time, births, children who grow up, kin who go.

    Everything here is drawn for her alone and depends on no choice of hers, so both arms of a
    paired run live the same families.
    """
    now = world.now[0]
    mother.separated = STAYED
    mother.left_firm = NOBODY
    mother.gave_birth = 0
    mother.was_formal = 1 if mother.status == FORMAL else 0
    mother.sector_before = mother.sector
    if now.month - mother.birth >= 50 * 12:
        girl_comes_of_age(mother, children, household, world)
        return
    if mother.status >= INFORMAL:
        mother.tenure = mother.tenure + 1
        mother.experience = mother.experience + 1
    if mother.status == FORMAL:
        mother.last_insured = now.month
    if mother.leave > 0:
        mother.leave = mother.leave - 1
        if mother.leave == 0:
            mother.prompted = 1
    if mother.student == 1 and now.month - mother.birth >= leaves_school(mother):
        mother.student = 0
        mother.prompted = 1
    conception, union, death, move = uniforms(
        now.seed, now.replicate, mother.number, now.month, FAMILY
    )
    grandmother_lost = grandmother_changes(household, world, death, move)
    union_changed = union_changes(mother, household, world, union)
    if grandmother_lost or union_changed:
        mother.prompted = 1
    children_grow(mother, children, household, now.month)
    if conceives(mother, children, household, world, conception):
        child_is_born(mother, children, household, world)


@rule
def leaves_school(mother):
    """Age in months at which a student finishes: 18, or 22 with higher education."""
    if mother.schooling == SUPERIOR:
        return 22 * 12
    return 18 * 12


@rule
def children_grow(mother, children, household, month):
    """Let children leave the centre at four, and the household at eighteen."""
    for k in range(CHILD_SLOTS):
        child = children[k]
        if child.birth == NEVER:
            continue
        age = month - child.birth
        if age == CARE_AGE:
            leave_centre(child)
            child.wants = 0
            child.asked = NEVER
            if month - child.entry < LASTING:
                child.entry = NEVER
            mother.prompted = 1
        elif age >= ADULT_AGE:
            forget_child(child)
            household.children = household.children - 1
            household.persons = household.persons - 1


@rule
def leave_centre(child):
    """Take a child out of the centre, and give the voucher back."""
    child.centre = NOBODY
    child.voucher = 0


@rule
def forget_child(child):
    """Empty the row of a child."""
    child.birth = NEVER
    leave_centre(child)
    child.entry = NEVER
    child.asked = NEVER
    child.room = 0
    child.wants = 0


@rule
def conceives(mother, children, household, world, draw):
    """Return True if a child is born this month: fertility by age, union and spacing."""
    now = world.now[0]
    p = world.parameters[0]
    youngest = children[0]
    if youngest.birth != NEVER and now.month - youngest.birth < p.birth_spacing:
        return False
    age = (now.month - mother.birth) // 12
    rate = world.fertility[age - 15]
    if household.partner == 1:
        rate = rate * p.fertility_in_union
    else:
        rate = rate * p.fertility_alone
    return draw < rate


@rule
def child_is_born(mother, children, household, world):
    """Add the youngest child; the four youngest are tracked. A formal worker goes on leave."""
    if children[CHILD_SLOTS - 1].birth == NEVER:
        household.children = household.children + 1
        household.persons = household.persons + 1
    for k in range(CHILD_SLOTS - 1, 0, -1):
        children[k] = children[k - 1]
    forget_child(children[0])
    children[0].birth = world.now[0].month
    mother.gave_birth = 1
    if mother.status == FORMAL:
        mother.leave = int(world.parameters[0].maternity_leave)
    if mother.leave == 0:
        mother.prompted = 1


@rule
def girl_comes_of_age(mother, children, household, world):
    """Replace a woman who turns 50 by a girl of 15 who lives with her parents."""
    now = world.now[0]
    p = world.parameters[0]
    if household.partner == 1:
        household.other_income = household.partner_income
        if household.partner_work == NOT_WORKING:
            household.insured = 0
    household.grandmother = CORESIDENT
    household.grandmother_birth = mother.birth
    household.grandmother_hours = int(p.grandmother_hours_free)
    if mother.status >= INFORMAL:
        household.grandmother_hours = int(p.grandmother_hours_at_work)
    household.partner = 0
    household.partner_work = NOT_WORKING
    household.partner_income = 0
    household.head = 0
    household.extended = 0
    household.children = 0
    household.persons = 4  # her parents, a sibling and herself
    for k in range(CHILD_SLOTS):
        forget_child(children[k])
    mother.birth = now.month - 15 * 12
    if mother.status == FORMAL:
        mother.separated = TURNED_50
        mother.was_formal = 0
        mother.left_firm = mother.firm
        world.leaves[mother.number] = 1
    become_jobless(mother, OUT)
    mother.experience = 0
    mother.farm = NOBODY
    mother.last_insured = NEVER
    mother.invited = UNINVITED
    mother.student = 1
    mother.leave = 0
    mother.prompted = 1
    mother.shocks = now.month
    draw_tastes(mother, world)


@rule
def become_jobless(mother, status):
    """Take away a woman's job (of either kind). Her firm is told by who calls this."""
    mother.status = status
    mother.kind = HOME
    mother.wage = 0
    mother.hours = 0
    mother.tenure = 0
    mother.sector = NOBODY
    mother.firm = NOBODY
    mother.seeks = HOME
    mother.wants_firm = NOBODY
    mother.care = OWN
    mother.leave = 0


@rule
def draw_tastes(mother, world):
    """Draw the tastes that stay with a woman: normal, and the norm against group care."""
    now = world.now[0]
    p = world.parameters[0]
    a, b, c, d = uniforms(now.seed, now.replicate, mother.number, now.month, TASTES)
    e, _, _, _ = uniforms(now.seed, now.replicate, mother.number, now.month, TASTES, 1)
    mother.taste_work = p.taste_work_spread * quantile(world.normal, a)
    mother.taste_informal = p.taste_informal_spread * quantile(world.normal, b)
    mother.trust_public = p.trust_spread * quantile(world.normal, c)
    mother.trust_private = p.trust_spread * quantile(world.normal, d)
    mother.disagrees = 1 if e < p.disagree_share else 0


@rule
def young_children(children, month, below):
    """Count the children younger than `below` months."""
    count = 0
    for k in range(CHILD_SLOTS):
        if children[k].birth != NEVER and month - children[k].birth < below:
            count += 1
    return count
