"""The core month in plain Mesa: one agent object a woman, one a firm, one a centre."""

import math
from types import SimpleNamespace
from typing import Any

import mesa
import numpy as np

from experiments.benchmark.science import (
    CARE_AGE,
    CENTRE,
    CORESIDENT,
    COUNTERS,
    DAY_SHIFT,
    EVENING_SHIFT,
    EXPOSURE,
    FULL_TIME,
    GIRL,
    GRANDMOTHER,
    HEARD,
    HOME,
    INFORMAL_FULL,
    INFORMAL_PART,
    LEAST_INCOME,
    MAQUILA_DAY,
    MAQUILA_EVENING,
    NEARBY,
    NEVER,
    NO_GRANDMOTHER,
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


class Firm(mesa.Agent):
    """A firm: posts, staff and an offer; who applies this month."""

    maquila: int
    zone: int
    posts: int
    staff: int
    vacancies: int
    offer: float

    def __init__(self, model: "MesaPolo", **attributes: Any) -> None:
        super().__init__(model)
        self.__dict__.update(attributes)
        self.applicants: list[Woman] = []

    def hire(self) -> None:
        """Hire applicants by lot while there are vacancies."""
        if not self.applicants:
            return
        self.model.random.shuffle(self.applicants)
        for woman in self.applicants[: self.vacancies]:
            woman.start_job(self)
        self.applicants = []

    def review(self) -> None:
        """Count vacancies and set the offer."""
        p = self.model.p
        self.vacancies = max(0, self.posts - self.staff)
        if self.vacancies > p.wage_vacancy_rate * self.posts:
            self.offer = min(self.offer + p.wage_step, 1 + p.wage_range)
        else:
            self.offer = max(self.offer - p.wage_step, 1.0)


class Centre(mesa.Agent):
    """A centre: a zone, free places and a queue."""

    def __init__(self, model: "MesaPolo", zone: int, places: int) -> None:
        super().__init__(model)
        self.zone, self.free, self.shown_free = zone, places, places

    def admit(self, queue: list["Woman"]) -> None:
        """Give places by the month asked, then by lot."""
        self.model.random.shuffle(queue)
        queue.sort(key=lambda woman: woman.asked)
        for woman in queue[: self.free]:
            self.free -= 1
            woman.enter(self)


Option = tuple[float, int, Firm | None, int, Centre | None, int]
"""Utility, kind of work, firm, way of care, centre, and the best way without a centre."""


class Woman(mesa.Agent):
    """A woman of 15 to 49, her household, work and care; attributes as in `science.start`."""

    zone: int
    birth: int
    schooling: int
    potential: int
    partner: int
    partner_shift: int
    partner_pay: int
    other_income: int
    persons: int
    grandmother: int
    grandmother_hours: int
    kin: int
    sibling: int
    car: int
    disagrees: int
    taste_work: float
    taste_informal: float
    trust_public: float
    trust_private: float
    child_birth: int
    entry: int
    asked: int
    kind: int
    seeks: int
    care: int
    firm: Firm | None
    tenure: int
    prompted: bool

    def __init__(self, model: "MesaPolo", **attributes: Any) -> None:
        super().__init__(model)
        self.__dict__.update(attributes)
        self.centre: Centre | None = None
        self.wants_centre: Centre | None = None

    def step(self) -> None:
        """Live a month: family, choice, work, leaving."""
        model = self.model
        self.time_passes()
        if self.prompted or model.random.random() < model.p.reconsiders:
            self.prompted = False
            model.counts["chose"] += 1
            self.choose()
        elif self.seeks != HOME:
            self.apply(self.vacancy(self.seeks))
        self.age_of_child = model.month_number - self.child_birth
        self.record()
        if self.kind != HOME:
            unexcused = self.work()
            if self.kind >= MAQUILA_DAY:
                self.may_leave(unexcused)
        if self.wants_centre is not None:
            model.asking.append(self)

    # Family

    def time_passes(self) -> None:
        """Age; a birth, a union, a child who turns four; at 50 a girl takes her place."""
        model, p = self.model, self.model.p
        month = model.month_number
        if month - self.birth >= OLDEST:
            self.lose_job()
            self.birth, self.child_birth, self.partner = month - GIRL, NEVER, 0
            return
        if self.kind != HOME:
            self.tenure += 1
        years = (month - self.birth) // 12
        age = month - self.child_birth
        birth = union = 0.0
        if age >= p.birth_spacing:
            birth = model.fertility[years - 15]
            birth *= p.fertility_in_union if self.partner else p.fertility_alone
        if self.partner:
            union = p.union_ends
        elif 18 <= years < 45:
            union = p.union_forms
        u = model.random.random()
        if u < birth:
            self.child_birth = month
            self.persons = min(self.persons + 1, 9)
            model.counts["births"] += 1
        elif u < birth + union:
            self.partner = 1 - self.partner
        if u < birth or age == CARE_AGE:
            self.leave_place()
            self.set_care(OWN)
        if u < birth + union or age == CARE_AGE:
            self.prompted = True

    def set_care(self, care: int) -> None:
        """Set the way of care; group care keeps the month in which it began."""
        self.care = care
        if care < PRIVATE:
            self.entry = NEVER
        elif self.entry == NEVER:
            self.entry = self.model.month_number

    def leave_place(self) -> None:
        """Give up a place that is held or asked for."""
        if self.centre is not None:
            self.centre.free += 1
            self.centre = None
        self.wants_centre, self.asked = None, NEVER

    def leave_firm(self) -> None:
        """Leave the firm's staff."""
        if self.firm is not None:
            self.firm.staff -= 1
            self.firm = None

    def lose_job(self) -> None:
        """Be at home without a job or place from now on, and choose again."""
        self.leave_firm()
        self.leave_place()
        self.kind = self.seeks = HOME
        self.tenure = 0
        self.set_care(OWN)
        self.prompted = True

    def enter(self, centre: Centre) -> None:
        """Take a place."""
        self.centre, self.wants_centre, self.asked = centre, None, NEVER
        self.set_care(CENTRE)

    # Choice

    def vacancy(self, kind: int) -> Firm | None:
        """Return the nearest of two firms heard of that has a vacancy."""
        model = self.model
        heard_of = model.heard_of[kind < OTHER_DAY]
        distance = model.distance[self.zone]
        best: Firm | None = None
        for _ in range(2):
            firm = heard_of[int(model.random.random() * HEARD)]
            if firm.vacancies <= 0 or firm is self.firm:
                continue
            if best is None or distance[firm.zone] < distance[best.zone]:
                best = firm
        return best

    def apply(self, firm: Firm | None) -> None:
        """Apply to a firm."""
        if firm is not None:
            self.model.applications.append((self, firm))

    def choose(self) -> None:
        """Compare every kind of work with every way of care, and act on the best."""
        model = self.model
        self.age_of_child = model.month_number - self.child_birth
        young = self.age_of_child < CARE_AGE
        self.size = math.sqrt(self.persons + self.partner)
        self.income = self.other_income + self.partner * self.partner_pay
        if young:
            self.care_shocks = [model.shock() for _ in range(WORKPLACE, CENTRE + 1)]
        best: Option = (-math.inf, HOME, None, OWN, None, OWN)
        present_other = PRIVATE
        for kind in range(HOME, OTHER_DAY + 1):
            firm = None
            if kind >= MAQUILA_DAY:
                firm = self.firm if kind == self.kind else self.vacancy(kind)
                if firm is None:
                    continue
            value = self.value_of_work(kind, firm) + model.shock()
            care = other = OWN
            centre = None
            if young and kind != HOME:
                worth, other = self.best_other_care(kind)
                care = other
                if kind == self.kind:
                    present_other = other
                if firm is not None:
                    in_centre, centre = self.best_place(kind, firm)
                    if centre is not None and in_centre > worth:
                        worth, care = in_centre, CENTRE
                value += worth
            if value > best[0]:
                best = (value, kind, firm, care, centre, other)
        self.act(*best[1:], present_other, young)

    def act(
        self, kind: int, firm: Firm | None, care: int, centre: Centre | None, other: int,
        present_other: int, young: bool,
    ) -> None:  # fmt: skip
        """Turn the choice into a kind of work now, an application, or a request for a place."""
        if kind >= MAQUILA_DAY and kind != self.kind:
            self.seeks = kind
            self.apply(firm)
            if young and self.kind != HOME and self.centre is None:
                self.set_care(present_other)
            return
        self.seeks = HOME
        if kind != self.kind:
            self.leave_firm()
            if HOME in (kind, self.kind):
                self.tenure = 0
            self.kind = kind
        if care != CENTRE:
            self.leave_place()
            self.set_care(care)
        elif self.centre is None:
            self.set_care(other)
            self.wants_centre = centre
            if self.asked == NEVER:
                self.asked = self.model.month_number

    def root(self, pesos: float) -> float:
        """Return the square root of thousands of MXN a month per equivalent adult."""
        return math.sqrt(max(pesos, LEAST_INCOME) / (1000 * self.size))

    def value_of_work(self, kind: int, firm: Firm | None) -> float:
        """Return the utility of a kind of work before care and shocks."""
        model, p = self.model, self.model.p
        inertia = p.job_inertia if kind == self.kind else 0.0
        if kind == HOME:
            return p.income_taste * self.root(self.income) + inertia
        full = model.hours[kind]
        if firm is None:
            kilometres = p.informal_commute
            pay = self.potential * p.informal_pay * full
        else:
            kilometres = model.distance[self.zone][firm.zone]
            pay = self.potential * firm.offer
            if kind == MAQUILA_EVENING:
                pay *= 1 + p.evening_premium
            pay = max(pay, p.minimum_wage) * (1 - p.payroll_deduction)
        value = p.income_taste * self.root(self.income + pay - p.travel_cost * kilometres) + inertia
        years = (model.month_number - self.birth) // 12
        cost = model.work_cost[min(max(years // 10 - 1, 0), 3)] - self.taste_work
        value -= full * (cost + model.time_away(self.age_of_child) + p.partner_norm * self.partner)
        value -= p.commute_cost * 2 * kilometres / (p.speed_car if self.car else p.speed_bus)
        if self.kind == HOME:
            value -= p.entry_cost
        if firm is None:
            value += self.taste_informal - p.informal_cost
            return value - p.part_time_cost if kind == INFORMAL_PART else value
        if not self.partner:
            value += p.insurance_value
        if kind == OTHER_DAY:
            value -= p.other_schooling_cost if self.schooling < 2 else 0.0
        elif self.schooling >= 2:
            value -= p.maquila_schooling_cost * (self.schooling - 1)
        if kind == MAQUILA_EVENING:
            value -= p.evening_cost
        return value if kind == self.kind else value - p.search_cost

    def ways_of_care(self, kind: int) -> list[tuple[int, float, float]]:
        """Return the ways that need no centre: way, utility without money, and MXN a month."""
        p, full = self.model.p, self.model.hours[kind]
        evening = kind == MAQUILA_EVENING
        ways = []
        if kind < MAQUILA_DAY:
            lost = p.workplace_pay_loss * self.potential * p.informal_pay * full
            ways.append((WORKPLACE, -full * p.workplace_cost, lost))
        if self.grandmother != NO_GRANDMOTHER:
            value = -p.grandmother_gap * max(0.0, full - self.grandmother_hours / FULL_TIME)
            value -= p.grandmother_nearby_cost if self.grandmother == NEARBY else 0.0
            ways.append((GRANDMOTHER, value, 0.0))
        if self.kin:
            ways.append((RELATIVE, -p.relative_cost, p.relative_price * full))
        if self.partner and self.partner_shift != (EVENING_SHIFT if evening else DAY_SHIFT):
            ways.append((PARTNER, -p.partner_care_cost * full, 0.0))
        if self.sibling:
            ways.append((SIBLING, -p.sibling_cost * full, 0.0))
        if not evening:
            value = self.trust_private - p.private_distrust - self.reluctance()
            ways.append((PRIVATE, value, p.private_price * full))
        return ways

    def best_other_care(self, kind: int) -> tuple[float, int]:
        """Return the utility and the way of the best care that needs no place in a centre."""
        p = self.model.p
        money = self.income + p.minimum_wage
        best, best_care = -math.inf, PRIVATE
        for care, utility, pesos in self.ways_of_care(kind):
            value = utility + self.care_shocks[care - WORKPLACE]
            if pesos > 0:
                value -= p.income_taste * (self.root(money) - self.root(money - pesos))
            if kind == self.kind and care == self.care:
                value += p.care_inertia
            if value > best:
                best, best_care = value, care
        return best, best_care

    def reluctance(self) -> float:
        """Return the cost (utils) of group care."""
        p = self.model.p
        infant = p.group_care_infant if self.age_of_child < 12 else 0.0
        return p.disagree_cost * self.disagrees + infant

    def best_place(self, kind: int, firm: Firm) -> tuple[float, Centre | None]:
        """Return the centre that she would use or wait for, and its utility."""
        p = self.model.p
        value = p.public_trust + self.trust_public - self.reluctance()
        value += self.care_shocks[CENTRE - WORKPLACE]
        near = self.model.near[self.zone]
        if self.centre is not None:
            value += p.care_inertia if kind == self.kind else 0.0
            options = [self.centre]
        else:
            options = [centre for centre in near if centre.shown_free > 0]
            if not options and kind == self.kind:
                options = near[:1]
        if not options:
            return value, None
        detour, best = min(
            ((self.detour(centre, firm), centre) for centre in options), key=lambda pair: pair[0]
        )
        return value - p.detour_cost * detour, best

    def detour(self, centre: Centre, firm: Firm) -> float:
        """Return km out of the way to the firm by the centre."""
        distance = self.model.distance
        home = distance[self.zone]
        by_centre = home[centre.zone] + distance[centre.zone][firm.zone]
        return max(0.0, by_centre - home[firm.zone])

    # Work

    def record(self) -> None:
        """Count her as she is this month."""
        counts = self.model.counts
        active = self.kind != HOME or self.seeks != HOME
        if self.age_of_child < CARE_AGE:
            counts["mothers"] += 1
            counts["active_mothers"] += active
            counts["places_used"] += self.centre is not None
        if self.kind >= MAQUILA_DAY:
            counts["formal"] += 1
        elif self.kind != HOME:
            counts["informal"] += 1
        elif active:
            counts["searching"] += 1

    def work(self) -> float:
        """Count the days lost, by cause; return the unexcused."""
        p, counts, uniform = self.model.p, self.model.counts, self.model.random.random
        counts["scheduled"] += WORKDAYS
        left = WORKDAYS
        own = days(uniform(), p.own_illness * EXPOSURE, p.own_illness_longest)
        left -= own
        child = care = other = 0
        if self.age_of_child < SCHOOL_AGE:
            child = min(left, self.days_with_sick_child())
            left -= child
        if self.age_of_child < CARE_AGE:
            care = min(left, days(uniform(), self.carer_fails(), p.breakdown_longest))
            left -= care
        rate = p.slack * WORKDAYS * (p.slack_new if self.tenure < p.slack_new_months else 1)
        u = uniform()
        if u < rate:
            other = min(left, 2 if u < rate * rate / 2 else 1)
        counts["lost_own"] += own
        counts["lost_child"] += child
        counts["lost_care"] += care
        counts["lost_other"] += other
        return care + other + p.unexcused_sick_child * child

    def days_with_sick_child(self) -> int:
        """Return the days that she stays at home with a sick child."""
        model, p = self.model, self.model.p
        ill = p.child_illness * EXPOSURE * (p.illness_infant if self.age_of_child < 24 else 1)
        if self.age_of_child < CARE_AGE and self.entry != NEVER:
            fading = max(0.0, 1 - (model.month_number - self.entry) / p.illness_fades)
            ill *= 1 + (p.illness_entry - 1) * fading
        sick = days(model.random.random(), ill, p.child_illness_longest)
        return sick if sick and model.random.random() < self.share_of_stays() else 0

    def share_of_stays(self) -> float:
        """Return the probability that it is she who stays with a sick child."""
        p = self.model.p
        if self.care == WORKPLACE:
            return p.stays_workplace
        share = p.stays_carer if GRANDMOTHER <= self.care <= SIBLING else 1.0
        if self.grandmother == CORESIDENT:
            share *= p.stays_grandmother
        elif self.grandmother == NEARBY:
            share *= p.stays_grandmother_nearby
        if self.partner:
            at_home = self.partner_shift == NOT_WORKING
            share *= p.stays_partner_home if at_home else p.stays_partner
        return share

    def carer_fails(self) -> float:
        """Return the probability that who cares for the child cannot."""
        p = self.model.p
        fails = self.model.breakdown[self.care] * EXPOSURE
        grandmother = self.grandmother == CORESIDENT and self.care != GRANDMOTHER
        at_home = self.partner and self.partner_shift == NOT_WORKING and self.care != PARTNER
        return fails * p.breakdown_with_help if grandmother or at_home else fails

    def may_leave(self, unexcused: float) -> None:
        """Quit or be dismissed from a formal job."""
        model, p = self.model, self.model.p
        model.counts["exposed"] += 1
        hazard = p.quits_other if self.kind == OTHER_DAY else p.quits_maquila
        if self.tenure < 3:
            hazard *= p.quits_first_quarter
        elif self.tenure < 12:
            hazard *= p.quits_first_year
        elif self.tenure >= 36:
            hazard *= p.quits_after_three_years
        assert self.firm is not None
        kilometres = model.distance[self.zone][self.firm.zone]
        quits = hazard * (1 + p.quits_per_kilometre * kilometres)
        dismissed = p.dismissal if unexcused > UNEXCUSED_ALLOWED else 0.0
        u = model.random.random()
        if u < quits + (1 - quits) * dismissed:
            model.counts["quits" if u < quits else "dismissals"] += 1
            self.lose_job()

    def start_job(self, firm: Firm) -> None:
        """Be hired."""
        firm.staff += 1
        self.leave_firm()
        self.firm, self.kind, self.seeks, self.tenure = firm, self.seeks, HOME, 0
        self.prompted = True
        if self.care <= WORKPLACE:
            self.set_care(PRIVATE)


def days(u: float, probability: float, longest: float) -> int:
    """Return whole days from 1 to `longest` if `u` is below the probability, else 0."""
    return 1 + int(u / probability * longest) if u < probability else 0


class MesaPolo(mesa.Model):
    """The core month, agent by agent."""

    def __init__(self, start: Start, seed: int) -> None:
        super().__init__(rng=seed)
        self.p = p = SimpleNamespace(**start.p)
        self.month_number = 0
        self.distance = start.distance.tolist()
        self.fertility = start.fertility.tolist()
        self.work_cost = [
            p.work_cost_15_19, p.work_cost_20_29, p.work_cost_30_39, p.work_cost_40_49
        ]  # fmt: skip
        hours = {INFORMAL_PART: p.hours_part, INFORMAL_FULL: p.hours_informal}
        self.hours = [hours.get(kind, p.hours_formal) / FULL_TIME for kind in range(OTHER_DAY + 1)]
        self.breakdown = [
            0.0, 0.0, p.breakdown_grandmother, p.breakdown_relative, p.breakdown_partner,
            p.breakdown_sibling, p.breakdown_private, p.breakdown_centre,
        ]  # fmt: skip
        firms = [Firm(self, **row) for row in _records(start.firms)]
        zones = zip(start.centre_zone.tolist(), start.places.tolist(), strict=True)
        centres = [Centre(self, zone, places) for zone, places in zones]
        self.near = [[centres[c] for c in row] for row in start.near.tolist()]
        self.heard_of = [[firms[f] for f in row] for row in start.heard_of.tolist()]
        for row in _records(start.women):
            firm = row["firm"]
            row |= {"firm": firms[firm] if firm >= 0 else None, "prompted": False}
            Woman(self, **row)
        # Sets kept: nobody is born or dies, and `agents_by_type` is looked up only once
        self.women = self.agents_by_type[Woman]
        self.firms = self.agents_by_type[Firm]
        self.centres = centres

    def shock(self) -> float:
        """Return an extreme-value shock."""
        return -self.p.shock_spread * math.log(-math.log(1.0 - self.random.random()))

    def time_away(self, age: int) -> float:
        """Return the cost (utils) of full-time hours away from the child."""
        p = self.p
        if age < 12:
            return p.time_away_0
        if age < 36:
            return p.time_away_1_2
        if age < SCHOOL_AGE:
            return p.time_away_3_5
        return p.time_away_6_11 if age < 144 else 0.0

    def step(self) -> None:
        """Live a month."""
        self.counts = dict.fromkeys(COUNTERS, 0)
        self.asking: list[Woman] = []
        self.applications: list[tuple[Woman, Firm]] = []
        self.women.do("step")
        self.give_places()
        self.fill_posts()
        self.firms.do("review")
        self.month_number += 1

    def give_places(self) -> None:
        """Let the queue of each centre have its free places."""
        queues: dict[Centre, list[Woman]] = {}
        for woman in self.asking:
            if woman.wants_centre is not None:
                queues.setdefault(woman.wants_centre, []).append(woman)
        for centre, queue in queues.items():
            centre.admit(queue)
        for centre in self.centres:
            centre.shown_free = centre.free

    def fill_posts(self) -> None:
        """Let firms hire among who applied and still seeks."""
        for woman, firm in self.applications:
            if woman.seeks != HOME:
                firm.applicants.append(woman)
        self.firms.do("hire")

    def month(self) -> Column:
        """Live a month; return the declared counts."""
        self.step()
        return np.array([self.counts[name] for name in COUNTERS], np.int64)


def _records(columns: dict[str, Column]) -> list[dict[str, Any]]:
    """Return a dict of Python numbers for each row."""
    names = list(columns)
    rows = zip(*(columns[name].tolist() for name in names), strict=True)
    return [dict(zip(names, row, strict=True)) for row in rows]
