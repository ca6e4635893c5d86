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

from sim.agents.attendance import MEAN_WORKDAYS, breakdown_of
from sim.agents.ceci import (
    ANYHOW,
    CAMPO,
    DAY,
    EMPRESA,
    ESTUDIO,
    EVENING,
    GUARDERIA,
    UNINVITED,
    room_for,
    turn_of_room,
)
from sim.agents.firm import AGROPECUARIO
from sim.agents.household import (
    ABSENT,
    CORESIDENT,
    DAY_SHIFT,
    EVENING_SHIFT,
)
from sim.agents.mother import (
    ADULT_AGE,
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
    leave_centre,
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
    of_work = shocks_of(mother, world, TASTE_OF_WORK)
    of_care = shocks_of(mother, world, TASTE_OF_CARE)
    stands = standing(mother, children, household, world)
    for kind in range(N_KINDS):
        leaning = world.leanings[mother.number, kind]
        leaning.value = IMPOSSIBLE
        leaning.firm = NOBODY
        leaning.care = OWN
        if kind >= MAQUILA_DAY:
            leaning.firm = vacancy_seen(mother, household, world, kind)
            if leaning.firm == NOBODY:
                continue
        value = value_of_work(mother, household, world, kind, leaning.firm, stands)
        value += taste(of_work, world, kind)
        if kind != HOME and need_care > 0:
            worth, care = best_other_care(
                mother, children, household, world, kind, leaning.firm, need_care, of_care
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
    News of a centre makes her weigh its places against what she does, and change nothing else.
    """
    now = world.now[0]
    p = world.parameters[0]
    mother.wants_firm = NOBODY
    in_care = world.in_care[mother.number] == 1
    if in_care:
        losing_the_right_ends_care(mother, children, household, world)
    news = now.openings > 0 and news_of_a_centre(mother, children, household, world)
    if mother.status != FORMAL and called_back(mother, world):
        mother.prompted = 1
    time_to, _, _, _ = uniforms(now.seed, now.replicate, mother.number, now.month, RECONSIDER)
    if time_to < p.reconsiders:
        mother.shocks = now.month
        mother.prompted = 1
    if mother.leave == 0:
        acts = False
        if mother.prompted == 1:
            follow_pay(mother, world)
        if mother.prompted == 1 or news:
            acts = choose(mother, children, household, world, mother.prompted == 0)
            mother.prompted = 0
            in_care = True
        if not acts and mother.seeks != HOME:
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
def losing_the_right_ends_care(mother, children, household, world):
    """End places once the weeks after a lost job, or after leaving a sponsor, are over.

    A place also ends when its centre closes for good, at once.
    """
    month = world.now[0].month
    grace = world.parameters[0].grace_months
    works = mother.status >= INFORMAL or mother.invited == ANYHOW
    insured = insured_by(mother, household, world, mother.kind)
    last = mother.hired if mother.status == FORMAL else mother.last_insured
    within_grace = month - last <= grace
    for k in range(CHILD_SLOTS):
        child = children[k]
        if child.centre == NOBODY:
            may = works and may_ask(mother, world, insured)
            if child.wants == 1 and not may and not within_grace:
                child.wants = 0
                child.asked = NEVER
            continue
        her_turn = turn_of_room(child.room) == turn_of(mother.kind)
        if works and her_turn and may_enter(mother, world, child.centre, mother.firm, insured):
            continue
        if within_grace and world.centres[child.centre].open == 1:
            continue
        leave_centre(child)
        child.wants = 0
        child.asked = NEVER
        mother.prompted = 1


@rule
def insured_by(mother, household, world, kind):
    """Return True if a kind of work brings the right of the insured to a place.

    A formal job of hers does; so does her partner's insurance while she works, where it counts.
    """
    if kind >= MAQUILA_DAY:
        return True
    if kind == HOME or world.access[0].fathers == 0:
        return False
    return household.partner == 1 and household.insured == 1


@rule
def turn_of(kind):
    """Return the turn of a centre in which a kind of work needs care."""
    return EVENING if kind == MAQUILA_EVENING else DAY


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
def choose(mother, children, household, world, for_a_new_centre):
    """Compare every kind of work with every way of care, and act on the best; return True if so.

    With `for_a_new_centre` she acts only if the best is a place in a centre that opens this month.
    """
    now = world.now[0]
    p = world.parameters[0]
    need_care = young_children(children, now.month, CARE_AGE)
    held, held_turn = held_place(children)
    of_work = shocks_of(mother, world, TASTE_OF_WORK)
    of_care = shocks_of(mother, world, TASTE_OF_CARE)
    stands = standing(mother, children, household, world)
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
        value = value_of_work(mother, household, world, kind, firm, stands)
        value += taste(of_work, world, kind)
        other_value, other_care = 0.0, OWN
        if kind != HOME and need_care > 0:
            other_value, other_care = best_other_care(
                mother, children, household, world, kind, firm, need_care, of_care
            )
            if kind == current:
                present_care = other_care if other_care != NOBODY else PRIVATE
        if other_care != NOBODY and value + other_value > best_value:
            best_value, best_kind, best_firm = value + other_value, kind, firm
            best_care, best_centre = other_care, NOBODY
        if need_care == 0 or (kind == HOME and mother.invited != ANYHOW):
            continue
        insured = insured_by(mother, household, world, kind)
        if not may_ask(mother, world, insured):
            continue
        # A place in a centre: the one held, one that is free, or one to wait for
        fallback = other_care if other_care != NOBODY else PRIVATE
        holds = held != NOBODY and held_turn == turn_of(kind)
        value += taste(of_care, world, CENTRE)
        if paid_by_the_piece(world, kind, firm):
            value -= pay_lost(mother, household, world, kind, firm, CENTRE)
        value += value_of_place(mother, children, now.month, p)
        if kind == HOME:
            value -= time_away(children, now.month, p, CARE_AGE)  # she is away from who attends
        if holds and may_enter(mother, world, held, firm, insured):
            detour = detour_to(mother, household, world, held, firm, kind)
            if detour >= 0.0:
                worth = value + p.care_inertia
                worth -= cost_of_use(children, household, world, held, insured, need_care, detour)
                if worth > best_value:
                    best_value, best_kind, best_firm = worth, kind, firm
                    best_care, best_centre = fallback, held
        free, free_detour, full, full_detour = nearest_centres(
            mother, children, household, world, kind, firm, insured
        )
        if free != NOBODY and not (holds and free == held):
            worth = value
            worth -= cost_of_use(children, household, world, free, insured, need_care, free_detour)
            if worth > best_value:
                best_value, best_kind, best_firm = worth, kind, firm
                best_care, best_centre = fallback, free
        if kind == current and held == NOBODY and full != NOBODY:
            wait_value = value
            wait_value -= cost_of_use(
                children, household, world, full, insured, need_care, full_detour
            )
            wait_centre = full
    if best_kind == current and best_centre == NOBODY and wait_value > best_value:
        best_centre = wait_centre
    if for_a_new_centre and (
        best_centre == NOBODY or world.centres[best_centre].opening != now.month
    ):
        return False
    mother.care = present_care  # until something changes; a new job brings its own
    act(mother, children, world, best_kind, best_firm, best_care, best_centre)
    return True


@rule
def best_other_care(mother, children, household, world, kind, firm, number, shocks):
    """Return the utility and the way of the best care that needs no place in a centre.

    `shocks` are hers of ways of care.

    The utility is IMPOSSIBLE and the way NOBODY where there is none.
    """
    best_value = IMPOSSIBLE
    best_care = NOBODY
    by_the_piece = paid_by_the_piece(world, kind, firm)
    for care in range(WORKPLACE, CENTRE):
        worth = value_of_care(mother, children, household, world, kind, firm, care, number)
        if worth > IMPOSSIBLE:
            worth += taste(shocks, world, care)
            if by_the_piece:
                worth -= pay_lost(mother, household, world, kind, firm, care)
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
    at_once = same or kind < MAQUILA_DAY
    may = mother.status >= INFORMAL or mother.invited == ANYHOW
    asks = may and at_once and centre != NOBODY
    mother.wants_centre = centre  # to ask for now, or once she has the job she looks for
    group = mother.care == PRIVATE and mother.status >= INFORMAL
    for k in range(CHILD_SLOTS):
        child = children[k]
        if child.birth == NEVER or month - child.birth >= CARE_AGE:
            continue
        of_age = month - child.birth >= CARE_FROM
        if child.centre != NOBODY and same and centre == NOBODY:
            leave_centre(child)  # she has chosen another way
        there = child.centre == centre and turn_of_room(child.room) == turn_of(mother.kind)
        child.wants = 1 if asks and of_age and not there else 0
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
def held_place(children):
    """Return the centre that one of the children attends, or NOBODY, and in which turn."""
    for k in range(CHILD_SLOTS):
        if children[k].centre != NOBODY:
            return int(children[k].centre), int(turn_of_room(children[k].room))
    return NOBODY, DAY


# Work


@rule
def standing(mother, children, household, world):
    """Return what all kinds of work are weighed with: it is worked out once a choice.

    Returns
    -------
    income : float
        Of the others in the household, MXN a month.
    adults : float
        Equivalent adults.
    hard, away : float
        Costs (utils) of full-time work at her age, and of its hours away from the children.
    """
    p = world.parameters[0]
    month = world.now[0].month
    income = float(household.partner_income) + float(household.other_income)
    hard = work_cost_at_age(mother, month, p) - mother.taste_work
    return income, sqrt(float(household.persons)), hard, time_away(children, month, p, ADULT_AGE)


@rule
def value_of_work(mother, household, world, kind, firm, stands):
    """Return the utility of a kind of work before care and shocks; `stands` is her `standing`."""
    p = world.parameters[0]
    income, adults, hard, away = stands
    hours = weekly_hours(kind, p)
    if kind >= MAQUILA_DAY:
        kilometres = world.distance[household.zone, world.firms[firm].zone]
        pay = formal_pay(mother, world.firms[firm], p, kind) * (1.0 - p.payroll_deduction)
        income += pay - p.travel_cost * kilometres
    elif kind != HOME:
        kilometres = p.informal_commute
        income += informal_pay(mother, p, hours) - p.travel_cost * kilometres
    value = p.income_taste * sqrt(max(income, 300.0) / 1000.0 / adults)
    if kind == HOME:
        return value
    full = hours / FULL_TIME
    value -= full * hard
    value -= full * away
    value -= p.commute_cost * 2.0 * minutes_of(kilometres, household, p) / 60.0
    if household.partner == 1:
        value -= full * p.partner_norm
    if mother.kind == kind or (firm != NOBODY and firm == mother.farm):
        value += p.job_inertia  # to her present work, and to the farm that calls her back
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
    on_a_farm = paid_by_the_piece(world, kind, firm)
    by_hand = kind != OTHER_DAY or on_a_farm
    if mother.schooling >= 2 and by_hand:
        value -= p.maquila_schooling_cost * (mother.schooling - 1)
    elif mother.schooling < 2 and not by_hand:
        value -= p.other_schooling_cost
    if kind == MAQUILA_EVENING:
        value -= p.evening_cost
    if mother.kind != kind and not on_a_farm:  # farms take who comes to the bus
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
def time_away(children, month, p, below):
    """Return the cost (utils) of full-time hours away from children under `below` months."""
    cost = 0.0
    for k in range(CHILD_SLOTS):
        if children[k].birth == NEVER:
            continue
        age = month - children[k].birth
        if age >= below:
            continue
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
def called_back(mother, world):
    """Return True if the farm that let her go at the season's end has posts again."""
    return mother.farm != NOBODY and world.firms[mother.farm].vacancies > 0


@rule
def vacancy_seen(mother, household, world, kind):
    """Return the firm where a woman would apply for a kind of formal work, or NOBODY.

    She hears of a few firms, large ones more often, and takes the nearest that has a vacancy. Which
    firms she hears of depends on nobody else. A farm that let her go at the season's end calls her
    back when it has posts again.
    """
    now = world.now[0]
    if kind == OTHER_DAY and called_back(mother, world):
        return int(mother.farm)
    part = 1 if kind == OTHER_DAY else 0
    draws = uniforms(now.seed, now.replicate, mother.number, now.month, VACANCY_SEEN, kind)
    best = NOBODY
    nearest = 1.0e9
    for k in range(4):
        candidate = int(world.heard_of[part, int(draws[k] * world.heard_of.shape[1])])
        posting = world.postings[candidate]
        if posting.vacant == 0 or candidate == mother.firm:
            continue
        if kind == MAQUILA_EVENING and posting.evening == 0:
            continue
        kilometres = world.distance[household.zone, posting.zone]
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
def paid_by_the_piece(world, kind, firm):
    """Return True if a firm pays for days present: a farm."""
    return kind == OTHER_DAY and world.firms[firm].sector == AGROPECUARIO


@rule
def pay_lost(mother, household, world, kind, firm, care):
    """Return the utility lost with the pay of days without a carer, where the piece is paid."""
    p = world.parameters[0]
    days = breakdown_of(care, p) * (1.0 + p.breakdown_longest) / 2.0
    pay = formal_pay(mother, world.firms[firm], p, kind)
    return cost_of_money(household, p, p.piece_pay * pay * days / MEAN_WORKDAYS)


@rule
def price_of_place(children, world, centre, insured, number):
    """Return what the family would pay for `number` places (MXN a month), voucher taken off."""
    access = world.access[0]
    scheme = world.centres[centre].scheme
    price = float(world.centres[centre].fee)
    if scheme == ESTUDIO or (insured and scheme == GUARDERIA):
        return price * number
    if insured:
        return (price + access.fee) * number
    price += access.fee_uninsured
    if access.vouchers_left >= number or has_voucher(children):
        price = price - access.voucher
    return price * number


@rule
def has_voucher(children):
    """Return True if the municipality pays for the place of one of the children."""
    for k in range(CHILD_SLOTS):
        if children[k].voucher == 1:
            return True
    return False


@rule
def value_of_place(mother, children, month, p):
    """Return the utility of places in a centre, before what it costs to use them."""
    return p.public_trust + mother.trust_public - reluctance(mother, children, month, p)


@rule
def place_at_stake(mother, children, household, world):
    """Return what the place that goes with a formal job is worth above the next best care (utils).

    Zero where no child attends a centre.
    """
    centre, _ = held_place(children)
    if centre == NOBODY:
        return 0.0
    now = world.now[0]
    p = world.parameters[0]
    number = young_children(children, now.month, CARE_AGE)
    shocks = shocks_of(mother, world, TASTE_OF_CARE)
    kind, firm = int(mother.kind), int(mother.firm)
    insured = insured_by(mother, household, world, kind)
    detour = max(0.0, detour_to(mother, household, world, centre, firm, kind))
    worth = taste(shocks, world, CENTRE) + value_of_place(mother, children, now.month, p)
    worth -= cost_of_use(children, household, world, centre, insured, number, detour)
    other, care = best_other_care(mother, children, household, world, kind, firm, number, shocks)
    if care == NOBODY:
        return max(0.0, worth + p.care_inertia)
    return max(0.0, worth + p.care_inertia - other)


@rule
def cost_of_use(children, household, world, centre, insured, number, detour):
    """Return the utility that `number` places in a centre cost: `detour` km and the price."""
    p = world.parameters[0]
    cost = p.detour_cost * detour
    price = price_of_place(children, world, centre, insured, number)
    if price > 0.0:
        cost += cost_of_money(household, p, price)
    return cost


@rule
def may_ask(mother, world, insured):
    """Return True if some centre could let in the children of a working woman."""
    return insured or world.access[0].uninsured == 1 or mother.invited != UNINVITED


@rule
def may_enter(mother, world, centre, firm, insured):
    """Return True if the centre takes children of this firm's staff, or of informal workers.

    One of scheme `empresa` is for its sponsors' staff, one of scheme `campo` for farm workers; the
    uninsured enter only where an agreement lets them (`world.access`). One of a replayed study is
    for whom it invites.
    """
    place = world.centres[centre]
    if place.open == 0:
        return False
    if place.scheme == ESTUDIO:
        return mother.invited != UNINVITED
    if place.scheme == EMPRESA:
        return firm != NOBODY and world.firms[firm].centre == centre
    if place.scheme == CAMPO and (firm == NOBODY or world.firms[firm].sector != AGROPECUARIO):
        return False
    if insured:
        return True
    access = world.access[0]
    return access.uninsured == 1 and (place.scheme != GUARDERIA or access.guarderias == 1)


@rule
def detour_to(mother, household, world, centre, firm, kind):
    """Return km out of the way by the centre, or -1 if its hours do not fit the shift.

    She must be let in, reach her work on time, and be back before the centre closes. Informal work
    is near home and has hours of its own, which fit the day turn.
    """
    p = world.parameters[0]
    place = world.centres[centre]
    if firm == NOBODY:
        return world.distance[household.zone, place.zone]
    employer = world.firms[firm]
    starts, ends = employer.day_start, employer.day_end
    opens, closes = place.opens, place.closes
    if kind == MAQUILA_EVENING:
        starts, ends = employer.evening_start, employer.evening_end
        opens, closes = place.evening_opens, place.evening_closes
    to_work = world.distance[place.zone, employer.zone]
    minutes = minutes_of(to_work, household, p) + p.handover_minutes
    if opens + minutes > starts or ends + minutes > closes:
        return -1.0
    direct = world.distance[household.zone, employer.zone]
    return max(0.0, world.distance[household.zone, place.zone] + to_work - direct)


@rule
def nearest_centres(mother, children, household, world, kind, firm, insured):
    """Return the centres least out of the way that let her in and whose hours fit.

    Looks among the centres nearest to her home, nearest to the firm, and the firm's own.

    Returns
    -------
    free, free_detour, nearest, nearest_detour
        The centre with a place, at the month's start, for every child, and the nearest of all,
        NOBODY if there is none; and the km out of the way by each.
    """
    free = nearest = NOBODY
    free_detour = nearest_detour = 1.0e9
    reach = world.near.shape[1]
    for k in range(2 * reach + 1):
        if k < reach:
            centre = int(world.near[household.zone, k])
        elif firm == NOBODY:
            break
        elif k < 2 * reach:
            centre = int(world.near[world.firms[firm].zone, k - reach])
        else:
            centre = int(world.firms[firm].centre)
        if centre == NOBODY or not may_enter(mother, world, centre, firm, insured):
            continue
        detour = detour_to(mother, household, world, centre, firm, kind)
        if detour < 0.0:
            continue
        if detour < nearest_detour:
            nearest, nearest_detour = centre, detour
        if detour < free_detour and has_room(children, world, centre, turn_of(kind)):
            free, free_detour = centre, detour
    return free, free_detour, nearest, nearest_detour


@rule
def has_room(children, world, centre, turn):
    """Return True if the centre had, at the month's start, a free place for every child."""
    month = world.now[0].month
    for k in range(CHILD_SLOTS):
        child = children[k]
        if child.birth == NEVER:
            continue
        if child.centre == centre and turn_of_room(child.room) == turn:
            continue
        age = month - child.birth
        if CARE_FROM <= age < CARE_AGE and world.free[centre, room_for(age, turn)] <= 0:
            return False
    return True


# Taste shocks


@rule
def shocks_of(mother, world, purpose):
    """Return a woman's draws for kinds of work or ways of care (redrawn when she reconsiders)."""
    now = world.now[0]
    of_her = now.seed, now.replicate, mother.number, mother.shocks, purpose
    return uniforms(*of_her, 0) + uniforms(*of_her, 1)


@rule
def taste(shocks, world, option):
    """Return the extreme-value shock of a kind of work or way of care, of those of a woman."""
    return world.parameters[0].shock_spread * quantile(world.gumbel, shocks[option])
