"""The regions of a run: the polo itself, or the country's states or municipalities.

Regions do not touch each other: nobody works or leaves a child in another. Each is a polo of its
own, made from census counts and, where these say nothing, from its state's figures, from the
country's (``polo/pais/nacional.yaml``) and by the rules in ``population/estados.yaml``.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sim.population.census import SCHOOLING, Census, country
from sim.population.iter import MORE_COUNTS
from sim.population.quotas import apportion
from sim.programme.allotment import allot, estimated_need
from sim.settings import (
    Announced,
    Figure,
    Label,
    Parameter,
    Park,
    Polo,
    Population,
    Settings,
    Siting,
    Zones,
)

OF_COLUMN = {
    "women_total": "POBFEM",
    "women_15_plus": "P_15YMAS_F",
    "women_18_plus": "P_18YMAS_F",
    "women_18_24": "P_18A24_F",
    "women_15_49": "P_15A49_F",
    "children_0_2": "P_0A2",
    "children_3_5": "P_3A5",
    "children_6_11": "P_6A11",
    "household_size": "PROM_OCUP",
    "women_12_plus": "P_12YMAS_F",
    "active_women": "PEA_F",
    "employed_women": "POCUPADA_F",
    **dict(
        zip(
            (
                "no_schooling",
                "primaria_incomplete",
                "primaria_complete",
                "secundaria_incomplete",
                "secundaria_complete",
            ),
            SCHOOLING,
            strict=True,
        )
    ),
}
"""Figures that are a column of the census."""

OF_TWO_COLUMNS = {
    "female_heads": ("HOGJEF_F", "TOTHOG"),
    "cars": ("VPH_AUTOM", "TVIVPARHAB"),
    "imss_covered": ("PDER_IMSS", "POBTOT"),
}
"""Figures that are one column of the census over another."""

BORDER_PRICES = ("minimum_wage", "partner_pay_formal", "partner_pay_informal")

TOUCHED = "; estimated or brought inside its limits (docs/country.md)"


def regions(settings: Settings) -> list[Settings]:
    """Return the settings of each region of a run, in the order of their keys.

    Parameters
    ----------
    settings : Settings

    Returns
    -------
    list of Settings
        The settings themselves for a polo. For the country one for each region, with its own polo
        (figures, geography, announced centres), and prices and sites that follow from it; their
        population is a polo's, so that the regions of a region are itself.

    Raises
    ------
    InputError
        If the table of municipalities cannot be used.
    """
    population = settings.population
    if population.kind == "polo":
        return [settings]
    found = made(settings, country(population))
    return sharing_the_panel(found) if settings.panel.women else found


def made(settings: Settings, census: Census) -> list[Settings]:
    """Return the settings of each region of a census, in the order of their keys.

    Parameters
    ----------
    settings : Settings
        The country's: its polo is what a region's own counts do not give.
    census : Census
        Regions that together are the country, as what is announced is shared among them.
    """
    population = settings.population
    table = with_guarderias(census.table, settings.polo)
    announced = announced_by_region(table, population, settings.polo)
    touched = touched_by_region(census)
    general = {"population": Population(kind="polo")}
    border = general | {"parameters": border_parameters(settings)}
    maker = RegionMaker(settings.polo, population)
    found = []
    for row in table.reset_index(names="key").to_dict("records"):
        centres = announced[row["key"]]
        polo = maker.polo(row, centres, touched.get(row["key"], set()))
        update: dict[str, Any] = {**(border if row["border"] else general), "polo": polo}
        update["siting"] = siting_for(settings.siting, len(centres), population)
        found.append(settings.model_copy(update=update))
    return found


def sharing_the_panel(regions: list[Settings]) -> list[Settings]:
    """Return the regions, each with its share of the women of the panel, by its women."""
    women = np.array([region.polo["women_15_49"] for region in regions])
    shares = apportion(regions[0].panel.women, women).tolist()
    return [
        region.model_copy(update={"panel": region.panel.model_copy(update={"women": share})})
        for region, share in zip(regions, shares, strict=True)
    ]


def with_guarderias(table: pd.DataFrame, template: Polo) -> pd.DataFrame:
    """Add the country's guarderías and their places, shared by the persons whom IMSS covers.

    Whole centres, by largest remainders; a region without one has no places.
    """
    covered = table["PDER_IMSS"].to_numpy(float)
    covered = covered if covered.sum() > 0 else np.ones(len(table))
    centres = apportion(round(template["guarderias"]), covered)
    weights = np.where(centres > 0, covered, 0.0)
    places = np.zeros(len(table), np.int64)
    if weights.sum() > 0:
        places = apportion(round(template["guarderia_places"]), weights)
    return table.assign(guarderias=centres, guarderia_places=places)


def announced_by_region(
    table: pd.DataFrame, population: Population, template: Polo
) -> dict[str, dict[str, Announced]]:
    """Site the announced centres by estimated need; see `sim.programme.allotment`.

    Children of the age are those under four: of 0 to 2 years and a third of those of 3 to 5.
    """
    assert population.calendar is not None
    need = estimated_need(
        (table["P_0A2"] + table["P_3A5"] / 3).to_numpy(),
        (table["POCUPADA_F"] / table["P_12YMAS_F"].clip(lower=1)).to_numpy(),
        (table["PDER_IMSS"] / table["POBTOT"].clip(lower=1)).to_numpy(),
        table["guarderia_places"].to_numpy(),
    )
    return allot(list(table.index), need, population.calendar, template["guarderia_places"])


def touched_by_region(census: Census) -> dict[str, set[str]]:
    """Return the columns estimated or brought inside limits, by region; only those with some."""
    names = census.touched[census.touched != ""]
    region_of = {code: key for key, codes in census.table["codes"].items() for code in codes}
    found: dict[str, set[str]] = {}
    for code, columns in names.items():
        found.setdefault(str(region_of[code]), set()).update(columns.split())
    return found


def border_parameters(settings: Settings) -> dict[str, Parameter]:
    """Return the parameters with the border's minimum wage, and partners' pay in its proportion."""
    ratio = settings.population.rules["border_over_general_wage"]
    parameters = dict(settings.parameters)
    for name in BORDER_PRICES:
        general = parameters[name]
        parameters[name] = Parameter(
            value=float(round(general.value * ratio.value)),
            unit=general.unit,
            bounds=general.bounds,
            known=general.known,
            source=f"{general.source} Times {ratio.value:g} on the northern border: {ratio.source}",
            label=general.label,
        )
    return parameters


def siting_for(siting: Siting, centres: int, population: Population) -> Siting:
    """Return the siting of a region: more sites where there are more centres to site."""
    times = centres / population.rules["centres_that_sites_serve"].value
    if times <= 1:
        return siting
    offered = siting.sites_a_month
    more = offered.model_copy(update={"value": round(offered.value * times, 3)})
    return siting.model_copy(update={"sites_a_month": more})


class RegionMaker:
    """Makes the polo of a region from its row of counts.

    Parameters
    ----------
    template : Polo
        The country's figures: what a region's own counts do not give.
    population : Population
        The states, where their figures come from, and the rules.
    """

    def __init__(self, template: Polo, population: Population):
        self.template, self.population = template, population
        self.rules = {name: rule.value for name, rule in population.rules.items()}
        self.units = {name: figure.unit for name, figure in template.figures.items()}

    def polo(
        self, row: Mapping[Any, Any], announced: dict[str, Announced], touched: set[str]
    ) -> Polo:
        """Return the polo of a region, validated."""
        figures = dict(self.template.figures)
        figures |= self.of_census(row, touched)
        figures |= self.of_state(row)
        figures |= self.of_rules(row, figures)
        zones, parks = self.geography(row["POBTOT"])
        template = self.template
        codes = row["codes"]
        return Polo(
            name=row["key"],
            label=self.label(row),
            municipalities=[f"{code:0<5}" for code in codes],
            podecobi=template.podecobi,
            figures=figures,
            zones=zones,
            parks=parks,
            hours=template.hours,
            rooms=template.rooms,
            season=template.season,
            announced=dict(announced),
            signed={},
            municipal_agreement=template.municipal_agreement,
        )

    def label(self, row: Mapping[Any, Any]) -> Label:
        """Return what the region is called."""
        name = row["NAME"]
        if row["kind"] == "area":
            return Label(es=f"Zona metropolitana de {name}", en=f"{name} metropolitan area")
        if row["kind"] == "municipality":
            code = row["codes"][0]
            name = f"{name}, {self.population.states[f'ent_{code[:2]}'].name}"
        return Label(es=name, en=name)

    def figure(self, name: str, value: float, known: Any, source: str) -> Figure:
        """Return a figure with its unit."""
        return Figure(value=value, unit=self.units[name], known=known, source=source)

    def of_census(self, row: Mapping[Any, Any], touched: set[str]) -> dict[str, Figure]:
        """Return what the census gives."""
        origin, codes = self.population.origins["census"], row["codes"]
        where = f"municipio {codes[0]}"
        if row["kind"] == "state":
            where = f"sum of the municipios of entidad {codes[0]}"
        elif row["kind"] == "area":
            where = f"sum of {len(codes)} municipios of the area"
        said = f"{origin.source}, {where}, "

        def figure(name: str, value: float, *columns: str) -> Figure:
            source = said + " / ".join(columns)
            if touched.intersection(columns):
                return self.figure(name, value, "derived", source + TOUCHED)
            return self.figure(name, value, origin.known, source)

        found = {name: figure(name, row[column], column) for name, column in OF_COLUMN.items()}
        for name, (part, whole) in OF_TWO_COLUMNS.items():
            if row[whole] > 0:
                found[name] = figure(name, round(row[part] / row[whole], 4), part, whole)
        if all(name in row for name in MORE_COUNTS):
            found["children_12_17"] = self.figure(
                "children_12_17",
                sum(row[name] for name in MORE_COUNTS),
                origin.known,
                said + " + ".join(MORE_COUNTS),
            )
        else:
            found["children_12_17"] = self.figure(
                "children_12_17",
                row["P_6A11"],
                "assumed",
                "As many as of 6 to 11; the table has no columns for these ages.",
            )
        return found

    def of_state(self, row: Mapping[Any, Any]) -> dict[str, Figure]:
        """Return informality and grandmothers, which are known by state only."""
        origins, rules = self.population.origins, self.rules
        informality = origins["informality"]
        found = {
            "informality": self.figure(
                "informality", row["informality"], informality.known, informality.source
            )
        }
        for name in ("grandmother_coresident", "grandmother_nearby"):
            share = rules[name] * row["grandmother"] / rules["grandmother_reference"]
            found[name] = self.figure(
                name,
                round(min(share, rules["grandmother_most"]), 3),
                "assumed",
                f"{self.population.rules[name].source} {origins['grandmother'].source}",
            )
        return found

    def of_rules(self, row: Mapping[Any, Any], figures: dict[str, Figure]) -> dict[str, Figure]:
        """Return older women's participation, maquila, firms, pay and guarderías."""
        rules = self.rules
        older_women = figures["participation_50_plus"].value
        participation = row["PEA_F"] / max(row["P_12YMAS_F"], 1)
        found = {}
        if participation < older_women:
            older_women = math.floor(1e4 * participation) / 1e4
            found["participation_50_plus"] = self.figure(
                "participation_50_plus",
                older_women,
                "assumed",
                "No more than of all women of the region, PEA_F / P_12YMAS_F of the census.",
            )
        active = row["PEA_F"] - older_women * (row["P_15YMAS_F"] - row["P_15A49_F"])
        employed = active * row["POCUPADA_F"] / max(row["PEA_F"], 1)
        formal = employed * (1 - row["informality"])
        published = self.published(row)
        women = math.floor(row["maquila"] * formal)
        if "maquila_women" in published:
            women = math.floor(published["maquila_women"].value)
        workers = max(women, round(women / rules["women_of_plant_workers"]))
        posts = max(formal - women, 0.0) / figures["women_share_other"].value
        origins = self.population.origins
        plants = "From the women in maquila by the country's rules, which are Ciudad Juárez's: "
        template = self.template
        made: dict[str, tuple[float, Any, str]] = {
            "maquila_women": (women, origins["maquila"].known, origins["maquila"].source),
            "maquila_children_under_4": (
                round(rules["children_per_plant_woman"] * women),
                "assumed",
                plants + self.population.rules["children_per_plant_woman"].source,
            ),
            "maquila_workers": (
                workers,
                "assumed",
                plants + self.population.rules["women_of_plant_workers"].source,
            ),
            "maquila_establishments": (
                max(1, round(workers / rules["workers_per_plant"])),
                "assumed",
                plants + self.population.rules["workers_per_plant"].source,
            ),
            "other_firms": (
                max(3, round(posts / rules["posts_per_firm"])),
                "assumed",
                self.population.rules["posts_per_firm"].source,
            ),
            "guarderias": (
                row["guarderias"],
                "derived",
                "The country's by the share of the persons covered by IMSS, whole centres. "
                + template.figures["guarderias"].source,
            ),
            "guarderia_places": (
                row["guarderia_places"],
                "derived",
                "The country's by the share of the persons covered by IMSS, among regions with a "
                "centre. " + template.figures["guarderia_places"].source,
            ),
        }
        if row["border"]:
            ratio = self.population.rules["border_over_general_wage"]
            pay = template.figures["potential_pay"]
            made["potential_pay"] = (
                round(pay.value * ratio.value),
                "assumed",
                f"{pay.source} Times {ratio.value:g} on the northern border: {ratio.source} "
                f"{origins['border'].source}",
            )
        return found | {name: self.figure(name, *told) for name, told in made.items()} | published

    def published(self, row: Mapping[Any, Any]) -> dict[str, Figure]:
        """Return figures that were published of the municipality that the region is, if any."""
        codes = row["codes"]
        return self.population.published.get(codes[0], {}) if len(codes) == 1 else {}

    def geography(self, persons: float) -> tuple[Zones, dict[str, Park]]:
        """Return zones and parks by the size of the population."""
        rules = self.rules
        count = max(rules["least_zones"], round(persons / rules["persons_per_zone"]))
        radius = rules["radius_km"] * math.sqrt(persons / rules["radius_persons"])
        zones = Zones(
            count=min(1000, round(count)),
            radius_km=round(min(200.0, max(rules["least_radius_km"], radius)), 1),
            detour_factor=self.template.zones.detour_factor,
            known="assumed",
        )
        parks = int(max(1, min(rules["most_parks"], round(zones.count / rules["zones_per_park"]))))
        return zones, {
            f"parque_{n + 1}": Park(
                distance_km=round(0.6 * zones.radius_km, 2),
                bearing=360 * n / parks,
                share=1 / parks,
            )
            for n in range(parks)
        }
