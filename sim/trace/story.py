"""The story of a life: its events put into words, as plain text or on a console."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from sim.agents.mother import HOME, INFORMAL, NOBODY
from sim.trace.events import SHARED, Event, Life, Look, Option, Page
from sim.trace.words import WORDS
from sim.unit import ARMS

QUIET = {"absent", "not_hired", "refused"}
"""What may go on for months: told once for all of them."""

WORTH_TELLING = {
    "opening",
    "birth",
    "leave_over",
    "place_lost",
    "grandmother_lost",
    "quit",
    "dismissed",
    "season_ended",
}
"""What makes a choice worth telling even if it changes nothing."""

SHOWN_OPTIONS, SHOWN_LOOKS = 3, 3


@dataclass
class Section:
    """A part of the story: a title, and rows of a time and what happened then."""

    title: str
    rows: list[tuple[str, str]] = field(default_factory=list)


class Teller:
    """Who puts a life into words.

    Parameters
    ----------
    life : Life
    lang : {"es", "en"}
    """

    def __init__(self, life: Life, lang: str):
        self.life, self.words = life, WORDS[lang]

    # Quantities

    def count(self, number: float, unit: str) -> str:
        """Return a number with its unit, in singular or plural."""
        one, many = self.words["units"][unit]
        return f"{number:,.0f} {one if number == 1 else many}"

    def money(self, pesos: float) -> str:
        """Return an amount with its unit."""
        return str(self.words["money"].format(pesos))

    def age(self, months: int) -> str:
        """Return the age of a child: in months below three years."""
        return self.count(months, "month") if months < 36 else self.count(months // 12, "year")

    def price(self, pesos: float) -> str:
        """Return the price of a place."""
        if pesos == 0:
            return str(self.words["free"])
        return str(self.words["price"].format(self.money(pesos)))

    def date(self, month: int) -> str:
        """Return a month of the run such as ``2027-03``."""
        year, number = divmod(self.life.first_month + month, 12)
        return f"{year}-{number + 1:02d}"

    def firm(self, firm: Sequence[int] | None) -> str:
        """Return what a firm is called."""
        return str(self.words["sector"][firm[1]].format(firm[0])) if firm else ""

    def care(self, care: int | str) -> str:
        """Return who cares: a centre by its name, or a way of care by its code."""
        return care if isinstance(care, str) else str(self.words["care"][care])

    # Events

    def event(self, event: Event) -> str:
        """Return the sentence of an event, empty for one that only the yearly line tells."""
        if event.kind == "absent":
            return ""
        if event.kind == "choice":
            return self.choice(event.details)
        text = self.words["events"][variant(event)]
        return capital(text.format(**self.fields(event.details)))

    def fields(self, details: dict[str, Any]) -> dict[str, str]:
        """Return the details of an event in words."""
        formats = {
            "km": lambda km: f"{km:.1f} km",
            "age": self.age,
            "children": lambda count: self.count(count, "child"),
            **dict.fromkeys(("leave", "waited", "tenure"), lambda n: self.count(n, "month")),
            "hours": lambda count: self.count(count, "hour"),
            "vacancies": lambda count: self.count(count, "post"),
            "places": lambda count: self.count(count, "place"),
            **dict.fromkeys(("pay", "partner_income"), self.money),
            "price": self.price,
            **dict.fromkeys(("firm", "left"), self.firm),
            **{name: self.words[name].__getitem__ for name in ("kind", "care", "partner_work")},
            "where": self.words["where"].get,
            "hazard": lambda share: f"{100 * share:.1f} %",
            "unexcused": lambda days: f"{days:g}",
            **dict.fromkeys(
                ("before", "after"), lambda v: v if isinstance(v, str) else self.words["kind"][v]
            ),
        }
        same = str
        return {name: formats.get(name, same)(value) for name, value in details.items()}

    def choice(self, details: dict[str, Any]) -> str:
        """Return why she chose what she did: what she compared, and centres that would not do."""
        reasons = [self.words["because"][name] for name in details["because"] or [""]]
        parts = [self.words["weighs"].format(because="; ".join(dict.fromkeys(reasons)))]
        best, *rest = details["options"]
        others = [option for option in rest if not option.waits][: SHOWN_OPTIONS - 1]
        parts.append(self.words["best"].format(self.option(best)))
        if others:
            parts.append(self.words["next"].format("; ".join(map(self.option, others))))
        parts += [self.wished(o) for o in rest if o.waits and o.value > best.value]
        shown = {option.centre for option in (best, *others)}
        looks = [look for look in details["looks"] if tells(look, shown)][:SHOWN_LOOKS]
        if looks:
            names: dict[str, list[str]] = {}
            for look in looks:
                names.setdefault(self.look(look), []).append(look.name)
            seen = "; ".join(f"{', '.join(who)}: {found}" for found, who in names.items())
            kind = self.words["kind"][details["about"]]
            parts.append(self.words["looked"].format(kind=kind, looks=seen))
        if not details["changed"]:
            parts.append(self.words["unchanged"])
        return " ".join(parts)

    def wished(self, option: Option) -> str:
        """Return what would be better still, had she not to wait for the place."""
        return capital(
            self.words["wished"].format(
                name=option.name,
                km=f"{option.km:.1f} km",
                kind=self.words["kind"][option.kind],
                firm=self.at(option),
                utils=self.words["utils"].format(option.value),
            )
        )

    def at(self, option: Option) -> str:
        """Return where the work of an option is, empty for informal work."""
        if option.firm == NOBODY:
            return ""
        return str(self.words["at"].format(self.firm((option.firm, option.sector))))

    def option(self, option: Option) -> str:
        """Return an option with its utility."""
        forms = self.words["option"]
        if option.kind == HOME:
            form = forms["home"]
        elif option.centre != NOBODY:
            form = forms["waits" if option.waits else "place"]
        else:
            form = forms["care" if option.need else "alone"]
        text = form.format(
            kind=self.words["kind"][option.kind],
            firm=self.at(option),
            care=self.words["care"][option.care],
            name=option.name,
            km=f"{option.km:.1f} km",
            price=self.price(option.price),
        )
        return f"{text} ({self.words['utils'].format(option.value)})"

    def look(self, look: Look) -> str:
        """Return what she found at a centre."""
        times = {name: clock(getattr(look, name)) for name in ("opens", "closes", "starts", "ends")}
        return str(
            self.words["look"][look.verdict].format(
                age=self.age(look.age),
                km=f"{look.km:.1f} km",
                price=self.price(look.price),
                minutes=look.minutes,
                **times,
            )
        )

    # Months and years

    def rows(self, arm: str, months: range) -> list[tuple[str, str]]:
        """Return the rows of some months of an arm: what happened, and a line a year."""
        by_month: dict[int, list[Event]] = {}
        for event in self.life.events:
            if event.arm == arm and event.month in months:
                by_month.setdefault(event.month, []).append(event)
        pages = [page for page in self.life.pages[arm] if page.month in months]
        rows: list[tuple[str, str]] = []
        going_on: list[Event] = []
        for page in pages:
            events = by_month.get(page.month, [])
            told = [e for e in events if not passes_quietly(e)]
            if told:
                rows += self.going_on(going_on)
                going_on = []
                text = " ".join(filter(None, (self.event(e) for e in events if is_told(e))))
                rows.append((self.date(page.month), text))
            else:
                going_on += [e for e in events if e.kind in ("not_hired", "refused")]
            if page is pages[-1] or self.date(page.month).endswith("12"):
                rows += self.going_on(going_on)
                going_on = []
                year = self.date(page.month)[:4]
                rows.append((year, self.year([p for p in pages if self.date(p.month)[:4] == year])))
        return rows

    def going_on(self, events: list[Event]) -> list[tuple[str, str]]:
        """Return one row for what went on for months: applications, and places refused."""
        if not events:
            return []
        parts = []
        tries = [e for e in events if e.kind == "not_hired"]
        if len(tries) == 1:
            parts.append(self.event(tries[0]))
        elif tries:
            firm = self.firm(tries[-1].details["firm"])
            text = self.words["applied"].format(tries=self.count(len(tries), "try"), firm=firm)
            parts.append(text)
        refusals = Counter(e.details["centre"] for e in events if e.kind == "refused")
        for centre, times in refusals.items():
            last = [e for e in events if e.details.get("centre") == centre][-1]
            parts.append(self.event(last))
            if times > 1:
                text = self.words["refused_again"].format(centre=centre, times=times)
                parts.append(capital(text))
        first, last_month = self.date(events[0].month), self.date(events[-1].month)
        when = first if first == last_month else f"{first}–{last_month[-2:]}"
        return [(when, " ".join(parts))]

    def year(self, pages: list[Page]) -> str:
        """Return the line of a year: days worked and lost, by cause, pay and care."""
        words = self.words
        if not any(page.at_work for page in pages):
            return str(words["no_work"])
        causes = [sum(page.lost[k] for page in pages) for k in range(4)]
        lost = ""
        if sum(causes):
            names = zip(words["causes"], causes, strict=True)
            each = ", ".join(f"{name} {days}" for name, days in names if days)
            lost = words["lost"].format(total=self.count(sum(causes), "day"), causes=each)
        cares = Counter(care for page in pages for care in page.cares)
        cared = ", ".join(f"{self.care(c)} ({self.count(n, 'month')})" for c, n in cares.items())
        days = sum(page.scheduled for page in pages) - sum(causes)
        return str(
            words["year"].format(
                days=self.count(days, "day"),
                lost=lost,
                pay=self.money(sum(page.pay for page in pages)),
                cares=words["cared"].format(cared) if cared else "",
            )
        )

    # The whole

    def head(self) -> list[str]:
        """Return who she is: household, place, work and tastes."""
        words, who = self.words, self.life.portrait
        text = words["begins"].format(
            month=self.date(0),
            age=self.count(who["age"], "year"),
            schooling=words["schooling"][who["schooling"]],
            student=words["student"] if who["student"] else "",
        )
        ages = who["children_ages"]
        listed = words["and"].join(
            part for part in (", ".join(map(self.age, ages[:-1])), self.age(ages[-1])) if part
        ) if ages else ""  # fmt: skip
        text += (
            words["children"].format(count=self.count(len(ages), "child"), ages=listed)
            if ages
            else words["no_children"]
        )
        text += words["with_partner" if who["partner"] else "alone"].format(
            partner_work=words["partner_work"][who["partner_work"]],
            partner_income=self.money(who["partner_income"]),
            other_income=self.money(who["other_income"]),
        )
        hours = self.count(who["grandmother_hours"], "hour")
        text += words["grandmother"][who["grandmother"]].format(hours=hours)
        text += words["kin"] if who["other_kin"] else ""
        text += words["persons"].format(self.count(who["persons"], "person"))
        text += words["covered"] if who["insured"] else ""
        text += words["car" if who["car"] else "no_car"]
        return [text.strip(), self._place_and_work(), self._tastes()]

    def _place_and_work(self) -> str:
        words, who = self.words, self.life.portrait
        text = words["lives"].format(zone=who["zone"], park_km=f"{who['park_km']:.1f} km")
        if who["near"]:
            text += words["near"].format(near=who["near"], near_km=f"{who['near_km']:.1f} km")
        if who["status"] < INFORMAL:
            return f"{text}. {words['no_job']}."
        firm = words["at"].format(self.firm(who["firm"])) if who["firm"] else ""
        kind, wage = words["kind"][who["kind"]], self.money(who["wage"])
        text += ". " + words["work"].format(kind=kind, firm=firm, wage=wage)
        return text + (words["km"].format(f"{who['firm_km']:.1f} km") if who["firm"] else "") + "."

    def _tastes(self) -> str:
        words, who = self.words, self.life.portrait
        parts = []
        for name, (value, spread) in who["tastes"].items():
            level = words["taste"][2 if spread == 0 else int(np.digitize(value / spread, LEVELS))]
            what = words["tastes"][name]
            parts.append(words["taste_one"].format(what=what, level=level, value=value))
        text = capital(words["taste_line"].format(tastes=", ".join(parts)))
        return f"{text} {words['disagrees']}" if who["disagrees"] else text

    def sections(self) -> list[Section]:
        """Return the story after its head: what both lives share, then each."""
        words, life = self.words, self.life
        last = life.pages[ARMS[0]][-1].month
        parting = life.parting()
        upto = last + 1 if parting is None else parting
        title = words["shared_all"] if parting is None else words["shared"].format(
            month=self.date(parting)
        )  # fmt: skip
        rows = self.rows(SHARED, range(life.burn_in)) if life.burn_in else []
        rows += self.rows(ARMS[0], range(life.burn_in, upto))
        if parting is None:
            said = f"{words['never_part']}{self.but_for_pay(upto)}."
        else:
            said = self.parts(parting)
        sections = [Section(title, [*rows, ("", said)])]
        if parting is not None:
            for arm in ARMS:
                sections.append(Section(words[arm], self.rows(arm, range(parting, last + 1))))
        return sections

    def parts(self, parting: int) -> str:
        """Return the line that says until when both lives are the same, and what differs first.

        Where that is no event it would not be seen below.
        """
        words = self.words
        said = [words["part"].format(month=self.date(parting - 1)) + self.but_for_pay(parting)]
        (events, one), (others, other) = (self.life.gist(arm, parting) for arm in ARMS)
        if events == others:
            known = words["pages"]
            what = [known[name] for name in one if one[name] != other[name] and name in known]
            said.append(words["first"].format(what=", ".join(dict.fromkeys(what))))
        return " ".join(f"{part}." for part in said)

    def but_for_pay(self, upto: int) -> str:
        """Return what to add where only pay, which moves with her firm's offer, has differed."""
        sums = [sum(page.pay for page in self.life.pages[arm] if page.month < upto) for arm in ARMS]
        if sums[0] == sums[1]:
            return ""
        amounts = dict(zip(ARMS, map(self.money, sums), strict=True))
        return str(self.words["but_pay"].format(**amounts))

    def totals(self, arm: str) -> dict[str, float]:
        """Return what an arm adds up to since the arms may part."""
        pages = self.life.pages[arm]
        lost = sum(sum(page.lost) for page in pages)
        return {
            "months": sum(page.at_work for page in pages),
            "formal": sum(page.formal for page in pages),
            "days": sum(page.scheduled for page in pages) - lost,
            "lost": lost,
            "pay": sum(page.pay for page in pages),
            "centre": sum(any(isinstance(c, str) for c in page.cares) for page in pages),
        }

    def stands(self, arm: str) -> tuple[str, str]:
        """Return her work and who cares in the last month of an arm."""
        page = self.life.pages[arm][-1]
        firm = (page.firm, page.sector) if page.firm != NOBODY else None
        if page.kind == HOME:
            looking = self.words["looking"].format(kind=self.words["kind"][page.seeks])
            work = self.words["at_home"] + (looking if page.seeks != HOME else "")
        else:
            work = self.words["kind"][page.kind]
        work += self.words["at"].format(self.firm(firm)) if firm else ""
        return work, ", ".join(map(self.care, page.cares)) or self.words["none"]

    def comparison(self) -> list[tuple[str, str, str]]:
        """Return rows of what, baseline and programme."""
        sums = [self.totals(arm) for arm in ARMS]
        ends = [self.stands(arm) for arm in ARMS]
        names = self.words["rows"]
        rows = [(names["work"], ends[0][0], ends[1][0]), (names["care"], ends[0][1], ends[1][1])]
        for name in sums[0]:
            show = self.money if name == "pay" else "{:,.0f}".format
            rows.append((names[name], show(sums[0][name]), show(sums[1][name])))
        return rows

    def last_line(self) -> str:
        """Return what differs, in one sentence."""
        words = self.words
        one, other = (self.totals(arm) for arm in ARMS)
        if one == other and self.life.parting() is None:
            return str(words["and_so"].format(words["nothing"]))
        parts = []
        for name, (unit, what) in words["diff_rows"].items():
            gap = other[name] - one[name]
            if gap:
                more = words["more" if gap > 0 else "less"].format(self.count(abs(gap), unit))
                parts.append(f"{more} {what}")
        gap = other["pay"] - one["pay"]
        if gap:
            more = words["more" if gap > 0 else "less"].format(self.money(abs(gap)))
            parts.append(words["earned"].format(more))
        if self.stands(ARMS[0]) == self.stands(ARMS[1]):
            parts.append(words["end_same"])
        return str(words["and_so"].format(words["diff"].format(", ".join(parts))))


