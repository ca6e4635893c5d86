"""The vault: numbers of a small fixed run, kept so that no change moves them unseen.

``python tests/update_vault.py`` runs it again, rewrites the vault and prints what changed.
"""

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
VAULT = Path(__file__).resolve().parent / "vault" / "polo_norte_small.json"
OVERRIDES = [
    "scale=0.004",
    "burn_in=6",
    "months=30",
    "replicates=1",
    # Places are multiplied: at this scale a centre would have one
    "polo.figures.guarderia_places.value=10000",
]
PLACES_TIMES = 4
MONTHS = ("2026-01", "2027-06", "2028-06")
KEPT = (
    ("participation", "women_15_49"),
    ("participation", "mothers_u4"),
    ("formal_employment", "mothers_u4"),
    ("informality", "women_15_plus"),
    ("absence", "mothers_u4"),
    ("separation", "sector_maquila"),
    ("wage", "sector_maquila"),
    ("household_income", "mothers_u4_lone"),
    ("care_grandmother", "mothers_u4"),
    ("enrolled", "all_centres"),
    ("waiting_list", "ceci"),
    ("vacancies", "sector_maquila"),
)
"""Measures and groups that are kept: in the first month, one arm (they are the same), then both."""


def numbers() -> dict[str, float | None]:
    """Run the small polo and return its numbers by ``measure/group/month/arm``."""
    from hydra import compose, initialize_config_dir

    import configs
    from sim.run import paired_replicate
    from sim.settings import Settings

    with initialize_config_dir(str(Path(configs.__file__).resolve().parent), version_base=None):
        config = compose("config", overrides=["+scenario=polo_norte", *OVERRIDES])
    for centre in config.polo.announced.values():
        centre.places *= PLACES_TIMES
    frame = paired_replicate(Settings.from_config(config), 0).monthly
    frame["month"] = frame["month"].dt.strftime("%Y-%m")
    table = frame.set_index(["measure", "group", "month", "arm"])["value"]
    kept: dict[str, float | None] = {}
    for measure, group in KEPT:
        for month in MONTHS:
            for arm in ("baseline", "programme")[: 1 if month == MONTHS[0] else 2]:
                value = float(table[measure, group, month, arm])
                kept[f"{measure}/{group}/{month}/{arm}"] = None if value != value else value
    return kept


def vault() -> dict[str, Any]:
    """Return the numbers in the vault; none if there is no vault yet."""
    if not VAULT.exists():
        return {}
    return json.loads(VAULT.read_text(encoding="utf-8"))


def update() -> None:
    """Rewrite the vault and print each number that changed: old, new."""
    old, new = vault(), numbers()
    for name in dict.fromkeys((*old, *new)):
        if old.get(name, "none") != new.get(name, "none"):
            print(f"{name}: {old.get(name, 'none')} -> {new.get(name, 'none')}")
    changed = sum(old.get(name, "none") != new.get(name, "none") for name in {**old, **new})
    VAULT.parent.mkdir(exist_ok=True)
    VAULT.write_text(json.dumps(new, indent=1) + "\n", encoding="utf-8")
    print(f"{changed} of {len(new)} numbers changed: {VAULT.relative_to(ROOT)}")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    update()
