"""Rates of the ENOE are those of its weights, to the digit, in each layout that INEGI publishes."""

import csv
import math
import zipfile
from collections import defaultdict
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.polo.enoe import LEAST, RATES, estimates
from tests.polo.made import CODE, STATE, enoe_people, write_enoe


def read(folder: Path) -> list[dict[str, str]]:
    """Read SDEM and COE1 as plain text, each person with her reason of absence."""
    reasons: dict[tuple[str, ...], str] = {}
    people = []
    for path in sorted(folder.rglob("*.csv")):
        with path.open(encoding="latin-1", newline="") as file:
            for row in csv.DictReader(file):
                row = {name.lower().lstrip("ï»¿"): v.strip() for name, v in row.items()}
                row["ent"] = row.get("ent") or row.get("cve_ent", "")
                row["mun"] = row.get("mun") or row.get("cve_mun", "")
                key = tuple(
                    f"{int(row[k])}" for k in ("per", "ent", "con", "v_sel", "n_hog", "n_ren")
                )
                if "COE1" in path.name:
                    reasons[key] = row["p1c"]
                else:
                    people.append(row | {"key": key})
    return [row | {"p1c": reasons.get(row["key"], "")} for row in people]


def code(row: dict[str, str], name: str) -> int:
    """Return a code, -1 where blank."""
    return int(row[name]) if row[name] else -1


