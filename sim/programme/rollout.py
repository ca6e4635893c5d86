"""The programme: firms are told and sign, sites are found, centres are built, opened and closed."""

import mesa
import numpy as np

from sim.agents.ceci import (
    ABANDONED,
    BUILDING,
    CLOSED,
    EMPRESA,
    N_AGES,
    OPEN,
    PAPERWORK,
    PROPOSED,
    SCHEMES,
)
from sim.agents.mother import NOBODY
from sim.core.draws import uniforms
from sim.core.records import one_row
from sim.markets.care import PRIORITIES
from sim.population.quotas import apportion
from sim.programme.accounts import Accounts
from sim.programme.agreements import (
    Agreement,
    consortia,
    cost_of_a_place,
    still_pays,
    worth_of_a_place,
)
from sim.programme.calendar import months_of
from sim.programme.centres import evening_places, give_new_hours, shares_of_rooms
from sim.programme.outreach import spread
from sim.programme.siting import Sites
from sim.purposes import AGREEMENT
from sim.purposes import BUILDING as BUILDING_DRAW
from sim.settings import Access, Announced, Plan, Polo

MARGIN = 30
"""Minutes that a firm's centre is open before the first day shift and after the last."""

AGREEMENTS_FROM = 1_000_000
"""Key of the draws of firm 0's agreement: above the numbers of all centres."""

BUILT_SEEN = "2025-11"
"""First month after 29 October 2025, when the shares built were seen."""


def access_record(access: Access, polo: Polo, scale: float) -> np.recarray:
    """Return who may enter and at what price as rules read it, shape (1,).

    Where access is as announced, the polo's municipal agreement says it, if there is one.
    """
    agreement = polo.municipal_agreement
    uninsured, fee = access.uninsured == "yes", access.fee_uninsured.value
    voucher, budget = access.voucher.value, access.voucher_budget.value
    if access.uninsured == "announced" and agreement is not None:
        uninsured, fee = True, agreement.fee.value
        voucher, budget = agreement.voucher.value, agreement.budget.value
    vouchers = float(int(scale * budget / (12 * voucher))) if voucher > 0 else 0.0
    return one_row(
        {
            "uninsured": int(uninsured),
            "guarderias": int(access.guarderias),
            "fathers": int(access.fathers),
            "priority": PRIORITIES[access.priority],
            "fee": float(access.fee.value),
            "fee_uninsured": float(fee),
            "voucher": float(voucher),
            "vouchers": vouchers,
            "vouchers_left": vouchers,
        }
    )


