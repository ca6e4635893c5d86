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
LANGUAGES = {"en": "validation.md", "es": "validacion.md"}
PROBE_SCALE = 0.02
MOST_ROWS = 15
HEADLINE = "participation"

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
    if not (DOCS / "model.md").exists():
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

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Calibration, validation and sensitivity",
        "note": "Written by the commands below from the tables in [validation/](validation), and never by hand. [En español](validacion.md)",  # noqa: E501
        "fitted": "What it was fitted to",
        "fitted_text": "{inside} of {count} published levels and flows of {polo} are inside their tolerance at the mean of {draws} posterior draws. No effect of childcare is among them. Sources and tolerances: [configs/moments/juarez.yaml](../configs/moments/juarez.yaml).",  # noqa: E501
        "moment": "moment", "published": "published", "tolerance": "tolerance",
        "simulated": "simulated", "interval": "90 % of draws", "inside": "inside", "unit": "unit",
        "missed": "Outside: {names}.", "none_missed": "None is outside.",
        "method": "Parameters are drawn within their own bounds; simulations on common draws of chance; an emulator of each moment (Gaussian process over a trend), refocused wave after wave; the last draws are simulated themselves and weighed by what they gave.",  # noqa: E501
        "apart": "Parameters that the moments hardly narrow (posterior over prior standard deviation above 0.8): {wide}. Tied to another (correlation above 0.8): {tied}.",  # noqa: E501
        "tested": "What it was not fitted to",
        "tested_text": "{whole} of {count} published evaluations have every result inside their interval or stated band, replayed with the same posterior, {replicates} replicates each. A result is inside if the mean of its replicates is. Each is a file of [configs/study](../configs/study); how to write one: [studies.md](studies.md).",  # noqa: E501
        "result": "result", "replayed": "replayed", "band": "interval",
        "confidence": "confidence", "range": "range", "stated": "stated band",
        "why": "Mechanisms, and what a miss would mean",
        "outside": "outside", "construction": "By construction",
        "blind": "These replays are not blind",
        "blind_text": "What was seen before what was changed: with a first posterior 4 of 8 were inside. Then the offer of a place was told as one to mothers who work, the cost of time away was bounded by the child's age, and a reason to quit had to outweigh a place that is lost with the job: 3 of 8. Then American firms became a society of paid care and few grandmothers, seen in a centre's second year, and illness that of children new to group care: 5 of 8. Then came, together with the present posterior: who would take a place with a job that she looks for counts as one who would use it; a third of Rio's losers find a place; families pay half at firms of the United States and Japan; Estancias is compared in repeated cross-sections; and more replicates. No published figure, band or tolerance was changed after a look, and no effect is among the moments.",  # noqa: E501
        "drives": "What the results hang on",
        "drives_text": "Effects on participation of mothers of a child under four, programme as announced against none, mean of the last twelve months.",  # noqa: E501
        "split": "Where the interval of each headline effect comes from: one run with its own draw of the posterior and of chance.",  # noqa: E501
        "effect": "effect", "mean": "mean", "chance": "chance alone (±)",
        "parameters": "parameters alone (±)", "share": "share of variance from parameters",
        "morris": "Morris screening of {count} parameters: mean absolute elementary effect, in percentage points of participation over the parameter's range; the first {rows}.",  # noqa: E501
        "sobol": "Sobol indices of the most influential ones.",
        "swings": "Assumed parameters that were not calibrated, one at a time from their lowest to their highest bound; the first {rows} of {count}. The rest are in [swings.csv](validation/swings.csv).",  # noqa: E501
        "parameter": "parameter", "first": "first order", "total": "total", "low": "at lowest",
        "high": "at highest", "swing": "swing", "from": "from", "to": "to", "mu": "mu*",
        "again": "To make this page again",
        "again_text": "From a clone, about an hour on two cores; what is interrupted goes on where it was.",  # noqa: E501
        "yes": "yes", "no": "no", "and": "to",
    },
    "es": {
        "title": "Calibración, validación y sensibilidad",
        "note": "Escrita por las órdenes de abajo con las tablas de [validation/](validation), nunca a mano. [In English](validation.md)",  # noqa: E501
        "fitted": "A qué se ajustó",
        "fitted_text": "{inside} de {count} niveles y flujos publicados de {polo} quedan dentro de su tolerancia en la media de {draws} muestras de la distribución a posteriori. Ningún efecto del cuidado infantil está entre ellos. Fuentes y tolerancias: [configs/moments/juarez.yaml](../configs/moments/juarez.yaml).",  # noqa: E501
        "moment": "momento", "published": "publicado", "tolerance": "tolerancia",
        "simulated": "simulado", "interval": "90 % de las muestras", "inside": "dentro",
        "unit": "unidad",
        "missed": "Fuera: {names}.", "none_missed": "Ninguno queda fuera.",
        "method": "Los parámetros se sortean dentro de sus propios límites; las simulaciones comparten el azar; un emulador de cada momento (proceso gaussiano sobre una tendencia) se concentra ronda tras ronda; las últimas muestras se simulan y se ponderan por lo que dieron.",  # noqa: E501
        "apart": "Parámetros que los momentos apenas acotan (desviación a posteriori sobre a priori mayor que 0.8): {wide}. Ligados a otro (correlación mayor que 0.8): {tied}.",  # noqa: E501
        "tested": "A qué no se ajustó",
        "tested_text": "{whole} de {count} evaluaciones publicadas tienen todos sus resultados dentro de su intervalo o banda declarada, repetidas con la misma distribución a posteriori, {replicates} réplicas cada una. Un resultado está dentro si lo está la media de sus réplicas. Cada una es un archivo de [configs/study](../configs/study); cómo escribir otra: [studies.md](studies.md).",  # noqa: E501
        "result": "resultado", "replayed": "repetido", "band": "intervalo",
        "confidence": "confianza", "range": "rango", "stated": "banda declarada",
        "why": "Mecanismos, y qué significa una falla",
        "outside": "fuera", "construction": "Por construcción",
        "blind": "Estas repeticiones no son a ciegas",
        "blind_text": "Qué se vio antes de qué se cambió: con una primera distribución a posteriori quedaron dentro 4 de 8. Después la oferta de un lugar pasó a ser para madres que trabajan, el costo del tiempo lejos se acotó por la edad del niño, y un motivo para renunciar tuvo que pesar más que un lugar que se pierde con el empleo: 3 de 8. Después las empresas estadounidenses pasaron a ser una sociedad de cuidado pagado y pocas abuelas, vista en el segundo año del centro, y la enfermedad, la de niños nuevos en el cuidado grupal: 5 de 8. Después, junto con la distribución actual: quien tomaría un lugar con un empleo que busca cuenta entre quienes lo usarían; un tercio de las perdedoras de Río encuentra lugar; las familias pagan la mitad en empresas de Estados Unidos y Japón; Estancias se compara en muestras repetidas; y más réplicas. Ninguna cifra, banda o tolerancia publicada se cambió después de verla, y ningún efecto está entre los momentos.",  # noqa: E501
        "drives": "De qué dependen los resultados",
        "drives_text": "Efectos sobre la participación de las madres de menores de cuatro años, programa anunciado frente a ninguno, media de los últimos doce meses.",  # noqa: E501
        "split": "De dónde viene el intervalo de cada efecto principal: una corrida con su propia muestra de parámetros y su propio azar.",  # noqa: E501
        "effect": "efecto", "mean": "media", "chance": "solo azar (±)",
        "parameters": "solo parámetros (±)", "share": "parte de la varianza por parámetros",
        "morris": "Tamizado de Morris de {count} parámetros: efecto elemental absoluto medio, en puntos porcentuales de participación sobre el rango del parámetro; los primeros {rows}.",  # noqa: E501
        "sobol": "Índices de Sobol de los más influyentes.",
        "swings": "Parámetros supuestos que no se calibraron, uno a la vez de su límite menor al mayor; los primeros {rows} de {count}. Los demás están en [swings.csv](validation/swings.csv).",  # noqa: E501
        "parameter": "parámetro", "first": "primer orden", "total": "total", "low": "en el menor",
        "high": "en el mayor", "swing": "cambio", "from": "de", "to": "a", "mu": "mu*",
        "again": "Para volver a hacer esta página",
        "again_text": "Desde un clon, cerca de una hora en dos núcleos; lo interrumpido sigue donde quedó.",  # noqa: E501
        "yes": "sí", "no": "no", "and": "a",
    },
}  # fmt: skip


