"""docs/validation.md and its Spanish twin, written from the tables kept in docs/validation.

The three commands of the evidence keep their tables there with ``save=true``, and then the pages
are written anew: never by hand. Beside the tables stand probes, small simulations whose outcomes
change when anything does that could move a figure of the page: a test does them again.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from analysis.texts import N_, Words
from experiments.documents.spanish import worded
from experiments.evidence.evaluations import Task
from experiments.evidence.headline import described, headline_effects
from experiments.evidence.headline import steps_of as effect_steps
from experiments.evidence.moments import moments, simulated_moments, task_of
from experiments.evidence.replay import plain, replayed, steps_of
from experiments.evidence.study import Study
from experiments.tables import text
from sim.errors import InputError
from sim.posterior import draws
from sim.results.catalogue import catalogue
from sim.results.folder import replacing
from sim.results.tables import write_csv
from sim.settings import Settings

DOCS = Path(__file__).resolve().parent.parent / "docs"
LANGUAGES = {"en": "validation.md", "es": "validation.es.md"}
PROBE_SCALE = 0.02
MOST_ROWS = 15
HEADLINE = "participation"
KINDS = {"confidence": N_("confidence"), "range": N_("range"), "band": N_("stated band")}
"""What the interval of a published result may be."""

Draw = Callable[[Path], Any]
Probes = dict[str, float]


def keep(tables: dict[str, pd.DataFrame], probes: Probes, draw: Draw) -> None:
    """Keep tables, probes and figures of a command in docs, and write the pages anew.

    Raises
    ------
    InputError
        If the program does not run from a clone.
    """
    folder = DOCS / "validation"
    if not (DOCS / "odd.md").exists():
        raise InputError("save=true writes docs/validation of a clone, and this is none")
    folder.mkdir(exist_ok=True)
    for name, table in tables.items():
        write_csv(table, folder / f"{name}.csv")
    known = read_probes(folder)
    kinds = {name.partition(".")[0] for name in probes}
    kept = {name: value for name, value in known.items() if name.partition(".")[0] not in kinds}
    both = dict(sorted((kept | probes).items()))
    write_csv(pd.DataFrame({"probe": both.keys(), "value": both.values()}), folder / "probes.csv")
    with TemporaryDirectory() as drawn:
        draw(Path(drawn))
        for figure in sorted(Path(drawn).glob("*.png")):
            with replacing(DOCS / "img" / figure.name) as aside:
                aside.write_bytes(figure.read_bytes())
    for lang, name in LANGUAGES.items():
        with replacing(DOCS / name) as aside:
            aside.write_text(page(folder, lang), encoding="utf-8")


# Probes


def read_probes(folder: Path) -> Probes:
    """Return the probes that are kept in a folder."""
    path = folder / "probes.csv"
    if not path.exists():
        return {}
    table = pd.read_csv(path)
    return dict(zip(table["probe"], table["value"], strict=True))


def small(settings: Settings) -> Settings:
    """Return the settings of a probe: few women, the first draw of the posterior."""
    few = settings.model_copy(update={"scale": PROBE_SCALE, "posterior": True})
    return few.of_replicate(0)


def probes_of_moments(settings: Settings) -> Probes:
    """Return each moment of the first draw, of few women."""
    told = simulated_moments(task_of(small(settings), 0), _nothing)["moments"]
    return {f"moment.{name}": float(value) for name, value in told.items()}


def probes_of_studies(wanted: Iterable[Study], settings: Settings) -> Probes:
    """Return the two terms of each result of the studies with the first draw, of few women."""
    found = {}
    few = small(settings)
    for study in wanted:
        told = replayed(Task(few, 0, steps_of(few, study), plain(study)), _nothing)["results"]
        for name, result in told.items():
            for term in ("treated", "control"):
                if result[term] is not None:
                    found[f"study.{study.name}.{name}.{term}"] = float(result[term])
    return found


def probes_of_effects(settings: Settings) -> Probes:
    """Return the headline effects with the first draw, of few women."""
    few = small(settings)
    told = headline_effects(Task(few, 0, effect_steps(few)), _nothing)["effects"]
    return {f"effect.{name}": float(value) for name, value in told.items() if value is not None}


def _nothing() -> None:
    pass


# The page


def page(folder: Path, lang: str) -> str:
    """Return the page in a language, of the tables that a folder has."""
    words = Words(lang)
    parts = [
        "# " + words("Calibration, validation and sensitivity"),
        words(
            "Written by the commands below from the tables in `docs/validation`, and never "
            "by hand. [En español](validation.es.md)"
        ),
    ]
    for section in (fitted, tested, drives):
        parts += section(folder, words)
    parts += [
        "## " + words("To make this page again"),
        words(
            "From a clone, about an hour on two cores; what is interrupted goes on where it was."
        ),
        COMMANDS,
    ]
    return "\n\n".join(parts) + "\n"


COMMANDS = """```sh
.venv/bin/python -m experiments.calibrate save=true
.venv/bin/python -m experiments.validate save=true
.venv/bin/python -m experiments.sensitivity save=true
```"""


def fitted(folder: Path, words: Words) -> list[str]:
    """Return the section on calibration; nothing before there was one."""
    table = _read(folder, "moments")
    if table is None:
        return []
    wanted = moments("juarez")
    units = {name: found["unit"][words.lang] for name, found in catalogue()["measures"].items()}
    rows = [
        (
            getattr(wanted[row["moment"]].label, words.lang),
            units[wanted[row["moment"]].measure],
            text(row["published"]),
            text(row["tolerance"]),
            text(row["simulated"]),
            _span(text(row["low"]), text(row["high"]), words),
            _yes(row["inside"], words),
        )
        for row in table.to_dict("records")
    ]
    heads = (N_("moment"), N_("unit"), N_("published"), N_("tolerance"), N_("simulated"),
             N_("90 % of draws"), N_("inside"))  # fmt: skip
    outside = [
        getattr(wanted[name].label, words.lang) for name in table.loc[~table["inside"], "moment"]
    ]
    missed = words("Outside: {names}.", names="; ".join(outside))
    count = len(draws("juarez").frame)
    parts = [
        "## " + words("What it was fitted to"),
        words(
            "{inside} of {count} published levels and flows of {polo} are inside their tolerance "
            "at the mean of {draws} posterior draws. No effect of childcare is among them. Sources "
            "and tolerances: `configs/moments/juarez.yaml`.",
            inside=int(table["inside"].sum()),
            count=len(table),
            polo="Ciudad Juárez",
            draws=count,
        ),
        f"![](img/moments_{words.lang}.png)",
        markdown_table(heads, rows, words),
        missed if outside else words("None is outside."),
        words(
            "Parameters are drawn within their own bounds; simulations on common draws of chance; "
            "an emulator of each moment (Gaussian process over a trend), refocused wave after "
            "wave; the last draws are simulated themselves and weighed by what they gave."
        ),
        f"![](img/convergence_{words.lang}.png)",
    ]
    told = _read(folder, "identified")
    if told is not None:
        wide = told.loc[told["ratio"] > 0.8, "parameter"]
        tied = told[told["correlation"].abs() > 0.8]
        pairs = sorted(
            {
                " – ".join(sorted(pair))
                for pair in zip(tied["parameter"], tied["tied_to"], strict=True)
            }
        )
        none = "–"
        parts.append(
            words(
                "Parameters that the moments hardly narrow (posterior over prior standard "
                "deviation above 0.8): {wide}. Tied to another (correlation above 0.8): {tied}.",
                wide=", ".join(f"`{name}`" for name in wide) or none,
                tied="; ".join(f"`{pair}`" for pair in pairs) or none,
            )
        )
    return parts


def tested(folder: Path, words: Words) -> list[str]:
    """Return the section on studies; nothing before some were replayed."""
    table = _read(folder, "studies")
    if table is None:
        return []
    rows = [
        (
            row[f"label_{words.lang}"],
            worded(row["unit"], words.lang),
            text(row["published"]),
            f"{_span(_end(row['low']), _end(row['high']), words)} "
            f"({words(KINDS[row['interval']])})",
            text(row["estimate"]),
            _span(text(row["estimate_low"]), text(row["estimate_high"]), words),
            _yes(row["inside"], words),
        )
        for row in table.to_dict("records")
    ]
    heads = (N_("result"), N_("unit"), N_("published"), N_("interval"), N_("replayed"),
             N_("90 % of draws"), N_("inside"))  # fmt: skip
    whole = table.groupby("study", sort=False)["inside"].all()
    reasons = []
    outside, by_construction = words("outside"), words("By construction")
    texts = [f"{kind}_{words.lang}" for kind in ("mechanism", "construction")]
    for row in table.assign(**{name: table[name].fillna("") for name in texts}).to_dict("records"):
        said = [row[f"mechanism_{words.lang}"]]
        if row[f"construction_{words.lang}"]:
            said.append(f"{by_construction}: {row[f'construction_{words.lang}']}")
        told = " ".join(part for part in said if part)
        mark = "" if row["inside"] else f" **({outside})**"
        if told:
            reasons.append(f"- {row[f'label_{words.lang}']}{mark}. {told}")
    return [
        "## " + words("What it was not fitted to"),
        words(
            "{whole} of {count} published evaluations have every result inside their interval or "
            "stated band, replayed with the same posterior, {replicates} replicates each. A result "
            "is inside if the mean of its replicates is. Each is a file of "
            "`configs/study`; how to write one: [studies.md](studies.md).",
            whole=int(whole.sum()),
            count=len(whole),
            replicates=int(table["replicates"].max()),
        ),
        f"![](img/studies_{words.lang}.png)",
        markdown_table(heads, rows, words),
        "### " + words("Mechanisms, and what a miss would mean"),
        "\n".join(reasons),
        "### " + words("These replays are not blind"),
        words(
            "What was seen before what was changed: with a first posterior 4 of 8 were inside. "
            "Then the offer of a place was told as one to mothers who work, the cost of time away "
            "was bounded by the child's age, and a reason to quit had to outweigh a place that is "
            "lost with the job: 3 of 8. Then American firms became a society of paid care and few "
            "grandmothers, seen in a centre's second year, and illness that of children new to "
            "group care: 5 of 8. Then came, together with the present posterior: who would take a "
            "place with a job that she looks for counts as one who would use it; a third of Rio's "
            "losers find a place; families pay half at firms of the United States and Japan; "
            "Estancias is compared in repeated cross-sections; and more replicates. No published "
            "figure, band or tolerance was changed after a look, and no effect is among the "
            "moments."
        ),
    ]


def drives(folder: Path, words: Words) -> list[str]:
    """Return the section on sensitivity; nothing before it was studied."""
    split = _read(folder, "intervals")
    if split is None:
        return []
    parts = [
        "## " + words("What the results hang on"),
        words(
            "Where the interval of each headline effect comes from: one run with its own draw of "
            "the posterior and of chance."
        ),
        markdown_table(
            (N_("effect"), N_("unit"), N_("mean"), N_("90 % of draws"), N_("chance alone (±)"),
             N_("parameters alone (±)"), N_("share of variance from parameters")),
            [
                (
                    described(str(row.measure))["label"][words.lang],
                    _points(str(row.measure), words.lang),
                    text(row.mean),
                    _span(text(row.low), text(row.high), words),
                    text(row.half_chance),
                    text(row.half_parameters),
                    text(row.share_parameters),
                )
                for row in split.itertuples()
            ],
            words,
        ),
        words(
            "Effects on participation of mothers of a child under four, programme as announced "
            "against none, mean of the last twelve months."
        ),
    ]  # fmt: skip
    morris = _of_headline(folder, "morris")
    if morris is not None:
        shown = morris.head(MOST_ROWS)
        parts += [
            words(
                "Morris screening of {count} parameters: mean absolute elementary effect, in "
                "percentage points of participation over the parameter's range; the first {rows}.",
                count=len(morris),
                rows=len(shown),
            ),
            f"![](img/morris_{words.lang}.png)",
        ]
    sobol = _of_headline(folder, "sobol")
    if sobol is not None:
        parts += [
            words("Sobol indices of the most influential ones."),
            markdown_table(
                (N_("parameter"), N_("first order"), N_("total")),
                [
                    (f"`{row.parameter}`", f"{row.first:.2f} ± {row.first_conf:.2f}",
                     f"{row.total:.2f} ± {row.total_conf:.2f}")
                    for row in sobol.itertuples()
                ],
                words,
            ),
        ]  # fmt: skip
    swings = _of_headline(folder, "swings")
    if swings is not None:
        shown = swings.head(MOST_ROWS)
        parts += [
            words(
                "Assumed parameters that were not calibrated, one at a time from their lowest to "
                "their highest bound; the first {rows} of {count}. The rest are in "
                "[swings.csv](validation/swings.csv).",
                count=len(swings), rows=len(shown),
            ),
            f"![](img/swings_{words.lang}.png)",
            markdown_table(
                (N_("parameter"), N_("unit"), N_("from"), N_("to"), N_("at lowest"),
                 N_("at highest"), N_("swing")),
                [
                    (f"`{row['parameter']}`", worded(row["unit"], words.lang), text(row["low"]),
                     text(row["high"]), text(row["effect_at_low"]), text(row["effect_at_high"]),
                     text(row["swing"]))
                    for row in shown.to_dict("records")
                ],
                words,
            ),
        ]  # fmt: skip
    return parts


def _points(name: str, lang: str) -> str:
    """Return the unit of an effect: points (pp) where its measure is a percentage."""
    unit = described(name)["unit"][lang]
    return unit if name == "occupancy" else unit.replace("%", "pp", 1)


def _of_headline(folder: Path, name: str) -> pd.DataFrame | None:
    table = _read(folder, name)
    return None if table is None else table[table["measure"] == HEADLINE]


def _read(folder: Path, name: str) -> pd.DataFrame | None:
    path = folder / f"{name}.csv"
    return pd.read_csv(path) if path.exists() else None


def _end(value: float) -> str:
    return "…" if pd.isna(value) else text(value)


def _span(low: str, high: str, words: Words) -> str:
    return words("{low} to {high}", low=low, high=high)


def _yes(true: bool, words: Words) -> str:
    return words("yes") if true else words("no")


def markdown_table(heads: Sequence[str], rows: Iterable[Sequence[str]], words: Words) -> str:
    """Return a table of Markdown; its headings are marked for translation."""
    lines = [
        "| " + " | ".join(map(words, heads)) + " |",
        "| " + " | ".join("---" for _ in heads) + " |",
    ]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])
