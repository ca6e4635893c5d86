"""Whatever is wrong is said in one line; nothing is executed, half-written or lost."""

import csv
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.polo.made import zones

Files = dict[str, Path]
Spoil = Callable[[Files], object]


def table(path: Path) -> list[list[str]]:
    """Read a csv."""
    with path.open(encoding="latin-1", newline="") as file:
        return list(csv.reader(file))


def save(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="latin-1", newline="") as file:
        csv.writer(file).writerows(rows)


def cell(option: str, column: str, value: str, row: int = 3) -> Spoil:
    """Return what writes a value in a row, as an editor counts."""

    def spoil(files: Files) -> None:
        path = only(files[option])
        rows = table(path)
        rows[row - 1][rows[0].index(column)] = value
        save(path, rows)

    return spoil


def only(path: Path) -> Path:
    """Return the file itself, or SDEM of the folder."""
    return next(path.glob("*SDEM*")) if path.is_dir() else path


def header(option: str, **names: str) -> Spoil:
    """Return what renames columns: two for each other are swapped."""

    def spoil(files: Files) -> None:
        path = only(files[option])
        rows = table(path)
        rows[0] = [names.get(name.lstrip("ï»¿"), name) for name in rows[0]]
        save(path, rows)

    return spoil


def again(option: str, row: int = 3) -> Spoil:
    """Return what writes a row twice."""

    def spoil(files: Files) -> None:
        path = only(files[option])
        rows = table(path)
        save(path, [*rows, rows[row - 1]])

    return spoil


def content(option: str, what: bytes, name: str | None = None) -> Spoil:
    """Return what replaces a file by other bytes, under another name."""

    def spoil(files: Files) -> None:
        path = only(files[option])
        path.unlink()
        path = path.with_name(name or path.name)
        path.write_bytes(what)
        if not files[option].is_dir():
            files[option] = path

    return spoil


def recoded(option: str, encoding: str) -> Spoil:
    """Return what writes a file in another encoding."""

    def spoil(files: Files) -> None:
        path = only(files[option])
        path.write_text(path.read_text(encoding="latin-1"), encoding=encoding)

    return spoil


def cut_zip(option: str) -> Spoil:
    """Return what packs a file and loses the end of the zip."""

    def spoil(files: Files) -> None:
        path = only(files[option])
        packed = path.with_suffix(".zip")
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, path.name)
        packed.write_bytes(packed.read_bytes()[:-200])
        path.unlink()
        if not files[option].is_dir():
            files[option] = packed

    return spoil


