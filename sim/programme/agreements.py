"""Agreements of scheme `empresa`: firms that decide to have a centre, alone or together.

A firm that knows of the scheme weighs what it has seen of its own staff. Mothers of young children
who are in no centre lose more days and leave more often than women without young children; a firm
takes the difference for what a place would save it, as a firm would (users differ from others, so
it may be wrong). Against it stands its cost: running the place and its share of the building, less
IMSS's monthly fee per child and less tax. Firms of one park that are willing, and too small alone,
join in a consortium. Agreements last a term and are renewed while they pay.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.agents.attendance import MEAN_WORKDAYS
from sim.settings import Agreements, Parameter


@dataclass
class Agreement:
    """An agreement between IMSS and the firms that sponsor a centre.

    Attributes
    ----------
    centre : int
        Number of the centre.
    firms : ndarray of int
        Signatories.
    first_stone : int
        Month in which building starts.
    assisted : bool
        True if IMSS assists.
    worth : float
        What a child in the centre seems worth to the firms, MXN a month.
    term : int
        Months that it lasts once the centre is open.
    key : int
        Whose draws decide its fate: those of its largest firm, whoever else signs.
    ends : int
        Month in which the term is over; set when the centre opens.
    """

    centre: int
    firms: np.ndarray
    first_stone: int
    assisted: bool
    worth: float
    term: int
    key: int
    ends: int = 30_000


def worth_of_a_place(
    firms: np.recarray, parameters: Mapping[str, Parameter], potential_pay: float
) -> np.ndarray:
    """Return what a firm thinks that a place saves it, MXN per child and month, shape (firms,).

    Days of absence, separations and empty posts of mothers with a child in no centre, beyond those
    of women without a young child, as all aware firms of its park have seen them together; times
    the firm's leaning.
    """
    absence = _excess(firms, "mother_days_lost", "mother_days", "other_days_lost", "other_days")
    turnover = _excess(firms, "mothers_left", "mothers_seen", "others_left", "others_seen")
    p = {name: parameter.value for name, parameter in parameters.items()}
    day = p["lost_day_cost"] * potential_pay * firms.wage_offer / MEAN_WORKDAYS
    months_empty = np.minimum(firms.vacancies / np.maximum(firms.hires + firms.other_hires, 1), 3)
    to_replace = p["replacement_cost"] + p["training_days"] * day
    to_replace = to_replace + months_empty * MEAN_WORKDAYS * day
    return firms.leaning * (absence * MEAN_WORKDAYS * day + turnover * to_replace)


def _excess(firms: np.recarray, lost: str, of: str, lost_others: str, of_others: str) -> np.ndarray:
    zones = int(firms.zone.max()) + 1
    aware = firms.aware == 1

    def rate(top: str, bottom: str) -> np.ndarray:
        tops = np.bincount(firms.zone[aware], firms[top][aware], zones)
        bottoms = np.bincount(firms.zone[aware], firms[bottom][aware], zones)
        return tops / np.maximum(bottoms, 1.0)

    return np.maximum(rate(lost, of) - rate(lost_others, of_others), 0.0)[firms.zone]


def cost_of_a_place(parameters: Mapping[str, Parameter]) -> float:
    """Return what a child in its centre costs a firm, MXN a month before tax.

    The running cost above IMSS's fee, and the annuity of the building over the firm's horizon, of
    which immediate deduction takes off the tax rate. As gains are taxed too, both sides are
    compared before tax: the capital's share of tax is put back by dividing.
    """
    p = {name: parameter.value for name, parameter in parameters.items()}
    rate = p["sponsor_discount"] / 12
    months = 12 * p["sponsor_horizon"]
    annuity = rate / (1 - (1 + rate) ** -months) if rate > 0 else 1 / months
    capital = p["capital_cost_empresa"] * annuity
    capital *= (1 - p["company_tax"] * p["asset_deduction"]) / (1 - p["company_tax"])
    return p["running_cost_empresa"] - p["imss_fee"] + capital


def consortia(
    firms: np.recarray, willing: np.ndarray, expected_use: float, terms: Agreements
) -> list[tuple[np.ndarray, int]]:
    """Return the groups of willing firms that have children enough for a centre, with its places.

    A firm with enough is alone; the others of its zone (contiguous firms, as the scheme's rule has
    it) join, those with most children first, as far as they fit in the largest centre.

    Parameters
    ----------
    firms : recarray, shape (firms,)
    willing : ndarray of bool, shape (firms,)
    expected_use : float
        Share of the staff's children of the age that firms expect to come.
    terms : Agreements
    """
    users = expected_use * firms.children
    found = []
    for zone in np.unique(firms.zone[willing]):
        here = np.flatnonzero(willing & (firms.zone == zone) & (users > 0))
        here = here[np.argsort(-users[here], kind="stable")]
        alone = users[here] >= terms.least_places
        for firm in here[alone]:
            found.append((np.array([firm]), int(min(users[firm], terms.most_places))))
        rest = here[~alone]
        while rest.size > 1:
            members: list[int] = []
            total = 0.0
            for firm in rest:
                if len(members) < terms.most_firms and total + users[firm] <= terms.most_places:
                    members.append(firm)
                    total += users[firm]
            if total < terms.least_places or len(members) < 2:
                break
            found.append((np.array(members), int(total)))
            rest = np.setdiff1d(rest, members, assume_unique=True)
            rest = rest[np.argsort(-users[rest], kind="stable")]
    return found


def still_pays(
    agreement: Agreement, enrolled: int, places: int, parameters: Mapping[str, Parameter]
) -> bool:
    """Return True if the children who came are worth what the centre costs to run.

    The building is paid for: only running it above IMSS's fee counts.
    """
    running = parameters["running_cost_empresa"].value * places
    fee = parameters["imss_fee"].value * enrolled
    return agreement.worth * enrolled >= running - fee
