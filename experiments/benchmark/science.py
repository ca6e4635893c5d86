"""What all peers share: codes, parameters, counters, and the state from which they start."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.agents.mother import NEVER as NEVER
from sim.agents.mother import NOBODY as NOBODY
from sim.population.people import fertility_by_age
from sim.population.places import distances, nearest
from sim.settings import Settings

Column = npt.NDArray[Any]

# Kinds of work and ways of care, by the codes of the simulator
HOME, INFORMAL_PART, INFORMAL_FULL, MAQUILA_DAY, MAQUILA_EVENING, OTHER_DAY = range(6)
OWN, WORKPLACE, GRANDMOTHER, RELATIVE, PARTNER, SIBLING, PRIVATE, CENTRE = range(8)
NO_GRANDMOTHER, NEARBY, CORESIDENT = range(3)
NOT_WORKING, DAY_SHIFT, EVENING_SHIFT = range(3)

CARE_AGE, SCHOOL_AGE = 48, 72  # months
GIRL, OLDEST = 15 * 12, 50 * 12
WORKDAYS = 22
EXPOSURE = WORKDAYS / 21.75
FULL_TIME = 44.0  # weekly hours to which costs of time refer
UNEXCUSED_ALLOWED = 3
LEAST_INCOME = 300.0  # MXN a month, below which utility does not fall
HEARD = 1 << 16

COUNTERS = (
    "searching", "informal", "formal", "mothers", "active_mothers", "places_used", "scheduled",
    "lost_own", "lost_child", "lost_care", "lost_other", "exposed", "quits", "dismissals",
    "births", "chose",
)  # fmt: skip
N_COUNTERS = len(COUNTERS)

OUTCOMES = (
    "participation", "formal_share", "participation_mothers_u4", "places_in_use", "lost_own",
    "lost_child", "lost_care", "lost_other", "separations", "chose", "births",
)  # fmt: skip

SCHOOLING_SHARES = (0.14, 0.36, 0.30, 0.20)
UNION_SHARES = (0.10, 0.40, 0.65)  # below 20, below 25, above
WOMEN_A_FIRM = 74
PLANTS = 0.57  # share of firms that are export plants
POSTS = {True: 0.29, False: 0.12}  # of plants and of other firms, per woman of 15 to 49
FILLED = 0.97  # share of posts
INFORMAL_SHARE, PART_TIME = 0.16, 0.3


@dataclass(frozen=True)
class Start:
    """The initial state.

    Attributes
    ----------
    women, firms : dict of ndarray
        Columns by name.
    places : ndarray of int, shape (centres,)
    centre_zone : ndarray of int, shape (centres,)
    near : ndarray of int, shape (zones, 4)
        The centres nearest to each zone, nearest first.
    distance : ndarray of float, shape (zones, zones)
        Road distance, km.
    heard_of : ndarray of int, shape (2, HEARD)
        Firms in proportion to their posts: other firms in the first row, plants in the second.
    fertility : ndarray of float, shape (36,)
        Births a month at each age from 15.
    p : dict of str to float
        The project's parameters.
    """

    women: dict[str, Column]
    firms: dict[str, Column]
    places: Column
    centre_zone: Column
    near: Column
    distance: Column
    heard_of: Column
    fertility: Column
    p: dict[str, float]

    @property
    def size(self) -> int:
        """Women."""
        return int(self.women["zone"].size)


def start(settings: Settings, size: int, seed: int) -> Start:
    """Make the initial state of `size` women, the same for every peer."""
    rng = np.random.default_rng([seed, size])
    p = {name: parameter.value for name, parameter in settings.parameters.items()}
    polo = settings.polo
    zones = max(8, round(polo.zones.count * size / polo["women_15_49"]))
    shrunk = polo.zones.model_copy(update={"count": zones, "centroids": []})
    distance = distances(polo.model_copy(update={"zones": shrunk, "parks": {}}))
    centres = max(4, round(polo["guarderias"] * size / polo["women_15_49"]))
    all_places = polo["guarderia_places"] * size / polo["women_15_49"]
    centre_zone = rng.integers(zones, size=centres)
    firms = _firms(rng, size, zones)
    women = _women(rng, size, zones, settings, p)
    _give_jobs(rng, women, firms)
    _give_care(women)
    weights = [np.where(firms["maquila"] == plants, firms["posts"], 0) for plants in (0, 1)]
    return Start(
        women=women,
        firms=firms,
        places=np.full(centres, max(1, round(all_places / centres)), np.int32),
        centre_zone=centre_zone.astype(np.int16),
        near=nearest(distance, centre_zone, np.ones(centres, bool)).astype(np.int16),
        distance=distance.astype(np.float32),
        heard_of=np.array([_in_proportion(w) for w in weights], np.int32),
        fertility=fertility_by_age(polo),
        p=p,
    )


def _in_proportion(weights: Column) -> Column:
    """Return `HEARD` numbers, each as often as its weight."""
    upto = np.cumsum(weights) / weights.sum()
    return np.searchsorted(upto, (np.arange(HEARD) + 0.5) / HEARD, side="right")


def _firms(rng: np.random.Generator, size: int, zones: int) -> dict[str, Column]:
    count = max(20, round(size / WOMEN_A_FIRM))
    maquila = np.arange(count) < round(PLANTS * count)
    weight = np.exp(1.5 * rng.standard_normal(count).clip(-3, 3))
    posts = np.zeros(count)
    for plants, share in POSTS.items():
        here = maquila == plants
        posts[here] = share * size * weight[here] / weight[here].sum()
    return {
        "maquila": maquila.astype(np.int8),
        "zone": rng.integers(zones, size=count).astype(np.int16),
        "posts": np.maximum(1, np.rint(posts)).astype(np.int32),
        "offer": np.ones(count),
    }


def _women(
    rng: np.random.Generator, size: int, zones: int, settings: Settings, p: dict[str, float]
) -> dict[str, Column]:
    polo = settings.polo
    age = rng.integers(GIRL, OLDEST, size=size)
    years = age // 12
    schooling = rng.choice(4, size, p=SCHOOLING_SHARES)
    level = 1 + polo["pay_per_level"] * (schooling - 1.56)
    spread = polo["pay_spread"]
    pay = polo["potential_pay"] * level * np.exp(spread * rng.standard_normal(size) - spread**2 / 2)
    partner = rng.random(size) < np.select([years < 20, years < 25], UNION_SHARES[:2], 0.65)
    shift = np.where(rng.random(size) < p["partner_evening"], EVENING_SHIFT, DAY_SHIFT)
    shift[rng.random(size) < p["partner_not_working"]] = NOT_WORKING
    his = np.where(
        rng.random(size) < p["partner_formal"], p["partner_pay_formal"], p["partner_pay_informal"]
    ) * (1 + p["partner_pay_spread"] * rng.uniform(-1, 1, size))
    named = ("15_19", "20_24", "25_29", "30_44", "45_49")
    is_mother = rng.random(size) < np.select(
        [years < 20, years < 25, years < 30, years < 45], [polo[f"mothers_{n}"] for n in named[:4]],
        polo["mothers_45_49"],
    )  # fmt: skip
    child_age = (rng.random(size) * np.minimum(216, age - 168)).astype(int)
    grandmother = rng.choice(3, size, p=(0.59, 0.22, 0.19))
    grandmother[~partner & ~is_mother] = CORESIDENT
    at_work = rng.random(size) < polo["grandmother_works_under_60"]
    grandmother_hours = np.where(at_work, p["grandmother_hours_at_work"], 45)
    return {
        "zone": rng.integers(zones, size=size).astype(np.int16),
        "birth": (-age).astype(np.int16),
        "schooling": schooling.astype(np.int8),
        "potential": pay.astype(np.int32),
        "partner": partner.astype(np.int8),
        # Of the partner that she has, or would have
        "partner_shift": shift.astype(np.int8),
        "partner_pay": np.where(shift == NOT_WORKING, 0, his).astype(np.int32),
        "other_income": np.where(partner, 0, rng.uniform(4000, 16000, size)).astype(np.int32),
        # Without the partner
        "persons": (1 + is_mother * (1 + (years > 28)) + 2 * (grandmother == CORESIDENT)).astype(
            np.int8
        ),
        "grandmother": grandmother.astype(np.int8),
        "grandmother_hours": grandmother_hours.astype(np.int8),
        "kin": (rng.random(size) < polo["other_kin"]).astype(np.int8),
        "sibling": (is_mother & (years >= 32) & (rng.random(size) < 0.4)).astype(np.int8),
        "car": (rng.random(size) < polo["cars"]).astype(np.int8),
        "disagrees": (rng.random(size) < p["disagree_share"]).astype(np.int8),
        "taste_work": _normal(rng, size, p["taste_work_spread"]),
        "taste_informal": _normal(rng, size, p["taste_informal_spread"]),
        "trust_public": _normal(rng, size, p["trust_spread"]),
        "trust_private": _normal(rng, size, p["trust_spread"]),
        "child_birth": np.where(is_mother, -child_age, NEVER).astype(np.int16),
        "entry": np.full(size, NEVER, np.int16),
        "asked": np.full(size, NEVER, np.int16),
        "kind": np.full(size, HOME, np.int8),
        "seeks": np.full(size, HOME, np.int8),
        "care": np.full(size, OWN, np.int8),
        "firm": np.full(size, NOBODY, np.int32),
        "wants_firm": np.full(size, NOBODY, np.int32),
        "centre": np.full(size, NOBODY, np.int16),
        "wants_centre": np.full(size, NOBODY, np.int16),
        "tenure": np.zeros(size, np.int16),
        "prompted": np.zeros(size, np.int8),
    }


def _normal(rng: np.random.Generator, size: int, spread: float) -> Column:
    return (spread * rng.standard_normal(size)).astype(np.float32)


def _give_jobs(
    rng: np.random.Generator, women: dict[str, Column], firms: dict[str, Column]
) -> None:
    """Fill posts with the women who like work most; the next are informal."""
    size = women["zone"].size
    firms["staff"] = np.floor(FILLED * firms["posts"]).astype(np.int32)
    posts = rng.permutation(np.repeat(np.arange(firms["staff"].size), firms["staff"]))[:size]
    firms["staff"] = np.bincount(posts, minlength=firms["staff"].size).astype(np.int32)
    firms["vacancies"] = np.maximum(0, firms["posts"] - firms["staff"])
    likes = women["taste_work"] + 3.0 * (women["birth"] < -20 * 12) + rng.gumbel(size=size)
    order = np.argsort(-likes)
    formal = order[: posts.size]
    informal = order[posts.size : posts.size + round(INFORMAL_SHARE * size)]
    evening = rng.random(posts.size) < 0.2
    maquila = np.where(evening, MAQUILA_EVENING, MAQUILA_DAY)
    women["firm"][formal] = posts
    women["kind"][formal] = np.where(firms["maquila"][posts] == 1, maquila, OTHER_DAY)
    part_time = rng.random(informal.size) < PART_TIME
    women["kind"][informal] = np.where(part_time, INFORMAL_PART, INFORMAL_FULL)
    at_work = women["kind"] != HOME
    women["tenure"][at_work] = rng.exponential(36, at_work.sum()).clip(1, 300)


def _give_care(women: dict[str, Column]) -> None:
    """Give who works a carer whom she has."""
    formal, informal = women["kind"] >= MAQUILA_DAY, women["kind"] % MAQUILA_DAY != HOME
    informal &= ~formal
    carer = np.select(
        [women["grandmother"] != NO_GRANDMOTHER, women["kin"] == 1],
        [GRANDMOTHER, RELATIVE],
        PRIVATE,
    )
    women["care"][formal] = carer[formal]
    women["care"][informal] = WORKPLACE
    women["entry"][women["care"] == PRIVATE] = -6


def outcomes(months: Column, places: int) -> dict[str, float]:
    """Return the outcomes of a run.

    Parameters
    ----------
    months : ndarray of int, shape (months, 1 + N_COUNTERS)
        Women, then the counters, of each month.
    places : int
        Places of all centres.
    """
    women, *sums = months.sum(axis=0).tolist()
    c = dict(zip(COUNTERS, sums, strict=True))
    employed = c["informal"] + c["formal"]
    lost = {name: c[name] / c["scheduled"] for name in COUNTERS if name.startswith("lost_")}
    return {
        "participation": (employed + c["searching"]) / women,
        "formal_share": c["formal"] / employed,
        "participation_mothers_u4": c["active_mothers"] / c["mothers"],
        "places_in_use": c["places_used"] / (places * len(months)),
        **lost,
        "separations": (c["quits"] + c["dismissals"]) / c["exposed"],
        "chose": c["chose"] / women,
        "births": c["births"] / women,
    }
