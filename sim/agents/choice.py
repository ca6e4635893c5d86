"""The choice of work and care, made together.

A mixed logit (error components) over kinds of work and ways of care. Utility rises with the square
root of household income per equivalent adult, net of what care and travel cost, and falls with
hours, distance, time away from young children and distrust. Persistent tastes stay with the woman
for good; the extreme-value shocks of kinds and of cares stay until she reconsiders, so that a new
option changes nobody's ranking of the old ones. The closest published model is a mixed logit of
care type, hours and formality of Mexican mothers of under-fives (Vazquez-Pimentel, 2025, Estudios
Economicos 40).

Nothing is granted here: a woman applies to a firm or asks for a place, and the markets answer.
"""

from math import sqrt

from sim.agents.ceci import EMPRESA, room_for
from sim.agents.household import (
    ABSENT,
    CORESIDENT,
    DAY_SHIFT,
    EVENING_SHIFT,
)
from sim.agents.mother import (
    CARE_AGE,
    CARE_FROM,
    CENTRE,
    CHILD_SLOTS,
    FORMAL,
    GRANDMOTHER,
    HOME,
    INFORMAL,
    INFORMAL_FULL,
    INFORMAL_PART,
    MAQUILA_DAY,
    MAQUILA_EVENING,
    N_KINDS,
    NEVER,
    NOBODY,
    OTHER_DAY,
    OUT,
    OWN,
    PARTNER,
    PRIVATE,
    QUIT_BY_CHOICE,
    RELATIVE,
    SCHOOL_AGE,
    SEARCHING,
    SIBLING,
    WORKPLACE,
    become_jobless,
    draw_tastes,
    young_children,
)
from sim.core.draws import quantile, uniforms
from sim.core.engine import rule
from sim.core.records import row_type
from sim.purposes import RECONSIDER, TASTE_OF_CARE, TASTE_OF_WORK, VACANCY_SEEN

IMPOSSIBLE = -1.0e9
FULL_TIME = 44.0  # weekly hours to which costs of time refer


@rule
def lean(mother, children, household, world):
    """Draw lasting tastes, and note in `world.leanings` what she thinks of each kind of work.

    Before the first month nobody has a job, and every post is vacant.
    """
    need_care = young_children(children, world.now[0].month, CARE_AGE)
    draw_tastes(mother, world)
    for kind in range(N_KINDS):
        leaning = world.leanings[mother.number, kind]
        leaning.value = IMPOSSIBLE
        leaning.firm = NOBODY
        leaning.care = OWN
        if kind >= MAQUILA_DAY:
            leaning.firm = vacancy_seen(mother, household, world, kind)
            if leaning.firm == NOBODY:
                continue
        value = value_of_work(mother, children, household, world, kind, leaning.firm)
        value += taste_of_work(mother, world, kind)
        if kind != HOME and need_care > 0:
            worth, care = best_other_care(
                mother, children, household, world, kind, leaning.firm, need_care
            )
            if care == NOBODY:
                continue
            value += worth
            leaning.care = care
        leaning.value = value


LEANING = row_type({"value": "f8", "firm": "i4", "care": "i1"})


@rule
def settle_in(mother, children, household, world):
    """Give hours and pay to a woman who starts with a job."""
    mother.hours = int(weekly_hours(mother.kind, world.parameters[0]))
    follow_pay(mother, world)


