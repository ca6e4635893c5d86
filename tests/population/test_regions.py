"""The country's regions: all of it, once, each a polo that runs."""

import math
import time
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hydra import compose, initialize_config_dir
from pydantic import ValidationError

import configs
from sim.errors import InputError
from sim.population.census import country
from sim.population.regions import regions
from sim.population.work import women_at_work
from sim.run import paired_replicate
from sim.settings import CENSUS_COUNTS, REQUIRED_FIGURES, Settings

ROOT = Path(__file__).resolve().parents[2]
CENSUS = ROOT.parent / "shared" / "data" / "censo2020_municipios_selected.csv"
needs_census = pytest.mark.skipif(not CENSUS.exists(), reason="the census is not in the project")


@cache
def told(*overrides: str) -> Settings:
    """Return checked settings."""
    with initialize_config_dir(str(Path(configs.__file__).resolve().parent), version_base=None):
        return Settings.from_config(compose("config", overrides=list(overrides)))


@cache
def states() -> list[Settings]:
    """Return the states as regions."""
    return regions(told("+scenario=nacional"))


def by_name(found: list[Settings]) -> dict[str, Settings]:
    """Return regions by their key."""
    return {region.polo.name: region for region in found}


def of(path: Path, *overrides: str) -> list[Settings]:
    """Return the regions of a table."""
    return regions(told("+scenario=nacional", f"population.iter={path}", *overrides))


def test_a_polo_is_its_own_region(settings):
    polo = settings()
    assert regions(polo) == [polo]
    assert regions(polo)[0] is polo


def test_the_country_has_its_states():
    found = states()
    names = [region.polo.name for region in found]
    assert names == [f"ent_{code:02d}" for code in range(1, 33)]
    assert sum(region.polo["women_15_49"] for region in found) == 33_885_546
    assert sum(region.polo["women_total"] for region in found) == 64_540_634
    country = told("+scenario=nacional")
    assert sum(r.polo["guarderias"] for r in found) == country.polo["guarderias"] == 1291
    assert sum(r.polo["guarderia_places"] for r in found) == country.polo["guarderia_places"]
    assert found[7].polo.label.es == "Chihuahua"
    assert found == regions(country)


def test_the_countrys_own_figures_are_the_sums_of_its_states():
    whole = told("+scenario=nacional").polo
    for name, figure in whole.figures.items():
        if figure.unit.startswith(("women", "children")) and figure.known == "measured":
            assert figure.value == sum(region.polo[name] for region in states()), name


def test_a_region_is_complete_and_says_its_sources():
    for region in states():
        assert regions(region) == [region]
        assert set(region.polo.figures) == set(REQUIRED_FIGURES)
        for figure in region.polo.figures.values():
            assert figure.source and figure.known in ("measured", "derived", "assumed")
        women = women_at_work(region.polo)
        assert 0 <= women["maquila"] <= women["formal"] <= women["employed"] <= women["active"]
    again = Settings.model_validate(states()[7].model_dump())
    assert again.polo == states()[7].polo


def test_prices_are_of_the_zone_of_the_minimum_wage():
    found = by_name(states())
    general, border = found["ent_08"], found["ent_02"]
    assert general.parameters["minimum_wage"].value == 9451
    assert border.parameters["minimum_wage"].value == pytest.approx(13226, abs=1)
    assert border.polo["potential_pay"] == pytest.approx(14600, abs=1)
    for name in ("partner_pay_formal", "partner_pay_informal"):
        ratio = border.parameters[name].value / general.parameters[name].value
        assert ratio == pytest.approx(440.87 / 315.04, abs=1e-3)
    assert border.parameters["detour_cost"] is general.parameters["detour_cost"]


def test_the_border_price_keeps_inside_its_bounds():
    settings = told("+scenario=nacional", "parameters.minimum_wage.value=19000")
    with pytest.raises(ValidationError, match="is not from 8000 to 20000"):
        regions(settings)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (("+scenario=polo_norte", "population.iter=x.csv"), "iter x.csv is read for the country"),
        (("+scenario=nacional", "polo=juarez"), "+scenario=nacional sets both"),
        (("+scenario=polo_norte", "polo=pais/nacional"), "+scenario=nacional sets both"),
        (("+scenario=nacional", "population.states.ent_08.maquila=2"), "less than or equal to 1"),
        (("+scenario=nacional", "~population.states.ent_08"), "state ent_08 is missing"),
        (
            ("+scenario=nacional", "~population.states.ent_08.census.PEA_F"),
            "column PEA_F is missing",
        ),
        (("+scenario=nacional", "~population.rules.radius_km"), "rule radius_km is missing"),
        (("+scenario=nacional", "population.calendar.years.0.year=2030"), "must be in order"),
        (("+scenario=nacional", "population.calendar.years.0.centres=-1"), "greater than or equal"),
        (("+scenario=nacional", "population.calendar.least_places.value=300"), "in order"),
        (("+scenario=nacional", "population.calendar.rule=lobby"), "'proportional' or 'largest'"),
        (("+scenario=nacional", "population.areas.leon.municipalities=['09002']"), "is in"),
    ],
)
def test_a_mistake_is_refused_and_said(overrides, said):
    with pytest.raises(ValidationError) as caught:
        told(*overrides)
    assert said in str(caught.value)


