"""Units anywhere: the same bytes in one process, several or a cluster, whatever is killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from omegaconf import OmegaConf

import sim.run
from sim.errors import IncompleteError, InputError, Interrupted
from sim.executor import LOST, Failed, results, workers_for
from sim.results.store import encode
from sim.settings import Executor, Settings
from sim.unit import fingerprint, months_simulated

ROOT = Path(__file__).resolve().parents[1]
TABLES = ("monthly.parquet", "effects.csv", "accounts.parquet", "distribution.parquet")
SMALL = ["scale=0.01", "burn_in=1", "months=3"]


# Tasks of any kind, in processes of this machine


def done(work: Callable, tasks: list, workers: int = 2) -> tuple[dict, Counter]:
    """Do tasks; return what came of each, and the steps of each that were counted."""
    ticks = []
    given = results(Executor(workers=workers), work, tasks, 2, ticks.append)
    return dict(given), Counter(ticks)


@pytest.mark.parametrize("workers", [1, 2])
def test_results_and_steps_are_the_same_in_any_number_of_processes(workers):
    def work(task, threads, tick):
        for _ in range(task):
            tick()
        return bytes([task, threads])

    found, steps = done(work, [3, 1, 2, 5], workers)
    assert found == {n: bytes([t, 2 // workers]) for n, t in enumerate([3, 1, 2, 5])}
    assert steps == {0: 3, 1: 1, 2: 2, 3: 5}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_task_that_raises_does_not_stop_the_others(workers):
    def work(task, threads, tick):
        if task == 1:
            raise ArithmeticError("of no\nuse")
        return b"done"

    found, _ = done(work, [0, 1, 2], workers)
    assert found == {0: b"done", 1: Failed("ArithmeticError: of no use"), 2: b"done"}


@pytest.mark.parametrize("workers", [1, 2])
def test_what_the_user_must_mend_stops_the_run(workers):
    def work(task, threads, tick):
        raise InputError("siting=optimo: a package is missing")

    with pytest.raises(InputError, match="siting=optimo"):
        done(work, [0, 1, 2], workers)


def test_a_task_that_kills_its_process_fails_alone():
    def work(task, threads, tick):
        tick()
        if task == "kills":
            os.kill(os.getpid(), signal.SIGKILL)
        return task.encode()

    found, _ = done(work, ["a", "b", "kills", "c", "d", "e"])
    assert found.pop(2) == Failed(LOST)
    assert sorted(found.values()) == [b"a", b"b", b"c", b"d", b"e"]


def test_a_task_whose_process_was_killed_once_is_done(tmp_path):
    mark = tmp_path / "killed"

    def work(task, threads, tick):
        if task == 1 and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return bytes([task])

    found, _ = done(work, [0, 1, 2, 3])
    assert mark.exists() and found == {n: bytes([n]) for n in range(4)}


def test_no_more_processes_than_tasks_and_cores():
    assert workers_for(Executor(workers=8), 3) == 3
    assert workers_for(Executor(workers=1), 3) == 1
    assert 1 <= workers_for(Executor(), 10_000) <= (os.cpu_count() or 1)
    assert workers_for(Executor(workers=2), 0) == 1
    assert workers_for(Executor(), 10, threads=1) == 1, "one thread is one core"
    assert workers_for(Executor(workers=2), 10, threads=1) == 2


def test_processes_with_another_version_do_nothing(monkeypatch):
    monkeypatch.setattr("sim.executor.fingerprint", lambda: "another")
    found, _ = done(lambda task, threads, tick: b"done", [0, 1])
    assert all(isinstance(result, Failed) for result in found.values())
    assert "sources of the simulator were changed" in found[0].cause


# A country of made-up outcomes, through the main job


class Country:
    """The main job with regions and outcomes that cost nothing."""

    def __init__(self, settings: Settings, regions, made_up) -> None:
        self.settings, self.regions, self.made_up = settings, regions, made_up
        self.failing: set[tuple[str, int]] = set()
        self.stop_at: tuple[str, int] | None = None
        self.computed: list[tuple[str, int]] = []

    def compute(self, unit, threads, tick) -> bytes:
        """Stand in for `sim.run.compute`."""
        name = unit.region, unit.replicate
        if name == self.stop_at:
            raise KeyboardInterrupt
        self.computed.append(name)
        if name in self.failing:
            raise ValueError("no bread")
        for _ in range(months_simulated(unit.settings)):
            tick()
        return encode(self.made_up(unit), unit.key, fingerprint())

    def run(self, output: str, **changes) -> dict:
        """Run, and return the manifest."""
        self.computed.clear()
        told = self.settings.model_dump(mode="json")
        told |= {"output_dir": output, "executor": {"name": "local", "workers": 1}} | changes
        sim.run.main_job(OmegaConf.create(told))
        return json.loads((Path(output) / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture
def of_three(settings, country, made_up, tmp_path, monkeypatch) -> Country:
    """Return a country of three regions, in an empty working directory."""
    told = settings("months=3", "burn_in=1", "replicates=3")
    it = Country(told, country(told, 3), made_up)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        sim.run,
        "regions",
        lambda settings: [
            region.model_copy(update={"seed": settings.seed}) for region in it.regions
        ],
    )
    monkeypatch.setattr(sim.run, "compute", it.compute)
    monkeypatch.setattr(sim.run, "draw_figures", lambda *_: None)
    return it


def bytes_of(folder: str) -> dict[str, bytes]:
    """Return the content of the tables of a run."""
    return {path.name: path.read_bytes() for path in sorted(Path(folder).glob("[!mf]*"))} | {
        "monthly.parquet": (Path(folder) / "monthly.parquet").read_bytes()
    }


def test_the_largest_regions_of_each_replicate_go_first(of_three, capsys):
    of_three.regions.reverse()  # smallest first
    record = of_three.run("all")
    order = [(f"region_{n}", replicate) for replicate in range(3) for n in range(3)]
    assert of_three.computed == order
    assert (record["complete"], record["replicates_done"]) == (True, 3)
    assert record["units"]["computed"] == 9 and record["units"]["reused"] == 0
    accounts = pd.read_parquet("all/accounts.parquet")
    assert accounts["region"].drop_duplicates().tolist() == ["region_2", "region_1", "region_0"]
    err = capsys.readouterr().err
    assert "replicate 1 of 3, 2 of 3 regions" in err
    assert err.endswith("replicate 3 of 3, 3 of 3 regions 100 %\n")


def test_the_same_run_again_reads_all_from_the_store(of_three, capsys):
    first = of_three.run("first")
    again = of_three.run("again")
    assert of_three.computed == []
    assert "9 of 9 units found in outputs/.units" in capsys.readouterr().err
    assert bytes_of("first") == bytes_of("again")
    assert (again["units"]["computed"], again["units"]["reused"]) == (0, 9)
    assert first["agent_months"] == again["agent_months"] > 0
    assert first["agent_months_per_second"] > 0 and again["agent_months_per_second"] is None
    anew = of_three.run("anew", resume=False)
    assert len(of_three.computed) == 9 and anew["units"]["reused"] == 0
    assert bytes_of("first") == bytes_of("anew")
    more = of_three.run("more", replicates=4)
    assert len(of_three.computed) == 3 and more["units"]["reused"] == 9
    of_three.run("other", seed=5)
    assert len(of_three.computed) == 9


def test_a_damaged_unit_is_said_and_done_again(of_three, capsys):
    of_three.run("first")
    files = sorted(Path("outputs/.units").rglob("*.unit"))
    files[0].write_bytes(files[0].read_bytes()[:-9])
    files[1].write_bytes(files[2].read_bytes())
    capsys.readouterr()
    of_three.run("again")
    err = capsys.readouterr().err.splitlines()
    assert err[:2] == [
        "7 of 9 units found in outputs/.units",
        "2 units in outputs/.units are done anew: 1 damaged, 1 of another unit",
    ]
    assert len(of_three.computed) == 2 and bytes_of("first") == bytes_of("again")


def test_failed_units_are_rows_and_the_rest_is_done_when_run_again(of_three):
    of_three.run("whole", store="elsewhere")
    of_three.failing = {("region_1", 0), ("region_0", 2), ("region_2", 2)}
    of_three.regions.reverse()  # the largest, and first to fail, is now the last
    with pytest.raises(IncompleteError) as caught:
        of_three.run("part")
    of_three.regions.reverse()
    assert len(of_three.computed) == 9, "the others go on"
    said = str(caught.value)
    assert said.startswith("3 of 9 units failed, the first region_1 in replicate 0 (ValueError")
    assert said.endswith("1 of 3 replicates are in part; running again finishes the rest")
    table = pd.read_csv("part/failures.csv")
    assert table[["region", "replicate"]].values.tolist() == [
        ["region_1", 0], ["region_2", 2], ["region_0", 2],
    ]  # fmt: skip
    assert set(table["cause"]) == {"ValueError: no bread"}
    assert set(pd.read_parquet("part/monthly.parquet")["replicate"]) == {1}
    record = json.loads(Path("part/manifest.json").read_text(encoding="utf-8"))
    assert (record["complete"], record["replicates_done"]) == (False, 1)
    assert record["units"]["failed"] == 3 and "failures.csv" in record["results"]
    of_three.failing = set()
    record = of_three.run("rest")
    assert of_three.computed == [("region_1", 0), ("region_0", 2), ("region_2", 2)]
    assert record["complete"] and bytes_of("rest") == bytes_of("whole")
    assert not Path("rest/failures.csv").exists()


def test_without_a_complete_replicate_there_are_no_results_but_the_store(of_three):
    of_three.failing = {("region_1", n) for n in range(3)}
    with pytest.raises(IncompleteError, match="no replicate is complete; 6 of 9 units stay in"):
        of_three.run("part")
    assert [path.name for path in Path().iterdir()] == ["outputs"]
    of_three.failing = set()
    of_three.run("rest")
    assert len(of_three.computed) == 3


def test_an_interrupt_keeps_units_and_whole_replicates(of_three):
    of_three.stop_at = ("region_2", 0)
    with pytest.raises(Interrupted, match="no replicate was finished; 2 of 9 units stay in"):
        of_three.run("none")
    assert not Path("none").exists()
    of_three.stop_at = ("region_1", 1)
    with pytest.raises(Interrupted, match="1 of 3 replicates are kept in one"):
        of_three.run("one")
    assert of_three.computed == [("region_2", 0), ("region_0", 1)]
    assert set(pd.read_parquet("one/monthly.parquet")["replicate"]) == {0}
    of_three.stop_at = None
    of_three.run("all")
    assert len(of_three.computed) == 5


def test_a_full_disk_stops_the_run_and_keeps_what_was_stored(of_three, monkeypatch):
    put = sim.run.Store.put

    def full(store, key, content):
        if len(of_three.computed) == 5:
            raise OSError(28, "No space left on device", "store=outputs/.units")
        put(store, key, content)

    monkeypatch.setattr(sim.run.Store, "put", full)
    with pytest.raises(OSError, match="No space left on device"):
        of_three.run("part")
    assert [path.name for path in Path().iterdir()] == ["outputs"]
    monkeypatch.undo()


def test_the_manifest_names_no_machine(of_three, tmp_path):
    record = of_three.run("mine", store=str(tmp_path / "kept"))
    assert "store" not in record["config"] and "address" not in record["config"]["executor"]
    assert str(tmp_path) not in json.dumps(record)


# Real runs in processes of their own


def start(folder: Path, *overrides: str) -> subprocess.Popen:
    """Start the main job in a folder."""
    return subprocess.Popen(
        [sys.executable, "-m", "sim", "+scenario=polo_norte", *SMALL, *overrides],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Tests may run where Ctrl-C is ignored, as in the background of a shell
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def run(folder: Path, *overrides: str) -> tuple[int, str]:
    """Run the main job in a folder; return its status and what it said."""
    process = start(folder, *overrides)
    _, err = process.communicate(timeout=300)
    return process.returncode, err


def wait_for(what: Callable[[], bool], process: subprocess.Popen | None = None) -> None:
    """Wait until something is so, for two minutes at most."""
    for _ in range(2400):
        if what():
            return
        assert process is None or process.poll() is None, process.communicate()
        time.sleep(0.05)
    raise AssertionError("it never happened")


def stored(folder: Path) -> int:
    """Return how many units are in a store."""
    return len(list(folder.rglob("*.unit")))


def same(one: Path, other: Path) -> None:
    """Compare the tables of two runs byte for byte."""
    for name in TABLES:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """Return the results of an uninterrupted run in one process."""
    home = tmp_path_factory.mktemp("whole")
    status, err = run(home, "replicates=12", "executor.workers=1", "output_dir=run")
    assert status == 0, err
    return home / "run"


def test_two_processes_give_the_bytes_of_one(whole, tmp_path):
    status, err = run(tmp_path, "replicates=12", "executor.workers=2", "output_dir=run")
    assert status == 0, err
    assert "100 %" in err
    same(tmp_path / "run", whole)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_that_was_killed_goes_on_where_it_was(whole, tmp_path, workers):
    line = ["replicates=12", f"executor.workers={workers}", "output_dir=run"]
    process = start(tmp_path, *line)
    store = tmp_path / "outputs" / ".units"
    wait_for(lambda: stored(store) >= 2, process)
    process.kill()
    process.communicate(timeout=60)
    before = {path: path.stat().st_mtime_ns for path in store.rglob("*.unit")}
    assert 2 <= len(before) < 12 and not (tmp_path / "run").exists()
    status, err = run(tmp_path, *line)
    assert status == 0, err
    assert f"{len(before)} of 12 units found" in err
    assert all(path.stat().st_mtime_ns == at for path, at in before.items())
    record = json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))
    assert record["units"]["reused"] == len(before)
    same(tmp_path / "run", whole)


def test_an_interrupt_ends_the_processes(tmp_path):
    process = start(tmp_path, "replicates=500", "executor.workers=2", "output_dir=run")
    wait_for(lambda: stored(tmp_path / "outputs" / ".units") >= 3, process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)  # ends only when no process holds the pipes
    assert process.returncode == 130, err
    assert "of 500 replicates are kept in" in err.splitlines()[-1] and "Traceback" not in err
    monthly = pd.read_parquet(tmp_path / "run" / "monthly.parquet")
    assert 1 <= monthly["replicate"].nunique() < 500


def test_a_store_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").write_text("mine")
    status, err = run(tmp_path, "store=file/below")
    assert status == 1 and err.count("\n") == 1 and "store=file/below" in err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


# A cluster


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["executor=dask"], ["executor", "address is null", "executor.address=tcp://HOST:8786"]),
        (["executor=dask", "executor.address=nowhere at all"], ["executor.address=nowhere"]),
        (["executor.workers=-1"], ["executor.workers=-1", "greater than or equal to 0"]),
        (["+executor.address=tcp://here:1"], ["executor=dask"]),
        (["executor=slurm"], ["executor=slurm", "dask, local"]),
        (["resume=perhaps"], ["resume=perhaps", "valid boolean"]),
    ],
)
def test_an_executor_that_cannot_be_is_refused_in_one_line(tmp_path, overrides, words):
    status, err = run(tmp_path, *overrides)
    assert status == 2 and err.count("\n") == 1 and err.startswith("error: "), err
    assert not [word for word in words if word not in err], err
    assert not (tmp_path / "outputs" / "polo_norte").exists()


def test_a_scheduler_that_does_not_answer_is_said_in_time(tmp_path):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{nobody.getsockname()[1]}"
        begun = time.monotonic()
        status, err = run(
            tmp_path, "executor=dask", f"executor.address={address}", "executor.timeout=2"
        )
    assert status == 2 and err.count("\n") == 1 and f"executor.address={address}: no sch" in err
    assert time.monotonic() - begun < 40


def test_without_the_extra_its_name_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    told = Executor(name="dask", address="tcp://127.0.0.1:1")
    with pytest.raises(InputError, match=r"pip install 'ceci-sim\[cluster\]'"):
        next(results(told, lambda *_: b"", [0], 0, lambda number: None))


class Cluster:
    """A scheduler and its workers in processes of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen] = []
        file = folder / "scheduler.json"
        self.start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
            "--scheduler-file", str(file),
        )  # fmt: skip
        wait_for(lambda: file.exists() and file.read_text().endswith("}"), self.processes[0])
        self.address = json.loads(file.read_text(encoding="utf-8"))["address"]

    def start(self, kind: str, *arguments: str) -> subprocess.Popen:
        """Start a process of the cluster."""
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{kind}", *arguments],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.processes.append(process)
        return process

    def worker(self) -> subprocess.Popen:
        """Start a worker without a nurse, so that who kills it kills it for good."""
        return self.start(
            "worker", self.address, "--host", "127.0.0.1", "--nthreads", "1", "--nworkers", "1",
            "--no-nanny", "--no-dashboard", "--local-directory", str(self.folder),
        )  # fmt: skip

    def overrides(self) -> list[str]:
        """Return what a run is told to use it."""
        return ["executor=dask", f"executor.address={self.address}"]

    def end(self) -> None:
        """End all of it."""
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path_factory) -> Iterator[Cluster]:
    it = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        yield it
    finally:
        it.end()


