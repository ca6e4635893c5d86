"""The core month in Polars: expressions over a frame of women, joins and ranks for the markets.

The order of women does not matter, so who chooses is filtered out, and put back at the end.
"""

from types import SimpleNamespace

import numpy as np
import polars as pl

from experiments.benchmark.science import (
    CARE_AGE,
    CENTRE,
    CORESIDENT,
    COUNTERS,
    DAY_SHIFT,
    EVENING_SHIFT,
    EXPOSURE,
    FULL_TIME,
    GIRL,
    GRANDMOTHER,
    HEARD,
    HOME,
    INFORMAL_FULL,
    INFORMAL_PART,
    LEAST_INCOME,
    MAQUILA_DAY,
    MAQUILA_EVENING,
    NEARBY,
    NEVER,
    NO_GRANDMOTHER,
    NOT_WORKING,
    OLDEST,
    OTHER_DAY,
    OWN,
    PARTNER,
    PRIVATE,
    RELATIVE,
    SCHOOL_AGE,
    SIBLING,
    UNEXCUSED_ALLOWED,
    WORKDAYS,
    WORKPLACE,
    Column,
    Start,
)

KINDS = range(HOME, OTHER_DAY + 1)
FORMAL_KINDS = range(MAQUILA_DAY, OTHER_DAY + 1)
SOME_KINDS = range(INFORMAL_PART, OTHER_DAY + 1)
INFINITE = float("inf")
Expr = pl.Expr

col = pl.col
NOBODY = pl.lit(None)
KIND, CARE, FIRM, PLACE = col("kind"), col("care"), col("firm"), col("centre")
AGE, ENTRY = col("age"), col("entry")
HAS_PARTNER = col("partner") == 1


def number(value: float) -> Expr:
    """Return a constant in the precision of the columns."""
    return pl.lit(value, pl.Float32)


def code(value: int) -> Expr:
    """Return a constant in the type of the codes."""
    return pl.lit(value, pl.Int8)


def month_of(value: int) -> Expr:
    """Return a constant in the type of the months."""
    return pl.lit(value, pl.Int16)


def chain(options: list[tuple[Expr, Expr]], otherwise: Expr) -> Expr:
    """Return the first option whose condition holds."""
    for condition, value in reversed(options):
        otherwise = pl.when(condition).then(value).otherwise(otherwise)
    return otherwise


def root(pesos: Expr) -> Expr:
    """Return the square root of thousands of MXN a month per equivalent adult."""
    least = pl.max_horizontal(pesos, number(LEAST_INCOME))
    return (least / (number(1000) * col("size"))).sqrt()