LEVELS = (-1.2, -0.4, 0.4, 1.2)
"""Bounds of the words for a taste, in standard deviations."""


def variant(event: Event) -> str:
    """Return the key of the sentence that fits an event."""
    d, kind = event.details, event.kind
    match kind:
        case "birth":
            suffix = "leave" if d["leave"] > 0 else ""
        case "union":
            suffix = "insured" if d["insured"] else ""
        case "fourth_birthday":
            suffix = "centre" if d["centre"] else ""
        case "place_lost":
            suffix = "closed" if d["closed"] else ""
        case "admitted":
            suffix = "waited" if d["waited"] > 0 else ""
        case "hired":
            suffix = "moved" if d["left"] else ""
        case "care":
            suffix = "meanwhile" if d["meanwhile"] else ""
        case "separated":
            suffix = d["why"]
        case "changes_work" if d["after"] == HOME:
            suffix = "quits" if d["formal"] else "home"
        case "changes_work":
            suffix = "starts" if d["before"] == HOME else "changes"
        case _:
            suffix = ""
    return f"{kind}.{suffix}" if suffix else kind


def passes_quietly(event: Event) -> bool:
    """Return True for an event that alone makes no row of its month."""
    if event.kind == "choice":
        return not is_told(event)
    return event.kind in QUIET


