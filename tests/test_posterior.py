"""Each replicate lives with its draw of the parameters, and intervals say so."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

import configs
import sim.posterior
from experiments.evidence.evaluations import Task, evaluate
from sim.errors import InputError
from sim.model import PoloModel
from sim.population.regions import regions
from sim.posterior import draws, write_draws
from sim.results.stream import ResultStream
from sim.results.tables import effects
from sim.run import main_job, paired_replicate
from sim.settings import Settings
from sim.unit import units

SAMPLE = pd.DataFrame(
    {"work_cost_20_29": [0.1 + 0.2, -1.5, 4.0], "social_contributions": [0.2, 0.3, 0.4]}
)
SMALL = ("scale=0.002", "months=3", "burn_in=1", "threads=1", "executor.workers=1")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    """Keep a made-up sample of Ciudad Juárez in a folder of the test's own."""
    monkeypatch.setattr(sim.posterior, "FOLDER", tmp_path / "posterior_draws")
    write_draws(sim.posterior.FOLDER / "juarez.csv", SAMPLE, "A made-up sample.\n\nOf a test.")
    return sim.posterior.FOLDER


def by_hand(settings, number: int, *more: str) -> Settings:
    """Return settings to which the values of a draw were given one by one."""
    given = [f"parameters.{name}.value={value!r}" for name, value in SAMPLE.loc[number].items()]
    return settings(*given, *more)


# The file


def test_a_sample_is_read_as_it_was_written(folder):
    text = (folder / "juarez.csv").read_text(encoding="utf-8")
    assert text == (
        "# A made-up sample.\n#\n# Of a test.\nwork_cost_20_29,social_contributions\n"
        "0.30000000000000004,0.2\n-1.5,0.3\n4.0,0.4\n"
    )
    pd.testing.assert_frame_equal(draws("juarez").frame, SAMPLE, check_exact=True)
    assert [path.name for path in folder.iterdir()] == ["juarez.csv"]


def test_a_polo_without_a_sample_has_that_of_the_reference(folder):
    assert draws("altamira") is draws("juarez")
    write_draws(folder / "altamira.csv", SAMPLE[:1], "Its own.")
    assert len(draws("altamira").frame) == 1 and len(draws("hermosillo").frame) == 3