@rule
def decide(mother, children, household, world):
    """Step 3 of the month: choose again, if it is time or something happened.

    A woman reconsiders with the hazard `reconsiders`, with fresh taste shocks; an event (a birth, a
    job found or lost, care lost, a place granted or refused) makes her choose with those she has.
    """
    now = world.now[0]
    p = world.parameters[0]
    mother.wants_firm = NOBODY
    in_care = world.in_care[mother.number] == 1
    if in_care:
        losing_the_right_ends_care(mother, children, world)
    if now.openings > 0 and news_of_a_centre(mother, children, household, world):
        mother.prompted = 1
    time_to, _, _, _ = uniforms(now.seed, now.replicate, mother.number, now.month, RECONSIDER)
    if time_to < p.reconsiders:
        mother.shocks = now.month
        mother.prompted = 1
    if mother.leave == 0:
        if mother.prompted == 1:
            mother.prompted = 0
            follow_pay(mother, world)
            choose(mother, children, household, world)
            in_care = True
        elif mother.seeks != HOME:
            mother.wants_firm = vacancy_seen(mother, household, world, mother.seeks)
    world.applies[mother.number] = 1 if mother.wants_firm != NOBODY else 0
    if in_care:
        world.in_care[mother.number] = 1 if uses_or_asks_for_a_place(children) else 0


@rule
def uses_or_asks_for_a_place(children):
    """Return True if a child attends a centre or asks for a place there."""
    for k in range(CHILD_SLOTS):
        if children[k].centre != NOBODY or children[k].wants == 1:
            return True
    return False


@rule
def losing_the_right_ends_care(mother, children, world):
    """End places once the weeks after a lost job, or after leaving a sponsor, are over."""
    month = world.now[0].month
    grace = world.parameters[0].grace_months
    insured = mother.status == FORMAL
    if not insured and month - mother.last_insured <= grace:
        return
    for k in range(CHILD_SLOTS):
        child = children[k]
        if insured:
            if child.centre == NOBODY or may_enter(world, child.centre, mother.firm):
                continue
            if month - mother.hired <= grace:
                continue
        if child.centre != NOBODY:
            child.centre = NOBODY
            mother.prompted = 1
        child.wants = 0
        child.asked = NEVER


@rule
def follow_pay(mother, world):
    """Let the pay of who works follow her experience and her firm's offer."""
    p = world.parameters[0]
    if mother.status == INFORMAL:
        mother.wage = int(informal_pay(mother, p, mother.hours))
    elif mother.status == FORMAL:
        mother.wage = int(formal_pay(mother, world.firms[mother.firm], p, mother.kind))


@rule
def news_of_a_centre(mother, children, household, world):
    """Return True if a centre opened this month near the home, or at the firm, of a mother."""
    month = world.now[0].month
    if children[0].birth == NEVER or month - children[0].birth >= CARE_AGE:
        return False
    for k in range(world.near.shape[1]):
        centre = world.near[household.zone, k]
        if centre != NOBODY and world.centres[centre].opening == month:
            return True
    if mother.firm == NOBODY:
        return False
    centre = world.firms[mother.firm].centre
    return centre != NOBODY and world.centres[centre].opening == month


