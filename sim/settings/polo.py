"""The settings of a polo: its figures, geography, hours, and announced centres."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from sim.settings.base import (
    Clock,
    Figure,
    Known,
    Label,
    Month,
    Opening,
    Share,
    Strict,
    minutes,
    shares_add_up_to_one,
)

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


Kilometres = Annotated[float, Field(ge=-200, le=200)]
"""East or north of the polo's centre."""


class Zones(Strict):
    """The zones in which people live: evenly spread over a disc, or where their centroids are.

    `centroids` holds km east and km north of the polo's centre, and the zone's weight: people are
    spread in proportion to the weights. Without any, zones are alike and fill the disc.
    """

    count: Annotated[int, Field(ge=1, le=1000)]
    radius_km: Annotated[float, Field(gt=0, le=200)]
    detour_factor: Annotated[float, Field(ge=1, le=3)]
    known: Known
    centroids: list[tuple[Kilometres, Kilometres, Annotated[float, Field(ge=0)]]] = []

    @model_validator(mode="after")
    def every_zone_has_a_centroid(self) -> "Zones":
        """Refuse centroids that are not as many as the zones, or in which nobody lives."""
        if self.centroids and len(self.centroids) != self.count:
            raise ValueError(f"count {self.count} is not that of centroids {len(self.centroids)}")
        if self.centroids and not any(weight for *_, weight in self.centroids):
            raise ValueError("centroids have no weight above 0")
        return self


class Park(Strict):
    """Where firms stand together, by distance and bearing from the centre of the disc.

    An industrial park has a share of the export plants in parks, a farm one of the farms.
    """

    distance_km: Annotated[float, Field(ge=0, le=200)]
    bearing: Annotated[float, Field(ge=0, le=360)]
    share: Share
    kind: Literal["industrial", "farm"] = "industrial"


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
        shares_add_up_to_one(hours)
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


class Season(Strict):
    """Farm posts of each calendar month, January first, as a share of those of the best month."""

    posts: list[Share] = Field(min_length=12, max_length=12)
    known: Known
    source: str = Field(min_length=1)

    @field_validator("posts")
    @classmethod
    def best_month_is_one(cls, posts: list[float]) -> list[float]:
        """Refuse a season whose best month is not 1."""
        if max(posts) != 1:
            raise ValueError(f"the best month has {max(posts):g} of the posts, it must have 1")
        return posts


class Announced(Strict):
    """A centre that IMSS runs, as announced for the polo.

    `built` is the share seen built on 29 October 2025; `park` says where it stands, if it is at a
    park, and `at` gives km east and km north of the polo's centre, to be in the zone nearest to
    it; one without a place takes a site of those offered (see `sim.programme.siting`).
    """

    scheme: Literal["imss", "campo"]
    places: Annotated[int, Field(ge=0, le=2000)]
    start: Month
    closes: Month | None = None
    built: Share | None = None
    park: str | None = None
    at: tuple[Kilometres, Kilometres] | None = None
    known: Known

    @model_validator(mode="after")
    def stands_in_one_place(self) -> "Announced":
        """Refuse a centre at a park and at a point."""
        if self.park is not None and self.at is not None:
            raise ValueError(f"park {self.park} and at {self.at} are two places; give one")
        return self

    @model_validator(mode="after")
    def closes_after_it_starts(self) -> "Announced":
        """Refuse a centre that closes before it is begun."""
        if self.closes is not None and self.closes <= self.start:
            raise ValueError(f"closes {self.closes} is not after start {self.start}")
        return self


class Signed(Strict):
    """An agreement of scheme `empresa` that is known to be signed: the largest plants of a park."""

    park: str
    firms: Annotated[int, Field(ge=1, le=1000)]
    consortium: bool = False
    places: Annotated[int, Field(ge=1, le=2000)]
    start: Month
    years: Annotated[int, Field(ge=1, le=5)]
    known: Known

    @model_validator(mode="after")
    def a_consortium_has_members(self) -> "Signed":
        """Refuse a consortium of one firm."""
        if self.consortium and self.firms < 2:
            raise ValueError(f"firms {self.firms} is no consortium, it takes 2 or more")
        return self


class MunicipalAgreement(Strict):
    """What a municipality or its DIF pays so that uninsured mothers' children may enter."""

    fee: Figure
    voucher: Figure
    budget: Figure

    @model_validator(mode="after")
    def voucher_is_no_more_than_the_fee(self) -> "MunicipalAgreement":
        """Refuse a voucher above the fee."""
        if self.voucher.value > self.fee.value:
            raise ValueError(
                f"voucher {self.voucher.value:g} is more than fee {self.fee.value:g} (MXN a month)"
            )
        return self


class Podecobi(Strict):
    """The declared polo: what was published of it; null where no figure was found."""

    hectares: Figure | None
    jobs: Figure | None
    investment: Figure | None
    declared: str | None
    sectors: list[str]
    status: str
    source: str
    jobs_from: Month
    jobs_months: Annotated[int, Field(ge=1, le=240)]


class Polo(Strict):
    """A polo: its municipality's figures, geography, hours and announced centres."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    label: Label
    municipalities: list[Annotated[str, Field(pattern=r"^\d{5}$")]] = Field(min_length=1)
    podecobi: Podecobi
    figures: dict[str, Figure]
    zones: Zones
    parks: dict[str, Park]
    hours: Hours
    rooms: Rooms
    season: Season
    announced: dict[str, Announced] = {}
    signed: dict[str, Signed] = {}
    municipal_agreement: MunicipalAgreement | None = None

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
        """Refuse parks whose shares do not add up to 1, kind by kind, and a polo without one."""
        if not any(park.kind == "industrial" for park in parks.values()):
            raise ValueError("there is no park of kind industrial")
        for kind in ("industrial", "farm"):
            shares = [park.share for park in parks.values() if park.kind == kind]
            if shares and abs(sum(shares) - 1) > 1e-6:
                raise ValueError(
                    f"shares of the {kind} parks add up to {sum(shares):g}, they must add up to 1"
                )
        return parks

    @model_validator(mode="after")
    def centres_stand_somewhere(self) -> "Polo":
        """Refuse a centre at a park that the polo has not."""
        for group in (self.announced, self.signed):
            for name, centre in group.items():
                if centre.park is not None and centre.park not in self.parks:
                    allowed = ", ".join(self.parks)
                    raise ValueError(f"park {centre.park} of {name} is none of {allowed}")
        return self

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
        for name in ("women_15_49", "active_women"):
            if self[name] < 1:
                raise ValueError(f"figures.{name} {self[name]:g} is below 1")
        schooled = sum(self[name] for name in REQUIRED_FIGURES[23:28])
        if schooled > self["women_15_plus"]:
            raise ValueError(
                f"figures of schooling add up to {schooled:g}, more than figures.women_15_plus"
            )
        return self

    def __getitem__(self, figure: str) -> float:
        """Return the value of a figure."""
        return self.figures[figure].value
