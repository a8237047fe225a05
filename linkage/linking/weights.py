"""Match weights by the model of Fellegi and Sunter, learned without training labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.linking.comparisons import Comparison, Levels
from linkage.linking.evidence import Evidence, Kinship, Measured, Patterns

Floats = NDArray[np.float64]

HOUSEHOLD: Final = Kinship(
    shared=frozenset({"surname", "address", "zip"}),
    beyond_chance={
        **{"given_name": 0.01, "date_of_birth": 0.003, "tin": 0.002},
        **{"email": 0.05, "phone": 0.3},
    },
)
"""Members of a household share surname and address. The others are priors, nobody publishes them
for pairs of records: namesakes (father and son), twins (31 of 1,000 births, NVSR 73-2, are
twins; most pairs of members are no siblings), a relative's taxpayer number, a shared contact."""


@dataclass(frozen=True)
class Learning:
    """How match weights are learned.

    Parameters
    ----------
    iterations : int
        Most rounds of expectation maximisation.
    tolerance : float
        Largest change of a share at which it stops.
    prior_matches : float
        Pairs that a field's expected shares (`Level.m`) count for beside the observed ones.
    """

    iterations: int = 100
    tolerance: float = 1e-4
    prior_matches: float = 5.0


class FellegiSunter:
    """Match weights learned from unlabelled pairs.

    The weight of a field's level of agreement is ``log2(m / u)``: m its share among matches, u
    among unrelated pairs. Where the level means one value in common, u is the share of that
    value among the larger file's records, so agreeing on a rare name says more than on a common
    one. Else u comes from random pairs with likely matches discounted. m and the number of
    matches come from expectation maximisation over the candidate pairs, where a pair's prior is
    the share of matches among *all* pairs, so it does not depend on the blocking. A missing
    value is no evidence. (Fellegi & Sunter 1969, doi:10.1080/01621459.1969.10501049; EM after
    Winkler 1988; frequencies after Winkler 1989.)

    Members of a household share surname and address without being the same person. Taken for
    strangers who agree twice by chance they would look like matches, so they are a third class
    of pairs: its shares h of the shared fields are learned with m, in the other fields its members
    agree as strangers do, but for a few (`Kinship.beyond_chance`). A pair's weight is then that
    against strangers and members of a household together. (Three classes after Winkler 1993,
    Census RR93-12, and Larsen & Rubin 2001, JASA 96:32-41.)

    Parameters
    ----------
    comparisons : list of Comparison
    random : Patterns
        Comparison vectors of pairs drawn at random from all pairs.
    all_pairs : int
        Number of all pairs, compared or not.
    most_matches : int
        No more matches than this can exist (the smaller file's size when each record has
        at most one partner).
    start_matches : float, optional
        First guess of their number; half of the most when None.
    by_chance : list, optional
        For each field the pairs with values and those that agree exactly, counted over all
        pairs; None where they are not known, then the random pairs tell.
    kinship : Kinship
    learning : Learning

    Attributes
    ----------
    m, u, h : list of arrays
        Probability of each level of each field among matches, unrelated pairs and pairs of one
        household.
    random : Patterns
        As given.
    matches, households : float
        Estimated number of matching pairs, and of pairs of one household, among the candidates.
    """

    def __init__(
        self,
        comparisons: list[Comparison],
        random: Patterns,
        *,
        all_pairs: int,
        most_matches: int,
        start_matches: float | None = None,
        by_chance: list[tuple[float, float] | None] | None = None,
        kinship: Kinship = HOUSEHOLD,
        learning: Learning | None = None,
    ) -> None:
        self.comparisons = comparisons
        self.all_pairs = all_pairs
        self.most_matches = most_matches
        self.learning = learning or Learning()
        self.random = random
        self._by_chance = by_chance or [None] * len(comparisons)
        self._shared = [comparison.label in kinship.shared for comparison in comparisons]
        self._by_value = [
            np.array([bool(level.agrees_on) for level in comparison.levels])
            for comparison in comparisons
        ]
        self.matches = most_matches / 2 if start_matches is None else start_matches
        self.households = self.matches if any(self._shared) else 0.0
        self._prior_m = [
            np.array([level.m for level in comparison.levels]) for comparison in comparisons
        ]
        self.m = [prior / prior.sum() for prior in self._prior_m]
        self.h = [share.copy() for share in self.m]
        self.u = self._unrelated(np.ones(len(random.counts)))

    def fit(self, candidates: Patterns, known: Patterns | None = None) -> None:
        """Learn from candidate pairs.

        Parameters
        ----------
        candidates : Patterns
        known : Patterns, optional
            Of pairs known to match; then m is counted from them instead of being learned.
        """
        if known is not None:
            self.m = self._shares(known, known.counts, self._prior_m)
        for _ in range(self.learning.iterations):
            before = np.concatenate([*self.m, *self.h, [self.prior]])
            match, household = self._memberships(candidates)
            self.matches = float(np.clip(candidates.counts @ match, 1e-3, self.most_matches))
            if known is None:
                self.m = self._shares(candidates, candidates.counts * match, self._prior_m)
            self.u = self._unrelated(1 - np.add(*self._memberships(self.random)))
            if any(self._shared):
                self.h = self._shares(candidates, candidates.counts * household, self._prior_m)
                self.households = float(candidates.counts @ household)
            after = np.concatenate([*self.m, *self.h, [self.prior]])
            if np.abs(after - before).max() < self.learning.tolerance:
                break

    def _shares(self, patterns: Patterns, weight: Floats, priors: list[Floats]) -> list[Floats]:
        """Weighted share of each level, the expected shares counting for a few pairs."""
        shares = []
        for column, prior in enumerate(priors):
            counted = _count(patterns.levels[:, column], weight, len(prior))
            counted += self.learning.prior_matches * prior / prior.sum()
            shares.append(counted / counted.sum())
        return shares

    def _unrelated(self, stranger: Floats) -> list[Floats]:
        """Share of each level among unrelated pairs, half a pair added so that none is 0."""
        shares = []
        weight = self.random.counts * stranger
        for column, m in enumerate(self.m):
            counted = _count(self.random.levels[:, column], weight, len(m)) + 0.5
            share = counted / counted.sum()
            chance = self._by_chance[column]
            if chance is not None:
                known, agree = chance
                matches = self.matches * known / max(self.all_pairs, 1)
                others = max(known - matches, 0.0)
                best = (np.clip(agree - matches * m[0], 0.0, others) + 0.5) / (others + 1)
                share[1:] *= (1 - best) / share[1:].sum()
                share[0] = best
            shares.append(share)
        return shares

    @property
    def prior(self) -> float:
        """Share of matches among all pairs, short of certainty."""
        return self.matches / max(self.all_pairs, self.matches + 1)

    @property
    def household_share(self) -> float:
        """Share of pairs of one household among all pairs that are no match."""
        return self.households / max(self.all_pairs - self.matches, self.households + 1)

    def field_bits(self) -> tuple[list[Floats], list[Floats]]:
        """Bits of each level of each field for matches and for households, missing (0) last.

        Where a level means one value in common, u is left out: it depends on the value.
        """
        match, household = [], []
        columns = zip(self.m, self.h, self.u, self._by_value, self._shared, strict=True)
        for m, h, u, by_value, shared in columns:
            chance = np.where(by_value, 0.0, np.log2(u))
            match.append(np.append(np.log2(m) - chance, 0.0))
            household.append(np.append(np.log2(h) - chance if shared else np.zeros(len(u)), 0.0))
        return match, household

    def log_ratios(self, patterns: Patterns) -> tuple[Floats, Floats]:
        """Bits by which matches, and households, explain each pattern better than strangers."""
        match, household = self.log_ratios_of(patterns.levels)
        return match + patterns.rarity, household + patterns.kinship

    def log_ratios_of(self, levels: Levels) -> tuple[Floats, Floats]:
        """Bits of levels alone, see `log_ratios`."""
        match, household = (_total(levels, bits) for bits in self.field_bits())
        return match, household

    def against_both(self, match: Any, household: Any) -> Any:
        """Turn log ratios into the weight against strangers and households, as common as are."""
        share = self.household_share
        return match - np.log2(share * np.exp2(household) + (1 - share))

    def score(self, evidence: Evidence, measured: Measured) -> NDArray[np.float32]:
        """Match weight of each pair in bits, the prior not included.

        Parameters
        ----------
        evidence : Evidence
            By which the pairs were measured.
        measured : Measured

        Returns
        -------
        (pairs,) float32 array
        """
        vectors, inverse = evidence.distinct_vectors(measured)
        match, household = (
            ratio.astype(np.float32) for ratio in self.log_ratios_of(evidence.levels_of(vectors))
        )
        weight: NDArray[np.float32] = self.against_both(
            match[inverse] + measured.rarity, household[inverse] + measured.kinship
        ).astype(np.float32)
        return weight

    def _memberships(self, patterns: Patterns) -> tuple[Floats, Floats]:
        """Probability of each pattern to be a match, and to be of one household only."""
        match, household = self.log_ratios(patterns)
        matching = probability_of(self.against_both(match, household), self.prior)
        return matching, (1 - matching) * probability_of(household, self.household_share)

    def table(self) -> pd.DataFrame:
        """List m, u and weight of every level of every field.

        Returns
        -------
        pandas.DataFrame
            Columns field, level (0 the best), agreement, m, u, weight (bits). Where a level
            means one value in common, u and weight are those of the average pair.
        """
        rows: list[dict[str, Any]] = []
        for comparison, m, u in zip(self.comparisons, self.m, self.u, strict=True):
            for number, level in enumerate(comparison.levels):
                rows.append(
                    {
                        "field": comparison.label,
                        "level": number,
                        "agreement": level.words,
                        "m": m[number],
                        "u": u[number],
                        "weight": np.log2(m[number] / u[number]),
                    }
                )
        return pd.DataFrame(rows)


def _count(levels: NDArray[np.int8], weight: Floats, size: int) -> Floats:
    """Add up weights by level, missing ones left out."""
    return np.bincount(levels.astype(np.int64) + 1, weight, size + 1)[1:].astype(np.float64)


def _total(levels: Levels, bits: list[Floats]) -> Floats:
    """Sum of the fields' bits; -1, missing, takes the last of each."""
    total = np.zeros(len(levels))
    for column, table in enumerate(bits):
        total += table[levels[:, column]]
    return total


def probability_of(weight: Any, prior: float) -> Floats:
    """Turn match weights in bits and a prior into probabilities (Bayes).

    Examples
    --------
    >>> probability_of(np.array([0.0, 1.0]), prior=0.5).round(3).tolist()
    [0.5, 0.667]
    """
    if prior == 0:
        return np.zeros(np.shape(weight))
    odds = np.exp2(np.clip(np.asarray(weight) + np.log2(prior / (1 - prior)), -500, 500))
    return np.asarray(odds / (1 + odds))
