"""The tables of parameters, docs/parameters.md and its Spanish twin, made from base.yaml."""

import re
from pathlib import Path
from typing import Any

import yaml

import configs
from analysis.texts import N_, Words
from experiments.documents.spanish import worded
from experiments.page import markdown_table
from sim.parameters import base

LANGUAGES = {"en": "parameters.md", "es": "parameters.es.md"}
KNOWN = {
    "measured": N_("measured"),
    "derived": N_("derived"),
    "calibrated": N_("calibrated"),
    "assumed": N_("assumed"),
}
HEADS = (N_("parameter"), N_("value"), N_("unit"), N_("bounds"), N_("how known"), N_("source"))


def parameters_page(lang: str) -> str:
    """Return the page of all parameters in a language, "es" or "en"."""
    words = Words(lang)
    found = base()
    parts = [
        "# " + words("Parameters of the model"),
        words(
            "Made from `configs/parameters/base.yaml` by `python -m experiments.documents`, and "
            "never by hand: {count} parameters, of which {assumed} are assumed. What the words of "
            "the fifth column mean, and the rows of evidence that the last one cites, are in "
            "[sources.md](sources.md). In any run, `parameters.NAME.value=` sets another value "
            "within the bounds. [En español](parameters.es.md).",
            count=len(found),
            assumed=sum(entry["known"] == "assumed" for entry in found.values()),
        ),
    ]
    for section, names in sections().items():
        rows = [_row(name, found[name], words) for name in names]
        parts += ["## " + worded(section, lang), markdown_table(HEADS, rows, words)]
    return "\n\n".join(parts) + "\n"


def sections() -> dict[str, list[str]]:
    """Return the names of the parameters below each heading of base.yaml, in its order."""
    found: dict[str, list[str]] = {}
    path = Path(configs.__file__).parent / "parameters" / "base.yaml"
    for block in path.read_text(encoding="utf-8").split("\n\n")[1:]:
        heading, _, entries = block.removeprefix("# ").partition("\n")
        found[heading] = list(yaml.safe_load(entries))
    return found


def _row(name: str, entry: dict[str, Any], words: Words) -> tuple[str, ...]:
    low, high = map(_number, entry["bounds"])
    known = KNOWN[entry["known"]]
    return (
        f"`{name}`<br>{words.of(entry['label'])}",
        _number(entry["value"]),
        worded(entry["unit"], words.lang),
        words("{low} to {high}", low=low, high=high),
        words(known),
        _cited(worded(entry["source"], words.lang), words.lang),
    )


def _number(value: float) -> str:
    """Return a number with every digit that it has."""
    return f"{value:,.12g}"


def _cited(source: str, lang: str) -> str:
    """Return a source as Markdown: keys of evidence as code, documents as links in the language."""
    keys = re.sub(r"\b(?:ceci|labour|causal):\w+\*?", r"`\g<0>`", source)
    page = r"\1.md" if lang == "en" else rf"\1.{lang}.md"
    return re.sub(r"docs/(\w+)\.md", f"[{page}]({page})", keys)