def test_a_table_gives_areas_and_municipalities(rows, write):
    found = by_name(of(write(rows)))
    population = told("+scenario=nacional").population
    areas = {c: n for n, area in population.areas.items() for c in area.municipalities}
    covered = [code for region in found.values() for code in region.polo.municipalities]
    assert sorted(covered) == sorted(row["ENTIDAD"] + row["MUN"] for row in rows)
    for name, region in found.items():
        for code in region.polo.municipalities:
            assert name == (f"zm_{areas[code]}" if code in areas else f"mun_{code}")
    assert list(found) == sorted(found)
    for figure, column in (("women_total", "POBFEM"), ("active_women", "PEA_F")):
        assert sum(r.polo[figure] for r in found.values()) == sum(row[column] for row in rows)
    alone = by_name(of(write(rows), "population.metropolitan=false"))
    assert len(alone) == len(rows) and all(name.startswith("mun_") for name in alone)


def test_a_region_of_two_states_has_figures_between_theirs(rows, write):
    population = told("+scenario=nacional").population
    area = next(n for n, a in population.areas.items() if "05017" in a.municipalities)
    rows[8]["MUN"], rows[18]["MUN"] = "017", "007"
    region = by_name(of(write(rows)))[f"zm_{area}"]
    assert region.polo.municipalities == ["05017", "10007"]
    assert 0.355 < region.polo["informality"] < 0.508


def test_the_order_of_the_rows_does_not_matter(rows, write):
    first = of(write(rows, name="one.csv"))
    assert of(write(rows[::-1], name="two.csv")) == first


def test_published_figures_are_of_a_region_that_is_the_municipality(rows, write):
    rows[15]["MUN"] = "037"
    region = by_name(of(write(rows)))["zm_juarez"]
    published = told("+scenario=nacional").population.published["08037"]
    for name, figure in published.items():
        assert region.polo.figures[name] == figure
    assert by_name(states())["ent_08"].polo.figures["maquila_women"].known == "assumed"


def test_a_table_of_a_part_of_the_country_is_refused(rows, write):
    with pytest.raises(InputError, match="no municipality of state 32"):
        of(write(rows[:-2]))


def test_figures_that_contradict_each_other_are_brought_inside_their_limits(rows, write):
    odd = rows[7]
    code = odd["ENTIDAD"] + odd["MUN"]
    for name in ("PEA_F", "POCUPADA_F", "P_18A24_F", "HOGJEF_F", "PDER_IMSS", "P15PRI_COF"):
        odd[name] = odd["POBTOT"] + 5
    path = write(rows)
    region = next(r for r in of(path) if code in r.polo.municipalities)
    assert region.polo["active_women"] == region.polo["women_12_plus"]
    assert "brought inside" in region.polo.figures["active_women"].source
    assert region.polo.figures["active_women"].known == "derived"
    assert region.polo.figures["women_total"].known == "measured"
    touched = country(told("+scenario=nacional", f"population.iter={path}").population).touched
    assert list(touched[touched != ""].index) == [code]
    assert {"PEA_F", "POCUPADA_F", "P_18A24_F", "PDER_IMSS"} <= set(touched[code].split())


def test_hidden_figures_are_estimated_from_the_rest_of_the_state(rows, write):
    expected = rows[15]["PEA_F"] / rows[15]["POBTOT"]
    hidden = rows[14]
    assert hidden["ENTIDAD"] == rows[15]["ENTIDAD"]
    hidden["PEA_F"], hidden["PROM_OCUP"] = "*", "N/D"
    path = write(rows)
    code = hidden["ENTIDAD"] + hidden["MUN"]
    region = next(r for r in of(path) if code in r.polo.municipalities)
    assert region.polo["active_women"] == pytest.approx(expected * hidden["POBTOT"], abs=1)
    assert region.polo["household_size"] == pytest.approx(rows[15]["PROM_OCUP"])
    assert "estimated" in region.polo.figures["active_women"].source


