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

    Members of a household share surname and address without being the same person. Taken for
    strangers who agree twice by chance they would look like matches, so where these fields are
    compared they are a third class of pairs: its shares h of the shared fields are learned with m,
    in all other fields its members agree as strangers do. A pair's weight is then that against
    strangers and household members together. (Three classes after
    Winkler 1993, Census RR93-12, and Larsen & Rubin 2001, JASA 96:32-41; which fields a household
    shares is fixed here.)

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
    m, u, h : list of arrays
        Probability of each level of each field among matches, unrelated pairs and pairs of one
        household.
    matches, households : float
        Estimated number of matching pairs, and of pairs of one household, among the candidates.
    """

    shared: Final = frozenset({"surname", "address", "zip"})

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
        self._in_household = [comparison.label in self.shared for comparison in comparisons]
        self.h = self._as_strangers_but(self.m)
        self.households = self.matches if any(self._in_household) else 0.0

    def _as_strangers_but(self, shares: list[Floats]) -> list[Floats]:
        """Take u for every field but those that a household shares."""
        chosen = zip(self._in_household, shares, self.u, strict=True)
        return [share if shared else u for shared, share, u in chosen]

    def _fit(self, similarities: Floats, labels: NDArray[np.int64] | None = None) -> None:
        levels = reached_levels(similarities, self.comparisons)
        if labels is not None:
            self._fit_labelled(levels, labels.astype(bool))
        candidates = count_patterns(levels)
        for _ in range(self.iterations):
            before = np.concatenate([*self.m, *self.h])
            match, household = self._memberships(candidates.levels)
            if labels is None:
                self.matches = float(np.clip(candidates.counts @ match, 1.0, self.most_matches))
                self.m = self._level_shares(candidates, candidates.counts * match)
            stranger = 1 - np.add(*self._memberships(self._random.levels))
            self.u = self._level_shares(self._random, self._random.counts * stranger)
            self.h = self._as_strangers_but(
                self._level_shares(candidates, candidates.counts * household)
            )
            self.households = float(candidates.counts @ household)
            if np.abs(np.concatenate([*self.m, *self.h]) - before).max() < self.tolerance:
                break

    def _fit_labelled(self, levels: Levels, match: NDArray[np.bool_]) -> None:
        """Count m among known matches."""
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

    @property
    def household_share(self) -> float:
        """Share of pairs of one household among all pairs that are no match."""
        return self.households / max(self.all_pairs - self.matches, self.households + 1)

    def match_weights(self, similarities: Floats) -> Floats:
        """Total match weight of each pair in bits, the prior not included."""
        return self._weights_of_levels(reached_levels(similarities, self.comparisons))

    def _weights_of_levels(self, levels: Levels) -> Floats:
        """Weight against strangers and members of the household, as common as they are."""
        share = self.household_share
        against = share * np.exp2(self._log_ratio(levels, self.h)) + (1 - share)
        return self._log_ratio(levels, self.m) - np.log2(against)

    def _log_ratio(self, levels: Levels, shares: list[Floats]) -> Floats:
        """Bits by which a class explains each pair better than strangers do."""
        total = np.zeros(len(levels))
        for column, (share, u) in enumerate(zip(shares, self.u, strict=True)):
            bits = np.append(np.log2(share / u), 0.0)  # -1, missing, takes the last: nothing
            total += bits[levels[:, column]]
        return total

    def _memberships(self, levels: Levels) -> tuple[Floats, Floats]:
        """Probability of each pair to be a match, and to be of one household only."""
        match = self._probability(levels)
        bits = self._log_ratio(levels, self.h)
        return match, (1 - match) * probability_of(bits, self.household_share)

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
    if prior == 0:
        return np.zeros_like(weight)
    odds = np.exp2(np.clip(weight + np.log2(prior / (1 - prior)), -500, 500))
    return np.asarray(odds / (1 + odds))
