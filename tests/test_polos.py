"""Every polo composes and runs with every rollout; its figures are sound and say their source."""

import csv
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hydra import compose, initialize_config_dir

import configs
from sim.population.work import women_at_work
from sim.run import paired_replicate, use_threads
from sim.settings import REQUIRED_FIGURES, Plan, Settings

HOME = Path(configs.__file__).resolve().parent
ROOT = Path(__file__).resolve().parents[1]
CENSUS = ROOT.parent / "shared" / "data" / "censo2020_municipios_selected.csv"


def names(group: str) -> list[str]:
    """Return the options of a configuration group."""
    return sorted(path.stem for path in (HOME / group).glob("*.yaml"))


POLOS, ROLLOUTS, SCENARIOS = names("polo"), names("rollout"), names("scenario")
GROUPS = {group: names(group) for group in Plan.model_fields}


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Small polos lose more to waiting for threads than they win."""
    use_threads(1)
    yield
    use_threads(0)


@cache
def told(*overrides: str) -> Settings:
    """Return checked settings."""
    with initialize_config_dir(str(HOME), version_base=None):
        return Settings.from_config(compose("config", overrides=list(overrides)))


def test_all_that_was_asked_for_is_there():
    assert len(POLOS) == 16
    assert {
        "anunciado", "retrasado", "solo_imss", "liderado_por_empresas", "horario_extendido",
        "acceso_universal", "ninguno",
    } <= set(ROLLOUTS)  # fmt: skip
    assert {
        "polo_norte", "polo_golfo", "polo_sonora", "polo_bajio", "polo_centro", "polo_sureste",
        "san_quintin", "sin_programa",
    } <= set(SCENARIOS)  # fmt: skip


@pytest.mark.parametrize("rollout", ROLLOUTS)
@pytest.mark.parametrize("polo", POLOS)
def test_every_polo_runs_with_every_rollout(polo, rollout):
    women = told("+scenario=polo_norte", f"polo={polo}").polo["women_15_49"]
    settings = told(
        "+scenario=polo_norte",
        f"polo={polo}",
        f"rollout={rollout}",
        f"scale={min(1.0, 400 / women):.8f}",
        "burn_in=2",
        "months=6",
        "replicates=1",
    )
    monthly, accounts = paired_replicate(settings, 0)
    assert np.isfinite(monthly["value"].dropna()).all()
    people = monthly[(monthly["measure"] == "participation") & (monthly["group"] == "women_15_49")]
    assert people["value"].between(20, 90).all()
    new = accounts[(accounts["arm"] == "baseline") & (accounts["scheme"] != "guarderia")]
    assert new.empty
    if rollout == "ninguno":
        arms = [
            monthly[monthly["arm"] == arm]["value"].to_numpy() for arm in monthly["arm"].unique()
        ]
        np.testing.assert_array_equal(*arms)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_composes(scenario):
    assert told(f"+scenario={scenario}").name == scenario


def test_every_lever_composes():
    for group, options in GROUPS.items():
        for option in options:
            settings = told("+scenario=san_quintin", f"{group}={option}")
            assert getattr(settings, group).name == option


@pytest.mark.parametrize(
    ("rollout", "group", "option"),
    [
        ("horario_extendido", "opens", "extendido"),
        ("acceso_universal", "access", "universal"),
        ("liderado_por_empresas", "outreach", "saturacion"),
        ("solo_imss", "outreach", "ninguna"),
    ],
)
def test_a_rollout_sets_its_levers_and_the_command_line_wins(rollout, group, option):
    assert getattr(told("+scenario=polo_golfo", f"rollout={rollout}"), group).name == option
    other = next(name for name in GROUPS[group] if name != option)
    settings = told("+scenario=polo_golfo", f"rollout={rollout}", f"{group}={other}")
    assert getattr(settings, group).name == other


@pytest.mark.parametrize("polo", POLOS)
def test_figures_are_plausible_and_say_how_they_are_known(polo):
    settings = told("+scenario=polo_norte", f"polo={polo}")
    place = settings.polo
    assert set(place.figures) == set(REQUIRED_FIGURES)
    for name, figure in place.figures.items():
        assert len(figure.source) > 3, name
        if figure.known in ("measured", "derived"):
            assert "http" in figure.source or "INEGI" in figure.source or ":" in figure.source, name
    women = women_at_work(place)
    assert 0.3 < women["active"] / place["women_15_49"] < 0.8
    assert women["maquila"] <= women["formal"] <= women["employed"] <= women["active"]
    assert place["guarderia_places"] >= 20
    assert place.announced
    assert place.podecobi.status and place.podecobi.source


def test_pay_is_of_the_zone_of_the_minimum_wage():
    border = {"juarez", "san_quintin"}
    for polo in POLOS:
        wage = told("+scenario=polo_norte", f"polo={polo}").parameters["minimum_wage"].value
        assert wage == (13226 if polo in border else 9451), polo


def test_san_quintin_has_its_two_centres_at_farms():
    place = told("+scenario=san_quintin").polo
    assert [(c.scheme, c.places) for c in place.announced.values()] == [("campo", 110)] * 2
    assert all(place.parks[c.park].kind == "farm" for c in place.announced.values())


def test_huamantla_has_a_centre_inside_the_polo():
    place = told("+scenario=polo_centro").polo
    assert place.announced["polo_huamantla"].park == "polo"


@pytest.mark.skipif(not CENSUS.exists(), reason="the census table is not part of the project")
@pytest.mark.parametrize("polo", POLOS)
def test_census_figures_are_those_of_the_table(polo):
    columns = {
        "women_total": "pobfem", "women_15_plus": "p_15ymas_f", "women_18_plus": "p_18ymas_f",
        "women_15_49": "p_15a49_f", "children_0_2": "p_0a2", "children_3_5": "p_3a5",
        "active_women": "pea_f", "employed_women": "pocupada_f",
    }  # fmt: skip
    place = told("+scenario=polo_norte", f"polo={polo}").polo
    with CENSUS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["cvegeo"] in place.municipalities]
    assert len(rows) == len(place.municipalities)
    for figure, column in columns.items():
        assert place[figure] == sum(float(row[column]) for row in rows), figure


def test_multirun_over_all_polos_writes_one_folder_each(tmp_path):
    done = subprocess.run(
        [
            sys.executable, "-m", "sim", "--multirun", "+scenario=polo_norte",
            f"polo={','.join(POLOS[:2])}", "scale=0.005", "burn_in=1", "months=2", "replicates=1",
        ],
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(tmp_path)},
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    folders = sorted(path.name for path in (tmp_path / "outputs" / "polo_norte").iterdir())
    assert [name.split("_anunciado")[0] for name in folders] == POLOS[:2]