def page(folder: Path, lang: str) -> str:
    """Return the page in a language, of the tables that a folder has."""
    words = WORDS[lang]
    parts = [f"# {words['title']}", words["note"]]
    for section in (fitted, tested, drives):
        parts += section(folder, lang)
    parts += [f"## {words['again']}", words["again_text"], COMMANDS]
    return "\n\n".join(parts) + "\n"


COMMANDS = """```sh
.venv/bin/python -m experiments.calibrate save=true
.venv/bin/python -m experiments.validate save=true
.venv/bin/python -m experiments.sensitivity save=true
```"""


def fitted(folder: Path, lang: str) -> list[str]:
    """Return the section on calibration; nothing before there was one."""
    table = _read(folder, "moments")
    if table is None:
        return []
    words = WORDS[lang]
    wanted = moments("juarez")
    units = {name: found["unit"][lang] for name, found in catalogue()["measures"].items()}
    rows = [
        (
            getattr(wanted[row["moment"]].label, lang),
            units[wanted[row["moment"]].measure],
            text(row["published"]),
            text(row["tolerance"]),
            text(row["simulated"]),
            f"{text(row['low'])} {words['and']} {text(row['high'])}",
            words["yes" if row["inside"] else "no"],
        )
        for row in table.to_dict("records")
    ]
    heads = ("moment", "unit", "published", "tolerance", "simulated", "interval", "inside")
    outside = [getattr(wanted[name].label, lang) for name in table.loc[~table["inside"], "moment"]]
    missed = words["missed"].format(names="; ".join(outside))
    count = len(draws("juarez").frame)
    parts = [
        f"## {words['fitted']}",
        words["fitted_text"].format(
            inside=int(table["inside"].sum()), count=len(table), polo="Ciudad Juárez", draws=count
        ),
        f"![](img/moments_{lang}.png)",
        _table([words[head] for head in heads], rows),
        missed if outside else words["none_missed"],
        words["method"],
        f"![](img/convergence_{lang}.png)",
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
            words["apart"].format(
                wide=", ".join(f"`{name}`" for name in wide) or none,
                tied="; ".join(f"`{pair}`" for pair in pairs) or none,
            )
        )
    return parts


