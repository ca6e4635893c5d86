"""Whether the texts of a figure fit into it."""

from collections.abc import Iterator
from itertools import combinations

from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text


def texts(figure: Figure) -> list[Text]:
    """Return the texts that a figure shows."""
    ticks = {
        label
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for label in axis.get_ticklabels(which="both")
    }
    hidden = {
        label for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) for label in beyond(axis)
    }
    found = figure.findobj(Text)
    assert ticks <= set(found)
    return [text for text in found if text.get_visible() and text.get_text() and text not in hidden]


def beyond(axis: Axis) -> list[Text]:
    """Return the labels of ticks that lie outside the axis, which are not drawn."""
    low, high = sorted(axis.get_view_interval())
    ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
    outside = [tick for tick in ticks if not low - 1e-9 <= tick.get_loc() <= high + 1e-9]
    return [label for tick in outside for label in (tick.label1, tick.label2)]


def overflowing(figure: Figure) -> Iterator[str]:
    """Name texts that leave the figure, and pairs that lie over one another."""
    figure.draw_without_rendering()
    frame, boxes = figure.bbox.padded(1), []
    for text in texts(figure):
        box = text.get_window_extent()
        if box.width and not (
            frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
        ):
            yield f"leaves the figure: {text.get_text()!r}"
        boxes.append((text.get_text(), box.padded(-1)))
    for (one, first), (other, second) in combinations(boxes, 2):
        if first.overlaps(second):
            yield f"{one!r} over {other!r}"
