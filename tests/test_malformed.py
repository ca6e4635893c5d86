"""Whatever is malformed ends every command in one line and status 2; nothing is run or lost.

Files of one command alone are in its own tests: the tables of a polo (`polo/test_refused.py`),
draws (`test_posterior.py`), studies (`experiments/test_study.py`), values (`test_settings.py`).
"""

import io
import json
import os
import time
import zipfile
from pathlib import Path

import pytest

from analysis import absenteeism, compare, distribution, figures, participation, value
from analysis.econometrics.__main__ import main as econometrics
from analysis.report.__main__ import main as report
from sim import verify
from sim.cli import command
from sim.errors import InputError
from sim.own_files import MOST_BYTES
from sim.population.iter import read_iter
from sim.settings import Settings
from tests.analysis.conftest import folder  # noqa: F401
from tests.analysis.made import monthly_table, sealed
from tests.polo.conftest import files, new, samples  # noqa: F401

# Files of the configuration

HEAD = "# @package _global_\nname: bad\nlabel: {es: a, en: b}\n"
LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)
COMMANDS = ("config", "trace", "view", "validate", "calibrate", "sensitivity")
"""Primary configurations of sim, its views and the experiments."""

UNREADABLE = {
    "a bomb of aliases": (HEAD + LAUGHS, "written out, without aliases, holds more than 100,000"),
    "an alias of itself": (HEAD + "a: &a [*a]\n", "written out, without aliases"),
    "a command": (
        HEAD + "seed: !!python/object/apply:os.system [touch executed]\n", "line 4: not valid YAML",
    ),
    "a key twice": (HEAD + "seed: 3\nseed: 4\n", "line 5: not valid YAML: found duplicate key"),
    "a tab": (HEAD + "seed:\n\t3\n", "line 5: not valid YAML"),
    "a NUL": (HEAD + "seed: 3\0\n", r"bad.yaml holds '\x00', which YAML does not allow"),
    "UTF-16": (HEAD.encode("utf-16"), "bad.yaml is not text in UTF-8"),
    "Latin-1": ((HEAD + "# año").encode("latin-1"), "bad.yaml is not text in UTF-8"),
    "no text at all": (bytes(range(256)), "bad.yaml is not text in UTF-8"),
    "nested without end": (HEAD + "x: " + "[" * 5000, "is nested too deep"),
    "200 MB": (None, f"bad.yaml is larger than {MOST_BYTES:,} bytes"),
    "a link to itself": (Path("bad.yaml"), "scenario=bad: no such choice"),
}  # fmt: skip


@pytest.fixture
def own(tmp_path, monkeypatch, capsys):
    """Return a function that runs a command on a scenario of the user's own."""
    monkeypatch.chdir(tmp_path)

    def run(content, *more: str, name: str = "config", job=pytest.fail) -> tuple[int, str, str]:
        path = tmp_path / "own" / "scenario" / "bad.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        match content:
            case Path():
                path.symlink_to(content)
            case None:
                path.touch()
                os.truncate(path, 200_000_000)
            case bytes() | str():
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
        words = ["sim", "--config-dir", str(tmp_path / "own"), "+scenario=bad", *more]
        monkeypatch.setattr("sys.argv", words)
        return command(job, name), *capsys.readouterr()

    return run


def one_line(said: tuple[int, str, str], *words: str) -> None:
    status, out, err = said
    assert (status, out) == (2, ""), said
    assert err.count("\n") == 1 and err.startswith("error: "), err
    assert err.strip().isprintable() and "Traceback" not in err
    assert all(word in err for word in words), err


@pytest.mark.parametrize("kind", UNREADABLE)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_file_that_cannot_be_read(own, tmp_path, kind, name):
    content, said = UNREADABLE[kind]
    begun = time.monotonic()
    one_line(own(content, name=name), said)
    assert time.monotonic() - begun < 10
    assert [path.name for path in tmp_path.iterdir()] == ["own"]


def test_a_bomb_that_another_file_asks_for(own, tmp_path):
    (tmp_path / "own" / "rollout").mkdir(parents=True)
    (tmp_path / "own" / "rollout" / "laughs.yaml").write_text(LAUGHS)
    content = HEAD + "defaults:\n  - override /rollout: laughs\n"
    one_line(own(content), "rollout/laughs.yaml written")


