"""Fit the unknown shares of a request list to published figures, and predict what was not published."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from joblib import Parallel
from numpy.typing import NDArray
from tqdm.auto import tqdm

import linkage
from linkage.calibration.fitted import Calibration
from linkage.calibration.pool import COUNTED, KINDS, WHOM, Pool
from linkage.calibration.sampling import Sample, distance_to, population_monte_carlo
from linkage.calibration.sensitivity import sensitivities
from linkage.calibration.worlds import answered, usual_shares, with_shares
from linkage.engine import task
from linkage.problems import InputError
from linkage.regimes import REGIMES
from linkage.scenario import Scenario
from linkage.unknowns import FIGURES, SHARED, Unknowns

Floats = NDArray[np.float64]

POOLED: Final = {
    **{"in_register": 0.6, "non_filer": 0.15, "number_given": 0.55},
    **{"relative_number": 0.15, "wrong_number": 0.2},
    **{"former_address": 0.35, "placeholder": 0.12, "office": 0.1, "blank": 0.1},
}
"""Shares of the simulated requests, so that there are many of every kind. A choice: lists of other
shares are made by weighting."""

REDRAWN: Final = 64
"""Sets of worlds drawn anew, with repeats, so that chance in the simulated worlds counts as doubt
(bootstrap: Efron 1979, doi:10.1214/aos/1176344552). A choice."""

FARTHEST: Final = 1e9
"""Distance of what cannot be."""


def calibrate(
    scenario: Scenario | str,
    *,
    directory: str | Path | None = None,
    jobs: int = 1,
    progress: bool = False,
) -> Calibration:
    """Fit what is unknown of a request list to what was published, and predict the rest.

    Parameters
    ----------
    scenario : Scenario or str
        With a ``calibration``; or the name of a shipped one, or a path to a TOML file.
    directory : path, optional
        Finished worlds are kept there: the same call goes on where an interrupted one stopped.
    jobs : int
        Processes.
    progress : bool
        Show progress on standard error.

    Returns
    -------
    Calibration
        A prediction of the model under its assumptions, not a count of what happened.

    Raises
    ------
    linkage.InputError
        If the scenario says nothing of a calibration, or the directory holds another's worlds.
    """
    if isinstance(scenario, str):
        scenario = Scenario.load(scenario)
    if scenario.calibration is None:
        raise InputError([f"{scenario.name}: no [calibration]; try 'irs-ice-2025'"])
    pool = draw_pool(scenario, directory, jobs=jobs, progress=progress)
    return fit(scenario, pool, progress=progress)


def draw_pool(
    scenario: Scenario, directory: str | Path | None, *, jobs: int = 1, progress: bool = False
) -> Pool:
    """Run the worlds, those that are not in the directory already."""
    plan = _plan(scenario)
    pooled = with_shares(scenario, POOLED).replace(people=plan.people, requests=plan.asked)
    kept = None if directory is None else _open(Path(directory), pooled)
    seeds = np.random.default_rng([scenario.seed, 11]).integers(2**31, size=plan.worlds)
    regimes = tuple(dict.fromkeys([plan.regime, *scenario.regimes]))
    tasks = (
        task(_world, pooled, regimes, int(seed), kept, number) for number, seed in enumerate(seeds)
    )
    done = Parallel(n_jobs=min(jobs, plan.worlds), return_as="generator")(tasks)
    worlds = list(tqdm(done, total=plan.worlds, unit="world", disable=not progress))
    requests, answers = (np.stack(part) for part in zip(*worlds, strict=True))
    return Pool(regimes, requests, answers, {**usual_shares(scenario), **POOLED})


def _plan(scenario: Scenario) -> Unknowns:
    assert scenario.calibration is not None
    return scenario.calibration


def _open(directory: Path, pooled: Scenario) -> Path:
    """Make the directory of finished worlds, or see that it is this scenario's."""
    about = {"version": linkage.__version__, "scenario": pooled.to_mapping()}
    del about["scenario"]["calibration"]  # type: ignore[attr-defined]
    text = json.dumps(about, indent=1, sort_keys=True, default=str)
    path = directory / "worlds.json"
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    elif path.read_text("utf-8") != text:
        raise InputError(
            [f"{directory}: holds worlds of another scenario or version; choose another directory"]
        )
    return directory


def _world(
    pooled: Scenario, regimes: tuple[str, ...], seed: int, kept: Path | None, number: int
) -> tuple[Floats, Floats]:
    """Run one world, or read it where it was run before."""
    digest = hashlib.sha256(" ".join(regimes).encode()).hexdigest()[:8]
    path = None if kept is None else kept / f"world-{number:04d}-{digest}.npz"
    if path is not None and path.exists():
        with np.load(path) as held:
            return held["requests"], held["answers"]
    requests, answers = answered(pooled, regimes, seed)
    if path is not None:
        fresh = path.with_suffix(".part.npz")
        np.savez_compressed(fresh, requests=requests, answers=answers)
        fresh.rename(path)
    return requests, answers


