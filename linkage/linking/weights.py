"""Match weights by the model of Fellegi and Sunter, learned without training labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from recordlinkage.base import BaseClassifier

from linkage.linking.compare import Comparison

Levels = NDArray[np.int8]
Floats = NDArray[np.float64]

MISSING: Final = -1


@dataclass(frozen=True)
class Patterns:
    """Comparison vectors, each distinct one once, with how often it occurs.

    Parameters
    ----------
    levels : (patterns, fields) array
        Index of the agreement level reached, the last meaning "different", -1 missing.
    counts : (patterns,) array
        Pairs with this vector.
    """

    levels: Levels
    counts: NDArray[np.int64]


def reached_levels(similarities: Floats, comparisons: list[Comparison]) -> Levels:
    """Turn similarities into agreement levels, 0 the best.

    Parameters
    ----------
    similarities : (pairs, fields) array
        NaN where a value is missing.
    comparisons : list of Comparison
        One a column.

    Returns
    -------
    (pairs, fields) int8 array
        -1 where missing.
    """
    levels = np.empty(similarities.shape, np.int8)
    for column, comparison in enumerate(comparisons):
        values = similarities[:, column]
        least = np.array([bound for bound, _ in comparison.levels])
        reached = (values[:, None] < least).sum(axis=1)
        levels[:, column] = np.where(np.isnan(values), MISSING, reached)
    return levels


def count_patterns(levels: Levels) -> Patterns:
    """Count each distinct comparison vector."""
    base = int(levels.max(initial=0)) + 2  # missing, -1, becomes 0
    places = base ** np.arange(levels.shape[1], dtype=np.int64)
    numbers = (levels.astype(np.int64) + 1) @ places
    _, first, counts = np.unique(numbers, return_index=True, return_counts=True)
    return Patterns(levels[first], counts)


class FellegiSunter(BaseClassifier):  # type: ignore[misc]
    """A recordlinkage classifier that learns match weights from unlabelled pairs.

    The weight of a field's agreement level is ``log2(m / u)``: m its share among matches, u among
    all other pairs. u comes from random pairs with likely matches discounted; m and the
    number of matches by expectation maximisation over the candidate pairs, where a pair's prior
    is the share of matches among *all* pairs, so it does not depend on the blocking. A missing
    value is no evidence. (Fellegi & Sunter 1969, doi:10.1080/01621459.1969.10501049; EM after
    Winkler 1988.)

    Parameters
    ----------
    comparisons : list of Comparison
        One a column of the comparison vectors.
    random_vectors : pandas.DataFrame
        Comparison vectors of pairs drawn at random from all pairs.
    all_pairs : int
        Number of all pairs, compared or not.
    most_matches : int
        No more matches than this can exist (the smaller file's size when each record has
        at most one partner).

    Attributes
    ----------
    m, u : list of arrays
        Probability of each level of each field among matches and among other pairs.
    matches : float
        Estimated number of matching pairs among the candidates.
    """

    iterations: Final = 100
    tolerance: Final = 1e-6
    start_m: Final = 0.9

    def __init__(
        self,
        comparisons: list[Comparison],
        random_vectors: pd.DataFrame,
        *,
        all_pairs: int,
        most_matches: int,
    ) -> None:
        super().__init__()
        self.comparisons = comparisons
        self.all_pairs = all_pairs
        self.most_matches = most_matches
        self._random = count_patterns(
            reached_levels(random_vectors.to_numpy(np.float64), comparisons)
        )
        self.matches = most_matches / 2
        sizes = [len(comparison.levels) + 1 for comparison in comparisons]
        self.m = [
            np.r_[self.start_m, np.full(size - 1, (1 - self.start_m) / (size - 1))]
            for size in sizes
        ]
        self.u = self._level_shares(self._random, self._random.counts.astype(np.float64))

    def _fit(self, similarities: Floats, labels: NDArray[np.int64] | None = None) -> None:
        levels = reached_levels(similarities, self.comparisons)
        if labels is not None:
            self._fit_labelled(levels, labels.astype(bool))
            return
        candidates = count_patterns(levels)
        for _ in range(self.iterations):
            before = np.concatenate(self.m)
            expected = candidates.counts * self._probability(candidates.levels)
            self.matches = float(np.clip(expected.sum(), 1.0, self.most_matches))
            self.m = self._level_shares(candidates, expected)
            others = self._random.counts * (1 - self._probability(self._random.levels))
            self.u = self._level_shares(self._random, others)
            if np.abs(np.concatenate(self.m) - before).max() < self.tolerance:
                break

    def _fit_labelled(self, levels: Levels, match: NDArray[np.bool_]) -> None:
        """Count m among known matches; u stays that of the random pairs."""
        known = count_patterns(levels[match])
        self.m = self._level_shares(known, known.counts.astype(np.float64))
        self.matches = float(max(match.sum(), 1))

    def _level_shares(self, patterns: Patterns, weight: Floats) -> list[Floats]:
        """Weighted share of each level, half a pair added so that none is impossible."""
        shares = []
        for column, comparison in enumerate(self.comparisons):
            levels = patterns.levels[:, column]
            known = levels != MISSING
            counted = np.bincount(levels[known], weight[known], len(comparison.levels) + 1) + 0.5
            shares.append(counted / counted.sum())
        return shares

    @property
    def prior(self) -> float:
        """Share of matches among all pairs, short of certainty."""
        return self.matches / max(self.all_pairs, self.matches + 1)

    def match_weights(self, similarities: Floats) -> Floats:
        """Total match weight of each pair in bits, the prior not included."""
        return self._weights_of_levels(reached_levels(similarities, self.comparisons))

    def _weights_of_levels(self, levels: Levels) -> Floats:
        total = np.zeros(len(levels))
        for column, (m, u) in enumerate(zip(self.m, self.u, strict=True)):
            total += np.append(np.log2(m / u), 0.0)[levels[:, column]]  # -1 takes the last: missing
        return total

    def _probability(self, levels: Levels) -> Floats:
        return probability_of(self._weights_of_levels(levels), self.prior)

    def _prob_match(self, similarities: Floats) -> Floats:
        return self._probability(reached_levels(similarities, self.comparisons))

    def _predict(self, similarities: Floats) -> NDArray[np.int64]:
        return (self._prob_match(similarities) >= 0.5).astype(np.int64)

    def table(self) -> pd.DataFrame:
        """List m, u and weight of every level of every field.

        Returns
        -------
        pandas.DataFrame
            Columns field, level (0 the best), agreement, m, u, weight (bits).
        """
        rows: list[dict[str, Any]] = []
        for comparison, m, u in zip(self.comparisons, self.m, self.u, strict=True):
            words = [word for _, word in comparison.levels] + ["different"]
            for level, agreement in enumerate(words):
                rows.append(
                    {
                        "field": comparison.label,
                        "level": level,
                        "agreement": agreement,
                        "m": m[level],
                        "u": u[level],
                        "weight": np.log2(m[level] / u[level]),
                    }
                )
        return pd.DataFrame(rows)


def probability_of(weight: Floats, prior: float) -> Floats:
    """Turn match weights in bits and a prior into probabilities (Bayes).

    Examples
    --------
    >>> probability_of(np.array([0.0, 1.0]), prior=0.5).round(3).tolist()
    [0.5, 0.667]
    """
    odds = np.exp2(np.clip(weight + np.log2(prior / (1 - prior)), -500, 500))
    return np.asarray(odds / (1 + odds))
