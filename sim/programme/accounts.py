"""Who pays: IMSS, firms, municipality and families, for each centre and month."""

import numpy as np

from sim.agents.ceci import BUILDING, EMPRESA, GUARDERIA, N_AGES
from sim.markets.care import INSURED, PAYING, VOUCHER

PAYERS = ("imss", "firm", "municipality", "family")


class Accounts:
    """The accounts of the centres of a polo in one arm, in MXN.

    Parameters
    ----------
    model : PoloModel
    """

    def __init__(self, model):
        self.model = model
        self.instalments = np.zeros(model.tables["centres"].size)
        """What the building of each centre costs a month while it is being built."""

    def building_begins(self, centre: int, months: int, share: float = 1.0) -> None:
        """Spread the `share` of a building's cost that is left over its months."""
        p = self.model.settings.parameters
        if self.model.tables["centres"].scheme[centre] == EMPRESA:
            places = self.model.tables["places"][centre, :N_AGES].sum()
            cost = p["capital_cost_empresa"].value * places
        else:
            cost = p["capital_cost"].value * self.model.settings.scale
        self.instalments[centre] = share * cost / max(months, 1)

    def of_month(self) -> dict[str, np.ndarray]:
        """Return what each payer owes of the month, whole MXN by centre.

        Returns
        -------
        dict of ndarray of int, shape (centres,)
            ``paid_<payer>`` for the running of open centres, ``capital_imss`` and ``capital_firm``
            for building, ``staff`` the persons at work in them.
        """
        t, p = self.model.tables, self.model.settings.parameters
        access = self.model.access[0]
        centres, tariffs = t["centres"], t["tariffs"]
        places = (t["places"] * (centres.open == 1)[:, None]).sum(axis=1)
        enrolled = t["enrolled"].sum(axis=1)
        old, own = centres.scheme == GUARDERIA, centres.scheme == EMPRESA
        running = np.where(
            old,
            p["running_cost"].value,
            np.where(own, p["running_cost_empresa"].value, p["running_cost_direct"].value),
        )
        running = running * places
        municipality = access.voucher * tariffs[:, VOUCHER]
        family = access.fee_uninsured * (tariffs[:, PAYING] + tariffs[:, VOUCHER]) - municipality
        family = family + np.where(old, 0.0, access.fee * tariffs[:, INSURED])
        fee = p["imss_fee"].value * enrolled
        imss = np.where(own, fee, running - municipality - family)
        firm = np.where(own, running - fee - family - municipality, 0.0)
        building = self.instalments * (centres.stage == BUILDING)
        owed = {
            "paid_imss": imss,
            "paid_firm": firm,
            "paid_municipality": municipality,
            "paid_family": family,
            "capital_imss": np.where(own, 0.0, building),
            "capital_firm": np.where(own, building, 0.0),
            "staff": p["staff_per_place"].value * places,
        }
        return {name: np.floor(value + 0.5).astype(np.int64) for name, value in owed.items()}
