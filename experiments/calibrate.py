"""Bayesian calibration by moments: ``python -m experiments.calibrate +scenario=polo_norte``.

Wave after wave simulations are done where parameters may be, an emulator learns the moments from
those nearest to the published ones, and the posterior that it tells says where the next wave goes:

1. The first wave is a scrambled Sobol sequence, from the parameters' present values (where the
   models of trends are good) out to the whole prior (where nothing may be missed).
2. The emulator (`experiments.emulator`) and Bayes' rule (`experiments.posterior`) give a posterior:
   a tolerance is the half-width of a 90 % interval of the published figure, to which the errors of
   the emulator and of chance are added.
3. The next wave: half of it draws from that posterior, half the same spread further.
4. When posterior means have settled, candidates are drawn and each is simulated, with a replicate
   of its own. They are corrected: moved as little as makes up, by the emulator's slopes, for what
   it told wrong; and simulated again. Draws are kept by the ratio of the likelihood of what they
   really give to that of what they were told to.

All simulations of waves share their draws of chance (one seed, one replicate). Each is kept as soon
as it is done, and the design follows from the seed: a command that was killed goes on where it was.
`configs/calibrate.yaml` has the options.
"""

import hashlib
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig
from pydantic import Field, field_validator, model_validator
from scipy import stats

import configs
from experiments.calibration import (
    TIED_FROM,
    TOLD_APART_BELOW,
    Calibration,
    draw,
    identified_table,
    moments_table,
    posterior_table,
    recovery_table,
)
from experiments.emulator import Emulator, one_thread
from experiments.evidence.evaluations import evaluate
from experiments.evidence.moments import Moment, moments, simulated_moments, task_of
from experiments.options import split
from experiments.page import keep, probes_of_moments
from experiments.posterior import (
    Belief,
    Likelihood,
    Prior,
    Targets,
    corrected,
    normal_near,
    reweighted,
    sample,
    split_r_hat,
)
from experiments.tables import publish
from sim.cli import command
from sim.errors import IncompleteError, InputError
from sim.posterior import FOLDER, REFERENCE, write_draws
from sim.results.folder import ResultFolder, default_folder, replacing
from sim.results.tables import write_csv
from sim.settings import Settings, Strict
from sim.unit import NOT_IN_THE_NUMBERS

CENTRE_REPLICATE = 1_000
DRAW_REPLICATE = 2_000
TRUE_REPLICATE = 100_000
"""Replicates from here on: those at the centre, those of the candidates, those of made data."""
NARROWEST = 0.05
"""Least share of the first wave's points that comes from the prior, not from present values."""
LEFT_BY_CORRECTIONS = 0.3
"""Share of the emulator's errors that is reckoned to stay when draws were corrected."""
SPREAD = 0.35
"""How far the second half of a wave is spread, times the difference of two draws."""
MEANS = Path(configs.__file__).parent / "parameters" / "calibrated.yaml"
MEANS_HEAD = """\
# parameters=calibrated: base.yaml, with the calibrated parameters at the mean of the posterior
# draws of Ciudad Juárez. Written by python -m experiments.calibrate save=true, never by hand."""
MEANS_SOURCE = "Mean of the posterior draws by the moments of Ciudad Juárez (docs/validation.md)."
FROM_TRUTH = 0.3
"""How far from present values made data lie, as a share of the prior."""


