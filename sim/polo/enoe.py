"""Rates of the ENOE's microdata, with standard errors of its design, where a polo is.

Tables are INEGI's: SDEM (everybody) and COE1 (questionnaire, first part), of one or several
quarters. Counted are complete interviews of residents (``r_def`` 0, ``c_res`` 1 or 3) of 15 to 98
years, as INEGI tabulates. A rate is that of the municipality where `LEAST` persons were asked, else
of its city, else of its state.
"""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.errors import InputError
from sim.polo.tables import Column, read, whole
from sim.population.files import is_table, naming

LEAST = 100
"""Persons asked, in the denominator, below which a rate is taken from a wider place."""

WEIGHT = 999_999
"""Largest weight of INEGI's dictionary."""

CITIES = 80
"""Largest code of a city that represents itself; those above are the rest of a state."""

KEY = ("per", "cd_a", "ent", "con", "v_sel", "n_hog", "h_mud", "n_ren", "tipo", "mes_cal")
"""What tells persons of both tables from each other, as far as both have it."""


def _key(blank: bool = True) -> dict[str, Column]:
    """Return the columns of the key."""
    return {
        "per": whole(100, 499, blank=False),
        "cd_a": whole(1, 99),
        "ent": whole(1, 32, names=("ent", "cve_ent")),
        "con": whole(0, 999_999),
        "v_sel": whole(0, 99),
        "n_hog": whole(0, 9),
        "h_mud": whole(0, 9),
        "n_ren": whole(1, 99, blank=True),
        "tipo": whole(0, 9, blank=blank, needed=False),
        "mes_cal": whole(0, 99, blank=blank, needed=False),
    }


def _of_some(low: int, high: int, needed: bool = True) -> Column:
    """Return a column that is blank where the question was not put."""
    return whole(low, high, blank=True, needed=needed)


SDEM = {
    **_key(),
    "r_def": whole(0, 15),
    "c_res": _of_some(0, 3),
    "mun": whole(1, 999, names=("mun", "cve_mun")),
    "stratum": whole(1, 99_999, names=("est_d_tri", "est_d")),
    "upm": whole(1, 99_999_999),
    "weight": whole(0, WEIGHT, names=("fac_tri", "fac")),
    "sex": _of_some(1, 2),
    "eda": _of_some(0, 99),
    "clase1": _of_some(0, 2),
    "clase2": _of_some(0, 4),
    "clase3": _of_some(0, 7),
    "emp_ppal": _of_some(0, 2),
    "hrsocup": _of_some(0, 168),
    "par_c": _of_some(0, 999, needed=False),
    "n_hij": _of_some(0, 99, needed=False),
    "e_con": _of_some(0, 9, needed=False),
    "cs_p13_1": _of_some(0, 99, needed=False),
    "rama_est2": _of_some(0, 11, needed=False),
}
"""Columns read of SDEM, by INEGI's names of 2023 and 2025."""

COE1 = {**_key(), "p1c": _of_some(0, 99)}
"""Columns read of COE1."""

REASONS = {
    1: "strike",
    2: "technical stoppage",
    3: "suspended for a time",
    4: "training",
    5: "holidays",
    6: "permit, illness or personal affairs",
    7: "no vehicle or machine",
    8: "no materials, finance or customers",
    9: "weather",
    10: "season has ended",
    11: "begins a new job",
    12: "other",
    99: "does not know",
}
"""Main reason of absence in the last week, COE1 p1c."""

UNION, HEADS, CHILDREN = (1, 5), (101, 201, 202, 203), (301, 302, 303, 304)
"""Codes of e_con, and of par_c: heads and their partners; their children."""

People = pd.DataFrame
Mask = Callable[[People], pd.Series]


@dataclass(frozen=True)
class Rate:
    """A mean over some persons: who they are (`of`), and what is averaged (`value`)."""

    name: str
    meaning: str
    of: Mask
    value: Mask
    unit: str = "share"
    figure: str | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Estimate:
    """A rate that was estimated.

    Attributes
    ----------
    rate : Rate
    place : str
        ``municipality 26030``, ``city 13`` or ``state 26``.
    value, error : float
        In the rate's unit; `error` is NaN where the design tells none.
    asked : int
        Persons in the denominator.
    """

    rate: Rate
    place: str
    value: float
    error: float
    asked: int

    @property
    def enough(self) -> bool:
        """Whether so many were asked that a polo may take it."""
        return self.asked >= LEAST


