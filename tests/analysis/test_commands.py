from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from matplotlib import image
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import same_color
from matplotlib.figure import Figure

from analysis import absenteeism, compare, distribution, figures, participation, value
from tests.analysis.layout import overflowing
from tests.analysis.made import monthly_table, sealed

COMMANDS = {
    "participation": participation.main,
    "absenteeism": absenteeism.main,
    "compare": compare.main,
    "value": value.main,
    "distribution": distribution.main,
}


LONG = {
    "es": "Programa liderado por empresas con horario extendido y acceso universal",
    "en": "Led by firms with extended opening hours and universal access",
}
LONGER = [
    {lang: f"{name}, {more[lang]}" for lang, name in LONG.items()}
    for more in (
        {"es": "anunciado por los municipios que firmaron", "en": "as signed by municipalities"},
        {"es": "retrasado dos años por falta de terrenos", "en": "two years late for want of land"},
    )
]


@pytest.fixture
def folders(folder: Callable[..., Path]) -> list[Path]:
    """Return five scenarios, the last three of long names."""
    plans = [
        {"name": name, "label": label}
        for name, label in zip(("long", "longer", "longest"), (LONG, *LONGER), strict=True)
    ]
    return [
        folder("one", monthly_table(2.0, 4)),
        folder("other", monthly_table(1.0, 4, seed=2)),
        *(folder(plan["name"], monthly_table(3.0 - n, 4, seed=3 + n), {"rollout": plan})
          for n, plan in enumerate(plans)),
    ]  # fmt: skip


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_text_leaves_its_figure_or_covers_another(
    folders: list[Path], drawn: dict[str, Figure], tmp_path: Path, command: str, lang: str
) -> None:
    given = folders[1:]
    arguments = [*map(str, given), "--out", str(tmp_path / "out"), "--lang", lang]
    assert COMMANDS[command](arguments) == 0
    assert len(drawn) >= 3
    found = {name: list(overflowing(figure)) for name, figure in drawn.items()}
    assert {name: those for name, those in found.items() if those} == {}
    for name, figure in drawn.items():
        source = figure.get_supxlabel()
        assert source.partition("Fuente" if lang == "es" else "Source")[1]
        pixels = image.imread(tmp_path / "out" / f"{name}.png")[..., :3]
        assert pixels.std() > 0.05
        assert (tmp_path / "out" / f"{name}.svg").stat().st_size > 5000


def test_what_overflows_is_found() -> None:
    figure = Figure()
    FigureCanvasAgg(figure)
    figure.text(0.9, 0.5, "much too long for what is left of this line")
    figure.text(0.1, 0.5, "one")
    figure.text(0.11, 0.5, "other")
    found = list(overflowing(figure))
    assert len(found) == 2
    assert found[0].startswith("leaves the figure: 'much")
    assert found[1] == "'one' over 'other'"


def test_figures_of_a_run_fit_too(drawn: dict[str, Figure], tmp_path: Path) -> None:
    table = pd.concat(
        monthly_table(replicates=2, measures=tuple(plan.measures), groups=list(plan.groups))
        for plan in figures.PLANS
    )
    figures.figures(table, tmp_path)
    assert len(drawn) == 2 * len(figures.PLANS)
    found = {name: list(overflowing(figure)) for name, figure in drawn.items()}
    assert not any(found.values()), found


def test_one_folder_writes_into_it(folders, drawn, capsys) -> None:
    assert participation.main([str(folders[0])]) == 0
    home = folders[0] / "analysis"
    assert {path.name for path in home.iterdir()} == {
        "participation_es.xlsx", "participation_groups.csv", "participation_months.csv",
        "participation_groups_es.tex", "participation_months_es.tex",
        *(f"participation_{kind}_es.{ending}" for kind in ("months", "groups", "measures")
          for ending in ("png", "svg")),
    }  # fmt: skip
    found = {name: list(overflowing(figure)) for name, figure in drawn.items()}
    assert not any(found.values()), found
    printed = capsys.readouterr().out
    assert "Tasa de participación" in printed
    assert "Sin programa" in printed
    assert "percentage" not in printed