class Options(Strict):
    """What the configuration has beyond the settings of a run; see configs/calibrate.yaml."""

    free: list[str] = Field(min_length=1)
    assumed: Belief
    likelihood: Likelihood
    waves: Annotated[int, Field(ge=1, le=50)]
    simulations: Annotated[int, Field(ge=20, le=100_000)]
    settled: Annotated[float, Field(ge=0)]
    near: Annotated[int, Field(ge=20)]
    steps: Annotated[int, Field(ge=20)]
    draws: Annotated[int, Field(ge=10, le=10_000)]
    candidates: Annotated[int, Field(ge=10, le=10_000)]
    corrections: Annotated[int, Field(ge=0, le=10)]
    save: bool
    recover: bool

    @field_validator("free")
    @classmethod
    def no_two_alike(cls, names: list[str]) -> list[str]:
        """Refuse a list that names a parameter twice."""
        if len(set(names)) < len(names):
            raise ValueError("each may be given only once")
        return names

    @model_validator(mode="after")
    def enough_candidates(self) -> "Options":
        """Refuse fewer candidates than draws."""
        if self.candidates < self.draws:
            raise ValueError(f"candidates {self.candidates} are fewer than draws {self.draws}")
        return self


def asked(config: DictConfig) -> tuple[Settings, Options]:
    """Check a composed configuration.

    Raises
    ------
    pydantic.ValidationError, InputError
        If a key or value cannot be used.
    """
    settings, options = split(config, Options)
    for name in options.free:
        if name not in settings.parameters:
            known = ", ".join(settings.parameters)
            raise InputError(f"free={name}: no such parameter; known: {known}")
    return settings, options


