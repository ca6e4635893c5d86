import hashlib
import importlib
import json
import math
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.results.manifest import manifest, write_manifest


def make(folder: Path, **changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "config": {"seed": 7, "scenario": "polo_norte"},
        "seed": 7,
        "started": datetime(2026, 1, 21, 9, 0, tzinfo=UTC),
        "wall_seconds": 2.0,
        "agents": 100,
        "agent_months": 8_100,
        "inputs": {},
        "folder": folder,
        "complete": True,
        "replicates_done": 4,
    }
    given |= changes
    return manifest(given.pop("config"), **given)


def test_what_a_manifest_says(tmp_path: Path) -> None:
    record = make(tmp_path, complete=False, replicates_done=2)
    assert isinstance(record["schema"], int)
    assert record["project"]["name"] == "ceci-sim"
    assert record["project"]["version"]
    assert record["config"] == {"seed": 7, "scenario": "polo_norte"}
    assert (record["seed"], record["agents"], record["agent_months"]) == (7, 100, 8_100)
    assert record["agent_months_per_second"] == 4_050.0
    assert record["started"] == "2026-01-21T09:00:00+00:00"
    assert (record["complete"], record["replicates_done"]) == (False, 2)
    assert record["python"] == platform.python_version()
    assert 10 < record["peak_memory_mib"] < 100_000
    assert record["dependencies"]["numpy"] == np.__version__
    assert list(record["dependencies"]) == sorted(record["dependencies"])


def test_dependencies_of_dependencies_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = importlib.import_module("sim.results.manifest")
    monkeypatch.setattr(code, "PROJECT", "seaborn")
    assert {"matplotlib", "pandas", "pillow"} <= set(make(tmp_path)["dependencies"])


def test_a_project_that_is_not_installed_has_no_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = importlib.import_module("sim.results.manifest")
    monkeypatch.setattr(code, "PROJECT", "not-a-project")
    record = make(tmp_path)
    assert record["project"]["version"] == "0+unknown"
    assert "numpy" in record["dependencies"]


def test_fingerprints_follow_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "monthly.parquet").write_bytes(b"table")
    (tmp_path / "figures" / "a.png").write_bytes(b"figure")
    (tmp_path / "manifest.json").write_text("old")
    data = tmp_path.parent / f"{tmp_path.name}.csv"
    data.write_bytes(b"input")
    record = make(tmp_path, inputs={"polo": data, "embedded": b"input"})
    digest = hashlib.sha256(b"input").hexdigest()
    assert record["inputs"] == {"embedded": digest, "polo": digest}
    assert record["results"] == {
        "figures/a.png": hashlib.sha256(b"figure").hexdigest(),
        "monthly.parquet": hashlib.sha256(b"table").hexdigest(),
    }
    assert list(record["results"]) == ["figures/a.png", "monthly.parquet"]
    assert make(tmp_path, inputs={"polo": b"other"})["inputs"]["polo"] != digest


def test_a_missing_input_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        make(tmp_path, inputs={"polo": tmp_path / "absent.csv"})


def test_nothing_tells_whose_machine_it_was(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a")
    text = json.dumps(make(tmp_path, inputs={"a": tmp_path / "a.csv"}))
    assert str(tmp_path) not in text
    assert str(Path.home()) + "/" not in text
    if platform.node():
        assert json.dumps(platform.node()) not in text


def test_the_file_is_strict_json(tmp_path: Path) -> None:
    config = {
        "label": "guardería",
        "undefined": math.nan,
        "bound": np.float64(math.inf),
        "count": np.int64(3),
        "pair": (1, 2.5),
        "path": Path("data") / "polo.csv",
        "array": np.array([1.0, np.nan]),
    }
    path = write_manifest(make(tmp_path, config=config, wall_seconds=0.0), tmp_path)
    text = path.read_bytes().decode("utf-8")
    assert path == tmp_path / "manifest.json"
    assert text.endswith("}\n")
    assert '\n  "seed": 7,\n' in text
    assert "guardería" in text

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    record = json.loads(text, parse_constant=refuse)
    assert record["agent_months_per_second"] is None
    assert record["config"] == {
        "label": "guardería",
        "undefined": None,
        "bound": "inf",
        "count": 3,
        "pair": [1, 2.5],
        "path": "data/polo.csv",
        "array": [1.0, None],
    }
    assert [file.name for file in tmp_path.iterdir()] == ["manifest.json"]


def test_a_record_with_nan_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_manifest({"value": math.nan}, tmp_path)
    assert not list(tmp_path.iterdir())
