"""Files of the configuration that are the user's own: what Hydra must not be given to read.

Hydra reads whatever it finds, copies what aliases stand for until memory ends, and makes any object
that its own options name, so that a file could run a program. Those options are for the command
line alone.
"""

import contextlib
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from hydra._internal.sources_registry import SourcesRegistry
from hydra.core.plugins import Plugins

import configs
from sim.errors import InputError

MOST_NODES = 100_000
"""Values that a file may hold once its aliases are written out."""

MOST_BYTES = 2_000_000
"""Bytes of a file; a polo with a thousand zones has some 0.1 MB."""

OF_HYDRA = re.compile(r"(?:^|[\s/@.:])hydra(?:[/.@:]|$)")
"""A key, package or entry of a list of defaults that sets Hydra's own options."""

PACKAGE = re.compile(r"^\s*#\s*@package\s+(\S+)", re.MULTILINE)
PACKAGED = Path(configs.__file__).resolve().parent


@contextlib.contextmanager
def refused() -> Iterator[None]:
    """Refuse unsound files wherever Hydra reads one meanwhile, but those of the package.

    Raises
    ------
    InputError
        If a file is too large, no text, holds too much, or sets Hydra's own options.
    """
    Plugins.instance()  # registers who reads files
    of_files: Any = SourcesRegistry.instance().resolve("file")
    load = of_files.load_config

    def sound(source: Any, config_path: str) -> Any:
        folder = Path(source.path)
        if folder.resolve() != PACKAGED:
            refuse_unsound(folder / source._normalize_file_name(config_path), folder)
        return load(source, config_path)

    of_files.load_config = sound
    try:
        yield
    finally:
        of_files.load_config = load


def refuse_unsound(path: Path, folder: Path) -> None:
    """Refuse a file that Hydra should not read.

    Raises
    ------
    InputError
        In words that name the file by its path from the folder.
    """
    said = path.relative_to(folder).as_posix()
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"{said} is larger than {MOST_BYTES:,} bytes")
    text = _text(path, said)
    packages = PACKAGE.findall(text)
    if any(OF_HYDRA.search(name) for name in (said, *packages)):
        raise _of_hydra(said)
    # An alias, Hydra's name, or an escape that may hide it
    if not re.search(r"\*|hydra|\\", text):
        return
    with contextlib.suppress(yaml.YAMLError):  # Hydra says where and why
        try:
            root = yaml.compose(text, yaml.SafeLoader)
            values = _written_out(root, {})
        except RecursionError:
            raise InputError(f"{said} is nested too deep") from None
        if values > MOST_NODES:
            raise InputError(
                f"{said} written out, without aliases, holds more than {MOST_NODES:,} values"
            )
        if any(OF_HYDRA.search(name) for name in _names(root)):
            raise _of_hydra(said)


def _text(path: Path, said: str) -> str:
    """Return what a file says; Hydra would not name one that is no text for YAML."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{said} is not text in UTF-8") from None
    if wrong := yaml.reader.Reader.NON_PRINTABLE.search(text):
        raise InputError(f"{said} holds {wrong[0]!a}, which YAML does not allow")
    return text


def _of_hydra(said: str) -> InputError:
    return InputError(f"{said} sets options of Hydra's own (hydra); give them on the command line")


def _written_out(node: Any, known: dict[int, float]) -> float:
    """Return how many values a node of YAML holds once its aliases are copied."""
    if id(node) not in known:
        known[id(node)] = math.inf  # until it is counted: one that holds itself has no end
        known[id(node)] = 1 + sum(_written_out(part, known) for part in _parts(node))
    return known[id(node)]


def _parts(node: Any) -> list[Any]:
    """Return the nodes of a node: keys and values, or items."""
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return node.value if isinstance(node, yaml.SequenceNode) else []


def _names(node: Any) -> Iterator[str]:
    """Return every key below a node, and every item of a list."""
    for n, part in enumerate(_parts(node)):
        is_value = isinstance(node, yaml.MappingNode) and n % 2
        if isinstance(part, yaml.ScalarNode) and not is_value:
            yield part.value
        yield from _names(part)