@dataclass(frozen=True)
class Trials:
    """Simulations that were done: scores (points, parameters) and moments (points, moments).

    Attributes
    ----------
    scores, outcomes : ndarray
    whole : ndarray of bool
        Which of the points asked for are here: those with all moments.
    """

    scores: np.ndarray
    outcomes: np.ndarray
    whole: np.ndarray

    def and_also(self, more: "Trials") -> "Trials":
        """Return these and others."""
        return Trials(
            np.vstack([self.scores, more.scores]),
            np.vstack([self.outcomes, more.outcomes]),
            np.concatenate([self.whole, more.whole]),
        )

    def nearest(self, targets: Targets, last: int, most: int) -> tuple[np.ndarray, np.ndarray]:
        """Return scores and moments of the `last` points and those nearest to what was published.

        That is two thirds of all, or `most`. Near is told robustly, so that one moment far off does
        not make a point useless.
        """
        gaps = (self.outcomes - targets.value) / targets.tolerance
        distance = np.log1p(gaps**2).sum(axis=1)
        distance[-last:] -= 1e6 if len(gaps) > last else 0.0
        kept = np.sort(np.argsort(distance, kind="stable")[: min(most, 2 * len(gaps) // 3)])
        return self.scores[kept], self.outcomes[kept]


@one_thread
def calibrate(settings: Settings, options: Options, wanted: dict[str, Moment]) -> Calibration:
    """Return the posterior of some parameters by some moments; see the head of this module."""
    chosen = {name: settings.parameters[name] for name in options.free}
    prior = Prior(chosen, options.assumed)
    world, noise = world_with_its_chance(settings, prior, list(wanted))
    targets = Targets(wanted, noise, options.likelihood)

    points = first_points(prior.centre, options.simulations, settings.seed)
    trials = world.live(points, 0, "wave 1")
    fresh, newest, before, rows = trials.outcomes, len(trials.scores), None, []
    for wave in range(1, options.waves + 1):
        scores, outcomes = trials.nearest(targets, newest, options.near)
        emulator = Emulator(scores, outcomes, targets.shares)
        check = emulator.check(targets.names)
        best = scores[targets.log_likelihood(outcomes).argmax()]
        chain = posterior_chain(targets, emulator, best, options.steps, settings.seed + wave)
        moved = movement(before, chain)
        rows.append(
            {
                "wave": wave,
                "simulations": world.lived,
                "moments_inside": float(targets.inside(fresh).mean()),
                "r2": float(check["r2"].median()),
                "error": float((check["error"] / targets.tolerance).median()),
                "movement": moved,
                "narrowing": float(np.median(chain.std(axis=(0, 1)))),
                "r_hat": float(split_r_hat(chain).max()),
            }
        )
        before = chain
        if wave == options.waves or moved < options.settled:
            break
        points = next_points(chain, options.simulations, settings.seed + wave)
        more = world.live(points, 0, f"wave {wave + 1}")
        trials = trials.and_also(more)
        fresh, newest = more.outcomes[: options.simulations // 2], len(more.scores)

    chain = posterior_chain(
        targets, emulator, best, 6 * options.steps, settings.seed, LEFT_BY_CORRECTIONS
    )
    points = some_of(chain, options.candidates, settings.seed)
    numbers = np.arange(DRAW_REPLICATE, DRAW_REPLICATE + options.candidates)
    told, error = emulator.predict(points)
    real = world.live(points, numbers, "posterior draws")
    for again in range(options.corrections):
        told, error, numbers = told[real.whole], error[real.whole], numbers[real.whole]
        points = corrected(targets, emulator, real.scores, told, real.outcomes)
        real = world.live(points, numbers, f"posterior draws, correction {again + 1}")
    told, error = told[real.whole], LEFT_BY_CORRECTIONS * error[real.whole]
    weights = targets.log_weights(real.outcomes, told, error)
    kept, worth = reweighted(weights, options.draws, settings.seed)
    rows.append(
        {
            "wave": len(rows) + 1,
            "simulations": world.lived,
            "moments_inside": float(targets.inside(real.outcomes[kept]).mean()),
            "r2": np.nan,
            "error": np.nan,
            "movement": movement(before, chain),
            "narrowing": float(np.median(real.scores[kept].std(axis=0))),
            "r_hat": float(split_r_hat(chain).max()),
        }
    )
    draws = pd.DataFrame(prior.values(real.scores[kept]), columns=prior.names)
    return Calibration(
        prior, targets, draws, real.outcomes[kept], worth, pd.DataFrame(rows), check, world.lived
    )


def world_with_its_chance(
    settings: Settings, prior: Prior, names: list[str]
) -> tuple["World", np.ndarray]:
    """Return the simulator, and the standard deviation of moments between replicates.

    Both are told at the parameters' present values. The waves' replicate is one of many: what it
    gives there beyond the mean of others is taken off all that the waves give.
    """
    world = World(settings, prior, names)
    centre = np.repeat(prior.centre[None], settings.replicates, axis=0)
    numbers = np.arange(CENTRE_REPLICATE, CENTRE_REPLICATE + settings.replicates)
    others = world.live(centre, numbers, "chance at the centre").outcomes
    own = world.live(centre[:1], 0, "the waves' replicate at the centre").outcomes[0]
    world.off = own - others.mean(axis=0)
    return world, others.std(axis=0, ddof=1)


class World:
    """The simulator, as a function from scores of parameters to moments.

    Parameters
    ----------
    settings : Settings
    prior : Prior
    names : list of str
        Of the moments.

    Attributes
    ----------
    off : ndarray, shape (moments,)
        What the waves' replicate, 0, gives beyond others.
    lived : int
        How many simulations were asked for.
    """

    def __init__(self, settings: Settings, prior: Prior, names: list[str]) -> None:
        self._settings, self._prior, self._names = settings, prior, names
        self.off = np.zeros(len(names))
        self.lived = 0

    def live(self, scores: np.ndarray, replicates: int | np.ndarray, what: str) -> Trials:
        """Simulate points, all with replicate 0 or each with its own.

        Points without some moment (nobody of whom it could be told) are left out.

        Raises
        ------
        IncompleteError
            If simulations failed, or fewer than half the points have all moments.
        """
        if isinstance(replicates, int):
            replicates = np.full(len(scores), replicates)
        tasks = [
            task_of(self._prior.settings(self._settings, values), int(number))
            for values, number in zip(self._prior.values(scores), replicates, strict=True)
        ]
        told = evaluate(simulated_moments, tasks, self._settings, what)
        self.lived += len(tasks)
        outcomes = np.array([[one["moments"][name] for name in self._names] for one in told], float)
        outcomes[replicates == 0] -= self.off
        whole = np.isfinite(outcomes).all(axis=1)
        if whole.mean() < 0.5:
            raise IncompleteError(f"{what}: most simulations lack some moment; try a larger scale")
        return Trials(scores[whole], outcomes[whole], whole)


def fingerprint_of_moments(polo: str) -> str:
    """Return a hash of the files that say what the moments of a polo are."""
    home = Path(configs.__file__).parent
    files = (home / "moments" / f"{polo}.yaml", home / "measures.yaml")
    return hashlib.sha256(b"\n".join(file.read_bytes() for file in files)).hexdigest()


def first_points(centre: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return scores of the first wave, shape (count, parameters).

    Each is the present values' and a draw of the prior's, mixed so that present values have none of
    it at one end and all at the other: with a share s of the prior, sqrt(1 - s^2) of the centre.
    """
    cube = stats.qmc.Sobol(centre.size + 1, rng=np.random.default_rng(seed)).random(_power(count))
    cube = np.clip(cube[:count], 1e-4, 1 - 1e-4)
    share = NARROWEST ** (1 - cube[:, :1])
    return np.sqrt(1 - share**2) * centre + share * stats.norm.ppf(cube[:, 1:])


def _power(count: int) -> int:
    """Return the least power of two that is enough: Sobol's sequence is even at those."""
    return 1 << max(count - 1, 1).bit_length()


def next_points(chain: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return scores of a next wave: draws of the posterior, the second half spread further."""
    draws = some_of(chain, 3 * count, seed)
    points, one, other = np.split(draws, 3)
    points[count // 2 :] += SPREAD * (one - other)[count // 2 :]
    return points


def some_of(chain: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return draws of a chain (steps, walkers, parameters), none twice while there are enough."""
    flat = chain.reshape(-1, chain.shape[-1])
    rng = np.random.default_rng([seed, count])
    return flat[rng.choice(len(flat), count, replace=len(flat) < count)]


def posterior_chain(
    targets: Targets,
    emulator: Emulator,
    guess: np.ndarray,
    steps: int,
    seed: int,
    doubt: float = 1.0,
) -> np.ndarray:
    """Return a chain of scores (steps, walkers, parameters) from the posterior."""
    top, spread = normal_near(targets, emulator, guess)
    return sample(targets.log_posterior(emulator, doubt), top, spread, steps, seed % 2**32)


def movement(before: np.ndarray | None, chain: np.ndarray) -> float:
    """Return how far means moved, in standard deviations, root mean square over parameters."""
    if before is None:
        return float("nan")
    gap = (chain.mean(axis=(0, 1)) - before.mean(axis=(0, 1))) / before.std(axis=(0, 1))
    return float(np.sqrt((gap**2).mean()))


# Made data


def recover(settings: Settings, options: Options, truth: np.ndarray) -> Calibration:
    """Calibrate to made data: the moments of known parameters, erring as published ones may.

    Parameters
    ----------
    settings : Settings
    options : Options
    truth : ndarray, shape (parameters,)
        Values of the free parameters.
    """
    wanted = moments(settings.polo.name)
    known = {name: settings.parameters[name] for name in options.free}
    prior = Prior(known, options.assumed)
    world = World(settings, prior, list(wanted))
    true = world.live(prior.scores(truth[None]), TRUE_REPLICATE, "made data").outcomes[0]
    errors = np.random.default_rng([settings.seed, TRUE_REPLICATE]).standard_normal(true.size)
    made = {
        name: moment.model_copy(update={"value": value + error * moment.tolerance / 1.645})
        for (name, moment), value, error in zip(wanted.items(), true, errors, strict=True)
    }
    return calibrate(settings, options, made)


def made_truth(settings: Settings, options: Options) -> np.ndarray:
    """Return values of the parameters, some way from present ones, by the seed."""
    known = {name: settings.parameters[name] for name in options.free}
    prior = Prior(known, options.assumed)
    away = np.random.default_rng([settings.seed, 7]).standard_normal(len(known))
    return prior.values((np.sqrt(1 - FROM_TRUTH**2) * prior.centre + FROM_TRUTH * away)[None])[0]


# The command


def job(config: DictConfig) -> None:
    """Calibrate and publish what was found."""
    settings, options = asked(config)
    wanted = moments(settings.polo.name)
    path = settings.output_dir or default_folder(
        settings.name, datetime.now(), what=f"{settings.polo.name}_calibration"
    )
    truth = made_truth(settings, options)
    with ResultFolder(path) as folder:
        if options.recover:
            found = recover(settings, options, truth)
        else:
            found = calibrate(settings, options, wanted)
        tables = {
            "convergence": ("Waves", found.convergence),
            "emulator": ("The emulator on points that it did not see", found.emulator),
            "moments": (f"Moments of {settings.polo.label.en}", moments_table(found)),
            "posterior": ("Posterior", posterior_table(found)),
            "identified": ("What the moments tell apart", identified_table(found)),
        }
        if options.recover:
            tables["recovery"] = ("Known parameters", recovery_table(found, truth))
        for name, (title, table) in tables.items():
            publish(table, name, title, settings.model_copy(update={"output_dir": None}))
            write_csv(table, folder.work / f"{name}.csv")
        header = provenance(settings, found)
        write_draws(folder.work / "draws.csv", found.draws, header)
        draw(found, settings, folder.work)
    if options.save and not options.recover:
        write_draws(FOLDER / f"{settings.polo.name}.csv", found.draws, header)
        if settings.polo.name == REFERENCE:
            write_means(found.draws)
        keep(
            {name: table for name, (_, table) in tables.items()},
            probes_of_moments(settings),
            lambda to: draw(found, settings, to),
        )
    print(said(found))
    print(f"written: {folder.path}")


def write_means(draws: pd.DataFrame, path: Path = MEANS) -> None:
    """Write the means of posterior draws as a choice of parameters, ``parameters=calibrated``."""
    lines = [MEANS_HEAD, "defaults:", "  - base", "  - _self_", ""]
    for name, mean in draws.mean().items():
        lines.append(f'{name}: {{value: {mean:.6g}, known: calibrated, source: "{MEANS_SOURCE}"}}')
    with replacing(path) as aside:
        aside.write_text("\n".join(lines) + "\n", encoding="utf-8")


def provenance(settings: Settings, found: Calibration) -> str:
    """Return where the draws come from, in lines."""
    own = NOT_IN_THE_NUMBERS - {"replicates"} | {"save"}
    given = [
        line
        for line in HydraConfig.get().overrides.task
        if line.lstrip("+").partition("=")[0].partition(".")[0] not in own
    ]
    return "\n".join(
        (
            f"Posterior draws of {len(found.prior.names)} parameters of {settings.polo.label.en}",
            f"command: python -m experiments.calibrate {' '.join(given)}",
            f"moments: {len(found.targets.names)}, sha256 of configs/moments and measures: "
            f"{fingerprint_of_moments(settings.polo.name)}",
            f"simulations: {found.simulations}; "
            f"effective candidates: {found.worth:.0f}; kept: {len(found.draws)}",
        )
    )


def said(found: Calibration) -> str:
    """Return in lines how much to believe the draws, and which parameters stay in doubt."""
    table = identified_table(found)
    wide = table.loc[table["ratio"] > TOLD_APART_BELOW, "parameter"]
    tied = table[table["correlation"].abs() > TIED_FROM]
    pairs = sorted(
        {
            " with ".join(sorted(pair))
            for pair in zip(tied["parameter"], tied["tied_to"], strict=True)
        }
    )
    return "\n".join(
        (
            f"{found.simulations} simulations; the candidates are worth {found.worth:.0f} draws",
            f"the moments hardly narrow: {', '.join(wide) or 'none'}",
            f"the moments cannot tell apart: {', '.join(pairs) or 'none'}",
        )
    )


if __name__ == "__main__":
    sys.exit(command(job, "calibrate", scenario="polo_norte"))
