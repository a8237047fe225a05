"""Who lives together: how many, and how they are related."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from synthetic.randomness import Distribution, draw_sizes

#: Households of 1, 2, 3, ... people, in per cent (CPS 2022-24; the tail above 7 is a prior).
HOUSEHOLD_SIZES = Distribution.of([29, 34.5, 15, 12.5, 6, 2, 0.6, 0.2, 0.1, 0.1])

#: Households of 1, 2, 3, ... people with a married couple at the head. Priors, so chosen
#: that about 47% of all households have one (CPS 2022).
COUPLE_SHARES = np.array([0, 0.62, 0.62, 0.74, 0.74, 0.70, 0.62, 0.62, 0.62, 0.62])

#: Members besides the couple who are children of the head, likewise. Priors.
CHILD_SHARES = np.array([0, 0.42, 0.86, 0.92, 0.90, 0.85, 0.80, 0.75, 0.70, 0.70])


class Relation(IntEnum):
    """How a person is related to the head of the household."""

    HEAD = 0
    SPOUSE = 1
    CHILD = 2
    OTHER = 3


@dataclass(frozen=True, eq=False)
class Households:
    """People in order of household, the head first and the spouse second.

    ``size`` and ``start`` (the head's position) have one entry a household;
    ``of`` (the household's number) and ``relation`` one a person.
    """

    size: NDArray[np.int64]
    start: NDArray[np.int64]
    of: NDArray[np.int64]
    relation: NDArray[np.int64]

    @property
    def head(self) -> NDArray[np.int64]:
        """Position of each person's head of household."""
        return self.start[self.of]

    @property
    def has_spouse(self) -> NDArray[np.bool_]:
        """Whether a couple heads each person's household."""
        couples = np.zeros(len(self.size), dtype=np.bool_)
        couples[self.of[self.relation == Relation.SPOUSE]] = True
        return couples[self.of]


def draw_households(people: int, *, rng: np.random.Generator) -> Households:
    """Return households of ``people`` members in all."""
    size = draw_sizes(HOUSEHOLD_SIZES, people, rng=rng)
    start = np.cumsum(size) - size
    of = np.repeat(np.arange(len(size)), size)
    position = np.arange(people) - start[of]
    couple = (rng.random(len(size)) < COUPLE_SHARES[size - 1])[of]
    child = rng.random(people) < CHILD_SHARES[size - 1][of]
    relation = np.where(child, Relation.CHILD, Relation.OTHER).astype(np.int64)
    relation[couple & (position == 1)] = Relation.SPOUSE
    relation[position == 0] = Relation.HEAD
    return Households(size, start, of, relation)
