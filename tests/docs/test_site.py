"""The documents as a site: built without a warning, read without a network, nothing left behind."""

import re
import shutil
import tomllib
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from experiments.documents import __main__ as documents
from experiments.documents.parameter_tables import LANGUAGES, parameters_page
from experiments.documents.spanish import spanish
from experiments.evidence.study import read_study, studies
from sim.parameters import base
from tests.docs.reader import BLOCK, ROOT

DOCS = ROOT / "docs"
TWINS = [
    (path.name, f"{path.stem}.es.md")
    for path in sorted(DOCS.glob("*.md"))
    if not path.name.endswith(".es.md")
]
TO_LOAD = {"link": "href", "script": "src", "img": "src", "iframe": "src"}


class Page(HTMLParser):
    """What a page links to and loads, its anchors, its language and its twin in the other."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.loads: set[str] = set()
        self.anchors: set[str] = set()
        self.navigation: set[str] = set()
        self.language = self.twin = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        if tag == "html":
            self.language = found.get("lang", "")
        if tag == "a" and "href" in found:
            self.links.add(found["href"])
            looks = found.get("class", "").split()
            if "md-nav__link" in looks and not found["href"].startswith("#"):
                self.navigation.add(found["href"])
            if "twin" in looks:
                self.twin = PurePosixPath(found["href"]).name
        if TO_LOAD.get(tag) in found:
            self.loads.add(found[TO_LOAD[tag]])


def text_of(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def headings(name: str) -> list[tuple[str, str]]:
    """Return level and number of each heading; the words are of each language."""
    prose = BLOCK.sub("", text_of(name))
    return re.findall(r"^(#+) ([\d.]*)", prose, re.MULTILINE)


def opening(name: str) -> str:
    """Return what a page says before its first section, table or figure."""
    return re.split(r"^(?:##|\||!\[)", text_of(name), maxsplit=1, flags=re.MULTILINE)[0]


def code(name: str) -> list[str]:
    """Return the blocks of code, as any language would have them."""
    found = ("\n".join(block) for block in BLOCK.findall(text_of(name)))
    bare = (re.sub(r"[ \t]*#.*", "", block) for block in found)
    return [re.sub(r"(?<=lang[= ])es\b", "en", block) for block in bare]


def images(name: str) -> list[str]:
    """Return the images that a page shows, by the name of the English one."""
    shown = re.findall(r"!\[[^]]*\]\(([^)]+)\)", text_of(name))
    return [image.replace("_es.png", "_en.png") for image in shown]


def names(name: str) -> Counter[str]:
    """Return what is named in code, outside links; a report is of the page's language."""
    prose = re.sub(r"\[[^]]*\]\(", "", BLOCK.sub("", text_of(name)))
    return Counter(re.findall(r"`([^`\n]+)`", prose.replace("_es.", "_en.")))


def tables(name: str) -> list[list[str]]:
    """Return the rows of each table."""
    prose = BLOCK.sub("", text_of(name))
    return [table.splitlines() for table in re.findall(r"(?:^\|.*\n)+", prose, re.MULTILINE)]


def figures(row: str) -> tuple[int, Counter[str]]:
    """Return what a row of a table has in any language: cells, numbers and names in code."""
    row = re.sub(r"\]\([^)]*\)", "]", row)
    return row.count(" |"), Counter(re.findall(r"`[^`]+`|(?:(?<= )[-+])?\d[\d.,]*(?<![.,])", row))


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    pytest.importorskip("zensical")
    root = tmp_path_factory.mktemp("clone")
    shutil.copytree(DOCS, root / "docs")
    shutil.copy(ROOT / "zensical.toml", root)
    assert documents.main(root) == 0, "the generator warns"
    return root / "site"


@pytest.fixture(scope="module")
def pages(site) -> dict[Path, Page]:
    # The page for what is not found is for a server: its addresses start at the root
    return {path: Page(path) for path in site.rglob("*.html") if path.name != "404.html"}


def test_every_link_inside_resolves_and_every_anchor(site, pages):
    assert len(pages) > 20
    broken = []
    for path, page in pages.items():
        for link in page.links | page.loads:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchored = not parts.fragment or unquote(parts.fragment) in pages[target].anchors
            if not (target.is_file() and target.is_relative_to(site) and anchored):
                broken.append((path.relative_to(site).as_posix(), link))
    assert broken == []


def test_no_page_loads_anything_from_a_network(pages):
    asked = {load for page in pages.values() for load in page.loads if urlsplit(load).netloc}
    assert asked == set()


def test_a_page_says_its_language(site, pages):
    spanish = {site / Path(twin).with_suffix(".html") for _, twin in TWINS}
    assert {path for path, page in pages.items() if page.language == "es"} == spanish
    assert {page.language for page in pages.values()} == {"en", "es"}


def test_the_site_is_searched_from_a_file_and_asks_nobody(site):
    playwright = pytest.importorskip("playwright.sync_api")
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("no chromium: apt-get install chromium")
    with (
        playwright.sync_playwright() as driver,
        driver.chromium.launch(executable_path=browser, args=["--no-sandbox"]) as chromium,
    ):
        page = chromium.new_page()
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto((site / "index.html").as_uri())
        page.get_by_role("button", name="Search").first.click()
        page.get_by_role("combobox").or_(page.get_by_role("textbox")).first.fill("detour_cost")
        page.get_by_text(re.compile(r"^\d+ results?")).first.wait_for(timeout=10_000)
        assert said == []
        assert {urlsplit(url).scheme for url in asked} <= {"file", "data", "blob", "about"}


