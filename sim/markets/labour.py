"""The labour market: vacancies are finite, and other workers apply for them too."""

import numpy as np

from sim.agents.choice import formal_pay, weekly_hours
from sim.agents.mother import (
    FORMAL,
    HOME,
    MOVED,
    NOBODY,
    OWN,
    PRIVATE,
    TURNED_50,
    become_jobless,
)
from sim.core.draws import uniforms
from sim.core.engine import rule
from sim.purposes import FIRM_HIRING, QUEUE_FOR_JOB


@rule
def settle_leavers(mothers, firms, leavers):
    """Take those who have left since the last settlement off the payroll of their firms.

    Who turned 50 keeps her job, among the workers who are no agents.
    """
    for n in range(leavers.size):
        mother = mothers[leavers[n]]
        firm = firms[mother.left_firm]
        firm.staff -= 1
        if mother.separated == TURNED_50:
            firm.others += 1
        else:
            firm.separations += 1


@rule
def open_posts(mothers, firms, world, applicants):
    """Share each firm's vacancies between agents and other applicants.

    Other workers apply in proportion to vacancies (`other_applicants`). Where there are more
    applicants than vacancies, agents get the share that they are of all applicants, rounded by a
    draw of the firm; the others get what is left, as far as there are others.
    """
    now = world.now[0]
    p = world.parameters[0]
    for f in range(firms.size):
        firms[f].applicants = 0
    for n in range(applicants.size):
        firms[mothers[applicants[n]].wants_firm].applicants += 1
    for f in range(firms.size):
        firm = firms[f]
        firm.vacancies = max(0, firm.posts - firm.staff - firm.others)
        wanted = p.other_applicants * firm.vacancies
        share, others, _, _ = uniforms(now.seed, now.replicate, f, now.month, FIRM_HIRING)
        other_applicants = int(wanted + others)
        total = firm.applicants + other_applicants
        firm.hires = firm.applicants
        if total > firm.vacancies:
            firm.hires = int(firm.vacancies * (firm.applicants / total) + share)
        firm.hires = min(firm.hires, firm.vacancies, firm.applicants)
        firm.other_hires = min(firm.vacancies - firm.hires, other_applicants)
        firm.others += firm.other_hires
        firm.vacancies -= firm.hires + firm.other_hires


@rule
def lots(mothers, world, applicants, lot, firm_of):
    """Give each applicant a lot for the queue at her firm."""
    now = world.now[0]
    for n in range(applicants.size):
        i = applicants[n]
        draws = uniforms(now.seed, now.replicate, i, now.month, QUEUE_FOR_JOB)
        lot[n] = draws[0]
        firm_of[n] = mothers[i].wants_firm


def in_order(firm_of: np.ndarray, lot: np.ndarray) -> np.ndarray:
    """Return the order of hiring: by firm, then by lot."""
    return np.lexsort((np.arange(lot.size), lot, firm_of))


@rule
def hire(mothers, firms, world, applicants, order):
    """Hire in order while the firm has posts for agents."""
    month = world.now[0].month
    p = world.parameters[0]
    taken = 0
    last_firm = NOBODY
    for n in range(order.size):
        i = applicants[order[n]]
        mother = mothers[i]
        if mother.wants_firm != last_firm:
            last_firm = mother.wants_firm
            taken = 0
        if taken >= firms[last_firm].hires:
            continue
        taken += 1
        if mother.status == FORMAL:
            mother.separated = MOVED
            mother.left_firm = mother.firm
            firms[mother.firm].staff -= 1
            firms[mother.firm].separations += 1
        care = mother.care if mother.care != OWN else PRIVATE
        kind = mother.seeks
        become_jobless(mother, FORMAL)
        mother.care = care
        mother.kind = kind
        mother.firm = last_firm
        mother.farm = NOBODY
        mother.sector = firms[last_firm].sector
        mother.hired = month
        mother.last_insured = month
        mother.hours = int(weekly_hours(kind, p))
        mother.wage = int(formal_pay(mother, firms[last_firm], p, kind))
        mother.seeks = HOME
        mother.prompted = 1
        firms[last_firm].staff += 1
