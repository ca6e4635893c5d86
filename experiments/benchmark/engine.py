"""The core month in this engine: rows, draws that belong to a woman, compiled rules."""

from collections import namedtuple
from math import sqrt
from typing import Any

import numpy as np

from experiments.benchmark.science import (
    CARE_AGE,
    CENTRE,
    CORESIDENT,
    DAY_SHIFT,
    EVENING_SHIFT,
    EXPOSURE,
    FULL_TIME,
    GIRL,
    GRANDMOTHER,
    HEARD,
    HOME,
    INFORMAL_PART,
    LEAST_INCOME,
    MAQUILA_DAY,
    MAQUILA_EVENING,
    N_COUNTERS,
    NEVER,
    NO_GRANDMOTHER,
    NOBODY,
    NOT_WORKING,
    OLDEST,
    OTHER_DAY,
    OWN,
    PARTNER,
    PRIVATE,
    RELATIVE,
    SCHOOL_AGE,
    SIBLING,
    UNEXCUSED_ALLOWED,
    WORKDAYS,
    WORKPLACE,
    Column,
    Start,
)
from sim.agents.attendance import breakdown_of
from sim.core.draws import philox, quantile, quantile_table, uniforms, word
from sim.core.engine import compiled, counted, each, rule
from sim.core.records import one_row, row_type, table

IMPOSSIBLE = -1.0e9
BLOCKS = 16  # fixed, so that counts do not depend on the number of threads
MONTH, CHOICE, CARE, HEARING, PLACE_LOT, JOB_LOT = range(6)
"""What a draw decides."""
TO_UNIT, TO_UNIT_24, TO_UNIT_16 = 1.0 / (1 << 32), 1.0 / (1 << 24), 1.0 / (1 << 16)

# What changes, and what stays with her
WOMAN = row_type(
    {
        "firm": "i4", "wants_firm": "i4", "birth": "i2", "child_birth": "i2", "entry": "i2",
        "asked": "i2", "centre": "i2", "wants_centre": "i2", "tenure": "i2", "kind": "i1",
        "seeks": "i1", "care": "i1", "prompted": "i1", "partner": "i1", "persons": "i1",
    }
)  # fmt: skip
HOUSEHOLD = row_type(
    {
        "number": "i4", "potential": "i4", "partner_pay": "i4", "other_income": "i4",
        "taste_work": "f4", "taste_informal": "f4", "trust_public": "f4", "trust_private": "f4",
        "zone": "i2", "schooling": "i1", "partner_shift": "i1", "grandmother": "i1",
        "grandmother_hours": "i1", "kin": "i1", "sibling": "i1", "car": "i1", "disagrees": "i1",
    }
)  # fmt: skip
NOTE = row_type({"wants": "i1"})  # 1 for a firm, 2 for a place, 3 for both: apart, to be found fast
FIRM = row_type(
    {"offer": "f8", "posts": "i4", "staff": "i4", "vacancies": "i4", "zone": "i2", "maquila": "i1"}
)

(
    _SEARCHING, _INFORMAL, _FORMAL, _MOTHERS, _ACTIVE_MOTHERS, _PLACES_USED, _SCHEDULED, _LOST_OWN,
    _LOST_CHILD, _LOST_CARE, _LOST_OTHER, _EXPOSED, _QUITS, _DISMISSALS, _BIRTHS, _CHOSE,
) = range(N_COUNTERS)  # fmt: skip
# Beyond the declared counters: work that the limit repeats
_CHOSE_WITH_CHILD, _HEARD_AGAIN, _ROOTS = range(N_COUNTERS, N_COUNTERS + 3)
ALL_COUNTERS = N_COUNTERS + 3

World = namedtuple(
    "World", "now parameters gumbel fertility distance firms heard_of near centre_zone free"
)


@rule
def halves(seed, agent, month, purpose, block):
    """Return eight uniform draws of 32 bits from one block."""
    a, b, c, d = philox(word(block), word(purpose), word(month), word(agent), word(seed), word(0))
    low = word(0xFFFFFFFF)
    return (
        float(a >> word(32)) * TO_UNIT, float(a & low) * TO_UNIT,
        float(b >> word(32)) * TO_UNIT, float(b & low) * TO_UNIT,
        float(c >> word(32)) * TO_UNIT, float(c & low) * TO_UNIT,
        float(d >> word(32)) * TO_UNIT, float(d & low) * TO_UNIT,
    )  # fmt: skip