def navigation() -> dict[str, Any]:
    """Return the navigation as lists in lists; its two ends are the API and the Spanish pages."""
    toml = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))
    return {title: entry for each in toml["project"]["nav"] for title, entry in each.items()}


def listed(entry: Any) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    else:
        for inner in entry.values() if isinstance(entry, dict) else entry:
            yield from listed(inner)


def shape(entry: Any) -> Any:
    """Return the pages of a part of the navigation without its titles, by their English names."""
    if isinstance(entry, str):
        return entry.replace(".es.md", ".md")
    return [shape(inner) for each in entry for inner in each.values()]


def test_every_page_is_in_the_navigation():
    found = list(listed(navigation()))
    assert len(found) == len(set(found))
    assert {page for page in found if "/" not in page} == {path.name for path in DOCS.glob("*.md")}


def test_the_navigation_is_the_same_in_both_languages():
    parts = navigation()
    spanish = parts.pop("En español")
    parts.pop("API reference")
    assert shape(spanish) == [shape(part) for part in parts.values()]
    assert all(page.endswith(".es.md") for page in listed(spanish))


def test_a_page_shows_the_navigation_of_its_language_and_leads_to_its_twin(site, pages):
    for twins in TWINS:
        english, other = (site / Path(name).with_suffix(".html") for name in twins)
        assert pages[english].twin == other.name
        assert pages[other].twin == english.name
        assert {link.endswith(".es.html") for link in pages[english].navigation} == {False}
        assert {link.endswith(".es.html") for link in pages[other].navigation} == {True}


@pytest.mark.parametrize(("english", "spanish"), TWINS)
def test_both_languages_have_the_same_sections(english, spanish):
    assert headings(english)
    assert headings(english) == headings(spanish)


@pytest.mark.parametrize(("english", "spanish"), TWINS)
def test_both_languages_have_the_same_code_and_images(english, spanish):
    assert code(english) == code(spanish)
    assert images(english) == images(spanish)


@pytest.mark.parametrize(("english", "spanish"), TWINS)
def test_both_languages_have_the_same_figures_in_their_tables(english, spanish):
    assert list(map(len, tables(english))) == list(map(len, tables(spanish)))
    for rows in zip(chain(*tables(english)), chain(*tables(spanish)), strict=True):
        assert figures(rows[0]) == figures(rows[1]), rows[0]


@pytest.mark.parametrize(("english", "spanish"), TWINS)
def test_both_languages_name_the_same_things(english, spanish):
    """The Spanish page may say besides what an English word of the program means."""
    assert names(english) <= names(spanish)


@pytest.mark.parametrize(("english", "spanish"), TWINS)
def test_a_page_begins_with_a_link_to_its_twin(english, spanish):
    assert f"[En español]({spanish})" in opening(english)
    assert f"[In English]({english})" in opening(spanish)


def test_the_description_has_all_elements_and_design_concepts():
    assert [number for level, number in headings("odd.md") if level == "##"] == list("1234567")
    concepts = text_of("odd.md").partition("\n## 4 ")[2].partition("\n## 5 ")[0]
    assert re.findall(r"^### (.+)", concepts, re.MULTILINE) == [
        "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction",
        "Sensing", "Interaction", "Stochasticity", "Collectives", "Observation",
    ]  # fmt: skip


def test_what_the_description_names_in_the_code_is_there():
    named = re.findall(r"`(sim/[\w/.]+)`(?:: ((?:`[\w.]+`(?:, )?)+))?", text_of("odd.md"))
    assert len(named) > 10
    for path, functions in named:
        assert (ROOT / path).exists(), path
        for function in re.findall(r"`(?:\w+\.)?(\w+)`", functions):
            assert f"def {function}(" in (ROOT / path).read_text(encoding="utf-8"), function


@pytest.mark.parametrize(("lang", "name"), LANGUAGES.items())
def test_the_tables_of_parameters_are_today_s(lang, name):
    assert text_of(name) == parameters_page(lang), "python -m experiments.documents"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_parameter_is_in_its_table_with_its_value_and_bounds(lang):
    page = parameters_page(lang)
    for name, entry in base().items():
        row = re.search(rf"^\| `{name}`<br>.*$", page, re.MULTILINE)
        assert row, name
        cells = [cell.strip() for cell in row[0].strip("|").split(" | ")]
        assert len(cells) == 6, name
        assert float(cells[1].replace(",", "")) == entry["value"]
        low, high = (float(end.replace(",", "")) for end in re.split(r" to | a ", cells[3]))
        assert [low, high] == entry["bounds"]


def test_the_configuration_is_said_in_spanish_and_nothing_that_it_no_longer_says():
    said = {text for entry in base().values() for text in (entry["unit"], entry["source"])}
    said |= {
        result.published.unit
        for path in studies().values()
        for result in read_study(path).results.values()
    }
    headed = set(re.findall(r"^## (.+)", parameters_page("en"), re.MULTILINE))
    assert set(spanish()) == said | headed


def test_outside_a_clone_nothing_is_built(tmp_path, capsys):
    assert documents.main(tmp_path) == 2
    assert (
        capsys.readouterr().err == "error: the documents are built from a clone, and this is none\n"
    )
    assert not list(tmp_path.iterdir())
