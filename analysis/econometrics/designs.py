"""Designs of an evaluation: which zones are compared, from when on they count as treated.

``zones``
    Inside polos with the programme: zones near a new centre, from the quarter in which it opened,
    with zones that have none near, or none yet. Mothers there use the centres too, if less, and
    what that does for them is taken for what would have happened anyway.
``served``
    The same zones near a new centre, with zones of polos without the programme. Between the first
    opening in their polo and their own they are neither treated nor untouched, and left out. The
    polos without the programme are the baseline of other replicates: other people of the same kind.
``polos``
    All zones of polos with the programme, from the quarter of the first opening in the polo, with
    zones of polos without it.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.econometrics.panel import NEVER, Survey
from analysis.texts import N_, RefusedError


@dataclass(frozen=True)
class Design:
    """Zones to compare; each counts the same.

    Attributes
    ----------
    name : {"zones", "served", "polos"}
    outcome : ndarray of float, shape (zones, periods)
        As an evaluator would see it; NaN where a zone is left out.
    without : ndarray of float, shape (zones, periods)
        The same women without the programme, which no evaluator sees.
    first : ndarray of int, shape (zones,)
        Period from which a zone is treated, from 1 on; 0 if it never is.
    replicate : ndarray of int, shape (zones,)
    row : ndarray of int, shape (zones,)
        Of the zone in `Survey.zones`.
    """

    name: str
    outcome: np.ndarray
    without: np.ndarray
    first: np.ndarray
    replicate: np.ndarray
    row: np.ndarray

    @property
    def periods(self) -> int:
        """How many there are."""
        return self.outcome.shape[1]

    @property
    def event(self) -> np.ndarray:
        """Periods since a zone was treated, shape (zones, periods); NaN if it never is."""
        since = np.arange(1, self.periods + 1) - self.first[:, None].astype(float)
        return np.where(self.first[:, None] > NEVER, since, np.nan)

    @property
    def treated(self) -> np.ndarray:
        """True for a zone's periods from the opening on, shape (zones, periods)."""
        return self.event >= 0

    @property
    def seen(self) -> np.ndarray:
        """True where a zone is not left out, shape (zones, periods)."""
        return ~np.isnan(self.outcome)

    @property
    def truth(self) -> float:
        """The effect on the treated: programme less baseline, mean over treated cells."""
        return float((self.outcome - self.without)[self.treated].mean())

    @property
    def spilt(self) -> float:
        """The effect on zones not treated, or not yet, once some zone is; 0 where none is left."""
        others = self.seen & ~self.treated & self.treated.any(axis=0)
        return float((self.outcome - self.without)[others].mean()) if others.any() else 0.0

    def true_path(self) -> pd.Series:
        """Return the effect by periods since the opening, before it too."""
        there = self.seen & ~np.isnan(self.event)
        effect = pd.Series((self.outcome - self.without)[there])
        return effect.groupby(self.event[there].astype(int)).mean()

    def of(self, zones: np.ndarray) -> "Design":
        """Return the design with some zones, by number; one may come several times."""
        return replace(
            self,
            outcome=self.outcome[zones],
            without=self.without[zones],
            first=self.first[zones],
            replicate=self.replicate[zones],
            row=self.row[zones],
        )

    def until(self, period: int) -> "Design":
        """Return the design cut after a period; zones treated later are not treated in it."""
        return replace(
            self,
            outcome=self.outcome[:, :period],
            without=self.without[:, :period],
            first=np.where(self.first > period, NEVER, self.first),
        )

    def frame(self) -> pd.DataFrame:
        """Return it as a long table of what is seen: unit, period, first, outcome."""
        zones, periods = self.outcome.shape
        table = pd.DataFrame(
            {
                "unit": np.repeat(np.arange(zones), periods),
                "period": np.tile(np.arange(1, periods + 1), zones),
                "first": np.repeat(self.first, periods),
                "outcome": self.outcome.ravel(),
            }
        )
        return table[self.seen.ravel()]


