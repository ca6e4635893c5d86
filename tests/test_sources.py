"""Every row of evidence that the configuration cites is in docs/sources.md, and it exists."""

import csv
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CONFIGS, DOCS = ROOT / "configs", ROOT / "docs"
EVIDENCE = ROOT.parent / "shared" / "evidence"
TABLES = {
    "ceci": ("ceci_facts.csv", "key"),
    "labour": ("labour_targets.csv", "key"),
    "causal": ("causal_evidence.csv", "id"),
    "podecobi": ("podecobi.csv", "name"),
}
PLACEHOLDERS = {"KEY", "ID", "NAME"}
KEYS = re.compile(r"\b(ceci|labour|causal):(\w+\*?(?:, (?:\w+_\w+|[A-Z]{2}\d\d)\b\*?(?!:))*)")
NAMES = re.compile(r'\bpodecobi:(\S[^"]*?)(?= https?://|")')


@cache
def cited() -> dict[str, dict[str, set[str]]]:
    """Return, for each table, the keys that the configuration cites and the files that do."""
    found: dict[str, dict[str, set[str]]] = {table: {} for table in TABLES}
    for path in sorted(CONFIGS.rglob("*.yaml")):
        text = re.sub(r"\s*\n\s*#\s*", " ", path.read_text(encoding="utf-8"))
        hits = [(table, key) for table, keys in KEYS.findall(text) for key in keys.split(", ")]
        hits += [("podecobi", name) for name in NAMES.findall(text)]
        for table, key in hits:
            if key not in PLACEHOLDERS:
                files = found[table].setdefault(key, set())
                files.add(path.relative_to(CONFIGS).as_posix())
    return found


@cache
def listed() -> dict[str, set[str]]:
    """Return the keys in the tables of docs/sources.md, by the prefix in the table's heading."""
    text = (DOCS / "sources.md").read_text(encoding="utf-8")
    parts = re.split(r"^### .*\(`(\w+):`\)$", text, flags=re.MULTILINE)
    return {
        table: set(re.findall(r"^\| `([^`]+)` \|", part, flags=re.MULTILINE))
        for table, part in zip(parts[1::2], parts[2::2], strict=True)
    }


@cache
def evidence(table: str) -> set[str]:
    """Return the keys of a table of evidence."""
    name, column = TABLES[table]
    with (EVIDENCE / name).open(encoding="utf-8", newline="") as file:
        return {row[column] for row in csv.DictReader(file)}


def standing_for(key: str, keys: set[str]) -> set[str]:
    """Return the keys that a cited key stands for: itself, or with `*` all that begin so."""
    if key.endswith("*"):
        return {other for other in keys if other.startswith(key[:-1])}
    return {key} & keys


@pytest.mark.parametrize("table", TABLES)
def test_every_cited_row_is_in_the_sources(table):
    assert cited()[table], "the configuration cites none: the pattern is wrong"
    for key, files in cited()[table].items():
        assert standing_for(key, listed()[table]), f"{table}:{key} of {sorted(files)}"


@pytest.mark.parametrize("table", TABLES)
def test_every_row_in_the_sources_is_cited(table):
    used = set().union(*(standing_for(key, listed()[table]) for key in cited()[table]))
    assert listed()[table] == used


@pytest.mark.skipif(not EVIDENCE.exists(), reason="the evidence is not part of the project")
@pytest.mark.parametrize("table", TABLES)
def test_every_cited_row_exists(table):
    for key, files in cited()[table].items():
        rows = standing_for(key, evidence(table))
        assert rows, f"{table}:{key} of {sorted(files)}"
        assert rows <= listed()[table], f"{table}:{key} of {sorted(files)}"


def test_every_polo_is_described():
    text = (DOCS / "polos.md").read_text(encoding="utf-8")
    polos = sorted(path.stem for path in (CONFIGS / "polo").glob("*.yaml"))
    assert polos
    for polo in polos:
        assert f"`{polo}`" in text, polo
