"""INEGI's table of municipalities is read in each of its guises, and never trusted."""

import zipfile

import pandas as pd
import pytest

from sim.errors import InputError
from sim.population.iter import read_iter
from sim.settings import CENSUS_COUNTS


def test_only_the_totals_of_municipalities_are_read(rows, write):
    table = read_iter(write(rows))
    assert len(table) == len(rows) == 65
    assert list(table.index) == sorted(row["ENTIDAD"] + row["MUN"] for row in rows)
    for name in CENSUS_COUNTS:
        assert table[name].sum() == sum(row[name] for row in rows)
    assert table.loc["08002", "NAME"] == "Municipio 08002"
    assert "P_12A14" not in table


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_any_of_its_encodings(rows, write, encoding):
    rows[0]["NOM_MUN"] = "Peñón Blanco"
    assert read_iter(write(rows, encoding)).loc["01001", "NAME"] == "Peñón Blanco"


def test_lost_zeros_and_lower_case_change_nothing(rows, write):
    expected = read_iter(write(rows))
    for row in rows:
        for name in ("ENTIDAD", "MUN", "LOC"):
            row[name] = str(int(row[name]))
    pd.testing.assert_frame_equal(read_iter(write(rows)), expected)
    small = [{name.lower(): value for name, value in row.items()} for row in rows]
    plain = pd.DataFrame(small).drop(columns="loc").rename(columns={"nom_mun": "name"})
    path = write(rows).with_name("plain.csv")
    plain.rename(columns={"entidad": "cve_ent", "mun": "cve_mun"}).to_csv(path, index=False)
    pd.testing.assert_frame_equal(read_iter(path), expected)
    plain["cvegeo"] = [f"{int(r['ENTIDAD'])}{int(r['MUN']):03d}" for r in rows]
    plain.drop(columns=["entidad", "mun"]).to_csv(path, index=False)
    pd.testing.assert_frame_equal(read_iter(path), expected)


def test_more_ages_are_used_if_there(rows, write):
    rows = [row | {"P_12A14": 7, "P_15A17": 5} for row in rows]
    assert read_iter(write(rows))["P_12A14"].eq(7).all()


def test_hidden_figures_are_missing(rows, write):
    rows[3]["PEA_F"], rows[4]["VPH_AUTOM"] = "*", "N/D"
    table = read_iter(write(rows))
    assert table.isna().sum().sum() == 2
    assert pd.isna(table.loc["02002", "PEA_F"])


def test_the_zip_that_inegi_gives(rows, write):
    plain = write(rows)
    path = plain.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(plain, "iter_00_cpv2020/conjunto_de_datos/conjunto_de_datos_iter_00CSV20.csv")
        archive.writestr("iter_00_cpv2020/diccionario_datos/diccionario_datos_iter.csv", "a,b\n")
        archive.writestr("iter_00_cpv2020/catalogos/tam_loc.csv", "a,b\n")
    pd.testing.assert_frame_equal(read_iter(path), read_iter(plain))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("iter_2.csv", "a,b\n")
    with pytest.raises(InputError, match="holds 4 csv files; it must hold one"):
        read_iter(path)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("PEA_F", "-3", "row 9 column PEA_F: '-3' is not a whole number from 0 to 999999999, or *"),
        ("PEA_F", "many", "row 9 column PEA_F: 'many' is not a whole number"),
        ("PEA_F", "", "row 9 column PEA_F: '' is not"),
        ("PEA_F", "1,200", "row 9 column PEA_F: '1,200' is not"),
        ("PEA_F", "nan", "row 9 column PEA_F: 'nan' is not"),
        ("PEA_F", "1e400", "row 9 column PEA_F: '1e400' is not"),
        ("PEA_F", "9999999999", "row 9 column PEA_F: '9999999999' is not"),
        ("PEA_F", "12.5", "row 9 column PEA_F: '12.5' is not a whole number"),
        ("PROM_OCUP", "x", "row 9 column PROM_OCUP: 'x' is not a number from 0"),
        ("POBFEM", "*", "row 9 column POBFEM: '*' is not a whole number from 0 to 999999999"),
        ("ENTIDAD", "33", "row 9 column ENTIDAD: '33' is not a code from 0 to 32"),
        ("MUN", "x", "row 9 column MUN: 'x' is not a code"),
        ("LOC", "", "row 9 column LOC: '' is not a code"),
        ("MUN", "001", "row 9: municipality 01001"),
        ("POBTOT", "5", "rows are missing or changed"),
    ],
)
def test_a_wrong_value_is_refused_in_one_line(rows, write, column, value, said):
    path = write(rows)
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    header = lines[0].split(",")
    row = lines[8].split(",")
    assert row[header.index("LOC")] == "0000"
    row[header.index(column)] = f'"{value}"'
    if said.endswith("01001"):
        row[header.index("ENTIDAD")] = "01"
    path.write_text("\n".join([*lines[:8], ",".join(row), *lines[9:]]), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_iter(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_columns_must_be_there_once(rows, write):
    path = write(rows)
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(text.replace("PDER_IMSS", "OTHER", 1), encoding="utf-8")
    with pytest.raises(InputError, match="row 1 has no column PDER_IMSS"):
        read_iter(path)
    path.write_text(text.replace("NOM_LOC", "PEA_F", 1), encoding="utf-8")
    with pytest.raises(InputError, match="row 1 has column PEA_F twice"):
        read_iter(path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "has no column"),
        ("picture.csv", bytes(range(256)) * 50, "has no column|not a csv"),
        ("empty.zip", b"", "not a sound zip"),
        ("text.zip", b"ENTIDAD,MUN\n1,1\n", "not a sound zip"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        read_iter(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_iter(tmp_path / "none.csv")
    with pytest.raises(InputError, match="cannot be read"):
        read_iter(tmp_path)


def test_no_municipality_at_all(rows, write):
    path = write(rows)
    header = path.read_text(encoding="utf-8-sig").splitlines()[0]
    path.write_text(header + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"no row of a municipality|header without rows"):
        read_iter(path)


def test_a_row_cut_short_is_refused(rows, write):
    path = write(rows)
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    path.write_text("\n".join([*lines[:8], lines[8][:60], *lines[9:]]), encoding="utf-8")
    with pytest.raises(InputError, match="row 9 column"):
        read_iter(path)


def test_a_truncated_zip_and_a_bomb_are_refused(rows, write):
    plain = write(rows)
    path = plain.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(plain, "iter.csv")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="not a sound zip"):
        read_iter(path)
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 0xFF
    path.write_bytes(damaged)
    with pytest.raises(InputError):
        read_iter(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("iter.csv", "0" * 20_000_000)
    with pytest.raises(InputError, match="no table shrinks so"):
        read_iter(path)