def test_every_form_of_a_table_says_the_same(folders, tmp_path) -> None:
    out = tmp_path / "out"
    assert participation.main([str(folders[0]), "--out", str(out), "--lang", "en"]) == 0
    csv = pd.read_csv(out / "participation_groups.csv")
    book = openpyxl.load_workbook(out / "participation_en.xlsx")["groups"]
    heads = [cell.value for cell in book[4]]
    column = heads.index("Effect") + 1
    effects = [book.cell(5 + n, column).value for n in range(len(csv))]
    np.testing.assert_allclose(effects, csv["effect"])
    latex = (out / "participation_groups_en.tex").read_text(encoding="utf-8")
    assert latex.count(r" \\") > len(csv)
    row = csv[(csv["group"] == "mothers_u4") & (csv["window"] == "last_year")].iloc[0]
    assert f"+{row['effect']:.1f} &" in latex


def test_the_planted_difference_is_told(folders, tmp_path, capsys) -> None:
    out = tmp_path / "out"
    assert compare.main([*map(str, folders[:3]), "--out", str(out), "--lang", "en"]) == 0
    assert "same draws" in capsys.readouterr().out
    table = pd.read_csv(out / "compare_differences.csv")
    row = table[
        (table["window"] == "last_year") & (table["measure"] == "participation")
        & (table["group"] == "mothers_u4") & (table["reference"] == "Plan one")
        & (table["scenario"] == "Plan other")
    ].iloc[0]  # fmt: skip
    assert row["low"] - 0.3 < -1.0 < row["high"] + 0.3
    assert row["pairs"] == 4
    ranking = pd.read_csv(out / "compare_ranking.csv")
    best = ranking[(ranking["measure"] == "participation") & (ranking["rank"] == 1)]
    assert set(best["scenario"]) == {LONG["en"]}
    assert set(ranking[ranking["measure"] == "absence"].query("rank == 1")["scenario"]) == {
        "Plan other"
    }
    settings = pd.read_csv(out / "compare_settings.csv")
    assert "rollout" in set(settings["lever"])


def test_other_seeds_are_independent_and_it_is_said(folder, tmp_path, capsys) -> None:
    one = folder("one", monthly_table(2.0, 4))
    other = folder("other", monthly_table(1.0, 4, seed=2, shared=3), seed=8)
    out = tmp_path / "out"
    assert compare.main([str(one), str(other), "--out", str(out), "--lang", "en"]) == 0
    assert "Seeds or draws differ" in capsys.readouterr().out
    assert set(pd.read_csv(out / "compare_differences.csv")["pairs"]) == {0}


def test_same_table_gives_the_same_bytes(folders, tmp_path) -> None:
    for name in ("a", "b"):
        participation.main([str(folders[0]), "--out", str(tmp_path / name)])
    for path in (tmp_path / "a").iterdir():
        if path.suffix != ".xlsx":  # a workbook holds the time at which it was made
            assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_what_cannot_be_ranked_or_drawn_is_left_out(folder, drawn, tmp_path) -> None:
    """Scenarios that share one measure only, of which neither more nor less is better."""
    tables = [monthly_table(size, 3, measures=("other_workers",)) for size in (1.0, 2.0)]
    given = [str(folder(name, table)) for name, table in zip("ab", tables, strict=True)]
    assert compare.main([*given, "--out", str(tmp_path / "out"), "--lang", "en"]) == 0
    assert drawn == {}
    assert len(pd.read_csv(tmp_path / "out" / "compare_differences.csv"))


def test_without_any_centre_only_the_last_year_is_told(folder, drawn, tmp_path) -> None:
    path = folder(table=monthly_table(0.0, 3, noise=0.0))
    accounts = pd.read_parquet(path / "accounts.parquet")
    accounts.loc[accounts["scheme"] != "guarderia", "places"] = 0
    accounts.to_parquet(path / "accounts.parquet")
    sealed(path)
    assert absenteeism.main([str(path), "--out", str(tmp_path / "out"), "--lang", "en"]) == 0
    table = pd.read_csv(tmp_path / "out" / "absenteeism_groups.csv")
    assert set(table["window"]) == {"last_year"}
    assert (table[["effect", "low", "high"]] == 0).all(axis=None)
    assert not any(list(overflowing(figure)) for figure in drawn.values())


