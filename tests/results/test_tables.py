from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.results.tables import effects, write_csv, write_monthly


def monthly(
    replicates: int = 4,
    months: int = 24,
    measures: tuple[str, ...] = ("zeta", "alpha"),
    groups: tuple[str, ...] = ("women", "mothers"),
    seed: int = 0,
) -> pd.DataFrame:
    """Return a frame whose arms are identical."""
    rng = np.random.default_rng(seed)
    frame = pd.MultiIndex.from_product(
        [
            range(replicates),
            pd.date_range("2024-01-01", periods=months, freq="MS"),
            groups,
            measures,
        ],
        names=["replicate", "month", "group", "measure"],
    ).to_frame(index=False)
    frame["value"] = rng.normal(50, 3, len(frame))
    frame.insert(0, "scenario", "polo_norte")
    arms = [frame.assign(arm=arm) for arm in ("baseline", "programme")]
    return pd.concat(arms, ignore_index=True)


def test_columns_units_and_order_of_appearance() -> None:
    table = effects(monthly(), {"zeta": "%"})
    assert list(table.columns) == [
        "measure", "group", "baseline", "programme", "effect", "low", "high", "unit",
    ]  # fmt: skip
    assert list(zip(table["measure"], table["group"], strict=True)) == [
        ("zeta", "women"), ("zeta", "mothers"), ("alpha", "women"), ("alpha", "mothers"),
    ]  # fmt: skip
    assert table["unit"].tolist() == ["%", "%", "", ""]


def test_planted_effect_is_recovered_exactly() -> None:
    frame = monthly()
    frame["value"] = np.where(frame["arm"] == "baseline", 40.0, 40.0 + frame["replicate"])
    outside = frame["month"] < "2025-01-01"
    frame.loc[outside, "value"] = 1e6  # months before the last twelve do not count
    table = effects(frame, {})
    assert (table["baseline"] == 40.0).all()
    assert (table["programme"] == 41.5).all()
    assert (table["effect"] == 1.5).all()
    # Student's t at 95 % with 3 degrees of freedom, from a printed table.
    half = 2.353363 * np.std([0, 1, 2, 3], ddof=1) / 2
    np.testing.assert_allclose(table["low"], 1.5 - half, atol=1e-6)
    np.testing.assert_allclose(table["high"], 1.5 + half, atol=1e-6)


def test_pairs_are_matched_by_replicate_whatever_the_order_of_rows() -> None:
    frame = monthly()
    frame.loc[frame["arm"] == "programme", "value"] += frame["replicate"] % 2
    shuffled = frame.sample(frac=1, random_state=1)
    keys = ["measure", "group"]
    pd.testing.assert_frame_equal(
        effects(frame, {}).sort_values(keys, ignore_index=True),
        effects(shuffled, {}).sort_values(keys, ignore_index=True),
        check_exact=True,
    )


@given(
    values=st.lists(st.floats(-1e9, 1e9), min_size=3, max_size=12),
    replicates=st.integers(1, 5),
    seed=st.integers(0, 9),
)
def test_identical_arms_have_exactly_no_effect(
    values: list[float], replicates: int, seed: int
) -> None:
    frame = monthly(replicates, months=len(values))
    frame["value"] = frame["month"].map(dict(zip(frame["month"].unique(), values, strict=True)))
    frame["value"] *= 1 + 0.1 * frame["replicate"]
    table = effects(frame.sample(frac=1, random_state=seed), {}, months=len(values))
    ends = ["effect", "low", "high"] if replicates > 1 else ["effect"]
    assert (table[ends] == 0.0).all(axis=None)


def test_equal_differences_have_a_point_interval() -> None:
    names = [f"m{i}" for i in range(100)]
    planted = dict(zip(names, np.random.default_rng(3).normal(size=100), strict=True))
    frame = monthly(replicates=3, months=1, measures=tuple(names), groups=("all",))
    frame["value"] = frame["measure"].map(planted).where(frame["arm"] == "programme", 0.0)
    table = effects(frame, {}).set_index("measure")
    for column in ("effect", "low", "high"):
        assert table[column].to_dict() == planted, column


