"""What a run is told, typed and range-checked after Hydra has composed it.

Every mistake names its key, the value given and what is allowed.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Known = Literal["measured", "derived", "calibrated", "assumed"]
Share = Annotated[float, Field(ge=0, le=1)]
Month = Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2\d):[0-5]\d$")]

REQUIRED_FIGURES = (
    "women_total",
    "women_15_plus",
    "women_18_plus",
    "women_18_24",
    "women_15_49",
    "children_0_2",
    "children_3_5",
    "children_6_11",
    "children_12_17",
    "mothers_15_19",
    "mothers_20_24",
    "mothers_25_29",
    "mothers_30_44",
    "mothers_45_49",
    "lone_mothers",
    "partnered_others",
    "female_heads",
    "extended_households",
    "household_size",
    "cars",
    "grandmother_coresident",
    "grandmother_nearby",
    "other_kin",
    "no_schooling",
    "primaria_incomplete",
    "primaria_complete",
    "secundaria_incomplete",
    "secundaria_complete",
    "primaria_50_plus",
    "secundaria_50_plus",
    "superior_of_postbasic",
    "women_12_plus",
    "active_women",
    "employed_women",
    "participation_50_plus",
    "informality",
    "imss_covered",
    "maquila_women",
    "maquila_children_under_4",
    "maquila_establishments",
    "maquila_workers",
    "maquila_size_spread",
    "evening_plants",
    "other_firms",
    "agropecuario_women",
    "otro_women",
    "women_share_other",
    "park_share",
    "potential_pay",
    "pay_spread",
    "pay_per_level",
    "fertility_15_19",
    "fertility_20_24",
    "fertility_25_29",
    "fertility_30_34",
    "fertility_35_39",
    "fertility_40_44",
    "fertility_45_49",
    "guarderias",
    "guarderia_places",
    "with_parents_under_30",
    "with_parents_30_plus",
    "grandmother_works_under_60",
    "grandmother_works_60_plus",
    "mean_tenure",
)


class Strict(BaseModel):
    """A part of the configuration that accepts no unknown key and cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Label(Strict):
    """A text in both languages."""

    es: str
    en: str


class Parameter(Strict):
    """A parameter that knows itself: value, unit, bounds, how it is known and from where."""

    value: float
    unit: str = Field(min_length=1)
    bounds: tuple[float, float]
    known: Known
    source: str = Field(min_length=1)
    label: Label

    @model_validator(mode="after")
    def inside_bounds(self) -> "Parameter":
        """Refuse a value outside the parameter's own bounds."""
        low, high = self.bounds
        if not low <= self.value <= high:
            raise ValueError(f"value {self.value:g} is not from {low:g} to {high:g} ({self.unit})")
        return self


class Figure(Strict):
    """A figure of the polo, with its unit, how it is known and its source."""

    value: Annotated[float, Field(ge=0)]
    unit: str = Field(min_length=1)
    known: Known
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def a_share_is_at_most_one(self) -> "Figure":
        """Refuse a share above 1."""
        if self.unit.startswith("share") and self.value > 1:
            raise ValueError(f"value {self.value:g} is not from 0 to 1 ({self.unit})")
        return self


class Zones(Strict):
    """The zones in which people live: evenly spread over a disc."""

    count: Annotated[int, Field(ge=1, le=1000)]
    radius_km: Annotated[float, Field(gt=0, le=200)]
    detour_factor: Annotated[float, Field(ge=1, le=3)]
    known: Known


class Park(Strict):
    """An industrial park, by distance and bearing from the centre of the disc."""

    distance_km: Annotated[float, Field(ge=0, le=200)]
    bearing: Annotated[float, Field(ge=0, le=360)]
    share: Share


class Shift(Strict):
    """Hours of a shift; an end after midnight is written beyond 24:00."""

    start: Clock
    end: Clock
    share: Share = 1.0

    @model_validator(mode="after")
    def ends_after_it_starts(self) -> "Shift":
        """Refuse a shift that ends before it starts."""
        if minutes(self.end) <= minutes(self.start):
            raise ValueError(f"end {self.end} is not after start {self.start}")
        return self


class Opening(Strict):
    """Opening hours of a centre."""

    opens: Clock
    closes: Clock
    share: Share = 1.0

    @model_validator(mode="after")
    def closes_after_it_opens(self) -> "Opening":
        """Refuse a centre that closes before it opens."""
        if minutes(self.closes) <= minutes(self.opens):
            raise ValueError(f"closes {self.closes} is not after opens {self.opens}")
        return self


class Hours(Strict):
    """Shifts of firms and opening hours of centres; the shares of a list add up to 1."""

    maquila: list[Shift]
    evening: Shift
    other: list[Shift]
    guarderia: list[Opening]
    ceci: list[Opening]

    @field_validator("maquila", "other", "guarderia", "ceci")
    @classmethod
    def shares_add_up(cls, hours: list[Any]) -> list[Any]:
        """Refuse shares that do not add up to 1."""
        total = sum(entry.share for entry in hours)
        if abs(total - 1) > 1e-6:
            raise ValueError(f"shares add up to {total:g}, they must add up to 1")
        return hours


class Rooms(Strict):
    """Share of a centre's places by age room."""

    lactantes: Share
    maternal_a: Share
    maternal_b: Share
    known: Known

    @model_validator(mode="after")
    def shares_add_up(self) -> "Rooms":
        """Refuse shares that do not add up to 1."""
        total = self.lactantes + self.maternal_a + self.maternal_b
        if abs(total - 1) > 1e-6:
            raise ValueError(f"shares of places add up to {total:g}, they must add up to 1")
        return self


