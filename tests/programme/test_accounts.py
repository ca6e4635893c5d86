"""Who pays for the centres: each payer's part, and the table of accounts."""

import numpy as np
import pandas as pd
import pytest

import sim.run
from sim.agents.ceci import BUILDING, EMPRESA, GUARDERIA, IMSS
from sim.model import PoloModel
from sim.programme.accounts import PAYERS
from sim.programme.calendar import months_of
from sim.programme.rollout import BUILT_SEEN
from sim.results.accounts import ACCOUNTS, Ledger, accounts_frame, names_of_centres

SMALL = ("scale=0.004", "burn_in=2", "months=16", "siting.sites_a_month.value=20")
EAGER = (
    "outreach=saturacion", "parameters.running_cost_empresa.value=4000",
    "parameters.imss_fee.value=6000", "parameters.capital_cost_empresa.value=20000",
    "parameters.expected_use.value=1", "rollout.agreements.least_places=10",
    "assistance.abandonment_assisted.value=0", "siting.acceptance.value=1",
)  # fmt: skip


@pytest.fixture
def ledger(settings):
    """Return a polo with three open centres, one of each kind, and what each has of children."""
    model = PoloModel(
        settings(
            *SMALL, "access=convenio_municipal", "access.voucher.value=1500",
            "access.guarderias=true", "access.fee.value=100",
        ),
        0,
    )  # fmt: skip
    t = model.tables
    old, imss = 0, model.old_centres
    own = imss + len(model.polo.announced)
    t["centres"].open[:] = 0
    t["enrolled"][:] = t["places"][:] = t["tariffs"][:] = 0
    for number in (old, imss, own):
        t["centres"].open[number] = 1
        t["places"][number, [0, 3]] = 30, 20
        t["enrolled"][number, [0, 3]] = 25, 15
        t["tariffs"][number] = (30, 4, 6)
    t["tariffs"][own] = (40, 0, 0)
    return model, old, imss, own


def test_each_payer_owes_its_part(ledger):
    model, old, imss, own = ledger
    p = {name: parameter.value for name, parameter in model.settings.parameters.items()}
    owed = model.programme.accounts.of_month()
    assert [model.tables["centres"].scheme[n] for n in (old, imss, own)] == [
        GUARDERIA, IMSS, EMPRESA,
    ]  # fmt: skip
    uninsured = 4 * 2000 + 6 * 500
    assert owed["paid_municipality"][[old, imss, own]].tolist() == [9000, 9000, 0]
    assert owed["paid_family"][[old, imss, own]].tolist() == [uninsured, uninsured + 3000, 4000]
    assert owed["paid_imss"][old] == 50 * p["running_cost"] - 9000 - uninsured
    assert owed["paid_imss"][imss] == 50 * p["running_cost_direct"] - 9000 - uninsured - 3000
    assert owed["paid_imss"][own] == 40 * p["imss_fee"]
    assert owed["paid_firm"][own] == 50 * p["running_cost_empresa"] - 40 * p["imss_fee"] - 4000
    assert owed["paid_firm"].sum() == owed["paid_firm"][own]
    assert owed["staff"][[old, imss, own]].tolist() == [round(50 * p["staff_per_place"])] * 3
    shut = np.delete(np.arange(len(owed["staff"])), [old, imss, own])
    for name, values in owed.items():
        assert not values[shut].any(), name


def test_a_building_is_paid_over_its_months_by_whose_centre_it_is(ledger):
    model, _, imss, own = ledger
    p, t = model.settings.parameters, model.tables
    t["places"][own, :3], t["places"][own, 3:] = 20, 10
    accounts = model.programme.accounts
    accounts.building_begins(imss, 5, 0.4)
    accounts.building_begins(own, 6)
    owed = accounts.of_month()
    assert not owed["capital_imss"].any() and not owed["capital_firm"].any(), "nothing is begun"
    t["centres"].stage[[imss, own]] = BUILDING
    owed = accounts.of_month()
    centre = 0.4 * p["capital_cost"].value * model.settings.scale / 5
    assert owed["capital_imss"][imss] == owed["capital_imss"].sum() == round(centre)
    places = 60 * p["capital_cost_empresa"].value / 6
    assert owed["capital_firm"][own] == owed["capital_firm"].sum() == round(places)


