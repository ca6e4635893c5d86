"""A polo of one's own: from INEGI's files to a run, each figure saying where it came from."""

import csv
import math
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hydra import compose, initialize_config_dir

import configs
from sim.agents.ceci import SCHEMES
from sim.model import PoloModel
from sim.polo.firms import parks_of, read_firms
from sim.polo.places import Origin
from sim.polo.words import WORDS
from sim.population.places import distances, positions, zones_of
from sim.settings import REQUIRED_FIGURES, Polo, Settings
from tests.polo.made import CODE, HERE, centres, firms, hermosillo, write_csv, zones
from tests.population.made import write_iter

HOME = str(Path(configs.__file__).resolve().parent)
ROOT = Path(__file__).resolve().parents[2]
CENSUS = ROOT.parent / "shared" / "data" / "censo2020_municipios_selected.csv"
OF_CENSUS = {"women_total": "POBFEM", "women_15_49": "P_15A49_F", "children_0_2": "P_0A2"}


def told(folder: Path, *overrides: str) -> Settings:
    """Compose the scenario ``mio`` as a run with ``--config-dir`` does."""
    with initialize_config_dir(HOME, version_base=None):
        search = f"hydra.searchpath=['file://{folder}']"
        return Settings.of_a_polo(
            compose("config", overrides=[search, "+scenario=mio", *overrides])
        )


def row() -> dict:
    return next(row for row in hermosillo() if row["ENTIDAD"] + row["MUN"] == CODE)


def plain(tmp_path: Path) -> dict:
    """Load what was written, without Hydra."""
    return yaml.safe_load((tmp_path / "mine" / "polo" / "mio.yaml").read_text(encoding="utf-8"))


def test_from_all_files(files, new, tmp_path):
    said = new(**files)
    assert (said.status, said.err) == (0, "")
    polo = told(tmp_path / "mine").polo
    assert polo.municipalities == [CODE]
    assert polo.label.en == "Hermosillo, Sonora"
    assert set(polo.figures) == set(REQUIRED_FIGURES)
    for name, column in OF_CENSUS.items():
        figure = polo.figures[name]
        assert (figure.value, figure.known) == (row()[column], "measured")
        assert all(part in figure.source for part in ("iter_26.csv", CODE, column)), figure.source
    informality = polo.figures["informality"]
    assert informality.known == "measured"
    for part in ("ENOE 2023-T4", "standard error 0.", "municipality 26030", "asked"):
        assert part in informality.source
    here = [f for f in firms() if f["cve_mun"] == "030"]
    large = ("51 a", "101", "251")
    plants = [
        f for f in here if f["codigo_act"][:2] in ("31", "33") and f["per_ocu"].startswith(large)
    ]
    assert polo["maquila_establishments"] == len(plants)
    larger = [f for f in here if f not in plants and not f["per_ocu"].startswith(("0 a", "6 a"))]
    assert polo["other_firms"] == len(larger)
    assert (polo["guarderias"], polo["guarderia_places"]) == (2, 390)
    assert list(polo.announced) == ["ceci_sahuaro", "ceci_palo_verde", "ceci_la_costa"]
    assert polo.announced["ceci_sahuaro"].built == 0.2
    assert polo.zones.count == len(polo.zones.centroids) == len(zones())


def test_numbers_are_the_same_in_file_table_and_evidence(files, new, tmp_path):
    said = new(**files)
    shown = {}
    for line in said.out.splitlines():
        cells = [cell.strip() for cell in line.strip("│").split("│")]
        if len(cells) >= 5 and cells[0]:
            shown.setdefault(cells[0], cells)
    written = plain(tmp_path)["figures"]
    for name, figure in written.items():
        assert shown[name][1] == f"{figure['value']:.15g}", name
    with (tmp_path / "mine" / "polo" / "mio_enoe.csv").open(encoding="utf-8", newline="") as file:
        rates = {row["rate"]: row for row in csv.DictReader(file)}
    taken = {row["figure"]: row for row in rates.values() if row["figure"]}
    assert "informality" in taken and "primaria_50_plus" in taken
    for name, rate in taken.items():
        assert float(rate["value"]) == written[name]["value"]
        assert f"standard error {float(rate['standard_error']):.4f}" in written[name]["source"]
    assert shown["absence"][1:4] == [
        rates["absence"][n] for n in ("value", "standard_error", "asked")
    ]


