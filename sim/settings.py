"""What a run is told, typed and range-checked after Hydra has composed it.

Every mistake names its key, the value given and what is allowed.
"""

import re
from collections.abc import Iterable
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
        """Refuse a share or a probability above 1."""
        if self.unit.startswith(("share", "probability")) and self.value > 1:
            raise ValueError(f"value {self.value:g} is not from 0 to 1 ({self.unit})")
        return self


class Zones(Strict):
    """The zones in which people live: evenly spread over a disc."""

    count: Annotated[int, Field(ge=1, le=1000)]
    radius_km: Annotated[float, Field(gt=0, le=200)]
    detour_factor: Annotated[float, Field(ge=1, le=3)]
    known: Known


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


class Window(Strict):
    """Hours between which a centre is open; a time after midnight is written beyond 24:00."""

    opens: Clock
    closes: Clock

    @model_validator(mode="after")
    def closes_after_it_opens(self) -> "Window":
        """Refuse a centre that closes before it opens."""
        if minutes(self.closes) <= minutes(self.opens):
            raise ValueError(f"closes {self.closes} is not after opens {self.opens}")
        return self


class Opening(Window):
    """Opening hours of a share of the centres."""

    share: Share = 1.0


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
    park; one without a place takes a site of those offered (see `sim.programme.siting`).
    """

    scheme: Literal["imss", "campo"]
    places: Annotated[int, Field(ge=0, le=2000)]
    start: Month
    closes: Month | None = None
    built: Share | None = None
    park: str | None = None
    known: Known

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


class Agreements(Strict):
    """Agreements of scheme `empresa`: their term, and how large and how many centres may be.

    A term of 1 to 5 years, the rule of scheme `empresa` (ceci:empresa_agreement_min_years,
    ceci:empresa_agreement_max_years).
    """

    years: Annotated[int, Field(ge=1, le=5)]
    least_places: Annotated[int, Field(ge=10, le=2000)]
    most_places: Annotated[int, Field(ge=10, le=2000)]
    most_firms: Annotated[int, Field(ge=2, le=1000)]
    most: Annotated[int, Field(ge=0, le=500)]
    known: Known
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def ordered(self) -> "Agreements":
        """Refuse a largest centre below the smallest."""
        if self.most_places < self.least_places:
            raise ValueError(
                f"most_places {self.most_places} is less than least_places {self.least_places}"
            )
        return self


class Named(Strict):
    """A choice of a configuration group, with its name and title."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    label: Label


class Rollout(Named):
    """What is built: which schemes, when, with what delays, and the terms of agreements."""

    schemes: list[Literal["imss", "empresa", "campo"]]
    delay_months: Annotated[int, Field(ge=0, le=120)] = 0
    building_months: BuildingMonths
    staffing_months: StaffingMonths
    agreements: Agreements


class Outreach(Named):
    """How firms come to know of scheme `empresa`."""

    known_at_start: Figure
    events_a_year: Figure
    reach: Figure
    state_reach: Figure
    neighbours: Figure


class Assistance(Named):
    """Technical assistance to firms, and needs analysis, by IMSS."""

    coverage: Figure
    paperwork_months: Figure
    paperwork_months_assisted: Figure
    abandonment: Figure
    abandonment_assisted: Figure
    needs_analysis: bool
    needs_error: Figure
    needs_error_assisted: Figure


class Siting(Named):
    """Where IMSS's centres go: the rule, and the sites that it can choose from."""

    rule: Literal["announced", "park", "homes", "need", "random", "optimum"]
    sites_a_month: Figure
    acceptance: Figure
    validated_at_start: Figure
    catchment_km: Figure


class Access(Named):
    """Who may enter IMSS's centres, in what order, and at what price.

    `uninsured` says whether children of uninsured working mothers may enter: `announced` is as the
    polo's municipal agreement has it. Prices are MXN per child and month.
    """

    uninsured: Literal["no", "announced", "yes"]
    guarderias: bool
    fathers: bool
    priority: Literal["first_come", "need", "lottery"]
    fee: Figure
    fee_uninsured: Figure
    voucher: Figure
    voucher_budget: Figure

    @model_validator(mode="after")
    def consistent(self) -> "Access":
        """Refuse a voucher above the fee, or without anybody to use it."""
        if self.voucher.value > self.fee_uninsured.value:
            raise ValueError(
                f"voucher {self.voucher.value:g} is more than fee_uninsured "
                f"{self.fee_uninsured.value:g} (MXN a month)"
            )
        if self.uninsured == "no" and self.voucher.value > 0:
            raise ValueError("voucher is above 0 while uninsured is no: nobody could use it")
        if self.uninsured == "no" and self.guarderias:
            raise ValueError("guarderias is true while uninsured is no: nobody could enter by it")
        return self


class EveningTurn(Window):
    """A second turn of new centres, with its own places as a share of those of the day."""

    places: Share
    known: Known


