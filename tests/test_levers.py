"""Each lever moves what its mechanism says, in the direction it says, and nothing it cannot reach.

`polo_norte` at reduced scale, with centres of firms of ten places and more (a small polo has few
large plants). Runs are shared by the tests; both arms of each are paired on the same draws, and so
are the runs with each other.
"""

from functools import cache
from itertools import combinations_with_replacement

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from sim.agents import mother as m
from sim.agents.ceci import (
    ABANDONED,
    CAMPO,
    EMPRESA,
    EVENING,
    GUARDERIA,
    IMSS,
    OPEN,
    turn_of_room,
)
from sim.agents.firm import AGROPECUARIO, MAQUILA
from sim.model import PoloModel
from sim.programme.needs import estimated_need, unmet_demand
from sim.programme.optimum import best_zones

BURN_IN, MONTHS = 6, 57
SMALL = (
    "scale=0.03",
    f"burn_in={BURN_IN}",
    f"months={MONTHS}",
    "rollout.agreements.least_places=10",
    "outreach.known_at_start.value=0.6",
)
POLO = "+scenario=polo_norte"


class Lived:
    """A polo with its programme, lived to the end, and what was seen on the way."""

    def __init__(self, told, replicate=0):
        self.model = PoloModel(told, replicate, told.plan.without_centres())
        for _ in range(told.burn_in):
            self.model.step()
        self.model = self.model.fork(told.plan)
        self.kinds, self.centres, self.agreements = [], [], []
        for _ in range(told.months):
            self.model.step()
            t = self.model.tables
            self.kinds.append(t["mothers"].kind.copy())
            self.centres.append(t["children"].centre.copy())
        self.t = self.model.tables

    def openings(self, scheme):
        """Return opening months by centre of a scheme, of those that opened."""
        centres = self.t["centres"]
        which = (centres.scheme == scheme) & (centres.stage == OPEN)
        which[: self.model.old_centres] = False
        return dict(
            zip(centres.number[which].tolist(), centres.opening[which].tolist(), strict=True)
        )

    def zones(self, scheme):
        """Return the zone of each open new centre of a scheme."""
        return {n: int(self.t["centres"].zone[n]) for n in self.openings(scheme)}

    def enrolled(self, who=slice(None), schemes=(IMSS, EMPRESA, CAMPO)):
        """Return child-months in centres of the schemes, of women `who`, over the whole run."""
        scheme = self.t["centres"].scheme
        total = 0
        for centre in self.centres:
            inside = centre[who]
            inside = inside[inside != m.NOBODY]
            total += int(np.isin(scheme[inside], schemes).sum())
        return total

    def enrolled_of_kinds(self, kinds):
        """Return child-months in new centres while the mother's work is of the kinds."""
        scheme = self.t["centres"].scheme
        total = 0
        for centre, kind in zip(self.centres, self.kinds, strict=True):
            inside = centre[np.isin(kind, kinds)]
            inside = inside[inside != m.NOBODY]
            total += int((scheme[inside] != GUARDERIA).sum())
        return total

    def kilometres(self):
        """Return mean km to the nearest movable centre, from young children and from plants."""
        t, distance = self.t, self.model.distance
        zones = list(moved(self).values())
        month = int(self.model.now["month"][0])
        young = (month - t["children"].birth.astype(int) < m.CARE_AGE).sum(axis=1)
        home = distance[np.ix_(t["households"].zone, zones)].min(axis=1)
        work = distance[np.ix_(t["firms"].zone, zones)].min(axis=1)
        plants = t["firms"].staff * (t["firms"].sector == MAQUILA)
        return float(np.average(home, weights=young)), float(np.average(work, weights=plants))


@pytest.fixture(scope="module")
def lived(settings):
    """Return a function from overrides to the polo lived with them, each once."""

    @cache
    def live(*overrides, replicate=0):
        return Lived(settings(*SMALL, *overrides), replicate)

    return live


INFORMAL_KINDS = (m.INFORMAL_PART, m.INFORMAL_FULL)


# Outreach


