"""The curves that build up month by month, in both arms."""

from collections.abc import Sequence
from datetime import date
from html import escape
from math import ceil, floor, isnan, log10

from analysis.texts import N_, Words
from sim.results.catalogue import catalogue
from sim.unit import ARMS
from sim.view.course import CURVES, Frame
from sim.view.svg import drawing, tag, text

WIDTH, HEIGHT = 500.0, 190.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 46.0, 42.0, 22.0
TICKS = 3

LOOKS = {
    "baseline": {"stroke": "#7a7a7a", "stroke_width": 2.2, "stroke_dasharray": "6 3"},
    "programme": {"stroke": "#0173b2", "stroke_width": 2.6},
    "before": {"stroke": "#d55e00", "stroke_width": 1.6, "stroke_dasharray": "1.5 3"},
}
"""Of the arms, and of the programme as it was before the levers were changed."""
NAMES = {
    "baseline": N_("Without new centres"),
    "programme": N_("With the programme"),
    "before": N_("With the programme, as it was before"),
}


def drawn(
    curve: int,
    frames: Sequence[Frame],
    shown: int,
    first: date,
    months: int,
    words: Words,
    before: Sequence[Frame] = (),
) -> str:
    """Return one curve as SVG.

    Parameters
    ----------
    curve : int
        Which of the `CURVES`.
    frames : sequence of dict of Arm
        Months lived so far.
    shown : int
        The last month that is drawn.
    first : date
        The first month.
    months : int
        Months on the axis.
    words : Words
    before : sequence of dict of Arm
        Months of the course that was watched before.
    """
    name, group = CURVES[curve]
    known = catalogue()
    told = known["measures"][name]
    title = words.of(told["label"])
    under = f"{words.of(known['groups'][group]['label'])}, {words.of(told['unit'])}"
    lines = {arm: [frame[arm].values[curve] for frame in frames] for arm in ARMS}
    lines["before"] = [frame[ARMS[1]].values[curve] for frame in before]
    values = [v for line in lines.values() for v in line if not isnan(v)]
    ticks = _ticks(min(values, default=0.0), max(values, default=1.0))
    decimals = _decimals(ticks[1] - ticks[0])
    exact = max(decimals, int("denominator" in told))

    def x(month: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * month / max(months - 1, 1)

    def y(value: float) -> float:
        share = (value - ticks[0]) / (ticks[-1] - ticks[0])
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share

    parts = [text(title, 8, 17, class_="title"), text(under, 8, 33, class_="small")]
    for tick in ticks:
        parts.append(tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y(tick), y2=y(tick), class_="grid"))
        parts.append(text(words.number(tick, decimals), LEFT - 6, y(tick) + 4, class_="left"))
    parts += [text(str(year), x(month), HEIGHT - 6, class_="under")
              for month, year in _years(first, months)]  # fmt: skip
    drawn_now = {"before": len(before), "baseline": shown + 1, "programme": shown + 1}
    ends = []
    for line, upto in drawn_now.items():
        known_values = [(n, v) for n, v in enumerate(lines[line][:upto]) if not isnan(v)]
        if known_values:
            points = [(x(n), y(v)) for n, v in known_values]
            path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
            parts.append(tag("polyline", points=path, fill="none", class_=line, **LOOKS[line]))
            if line != "before":
                ends.append((line, points[-1], known_values[-1][1]))
    parts += _end_labels(ends, words, exact)
    return drawing(WIDTH, HEIGHT, f"{title}. {under}", parts, class_="curve", data_curve=name)


def legend(words: Words, before: bool) -> str:
    """Return what the lines mean, as HTML."""
    items = []
    for name, look in LOOKS.items():
        if name == "before" and not before:
            continue
        line = tag("line", x1=0, x2=30, y1=6, y2=6, **look)
        sample = tag("svg", line, width=30, height=12, aria_hidden="true")
        items.append(tag("span", f"{sample} {escape(words(NAMES[name]))}"))
    return "".join(items)


def _end_labels(
    ends: list[tuple[str, tuple[float, float], float]], words: Words, decimals: int
) -> list[str]:
    """Return the last value of each line beside its end, never one over the other."""
    parts, last = [], -99.0
    for line, (x, y), value in sorted(ends, key=lambda end: end[1][1]):
        last = max(y, last + 13)
        look = {"fill": LOOKS[line]["stroke"], "class_": f"end {line}"}
        parts.append(tag("circle", cx=x, cy=y, r=3.0, fill=LOOKS[line]["stroke"]))
        parts.append(text(words.number(value, decimals), x + 6, last + 4, **look))
    return parts


def _years(first: date, months: int) -> list[tuple[int, int]]:
    """Return the months of January, and their years, few enough to be read."""
    january = (13 - first.month) % 12
    found = [(n, first.year + (first.month - 1 + n) // 12) for n in range(january, months, 12)]
    return found[:: ceil(len(found) / 6) or 1]


def _ticks(low: float, high: float) -> list[float]:
    """Return round values from below the lowest to above the highest."""
    span = max(high - low, abs(high) * 0.02, 0.1)
    rough = span / TICKS
    step = 10 ** floor(log10(rough))
    step *= next(n for n in (1, 2, 2.5, 5, 10) if n * step >= rough)
    start, end = floor(low / step), ceil((low + span) / step)
    return [step * n for n in range(start, end + 1)]


def _decimals(step: float) -> int:
    """Return the decimals that values so far apart need."""
    return next(n for n in range(9) if n == 8 or abs(round(step, n) - step) < 1e-9)
