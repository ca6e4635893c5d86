"""The map of a month in one arm: zones, parks, firms, centres, and where a mother lives."""

from collections import Counter
from html import escape
from math import cos, isnan, pi, sin, sqrt

import numpy as np

from analysis.texts import N_, Words
from sim.population.places import positions
from sim.settings import Polo
from sim.view.course import Arm, Centre
from sim.view.svg import drawing, tag, text, told

SIZE, EDGE = 420.0, 4.0
"""Width and height of the picture, and what is left free around it."""

SHADES = ("#f3f7e3", "#d3ecc0", "#9fd8b8", "#5fbfc0", "#2f9bc1", "#2070ad", "#123f82")
"""Of the zones, from few to many children in a centre; they differ in lightness too."""
MOST = 18.0
"""Per cent of the children from which a zone has the darkest shade."""
NO_CHILD = "#e8e8e8"

MARKS = {
    "guarderia": (N_("Guardería that was there"), "circle", "#ffffff"),
    "imss": (N_("CECI of IMSS"), "diamond", "#f0a500"),
    "empresa": (N_("CECI of firms"), "triangle", "#d55e00"),
    "campo": (N_("CECI for farm workers"), "square", "#e078b4"),
}
"""What a scheme is called, its shape and its colour."""
SKETCH = N_("A sketch from the distances of the configuration: zones fill a disc evenly.")
BUILDING = N_("being built")
INK, FIRMS, HOME = "#222222", "#555555", "#c2185b"
LARGE = 250.0
"""Places of a centre that is drawn in full size."""
MANY = 60_000.0
"""Workers in a place whose square is drawn in full size."""


def drawn(polo: Polo, arm: Arm, title: str, words: Words, home: int | None = None) -> str:
    """Return the map as SVG.

    Parameters
    ----------
    polo : Polo
    arm : Arm
    title : str
    words : Words
    home : int, optional
        Zone in which the mother who is followed lives.
    """
    where, km = _on_paper(polo)
    parts = [_zone(*where[zone], share, zone, polo, km, words)
             for zone, share in enumerate(arm.in_care)]  # fmt: skip
    parts += [_firms(*where[place], jobs, words) for place, jobs in enumerate(arm.jobs) if jobs]
    for number, name in enumerate(polo.parks):
        x, y = where[polo.zones.count + number]
        parts.append(text(name.replace("_", " "), x, y - 16, class_="park"))
    parts += _centres(arm.centres, where, words)
    if home is not None:
        ring = {"fill": "none", "stroke": HOME, "stroke_width": 4}
        x, y = where[home]
        parts.append(tag("circle", told(words(N_("Where she lives"))), cx=x, cy=y, r=13.0, **ring))
    parts += _scale_bar(km, words)
    return drawing(SIZE, SIZE, title, parts, class_="map")


def legend(words: Words) -> str:
    """Return what the shades and marks of the map mean, as HTML."""
    shades = "".join(
        tag("rect", x=16.0 * n, y=0, width=16, height=12, fill=shade)
        for n, shade in enumerate(SHADES)
    )
    bar = tag("svg", shades, width=16 * len(SHADES), height=12, aria_hidden="true")
    said = words(N_("Children under four in a centre: {low} to {high} % and more"),
                 low=0, high=words.number(MOST, 0))  # fmt: skip
    samples = [(_sample(mark(shape, 9, 9, 7, colour, True)), words(name))
               for name, shape, colour in MARKS.values()]  # fmt: skip
    samples.append((_sample(mark("diamond", 9, 9, 7, MARKS["imss"][2], False)), words(BUILDING)))
    square = tag("rect", x=3, y=3, width=12, height=12, fill=FIRMS, fill_opacity=0.45)
    samples.append((_sample(square), words(N_("firms, by their workers"))))
    ring = tag("circle", cx=9, cy=9, r=6, fill="none", stroke=HOME, stroke_width=3)
    samples.append((_sample(ring), words(N_("home of the mother who is followed"))))
    return "".join(tag("span", f"{what} {escape(name)}") for what, name in [(bar, said), *samples])