class Announced(Strict):
    """A centre of the programme as announced for the polo."""

    scheme: Literal["imss", "empresa", "campo"]
    places: Annotated[int, Field(ge=0, le=2000)]
    start: Month
    built: Share | None = None
    known: Known


class Polo(Strict):
    """A polo: its municipality's figures, geography, hours and announced centres."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    label: Label
    municipality: str = Field(pattern=r"^\d{5}$")
    figures: dict[str, Figure]
    zones: Zones
    parks: dict[str, Park]
    hours: Hours
    rooms: Rooms
    announced: dict[str, Announced] = {}

    @field_validator("figures")
    @classmethod
    def complete(cls, figures: dict[str, Figure]) -> dict[str, Figure]:
        """Refuse missing and unknown figures."""
        missing = [name for name in REQUIRED_FIGURES if name not in figures]
        if missing:
            raise ValueError(f"figure {missing[0]} is missing; each polo gives all of them")
        unknown = [name for name in figures if name not in REQUIRED_FIGURES]
        if unknown:
            raise ValueError(f"figure {unknown[0]} is unknown")
        return figures

    @field_validator("parks")
    @classmethod
    def park_shares_add_up(cls, parks: dict[str, Park]) -> dict[str, Park]:
        """Refuse parks whose shares do not add up to 1."""
        total = sum(park.share for park in parks.values())
        if abs(total - 1) > 1e-6:
            raise ValueError(f"shares of the parks add up to {total:g}, they must add up to 1")
        return parks

    @model_validator(mode="after")
    def consistent(self) -> "Polo":
        """Refuse figures that contradict each other."""
        for smaller, larger in (
            ("women_15_49", "women_15_plus"),
            ("women_15_plus", "women_12_plus"),
            ("women_12_plus", "women_total"),
            ("women_18_plus", "women_15_plus"),
            ("women_18_24", "women_15_49"),
            ("women_18_24", "women_18_plus"),
            ("employed_women", "active_women"),
            ("active_women", "women_12_plus"),
            ("maquila_women", "employed_women"),
            ("maquila_women", "maquila_workers"),
        ):
            low, high = self[smaller], self[larger]
            if low > high:
                raise ValueError(
                    f"figures.{smaller} {low:g} is more than figures.{larger} {high:g}"
                )
        if self["women_15_49"] < 100:
            raise ValueError(f"figures.women_15_49 {self['women_15_49']:g} is below 100")
        schooled = sum(self[name] for name in REQUIRED_FIGURES[23:28])
        if schooled > self["women_15_plus"]:
            raise ValueError(
                f"figures of schooling add up to {schooled:g}, more than figures.women_15_plus"
            )
        return self

    def __getitem__(self, figure: str) -> float:
        """Return the value of a figure."""
        return self.figures[figure].value


class BuildingMonths(Strict):
    """Months of building: each centre draws its own, whole months as likely as each other."""

    shortest: Annotated[int, Field(ge=1, le=120)]
    longest: Annotated[int, Field(ge=1, le=120)]
    known: Known

    @model_validator(mode="after")
    def ordered(self) -> "BuildingMonths":
        """Refuse a longest time below the shortest."""
        if self.longest < self.shortest:
            raise ValueError(f"longest {self.longest} is less than shortest {self.shortest}")
        return self


class StaffingMonths(Strict):
    """Months between the end of building and the first child."""

    value: Annotated[int, Field(ge=0, le=60)]
    known: Known


class WomenPerPlace(Strict):
    """Women on the staff of its sponsors for each place of a centre in a firm."""

    value: Annotated[float, Field(gt=0, le=1000)]
    known: Known


class Rollout(Strict):
    """What the programme does: which schemes it builds, and with what delays."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    label: Label
    schemes: list[Literal["imss", "empresa", "campo"]]
    building_months: BuildingMonths
    staffing_months: StaffingMonths
    women_per_place: WomenPerPlace


class Settings(Strict):
    """Everything that a run is told."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    label: Label
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    replicates: Annotated[int, Field(ge=1, le=10_000)]
    agreement_start: Month
    months: Annotated[int, Field(ge=1, le=240)]
    burn_in: Annotated[int, Field(ge=0, le=240)]
    scale: Annotated[float, Field(gt=0, le=1)]
    engine: Literal["compiled", "objects"]
    threads: Annotated[int, Field(ge=0, le=1024)]
    output_dir: str | None = None
    parameters: dict[str, Parameter]
    polo: Polo
    rollout: Rollout

    @field_validator("parameters")
    @classmethod
    def known_parameters(cls, parameters: dict[str, Parameter]) -> dict[str, Parameter]:
        """Refuse unknown names, and a set that lacks some."""
        from sim.parameters import names

        expected = names()
        for name in parameters:
            if name not in expected:
                raise ValueError(f"parameter {name} is unknown")
        for name in expected:
            if name not in parameters:
                raise ValueError(f"parameter {name} is missing")
        return parameters

    @classmethod
    def from_config(cls, config: Any) -> "Settings":
        """Check a composed Hydra configuration.

        Raises
        ------
        pydantic.ValidationError
            If a key is unknown or missing, or a value of a wrong type or out of range.
        """
        from omegaconf import OmegaConf

        return cls.model_validate(OmegaConf.to_container(config, resolve=True))


def minutes(clock: str) -> int:
    """Return minutes after midnight of a clock time such as ``"16:45"`` or ``"25:24"``."""
    match = re.fullmatch(r"(\d\d):(\d\d)", clock)
    assert match, clock
    return 60 * int(match[1]) + int(match[2])
