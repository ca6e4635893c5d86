"""Effects counted from an event."""

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.charts import OPENED, _grid
from analysis.charts.effects import Course, _courses, _explain


def events(
    panels: Sequence[Course],
    columns: int,
    title: str,
    x: str,
    source: str,
    names: tuple[str, str, str],
) -> Figure:
    """Draw effects by months since an event; panels of one unit share their axis.

    Parameters
    ----------
    panels : sequence of Course
        ``data`` with whole numbers of months as ``month``; no `opened`.
    columns : int
        How many stand side by side.
    title, x, source : str
        Above the panels, along the lowest axes, and below them.
    names : (str, str, str)
        What the line, the band, and the upright line at zero are called.

    Returns
    -------
    Figure
        Detached from pyplot.
    """
    figure, axes = _grid(len(panels), columns, 2.6, 1.6)
    _courses(panels, axes)
    for ax in axes:
        ax.axvline(0, **OPENED)
        ax.set_xlabel(x)
        ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    _explain(figure, min(columns, len(panels)), title, source, names, opens=True)
    return figure
