"""The levers as Mesa's controls show them, in a language, and back again."""

from collections.abc import Mapping
from typing import Any

from analysis.texts import LOCALES, N_, Words
from sim.unit import agents
from sim.view.levers import FACTORS, GROUPS, SCALES, Choice
from sim.view.stage import Stage

TITLES = {
    "rollout": N_("Programme"),
    "access": N_("Who may enter"),
    "opens": N_("Opening hours of new centres"),
    "outreach": N_("How firms learn of it"),
    "siting": N_("Where new centres go"),
    "assistance": N_("Assistance to firms"),
}
AS_IN_THE_ROLLOUT = N_("As in the programme")
FACTOR, SCALE = "factor", "scale"


def controls(stage: Stage, choice: Choice, lang: str) -> dict[str, Any]:
    """Return the levers as parameters of Mesa's `SolaraViz`, set to a choice."""
    words = Words(lang)
    levers: dict[str, Any] = {"stage": stage}
    for group in GROUPS:
        picked = choice.option(group) or (_given(stage) if group == GROUPS[0] else None)
        levers[group] = _select(words(TITLES[group]), names_of(stage, group, lang), picked)
    if stage.settings.polo.announced:
        title = words(N_("Places of the announced centres"))
        levers[FACTOR] = _select(title, factors(), choice.factor)
    levers[SCALE] = _select(words(N_("Women simulated")), scales_of(stage, lang), choice.scale)
    return levers


def _select(title: str, named: Mapping[str, Any], picked: Any) -> dict[str, Any]:
    value = next(name for name, option in named.items() if option == picked)
    return {"type": "Select", "label": title, "value": value, "values": list(named)}


def choice_of(levers: Mapping[str, Any], stage: Stage) -> Choice:
    """Return the choice that the values of `controls`, in any language, stand for."""
    options = []
    for group in GROUPS:
        option = _found(levers.get(group), lambda lang, g=group: names_of(stage, g, lang))
        if option is not None and (group != GROUPS[0] or option != _given(stage)):
            options.append((group, option))
    scale = _found(levers.get(SCALE), lambda lang: scales_of(stage, lang))
    factor = factors().get(levers.get(FACTOR, ""), 1.0)
    return Choice(tuple(options), factor, scale or stage.settings.scale)


def names_of(stage: Stage, group: str, lang: str) -> dict[str, str | None]:
    """Return the options of a group by what they are called; None is what the rollout has."""
    known = stage.options[group]
    called: dict[str, str | None] = {}
    if group != GROUPS[0]:
        called[Words(lang)(AS_IN_THE_ROLLOUT)] = None
    for option, label in known.items():
        name = label[lang]
        called[f"{name} ({option})" if name in called else name] = option
    if group == GROUPS[0] and _given(stage) not in known:
        called[stage.settings.rollout.label.model_dump()[lang]] = _given(stage)
    return called


def factors() -> dict[str, float]:
    """Return the factors on the places of announced centres, by what they are called."""
    return {f"× {factor:g}": factor for factor in FACTORS}


def scales_of(stage: Stage, lang: str) -> dict[str, float]:
    """Return the shares of women that can be simulated, by what they are called."""
    words = Words(lang)

    def name(scale: float) -> str:
        women = agents(stage.settings.model_copy(update={"scale": scale}))
        return f"{words.number(women, 0)} ({100 * scale:g} %)"

    own = stage.settings.scale
    called = {name(scale): scale for scale in SCALES} | {name(own): own}
    return dict(sorted(called.items(), key=lambda item: item[1]))


def _given(stage: Stage) -> str:
    return stage.settings.rollout.name


def _found(name: Any, known: Any) -> Any:
    return next((known(lang)[name] for lang in LOCALES if name in known(lang)), None)
