import base64
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pypdfium2
import pytest
import yaml
from hydra import compose, initialize_config_dir
from matplotlib.figure import Figure as Drawing
from omegaconf import OmegaConf

import configs
from analysis import value
from analysis.money import SECTORS
from analysis.report import __main__ as report
from analysis.report import figures
from analysis.report.build import build, write
from analysis.report.cascade import STEPS
from analysis.report.document import Bullets, Document, Figure, Number, Paragraph, Table
from analysis.report.facts import Scenario, gather
from analysis.report.html import html
from analysis.report.pdf import pdf
from analysis.report.run import command
from analysis.report.units import UNITS
from analysis.results import read_all
from analysis.texts import Words
from tests.analysis.layout import overflowing
from tests.analysis.made import MEASURES, accounts_table, lives_table, monthly_table, sealed

GROUPS = ["mothers_u4", "mothers_u4_lone", "mothers_u4_partnered", "mothers_u4_grandmother",
          "mothers_u4_no_grandmother", "ceci", "all_centres", "women_15_49", "polo",
          *SECTORS]  # fmt: skip
FIGURES = ("levels", "effects", "centres", "sites", "event", "gains", "winners", "cascade",
           "payers", "costs", "beside")  # fmt: skip
CARE = ("care_own", "care_workplace", "care_grandmother", "care_relative", "care_partner",
        "care_sibling", "care_private", "care_guarderia")  # fmt: skip
MORE = ("household_income", "wage", "social_contributions", "children_u4", "centres", "places",
        "enrolled", "occupancy", "waiting_list", "running_cost", "paid_imss", "paid_firm",
        "paid_municipality", "paid_family", "capital_cost", *CARE)  # fmt: skip
EVIL = "<script>alert(1)</script> #strong[x] $y$ \\ *z* [w] & </data>"
PARAMETERS = {
    "social_contributions": {
        "value": 0.27, "unit": "share of gross pay", "known": "assumed", "bounds": [0.1, 0.4],
        "label": {"es": "Cuotas", "en": "Contributions"},
    },
    "shock_spread": {
        "value": 1.0, "unit": "utils", "known": "measured", "bounds": None,
        "label": {"es": "Escala", "en": "Scale"},
    },
    "income_tax": {"value": 0.05, "known": "measured"},
    "lost_day_cost": {"value": 1.5, "known": "measured"},
}  # fmt: skip


def settings(label: str = "Escenario de prueba", **more: Any) -> dict[str, Any]:
    """Return a configuration that has all that a report tells."""
    return {
        "label": {"es": label, "en": label},
        "scale": 0.2,
        "months": 30,
        "burn_in": 0,
        "parameters": PARAMETERS,
        "polo": {
            "name": "juarez",
            "label": {"es": "Aquí", "en": "Here"},
            "zones": {"radius_km": 12.0},
        },
        **more,
    }  # fmt: skip


def accounts(replicates: int) -> pd.DataFrame:
    """Return made accounts that name their centres, and say where they stand.

    The first replicate has its CECI of the IMSS elsewhere than the others.
    """
    table = accounts_table(replicates)
    names = np.array(["guarderia_01", "las_gladiolas", "empresa_01"])
    table["name"] = names[table["centre"].to_numpy(int)]
    moved = (table["centre"] == 1) & (table["replicate"] == 0)
    table["zone"] = np.where(moved, 3, table["centre"].map({0: 0, 1: 1, 2: 4}))
    table = table.astype({"places": int, "scheme": "category"})
    return table.assign(enrolled=(0.9 * table["places"]).round().astype(int))


def places() -> pd.DataFrame:
    """Return four zones and two parks."""
    return pd.DataFrame(
        {
            "scenario": "made_up",
            "region": "juarez",
            "kind": ["zone"] * 4 + ["park"] * 2,
            "name": ["zone_00", "zone_01", "zone_02", "zone_03", "norte", "muy_al_sur"],
            "number": range(6),
            "east_km": [0.0, 4.0, -6.0, 5.0, 1.0, -2.4],
            "north_km": [2.0, -3.0, 1.0, 7.0, 2.8, -13.8],
            "share": [np.nan] * 4 + [0.6, 0.4],
        }
    )


