"""Where chance comes from: seeded streams, weighted draws and keyed one-to-one maps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from itertools import count
from math import gcd, isqrt
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray


class Stream(IntEnum):
    """What a stream of random numbers is for; no two purposes share one.

    The values are part of what makes a world: changing one changes every world.
    """

    STREETS = 0
    ADDRESSES = 1
    PEOPLE = 2
    TAX = 3
    REQUEST_COUNTS = 4
    REQUESTS = 5
    CLUSTERS = 6
    SSN_KEY = 7
    ITIN_KEY = 8
    REGISTER = 9
    OFFICES = 10


def generator(seed: int, stream: Stream, *key: int) -> np.random.Generator:
    """Return the generator of one purpose and place, whatever was drawn before it.

    Examples
    --------
    >>> first, again = (generator(7, Stream.PEOPLE, 3).random(5) for _ in range(2))
    >>> first.tolist() == again.tolist()
    True
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(int(stream), *key)))


def keyed_uniform(seed: int, stream: Stream, ids: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return a number in [0, 1) that belongs to each id: the same whoever asks, in any order.

    The finaliser of SplitMix64 (Steele, Lea and Flood 2014, doi:10.1145/2714064.2660195).

    Examples
    --------
    >>> ids = np.array([5, 6, 5])
    >>> first, second, again = keyed_uniform(7, Stream.STREETS, ids).tolist()
    >>> first == again != second
    True
    """
    key = np.random.SeedSequence(seed, spawn_key=(int(stream),)).generate_state(1, np.uint64)
    mixed = (ids.astype(np.uint64) + key) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


#: One entry of an alias table, close together in memory: keep the code with this chance.
_ENTRY = np.dtype([("keep", np.float32), ("code", np.int32), ("alias", np.int32)])


@dataclass(frozen=True, eq=False)
class Distributions:
    """Weighted choices among codes, one for each group: Walker's alias tables in a row.

    A draw costs one random number whatever the number of codes (Walker 1977,
    doi:10.1145/355744.355749; tables made as by Vose 1991, doi:10.1109/32.92917).

    Examples
    --------
    >>> by_group = Distributions.of([[0, 3, 0], [1, 0, 0]])
    >>> by_group.draw(np.array([0, 1, 1, 0]), rng=np.random.default_rng(0)).tolist()
    [1, 0, 0, 1]
    """

    start: NDArray[np.int64]
    entry: NDArray[np.void]

    @classmethod
    def of(cls, weights: ArrayLike) -> Distributions:
        """Return one distribution a row; the codes are the columns 0, 1, 2, ..."""
        matrix = np.atleast_2d(np.asarray(weights, dtype=np.float64))
        group, code = np.nonzero(matrix)
        return cls.sparse(group, code, matrix[group, code], groups=len(matrix))

    @classmethod
    def sparse(
        cls,
        group: NDArray[np.int64],
        code: NDArray[np.int64],
        weight: NDArray[np.float64],
        *,
        groups: int,
    ) -> Distributions:
        """Return the distributions with these weights above 0, given in order of group."""
        start = np.searchsorted(group, np.arange(groups + 1)).astype(np.int64)
        keep, alias = _alias_tables(start, np.ascontiguousarray(weight, dtype=np.float64))
        entry = np.empty(len(keep), dtype=_ENTRY)
        entry["keep"], entry["code"], entry["alias"] = keep, code, code[alias]
        return cls(start, entry)

    def draw(self, group: NDArray[Any], *, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return a code for each group; every group asked for must have one."""
        drawn: NDArray[np.int64] = _draw(group, rng.random(len(group)), self.start, self.entry)
        return drawn

    def fill(self, group: NDArray[Any], *, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return sizes (code + 1) that fill ``len(group)`` places, the last cut to fit.

        A size is drawn from the group of the first place it fills.

        Examples
        --------
        >>> threes = Distributions.of([[0, 0, 1]])
        >>> threes.fill(np.zeros(8, dtype=np.int64), rng=np.random.default_rng(0)).tolist()
        [3, 3, 2]
        """
        sizes: NDArray[np.int64] = _fill(group, rng.random(len(group)), self.start, self.entry)
        return sizes


@njit(cache=True)
def _alias_tables(start: Any, weight: Any) -> Any:
    """Vose's method, group by group."""
    keep = np.ones(len(weight), dtype=np.float64)
    alias = np.arange(len(weight), dtype=np.int64)
    small = np.empty(len(weight), dtype=np.int64)
    large = np.empty(len(weight), dtype=np.int64)
    for group in range(len(start) - 1):
        first, last = start[group], start[group + 1]
        if first == last:
            continue
        scale = (last - first) / weight[first:last].sum()
        lows = highs = 0
        for place in range(first, last):
            keep[place] = weight[place] * scale
            if keep[place] < 1.0:
                small[lows] = place
                lows += 1
            else:
                large[highs] = place
                highs += 1
        while lows and highs:
            low, high = small[lows - 1], large[highs - 1]
            alias[low] = high
            keep[high] -= 1.0 - keep[low]
            lows -= 1
            if keep[high] < 1.0:
                highs -= 1
                small[lows] = high
                lows += 1
        for place in range(highs):
            keep[large[place]] = 1.0
        for place in range(lows):
            keep[small[place]] = 1.0
    return keep, alias


@njit(inline="always")
def _choose(group: Any, chance: Any, start: Any, entry: Any) -> Any:
    first = start[group]
    scaled = chance * (start[group + 1] - first)
    place = int(scaled)
    chosen = entry[first + place]
    return chosen.code if scaled - place < chosen.keep else chosen.alias


@njit(cache=True)
def _draw(group: Any, chance: Any, start: Any, entry: Any) -> Any:
    drawn = np.empty(len(group), dtype=np.int64)
    for row in range(len(group)):
        drawn[row] = _choose(group[row], chance[row], start, entry)
    return drawn


@njit(cache=True)
def _fill(group: Any, chance: Any, start: Any, entry: Any) -> Any:
    sizes = np.empty(len(group), dtype=np.int64)
    filled = count = 0
    while filled < len(group):
        size = 1 + _choose(group[filled], chance[count], start, entry)
        sizes[count] = min(size, len(group) - filled)
        filled += sizes[count]
        count += 1
    return sizes[:count].copy()


def group_ranks(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return each row's rank, from 0, among the rows of its group.

    Examples
    --------
    >>> group_ranks(np.array([5, 2, 5, 5, 2])).tolist()
    [0, 0, 1, 2, 1]
    """
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    ranks = np.empty(len(groups), dtype=np.int64)
    ranks[order] = np.arange(len(groups)) - np.searchsorted(ordered, ordered)
    return ranks


@dataclass(frozen=True)
class Bijection:
    """A keyed one-to-one map of 0 .. size - 1 onto itself, without a table.

    Two affine maps x → (multiplier · x + offset) mod size with the high and low parts
    of the number changed over in between, so that neighbours do not look it. Every
    partition can number its own people, unique over the world, without asking the
    others. It hides nothing from somebody who tries: it is not a cipher.

    Examples
    --------
    >>> bijection = Bijection.draw(12, rng=np.random.default_rng(0))
    >>> sorted(bijection(np.arange(12)).tolist()) == list(range(12))
    True
    """

    size: int
    multipliers: tuple[int, int]
    offsets: tuple[int, int]
    low: int

    @classmethod
    def draw(cls, size: int, *, rng: np.random.Generator) -> Bijection:
        """Return a random map; ``size`` is at most 2**31 so that products fit 64 bits."""
        multipliers = [int(value) for value in rng.integers(size // 4 + 1, size, size=2)]
        for place, value in enumerate(multipliers):
            multipliers[place] = next(m for m in count(value) if gcd(m, size) == 1)
        first, second = (int(value) for value in rng.integers(size, size=2))
        low = next(part for part in range(isqrt(size), 0, -1) if size % part == 0)
        return cls(size, (multipliers[0], multipliers[1]), (first, second), low)

    def __call__(self, values: NDArray[np.int64]) -> NDArray[np.int64]:
        """Map each value of 0 .. size - 1 to another."""
        mixed = _remainder(values * self.multipliers[0] + self.offsets[0], self.size)
        high = mixed // self.low
        mixed = (mixed - high * self.low) * (self.size // self.low) + high
        return _remainder(mixed * self.multipliers[1] + self.offsets[1], self.size)


def _remainder(values: NDArray[np.int64], divisor: int) -> NDArray[np.int64]:
    """Return ``values % divisor``, in a third of the time."""
    return values - values // divisor * divisor