def test_nobody_told_gives_no_centre_of_firms_and_the_same_of_imss(lived):
    none, all_ = (
        lived("outreach=ninguna", "outreach.known_at_start.value=0"),
        lived("outreach=saturacion", "outreach.known_at_start.value=1"),
    )
    assert none.openings(EMPRESA) == {}
    assert not none.t["firms"].aware.any()
    assert len(all_.openings(EMPRESA)) > 2
    assert none.openings(IMSS) == all_.openings(IMSS)
    assert none.zones(IMSS) == all_.zones(IMSS)


def test_more_outreach_lets_more_firms_know(lived):
    know = [
        int(
            lived(f"outreach={name}", f"outreach.known_at_start.value={known}")
            .t["firms"]
            .aware.sum()
        )
        for name, known in (("ninguna", 0), ("dialogos", 0.25), ("saturacion", 1))
    ]
    assert know[0] == 0 < know[1] < know[2]


def test_who_signs_knows_and_stands_together(lived):
    run = lived("outreach=saturacion", "outreach.known_at_start.value=1")
    firms = run.t["firms"]
    assert run.model.programme.agreements
    for agreement in run.model.programme.agreements:
        assert (firms.aware[agreement.firms] == 1).all()
        assert np.unique(firms.zone[agreement.firms]).size == 1


# Technical assistance, needs analysis


def test_assistance_shortens_the_way_and_fewer_give_up(settings):
    ways, given_up, signed = {}, {}, {}
    for name in ("ninguna", "imss"):
        ways[name], given_up[name], signed[name] = [], 0, 0
        for replicate in range(4):
            told = settings(
                *SMALL, f"assistance={name}", "outreach=saturacion", "months=40", "scale=0.02"
            )
            run = Lived(told, replicate)
            centres = run.t["centres"]
            for agreement in run.model.programme.agreements:
                signed[name] += 1
                given_up[name] += int(centres.stage[agreement.centre] == ABANDONED)
                if centres.stage[agreement.centre] == OPEN:
                    paperwork = run.model.plan.assistance
                    months = (
                        paperwork.paperwork_months_assisted
                        if agreement.assisted
                        else paperwork.paperwork_months
                    )
                    start = agreement.first_stone - round(months.value)
                    ways[name].append(int(centres.opening[agreement.centre]) - start)
    assert min(signed.values()) > 8
    assert np.mean(ways["imss"]) < np.mean(ways["ninguna"]) - 3
    assert given_up["imss"] / signed["imss"] < given_up["ninguna"] / signed["ninguna"]


def test_assistance_leaves_imss_alone(lived):
    assert lived("assistance=ninguna").openings(IMSS) == lived().openings(IMSS)


def test_a_needs_analysis_is_nearer_to_the_truth(settings):
    """In 17 of 20 replicates or more, which a coin would do once in 780 times."""
    closer = 0
    of_polo = ("scale=0.02", "access=asegurados")
    for replicate in range(20):
        told = settings(*of_polo)
        trunk = PoloModel(told, replicate, told.plan.without_centres())
        for _ in range(8):
            trunk.step()
        found = []
        for analysis in ("true", "false"):
            told = settings(*of_polo, f"assistance.needs_analysis={analysis}")
            model = trunk.fork(told.plan)
            truth = unmet_demand(model, model.polo.zones.count)
            estimate = estimated_need(model, model.polo.zones.count)
            found.append(np.corrcoef(estimate, truth)[0, 1])
        closer += found[0] > found[1]
    assert closer >= 17


# Siting


def test_centres_stand_where_the_rule_says(lived):
    homes = lived().model.polo.zones.count
    assert all(zone >= homes for n, zone in moved(lived("siting=parque")).items())
    for rule in ("hogares", "necesidad", "azar"):
        assert all(zone < homes for zone in moved(lived(f"siting={rule}")).values())


def moved(run):
    """Return the zone of the centres of IMSS whose place is not settled yet."""
    return {
        n: zone
        for n, zone in run.zones(IMSS).items()
        if run.model.programme.announced_of(run.model.centres[n]).built is None
    }


def test_a_centre_at_the_park_is_farther_from_home_and_nearer_to_work(lived):
    home, work = lived("siting=parque").kilometres()
    near_home, far_work = lived("siting=hogares").kilometres()
    assert near_home < home
    assert work < far_work