@pytest.fixture
def whole(folder: Callable[..., Path]) -> Callable[..., Path]:
    """Return a function that writes a folder with all that a report tells."""

    def make(name: str = "made_up", size: float = 2.0, **config: Any) -> Path:
        table = monthly_table(size, 4, measures=(*MEASURES, *MORE), groups=GROUPS)
        path = folder(name, table, settings(**config))
        accounts(4).to_parquet(path / "accounts.parquet")
        places().to_parquet(path / "places.parquet")
        lives_table(4).to_parquet(path / "distribution.parquet")
        return sealed(path)

    return make


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave figures out of files, which takes most of the time of a report."""

    for name in FIGURES:
        monkeypatch.setattr(figures, name, lambda *_: None)


def scenario(path: Path, lang: str = "es") -> Scenario:
    return gather(read_all([path])[0], "scenario", Words(lang))


def texts(document: Document) -> list[str]:
    return ["".join(run if isinstance(run, str) else run.text for run in line)
            for line in document.lines()]  # fmt: skip


def cell(document: Document, number: Number) -> float:
    """Return the number in the cell that a number of the text names."""
    rows = document.tables[number.table]
    for column, key in number.row:
        rows = rows[rows[column].astype(str) == key]
    assert len(rows) == 1, number
    return float(rows[number.column].iloc[0])


@pytest.mark.parametrize("lang", ["es", "en"])
def test_every_number_is_that_of_a_cell(whole, undrawn, lang: str) -> None:
    words = Words(lang)
    document = build(read_all([whole("one"), whole("other", 1.0)]), words)
    numbers = list(document.numbers())
    assert len(numbers) > 400
    for number in numbers:
        value = cell(document, number)
        assert value == number.value or np.isnan(value)
        assert number.text == words.number(value, number.decimals, sign=number.sign)
    tables = {name.partition("/")[2] for name in {number.table for number in numbers}}
    assert tables == {"effects", "run", "centres", "cascade", "payers", "jobs", "costs",
                      "building", "groups", "winners", "incomes", "differences", "ranking",
                      "assumptions", "fit", "moments", "studies"}  # fmt: skip


def test_no_number_is_written_into_the_text(whole, undrawn) -> None:
    document = build(read_all([whole()]), Words("es"))
    said = set()
    for section in document.sections:
        for block in section.blocks:
            lines = (
                [block.runs] if isinstance(block, Paragraph)
                else block.items if isinstance(block, Bullets) else []
            )  # fmt: skip
            for line in lines:
                said |= set(re.findall(r"\d+", " ".join(r for r in line if isinstance(r, str))))
    assert said == {"90"}, "the level of all intervals is the only number of the words"
    bare = re.compile(r"[+-]?[\d,.]*\d")
    seed = str(7)
    cells = [run for line in document.lines() for run in line if isinstance(run, str)]
    assert {text for text in cells if bare.fullmatch(text)} <= {seed}


@pytest.mark.parametrize(
    ("table", "row", "column"),
    [
        ("effects", {"window": "last_year", "measure": "participation", "group": "mothers_u4"},
         "effect"),
        ("effects", {"window": "last_year", "measure": "absence", "group": "mothers_u4"}, "high"),
        ("cascade", {"step": "taken"}, "effect"),
        ("payers", {"payer": "all", "part": "cost"}, "effect"),
        ("payers", {"payer": "firm", "part": "turnover"}, "high"),
        ("jobs", {"item": "ceci_places"}, "effect"),
        ("costs", {"item": "place"}, "estimate"),
        ("costs", {"item": "mother", "side": "own"}, "low"),
        ("costs", {"item": "break_even"}, "estimate"),
        ("building", {"item": "rate"}, "value"),
        ("centres", {"name": "las_gladiolas"}, "occupancy"),
        ("assumptions", {"key": "social_contributions"}, "value"),
        ("moments", {"moment": "participation"}, "simulated"),
        ("run", {"key": "change"}, "value"),
    ],
)  # fmt: skip
def test_changing_the_table_changes_the_text(whole, undrawn, table, row, column) -> None:
    told = scenario(whole())
    before = texts(write([told], None, Words("es")))
    changed = told.facts.tables[table].copy()
    where = np.logical_and.reduce([changed[name] == key for name, key in row.items()])
    changed.loc[where, column] += 123
    tables = {**told.facts.tables, table: changed}
    other = Scenario(told.results, replace(told.facts, tables=tables))
    after = texts(write([other], None, Words("es")))
    assert len(before) == len(after)
    moved = [new for old, new in zip(before, after, strict=True) if old != new]
    value = float(changed.loc[where, column].iloc[0])
    assert moved
    shown = {Words("es").number(value, places, sign=sign)
             for places in range(5) for sign in (False, True)}  # fmt: skip
    assert any(text in line for line in moved for text in shown)


def test_the_planted_effect_is_in_the_summary(whole, undrawn) -> None:
    document = build(read_all([whole(size=6.0)]), Words("es"))
    summary = document.sections[0].blocks[0]
    assert isinstance(summary, Bullets)
    effect = next(run for run in summary.items[0] if getattr(run, "column", "") == "effect")
    assert isinstance(effect, Number)
    assert 5 < effect.value < 7
    assert summary.items[0][-1] == "Todo el intervalo está por encima de cero."


def test_children_taken_are_those_who_come_from_elsewhere(whole) -> None:
    told = scenario(whole())
    steps = told.facts.tables["cascade"].set_index("step")["effect"]
    assert list(steps.index) == list(STEPS)
    assert steps["offered"] == pytest.approx(100)
    monthly = told.results.monthly(["places", "enrolled"], ["ceci"])
    last = monthly[monthly["month"] > monthly["month"].max() - pd.DateOffset(months=12)]
    arm = last[last["arm"] == "programme"]
    mean = arm.pivot_table("value", "replicate", "measure", observed=True)
    assert steps["taken"] == pytest.approx((100 * mean["enrolled"] / mean["places"]).mean())


def test_the_report_and_the_command_tell_the_same_costs(whole, tmp_path) -> None:
    path = whole(size=6.0)
    assert value.main([str(path), "--out", str(tmp_path / "out"), "--lang", "en"]) == 0
    tables = scenario(path).facts.tables
    for name in ("payers", "jobs", "costs"):
        published = pd.read_csv(tmp_path / "out" / f"value_{name}.csv", keep_default_na=False)
        published = published[published["window"] == "last_year"].drop(columns="scenario")
        for column in set(published) & {"effect", "estimate", "low", "high"}:
            told = tables[name][column].to_numpy()
            np.testing.assert_array_equal(pd.to_numeric(published[column]).to_numpy(), told)


@pytest.mark.parametrize(
    ("cell", "said", "never"),
    [
        ((9000.0, 8000.0, 12000.0), "9,000 pesos a month (90 % interval: 8,000 to 12,000)", "No"),
        ((np.nan, 8000.0, np.inf), "8,000 pesos a month or more, without an upper bound", "nan"),
        ((np.nan, -np.inf, 8000.0), "8,000 pesos a month or less, without a lower bound", "nan"),
        ((np.nan, -np.inf, np.inf), "No cost can be told", "pesos"),
        ((np.nan, np.nan, np.nan), "No cost can be told", "pesos"),
    ],
)
def test_a_cost_without_bounds_is_said_in_words(whole, undrawn, cell, said, never) -> None:
    told = scenario(whole(), "en")
    table = told.facts.tables["costs"].copy()
    table.loc[table["item"] == "mother", ["estimate", "low", "high"]] = cell
    tables = {**told.facts.tables, "costs": table}
    words = Words("en")
    other = Scenario(told.results, replace(told.facts, tables=tables, words=words))
    document = write([other], None, words)
    (line,) = [text for text in texts(replace(document, sections=document.sections[:1]))
               if "additional mother employed" in text]  # fmt: skip
    line = line.replace("\N{NO-BREAK SPACE}", " ")
    assert said in line and never not in line.replace(said, "")
    assert ("There is no estimate" in line) == (np.isinf(cell[1:]).sum() == 1)
    assert not [text for text in texts(document) if "inf" in text.split() or "nan" in text.split()]


def test_centres_stand_where_accounts_say(whole) -> None:
    table = scenario(whole()).facts.tables["sites"]
    months = table["month"].drop_duplicates()
    assert list(months.dt.strftime("%Y-%m")) == ["2026-01", "2026-11", "2027-08", "2028-06"]
    last = table[table["month"] == months.iloc[-1]].set_index(["scheme", "zone"])
    assert last["replicates"].to_dict() == {
        ("empresa", 4): 100, ("guarderia", 0): 100, ("imss", 1): 75, ("imss", 3): 25,
    }  # fmt: skip
    # A fifth of the polo is simulated; firms' centres are not made larger for it
    assert last["places"].to_dict() == {
        ("empresa", 4): 60, ("guarderia", 0): 200, ("imss", 1): 250, ("imss", 3): 250,
    }  # fmt: skip
    assert tuple(last.loc[("imss", 3), ["east_km", "north_km"]]) == (5.0, 7.0)
    assert set(table.loc[table["month"] == months.iloc[0], "scheme"]) == {"guarderia"}


@pytest.mark.parametrize("lacking", ["places", "zone"])
def test_an_older_folder_has_no_map_and_says_why(whole, lacking: str) -> None:
    path = whole()
    if lacking == "places":
        (path / "places.parquet").unlink()
    else:
        accounts(4).drop(columns="zone").to_parquet(path / "accounts.parquet")
    sealed(path)
    document = build(read_all([path]), Words("en"))
    blocks = [block for section in document.sections for block in section.blocks]
    assert "Where centres stand, over time" not in [getattr(block, "title", "") for block in blocks]
    assert any(text.startswith("There is no map") for text in texts(document))


def test_a_country_has_no_map(whole, undrawn) -> None:
    document = build(read_all([whole(population={"kind": "country"})]), Words("en"))
    assert not any("map" in text.split() for text in texts(document))


class Page(HTMLParser):
    """What a page asks for, and what it is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.asked: list[str] = []
        self.pictures: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        self.asked += [
            str(found[name]) for name in ("src", "href", "xlink:href", "srcset", "action", "data")
            if name in found
        ]  # fmt: skip
        self.asked += re.findall(r"url\(([^)]*)\)", str(found.get("style", "")))
        if tag == "img":
            self.pictures.append(found)


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_page_asks_nothing_of_the_network(whole, lang: str) -> None:
    document = build(read_all([whole()]), Words(lang))
    text = html(document)
    page = Page(text)
    figures = [b for section in document.sections for b in section.blocks if isinstance(b, Figure)]
    assert len(figures) == len(page.pictures) >= 7
    assert all(picture["alt"] for picture in page.pictures)
    assert all(asked.startswith(("#section-", "data:image/svg+xml;base64,"))
               for asked in page.asked)  # fmt: skip
    style = text[text.index("<style>") : text.index("</style>")]
    assert "url(" not in style and "@import" not in style
    for picture in page.pictures:
        drawn = base64.b64decode(str(picture["src"]).partition(",")[2]).decode()
        inside = Page(drawn)
        assert inside.tags[0] == "svg"
        assert all(asked.startswith("#") for asked in inside.asked)
        assert not {"script", "image", "foreignobject"} & set(inside.tags)
    assert not {"script", "link", "iframe", "object"} & set(page.tags)
    assert f'<html lang="{lang}">' in text
    assert f"<title>{document.title}".replace("'", "&#39;") in text
    assert page.tags.count("h2") == len(document.sections) >= 9


