"""Tables made up, with an effect that is known."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd

from sim.results.catalogue import catalogue
from sim.results.manifest import SCHEMA
from sim.results.paired import ARMS

FIRST, OPENED, MONTHS = "2026-01", 3, 30
MEASURES = (
    "participation", "employment", "formal_employment", "informality", "unemployment", "absence",
    "absence_own_illness", "absence_sick_child", "absence_care_breakdown", "absence_other",
    "separation", "survival_12", "output", "care_at_risk", "enrolment", "household_income", "wage",
    "social_contributions", "income_tax", "turnover_cost", "staff", "other_workers",
)  # fmt: skip
RATES = {"social_contributions": 0.27, "income_tax": 0.05, "lost_day_cost": 1.5}
PAID = ("paid_imss", "paid_firm", "paid_municipality", "paid_family", "capital_imss",
        "capital_firm")  # fmt: skip


def planted(month: np.ndarray, size: float) -> np.ndarray:
    """Return the effect planted in each month: none before the opening, then growing to `size`."""
    return size * np.clip((month - OPENED + 1) / 12, 0, 1)


def monthly_table(
    size: float = 2.0,
    replicates: int = 8,
    seed: int = 1,
    measures: tuple[str, ...] = MEASURES,
    groups: list[str] | None = None,
    noise: float = 0.5,
    shared: int = 7,
) -> pd.DataFrame:
    """Return a monthly table: noise common to both arms, and an effect that varies by replicate.

    What arms share is drawn from `shared`, so that scenarios of one value live on common draws; a
    replicate's own effect is `size` plus `noise`, and months scatter around it.
    """
    names = groups or [
        name for name, group in catalogue()["groups"].items()
        if group["of"] in ("people", "sector", "women_15_plus")
    ]  # fmt: skip
    shape = (len(measures), len(names), replicates, MONTHS)
    rng, common = np.random.default_rng(seed), np.random.default_rng(shared)
    base = 50 + common.normal(0, 3, (*shape[:3], 1)) + common.normal(0, 0.5, shape)
    month = np.arange(MONTHS)
    own = common.normal(0, noise, (*shape[:3], 1)) + rng.normal(0, noise / 4, (*shape[:3], 1))
    effect = planted(month, 1.0) * (size + own + rng.normal(0, noise / 4, shape))
    months = pd.date_range(f"{FIRST}-01", periods=MONTHS, freq="MS")
    index = pd.MultiIndex.from_product(
        [measures, names, range(replicates), months],
        names=["measure", "group", "replicate", "month"],
    )
    arms = [
        pd.DataFrame({"value": values.ravel()}, index=index).reset_index().assign(arm=arm)
        for arm, values in zip(ARMS, (base, base + effect), strict=True)
    ]
    return pd.concat(arms, ignore_index=True).assign(scenario="made_up")


def accounts_table(replicates: int, opened: int = OPENED) -> pd.DataFrame:
    """Return accounts: CECI of two schemes built from the start, with places from `opened` on."""
    months = pd.date_range(f"{FIRST}-01", periods=MONTHS, freq="MS")
    rows = pd.MultiIndex.from_product(
        [ARMS, range(replicates), months], names=["arm", "replicate", "month"]
    ).to_frame(index=False)
    rows = rows.assign(enrolled=0, **dict.fromkeys(PAID, 0))
    built = (rows["month"] < months[opened]).astype(int)
    there = (1 - built).where(rows["arm"] == "programme")
    old = rows.assign(centre=0, scheme="guarderia", places=40, enrolled=40, paid_imss=200_000)
    imss = rows.assign(centre=1, scheme="imss", places=50 * there, enrolled=45 * there,
                       paid_imss=600_000 * there, paid_family=20_000 * there,
                       capital_imss=3_000_000 * built)  # fmt: skip
    empresa = rows.assign(centre=2, scheme="empresa", places=60 * there, enrolled=54 * there,
                          paid_imss=300_000 * there, paid_firm=60_000 * there,
                          capital_firm=1_500_000 * built)  # fmt: skip
    new = pd.concat([imss, empresa]).dropna().astype(old.dtypes)
    return pd.concat([old, new], ignore_index=True)


def lives_table(replicates: int = 8, gained: float = 3.0, lost: float = 1.0) -> pd.DataFrame:
    """Return a table of looks: every quarter, groups of mothers of a household's income alone."""
    groups = [f"mothers_u4_quintile_{n}" for n in range(1, 6)]
    measures = ("employment", "formal_employment", "poverty", "income_per_person")
    table = monthly_table(2.0, replicates, measures=measures, groups=["mothers_u4", *groups])
    shares = {"gained_work": gained, "lost_work": lost, "gained_formal": 1.0, "lost_formal": 0.5,
              "better_off": 2.0, "worse_off": 1.5}  # fmt: skip
    apart = monthly_table(0.0, replicates, measures=tuple(shares), groups=["mothers_u4", *groups])
    rng = np.random.default_rng(9)
    luck = rng.normal(0, 0.1, len(apart))
    apart["value"] = (apart["measure"].map(shares) + luck).where(apart["arm"] == "programme", 0.0)
    gini = monthly_table(0.0, replicates, measures=("gini",), groups=["mothers_u4", "women_15_49"])
    gini["value"] = 0.4 - 0.01 * (gini["arm"] == "programme")
    every = pd.concat([table, apart, gini])
    return every[every["month"].dt.month % 3 == 0]


LEAST = {
    "schema": SCHEMA, "complete": True, "replicates_done": 1, "interval": "chance", "draws": {},
    "seed": 7, "config": {"agreement_start": FIRST},
}  # fmt: skip
"""What every manifest says."""


def sealed(folder: Path) -> Path:
    """Write the fingerprints of a folder's tables into its manifest, as a run does at its end."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) if path.exists() else LEAST
    manifest["results"] = {
        table.name: hashlib.sha256(table.read_bytes()).hexdigest()
        for table in folder.glob("*.parquet")
    }
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def told(what: str, share: float) -> float:
    """Print how often an interval covers what was planted (``pytest -rP``), and return it."""
    print(f"covered: {what}: {100 * share:.1f} %")
    return float(share)