@rule
def parts(random_word):
    """Return two uniform draws of 24 bits and one of 16 bits from a word."""
    bits = word(0xFFFFFF)
    return (
        float(random_word >> word(40)) * TO_UNIT_24,
        float((random_word >> word(16)) & bits) * TO_UNIT_24,
        float(random_word & word(0xFFFF)) * TO_UNIT_16,
    )


@rule
def choice_draws(seed, agent, month):
    """Return what a choice of work draws, all from one block: six shocks and six hearings.

    A hearing needs 16 bits, for `HEARD` has as many places. Two zeros make the shocks eight, as
    many as `halves` gives.
    """
    a, b, c, d = philox(word(0), word(CHOICE), word(month), word(agent), word(seed), word(0))
    a0, a1, a2 = parts(a)
    b0, b1, b2 = parts(b)
    c0, c1, c2 = parts(c)
    d0 = float(d >> word(48)) * TO_UNIT_16
    d1 = float((d >> word(32)) & word(0xFFFF)) * TO_UNIT_16
    d2 = float((d >> word(16)) & word(0xFFFF)) * TO_UNIT_16
    return (a0, a1, b0, b1, c0, c1, 0.0, 0.0), (a2, b2, c2, d0, d1, d2)


@rule
def woman_month(woman, household, note, world, counts, left):
    """Step A: a woman's month. `left` counts who leaves each firm, then each centre."""
    now = world.now[0]
    p = world.parameters[0]
    month = now.month
    u = halves(now.seed, household.number, month, MONTH, 0)
    family(woman, world, counts, left, u[0])
    woman.wants_firm = NOBODY
    if woman.prompted == 1 or u[1] < p.reconsiders:
        woman.prompted = 0
        counts[_CHOSE] += 1
        choose(woman, household, world, counts, left)
    elif woman.seeks != HOME:
        counts[_HEARD_AGAIN] += 1
        heard = halves(now.seed, household.number, month, HEARING, 0)
        woman.wants_firm = vacancy(woman, household, world, woman.seeks, heard[0], heard[1])
    age = month - woman.child_birth
    record(woman, age, counts)
    if woman.kind != HOME:
        unexcused = work(woman, household, world, counts, age, u)
        if woman.kind >= MAQUILA_DAY:
            leave(woman, household, world, counts, left, unexcused, u[7])
    note.wants = (woman.wants_firm != NOBODY) + 2 * (woman.wants_centre != NOBODY)


@rule
def family(woman, world, counts, left, u):
    """Let time pass: a birth, a union, a child who turns four; at 50 a girl takes her place."""
    p = world.parameters[0]
    month = world.now[0].month
    if month - woman.birth >= OLDEST:
        leave_firm(woman, left)
        leave_place(woman, left)
        woman.birth = month - GIRL
        woman.child_birth = NEVER
        woman.partner = 0
        woman.kind = woman.seeks = HOME
        woman.tenure = 0
        set_care(woman, OWN, month)
        woman.prompted = 1
        return
    woman.tenure += woman.kind != HOME
    age = month - woman.child_birth
    if age == CARE_AGE:
        woman.prompted = 1
        leave_place(woman, left)
        set_care(woman, OWN, month)
    if u >= world.now[0].most_changes:
        return
    years = (month - woman.birth) // 12
    birth = 0.0
    if age >= p.birth_spacing:
        factor = p.fertility_in_union if woman.partner == 1 else p.fertility_alone
        birth = world.fertility[years - 15] * factor
    union = 0.0
    if woman.partner == 1:
        union = p.union_ends
    elif 18 <= years < 45:
        union = p.union_forms
    if u >= birth + union:
        return
    woman.prompted = 1
    if u >= birth:
        woman.partner = 1 - woman.partner
        return
    woman.child_birth = month
    woman.persons = min(woman.persons + 1, 9)
    counts[_BIRTHS] += 1
    leave_place(woman, left)
    set_care(woman, OWN, month)


@rule
def leave_firm(woman, left):
    """Take her off the firm's staff, as far as she is on one."""
    if woman.firm != NOBODY:
        left[woman.firm] += 1
        woman.firm = NOBODY