def test_names_are_text_and_nothing_else(whole, tmp_path) -> None:
    path = whole(label=EVIL)
    document = build(read_all([path]), Words("es"))
    text = html(document)
    assert "script" not in Page(text).tags
    assert "&lt;script&gt;alert(1)&lt;/script&gt; #strong[x] $y$" in text
    pages = pypdfium2.PdfDocument(pdf(document))
    said = "".join(pages[0].get_textpage().get_text_range().split())
    assert "".join(EVIL.split()) in said


def ink(page: Any) -> float:
    """Return the share of a page, without its foot, that is not white."""
    picture = page.render(scale=0.5).to_numpy()
    return float((picture[: int(0.9 * len(picture))] < 200).mean())


@pytest.mark.parametrize("lang", ["es", "en"])
def test_no_page_of_the_pdf_is_blank(whole, lang: str) -> None:
    document = build(read_all([whole()]), Words(lang))
    pages = pypdfium2.PdfDocument(pdf(document))
    assert len(pages) > 6
    for page in pages:
        assert ink(page) > 0.002
    text = " ".join(page.get_textpage().get_text_range() for page in pages)
    assert all(section.title.split()[0] in text for section in document.sections)


@pytest.mark.parametrize("lang", ["es", "en"])
def test_no_text_leaves_a_figure(whole, drawn: dict[str, Drawing], lang: str) -> None:
    long = "Programa liderado por empresas con horario extendido y acceso universal"
    build(read_all([whole(label=long), whole("other", 1.0, label=long)]), Words(lang))
    assert set(drawn) == set(FIGURES)
    found = {name: list(overflowing(figure)) for name, figure in drawn.items()}
    assert {name: those for name, those in found.items() if those} == {}