OPENS = "{_target_: builtins.open, file: executed, mode: w}"
EXECUTED = {
    "a callback": HEAD + f"hydra: {{callbacks: {{x: {OPENS}}}}}\n",
    "a launcher": HEAD + f"hydra:\n  launcher: {OPENS}\n",
    "a handler of the log": HEAD
    + "hydra: {job_logging: {handlers: {x: {(): builtins.open, file: executed, mode: w}}}}\n",
    "a name in disguise": HEAD + f'"\\x68ydra": {{callbacks: {{x: {OPENS}}}}}\n',
    "a package": f"# @package hydra.callbacks\nx: {OPENS}\n",
    "a default": HEAD + "defaults:\n  - override /hydra/job_logging: theirs\n",
    "a default of another package": HEAD + "defaults:\n  - /rollout@hydra.callbacks: theirs\n",
    "a file of the group": HEAD + "defaults:\n  - /hydra/callbacks/theirs\n",
}  # fmt: skip


@pytest.mark.parametrize("kind", EXECUTED)
@pytest.mark.parametrize("name", COMMANDS)
def test_no_file_runs_a_program_by_way_of_hydra(own, tmp_path, kind, name):
    for group in ("hydra/callbacks", "hydra/job_logging", "rollout"):
        (tmp_path / "own" / group).mkdir(parents=True)
        (tmp_path / "own" / group / "theirs.yaml").write_text(f"x: {OPENS}\n")
    said = own(EXECUTED[kind], name=name)
    one_line(said, "scenario/bad.yaml sets options of Hydra's own (hydra)")
    assert [path.name for path in tmp_path.iterdir()] == ["own"]


def test_a_file_that_another_asks_for_runs_nothing_either(own, tmp_path):
    (tmp_path / "own" / "more").mkdir(parents=True)
    theirs = tmp_path / "own" / "more" / "theirs.yaml"
    theirs.write_text(f"# @package _global_\nhydra: {{callbacks: {{x: {OPENS}}}}}\n")
    one_line(own(HEAD + "defaults:\n  - /more/theirs\n"), "more/theirs.yaml sets options of Hydra")
    assert [path.name for path in tmp_path.iterdir()] == ["own"]


def test_options_of_hydra_may_be_given_on_the_command_line(own, tmp_path):
    seen = []
    status, _, err = own(HEAD, "hydra.run.dir=elsewhere", job=lambda config: seen.append(config))
    assert (status, err, len(seen)) == (0, "", 1)