@rule
def leave_place(woman, left):
    """Give up a place that is held or asked for."""
    if woman.centre != NOBODY:
        left[left.size - 1 - woman.centre] += 1
        woman.centre = NOBODY
    woman.wants_centre = NOBODY
    woman.asked = NEVER


@rule
def set_care(woman, care, month):
    """Set the way of care; group care keeps the month in which it began."""
    woman.care = care
    if care < PRIVATE:
        woman.entry = NEVER
    elif woman.entry == NEVER:
        woman.entry = month


@rule
def vacancy(woman, household, world, kind, first, second):
    """Return the nearest of two firms heard of that has a vacancy, or NOBODY."""
    part = 1 if kind < OTHER_DAY else 0
    best = NOBODY
    nearest = np.float32(1e9)
    for k in range(2):
        candidate = world.heard_of[part, int((second if k == 1 else first) * HEARD)]
        firm = world.firms[candidate]
        kilometres = world.distance[household.zone, firm.zone]
        if firm.vacancies > 0 and candidate != woman.firm and kilometres < nearest:
            best = candidate
            nearest = kilometres
    return best


@rule
def shock(world, u):
    """Return an extreme-value shock."""
    return world.parameters[0].shock_spread * quantile(world.gumbel, u)


@rule
def choose(woman, household, world, counts, left):
    """Step A3: compare every kind of work with every way of care, and act on the best."""
    now = world.now[0]
    month = now.month
    kind_shocks, heard = choice_draws(now.seed, household.number, month)
    care_shocks = kind_shocks
    age = month - woman.child_birth
    young = age < CARE_AGE
    counts[_ROOTS] += 1
    if young:
        counts[_CHOSE_WITH_CHILD] += 1
        counts[_ROOTS] += 1
        care_shocks = halves(now.seed, household.number, month, CARE, 0)
    p = world.parameters[0]
    per_peso = 1.0 / (1000.0 * sqrt(float(woman.persons + woman.partner)))
    income = float(household.other_income + woman.partner * household.partner_pay)
    # What the kinds of work share: costs of full time, and of a kilometre
    years = (month - woman.birth) // 12
    hard = work_cost(years, p) + time_away(age, p) - household.taste_work
    hard += p.partner_norm * woman.partner
    far = p.commute_cost * 2.0 / (p.speed_car if household.car == 1 else p.speed_bus)
    before = root(income + p.minimum_wage, per_peso)
    best_value = IMPOSSIBLE
    best_kind, best_firm, best_care, best_centre = HOME, NOBODY, OWN, NOBODY
    best_other = OWN
    present_other = PRIVATE
    for kind in range(HOME, OTHER_DAY + 1):
        firm = NOBODY
        if kind >= MAQUILA_DAY:
            firm = woman.firm
            if kind != woman.kind:
                k = 2 * (kind - MAQUILA_DAY)
                firm = vacancy(woman, household, world, kind, heard[k], heard[k + 1])
            if firm == NOBODY:
                continue
        counts[_ROOTS] += 1
        value = value_of_work(woman, household, world, kind, firm, income, per_peso, hard, far)
        value += shock(world, kind_shocks[kind])
        care, centre, other = OWN, NOBODY, OWN
        if young and kind != HOME:
            worth, other = best_other_care(
                woman, household, world, counts, kind, age, income, per_peso, before, care_shocks
            )
            care = other
            if other == NOBODY:
                other = PRIVATE
            if kind == woman.kind:
                present_other = other
            if kind >= MAQUILA_DAY:
                centre, in_centre = best_place(woman, household, world, kind, firm, age)
                if centre != NOBODY:
                    in_centre += shock(world, care_shocks[CENTRE - WORKPLACE])
                    if in_centre > worth:
                        worth, care = in_centre, CENTRE
            value += worth
        if value > best_value:
            best_value, best_kind, best_firm, best_care = value, kind, firm, care
            best_centre, best_other = centre, other
    act(
        woman, world, left, best_kind, best_firm, best_care, best_centre, best_other,
        present_other, young,
    )  # fmt: skip


