"""A reader of the documents: the fenced blocks of a page, and the folder in which they are run."""

import ast
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.docs import stand_ins

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"[\w/]+\.(?:yaml|csv)")

CLONED = ("analysis", "configs", "docs", "experiments", "README.md", "pyproject.toml")
"""What a reader's folder has; `sim`, to which nobody writes, stays where its code is compiled."""

SAID = [
    (r"\[(--[^]]+)\]", r"\1"),  # an option that may be given
    (r"\bDIR DIR\b(\.\.\.)?", "results/announced results/delayed"),
    (r"\bDIR\b(\.\.\.)?", "results/announced"),
    (r"\bHOST:8786\b", "127.0.0.1:$PORT"),
    (r"^python3 -m venv \.venv && ", ""),
]
"""What stands for something of the reader's, or is there already, and what it is here."""


class Block(NamedTuple):
    """A fenced block: its page, its line there, and the prose between the last one and it."""

    page: str
    line: int
    language: str
    code: str
    prose: str

    def __str__(self) -> str:
        return f"{self.page}, block of line {self.line}"

    @property
    def file(self) -> str:
        """The file that it is to be saved as: a comment in it says so, or the prose before it."""
        comments = " ".join(re.findall("#.*", self.code))
        named = FILE.findall(comments) or FILE.findall(self.prose)
        assert named, f"{self}: neither it nor the prose before it says which file it is"
        return named[-1]

    @property
    def meaning(self) -> Any:
        """What it says, whatever the language of its comments and of what it asks for."""
        if self.language == "python":
            return ast.dump(ast.parse(self.code))
        if self.language == "yaml":
            return list(yaml.safe_load_all(self.code)), self.file
        if self.language == "csv":
            return self.code, self.file
        spoken = re.sub(r"\blang([= ])es\b", r"lang\1en", self.code)
        return shlex.split(spoken, comments=True)


def blocks(page: str) -> list[Block]:
    """Return the blocks of code of a page, by its path from the root; excerpts are text."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found, end = [], 0
    for block in BLOCK.finditer(text):
        if block[1] == "text":
            continue
        line = text.count("\n", 0, block.start()) + 1
        found.append(Block(page, line, *block.groups(), prose=text[end : block.start()]))
        end = block.end()
    return found


def run(command: list[str], what: object, folder: Path, variables: dict[str, str], given="") -> str:
    """Run a command, which must end well, and return what it said."""
    out = folder.with_name("out.txt")  # a pipe would last as long as what is left running
    with out.open("w") as file:
        status = subprocess.run(
            command, cwd=folder, env=variables, stdout=file, stderr=file, text=True, input=given,
            timeout=600, check=False,
        ).returncode  # fmt: skip
    said = out.read_text(encoding="utf-8", errors="replace")
    assert status == 0, f"{what} ended with {status}:\n{said[-3000:]}"
    return said


def shell(code: str, what: object, folder: Path, variables: dict[str, str]) -> dict[str, str]:
    """Run lines in a shell, which must end well, and return the variables that it has then."""
    kept = folder.with_name("variables")
    lines = code.replace(" && ", "\n")  # a shell that ends where a command fails goes on after `&&`
    run(["bash", "-e", "-c", f"set -a\n{lines}\nenv -0 >'{kept}'"], what, folder, variables)
    told = kept.read_text(encoding="utf-8").split("\0")
    return dict(variable.split("=", 1) for variable in told if variable)


class Reader:
    """Who runs blocks in a folder like a clone, with the stand-ins first on PATH.

    Parameters
    ----------
    home
        An empty folder, for that of the clone and what is beside it.
    served_at
        Where the stand-in of ``python`` is answered.
    source
        The folder that is copied.
    """

    def __init__(self, home: Path, served_at: str, source: Path) -> None:
        self.folder = home / "clone"
        self.left_running = home / "running"
        self.left_running.touch()
        shutil.copytree(source, self.folder, ignore=shutil.ignore_patterns(".venv", "outputs"))
        programs = self.folder / ".venv" / "bin"
        programs.mkdir(parents=True)
        for name in stand_ins.PROGRAMS:
            path = programs / name
            path.write_text(f'#!/bin/sh\nexec {sys.executable} {stand_ins.__file__} {name} "$@"\n')
            path.chmod(0o755)
        kept = ("LANG", "LC_ALL", "TMPDIR")
        self.variables = {name: os.environ[name] for name in kept if name in os.environ} | {
            "HOME": str(home),
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PORT": str(free_port()),
            "PYTHONPATH": f"{self.folder}:{ROOT}",  # as if it were installed
            stand_ins.SERVED_AT: served_at,
            stand_ins.RUNNING: str(self.left_running),
        }

    def runs(self, block: Block) -> None:
        """Run a block, or save it if it is a file; what a shell is told stays for later blocks."""
        if block.language in ("yaml", "csv"):
            path = self.folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.code, encoding="utf-8")
        elif block.language == "python":
            run(["python", "-"], block, self.folder, self.variables, given=block.code)
        else:
            assert block.language == "sh", f"{block}: nobody runs {block.language}"
            if "dask scheduler" in block.code:
                self.ends()
            code = block.code
            for said, here in SAID:
                code = re.sub(said, here, code, flags=re.MULTILINE)
            self.variables = shell(code, block, self.folder, self.variables)

    def ends(self) -> None:
        """End what was left running."""
        for group in self.left_running.read_text().split():
            end_group(int(group))
        self.left_running.write_text("")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


def end_group(group: int) -> None:
    """End the processes of a group, if there are any left."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