@dataclass(frozen=True, eq=False)
class Model:
    """From ranks in the priors to shares, and from shares to what a list comes to.

    Parameters
    ----------
    plan : Unknowns
    pool : Pool
    usual : mapping of str to float
        Shares that are not unknown.
    rates : (redrawn, regimes, counted, kinds) array
        What becomes of requests of each kind, in worlds drawn anew.
    """

    plan: Unknowns
    pool: Pool
    usual: Mapping[str, float]
    rates: Floats

    @classmethod
    def of(cls, scenario: Scenario, pool: Pool, *, rng: np.random.Generator) -> Model:
        """Draw the worlds anew."""
        worlds = rng.integers(len(pool), size=(REDRAWN, len(pool)))
        rates = np.stack([pool.rates(some) for some in worlds])
        whom = pd.Series(pool.requests.sum(axis=0), KINDS).groupby("whom").sum()
        filers = whom.reindex(list(WHOM[:2]))
        usual = {**usual_shares(scenario), "borrowed": float(filers["borrower"] / filers.sum())}
        return cls(_plan(scenario), pool, usual, rates)

    @property
    def unknowns(self) -> list[str]:
        """Names of the unknown shares."""
        return list(self.plan.priors)

    def shares(self, ranks: Floats) -> dict[str, Floats]:
        """Give the shares at ranks in their priors; (draws, unknowns + 1), the last left out."""
        shares = {name: np.full(len(ranks), value) for name, value in self.usual.items()}
        for column, (name, prior) in enumerate(self.plan.priors.items()):
            shares[name] = prior.quantile(ranks[:, column])
        return shares

    def possible(self, shares: Mapping[str, Floats]) -> NDArray[np.bool_]:
        """Whether shares of one whole come to 1 at most."""
        sums = [np.sum([shares[name] for name in names], axis=0) for names in SHARED]
        return np.asarray(np.max(sums, axis=0) <= 1)

    def expected(self, ranks: Floats, regimes: slice = slice(None)) -> Floats:
        """Expected answers of each sort to one request; (draws, regimes, counted)."""
        mixture = self.pool.mixture(self.shares(ranks))
        redrawn = np.minimum((ranks[:, -1] * REDRAWN).astype(np.int64), REDRAWN - 1)
        rates = self.rates[:, regimes]
        come_to = np.empty((len(ranks), *rates.shape[1:3]))
        for number in np.unique(redrawn):
            rows = redrawn == number
            told = mixture[rows] @ rates[number].reshape(-1, rates.shape[-1]).T
            come_to[rows] = told.reshape(-1, *rates.shape[1:3])
        return come_to

    def figures(self, ranks: Floats, *, rng: np.random.Generator) -> dict[str, Floats]:
        """Simulate the published figures once for each draw, chance in the list included."""
        expected = np.clip(self.expected(ranks, slice(1))[:, 0], 0, None)
        told = dict(zip(COUNTED, expected.T, strict=True))
        share = np.clip(told["answered"], 0, 1)
        answers = rng.binomial(self.plan.requests, share)
        of = {
            "number_route": "by_number",
            "insufficient": "insufficient",
            "new_address": "new_address",
        }
        figures = {"yield": answers / self.plan.requests}
        for name, counted in of.items():
            part = np.clip(told[counted] / np.maximum(told["answered"], 1e-12), 0, 1)
            figures[name] = rng.binomial(answers, part) / np.where(answers, answers, np.nan)
        return {name: np.asarray(figures[name]) for name in FIGURES}

    def distance(self, ranks: Floats, *, rng: np.random.Generator) -> Floats:
        """How far simulated figures are from the published ones; infinite for what cannot be."""
        published = {name: (each.low, each.high) for name, each in self.plan.published.items()}
        possible = self.possible(self.shares(ranks))
        far = np.full(len(ranks), np.inf)
        if possible.any():
            far[possible] = distance_to(self.figures(ranks[possible], rng=rng), published)
        return np.asarray(np.minimum(far, FARTHEST))


def fit(scenario: Scenario, pool: Pool, *, progress: bool = False) -> Calibration:
    """Draw from the posterior and predict."""
    plan = _plan(scenario)
    rng = np.random.default_rng([scenario.seed, 12])
    model = Model.of(scenario, pool, rng=rng)
    with tqdm(unit="round", disable=not progress) as bar:

        def note(_: int, tolerance: float) -> None:
            bar.update()
            bar.set_postfix(tolerance=f"{tolerance:.4f}")

        sample = population_monte_carlo(
            lambda ranks: model.distance(ranks, rng=rng),
            len(plan.priors) + 1,
            plan.particles,
            rng=rng,
            note=note,
        )
    ranks = sample.ranks[sample.resampled(plan.particles, rng=rng)]
    shares = model.shares(ranks)
    return Calibration(
        scenario=scenario.to_mapping(),
        prior=_prior(model, plan.particles, rng=rng),
        posterior=pd.DataFrame({name: shares[name] for name in model.unknowns}),
        figures=pd.DataFrame(model.figures(ranks, rng=rng)),
        predicted=_predicted(model, ranks, rng=rng),
        sensitivity=sensitivities(model, ranks, rng=rng),
        distance=_distance(sample),
    )


def _prior(model: Model, draws: int, *, rng: np.random.Generator) -> pd.DataFrame:
    """Draw from the priors what is possible together."""
    shares = model.shares(rng.random((20 * draws, len(model.unknowns) + 1)))
    rows = np.flatnonzero(model.possible(shares))[:draws]
    return pd.DataFrame({name: shares[name][rows] for name in model.unknowns})


def _distance(sample: Sample) -> float:
    return float(sample.distance.max())


def _predicted(model: Model, ranks: Floats, *, rng: np.random.Generator) -> pd.DataFrame:
    """Predict counts under every regime, on the list that it was asked with."""
    expected = model.expected(ranks)
    parts = []
    for place, regime in enumerate(model.pool.regimes):
        own = REGIMES[regime].requests if place else 0  # the first is the one published
        listed = own or model.plan.requests
        requests = min(listed, REGIMES[regime].request.most or listed)
        counts = rng.poisson(np.clip(expected[:, place] * requests, 0, None))
        frame = pd.DataFrame(counts, columns=list(COUNTED))
        frame.insert(0, "requests", requests)
        frame.insert(0, "regime", regime)
        parts.append(frame.rename_axis("draw").reset_index())
    return pd.concat(parts, ignore_index=True)
