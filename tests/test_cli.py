"""The command line: what is refused, how it is said, and what wins."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Stand-ins, read only where the configs package has no file of the same name.
CONFIGS = {
    "parameters/base.yaml": "care: {fee: 10}\n",
    "polo/juarez.yaml": "zones: 3\n",
    "rollout/ninguno.yaml": "{}\n",
    "rollout/anunciado.yaml": "{}\n",
    "rollout/lento.yaml": "pace: slow\n",
    "rollout/rapido.yaml": "pace: fast\n",
    "scenario/mine.yaml": (
        "# @package _global_\n"
        "defaults: [{override /rollout: lento}]\n"
        "name: mine\n"
        "months: 9\n"
        "care: {fee: 10, places: 4}\n"
    ),
    "scenario/broken.yaml": "a: [1,\n",
    "scenario/dangling.yaml": "# @package _global_\nname: dangling\nseed: ${nothing}\n",
    "scenario/nameless.yaml": "# @package _global_\nseed: 3\n",
    "scenario/typo.yaml": "# @package _global_\nname: typo\nreplicatess: 3\n",
}

DUMMY = """
import sys
from typing import Literal

from omegaconf import OmegaConf
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim.cli import command
from sim.errors import InputError, Interrupted


class Care(BaseModel):
    model_config = ConfigDict(extra="forbid")
    fee: float = Field(ge=0)
    places: int = Field(gt=0)


class Run(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    label: dict
    seed: int = Field(ge=0)
    replicates: int = Field(ge=1)
    agreement_start: str
    agreement_end: str
    months: int = Field(ge=1)
    burn_in: int = Field(ge=0)
    scale: float = Field(gt=0, le=1)
    engine: Literal["compiled", "objects"]
    threads: int = Field(ge=0)
    output_dir: str | None
    store: str
    resume: bool
    posterior: bool
    panel: dict
    distribution: dict
    executor: dict
    parameters: dict
    polo: dict
    outreach: dict
    assistance: dict
    siting: dict
    population: dict
    access: dict
    opens: dict
    rollout: dict
    care: Care = Care(fee=0, places=1)

    @model_validator(mode="after")
    def _even(self):
        if self.seed == 13:
            raise ValueError("seed=13 brings bad luck; take any other")
        return self


def job(config):
    run = Run(**OmegaConf.to_container(config, resolve=True))
    match run.seed:
        case 91:
            raise InputError("months=9: too\\nshort; 12 or more")
        case 92:
            raise Interrupted("2 of 4 replicates are kept; run it again for the rest")
        case 93:
            raise KeyboardInterrupt
        case 94:
            raise OSError(28, "No space left on device", "monthly.parquet")
        case 95:
            raise RuntimeError("a bug")
    print(run.name, run.seed, run.months, run.rollout.get("pace"))


if __name__ == "__main__":
    sys.exit(command(job))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a user's configs and a program that checks its configuration."""
    folder = tmp_path_factory.mktemp("cli")
    for name, text in CONFIGS.items():
        path = folder / "conf" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "dummy.py").write_text(DUMMY, encoding="utf-8")
    return folder


