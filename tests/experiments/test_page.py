"""docs/validation.md is written by the commands, and is that of today's model."""

import pandas as pd
import pytest

from experiments import page
from experiments.evidence.moments import moments
from experiments.evidence.study import read_study, studies
from sim.posterior import draws

KEPT = page.DOCS / "validation"
AGAIN = "run the three commands at the end of docs/validation.md"


@pytest.fixture
def probes():
    found = page.read_probes(KEPT)
    assert found, AGAIN
    return found


def of_kind(probes, kind):
    return {name: value for name, value in probes.items() if name.startswith(f"{kind}.")}


@pytest.mark.parametrize(("lang", "name"), page.LANGUAGES.items())
def test_the_page_is_what_its_tables_say(lang, name):
    assert (page.DOCS / name).read_text(encoding="utf-8") == page.page(KEPT, lang), AGAIN


def test_the_tables_have_today_s_moments():
    kept = pd.read_csv(KEPT / "moments.csv").set_index("moment")
    for name, moment in moments("juarez").items():
        assert kept.loc[name, "published"] == pytest.approx(moment.value), AGAIN
        assert kept.loc[name, "tolerance"] == pytest.approx(moment.tolerance), AGAIN
    assert len(kept) == len(moments("juarez")), AGAIN


def test_the_tables_have_today_s_studies():
    kept = pd.read_csv(KEPT / "studies.csv").set_index(["study", "result"])
    results = {
        (name, result): declared.published
        for name, path in studies().items()
        for result, declared in read_study(path).results.items()
    }
    assert set(kept.index) == set(results), AGAIN
    for place, published in results.items():
        assert kept.loc[place, "published"] == pytest.approx(published.value), AGAIN
        assert kept.loc[place, "source"] == published.source, AGAIN


def test_today_s_model_gives_the_moments_of_the_page(settings, probes):
    assert page.probes_of_moments(settings()) == pytest.approx(of_kind(probes, "moment")), AGAIN


def test_today_s_model_replays_the_studies_of_the_page(settings, probes):
    wanted = [read_study(path) for path in studies().values()]
    found = page.probes_of_studies(wanted, settings())
    assert found == pytest.approx(of_kind(probes, "study")), AGAIN


def test_today_s_model_has_the_effects_of_the_page(settings, probes):
    assert page.probes_of_effects(settings()) == pytest.approx(of_kind(probes, "effect")), AGAIN


def test_the_choice_of_calibrated_parameters_has_the_means_of_the_draws(settings):
    means = draws("juarez").frame.mean()
    given = settings("parameters=calibrated").parameters
    for name, mean in means.items():
        assert given[name].value == pytest.approx(mean, rel=1e-5), name
        assert given[name].known == "calibrated"
    others = set(given) - set(means.index)
    assert all(given[name] == settings().parameters[name] for name in others)


def test_no_fewer_moments_and_studies_are_inside_than_were():
    told = pd.read_csv(KEPT / "moments.csv")
    assert told["inside"].mean() >= 0.8
    replayed = pd.read_csv(KEPT / "studies.csv")
    whole = replayed.groupby("study")["inside"].all()
    assert whole.sum() >= 6
    assert (replayed["replicates"] >= 20).all()


def test_keeping_is_refused_without_a_clone(tmp_path, monkeypatch):
    monkeypatch.setattr(page, "DOCS", tmp_path)
    with pytest.raises(page.InputError, match="save=true"):
        page.keep({}, {}, lambda folder: None)
    assert not list(tmp_path.iterdir())


def test_a_probe_of_another_command_stays(tmp_path, monkeypatch):
    (tmp_path / "odd.md").write_text("")
    (tmp_path / "img").mkdir()
    monkeypatch.setattr(page, "DOCS", tmp_path)
    monkeypatch.setattr(page, "page", lambda folder, lang: lang)
    page.keep({}, {"study.a.b.treated": 0.1}, lambda folder: None)
    page.keep({}, {"moment.c": 0.2}, lambda folder: None)
    page.keep({}, {"study.d.e.treated": 0.3}, lambda folder: None)
    assert page.read_probes(tmp_path / "validation") == {"moment.c": 0.2, "study.d.e.treated": 0.3}