def test_what_the_files_do_not_give_is_the_states_or_the_countrys_and_says_so(files, new, tmp_path):
    assert new(iter=files["iter"]).status == 0
    polo = told(tmp_path / "mine").polo
    informality = polo.figures["informality"]
    assert (informality.value, informality.known) == (0.412, "derived")
    assert informality.source.startswith("State 26's: ENOE 2023-T4")
    country = polo.figures["fertility_20_24"]
    assert country.known == "assumed" and country.source.startswith("The country's: ENADID")
    assert polo.figures["maquila_women"].source.startswith("By rule: ")
    measured = {name for name, figure in polo.figures.items() if figure.known == "measured"}
    assert all("iter_26.csv" in polo.figures[name].source for name in measured)
    for line in (tmp_path / "mine/polo/mio.yaml").read_text(encoding="utf-8").splitlines():
        if line.startswith("  ") and "value:" in line:
            assert ", known: " in line and ', source: "' in line


def test_without_a_census_the_state_is_taken_for_the_people_of_the_zones(files, new, tmp_path):
    assert new(zones=files["zones"]).status == 0
    polo = told(tmp_path / "mine").polo
    people = sum(int(zone["women"]) for zone in zones())
    assert polo["women_total"] == pytest.approx(people, abs=1)
    figure = polo.figures["women_15_49"]
    assert figure.known == "assumed" and figure.source.startswith("State 26's per person")


def test_hidden_figures_are_estimated_and_say_so(tmp_path, new):
    rows = hermosillo()
    for one in rows:
        if one["ENTIDAD"] + one["MUN"] == CODE:
            one["VPH_AUTOM"], one["P_3A5"] = "*", "N/D"
    assert new(iter=write_iter(tmp_path / "iter.csv", rows)).status == 0
    figures = told(tmp_path / "mine").polo.figures
    for name in ("cars", "children_3_5"):
        assert figures[name].known == "derived" and "estimated" in figures[name].source
    assert figures["children_3_5"].value > 0


def test_several_municipalities_are_added_up(files, new, tmp_path):
    assert new(iter=files["iter"], municipality=f"{CODE},26002").status == 0
    both = [r for r in hermosillo() if r["ENTIDAD"] == "26"]
    polo = told(tmp_path / "mine").polo
    assert polo["women_total"] == sum(r["POBFEM"] for r in both)
    assert polo.municipalities == [CODE, "26002"]


def test_the_border_has_its_own_wage(new, tmp_path):
    rows = hermosillo()
    for one in rows:
        if one["ENTIDAD"] + one["MUN"] == "08001":
            one["MUN"] = "037"
    path = write_iter(tmp_path / "iter.csv", rows)
    assert new(iter=path, municipality="08037").status == 0
    assert told(tmp_path / "mine").parameters["minimum_wage"].value == 13226
    assert new("--force", iter=path, municipality="08002").status == 0
    assert told(tmp_path / "mine").parameters["minimum_wage"].value == 9451


