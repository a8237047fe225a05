"""Approximate Bayesian computation: draws whose simulated figures come close to the published ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]

KEPT: Final = 0.5
"""Quantile of the distances of one round that is the tolerance of the next. A choice: Beaumont and
others leave the sequence to the user."""

MOST_ROUNDS: Final = 40
"""Rounds at most. A choice."""

MOST_TRIES: Final = 60
"""Batches of proposals in a round at most, each as large as the sample. A choice."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Weighted draws.

    Parameters
    ----------
    normal : (draws, unknowns) array
        Normal scores of their ranks in the priors, so that there are no borders to run into.
    weights : (draws,) array
        Sum to 1.
    distance : (draws,) array
        0 where every figure is met within its rounding.
    """

    normal: Floats
    weights: Floats
    distance: Floats

    @property
    def ranks(self) -> Floats:
        """Ranks in the priors, in [0, 1]."""
        return np.asarray(ndtr(self.normal))

    def effective(self) -> float:
        """Effective number of draws (Kish 1965): ``1 / sum of squared weights``."""
        return float(1 / np.square(self.weights).sum())

    def resampled(self, count: int, *, rng: np.random.Generator) -> NDArray[np.int64]:
        """Choose draws by their weights, evenly spaced (systematic resampling, Kitagawa 1996)."""
        at = (rng.random() + np.arange(count)) / count
        return np.minimum(np.searchsorted(np.cumsum(self.weights), at), len(self.weights) - 1)


def population_monte_carlo(
    distance: Callable[[Floats], Floats],
    unknowns: int,
    draws: int,
    *,
    rng: np.random.Generator,
    note: Callable[[int, float], None] | None = None,
) -> Sample:
    """Draw from a posterior by rounds of ever smaller tolerance.

    Each round moves draws of the one before by a normal kernel of twice their weighted covariance,
    keeps those within the tolerance, and weights them by prior over kernel (Beaumont, Cornuet, Marin
    & Robert 2009, doi:10.1093/biomet/asp052). It ends when all draws meet every figure, or when
    tolerance falls no more; `Sample.distance` then tells how near they came.

    Parameters
    ----------
    distance : callable
        From (tries, unknowns) ranks in [0, 1] to (tries,) distances, 0 where all figures are met.
        May be random.
    unknowns, draws : int
    rng : numpy.random.Generator
    note : callable, optional
        Told the round and its tolerance.

    Examples
    --------
    >>> near = population_monte_carlo(
    ...     lambda x: np.maximum(abs(x[:, 0] - 0.3) - 0.01, 0), 1, 200, rng=np.random.default_rng(0)
    ... )
    >>> bool((abs(near.ranks - 0.3) <= 0.01).all())
    True
    """
    normal = rng.standard_normal((draws, unknowns))
    sample = Sample(normal, np.full(draws, 1 / draws), distance(ndtr(normal)))
    tolerance = np.inf
    for step in range(MOST_ROUNDS):
        tolerance = _smaller(sample.distance, tolerance)
        if note is not None:
            note(step, tolerance)
        following = _round(sample, distance, tolerance, rng=rng)
        if following is None:
            break
        sample = following
        if sample.distance.max() == 0:
            break
    return sample


def _smaller(distance: Floats, before: float) -> float:
    """Give the next tolerance; where many distances are the same, the next one below it."""
    tolerance = float(np.quantile(distance, KEPT))
    if tolerance < before:
        return tolerance
    return float(distance[distance < before].max(initial=0.0))


def _round(
    sample: Sample,
    distance: Callable[[Floats], Floats],
    tolerance: float,
    *,
    rng: np.random.Generator,
) -> Sample | None:
    """Move, keep, and weight; None where hardly anything is kept."""
    draws, unknowns = sample.normal.shape
    centre = sample.weights @ sample.normal
    spread = (sample.normal - centre) * np.sqrt(sample.weights)[:, None]
    covariance = spread.T @ spread + 1e-12 * np.eye(unknowns)
    factor = np.asarray(np.linalg.cholesky(2 * covariance), np.float64)
    kept, distances = np.empty((0, unknowns)), np.empty(0)
    for _ in range(MOST_TRIES):
        start = sample.normal[sample.resampled(draws, rng=rng)]
        tried = start + rng.standard_normal((draws, unknowns)) @ factor.T
        found = distance(ndtr(tried))
        near = found <= tolerance
        kept, distances = np.concatenate([kept, tried[near]]), np.append(distances, found[near])
        if len(kept) >= draws:
            break
    if len(kept) < draws:
        return None
    kept, distances = kept[:draws], distances[:draws]
    weights = np.exp(-0.5 * (kept**2).sum(axis=1)) / _kernel(kept, sample, factor)
    return Sample(kept, weights / weights.sum(), distances)


def _kernel(values: Floats, sample: Sample, factor: Floats) -> Floats:
    """Density of the proposals, up to a constant."""
    inverse = np.linalg.inv(factor)
    new, old = values @ inverse.T, sample.normal @ inverse.T
    squared = (new**2).sum(axis=1)[:, None] + (old**2).sum(axis=1) - 2 * new @ old.T
    return np.asarray(np.exp(-0.5 * np.maximum(squared, 0)) @ sample.weights + 1e-300)


def distance_to(
    figures: Mapping[str, Floats], published: Mapping[str, tuple[float, float]]
) -> Floats:
    """How far figures are from their published ranges: the farthest, relative to the figure.

    Examples
    --------
    >>> distance_to({"yield": np.array([0.03, 0.05])}, {"yield": (0.04, 0.06)}).round(3).tolist()
    [0.2, 0.0]
    """
    parts = []
    for name, (low, high) in published.items():
        value = figures[name]
        outside = np.maximum(low - value, 0) + np.maximum(value - high, 0)
        parts.append(outside / ((low + high) / 2))
    return np.asarray(np.max(np.nan_to_num(parts, nan=np.inf), axis=0))
