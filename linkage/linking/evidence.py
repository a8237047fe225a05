"""What two files say about each pair of records: levels of agreement, and how rare the values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.linking.codes import Positions, shared_columns
from linkage.linking.comparisons import Comparer, Comparison, Levels
from linkage.linking.frequencies import expected_agreement, rarity

Bits = NDArray[np.float32]

PairRarity = Callable[[Positions, Positions], Bits]
"""Takes pairs that have a value in common; gives how rare that is, -log2 of its share."""

CHUNK: Final = 1 << 19
"""Pairs looked at together: their arrays stay in the cache."""

THREADS: Final = 2

DENSE: Final = 1 << 22
"""Most comparison vectors that are counted in a table of all that are possible."""

FINENESS: Final = 4.0
"""Bits of rarity that are counted as one class while weights are learned."""

CLASSES: Final = 8


@dataclass(frozen=True, eq=False)
class Measured:
    """Comparison vectors of many pairs, each as one number, and what their rarity adds.

    Parameters
    ----------
    vector : (pairs,) int64 array
        Number of the comparison vector, see `Evidence.levels_of`.
    rarity : (pairs,) float32 array
        Bits, summed over fields that agree on one value: -log2 of its share of the larger file.
    kinship : (pairs,) float32 array
        The same for members of a household: rarity of what they share, and how much likelier
        than strangers they are to agree in the other fields.
    """

    vector: NDArray[np.int64]
    rarity: Bits
    kinship: Bits


@dataclass(frozen=True, eq=False)
class Patterns:
    """Comparison vectors, each distinct one once a class of rarity, with how often it occurs.

    Parameters
    ----------
    levels : (patterns, fields) int8 array
    counts : (patterns,) array
        Pairs.
    rarity, kinship : (patterns,) arrays
        Mean bits of these pairs, see `Measured`.
    """

    levels: Levels
    counts: NDArray[np.float64]
    rarity: NDArray[np.float64]
    kinship: NDArray[np.float64]


@dataclass(frozen=True)
class Kinship:
    """How members of a household agree.

    Parameters
    ----------
    shared : frozenset of str
        Fields in which they mostly agree.
    beyond_chance : dict of str to float
        Share of pairs of members that agree in another field, beyond those by chance.
    """

    shared: frozenset[str]
    beyond_chance: dict[str, float] = field(default_factory=dict)


class Evidence:
    """Compares pairs of records of two files.

    Parameters
    ----------
    left, right : pandas.DataFrame
        Categorical columns of shared dictionaries, see `linkage.linking.codes.share_codes`. One
        frame twice where a file is compared with itself.
    comparisons : list of Comparison
    kinship : Kinship
    person : (records,) array, optional
        How much of a person each record of the larger file is, where that is known.
    rarity_of : callable, optional
        From columns to how rare the value is that pairs of records have in common; None counts the
        values of the larger file.
    """

    def __init__(
        self,
        left: pd.DataFrame,
        right: pd.DataFrame,
        comparisons: list[Comparison],
        kinship: Kinship,
        person: NDArray[np.float64] | None = None,
        rarity_of: Callable[[tuple[str, ...]], PairRarity] | None = None,
    ) -> None:
        self.left, self.right = left, right
        self.comparisons = comparisons
        self.kinship = kinship
        self.within = right is left
        count = rarity_of or _counted(left, right, person)
        values = dict.fromkeys(
            level.agrees_on
            for comparison in comparisons
            for level in comparison.levels
            if level.agrees_on
        )
        needed = sorted({name for comparison in comparisons for name in comparison.columns})
        column = dict(zip(needed, shared_columns(left, right, needed), strict=True))
        with ThreadPoolExecutor(THREADS) as pool:
            rarities = pool.map(count, values)
            comparers = pool.map(
                lambda each: each.comparer(tuple(column[name] for name in each.columns)),
                comparisons,
            )
            self._rarities = dict(zip(values, rarities, strict=True))
            self._comparers: list[Comparer] = list(comparers)
        self._radix = [len(comparison.levels) + 1 for comparison in comparisons]

    def with_rarity(self, rarity_of: Callable[[tuple[str, ...]], PairRarity]) -> Self:
        """Compare the same records, values being as rare as told otherwise."""
        other = copy(self)
        other._rarities = {columns: rarity_of(columns) for columns in self._rarities}
        return other

    @property
    def all_pairs(self) -> int:
        """Number of pairs that could be compared."""
        return (
            len(self.left) * (len(self.left) - 1) // 2
            if self.within
            else (len(self.left) * len(self.right))
        )

    def measure(self, left: Positions, right: Positions) -> Measured:
        """Compare pairs, by chunks on two threads."""
        measured = Measured(
            np.empty(len(left), np.int64),
            np.empty(len(left), np.float32),
            np.empty(len(left), np.float32),
        )

        def one(start: int) -> None:
            piece = slice(start, start + CHUNK)
            found = self._measure(left[piece], right[piece])
            measured.vector[piece], measured.rarity[piece], measured.kinship[piece] = found

        each_chunk(one, len(left))
        return measured

    def _measure(self, left: Positions, right: Positions) -> tuple[NDArray[np.int64], Bits, Bits]:
        vector = np.zeros(len(left), np.int64)
        rare, kin = np.zeros(len(left), np.float32), np.zeros(len(left), np.float32)
        for comparison, comparer, radix in zip(
            self.comparisons, self._comparers, self._radix, strict=True
        ):
            levels = comparer(left, right)
            vector *= radix
            vector += levels
            vector += 1
            for pairs, bits in self._rare(comparison, levels, left, right):
                rare[pairs] += bits
                kin[pairs] += self._kin_bits(comparison.label, bits)
        return vector, rare, kin

    def by_field(self, left: Positions, right: Positions) -> tuple[Levels, Bits, Bits]:
        """Levels, rarity and kinship of few pairs, field by field: (pairs, fields) each."""
        shape = (len(left), len(self.comparisons))
        levels = np.empty(shape, np.int8)
        rare, kin = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        for column, (comparison, comparer) in enumerate(
            zip(self.comparisons, self._comparers, strict=True)
        ):
            levels[:, column] = comparer(left, right)
            for pairs, bits in self._rare(comparison, levels[:, column], left, right):
                rare[pairs, column] = bits
                kin[pairs, column] = self._kin_bits(comparison.label, bits)
        return levels, rare, kin

    def _rare(
        self, comparison: Comparison, levels: NDArray[np.int8], left: Positions, right: Positions
    ) -> Iterator[tuple[NDArray[np.intp], Bits]]:
        """Pairs at each level that means one value in common, and how rare that is."""
        for number, level in enumerate(comparison.levels):
            if level.agrees_on:
                pairs = np.flatnonzero(levels == number)
                yield pairs, self._rarities[level.agrees_on](left[pairs], right[pairs])

    def _kin_bits(self, label: str, bits: Bits) -> Bits:
        """How much likelier than strangers members of a household are to agree, in bits."""
        if label in self.kinship.shared:
            return bits
        beyond = self.kinship.beyond_chance.get(label, 0.0)
        return np.log2(1 + beyond * np.exp2(bits)).astype(np.float32)

    def levels_of(self, vectors: NDArray[np.int64]) -> Levels:
        """Take the numbers of comparison vectors apart into one level a field."""
        levels = np.empty((len(vectors), len(self._radix)), np.int8)
        rest = vectors
        for column in range(len(self._radix) - 1, -1, -1):
            rest, digit = np.divmod(rest, self._radix[column])
            levels[:, column] = digit - 1
        return levels

    def distinct_vectors(
        self, measured: Measured, classes: int = 1
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Number the distinct comparison vectors, split into classes of rarity if asked.

        Returns
        -------
        tuple of arrays
            The vectors' numbers, and for each pair the index of its own.
        """
        number = measured.vector
        if classes > 1:
            rare = np.minimum(measured.rarity / FINENESS, classes - 1).astype(np.int64)
            number = number * classes + rare
        if np.prod(self._radix, dtype=np.float64) * classes > DENSE:
            found, inverse = np.unique(number, return_inverse=True)
        else:
            possible = int(np.prod(self._radix)) * classes
            found, inverse = np.arange(possible), number
        return found // classes, inverse

    def count_patterns(self, measured: Measured) -> Patterns:
        """Count the pairs of each comparison vector and class of rarity."""
        vectors, inverse = self.distinct_vectors(measured, CLASSES)
        counts, *sums = (
            np.bincount(inverse, bits, len(vectors))
            for bits in (None, measured.rarity, measured.kinship)
        )
        kept = np.flatnonzero(counts)
        means = (total[kept] / counts[kept] for total in sums)
        return Patterns(self.levels_of(vectors[kept]), counts[kept].astype(np.float64), *means)

    def agreement_by_chance(self, comparison: Comparison) -> tuple[float, float] | None:
        """Count all pairs with values, and those exactly equal; None unless one column decides."""
        values = comparison.levels[0].agrees_on
        if len(values) != 1:
            return None
        (column,) = shared_columns(self.left, self.right, values)
        return expected_agreement(column.left, column.right, len(column.values), within=self.within)


