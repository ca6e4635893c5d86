import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib import image, rcParams

from analysis import charts, figures

FIGURES = ("participation", "absence", "retention", "places")
NAMES = {
    "measures": {
        "participation": {
            "unit": {"es": "% de mujeres", "en": "% of women"},
            "label": {"es": "Tasa de participación", "en": "Participation rate"},
        },
        "places": {"unit": "lugares", "label": {"es": "Lugares", "en": "Places"}},
    },
    "groups": {"ceci": {"label": {"es": "Los CECI", "en": "The CECI"}}},
}


def monthly(replicates: int = 4, start: str = "2025-01-01", months: int = 36) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    frames = []
    for plan in figures.PLANS:
        for measure in plan.measures:
            for group in plan.groups:
                cells = pd.MultiIndex.from_product(
                    [
                        ["baseline", "programme"],
                        range(replicates),
                        pd.date_range(start, periods=months, freq="MS"),
                    ],
                    names=["arm", "replicate", "month"],
                ).to_frame(index=False)
                value = rng.normal(50, 2, len(cells)) + 5 * (cells["arm"] == "programme")
                frames.append(cells.assign(measure=measure, group=group, value=value))
    return pd.concat(frames, ignore_index=True).assign(scenario="polo_norte")


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "catalogue", lambda: NAMES)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("drawn")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "catalogue", lambda: NAMES)
        return figures.figures(monthly(), folder)


def test_every_figure_in_both_languages_and_formats(drawn: list[Path]) -> None:
    assert {path.name for path in drawn} == {
        f"{name}_{lang}.{ending}"
        for name in FIGURES
        for lang in ("es", "en")
        for ending in ("png", "svg")
    }
    assert all(path.is_file() for path in drawn)


def test_pictures_are_not_blank(drawn: list[Path]) -> None:
    for path in drawn:
        if path.suffix == ".png":
            pixels = image.imread(path)[..., :3]
            assert min(pixels.shape[:2]) > 600, path
            assert pixels.std() > 0.05, path
            for colour in charts.COLOURS.values():
                near = np.abs(pixels - colour).max(axis=-1) < 0.02
                assert near.sum() > 200, (path, colour)


def test_languages_differ(drawn: list[Path]) -> None:
    by_name = {path.name: path.read_bytes() for path in drawn}
    for name in FIGURES:
        assert by_name[f"{name}_es.svg"] != by_name[f"{name}_en.svg"]


def test_files_say_nothing_of_time_or_place(drawn: list[Path]) -> None:
    for path in drawn:
        content = path.read_bytes()
        assert str(path.parent).encode() not in content
        assert b"<dc:date>" not in content
        assert b"Creation Time" not in content


def test_same_table_gives_the_same_bytes(tmp_path: Path, drawn: list[Path]) -> None:
    again = figures.figures(monthly(), tmp_path)
    for old, new in zip(drawn, again, strict=True):
        assert old.name == new.name
        assert old.read_bytes() == new.read_bytes(), new.name


def test_no_state_is_left_behind(tmp_path: Path) -> None:
    before = dict(rcParams)
    figures.figures(monthly(replicates=1, months=3), tmp_path, languages=("en",))
    assert dict(rcParams) == before
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or not pyplot.get_fignums()


def chart(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, frame: pd.DataFrame, **options: str
) -> dict[str, list[str]]:
    """Draw in English and return the texts of each figure."""
    texts: dict[str, list[str]] = {}
    save = charts.save

    def spy(figure, stem):  # type: ignore[no-untyped-def]
        found = figure.findobj(lambda artist: hasattr(artist, "get_text"))
        texts[stem.name] = [text.get_text() for text in found if text.get_text()]
        return save(figure, stem)

    monkeypatch.setattr(charts, "save", spy)
    figures.figures(frame, tmp_path, languages=("en",), **options)
    return texts


def test_words_on_a_figure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    texts = chart(monkeypatch, tmp_path, monthly())["participation_en"]
    for text in (
        "Participation rate",
        "% of women",
        "mothers_u4",
        "Without programme",
        "With programme",
        "Burn-in",
        "Agreement begins (Jan 2026)",
        "Source: simulation, scenario polo_norte, 4 replicates; 90 % band",
        "Jan\n2026",
    ):
        assert text in texts, text