EVIL = "<b>A</b> [red]B[/red] [/b] $x_1$ 5 % & #2 {c} \\ ~ ^"


def test_marks_in_a_name_are_text(folder, drawn, tmp_path, capsys) -> None:
    """Brackets, tags and what means something to LaTeX or to a chart are told as they are."""
    plan = {"name": "evil", "label": {"es": EVIL, "en": EVIL}}
    given = [folder("one", monthly_table(2.0, 3)),
             folder("evil", monthly_table(1.0, 3), {"rollout": plan})]  # fmt: skip
    arguments = [*map(str, given), "--lang", "en", "--out", str(tmp_path)]
    for main in COMMANDS.values():
        assert main(arguments) == 0
    told = capsys.readouterr().out
    # Once above each table of the scenario, beside what stands in a narrow column
    assert told.count(f"{EVIL}\n") + told.count(f"{EVIL} ") > 5
    for name, figure in drawn.items():
        assert (EVIL in " ".join(figure.get_supxlabel().split())) == ("_1_" not in name), name
    latex = (tmp_path / "compare_ranking_en.tex").read_text(encoding="utf-8")
    caption = latex[latex.index(r"\caption{") : latex.index(r"\toprule")]
    escaped = r"\$x\_1\$ 5 \% \& \#2 \{c\} \textbackslash{} \textasciitilde{} \textasciicircum{}"
    assert escaped in caption
    assert not [pair for figure in drawn.values() for pair in overflowing(figure)]


def test_a_scenario_has_one_colour_and_one_place_in_every_figure(folders, drawn, tmp_path) -> None:
    given = folders[1:]
    assert compare.main([*map(str, given), "--lang", "en", "--out", str(tmp_path)]) == 0
    names = ["Plan other", LONG["en"], *(label["en"] for label in LONGER)]
    of = {}
    for axes in drawn["compare_months_en"].axes:
        name = axes.get_title(loc="left").replace("\n", " ")
        line = next(one for one in axes.lines if len(one.get_xdata()) > 2)
        assert same_color(of.setdefault(name, line.get_color()), line.get_color())
    assert list(of) == names
    assert len({str(colour) for colour in of.values()}) == 4
    for figure, shown in (("differences", names[1:]), ("ranking", names)):
        (legend,) = drawn[f"compare_{figure}_en"].legends
        found = {
            text.get_text().replace("\n", " "): handle
            for text, handle in zip(legend.get_texts(), legend.legend_handles, strict=True)
        }
        assert list(found) == shown
        for name, handle in found.items():
            colour = handle.get_color() if hasattr(handle, "get_color") else (
                handle.get_children()[0].get_color())  # fmt: skip
            assert same_color(colour, of[name]), (figure, name)


def test_counts_of_samples_of_another_size_are_not_compared(folder, tmp_path, capsys) -> None:
    groups = ["mothers_u4", "sector_maquila", "all_centres"]
    given = [
        folder("half", monthly_table(replicates=3, groups=groups)),
        folder("tenth", monthly_table(replicates=3, groups=groups), {"scale": 0.1}),
    ]
    for more, there in ((given[:1], True), (given[1:], False)):
        same = folder(f"same{there}", monthly_table(1.0, 3, groups=groups))
        arguments = [str(more[0]), str(same), "--lang", "en", "--out", str(tmp_path)]
        assert compare.main(arguments) == 0
        assert ("counts are left out" in capsys.readouterr().out) != there
        measures = set(pd.read_csv(tmp_path / "compare_differences.csv")["measure"])
        assert ("other_workers" in measures) == there
        assert "participation" in measures


def test_scenarios_that_differ_in_nothing_but_the_sample_are_told(folder, tmp_path, capsys) -> None:
    for number, name in enumerate("ab"):
        folder(name, monthly_table(2.0, 3), {"rollout": {"name": "same"}},
               inputs={"posterior_draws.csv": str(number)})  # fmt: skip
    given = [str(tmp_path / name) for name in "ab"]
    assert compare.main([*given, "--lang", "en", "--out", str(tmp_path / "out")]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "They differ in no setting. Their parameters are drawn from other samples" in told
    assert "Seeds or draws differ" in told
