"""What a programme costs each payer and brings in, month by month, and the jobs it makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

import configs
from analysis.results import GUARDERIA, Results
from analysis.texts import N_, RefusedError

MOTHERS, WOMEN = "mothers_u4", "women_15_49"
PEOPLE = ("wage", "formal_employment", "employment", "social_contributions", "income_tax",
          "household_income", "output", "turnover_cost")  # fmt: skip
FIRMS = ("staff", "other_workers")
SECTORS = ("sector_maquila", "sector_agropecuario", "sector_comercio_servicios", "sector_otro")
RATES = ("social_contributions", "income_tax", "lost_day_cost")
PAID = ("imss", "firm", "municipality", "family")
BUILT = ("imss", "firm")
KEYS = ["arm", "replicate", "month"]
EMPRESA = "empresa"


@cache
def known() -> Mapping[str, Any]:
    """Return `configs/value.yaml`."""
    path = Path(configs.__file__).parent / "value.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Assumptions:
    """How building is spread over the months in which it serves.

    Attributes
    ----------
    rate : float
        Real, a year.
    life : float
        Years.
    """

    rate: float
    life: float

    @classmethod
    def given(cls, **said: str | None) -> "Assumptions":
        """Read what the command line says; what it does not say is as in `configs/value.yaml`.

        Raises
        ------
        RefusedError
            If a value is no number or out of its bounds.
        """
        return cls(**{name: _number(name, said.get(name)) for name in ("rate", "life")})

    @property
    def monthly(self) -> float:
        """Return the part of a building's cost that each month of its life bears (an annuity)."""
        if self.rate == 0:
            return 1 / (12 * self.life)
        rate = (1 + self.rate) ** (1 / 12) - 1
        return rate / (1 - (1 + rate) ** (-12 * self.life))


def _number(name: str, said: str | None) -> float:
    entry = known()[name]
    if said is None:
        return float(entry["value"])
    low, high = entry["bounds"]
    try:
        value = float(said)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise RefusedError(
            N_("--{name} {said}: a number from {low} to {high} is needed"),
            name=name, said=said, low=low, high=high,
        )  # fmt: skip
    return value


def money(results: Results, assumed: Assumptions) -> pd.DataFrame:
    """Return money and people of each arm, replicate and month, at the size of the whole polo.

    The number of formal workers is contributions over mean pay and the rate of contributions, and
    those of others follow from it. What firms save is counted on the staff that they have without
    the programme. The men and older women whom new staff displace pay contributions and taxes too:
    these are lost, at women's mean pay.

    Parameters
    ----------
    results : Results
    assumed : Assumptions

    Returns
    -------
    DataFrame
        Index arm, replicate, month, from the agreement's first month on. Columns, MXN a month of
        `configs/value.yaml`'s year: ``running_*`` and ``building_*`` by payer; ``ceci_cost``,
        ``empresa_running``, ``empresa_paid_firm``, ``empresa_building``; ``contributions``,
        ``tax``, ``displaced_contributions``, ``displaced_tax``, ``income`` (labour income of the
        households of mothers of under-fours), ``output``, ``turnover``. Numbers:
        ``ceci_places``, ``ceci_enrolled``, ``empresa_enrolled``, ``<group>_employed``,
        ``<group>_formal`` for mothers and women, ``posts`` (filled,
        by anyone), ``displaced`` (men and older women in them).

    Raises
    ------
    RefusedError
        If a table or the manifest lacks what is needed.
    """
    people = _people(results, _rates(results))
    # Where there is no centre there is no account of one
    costs = _costs(results, assumed).reindex(people.index, fill_value=0)
    return pd.concat([costs, people], axis=1) / float(results.config.get("scale", 1.0))


def _rates(results: Results) -> dict[str, float]:
    parameters = results.config.get("parameters") or {}
    if absent := [name for name in RATES if name not in parameters]:
        raise RefusedError(N_("{folder}: {file} lacks {names}"), folder=results.folder,
                           file="manifest.json", names=", ".join(absent))  # fmt: skip
    return {name: float(parameters[name]["value"]) for name in RATES}