def test_one_replicate_has_no_band(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    texts = chart(monkeypatch, tmp_path, monthly(replicates=1))["places_en"]
    assert "Source: simulation, scenario polo_norte, 1 replicate" in texts


def test_the_window_can_open_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    texts = chart(monkeypatch, tmp_path, monthly(), opened="2025-01")["places_en"]
    assert "Agreement begins (Jan 2025)" in texts
    assert "Burn-in" not in texts


def test_short_runs_show_months(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    texts = chart(monkeypatch, tmp_path, monthly(start="2026-02-01", months=4))["places_en"]
    assert {"Feb\n2026", "Mar\n2026", "May\n2026"} <= set(texts)
    assert "Burn-in" not in texts
    assert not any(text.startswith("Agreement") for text in texts)


def test_what_is_missing_is_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    frame = monthly()
    frame = frame[(frame["measure"] != "participation") & (frame["group"] != "ceci")]
    frame = frame[~frame["measure"].str.startswith("absence")]
    frame.loc[frame["measure"] == "occupancy", "value"] = np.nan
    texts = chart(monkeypatch, tmp_path, frame)
    assert set(texts) == {"participation_en", "retention_en", "places_en"}
    assert "Participation rate" not in texts["participation_en"]
    assert "employment" in texts["participation_en"]
    assert "The CECI" not in texts["places_en"]
    assert "occupancy" not in texts["places_en"]
    assert "enrolled" in texts["places_en"]


def test_an_empty_table_draws_nothing(tmp_path: Path) -> None:
    assert figures.figures(monthly().iloc[:0], tmp_path) == []


def test_bands_are_student_t() -> None:
    frame = monthly(replicates=3, months=1)
    frame["value"] = frame["replicate"].astype(float)
    row = charts.bands(frame).iloc[0]
    # Student's t at 95 % with 2 degrees of freedom, from a printed table.
    half = 2.919986 / np.sqrt(3)
    assert row["mean"] == 1.0
    np.testing.assert_allclose([row["low"], row["high"]], [1 - half, 1 + half], rtol=1e-6)


def test_bands_of_draws_are_where_one_more_would_lie() -> None:
    frame = monthly(replicates=3, months=1)
    frame["value"] = frame["replicate"].astype(float)
    row = charts.bands(frame, interval="parameters and chance").iloc[0]
    half = 2.919986 * np.sqrt(4 / 3)
    np.testing.assert_allclose([row["low"], row["high"]], [1 - half, 1 + half], rtol=1e-6)


@pytest.mark.parametrize(
    "manifest, said",
    [
        ('{"interval": "parameters and chance"}', "; 90 % band of parameters and chance"),
        ('{"interval": "chance"}', "; 90 % band"),
        ("{}", "; 90 % band"),
        (None, "; 90 % band"),
    ],
)
def test_what_bands_hold_is_read_from_the_manifest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, manifest: str | None, said: str
) -> None:
    sources: list[str] = []

    def note(figure, stem):  # type: ignore[no-untyped-def]
        sources.append(figure.get_supxlabel())
        return []

    monkeypatch.setattr(charts, "save", note)
    monthly(months=2).to_parquet(tmp_path / "monthly.parquet")
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest, encoding="utf-8")
    assert figures.main([str(tmp_path)]) == 0
    assert f"Source: simulation, scenario polo_norte, 4 replicates{said}" in sources


def test_command_redraws_a_result_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monthly(months=3).to_parquet(tmp_path / "monthly.parquet")
    assert figures.main([str(tmp_path)]) == 0
    heading, *printed = capsys.readouterr().out.splitlines()
    assert heading == "Archivos:" and len(printed) == 16
    assert all(Path(line.strip()).parent == tmp_path / "figures" for line in printed)


@pytest.mark.parametrize("content", [None, b"not a table", "columns"])
def test_command_refuses_a_bad_folder(tmp_path: Path, content: bytes | str | None) -> None:
    table = tmp_path / "monthly.parquet"
    if isinstance(content, bytes):
        table.write_bytes(content)
    elif content == "columns":
        pd.DataFrame({"a": [1]}).to_parquet(table)
    run = subprocess.run(
        [sys.executable, "-m", "analysis.figures", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=Path(figures.__file__).parents[1],
    )
    assert run.returncode == 2
    assert run.stdout == ""
    assert len(run.stderr.splitlines()) == 1
    assert str(tmp_path) in run.stderr
