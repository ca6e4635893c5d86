"""A wheel is whole: it has each file of the packages, what reports need, and nothing else."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WHEEL = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]


@pytest.fixture(scope="module")
def inside(tmp_path_factory) -> set[str]:
    """Return the names of the files in a wheel built from this tree."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_every_file_of_the_packages_is_in_the_wheel(inside):
    listed = subprocess.run(
        ["git", "ls-files", "-z", *WHEEL["packages"]], cwd=ROOT, capture_output=True, check=True
    )
    kept = set(filter(None, listed.stdout.decode().split("\0")))
    assert len(kept) > 200
    assert kept - inside == set()
    assert set(WHEEL["force-include"].values()) <= inside


def test_nothing_else_is_in_the_wheel(inside):
    known = (*(f"{package}/" for package in WHEEL["packages"]), "ceci_sim-")
    assert [name for name in inside if not name.startswith(known) or "__pycache__" in name] == []