def women(low: int = 15, high: int = 98) -> Mask:
    """Return women of some ages."""
    return lambda them: (them["sex"] == 2) & them["eda"].between(low, high)


def both(low: int = 15, high: int = 98) -> Mask:
    """Return women and men of some ages."""
    return lambda them: them["eda"].between(low, high)


def among(who: Mask, *more: Mask) -> Mask:
    """Return those of `who` who are all of the others too."""

    def mask(them: People) -> pd.Series:
        found = who(them)
        for other in more:
            found = found & other(them)
        return found

    return mask


def has(name: str, *codes: float) -> Mask:
    """Return who has one of some codes."""
    return lambda them: them[name].isin(codes)


def known(name: str, most: float) -> Mask:
    """Return who answered, with a code up to the largest that is an answer."""
    return lambda them: them[name] <= most


EMPLOYED = has("clase2", 1)
ABSENT = among(EMPLOYED, has("clase3", 3, 4))
SMALL = has("small_child", 1)


def _rates() -> Iterator[Rate]:
    """Yield the rates, in the order of their table."""
    active, informal = has("clase1", 1), has("emp_ppal", 1)
    for name, ages, who, figure in (
        ("", "of 15 and over", women(), None),
        ("_15_49", "of 15 to 49", women(15, 49), None),
        ("_50_plus", "of 50 and over", women(50), "participation_50_plus"),
    ):
        yield Rate(f"participation{name}", f"women {ages} in the labour force", who, active,
                   figure=figure)  # fmt: skip
    yield Rate("employment", "women of 15 and over at work", women(), EMPLOYED)
    yield Rate("employment_15_49", "women of 15 to 49 at work", women(15, 49), EMPLOYED)
    at_work = among(women(), EMPLOYED)
    yield Rate("informality", "employed women in informal work (TIL1)", at_work, informal)
    yield Rate(
        "informality_15_49", "employed women of 15 to 49 in informal work (TIL1)",
        among(women(15, 49), EMPLOYED), informal, figure="informality",
    )  # fmt: skip
    yield Rate(
        "informality_both_sexes", "employed women and men in informal work (TIL1)",
        among(both(), EMPLOYED), informal,
    )  # fmt: skip
    yield Rate(
        "hours", "hours of the last week of employed women who worked in it",
        among(at_work, lambda them: them["hrsocup"] > 0), lambda them: them["hrsocup"],
        "hours a week",
    )  # fmt: skip
    yield Rate("absence", "employed women absent all of the last week", at_work, ABSENT)
    yield Rate(
        "absence_personal", f"employed women absent all of the last week: {REASONS[6]}",
        at_work, among(ABSENT, has("p1c", 6)), needs=("p1c",),
    )  # fmt: skip
    for code, reason in REASONS.items():
        yield Rate(
            f"absence_reason_{code:02d}", f"absent women whose main reason is: {reason}",
            among(women(), ABSENT), has("p1c", code), needs=("p1c",),
        )  # fmt: skip
    for name, meaning, value in (
        ("participation", "in the labour force", active),
        ("employment", "at work", EMPLOYED),
    ):
        yield Rate(
            f"{name}_mothers_of_small_children",
            f"women of 15 to 49, head or her or his partner with a child of theirs under four, "
            f"{meaning}",
            among(women(15, 49), SMALL), value, needs=("par_c", "n_hij"),
        )  # fmt: skip
    yield from _of_families()


def _of_families() -> Iterator[Rate]:
    """Yield rates of motherhood, unions and schooling, which a polo takes where they are told."""
    mother = among(known("n_hij", 25), lambda them: them["n_hij"] > 0)
    union, told = has("e_con", *UNION), known("e_con", 6)
    for low, high in ((15, 19), (20, 24), (25, 29), (30, 44), (45, 49)):
        yield Rate(
            f"mothers_{low}_{high}", f"women of {low} to {high} who have had a child",
            among(women(low, high), known("n_hij", 25)), mother,
            figure=f"mothers_{low}_{high}", needs=("n_hij",),
        )  # fmt: skip
    yield Rate(
        "lone_mothers", "mothers of 15 to 49 without a partner",
        among(women(15, 49), mother, told), lambda them: ~union(them),
        figure="lone_mothers", needs=("n_hij", "e_con"),
    )  # fmt: skip
    yield Rate(
        "partnered_others", "women of 15 to 49 without a child who have a partner",
        among(women(15, 49), has("n_hij", 0), told), union,
        figure="partnered_others", needs=("n_hij", "e_con"),
    )  # fmt: skip
    schooled = among(women(50), known("cs_p13_1", 9))
    yield Rate(
        "primaria_50_plus", "women of 50 and over with primaria or less",
        schooled, has("cs_p13_1", 0, 1, 2), figure="primaria_50_plus", needs=("cs_p13_1",),
    )  # fmt: skip
    yield Rate(
        "secundaria_50_plus", "women of 50 and over with secundaria",
        schooled, has("cs_p13_1", 3), figure="secundaria_50_plus", needs=("cs_p13_1",),
    )  # fmt: skip
    yield Rate(
        "superior_of_postbasic", "women of 15 to 49 with superior, of those beyond secundaria",
        among(women(15, 49), has("cs_p13_1", 4, 5, 6, 7, 8, 9)), has("cs_p13_1", 5, 7, 8, 9),
        figure="superior_of_postbasic", needs=("cs_p13_1",),
    )  # fmt: skip