class Programme(mesa.Agent):
    """IMSS and the Secretaría de Economía: what they do each month, as a plan says.

    Parameters
    ----------
    model : PoloModel
    plan : Plan
        Outreach, assistance, siting, access, hours and what is built.
    """

    def __init__(self, model, plan: Plan):
        super().__init__(model)
        self.plan = plan
        self.schemes = {SCHEMES[scheme] for scheme in plan.rollout.schemes}
        self.announced = list(model.polo.announced.values())
        known = model.old_centres + len(self.announced)
        self.queue = model.centres[model.old_centres : known]
        self.to_build = [centre for centre in self.queue if centre.scheme in self.schemes]
        self.rows_for_agreements = model.centres[known:]
        self.agreements: list[Agreement] = []
        self.signatories = np.zeros(model.tables["firms"].size, bool)
        self.sites = Sites(model, plan.siting)
        self.accounts = Accounts(model)
        if self.schemes:
            self.prepare_centres()

    def prepare_centres(self) -> None:
        """Give the announced centres the plan's hours, evening turn and delay."""
        model, t = self.model, self.model.tables
        new = slice(model.old_centres, model.old_centres + len(self.announced))
        if self.announced:
            centres = t["centres"][new]
            give_new_hours(
                centres, model.polo, self.plan.opens, model.settings.seed, model.replicate
            )
        if self.plan.opens.evening is not None:
            share = self.plan.opens.evening.places
            by_day = t["places"][new, :N_AGES]
            t["places"][new, N_AGES:] = evening_places(by_day, share)
        for centre in self.queue:
            if self.announced_of(centre).built is None:
                centre.start += self.plan.rollout.delay_months

    def announced_of(self, centre) -> Announced:
        """Return what was announced of a centre of the queue."""
        return self.announced[centre.number - self.model.old_centres]

    def act(self) -> int:
        """Step 1 of the month; return how many centres closed."""
        settings = self.model.settings
        month = int(self.model.now["month"][0])
        if month < settings.burn_in or not self.schemes:
            return 0
        first = month == settings.burn_in
        if EMPRESA in self.schemes:
            firms = self.model.tables["firms"]
            of_run = (settings.seed, self.model.replicate)
            spread(firms, self.plan.outreach, *of_run, month, first)
            self.agreements_are_signed(month)
            self.agreements_are_abandoned(month)
        self.sites.are_offered(month, first)
        self.building_begins(month)
        self.centres_open(month)
        return self.centres_close(month)

    # Scheme empresa

    def agreements_are_signed(self, month: int) -> None:
        """Let aware firms that find a centre worth its cost sign, alone or together."""
        last = months_of(self.model.settings.agreement_end) - self.model.first_month
        if month > last:
            return
        for signed in self.model.polo.signed.values():
            if months_of(signed.start) - self.model.first_month == month:
                self.signed_as_known(signed, month)
        firms, parameters = self.model.tables["firms"], self.model.settings.parameters
        worth = worth_of_a_place(firms, parameters, self.model.polo["potential_pay"])
        willing = (firms.aware == 1) & ~self.signatories & (worth >= cost_of_a_place(parameters))
        terms = self.plan.rollout.agreements
        for members, places in consortia(firms, willing, parameters["expected_use"].value, terms):
            if sum(self.is_alive(agreement) for agreement in self.agreements) >= terms.most:
                return
            weights = firms.children[members]
            self.sign(
                members, places, float((worth[members] * weights).sum() / weights.sum()), month
            )

    def is_alive(self, agreement: Agreement) -> bool:
        """Return True unless an agreement was given up or has lapsed."""
        return self.model.centres[agreement.centre].stage in (PAPERWORK, BUILDING, OPEN)

    def signed_as_known(self, signed, month: int) -> None:
        """Let the largest plants of a park sign an agreement that the polo is known to have."""
        firms = self.model.tables["firms"]
        there = (firms.zone == self.sites.park_of[signed.park]) & ~self.signatories
        numbers = np.flatnonzero(there)
        members = numbers[np.argsort(-firms.base_posts[numbers], kind="stable")][: signed.firms]
        if members.size:
            worth = cost_of_a_place(self.model.settings.parameters)
            self.sign(members, signed.places, worth, month, signed.years)

    def sign(
        self, members: np.ndarray, places: int, worth: float, month: int, years: int | None = None
    ) -> None:
        """Sign an agreement for a centre of so many places at the sponsors' park."""
        row = next((c for c in self.rows_for_agreements if c.stage == PROPOSED), None)
        if row is None:
            return
        t, assistance = self.model.tables, self.plan.assistance
        key = AGREEMENTS_FROM + int(members[0])
        assisted = self.draw(key, 0, 0) < assistance.coverage.value
        paperwork = (
            assistance.paperwork_months_assisted if assisted else assistance.paperwork_months
        )
        firms = t["firms"]
        self.signatories[members] = True
        row.stage = PAPERWORK
        row.zone = int(firms.zone[members[0]])
        row.opens = max(0, int(firms.day_start[members].min()) - MARGIN)
        row.closes = int(firms.day_end[members].max()) + MARGIN
        shares = shares_of_rooms(self.model.polo.rooms)
        t["places"][row.number, :N_AGES] = apportion(places, shares)
        evening = self.plan.opens.evening
        if evening is not None and firms.evening[members].any():
            t["places"][row.number, N_AGES:] = evening_places(
                t["places"][row.number, :N_AGES], evening.places
            )
            row.evening_opens = int(firms.evening_start[members].min()) - MARGIN
            row.evening_closes = int(firms.evening_end[members].max()) + MARGIN
        row.start = month + round(paperwork.value)
        term = 12 * (years or self.plan.rollout.agreements.years)
        self.agreements.append(
            Agreement(row.number, members, row.start, assisted, worth, term, key)
        )

    def agreements_are_abandoned(self, month: int) -> None:
        """Let firms give up before their centre opens, less often where IMSS assists.

        Who gave up does not sign again.
        """
        assistance = self.plan.assistance
        for agreement in self.agreements:
            centre = self.model.centres[agreement.centre]
            if centre.stage not in (PAPERWORK, BUILDING):
                continue
            hazard = assistance.abandonment
            if agreement.assisted:
                hazard = assistance.abandonment_assisted
            if self.draw(agreement.key, month, 1) < hazard.value:
                centre.stage = ABANDONED

    # Building, opening, closing

    def building_begins(self, month: int) -> None:
        """Start to build what is due and has a site."""
        for centre in self.to_build:
            if centre.stage != PROPOSED:
                continue
            if centre.start > month or centre.closing <= month:
                continue
            own = self.sites.announced_zone(centre)
            zone = self.sites.take(centre)
            if zone is not None:
                centre.zone = zone
                begun = centre.start if own is not None else month
                self.begin(centre, begun, month, centre.number)
        for agreement in self.agreements:
            centre = self.model.centres[agreement.centre]
            if centre.stage == PAPERWORK and centre.start <= month:
                self.begin(centre, month, month, agreement.key)

    def begin(self, centre, start: int, month: int, key: int) -> None:
        """Begin a building: it takes as many months as `key` draws, then it is staffed.

        Where a share was seen built on a date, the rest counts from then. What was paid before this
        month is not in the accounts.
        """
        rollout = self.plan.rollout
        months = rollout.building_months
        draw = self.draw(key, 0, 0, BUILDING_DRAW)
        duration = months.shortest + int(draw * (months.longest - months.shortest + 1))
        left = 1.0
        built = None if centre.scheme == EMPRESA else self.announced_of(centre).built
        if built is not None:
            start = months_of(BUILT_SEEN) - self.model.first_month
            left = 1 - built
            duration = int(np.ceil(left * duration))
        centre.stage = BUILDING
        centre.opening = max(start + duration + rollout.staffing_months.value, month)
        ahead = centre.opening - month
        left *= min(1.0, ahead / max(centre.opening - start, 1))
        self.accounts.building_begins(centre.number, ahead, left)

    def centres_open(self, month: int) -> None:
        """Open what is built and staffed; join a firm's centre to its sponsors."""
        for centre in self.model.new_centres:
            if centre.stage == BUILDING and centre.opening <= month:
                centre.stage, centre.open = OPEN, 1
        for agreement in self.agreements:
            centre = self.model.centres[agreement.centre]
            if centre.stage == OPEN and centre.opening == month:
                self.model.tables["firms"].centre[agreement.firms] = agreement.centre
                agreement.ends = month + agreement.term

    def centres_close(self, month: int) -> int:
        """Close what is due to, and firms' centres whose agreement lapses; return how many."""
        closed = 0
        for centre in self.queue:
            if centre.stage == OPEN and centre.closing <= month:
                centre.stage, centre.open = CLOSED, 0
                closed += 1
        t = self.model.tables
        for agreement in self.agreements:
            centre = self.model.centres[agreement.centre]
            if centre.stage != OPEN or agreement.ends > month:
                continue
            enrolled = int(t["enrolled"][centre.number].sum())
            places = int(t["places"][centre.number].sum())
            if still_pays(agreement, enrolled, places, self.model.settings.parameters):
                agreement.ends = month + agreement.term
                continue
            centre.stage, centre.open, centre.closing = CLOSED, 0, month
            t["firms"].centre[agreement.firms] = NOBODY
            self.signatories[agreement.firms] = False
            closed += 1
        return closed

    def draw(self, key: int, month: int, which: int, purpose: int = AGREEMENT) -> float:
        """Return a uniform draw of a centre, or of an agreement by its largest firm."""
        settings = self.model.settings
        return uniforms(settings.seed, self.model.replicate, key, month, purpose)[which]
