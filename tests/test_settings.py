"""What a run is told: every mistake is refused, and every figure and parameter has its source."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from sim.parameters import base, names
from sim.settings import REQUIRED_FIGURES

SIM = Path(__file__).resolve().parents[1] / "sim"


@pytest.mark.parametrize(
    "override, said",
    [
        ("replicates=-1", "greater than or equal to 1"),
        ("replicates=1.5", "valid integer"),
        ("months=0", "greater than or equal to 1"),
        ("burn_in=-1", "greater than or equal to 0"),
        ("scale=0", "greater than 0"),
        ("scale=1.01", "less than or equal to 1"),
        ("seed=-3", "greater than or equal to 0"),
        ("seed=abc", "valid integer"),
        ("engine=fast", "'compiled' or 'objects'"),
        ("threads=-1", "greater than or equal to 0"),
        ("agreement_start=2026-13", "match pattern"),
        ("+surprise=1", "not permitted"),
        ("+parameters.surprise.value=1", "Field required"),
        ("parameters.detour_cost.value=99", "not from 0 to 2"),
        ("parameters.detour_cost.value=nan", "finite"),
        ("parameters.detour_cost.value=far", "valid number"),
        ("~parameters.detour_cost", "detour_cost is missing"),
        ("polo.figures.informality.value=1.2", "not from 0 to 1"),
        ("polo.figures.women_15_49.value=800000", "more than figures.women_15_plus"),
        ("polo.figures.maquila_women.value=300000", "more than figures.maquila_workers"),
        ("polo.figures.children_0_2.value=-5", "greater than or equal to 0"),
        ("~polo.figures.children_0_2", "children_0_2 is missing"),
        ("polo.figures.women_15_49.source=''", "at least 1 character"),
        ("polo.hours.ceci.0.closes='05:00'", "not after opens"),
        ("polo.hours.maquila.0.end='05:00'", "not after start"),
        ("polo.hours.other.0.share=0.9", "add up to 1"),
        ("polo.rooms.lactantes=0.9", "add up to 1"),
        ("polo.parks.sur.share=0.9", "add up to 1"),
        ("polo.announced.paraje_oriente.places=-1", "greater than or equal to 0"),
        ("polo.announced.paraje_oriente.scheme=municipal", "'imss', 'empresa' or 'campo'"),
        ("rollout.schemes=[casa]", "'imss', 'empresa' or 'campo'"),
        ("rollout.building_months.longest=3", "less than shortest"),
    ],
)
def test_a_mistake_is_refused_and_said(settings, override, said):
    with pytest.raises(ValidationError, match=re.escape(said)):
        settings(override)


def test_every_parameter_says_its_unit_bounds_and_source():
    for name, parameter in base().items():
        low, high = parameter["bounds"]
        assert low < high, name
        assert low <= parameter["value"] <= high, name
        assert len(parameter["source"]) > 5 and parameter["unit"], name
        assert parameter["known"] in ("measured", "derived", "calibrated", "assumed"), name
        assert parameter["label"]["es"] != parameter["label"]["en"], name


def test_every_parameter_is_used_and_every_one_used_is_declared():
    code = "\n".join(path.read_text(encoding="utf-8") for path in SIM.rglob("*.py"))
    read = set(re.findall(r"\bp\.([a-z]\w*)", code))
    read |= set(re.findall(r"parameters\[0\]\.([a-z]\w*)", code))
    read |= set(re.findall(r'settings\.parameters\["(\w+)"\]', code))
    assert read == set(names())


def test_no_effect_is_a_parameter():
    for name, parameter in base().items():
        said = f"{name} {parameter['unit']} {parameter['label']['en']}".lower()
        assert "effect" not in said and "ceci" not in said, name


def test_every_figure_is_used():
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in SIM.rglob("*.py") if path.name != "settings.py"
    )
    written_out = {f"mothers_{ages}" for ages in ("15_19", "20_24", "25_29", "30_44", "45_49")}
    written_out |= {name for name in REQUIRED_FIGURES if name.startswith("fertility_")}
    written_out |= {name for name in REQUIRED_FIGURES if name.startswith("children_")}
    bookkeeping = {"women_total", "women_12_plus", "household_size"}
    for name in REQUIRED_FIGURES:
        assert f'"{name}"' in code or name in written_out | bookkeeping, name