@rule
def choose(mother, children, household, world):
    """Compare every kind of work with every way of care, and act on the best."""
    now = world.now[0]
    p = world.parameters[0]
    need_care = young_children(children, now.month, CARE_AGE)
    held = held_centre(children)
    current = mother.kind
    best_value = IMPOSSIBLE
    best_kind = HOME
    best_firm = NOBODY
    best_care = OWN
    best_centre = NOBODY
    wait_value = IMPOSSIBLE
    wait_centre = NOBODY
    present_care = OWN
    for kind in range(N_KINDS):
        firm = NOBODY
        if kind >= MAQUILA_DAY:
            firm = mother.firm if kind == current else vacancy_seen(mother, household, world, kind)
            if firm == NOBODY:
                continue
        value = value_of_work(mother, children, household, world, kind, firm)
        value += taste_of_work(mother, world, kind)
        if kind == HOME or need_care == 0:
            if value > best_value:
                best_value, best_kind, best_firm = value, kind, firm
                best_care, best_centre = OWN, NOBODY
            continue
        other_value, other_care = best_other_care(
            mother, children, household, world, kind, firm, need_care
        )
        if kind == current:
            present_care = other_care if other_care != NOBODY else PRIVATE
        if other_care != NOBODY and value + other_value > best_value:
            best_value, best_kind, best_firm = value + other_value, kind, firm
            best_care, best_centre = other_care, NOBODY
        if kind < MAQUILA_DAY:
            continue
        # A place in a centre: the one held, one that is free, or one to wait for
        fallback = other_care if other_care != NOBODY else PRIVATE
        held_worth = IMPOSSIBLE
        if held != NOBODY and may_enter(world, held, firm):
            detour = detour_to(mother, household, world, held, firm, kind)
            if detour >= 0.0:
                held_worth = value + p.care_inertia + taste_of_care(mother, world, CENTRE)
                held_worth += value_of_place(mother, children, now.month, p, detour)
                if held_worth > best_value:
                    best_value, best_kind, best_firm = held_worth, kind, firm
                    best_care, best_centre = fallback, held
        free = nearest_centre(mother, children, household, world, kind, firm, True)
        if free != NOBODY and free != held:
            detour = detour_to(mother, household, world, free, firm, kind)
            worth = value + taste_of_care(mother, world, CENTRE)
            worth += value_of_place(mother, children, now.month, p, detour)
            if worth > best_value:
                best_value, best_kind, best_firm = worth, kind, firm
                best_care, best_centre = fallback, free
        if kind == current and held == NOBODY:
            full = nearest_centre(mother, children, household, world, kind, firm, False)
            if full != NOBODY:
                detour = detour_to(mother, household, world, full, firm, kind)
                wait_value = value + taste_of_care(mother, world, CENTRE)
                wait_value += value_of_place(mother, children, now.month, p, detour)
                wait_centre = full
    if best_kind == current and best_centre == NOBODY and wait_value > best_value:
        best_centre = wait_centre
    mother.care = present_care  # until something changes; a new job brings its own
    act(mother, children, world, best_kind, best_firm, best_care, best_centre)


@rule
def best_other_care(mother, children, household, world, kind, firm, number):
    """Return the utility and the way of the best care that needs no place in a centre.

    The utility is IMPOSSIBLE and the way NOBODY where there is none.
    """
    best_value = IMPOSSIBLE
    best_care = NOBODY
    for care in range(WORKPLACE, CENTRE):
        worth = value_of_care(mother, children, household, world, kind, firm, care, number)
        if worth > IMPOSSIBLE:
            worth += taste_of_care(mother, world, care)
            if mother.kind == kind and mother.care == care:
                worth += world.parameters[0].care_inertia
            if worth > best_value:
                best_value, best_care = worth, care
    return best_value, best_care


@rule
def act(mother, children, world, kind, firm, care, centre):
    """Turn a choice into a status now, an application to a firm, or a request for places."""
    month = world.now[0].month
    same = kind == mother.kind
    if same:
        mother.seeks = HOME
        if mother.status == SEARCHING:
            mother.status = OUT
        mother.care = care
    elif kind < MAQUILA_DAY:
        if mother.status == FORMAL:
            mother.separated = QUIT_BY_CHOICE
            mother.left_firm = mother.firm
            world.leaves[mother.number] = 1
        tenure = mother.tenure if mother.status == INFORMAL and kind != HOME else 0
        become_jobless(mother, OUT)
        mother.kind = kind
        if kind != HOME:
            mother.status = INFORMAL
            mother.tenure = tenure
            mother.hours = int(weekly_hours(kind, world.parameters[0]))
            mother.wage = int(informal_pay(mother, world.parameters[0], mother.hours))
            mother.care = care
    else:
        # Formal work must be found first; until then she goes on as she is
        mother.seeks = kind
        mother.wants_firm = firm
        if mother.status == OUT:
            mother.status = SEARCHING
    asks = mother.status == FORMAL and same and centre != NOBODY
    mother.wants_centre = centre if asks else NOBODY
    group = mother.care == PRIVATE and mother.status >= INFORMAL
    for k in range(CHILD_SLOTS):
        child = children[k]
        if child.birth == NEVER or month - child.birth >= CARE_AGE:
            continue
        of_age = month - child.birth >= CARE_FROM
        if child.centre != NOBODY and same and centre == NOBODY:
            child.centre = NOBODY  # she has chosen another way
        child.wants = 1 if asks and of_age and child.centre != centre else 0
        if child.wants == 0:
            child.asked = NEVER
        elif child.asked == NEVER:
            child.asked = month
        if child.centre == NOBODY:
            if not group:
                child.entry = NEVER
            elif child.entry == NEVER:
                child.entry = month