def test_nobody_active_and_no_dwelling_still_make_a_region(rows, write):
    tiny = next(row for row in rows if row["MUN"] == "047")
    for name in CENSUS_COUNTS:
        if name not in ("POBTOT", "POBFEM", "P_15A49_F", "P_15YMAS_F", "P_12YMAS_F", "P_18YMAS_F"):
            tiny[name] = 0
    region = by_name(of(write(rows), "months=2", "burn_in=1"))["mun_20047"]
    monthly, _ = paired_replicate(region, 0)
    assert np.isfinite(monthly["value"].dropna()).all()


def test_more_centres_have_more_sites():
    plain = told("+scenario=nacional").siting.sites_a_month.value
    for region in states():
        times = max(1, len(region.polo.announced) / 15)
        assert region.siting.sites_a_month.value == pytest.approx(plain * times, abs=1e-3)


def test_a_small_state_and_a_tiny_municipality_run(rows, write):
    small = ("burn_in=1", "months=3")
    state = by_name(regions(told("+scenario=nacional", *small, "scale=0.002")))["ent_06"]
    tiny = by_name(of(write(rows), *small))["mun_20047"]
    assert tiny.polo["women_15_49"] == 14
    for region in (state, tiny):
        monthly, accounts = paired_replicate(region, 0)
        assert np.isfinite(monthly["value"].dropna()).all()
        women = math.floor(region.polo["women_15_49"] * region.scale + 0.5)
        assert women > 0
        assert set(monthly["arm"]) == {"baseline", "programme"}
        assert accounts["arm"].isin(["baseline", "programme"]).all()


@needs_census
def test_the_census_of_2020_gives_all_municipalities_once():
    settings = told("+scenario=nacional", f"population.iter={CENSUS}")
    start = time.perf_counter()
    found = regions(settings)
    assert time.perf_counter() - start < 6
    assert len(found) == 2161
    covered = [code for region in found for code in region.polo.municipalities]
    assert len(covered) == len(set(covered)) == 2469
    assert sum(region.polo["women_total"] for region in found) == 64_540_634
    assert sum(region.polo["women_15_49"] for region in found) == 33_885_546
    assert sum(region.polo.name.startswith("zm_") for region in found) == 59
    border = [r for r in found if r.parameters["minimum_wage"].value > 13_000]
    assert sum(len(region.polo.municipalities) for region in border) == 44
    touched = country(settings.population).touched
    assert (touched == "").all()
    years = pd.Series([c.start[:4] for r in found for c in r.polo.announced.values()])
    assert years.value_counts().to_dict() == {
        "2026": 200, "2027": 250, "2028": 200, "2029": 200, "2030": 200,
    }  # fmt: skip


@needs_census
def test_the_projects_states_and_areas_are_those_of_the_census():
    table = pd.read_csv(CENSUS, dtype={"cvegeo": str, "cve_ent": str})
    population = told("+scenario=nacional").population
    sums = table.groupby("cve_ent")[[name.lower() for name in CENSUS_COUNTS]].sum()
    for code, state in population.states.items():
        for name in CENSUS_COUNTS:
            assert state.census[name] == sums.loc[code[-2:], name.lower()], (code, name)
    areas = table.groupby("metro_area")["cvegeo"].agg(sorted)
    assert {area.name: area.municipalities for area in population.areas.values()} == dict(areas)


@needs_census
def test_the_census_in_inegis_layout_gives_the_same_regions(tmp_path):
    table = pd.read_csv(CENSUS, dtype=str)
    entity, municipality = table["cve_ent"], table["cve_mun"]
    inegi = table.rename(columns=str.upper).drop(columns=["CVEGEO", "CVE_ENT", "CVE_MUN"])
    inegi = inegi.rename(columns={"NAME": "NOM_MUN"})
    inegi.insert(0, "ENTIDAD", entity.str.lstrip("0"))
    inegi.insert(1, "MUN", municipality.str.lstrip("0"))
    inegi.insert(2, "LOC", "0")
    whole = inegi.head(1).assign(ENTIDAD="0", MUN="0", POBTOT="126014024")
    homes = inegi.assign(LOC="9998", PEA_F="*")
    path = tmp_path / "iter_00.csv"
    pd.concat([whole, inegi, homes]).to_csv(path, index=False, encoding="latin-1")
    assert of(path) == of(CENSUS)
