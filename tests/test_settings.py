"""What a run is told: every mistake is refused, and every figure and parameter has its source."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from pydantic import ValidationError

import configs
from sim.errors import InputError
from sim.parameters import base, names
from sim.settings import REQUIRED_FIGURES, Settings

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
        ("polo.announced.paraje_oriente.scheme=municipal", "'imss' or 'campo'"),
        ("polo.announced.paraje_oriente.scheme=empresa", "'imss' or 'campo'"),
        ("+polo.announced.paraje_oriente.closes=2025-05", "is not after start 2025-05"),
        ("+polo.announced.paraje_oriente.park=centro", "park centro of paraje_oriente is none of"),
        ("+polo.parks.sur.kind=farm", "shares of the industrial parks add up to"),
        ("polo.season.posts=[1,1,1,1,1,1,1,1,1,1,1]", "at least 12 items"),
        ("polo.season.posts=[2,1,1,1,1,1,1,1,1,1,1,1]", "less than or equal to 1"),
        ("polo.municipal_agreement.voucher.value=2001", "more than fee 2000"),
        ("agreement_end=2025-12", "agreement_end 2025-12 is not after agreement_start 2026-01"),
        ("agreement_end=2026-01", "agreement_end 2026-01 is not after agreement_start 2026-01"),
        ("access.voucher.value=100", "voucher 100 is more than fee_uninsured 0"),
        ("access.priority=age", "'first_come', 'need' or 'lottery'"),
        (
            "opens.evening={opens:'17:00',closes:'16:00',places:0.5,known:assumed}",
            "not after opens",
        ),
        ("opens.day=[{opens:'06:00',closes:'17:00',share:0.9}]", "add up to 1"),
        ("rollout.agreements.most_places=59", "most_places 59 is less than least_places 60"),
        ("rollout.agreements.years=6", "less than or equal to 5"),
        ("siting.rule=nearest", "'announced', 'park', 'homes', 'need', 'random' or 'optimum'"),
        ("rollout.schemes=[casa]", "'imss', 'empresa' or 'campo'"),
        ("rollout.building_months.longest=3", "less than shortest"),
    ],
)
def test_a_mistake_is_refused_and_said(settings, override, said):
    with pytest.raises(ValidationError, match=re.escape(said)):
        settings(override)


INSURED_ONLY = ("access.uninsured=no", "access.fee_uninsured.value=2000")


@pytest.mark.parametrize(
    "overrides, said",
    [
        ((*INSURED_ONLY, "access.voucher.value=100"), "uninsured is no: nobody could use it"),
        ((*INSURED_ONLY, "access.guarderias=true"), "uninsured is no: nobody could enter by it"),
        (("access=convenio_municipal", "access.voucher.value=2001"), "more than fee_uninsured"),
        (("opens=extendido", "opens.evening.closes='15:30'"), "not after opens 15:30"),
        (("opens=extendido", "opens.evening.places=1.5"), "less than or equal to 1"),
        (
            tuple(f"+polo.parks.{park}.kind=farm"
                  for park in ("norte", "oriente", "sureste", "sur", "poniente")),
            "there is no park of kind industrial",
        ),
    ],
)  # fmt: skip
def test_mistakes_of_several_keys_are_refused_and_said(settings, overrides, said):
    with pytest.raises(ValidationError, match=re.escape(said)):
        settings(*overrides)


@pytest.mark.parametrize(
    "changed, said",
    [
        ({}, None),
        ({"years": 6}, "less than or equal to 5"),
        ({"years": 0}, "greater than or equal to 1"),
        ({"firms": 1}, "firms 1 is no consortium"),
        ({"firms": 1, "consortium": False}, None),
        ({"start": "2025-12"}, "start 2025-12 is not from agreement_start 2026-01"),
        ({"start": "2026-01"}, None),
        ({"start": "2030-09"}, None),
        ({"start": "2030-10"}, "start 2030-10 is not from agreement_start 2026-01"),
        ({"park": "centro"}, "park centro of tetla is none of norte"),
        ({"places": 0}, "greater than or equal to 1"),
    ],
    ids=str,
)
def test_a_signed_agreement_is_checked(settings, changed, said):
    signed = {"park": "sur", "firms": 7, "consortium": True, "places": 252, "start": "2026-05"}
    signed |= {"years": 5, "known": "assumed"} | changed
    plain = settings().model_dump(mode="json")
    plain["polo"]["signed"] = {"tetla": signed}
    if said is None:
        assert Settings.model_validate(plain).polo.signed["tetla"].firms == signed["firms"]
    else:
        with pytest.raises(ValidationError, match=re.escape(said)):
            Settings.model_validate(plain)


def test_the_baselines_plan_has_no_centre_and_lets_in_whom_it_did(settings):
    told = settings("access=universal", "opens=extendido")
    bare = told.plan.without_centres()
    assert bare.rollout.schemes == []
    access = bare.access
    assert (access.uninsured, access.guarderias, access.fathers) == ("no", False, False)
    assert access.priority == "first_come"
    assert {access.fee.value, access.fee_uninsured.value, access.voucher.value} == {0.0}
    assert told.plan.access.uninsured == "yes", "the run's own plan stays"
    for group in ("outreach", "assistance", "siting", "opens"):
        assert getattr(bare, group) == getattr(told, group)


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
    lines = [line for line in code.splitlines() if " for p in " not in line]  # another p
    read = set(re.findall(r"\bp\.([a-z]\w*)", "\n".join(lines)))
    read |= set(re.findall(r"parameters\[0\]\.([a-z]\w*)", code))
    read |= set(re.findall(r'\b(?:p|parameters)\["(\w+)"\]', code))
    for listed, body in pairwise(lines):
        if "parameters[name]" in body and " for name in (" in listed:
            read |= set(re.findall(r'"(\w+)"', listed))
    assert read == set(names())


def test_no_effect_is_a_parameter():
    for name, parameter in base().items():
        said = f"{name} {parameter['unit']} {parameter['label']['en']}".lower()
        assert "effect" not in said and "ceci" not in said, name


def test_every_figure_is_used():
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for path in SIM.rglob("*.py")
        if path.parent.name != "settings"
    )
    written_out = {f"mothers_{ages}" for ages in ("15_19", "20_24", "25_29", "30_44", "45_49")}
    written_out |= {name for name in REQUIRED_FIGURES if name.startswith("fertility_")}
    written_out |= {name for name in REQUIRED_FIGURES if name.startswith("children_")}
    bookkeeping = {"women_total", "women_12_plus", "household_size"}
    for name in REQUIRED_FIGURES:
        assert f'"{name}"' in code or name in written_out | bookkeeping, name


def test_a_command_for_one_polo_refuses_the_country():
    with initialize_config_dir(str(Path(configs.__file__).resolve().parent), version_base=None):
        country = compose("config", overrides=["+scenario=nacional"])
    with pytest.raises(InputError, match=r"nacional is the country.*\+scenario=polo_norte"):
        Settings.of_a_polo(country)