def test_both_files_go_into_the_result_folder(whole, tmp_path, capsys) -> None:
    path = whole()
    before = {file: file.read_bytes() for file in path.iterdir()}
    for lang in ("es", "en"):
        assert report.main([str(path), "--lang", lang]) == 0
    after = {file.name for file in path.iterdir()} - {file.name for file in before}
    assert after == {f"report_{lang}.{kind}" for lang in ("es", "en") for kind in ("html", "pdf")}
    assert all(file.read_bytes() == content for file, content in before.items())
    assert "report_en.pdf" in capsys.readouterr().out
    assert report.main([str(path), "--out", str(tmp_path / "again"), "--lang", "en"]) == 0
    for file in (tmp_path / "again").iterdir():
        assert file.read_bytes() == (path / file.name).read_bytes(), "the same results, other bytes"


def test_scenarios_that_differ_in_nothing_have_no_table_of_settings(whole, undrawn) -> None:
    document = build(read_all([whole("one"), whole("two", rollout={"name": "same"}),
                               whole("three", rollout={"name": "same"})]), Words("en"))  # fmt: skip
    blocks = [block for section in document.sections for block in section.blocks]
    assert all(block.rows for block in blocks if isinstance(block, Table))


def test_what_a_folder_lacks_is_left_out(folder, tmp_path, capsys) -> None:
    path = folder("bare", monthly_table(2.0, 4))
    assert report.main([str(path), "--out", str(tmp_path / "out"), "--lang", "en"]) == 0
    text = (tmp_path / "out" / "report_en.html").read_text(encoding="utf-8")
    assert "From places to jobs" not in text
    assert "What changes, and when" in text
    assert "No packaged scenario leads to this run" in text