@rule
def held_centre(children):
    """Return the centre that one of the children attends, or NOBODY."""
    for k in range(CHILD_SLOTS):
        if children[k].centre != NOBODY:
            return int(children[k].centre)
    return NOBODY


# Work


@rule
def value_of_work(mother, children, household, world, kind, firm):
    """Return the utility of a kind of work before care and shocks."""
    p = world.parameters[0]
    month = world.now[0].month
    income = float(household.partner_income) + float(household.other_income)
    hours = weekly_hours(kind, p)
    if kind >= MAQUILA_DAY:
        kilometres = world.distance[household.zone, world.firms[firm].zone]
        pay = formal_pay(mother, world.firms[firm], p, kind) * (1.0 - p.payroll_deduction)
        income += pay - p.travel_cost * kilometres
    elif kind != HOME:
        kilometres = p.informal_commute
        income += informal_pay(mother, p, hours) - p.travel_cost * kilometres
    value = p.income_taste * sqrt(max(income, 300.0) / 1000.0 / sqrt(float(household.persons)))
    if kind == HOME:
        return value
    full = hours / FULL_TIME
    value -= full * (work_cost_at_age(mother, month, p) - mother.taste_work)
    value -= full * time_away(children, month, p)
    value -= p.commute_cost * 2.0 * minutes_of(kilometres, household, p) / 60.0
    if household.partner == 1:
        value -= full * p.partner_norm
    if mother.kind == kind:
        value += p.job_inertia
    if mother.student == 1:
        value -= full * p.student_cost
    if kind < MAQUILA_DAY:
        value += mother.taste_informal - p.informal_cost
        if mother.status < INFORMAL:
            value -= p.entry_cost
        if kind == INFORMAL_PART:
            value -= p.part_time_cost
        return value
    if household.insured == 0:
        value += p.insurance_value
    if mother.schooling >= 2 and kind != OTHER_DAY:
        value -= p.maquila_schooling_cost * (mother.schooling - 1)
    elif mother.schooling < 2 and kind == OTHER_DAY:
        value -= p.other_schooling_cost
    if kind == MAQUILA_EVENING:
        value -= p.evening_cost
    if mother.kind != kind:
        value -= p.search_cost
        if mother.status < INFORMAL:
            value -= p.entry_cost
    return value


@rule
def weekly_hours(kind, p):
    """Return the weekly hours of a kind of work."""
    if kind == HOME:
        return 0.0
    if kind == INFORMAL_PART:
        return p.hours_part
    if kind == INFORMAL_FULL:
        return p.hours_informal
    return p.hours_formal


@rule
def seniority(mother, p):
    """Return the factor by which experience raises pay (linear, to twenty years)."""
    return 1.0 + p.experience_return * min(float(mother.experience), 240.0) / 12.0


@rule
def formal_pay(mother, firm, p, kind):
    """Return gross monthly pay (MXN) of a woman at a firm: never below the legal minimum."""
    pay = float(mother.potential) * seniority(mother, p) * firm.wage_offer
    if kind == MAQUILA_EVENING:
        pay = pay * (1.0 + p.evening_premium)
    return max(pay, p.minimum_wage)


@rule
def informal_pay(mother, p, hours):
    """Return monthly informal earnings (MXN)."""
    pay = float(mother.potential) * seniority(mother, p) * p.informal_pay
    return pay * float(hours) / FULL_TIME


@rule
def work_cost_at_age(mother, month, p):
    """Return the cost (utils) of full-time work at a woman's age."""
    age = (month - mother.birth) // 12
    if age < 20:
        return p.work_cost_15_19
    if age < 30:
        return p.work_cost_20_29
    if age < 40:
        return p.work_cost_30_39
    return p.work_cost_40_49


