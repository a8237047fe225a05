"""Filters read as candidates: which positions each q-gram sets is learned from what was read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from linkage.attacks.patterns.candidates import Candidates
from linkage.attacks.patterns.mining import Bools, Floats, Rows

HITS: Final = 4
"""Numbers of q-grams that set a bit that are told apart: none, one, two, three or more."""

START: Final = (0.1, 0.95, 0.95, 0.95)
"""Chances that a bit is set, by the number of q-grams that set it, before any is learned. Prior."""

UNEXPLAINED: Final = 0.5
"""Share of the set bits that q-grams not yet known set, before any is learned. Prior."""

FOUND: Final = 0.9
"""Chance that a position of a pattern that was found is one of its q-gram. Prior."""

PRIOR_BITS: Final = 20.0
"""Bits that a prior counts for. A choice."""

TINY: Final = 1e-3
"""Chances are kept so far from 0 and 1: one bit is never proof."""

SURE: Final = 0.5
"""Confidence from which a reading is learned from. A choice: more likely right than not."""

FEWEST: Final = 10
"""Readings to learn from. A choice."""

UNLISTED: Final = -2.0
"""Log odds of a value that is not listed but differs from the best that is in one q-gram, which costs the
log of its share besides. Prior."""

STRANGE: Final = -6.0
"""The same of one q-gram less, or of one never seen. Prior."""

RAREST: Final = 1e-6
"""Shares of q-grams and candidates are kept above it. A choice."""

BLOCK: Final = 2_048
"""Filters at a time; four times as many candidates."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What filters are read as.

    Parameters
    ----------
    best : (filters,) int array
        The likeliest candidate.
    confidence : (filters,) array
        Its probability, among all candidates and values not listed.
    listed : (filters,) array
        Its probability, were no value like a candidate but not listed.
    """

    best: Rows
    confidence: NDArray[np.float64]
    listed: NDArray[np.float64]

    def sure(self) -> Rows:
        """Give the filters that are read more likely rightly than not."""
        return np.flatnonzero(self.confidence >= SURE)

    def likely(self) -> Rows:
        """Give the filters that are, were all values listed."""
        return np.flatnonzero(self.listed >= SURE)

    def same(self, other: Reading) -> float:
        """Share of the sure readings of either that the other has too."""
        one, two = self.confidence >= SURE, other.confidence >= SURE
        return float((one & two & (self.best == other.best)).sum() / max((one | two).sum(), 1))


@dataclass(frozen=True, eq=False)
class Model:
    """How q-grams set bits.

    A bit depends on how many of a record's q-grams set it. In a Bloom filter it is set if any does;
    by noise or by other q-grams' XOR, with some chance only, which is learned.

    Parameters
    ----------
    positions : (q-grams, bits) array
        Probability that each q-gram sets each bit.
    rates : (4,) array
        Chance that a bit is set that none, one, two, or three and more q-grams set.
    stray : (bits,) array
        Chance of each bit where none does.
    usual : (bits,) array
        Share of the filters in which each bit is set: were nothing known of q-grams.
    size : int
        Positions of a q-gram.
    """

    positions: Floats
    rates: NDArray[np.float64]
    stray: Floats
    usual: Floats
    size: int

    @classmethod
    def blank(cls, grams: int, filters: Bools, size: int) -> Model:
        """Know nothing of so many q-grams: each sets any bit of some filters as likely."""
        bits = filters.shape[1]
        positions = np.full((grams, bits), size / bits, np.float32)
        usual = _inside(filters.mean(axis=0))
        return cls(positions, np.array(START), _inside(UNEXPLAINED * usual), usual, size)

    def knowing(self, grams: Rows, columns: Bools) -> Model:
        """Put in patterns of some q-grams."""
        positions = self.positions.copy()
        positions[grams] = np.where(columns, FOUND, 0.2 * positions[grams])
        return replace(self, positions=positions)

    def read(self, filters: Bools, candidates: Candidates) -> Reading:
        """Find the likeliest candidate of each filter, and how likely it is.

        Parameters
        ----------
        filters : (filters, bits) array
        candidates : Candidates

        Examples
        --------
        >>> import pandas as pd
        >>> values = Candidates(
        ...     pd.Index(["A", "B"]), sparse.csr_array(np.eye(2)), [("x", "A"), ("x", "B")], np.ones(2) / 2
        ... )
        >>> patterns = np.arange(20) // 10 == np.arange(2)[:, None]
        >>> model = Model.blank(2, patterns, 10).knowing(np.arange(2), patterns)
        >>> model.read(patterns[[1, 0, 1]], values).best.tolist()
        [1, 0, 1]
        """
        best, chance = self._likeliest(filters, candidates)
        shares = np.maximum(candidates.gram_shares(), RAREST)
        doubt = np.concatenate(
            [
                self._doubt(_numbers(filters[rows]), candidates.grams[best[rows]], shares)
                for rows in _blocks(len(filters), BLOCK)
            ]
        )
        return Reading(best, chance / (1 + np.exp(np.clip(doubt, -50, 50))), chance)

    def learned(self, bits: Bools, grams: sparse.csr_array) -> Model:
        """Learn from filters whose q-grams are known.

        Whether a q-gram sets a bit is told by the filters that have it and no other that sets that
        bit: the odds of the bits seen there, times those of any position.

        Parameters
        ----------
        bits : (filters, bits) array
        grams : (filters, q-grams) sparse matrix of 0 and 1
        """
        filters = _numbers(bits)
        sets = self.positions > 0.5
        hits = np.asarray(grams @ sets.astype(np.float32))
        rates = np.array(
            [_rate(filters, np.minimum(hits, HITS - 1) == n, self.rates[n]) for n in range(HITS)]
        )
        none, one = (hits == 0).astype(np.float32), (hits == 1).astype(np.float32)
        stray = (filters * none).sum(axis=0) + PRIOR_BITS * rates[0]
        stray = _inside(stray / (none.sum(axis=0) + PRIOR_BITS), most=0.5)
        hit = _inside(rates[1], least=0.5)
        said_set, said_not = np.log(hit / stray), np.log((1 - hit) / (1 - stray))
        said = filters * said_set + (1 - filters) * said_not
        odds = np.where(sets, grams.T @ (said * one), grams.T @ (said * none))
        share = self.size / filters.shape[1]
        odds = odds + np.log(share / (1 - share))
        positions = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
        return replace(self, positions=positions.astype(np.float32), rates=rates, stray=stray)

    def _chance_set(self, hits: Floats) -> Floats:
        """Chance that bits are set, by the expected number of q-grams that set them."""
        hits = np.minimum(hits, HITS - 1)
        below = np.minimum(hits.astype(np.int8), HITS - 2)
        rates = self.rates.astype(np.float32)
        low = np.where(below == 0, self.stray, rates[below])
        return _inside(low + (hits - below) * (rates[below + 1] - low))

    def _likeliest(
        self, filters: Bools, candidates: Candidates
    ) -> tuple[Rows, NDArray[np.float64]]:
        """Best candidate of each filter, and its probability: against others, and against chance."""
        best = np.zeros(len(filters), np.intp)
        found = np.full(len(filters), -np.inf, np.float32)
        top = self._by_chance(filters)
        total = np.ones(len(filters))  # of likelihoods, in units of the top one
        for some in _blocks(len(candidates), 4 * BLOCK):
            chance = self._chance_set(np.asarray(candidates.grams[some] @ self.positions))
            not_set = np.log1p(-chance)
            weights = np.ascontiguousarray((np.log(chance) - not_set).T)
            usual = not_set.sum(axis=1) + np.log(candidates.shares[some] + RAREST).astype(
                np.float32
            )
            for rows in _blocks(len(filters), BLOCK):
                scores = _numbers(filters[rows]) @ weights
                scores += usual
                here = scores.argmax(axis=1)
                highest = scores[np.arange(len(scores)), here]
                best[rows] = np.where(highest > found[rows], here + some.start, best[rows])
                found[rows] = np.maximum(found[rows], highest)
                new = np.maximum(top[rows], highest)
                scores -= new[:, None]
                np.exp(np.maximum(scores, -60, out=scores), out=scores)
                total[rows] = total[rows] * np.exp(top[rows] - new) + scores.sum(axis=1)
                top[rows] = new
        return best, np.exp(found - top) / total

    def _by_chance(self, filters: Bools) -> Floats:
        """Log-likelihood of filters whose bits are set as usual, whatever the others are."""
        odds = np.log(self.usual) - np.log1p(-self.usual)
        by_block = [_numbers(filters[rows]) @ odds for rows in _blocks(len(filters), BLOCK)]
        return np.asarray(np.concatenate(by_block) + np.log1p(-self.usual).sum())

    def _doubt(
        self, filters: Floats, grams: sparse.csr_array, shares: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Log odds of the best value not listed: one q-gram more or less, or one never seen."""
        sets = (self.positions > 0.5).astype(np.float32)
        hits = np.asarray(grams @ sets)
        if_none = self._chance_set(np.minimum(np.asarray(grams @ self.positions), 1))
        hit = _inside(self.rates[1], least=0.5)
        said = filters * (np.log(hit) - np.log(if_none))
        said += (1 - filters) * (np.log1p(-hit) - np.log1p(-if_none))
        more = (said * (hits == 0)) @ (self.positions * sets).T + np.log(shares) + UNLISTED
        more[:, ~sets.any(axis=1)] = -np.inf
        less = self._loss(filters * (hits == 1), (1 - filters) * (hits == 1), sets) + STRANGE
        either = np.where(grams.toarray() > 0, less, more).max(axis=1)
        each = -np.log(if_none) - np.log(filters.shape[1] / self.size)
        each = np.maximum(filters * (hits == 0) * each, 0)
        strange = np.partition(each, -self.size, axis=1)[:, -self.size :].sum(axis=1) + STRANGE
        return np.asarray(np.maximum(either, strange), np.float64)

    def _loss(self, only_set: Floats, only_not: Floats, sets: Floats) -> Floats:
        """Log-likelihood gained if each q-gram were not there, by the bits that it alone sets."""
        hit, stray = _inside(self.rates[1], least=0.5), _inside(self.stray, most=0.5)
        chance = self.positions * hit + (1 - self.positions) * stray
        if_set, if_not = np.log(chance / stray), np.log1p(-chance) - np.log1p(-stray)
        return np.asarray(-(only_set @ (if_set * sets).T + only_not @ (if_not * sets).T))