@rule
def act(woman, world, left, kind, firm, care, centre, other, present_other, young):
    """Turn the choice into work and care now, an application, or a request for a place."""
    month = world.now[0].month
    if kind >= MAQUILA_DAY and kind != woman.kind:
        woman.seeks = kind
        woman.wants_firm = firm
        if young and woman.kind != HOME and woman.centre == NOBODY:
            set_care(woman, present_other, month)
        return
    woman.seeks = HOME
    if kind != woman.kind:
        leave_firm(woman, left)
        if woman.kind == HOME or kind == HOME:
            woman.tenure = 0
        woman.kind = kind
    if care != CENTRE:
        leave_place(woman, left)
        set_care(woman, care, month)
    elif woman.centre == NOBODY:
        set_care(woman, other, month)
        woman.wants_centre = centre
        if woman.asked == NEVER:
            woman.asked = month


@rule
def hours_of(kind, p):
    """Return the weekly hours of a kind of work, as a share of full time."""
    if kind == INFORMAL_PART:
        return p.hours_part / FULL_TIME
    if kind < MAQUILA_DAY:
        return p.hours_informal / FULL_TIME
    return p.hours_formal / FULL_TIME


@rule
def informal_pay(household, p, full):
    """Return monthly informal earnings (MXN)."""
    return household.potential * p.informal_pay * full


@rule
def root(pesos, per_peso):
    """Return the square root of thousands of MXN a month per equivalent adult."""
    return sqrt(max(pesos, LEAST_INCOME) * per_peso)


@rule
def value_of_work(woman, household, world, kind, firm, income, per_peso, hard, far):
    """Return the utility of a kind of work before care and shocks.

    `hard` is what full time costs her, `far` what a kilometre does.
    """
    p = world.parameters[0]
    if kind == HOME:
        value = p.income_taste * root(income, per_peso)
        if woman.kind == HOME:
            value += p.job_inertia
        return value
    full = hours_of(kind, p)
    kilometres = p.informal_commute
    if kind < MAQUILA_DAY:
        pay = informal_pay(household, p, full)
    else:
        kilometres = world.distance[household.zone, world.firms[firm].zone]
        pay = household.potential * world.firms[firm].offer
        if kind == MAQUILA_EVENING:
            pay = pay * (1.0 + p.evening_premium)
        pay = max(pay, p.minimum_wage) * (1.0 - p.payroll_deduction)
    value = p.income_taste * root(income + pay - p.travel_cost * kilometres, per_peso)
    value -= full * hard + far * kilometres
    if kind == woman.kind:
        value += p.job_inertia
    elif woman.kind == HOME:
        value -= p.entry_cost
    if kind < MAQUILA_DAY:
        value += household.taste_informal - p.informal_cost
        if kind == INFORMAL_PART:
            value -= p.part_time_cost
        return value
    if woman.partner == 0:
        value += p.insurance_value
    if kind == OTHER_DAY:
        if household.schooling < 2:
            value -= p.other_schooling_cost
    elif household.schooling >= 2:
        value -= p.maquila_schooling_cost * (household.schooling - 1)
    if kind == MAQUILA_EVENING:
        value -= p.evening_cost
    if kind != woman.kind:
        value -= p.search_cost
    return value


@rule
def work_cost(years, p):
    """Return the cost (utils) of full-time work at a woman's age."""
    if years < 20:
        return p.work_cost_15_19
    if years < 30:
        return p.work_cost_20_29
    if years < 40:
        return p.work_cost_30_39
    return p.work_cost_40_49


@rule
def time_away(age, p):
    """Return the cost (utils) of full-time hours away from the child."""
    if age < 12:
        return p.time_away_0
    if age < 36:
        return p.time_away_1_2
    if age < SCHOOL_AGE:
        return p.time_away_3_5
    if age < 144:
        return p.time_away_6_11
    return 0.0


