"""Studies as data: all that are shipped can be read, and what cannot be used is said in a line."""

import copy
import time
from pathlib import Path

import pytest
import yaml

from experiments import validate
from experiments.evidence.reading import MOST_BYTES
from experiments.evidence.study import read_study, studies
from sim.cli import command
from sim.errors import InputError
from sim.results.persons import TRAITS, WORDS

GOOD = {
    "name": "mine",
    "label": {"es": "Mío", "en": "Mine"},
    "place": "somewhere",
    "source": "somebody",
    "population": {"youngest_child": {"from": 2, "below": 36}},
    "arms": {
        "lottery": [{"places": {"lottery": {"share": 0.5}}}],
        "loss": [{"remove": {"person": "grandmother"}}],
    },
    "results": {
        "work": {
            "label": {"es": "Trabajo", "en": "Work"},
            "outcome": "employment",
            "estimator": {
                "kind": "difference_in_means",
                "treated": {"arm": "lottery", "of": "won"},
                "control": {"arm": "lottery", "of": "lost"},
                "months": [1, 12],
            },
            "published": {
                "value": 1, "low": 0, "high": 2, "interval": "band",
                "unit": "points", "source": "somebody",
            },
        }
    },
}  # fmt: skip
LAUGHS = "\n".join(
    ["a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
)
"""A small file that would hold 9 to the power of 30 words."""
HOW = "results.work.estimator"
FOUND = "results.work.published"
STEP = "arms.lottery.0"


def changed(**changes):
    """Return the study with values put under dotted keys; None takes one away."""
    written = copy.deepcopy(GOOD)
    for where, value in changes.items():
        *parents, last = where.split(".")
        place = written
        for key in parents:
            place = place[int(key) if key.isdigit() else key]
        if value is None:
            del place[last]
        else:
            place[int(last) if last.isdigit() else last] = value
    return written


def refusal(folder: Path, text: str) -> str:
    """Return why a file of a text is refused."""
    path = folder / "mine.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as refused:
        read_study(path)
    message = str(refused.value)
    assert message.startswith("mine.yaml: ") and "\n" not in message, message
    return message


@pytest.mark.parametrize("name", studies())
def test_every_shipped_study_can_be_read(name):
    study = read_study(studies()[name])
    assert study.name == name and study.results


def test_the_study_that_others_are_broken_from_can_be_read(tmp_path):
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(GOOD), "utf-8")
    assert studies(tmp_path) == {"mine": tmp_path / "mine.yaml"}
    assert read_study(tmp_path / "mine.yaml").observed == 12


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        # Names
        ({"results.work.outcome": "joy"}, "results.work.outcome=joy: measure 'joy' cannot be ask"),
        ({"results.work.outcome": "joy"}, "those that can: participation, employment"),
        ({"results.work.outcome": "occupancy"}, "measure 'occupancy' cannot be asked"),
        ({"results.work.outcome": "would_use"}, "outcome=would_use: measure 'would_use' is of an"),
        ({"population": {"height": {"from": 1}}}, f"'height' is unknown; known: {TRAITS[0]}, "),
        (
            {"population": {"schooling": "doctorate"}},
            f"'doctorate' is unknown; known: {', '.join(WORDS['schooling'][0])}",
        ),
        ({"population": {"age": {"from": 9, "below": 1}}}, "}}: age: below 1 is not above from 9"),
        ({"population": {"age": {"to": 9}}}, "age: to=9: "),
        ({HOW + ".kind": "guess"}, f"{HOW}.kind=guess: Input should be 'difference_in_means'"),
        (
            {HOW + ".treated.arm": "leg"},
            "results.work: arm 'leg' is unknown; known: none, loss, lottery",
        ),
        ({HOW + ".treated.of": "rich"}, f"{HOW}.treated.of=rich: Input should be 'everybody'"),
        ({STEP: {"houses": 1}}, f"{STEP}.houses=1: "),
        ({STEP: {}}, "a step is one change, not 0; known changes: places, remove, parameters"),
        ({STEP: {"places": {}, "posts": {"times": 1}}}, "a step is one change, not 2"),
        ({"society": {"parameters": {"joy": {"value": 1, "source": "s"}}}}, "'joy' is unknown; se"),
        ({STEP: {"parameters": {"joy": {"value": 1, "source": "s"}}}}, "'joy' is unknown; see"),
        ({"name": "yours"}, "name 'yours' is not that of the file"),
        ({"name": "../mine"}, "name=../mine: "),
        ({"arms.none": []}, "none is the arm without change"),
        ({"weather": "fine"}, "weather=fine: "),
        # What is missing
        ({"source": None}, "source: Field required"),
        ({"source": ""}, "source=: "),
        ({FOUND + ".source": None}, f"{FOUND}.source: Field required"),
        ({FOUND + ".source": ""}, f"{FOUND}.source=: "),
        ({FOUND + ".interval": None}, f"{FOUND}.interval: Field required"),
        ({FOUND + ".low": None, FOUND + ".high": None}, "give low, high or both"),
        ({"results": {}}, "results={}: "),
        ({HOW + ".control": None}, "difference_in_means needs control"),
        (
            {STEP: {"parameters": {"slack": {"value": 1}}}},
            f"{STEP}.parameters.slack.source: Field required",
        ),
        # Figures
        ({FOUND + ".value": 3}, "value 3 is not from low 0 to high 2"),
        ({FOUND + ".value": float("nan")}, f"{FOUND}.value=nan: "),
        ({FOUND + ".low": float("inf")}, f"{FOUND}.low=inf: "),
        ({FOUND + ".value": "many"}, f"{FOUND}.value=many: "),
        ({HOW + ".months": [1, 13]}, "months [1, 13] are not within observed 12"),
        ({HOW + ".months": [3, 2]}, "months [3, 2]: write such as [1, 12] or later, in order"),
        ({HOW + ".months": [-3, 2]}, "months [-3, 2]: write such as"),
        ({"observed": 1000}, "observed=1000: "),
        (
            {HOW + ".kind": "difference_in_differences", HOW + ".before": [-13, -1]},
            "before [-13, -1] is not within observed_before 12",
        ),
        ({STEP + ".places.lottery.share": 1.5}, f"{STEP}.places.lottery.share=1.5: "),
        ({STEP: {"parameters": {"slack": {"source": "s"}}}}, "give a value or times, and not both"),
        # Groups and estimators that make no sense
        ({HOW + ".treated.arm": "none"}, "nobody is won in arm none, for nothing in it makes"),
        ({STEP + ".places": {}}, "nobody is won in arm lottery"),
        ({HOW + ".treated.of": "touched"}, "nobody is touched in arm lottery"),
        (
            {HOW + ".kind": "difference_in_differences", HOW + ".before": [-3, -1],
             HOW + ".treated.of": "using"},
            "nobody is using a new centre before there is one: write users",
        ),
        (
            {HOW: {"kind": "within_person", "treated": {"arm": "loss"}, "months": [1, 2],
                   "before": [-2, -1]}},
            "nobody enters a new centre in arm loss",
        ),
        (
            {"followed": False, HOW: {"kind": "within_person", "treated": {"arm": "lottery"},
                                      "months": [1, 2], "before": [-2, -1]}},
            "results.work: within_person needs women who are followed",
        ),
        ({HOW + ".third": {"partner": True}}, "difference_in_means has no use for third"),
        (
            {HOW + ".contrast": [{"partner": True}, {"partner": False}],
             HOW + ".treated.who": {"works": True}},
            "contrast says who is compared: leave who out of the groups",
        ),
        ({HOW + ".kind": "ratio", HOW + ".per": "joy"}, f"{HOW}.per=joy: measure 'joy' cannot"),
        # Places that cannot be
        ({STEP + ".places.number": 9}, "number has no meaning with a lottery"),
        (
            {STEP + ".places.lottery.losers_admitted": 1},
            f"{STEP}.places.lottery.losers_admitted=1: Input should be less than 1",
        ),
        ({STEP + ".places.plants": 9}, "plants has no meaning near homes"),
        ({STEP + ".places.where": "plants"}, "where plants needs plants"),
        ({STEP + ".places.closes": "05:00"}, "closes 05:00 is not after opens 06:00"),
        ({STEP + ".places.opens": "25h"}, f"{STEP}.places.opens=25h: "),
        ({"arms.loss": [{"places": {}}, {"places": {}}]}, "arms.loss: more than one step of"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_in_one_line(tmp_path, changes, said):
    assert said in refusal(tmp_path, yaml.safe_dump(changed(**changes)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a study is keys with their values (name: ...), not nothing"),
        ("- name: mine", "not list"),
        ("mine", "not str"),
        ("name: [", "not valid YAML: "),
        ("1: mine", "name: Field required"),
        ("name: !!python/object/apply:os.getcwd []", "not valid YAML: could not determine a const"),
        ("[" * 5000, "not valid YAML: "),
        ("name: mine # " + "x" * MOST_BYTES, "larger than 200 kB"),
    ],
)
def test_a_file_that_is_no_study_is_refused_in_one_line(tmp_path, text, said):
    assert said in refusal(tmp_path, text)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "mine.yaml").write_bytes(b"name: \xff\xfe")
    with pytest.raises(InputError, match=r"^mine.yaml: not valid YAML: "):
        read_study(tmp_path / "mine.yaml")