def test_a_run_without_centres_is_told(whole, tmp_path) -> None:
    path = whole()
    table = pd.read_parquet(path / "monthly.parquet")
    none = table["group"].isin(["ceci", "all_centres"])
    table.loc[none, "value"] = 0.0
    table["value"] = table.groupby(["measure", "group", "replicate", "month"])["value"].transform(
        "first"
    )
    table.to_parquet(path / "monthly.parquet")
    books = pd.read_parquet(path / "accounts.parquet")
    books[books["scheme"] == "guarderia"].to_parquet(path / "accounts.parquet")
    sealed(path)
    assert report.main([str(path), "--lang", "en"]) == 0
    text = (path / "report_en.html").read_text(encoding="utf-8")
    assert "Around the opening" not in text and "places offered" not in text
    assert "What changes, and when" in text


def test_parameters_are_told_once_where_scenarios_share_them(whole, undrawn) -> None:
    other = {**PARAMETERS, "social_contributions": {**PARAMETERS["social_contributions"],
                                                    "value": 0.3}}  # fmt: skip
    given = read_all([whole("one"), whole("two"), whole("three", parameters=other)])
    document = build(given, Words("en"))
    section = next(part for part in document.sections if part.title == "Assumptions")
    titles = [block.title for block in section.blocks if isinstance(block, Table)]
    assert [title.partition(" · ")[2] for title in titles] == ["", "Plan one", "Plan three"]