@rule
def best_other_care(woman, household, world, counts, kind, age, income, per_peso, before, shocks):
    """Return the utility and the way of the best care that needs no place in a centre."""
    p = world.parameters[0]
    full = hours_of(kind, p)
    money = income + p.minimum_wage
    inertia = NOBODY  # the way of care that staying as she is would keep
    if kind == woman.kind and woman.care > OWN:
        inertia = woman.care
    best, best_care = IMPOSSIBLE, NOBODY
    for care in range(WORKPLACE, CENTRE):
        pesos = 0.0
        if care == WORKPLACE:
            if kind >= MAQUILA_DAY:
                continue
            value = -full * p.workplace_cost
            pesos = p.workplace_pay_loss * informal_pay(household, p, full)
        elif care == GRANDMOTHER:
            if household.grandmother == NO_GRANDMOTHER:
                continue
            gap = max(0.0, full - household.grandmother_hours / FULL_TIME)
            value = -p.grandmother_gap * gap
            if household.grandmother != CORESIDENT:
                value -= p.grandmother_nearby_cost
        elif care == RELATIVE:
            if household.kin == 0:
                continue
            value = -p.relative_cost
            pesos = p.relative_price * full
        elif care == PARTNER:
            busy = EVENING_SHIFT if kind == MAQUILA_EVENING else DAY_SHIFT
            if woman.partner == 0 or household.partner_shift == busy:
                continue
            value = -p.partner_care_cost * full
        elif care == SIBLING:
            if household.sibling == 0:
                continue
            value = -p.sibling_cost * full
        else:
            if kind == MAQUILA_EVENING:
                continue
            value = household.trust_private - p.private_distrust - reluctance(household, age, p)
            pesos = p.private_price * full
        if pesos > 0.0:
            counts[_ROOTS] += 1
            value -= p.income_taste * (before - root(money - pesos, per_peso))
        if care == inertia:
            value += p.care_inertia
        value += shock(world, shocks[care - WORKPLACE])
        if value > best:
            best, best_care = value, care
    return best, best_care


@rule
def reluctance(household, age, p):
    """Return the cost (utils) of group care."""
    cost = p.disagree_cost * household.disagrees
    if age < 12:
        cost += p.group_care_infant
    return cost


@rule
def best_place(woman, household, world, kind, firm, age):
    """Return the centre that she would use or wait for, or NOBODY, and its utility."""
    p = world.parameters[0]
    value = p.public_trust + household.trust_public - reluctance(household, age, p)
    best = woman.centre
    detour = 0.0
    if best != NOBODY:
        detour = detour_by(household, world, best, firm)
        if kind == woman.kind:
            value += p.care_inertia
        return best, value - p.detour_cost * detour
    for k in range(world.near.shape[1]):
        centre = int(world.near[household.zone, k])
        if centre == NOBODY or world.free[centre] <= 0:
            continue
        kilometres = detour_by(household, world, centre, firm)
        if best == NOBODY or kilometres < detour:
            best, detour = centre, kilometres
    if best == NOBODY and kind == woman.kind:
        best = int(world.near[household.zone, 0])
        detour = detour_by(household, world, best, firm)
    return best, value - p.detour_cost * detour


@rule
def detour_by(household, world, centre, firm):
    """Return km out of the way to the firm by the centre."""
    here, there = world.centre_zone[centre], world.firms[firm].zone
    by_centre = world.distance[household.zone, here] + world.distance[here, there]
    return max(0.0, float(by_centre - world.distance[household.zone, there]))


@rule
def record(woman, age, counts):
    """Step A6: count her as she is this month."""
    active = woman.kind != HOME or woman.seeks != HOME
    if age < CARE_AGE:
        counts[_MOTHERS] += 1
        if active:
            counts[_ACTIVE_MOTHERS] += 1
        if woman.centre != NOBODY:
            counts[_PLACES_USED] += 1
    if woman.kind >= MAQUILA_DAY:
        counts[_FORMAL] += 1
    elif woman.kind != HOME:
        counts[_INFORMAL] += 1
    elif active:
        counts[_SEARCHING] += 1


@rule
def length(u, probability, longest):
    """Return whole days from 1 to `longest`, by where `u` lies below the probability."""
    return 1 + int(u / probability * longest)


