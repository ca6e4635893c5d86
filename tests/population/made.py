"""Tables in INEGI's layout, made from the project's own figures of the states."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

import configs
from sim.settings import CENSUS_COUNTS

Rows = list[dict[str, Any]]
STATES = Path(configs.__file__).resolve().parent / "population" / "estados.yaml"
TINY = "20047"


def municipality(code: str, counts: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a municipality's total."""
    return {
        "ENTIDAD": code[:2],
        "NOM_ENT": f"Estado {code[:2]}",
        "MUN": code[2:],
        "NOM_MUN": f"Municipio {code}",
        "LOC": "0000",
        "NOM_LOC": "Total del Municipio",
        "LONGITUD": "",
        **counts,
        "TAMLOC": "*",
    }


def rows_of_states() -> Rows:
    """Return two municipalities a state that add up to it; in Oaxaca a third of 14 women too."""
    states = yaml.safe_load(STATES.read_text(encoding="utf-8"))["states"]
    found = []
    for entity, state in states.items():
        census = state["census"]
        part = {name: 3 * round(census[name]) // 5 for name in CENSUS_COUNTS}
        rest = {name: round(census[name]) - part[name] for name in CENSUS_COUNTS}
        mean = {"PROM_OCUP": census["PROM_OCUP"]}
        found += [municipality(f"{entity[-2:]}001", part | mean)]
        found += [municipality(f"{entity[-2:]}002", rest | mean)]
        if entity[-2:] == TINY[:2]:
            tiny = {
                name: max(1, round(14 * value / rest["P_15A49_F"])) for name, value in rest.items()
            }
            found += [municipality(TINY, tiny | mean)]
    return found


def angle(degrees: float, signs: str = "NS") -> str:
    """Return an angle as INEGI writes it: degrees, minutes, seconds and where to."""
    seconds = round(abs(degrees) * 3_600_000)
    minutes, thousandths = divmod(seconds, 60_000)
    sign = signs[degrees < 0]
    return f"{minutes // 60}°{minutes % 60:02d}'{thousandths / 1000:06.3f}\" {sign}"


def write_iter(
    path: Path,
    rows: Rows,
    encoding: str = "utf-8-sig",
    localities: Mapping[str, Sequence[tuple[float, float, int]]] | None = None,
) -> Path:
    """Write rows as INEGI does: totals first, localities after each.

    `localities` by code of the municipality: latitude, longitude, and how many live there.
    """
    total = {n: sum(int(row[n]) for row in rows if str(row[n]).isdigit()) for n in CENSUS_COUNTS}
    lines = [rows[0] | total | {"ENTIDAD": "00", "MUN": "000", "NOM_MUN": "Total nacional"}]
    for row in rows:
        lines.append(row)
        hidden = {n: "*" for n in (*CENSUS_COUNTS, "PROM_OCUP")}
        lines.append(row | {"LOC": "0001"})
        for n, (north, east, people) in enumerate(
            (localities or {}).get(row["ENTIDAD"] + row["MUN"], ()), 2
        ):
            where = {"LATITUD": angle(north), "LONGITUD": angle(east, "EW")}
            lines.append(row | hidden | where | {"LOC": f"{n:04d}", "POBTOT": people})
        lines.append(row | hidden | {"LOC": "9998", "NOM_LOC": "Localidades de una vivienda"})
    names = list(rows[0])
    if localities is not None:
        names.insert(names.index("LONGITUD") + 1, "LATITUD")
    with path.open("w", encoding=encoding, newline="") as file:
        table = csv.DictWriter(file, names)
        table.writeheader()
        table.writerows(lines)
    return path
