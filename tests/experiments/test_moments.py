"""Moments: enough of them, each with a source, none an effect; what cannot be used is refused."""

import json
import re
from math import hypot

import numpy as np
import pytest

from experiments.evidence.evaluations import key_of
from experiments.evidence.moments import (
    YEAR,
    compared,
    moments,
    read_moments,
    simulated_moments,
    task_of,
)
from sim.errors import InputError
from sim.model import PoloModel
from sim.results.catalogue import catalogue
from sim.results.measures import Counts, measure, older_women
from sim.results.tally import Tally

CITES = re.compile(r"\b(?:labour|ceci|causal):\w+|\bINEGI, (?:ENOE|ENIGH|ENESS|Censo)\b")
PARTS = re.compile(r"Tolerance: (.+)\.$")
OLD = 15
"""Moments whose tolerance is not by the rule, for it was set before or is half a range; they come
first."""

GOOD = {
    "measure": "participation",
    "group": "mothers_u4",
    "value": 50,
    "tolerance": 2,
    "known": "measured",
    "source": "somewhere",
    "label": {"es": "algo", "en": "something"},
}
BY_TRAITS = {key: value for key, value in GOOD.items() if key != "group"}


@pytest.fixture(scope="module")
def found():
    return moments("juarez")


def test_there_are_enough_of_many_kinds(found):
    assert len(found) >= 25
    assert len({moment.measure for moment in found.values()}) >= 20
    assert sum(moment.population is not None for moment in found.values()) >= 10


def test_each_cites_its_source(found):
    for name, moment in found.items():
        assert CITES.search(moment.source) or name == "carer_family", name


def test_each_is_named_in_both_languages(found):
    for name, moment in found.items():
        assert moment.label.es and moment.label.en, name


def test_tolerances_are_the_root_of_the_squares_of_their_parts(found):
    for name in list(found)[OLD:]:
        stated = PARTS.search(found[name].source)
        assert stated, name
        parts = [float(part.split()[0]) for part in stated[1].split(", ")]
        assert found[name].tolerance == pytest.approx(hypot(*parts), rel=0.02), name


def test_none_is_an_effect_of_care_or_a_difference_between_who_uses_it_and_who_does_not(found):
    for name, moment in found.items():
        assert "effect" not in moment.measure, name
        if moment.offer is not None:
            continue  # what people say that they would do
        # Nobody is chosen by the care that she uses: two such levels would be a difference
        traits = set() if moment.population is None else set(moment.population.root)
        assert not traits & {"care", "in_centre", "asks"}, name


def test_a_polo_without_moments_is_refused():
    with pytest.raises(InputError, match=r"^polo 'nowhere' has no moments; those .*: juarez$"):
        moments("nowhere")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (GOOD | {"offer": {}}, "measure would_use and an offer go together"),
        (GOOD | {"measure": "would_use"}, "measure would_use and an offer go together"),
        (
            GOOD | {"measure": "would_use", "offer": {"fees": 3}},
            "offer.fees=3: Extra inputs are not permitted",
        ),
        (GOOD | {"measure": "none_such"}, "measure 'none_such' is unknown; known: participation"),
        (GOOD | {"group": "nobody"}, "group 'nobody' has no participation; those that have: "),
        (GOOD | {"measure": "occupancy"}, "group 'mothers_u4' has no occupancy; those that have: "),
        (GOOD | {"population": {}}, "give a group or a population, and not both"),
        (BY_TRAITS, "give a group or a population, and not both"),
        (
            BY_TRAITS | {"measure": "occupancy", "population": {}},
            "measure 'occupancy' cannot be asked of a population; those that can: participation",
        ),
        (
            BY_TRAITS | {"population": {"height": {"from": 1}}},
            "population={'height': {'from': 1}}: trait 'height' is unknown; known: age, ",
        ),
        (
            BY_TRAITS | {"population": {"schooling": "doctorate"}},
            "schooling 'doctorate' is unknown; known: primaria, secundaria, media_superior",
        ),
        ({k: v for k, v in GOOD.items() if k != "source"}, "source: Field required"),
        (GOOD | {"source": ""}, "source=: "),
        (GOOD | {"tolerance": 0}, "tolerance=0: "),
        (GOOD | {"known": "guessed"}, "known=guessed: "),
        (GOOD | {"weight": 2}, "weight=2: "),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(tmp_path, written, said):
    path = tmp_path / "town.yaml"
    path.write_text(json.dumps({"moments": {"fine": GOOD, "wrong": written}}), "utf-8")
    with pytest.raises(InputError) as refused:
        read_moments(path)
    message = str(refused.value)
    assert message.startswith("town.yaml: moment wrong: ") and said in message, message
    assert "\n" not in message


@pytest.mark.parametrize("text", ["", "moments", "levels: {}", "moments: {a: ["])
def test_a_file_that_has_none_is_refused(tmp_path, text):
    path = tmp_path / "town.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(
        InputError, match=r"^town.yaml: not (a file of moments \(\w+\)$|valid YAML: )"
    ):
        read_moments(path)


def test_simulated_moments_are_those_of_the_first_year_of_the_baseline(settings, found):
    small = settings("scale=0.02", "threads=1", "burn_in=12")
    ticks = []
    task = task_of(small, 1)
    values = simulated_moments(task, lambda: ticks.append(1))["moments"]
    assert len(ticks) == task.steps and set(values) == set(found)

    model = PoloModel(small, 1, small.plan.without_centres())
    for _ in range(small.burn_in + YEAR):
        model.step()
    tally = Tally.of(model.history, model.tables["centres"].scheme)
    counts = Counts(tally, older_women([(small.polo, small.scale)]), small.parameters)
    for name, moment in found.items():
        if moment.group is not None:
            size = 0.02 if moment.unit in ("women", "children", "workers") else 1
            of = measure(counts.of[moment.group], catalogue()["measures"][moment.measure])
            assert values[name] == pytest.approx(np.nanmean(of[-YEAR:]) / size), name
        else:
            assert np.isfinite(values[name]), name


def test_a_task_is_new_where_what_is_measured_changes_and_not_with_a_runs_months(settings):
    one, other = (task_of(settings("scale=0.02", f"months={months}"), 0) for months in (12, 24))
    assert key_of(simulated_moments, one) == key_of(simulated_moments, other)
    assert one.what["participation"] == ["participation", "women_15_plus", None]
    assert "age: {from: 30, below: 40}" in one.what["mothers_30_39"][1]


def test_the_mean_of_replicates_is_held_against_what_is_published(found):
    inside = {name: moment.value + 0.9 * moment.tolerance for name, moment in found.items()}
    outside = {name: moment.value + 1.3 * moment.tolerance for name, moment in found.items()}
    table = compared("juarez", [inside, outside]).set_index("level")
    assert not table["inside"].any()
    assert compared("juarez", [inside]).set_index("level")["inside"].all()
    assert table.loc["hours", "simulated"] == pytest.approx(39.0 + 1.1 * 2.8)
    assert list(table.index) == list(found)
