import io
import re
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from sim.results.console import headline_table, progress, where, working

LABELS = {
    "participation": {
        "unit": "%",
        "label": {"es": "Tasa de participación", "en": "Participation rate"},
    }
}
GROUPS = {
    "mothers_u4": {
        "label": {"es": "Madres con menores de 4 años", "en": "Mothers with a child under 4"}
    }
}
HEADLINE = [("participation", "mothers_u4"), ("places", "ceci"), ("absent", "mothers_u4")]


@pytest.fixture
def effects() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("participation", "mothers_u4", 46.123, 46.641, 0.5184, 0.4071, 0.6297, "%"),
            ("places", "ceci", 0.0, 12345.6, 12345.6, np.nan, np.nan, "places"),
            ("same", "ceci", 3.0, 3.0, 0.0, 0.0, 0.0, ""),
            ("never", "ceci", np.nan, 2.0, np.nan, np.nan, np.nan, "%"),
            ("tiny", "ceci", 3.0, 3.0, 0.0, -1e-9, 1e-9, ""),
        ],
        columns=["measure", "group", "baseline", "programme", "effect", "low", "high", "unit"],
    )


def rows(text: str) -> list[list[str]]:
    return [re.split(r"\s{2,}", line.strip()) for line in text.splitlines() if line.strip()]


def test_table_without_a_terminal(
    effects: pd.DataFrame, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    headline_table(effects, HEADLINE, LABELS, GROUPS, "en")
    out, err = capsys.readouterr()
    assert err == ""
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) <= 120
    table = rows(out)
    assert table[1] == [
        "Outcome", "Group", "Baseline", "Programme", "90 % interval", "Unit",
    ]  # fmt: skip
    assert table[3:] == [
        [
            "Participation rate", "Mothers with a child under 4", "46.1", "46.6",
            "+0.52 (0.41 to 0.63)", "%",
        ],
        ["places", "ceci", "0", "12,346", "+12,346", "places"],
    ]  # fmt: skip


def test_table_in_spanish(effects: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    headline_table(effects, HEADLINE[:1], LABELS, GROUPS, "es", level=0.8)
    table = rows(capsys.readouterr().out)
    assert table[1] == ["Resultado", "Grupo", "programa", "programa", "intervalo de 80 %", "Unidad"]
    assert table[3][:2] == ["Tasa de participación", "Madres con menores de 4 años"]
    assert table[3][4] == "+0.52 (0.41 a 0.63)"


def test_nothing_is_shown_as_nothing(
    effects: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    headline_table(effects, [("same", "ceci"), ("never", "ceci"), ("tiny", "ceci")], {}, {}, "en")
    same, never, tiny = rows(capsys.readouterr().out)[3:]
    assert same[2:] == ["3.00", "3.00", "0.00 (0.00 to 0.00)"]
    assert never[2:] == ["-", "2.00", "-", "%"]
    assert "-0" not in tiny[4]


def test_names_are_not_markup(effects: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    headline_table(effects, HEADLINE[:1], {"participation": "[bold]rate"}, {}, "en")
    assert "[bold]rate" in capsys.readouterr().out


def test_paths_stay_in_one_piece(capsys: pytest.CaptureFixture[str]) -> None:
    path = Path("outputs") / ("x" * 150) / "[red].csv"
    where([path], lang="es")
    assert capsys.readouterr().out == f"Resultados:\n  {path}\n"


def plain() -> Console:
    return Console(file=io.StringIO(), width=20, force_terminal=False, color_system=None)


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_progress_in_a_log_is_a_line_every_tenth() -> None:
    console = plain()
    with progress(648, "simulating", console) as meter:
        for _ in range(648):
            meter.advance()
    lines = shown(console).splitlines()
    assert len(lines) == 10
    assert re.fullmatch(r"simulating 10 % \(\d+ s left\)", lines[0])
    assert lines[-1] == "simulating 100 %"


def test_progress_says_what_it_is_told() -> None:
    console = plain()
    with progress(4, "simulating", console, lang="es") as meter:
        meter.describe("dibujando [1]")
        meter.advance(2)
        meter.advance(0.1)
    assert re.fullmatch(r"dibujando \[1\] 50 % \(faltan \d+ s\)\n", shown(console))


def test_time_left_follows_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 80.0, 3_600.0])
    monkeypatch.setattr("time.monotonic", lambda: next(now))
    console = plain()
    with progress(10, "simulating", console) as meter:
        meter.advance(4)
        meter.advance(1)
    assert shown(console) == "simulating 40 % (2 min left)\nsimulating 50 % (60 min left)\n"


def test_no_work_is_done_at_once() -> None:
    console = plain()
    with progress(0, "simulating", console) as meter:
        meter.advance(0)
    assert shown(console) == "simulating 100 %\n"


def test_progress_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(1, "simulating") as meter:
        meter.advance()
    out, err = capsys.readouterr()
    assert out == ""
    assert "simulating" in err


def test_progress_on_a_terminal_is_a_bar() -> None:
    console = Console(file=io.StringIO(), width=100, force_terminal=True, force_interactive=True)
    with progress(4, "simulating", console) as meter:
        meter.advance(2)
        meter.describe("almost")
        meter.advance(2)
    text = shown(console)
    assert "almost" in text
    assert "100%" in text
    assert "━" in text


def test_a_long_silence_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 10.0, 45.0, 50.0])
    monkeypatch.setattr("time.monotonic", lambda: next(now))
    console = plain()
    with progress(1000, "simulating", console) as meter:
        for _ in range(3):
            meter.advance()
    said = shown(console)
    assert said.count("\n") == 1 and said.startswith("simulating 0 %")


def test_what_takes_long_says_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.results.console.PATIENCE", 0.02)
    out = io.StringIO()
    with working("reading [a] file.csv", Console(file=out)):
        time.sleep(0.2)
    assert out.getvalue() == "reading [a] file.csv\n"


def test_what_is_soon_done_says_nothing() -> None:
    out = io.StringIO()
    with pytest.raises(ZeroDivisionError), working("reading", Console(file=out)):
        print(1 / 0)
    assert out.getvalue() == ""
    terminal = io.StringIO()
    with working("reading [a]", Console(file=terminal, force_terminal=True)):
        pass
    assert "reading [a]" in terminal.getvalue()
