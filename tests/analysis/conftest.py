"""Result folders made up."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis import charts
from sim.results.manifest import SCHEMA
from tests.analysis.made import FIRST, RATES, accounts_table, monthly_table, sealed


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a result folder."""

    def write(
        name: str = "made_up",
        table: pd.DataFrame | None = None,
        config: dict[str, Any] | None = None,
        **changes: Any,
    ) -> Path:
        frame = monthly_table() if table is None else table
        replicates = int(frame["replicate"].nunique())
        path = tmp_path / name
        path.mkdir()
        label = {"es": "Escenario de prueba", "en": "Made-up scenario"}
        manifest = {
            "schema": SCHEMA,
            "complete": True,
            "replicates_done": replicates,
            "interval": "chance",
            "draws": {},
            "seed": 7,
            "inputs": {},
            "config": {
                "name": "made_up",
                "label": label,
                "agreement_start": FIRST,
                "scale": 0.5,
                "distribution": {"change": 0.025},
                "parameters": {name: {"value": value} for name, value in RATES.items()},
                "polo": {"name": "here", "label": {"es": "Aquí", "en": "Here"}},
                "rollout": {"name": name, "label": {"es": f"Plan {name}", "en": f"Plan {name}"}},
                **{lever: {"name": "same"} for lever in
                   ("outreach", "assistance", "siting", "access", "opens")},
                **(config or {}),
            },
            **changes,
        }  # fmt: skip
        frame.to_parquet(path / "monthly.parquet")
        accounts_table(replicates).to_parquet(path / "accounts.parquet")
        (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        return sealed(path)

    return write


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict[str, Figure]:
    """Return every figure that is saved, by name, laid out."""
    kept: dict[str, Figure] = {}
    save = charts.save

    def spy(figure: Figure, stem: Path) -> list[Path]:
        files = save(figure, stem)
        kept[stem.name] = figure
        return files

    monkeypatch.setattr(charts, "save", spy)
    return kept
