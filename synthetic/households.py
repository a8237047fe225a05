"""Who lives together: how many, and how they are related."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from synthetic.geography import zips
from synthetic.randomness import Distributions

#: Households of 1, 2, 3, ... people (CPS 2022-24; the tail above 7 is a prior).
SIZE_SHARES = np.array([29, 34.5, 15, 12.5, 6, 2, 0.6, 0.2, 0.1, 0.1]) / 100
#: ZIPs are told apart by mean household size, in steps of a tenth of a person.
_MEAN_SIZES = np.arange(1.2, 5.0, 0.1)

#: Households of 1, 2, 3, ... people with a married couple at the head. Priors, so chosen
#: that about 47% of all households have one (CPS 2022).
COUPLE_SHARES = np.array([0, 0.62, 0.62, 0.74, 0.74, 0.70, 0.62, 0.62, 0.62, 0.62])
#: Members besides the couple who are children of the head, of any age. Priors, so chosen
#: that about 30% of all people are (near CPS 2022).
CHILD_SHARES = np.array([0, 0.36, 0.77, 0.86, 0.85, 0.80, 0.74, 0.69, 0.64, 0.64])
#: Members besides those who are kin of the head; the rest are not related. Prior.
RELATIVE_SHARE = 0.60


class Relation(IntEnum):
    """How a person is related to the head of the household."""

    HEAD = 0
    SPOUSE = 1
    CHILD = 2
    RELATIVE = 3
    NONRELATIVE = 4


@dataclass(frozen=True, eq=False)
class Households:
    """People in order of household, the head first and the spouse second.

    ``size``, ``start`` (the head's position) and ``couple`` have one entry a household;
    ``of`` (the household's number) and ``relation`` one a person.
    """

    size: NDArray[np.int64]
    start: NDArray[np.int64]
    couple: NDArray[np.bool_]
    of: NDArray[np.int64]
    relation: NDArray[np.int64]

    @property
    def head(self) -> NDArray[np.int64]:
        """Position of the head of each person's household."""
        return self.start[self.of]


def draw_households(zip_of: NDArray[np.int64], *, rng: np.random.Generator) -> Households:
    """Return households of the people who live in these ZIPs, of the size usual there."""
    people = len(zip_of)
    size = _sizes().fill(_size_groups()[zip_of], rng=rng)
    start = np.cumsum(size) - size
    of = np.repeat(np.arange(len(size)), size)
    couple = rng.random(len(size)) < COUPLE_SHARES[size - 1]
    chance = rng.random(people)
    child_share = CHILD_SHARES[size - 1][of]
    relative_share = child_share + (1 - child_share) * RELATIVE_SHARE
    other = np.where(chance < relative_share, Relation.RELATIVE, Relation.NONRELATIVE)
    relation = np.where(chance < child_share, Relation.CHILD, other).astype(np.int64)
    relation[start] = Relation.HEAD
    relation[start[couple] + 1] = Relation.SPOUSE
    return Households(size, start, couple, of, relation)


@cache
def _sizes() -> Distributions:
    """Return household sizes for each mean: the nation's shares times a power of the size."""
    return Distributions.of([_tilted(mean) for mean in _MEAN_SIZES])


@cache
def _size_groups() -> NDArray[np.int64]:
    """Return the group of household sizes that each ZIP belongs to."""
    step = np.round((zips().household_size - _MEAN_SIZES[0]) * 10).astype(np.int64)
    group: NDArray[np.int64] = np.clip(step, 0, len(_MEAN_SIZES) - 1)
    return group


def _tilted(mean: float) -> NDArray[np.float64]:
    """Return shares p[k] proportional to SIZE_SHARES[k] x factor^k that have this mean.

    The tilt that changes the shares least in relative entropy (Csiszar 1975,
    doi:10.1214/aop/1176996454).
    """
    sizes = np.arange(1, len(SIZE_SHARES) + 1)
    low, high = 1e-3, 1e3
    shares = SIZE_SHARES
    for _ in range(60):
        factor = np.sqrt(low * high)
        shares = SIZE_SHARES * factor**sizes
        shares = shares / shares.sum()
        low, high = (factor, high) if shares @ sizes < mean else (low, factor)
    return shares