@rule
def time_away(children, month, p):
    """Return the cost (utils) of full-time hours away from the children, by age."""
    cost = 0.0
    for k in range(CHILD_SLOTS):
        if children[k].birth == NEVER:
            continue
        age = month - children[k].birth
        if age < 12:
            cost += p.time_away_0
        elif age < 36:
            cost += p.time_away_1_2
        elif age < SCHOOL_AGE:
            cost += p.time_away_3_5
        elif age < 144:
            cost += p.time_away_6_11
    return cost


@rule
def minutes_of(kilometres, household, p):
    """Return minutes to travel a distance, by car or by bus."""
    if household.car == 1:
        return 60.0 * kilometres / p.speed_car
    return 60.0 * kilometres / p.speed_bus


@rule
def vacancy_seen(mother, household, world, kind):
    """Return the firm where a woman would apply for a kind of formal work, or NOBODY.

    She hears of a few firms, large ones more often, and takes the nearest that has a vacancy. Which
    firms she hears of depends on nobody else.
    """
    now = world.now[0]
    part = 1 if kind == OTHER_DAY else 0
    draws = uniforms(now.seed, now.replicate, mother.number, now.month, VACANCY_SEEN, kind)
    best = NOBODY
    nearest = 1.0e9
    for k in range(4):
        candidate = int(world.heard_of[part, int(draws[k] * world.heard_of.shape[1])])
        firm = world.firms[candidate]
        if firm.vacancies <= 0 or candidate == mother.firm:
            continue
        if kind == MAQUILA_EVENING and firm.evening == 0:
            continue
        kilometres = world.distance[household.zone, firm.zone]
        if kilometres < nearest:
            nearest = kilometres
            best = candidate
    return best


# Care


@rule
def value_of_care(mother, children, household, world, kind, firm, care, number):
    """Return the utility of a way of care without a centre's place, or IMPOSSIBLE."""
    p = world.parameters[0]
    month = world.now[0].month
    hours = weekly_hours(kind, p)
    full = hours / FULL_TIME
    if care == WORKPLACE:
        if kind >= MAQUILA_DAY:
            return IMPOSSIBLE
        lost = p.workplace_pay_loss * informal_pay(mother, p, hours)
        return -full * p.workplace_cost * number - cost_of_money(household, p, lost)
    if care == GRANDMOTHER:
        if household.grandmother == ABSENT:
            return IMPOSSIBLE
        gap = max(0.0, hours - float(household.grandmother_hours))
        value = -p.grandmother_gap * gap / FULL_TIME
        if household.grandmother != CORESIDENT:
            value -= p.grandmother_nearby_cost
        return value
    if care == RELATIVE:
        if household.other_kin == 0:
            return IMPOSSIBLE
        return -p.relative_cost - cost_of_money(household, p, p.relative_price * full * number)
    if care == PARTNER:
        if household.partner == 0 or not partner_is_free(household, kind):
            return IMPOSSIBLE
        return -p.partner_care_cost * full
    if care == SIBLING:
        if not has_older_sibling(children, month):
            return IMPOSSIBLE
        return -p.sibling_cost * full * number
    # PRIVATE
    if kind == MAQUILA_EVENING:
        return IMPOSSIBLE
    value = mother.trust_private - p.private_distrust
    value -= cost_of_money(household, p, p.private_price * full * number)
    return value - reluctance(mother, children, month, p)


@rule
def cost_of_money(household, p, pesos):
    """Return the utility lost by spending `pesos` a month (MXN), at the household's income."""
    income = float(household.partner_income) + float(household.other_income) + p.minimum_wage
    scale = 1000.0 * sqrt(float(household.persons))
    left = max(income - pesos, 300.0)
    return p.income_taste * (sqrt(income / scale) - sqrt(left / scale))


@rule
def partner_is_free(household, kind):
    """Return True if the partner is at home while she works at this kind of job."""
    if kind == MAQUILA_EVENING:
        return household.partner_work != EVENING_SHIFT
    return household.partner_work != DAY_SHIFT