@pytest.mark.parametrize(
    ("option", "inside", "others"),
    [
        ("firms", "conjunto_de_datos/denue_inegi_26_.csv", "diccionario_de_datos/denue_{}.csv"),
        ("firms", "denue_26_csv/conjunto_de_datos/DENUE_INEGI_26_.CSV", "metadatos/{}.csv"),
        ("iter", "iter_00_cpv2020/conjunto_de_datos/conjunto_de_datos_iter_00CSV20.csv",
         "iter_00_cpv2020/diccionario_datos/{}_iter_00CSV20.csv"),
        ("iter", "ITER_26CSV20.csv", "catalogos/{}.csv"),
    ],
)  # fmt: skip
def test_the_zips_of_inegi_have_other_tables_too(option, inside, others, files, new, tmp_path):
    assert new(**files).status == 0
    expected = plain(tmp_path)
    packed = files[option].with_suffix(".zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(files[option], inside)
        archive.writestr(others.format("diccionario_de_datos"), "nombre,rango\n")
        archive.writestr(f"__MACOSX/._{Path(inside).name}", b"\0\5")
    assert new("--force", **files | {option: packed}).status == 0
    found = plain(tmp_path)
    values = [{n: f["value"] for n, f in one["figures"].items()} for one in (expected, found)]
    assert values[0] == values[1] and expected["parks"] == found["parks"]


def test_both_languages_say_the_same_numbers(files, new, tmp_path):
    told = {}
    for lang in ("es", "en"):
        said = new("--lang", lang, "--force", **files)
        path = tmp_path / "mine" / "polo" / "mio.yaml"
        told[lang] = said.out, path.read_text(encoding="utf-8"), plain(tmp_path)
    assert told["es"][2] == told["en"][2]
    assert "# Hermosillo, Sonora (municipio 26030): hecho con" in told["es"][1]
    assert "# Hermosillo, Sonora (municipality 26030): made by" in told["en"][1]
    for lang, state, country in (("es", "estado", "país"), ("en", "state", "country")):
        out, text, _ = told[lang]
        for name, source, came in (
            ("grandmother_coresident", "State 26's", state),
            ("other_kin", "The country's", country),
            ("women_total", "INEGI, Censo", "--iter"), ("informality", "INEGI, ENOE", "--enoe"),
        ):  # fmt: skip
            (line,) = [one for one in text.splitlines() if one.startswith(f"  {name}: ")]
            assert f'source: "{source}' in line and line.endswith(f"  # {came}"), line
            assert re.search(rf"{name} .* {came} +│", out)
    digits = [re.findall(r"\d[\d.,]*\d|\d", told[lang][0].partition("ENOE 20")[2]) for lang in told]
    assert digits[0] == digits[1]


def test_every_word_has_both_languages(files, new, tmp_path):
    spoken, english = WORDS["es"], WORDS["en"]
    assert set(english) <= set(spoken)
    for name, words in english.items():
        assert type(words) is type(spoken[name]) and len(words) > 0 < len(spoken[name])
    assert new(**files).status == 0
    units = {figure["unit"] for figure in plain(tmp_path)["figures"].values()}
    assert units == set(spoken["unit"])
    assert {f["known"] for f in plain(tmp_path)["figures"].values()} == set(spoken["known"])


def test_another_language_is_refused(files, new):
    said = new("--lang", "fr", iter=files["iter"])
    assert said.status == 2 and "invalid choice: 'fr'" in said.err and said.err.count("\n") == 1


@pytest.mark.parametrize("label", ["Polo & Co: {x}", "a: &a [*a, *a]", "Ñandú «1»", "#1", "- ?"])
def test_a_label_stays_a_text(label, files, new, tmp_path):
    assert new("--label", label, iter=files["iter"]).status == 0
    assert plain(tmp_path)["label"] == {"es": label, "en": label}
    settings = told(tmp_path / "mine")
    assert settings.label.es == settings.polo.label.en == label


def test_a_name_of_a_file_is_only_a_text(files, new, tmp_path):
    odd = files["iter"].rename(files["iter"].with_name("${oc.env:HOME}<b>.csv"))
    assert new(iter=odd).status == 0
    source = told(tmp_path / "mine").polo.figures["women_total"].source
    assert not set("<>$") & set(source) and "_{oc.env:HOME}_b_.csv" in source


def test_the_packages_own_words_do_not_hide_the_users(files, new, tmp_path):
    assert new(iter=files["iter"]).status == 0
    settings = told(tmp_path / "mine", "polo=juarez")
    assert settings.polo.name == "juarez" and settings.name == "mio"


# Geography


def own(files, new, tmp_path) -> Settings:
    assert new(**files).status == 0
    return told(tmp_path / "mine", "scale=0.02", "burn_in=1", "months=2")


def test_people_live_in_the_zones_by_their_weight(files, new, tmp_path):
    settings = own(files, new, tmp_path)
    model = PoloModel(settings, replicate=0)
    zone = model.tables["households"].zone
    weight = np.array([float(z["women"]) for z in zones()])
    assert set(zone) <= set(np.flatnonzero(weight)), "somebody lives where nobody does"
    share = np.bincount(zone.astype(int), minlength=weight.size) / zone.size
    error = np.sqrt(weight / weight.sum() / zone.size)
    assert (np.abs(share - weight / weight.sum()) <= 5 * error + 1e-9).all()


def test_announced_centres_stand_in_the_nearest_zone(files, new, tmp_path):
    settings = own(files, new, tmp_path)
    model = PoloModel(settings, replicate=0)
    where = positions(settings.polo)[: len(zones())]
    at = dict(zip(settings.polo.announced, model.tables["centres"][2:5], strict=True))
    assert at["ceci_la_costa"].scheme == SCHEMES["campo"]
    for name in ("ceci_sahuaro", "ceci_palo_verde"):
        away = np.hypot(*(where - settings.polo.announced[name].at).T)
        assert at[name].zone == away.argmin()
        assert model.programme.sites.announced_zone(at[name]) == away.argmin()
    assert model.programme.sites.announced_zone(at["ceci_la_costa"]) is None


def test_kilometres_are_those_of_the_globe(files, new, tmp_path):
    settings = own(files, new, tmp_path)
    where = positions(settings.polo)[: len(zones())]
    one, other = zones()[0], zones()[11]
    a, b = (np.radians([float(z["latitude"]), float(z["longitude"])]) for z in (one, other))
    haversine = (
        math.sin((b[0] - a[0]) / 2) ** 2
        + math.cos(a[0]) * math.cos(b[0]) * math.sin((b[1] - a[1]) / 2) ** 2
    )
    globe = 2 * 6371 * math.asin(math.sqrt(haversine))
    assert np.hypot(*(where[0] - where[11])) == pytest.approx(globe, rel=2e-3)
    weight = [float(z["women"]) for z in zones()]
    assert np.average(where, axis=0, weights=weight) == pytest.approx([0, 0], abs=1e-3)
    road = distances(settings.polo)
    assert road[0, 11] == pytest.approx(globe * settings.polo.zones.detour_factor, rel=3e-3)


def test_parks_are_where_the_plants_are(files):
    found = read_firms("--firms", files["firms"], [CODE])
    assert found.elsewhere == sum(f["cve_mun"] != "030" for f in firms())
    parks = parks_of(found.plants, Origin(*HERE), 5)
    expected = [(0.05 * 111.2, 0.0), (-0.06 * 111.2, 0.05 * 97.2), (0.0, -0.09 * 97.2)]
    assert len(parks) == 3 and sum(p.share for p in parks.values()) == pytest.approx(1)
    for north, east in expected:
        nearest = min(
            math.hypot(
                p.distance_km * math.cos(math.radians(p.bearing)) - north,
                p.distance_km * math.sin(math.radians(p.bearing)) - east,
            )
            for p in parks.values()
        )
        assert nearest < 0.6
    assert len(parks_of(found.plants, Origin(*HERE), 2)) == 2
    assert parks_of(found.plants.iloc[:0], Origin(*HERE), 5) == {}
    assert len(parks_of(found.plants.iloc[:1], Origin(*HERE), 5)) == 1


def test_a_disc_is_as_before(settings):
    polo = settings().polo
    lot = np.linspace(0, 0.999, 77)
    assert (zones_of(polo, lot) == np.floor(lot * polo.zones.count)).all()


@pytest.mark.parametrize(
    ("zones", "said"),
    [
        ({"count": 3, "centroids": [[0, 0, 1]]}, "count 3 is not that of centroids 1"),
        ({"count": 1, "centroids": [[0, 0, 0]]}, "no weight above 0"),
        ({"count": 1, "centroids": [[0, 900, 1]]}, "less than or equal to 200"),
        ({"count": 1, "centroids": [[0, 0, -1]]}, "greater than or equal to 0"),
    ],
)
def test_centroids_are_checked(settings, zones, said):
    polo = settings().polo.model_dump()
    with pytest.raises(ValueError, match=said):
        Polo.model_validate(polo | {"zones": polo["zones"] | zones})


def test_a_centre_stands_in_one_place(settings):
    polo = settings().polo.model_dump()
    polo["announced"]["imss_6"] |= {"park": "sur", "at": [0, 1]}
    with pytest.raises(ValueError, match="are two places"):
        Polo.model_validate(polo)


def test_a_list_with_guarderias_only_keeps_the_announced_of_the_rule(files, new, tmp_path):
    path = write_csv(tmp_path / "in" / "solo.csv", centres()[:2])
    said = new(iter=files["iter"], centres=path)
    assert said.status == 0 and "quedan los de la regla" in said.out
    polo = told(tmp_path / "mine").polo
    assert polo["guarderias"] == 2 and all(name.startswith("imss_") for name in polo.announced)


@pytest.mark.slow
def test_as_a_new_user_would(tmp_path):
    """Files, one command for the polo, one for the run, both as the how-to has them."""
    write_iter(tmp_path / "iter_26.csv", hermosillo())
    write_csv(tmp_path / "agebs.csv", zones())
    write_csv(tmp_path / "centros.csv", centres())

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *words], cwd=tmp_path, capture_output=True, text=True,
            env={"PYTHONPATH": str(ROOT), "PATH": ""}, timeout=600, check=False,
        )  # fmt: skip

    made = run("sim.polo", "new", "mi_polo", "--municipality", CODE, "--iter", "iter_26.csv",
               "--zones", "agebs.csv", "--centres", "centros.csv")  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert "--config-dir configs_propias +scenario=mi_polo" in made.stdout
    small = ("scale=0.01", "months=4", "burn_in=2", "replicates=1", "output_dir=out", "store=kept")
    done = run("sim", "--config-dir", "configs_propias", "+scenario=mi_polo", *small)
    assert done.returncode == 0, done.stderr
    table = pd.read_parquet(tmp_path / "out" / "monthly.parquet")
    assert set(table["arm"]) == {"baseline", "programme"}


def test_more_ages_are_used_where_the_table_has_them(new, tmp_path):
    rows = [row | {"P_12A14": 700, "P_15A17": 500} for row in hermosillo()]
    assert new(iter=write_iter(tmp_path / "iter.csv", rows)).status == 0
    figure = told(tmp_path / "mine").polo.figures["children_12_17"]
    assert (figure.value, figure.known) == (1200, "measured")


@pytest.mark.skipif(not CENSUS.exists(), reason="the census is not in the project")
def test_the_census_of_2020_gives_the_figures_of_the_packages_own_polo(new, tmp_path):
    assert new(iter=CENSUS).status == 0
    ours, packaged = (told(tmp_path / "mine", *more).polo for more in ((), ("polo=hermosillo",)))
    same = [name for name, figure in ours.figures.items() if figure.known == "measured"]
    assert len(same) == 20
    assert {name: ours[name] for name in same} == {name: packaged[name] for name in same}