def test_siting_moves_no_date_but_by_waiting_for_a_site(lived):
    """What is under construction stays where it is and opens when it did."""
    usual = lived()
    for rule in ("parque", "hogares", "necesidad", "azar", "optimo"):
        run = lived(f"siting={rule}")
        for n in usual.openings(IMSS):
            if run.model.programme.announced_of(run.model.centres[n]).built is not None:
                assert run.openings(IMSS)[n] == usual.openings(IMSS)[n]
                assert run.zones(IMSS)[n] == usual.zones(IMSS)[n]


def covered(distance, demand, zones, size, reach):
    """Return the most children that centres of one size can serve: a maximum flow."""
    centres, homes = len(zones), demand.size
    source, sink = centres + homes, centres + homes + 1
    graph = np.zeros((sink + 1, sink + 1), np.int32)
    graph[source, :centres] = size
    graph[:centres, centres:source] = np.where(distance[list(zones)] <= reach, size, 0)
    graph[centres:source, sink] = demand
    return int(maximum_flow(csr_array(graph), source, sink).flow_value)


def test_the_optimum_is_the_best_of_all_there_are():
    """Every way to place three centres on a line of eight zones, enumerated."""
    rng = np.random.default_rng(3)
    where = np.arange(8.0)
    distance = np.abs(where[:, None] - where[None, :])
    for _ in range(5):
        demand = rng.integers(0, 60, 8)
        zones = best_zones(distance, demand, np.array([50, 50, 50]), 0.5)
        ways = combinations_with_replacement(range(8), 3)
        best = max(covered(distance, demand, way, 50, 0.5) for way in ways)
        assert covered(distance, demand, zones, 50, 0.5) == pytest.approx(best)


def test_no_way_to_place_centres_covers_more_of_the_true_demand_than_the_optimum(lived):
    """Six large centres on the zones of the polo, and 300 ways to place them at random."""
    model = lived().model
    demand = unmet_demand(model, model.polo.zones.count)
    distance = model.distance[:, : model.polo.zones.count]
    reach, size = model.plan.siting.catchment_km.value, round(demand.sum() / 10)
    best = covered(
        distance, demand, best_zones(distance, demand, np.full(6, size), reach), size, reach
    )
    rng = np.random.default_rng(8)
    ways = [covered(distance, demand, rng.integers(0, 40, 6), size, reach) for _ in range(300)]
    assert max(ways) <= best
    assert np.mean(ways) < 0.9 * best
    # The rule of siting takes these sites
    run = lived("siting=optimo")
    zones = run.model.programme.sites.optimum
    assert moved(run) == {n: zones[n] for n in moved(run)}


# Access: eligibility, price, priority


def test_insured_only_leaves_children_of_informal_mothers_outside(lived):
    """But for the weeks after a lost formal job."""
    run = lived("access=asegurados")
    counted = np.array([month.people for month in run.model.history])
    assert counted[:, 0, enrolled_uninsured()].sum() == 0
    assert run.enrolled() > 0


def enrolled_uninsured():
    from sim.results.record import COUNTERS

    return COUNTERS.index("enrolled_uninsured")


def test_a_municipal_agreement_lets_them_in_and_a_voucher_more(lived):
    def of(*overrides):
        run = lived(*overrides)
        counted = np.array([month.people for month in run.model.history])
        return counted[:, 0, enrolled_uninsured()].sum()

    no_voucher = of("access=convenio_municipal", "access.voucher.value=0")
    with_voucher = of("access=convenio_municipal")
    assert 0 < no_voucher < with_voucher <= of("access=universal")


def test_vouchers_in_use_stay_within_the_budget(lived):
    run = lived("access=convenio_municipal", "access.voucher_budget.value=3000000")
    most = run.model.access[0].vouchers
    assert most == int(0.03 * 3000000 / 12 / 2000)
    used = (run.t["children"].voucher == 1).sum()
    assert 0 < used <= most


def test_access_moves_no_opening(lived):
    for name in ("asegurados", "convenio_municipal", "universal", "por_necesidad", "sorteo"):
        assert lived(f"access={name}").openings(IMSS) == lived().openings(IMSS)