def mean_and_error(people, inside, of, value) -> tuple[float, float, int]:
    """Return a weighted mean and its error, from the textbook, in plain Python."""
    counted = []
    for row in people:
        asked = code(row, "r_def") == 0 and code(row, "c_res") in (1, 3)
        if not asked or not 15 <= code(row, "eda") <= 98:
            continue
        weight = int(row.get("fac_tri") or row["fac"])
        stratum = (code(row, "ent"), int(row.get("est_d_tri") or row["est_d"]))
        counted.append((row, weight, stratum, int(row["upm"]), inside(row) and of(row)))
    total = math.fsum(w for _, w, _, _, there in counted if there)
    mean = math.fsum(w * value(row) for row, w, _, _, there in counted if there) / total
    clusters: dict[tuple[int, int], dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row, w, stratum, upm, there in counted:
        clusters[stratum][upm].append(w * (value(row) - mean) / total if there else 0.0)
    variance = 0.0
    for stratum in clusters.values():
        sums = [math.fsum(scores) for scores in stratum.values()]
        n = len(sums)
        if n == 1:
            variance += sums[0] ** 2
            continue
        middle = math.fsum(sums) / n
        variance += n / (n - 1) * math.fsum((x - middle) ** 2 for x in sums)
    return mean, math.sqrt(variance), sum(there for *_, there in counted)


def here(row):
    return row["ent"].zfill(2) + row["mun"].zfill(3) == CODE


def in_state(row):
    return int(row["ent"]) == int(STATE)


def woman(low=15, high=98):
    return lambda row: row["sex"] == "2" and low <= code(row, "eda") <= high


def at_work(row):
    return woman()(row) and row["clase2"] == "1"


def absent(row):
    return at_work(row) and code(row, "clase3") in (3, 4)


BY_HAND = {
    "participation": (woman(), lambda row: row["clase1"] == "1"),
    "participation_50_plus": (woman(50), lambda row: row["clase1"] == "1"),
    "employment": (woman(), lambda row: row["clase2"] == "1"),
    "informality": (at_work, lambda row: row["emp_ppal"] == "1"),
    "informality_15_49": (
        lambda row: woman(15, 49)(row) and at_work(row),
        lambda row: row["emp_ppal"] == "1",
    ),
    "informality_both_sexes": (
        lambda row: row["clase2"] == "1",
        lambda row: row["emp_ppal"] == "1",
    ),
    "hours": (
        lambda row: at_work(row) and code(row, "hrsocup") > 0,
        lambda row: code(row, "hrsocup"),
    ),
    "absence": (at_work, absent),
    "absence_personal": (at_work, lambda row: absent(row) and code(row, "p1c") == 6),
    "absence_reason_06": (absent, lambda row: code(row, "p1c") == 6),
    "absence_reason_99": (absent, lambda row: code(row, "p1c") == 99),
    "mothers_15_19": (
        lambda row: woman(15, 19)(row) and 0 <= code(row, "n_hij") <= 25,
        lambda row: code(row, "n_hij") > 0,
    ),
    "mothers_30_44": (
        lambda row: woman(30, 44)(row) and 0 <= code(row, "n_hij") <= 25,
        lambda row: code(row, "n_hij") > 0,
    ),
    "lone_mothers": (
        lambda row: (
            woman(15, 49)(row)
            and 0 < code(row, "n_hij") <= 25
            and code(row, "e_con") in range(1, 7)
        ),
        lambda row: code(row, "e_con") not in (1, 5),
    ),
    "superior_of_postbasic": (
        lambda row: woman(15, 49)(row) and 4 <= code(row, "cs_p13_1") <= 9,
        lambda row: code(row, "cs_p13_1") in (5, 7, 8, 9),
    ),
}

LAYOUTS = {
    "2023": {},
    "older, in capitals, zeros lost": {
        "stratum": "est_d", "weight": "fac", "upper": True, "zeros": False,
    },
    "2025, with a mark of order": {
        "encoding": "utf-8-sig",
        "rename": {"ent": "cve_ent", "mun": "cve_mun", "loc": "cve_loc", "ageb": "cve_ageb"},
    },
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_weighted_rates_to_the_digit(tmp_path, layout):
    people = enoe_people(households=2200)
    assert len(people) > 6000
    folder = write_enoe(tmp_path / "enoe", people, **LAYOUTS[layout])
    quarters, found = estimates("--enoe", folder, [CODE])
    assert quarters == "2023-T4"
    by_name = {one.rate.name: one for one in found}
    assert set(by_name) == {rate.name for rate in RATES}
    plain = read(folder)
    places = set()
    for name, (of, value) in BY_HAND.items():
        place = "municipality 26030"
        mean, error, asked = mean_and_error(plain, here, of, value)
        if asked < LEAST:
            place = "state 26"
            mean, error, asked = mean_and_error(plain, in_state, of, value)
        one = by_name[name]
        assert (one.asked, one.place) == (asked, place), name
        assert one.value == pytest.approx(mean, rel=1e-12, abs=0), name
        assert one.error == pytest.approx(error, rel=1e-9, abs=0), name
        assert 0 < one.error < 0.2 * (100 if name == "hours" else 1), name
        places.add(place)
    assert len(places) == 2


def test_quarters_are_pooled_and_a_cluster_asked_twice_is_one(tmp_path):
    write_enoe(tmp_path / "a", enoe_people("423"))
    one = {e.rate.name: e for e in estimates("--enoe", tmp_path, [CODE])[1]}["participation"]
    again = [row | {"per": "124"} for row in enoe_people("423")]
    write_enoe(tmp_path / "b", again)
    quarters, found = estimates("--enoe", tmp_path, [CODE])
    two = {e.rate.name: e for e in found}["participation"]
    assert quarters == "2023-T4, 2024-T1"
    assert two.asked == 2 * one.asked
    assert two.value == pytest.approx(one.value, rel=1e-12)
    # The same answers of the same clusters tell no more
    assert two.error == pytest.approx(one.error, rel=1e-9)


def test_few_in_the_municipality_give_the_citys_and_few_there_the_states(tmp_path):
    people = enoe_people()
    few = [row | ({"mun": "018"} if row["upm"][-1] != "0" else {}) for row in people]
    found = {e.rate.name: e for e in estimates("--enoe", write_enoe(tmp_path, few), [CODE])[1]}
    assert found["participation_50_plus"].place == "city 18"
    assert found["absence_reason_06"].place == "state 26"


def test_children_of_heads_and_partners_make_mothers(tmp_path):
    folder = write_enoe(tmp_path, enoe_people(households=3000))
    plain = [row for row in read(folder) if row["r_def"] == "00" and row["c_res"] in "13"]
    with_child = {
        row["key"][:-1] for row in plain if row["par_c"] == "301" and 0 <= code(row, "eda") < 4
    }
    asked = sum(
        woman(15, 49)(row) and row["par_c"] in ("101", "201") and 0 < code(row, "n_hij") <= 25
        and in_state(row) and row["key"][:-1] in with_child
        for row in plain
    )  # fmt: skip
    found = {e.rate.name: e for e in estimates("--enoe", folder, [CODE])[1]}
    one = found["participation_mothers_of_small_children"]
    assert (one.asked, one.place) == (asked, "state 26")


OF_2025 = "conjunto_de_datos_{table}_enoe_2025_4t"

PUBLISHED = {
    "2018, by its old names": ("{table}t423.csv", {"stratum": "est_d", "weight": "fac"}),
    "2020, ENOE N": ("ENOEN_{TABLE}T423.csv", {"stratum": "est_d", "weight": "fac"}),
    "2021, ENOE N": ("enoen_2021_trim4_csv/ENOEN_{TABLE}T423.csv", {}),
    "2023": ("ENOE_{TABLE}T423.CSV", {"upper": True}),
    "2025, open data": (f"{OF_2025}/conjunto_de_datos/{OF_2025}.csv", {"encoding": "utf-8-sig"}),
}
"""How INEGI has called the tables inside its zips, and how it wrote them then."""


@pytest.fixture(params=PUBLISHED)
def published(request, tmp_path):
    """Return a folder as a zip of INEGI's holds it, and the estimates from its plain tables."""
    form, layout = PUBLISHED[request.param]
    plain = write_enoe(tmp_path / "plain", enoe_people(), **layout)
    folder = tmp_path / "published"
    for table in ("sdem", "coe1", "coe2"):
        path = folder / form.format(table=table, TABLE=table.upper())
        path.parent.mkdir(parents=True, exist_ok=True)
        if table != "coe2":
            next(plain.glob(f"*{table.upper()}*")).rename(path)
        (path.parent / f"diccionario_datos_{table}_enoe_2025_4t.csv").write_text("a,b\n")
        (folder / "catalogos").mkdir(exist_ok=True)
        (folder / "catalogos" / f"{table}.csv").write_text("clave,descripcion\n")
        aside = folder / "__MACOSX" / path.relative_to(folder)
        aside.parent.mkdir(parents=True, exist_ok=True)
        aside.with_name(f"._{aside.name}").write_bytes(b"\0\5\26\7")
    return folder, estimates("--enoe", write_enoe(tmp_path / "again", enoe_people()), [CODE])


def test_a_zip_of_inegis_and_what_was_unpacked_from_it(published, tmp_path):
    folder, expected = published
    path = tmp_path / "enoe_2023_trim4_csv.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in folder.rglob("*"):
            archive.write(table, table.relative_to(folder))
    assert estimates("--enoe", path, [CODE]) == expected
    assert estimates("--enoe", folder, [CODE]) == expected


def test_a_layout_without_children_gives_the_rest(tmp_path):
    folder = write_enoe(tmp_path, enoe_people(), rename={"n_hij": "other", "e_con": "another"})
    names = {e.rate.name for e in estimates("--enoe", folder, [CODE])[1]}
    assert "participation" in names
    assert not {"mothers_30_44", "lone_mothers", "employment_mothers_of_small_children"} & names


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda f: next(f.glob("*COE1*")).unlink(), "has no csv of COE1"),
        (lambda f: [p.unlink() for p in f.iterdir()], "has no csv of SDEM"),
        (lambda f: write_enoe(f / "again", enoe_people()), "2023-T4 is in ENOE_SDEMT423.csv"),
    ],
)
def test_what_is_no_quarter_is_refused(tmp_path, spoil, said):
    folder = write_enoe(tmp_path / "enoe", enoe_people(households=300))
    spoil(folder)
    with pytest.raises(InputError, match=said):
        estimates("--enoe", folder, [CODE])


def test_another_state_is_refused(tmp_path):
    folder = write_enoe(tmp_path / "enoe", enoe_people(households=300))
    with pytest.raises(InputError, match="no complete interview in state 08"):
        estimates("--enoe", folder, ["08037"])
