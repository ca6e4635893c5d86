import ast
import io
import re
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import analysis
import experiments
import sim
from analysis.texts import LOCALES, N_, RefusedError, Words, catalogue_file, template

CODE = Path(analysis.__file__).parent
EXPERIMENTS = Path(experiments.__file__).parent
VIEW = Path(sim.__file__).parent / "view"
TRANSLATED = [
    *(path for path in sorted(CODE.rglob("*.py")) if path != CODE / "texts.py"),
    *(
        EXPERIMENTS / f"{name}.py"
        for name in ("calibration", "documents/parameter_tables", "page", "sensitivity/figures")
    ),
    *(VIEW / f"{name}.py" for name in ("curves", "diary", "map", "menu", "page")),
]
"""Modules whose every sentence a reader sees, in two languages."""
MARKED = [*CODE.rglob("*.py"), *EXPERIMENTS.rglob("*.py"), *VIEW.rglob("*.py")]
LABELLED = {
    EXPERIMENTS / "benchmark" / "__main__.py",
    EXPERIMENTS / "evidence" / "headline.py",
    VIEW / "page.py",  # languages by their own names
}
"""Modules that may hold languages side by side."""
SENTENCE = re.compile(r"[^\W\d_]{2,}[.,:;]? [^\W\d_]{2,}")


def catalogue(lang: str):
    with catalogue_file(lang).open("rb") as file:
        return read_po(file, locale=lang)


@pytest.mark.parametrize("lang", LOCALES)
def test_every_text_is_translated(lang: str) -> None:
    known, wanted = catalogue(lang), {message.id for message in template() if message.id}
    assert len(wanted) > 40
    assert {text for text in wanted if not (known.get(text) and known.get(text).string)} == set()
    assert {message.id for message in known if message.id} == wanted, "python -m analysis.texts"


@pytest.mark.parametrize("lang", LOCALES)
def test_translations_have_the_same_names_to_fill(lang: str) -> None:
    for message in catalogue(lang):
        if message.id:
            names = set(re.findall(r"{\w+}", message.id))
            assert set(re.findall(r"{\w+}", message.string)) == names, message.id


@pytest.mark.parametrize("lang", LOCALES)
def test_compiled_catalogues_are_those_of_the_texts(lang: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(lang))
    assert catalogue_file(lang, "mo").read_bytes() == compiled.getvalue()


def test_spanish_is_not_english() -> None:
    same = {m.id for m in catalogue("es") if m.id and m.string == m.id}
    assert same == {"error", "IMSS", "factor", "km", "km/h", "no", "total"}


def bypassing(tree: ast.AST) -> list[str]:
    """Return sentences of a module that are neither docstrings nor marked for translation."""
    marked = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("words", "N_")
        for part in ast.walk(node)
    }
    strings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and SENTENCE.search(node.value)
        and id(node) not in marked | strings
    ]


KEYS = {"parameters and chance", "Continued on next page", "python -m analysis.",
        "outside upper left", "offset points", "DejaVu Sans",
        "save=true writes docs/validation of a clone, and this is none"}  # fmt: skip
CODE_BLOCK = "```sh"


def parsed(path: Path) -> ast.AST:
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return path.relative_to(CODE.parent).as_posix()


@pytest.mark.parametrize("module", TRANSLATED, ids=name)
def test_no_text_bypasses_the_catalogues(module: Path) -> None:
    found = bypassing(parsed(module))
    assert {text for text in found if not text.startswith(CODE_BLOCK)} <= KEYS


@pytest.mark.parametrize("module", MARKED, ids=name)
def test_every_marked_text_reaches_the_catalogues(module: Path, extracted: set[str]) -> None:
    """Inside an f-string a text is marked, but not extracted; nor is one that is an f-string."""
    told = [
        node.args[0]
        for node in ast.walk(parsed(module))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("words", "N_")
    ]
    assert not any(isinstance(text, ast.JoinedStr) for text in told)
    marked = {text.value for text in told if isinstance(text, ast.Constant)}
    assert marked <= extracted


@pytest.fixture(scope="module")
def extracted() -> set[str]:
    return {message.id for message in template()}


def side_by_side(tree: ast.AST) -> list[int]:
    """Return the lines of texts that stand in a dictionary by language."""
    files = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id in ("LOCALES", "LANGUAGES")
    }
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        and id(node) not in files
        and {"es", "en"} <= {key.value for key in node.keys if isinstance(key, ast.Constant)}
        and any(isinstance(value, ast.Constant | ast.Dict | ast.List) for value in node.values)
    ]


@pytest.mark.parametrize("module", [path for path in MARKED if path not in LABELLED], ids=name)
def test_no_dictionary_holds_languages(module: Path) -> None:
    assert side_by_side(parsed(module)) == []


def test_what_bypasses_is_found() -> None:
    assert bypassing(ast.parse("print('Effect of it'); words('Effect of it')")) == ["Effect of it"]
    assert side_by_side(ast.parse("W = {'es': 'Sí', 'en': 'Yes'}; {'es': x, 'en': y}")) == [1]


def test_numbers_are_those_of_mexico() -> None:
    words = Words("es")
    assert words.number(1234567.891, 2) == "1,234,567.89"
    assert words.number(0.5, 1, sign=True) == "+0.5"
    assert words.number(-0.5, 1, sign=True) == "-0.5"
    assert words.number(-0.001, 1) == "0.0"
    assert words.number(float("nan"), 1) == "–"
    assert words.interval(1, 2.5, 1) == "1.0 a 2.5"
    assert words.interval(1, float("inf"), 1) == "1.0 o más, sin límite superior"
    assert words.interval(float("-inf"), 1, 1) == "1.0 o menos, sin límite inferior"
    assert words.interval(float("-inf"), float("inf"), 1) == "sin límite"


def test_a_refusal_is_said_in_both_languages() -> None:
    error = RefusedError(N_("{folder}: given twice"), folder="here")
    assert str(error) == error.said(Words("en")) == "here: given twice"
    assert error.said(Words("es")) == "here: se dio dos veces"
