"""Numbers of a small fixed run are those in the vault, to the last digit.

When a change is meant to move them: ``python tests/update_vault.py`` rewrites the vault and prints
what moved; the list belongs in the description of the change.
"""

import runpy
from pathlib import Path

import pytest

KEEPER = runpy.run_path(str(Path(__file__).with_name("update_vault.py")))


@pytest.fixture(scope="module")
def numbers():
    return KEEPER["numbers"]()


def test_the_vault_is_worth_keeping():
    kept = KEEPER["vault"]()
    assert len(kept) >= 40
    assert sum(value is not None for value in kept.values()) == len(kept)
    moved = [
        name
        for name, value in kept.items()
        if name.endswith("/programme") and value != kept[name.replace("/programme", "/baseline")]
    ]
    assert len(moved) >= 10, "the programme moves most of what is kept"


def test_numbers_are_those_of_the_vault(numbers):
    kept = KEEPER["vault"]()
    moved = {
        name: (kept.get(name), numbers.get(name))
        for name in {**kept, **numbers}
        if name not in kept or name not in numbers or kept[name] != numbers[name]
    }
    assert not moved, "if meant: python tests/update_vault.py"