def test_what_cannot_be_used_is_one_line(folder, whole, tmp_path, capsys) -> None:
    one = folder("single", monthly_table(2.0, 1))
    foreign = folder("foreign", monthly_table(2.0, 4, measures=("births",)))
    absent = tmp_path / "absent"
    half = folder("half", monthly_table(2.0, 2), complete=False)
    other = folder("certain", monthly_table(2.0, 4), interval="parameters and chance")
    given = [[one], [foreign], [absent], [half], [whole("same"), other]]
    for folders in given:
        assert report.main([*map(str, folders), "--lang", "en"]) == 2
        said = capsys.readouterr().err
        assert said.startswith("error: ") and said.count("\n") == 1, said
    assert not list(tmp_path.rglob("report_*"))


def resolved(*overrides: str) -> Any:
    with initialize_config_dir(str(Path(configs.__file__).resolve().parent), version_base="1.3"):
        composed = compose("config", overrides=list(overrides))
        return json.loads(json.dumps(OmegaConf.to_container(composed, resolve=True)))


def test_the_command_leads_to_the_same_configuration() -> None:
    choices = ["+scenario=polo_norte", "rollout=retrasado", "siting=azar", "parameters=calibrated"]
    values = ["replicates=12", "rollout.delay_months=7", "polo.figures.other_firms.value=9"]
    given = choices + values
    config = resolved(*given)
    line = command(config)
    assert line is not None
    program, *options = line.partition("sim ")[2].split()
    assert program == "+scenario=polo_norte"
    assert set(options) == set(given[1:])
    assert resolved(program, *options) == config
    assert command({**config, "name": "nowhere"}) is None


def test_units_of_parameters_are_translated() -> None:
    path = Path(configs.__file__).parent / "parameters" / "base.yaml"
    told = yaml.safe_load(path.read_text(encoding="utf-8")).values()
    assumed = {one["unit"] for one in told
               if isinstance(one, dict) and one.get("known") == "assumed"}  # fmt: skip
    assert assumed <= set(UNITS)


def test_what_is_blank_is_found() -> None:
    blank = pypdfium2.PdfDocument.new()
    blank.new_page(612, 792)
    assert ink(blank[0]) == 0


def browser() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)


@pytest.mark.skipif(browser() is None, reason="no chromium: apt-get install chromium")
@pytest.mark.parametrize("lang", ["es", "en"])
def test_a_browser_opens_it_alone(whole, tmp_path: Path, lang: str) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    path = whole(label=EVIL)
    assert report.main([str(path), "--lang", lang]) == 0
    page_file = (path / f"report_{lang}.html").resolve()
    complaints: list[str] = []
    asked: list[str] = []
    with (
        playwright.sync_playwright() as driver,
        driver.chromium.launch(executable_path=browser(), args=["--no-sandbox"]) as chromium,
    ):
        page = chromium.new_page(viewport={"width": 1000, "height": 1400})
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(page_file.as_uri(), wait_until="load")
        drawn = page.evaluate(
            "Array.from(document.images, i => [i.complete, i.naturalWidth, i.clientWidth])"
        )
        wide = page.evaluate("document.documentElement.scrollWidth")
        shot = page.screenshot(full_page=True)
    assert complaints == []
    assert {url.partition(":")[0] for url in asked} <= {"file", "data"}
    assert [url for url in asked if url.startswith("file:")] == [page_file.as_uri()]
    assert len(drawn) >= 7
    assert all(done and natural > 100 and shown > 100 for done, natural, shown in drawn)
    assert wide <= 1000
    assert len(shot) > 50_000


def test_a_measure_without_any_value_is_left_out(whole, undrawn) -> None:
    path = whole()
    table = pd.read_parquet(path / "monthly.parquet")
    table.loc[table["measure"] == "participation", "value"] = float("nan")
    table.to_parquet(path / "monthly.parquet")
    document = build(read_all([sealed(path)]), Words("en"))
    assert "Summary" in [section.title for section in document.sections]