def bomb(option: str) -> Spoil:
    """Return what gives a zip whose csv is thousands of times as large."""

    def spoil(files: Files) -> None:
        files[option] = files[option].with_name("bomb.zip")
        with zipfile.ZipFile(files[option], "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("denue_iter.csv", b"0" * 50_000_000)

    return spoil


def sea(option: str, latitude: str, longitude: str, values: tuple[str, str]) -> Spoil:
    """Return what moves a point."""

    def spoil(files: Files) -> None:
        for column, value in zip((latitude, longitude), values, strict=True):
            cell(option, column, value)(files)

    return spoil


def longer(option: str) -> Spoil:
    """Return what gives a row one value more than the header has columns."""

    def spoil(files: Files) -> None:
        path = only(files[option])
        rows = table(path)
        rows[4].append("7")
        save(path, rows)

    return spoil


def many_zones(files: Files) -> None:
    rows = [list(row.values()) for row in zones(1001)]
    save(files["zones"], [["key", "latitude", "longitude", "women"], *rows])
    cell("zones", "key", "one", 500)(files)
    rows = table(files["zones"])
    save(files["zones"], [rows[0], *([f"z-{n}", *row[1:]] for n, row in enumerate(rows[1:]))])


def all_of(column: str, option: str, value: str) -> Spoil:
    """Return what gives every row of a column one value."""

    def spoil(files: Files) -> None:
        rows = table(files[option])
        at = rows[0].index(column)
        save(files[option], [rows[0], *([*row[:at], value, *row[at + 1 :]] for row in rows[1:])])

    return spoil


def gone(option: str) -> Spoil:
    return lambda files: files.update({option: files[option].with_name("nowhere.csv")})


def hermosillo(column: str, value: str) -> Spoil:
    """Return what writes a value in the row of 26030 in the census."""

    def spoil(files: Files) -> None:
        rows = table(files["iter"])
        at = {name.lstrip("ï»¿"): n for n, name in enumerate(rows[0])}
        for row in rows:
            if row[at["ENTIDAD"]] == "26" and row[at["MUN"]] == "030" and row[at["LOC"]] == "0000":
                row[at[column]] = value
        rows = [row for row in rows if row[at["MUN"]] != "000"]  # without the country's total
        save(files["iter"], rows)

    return spoil


SCRIPT = "<script>alert(1)</script>"

BAD: dict[str, tuple[Spoil, str]] = {
    # The census
    "iter: no such file": (gone("iter"), "--iter=.*nowhere.csv: no such file"),
    "iter: a truncated zip": (cut_zip("iter"), "not a sound zip"),
    "iter: a zip bomb": (bomb("iter"), "times: no table shrinks so"),
    "iter: text named zip": (content("iter", b"a,b\n1,2\n", "x.zip"), "not a sound zip"),
    "iter: UTF-16": (recoded("iter", "utf-16"), "row 1 has no column"),
    "iter: empty": (content("iter", b""), "row 1 has no column"),
    "iter: two columns swapped": (
        header("iter", POBTOT="POBFEM", POBFEM="POBTOT"), "column POB.*",
    ),
    "iter: a part above its whole": (
        hermosillo("PEA_F", "900000"), r"row \d+ column PEA_F: '900000' is not at most column",
    ),
    "iter: a count below 0": (
        hermosillo("P_0A2", "-5"), r"row \d+ column P_0A2: '-5' is not a whole number",
    ),
    "iter: a tag in the name": (
        hermosillo("NOM_MUN", SCRIPT), r"row \d+ column NOM_MUN.*plain text",
    ),
    "iter: nobody there": (
        lambda files: [hermosillo(name, "0")(files) for name in ("P_15A49_F", "P_18A24_F")],
        "column P_15A49_F: '0' is not 1 or more",
    ),
    "iter: a municipality twice": (again("iter", 6), r"row \d+: municipality \d+ is in row"),
    "iter: not in the table": (hermosillo("MUN", "031"), "no row of municipality 26030"),
    # The survey
    "enoe: no such folder": (gone("enoe"), "--enoe=.*: no such folder or file"),
    "enoe: a truncated zip": (cut_zip("enoe"), "not a sound zip"),
    "enoe: a weight below 0": (
        cell("enoe", "fac_tri", "-3"), r"row 3 column fac_tri: '-3' is not a whole number from 0",
    ),
    "enoe: a third sex code": (cell("enoe", "sex", "7"), "row 3 column sex: '7' is not"),
    "enoe: text in the age": (cell("enoe", "eda", "treinta"), "row 3 column eda: 'treinta'"),
    "enoe: columns swapped": (header("enoe", sex="eda", eda="sex"), "column sex: '.*' is not"),
    "enoe: a person twice": (again("enoe"), "is in row 3 already"),
    "enoe: no strata": (header("enoe", est_d_tri="x"), "row 1 has no column est_d_tri or est_d"),
    "enoe: UTF-16": (recoded("enoe", "utf-16"), "not text in UTF-8 or Latin-1"),
    "enoe: a row too long": (longer("enoe"), "row 5 has more values than the header"),
    # The directory of establishments
    "firms: latitude and longitude swapped": (
        header("firms", latitud="longitud", longitud="latitud"), "row 2 column l.*titud",
    ),
    "firms: off the coast of Africa": (
        sea("firms", "latitud", "longitud", ("0", "0")), "row 3 column latitud: '0' is not",
    ),
    "firms: in the Gulf of Mexico": (
        sea("firms", "latitud", "longitud", ("24.5", "-92.5")), "24.5, -92.5 is outside state 26",
    ),
    "firms: far from the others": (
        sea("firms", "latitud", "longitud", ("31.9", "-113.9")), "more than 150 km from the middle",
    ),
    "firms: an unknown size": (cell("firms", "per_ocu", "muchas"), "column per_ocu: 'muchas'"),
    "firms: no activity of SCIAN": (
        cell("firms", "codigo_act", "995110"), "column codigo_act: '995110' is not a code of act",
    ),
    "firms: one twice": (again("firms"), "id 1001 is in row 3 already"),
    "firms: a negative key": (cell("firms", "id", "-1001"), "row 3 column id: '-1001' is not"),
    "firms: none of the municipality": (
        all_of("cve_mun", "firms", "018"), "no establishment of municipality 26030",
    ),
    "firms: a truncated zip": (cut_zip("firms"), "not a sound zip"),
    "firms: a zip bomb": (bomb("firms"), "times: no table shrinks so"),
    # Centres
    "centres: a tag in a name": (cell("centres", "name", SCRIPT), "row 3 column name.*plain text"),
    "centres: what Hydra fills in": (
        cell("centres", "name", "${oc.env:HOME}"), "row 3 column name.*plain text",
    ),
    "centres: an escape sequence": (cell("centres", "name", "\x1b[2J"), "row 3 column name"),
    "centres: the same name": (again("centres"), "is in row 3 already"),
    "centres: almost the same name": (
        cell("centres", "name", "CECI-SAHUARO", 3), "row 4 column name: is another row's",
    ),
    "centres: places below 0": (cell("centres", "places", "-20"), "column places: '-20' is not"),
    "centres: an unknown scheme": (
        cell("centres", "scheme", "empresas"), "'empresas' is not guarderia, imss or campo",
    ),
    "centres: a thirteenth month": (cell("centres", "start", "2026-13"), "column start: '2026-13'"),
    "centres: announced for no month": (cell("centres", "start", "", 4), "row 4 column start"),
    "centres: more than built": (cell("centres", "built", "1.4"), "column built: '1.4' is not"),
    "centres: in the Pacific": (
        sea("centres", "latitude", "longitude", ("18.5", "-112")), "18.5, -112 is outside state 26",
    ),
    "centres: half a point": (cell("centres", "latitude", "", 2), "row 2 column longitude"),
    # Zones
    "zones: a key twice": (again("zones"), "is in row 3 already"),
    "zones: people below 0": (cell("zones", "women", "-1"), "column women: '-1' is not"),
    "zones: nobody at all": (all_of("women", "zones", "0"), "adds up to 0"),
    "zones: of another municipality": (
        cell("zones", "key", "080370001001A"), "'080370001001A' is not of municipality 26030",
    ),
    "zones: in another ocean": (
        sea("zones", "latitude", "longitude", ("20", "-60")), "column longitude: '-60' is not",
    ),
    "zones: more than a polo has": (many_zones, "1001 zones; at most 1000"),
    "zones: without people": (header("zones", women="x"), "no column women or population"),
    "zones: not a number": (cell("zones", "latitude", "nan"), "column latitude: 'nan' is not"),
    "zones: a formula": (cell("zones", "key", "=cmd|'/c'"), "row 3 column key"),
    "zones: a quote that does not end": (
        content("zones", b'key,latitude,longitude,women\n"a,29,-110,5\n'), "not a csv",
    ),
}  # fmt: skip

BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]"

