"""The programs that the blocks of the documents call, as a test can have them.

A page's folder has them first on PATH, each two lines of shell that run this file:

======= ==========================================================================================
python  forks a process that has the libraries imported already (3 s a command otherwise), in which
        the module named runs as ever, from the reader's folder; what takes long is made smaller,
        and ``sim`` draws no figures; the page of ``sim.view`` is read, and its server stopped
pip     installs nothing: says whether what is asked for is what the project names and is here
dask    the real one, left running in the background, as in another terminal
srun    runs its command on this machine
======= ==========================================================================================
"""

import json
import os
import re
import runpy
import signal
import socket
import subprocess
import sys
import time
from importlib import import_module, metadata
from pathlib import Path

SMALLER = {
    "sim": "scale=0.01 months=12 burn_in=3 replicates=2 threads=1",
    "sim.trace": "scale=0.01 months=24 burn_in=3 threads=1",
    "sim.view": "scale=0.01 months=6 burn_in=3 threads=1 port=0 browser=false",
    "experiments.calibrate": "scale=0.01 replicates=2 simulations=20 waves=1 steps=20 draws=10 "
    "candidates=10 corrections=0 burn_in=3 threads=1",
    "experiments.validate": "scale=0.01 replicates=2 burn_in=3 threads=1",
    "experiments.sensitivity": "scale=0.005 screening_scale=0.005 replicates=2 months=6 burn_in=3 "
    "trajectories=2 influential=2 samples=16 draws=2 threads=1 only=[public_trust,detour_cost]",
    "analysis.econometrics": "--draws=5",
    "dask worker": "--nworkers=2",
    "pytest": "--version",
}
"""What a command is given besides, last, where it does not say it, or says a larger number."""

LIBRARIES = (
    "babel.numbers", "hydra", "joblib", "matplotlib.pyplot", "mesa", "numba", "pandas",
    "pyarrow.parquet", "pydantic", "rich.progress", "scipy.optimize", "scipy.stats", "seaborn",
    "sklearn.gaussian_process",
)  # fmt: skip
UP = {"scheduler": "Scheduler at:", "worker": "Registered to:"}
"""What Dask says of itself when it is up."""

SERVED_AT, RUNNING = "SERVED_AT", "LEFT_RUNNING"
"""Variables: where `serve` listens; the file of what is left running, a process group a line."""


def smaller(command: str, words: list[str]) -> list[str]:
    """Return what is added to a command."""
    given = dict(word.split("=", 1) for word in words if "=" in word)

    def wanting(option: str) -> bool:
        name, _, value = option.partition("=")
        if name not in given:
            return True
        number = re.compile(r"[\d.]+")
        both = number.fullmatch(value) and number.fullmatch(given[name])
        return bool(both) and float(given[name]) > float(value)

    return [option for option in SMALLER.get(command, "").split() if wanting(option)]


def serve(address: str) -> None:
    """Import the libraries, then answer every `python` with a fork."""
    for name in LIBRARIES:
        import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as place:
        place.bind(address)
        place.listen()
        while True:
            reader, _ = place.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                return answer(reader)
            reader.close()


def answer(reader: socket.socket) -> None:
    """Run what a reader asks for in one more fork, and tell its number and its exit status."""
    asked, files, _, _ = socket.recv_fds(reader, 1 << 20, 3)
    words, folder, variables = json.loads(asked)
    number = os.fork()
    if number:
        reader.sendall(f"{number}\n".encode())
        for file in files:
            os.close(file)
        status = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
        reader.sendall(f"{status}\n".encode())
        os._exit(0)
    for stream, file in enumerate(files):
        os.dup2(file, stream)
        os.close(file)
    reader.close()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    sys.path[:0] = [folder, *variables["PYTHONPATH"].split(":")]
    if words[:2] == ["-m", "sim"]:
        import_module("sim.run").draw_figures = lambda *_: None  # most of a small run's time
    if words[0] == "-m":
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = words
        exec(compile(sys.stdin.read(), "<stdin>", "exec"), {"__name__": "__main__"})


class Asked:
    """A command that `serve` runs; `number` is its process."""

    def __init__(self, words: list[str], out: int = 1) -> None:
        if words[0] not in ("-m", "-"):
            sys.exit(f"the documents run python -m MODULE or python -, not {words}")
        added = smaller(words[1], words[2:]) if words[0] == "-m" else []
        place = socket.socket(socket.AF_UNIX)
        place.connect(os.environ[SERVED_AT])
        request = json.dumps([words + added, os.getcwd(), dict(os.environ)])
        socket.send_fds(place, [request.encode()], [0, out, 2])
        self.told = place.makefile()
        self.number = int(self.told.readline())

    def status(self) -> int:
        """Wait for its end."""
        return abs(int(self.told.readline()))


def python(words: list[str]) -> int:
    """Run a command to its end, or, if it is the view, until its page has been read."""
    if words[:2] != ["-m", "sim.view"]:
        return Asked(words).status()
    seen, shown = os.pipe()
    view = Asked(words, shown)
    os.close(shown)
    with os.fdopen(seen) as lines:
        for line in lines:
            address = re.search(r"http://\S+", line)
            if address:
                read(address[0])
                os.kill(view.number, signal.SIGINT)
    return view.status()


def read(address: str) -> None:
    """Read a page."""
    from urllib.request import ProxyHandler, build_opener

    with build_opener(ProxyHandler({})).open(address, timeout=60) as page:
        if b"<html" not in page.read():
            sys.exit(f"{address} is no page")
    print(f"{address} was read")


def pip(words: list[str]) -> int:
    """Check that what is to be installed is the project's, with extras that it has, and is here."""
    import tomllib

    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]

    def check(wanted: str) -> None:
        name, extras = re.findall(r"^([\w.-]+)(?:\[(.+?)\])?", wanted)[0]
        if name not in (".", project["name"]):
            metadata.version(name)
            return
        for extra in filter(None, extras.split(",")):
            if extra not in project["optional-dependencies"]:
                sys.exit(f"{wanted}: the project has no extra {extra}")
            for requirement in project["optional-dependencies"][extra]:
                check(requirement)

    if words[0] != "install":
        sys.exit(f"pip {words[0]}: the documents only install")
    for wanted in (word for word in words[1:] if not word.startswith("-")):
        check(wanted)
    return 0


def dask(words: list[str]) -> int:
    """Start a scheduler or a worker, and leave it running."""
    where = ["--host=127.0.0.1", f"--port={os.environ['PORT']}"]
    more = where if words[0] == "scheduler" else smaller(f"dask {words[0]}", words[1:])
    log = Path(os.environ[RUNNING]).with_name(f"dask_{words[0]}.log")
    with log.open("w") as out:
        started = subprocess.Popen(
            [sys.executable, "-m", "dask", *words, *more],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    with Path(os.environ[RUNNING]).open("a") as file:
        file.write(f"{started.pid}\n")
    while UP[words[0]] not in log.read_text():
        time.sleep(0.1)
        if started.poll() is not None:
            sys.exit(log.read_text())
    return 0


def srun(words: list[str]) -> int:
    """Run a command on this machine."""
    command = next(n for n, word in enumerate(words) if not word.startswith("-"))
    os.execvp(words[command], words[command:])


PROGRAMS = {program.__name__: program for program in (python, pip, dask, srun)}

if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    else:
        sys.exit(PROGRAMS[sys.argv[1]](sys.argv[2:]))