def _counted(
    left: pd.DataFrame, right: pd.DataFrame, person: NDArray[np.float64] | None
) -> Callable[[tuple[str, ...]], PairRarity]:
    """Count values in the larger of two files."""
    right_is_larger = len(right) > len(left)

    def count(columns: tuple[str, ...]) -> PairRarity:
        rare = rarity(right if right_is_larger else left, columns, person)
        return lambda first, second: rare(second if right_is_larger else first)

    return count


def patterns_of(levels: Levels) -> Patterns:
    """Count distinct comparison vectors of which nothing but the levels is known.

    Examples
    --------
    >>> patterns = patterns_of(np.array([[0, 1], [0, -1], [0, 1]], np.int8))
    >>> patterns.levels.tolist(), patterns.counts.tolist()
    ([[0, -1], [0, 1]], [1.0, 2.0])
    """
    radix = [int(column.max(initial=-1)) + 2 for column in levels.T]
    number = np.zeros(len(levels), np.int64)
    for column, size in zip(levels.T, radix, strict=True):
        number = number * size + column + 1
    _, first, counts = np.unique(number, return_index=True, return_counts=True)
    nothing = np.zeros(len(first))
    return Patterns(levels[first], counts.astype(np.float64), nothing, nothing)


def each_chunk(work: Callable[[int], None], count: int) -> None:
    """Do some work for the first number of each chunk of pairs, on two threads."""
    starts = range(0, count, CHUNK)
    if len(starts) <= 1:
        for start in starts:
            work(start)
        return
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, starts))