@pytest.mark.parametrize(
    "text, said",
    [
        ("work_cost_20_29,surprise\n1,2\n", "parameter 'surprise' is unknown; known are those"),
        ("work_cost_20_29\n1\n99\n", "work_cost_20_29=99 in draw 1 is not from -3 to 12 (utils"),
        ("work_cost_20_29\nnan\n", "work_cost_20_29=nan in draw 0 is not from -3 to 12"),
        ("work_cost_20_29\n-inf\n", "work_cost_20_29=-inf in draw 0"),
        ("work_cost_20_29,work_cost_20_29\n1,2\n", "parameter work_cost_20_29 has two columns"),
        ("# only words\nwork_cost_20_29,detour_cost\n", "there is no draw"),
        ("", "there is no draw"),
        ("work_cost_20_29,detour_cost\n1,\n", "not a table of numbers (could not convert"),
        ("work_cost_20_29,detour_cost\n1,0.5\n1\n", "not a table of numbers (the number of col"),
        ("work_cost_20_29,detour_cost\n1\n", "not a table of numbers"),
        ("work_cost_20_29\nfar\n", "not a table of numbers (could not convert string 'far'"),
        (b"\x89PNG\xff\xfe", "not a table of numbers ('utf-8'"),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else value[:24].replace("\n", " "),
)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(folder, text, said):
    content = text if isinstance(text, bytes) else text.encode()
    (folder / "celaya.csv").write_bytes(content)
    with pytest.raises(InputError) as caught:
        draws("celaya")
    line = str(caught.value)
    assert line.startswith("posterior_draws/celaya.csv: ") and said in line
    assert "\n" not in line and str(folder) not in line


def test_without_any_file_it_says_how_to_make_one(folder, settings):
    (folder / "juarez.csv").unlink()
    with pytest.raises(InputError, match=r"python -m experiments\.calibrate"):
        units([settings("posterior=true")], 2)
    assert units([settings()], 2), "posterior=false needs none"


def test_what_could_not_be_read_is_not_written(folder):
    with pytest.raises(InputError, match="detour_cost=9 in draw 0"):
        write_draws(folder / "tula.csv", pd.DataFrame({"detour_cost": [9.0]}), "")
    assert not (folder / "tula.csv").exists()


def test_the_setting_can_be_given_beside_the_files():
    """A folder of configs named as the setting would make `posterior=true` a choice of a group."""
    home = Path(configs.__file__).parent
    plain = [name for name, field in Settings.model_fields.items() if field.annotation is bool]
    assert "posterior" in plain
    assert not [name for name in plain if (home / name).exists()]


# Settings and units


def test_a_replicate_has_its_draw_and_nothing_else_changes(settings):
    told = settings("posterior=true", "parameters.social_contributions.value=0.15")
    for replicate in range(7):
        own = told.of_replicate(replicate)
        for name, value in SAMPLE.loc[replicate % 3].items():
            assert own.parameters[name].value == value, "the draw wins"
        changed = {n for n in told.parameters if own.parameters[n] != told.parameters[n]}
        assert changed == set(SAMPLE.columns)
        assert own.parameters["work_cost_20_29"].known == "calibrated"
        assert own.of_replicate(replicate + 1) is own, "what was drawn is not drawn again"
        assert own.interval == "chance" and told.interval == "parameters and chance"
    plain = settings()
    assert plain.of_replicate(1) is plain


def test_a_unit_is_that_of_the_same_parameters_by_hand(settings):
    drawn = [unit for (unit,) in units([settings("posterior=true")], 5)]
    for replicate, unit in enumerate(drawn):
        (hand,) = units([by_hand(settings, replicate % 3)], 5)[replicate]
        assert unit.key == hand.key and unit.settings == hand.settings
    assert len({unit.key for unit in drawn}) == 5, "the same draw is another replicate"
    plain = {unit.key for (unit,) in units([settings()], 5)}
    assert plain.isdisjoint(unit.key for unit in drawn)


def test_the_regions_of_a_country_share_the_draw_of_a_replicate():
    folder = str(Path(configs.__file__).resolve().parent)
    with initialize_config_dir(folder, version_base=None):
        overrides = ["+scenario=nacional", "posterior=true"]
        of = regions(Settings.from_config(compose("config", overrides=overrides)))
    found = units(of, 4)
    for number, replicate in enumerate(found):
        given = [unit.settings.parameters for unit in replicate]
        assert {p["work_cost_20_29"].value for p in given} == {SAMPLE.iloc[number % 3, 0]}
        assert len({id(parameters) for parameters in given}) == 2, "the border's, and the others'"
        kept = [region.parameters["minimum_wage"].value for region in of]
        assert [p["minimum_wage"].value for p in given] == kept and len(set(kept)) == 2
    assert found[0][0].settings.parameters is found[3][0].settings.parameters
    assert len({unit.key for replicate in found for unit in replicate}) == 4 * len(of)


# What is simulated


def test_a_replicate_lives_as_with_its_parameters_by_hand(settings):
    told = settings("posterior=true", *SMALL)
    for replicate in (1, 2):
        hand = by_hand(settings, replicate, *SMALL)
        drawn, given = (paired_replicate(s, replicate) for s in (told, hand))
        pd.testing.assert_frame_equal(drawn.monthly, given.monthly, check_exact=True)
        pd.testing.assert_frame_equal(drawn.accounts, given.accounts, check_exact=True)
    model = PoloModel(told, 1)
    assert model.parameters["work_cost_20_29"][0] == -1.5
    assert model.settings.parameters["social_contributions"].value == 0.3


def test_money_is_counted_with_the_parameters_of_the_replicate(settings, country, made_up):
    """Contributions are wages times a parameter that no agent sees."""
    told, plain = (settings(of, "months=2", "burn_in=1") for of in ("posterior=true", "months=2"))
    tables = {}
    for name, of in (("drawn", told), ("plain", plain)):
        regions = country(of, 2)
        where = sim.posterior.FOLDER / name
        where.mkdir()
        stream = ResultStream(of, regions, where)
        for number, replicate in enumerate(units(regions, 4)):
            stream.add(number, map(made_up, replicate))
        stream.close()
        monthly = pd.read_parquet(where / "monthly.parquet")
        tables[name] = monthly[monthly["measure"] == "social_contributions"]
    sums = {name: of.groupby("replicate")["value"].sum() for name, of in tables.items()}
    share = plain.parameters["social_contributions"].value
    found = sums["drawn"] / sums["plain"] * share
    np.testing.assert_allclose(found, [0.2, 0.3, 0.4, 0.2])


def told_value(task, tick) -> dict[str, float]:
    """Tell the value of a parameter: an evaluation."""
    return {"value": task.settings.parameters["work_cost_20_29"].value}


def test_evaluations_are_of_the_replicates_draw(settings, tmp_path):
    told = settings("posterior=true", *SMALL, f"store={tmp_path}")
    found = evaluate(told_value, [Task(told, n, 0) for n in range(4)], told, "telling")
    assert [values["value"] for values in found] == [*SAMPLE["work_cost_20_29"], 0.1 + 0.2]


# Intervals


def made_monthly(replicates: int) -> pd.DataFrame:
    """Return both arms of a measure in one month: the effect is the number of the replicate."""
    rows = [
        (replicate, arm, replicate * (arm == "programme"))
        for replicate in range(replicates)
        for arm in ("baseline", "programme")
    ]
    frame = pd.DataFrame(rows, columns=["replicate", "arm", "value"])
    return frame.assign(month=pd.Timestamp("2026-01-01"), measure="m", group="g")


def test_the_interval_is_that_of_one_more_draw():
    for count, quantile in ((4, 2.353363), (20, 1.729133)):  # 95 %, from a printed table
        row = effects(made_monthly(count), {}, interval="parameters and chance").iloc[0]
        spread = np.std(np.arange(count), ddof=1)
        half = quantile * spread * np.sqrt(1 + 1 / count)
        np.testing.assert_allclose([row["low"], row["high"]], row["effect"] + [-half, half], 1e-5)
        chance = effects(made_monthly(count), {}).iloc[0]
        assert row["low"] < chance["low"] < row["effect"] == chance["effect"]
    alone = effects(made_monthly(1), {}, interval="parameters and chance")
    assert alone[["low", "high"]].isna().all(axis=None)


def test_the_interval_covers_where_effects_lie():
    """Of many truths drawn beside five replicates, nine in ten lie inside."""
    rng = np.random.default_rng(20260121)
    names = [f"m{number}" for number in range(1000)]
    shape = pd.MultiIndex.from_product([names, range(5)], names=["measure", "replicate"])
    programme = pd.DataFrame({"value": rng.normal(2.0, 1.0, 5000)}, index=shape).reset_index()
    arms = [programme.assign(arm="programme"), programme.assign(arm="baseline", value=0.0)]
    frame = pd.concat(arms, ignore_index=True).assign(group="g", month=pd.Timestamp("2026-01-01"))
    table = effects(frame, {}, interval="parameters and chance")
    covered = np.mean((table["low"] < 2.0) & (table["high"] > 2.0))
    further = rng.normal(2.0, 1.0, 1000)
    inside = np.mean((table["low"] < further) & (table["high"] > further))
    assert covered > 0.97 and 0.87 < inside < 0.93


# The run


def record_of(folder: Path) -> dict:
    """Read the manifest of a run."""
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def test_a_run_says_what_it_drew_and_goes_on_where_it_was(settings, tmp_path, capsys, monkeypatch):
    drawn_with = []
    monkeypatch.setattr(
        "analysis.figures.figures", lambda *_, interval, **__: drawn_with.append(interval)
    )

    def run(name: str, *more: str) -> dict:
        told = settings(*SMALL, f"store={tmp_path}/store", f"output_dir={tmp_path}/{name}", *more)
        main_job(OmegaConf.create(told.model_dump(mode="json")))
        return record_of(tmp_path / name)

    drawn = run("drawn", "posterior=true", "replicates=2")
    assert "uncertain in the parameters" in capsys.readouterr().out
    assert drawn["interval"] == "parameters and chance" and drawn["config"]["posterior"] is True
    assert drawn["draws"] == {"0": 0, "1": 1}
    assert "posterior_draws/juarez.csv" in drawn["inputs"]
    assert drawn["units"]["computed"] == 2

    more = run("more", "posterior=true", "replicates=4")
    assert (more["units"]["reused"], more["units"]["computed"]) == (2, 2)
    assert more["draws"] == {"0": 0, "1": 1, "2": 2, "3": 0}
    both = [pd.read_parquet(tmp_path / name / "monthly.parquet") for name in ("drawn", "more")]
    pd.testing.assert_frame_equal(both[0], both[1][both[1]["replicate"] < 2], check_exact=True)

    capsys.readouterr()
    plain = run("plain", "replicates=2")
    assert "uncertain in the parameters" not in capsys.readouterr().out
    assert (plain["units"]["reused"], plain["interval"], plain["draws"]) == (0, "chance", {})
    assert not [name for name in plain["inputs"] if "posterior" in name]
    assert drawn_with == ["parameters and chance", "parameters and chance", "chance"]