class PolarsPolo:
    """The core month over frames."""

    def __init__(self, start: Start, seed: int) -> None:
        self.rng = np.random.Generator(np.random.SFC64(seed))
        self.month_number = 0
        self.p = p = SimpleNamespace(**start.p)
        names = ("firm", "wants_firm", "centre", "wants_centre")
        nobody = [col(name).replace(-1, None) for name in names]
        flag = col("prompted").cast(pl.Boolean)
        self.women = pl.DataFrame(start.women).with_columns(*nobody, flag)
        self.firms = pl.DataFrame(start.firms).with_columns(
            number=pl.int_range(pl.len(), dtype=pl.Int32)
        )
        self.centres = pl.DataFrame(
            {"zone": start.centre_zone, "places": start.places, "free": start.places}
        ).with_columns(number=pl.int_range(pl.len(), dtype=pl.Int16))
        self.zones = start.distance.shape[0]
        self.distance = pl.Series(start.distance.ravel())
        self.heard_of = start.heard_of
        near = [pl.Series(column).replace(-1, None) for column in start.near.T]
        self.near = [pl.Series(n, dtype=pl.Int16) for n in near]
        self.fertility = pl.Series(start.fertility.astype(np.float32))
        hours = {HOME: 0.0, INFORMAL_PART: p.hours_part, INFORMAL_FULL: p.hours_informal}
        self.hours = [hours.get(kind, p.hours_formal) / FULL_TIME for kind in KINDS]
        self.breakdown = pl.Series(
            [0.0, 0.0, p.breakdown_grandmother, p.breakdown_relative, p.breakdown_partner,
             p.breakdown_sibling, p.breakdown_private, p.breakdown_centre], dtype=pl.Float32,
        )  # fmt: skip

    def month(self) -> Column:
        """Live a month; return the declared counts."""
        women = self.family()
        again = women["chooses"]
        self.counts = {"chose": int(again.sum())}
        chosen = self.choose(women.filter(again))
        others = self.apply_again(women.filter(~again))
        women = pl.concat([others.select(self.women.columns), chosen.select(self.women.columns)])
        women = self.leave(self.work(women.rechunk()))
        women = self.give_places(women)
        self.women = self.fill_posts(women).select(self.women.columns)
        self.month_number += 1
        return np.array([self.counts[name] for name in COUNTERS], np.int64)

    def uniform(self, size: int) -> pl.Series:
        """Return a random column."""
        return pl.Series(self.rng.random(size, np.float32))

    def shocks(self, size: int) -> pl.Series:
        """Return a column of extreme-value shocks."""
        exponential = np.maximum(self.rng.standard_exponential(size, np.float32), np.float32(1e-30))
        return pl.Series(-np.log(exponential) * np.float32(self.p.shock_spread))

    def kilometres(self, here: Expr, there: Expr) -> Expr:
        """Return road distance between two zones."""
        return pl.lit(self.distance).gather(here.cast(pl.Int32) * self.zones + there)

    def entry(self, care: Expr) -> Expr:
        """Return the month in which group care began, after a change to a way of care."""
        began = pl.when(ENTRY == NEVER).then(month_of(self.month_number)).otherwise(ENTRY)
        return pl.when(care >= PRIVATE).then(began).otherwise(month_of(NEVER))

    # Family

    def family(self) -> pl.DataFrame:
        """Age; births, unions, children who turn four; at 50 a girl takes a woman's place."""
        p, month, size = self.p, self.month_number, self.women.height
        years = (month_of(month) - col("birth")) // 12
        old = col("birth") <= month - OLDEST
        fertility = pl.lit(self.fertility).gather((years - 15).cast(pl.UInt32), null_on_oob=True)
        factor = (
            pl.when(HAS_PARTNER)
            .then(number(p.fertility_in_union))
            .otherwise(number(p.fertility_alone))
        )
        spaced = month_of(month) - col("child_birth") >= p.birth_spacing
        forms = pl.when(years.is_between(18, 44)).then(number(p.union_forms)).otherwise(number(0))
        union = pl.when(HAS_PARTNER).then(number(p.union_ends)).otherwise(forms)
        u = pl.lit(self.uniform(size))
        again = pl.lit(self.uniform(size)) < p.reconsiders
        fourth = col("child_birth") == month - CARE_AGE
        women = (
            self.women.lazy()
            .with_columns(old=old, birth_rate=pl.when(spaced).then(fertility * factor).otherwise(0))
            .with_columns(gives_birth=~col("old") & (u < col("birth_rate")))
            .with_columns(
                changes=~col("old") & ~col("gives_birth") & (u < col("birth_rate") + union),
                stops=col("old") | col("gives_birth") | fourth,
            )
            .with_columns(
                chooses=again | col("prompted") | col("stops") | col("changes"),
                prompted=pl.lit(False),
                wants_firm=pl.lit(None, pl.Int32),
                partner=pl.when(col("old")).then(code(0)).otherwise(
                    HAS_PARTNER.xor(col("changes")).cast(pl.Int8)
                ),
                child_birth=chain(
                    [(col("old"), month_of(NEVER)), (col("gives_birth"), month_of(month))],
                    col("child_birth"),
                ),
                persons=pl.min_horizontal(col("persons") + col("gives_birth"), code(9)),
                birth=pl.when(col("old")).then(month_of(month - GIRL)).otherwise(col("birth")),
                tenure=pl.when(col("old")).then(0).otherwise(
                    col("tenure") + (KIND != HOME)
                ).cast(pl.Int16),
                **self.without_job(col("old")),
                **self.without_place(col("stops")),
                care=pl.when(col("stops")).then(code(OWN)).otherwise(CARE),
                entry=pl.when(col("stops")).then(month_of(NEVER)).otherwise(ENTRY),
            )
            .collect()
        )  # fmt: skip
        return women.with_columns(age=month_of(month) - col("child_birth")).with_columns(
            births=col("gives_birth")
        )

    def without_job(self, who: Expr) -> dict[str, Expr]:
        """Return the columns of work, without a job for `who`."""
        return {
            "firm": pl.when(~who).then(FIRM),
            "kind": pl.when(who).then(code(HOME)).otherwise(KIND),
            "seeks": pl.when(who).then(code(HOME)).otherwise(col("seeks")),
        }

    def without_place(self, who: Expr) -> dict[str, Expr]:
        """Return the columns of places, without one for `who`."""
        return {
            "centre": pl.when(~who).then(PLACE),
            "wants_centre": pl.when(~who).then(col("wants_centre")),
            "asked": pl.when(who).then(month_of(NEVER)).otherwise(col("asked")),
        }

    # Choice

    def hear(self, women: pl.DataFrame, part: int | Column, name: str) -> pl.DataFrame:
        """Add the nearest of two firms heard of that has a vacancy, or null."""
        draws = self.rng.integers(HEARD, size=(2, women.height), dtype=np.int32)
        first, second = (pl.lit(pl.Series(self.heard_of[part, draw])) for draw in draws)

        def away(firm: Expr) -> Expr:
            vacant = pl.lit(self.firms["vacancies"]).gather(firm) > 0
            zone = pl.lit(self.firms["zone"]).gather(firm)
            possible = vacant & firm.ne_missing(FIRM)
            return pl.when(possible).then(self.kilometres(col("zone"), zone)).otherwise(INFINITE)

        nearer = women.lazy().with_columns(d1=away(first), d2=away(second))
        best = chain(
            [(col("d2") < col("d1"), second), (col("d1") < INFINITE, first)], pl.lit(None, pl.Int32)
        )
        return nearer.with_columns(best.alias(name)).drop("d1", "d2").collect()

    def apply_again(self, women: pl.DataFrame) -> pl.DataFrame:
        """Let who seeks and does not choose hear of firms again."""
        self.counts["births"] = int(women["births"].sum())
        seeks = women["seeks"] != HOME
        seeking = women.filter(seeks)
        part = (seeking["seeks"] < OTHER_DAY).to_numpy().astype(np.intp)
        seeking = self.hear(seeking, part, "wants_firm")
        return pl.concat([women.filter(~seeks), seeking.select(women.columns)])

    def choose(self, women: pl.DataFrame) -> pl.DataFrame:
        """Compare every kind of work with every way of care, and act on the best."""
        births = int(women["births"].sum())
        women = women.with_columns(
            size=(col("persons") + col("partner")).cast(pl.Float32).sqrt(),
            income=(col("other_income") + col("partner") * col("partner_pay")).cast(pl.Float32),
        )
        for kind in FORMAL_KINDS:
            name = f"firm_{kind}"
            own_or_heard = pl.when(KIND.eq(kind)).then(FIRM).otherwise(col(name))
            women = self.hear(women, int(kind < OTHER_DAY), name).with_columns(
                own_or_heard.alias(name)
            )
        shocks = [pl.lit(self.shocks(women.height)) for _ in KINDS]
        women = women.with_columns(
            (self.value_of_work(kind) + shocks[kind]).alias(f"value_{kind}") for kind in KINDS
        )
        is_young = women["age"] < CARE_AGE
        young = self.value_of_care(women.filter(is_young))
        older = women.filter(~is_young).with_columns(
            *(code(OWN).alias(f"{name}_{kind}") for kind in KINDS for name in ("care", "other")),
            *(pl.lit(None, pl.Int16).alias(f"centre_{kind}") for kind in KINDS),
        )
        chosen = self.act(pl.concat([older, young.select(older.columns)]))
        self.counts["births_of_choosers"] = births
        return chosen

    def value_of_work(self, kind: int) -> Expr:
        """Return the utility of a kind of work before care and shocks; null if impossible."""
        p, month = self.p, self.month_number
        here = pl.when(KIND.eq(kind)).then(number(p.job_inertia)).otherwise(number(0))
        if kind == HOME:
            return number(p.income_taste) * root(col("income")) + here
        full = self.hours[kind]
        kilometres = number(p.informal_commute)
        pay = col("potential") * number(p.informal_pay * full)
        if kind >= MAQUILA_DAY:
            firm = col(f"firm_{kind}")
            zone = pl.lit(self.firms["zone"]).gather(firm)
            kilometres = self.kilometres(col("zone"), zone)
            premium = p.evening_premium if kind == MAQUILA_EVENING else 0.0
            offer = pl.lit(self.firms["offer"]).gather(firm).cast(pl.Float32)
            gross = pl.max_horizontal(
                col("potential") * offer * number(1 + premium), number(p.minimum_wage)
            )
            pay = pl.when(firm.is_not_null()).then(gross * number(1 - p.payroll_deduction))
        net = pay - number(p.travel_cost) * kilometres
        value = number(p.income_taste) * root(pl.when(net.is_not_null()).then(col("income") + net))
        years = (month_of(month) - col("birth")) // 12
        cost = chain(
            [
                (years < 20, number(p.work_cost_15_19)),
                (years < 30, number(p.work_cost_20_29)),
                (years < 40, number(p.work_cost_30_39)),
            ],
            number(p.work_cost_40_49),
        )
        away = chain(
            [
                (AGE < 12, number(p.time_away_0)),
                (AGE < 36, number(p.time_away_1_2)),
                (AGE < SCHOOL_AGE, number(p.time_away_3_5)),
                (AGE < 144, number(p.time_away_6_11)),
            ],
            number(0),
        )
        norm = number(p.partner_norm) * col("partner")
        value += here - number(full) * (cost + away + norm - col("taste_work"))
        speed = pl.when(col("car") == 1).then(number(p.speed_car)).otherwise(number(p.speed_bus))
        value -= number(2 * p.commute_cost) * kilometres / speed
        value -= pl.when(KIND == HOME).then(number(p.entry_cost)).otherwise(number(0))
        if kind < MAQUILA_DAY:
            part_time = p.part_time_cost if kind == INFORMAL_PART else 0.0
            value += col("taste_informal") - number(p.informal_cost + part_time)
        else:
            value += number(p.insurance_value) * (1 - col("partner"))
            value -= pl.when(KIND.eq(kind)).then(number(0)).otherwise(number(p.search_cost))
            levels = (col("schooling") - 1).clip(0)
            if kind == OTHER_DAY:
                value -= number(p.other_schooling_cost) * (col("schooling") < 2).cast(pl.Float32)
            else:
                value -= number(p.maquila_schooling_cost) * levels
            if kind == MAQUILA_EVENING:
                value -= number(p.evening_cost)
        return pl.when(net.is_not_null()).then(value)

    def ways_of_care(self, kind: int) -> dict[int, Expr]:
        """Return the utility of each way that needs no place in a centre; null if impossible."""
        p, full = self.p, self.hours[kind]
        evening = kind == MAQUILA_EVENING
        money = col("income") + number(p.minimum_wage)

        def cost(pesos: Expr) -> Expr:
            return number(p.income_taste) * (root(money) - root(money - pesos))

        gap = (number(full) - col("grandmother_hours") / number(FULL_TIME)).clip(0)
        nearby = number(p.grandmother_nearby_cost) * (col("grandmother") == NEARBY).cast(pl.Float32)
        ways: dict[int, Expr] = {
            GRANDMOTHER: pl.when(col("grandmother") != NO_GRANDMOTHER).then(
                number(-p.grandmother_gap) * gap - nearby
            ),
            RELATIVE: pl.when(col("kin") == 1).then(
                number(-p.relative_cost) - cost(number(p.relative_price * full))
            ),
            PARTNER: pl.when(
                HAS_PARTNER & (col("partner_shift") != (EVENING_SHIFT if evening else DAY_SHIFT))
            ).then(number(-p.partner_care_cost * full)),
            SIBLING: pl.when(col("sibling") == 1).then(number(-p.sibling_cost * full)),
        }
        if kind < MAQUILA_DAY:
            lost = col("potential") * number(p.workplace_pay_loss * p.informal_pay * full)
            ways[WORKPLACE] = number(-p.workplace_cost * full) - cost(lost)
        if not evening:
            trust = col("trust_private") - number(p.private_distrust) - col("reluctance")
            ways[PRIVATE] = trust - cost(number(p.private_price * full))
        return ways

    def value_of_care(self, young: pl.DataFrame) -> pl.DataFrame:
        """Add the best care of each kind of work, and its utility to that of the kind."""
        p = self.p
        shocks = [pl.lit(self.shocks(young.height)) for _ in range(CENTRE)]
        infant = number(p.group_care_infant) * (AGE < 12).cast(pl.Float32)
        frame = young.lazy().with_columns(
            reluctance=number(p.disagree_cost) * col("disagrees") + infant,
            care_0=code(OWN), other_0=code(OWN), centre_0=pl.lit(None, pl.Int16),
        )  # fmt: skip
        for kind in SOME_KINDS:
            ways = {
                way: value + shocks[way - 1]
                + number(p.care_inertia) * (KIND.eq(kind) & CARE.eq(way)).cast(pl.Float32)
                for way, value in self.ways_of_care(kind).items()
            }  # fmt: skip
            frame = frame.with_columns(value.alias(f"way_{way}") for way, value in ways.items())
            worth = pl.max_horizontal(f"way_{way}" for way in ways).fill_null(-INFINITE)
            frame = frame.with_columns(worth=worth)
            best_of = [(col(f"way_{way}") == col("worth"), code(way)) for way in ways]
            other = chain(best_of, code(PRIVATE))
            frame = frame.with_columns(
                other.alias(f"other_{kind}"), pl.lit(None, pl.Int16).alias(f"centre_{kind}")
            )
            care, best = col(f"other_{kind}"), col("worth")
            if kind >= MAQUILA_DAY:
                frame = self.best_place(frame, kind)
                holds = KIND.eq(kind) & PLACE.is_not_null()
                place = col("trust_public") + number(p.public_trust) - col("reluctance")
                place += number(p.care_inertia) * holds.cast(pl.Float32) + shocks[CENTRE - 1]
                place -= number(p.detour_cost) * col("detour")
                better = (place > best).fill_null(False)
                care = pl.when(better).then(code(CENTRE)).otherwise(care)
                best = pl.when(better).then(place).otherwise(best)
            frame = frame.with_columns(
                care.alias(f"care_{kind}"), (col(f"value_{kind}") + best).alias(f"value_{kind}")
            )
        return frame.collect()

    def best_place(self, frame: pl.LazyFrame, kind: int) -> pl.LazyFrame:
        """Add the centre that each would use or wait for, and km out of the way by it."""
        home = col("zone")
        there = pl.lit(self.firms["zone"]).gather(col(f"firm_{kind}"))
        direct = self.kilometres(home, there)

        def detour(centre: Expr) -> Expr:
            zone = pl.lit(self.centres["zone"]).gather(centre)
            by_centre = self.kilometres(home, zone) + self.kilometres(zone, there)
            return pl.max_horizontal(by_centre - direct, number(0))

        near = [pl.lit(series).gather(home) for series in self.near]
        free = [pl.lit(self.centres["free"]).gather(centre) > 0 for centre in near]
        frame = frame.with_columns(
            pl.when(free[k]).then(detour(near[k])).alias(f"away_{k}") for k in range(len(near))
        ).with_columns(nearest=pl.min_horizontal(f"away_{k}" for k in range(len(near))))
        options = [(PLACE.is_not_null(), PLACE)]
        options += [(col(f"away_{k}") == col("nearest"), near[k]) for k in range(len(near))]
        options += [(KIND.eq(kind), near[0])]
        centre = chain(options, pl.lit(None, pl.Int16))
        frame = frame.with_columns(
            pl.when(col(f"firm_{kind}").is_not_null()).then(centre).alias(f"centre_{kind}")
        )
        return frame.with_columns(detour=detour(col(f"centre_{kind}")))

    def act(self, women: pl.DataFrame) -> pl.DataFrame:
        """Turn choices into kinds of work now, applications, or requests for a place."""
        values = [col(f"value_{kind}") for kind in KINDS]
        best = pl.max_horizontal(values)
        is_best = [(values[kind] == best, code(kind)) for kind in KINDS]
        women = women.with_columns(best=chain(is_best, code(HOME)))

        def of(kind: Expr, name: str, kinds: range = KINDS) -> Expr:
            last = col(f"{name}_{kinds[-1]}")
            return chain([(kind == k, col(f"{name}_{k}")) for k in kinds[:-1]], last)

        seeks = (col("best") >= MAQUILA_DAY) & (col("best") != KIND)
        works = (AGE < CARE_AGE) & (KIND != HOME)
        moves = ~seeks & (col("best") != KIND)
        women = women.with_columns(
            new_care=of(col("best"), "care"), new_other=of(col("best"), "other"),
            new_centre=of(col("best"), "centre"), present_other=of(KIND, "other"),
            job=of(col("best"), "firm", FORMAL_KINDS), is_seeking=seeks, moves=moves,
            waits=seeks & works & PLACE.is_null(),
            enters=~seeks & (col("best") >= MAQUILA_DAY),
        )  # fmt: skip
        women = women.with_columns(enters=col("enters") & (col("new_care") == CENTRE))
        asks = col("enters") & PLACE.is_null()
        gives_up = ~col("is_seeking") & ~col("enters")
        care = chain(
            [
                (col("waits"), col("present_other")),
                (col("is_seeking") | (col("enters") & PLACE.is_not_null()), CARE),
                (asks, col("new_other")),
            ],
            col("new_care"),
        )
        home = (col("best") == HOME) | (KIND == HOME)
        month = month_of(self.month_number)
        return women.with_columns(
            seeks=pl.when(col("is_seeking")).then(col("best")).otherwise(code(HOME)),
            wants_firm=pl.when(col("is_seeking")).then(col("job")),
            firm=pl.when(~col("moves")).then(FIRM),
            tenure=pl.when(col("moves") & home).then(month_of(0)).otherwise(col("tenure")),
            kind=pl.when(col("is_seeking")).then(KIND).otherwise(col("best")),
            care=care,
            centre=pl.when(~gives_up).then(PLACE),
            wants_centre=chain(
                [(asks, col("new_centre")), (gives_up, pl.lit(None, pl.Int16))], col("wants_centre")
            ),
            asked=chain(
                [(gives_up, month_of(NEVER)), (asks & (col("asked") == NEVER), month)], col("asked")
            ),
            entry=self.entry(care),
        )

    # Work

    def work(self, women: pl.DataFrame) -> pl.DataFrame:
        """Count everybody and the days lost; add the unexcused days."""
        p, month, size = self.p, self.month_number, women.height
        u = [pl.lit(self.uniform(size)) for _ in range(5)]
        working = KIND != HOME
        young = AGE < CARE_AGE

        def days(draw: Expr, probability: Expr, longest: float) -> Expr:
            # Where the probability is 0 a draw of 0 gives no number: it is not taken below
            share = (draw / probability * longest).clip(0, longest - 1)
            length = 1 + share.cast(pl.Int8, strict=False)
            return pl.when(draw < probability).then(length).otherwise(code(0))

        fading = (1 - (month_of(month) - ENTRY) / number(p.illness_fades)).clip(0)
        group = pl.when(young & (ENTRY != NEVER)).then(fading).otherwise(number(0))
        infant = pl.when(AGE < 24).then(number(p.illness_infant)).otherwise(number(1))
        ill = number(p.child_illness * EXPOSURE) * infant * (1 + (p.illness_entry - 1) * group)
        helps = (col("grandmother") == CORESIDENT) & (CARE != GRANDMOTHER)
        at_home = HAS_PARTNER & (col("partner_shift") == NOT_WORKING)
        helps |= at_home & (CARE != PARTNER)
        fails = pl.lit(self.breakdown).gather(CARE.cast(pl.UInt32)) * number(EXPOSURE)
        fails = pl.when(helps).then(fails * number(p.breakdown_with_help)).otherwise(fails)
        new = pl.when(col("tenure") < p.slack_new_months).then(number(p.slack_new)).otherwise(1)
        rate = number(p.slack * WORKDAYS) * new
        own_ill = number(p.own_illness * EXPOSURE)
        sick = (AGE < SCHOOL_AGE) & (u[2] < self.share_of_stays(at_home))
        frame = (
            women.lazy()
            .with_columns(age=month_of(month) - col("child_birth"))
            .with_columns(
                lost_own=days(u[0], own_ill, p.own_illness_longest),
                lost_child=pl.when(sick)
                .then(days(u[1], ill, p.child_illness_longest))
                .otherwise(code(0)),
                lost_care=pl.when(young)
                .then(days(u[3], fails, p.breakdown_longest))
                .otherwise(code(0)),
                lost_other=(u[4] < rate).cast(pl.Int8) + (u[4] < rate * rate / 2).cast(pl.Int8),
            )
        )
        left = pl.lit(WORKDAYS, pl.Int8)
        for name in ("lost_own", "lost_child", "lost_care", "lost_other"):
            lost = pl.min_horizontal(col(name), left)
            frame = frame.with_columns(pl.when(working).then(lost).otherwise(code(0)).alias(name))
            left = left - col(name)
        unexcused = col("lost_care") + col("lost_other")
        unexcused = unexcused + number(p.unexcused_sick_child) * col("lost_child")
        women = frame.with_columns(unexcused=unexcused).collect()
        self.count(women)
        return women

    def share_of_stays(self, at_home: Expr) -> Expr:
        """Return the probability that it is she who stays with a sick child."""
        p = self.p
        usual = CARE.is_between(GRANDMOTHER, SIBLING)
        share = pl.when(usual).then(number(p.stays_carer)).otherwise(number(1))
        share *= chain(
            [
                (col("grandmother") == CORESIDENT, number(p.stays_grandmother)),
                (col("grandmother") == NEARBY, number(p.stays_grandmother_nearby)),
            ],
            number(1),
        )
        share *= chain(
            [(at_home, number(p.stays_partner_home)), (HAS_PARTNER, number(p.stays_partner))],
            number(1),
        )
        return pl.when(CARE == WORKPLACE).then(number(p.stays_workplace)).otherwise(share)

    def count(self, women: pl.DataFrame) -> None:
        """Count everybody and the days lost."""
        home = KIND == HOME
        young, seeks = AGE < CARE_AGE, col("seeks") != HOME
        lost = [name for name in COUNTERS if name.startswith("lost_")]
        counted = women.select(
            searching=(home & seeks).sum(),
            informal=(~home & (KIND < MAQUILA_DAY)).sum(),
            formal=(KIND >= MAQUILA_DAY).sum(),
            mothers=young.sum(),
            active_mothers=(young & (~home | seeks)).sum(),
            places_used=PLACE.is_not_null().sum(),
            scheduled=(~home).sum() * WORKDAYS,
            **{name: col(name).cast(pl.Int64).sum() for name in lost},
        ).row(0, named=True)
        births = self.counts["births"] + self.counts["births_of_choosers"]
        self.counts |= counted | {"exposed": counted["formal"], "births": births}

    def leave(self, women: pl.DataFrame) -> pl.DataFrame:
        """Let some quit or be dismissed from a formal job."""
        p = self.p
        tenure = col("tenure")
        hazard = pl.when(KIND == OTHER_DAY).then(number(p.quits_other)).otherwise(
            number(p.quits_maquila)
        ) * chain(
            [
                (tenure < 3, number(p.quits_first_quarter)),
                (tenure < 12, number(p.quits_first_year)),
                (tenure >= 36, number(p.quits_after_three_years)),
            ],
            number(1),
        )  # fmt: skip
        kilometres = self.kilometres(col("zone"), pl.lit(self.firms["zone"]).gather(FIRM))
        quits = hazard * (1 + number(p.quits_per_kilometre) * kilometres)
        unexcused = col("unexcused") > UNEXCUSED_ALLOWED
        dismissal = pl.when(unexcused).then(number(p.dismissal)).otherwise(number(0))
        u = pl.lit(self.uniform(women.height))
        formal = KIND >= MAQUILA_DAY
        women = women.with_columns(
            quits=formal & (u < quits).fill_null(False),
            leaves=formal & (u < quits + (1 - quits) * dismissal).fill_null(False),
        )
        self.counts["quits"] = int(women["quits"].sum())
        self.counts["dismissals"] = int(women["leaves"].sum()) - self.counts["quits"]
        leaves = col("leaves")
        return women.with_columns(
            **self.without_job(leaves),
            **self.without_place(leaves),
            wants_firm=pl.when(~leaves).then(col("wants_firm")),
            tenure=pl.when(leaves).then(month_of(0)).otherwise(tenure),
            care=pl.when(leaves).then(code(OWN)).otherwise(CARE),
            entry=pl.when(leaves).then(month_of(NEVER)).otherwise(ENTRY),
            prompted=leaves,
        )

    # Markets

    def free_places(self, women: pl.DataFrame) -> pl.DataFrame:
        """Return the centres with the places that nobody holds."""
        children = women.filter(PLACE.is_not_null()).group_by("centre")
        held = children.agg(held=pl.len().cast(pl.Int32))
        centres = self.centres.join(held, left_on="number", right_on="centre", how="left")
        free = col("places") - col("held").fill_null(0)
        return centres.sort("number").with_columns(free=free).drop("held")

    def give_places(self, women: pl.DataFrame) -> pl.DataFrame:
        """Let the queue of each centre have its free places, by month asked, then by lot."""
        free = self.free_places(women)
        asks = women["wants_centre"].is_not_null()
        asking = women.filter(asks)
        asking = (
            asking.with_columns(lot=self.uniform(asking.height))
            .sort("asked", "lot")
            .join(
                free.select("number", "free"),
                left_on="wants_centre",
                right_on="number",
                how="left",
            )
            .with_columns(enters=pl.int_range(pl.len()).over("wants_centre") < col("free"))
        )
        enters = col("enters")
        care = pl.when(enters).then(code(CENTRE)).otherwise(CARE)
        asking = asking.with_columns(
            centre=pl.when(enters).then(col("wants_centre")),
            wants_centre=pl.when(~enters).then(col("wants_centre")),
            asked=pl.when(enters).then(month_of(NEVER)).otherwise(col("asked")),
            care=care,
            entry=pl.when(enters).then(self.entry(care)).otherwise(ENTRY),
        )
        women = pl.concat([women.filter(~asks), asking.select(women.columns)])
        self.centres = self.free_places(women)
        return women

    def fill_posts(self, women: pl.DataFrame) -> pl.DataFrame:
        """Let firms hire by lot while they have vacancies, then count those and set the offers."""
        applies = women["wants_firm"].is_not_null()
        applicants = women.filter(applies).sample(
            fraction=1.0, shuffle=True, seed=int(self.rng.integers(1 << 31))
        )
        vacancies = self.firms.select("number", "vacancies")
        applicants = applicants.join(
            vacancies, left_on="wants_firm", right_on="number", how="left"
        ).with_columns(hired=pl.int_range(pl.len()).over("wants_firm") < col("vacancies"))
        hired = col("hired")
        care = pl.when(hired & (CARE <= WORKPLACE)).then(code(PRIVATE)).otherwise(CARE)
        applicants = applicants.with_columns(
            firm=pl.when(hired).then(col("wants_firm")).otherwise(FIRM),
            kind=pl.when(hired).then(col("seeks")).otherwise(KIND),
            seeks=pl.when(hired).then(code(HOME)).otherwise(col("seeks")),
            tenure=pl.when(hired).then(month_of(0)).otherwise(col("tenure")),
            prompted=hired | col("prompted"),
            care=care,
            entry=self.entry(care),
        )
        women = pl.concat([women.filter(~applies), applicants.select(women.columns)])
        self.review(women)
        return women

    def review(self, women: pl.DataFrame) -> None:
        """Count staff and vacancies, and set the offers."""
        p = self.p
        staff = women.filter(FIRM.is_not_null()).group_by("firm").agg(pl.len().cast(pl.Int32))
        firms = self.firms.drop("staff").join(staff, left_on="number", right_on="firm", how="left")
        posts = col("posts")
        self.firms = (
            firms.sort("number")
            .with_columns(staff=col("len").fill_null(0))
            .with_columns(vacancies=(posts - col("staff")).clip(0))
            .with_columns(
                offer=pl.when(col("vacancies") > p.wage_vacancy_rate * posts)
                .then(pl.min_horizontal(col("offer") + p.wage_step, 1 + p.wage_range))
                .otherwise(pl.max_horizontal(col("offer") - p.wage_step, 1.0))
            )
            .drop("len")
        )
