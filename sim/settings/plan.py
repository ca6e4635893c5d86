"""The settings of a programme: what is built, for whom, where, and how it is told."""

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from sim.settings.base import (
    Figure,
    Known,
    Named,
    Opening,
    Share,
    Strict,
    Window,
    shares_add_up_to_one,
)


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