WRONG = {
    "a name that climbs out": (HEAD.replace("bad", "../../x"), "name=../../x: "),
    "a name from the environment": (HEAD.replace("bad", "${oc.env:HOME}"), "name=/"),
    "a value of itself": (HEAD + "seed: ${seed}\n", "Recursive interpolation"),
    "a class to be made": (HEAD + "_target_: os.system\n", "_target_=os.system: no such key"),
    "no numbers": (HEAD + "seed: .nan\nscale: .inf\n", "seed=nan: Input should be a finite"),
    "a cursor that moves": (HEAD.replace("es: a", 'es: "\\e[2J"'), "without control characters"),
    "a label of two lines": (HEAD.replace("es: a", 'es: "a\\nb"'), "one line of text"),
    "a label without end": (HEAD.replace("es: a", "es: " + "x" * 9999), "at most 300 characters"),
    "a list": ("- a\n- b\n", "name: missing from scenario bad"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_value_that_cannot_be(own, tmp_path, kind):
    content, said = WRONG[kind]
    one_line(own(content, job=Settings.from_config), said)
    assert [path.name for path in tmp_path.iterdir()] == ["own"]


# Result folders

ANALYSES = {
    "absenteeism": absenteeism.main, "compare": compare.main, "distribution": distribution.main,
    "econometrics": econometrics,
    "participation": participation.main, "report": report, "value": value.main,
    "verify": verify.main,
}  # fmt: skip
GROUPS = ["mothers_u4", "women_15_49", "mothers_u4_lone", "mothers_u4_partnered", "sector_maquila"]

MANIFESTS = {
    "nested without end": lambda told: "[" * 200_000,
    "a number without end": lambda told: json.dumps(told).replace(": 7", ": " + "9" * 9999),
    "replicates that are none": lambda told: json.dumps(told | {"replicates_done": float("nan")}),
    "replicates without end": lambda told: json.dumps(told | {"replicates_done": float("inf")}),
    "another table's name": lambda told: json.dumps(told | {"results": ["../../etc/passwd"]}),
    "NUL": lambda told: json.dumps(told) + "\0",
}  # fmt: skip


@pytest.mark.parametrize("kind", MANIFESTS)
@pytest.mark.parametrize("name", ANALYSES)
def test_a_manifest_that_cannot_be_used(folder, capsys, name, kind):  # noqa: F811
    path = folder(table=monthly_table(replicates=2, groups=GROUPS))
    before = [str(path)]
    if name == "compare":
        before = [str(folder("good", monthly_table(replicates=2, groups=GROUPS))), *before]
    told = path / "manifest.json"
    told.write_text(MANIFESTS[kind](json.loads(told.read_text())), encoding="utf-8")
    there = sorted(path.rglob("*"))
    assert ANALYSES[name](before) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and str(path) in err, err
    assert sorted(path.rglob("*")) == there


@pytest.mark.parametrize("kind", ["nested without end", "a number without end"])
def test_figures_are_redrawn_without_a_manifest(folder, tmp_path, capsys, kind):  # noqa: F811
    told = {"seed": 7}
    (tmp_path / "manifest.json").write_text(MANIFESTS[kind](told), encoding="utf-8")
    assert figures._interval(tmp_path) == "chance"


def test_a_table_of_another_kind(folder, capsys):  # noqa: F811
    path = folder(table=monthly_table(replicates=2, groups=GROUPS))
    (path / "monthly.parquet").write_bytes((path / "accounts.parquet").read_bytes())
    sealed(path)
    assert participation.main([str(path), "--lang", "en"]) == 2
    assert "monthly.parquet lacks" in capsys.readouterr().err


# Tables: the census for a run, and all that a polo is made of


def zipped(name: str, content: bytes, encrypted: bool = False) -> bytes:
    """Return a zip of one file, which may say that it is encrypted."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    packed = bytearray(stream.getvalue())
    if encrypted:
        packed[6] |= 1
        packed[packed.index(b"PK\1\2") + 8] |= 1
    return bytes(packed)


TABLES = {
    "encrypted": ("t.zip", lambda text: zipped("iter_denue.csv", text, True), "not a sound zip"),
    "a zip in a zip": (
        "t.zip", lambda text: zipped("iter.zip", zipped("iter.csv", text)), "holds 0 csv files",
    ),
    "NUL bytes": ("t.csv", lambda text: text[:3] + b"\0" + text[3:], "row 1 has no column|text in"),
    "binary": ("t.csv", lambda text: os.urandom(4000), "row 1 has no column|not a csv|not text"),
    "no rows": ("t.csv", lambda text: text.partition(b"\n")[0], "a header without rows|no row of"),
    "a link to itself": ("t.csv", Path("t.csv"), "cannot be read: Too many levels of symbolic"),
    "a folder": ("t.csv", None, "cannot be read: Is a directory"),
    "2 GB": ("t.csv", 2 * 10**9, r"2,000,000,000 bytes of csv; at most"),
}  # fmt: skip


def spoilt(kind: str, path: Path) -> tuple[Path, str]:
    """Return a malformed table made of a sound one, and what is said of it."""
    name, content, said = TABLES[kind]
    bad = path.parent / name
    match content:
        case Path():
            bad.symlink_to(content)
        case None:
            bad.mkdir()
        case int():
            bad.touch()
            os.truncate(bad, content)
        case _:
            bad.write_bytes(content(path.read_bytes()))
    return bad, said


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("option", ["iter", "firms", "centres", "zones"])
def test_a_table_that_cannot_be_read(files, new, tmp_path, option, kind):  # noqa: F811
    bad, said = spoilt(kind, files[option])
    done = new(**files | {option: bad})
    one_line(done)
    assert f"--{option}={bad}: " in done.err
    assert any(words in done.err for words in said.split("|")), done.err
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize("kind", TABLES)
def test_a_census_that_cannot_be_read(files, kind):  # noqa: F811
    bad, said = spoilt(kind, files["iter"])
    with pytest.raises(InputError) as refused:
        read_iter(bad)
    line = str(refused.value)
    assert line.startswith(f"population.iter={bad}: ") and line.isprintable()
    assert any(words in line for words in said.split("|")), line


def test_a_member_that_climbs_out_is_read_and_never_written(files, tmp_path):  # noqa: F811
    path = tmp_path / "in" / "t.zip"
    path.write_bytes(zipped("../../../iter.csv", files["iter"].read_bytes()))
    there = sorted(tmp_path.rglob("*"))
    assert len(read_iter(path)) == len(read_iter(files["iter"]))
    assert sorted(tmp_path.rglob("*")) == there


@pytest.mark.parametrize("option", ["centres", "zones"])
def test_what_is_made_by_hand_is_small(files, new, option):  # noqa: F811
    os.truncate(files[option], 200_000_000)
    one_line(new(**files), f"--{option}=", "200,000,000 bytes of csv; at most 10,000,000 are read")