def test_a_fee_keeps_the_insured_away(lived):
    free, dear = (
        lived("access=asegurados", f"access.fee.value={fee}", "access.fee.known=assumed")
        for fee in (0, 4000)
    )
    assert dear.enrolled() < 0.95 * free.enrolled()
    stay = dear.enrolled(schemes=(GUARDERIA,))
    # The arms hire differently, which moves guarderías by a few children
    assert stay >= 0.99 * free.enrolled(schemes=(GUARDERIA,)), "they stay"
    paid = [
        sum(month.centres["paid_family"].sum() for month in r.model.history) for r in (free, dear)
    ]
    assert paid[0] == 0 < paid[1]


def test_priority_by_need_lets_in_lone_mothers(lived):
    """Where places are short: the same queue, another order."""
    short = ("access.fee.value=0", "parameters.public_trust.value=3")

    def lone_share(name):
        run = lived(f"access={name}", *short)
        alone = run.t["households"].partner == 0
        return run.enrolled(alone, (IMSS,)) / run.enrolled(schemes=(IMSS,))

    assert lone_share("por_necesidad") > lone_share("asegurados")


# Hours


def test_an_evening_turn_enrols_evening_mothers_and_nobody_else_first(lived):
    usual, late = lived("access=asegurados"), lived("access=asegurados", "opens=extendido")
    evening = [m.MAQUILA_EVENING]
    assert usual.enrolled_of_kinds(evening) < 0.05 * max(1, usual.enrolled())
    assert late.enrolled_of_kinds(evening) > 3 * usual.enrolled_of_kinds(evening) + 10
    assert usual.openings(IMSS) == late.openings(IMSS)
    # The first children whose centre differs have a mother on the evening shift
    for month, (one, other) in enumerate(zip(usual.centres, late.centres, strict=True)):
        differ = (one != other).any(axis=1)
        if differ.any():
            assert (late.kinds[month][differ] == m.MAQUILA_EVENING).all()
            break
    else:
        pytest.fail("no child was enrolled in the evening")
    # Rooms of the evening hold children of that shift alone, but for the weeks after a change
    children = late.t["children"]
    i, _ = np.nonzero((children.centre != m.NOBODY) & (turn_of_room(children.room) == EVENING))
    kept = late.t["mothers"].kind[i] == m.MAQUILA_EVENING
    assert kept.mean() > 0.8


# Rollouts


def test_each_rollout_builds_its_schemes(lived):
    assert lived("rollout=solo_imss", "outreach.known_at_start.value=0").openings(EMPRESA) == {}
    led = lived("rollout=liderado_por_empresas", "outreach.known_at_start.value=1")
    assert led.openings(IMSS) == {}
    assert led.openings(EMPRESA)
    none = lived("rollout=ninguno")
    assert none.openings(IMSS) == none.openings(EMPRESA) == {}


def test_a_delayed_programme_opens_later(lived):
    usual, late = lived().openings(IMSS), lived("rollout=retrasado").openings(IMSS)
    both = usual.keys() & late.keys()
    assert len(late) < len(usual)
    assert both
    assert all(late[n] >= usual[n] for n in both)
    fresh = [n for n in both if n in moved(lived())]
    assert all(late[n] >= usual[n] + 12 for n in fresh)


def test_firms_own_centres_take_their_staff_alone(lived):
    run = lived("outreach=saturacion", "outreach.known_at_start.value=1")
    t = run.t
    i, k = np.nonzero(t["children"].centre != m.NOBODY)
    centre = t["children"].centre[i, k]
    own = t["centres"].scheme[centre] == EMPRESA
    mothers = t["mothers"]
    month = int(run.model.now["month"][0])
    settled = (mothers.status == m.FORMAL) & (month - mothers.hired > 2)
    inside = own & settled[i]
    assert inside.sum() > 5
    assert (t["firms"].centre[mothers.firm[i[inside]]] == centre[inside]).all()