class Opens(Named):
    """Opening hours of new centres: the polo's where `day` is null, and an evening turn or none."""

    day: list[Opening] | None
    evening: EveningTurn | None

    @field_validator("day")
    @classmethod
    def shares_add_up(cls, hours: list[Opening] | None) -> list[Opening] | None:
        """Refuse shares that do not add up to 1."""
        if hours is not None:
            shares_add_up_to_one(hours)
        return hours


class Plan(Strict):
    """A programme: everything that differs between the arms of a run."""

    rollout: Rollout
    outreach: Outreach
    assistance: Assistance
    siting: Siting
    access: Access
    opens: Opens

    def without_centres(self) -> "Plan":
        """Return the plan of the baseline: no new centre, and the rights that there were."""
        nothing = self.access.voucher.model_copy(update={"value": 0.0})
        return self.model_copy(
            update={
                "rollout": self.rollout.model_copy(update={"schemes": []}),
                "access": self.access.model_copy(
                    update={
                        "uninsured": "no",
                        "guarderias": False,
                        "fathers": False,
                        "priority": "first_come",
                        "fee": nothing,
                        "fee_uninsured": nothing,
                        "voucher": nothing,
                        "voucher_budget": nothing,
                    }
                ),
            }
        )


class Executor(Strict):
    """Where units run: in processes of this machine, or on the workers of a Dask cluster."""

    name: Literal["local", "dask"] = "local"
    workers: Annotated[int, Field(ge=0, le=1024)] = 0
    address: Annotated[str, Field(pattern=r"^[a-z]+://\S+:\d+$")] | None = None
    timeout: Annotated[float, Field(gt=0, le=3600)] = 30

    @model_validator(mode="after")
    def address_of_a_cluster(self) -> "Executor":
        """Refuse Dask without the address of its scheduler, and an address without Dask."""
        if self.name == "dask" and not self.address:
            raise ValueError(
                "address is null: dask needs that of its scheduler, such as "
                "executor.address=tcp://HOST:8786; on one machine use executor=local"
            )
        if self.name == "local" and self.address:
            raise ValueError(
                f"address {self.address} is for executor=dask, which is missing; local has none"
            )
        return self


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


class Settings(Strict):
    """Everything that a run is told."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    label: Label
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    replicates: Annotated[int, Field(ge=1, le=10_000)]
    agreement_start: Month
    agreement_end: Month
    months: Annotated[int, Field(ge=1, le=240)]
    burn_in: Annotated[int, Field(ge=0, le=240)]
    scale: Annotated[float, Field(gt=0, le=1)]
    engine: Literal["compiled", "objects"]
    threads: Annotated[int, Field(ge=0, le=1024)]
    output_dir: str | None = None
    store: str = Field(default="outputs/.units", min_length=1)
    resume: bool = True
    executor: Executor = Executor()
    population: Population
    parameters: dict[str, Parameter]
    polo: Polo
    rollout: Rollout
    outreach: Outreach
    assistance: Assistance
    siting: Siting
    access: Access
    opens: Opens

    @property
    def plan(self) -> Plan:
        """The programme of the run."""
        return Plan(**{name: getattr(self, name) for name in Plan.model_fields})

    @model_validator(mode="after")
    def the_country_is_no_polo(self) -> "Settings":
        """Refuse the country's figures as one polo, and a polo's as those of the country."""
        country = self.population.kind == "country"
        if country != (self.polo.name == "nacional"):
            raise ValueError(
                f"polo {self.polo.name} does not go with a population of kind "
                f"{self.population.kind}: +scenario=nacional sets both, and takes no other polo"
            )
        return self

    @model_validator(mode="after")
    def agreements_are_inside_their_window(self) -> "Settings":
        """Refuse an agreement that is signed before or after IMSS and the Secretaría's own."""
        if self.agreement_end <= self.agreement_start:
            raise ValueError(
                f"agreement_end {self.agreement_end} is not after "
                f"agreement_start {self.agreement_start}"
            )
        for name, signed in self.polo.signed.items():
            if not self.agreement_start <= signed.start <= self.agreement_end:
                raise ValueError(
                    f"polo.signed.{name}.start {signed.start} is not from agreement_start "
                    f"{self.agreement_start} to agreement_end {self.agreement_end}"
                )
        return self

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


def expect_names(what: str, given: Iterable[str], expected: tuple[str, ...]) -> None:
    """Raise ValueError where a name is missing or unknown."""
    names = set(given)
    for name in expected:
        if name not in names:
            raise ValueError(f"{what} {name} is missing")
    for name in sorted(names - set(expected)):
        raise ValueError(f"{what} {name} is unknown")


def shares_add_up_to_one(hours: list[Any]) -> None:
    """Raise ValueError where the shares of shifts or opening hours do not add up to 1."""
    total = sum(entry.share for entry in hours)
    if abs(total - 1) > 1e-6:
        raise ValueError(f"shares add up to {total:g}, they must add up to 1")


def minutes(clock: str) -> int:
    """Return minutes after midnight of a clock time such as ``"16:45"`` or ``"25:24"``."""
    match = re.fullmatch(r"(\d\d):(\d\d)", clock)
    assert match, clock
    return 60 * int(match[1]) + int(match[2])
