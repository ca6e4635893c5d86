import ast
import io
import re

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from analysis.texts import CODE, LOCALES, N_, RefusedError, Words, catalogue_file, template

TRANSLATED = ("command", "results", "estimates", "comparison", "publish", "outcome",
              "participation", "absenteeism", "compare", "ratios", "money", "costs", "value",
              "equality", "distribution",
              "report/__main__", "report/background",
              "report/build", "report/cascade", "report/centres", "report/document",
              "report/event", "report/evidence", "report/facts", "report/figures",
              "report/html", "report/pdf", "report/run", "report/sections",
              "report/units",
              "view/curves", "view/diary", "view/map", "view/menu", "view/page")  # fmt: skip
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
    assert same == {"error", "IMSS", "factor", "km", "km/h", "no"}


def tree_of(module: str) -> ast.Module:
    """Return the code of a module, as the catalogues call it."""
    before = "view/" if module.startswith("view/") else ""
    path = CODE[before] / f"{module.removeprefix(before)}.py"
    return ast.parse(path.read_text(encoding="utf-8"))


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


KEYS = {"parameters and chance", "Continued on next page", "python -m analysis."}


@pytest.mark.parametrize("module", TRANSLATED)
def test_no_text_bypasses_the_catalogues(module: str) -> None:
    tree = tree_of(module)
    assert set(bypassing(tree)) <= KEYS


@pytest.mark.parametrize("module", [*TRANSLATED, "view/words_of_mesa"])
def test_every_marked_text_reaches_the_catalogues(module: str) -> None:
    """Inside an f-string a text is marked, but not extracted."""
    tree = tree_of(module)
    marked = {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("words", "N_")
        and isinstance(node.args[0], ast.Constant)
    }
    assert marked <= {message.id for message in template()}


def test_what_bypasses_is_found() -> None:
    assert bypassing(ast.parse("print('Effect of it'); words('Effect of it')")) == ["Effect of it"]


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