def test_one_replicate_has_no_interval() -> None:
    table = effects(monthly(replicates=1), {})
    assert (table["effect"] == 0.0).all()
    assert table[["low", "high"]].isna().all(axis=None)


def test_undefined_months_are_left_out() -> None:
    frame = monthly(measures=("occupancy",), groups=("ceci", "guarderia"))
    frame["value"] = 80.0
    frame.loc[(frame["group"] == "ceci") & (frame["arm"] == "baseline"), "value"] = np.nan
    frame.loc[frame["month"] == frame["month"].max(), "value"] = np.nan
    table = effects(frame, {}).set_index("group")
    assert np.isnan(table.loc["ceci", "baseline"])
    assert table.loc["ceci", "programme"] == 80.0
    assert np.isnan(table.loc["ceci", "effect"])
    assert table.loc["guarderia", ["effect", "low", "high"]].tolist() == [0.0, 0.0, 0.0]


def test_categories_and_texts_give_the_same() -> None:
    frame = monthly()
    frame.loc[frame["arm"] == "programme", "value"] += frame["replicate"]
    texts = ["scenario", "arm", "group", "measure"]
    pd.testing.assert_frame_equal(
        effects(frame, {}), effects(frame.astype(dict.fromkeys(texts, "category")), {})
    )


def test_interval_covers_the_truth() -> None:
    rng = np.random.default_rng(20260121)
    names = tuple(f"m{i}" for i in range(300))
    frame = monthly(replicates=5, months=2, measures=names, groups=("all",))
    shock = {
        key: rng.normal(2.0, 1.0)
        for key in frame[["measure", "replicate"]].itertuples(index=False, name=None)
    }
    keys = list(zip(frame["measure"], frame["replicate"], strict=True))
    treated = frame["arm"] == "programme"
    frame["value"] += np.where(treated, [shock[key] for key in keys], 0.0)
    table = effects(frame, {}, months=2, level=0.90)
    covered = table["low"].le(2.0) & table["high"].ge(2.0)
    assert 0.85 <= covered.mean() <= 0.95


@pytest.mark.parametrize("wrong", [{"months": 0}, {"level": 1.0}, {"level": 0.0}])
def test_wrong_options_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        effects(monthly(), {}, **wrong)  # type: ignore[arg-type]


def test_a_repeated_month_is_refused() -> None:
    frame = monthly()
    with pytest.raises(ValueError, match="duplicate"):
        effects(pd.concat([frame, frame.tail(1)]), {})


def test_parquet_bytes_depend_on_values_alone(tmp_path: Path) -> None:
    frame = monthly()
    frame.loc[3, "value"] = np.nan
    texts = ["scenario", "arm", "group", "measure"]
    forms = {
        "text": frame,
        "category": frame.astype(dict.fromkeys(texts, "category")),
        "indexed": frame.set_index(pd.Index(range(7, 7 + len(frame)), name="row")),
        "seconds": frame.astype({"month": "datetime64[s]"}),
    }
    written = {}
    for name, form in forms.items():
        write_monthly(form, tmp_path / name)
        written[name] = (tmp_path / name).read_bytes()
    assert len(set(written.values())) == 1
    write_monthly(frame.assign(value=frame["value"] + 1e-9), tmp_path / "other")
    assert (tmp_path / "other").read_bytes() != written["text"]
    assert {path.name for path in tmp_path.iterdir()} == {*forms, "other"}


def test_parquet_returns_the_same_table(tmp_path: Path) -> None:
    frame = monthly()
    frame.loc[3, "value"] = np.nan
    write_monthly(frame, tmp_path / "monthly.parquet")
    back = pd.read_parquet(tmp_path / "monthly.parquet")
    pd.testing.assert_frame_equal(
        back, frame, check_dtype=False, check_categorical=False, check_exact=True
    )


def test_csv_keeps_every_digit(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"name": ["guardería", "b"], "value": [0.1 + 0.2, np.nan], "month": ["2026-01", "2026-02"]}
    )
    write_csv(frame, tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_bytes() == (
        "name,value,month\nguardería,0.30000000000000004,2026-01\nb,,2026-02\n".encode()
    )
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]