WORDS: dict[str, tuple[dict, str]] = {
    "a name that climbs out": ({"name": "../../etc/x"}, "NAME='../../etc/x': a letter, then"),
    "a name that is a path": ({"name": "/tmp/x"}, "NAME='/tmp/x'"),
    "a tag as name": ({"name": SCRIPT}, "NAME='<script>"),
    "a name in capitals": ({"name": "Mio"}, "NAME='Mio'"),
    "a name without end": ({"name": "x" * 300}, "NAME='xxx"),
    "a name of the simulator": ({"name": "hermosillo"}, "a polo of the simulator has this name"),
    "a name of the simulator, forced": (
        {"name": "juarez", "more": ["--force"]},
        "a polo of the simulator has this name",
    ),
    "a scenario of the simulator": ({"name": "polo_norte"}, "a scenario of the simulator has"),
    "a code too short": ({"municipality": "2603"}, "--municipality='2603'"),
    "a state that is none": ({"municipality": "99030"}, "--municipality='99030'"),
    "a code with a command": ({"municipality": "26030;ls"}, "--municipality='26030;ls'"),
    "a municipality twice": ({"municipality": "26030,26030"}, "one is there twice"),
    "a tag as label": ({"more": ["--label", SCRIPT]}, "--label='<script>"),
    "a label that Hydra fills in": ({"more": ["--label", "${oc.env:HOME}"]}, "--label='"),
    "a YAML bomb as label": ({"more": ["--label", BOMB]}, "--label='a: &a"),
    "an unknown option": ({"more": ["--firm", "x", "--frims", "y"]}, "unrecognized|ambiguous"),
    "neither census nor zones": ({"options": {}}, "--iter: give INEGI's table"),
}


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def refused(said, pattern: str, folder: Path, before: dict[str, bytes]) -> None:
    """Hold what the command said to the rule: one line, status 2, nothing touched."""
    assert said.status == 2, said
    assert said.err.count("\n") == 1 and said.err.startswith("error: "), said.err
    assert re.search(pattern, said.err), said.err
    assert said.err.strip().isprintable() and "Traceback" not in said.err
    assert said.out == ""
    assert snapshot(folder) == before


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """Return the user's folder with something of hers in it."""
    folder = tmp_path / "mine"
    for name in ("polo/otro.yaml", "scenario/otro.yaml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("name: otro\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_told_in_one_line(case, files, new, there):
    spoil, pattern = BAD[case]
    spoil(files)
    before = snapshot(there)
    said = new(**files)
    refused(said, pattern, there, before)
    assert case.partition(":")[0] in said.err.partition("=")[0]


@pytest.mark.parametrize("case", WORDS)
def test_bad_words_are_told_in_one_line(case, files, new, there):
    words, pattern = WORDS[case]
    before = snapshot(there)
    options = words.get("options", {"iter": files["iter"]})
    named = {key: words[key] for key in ("name", "municipality") if key in words}
    refused(new(*words.get("more", []), **named, **options), pattern, there, before)


def test_what_is_there_is_kept_unless_forced(files, new, tmp_path):
    folder = tmp_path / "mine"
    assert new(iter=files["iter"]).status == 0
    before = snapshot(folder)
    refused(new(iter=files["iter"]), "mio.yaml exists; add --force", folder, before)
    assert new("--force", "--label", "Otra", iter=files["iter"]).status == 0
    assert snapshot(folder) != before
    cell("iter", "P_0A2", "-1")(files)
    before = snapshot(folder)
    refused(new("--force", iter=files["iter"]), "column P_0A2", folder, before)


def test_a_file_as_folder_is_refused(files, new, tmp_path):
    (tmp_path / "mine").write_text("hers", encoding="utf-8")
    said = new(iter=files["iter"])
    assert (said.status, (tmp_path / "mine").read_text(encoding="utf-8")) == (2, "hers")
    assert "is a file; give a folder" in said.err


def test_files_of_two_places_are_refused(files, new, there):
    for column, shift in (("latitude", -2.0), ("longitude", 1.5)):
        rows = table(files["zones"])
        at = rows[0].index(column)
        for row in rows[1:]:
            row[at] = f"{float(row[at]) + shift:.6f}"
        save(files["zones"], rows)
    refused(new(**files), "the points are 2.. km from those of the other files", there,
            snapshot(there))  # fmt: skip


def test_a_disk_that_fails_leaves_nothing_half_written(files, new, there, monkeypatch):
    before = snapshot(there)

    def fails(*_):
        raise OSError(28, "No space left on device", "mio.yaml")

    monkeypatch.setattr("sim.polo.written.os.replace", fails)
    said = new(iter=files["iter"])
    assert (said.status, said.err) == (1, "error: No space left on device: mio.yaml\n")
    assert snapshot(there) == before


def test_without_pandera_it_says_what_to_install(files, new, there, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandera", None)
    refused(new(iter=files["iter"]), r"pip install 'ceci-sim\[polo\]'", there, snapshot(there))