def zones(survey: Survey, kept: dict[str, np.ndarray] | None = None) -> Design:
    """Return the design inside polos; zones where nobody was asked in some period are left out.

    Where every zone is served in the end, the last to be served are the comparison, and later
    periods are left out.

    Raises
    ------
    RefusedError
        If there is nothing to compare.
    """
    kept = kept or {}
    first = survey.zones["first"].to_numpy()
    found = _whole(
        Design(
            "zones",
            survey.means("programme", kept.get("programme")),
            survey.means("baseline", kept.get("baseline")),
            first,
            survey.zones["replicate"].to_numpy(),
            np.arange(first.size),
        )
    )
    if not (found.first > NEVER).any():
        raise RefusedError(
            N_("no zone has a new centre near: nothing to estimate; take a run whose rollout "
               "builds some, or a larger --within (km)")
        )  # fmt: skip
    if (found.first > NEVER).all():
        last = int(found.first.max())
        if (found.first == last).all():
            raise RefusedError(
                N_("all zones have a new centre near from the same quarter: none is left to "
                   "compare with; take a smaller --within (km)")
            )  # fmt: skip
        found = found.until(last - 1)
    return found


def polos(survey: Survey, kept: dict[str, np.ndarray] | None = None) -> Design:
    """Return the design between polos: even replicates have the programme, odd ones have not.

    Raises
    ------
    RefusedError
        If there is one replicate only, or no centre.
    """
    kept = kept or {}
    replicate = survey.zones["replicate"].to_numpy()
    numbers = np.unique(replicate)
    if numbers.size < 2:
        raise RefusedError(N_("one replicate only: there is no other polo to compare with"))
    with_programme = np.isin(replicate, numbers[::2])
    polo = pd.MultiIndex.from_frame(survey.zones[["region", "replicate"]])
    first = survey.polos.reindex(polo).fillna(NEVER).to_numpy(int)
    if not first[with_programme].any():
        raise RefusedError(N_("no new centre opens in any polo: nothing to estimate"))
    seen = {arm: survey.means(arm, kept.get(arm)) for arm in ("baseline", "programme")}
    return _whole(
        Design(
            "polos",
            np.where(with_programme[:, None], seen["programme"], seen["baseline"]),
            seen["baseline"],
            np.where(with_programme, first, NEVER),
            replicate,
            np.arange(replicate.size),
        )
    )


def served(survey: Survey, kept: dict[str, np.ndarray] | None = None) -> Design:
    """Return the design of zones near a new centre with zones of polos without the programme.

    Raises
    ------
    RefusedError
        If there is one replicate only, or no zone with a centre near.
    """
    between = polos(survey, kept)
    own = survey.zones["first"].to_numpy()[between.row]
    without_programme = between.first == NEVER
    found = replace(between, name="served", first=np.where(without_programme, NEVER, own))
    # Neither treated nor untouched: some centre is open in the polo, none near
    touched = between.treated & ~found.treated
    found = replace(found, outcome=np.where(touched, np.nan, between.outcome))
    kept_zones = without_programme | (own > NEVER)
    if without_programme.all() or not (own[~without_programme] > NEVER).any():
        raise RefusedError(N_("no zone has a new centre near in the polos with the programme"))
    return found.of(np.flatnonzero(kept_zones))


MAKERS = {"zones": zones, "served": served, "polos": polos}
LABELS = {
    "zones": N_("Zones with a centre near, and zones without one in the same polo"),
    "served": N_("Zones with a centre near, and zones of polos without the programme"),
    "polos": N_("Zones of polos with the programme, and of polos without it"),
}
BETWEEN = ("served", "polos")
"""Designs that need polos without the programme."""


def _whole(design: Design) -> Design:
    """Return a design without zones that lack a period, or are treated from the first one on."""
    known = ~np.isnan(design.outcome + design.without).any(axis=1) & (design.first != 1)
    if known.sum() < 2:
        raise RefusedError(
            N_("fewer than two zones have a mother of a young child in every quarter; take a run "
               "with more women (panel.women) or a larger scale")
        )  # fmt: skip
    return design.of(np.flatnonzero(known))
