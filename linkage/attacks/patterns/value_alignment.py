"""Which frequent filter is which frequent value: by count, by weight, and by which are alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from linkage.attacks.alignment import TINY, Matrix
from linkage.attacks.patterns.mining import Bools, Rows

STEPS: Final = 30
"""Rounds of the annealing. A choice: more change little."""

WORTHS: Final = ((0.02, 0.1), (0.1, 0.2))
"""Powers of the likelihood of similarities, in the first round and in the last (a fractional posterior,
Bhattacharya et al. 2019, doi:10.1214/18-AOS1712): pairs that share a filter are not independent. A choice: the
first were found calibrated in worlds of this package, the second get further where counts say little."""

FLOOR: Final = 1e-6
"""Variances are kept above it: keys may all give the same."""

BALANCING: Final = 15
"""Rounds of Sinkhorn's scaling. A choice."""


def likeness(filters: Bools) -> Matrix:
    """Correlation of each two filters, each bit taken against its share among all.

    Bits that nearly all filters have, or nearly none, so say little; of complements, both say the
    same.

    Examples
    --------
    >>> likeness(np.array([[1, 1, 0], [0, 1, 1], [0, 0, 1]], bool)).round(1).tolist()
    [[1.0, -0.7, -0.8], [-0.7, 1.0, 0.2], [-0.8, 0.2, 1.0]]
    """
    rows = filters - filters.mean(axis=0)
    rows -= rows.mean(axis=1, keepdims=True)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), TINY)
    return np.asarray(rows @ rows.T)


@dataclass(frozen=True, eq=False)
class Expected:
    """How filters of values should be, whatever the key.

    Parameters
    ----------
    similar : (values, values) array
        Mean similarity over keys.
    spread : float
        Variance of one release's similarity about it.
    weights : (values,) array
        Mean number of set bits.
    weight_spread : float
        Variance of one release's number about it.
    """

    similar: Matrix
    spread: float
    weights: NDArray[np.float64]
    weight_spread: float

    @classmethod
    def learned(cls, releases: list[Bools]) -> Expected:
        """Learn from the same values under two keys and more.

        A mean over k keys is itself off by one k-th of the variance.

        Parameters
        ----------
        releases : list of (values, bits) arrays
        """
        similar = np.stack([likeness(each) for each in releases])
        weights = np.stack([each.sum(axis=1) for each in releases])
        off = ~np.eye(similar.shape[1], dtype=np.bool_)
        more = 1 + 1 / len(releases)
        spread = similar.var(axis=0, ddof=1)[off].mean() * more
        weight_spread = weights.var(axis=0, ddof=1).mean() * more
        return cls(
            similar.mean(axis=0),
            max(float(spread), FLOOR),
            weights.mean(axis=0),
            max(float(weight_spread), FLOOR),
        )

    def weight_scores(self, weights: NDArray[np.float64]) -> Matrix:
        """Log-likelihood of each filter's weight, were it each value, against any value."""
        anything = self.weights.var() + self.weight_spread
        one = _normal(weights[:, None], self.weights, self.weight_spread)
        return one - _normal(weights, self.weights.mean(), anything)[:, None]


def value_chances(
    seen: Matrix,
    expected: Matrix,
    spread: float,
    scores: Matrix,
    worths: tuple[float, float] = WORTHS[0],
) -> Matrix:
    """Probability that each filter is each value.

    A soft alignment and the log-likelihoods under it are found in turn, similarities counting
    for more in each round (graduated assignment, Gold & Rangarajan 1996, doi:10.1109/34.491619).
    Similarities are normal; with whom one is compared is a mixture over what the other filter
    may be, of which mean and variance are taken.

    Parameters
    ----------
    seen : (filters, filters) array
        Similarities; that of a filter with itself says nothing.
    expected : (values, values) array
        The same of values, under other keys.
    spread : float
        Variance of a similarity about what is expected.
    scores : (filters, values + 1) array
        Log-likelihoods of all else, such as counts; the last column is "no listed value".
    worths : (float, float)
        Powers of the likelihood of similarities, in the first round and in the last.

    Returns
    -------
    (filters, values) array

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> graph = rng.random((30, 30))
    >>> graph = (graph + graph.T)
    >>> vague = rng.normal(size=(20, 31)) + 3 * np.eye(20, 31)
    >>> bool((value_chances(graph[:20, :20], graph, 0.01, vague).argmax(axis=1) == range(20)).all())
    True
    """
    mean, square = _with_any(expected), _with_any(expected**2)
    seen = seen * (1 - np.eye(len(seen)))
    chances = _balanced(scores)
    for worth in np.geomspace(*worths, STEPS):
        gain = _similarity_scores(seen, mean, square, spread, chances)
        chances = _balanced(scores + worth * gain)
    return chances[:, :-1]


def found_again(seen: Matrix, expected: Matrix, filters: Rows, values: Rows) -> float:
    """Share of aligned pairs that the other half of them finds again by similarity alone.

    Wrong pairs have nothing in common, so what one half says is of no use for the other.

    Parameters
    ----------
    seen, expected : (filters, filters) and (values, values) arrays
        Similarities.
    filters, values : (pairs,) int arrays
        Which is believed to be which.

    Examples
    --------
    >>> graph = np.random.default_rng(0).random((20, 20))
    >>> graph = graph + graph.T
    >>> found_again(graph, graph, np.arange(20), np.arange(20))
    1.0
    """
    again = 0
    even = np.arange(len(filters)) % 2 == 0
    for asked, known in ((even, ~even), (~even, even)):
        similar = seen[np.ix_(filters[asked], filters[known])]
        usual = expected[:, values[known]]
        off = (usual**2).sum(axis=1) - 2 * similar @ usual.T  # squared distance, but for a constant
        off[:, values[known]] = np.inf  # they have their filters
        again += int((off.argmin(axis=1) == values[asked]).sum())
    return again / max(len(filters), 1)


def _similarity_scores(
    seen: Matrix, mean: Matrix, square: Matrix, spread: float, chances: Matrix
) -> Matrix:
    """Log-likelihood of each filter's similarities, were it each value, against any value."""
    usual = mean @ chances.T  # (values + 1, filters)
    variance = np.maximum(square @ chances.T - usual**2, 0) + spread
    own = usual**2 / variance + np.log(variance)
    off = seen**2 @ (1 / variance).T - 2 * seen @ (usual / variance).T + own.sum(axis=1) - own.T
    return np.asarray(-0.5 * (off - off[:, -1:]))


def _with_any(rows: Matrix) -> Matrix:
    """Append the mean value, for those that are not listed."""
    wide = np.column_stack([rows, rows.mean(axis=1)])
    return np.vstack([wide, wide.mean(axis=0)])


def _balanced(scores: Matrix) -> Matrix:
    """Turn scores into probabilities: rows sum to 1; columns to 1 at most, but for the last.

    Rows and columns are scaled in turn (Sinkhorn 1964, doi:10.1214/aoms/1177703591).
    """
    kernel = np.exp(scores - scores.max(axis=1, keepdims=True))
    columns = np.ones(kernel.shape[1])
    rows = columns
    for _ in range(BALANCING):
        rows = 1 / np.maximum(kernel @ columns, TINY)
        columns = np.minimum(1, 1 / np.maximum(rows @ kernel, TINY))
        columns[-1] = 1
    kernel *= rows[:, None] * columns
    return np.asarray(kernel / np.maximum(kernel.sum(axis=1, keepdims=True), TINY))


def _normal(value: Matrix, mean: Matrix | float, variance: float) -> Matrix:
    return np.asarray(-0.5 * ((value - mean) ** 2 / variance + np.log(variance)))
