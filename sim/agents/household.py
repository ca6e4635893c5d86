"""The household: who else can earn, who else can care, and where they live.

There is one record for each woman: her household as she finds it. Two women of one dwelling (a
mother of 45 and her daughter of 20) have a record each.
"""

from sim.core.draws import uniforms
from sim.core.engine import rule
from sim.core.records import View, row_type
from sim.purposes import PARTNER

# The grandmother of the children (the woman's mother or mother-in-law), by where she lives
ABSENT, NEARBY, CORESIDENT = 0, 1, 2
# The partner's work
NOT_WORKING, DAY_SHIFT, EVENING_SHIFT = 0, 1, 2

HOUSEHOLD = row_type(
    {
        "partner_income": "i4",  # MXN a month, net
        "other_income": "i4",  # MXN a month, net: parents, transfers
        "grandmother_birth": "i2",  # month, counted from the first month of burn-in
        "zone": "i2",
        "grandmother": "i1",
        "grandmother_hours": "i1",  # hours a week that she can give
        "partner": "i1",  # 1 if a partner lives here
        "partner_work": "i1",
        "insured": "i1",  # 1 if somebody else's insurance covers the woman
        "other_kin": "i1",  # 1 if another relative or a neighbour can be asked to care
        "car": "i1",
        "persons": "i1",  # who live here
        "children": "i1",  # of hers, under eighteen
        "head": "i1",  # 1 if the woman is the head
        "extended": "i1",  # 1 if relatives beyond the nucleus live here
    }
)


class Household(View, columns=HOUSEHOLD, table_name="households"):
    """A household as a Mesa agent: a view of its record."""


@rule
def grandmother_changes(household, world, dies, moves):
    """Let the grandmother die or move away; return True if she is lost this month.

    Hazards a month, each met by a uniform draw: death by age, and moving away
    (`grandmother_mortality_*`, `grandmother_moves`).
    """
    if household.grandmother == ABSENT:
        return False
    now = world.now[0]
    p = world.parameters[0]
    age = (now.month - household.grandmother_birth) // 12
    death = p.grandmother_mortality_60
    if age < 60:
        death = death * p.grandmother_mortality_younger
    elif age >= 70:
        death = death * p.grandmother_mortality_older
    if dies >= death and moves >= p.grandmother_moves:
        return False
    if household.grandmother == CORESIDENT:
        household.persons = household.persons - 1
    household.grandmother = ABSENT
    return True


@rule
def union_changes(mother, household, world, change):
    """Let a union form or end by the draw `change`; return True if it changed this month.

    A new partner's work and income are drawn from the men of the polo (`partner_*`).
    """
    now = world.now[0]
    p = world.parameters[0]
    if household.partner == 1:
        if change >= p.union_ends:
            return False
        household.partner = 0
        household.partner_work = NOT_WORKING
        household.partner_income = 0
        household.insured = 0
        household.persons = household.persons - 1
        household.head = 1
        return True
    age = (now.month - mother.birth) // 12
    if age < 18 or age >= 45 or change >= p.union_forms:
        return False
    household.partner = 1
    household.persons = household.persons + 1
    household.head = 0
    works, formal, income, where = uniforms(
        now.seed, now.replicate, mother.number, now.month, PARTNER
    )
    set_partner(household, works, formal, income, p)
    if household.grandmother == CORESIDENT:
        leave_parents(household, p, where)
    return True


@rule
def leave_parents(household, p, where):
    """Let a new couple stay with her parents, live near them, or move out of their reach."""
    if where < p.couples_with_parents:
        household.extended = 1
        return
    household.other_income = 0
    household.grandmother = ABSENT
    if where < p.couples_with_parents + p.couples_near_parents:
        household.grandmother = NEARBY
    household.persons = 2 + household.children


@rule
def set_partner(household, works, formal, income, p):
    """Give the household's partner work, pay and insurance from three uniform draws."""
    household.partner_income = 0
    household.insured = 0
    if works < p.partner_not_working:
        household.partner_work = NOT_WORKING
        return
    if works < p.partner_not_working + p.partner_evening * (1.0 - p.partner_not_working):
        household.partner_work = EVENING_SHIFT
    else:
        household.partner_work = DAY_SHIFT
    pay = p.partner_pay_informal
    if formal < p.partner_formal:
        pay = p.partner_pay_formal
        household.insured = 1
    # Uniform around the mean: spread is the half-width as a share of the mean
    household.partner_income = int(pay * (1.0 + p.partner_pay_spread * (2.0 * income - 1.0)))
