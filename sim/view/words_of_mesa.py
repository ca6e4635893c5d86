"""Mesa's controls in the language of the page: Mesa writes them in English alone."""

import re
from typing import Any

import mesa.visualization.solara_viz as viz
import solara

from analysis.texts import N_, Words

SAID = {
    "Controls": N_("Watch"),
    "Play Interval (ms)": N_("Pause between months (ms)"),
    "Reset": N_("Live it again"),
    "Step": N_("Next month"),
    "Model Parameters": N_("Levers"),
    "Information": N_("How to"),
}
LEFT_OUT = {"Render Interval (steps)", "Use Threads"}
"""Controls that this page has no use for: its months are lived in the background anyway."""
STEPS = re.compile(r"(?:Step|Time): [\d.]+")
"""Mesa counts steps, or from 3.5 on their time; the month that is shown stands above the maps."""
SPEAKING = ("Button", "Card", "Checkbox", "SliderInt", "Text")


class Speaking:
    """Stands for the module ``solara`` in Mesa's page: the same, but for what its parts say.

    Parameters
    ----------
    lang : Reactive of str
        Language of the page that is drawn.
    """

    def __init__(self, lang: Any) -> None:
        self._lang = lang

    def __getattr__(self, name: str) -> Any:
        found = getattr(solara, name)
        return self._speaking(found) if name in SPEAKING else found

    def _speaking(self, component: Any) -> Any:
        def said(*args: Any, **kwargs: Any) -> Any:
            if LEFT_OUT & {*map(str, args), str(kwargs.get("label"))}:
                return None
            args = tuple(self.said(a) for a in args)
            kwargs = {k: self.said(v) if k == "label" else v for k, v in kwargs.items()}
            return component(*args, **kwargs)

        return said

    def said(self, text: Any) -> Any:
        """Return a text of Mesa in the language; anything else as it is."""
        words = Words(self._lang.value)
        if not isinstance(text, str):
            return text
        if STEPS.fullmatch(text):
            return words(N_("Play, or choose a month above the maps. Levers count once it is "
                            "lived again: what was stays, dotted."))  # fmt: skip
        return words(SAID[text]) if text in SAID else text


def speak(lang: Any) -> None:
    """Let Mesa's controls speak the language of each page."""
    viz.solara = Speaking(lang)
