import os
from datetime import datetime
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.results.folder import ResultFolder, default_folder, replacing


def test_results_appear_only_when_complete(tmp_path: Path) -> None:
    target = tmp_path / "outputs" / "run"
    with ResultFolder(target) as folder:
        (folder.work / "a.txt").write_text("a")
        assert folder.work.parent == target.parent
        assert folder.work.name.startswith(f".run.partial-{os.getpid()}")
        assert not target.exists()
    assert [path.name for path in target.iterdir()] == ["a.txt"]
    assert [path.name for path in target.parent.iterdir()] == ["run"]
    assert folder.work.samefile(target)


def test_an_empty_folder_is_accepted(tmp_path: Path) -> None:
    target = tmp_path / "run"
    target.mkdir()
    with ResultFolder(target) as folder:
        (folder.work / "a.txt").write_text("a")
    assert (target / "a.txt").read_text() == "a"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_nothing_stays_after_an_exception(tmp_path: Path, error: type[BaseException]) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(error), ResultFolder(tmp_path / "mine" / "new" / "run") as folder:
        (folder.work / "half.txt").write_text("half")
        raise error
    assert list(tmp_path.rglob("*")) == [tmp_path / "mine"]


def test_keep_commits_an_interrupted_run(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), ResultFolder(tmp_path / "run") as folder:
        (folder.work / "half.txt").write_text("half")
        folder.keep()
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (tmp_path / "run" / "half.txt").read_text() == "half"


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught, ResultFolder(path):
        pytest.fail("the folder was accepted")
    message = str(caught.value)
    assert message.startswith(f"output_dir={path}: ")
    assert "new or empty folder" in message
    assert "\n" not in message
    return message


def test_finished_results_are_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    assert "not empty" in refusal(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    assert "is a file" in refusal(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "kept"


def test_an_unwritable_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    assert "cannot be written" in refusal(tmp_path / "file" / "deep" / "run")
    assert list(tmp_path.rglob("*")) == [tmp_path / "file"]


def test_a_name_too_long_leaves_no_parents(tmp_path: Path) -> None:
    assert "cannot be written" in refusal(tmp_path / "new" / ("x" * 300))
    assert not list(tmp_path.iterdir())


def test_results_of_another_run_that_finished_first_stay(tmp_path: Path) -> None:
    target = tmp_path / "run"
    with ResultFolder(target) as slow:
        (slow.work / "who").write_text("slow")
        with ResultFolder(target) as fast:
            (fast.work / "who").write_text("fast")
    assert (target / "who").read_text() == "fast"
    assert (tmp_path / "run_2" / "who").read_text() == "slow"
    assert slow.path == tmp_path / "run_2"


def test_default_folder_counts_on(tmp_path: Path) -> None:
    now = datetime(2026, 1, 21, 9, 5, 7)
    first = default_folder("polo_norte", now, tmp_path)
    assert first == tmp_path / "polo_norte" / "2026-01-21_09-05-07"
    assert not first.parent.exists()
    first.mkdir(parents=True)
    second = default_folder("polo_norte", now, tmp_path)
    assert second == first.with_name("2026-01-21_09-05-07_2")
    second.mkdir()
    assert default_folder("polo_norte", now, tmp_path).name == "2026-01-21_09-05-07_3"


def test_default_folder_stays_inside_its_root() -> None:
    assert default_folder("../up", datetime(2026, 1, 1)).parts[:2] == ("outputs", "_up")


def test_replacing_keeps_the_old_file_on_failure(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("old")
    with pytest.raises(RuntimeError), replacing(path) as aside:
        aside.write_text("half")
        raise RuntimeError
    assert [file.read_text() for file in tmp_path.iterdir()] == ["old"]
    with replacing(path) as aside:
        aside.write_text("new")
    assert [file.read_text() for file in tmp_path.iterdir()] == ["new"]