def test_a_file_that_grows_when_read_is_refused_at_once(tmp_path):
    begun = time.monotonic()
    assert "alias *a0 is not allowed: write it out" in refusal(tmp_path, LAUGHS)
    assert time.monotonic() - begun < 2


def test_markup_in_a_label_stays_text(tmp_path):
    label = "<script>alert(1)</script> & [red]"
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(changed(**{"label.en": label})), "utf-8")
    assert read_study(tmp_path / "mine.yaml").label.en == label


# As a command


@pytest.fixture
def told(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command in a folder of studies; status and what it said."""
    (tmp_path / "here" / "study").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)

    def tell(*line: str, **changes) -> tuple[int, str]:
        text = yaml.safe_dump(changed(**changes))
        (tmp_path / "here" / "study" / "mine.yaml").write_text(text, "utf-8")
        small = ["posterior=false", "replicates=2", "scale=0.01", "threads=1"]
        monkeypatch.setattr("sys.argv", ["validate", "--config-dir", "here", *small, *line])
        status = command(validate.job, "validate", scenario="polo_norte")
        return status, capsys.readouterr().err

    return tell


@pytest.mark.parametrize(
    ("line", "changes", "words"),
    [
        (["+study=mine"], {"source": None}, ["mine: source: Field required"]),
        (
            ["+study=mine"],
            {"results.work.outcome": "joy"},
            ["results.work.outcome=joy", "those that can"],
        ),
        (
            ["+study=mine"],
            {"society": {"figures": {"joy": {"value": 1, "source": "s"}}}},
            ["study mine: figure 'joy' is unknown; known: ", "women_15_49"],
        ),
        (["+study=yours"], {}, ["study=yours: no such choice; known: ", "mine"]),
        (["+study=../x"], {}, ["no such choice"]),
        (["+study=../parameters/base"], {}, ["name: Field required"]),
        (["+study=mine", "replicates=1"], {}, ["replicates=1", "greater than or equal to 2"]),
        (["+study=mine", "save=true"], {}, ["save=true keeps all studies together"]),
        (["+study=mine", "scenario=nacional"], {}, ["the country; this command is for one polo"]),
        (["+study=mine", "hurry=1"], {}, ["hurry"]),
    ],
)
def test_the_command_refuses_in_one_line_and_writes_nothing(told, tmp_path, line, changes, words):
    status, err = told(*line, "output_dir=out", **changes)
    assert status == 2 and err.startswith("error: ") and err.count("\n") == 1, err
    assert not [word for word in words if word not in err], err
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


@pytest.mark.parametrize("text", [LAUGHS, "a: &a [*a]"])
def test_the_command_refuses_a_file_that_grows_at_once(told, tmp_path, text):
    (tmp_path / "here" / "study" / "laughs.yaml").write_text(text, "utf-8")
    begun = time.monotonic()
    status, err = told("+study=laughs")
    assert status == 2 and err.count("\n") == 1, err
    assert err.startswith("error: study/laughs.yaml written out, without aliases, holds more")
    assert time.monotonic() - begun < 5