def agreement(filters: Bools, reading: Reading, candidates: Candidates, blank: Model) -> float:
    """Share of the sure readings that are found again by what those of other candidates teach.

    Of the candidates read, every other one teaches the q-grams that it has, and from these alone
    the filters of the rest are read. Wrong readings have nothing in common, so what one half
    teaches is of no use for the other.

    Parameters
    ----------
    filters : (filters, bits) array
    reading : Reading
        Of these filters.
    candidates : Candidates
    blank : Model
        That knows nothing yet.

    Returns
    -------
    float
        0 where hardly any candidate was read.
    """
    sure = reading.sure()
    different, place = np.unique(reading.best[sure], return_inverse=True)
    if len(different) < FEWEST:
        return 0.0
    halves = sure[place % 2 == 0], sure[place % 2 == 1]
    again = 0
    for taught, asked in (halves, halves[::-1]):
        model = blank
        for _ in range(3):  # what one q-gram explains is seen once others are known
            model = model.learned(filters[taught], candidates.grams[reading.best[taught]])
        again += int((model.read(filters[asked], candidates).best == reading.best[asked]).sum())
    return again / len(sure)


def _numbers(bits: Bools) -> Floats:
    return bits.astype(np.float32)


def _rate(filters: Floats, where: Bools, prior: float) -> float:
    """Share of set bits among some, drawn towards what was known."""
    return float((filters[where].sum() + PRIOR_BITS * prior) / (where.sum() + PRIOR_BITS))


def _inside(chance: Floats | float, least: float = TINY, most: float = 1 - TINY) -> Floats:
    return np.asarray(np.clip(chance, least, min(most, 1 - TINY)), np.float32)


def _blocks(count: int, size: int) -> list[slice]:
    return [slice(start, min(start + size, count)) for start in range(0, max(count, 1), size)]