def mark(shape: str, x: float, y: float, size: float, colour: str, is_open: bool) -> str:
    """Return the mark of a centre; one that is not open is hollow."""
    look = {
        "fill": colour if is_open else "#ffffff",
        "fill_opacity": 1 if is_open else 0.6,
        "stroke": INK if is_open else colour,
        "stroke_width": 1.2 if is_open else 2,
        "stroke_dasharray": None if is_open else "3 2",
    }
    match shape:
        case "circle":
            return tag("circle", cx=x, cy=y, r=0.8 * size, **look)
        case "square":
            side = 1.7 * size
            return tag("rect", x=x - side / 2, y=y - side / 2, width=side, height=side, **look)
        case "triangle":
            corners = [(0, -1.15), (1.05, 0.75), (-1.05, 0.75)]
        case _:
            corners = [(0, -1.15), (1.15, 0), (0, 1.15), (-1.15, 0)]
    points = " ".join(f"{x + size * dx:.1f},{y + size * dy:.1f}" for dx, dy in corners)
    return tag("polygon", points=points, **look)


def shade(share: float) -> str:
    """Return the colour of a share (%)."""
    if isnan(share):
        return NO_CHILD
    return SHADES[min(int(share / MOST * (len(SHADES) - 1)), len(SHADES) - 1)]


def _on_paper(polo: Polo) -> tuple[list[tuple[float, float]], float]:
    """Return where each zone and park is on the picture, and how long a kilometre is."""
    km = positions(polo)
    reach = max(polo.zones.radius_km, float(np.abs(km).max())) + _zone_km(polo)
    unit = (SIZE / 2 - EDGE) / reach
    return [(SIZE / 2 + unit * x, SIZE / 2 - unit * y) for x, y in km], unit


def _zone(x: float, y: float, share: float, zone: int, polo: Polo, km: float, words: Words) -> str:
    radius = 0.93 * km * _zone_km(polo)
    said = words(N_("Zone {zone}: {share} % of its children under four are in a centre"),
                 zone=zone, share=words.number(float(share), 0))  # fmt: skip
    return tag("circle", told(said), cx=x, cy=y, r=radius, fill=shade(float(share)), class_="zone")


def _zone_km(polo: Polo) -> float:
    """Return the radius (km) of a zone, of which all together cover the disc."""
    return polo.zones.radius_km / sqrt(polo.zones.count)


def _firms(x: float, y: float, jobs: float, words: Words) -> str:
    side = max(3.0, 34.0 * sqrt(min(jobs / MANY, 1.0)))
    said = words(N_("Firms with {jobs} workers"), jobs=words.number(float(jobs), 0))
    return tag("rect", told(said), x=x - side / 2, y=y - side / 2, width=side, height=side,
               fill=FIRMS, fill_opacity=0.45, class_="firms")  # fmt: skip


def _centres(
    centres: tuple[Centre, ...], where: list[tuple[float, float]], words: Words
) -> list[str]:
    """Return the marks of all centres; those of one place stand around it."""
    standing, seen, parts = Counter(c.place for c in centres), Counter[int](), []
    for centre in centres:
        x, y = where[centre.place]
        turn = 2 * pi * seen[centre.place] / standing[centre.place] - pi / 2
        away = 0.0 if standing[centre.place] == 1 else 11.0
        seen[centre.place] += 1
        x, y = x + away * cos(turn), y + away * sin(turn)
        _, shape, colour = MARKS[centre.scheme]
        size = 8.0 * sqrt(min(max(centre.places / LARGE, 0.3), 1.5))
        parts.append(tag("g", told(_said(centre, words)) + mark(shape, x, y, size, colour,
                         centre.open), class_=f"centre {centre.scheme}"))  # fmt: skip
    return parts


def _said(centre: Centre, words: Words) -> str:
    if not centre.open:
        return f"{centre.name}: {words(BUILDING)}"
    enrolled, places = (words.number(n, 0) for n in (centre.enrolled, centre.places))
    return words(N_("{name}: {enrolled} children in {places} places"), name=centre.name,
                 enrolled=enrolled, places=places)  # fmt: skip


def _scale_bar(km: float, words: Words) -> list[str]:
    long = next(n for n in (5, 2, 1, 0.5) if n * km < SIZE / 3 or n == 0.5)
    line = {"stroke": "currentColor", "stroke_width": 2}
    y = SIZE - 10
    return [
        tag("line", x1=12, y1=y, x2=12 + long * km, y2=y, **line),
        text(f"{long:g} km", 12, y - 6, class_="small"),
    ]


def _sample(inside: str) -> str:
    return tag("svg", inside, width=18, height=18, aria_hidden="true")
