"""Every block of code in the documents, run as a reader would run it.

The blocks of a page run in its order, in a folder of its own that is like a clone, whose programs
are those of `tests.docs.stand_ins`: what is added to a long command, to make it short, is in its
table `SMALLER`. A page in Spanish that gives the commands of its English twin is not run again.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs import stand_ins
from tests.docs.reader import CLONED, ROOT, Block, Reader, blocks, end_group, run
from tests.polo import made
from tests.population.made import write_iter

NOT_RUN = {
    ("docs/cluster.md", "submitit_slurm"): "needs Slurm, and a package that is none of the extras",
}
"""Blocks that are not run, by page and a part of their code, and why."""

ELSEWHERE = {"docs/tutorial.md": "test_tutorial.py"}
"""Pages whose blocks another file runs, without stand-ins."""

THERE = {
    "README.md": ["outputs/polo_norte/*/manifest.json", "results/announced/report_es.pdf"],
    "docs/cluster.md": ["outputs/polo_norte/*/manifest.json"],
    "docs/howto.md": [
        "outputs/polo_norte/*_*_*/monthly.parquet", "results/drivers/swings.csv",
        "results/country/regions.parquet", "results/calibration/*.csv", "results/harper/*.csv",
        "configs_propias/polo/mi_polo_enoe.csv", "configs_propias/polo/con_listas.yaml",
        "results/again/effects.csv",
    ],
    "docs/panel.md": ["results/panel/panel.parquet", "results/panel/analysis/*_power.csv"],
}  # fmt: skip
"""What is there when a page has been run."""


def english(page: str) -> str:
    """Return the page in English of which one is the twin."""
    return page.replace(".es.md", ".md")


def says_the_same(page: str) -> bool:
    """Return whether a page has the blocks of its English twin."""
    twin = english(page)
    return twin != page and [b.meaning for b in blocks(page)] == [b.meaning for b in blocks(twin)]


WRITTEN = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES = [page for path in WRITTEN if blocks(page := path.relative_to(ROOT).as_posix())]
RUN = [page for page in PAGES if page not in ELSEWHERE and not says_the_same(page)]


def not_run(block: Block) -> bool:
    """Return whether a block is one of `NOT_RUN`."""
    return any(block.page == page and part in block.code for page, part in NOT_RUN)


def zipped(path: Path, table: Path) -> None:
    """Move a table into a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as into:
        into.write(table, table.name)
    table.unlink()


def project() -> tuple[set[str], dict[Path, int]]:
    """Return what the project's own folder has that blocks would write, and when it was written."""
    written = {"results", "mine", "configs_propias"} & {path.name for path in ROOT.iterdir()}
    files = (path for name in CLONED for path in [ROOT / name, *(ROOT / name).rglob("*.*")])
    return written, {path: path.stat().st_mtime_ns for path in files if path.suffix != ".pyc"}


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left_in_the_project() -> Iterator[None]:
    was = project()
    yield
    assert project() == was


@pytest.fixture(scope="module")
def served_at() -> Iterator[str]:
    """Start the process that answers every `python`; return its address."""
    with tempfile.TemporaryDirectory() as folder:
        address = Path(folder) / "python"
        process = subprocess.Popen(
            [sys.executable, "-P", stand_ins.__file__, "serve", str(address)],
            env=os.environ | {"MPLBACKEND": "Agg", "OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,
        )
        while not address.exists():
            assert process.poll() is None
            time.sleep(0.05)
        yield str(address)
        end_group(process.pid)
        process.wait()


@pytest.fixture(scope="module")
def before(served_at, tmp_path_factory) -> Path:
    """Return what a reader has: a clone, INEGI's files (made up), results of two runs."""
    source = tmp_path_factory.mktemp("source")
    for name in CLONED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, source / name)
    zipped(source / "iter_00_cpv2020_csv.zip", write_iter(source / "i.csv", made.hermosillo()))
    zipped(source / "denue_26_csv.zip", made.write_csv(source / "d.csv", made.firms(), "latin-1"))
    made.write_enoe(source / "enoe_2025_t4", made.enoe_people())
    made.write_csv(source / "centros.csv", made.centres())
    made.write_csv(source / "agebs.csv", made.zones())
    reader = Reader(tmp_path_factory.mktemp("before"), served_at, source)
    for name, rollout in (("announced", "anunciado"), ("delayed", "retrasado")):
        options = f"+scenario=polo_norte rollout={rollout} output_dir=results/{name}"
        command = ["python", "-m", "sim", *options.split()]
        run(command, name, reader.folder, reader.variables)
    return reader.folder


@pytest.fixture
def reader(served_at, before, tmp_path) -> Iterator[Reader]:
    someone = Reader(tmp_path, served_at, before)
    yield someone
    someone.ends()


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN)
def test_every_block_of_a_page_runs(page, reader):
    for block in blocks(page):
        if not not_run(block):
            reader.runs(block)
    for pattern in THERE.get(english(page), []):
        assert list(reader.folder.glob(pattern)), pattern


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("python -m sim +scenario=polo_norte scael=0.1", "scael"),
        ("pip install 'ceci-sim[polos]'\npython -m sim +scenario=polo_norte", "polos"),
        ("pip install ceci-simulator && pip install 'ceci-sim[polo]'", "ceci-simulator"),
        ("python -m sim.view +scenario=polo_nort", "polo_nort"),
        ("dask worker tcp://HOST:8786 --threads 1", "--threads"),
    ],
)
def test_a_block_that_fails_is_named(code, said, reader):
    with pytest.raises(AssertionError, match=r"^docs/made\.md, block of line 3 ended") as failed:
        reader.runs(Block("docs/made.md", 3, "sh", code, ""))
    assert said in str(failed.value)


def test_only_what_is_larger_is_made_smaller():
    added = stand_ins.smaller("sim", ["scale=0.005", "replicates=64", "burn_in=3"])
    assert added == ["months=12", "replicates=2", "threads=1"]
    assert stand_ins.smaller("analysis.report", ["results/announced"]) == []


def test_what_is_not_run_is_there_and_little():
    of_pages = [block for page in PAGES for block in blocks(page)]
    assert sum(map(not_run, of_pages)) == len(NOT_RUN) <= 3
    for block in filter(not_run, of_pages):
        assert subprocess.run(["bash", "-n"], input=block.code, text=True).returncode == 0
    assert set(ELSEWHERE) <= set(PAGES)
