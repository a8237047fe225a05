"""Where chance comes from: seeded streams, weighted draws and keyed one-to-one maps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from itertools import count
from math import gcd, isqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Stream(IntEnum):
    """What a stream of random numbers is for; no two purposes share one.

    The values are part of what makes a world: changing one changes every world.
    """

    GEOGRAPHY = 0
    ADDRESSES = 1
    PEOPLE = 2
    TAX = 3
    REQUEST_COUNTS = 4
    REQUESTS = 5
    ZIP_KEY = 6
    SSN_KEY = 7
    ITIN_KEY = 8


def generator(seed: int, stream: Stream, *key: int) -> np.random.Generator:
    """Return the generator of one purpose and place, whatever was drawn before it.

    Examples
    --------
    >>> first, again = (generator(7, Stream.PEOPLE, 3).random(5) for _ in range(2))
    >>> first.tolist() == again.tolist()
    True
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(int(stream), *key)))


@dataclass(frozen=True, eq=False)
class Distribution:
    """A weighted choice among the codes 0, 1, 2, ...

    Examples
    --------
    >>> Distribution.of([0, 3, 0]).draw(4, rng=np.random.default_rng(0)).tolist()
    [1, 1, 1, 1]
    """

    cumulative: NDArray[np.float64]

    @classmethod
    def of(cls, weights: ArrayLike) -> Distribution:
        """Return the distribution with these weights, which need not add to 1."""
        cumulative = np.cumsum(np.asarray(weights, dtype=np.float64))
        cumulative /= cumulative[-1]
        return cls(cumulative)

    def draw(self, size: int, *, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return ``size`` codes, drawn with replacement."""
        return np.searchsorted(self.cumulative, rng.random(size), side="right").astype(np.int64)


def draw_sizes(sizes: Distribution, total: int, *, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return group sizes that add up to ``total``; code 0 of ``sizes`` stands for size 1.

    The last group is cut to fit.

    Examples
    --------
    >>> draw_sizes(Distribution.of([0, 0, 1]), 8, rng=np.random.default_rng(0)).tolist()
    [3, 3, 2]
    """
    drawn = 1 + sizes.draw(total, rng=rng)
    ends = np.cumsum(drawn)
    last = int(np.searchsorted(ends, total))
    drawn[last] -= ends[last] - total
    return drawn[: last + 1]


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
        mixed = (values * self.multipliers[0] + self.offsets[0]) % self.size
        mixed = mixed % self.low * (self.size // self.low) + mixed // self.low
        return (mixed * self.multipliers[1] + self.offsets[1]) % self.size
