"""The firm: posts, staff, what it sees of absence and turnover, and the wage it offers.

Women of 15 to 49 on its staff are agents; all other workers (men, older women) are counts. Export
plants (`maquila`) run a day and an evening shift.
"""

from sim.core.draws import uniforms
from sim.core.engine import rule
from sim.core.records import View, row_type
from sim.purposes import FIRM_OTHERS

# Sectors; export plants come first in the table
MAQUILA, AGROPECUARIO, COMERCIO_SERVICIOS, OTRO = 0, 1, 2, 3
N_SECTORS = 4

FIRM = row_type(
    {
        "number": "i4",
        "posts": "i4",  # headcount that the firm wants
        "staff": "i4",  # agents on the payroll
        "others": "i4",  # other workers on the payroll
        "vacancies": "i4",
        "applicants": "i4",  # agents who applied this month
        "hires": "i4",
        "other_hires": "i4",
        "separations": "i4",  # of agents, this month
        "children": "i4",  # of its mothers, who could attend a centre and do not
        "scheduled": "i4",  # worker-days of agents, this month
        "lost": "i4",  # worker-days of agents lost, this month
        "output": "i8",  # thousandths of a trained worker's day, this month
        "base_posts": "f8",
        "new_posts": "f8",  # those announced with the polo, once all are there
        "wage_offer": "f8",  # factor on a worker's potential pay
        # What it has seen of its staff: sums in which the past fades. Mothers are those who have a
        # child of the age in no centre; others are women without a child under four
        "mother_days": "f8",
        "mother_days_lost": "f8",
        "mothers_seen": "f8",
        "mothers_left": "f8",
        "other_days": "f8",
        "other_days_lost": "f8",
        "others_seen": "f8",
        "others_left": "f8",
        "laid_off": "f8",  # share of its workers that it lets go this month
        "leaning": "f8",  # factor on what a centre seems worth to it
        "day_start": "i2",  # minutes after midnight
        "day_end": "i2",
        "evening_start": "i2",
        "evening_end": "i2",  # may pass midnight: above 1440
        "zone": "i2",
        "centre": "i2",  # own or shared CECI of scheme `empresa`
        "sector": "i1",
        "evening": "i1",  # 1 if there is an evening shift
        "aware": "i1",  # 1 if it knows of scheme `empresa`
    }
)


# What a woman who looks for work sees of a firm, apart from the rest so that it stays at hand
POSTING = row_type({"zone": "i2", "vacant": "i1", "evening": "i1"})


class Firm(View, columns=FIRM, table_name="firms"):
    """A firm as a Mesa agent: a view of its record."""


@rule
def others_leave(firm, world):
    """Let workers who are no agents leave, at the sector's rate, rounded by a draw."""
    now = world.now[0]
    p = world.parameters[0]
    rate = p.others_separation_maquila if firm.sector == MAQUILA else p.others_separation
    rate = max(rate, firm.laid_off)
    rounding, _, _, _ = uniforms(now.seed, now.replicate, firm.number, now.month, FIRM_OTHERS)
    leaving = int(rate * firm.others + rounding)
    firm.others = firm.others - min(leaving, firm.others)


@rule
def lay_off(firm, world):
    """Step 7 of the month: let a farm decide which share of its workers the season's end costs."""
    firm.laid_off = 0.0
    workers = firm.staff + firm.others
    if firm.sector == AGROPECUARIO and workers > firm.posts:
        firm.laid_off = (workers - firm.posts) / workers


@rule
def review(firm, world):
    """Step 8 of the month: set the wage offer, posts and vacancies.

    The offer rises while posts stay empty and falls slowly towards the norm while they do not;
    posts grow with the polo, and those of farms follow the season.
    """
    now = world.now[0]
    p = world.parameters[0]
    others_leave(firm, world)
    growth = p.growth_maquila if firm.sector == MAQUILA else p.growth_other
    posts = firm.base_posts * (1.0 + growth * (now.month + 1) / 12.0)
    posts = posts + firm.new_posts * now.new_jobs
    if firm.sector == AGROPECUARIO:
        posts = posts * now.season
    firm.posts = int(posts + 0.5)
    firm.vacancies = max(0, firm.posts - firm.staff - firm.others)
    if firm.vacancies > p.wage_vacancy_rate * firm.posts:
        firm.wage_offer = min(firm.wage_offer + p.wage_step, 1.0 + p.wage_range)
    else:
        firm.wage_offer = max(firm.wage_offer - p.wage_step, 1.0)