def tested(folder: Path, lang: str) -> list[str]:
    """Return the section on studies; nothing before some were replayed."""
    table = _read(folder, "studies")
    if table is None:
        return []
    words = WORDS[lang]
    kinds = {"confidence": "confidence", "range": "range", "band": "stated"}
    rows = [
        (
            row[f"label_{lang}"],
            row["unit"],
            text(row["published"]),
            f"{_end(row['low'])} {words['and']} {_end(row['high'])} "
            f"({words[kinds[row['interval']]]})",
            text(row["estimate"]),
            f"{text(row['estimate_low'])} {words['and']} {text(row['estimate_high'])}",
            words["yes" if row["inside"] else "no"],
        )
        for row in table.to_dict("records")
    ]
    heads = ("result", "unit", "published", "band", "replayed", "interval", "inside")
    whole = table.groupby("study", sort=False)["inside"].all()
    reasons = []
    texts = [f"{kind}_{lang}" for kind in ("mechanism", "construction")]
    for row in table.assign(**{name: table[name].fillna("") for name in texts}).to_dict("records"):
        said = [row[f"mechanism_{lang}"]]
        if row[f"construction_{lang}"]:
            said.append(f"{words['construction']}: {row[f'construction_{lang}']}")
        told = " ".join(part for part in said if part)
        mark = "" if row["inside"] else f" **({words['outside']})**"
        if told:
            reasons.append(f"- {row[f'label_{lang}']}{mark}. {told}")
    return [
        f"## {words['tested']}",
        words["tested_text"].format(
            whole=int(whole.sum()), count=len(whole), replicates=int(table["replicates"].max())
        ),
        f"![](img/studies_{lang}.png)",
        _table([words[head] for head in heads], rows),
        f"### {words['why']}",
        "\n".join(reasons),
        f"### {words['blind']}",
        words["blind_text"],
    ]


def drives(folder: Path, lang: str) -> list[str]:
    """Return the section on sensitivity; nothing before it was studied."""
    split = _read(folder, "intervals")
    if split is None:
        return []
    words = WORDS[lang]
    parts = [
        f"## {words['drives']}",
        words["split"],
        _table(
            [words[head] for head in ("effect", "unit", "mean", "interval", "chance",
                                      "parameters", "share")],
            [
                (
                    described(str(row.measure))["label"][lang],
                    _points(str(row.measure), lang),
                    text(row.mean),
                    f"{text(row.low)} {words['and']} {text(row.high)}",
                    text(row.half_chance),
                    text(row.half_parameters),
                    text(row.share_parameters),
                )
                for row in split.itertuples()
            ],
        ),
        words["drives_text"],
    ]  # fmt: skip
    morris = _of_headline(folder, "morris")
    if morris is not None:
        shown = morris.head(MOST_ROWS)
        parts += [
            words["morris"].format(count=len(morris), rows=len(shown)),
            f"![](img/morris_{lang}.png)",
        ]
    sobol = _of_headline(folder, "sobol")
    if sobol is not None:
        parts += [
            words["sobol"],
            _table(
                [words[head] for head in ("parameter", "first", "total")],
                [
                    (f"`{row.parameter}`", f"{row.first:.2f} ± {row.first_conf:.2f}",
                     f"{row.total:.2f} ± {row.total_conf:.2f}")
                    for row in sobol.itertuples()
                ],
            ),
        ]  # fmt: skip
    swings = _of_headline(folder, "swings")
    if swings is not None:
        shown = swings.head(MOST_ROWS)
        parts += [
            words["swings"].format(count=len(swings), rows=len(shown)),
            f"![](img/swings_{lang}.png)",
            _table(
                [words[head] for head in ("parameter", "unit", "from", "to", "low", "high",
                                          "swing")],
                [
                    (f"`{row['parameter']}`", row["unit"], text(row["low"]), text(row["high"]),
                     text(row["effect_at_low"]), text(row["effect_at_high"]), text(row["swing"]))
                    for row in shown.to_dict("records")
                ],
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


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "| " + " | ".join("---" for _ in heads) + " |"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])
