"""Evaluators' estimators on panels whose effect is known."""

import builtins
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from matplotlib import image
from matplotlib.figure import Figure

from analysis.econometrics import __main__ as command
from analysis.econometrics import designs, panel
from analysis.econometrics.designs import Design
from analysis.econometrics.estimators import ESTIMATORS, MODERN, estimate, estimators_of
from analysis.econometrics.power import COLUMNS, imputed_effect, power_table
from analysis.publish import HEADINGS
from analysis.texts import LOCALES, Words
from sim.errors import InputError
from sim.results.panel import panel_frame
from sim.results.tables import TableWriter
from sim.unit import outcome, units
from tests.analysis.layout import overflowing
from tests.analysis.made import sealed

ROOT = Path(__file__).resolve().parents[2]
EFFECTS = {
    "constant": lambda since, first: 2.0 + 0.0 * since,
    "growing": lambda since, first: 1.0 + 0.4 * since + 0.2 * since * (first == 3),
}
"""Planted effects, by periods since the opening and cohort."""


def made(seed: int, effect: str, zones: int = 36, periods: int = 8) -> Design:
    """Return zones with noise that lasts, half of them served in three cohorts."""
    rng = np.random.default_rng(seed)
    first = np.array([0] * (zones // 2) + [3, 5, 7] * (zones // 6))
    since = np.arange(1, periods + 1) - first[:, None]
    on = (first[:, None] > 0) & (since >= 0)
    lasting, noise = rng.normal(0, 1, zones), np.zeros((zones, periods))
    for period in range(periods):
        lasting = 0.5 * lasting + rng.normal(0, 1, zones)
        noise[:, period] = lasting
    without = 50 + rng.normal(0, 5, (zones, 1)) + np.cumsum(rng.normal(0, 1, periods)) + noise
    planted = np.where(on, EFFECTS[effect](since, first[:, None]), 0.0)
    return Design(
        "zones", without + planted, without, first, np.zeros(zones, int), np.arange(zones)
    )


@pytest.mark.slow
@pytest.mark.parametrize("effect", EFFECTS)
def test_modern_estimators_recover_what_was_planted(effect):
    truth = made(0, effect).truth
    told = {name: [] for name in ESTIMATORS}
    for seed in range(200):
        design = made(seed, effect)
        for name in ESTIMATORS:
            told[name].append(estimate(name, design))
    for name in MODERN:
        effects = np.array([one.effect for one in told[name]])
        assert abs(effects.mean() - truth) < 3 * effects.std() / np.sqrt(200), name
        assert 0.85 <= np.mean([one.low <= truth <= one.high for one in told[name]]) <= 0.95, name
    two_way = np.array([one.effect for one in told["twfe"]])
    covered = np.mean([one.low <= truth <= one.high for one in told["twfe"]])
    if effect == "constant":
        assert abs(two_way.mean() - truth) < 3 * two_way.std() / np.sqrt(200) and covered >= 0.85
    else:
        assert two_way.mean() - truth < -0.4 and covered < 0.7


def test_event_studies_follow_the_path_that_was_planted():
    paths = {name: [] for name in ESTIMATORS}
    for seed in range(20):
        for name in ESTIMATORS:
            paths[name].append(estimate(name, made(seed, "constant"), events=True).path)
    for name, found in paths.items():
        mean = pd.concat(found).groupby("event")["effect"].mean()
        assert not mean.index.isin([-1]).any(), name
        assert mean.loc[0:3].between(1.4, 2.6).all(), (name, mean)
        assert mean.loc[-4:-2].between(-0.6, 0.6).all(), (name, mean)


def with_gaps(design: Design) -> Design:
    """Return a design in which treated zones are left out of some periods before the opening."""
    gap = (design.event < 0) & (design.event >= -2) & (np.arange(1, 9) > 2)
    return replace(design, outcome=np.where(gap, np.nan, design.outcome))


def test_with_gaps_an_event_study_tells_of_no_period_before():
    design = with_gaps(made(0, "constant"))
    for name in estimators_of(design):
        assert estimate(name, design, events=True).path["event"].tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("gaps", [False, True])
def test_two_way_fixed_effects_are_those_of_dummies(gaps):
    design = with_gaps(made(3, "growing")) if gaps else made(3, "growing")
    assert design.seen.all() != gaps
    frame = design.frame()
    treated = (frame["first"] > 0) & (frame["period"] >= frame["first"])
    dummies = pd.get_dummies(frame[["unit", "period"]].astype(str), dtype=float, drop_first=True)
    x = np.column_stack([treated, np.ones(len(frame)), dummies])
    coefficients = np.linalg.lstsq(x, frame["outcome"], rcond=None)[0]
    assert estimate("twfe", design).effect == pytest.approx(coefficients[0])


def test_the_quick_imputation_is_that_of_the_package():
    for seed in range(3):
        for design in (made(seed, "growing"), with_gaps(made(seed, "growing"))):
            assert imputed_effect(design) == pytest.approx(estimate("imputation", design).effect)


def test_the_effect_on_others_is_told_apart():
    design = made(1, "constant")
    spilt = design.outcome + np.where(~design.treated & design.treated.any(axis=0), 0.5, 0.0)
    told = replace(design, outcome=spilt)
    assert told.truth == pytest.approx(2.0) and told.spilt == pytest.approx(0.5)
    assert design.spilt == 0.0
    gap = estimate("imputation", design).effect - estimate("imputation", told).effect
    assert gap > 0.3, "what others gain is taken for no effect"


# From a folder on


def rows_of(design: Design, replicate: int, women: int = 8, at: str = "2025-01") -> pd.DataFrame:
    """Return a panel of both arms whose zones have the outcomes of a design, in hours."""
    zones, periods = design.outcome.shape
    months = pd.period_range(at, periods=periods, freq="Q").asfreq("M", how="start")
    opened = [months[first - 1].to_timestamp() if first else pd.NaT for first in design.first]
    arms = []
    for arm, values in (("baseline", design.without), ("programme", design.outcome)):
        cells = pd.DataFrame(
            {
                "zone": np.repeat(np.arange(zones), periods * women),
                "month": np.tile(np.repeat(months.to_timestamp(), women), zones),
                "woman": np.tile(np.arange(women), zones * periods)
                + women * np.repeat(np.arange(zones), periods * women),
                "hours": np.repeat(values.ravel(), women),
            }
        )
        served = np.array(opened)[cells["zone"]] if arm == "programme" else pd.NaT
        cells["opened_near"] = pd.to_datetime(pd.Series(served, index=cells.index))
        cells["centre_km"] = np.where(cells["opened_near"] <= cells["month"], 1.0, np.nan)
        arms.append(cells.assign(arm=arm))
    return pd.concat(arms, ignore_index=True).assign(
        scenario="made", region="made", replicate=replicate, youngest_child_months=20
    )


def folder_with(path: Path, *rows: pd.DataFrame) -> Path:
    """Write a folder with a panel."""
    path.mkdir()
    pd.concat(rows, ignore_index=True).to_parquet(path / panel.TABLE)
    sealed(path)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("made")
    return folder_with(home / "run", *(rows_of(made(n, "constant"), n) for n in range(4)))


def test_what_is_read_is_what_was_planted(folder):
    survey = panel.read(folder, "hours")
    found = designs.zones(survey)
    assert survey.months == 3 and survey.mothers == 8
    expected = np.vstack([made(n, "constant").outcome for n in range(4)])
    np.testing.assert_allclose(found.outcome, expected)
    assert found.first.tolist() == made(0, "constant").first.tolist() * 4
    assert found.truth == pytest.approx(2.0)
    between = designs.polos(survey)
    assert (between.first > 0).sum() == 72 and set(between.first) == {0, 3}
    with_programme = np.isin(between.replicate, [0, 2])
    np.testing.assert_allclose(between.outcome[with_programme], expected[with_programme])
    np.testing.assert_allclose(between.outcome[~with_programme], between.without[~with_programme])
    near = designs.served(survey)
    assert near.first.tolist() == 2 * (made(0, "constant").first[18:].tolist() + [0] * 36)
    opened = np.arange(1, 9) >= 3
    left_out = (near.first[:, None] > 0) & opened & ~near.treated
    np.testing.assert_array_equal(~near.seen, left_out)
    assert left_out.any() and near.truth == pytest.approx(2.0) and near.spilt == 0.0


def test_the_distance_that_counts_as_near_can_be_changed(folder):
    at_one_km = designs.zones(panel.read(folder, "hours", within=1))
    np.testing.assert_array_equal(at_one_km.first, designs.zones(panel.read(folder, "hours")).first)
    with pytest.raises(InputError, match="larger --within"):
        designs.zones(panel.read(folder, "hours", within=0.5))


@pytest.mark.parametrize("lang", LOCALES)
def test_the_command_writes_tables_and_figures(folder, tmp_path, capsys, lang):
    asked = [str(folder), "--outcome", "hours", "--out", str(tmp_path), "--draws", "4"]
    assert command.main([*asked, "--lang", lang]) == 0
    out = capsys.readouterr().out
    table = pd.read_csv(tmp_path / "econometrics_estimates.csv")
    assert table.groupby("design")["estimator"].apply(list).to_dict() == {
        "zones": list(ESTIMATORS), "served": ["twfe", "imputation"], "polos": list(ESTIMATORS)
    }  # fmt: skip
    of_zones = table[table["design"] == "zones"]
    np.testing.assert_allclose(of_zones["truth"], 2.0)
    np.testing.assert_allclose(of_zones["bias"], of_zones["estimate"] - of_zones["truth"])
    assert (of_zones["bias"].abs() < 3 * of_zones["se"]).all()
    assert (of_zones["replicates"] == 4).all() and of_zones["covering"].between(2, 4).all()
    words = Words(lang)
    for row in of_zones.itertuples():
        assert f"{row.estimate:.2f}" in out and f"{row.se:.2f}" in out
        assert words("{count} of {all}", count=row.covering, all=4) in out
    for name in ("estimate", "truth", "power_percent", "needed"):
        assert words(HEADINGS[name]).split()[0] in out
    assert all(words(label).split(",")[0] in out for label in designs.LABELS.values())


def test_it_writes_where_its_siblings_do_and_every_form_says_the_same(tmp_path, capsys):
    path = folder_with(tmp_path / "run", *(rows_of(made(n, "constant"), n) for n in range(2)))
    assert command.main([str(path), "--outcome", "hours", "--draws", "2"]) == 0
    home = path / "analysis"
    tables = ("estimates", "events", "power")
    assert {file.name for file in home.iterdir()} == {
        "econometrics_es.xlsx",
        *(f"econometrics_{name}.csv" for name in tables),
        *(f"econometrics_{name}_es.tex" for name in tables),
        *(f"econometrics_{name}_{design}_es.{ending}" for name in ("events", "power")
          for design in designs.MAKERS for ending in ("png", "svg")),
    }  # fmt: skip
    assert "Efectos fijos de zona y periodo" in capsys.readouterr().out
    book = openpyxl.load_workbook(home / "econometrics_es.xlsx")
    latex = (home / "econometrics_estimates_es.tex").read_text(encoding="utf-8")
    table = pd.read_csv(home / "econometrics_estimates.csv")
    assert set(table["outcome"]) == {"hours"}
    heads = [cell.value for cell in book["estimates"][4]]
    column = heads.index("Efecto verdadero") + 1
    for number, row in enumerate(table.itertuples()):
        assert book["estimates"].cell(5 + number, column).value == pytest.approx(row.truth)
        assert f" & {row.estimate:.2f} & {row.se:.2f} & " in latex
    covers = [cell.value for cell in book["estimates"][chr(64 + heads.index("Lo cubre") + 1)][4:]]
    assert covers == ["sí" if covers else "no" for covers in table["covers"]]


@pytest.mark.parametrize("lang", LOCALES)
def test_no_text_leaves_its_figure_or_covers_another(
    folder, drawn: dict[str, Figure], tmp_path, lang
):
    """The outcome with the longest name and the largest numbers, in polos of two replicates."""
    told = pd.read_parquet(folder / panel.TABLE, filters=[("replicate", "<", 2)])
    told.assign(earnings=1000 * told["hours"]).to_parquet(tmp_path / panel.TABLE)
    sealed(tmp_path)
    asked = [str(tmp_path), "--outcome", "earnings", "--draws", "2", "--lang", lang]
    assert command.main(asked) == 0
    assert len(drawn) == 2 * len(designs.MAKERS)
    found = {name: list(overflowing(figure)) for name, figure in drawn.items()}
    assert not any(found.values()), found
    for name, figure in drawn.items():
        assert figure.get_supxlabel().startswith("Fuente" if lang == "es" else "Source")
        pixels = image.imread(tmp_path / "analysis" / f"{name}.png")[..., :3]
        assert pixels.std() > 0.05, name


def test_the_power_figure_shows_the_sizes_of_the_table(folder, drawn, tmp_path):
    asked = [str(folder), "--outcome", "hours", "--draws", "3", "--out", str(tmp_path)]
    assert command.main([*asked, "--lang", "en"]) == 0
    table = pd.read_csv(tmp_path / "econometrics_power.csv")
    of_zones = table[(table["design"] == "zones") & (table["mothers"] == 8)]
    axes = np.reshape(drawn["econometrics_power_zones_en"].axes, (2, 2))
    for column, estimator in zip(axes.T, ("twfe", "imputation"), strict=True):
        rows = of_zones[of_zones["estimator"] == estimator]
        powers = np.concatenate([line.get_ydata() for line in column[0].lines[:-1]])
        np.testing.assert_allclose(sorted(powers), sorted(100 * rows["power"]))
        least = np.concatenate([line.get_ydata() for line in column[1].lines[::2]])
        np.testing.assert_allclose(sorted(least), sorted(rows["detectable"]))
        assert set(column[1].lines[0].get_xdata()) == {18, 36, 72, 144}


def test_more_zones_mothers_and_months_find_more(folder):
    table = power_table(panel.read(folder, "hours"), draws=40)
    sizes = table[(table["design"] == "zones") & (table["estimator"] == "imputation")]
    longest = sizes[(sizes["months"] == sizes["months"].max()) & (sizes["mothers"] == 8)]
    assert longest["zones"].tolist() == [18, 36, 72, 144]
    assert longest["se"].is_monotonic_decreasing and longest["power"].is_monotonic_increasing
    ratio = longest["se"].iloc[0] / longest["se"].iloc[-1]
    assert 2 < ratio < 4, "eight times the zones, a standard error of about a third"
    np.testing.assert_allclose(longest["estimate"], 2.0, atol=0.5)
    again = power_table(panel.read(folder, "hours"), draws=40)
    pd.testing.assert_frame_equal(table, again)


def test_a_share_of_the_women_too_small_for_a_design_is_left_out_of_the_table(tmp_path):
    path = folder_with(tmp_path / "run", rows_of(made(0, "constant"), 0, women=1))
    table = power_table(panel.read(path, "hours"), draws=3)
    assert set(table["design"]) == {"zones"}, "there is one replicate"
    assert table["mothers"].max() == 1.0 and table["se"].notna().all()


def test_without_any_power_the_estimates_are_told(tmp_path, drawn, capsys, monkeypatch):
    """Where no resample has anything to compare."""
    monkeypatch.setattr(command, "power_table", lambda *_: pd.DataFrame(columns=COLUMNS))
    path = folder_with(tmp_path / "run", rows_of(made(0, "constant"), 0))
    assert command.main([str(path), "--outcome", "hours", "--lang", "en"]) == 0
    assert set(drawn) == {"econometrics_events_zones_en"}
    assert "Two-way fixed effects" in capsys.readouterr().out
    assert pd.read_csv(path / "analysis" / "econometrics_power.csv").empty


# What cannot be used


def refused(capsys, *arguments: str) -> str:
    """Return the one line with which the command refuses, in English; in Spanish it is another."""
    lines = {}
    for lang in LOCALES:
        assert command.main([*arguments, "--lang", lang]) == 2
        told = capsys.readouterr()
        (lines[lang],) = told.err.strip().splitlines()
        assert not told.out
    assert lines["es"] != lines["en"]
    return lines["en"]


def test_a_folder_without_panel_is_told_how_to_get_one(tmp_path, capsys):
    assert "has no panel.parquet; a run with panel.women=" in refused(capsys, str(tmp_path))
    assert "no such folder" in refused(capsys, str(tmp_path / "none"))


def test_a_panel_that_cannot_be_read_is_one_line(folder, tmp_path, capsys):
    whole = (folder / panel.TABLE).read_bytes()
    (tmp_path / panel.TABLE).write_bytes(whole[: len(whole) // 2])
    sealed(tmp_path)
    assert "panel.parquet cannot be read" in refused(capsys, str(tmp_path))
    pd.read_parquet(folder / panel.TABLE).drop(columns="hours").to_parquet(tmp_path / panel.TABLE)
    assert "lacks hours: it is of another version" in refused(
        capsys, str(tmp_path), "--outcome", "hours"
    )


def test_a_place_that_cannot_be_written_is_one_line(folder, tmp_path, capsys):
    (tmp_path / "file").write_text("mine")
    taken = ["--outcome", "hours", "--draws", "2", "--out", str(tmp_path / "file")]
    assert str(tmp_path / "file") in refused(capsys, str(folder), *taken)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--draws", "1"], "--draws 1: a whole number is needed, 2 or more"),
        (["--draws", "many"], "--draws many: a whole number is needed, 2 or more"),
        (["--within", "-1"], "--within -1: a number is needed, 0 or more"),
        (["--within", "inf"], "--within inf: a number is needed, 0 or more"),
        (["--outcome", "joy"], "--outcome joy: one of these is needed: participation, employment"),
        (["another"], "one folder is taken, and 2 are given"),
    ],
)
def test_an_option_that_cannot_be_used_is_one_line(folder, tmp_path, capsys, given, said):
    out = tmp_path / "out"
    assert said in refused(capsys, str(folder), *given, "--out", str(out))
    assert not out.exists()


def changed(design: Design, first: np.ndarray) -> Design:
    """Return a design with other cohorts."""
    return replace(design, first=first)


def test_without_a_centre_there_is_nothing_to_estimate(tmp_path, capsys):
    none = changed(made(0, "constant"), np.zeros(36, int))
    path = folder_with(tmp_path / "run", rows_of(none, 0))
    assert "nothing to estimate" in refused(capsys, str(path), "--outcome", "hours")


def test_zones_that_are_all_served_at_once_have_no_comparison(tmp_path, capsys):
    at_once = changed(made(0, "constant"), np.full(36, 4))
    path = folder_with(tmp_path / "run", rows_of(at_once, 0))
    assert "same quarter" in refused(capsys, str(path), "--outcome", "hours")


def test_without_zones_never_served_the_last_ones_are_the_comparison(tmp_path):
    planted = made(0, "constant")
    all_served = changed(planted, np.where(planted.first == 0, 7, planted.first))
    path = folder_with(tmp_path / "run", rows_of(all_served, 0))
    found = designs.zones(panel.read(path, "hours"))
    assert found.periods == 6 and set(found.first) == {0, 3, 5}
    for name in ESTIMATORS:
        assert estimate(name, found).effect == pytest.approx(2.0, abs=1.0), name


def test_one_cohort_and_one_replicate_are_estimated_and_told(tmp_path, capsys):
    one_cohort = changed(made(0, "constant"), np.array([0] * 18 + [5] * 18))
    path = folder_with(tmp_path / "run", rows_of(one_cohort, 0))
    asked = [str(path), "--outcome", "hours", "--draws", "2", "--lang", "en"]
    assert command.main(asked) == 0
    cohort, replicate = capsys.readouterr().err.strip().splitlines()
    assert "nothing is staggered" in cohort and "one replicate only" in replicate
    latex = (path / "analysis" / "econometrics_estimates_en.tex").read_text(encoding="utf-8")
    assert cohort in latex and replicate in latex
    table = pd.read_csv(path / "analysis" / "econometrics_estimates.csv")
    assert set(table["design"]) == {"zones"} and (table["replicates"] == 0).all()


def test_a_missing_package_is_one_line(folder, capsys, monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name == "diff_diff":
            raise ModuleNotFoundError("No module named 'diff_diff'", name="diff_diff")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    line = refused(capsys, str(folder), "--outcome", "hours")
    assert "pip install 'ceci-sim[econometrics]'" in line


def test_the_simulator_is_not_loaded():
    code = (
        "import sys, analysis.econometrics.__main__, diff_diff; "
        "print([name for name in ('numba', 'mesa', 'sim.model') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


# A polo of the simulator


@pytest.fixture(scope="module")
def polo(settings, tmp_path_factory) -> Path:
    """Return a folder with the panel of a small Ciudad Juárez, everybody in it."""
    told = settings("scale=0.04", "threads=1", "panel.women=100000", "panel.every=3")
    path = tmp_path_factory.mktemp("polo")
    writer = TableWriter(path / panel.TABLE)
    for (unit,) in units([told], 2):
        for arm, lived in outcome(unit).items():
            writer.write(panel_frame(lived.panel, told, arm, unit.replicate))
    writer.close()
    return sealed(path)


@pytest.mark.parametrize("design", designs.MAKERS)
def test_the_truth_of_a_staggered_rollout_is_inside_a_modern_interval(polo, design):
    found = designs.MAKERS[design](panel.read(polo, "participation"))
    assert found.truth > 0.5, "the programme does something"
    told = {name: estimate(name, found) for name in estimators_of(found)}
    modern = [told[name] for name in MODERN if name in told]
    assert any(one.low <= found.truth <= one.high for one in modern)
    if design != "polos":
        assert np.unique(found.first[found.first > 0]).size >= 4, "staggered"
    if design == "zones":
        assert found.spilt > 0.2, "mothers of other zones use the centres too"