@rule
def has_older_sibling(children, month):
    """Return True if a child of twelve or more lives in the household."""
    for k in range(CHILD_SLOTS):
        if children[k].birth != NEVER and month - children[k].birth >= 144:
            return True
    return False


@rule
def reluctance(mother, children, month, p):
    """Return the cost (utils) of group care: for infants, and for who disagrees with it."""
    cost = p.disagree_cost * mother.disagrees
    if month - children[0].birth < 12:
        cost += p.group_care_infant
    return cost


@rule
def value_of_place(mother, children, month, p, detour):
    """Return the utility of places in a centre that takes `detour` km out of the way."""
    value = p.public_trust + mother.trust_public - p.detour_cost * detour
    return value - reluctance(mother, children, month, p)


@rule
def may_enter(world, centre, firm):
    """Return True if the centre takes children of this firm's staff."""
    if world.centres[centre].open == 0:
        return False
    return world.centres[centre].scheme != EMPRESA or world.firms[firm].centre == centre


@rule
def detour_to(mother, household, world, centre, firm, kind):
    """Return km out of the way by the centre, or -1 if its hours do not fit the shift.

    She must be let in, reach her work on time, and be back before the centre closes.
    """
    p = world.parameters[0]
    place = world.centres[centre]
    employer = world.firms[firm]
    starts, ends = employer.day_start, employer.day_end
    if kind == MAQUILA_EVENING:
        starts, ends = employer.evening_start, employer.evening_end
    to_work = world.distance[place.zone, employer.zone]
    minutes = minutes_of(to_work, household, p) + p.handover_minutes
    if place.opens + minutes > starts or ends + minutes > place.closes:
        return -1.0
    direct = world.distance[household.zone, employer.zone]
    return max(0.0, world.distance[household.zone, place.zone] + to_work - direct)


@rule
def nearest_centre(mother, children, household, world, kind, firm, with_room):
    """Return the open centre least out of the way whose hours fit, or NOBODY.

    Looks among the centres nearest to her home, nearest to the firm, and the firm's own. With
    `with_room`, only those that had a free place for every child at the end of last month.
    """
    best = NOBODY
    least = 1.0e9
    home, work = household.zone, world.firms[firm].zone
    reach = world.near.shape[1]
    for k in range(2 * reach + 1):
        if k < reach:
            centre = int(world.near[home, k])
        elif k < 2 * reach:
            centre = int(world.near[work, k - reach])
        else:
            centre = int(world.firms[firm].centre)
        if centre == NOBODY or world.centres[centre].open == 0:
            continue
        detour = detour_to(mother, household, world, centre, firm, kind)
        if detour < 0.0 or detour >= least:
            continue
        if with_room and not has_room(children, world, centre):
            continue
        least = detour
        best = centre
    return best


@rule
def has_room(children, world, centre):
    """Return True if the centre had a free place for every child who would enter."""
    month = world.now[0].month
    for k in range(CHILD_SLOTS):
        child = children[k]
        if child.birth == NEVER or child.centre == centre:
            continue
        age = month - child.birth
        if CARE_FROM <= age < CARE_AGE and world.free[centre, room_for(age)] <= 0:
            return False
    return True


# Taste shocks


@rule
def taste_of_work(mother, world, kind):
    """Return the extreme-value shock of a kind of work (redrawn when she reconsiders)."""
    now = world.now[0]
    block, place = kind // 4, kind % 4
    draws = uniforms(now.seed, now.replicate, mother.number, mother.shocks, TASTE_OF_WORK, block)
    return world.parameters[0].shock_spread * quantile(world.gumbel, draws[place])


@rule
def taste_of_care(mother, world, care):
    """Return the extreme-value shock of a way of care (redrawn when she reconsiders)."""
    now = world.now[0]
    block, place = care // 4, care % 4
    draws = uniforms(now.seed, now.replicate, mother.number, mother.shocks, TASTE_OF_CARE, block)
    return world.parameters[0].shock_spread * quantile(world.gumbel, draws[place])
