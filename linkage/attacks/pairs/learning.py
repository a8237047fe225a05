"""From some codes and the q-grams behind them: which q-gram touches which bit, and what that shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Matrix = NDArray[np.float32]
Bits = NDArray[np.bool_]

TOUCHED: Final = 0.01
"""Share of the bits that a q-gram touches, to begin with: ten of a thousand. Prior, then learned."""

LEAST_TOUCHED: Final = 0.002
MOST_TOUCHED: Final = 0.3
"""Within which that share is learned. A choice."""

SHOWN: Final = (0.01, 0.99, 0.99)
"""Chance that a bit is set that no, one, or more q-grams touch, to begin with: a Bloom filter. Prior."""

LEAST: Final = 1e-3
"""Least chance of anything, so that nothing is ruled out for good: a pair may be wrong. A choice."""

STEPS: Final = 8
"""Rounds of messages. A choice: more change little."""

FIRST_STEPS: Final = 2
"""Rounds before what touches show is learned too. A choice."""

COLUMNS: Final = 64
"""Bits learned at once, for memory."""

WEIGHED: Final = 30
"""Rounds in which weights are learned. A choice: more change little."""

EVEN: Final = 0.03
"""How much weights are drawn to 1, in records. A choice, for codes of which few are known."""

NOTHING: Final = 1e-6
"""Weight for either side where there is no q-gram, so that it stays even."""

COMPARED: Final = 4_000
"""Known records by which a model is chosen, at most. A choice, for seconds."""

BELIEVED: Final = (0.03, 0.1, 0.3, 1.0)
"""How far what a model says may be believed, when models are compared. A choice."""

MOST_TESTS: Final = 2_000
"""Known records that touches are learned from, at most. A choice, for seconds: more change little."""


class Model(Protocol):
    """What a code shows of q-grams. Traces of parts of a record add up to those of the whole."""

    def traces(self, grams: sparse.csr_array) -> Matrix:
        """Give what sets of q-grams leave on each bit; (2, rows, bits)."""

    def chances(self, traces: Matrix) -> Matrix:
        """Give the chance that each bit is set; (..., bits), from (2, ..., bits)."""

    def part(self, columns: slice) -> Self:
        """Keep some of the q-grams."""


@dataclass(frozen=True, eq=False)
class Touches:
    """Each q-gram touches some bits for good, and how many of a record's do decides what is seen.

    In a Bloom filter a bit is set that any touches; of a complement it is unset; folded by XOR it
    is set again by none of two that meet; with noise none of this is certain.

    Parameters
    ----------
    touch : (q-grams, bits) array
        Probability that a q-gram touches a bit, less than 1.
    shown : (3, bits) array
        Chance that a bit is set that none, one, or more of a record's q-grams touch.
    """

    touch: Matrix
    shown: Matrix

    def traces(self, grams: sparse.csr_array) -> Matrix:
        """Give the logarithm of the chance that none touches, and the sum of the odds of each."""
        none = grams @ np.log1p(-self.touch)
        return np.stack([none, grams @ (self.touch / (1 - self.touch))]).astype(np.float32)

    def chances(self, traces: Matrix) -> Matrix:
        """Give the chance that each bit is set."""
        none, one = _touched(traces)
        never, once, often = self.shown
        chances = often + (never - often) * none + (once - often) * one
        return np.asarray(np.clip(chances, LEAST, 1 - LEAST), np.float32)

    def part(self, columns: slice) -> Touches:
        """Keep some of the q-grams."""
        return replace(self, touch=self.touch[columns])

    @classmethod
    def learned(cls, grams: sparse.csr_array, bits: Bits) -> Touches:
        """Learn by belief propagation, as in group testing: records are tests, q-grams are items.

        A test is positive if it has a positive item; messages between tests and items find which
        (Sejdinovic & Johnson 2010, doi:10.1109/ALLERTON.2010.5707018). Each bit is a problem of its
        own. What touches show, and how many there are, is learned along the way by expectation and
        maximisation over all bits.

        Parameters
        ----------
        grams : (records, q-grams) sparse matrix of 0 and 1
        bits : (records, bits) array

        Examples
        --------
        >>> grams = sparse.csr_array(np.eye(2)[[0, 1] * 8], dtype=np.float32)
        >>> bits = np.array([[True, False], [False, True]] * 8)
        >>> Touches.learned(grams, bits).touch.round().tolist()
        [[1.0, 0.0], [0.0, 1.0]]
        """
        grams, bits = grams[:MOST_TESTS], bits[:MOST_TESTS]
        turned = complements(grams, bits)
        bits = bits ^ turned
        shape = grams.shape[1], bits.shape[1]
        shown = np.tile(np.array(SHOWN, np.float32), (shape[1], 1)).T
        model = cls(np.full(shape, TOUCHED, np.float32), shown)
        share = TOUCHED
        ends = Ends.of(grams)
        for step in range(STEPS):
            for start in range(0, shape[1], COLUMNS):
                columns = slice(start, start + COLUMNS)
                told = _messages(model, grams, ends, bits, columns)
                believed = _logistic(told + np.float32(np.log(share / (1 - share))))
                if step < STEPS - 1:  # half a step, lest beliefs swing
                    believed = (believed + model.touch[:, columns]) * np.float32(0.5)
                model.touch[:, columns] = np.clip(believed, 1e-6, 1 - LEAST)
            if step >= FIRST_STEPS:
                model = replace(model, shown=_shown(model, grams, bits))
                share = float(np.clip(model.touch.mean(), LEAST_TOUCHED, MOST_TOUCHED))
        return replace(model, shown=np.where(turned, 1 - model.shown, model.shown))


@dataclass(frozen=True, eq=False)
class Ends:
    """Each q-gram of each record: where messages run.

    Parameters
    ----------
    record, gram : int arrays
    gather : (q-grams, ends) sparse matrix
        Sums what reaches each q-gram.
    """

    record: NDArray[np.int64]
    gram: NDArray[np.int64]
    gather: sparse.csr_array

    @classmethod
    def of(cls, grams: sparse.csr_array) -> Ends:
        """List them."""
        record = np.repeat(np.arange(grams.shape[0]), np.diff(grams.indptr))
        gram = np.asarray(grams.indices, np.int64)
        order = np.argsort(gram, kind="stable")
        starts = np.searchsorted(gram[order], np.arange(grams.shape[1] + 1))
        ones = np.ones(len(gram), np.float32)
        gather = sparse.csr_array((ones, order, starts), shape=(grams.shape[1], len(gram)))
        return cls(record, gram, gather)


def _touched(traces: Matrix) -> tuple[Matrix, Matrix]:
    """Chance that none, and that one touches a bit."""
    none = np.exp(traces[0])
    return none, np.minimum(none * traces[1], 1 - none)


def _messages(
    model: Touches, grams: sparse.csr_array, ends: Ends, bits: Bits, columns: slice
) -> Matrix:
    """Sum what all records tell each q-gram: log-odds that it touches a bit, by those it is with."""
    part = Touches(model.touch[:, columns], model.shown[:, columns])
    none, odds = part.traces(grams)
    own = part.touch[ends.gram]
    # what remains of a record's touches without the q-gram's own
    none = np.minimum(np.exp(none)[ends.record] / (1 - own), 1)
    one = np.clip(none * (odds[ends.record] - own / (1 - own)), 0, 1 - none)
    never, once, often = part.shown
    absent = often + (never - often) * none + (once - often) * one
    present = often + (once - often) * none
    seen = bits[ends.record, columns]
    ratio = np.where(seen, present, 1 - present) / np.where(seen, absent, 1 - absent)
    return np.asarray(ends.gather @ np.log(ratio), np.float32)


def _shown(model: Touches, grams: sparse.csr_array, bits: Bits) -> Matrix:
    """Count how often bits are set that none, one or more touch; the same for all bits."""
    none, one = _touched(model.traces(grams))
    found = []
    set_chance = model.chances(model.traces(grams))
    for chance, shown in zip((none, one, 1 - none - one), model.shown, strict=True):
        weight = np.where(bits, shown / set_chance, (1 - shown) / (1 - set_chance)) * chance
        found.append((weight[bits].sum() + 0.5) / (weight.sum() + 1))
    return np.tile(np.float32(np.clip(found, LEAST, 1 - LEAST)), (bits.shape[1], 1)).T


def complements(grams: sparse.csr_array, bits: Bits) -> Bits:
    """Tell which bits are unset by what touches them, such as half of a balanced filter's.

    Few q-grams touch a bit, and strongly: its correlations with all q-grams are skewed, to the
    negative side where a touch unsets it.

    Examples
    --------
    >>> grams = sparse.csr_array(np.eye(4)[[0, 1, 2, 3] * 4], dtype=np.float32)
    >>> complements(grams, np.array([[True, False], [False, True], [False, True], [False, True]] * 4))
    array([False,  True])
    """
    centred = bits - bits.mean(axis=0, dtype=np.float32)
    times = np.asarray(grams.sum(axis=0), np.float32)
    spread = np.sqrt(times * (1 - times / grams.shape[0]) + 1e-6)
    scores = (grams.T @ centred) / spread[:, None]
    return np.asarray((scores**3).sum(axis=0) < 0)


@dataclass(frozen=True, eq=False)
class Deciders:
    """One of a record's q-grams decides a bit; each has its weight for and against.

    So min-hash works: the q-gram of the least hash decides. A bit is set with the chance that the
    weights for it have among all.

    Parameters
    ----------
    weights : (2, q-grams, bits) array
        For set and for unset, positive.
    """

    weights: Matrix

    def traces(self, grams: sparse.csr_array) -> Matrix:
        """Give the sums of the weights."""
        return np.stack([grams @ weights for weights in self.weights]).astype(np.float32)

    def chances(self, traces: Matrix) -> Matrix:
        """Give the chance that each bit is set."""
        chances = (traces[0] + NOTHING) / (traces.sum(axis=0) + 2 * NOTHING)
        return np.asarray(np.clip(chances, LEAST, 1 - LEAST), np.float32)

    def part(self, columns: slice) -> Deciders:
        """Keep some of the q-grams."""
        return Deciders(self.weights[:, columns])

    @classmethod
    def learned(cls, grams: sparse.csr_array, bits: Bits) -> Deciders:
        """Learn weights of greatest likelihood, one after the other (Hunter 2004, MM algorithms).

        doi:10.1214/aos/1079120141; drawn to 1 by as much as `EVEN` records say.

        Examples
        --------
        >>> grams = sparse.csr_array(np.eye(2)[[0, 1] * 8], dtype=np.float32)
        >>> model = Deciders.learned(grams, np.array([[True], [False]] * 8))
        >>> model.chances(model.traces(grams[:2])).round().tolist()
        [[1.0], [0.0]]
        """
        columns = grams.T.tocsr()
        weights = np.ones((2, grams.shape[1], bits.shape[1]), np.float32)
        model = cls(weights)
        for _ in range(WEIGHED):
            sums = model.traces(grams) + np.float32(NOTHING)
            met = columns @ (1 / sums.sum(axis=0)) + EVEN
            for each, won, total in zip(weights, (bits, ~bits), sums, strict=True):
                each *= columns @ (won / total)
                each += EVEN
                each /= met
        return model


Kind = type[Touches] | type[Deciders]

MODELS: Final[tuple[Kind, ...]] = (Touches, Deciders)


def better_model(grams: sparse.csr_array, bits: Bits, *, rng: np.random.Generator) -> Kind:
    """Choose the model that foretells codes better: learned from some pairs, tried on the others.

    What a model says is drawn to how often bits are set at all as far as helps, so that the model
    that knows more wins, not the one that is less sure of itself.
    """
    rows = rng.permutation(len(bits))[:COMPARED]
    held, rest = np.split(rows, [len(rows) // 4])
    seen = bits[held]
    usual = _odds(np.clip(bits[rest].mean(axis=0, dtype=np.float32), LEAST, 1 - LEAST))

    def foretold(kind: Kind) -> float:
        model = kind.learned(grams[rest], bits[rest])
        said = _odds(model.chances(model.traces(grams[held]))) - usual
        drawn = (_logistic(usual + believed * said) for believed in BELIEVED)
        return max(float(np.log(np.where(seen, each, 1 - each)).sum()) for each in drawn)

    return max(MODELS, key=foretold)


def likelihood(bits: Bits, chances: Matrix) -> Matrix:
    """Log-likelihood of each code, were it each candidate's; (codes, candidates).

    Examples
    --------
    >>> likelihood(np.array([[True]]), np.array([[0.9], [0.1]], np.float32)).round(1).tolist()
    [[-0.10000000149011612, -2.299999952316284]]
    """
    none_set = np.log1p(-chances).sum(axis=-1)
    return np.asarray(bits.astype(np.float32) @ _odds(chances).T + none_set, np.float32)


def _odds(chances: Matrix) -> Matrix:
    return np.asarray(np.log(chances / (1 - chances)), np.float32)


def _logistic(odds: Matrix) -> Matrix:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))), np.float32)
