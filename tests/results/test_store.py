"""What is stored comes back to the bit, and nothing else is ever taken for it."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.results.store import Store, UnusableError, decode, encode, verify
from sim.unit import units

VERSION = "f" * 64


@pytest.fixture(scope="module")
def unit(settings):
    return units([settings("months=2", "burn_in=1")], 1)[0][0]


@pytest.fixture(scope="module")
def content(unit, made_up):
    return encode(made_up(unit), unit.key, VERSION)


def assert_same(one, other):
    """Compare two outcomes to the type and bit."""
    assert one.keys() == other.keys()
    for arm in one:
        for part, twin in zip(one[arm], other[arm], strict=True):
            for name, value in vars(part).items():
                found = vars(twin)[name]
                if isinstance(value, np.ndarray):
                    assert (value.dtype, value.shape) == (found.dtype, found.shape), name
                    assert value.tobytes() == found.tobytes(), name
                else:
                    assert value == found, name


def test_an_outcome_comes_back_to_the_bit(unit, content, made_up):
    assert_same(decode(content, unit.key, VERSION), made_up(unit))


@pytest.mark.parametrize("extreme", [0, 127, 128, -129, 2**31, -(2**31) - 1, 2**62, -(2**62)])
def test_whole_numbers_of_any_size_come_back(unit, made_up, extreme):
    outcome = made_up(unit)
    outcome["programme"].tally.people[0, 0, 0] = extreme
    outcome["programme"].ledger.values[0, 0] = -extreme
    assert_same(decode(encode(outcome, unit.key, VERSION), unit.key, VERSION), outcome)


def test_the_content_depends_on_the_outcome_alone(unit, content, made_up):
    assert encode(made_up(unit), unit.key, VERSION) == content
    assert b"pickle" not in content and len(content) < 200_000


@given(st.data())
def test_one_changed_byte_or_a_missing_end_is_noticed(unit, content, data):
    at = data.draw(st.integers(0, len(content) - 1))
    other = data.draw(st.integers(1, 255))
    flipped = content[:at] + bytes([content[at] ^ other]) + content[at + 1 :]
    for wrong in (flipped, content[:at], content + b"x"):
        with pytest.raises(UnusableError):
            verify(wrong, unit.key, VERSION)


def test_another_unit_and_another_version_are_noticed(unit, content):
    with pytest.raises(UnusableError, match="another unit"):
        verify(content, "0" * 64, VERSION)
    with pytest.raises(UnusableError, match="another version"):
        verify(content, unit.key, "0" * 64)


def test_a_store_counts_what_it_refuses(tmp_path: Path, unit, content, made_up):
    store = Store(tmp_path / "deep" / "store", VERSION)
    assert not store.has(unit.key) and not store.refused
    store.put(unit.key, content)
    assert store.has(unit.key) and not store.refused
    assert_same(store.get(unit.key), made_up(unit))
    assert not Store(store.folder, "0" * 64).has(unit.key)
    for wrong in (b"", content[:-1], b"PK\x03\x04 of another program"):
        store.path(unit.key).write_bytes(wrong)
        assert not store.has(unit.key)
        with pytest.raises(UnusableError):
            store.get(unit.key)
    assert store.refused == {"damaged": 1, "not a unit": 2}
    store.put(unit.key, content)
    assert store.has(unit.key)
    files = [path for path in store.folder.rglob("*") if path.is_file()]
    assert files == [store.path(unit.key)]


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, unit, content, monkeypatch):
    store = Store(tmp_path, VERSION)
    store.put(unit.key, content)
    write = Path.write_bytes

    def half(path: Path, data: bytes) -> int:
        write(path, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", half)
    for key in (unit.key, "0" * 64):
        with pytest.raises(OSError, match="No space left on device") as caught:
            store.put(key, content)
        assert caught.value.filename == f"store={tmp_path}"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [store.path(unit.key)]
    assert store.has(unit.key)


def test_a_store_that_cannot_be_made_is_said(tmp_path: Path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OSError) as caught:
        Store(tmp_path / "file" / "below", VERSION)
    assert caught.value.filename.startswith("store=")


def test_a_store_stays_where_it_was(tmp_path: Path, unit, content, monkeypatch):
    (tmp_path / "one").mkdir()
    monkeypatch.chdir(tmp_path)
    store = Store("kept", VERSION)
    monkeypatch.chdir(tmp_path / "one")
    store.put(unit.key, content)
    assert (tmp_path / "kept").is_dir() and not list((tmp_path / "one").iterdir())