@pytest.fixture(scope="module")
def told(settings):
    return settings(*SMALL, *EAGER)


@pytest.fixture(scope="module")
def tables(told):
    return sim.run.paired_replicate(told, 0)


def test_every_building_that_is_finished_is_paid_in_full(told):
    model = PoloModel(told, 0)
    for _ in range(told.burn_in + told.months):
        model.step()
    p, t = told.parameters, model.tables
    paid = {name: sum(month.centres[name] for month in model.history)
            for name in ("capital_imss", "capital_firm")}  # fmt: skip
    seen = set()
    for number in np.flatnonzero(t["centres"].open == 1)[model.old_centres :]:
        scheme = t["centres"].scheme[number]
        if scheme == EMPRESA:
            cost = p["capital_cost_empresa"].value * t["places"][number, :3].sum()
            mine, others = paid["capital_firm"][number], paid["capital_imss"][number]
        else:
            announced = list(model.polo.announced.values())[number - model.old_centres]
            cost = p["capital_cost"].value * told.scale
            if announced.built is not None:  # the months before the agreement are not in it
                seen_then = months_of(BUILT_SEEN) - model.first_month
                opening = int(t["centres"].opening[number])
                ahead = (opening - told.burn_in) / (opening - seen_then)
                cost *= (1 - announced.built) * ahead
            mine, others = paid["capital_imss"][number], paid["capital_firm"][number]
        assert mine == pytest.approx(cost, abs=12) and others == 0
        seen.add(int(scheme))
    assert seen == {IMSS, EMPRESA}


def test_the_table_of_accounts_is_tidy_and_adds_up_to_the_measures(tables, told):
    accounts, monthly = tables.accounts, tables.monthly
    heads = ["scenario", "region", "arm", "replicate", "month", "centre", "name", "scheme",
             "zone"]  # fmt: skip
    assert list(accounts.columns) == [*heads, *ACCOUNTS]
    assert not accounts.duplicated(["arm", "month", "centre"]).any()
    assert (accounts[list(ACCOUNTS)] != 0).any(axis=1).all()
    new = accounts[accounts["scheme"] != "guarderia"]
    assert (new["arm"] == "programme").all()
    assert {"imss", "empresa"} <= set(new["scheme"])
    assert new["month"].min() >= pd.Timestamp("2026-01-01")
    total = monthly[monthly["group"] == "all_centres"]
    total = total.set_index(["measure", "arm", "month"])["value"]
    summed = accounts.groupby(["arm", "month"], observed=True)[list(ACCOUNTS)].sum()
    assert len(summed) == 2 * (told.burn_in + told.months)
    for (arm, month), row in summed.iterrows():
        assert row[[f"paid_{payer}" for payer in PAYERS]].sum() == total["running_cost", arm, month]
        assert row[["capital_imss", "capital_firm"]].sum() == total["capital_cost", arm, month]
        for column, measure in (("enrolled", "enrolled"), ("refused", "waiting_list"),
                                ("places", "places"), ("staff", "centre_staff")):  # fmt: skip
            assert row[column] == total[measure, arm, month]


def test_centres_have_names_of_their_own(told):
    model = PoloModel(told, 0)
    names = names_of_centres(told.polo, model.tables["centres"].size)
    assert len(names) == len(set(names)) == model.tables["centres"].size
    assert names[0] == "guarderia_01"
    assert names[model.old_centres] == "paraje_oriente"
    assert names[model.old_centres + len(model.polo.announced)] == "empresa_01"
    model.step()
    frame = accounts_frame(Ledger.of(model), told, "baseline", 3)
    assert set(frame["scenario"]) == {"polo_norte"} and set(frame["region"]) == {"juarez"}
    assert set(frame["arm"]) == {"baseline"} and set(frame["replicate"]) == {3}
    assert frame["name"].tolist() == [names[number] for number in frame["centre"]]
    assert len(frame) > 10