class Shell:
    """Runs commands in an empty working directory."""

    def __init__(self, folder: Path, work: Path) -> None:
        self.folder = folder
        self.work = work
        work.mkdir()

    def __call__(
        self, *program: str, full_error: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        environment = {key: value for key, value in os.environ.items() if key[:6] != "HYDRA_"}
        environment["PYTHONPATH"] = str(ROOT)
        if full_error:
            environment["HYDRA_FULL_ERROR"] = full_error
        return subprocess.run(
            [sys.executable, *program],
            cwd=self.work,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def sim(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """``python -m sim`` with the user's configs; it must not reach the simulator."""
        return self("-m", "sim", "--config-dir", str(self.folder / "conf"), *arguments)

    def dummy(
        self, *arguments: str, full_error: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """The stand-in program with the user's configs."""
        options = ("--config-dir", str(self.folder / "conf"))
        program = str(self.folder / "dummy.py")
        return self(program, *options, *arguments, full_error=full_error)

    def assert_refused(self, done: subprocess.CompletedProcess[str], *words: str) -> None:
        """One line of error that holds all the words, status 2, nothing left behind."""
        assert (done.returncode, done.stdout) == (2, ""), done
        assert "Traceback" not in done.stderr
        assert done.stderr.startswith("error: "), done.stderr
        assert done.stderr.count("\n") == 1, done.stderr
        missing = [word for word in words if word not in done.stderr]
        assert not missing, done.stderr
        assert list(self.work.iterdir()) == []


@pytest.fixture
def shell(folder: Path, tmp_path: Path) -> Shell:
    return Shell(folder, tmp_path / "work")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["no scenario", "+scenario=NAME", "polo_norte", "mine"]),
        (["+scenario=foo"], ["scenario=foo", "polo_norte", "mine"]),
        (["scenario=foo"], ["scenario=foo", "polo_norte", "mine"]),
        (["+scenario=nameless"], ["name", "nameless"]),
        (["+scenario=mine", "replicatess=3"], ["replicatess=3", "did you mean replicates?"]),
        (["+scenario=mine", "zzz=3"], ["zzz=3", "known: ", "replicates", "scale"]),
        (["+scenario=mine", "rolout=ninguno"], ["rolout=ninguno", "did you mean rollout?"]),
        (["+scenario=mine", "rollout=foo"], ["rollout=foo", "anunciado", "ninguno", "rapido"]),
        (["+scenario=mine", "rollout=null"], ["rollout=null"]),
        (["+scenario=mine", "seed=="], ["seed==", "key=value"]),
        (["+scenario=mine", "a=[1,"], ["a=[1,", "key=value"]),
        (["+scenario=mine", "seed"], ["'seed'", "key=value"]),
        (["+scenario=mine", "seed=1,2"], ["seed=1,2", "--multirun"]),
        (["+scenario=mine", "seed.x=1"], ["seed.x=1"]),
        (["+scenario=broken"], ["broken.yaml line 2", "not valid YAML"]),
        (["--cfg", "foo"], ["--cfg", "foo", "job"]),
        (["--oops"], ["--oops"]),
        (["--config-name", "foo"], ["foo"]),
        (["--config-dir", "absent"], ["absent", "not found"]),
    ],
)
def test_what_hydra_cannot_compose_is_one_line(
    shell: Shell, arguments: list[str], words: list[str]
) -> None:
    shell.assert_refused(shell.sim(*arguments), *words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["+scenario=dangling"], ["seed=${nothing}", "'nothing' not found"]),
        (["+scenario=typo"], ["replicatess=3", "did you mean replicates?"]),
        (["+scenario=mine", "+pace=3"], ["pace=3", "no such key", "replicates"]),
        (["+scenario=mine", "+care.place=3"], ["care.place=3", "did you mean places?"]),
        (["+scenario=mine", "replicates=0"], ["replicates=0", "greater than or equal to 1"]),
        (["+scenario=mine", "scale=two"], ["scale=two", "valid number"]),
        (["+scenario=mine", "engine=fast"], ["engine=fast", "'compiled' or 'objects'"]),
        (["+scenario=mine", "~care.fee"], ["care.fee", "required"]),
        (["+scenario=mine", "care.fee=-1"], ["care.fee=-1", "greater than or equal to 0"]),
        (["+scenario=mine", "seed=13"], ["seed=13 brings bad luck; take any other"]),
        (["+scenario=mine", "seed=91"], ["months=9: too short; 12 or more"]),
        (
            ["+scenario=mine", "seed=-1", "months=0", "scale=2", "threads=-1", "burn_in=x"],
            ["seed=-1", "months=0", "burn_in=x", "and 2 more"],
        ),
    ],
)
def test_what_the_job_refuses_is_one_line(
    shell: Shell, arguments: list[str], words: list[str]
) -> None:
    shell.assert_refused(shell.dummy(*arguments), *words)


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (["+scenario=mine"], "mine 20260121 9 slow\n"),
        (["scenario=mine"], "mine 20260121 9 slow\n"),
        (["+scenario=mine", "rollout=rapido", "months=3"], "mine 20260121 3 fast\n"),
        (["rollout=rapido", "+scenario=mine"], "mine 20260121 9 fast\n"),
        (["scenario=mine", "--run", "seed=7"], "mine 7 9 slow\n"),
    ],
)
def test_the_command_line_wins_over_the_scenario(
    shell: Shell, arguments: list[str], printed: str
) -> None:
    done = shell.dummy(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (0, printed, "")
    assert list(shell.work.iterdir()) == []


def test_multirun_runs_every_job_and_keeps_its_record(shell: Shell) -> None:
    done = shell.dummy("--multirun", "scenario=mine", "seed=1,2", "rollout=lento,rapido")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "mine 1 9 slow",
        "mine 1 9 fast",
        "mine 2 9 slow",
        "mine 2 9 fast",
    ]
    left = [path.name for path in shell.work.rglob("*") if path.is_file()]
    assert left == ["multirun.yaml"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["+scenario=mine", "seed=1,-5,2"], ["seed=-5", "greater than or equal to 0"]),
        (["+scenario=mine,foo"], ["scenario=foo", "polo_norte"]),
        (["+scenario=mine", "replicatess=1,2"], ["replicatess=1", "did you mean replicates?"]),
    ],
)
def test_an_error_in_a_multirun_is_one_line(
    shell: Shell, arguments: list[str], words: list[str]
) -> None:
    done = shell.dummy("--multirun", *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert all(word in done.stderr for word in words), done.stderr


@pytest.mark.parametrize(
    ("seed", "status", "line"),
    [
        (92, 130, "interrupted: 2 of 4 replicates are kept; run it again for the rest\n"),
        (93, 130, "interrupted: stopped before the end\n"),
        (94, 1, "error: No space left on device: monthly.parquet\n"),
    ],
)
def test_a_stopped_job_says_so_in_one_line(shell: Shell, seed: int, status: int, line: str) -> None:
    done = shell.dummy("+scenario=mine", f"seed={seed}")
    assert (done.returncode, done.stderr) == (status, line)


def test_a_bug_keeps_its_traceback(shell: Shell) -> None:
    done = shell.dummy("+scenario=mine", "seed=95")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "RuntimeError: a bug" in done.stderr


@pytest.mark.parametrize("argument", ["replicatess=3", "seed=91", "seed=-1"])
def test_full_errors_keep_their_traceback(shell: Shell, argument: str) -> None:
    done = shell.dummy("+scenario=mine", argument, full_error="1")
    assert done.returncode == 1
    assert "Traceback" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--help"], ["polo_norte", "rollout: ", "replicates: 4"]),
        (["scenario=mine", "--cfg", "job"], ["name: mine", "months: 9", "pace: slow"]),
        (["+scenario=mine", "--info", "searchpath"], ["command-line"]),
    ],
)
def test_hydra_shows_the_configuration(
    shell: Shell, arguments: list[str], words: list[str]
) -> None:
    done = shell.sim(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(word in done.stdout for word in words), done.stdout
    assert list(shell.work.iterdir()) == []
