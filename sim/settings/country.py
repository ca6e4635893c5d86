"""The settings of the country: of whom a run is, and what its regions are made from."""

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from sim.settings.base import Figure, Known, Share, Strict, expect_names
from sim.settings.polo import REQUIRED_FIGURES

CENSUS_COUNTS = (
    "POBTOT",
    "POBFEM",
    "P_0A2",
    "P_3A5",
    "P_6A11",
    "P_12YMAS_F",
    "P_15YMAS_F",
    "P_18YMAS_F",
    "P_18A24_F",
    "P_15A49_F",
    "P15YM_SE_F",
    "P15PRI_INF",
    "P15PRI_COF",
    "P15SEC_INF",
    "P15SEC_COF",
    "PEA_F",
    "POCUPADA_F",
    "PDER_IMSS",
    "TOTHOG",
    "HOGJEF_F",
    "TVIVPARHAB",
    "VPH_AUTOM",
)
"""Counts of the census that a region is made from, by INEGI's names."""


CENSUS_MEAN = "PROM_OCUP"
"""Persons per dwelling: the one column that is not a count."""


REGION_RULES = (
    "persons_per_zone",
    "least_zones",
    "radius_km",
    "radius_persons",
    "least_radius_km",
    "zones_per_park",
    "most_parks",
    "women_of_plant_workers",
    "workers_per_plant",
    "children_per_plant_woman",
    "posts_per_firm",
    "grandmother_reference",
    "grandmother_coresident",
    "grandmother_nearby",
    "grandmother_most",
    "border_over_general_wage",
    "centres_that_sites_serve",
)


class Origin(Strict):
    """How figures of many places are known, and from where, said once for all."""

    known: Known
    source: str = Field(min_length=1)


class State(Strict):
    """What the project carries of a federal entity.

    `informality` is of the employed, `grandmother` of the children cared for by others, `maquila`
    of the women in formal work; `border` says that the minimum wage is that of the border.
    """

    name: str = Field(min_length=1)
    informality: Share
    grandmother: Share
    maquila: Share
    border: bool
    census: dict[str, Annotated[float, Field(ge=0)]]

    @field_validator("census")
    @classmethod
    def complete(cls, census: dict[str, float]) -> dict[str, float]:
        """Refuse missing and unknown columns."""
        expect_names("census column", census, (*CENSUS_COUNTS, CENSUS_MEAN))
        return census


class Area(Strict):
    """A metropolitan area: its name and its municipalities."""

    name: str = Field(min_length=1)
    municipalities: list[Annotated[str, Field(pattern=r"^\d{5}$")]] = Field(min_length=1)


class CalendarYear(Strict):
    """Centres announced for a year."""

    year: Annotated[int, Field(ge=2020, le=2099)]
    centres: Annotated[int, Field(ge=0, le=10_000)]
    known: Known
    source: str = Field(min_length=1)


class Calendar(Strict):
    """The announced centres of the country: how many each year, and how large they may be.

    `total_places` counts the existing guarderías' places too. By `rule` they are sited in
    proportion to the regions' estimated needs, or each where most is lacking still (see
    `sim.programme.allotment`).
    """

    rule: Literal["proportional", "largest"]
    years: list[CalendarYear]
    total_places: Figure
    least_places: Figure
    most_places: Figure

    @model_validator(mode="after")
    def ordered(self) -> "Calendar":
        """Refuse years out of order or twice, and a largest centre below the smallest."""
        years = [entry.year for entry in self.years]
        if years != sorted(set(years)):
            raise ValueError(f"years {years} must be in order, each once")
        least, most = self.least_places.value, self.most_places.value
        if not 1 <= least <= most <= 2000:
            raise ValueError(
                f"least_places {least:g} and most_places {most:g} must be from 1 to 2000, in order"
            )
        return self


class Population(Strict):
    """Of whom a run is: one polo, or the country as regions that do not touch each other.

    `iter` is INEGI's table of municipalities (ITER); without it the country's regions are its
    states. `metropolitan` says whether the municipalities of a metropolitan area are one region.
    `published` has figures of single municipalities, for a region that is one of them.
    """

    kind: Literal["polo", "country"]
    iter: str | None = None
    metropolitan: bool = True
    states: dict[Annotated[str, Field(pattern=r"^ent_\d{2}$")], State] = {}
    origins: dict[str, Origin] = {}
    areas: dict[Annotated[str, Field(pattern=r"^[a-z0-9_]+$")], Area] = {}
    border: list[Annotated[str, Field(pattern=r"^\d{5}$")]] = []
    published: dict[Annotated[str, Field(pattern=r"^\d{5}$")], dict[str, Figure]] = {}
    rules: dict[str, Figure] = {}
    calendar: Calendar | None = None

    @model_validator(mode="after")
    def complete(self) -> "Population":
        """Refuse a table of municipalities for a polo, and a country that lacks a part."""
        if self.kind == "polo":
            if self.iter is not None:
                raise ValueError(
                    f"iter {self.iter} is read for the country only; add +scenario=nacional, "
                    "or take population.iter away"
                )
            return self
        expect_names("state", self.states, tuple(f"ent_{code:02d}" for code in range(1, 33)))
        expect_names("rule", self.rules, REGION_RULES)
        expect_names(
            "origin", self.origins, ("census", "informality", "grandmother", "maquila", "border")
        )
        if self.calendar is None:
            raise ValueError("calendar is missing")
        for figures in self.published.values():
            for name in figures:
                if name not in REQUIRED_FIGURES:
                    raise ValueError(f"published figure {name} is unknown")
        taken: dict[str, str] = {}
        for name, area in self.areas.items():
            for code in area.municipalities:
                if taken.setdefault(code, name) != name or area.municipalities.count(code) > 1:
                    raise ValueError(f"municipality {code} of {name} is in {taken[code]} already")
        return self
