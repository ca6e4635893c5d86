"""What must hold after every month of any polo, whatever its parameters.

Polos are drawn: size, seed, months, some parameters anywhere inside their own bounds, the
programme, and how many places there are. CI always draws the same ones; to search with 500 fresh
polos: ``pytest tests/test_invariants.py --hypothesis-profile=search``.
"""

from collections import Counter

import hypothesis
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.agents import mother as m
from sim.agents.ceci import EMPRESA, EVENING, GUARDERIA, N_AGES, N_ROOMS, OPEN, ROOM_ENDS
from sim.agents.firm import MAQUILA
from sim.model import PoloModel
from sim.parameters import base
from sim.results.catalogue import catalogue, units
from sim.results.measures import SCHEMES, SECTORS, Counts, groups_with, measure, older_women
from sim.results.record import COUNTERS, GROUPS
from sim.results.tally import Tally
from sim.settings import Settings

N = {name: k for k, name in enumerate(COUNTERS)}
G = {name: k for k, name in enumerate(GROUPS)}
EXAMPLES = max(25, hypothesis.settings.default.max_examples // 4)
CAUSES = ("lost_own", "lost_child", "lost_care", "lost_other")


BOUNDS = {name: (described["value"], *described["bounds"]) for name, described in base().items()}


def values_of(name: str):
    """Return a strategy of a parameter's values, whole numbers where its own is one."""
    value, low, high = BOUNDS[name]
    if float(value).is_integer() and high - low >= 3:
        return st.integers(int(np.ceil(low)), int(high))
    return st.floats(low, high)


some_parameters = st.sets(st.sampled_from(sorted(BOUNDS)), max_size=25).flatmap(
    lambda names: st.fixed_dictionaries({name: values_of(name) for name in sorted(names)})
)
EAGER = {"running_cost_empresa": 4000, "imss_fee": 7000, "capital_cost_empresa": 20_000}
EAGER |= {"expected_use": 1.0}
"""Parameters with which every firm that knows of scheme `empresa` finds it worth its cost."""

recipes = st.fixed_dictionaries(
    {
        "women": st.integers(300, 1500),
        "seed": st.integers(0, 2**63 - 1),
        "replicate": st.integers(0, 3),
        "burn_in": st.integers(0, 6),
        "months": st.integers(8, 14),
        "parameters": some_parameters,
        "guarderias": st.sampled_from((0, 1, 5, 24)),
        "guarderia_places": st.sampled_from((0, 3000, 20_000, 60_000)),
        "places": st.sampled_from((0, 1, 5)),  # times those announced
        "schemes": st.sampled_from(([], ["imss"], ["empresa"], ["imss", "empresa"])),
        "access": st.sampled_from(
            (
                "anunciado",
                "asegurados",
                "convenio_municipal",
                "por_necesidad",
                "sorteo",
                "universal",
            )
        ),
        "opens": st.sampled_from(("estandar", "vespertino", "extendido")),
        "outreach": st.sampled_from(("ninguna", "dialogos", "saturacion")),
        "assistance": st.sampled_from(("imss", "ninguna")),
        "siting": st.sampled_from(("anunciado", "parque", "hogares", "necesidad", "azar")),
        "budget": st.sampled_from((0, 10**6, 34 * 10**6)),  # of vouchers, MXN a year
        "agreements": st.fixed_dictionaries(
            {
                "years": st.integers(1, 5),
                "least_places": st.integers(10, 30),
                "most_places": st.integers(30, 250),
                "most_firms": st.integers(2, 30),
                "most": st.integers(0, 40),
            }
        ),
        "eager": st.booleans(),  # a centre costs firms nothing
        "building": st.integers(1, 6),  # months
    }
)


def polo_of(settings, recipe: dict) -> Settings:
    """Return the settings that a recipe describes."""
    levers = [f"{name}={recipe[name]}" for name in ("access", "opens", "outreach", "assistance")]
    levers += [f"siting={recipe['siting']}", "polo.figures.guarderias.value=1"]
    plain = settings(*levers).model_dump(mode="json")
    figures, announced = plain["polo"]["figures"], plain["polo"]["announced"]
    for name in ("seed", "burn_in", "months"):
        plain[name] = recipe[name]
    plain["scale"] = recipe["women"] / figures["women_15_49"]["value"]
    eager = EAGER if recipe["eager"] else {}
    for name, value in (recipe["parameters"] | eager).items():
        plain["parameters"][name]["value"] = value
    plain["rollout"]["agreements"] |= recipe["agreements"]
    plain["polo"]["municipal_agreement"]["budget"]["value"] = recipe["budget"]
    plain["access"]["voucher_budget"]["value"] = recipe["budget"]
    for name in ("guarderias", "guarderia_places"):
        figures[name]["value"] = recipe[name]
    for centre in announced.values():
        centre["places"] *= recipe["places"]
    plain["rollout"]["schemes"] = recipe["schemes"]
    plain["rollout"]["building_months"] |= {
        "shortest": recipe["building"],
        "longest": recipe["building"] + 2,
    }
    return Settings.model_validate(plain)


SEEN = (
    "mother_days", "mother_days_lost", "mothers_seen", "mothers_left",
    "other_days", "other_days_lost", "others_seen", "others_left",
)  # fmt: skip


class Watch:
    """A model with what its months must be compared with."""

    def __init__(self, model: PoloModel):
        self.model = model
        t = model.tables
        self.count = t["mothers"].size
        self.formal = int((t["mothers"].status == m.FORMAL).sum())
        self.births = t["children"].birth.copy()
        self.centres = t["children"].centre.copy()
        self.employer = t["mothers"].firm.copy()
        self.worked = t["mothers"].status >= m.INFORMAL
        self.women = t["mothers"].birth.copy()
        self.told = {name: t["firms"][name].copy() for name in SEEN}
        # Last month in which each woman worked for a sponsor of each centre
        self.sponsored = np.full((self.count, t["centres"].size), m.NEVER)
        self.seen: Counter = Counter()

    def month(self) -> None:
        """Live a month and check it."""
        self.model.step()
        self.t = self.model.tables
        self.now = int(self.model.now["month"][0]) - 1
        self.last = self.model.history[-1]
        self.age = self.now - self.t["children"].birth.astype(int)
        self.there = self.t["children"].birth != m.NEVER
        self.places_hold()
        self.children_are_right()
        self.only_who_may_is_enrolled()
        self.vouchers_and_payers_add_up()
        self.firms_see_their_staff()
        self.payrolls_are_right()
        self.days_are_right()
        self.people_are_conserved()
        self.counts_add_up()

    def places_hold(self) -> None:
        """No room has more children than places; the books agree with the children."""
        t, children = self.t, self.t["children"]
        recount = np.zeros((t["centres"].size, N_ROOMS), int)
        inside = children.centre != m.NOBODY
        np.add.at(recount, (children.centre[inside], children.room[inside]), 1)
        np.testing.assert_array_equal(recount, t["enrolled"])
        is_open = t["centres"].open == 1
        assert (recount <= t["places"] * is_open[:, None]).all()
        np.testing.assert_array_equal(
            t["free"], np.where(is_open[:, None], t["places"] - recount, 0)
        )
        np.testing.assert_array_equal(self.last.centres["enrolled"], recount.sum(axis=1))
        assert (t["refused"] >= 0).all()
        self.seen["enrolled"] += int(inside.sum())
        self.seen["refused"] += int(t["refused"].sum())

    def children_are_right(self) -> None:
        """A child in a centre is a child, of the right age, in one room, and waits only to move."""
        children, mothers = self.t["children"], self.t["mothers"]
        inside = children.centre != m.NOBODY
        assert (self.there | ~inside).all()
        ages = self.age[inside]
        assert ((ages >= m.CARE_FROM) & (ages < m.CARE_AGE)).all()
        rooms = children.room[inside]
        by_age = np.searchsorted(ROOM_ENDS, ages, side="right")
        assert ((rooms >= 0) & (rooms < N_ROOMS) & (rooms % N_AGES <= by_age)).all()
        assert (children.entry[inside] != m.NEVER).all()
        asking = children.wants == 1
        np.testing.assert_array_equal(asking, children.asked != m.NEVER)
        wanted = np.broadcast_to(mothers.wants_centre[:, None], children.shape)
        assert (wanted[asking] != m.NOBODY).all()
        # Who changes shift asks for the other turn of the same centre
        turns = np.broadcast_to(mothers.kind[:, None] == m.MAQUILA_EVENING, children.shape)
        same = (children.centre == wanted) & ((children.room >= N_AGES) == turns)
        assert not (same & asking).any()
        assert (self.there | ~asking).all()
        # The youngest first, nobody of age, no gap
        births = np.where(self.there, children.birth, m.NEVER).astype(int)
        assert (np.diff(births, axis=1) <= 0).all()
        assert (self.age[self.there] >= 0).all()
        assert (self.age[self.there] < m.ADULT_AGE).all()

    def only_who_may_is_enrolled(self) -> None:
        """By the mother's own job or the weeks after it, or by what the plan's access adds."""
        mothers, children, homes = self.t["mothers"], self.t["children"], self.t["households"]
        grace = self.model.settings.parameters["grace_months"].value
        access = self.model.access[0]
        formal = mothers.status == m.FORMAL
        within = self.now - mothers.last_insured.astype(int) <= grace
        i, k = np.nonzero(children.centre != m.NOBODY)
        old = self.t["centres"].scheme[children.centre[i, k]] == GUARDERIA
        works = mothers.status[i] >= m.INFORMAL
        father = (access.fathers == 1) & (homes.partner[i] == 1) & (homes.insured[i] == 1)
        others = (access.uninsured == 1) & (~old | (access.guarderias == 1))
        # Who gives up her work this month keeps the place until the next
        works |= self.worked[i]
        assert (formal[i] | within[i] | (works & (father | others))).all()
        self.worked = mothers.status >= m.INFORMAL
        assert (self.t["centres"].open[children.centre[i, k]] == 1).all()
        # In the turn in which she works, or was in the weeks before
        since = self.now - np.where(formal, mothers.hired, mothers.last_insured).astype(int)
        evening = mothers.kind[i] == m.MAQUILA_EVENING
        in_turn = (children.room[i, k] // N_AGES == EVENING) == evening
        assert (in_turn | (since[i] <= grace)).all()
        self.seen["uninsured"] += int((~formal[i] & ~within[i]).sum())
        self.seen["in the evening"] += int((children.room[i, k] >= N_AGES).sum())
        firms, centres = self.t["firms"], self.t["centres"]
        for employer in (self.employer, mothers.firm):  # when places were given, and now
            who = np.flatnonzero(employer >= 0)
            own = firms.centre[employer[who]]
            has = own >= 0
            self.sponsored[who[has], own[has]] = self.now
        self.employer = mothers.firm.copy()
        own_door = centres.scheme[children.centre[i, k]] == EMPRESA
        since = self.now - self.sponsored[i, children.centre[i, k]]
        for child in np.flatnonzero(own_door):
            mother, slot = i[child], k[child]
            same = self.births[mother] == children.birth[mother, slot]
            if not (same & (self.centres[mother] == children.centre[mother, slot])).any():
                # A place of scheme `empresa` is entered from a sponsor's staff alone
                assert since[child] == 0, (mother, self.now)
        self.centres = children.centre.copy()
        self.seen["in empresa"] += int(own_door.sum())

    def vouchers_and_payers_add_up(self) -> None:
        """Vouchers are within the budget, and those who pay share the running cost."""
        t, access = self.t, self.model.access[0]
        children, centres = t["children"], t["centres"]
        used = children.voucher == 1
        assert (children.centre[used] != m.NOBODY).all()
        assert used.sum() <= access.vouchers
        assert access.vouchers_left == access.vouchers - used.sum()
        assert t["tariffs"].sum() == t["enrolled"].sum()
        np.testing.assert_array_equal(t["tariffs"].sum(axis=1), t["enrolled"].sum(axis=1))
        assert t["tariffs"][:, 2].sum() == used.sum()
        budget = access.voucher * access.vouchers
        paid = {name: self.last.centres[f"paid_{name}"] for name in
                ("imss", "firm", "municipality", "family")}  # fmt: skip
        assert paid["municipality"].sum() <= budget + centres.size
        p = {name: value.value for name, value in self.model.settings.parameters.items()}
        cost = np.full(centres.size, p["running_cost_direct"])
        cost[centres.scheme == GUARDERIA] = p["running_cost"]
        cost[centres.scheme == EMPRESA] = p["running_cost_empresa"]
        running = cost * self.last.centres["places"]
        assert np.abs(sum(paid.values()) - running).max(initial=0) <= 2, "rounded to a peso each"
        assert not paid["firm"][centres.scheme != EMPRESA].any()
        assert (paid["municipality"] >= 0).all() and (paid["family"] >= 0).all()
        building = centres.stage == 2
        for name in ("capital_imss", "capital_firm"):
            assert (self.last.centres[name] >= 0).all()
            assert not self.last.centres[name][~building].any()
        self.seen["vouchers"] += int(used.sum())

    def firms_see_their_staff(self) -> None:
        """What each firm has seen fades, and the month's days, persons and leavers are added."""
        mothers, children, firms = self.t["mothers"], self.t["children"], self.t["firms"]
        young = self.there & (self.age < m.CARE_AGE)
        outside = young & (self.age >= m.CARE_FROM) & (children.centre == m.NOBODY)
        kinds = {"mother": outside.any(axis=1), "other": ~young.any(axis=1)}
        left_after_work = np.isin(mothers.separated, (m.QUIT, m.DISMISSED, m.SEASON_ENDED))
        worked_at = np.where(left_after_work, mothers.left_firm, mothers.firm)
        left = mothers.separated != m.STAYED
        began_at = np.where(left, mothers.left_firm, mothers.firm)
        lost = sum(mothers[cause].astype(int) for cause in CAUSES)
        memory = 1 - self.model.settings.parameters["firm_memory"].value

        def count(firm, which, weights=None):
            of = weights[which] if weights is not None else None
            return np.bincount(firm[which], of, minlength=firms.size)

        for kind, hers in kinds.items():
            at_work, there = hers & (worked_at >= 0), hers & (mothers.was_formal == 1)
            there &= began_at >= 0
            for name, told in (
                (f"{kind}_days", count(worked_at, at_work, mothers.scheduled)),
                (f"{kind}_days_lost", count(worked_at, at_work, lost)),
                (f"{kind}s_seen", count(began_at, there)),
                (f"{kind}s_left", count(began_at, there & left & (mothers.separated
                                                                  != m.SEASON_ENDED))),
            ):  # fmt: skip
                np.testing.assert_allclose(firms[name], memory * self.told[name] + told, atol=1e-6)
                self.told[name] = firms[name].copy()

    def payrolls_are_right(self) -> None:
        """Who is formal has one firm, each firm knows its staff, and posts are never owed."""
        mothers, firms = self.t["mothers"], self.t["firms"]
        formal = mothers.status == m.FORMAL
        assert ((mothers.firm[formal] >= 0) & (mothers.firm[formal] < firms.size)).all()
        assert (mothers.firm[~formal] == m.NOBODY).all()
        np.testing.assert_array_equal(mothers.sector[formal], firms.sector[mothers.firm[formal]])
        assert (mothers.sector[~formal] == m.NOBODY).all()
        np.testing.assert_array_equal(formal, mothers.kind >= m.MAQUILA_DAY)
        np.testing.assert_array_equal(
            (mothers.kind == m.MAQUILA_DAY) | (mothers.kind == m.MAQUILA_EVENING),
            formal & (mothers.sector == MAQUILA),
        )
        evening = mothers.kind == m.MAQUILA_EVENING
        assert (firms.evening[mothers.firm[evening]] == 1).all()
        recount = np.bincount(mothers.firm[formal], minlength=firms.size)
        np.testing.assert_array_equal(recount, firms.staff)
        for name in ("others", "vacancies", "hires", "other_hires", "separations", "applicants"):
            assert (firms[name] >= 0).all(), name
        assert (firms.hires <= firms.applicants).all()
        pay = self.model.settings.parameters["minimum_wage"].value
        assert (mothers.wage[formal] >= int(pay)).all()
        assert ((mothers.hours > 0) == (mothers.status >= m.INFORMAL)).all()
        sponsors = np.flatnonzero(firms.centre >= 0)
        own = self.t["centres"][firms.centre[sponsors]]
        assert (own.scheme == EMPRESA).all() and (own.stage == OPEN).all()
        np.testing.assert_array_equal(own.zone, firms.zone[sponsors])
        assert (firms.aware[sponsors] == 1).all()

    def days_are_right(self) -> None:
        """Days lost are scheduled days, and each has one cause."""
        mothers = self.t["mothers"]
        lost = sum(mothers[cause].astype(int) for cause in CAUSES)
        for cause in CAUSES:
            assert (mothers[cause] >= 0).all()
        assert (lost <= mothers.scheduled).all()
        workdays = int(self.model.now["workdays"][0])
        assert np.isin(mothers.scheduled, (0, workdays)).all()
        people = dict(zip(COUNTERS, self.last.people[0].tolist(), strict=True))
        assert people["scheduled"] == mothers.scheduled.sum()
        assert sum(people[cause] for cause in CAUSES) == lost.sum()
        firms = self.t["firms"]
        assert firms.scheduled.sum() == people["formal_days"]
        assert (firms.lost <= firms.scheduled).all()
        assert firms.output.sum() == people["output"]

    def people_are_conserved(self) -> None:
        """As many women as before, of 15 to 49; children come by birth and go by age."""
        mothers, children, homes = self.t["mothers"], self.t["children"], self.t["households"]
        assert mothers.size == homes.size == len(children) == self.count
        np.testing.assert_array_equal(mothers.number, np.arange(self.count))
        ages = self.now - mothers.birth.astype(int)
        assert ((ages >= 180) & (ages < 600)).all()
        people = self.last.people[0]
        born = (children.birth == self.now).sum(axis=1) - (self.births == self.now).sum(axis=1)
        np.testing.assert_array_equal(born, mothers.gave_birth)
        assert people[N["births"]] == born.sum()
        new_women = mothers.birth != self.women
        assert (ages[new_women] == 180).all()
        self.women = mothers.birth.copy()
        for i in np.flatnonzero(~new_women):
            before = self.births[i][self.births[i] != m.NEVER].tolist()
            now = children.birth[i][children.birth[i] != m.NEVER].tolist()
            grown = [birth for birth in before if self.now - birth < m.ADULT_AGE]
            assert now == ([self.now] * born[i] + grown)[: m.CHILD_SLOTS]
        assert not self.there[new_women & (mothers.gave_birth == 0)].any()
        self.births = children.birth.copy()
        np.testing.assert_array_equal(homes.children, self.there.sum(axis=1))
        on_leave = mothers.leave > 0
        assert (mothers.status[on_leave] == m.FORMAL).all()
        assert (mothers.scheduled[on_leave] == 0).all()
        self.seen["births"] += int(born.sum())

    def counts_add_up(self) -> None:
        """Counts by group are those of the rows, and parts add up to wholes."""
        people, mothers = self.last.people, self.t["mothers"]
        assert (np.delete(people, N["output"], axis=1) >= 0).all()
        everybody = dict(zip(COUNTERS, people[0].tolist(), strict=True))
        assert everybody["people"] == self.count
        for name, status in (
            ("searching", m.SEARCHING), ("informal", m.INFORMAL), ("formal", m.FORMAL),
        ):  # fmt: skip
            assert everybody[name] == (mothers.status == status).sum()
        out = (mothers.status == m.OUT).sum()
        employed = everybody["informal"] + everybody["formal"]
        assert employed + everybody["searching"] + out == self.count
        assert everybody["formal"] == self.last.firms["staff"].sum()
        ways = [k for name, k in N.items() if name.startswith("care_")]
        np.testing.assert_array_equal(people[:, ways].sum(axis=1), people[:, N["children"]])
        young = self.there & (self.age < m.CARE_AGE)
        assert everybody["children"] == young.sum()
        assert people[G["mothers_u4"], N["people"]] == young.any(axis=1).sum()
        centre = (self.t["children"].centre != m.NOBODY).sum()
        assert everybody["enrolled"] == centre == self.t["enrolled"].sum()
        assert everybody["care_guarderia"] + everybody["care_ceci"] == centre
        assert everybody["eligible"] <= everybody["children"]
        for whole, *parts in (
            ("mothers_u4", "mothers_u4_primaria", "mothers_u4_secundaria",
             "mothers_u4_media_superior", "mothers_u4_superior"),
            ("mothers_u4", "mothers_u4_lone", "mothers_u4_partnered"),
            ("mothers_u4", "mothers_u4_grandmother", "mothers_u4_no_grandmother"),
        ):  # fmt: skip
            split = people[[G[part] for part in parts]].sum(axis=0)
            of_now = [N[name] for name in COUNTERS if name != "survivors"]
            np.testing.assert_array_equal(split[of_now], people[G[whole]][of_now])
        sectors = people[[G[name] for name in SECTORS]].sum(axis=0)
        for name in ("formal", "wages", "tenure", "hires", "formal_days", "output", "exposed"):
            assert sectors[N[name]] == everybody[name], name
        reasons = ("quits_by_choice", "quits", "dismissals", "moves", "season_ends")
        parts = people[:, [N[name] for name in reasons]].sum(axis=1)
        np.testing.assert_array_equal(parts, people[:, N["separations"]])
        turned_50 = int((mothers.separated == m.TURNED_50).sum())
        assert everybody["exposed"] == self.formal - turned_50, "exposed is who was formal before"
        self.formal = everybody["formal"]

    def measures_are_in_bounds(self) -> None:
        """Shares are from 0 to 100; nothing is negative but the output of who only trains."""
        settings = self.model.settings
        counts = Counts(
            Tally.of(self.model.history, self.t["centres"].scheme),
            older_women([(settings.polo, settings.scale)]),
            settings.parameters,
        )
        for name, definition in catalogue()["measures"].items():
            for group in groups_with(name, definition):
                values = measure(counts.of[group], definition)
                values = values[~np.isnan(values)]
                if name not in ("output", "paid_imss", "paid_firm"):  # fees may exceed the cost
                    assert (values >= 0).all(), (name, group)
                if units()[name].startswith("%") and name not in UNBOUNDED:
                    assert (values <= 100).all(), (name, group, values.max())
        assert set(SCHEMES) <= set(counts.of)


UNBOUNDED = {
    "enrolment",  # children whose mother lost her job stay some weeks, and are not eligible
    # Who is hired and leaves within a month was not exposed at its start
    "separation", "separation_choice", "separation_quit", "separation_dismissal",
    "separation_move", "separation_season",
}  # fmt: skip


@hypothesis.settings(max_examples=EXAMPLES)
@given(recipe=recipes)
def test_every_month_of_any_polo_is_consistent(settings, recipe):
    told = polo_of(settings, recipe)
    watch = Watch(PoloModel(told, recipe["replicate"]))
    for _ in range(told.burn_in + told.months):
        watch.month()
    watch.measures_are_in_bounds()


@pytest.fixture(scope="session")
def long_watch(settings, more_places):
    """Return a larger polo watched over six years, with much to check."""
    told = settings(
        "scale=0.006", "burn_in=12", "months=57", "seed=5", *more_places(6),
        "polo.figures.guarderia_places.value=6000", "parameters.public_trust.value=3",
        "parameters.reconsiders.value=0.15", "opens=extendido", "outreach=saturacion",
        "rollout.agreements.least_places=10",
        *(f"parameters.{name}.value={value}" for name, value in EAGER.items()),
    )  # fmt: skip
    watch = Watch(PoloModel(told, 1))
    watch.sizes, watch.turned_50, watch.unminded = [], [], Counter()
    for _ in range(told.burn_in + told.months):
        watch.month()
        watch.unminded += unminded(watch)
        watch.turned_50.append(int((watch.t["mothers"].separated == m.TURNED_50).sum()))
        watch.sizes.append(int(watch.t["households"]["persons"].min()))
    return watch


def test_six_years_are_consistent(long_watch):
    long_watch.measures_are_in_bounds()
    for name in ("births", "enrolled", "refused", "in empresa", "uninsured", "vouchers",
                 "in the evening"):  # fmt: skip
        assert long_watch.seen[name] > 20, long_watch.seen


def test_nobody_keeps_an_empresa_place_for_long_after_leaving_its_sponsors(settings):
    """Who works elsewhere keeps a place of her old firm's centre for the weeks of grace at most.

    All mothers at other firms are given a place there, as if they had just come from a sponsor.
    """
    told = settings(
        "scale=0.02", "burn_in=0", "rollout=ninguno",
        # Many would rather have another kind of job, and wait long for it
        "parameters.shock_spread.value=4", "parameters.search_cost.value=0",
        "parameters.job_inertia.value=0", "parameters.care_inertia.value=0",
        "parameters.reconsiders.value=0.5", "parameters.other_applicants.value=5",
    )  # fmt: skip
    model = PoloModel(told, 0)
    model.step()
    t = model.tables
    plants = np.flatnonzero(t["firms"].sector == MAQUILA)
    largest = plants[np.argmax(t["firms"].base_posts[plants])]
    centre = model.programme.rows_for_agreements[0]
    number = centre.number
    centre.stage, centre.open, centre.zone = OPEN, 1, int(t["firms"].zone[largest])
    centre.opens, centre.closes = 5 * 60, 19 * 60
    t["places"][number, :N_AGES] = 40
    t["firms"].centre[(t["firms"].zone == centre.zone) & (t["firms"].sector == MAQUILA)] = number
    mothers, children, sponsors = t["mothers"], t["children"], t["firms"].centre == number
    ages = 1 - children.birth.astype(int)
    of_age = (ages >= 12) & (ages < 24) & (children.birth != m.NEVER)
    elsewhere = (mothers.status == m.FORMAL) & ~sponsors[mothers.firm] & (mothers.leave == 0)
    given = of_age & elsewhere[:, None] & (children.centre == m.NOBODY)
    children.centre[given] = number
    children.entry[given] = 0
    mothers.prompted[given.any(axis=1)] = 1
    grace = int(told.parameters["grace_months"].value)
    for _ in range(grace + 4):
        model.step()
    assert given.sum() > 50
    inside = (children.centre == number).any(axis=1)
    now = int(model.now["month"][0]) - 1
    in_grace = now - np.maximum(mothers.hired, mothers.last_insured).astype(int) <= grace
    in_grace &= (mothers.status != m.FORMAL) | (now - mothers.hired.astype(int) <= grace)
    outsiders = inside & ~((mothers.firm >= 0) & sponsors[mothers.firm]) & ~in_grace
    assert not outsiders.any(), f"{outsiders.sum()} of {given.sum()}"


def test_a_household_never_has_fewer_people_than_the_woman_herself(long_watch):
    assert min(long_watch.sizes) >= 1


def test_a_household_has_at_least_the_persons_known_to_live_there(long_watch):
    """The woman, her partner, a grandmother who lives in, and her children under eighteen."""
    homes, there = long_watch.t["households"], long_watch.there
    least = 1 + homes.partner + (homes.grandmother == 2) + there.sum(axis=1)
    short = homes["persons"] < least
    assert not short.any(), f"{short.sum()} of {short.size}"


def test_jobs_found_and_left_explain_who_is_formal(long_watch):
    """Formal work is that of last month, plus hires, less separations and who turned 50."""
    counts = np.array([month.people[0] for month in long_watch.model.history])
    change = np.diff(counts[:, N["formal"]])
    flow = counts[1:, N["hires"]] - counts[1:, N["separations"]]
    np.testing.assert_array_equal(change, flow - np.array(long_watch.turned_50[1:]))
    assert sum(long_watch.turned_50) > 0


def test_who_leaves_a_job_in_its_first_month_was_hired(long_watch):
    """Hires counted are hires made; else survival to twelve months leaves out the shortest jobs."""
    model = long_watch.model
    made = counted = 0
    for _ in range(12):
        model.step()
        made += int(model.tables["firms"].hires.sum())
        counted += int(model.history[-1].people[0, N["hires"]])
    assert counted == made


def test_guarderias_that_were_there_before_cost_no_capital(long_watch):
    opened = np.array([month.centres["opened"] for month in long_watch.model.history])
    assert opened[:, : long_watch.model.old_centres].sum() == 0
    new = long_watch.t["centres"].open[long_watch.model.old_centres :]
    np.testing.assert_array_equal(opened[:, long_watch.model.old_centres :].sum(axis=0), new)


def test_nobody_at_work_leaves_a_young_child_to_herself(long_watch):
    """Who works has somebody for a young child in no centre, and takes none to a formal job."""
    assert long_watch.unminded["at work"] > 1000
    assert not long_watch.unminded["by herself"], long_watch.unminded
    assert not long_watch.unminded["at a formal job"], long_watch.unminded


def unminded(watch: Watch) -> Counter:
    """Count women-months at work with a child under four in no centre, by who cannot be minding it.

    Who is to choose again next month may be between two ways.
    """
    t, mothers = watch.t, watch.t["mothers"]
    young = watch.there & (watch.age < m.CARE_AGE) & (t["children"].centre == m.NOBODY)
    at_work = young.any(axis=1) & (mothers.status >= m.INFORMAL)
    at_work &= (mothers.leave == 0) & (mothers.prompted == 0)
    formal = mothers.status == m.FORMAL
    return Counter(
        {
            "at work": int(at_work.sum()),
            "by herself": int((at_work & (mothers.care == m.OWN)).sum()),
            "at a formal job": int((at_work & formal & (mothers.care == m.WORKPLACE)).sum()),
        }
    )


def test_a_leave_of_no_months_still_makes_a_mother_choose(settings):
    """With `maternity_leave` at its lower bound, a birth prompts a formal worker too."""
    told = settings("scale=0.004", "parameters.maternity_leave.value=0", "rollout=ninguno")
    watch = Watch(PoloModel(told, 0))
    seen = Counter()
    for _ in range(24):
        watch.month()
        seen += unminded(watch)
    assert seen["at work"] > 500
    assert not seen["by herself"], seen