def is_told(event: Event) -> bool:
    """Return False for a choice that changes nothing and that nothing of note prompted."""
    if event.kind != "choice":
        return True
    return event.details["changed"] or not WORTH_TELLING.isdisjoint(event.details["because"])


def tells(look: Look, shown: set[int]) -> bool:
    """Return True for a centre that would not do, or that is in no option shown."""
    return look.centre not in shown or look.verdict not in ("fits", "room")


def capital(text: str) -> str:
    """Return a sentence with a capital first letter."""
    return text[:1].upper() + text[1:]


def clock(minutes: int) -> str:
    """Return minutes after midnight as a clock time."""
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def story(told: Life, lang: str) -> str:
    """Return the whole story as plain text, a line for each row.

    Parameters
    ----------
    told : Life
    lang : {"es", "en"}
    """
    teller = Teller(told, lang)
    lines = [_title(teller), *teller.head()]
    for section in teller.sections():
        lines += ["", section.title, *(f"{when}  {text}".strip() for when, text in section.rows)]
    lines += ["", *("  ".join(row) for row in teller.comparison()), teller.last_line()]
    return "\n".join(lines)


def _title(teller: Teller) -> str:
    told = teller.life
    return str(
        teller.words["head"].format(
            number=told.number,
            women=f"{told.women:,}",
            replicate=told.replicate,
            name=told.name["es" if teller.words is WORDS["es"] else "en"],
        )
    )