RATES = tuple(_rates())


def tables(option: str, folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the files with SDEM and with COE1: csv by their name, or zips of INEGI's with both.

    Raises
    ------
    InputError
        If there is no such file.
    """
    if not folder.exists():
        raise InputError(f"{option}={folder}: no such folder or file")
    inside, above = [folder], folder.parent
    if folder.is_dir():
        inside, above = sorted(p for p in folder.rglob("*") if p.is_file()), folder
    found: dict[str, list[Path]] = {"sdem": [], "coe1": []}
    for path in inside:
        names = [path.relative_to(above).as_posix()]
        if path.suffix.lower() == ".zip":
            with naming(option, path), zipfile.ZipFile(path) as archive:
                names = archive.namelist()
        for table, paths in found.items():
            if any(is_table(name, [table]) for name in names):
                paths.append(path)
    for table, paths in found.items():
        if not paths:
            raise InputError(
                f"{option}={folder}: has no csv of {table.upper()} (with {table} in its name), "
                "nor a zip with one"
            )
    return found["sdem"], found["coe1"]


def persons(option: str, folder: Path) -> People:
    """Read all quarters of a folder, each person with her reason of absence.

    Returns
    -------
    DataFrame
        One row a person of SDEM, with the columns of `SDEM` that the layout has, ``p1c`` and
        ``small_child``.

    Raises
    ------
    InputError
        If a table is not as INEGI's, or a quarter is there twice or without its COE1.
    """
    sdem, coe1 = tables(option, folder)
    people = _quarters(option, sdem, SDEM, "sdem")
    answers = _quarters(option, coe1, COE1, "coe1")
    for quarter in sorted(set(people["per"]) - set(answers["per"])):
        raise InputError(f"{option}={folder}: COE1 has no row of {quarter_name(quarter)}, SDEM has")
    key = [name for name in KEY if name in people and name in answers]
    people = people.merge(answers[[*key, "p1c"]], how="left", on=key)
    people["small_child"] = has_small_child(people) if {"par_c", "n_hij"} <= set(people) else np.nan
    return people


def _quarters(option: str, paths: list[Path], columns: dict[str, Column], table: str) -> People:
    """Read the files of one of the tables, which have different quarters."""
    parts: list[People] = []
    came: dict[float, Path] = {}
    for path in paths:
        part = read(option, path, columns, unique=KEY, names=(table,))
        for quarter in part["per"].unique():
            if quarter in came:
                raise InputError(
                    f"{option}={path}: {quarter_name(quarter)} is in {came[quarter].name} already"
                )
            came[quarter] = path
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def quarter_name(per: float) -> str:
    """Return the name of a quarter from its code: ``423`` is 2023-T4."""
    return f"20{int(per) % 100:02d}-T{int(per) // 100}"


def has_small_child(people: People) -> pd.Series:
    """Return 1 for a head or partner in whose household a child of theirs is under four.

    The ENOE does not say whose child one is; only of heads, their partners and their children is it
    known by how they are related.
    """
    household = [n for n in KEY if n in people and n != "n_ren"]
    child = people["par_c"].isin(CHILDREN) & (people["eda"] < 4) & resident(people)
    there = child.groupby([people[name].fillna(-1) for name in household]).transform("any")
    mother = people["par_c"].isin(HEADS) & people["n_hij"].between(1, 25)
    return (there & mother).astype(float)


def resident(people: People) -> pd.Series:
    """Return who lives in a household that was interviewed to the end."""
    return (people["r_def"] == 0) & people["c_res"].isin((1, 3))


def estimates(option: str, folder: Path, municipalities: list[str]) -> tuple[str, list[Estimate]]:
    """Estimate every rate that the tables allow, where the polo is.

    Parameters
    ----------
    option : str
        By what the user gave the folder.
    folder : Path
        With SDEM and COE1 of one or several quarters, or a zip.
    municipalities : list of str
        Codes of five digits.

    Returns
    -------
    quarters : str
        Which there are, as ``2025-T3, 2025-T4``.
    found : list of Estimate

    Raises
    ------
    InputError
        If the tables cannot be used, or nobody of the state was asked.
    """
    people = persons(option, folder)
    # 1 of quarter 4 of a year comes after 4 of quarter 1: by year, then quarter
    quarters = sorted(people["per"].unique(), key=lambda per: (per % 100, per))
    people = people[resident(people) & people["eda"].between(15, 98)]
    anywhere = np.any([there for _, there in places_of(people, municipalities)], axis=0)
    # Strata do not cross states: those of another tell nothing of the error here
    people = people[people["ent"].isin(people["ent"][anywhere].unique())]
    places = places_of(people, municipalities)
    if people.empty:
        raise InputError(f"{option}={folder}: no complete interview in {places[-1][0]}")
    found = []
    for rate in RATES:
        if all(name in people for name in rate.needs):
            tried = [estimate(people, rate, *place) for place in places]
            enough = [one for one in tried if one.enough]
            if (chosen := (enough or tried[-1:])[0]).asked:
                found.append(chosen)
    return ", ".join(quarter_name(per) for per in quarters), found


def places_of(people: People, municipalities: list[str]) -> list[tuple[str, pd.Series]]:
    """Return the municipality, its city if it is in one, and its state: a name and who is there."""
    here = (1000 * people["ent"] + people["mun"]).isin([int(code) for code in municipalities])
    entities = sorted({code[:2] for code in municipalities})
    places = [(_named("municipality", "municipalities", municipalities), here)]
    city = people[here & (people["cd_a"] <= CITIES)].groupby("cd_a")["weight"].sum()
    if len(city):
        places.append((f"city {city.idxmax():02.0f}", people["cd_a"] == city.idxmax()))
    state = people["ent"].isin([int(code) for code in entities])
    return [*places, (_named("state", "states", entities), state)]


def _named(one: str, several: str, codes: list[str]) -> str:
    return f"{one if len(codes) == 1 else several} {', '.join(codes)}"


def estimate(people: People, rate: Rate, place: str, there: pd.Series) -> Estimate:
    """Estimate a rate in a place; see `ratio`."""
    counted = (there & rate.of(people)).to_numpy(bool)
    value = rate.value(people).to_numpy(float)
    found, error = ratio(
        np.where(counted, value, 0.0),
        np.where(counted, people["weight"].to_numpy(float), 0.0),
        people[["ent", "stratum"]],
        people["upm"],
    )
    return Estimate(rate, place, found, error, int(counted.sum()))


def ratio(
    value: np.ndarray, weight: np.ndarray, strata: pd.DataFrame, clusters: pd.Series
) -> tuple[float, float]:
    """Return a weighted mean and its standard error by the design of the sample.

    By Taylor linearisation for clusters drawn with replacement in strata (Wolter, Introduction to
    Variance Estimation, 2nd ed., 2007, ch. 6; Woodruff, JASA 66, 1971). Persons outside the
    domain have weight 0 and stay in the design. A stratum with one cluster is centred at the mean
    of all, which is zero. A cluster asked in several quarters is one cluster.

    Parameters
    ----------
    value, weight : ndarray of float, shape (n,)
    strata : DataFrame, n rows
        Columns that together name the stratum.
    clusters : Series, n rows
        Primary sampling units.

    Returns
    -------
    mean, error : float
        NaN where nobody has a weight.
    """
    total = weight.sum()
    if total <= 0:
        return np.nan, np.nan
    mean = float((weight * value).sum() / total)
    score = pd.Series(weight * (value - mean) / total, strata.index)
    by = [strata[name] for name in strata]
    sums = score.groupby([*by, clusters]).sum().groupby(level=list(range(len(by))))
    count, spread = sums.count(), sums.var(ddof=1) * sums.count()
    variance = spread.where(count > 1, sums.sum() ** 2)
    return mean, float(np.sqrt(variance.sum()))
