"""The core month in vectorised NumPy: a column for each attribute, only who may change is touched.

Rare events are drawn for all and weighed only for who lies below the highest probability there is.
"""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

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
    INFORMAL_PART,
    LEAST_INCOME,
    MAQUILA_DAY,
    MAQUILA_EVENING,
    NEARBY,
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

F4 = np.float32
LOST = ("lost_own", "lost_child", "lost_care", "lost_other")


class NumpyPolo:
    """The core month over columns; a draw is the next of a stream, for who needs one."""

    def __init__(self, start: Start, seed: int) -> None:
        self.rng = np.random.Generator(np.random.SFC64(seed))
        self.size, self.month_number = start.size, 0
        self.p = p = SimpleNamespace(**start.p)
        self.w = SimpleNamespace(**{name: column.copy() for name, column in start.women.items()})
        self.f = SimpleNamespace(**{name: column.copy() for name, column in start.firms.items()})
        self.distance, self.near, self.heard_of = start.distance, start.near, start.heard_of
        self.centre_zone = start.centre_zone
        self.free = start.places.copy()  # as seen at the month's start
        self.freed = np.zeros_like(self.free)
        self.firm_left = np.zeros_like(start.firms["staff"])
        self.fertility = start.fertility.astype(F4)
        full = [p.hours_part, p.hours_informal, *[p.hours_formal] * 3]
        self.hours = np.array([0.0, *full], F4) / F4(FULL_TIME)
        self.breakdown = np.array(
            [0.0, 0.0, p.breakdown_grandmother, p.breakdown_relative, p.breakdown_partner,
             p.breakdown_sibling, p.breakdown_private, p.breakdown_centre], F4,
        )  # fmt: skip
        self.highest_change = float(self.fertility.max()) * max(
            p.fertility_in_union, p.fertility_alone
        ) + max(p.union_forms, p.union_ends)
        far = 1 + p.quits_per_kilometre * float(start.distance.max())
        self.highest_quits = max(p.quits_maquila, p.quits_other) * p.quits_first_quarter * far

    def month(self) -> Column:
        """Live a month; return the declared counts."""
        self.counts: dict[str, Any] = dict.fromkeys(COUNTERS, 0)
        self.w.wants_firm = np.full(self.size, NOBODY, np.int32)
        self.family()
        again = self.w.prompted.astype(bool)
        again |= self.rng.random(self.size, F4) < self.p.reconsiders
        chooses = np.flatnonzero(again)
        self.counts["chose"] = chooses.size
        self.w.prompted[:] = 0
        seeking = np.flatnonzero((self.w.seeks != HOME) & ~again)
        self.choose(chooses)
        seeks, zone, own = (column[seeking] for column in (self.w.seeks, self.w.zone, self.w.firm))
        self.w.wants_firm[seeking] = self.vacancy(seeking, seeks, zone, own)
        formal, unexcused = self.work()
        self.leave(formal, unexcused)
        self.settle()
        self.give_places()
        self.fill_posts()
        self.review()
        self.month_number += 1
        return np.array([self.counts[name] for name in COUNTERS], np.int64)

    # Draws

    def uniform(self, who: Column) -> Column:
        """Return a uniform draw for each of some women."""
        return self.rng.random(who.size, F4)

    def hearing(self, who: Column) -> Column:
        """Return two places of `heard_of` for each of some women, shape (2, women)."""
        return self.rng.integers(HEARD, size=(2, who.size), dtype=np.int32)

    def exponentials(self, options: int, who: Column) -> Column:
        """Return an exponential draw for each option and each of some women."""
        return self.rng.standard_exponential((options, who.size), F4)

    # Family

    def family(self) -> None:
        """Age; births, unions, children who turn four; at 50 a girl takes a woman's place."""
        w, p, month = self.w, self.p, self.month_number
        old = np.flatnonzero(w.birth <= month - OLDEST)
        w.tenure += w.kind != HOME
        fourth = np.flatnonzero(w.child_birth == month - CARE_AGE)
        u = self.rng.random(self.size, F4)
        u[old] = 1.0
        who = np.flatnonzero(u < self.highest_change)
        u = u[who]
        years = (month - w.birth[who]) // 12
        partner = w.partner[who] == 1
        birth = self.fertility[years - 15] * np.where(
            partner, F4(p.fertility_in_union), F4(p.fertility_alone)
        )
        birth[month - w.child_birth[who] < p.birth_spacing] = 0.0
        union = np.where(partner, p.union_ends, p.union_forms)
        union[~partner & ((years < 18) | (years >= 45))] = 0.0
        mothers = who[u < birth]
        changes = who[(u >= birth) & (u < birth + union)]
        w.child_birth[mothers] = month
        w.persons[mothers] = np.minimum(w.persons[mothers] + 1, 9)
        self.counts["births"] = mothers.size
        w.partner[changes] ^= 1
        for group in (mothers, np.setdiff1d(fourth, old)):
            self.leave_places(group)
            self.set_care(group, OWN)
            w.prompted[group] = 1
        w.prompted[changes] = 1
        self.lose_jobs(old)
        w.birth[old], w.child_birth[old], w.partner[old] = month - GIRL, NEVER, 0

    def set_care(self, who: Column, care: Column | int) -> None:
        """Set the way of care; group care keeps the month in which it began."""
        entry = self.w.entry[who]
        self.w.care[who] = care
        began = np.where(entry == NEVER, self.month_number, entry)
        self.w.entry[who] = np.where(np.asarray(care) >= PRIVATE, began, NEVER)

    def leave_places(self, who: Column) -> None:
        """Give up places that are held or asked for."""
        centre = self.w.centre[who]
        np.add.at(self.freed, centre[centre != NOBODY], 1)
        self.w.centre[who] = self.w.wants_centre[who] = NOBODY
        self.w.asked[who] = NEVER

    def leave_firms(self, who: Column) -> None:
        """Leave the firms' staff."""
        firm = self.w.firm[who]
        np.add.at(self.firm_left, firm[firm != NOBODY], 1)
        self.w.firm[who] = NOBODY

    def lose_jobs(self, who: Column) -> None:
        """Be at home without a job or place from now on, and choose again."""
        w = self.w
        self.leave_firms(who)
        self.leave_places(who)
        w.kind[who] = w.seeks[who] = HOME
        w.wants_firm[who] = NOBODY
        w.tenure[who] = 0
        self.set_care(who, OWN)
        w.prompted[who] = 1

    # Choice

    def vacancy(self, who: Column, kind: Column | int, zone: Column, own: Column) -> Column:
        """Return the nearest of two firms heard of that has a vacancy, or NOBODY."""
        part = np.broadcast_to(np.less(kind, OTHER_DAY), zone.shape).astype(np.intp)
        heard = self.heard_of[part, self.hearing(who)]
        away = self.distance[zone, self.f.zone[heard]]
        away[(self.f.vacancies[heard] <= 0) | (heard == own)] = np.inf
        first, second = away
        firm = np.where(second < first, heard[1], heard[0])
        return np.where(np.isinf(np.minimum(first, second)), NOBODY, firm)

    def shocks(self, options: int, who: Column) -> Column:
        """Return extreme-value shocks."""
        # A draw of exactly 0 has no logarithm
        exponential = np.maximum(self.exponentials(options, who), F4(1e-30))
        return -np.log(exponential) * F4(self.p.shock_spread)

    def root(self, pesos: Column, size: Column) -> Column:
        """Return the square root of thousands of MXN a month per equivalent adult."""
        return np.sqrt(np.maximum(pesos, F4(LEAST_INCOME)) / (F4(1000) * size))

    def choose(self, who: Column) -> None:
        """Compare every kind of work with every way of care, and act on the best."""
        c = SimpleNamespace(**{name: column[who] for name, column in vars(self.w).items()})
        c.age = self.month_number - c.child_birth
        c.size = np.sqrt(c.persons + c.partner, dtype=F4)
        c.income = (c.other_income + c.partner * c.partner_pay).astype(F4)
        firms = np.full((6, who.size), NOBODY, np.int32)
        for kind in range(MAQUILA_DAY, OTHER_DAY + 1):
            heard = self.vacancy(who, kind, c.zone, c.firm)
            firms[kind] = np.where(c.kind == kind, c.firm, heard)
        value = self.value_of_work(c, firms) + self.shocks(6, who)
        care, other = np.full((2, 6, who.size), OWN, np.int8)
        centre = np.full((6, who.size), NOBODY, np.int16)
        young = np.flatnonzero(c.age < CARE_AGE)
        y = SimpleNamespace(**{name: column[young] for name, column in vars(c).items()})
        worth, care[1:, young], other[1:, young], centre[1:, young] = self.best_care(
            y, firms[:, young], self.shocks(CENTRE, who[young])
        )
        value[1:, young] += worth
        value[MAQUILA_DAY:][firms[MAQUILA_DAY:] == NOBODY] = -np.inf
        best, everyone = value.argmax(axis=0), np.arange(who.size)
        at_best = (best, everyone)
        self.act(
            who, best, firms[at_best], care[at_best], centre[at_best], other[at_best],
            np.where(c.age < CARE_AGE, other[c.kind, everyone], NOBODY),
        )  # fmt: skip

    def value_of_work(self, c: SimpleNamespace, firms: Column) -> Column:
        """Return the utility of each kind of work before care and shocks, shape (6, women)."""
        p = self.p
        kilometres = np.full(firms.shape, p.informal_commute, F4)
        kilometres[MAQUILA_DAY:] = self.distance[c.zone, self.f.zone[firms[MAQUILA_DAY:]]]
        pay = np.zeros(firms.shape, F4)
        pay[1:MAQUILA_DAY] = c.potential * (F4(p.informal_pay) * self.hours[1:MAQUILA_DAY, None])
        pay[MAQUILA_DAY:] = c.potential * self.f.offer[firms[MAQUILA_DAY:]]
        pay[MAQUILA_EVENING] *= 1 + p.evening_premium
        pay[MAQUILA_DAY:] = np.maximum(pay[MAQUILA_DAY:], p.minimum_wage)
        pay[MAQUILA_DAY:] *= 1 - p.payroll_deduction
        net = pay - F4(p.travel_cost) * kilometres
        net[HOME] = 0.0
        value = F4(p.income_taste) * self.root(c.income + net, c.size)
        years = (self.month_number - c.birth) // 12
        cost = np.select(
            [years < 20, years < 30, years < 40],
            [p.work_cost_15_19, p.work_cost_20_29, p.work_cost_30_39], p.work_cost_40_49,
        )  # fmt: skip
        cost += np.select(
            [c.age < 12, c.age < 36, c.age < SCHOOL_AGE, c.age < 144],
            [p.time_away_0, p.time_away_1_2, p.time_away_3_5, p.time_away_6_11], 0.0,
        )  # fmt: skip
        cost += p.partner_norm * c.partner - c.taste_work
        value -= self.hours[:, None] * cost.astype(F4)
        speed = np.where(c.car == 1, F4(p.speed_car), F4(p.speed_bus))
        value[1:] -= F4(2 * p.commute_cost) * kilometres[1:] / speed
        value[c.kind, np.arange(c.kind.size)] += F4(p.job_inertia)
        value[1:] -= F4(p.entry_cost) * (c.kind == HOME)
        value[1:MAQUILA_DAY] += c.taste_informal - F4(p.informal_cost)
        value[INFORMAL_PART] -= F4(p.part_time_cost)
        value[MAQUILA_DAY:] += F4(p.insurance_value) * (c.partner == 0)
        value[MAQUILA_DAY:] -= F4(p.search_cost) * (
            c.kind != np.arange(MAQUILA_DAY, OTHER_DAY + 1)[:, None]
        )
        too_schooled = F4(p.maquila_schooling_cost) * np.maximum(0, c.schooling - 1)
        value[MAQUILA_DAY : MAQUILA_EVENING + 1] -= too_schooled
        value[MAQUILA_EVENING] -= F4(p.evening_cost)
        value[OTHER_DAY] -= F4(p.other_schooling_cost) * (c.schooling < 2)
        return value

    def best_care(
        self, y: SimpleNamespace, firms: Column, shocks: Column
    ) -> tuple[Column, Column, Column, Column]:
        """Return utility, way, best other way and centre, each of shape (kinds but HOME, women)."""
        p = self.p
        everyone = np.arange(y.zone.size)
        shape = (5, y.zone.size)
        worth = np.empty(shape, F4)
        care, other = np.empty((2, *shape), np.int8)
        centre = np.full(shape, NOBODY, np.int16)
        reluctance = p.disagree_cost * y.disagrees + p.group_care_infant * (y.age < 12)
        money = y.income + F4(p.minimum_wage)
        now = self.root(money, y.size)
        ways = np.empty((PRIVATE, y.zone.size), F4)
        for kind in range(INFORMAL_PART, OTHER_DAY + 1):
            full, evening = self.hours[kind], kind == MAQUILA_EVENING
            prices = full * np.array([[p.relative_price], [p.private_price]], F4)
            paid = F4(p.income_taste) * (now - self.root(money - prices, y.size))
            ways[:] = -np.inf
            if kind < MAQUILA_DAY:
                lost = y.potential * F4(p.workplace_pay_loss * p.informal_pay * full)
                cost = p.income_taste * (now - self.root(money - lost, y.size))
                ways[WORKPLACE - 1] = -full * p.workplace_cost - cost
            gap = np.maximum(0, full - y.grandmother_hours / F4(FULL_TIME))
            helps = -p.grandmother_gap * gap - p.grandmother_nearby_cost * (y.grandmother == NEARBY)
            ways[GRANDMOTHER - 1] = np.where(y.grandmother != NO_GRANDMOTHER, helps, -np.inf)
            ways[RELATIVE - 1] = np.where(y.kin == 1, -p.relative_cost - paid[0], -np.inf)
            free = y.partner_shift != (EVENING_SHIFT if evening else DAY_SHIFT)
            free &= y.partner == 1
            ways[PARTNER - 1] = np.where(free, -p.partner_care_cost * full, -np.inf)
            ways[SIBLING - 1] = np.where(y.sibling == 1, -p.sibling_cost * full, -np.inf)
            if not evening:
                ways[PRIVATE - 1] = y.trust_private - p.private_distrust - reluctance - paid[1]
            ways += shocks[:PRIVATE]
            same = np.flatnonzero((y.kind == kind) & (y.care > OWN) & (y.care < CENTRE))
            ways[y.care[same] - 1, same] += F4(p.care_inertia)
            best = ways.argmax(axis=0)
            row = kind - 1
            worth[row] = ways[best, everyone]
            other[row] = np.where(np.isinf(worth[row]), PRIVATE, best + 1)
            care[row] = other[row]
            if kind >= MAQUILA_DAY:
                centre[row], detour = self.best_place(y, kind, firms[kind])
                place = y.trust_public + (p.public_trust - reluctance) - p.detour_cost * detour
                place += shocks[CENTRE - 1] + p.care_inertia * (
                    (y.centre != NOBODY) & (y.kind == kind)
                )
                better = (centre[row] != NOBODY) & (place > worth[row])
                worth[row] = np.where(better, place, worth[row])
                care[row][better] = CENTRE
        return worth, care, other, centre

    def best_place(self, y: SimpleNamespace, kind: int, firm: Column) -> tuple[Column, Column]:
        """Return the centre that each would use or wait for, and km out of the way by it."""
        near = self.near[y.zone].T
        there = self.f.zone[firm]
        direct = self.distance[y.zone, there]

        def detour(centre: Column) -> Column:
            zone = self.centre_zone[centre]
            return np.maximum(0, self.distance[y.zone, zone] + self.distance[zone, there] - direct)

        away = detour(near)
        away[(near == NOBODY) | (self.free[near] <= 0)] = np.inf
        best = np.take_along_axis(near, away.argmin(axis=0)[None], 0)[0]
        full = np.isinf(away.min(axis=0))
        best = np.where(full, np.where(y.kind == kind, near[0], NOBODY), best)
        best = np.where(y.centre != NOBODY, y.centre, best)
        return best, detour(best)

    def act(
        self, who: Column, kind: Column, firm: Column, care: Column, centre: Column, other: Column,
        present_other: Column,
    ) -> None:  # fmt: skip
        """Turn choices into kinds of work now, applications, or requests for a place."""
        w = self.w
        seeks = (kind >= MAQUILA_DAY) & (kind != w.kind[who])
        w.seeks[who] = np.where(seeks, kind, HOME)
        w.wants_firm[who[seeks]] = firm[seeks]
        stays = seeks & (present_other > OWN) & (w.kind[who] != HOME) & (w.centre[who] == NOBODY)
        self.set_care(who[stays], present_other[stays])
        now, kind, care, centre, other = (x[~seeks] for x in (who, kind, care, centre, other))
        moves = kind != w.kind[now]
        to_or_from_home = moves & ((kind == HOME) | (w.kind[now] == HOME))
        w.tenure[now[to_or_from_home]] = 0
        self.leave_firms(now[moves])
        w.kind[now] = kind
        enters = care == CENTRE
        self.leave_places(now[~enters])
        self.set_care(now[~enters], care[~enters])
        asks = enters & (w.centre[now] == NOBODY)
        asking = now[asks]
        self.set_care(asking, other[asks])
        w.wants_centre[asking] = centre[asks]
        w.asked[asking[w.asked[asking] == NEVER]] = self.month_number

    # Work

    def work(self) -> tuple[Column, Column]:
        """Count everybody and the days lost; return who is formal and their unexcused days."""
        w, p, counts = self.w, self.p, self.counts
        at_work = np.flatnonzero(w.kind != HOME)
        formal = np.flatnonzero(w.kind >= MAQUILA_DAY)
        counts["formal"], counts["informal"] = formal.size, at_work.size - formal.size
        counts["searching"] = np.count_nonzero((w.seeks != HOME) & (w.kind == HOME))
        mothers = np.flatnonzero(w.child_birth > self.month_number - CARE_AGE)
        counts["mothers"] = mothers.size
        counts["active_mothers"] = np.count_nonzero(w.kind[mothers] | w.seeks[mothers])
        counts["places_used"] = np.count_nonzero(w.centre[mothers] != NOBODY)
        counts["scheduled"] = WORKDAYS * at_work.size
        left = np.full(self.size, WORKDAYS, np.int8)
        unexcused = np.zeros(self.size, F4)

        def lose(name: str, who: Column, days: Column, weight: float) -> None:
            days = np.minimum(days, left[who])
            left[who] -= days
            unexcused[who] += F4(weight) * days
            counts[name] = int(days.sum())

        ill = p.own_illness * EXPOSURE
        u = self.uniform(at_work)
        who = u < ill
        lose("lost_own", at_work[who], length(u[who], ill, p.own_illness_longest), 0.0)
        who, days = self.days_with_sick_child(at_work)
        lose("lost_child", who, days, p.unexcused_sick_child)
        who, days = self.days_without_carer(mothers[w.kind[mothers] != HOME])
        lose("lost_care", who, days, 1.0)
        u = self.uniform(at_work)
        likely = np.flatnonzero(u < p.slack * WORKDAYS * p.slack_new)
        who, u = at_work[likely], u[likely]
        rate = p.slack * WORKDAYS * np.where(w.tenure[who] < p.slack_new_months, p.slack_new, 1)
        days = (u < rate).astype(np.int8) + (u < rate * rate / 2)
        lose("lost_other", who, days, 1.0)
        return formal, unexcused[formal]

    def days_with_sick_child(self, at_work: Column) -> tuple[Column, Column]:
        """Return who stays with a sick child, and how many days."""
        w, p, month = self.w, self.p, self.month_number
        who = at_work[w.child_birth[at_work] > month - SCHOOL_AGE]
        age, entry = month - w.child_birth[who], w.entry[who]
        ill = p.child_illness * EXPOSURE * np.where(age < 24, F4(p.illness_infant), F4(1))
        fading = np.maximum(0, 1 - (month - entry) / F4(p.illness_fades))
        fading[(entry == NEVER) | (age >= CARE_AGE)] = 0.0
        ill *= 1 + (p.illness_entry - 1) * fading
        u = self.uniform(who)
        sick = u < ill
        who, u, ill = who[sick], u[sick], ill[sick]
        care = w.care[who]
        usual = (care >= GRANDMOTHER) & (care <= SIBLING)
        share = np.where(usual, F4(p.stays_carer), F4(1))
        share *= np.array([1, p.stays_grandmother_nearby, p.stays_grandmother])[w.grandmother[who]]
        his = np.where(
            w.partner_shift[who] == NOT_WORKING, p.stays_partner_home, p.stays_partner
        )  # fmt: skip
        share = np.where(w.partner[who] == 1, share * his, share)
        share[care == WORKPLACE] = p.stays_workplace
        stays = self.uniform(who) < share
        return who[stays], length(u[stays], ill[stays], p.child_illness_longest)

    def days_without_carer(self, who: Column) -> tuple[Column, Column]:
        """Return whose carer cannot, and how many days."""
        w, p = self.w, self.p
        care = w.care[who]
        grandmother = (w.grandmother[who] == CORESIDENT) & (care != GRANDMOTHER)
        at_home = (w.partner[who] == 1) & (w.partner_shift[who] == NOT_WORKING) & (care != PARTNER)
        fails = self.breakdown[care] * F4(EXPOSURE)
        fails[grandmother | at_home] *= F4(p.breakdown_with_help)
        u = self.uniform(who)
        some = u < fails
        return who[some], length(u[some], fails[some], p.breakdown_longest)

    def leave(self, formal: Column, unexcused: Column) -> None:
        """Let some quit or be dismissed from a formal job."""
        w, p = self.w, self.p
        self.counts["exposed"] = formal.size
        u = self.uniform(formal)
        likely = np.flatnonzero((u < self.highest_quits) | (unexcused > UNEXCUSED_ALLOWED))
        who, u, tenure = formal[likely], u[likely], w.tenure[formal[likely]]
        hazard = np.where(w.kind[who] == OTHER_DAY, p.quits_other, p.quits_maquila)
        hazard = hazard * np.select(
            [tenure < 3, tenure < 12, tenure >= 36],
            [p.quits_first_quarter, p.quits_first_year, p.quits_after_three_years], 1.0,
        )  # fmt: skip
        kilometres = self.distance[w.zone[who], self.f.zone[w.firm[who]]]
        quits = hazard * (1 + p.quits_per_kilometre * kilometres)
        dismissed = p.dismissal * (unexcused[likely] > UNEXCUSED_ALLOWED)
        self.counts["quits"] = np.count_nonzero(u < quits)
        leaves = u < quits + (1 - quits) * dismissed
        self.counts["dismissals"] = np.count_nonzero(leaves) - self.counts["quits"]
        self.lose_jobs(who[leaves])

    # Markets and firms

    def settle(self) -> None:
        """Take who left off the payrolls, and free the places given up."""
        self.f.staff -= self.firm_left
        self.free += self.freed
        self.firm_left[:] = 0
        self.freed[:] = 0

    def give_places(self) -> None:
        """Let the queue of each centre have its free places, by month asked, then by lot."""
        w = self.w
        who = np.flatnonzero(w.wants_centre != NOBODY)
        centre = w.wants_centre[who]
        order = np.lexsort((self.uniform(who), w.asked[who], centre))
        who, centre = who[order], centre[order]
        enters = pd.Series(centre).groupby(centre).cumcount().to_numpy() < self.free[centre]
        who, centre = who[enters], centre[enters]
        self.free -= np.bincount(centre, minlength=self.free.size).astype(self.free.dtype)
        w.centre[who] = centre
        w.wants_centre[who], w.asked[who] = NOBODY, NEVER
        self.set_care(who, CENTRE)

    def fill_posts(self) -> None:
        """Let firms hire by lot while they have vacancies."""
        w, f = self.w, self.f
        who = np.flatnonzero(w.wants_firm != NOBODY)
        who = who[np.argsort(self.uniform(who))]
        firm = w.wants_firm[who]
        hired = pd.Series(firm).groupby(firm).cumcount().to_numpy() < f.vacancies[firm]
        who, firm = who[hired], firm[hired]
        self.leave_firms(who)
        f.staff -= self.firm_left
        self.firm_left[:] = 0
        f.staff += np.bincount(firm, minlength=f.staff.size).astype(f.staff.dtype)
        w.firm[who], w.kind[who] = firm, w.seeks[who]
        w.seeks[who], w.tenure[who], w.prompted[who] = HOME, 0, 1
        alone = who[w.care[who] <= WORKPLACE]
        self.set_care(alone, PRIVATE)

    def review(self) -> None:
        """Count vacancies and set the offers."""
        f, p = self.f, self.p
        f.vacancies = np.maximum(0, f.posts - f.staff)
        many = f.vacancies > p.wage_vacancy_rate * f.posts
        higher = np.minimum(f.offer + p.wage_step, 1 + p.wage_range)
        f.offer = np.where(many, higher, np.maximum(f.offer - p.wage_step, 1.0))


class PairedNumpyPolo(NumpyPolo):
    """The core month with draws that belong to a woman, a month and a purpose, as pairing needs.

    Each draw is made for all women, so that a woman's is the same whoever else needs one: then two
    arms of a run are two lives of the same women.
    """

    def uniform(self, who: Column) -> Column:
        """Return a uniform draw for each of some women."""
        return self.rng.random(self.size, F4)[who]

    def hearing(self, who: Column) -> Column:
        """Return two places of `heard_of` for each of some women, shape (2, women)."""
        return self.rng.integers(HEARD, size=(2, self.size), dtype=np.int32)[:, who]

    def exponentials(self, options: int, who: Column) -> Column:
        """Return an exponential draw for each option and each of some women."""
        return self.rng.standard_exponential((options, self.size), F4)[:, who]


def length(u: Column, probability: Column | float, longest: float) -> Column:
    """Return whole days from 1 to `longest`, by where `u` lies below the probability."""
    return (1 + (u / probability * longest).astype(np.int8)).clip(1, int(longest)).astype(np.int8)