def test_a_cluster_gives_the_bytes_of_one_process(whole, tmp_path, cluster):
    status, err = run(tmp_path, *cluster.overrides(), "executor.timeout=1")
    assert status == 2 and err.count("\n") == 1 and "no worker after 1 s" in err
    workers = [cluster.worker(), cluster.worker()]
    line = ["replicates=12", *cluster.overrides(), "output_dir=run"]
    process = start(tmp_path, *line)
    wait_for(lambda: stored(tmp_path / "outputs" / ".units") >= 1, process)
    workers[0].kill()
    _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    record = json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))
    assert record["units"]["computed"] == 12 and record["units"]["failed"] == 0
    same(tmp_path / "run", whole)


def test_a_worker_of_another_version_says_so(cluster, monkeypatch):
    cluster.worker()
    monkeypatch.setattr("sim.executor.fingerprint", lambda: "another")
    told = Executor(name="dask", address=cluster.address)
    found = dict(results(told, sim.run.compute, [None, None], 1, lambda number: None))
    assert set(found) == {0, 1}
    assert all("another version of the simulator" in result.cause for result in found.values())


def test_a_task_that_ends_its_workers_fails_alone(cluster):
    for _ in range(5):
        cluster.worker()
    told = Executor(name="dask", address=cluster.address)
    tasks = [0, signal.SIGKILL, 0]

    def work(task, threads, tick):
        if task:
            os.kill(os.getpid(), task)
        return b"done"

    found = dict(results(told, work, tasks, 1, lambda number: None))
    assert found[0] == found[2] == b"done"
    assert found[1] == Failed(LOST)