def _costs(results: Results, assumed: Assumptions) -> pd.DataFrame:
    """Return what centres cost; building is borne from the month in which a centre has places."""
    wanted = ("scheme", "places", "enrolled", *(f"paid_{payer}" for payer in PAID),
              *(f"capital_{payer}" for payer in BUILT))  # fmt: skip
    accounts = results.accounts(wanted)
    centre = [name for name in ("arm", "replicate", "region", "centre") if name in accounts]
    found = accounts[KEYS].copy()
    for payer in PAID:
        found[f"running_{payer}"] = accounts[f"paid_{payer}"]
    for payer in BUILT:
        whole = accounts.groupby(centre, observed=True)[f"capital_{payer}"].transform("sum")
        found[f"building_{payer}"] = whole.where(accounts["places"] > 0, 0) * assumed.monthly
    new, own = accounts["scheme"] != GUARDERIA, accounts["scheme"] == EMPRESA
    running = found[[f"running_{payer}" for payer in PAID]].sum(axis=1)
    building = found[[f"building_{payer}" for payer in BUILT]].sum(axis=1)
    found["ceci_cost"] = (running + building).where(new, 0)
    found["empresa_running"] = running.where(own, 0)
    found["empresa_paid_firm"] = accounts["paid_firm"].where(own, 0)
    found["empresa_building"] = building.where(own, 0)
    for name in ("places", "enrolled"):
        found[f"ceci_{name}"] = accounts[name].where(new, 0)
    found["empresa_enrolled"] = accounts["enrolled"].where(own, 0)
    return found.groupby(KEYS, observed=True).sum()


def _people(results: Results, rates: Mapping[str, float]) -> pd.DataFrame:
    """Return jobs, and what they bring."""
    women, mothers = (_wide(results, PEOPLE, (group,)) for group in (WOMEN, MOTHERS))
    found = pd.DataFrame(index=women.index)
    for group, of in ((MOTHERS, mothers), (WOMEN, women)):
        formal, everyone = counted(of, rates["social_contributions"])
        found[f"{group}_formal"] = formal
        found[f"{group}_employed"] = everyone * of["employment"] / 100
        found["income"] = found.get("income", everyone * of["household_income"])
    found["contributions"], found["tax"] = women["social_contributions"], women["income_tax"]
    before = _without(found[f"{WOMEN}_formal"], found), _without(women["wage"], found)
    found["output"] = women["output"] * before[0] * before[1] * rates["lost_day_cost"]
    found["turnover"] = -women["turnover_cost"] * before[0]
    firms = _wide(results, FIRMS, SECTORS)
    for name, rate in (("contributions", "social_contributions"), ("tax", "income_tax")):
        found[f"displaced_{name}"] = firms["other_workers"] * before[1] * rates[rate]
    found["posts"], found["displaced"] = firms.sum(axis=1), firms["other_workers"]
    return found


def counted(of: pd.DataFrame, rate: float) -> tuple[pd.Series, pd.Series]:
    """Return how many of a group work formally, and how many the group has.

    The results have rates and no counts. The formally employed are the contributions paid over
    those of one wage, and the group is these over its rate of formal employment: both are
    equalities of the measures' definitions, not estimates.

    Parameters
    ----------
    of : DataFrame
        Columns social_contributions, wage (MXN a month), formal_employment (%).
    rate : float
        Of contributions.
    """
    formal = of["social_contributions"] / (rate * of["wage"])
    return formal, formal / (of["formal_employment"] / 100)


def _wide(results: Results, measures: tuple[str, ...], groups: tuple[str, ...]) -> pd.DataFrame:
    """Return measures side by side, added up over groups; index `KEYS`."""
    monthly = results.monthly(measures, groups)
    if absent := set(measures) - set(monthly["measure"][monthly["value"].notna()]):
        raise results.without(absent)
    cells = monthly.groupby([*KEYS, "measure"], observed=True)["value"]
    return cells.sum(min_count=1).unstack("measure").astype(float)


def _without(values: pd.Series, like: pd.DataFrame) -> pd.Series:
    """Return the values of the arm without the programme, in both arms."""
    baseline = values.xs("baseline", level="arm")
    moments = pd.MultiIndex.from_frame(like.index.to_frame()[KEYS[1:]])
    return pd.Series(baseline.reindex(moments).to_numpy(), index=like.index)
