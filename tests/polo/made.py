"""Made samples in the layouts that INEGI publishes: ITER, ENOE, DENUE, and a user's plain tables.

Nobody in them exists.
"""

import csv
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.population.made import Rows, rows_of_states, write_iter

CODE, STATE, CITY = "26030", "26", "18"
HERE = (29.08, -110.96)
"""The middle of the made city, in degrees."""

SDEM = (
    "r_def loc mun est {stratum} ageb t_loc_tri cd_a ent con upm d_sem n_pro_viv v_sel n_hog h_mud "
    "n_ent per n_ren c_res par_c sex eda nac_anio cs_p13_1 n_hij e_con {weight} clase1 clase2 "
    "clase3 pos_ocu rama_est2 hrsocup emp_ppal tipo mes_cal"
)
COE1 = "r_def cd_a ent con upm v_sel n_hog h_mud per n_ren eda p1 p1b p1c p1d p1e tipo mes_cal"

ANSWERS = (
    "c_res", "par_c", "sex", "eda", "nac_anio", "cs_p13_1", "n_hij", "e_con", "clase1", "clase2",
    "clase3", "pos_ocu", "rama_est2", "hrsocup", "emp_ppal", "p1", "p1b", "p1c", "p1d", "p1e",
)  # fmt: skip

Person = dict[str, str]


def hermosillo() -> Rows:
    """Return the rows of municipalities, the larger of Sonora's being 26030."""
    rows = rows_of_states()
    for row in rows:
        if row["ENTIDAD"] + row["MUN"] == "26001":
            row |= {"MUN": CODE[2:], "NOM_MUN": "Hermosillo"}
    return rows


def household(rng: random.Random, number: int, per: str, place: Mapping[str, str]) -> list[Person]:
    """Return the persons of a household, with all that the layout has of them."""
    interviewed = rng.random() < 0.95
    key = {
        "cd_a": place["cd_a"], "ent": place["ent"], "con": f"{number:05d}",
        "upm": place["upm"], "v_sel": f"{number % 20 + 1:02d}", "n_hog": "1", "h_mud": "0",
        "per": per, "r_def": "00" if interviewed else "15", "tipo": "1", "mes_cal": "10",
    }  # fmt: skip
    common = key | {
        "loc": "0001", "mun": place["mun"], "est": "12", "stratum": place["stratum"],
        "ageb": "00012", "t_loc_tri": "1", "d_sem": "101", "n_pro_viv": "0003", "n_ent": "3",
        "weight": str(rng.randint(40, 900)),
    }  # fmt: skip
    size = rng.choice((1, 2, 3, 4, 5))
    people = []
    for n in range(size):
        role = ("101", "201", "301", "301", "401")[n]
        age = rng.randint(16, 95) if role in ("101", "201") else rng.randint(0, 60)
        if n == 4:
            age = rng.choice((70, 98, 99))
        people.append(common | person(rng, n + 1, role, age, interviewed))
    return people


def person(rng: random.Random, number: int, role: str, age: int, interviewed: bool) -> Person:
    """Return what a person answers; blank where the question is not put."""
    told = dict.fromkeys(ANSWERS, " ") | {"n_ren": f"{number:02d}"}
    if not interviewed:
        return told
    woman = rng.random() < 0.55
    told |= {
        "c_res": rng.choice("1111113" if rng.random() < 0.97 else "2"), "par_c": role,
        "sex": "2" if woman else "1", "eda": f"{age:02d}", "nac_anio": str(2023 - age),
        "cs_p13_1": f"{rng.choice((0, 1, 2, 2, 3, 3, 3, 4, 4, 5, 6, 7, 7, 8, 9, 99)):02d}",
        "e_con": rng.choice("1255669") if age > 15 else " ",
    }  # fmt: skip
    if woman and age > 14:
        told["n_hij"] = f"{rng.choice((0, 0, 1, 1, 2, 3, 99)):02d}"
    if age < 12:
        return told
    active = rng.random() < (0.5 if woman else 0.8)
    employed = active and rng.random() < 0.96
    told |= {"clase1": "1" if active else "2", "clase2": "0", "clase3": "0", "emp_ppal": "0"}
    told |= {"pos_ocu": "0", "rama_est2": "0", "hrsocup": "0", "p1": "2", "p1b": "2"}
    told["clase2"] = "1" if employed else "2" if active else rng.choice("34")
    if employed:
        absent = rng.random() < 0.12
        told["clase3"] = rng.choice("34") if absent else "1"
        told["p1"], told["p1b"] = ("2", "1") if absent else ("1", " ")
        told["p1c"] = f"{rng.choice((1, 5, 5, 6, 6, 6, 9, 12, 99)):02d}" if absent else " "
        told["hrsocup"] = "0" if absent else str(rng.randint(1, 84))
        told["emp_ppal"] = rng.choice("112")
        told["rama_est2"] = str(rng.randint(1, 11))
    return told


def enoe_people(per: str = "423", households: int = 1500, seed: int = 1) -> list[Person]:
    """Return persons of a quarter: a city of a state, the rest of it, and another state."""
    rng = random.Random(seed)
    places = []
    for n in range(60):
        ent, mun, cd_a = (STATE, CODE[2:], CITY) if n < 30 else (STATE, "018", "86")
        if n >= 50:
            ent, mun, cd_a = "25", "006", "24"
        # The last stratum of the state has one cluster
        stratum = f"{(n // 4) + 1:04d}" if n != 49 else "0099"
        places.append(
            {"ent": ent, "mun": mun, "cd_a": cd_a, "stratum": stratum, "upm": f"{ent}{n:05d}"}
        )
    return [one for n in range(households) for one in household(rng, n, per, rng.choice(places))]