def test_an_agreement_lapses_when_it_does_not_pay(lived):
    """A term of a year and a dear place: closed after it, and no child is left inside."""
    told = lived(
        "outreach=saturacion",
        "outreach.known_at_start.value=1",
        "rollout.agreements.years=1",
        "parameters.expected_use.value=1",
    )
    run = told.model
    closed = [a for a in run.programme.agreements if run.centres[a.centre].stage not in (OPEN,)]
    lapsed = [a for a in closed if run.centres[a.centre].open == 0 and a.ends < 30_000]
    assert lapsed
    for agreement in lapsed:
        centre = run.centres[agreement.centre]
        assert centre.closing == agreement.ends
        assert not (run.tables["children"].centre == agreement.centre).any()


# Farms


@pytest.fixture(scope="module")
def farms():
    from hydra import compose, initialize_config_dir

    import configs
    from sim.settings import Settings

    folder = str(next(iter(configs.__path__)))
    overrides = ["+scenario=san_quintin", "scale=0.5", f"burn_in={BURN_IN}", "months=40"]
    with initialize_config_dir(folder, version_base=None):
        return Lived(Settings.from_config(compose("config", overrides=overrides)))


def test_farms_let_go_when_the_season_ends(farms):
    from sim.results.record import COUNTERS, GROUPS

    people = np.array([month.people for month in farms.model.history])
    ends = people[:, GROUPS.index("sector_agropecuario"), COUNTERS.index("season_ends")]
    season = np.array(farms.model.polo.season.posts)
    first = farms.model.first_month
    falling = [
        season[(first + n) % 12] < season[(first + n - 1) % 12] - 0.02 for n in range(ends.size)
    ]
    rising = [season[(first + n) % 12] > season[(first + n - 1) % 12] for n in range(ends.size)]
    assert ends[falling].mean() > 10 * max(ends[rising].mean(), 0.1)
    others = people[:, GROUPS.index("sector_comercio_servicios"), COUNTERS.index("season_ends")]
    assert others.sum() == 0


def test_centres_at_farms_take_children_of_farm_workers_alone(farms):
    t = farms.t
    assert len(farms.openings(CAMPO)) == 2
    i, k = np.nonzero(t["children"].centre != m.NOBODY)
    in_campo = t["centres"].scheme[t["children"].centre[i, k]] == CAMPO
    assert in_campo.sum() > 5
    mothers = t["mothers"]
    at_work = mothers.status[i] == m.FORMAL
    month = int(farms.model.now["month"][0])
    settled = at_work & (month - mothers.hired[i] > 2)
    assert (mothers.sector[i[in_campo & settled]] == AGROPECUARIO).all()
    homes = farms.model.polo.zones.count
    assert (t["centres"].zone[list(farms.openings(CAMPO))] >= homes).all()


# Occupancy and queues without a parameter that says so


def baseline(settings, *overrides):
    """Return occupancy and unmet requests of the baseline in its last year, in per cent."""
    told = settings("scale=0.1", "burn_in=24", "rollout=ninguno", *overrides)
    model = PoloModel(told, 0)
    for _ in range(36):
        model.step()
    from sim.results.record import COUNTERS

    year = model.history[-12:]
    old = slice(0, model.old_centres)
    places = sum(month.centres["places"][old].sum() for month in year)
    enrolled = sum(month.centres["enrolled"][old].sum() for month in year)
    asking = sum(int(month.people[0, COUNTERS.index("asking")]) for month in year)
    return 100 * enrolled / places, 100 * asking / max(asking + enrolled, 1)


def test_empty_places_and_queues_coexist_and_answer_to_place_hours_and_rooms(settings):
    occupancy, unmet = baseline(settings)
    assert 60 < occupancy < 95
    assert unmet > 2
    # Hours that fit nobody's shift empty the centres
    opens = "polo.hours.guarderia=[{opens: '09:00', closes: '14:00', share: 1.0}]"
    empty, _ = baseline(settings, opens)
    assert empty < 5
    # Rooms for infants alone: the others queue, and places stand empty
    rooms = ("polo.rooms.lactantes=0.9", "polo.rooms.maternal_a=0.05", "polo.rooms.maternal_b=0.05")
    wrong, waiting = baseline(settings, *rooms)
    assert wrong < occupancy - 10
    assert waiting > unmet + 3
    # Farther apart, fewer come
    far, _ = baseline(settings, "polo.zones.radius_km=40")
    assert far < occupancy - 5