@rule
def work(woman, household, world, counts, age, u):
    """Step A4: count the days lost, by cause; return the unexcused."""
    p = world.parameters[0]
    counts[_SCHEDULED] += WORKDAYS
    left = WORKDAYS
    ill = p.own_illness * EXPOSURE
    if u[2] < ill:
        own = length(u[2], ill, p.own_illness_longest)
        counts[_LOST_OWN] += own
        left -= own
    child = care = 0
    if age < SCHOOL_AGE:
        child = min(left, days_with_sick_child(woman, household, world, age, u[3], u[4]))
        counts[_LOST_CHILD] += child
        left -= child
    if age < CARE_AGE:
        care = min(left, days_without_carer(woman, household, p, u[5]))
        counts[_LOST_CARE] += care
        left -= care
    rate = p.slack * WORKDAYS
    if woman.tenure < p.slack_new_months:
        rate = rate * p.slack_new
    other = 0
    if u[6] < rate:
        other = min(left, 2 if u[6] < rate * rate * 0.5 else 1)
        counts[_LOST_OTHER] += other
    return care + other + p.unexcused_sick_child * child


@rule
def days_with_sick_child(woman, household, world, age, u, stays):
    """Return the days that she stays at home with a sick child."""
    p = world.parameters[0]
    ill = p.child_illness * EXPOSURE
    if age < 24:
        ill = ill * p.illness_infant
    if age < CARE_AGE and woman.entry != NEVER:
        since = float(world.now[0].month - woman.entry)
        if since < p.illness_fades:
            ill = ill * (1.0 + (p.illness_entry - 1.0) * (1.0 - since / p.illness_fades))
    if u >= ill:
        return 0
    if woman.care == WORKPLACE:
        share = p.stays_workplace
    else:
        share = p.stays_carer if GRANDMOTHER <= woman.care <= SIBLING else 1.0
        if household.grandmother == CORESIDENT:
            share = share * p.stays_grandmother
        elif household.grandmother != NO_GRANDMOTHER:
            share = share * p.stays_grandmother_nearby
        if woman.partner == 1:
            free = household.partner_shift == NOT_WORKING
            share = share * (p.stays_partner_home if free else p.stays_partner)
    if stays >= share:
        return 0
    return length(u, ill, p.child_illness_longest)


@rule
def days_without_carer(woman, household, p, u):
    """Return the days lost because who cares for the child cannot."""
    fails = breakdown_of(woman.care, p) * EXPOSURE
    if fails == 0.0:
        return 0
    grandmother = household.grandmother == CORESIDENT and woman.care != GRANDMOTHER
    at_home = woman.partner == 1 and household.partner_shift == NOT_WORKING
    if grandmother or (at_home and woman.care != PARTNER):
        fails = fails * p.breakdown_with_help
    if u >= fails:
        return 0
    return length(u, fails, p.breakdown_longest)


@rule
def leave(woman, household, world, counts, left, unexcused, u):
    """Step A5: quit or be dismissed from a formal job."""
    p = world.parameters[0]
    counts[_EXPOSED] += 1
    firm = world.firms[woman.firm]
    hazard = p.quits_maquila if woman.kind != OTHER_DAY else p.quits_other
    if woman.tenure < 3:
        hazard = hazard * p.quits_first_quarter
    elif woman.tenure < 12:
        hazard = hazard * p.quits_first_year
    elif woman.tenure >= 36:
        hazard = hazard * p.quits_after_three_years
    kilometres = world.distance[household.zone, firm.zone]
    quits = hazard * (1.0 + p.quits_per_kilometre * kilometres)
    dismissed = p.dismissal if unexcused > UNEXCUSED_ALLOWED else 0.0
    if u >= quits + (1.0 - quits) * dismissed:
        return
    counts[_QUITS if u < quits else _DISMISSALS] += 1
    leave_firm(woman, left)
    leave_place(woman, left)
    woman.kind = woman.seeks = HOME
    woman.wants_firm = NOBODY
    woman.tenure = 0
    set_care(woman, OWN, world.now[0].month)
    woman.prompted = 1


# Markets: in order, one thread


@rule
def settle(firms, free, left):
    """Take who left off the payrolls, and free the places given up."""
    for block in range(left.shape[0]):
        for f in range(firms.size):
            firms[f].staff -= left[block, f]
        for c in range(free.size):
            free[c] += left[block, left.shape[1] - 1 - c]


@rule
def draw_lots(numbers, world, purpose, lots):
    """Give each of the women `numbers` a lot."""
    now = world.now[0]
    for n in range(numbers.size):
        lots[n] = uniforms(now.seed, 0, numbers[n], now.month, purpose)[0]