def write_enoe(
    folder: Path,
    people: list[Person],
    stratum: str = "est_d_tri",
    weight: str = "fac_tri",
    encoding: str = "latin-1",
    upper: bool = False,
    zeros: bool = True,
    rename: Mapping[str, str] | None = None,
) -> Path:
    """Write SDEM and COE1 of one quarter with the quirks asked for."""
    folder.mkdir(parents=True, exist_ok=True)
    per = people[0]["per"]
    names = {"stratum": stratum, "weight": weight} | dict(rename or {})
    for table, columns in (("SDEM", SDEM), ("COE1", COE1)):
        columns = columns.format(stratum="stratum", weight="weight").split()
        header = [names.get(name, name) for name in columns]
        with (folder / f"ENOE_{table}T{per}.csv").open("w", encoding=encoding, newline="") as file:
            out = csv.writer(file)
            out.writerow([name.upper() if upper else name for name in header] + ["cs_p21_des"])
            for one in people:
                # The questionnaire is put from the age of 12 on
                if table == "COE1" and not (one["eda"].strip() and int(one["eda"]) >= 12):
                    continue
                values = [one[name] for name in columns]
                if not zeros:
                    values = [v.lstrip("0") or "0" if v.strip() else v for v in values]
                out.writerow([*values, "Se fue a Peñasco"])
    return folder


def firms(count: int = 300, seed: int = 3) -> list[dict[str, Any]]:
    """Return establishments of the made city: plants at three places, the rest everywhere."""
    rng = random.Random(seed)
    sizes = ("0 a 5", "6 a 10", "11 a 30", "31 a 50", "51 a 100", "101 a 250")
    parks = ((0.05, 0.0), (-0.06, 0.05), (0.0, -0.09))
    found = []
    for n in range(count):
        plant = n % 5 == 0
        north, east = parks[n % 3] if plant else (rng.gauss(0, 0.04), rng.gauss(0, 0.04))
        size = rng.choice(("51 a 100", "101 a 250", "251 y más")) if plant else rng.choice(sizes)
        found.append({
            "id": str(1000 + n), "clee": f"26030{n:08d}", "nom_estab": f"Compañía {n}",
            "raz_social": "", "codigo_act": "336390" if plant else rng.choice(
                ("461110", "722513", "236111", "111421", "311830", "931310")),
            "nombre_act": "Fabricación" if plant else "Otra", "per_ocu": f"{size} personas",
            "cve_ent": "26", "entidad": "Sonora", "cve_mun": "030" if n % 10 else "018",
            "municipio": "Hermosillo",
            "latitud": f"{HERE[0] + north + rng.gauss(0, 0.002):.8f}",
            "longitud": f"{HERE[1] + east + rng.gauss(0, 0.002):.8f}", "fecha_alta": "2010-07",
        })  # fmt: skip
    return found


def centres() -> list[dict[str, Any]]:
    """Return a user's list of centres."""
    return [
        {"name": "Guardería 12", "scheme": "guarderia", "places": "180", "start": "",
         "latitude": "29.1", "longitude": "-110.95", "built": ""},
        {"name": "Guardería Niños Héroes", "scheme": "guarderia", "places": "210", "start": "",
         "latitude": "", "longitude": "", "built": ""},
        {"name": "CECI Sahuaro", "scheme": "imss", "places": "250", "start": "2026-03",
         "latitude": "29.12", "longitude": "-110.99", "built": "0.2"},
        {"name": "CECI Palo Verde", "scheme": "imss", "places": "200", "start": "2026-05",
         "latitude": "29.03", "longitude": "-110.94", "built": ""},
        {"name": "CECI La Costa", "scheme": "campo", "places": "110", "start": "2027-01",
         "latitude": "", "longitude": "", "built": ""},
    ]  # fmt: skip


def zones(count: int = 30, seed: int = 5) -> list[dict[str, Any]]:
    """Return zones around the middle of the made city, some with nobody."""
    rng = random.Random(seed)
    return [
        {"key": f"{CODE}0001{n:03d}A", "latitude": f"{HERE[0] + rng.gauss(0, 0.05):.6f}",
         "longitude": f"{HERE[1] + rng.gauss(0, 0.05):.6f}",
         "women": str(0 if n % 9 == 8 else rng.randint(100, 9000))}
        for n in range(count)
    ]  # fmt: skip


def write_csv(path: Path, rows: list[dict[str, Any]], encoding: str = "utf-8") -> Path:
    """Write rows as a csv."""
    with path.open("w", encoding=encoding, newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return path


def write_all(folder: Path) -> dict[str, Path]:
    """Write a sample of each file, by the option that takes it."""
    folder.mkdir(parents=True, exist_ok=True)
    return {
        "iter": write_iter(folder / "iter_26.csv", hermosillo()),
        "enoe": write_enoe(folder / "enoe", enoe_people()),
        "firms": write_csv(folder / "denue_inegi_26_.csv", firms(), "latin-1"),
        "centres": write_csv(folder / "centros.csv", centres()),
        "zones": write_csv(folder / "agebs.csv", zones()),
    }
