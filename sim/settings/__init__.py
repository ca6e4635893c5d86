"""What a run is told, typed and range-checked after Hydra has composed it.

Every mistake names its key, the value given and what is allowed.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from sim.errors import InputError
from sim.settings.base import (
    Clock,
    Figure,
    Interval,
    Known,
    Label,
    Month,
    Named,
    Opening,
    Parameter,
    Share,
    Strict,
    Window,
    expect_names,
    minutes,
    shares_add_up_to_one,
)
from sim.settings.country import (
    CENSUS_COUNTS,
    CENSUS_MEAN,
    REGION_RULES,
    Area,
    Calendar,
    CalendarYear,
    Origin,
    Population,
    State,
)
from sim.settings.plan import (
    Access,
    Agreements,
    Assistance,
    BuildingMonths,
    EveningTurn,
    Opens,
    Outreach,
    Plan,
    Rollout,
    Siting,
    StaffingMonths,
)
from sim.settings.polo import (
    REQUIRED_FIGURES,
    Announced,
    Hours,
    MunicipalAgreement,
    Park,
    Podecobi,
    Polo,
    Rooms,
    Season,
    Shift,
    Signed,
    Zones,
)

__all__ = [
    "CENSUS_COUNTS",
    "CENSUS_MEAN",
    "REGION_RULES",
    "REQUIRED_FIGURES",
    "Access",
    "Agreements",
    "Announced",
    "Area",
    "Assistance",
    "BuildingMonths",
    "Calendar",
    "CalendarYear",
    "Clock",
    "Distribution",
    "EveningTurn",
    "Executor",
    "Figure",
    "Hours",
    "Interval",
    "Known",
    "Label",
    "Month",
    "MunicipalAgreement",
    "Named",
    "Opening",
    "Opens",
    "Origin",
    "Outreach",
    "Parameter",
    "Park",
    "Plan",
    "Podecobi",
    "Polo",
    "Population",
    "Rollout",
    "Rooms",
    "Season",
    "Settings",
    "Share",
    "Shift",
    "Signed",
    "Siting",
    "StaffingMonths",
    "State",
    "Strict",
    "Survey",
    "Window",
    "Zones",
    "expect_names",
    "minutes",
    "shares_add_up_to_one",
]


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


class Survey(Strict):
    """A panel of women that a run keeps beside its tables: how many, how often, what is near."""

    women: Annotated[int, Field(ge=0, le=100_000_000)] = 0
    every: Annotated[int, Field(ge=1, le=12)] = 1
    near_km: Annotated[float, Field(gt=0, le=200)] = 3


class Distribution(Strict):
    """Looks at mothers in both arms: how often, when income changed, what is poor.

    Lines are those of INEGI, income by person and month.
    """

    every: Annotated[int, Field(ge=0, le=240)]
    change: Annotated[float, Field(ge=0, le=1)]
    poverty_line: Figure
    extreme_poverty_line: Figure


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
    posterior: bool = False
    panel: Survey = Survey()
    distribution: Distribution
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

    @property
    def interval(self) -> Interval:
        """What the intervals of the run's results hold."""
        return "parameters and chance" if self.posterior else "chance"

    def of_replicate(self, replicate: int) -> "Settings":
        """Return the settings of one replicate: with the parameters of its draw, if these differ.

        What is returned has no `posterior` to draw from any more, so that it is its own
        `of_replicate`, and equal to settings that were given the same parameters by hand.

        Raises
        ------
        InputError
            If the posterior sample is missing or cannot be used, see `sim.posterior.draws`.
        """
        if not self.posterior:
            return self
        from sim.posterior import draws

        drawn = draws(self.polo.name).parameters(self.parameters, replicate)
        return self.model_copy(update={"parameters": drawn, "posterior": False})

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
    def of_a_polo(cls, config: Any) -> "Settings":
        """Check the configuration of a command for one polo; see `from_config`.

        Raises
        ------
        InputError
            If it is the country's.
        """
        settings = cls.from_config(config)
        if settings.population.kind != "polo":
            raise InputError(
                f"scenario {settings.name} is the country; this command is for one polo, "
                "give the scenario of one, such as +scenario=polo_norte"
            )
        return settings

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