@rule
def admit(women, world, order):
    """Step B: give places in order while they last."""
    month = world.now[0].month
    for n in range(order.size):
        woman = women[order[n]]
        if world.free[woman.wants_centre] <= 0:
            continue
        world.free[woman.wants_centre] -= 1
        woman.centre = woman.wants_centre
        woman.wants_centre = NOBODY
        woman.asked = NEVER
        set_care(woman, CENTRE, month)


@rule
def hire(women, world, order):
    """Step B: hire in order while the firm has vacancies."""
    month = world.now[0].month
    for n in range(order.size):
        woman = women[order[n]]
        firm = world.firms[woman.wants_firm]
        if firm.vacancies <= 0:
            continue
        firm.vacancies -= 1
        firm.staff += 1
        if woman.firm != NOBODY:
            world.firms[woman.firm].staff -= 1
        woman.firm = woman.wants_firm
        woman.kind = woman.seeks
        woman.seeks = HOME
        woman.tenure = 0
        woman.prompted = 1
        if woman.care <= WORKPLACE:
            set_care(woman, PRIVATE, month)


@rule
def review(firm, world):
    """Step C: count vacancies and set the offer."""
    p = world.parameters[0]
    firm.vacancies = max(0, firm.posts - firm.staff)
    if firm.vacancies > p.wage_vacancy_rate * firm.posts:
        firm.offer = min(firm.offer + p.wage_step, 1.0 + p.wage_range)
    else:
        firm.offer = max(firm.offer - p.wage_step, 1.0)


class EnginePolo:
    """The core month over tables of rows."""

    def __init__(self, start: Start, seed: int) -> None:
        self.women = _rows(WOMAN, start.women)
        self.households = _rows(HOUSEHOLD, start.women)
        self.households.number = np.arange(start.size)
        firms = _rows(FIRM, start.firms)
        self.notes = table(NOTE, start.size)
        self.world = World(
            one_row({"month": 0, "seed": seed, "most_changes": most_changes(start)}),
            one_row({name: float(value) for name, value in start.p.items()}),
            quantile_table(lambda u: -np.log(-np.log(u))),
            start.fertility,
            start.distance,
            firms,
            start.heard_of,
            start.near,
            start.centre_zone,
            start.places.astype(np.int64),
        )
        self.all_counts = np.zeros(ALL_COUNTERS, np.int64)
        self.lots = 0  # drawn so far

    def month(self) -> Column:
        """Live a month; return the declared counts."""
        w = self.world
        counts = np.zeros((BLOCKS, ALL_COUNTERS), np.int64)
        left = np.zeros((BLOCKS, w.firms.size + w.free.size), np.int32)
        counted(woman_month)(self.women, self.households, self.notes, w, counts, left)
        compiled(settle)(w.firms, w.free, left)
        wanting = np.flatnonzero(self.notes.wants != 0)
        wants, women = self.notes.wants[wanting], self.women
        asking, lots = self._with_lots(wanting[wants >= 2], PLACE_LOT)
        order = np.lexsort((lots, women.asked[asking], women.wants_centre[asking]))
        compiled(admit)(women, w, asking[order])
        applying, lots = self._with_lots(wanting[wants % 2 == 1], JOB_LOT)
        compiled(hire)(women, w, applying[np.argsort(lots)])
        each(review)(w.firms, w)
        w.now.month += 1
        self.all_counts = counts.sum(axis=0)
        return self.all_counts[:N_COUNTERS]

    def _with_lots(self, numbers: Column, purpose: int) -> tuple[Column, Column]:
        """Return the women `numbers` and a lot for each."""
        lots = np.empty(numbers.size)
        compiled(draw_lots)(numbers, self.world, purpose, lots)
        self.lots += numbers.size
        return numbers, lots


def most_changes(start: Start) -> float:
    """Return the highest probability of a birth or a change of union in a month."""
    p = start.p
    births = float(start.fertility.max()) * max(p["fertility_in_union"], p["fertility_alone"])
    return births + max(p["union_forms"], p["union_ends"])


def _rows(dtype: np.dtype[Any], columns: dict[str, Column]) -> Any:
    """Return a table with the columns that it has a name for."""
    names = [name for name in dtype.names or () if name in columns]
    rows = table(dtype, columns[names[0]].size)
    for name in names:
        rows[name] = columns[name]
    return rows