def tell(told: Life, lang: str, console: Console, picked: bool = False) -> None:
    """Print the story.

    Parameters
    ----------
    told : Life
    lang : {"es", "en"}
    console : Console
    picked : bool
        True if the woman was looked for: the story says so.
    """
    teller = Teller(told, lang)
    console.print(_title(teller), style="bold", markup=False, highlight=False)
    if picked:
        console.print(teller.words["chosen"], style="dim", markup=False, highlight=False)
    for line in teller.head():
        console.print(line, markup=False, highlight=False)
    for section in teller.sections():
        console.print()
        console.print(section.title, style="bold", markup=False, highlight=False)
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(style="cyan", no_wrap=True)
        grid.add_column()
        for when, text in section.rows:
            year = len(when) == len("2026")
            grid.add_row(when, text, style="dim" if year else None)
        console.print(grid, markup=False, highlight=False)
    console.print()
    last = told.pages[ARMS[0]][-1].month
    title = teller.words["end"].format(month=teller.date(last), since=teller.date(told.burn_in))
    console.print(title, style="bold", markup=False, highlight=False)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("")
    for arm in ARMS:
        table.add_column(teller.words[arm])
    for row in teller.comparison():
        table.add_row(*row)
    console.print(table, markup=False, highlight=False)
    console.print(teller.last_line(), style="bold", markup=False, highlight=False)
