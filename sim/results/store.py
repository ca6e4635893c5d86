"""The store of outcomes: one file a unit, whole or absent, and never read as good when it is not.

A file is a line of format and checksum, a line of JSON (key, fingerprint of the version, shapes),
and the arrays one after the other, compressed. Nothing in it is ever run or unpickled.
"""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sim.results.accounts import Ledger
from sim.results.folder import replacing
from sim.results.lives import Lives
from sim.results.panel import Panel
from sim.results.tally import Tally
from sim.unit import Lived, Outcome

FORMAT = b"ceci-unit 1 "
CODEC, LEVEL = "zstd", 3
ANSWER = "panel."
"""Begins the name of an array that is a column of a panel."""
LOOK = "lives."
"""Begins the name of an array of the mothers looked at."""


class UnusableError(Exception):
    """A stored unit that cannot be read as what it should be; the message says why."""


def encode(outcome: Outcome, key: str, fingerprint: str) -> bytes:
    """Return the content of a unit's file."""
    arrays: list[list[Any]] = []
    parts: list[bytes] = []
    names: dict[str, Any] = {}
    for arm, lived in outcome.items():
        names[arm] = [lived.tally.firm_names, lived.tally.centre_names]
        for name, array in _arrays(lived).items():
            small = _smallest(array)
            arrays.append([arm, name, array.dtype.str, small.dtype.str, array.shape])
            parts.append(_bytes_in_turn(small))
    raw = b"".join(parts)
    header = {"key": key, "fingerprint": fingerprint, "bytes": len(raw), "names": names,
              "arrays": arrays}  # fmt: skip
    body = json.dumps(header, separators=(",", ":")).encode() + b"\n"
    body += pa.Codec(CODEC, compression_level=LEVEL).compress(raw, asbytes=True)
    return FORMAT + hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def verify(content: bytes, key: str, fingerprint: str) -> dict[str, Any]:
    """Return the header of a unit's file if all of it is as it was written.

    Raises
    ------
    UnusableError
        If it is damaged, of another unit or of another version.
    """
    head, _, body = content.partition(b"\n")
    if not head.startswith(FORMAT):
        raise UnusableError("not a unit")
    if head.removeprefix(FORMAT) != hashlib.sha256(body).hexdigest().encode():
        raise UnusableError("damaged")
    header = json.loads(body.partition(b"\n")[0])
    if header["key"] != key:
        raise UnusableError("of another unit")
    if header["fingerprint"] != fingerprint:
        raise UnusableError("of another version")
    return header


def decode(content: bytes, key: str, fingerprint: str) -> Outcome:
    """Return the outcome in the content of a unit's file; raises what `verify` does."""
    header = verify(content, key, fingerprint)
    payload = content.split(b"\n", 2)[2]
    raw = pa.Codec(CODEC).decompress(payload, header["bytes"], asbytes=True)
    found: dict[str, dict[str, np.ndarray]] = {}
    at = 0
    for arm, name, kind, small, shape in header["arrays"]:
        count = int(np.prod(shape))
        width = np.dtype(small).itemsize
        turned = np.frombuffer(raw, np.uint8, count * width, at).reshape(width, count)
        array = np.ascontiguousarray(turned.T).view(small).reshape(shape).astype(kind)
        at += count * width
        found.setdefault(arm, {})[name] = array
    return {
        arm: Lived(
            Tally(
                of["people"], of["firms"], of["centres"], *map(tuple, header["names"][arm])
            ),
            Ledger(of["month"], of["centre"], of["values"], of["schemes"], of["zones"]),
            Panel(_named(of, ANSWER)),
            Lives(**looked) if (looked := _named(of, LOOK)) else None,
        )
        for arm, of in found.items()
    }  # fmt: skip


class Store:
    """A folder of outcomes.

    Parameters
    ----------
    folder : str or Path
        Made if absent.
    fingerprint : str
        Of the version that may write and read.

    Attributes
    ----------
    refused : Counter
        How many units were there but could not be used, by reason.

    Raises
    ------
    OSError
        If the folder cannot be made.
    """

    def __init__(self, folder: str | Path, fingerprint: str) -> None:
        self.folder = Path(folder)
        self.fingerprint = fingerprint
        self.refused: Counter[str] = Counter()
        # Settled once: a later chdir may not move it
        self._home = self.folder.expanduser().resolve()
        try:
            self._home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._failed(error) from error

    def path(self, key: str) -> Path:
        """Return the file of a unit."""
        return self._home / key[:2] / f"{key}.unit"

    def has(self, key: str) -> bool:
        """Return whether a unit can be used; one that is there and cannot be is counted."""
        try:
            verify(self._read(key), key, self.fingerprint)
        except FileNotFoundError:
            return False
        except UnusableError as why:
            self.refused[str(why)] += 1
            return False
        return True

    def get(self, key: str) -> Outcome:
        """Return the outcome of a unit.

        Raises
        ------
        UnusableError
            See `verify`.
        OSError
            If it cannot be read.
        """
        return decode(self._read(key), key, self.fingerprint)

    def put(self, key: str, content: bytes) -> None:
        """Keep a unit, whole or not at all.

        Raises
        ------
        OSError
            If the disk is full or may not be written.
        """
        path = self.path(key)
        try:
            path.parent.mkdir(exist_ok=True)
            with replacing(path) as aside:
                aside.write_bytes(content)
        except OSError as error:
            raise self._failed(error) from error

    def _read(self, key: str) -> bytes:
        try:
            return self.path(key).read_bytes()
        except FileNotFoundError:
            raise
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> OSError:
        return OSError(error.errno, error.strerror or str(error), f"store={self.folder}")


def _arrays(lived: Lived) -> dict[str, np.ndarray]:
    tally, ledger, panel, lives = lived
    return {
        "people": tally.people,
        "firms": tally.firms,
        "centres": tally.centres,
        "month": ledger.month,
        "centre": ledger.centre,
        "values": ledger.values,
        "schemes": ledger.schemes,
        "zones": ledger.zones,
        **{f"{ANSWER}{name}": column for name, column in panel.columns.items()},
        **{f"{LOOK}{name}": array for name, array in (vars(lives) if lives else {}).items()},
    }


def _named(arrays: dict[str, np.ndarray], beginning: str) -> dict[str, np.ndarray]:
    """Return the arrays whose names begin so, by the rest of their names."""
    return {
        name.removeprefix(beginning): array
        for name, array in arrays.items()
        if name.startswith(beginning)
    }


def _bytes_in_turn(array: np.ndarray) -> bytes:
    """Return the first byte of every number, then the second...: the last are nearly all alike."""
    flat = np.ascontiguousarray(array).reshape(-1, 1)
    return flat.view(np.uint8).T.tobytes()


def _smallest(array: np.ndarray) -> np.ndarray:
    """Return whole numbers in the smallest type that holds them."""
    for kind in (np.int8, np.int16, np.int32):
        limits = np.iinfo(kind)
        if array.size == 0 or (limits.min <= array.min() and array.max() <= limits.max):
            return array.astype(kind)
    return array
