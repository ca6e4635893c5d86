"""Agreements that firms sign, beside those known: ``python -m experiments.adoption``.

Two facts to come near. Before the agreement few firms knew of scheme `empresa`: 7 centres in the
whole country by January 2025, eight years after the scheme was published; the polo's share of them
is its share of the persons that IMSS covers. With the agreement's dialogue, 5 of the first 12 CECI
of Ciudad Juárez are firms' own.

Takes the options of a run (``+scenario=polo_norte scale=1 output_dir=...``). The polo lives its
burn-in once; then awareness and signatures alone go on, many times, on the staff that firms had at
its end.
"""

import sys

import numpy as np
import pandas as pd
from hydra import compose
from omegaconf import DictConfig, OmegaConf

from experiments.tables import publish
from sim.cli import command
from sim.model import PoloModel
from sim.programme.agreements import consortia, cost_of_a_place, worth_of_a_place
from sim.programme.outreach import spread
from sim.run import use_threads
from sim.settings import Outreach, Settings

IMSS_COVERED_IN_MEXICO = 47_245_909
"""Persons covered by IMSS: INEGI, Censo 2020, ITER, PDER_IMSS summed over the states."""

CENTRES_IN_MEXICO, YEARS_BEFORE = 7, 8
FIRST_YEAR = 5
LIVES = 40


def adopted(settings: Settings, firms: np.recarray, outreach: Outreach, months: int) -> np.ndarray:
    """Return how many agreements are signed in `months`, in each of `LIVES` lives of the firms."""
    terms = settings.rollout.agreements
    p = settings.parameters
    counts = np.zeros(LIVES)
    for life in range(LIVES):
        here = firms.copy()
        here.aware = 0
        signed = np.zeros(here.size, bool)
        for month in range(months):
            spread(here, outreach, settings.seed, life, month, month == 0)
            worth = worth_of_a_place(here, p, settings.polo["potential_pay"])
            willing = (here.aware == 1) & ~signed & (worth >= cost_of_a_place(p))
            for members, _ in consortia(here, willing, p["expected_use"].value, terms):
                signed[members] = True
                counts[life] += 1
    return counts


def choice(name: str) -> Outreach:
    """Return a choice of the group `outreach`; Hydra must have been started."""
    config = compose(f"outreach/{name}")
    return Outreach.model_validate(OmegaConf.to_container(config.outreach, resolve=True))


def compare(settings: Settings) -> pd.DataFrame:
    """Return expected agreements beside those known."""
    model = PoloModel(settings, 0, settings.plan.without_centres())
    for _ in range(settings.burn_in):
        model.step()
    firms = model.tables["firms"]
    polo = settings.polo
    share = polo["imss_covered"] * polo["women_total"] * 2 / IMSS_COVERED_IN_MEXICO
    rows = []
    for name, months, known, source in (
        (
            "previa",
            12 * YEARS_BEFORE,
            CENTRES_IN_MEXICO * share * settings.scale,
            "7 in the country, January 2025 (ceci:empresa_centres_jan2025), times the polo's share",
        ),
        (
            "dialogos",
            12,
            FIRST_YEAR * settings.scale,
            "5 of the first 12 (ceci:empresa_first12_share)",
        ),
    ):
        counts = adopted(settings, firms, choice(name), months)
        low, high = np.quantile(counts, [0.05, 0.95])
        rows.append(
            {
                "outreach": name,
                "months": months,
                "published": round(known, 2),
                "model": round(float(counts.mean()), 2),
                "low": low,
                "high": high,
                "inside": bool(low <= known <= high),
                "source": source,
            }
        )
    return pd.DataFrame(rows)


def job(config: DictConfig) -> None:
    """Run the comparison and publish it."""
    settings = Settings.of_a_polo(config).of_replicate(0)
    use_threads(settings.threads)
    publish(compare(settings), "adoption", "Agreements signed, beside those known", settings)


if __name__ == "__main__":
    sys.exit(command(job))
