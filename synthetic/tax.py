"""Taxpayer identification numbers nobody holds, and who files how.

Real numbers would be somebody's. Those here begin with 9, which no Social Security number
does, and have fourth and fifth digits that no ITIN has ever had: 00-49 stand in for Social
Security numbers, 66-69 for ITINs (ITINs use 50-65, 70-88, 90-92 and 94-99, by the IRS).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from synthetic.households import Households, Relation
from synthetic.people import People
from synthetic.randomness import Bijection, Stream, generator

TIN_TYPES = ("SSN", "ITIN")

_FIRST_AREA, _AREAS, _AREA = 900, 100, 1_000_000
_SSN_SERIALS = 500_000
_ITIN_SERIALS = 40_000
_ITIN_OFFSET = 660_000


def tin_ranges() -> list[tuple[int, int]]:
    """Return every range of numbers a world can issue, as (first, one past the last).

    An adversary who tries all numbers has these 54 million to try.

    Examples
    --------
    >>> ranges = tin_ranges()
    >>> ranges[:2], sum(stop - start for start, stop in ranges)
    ([(900000000, 900500000), (900660000, 900700000)], 54000000)
    """
    starts = [area * _AREA for area in range(_FIRST_AREA, _FIRST_AREA + _AREAS)]
    return [
        (start + offset, start + offset + count)
        for start in starts
        for offset, count in ((0, _SSN_SERIALS), (_ITIN_OFFSET, _ITIN_SERIALS))
    ]


def tin_capacity(*, itins: bool) -> int:
    """Return how many people can be given a number, with or without ITINs among them.

    The upper half of the SSN-like numbers is for requests about strangers.
    """
    return _AREAS * _ITIN_SERIALS if itins else _AREAS * _SSN_SERIALS // 2


def issue_tins(
    person_id: NDArray[np.int64], itin: NDArray[np.bool_], seed: int
) -> NDArray[np.int64]:
    """Return the number of each person: a different one for each, whoever asks."""
    area, serial = np.divmod(
        _numbering(_SSN_SERIALS, seed, Stream.SSN_KEY)(person_id), _SSN_SERIALS
    )
    itins = _numbering(_ITIN_SERIALS, seed, Stream.ITIN_KEY)(person_id[itin])
    area[itin], serial[itin] = np.divmod(itins, _ITIN_SERIALS)
    tins: NDArray[np.int64] = (_FIRST_AREA + area) * _AREA + _ITIN_OFFSET * itin + serial
    return tins


@cache
def _numbering(serials: int, seed: int, stream: Stream) -> Bijection:
    return Bijection.draw(_AREAS * serials, rng=generator(seed, stream))


def issue_stranger_tins(ranks: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Return numbers that no person of any world has, one for each rank 0, 1, 2, ..."""
    return issue_tins(tin_capacity(itins=False) + ranks, np.zeros(len(ranks), np.bool_), seed)


class FilingStatus(IntEnum):
    """How a person files; who does not file has no return."""

    SINGLE = 0
    MARRIED_JOINT = 1
    MARRIED_SEPARATE = 2
    HEAD_OF_HOUSEHOLD = 3


#: Couples who both file and do so jointly: about 95% (IRS Statistics of Income, second-hand).
JOINT_SHARE = 0.95
#: Median income in dollars by status. Priors, near IRS Statistics of Income 2022.
MEDIAN_INCOMES = np.array([36_000, 112_000, 52_000, 44_000])
#: Spread of the logarithm of income. Prior.
INCOME_SIGMA = 0.8


@dataclass(frozen=True, eq=False)
class Returns:
    """The register's rows, in its order: who, and what the return says."""

    person: NDArray[np.int64]
    status: NDArray[np.int64]
    income: NDArray[np.int64]
    dependents: NDArray[np.int64]


def draw_returns(
    households: Households, people: People, filing_share: float, *, rng: np.random.Generator
) -> Returns:
    """Return the rows of those adults who file; a joint return is a row for each spouse."""
    spouse = households.relation == Relation.SPOUSE
    minors = np.bincount(households.of, ~people.adult).astype(np.int64)[households.of]
    # A couple decides as one, and a joint return has one income.
    decider = np.where(spouse, households.head, np.arange(len(spouse)))
    files = people.adult & (rng.random(len(spouse)) < filing_share)[decider]
    couple = spouse | ((households.relation == Relation.HEAD) & households.has_spouse)
    joint = (rng.random(len(spouse)) < JOINT_SHARE)[decider]
    parent = (households.relation == Relation.HEAD) & (minors > 0)

    status = np.select(
        [couple & joint, couple, parent],
        [FilingStatus.MARRIED_JOINT, FilingStatus.MARRIED_SEPARATE, FilingStatus.HEAD_OF_HOUSEHOLD],
        default=FilingStatus.SINGLE,
    )
    luck = rng.standard_normal(len(spouse))
    luck = np.where(couple & joint, luck[decider], luck)
    income = (MEDIAN_INCOMES[status] * np.exp(INCOME_SIGMA * luck)).astype(np.int64)
    claims = parent | (status == FilingStatus.MARRIED_JOINT)

    person = rng.permutation(np.flatnonzero(files))
    return Returns(person, status[person], income[person], np.where(claims, minors, 0)[person])
