"""Taxpayer identification numbers: by default of ranges from which none was ever issued.

No Social Security number begins with 9, and no Individual Taxpayer Identification Number
has fourth and fifth digits other than 50-65, 70-88, 90-92 and 94-99 (93 is for adoptions; IRS).
Here 9xx-00 to 9xx-49 stand in for Social Security numbers and 9xx-66 to 9xx-69 for ITINs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthetic.randomness import Bijection, Stream, generator

TIN_TYPES = ("SSN", "ITIN")
TIN_RANGES = ("never_issued", "full")

#: Of every so many people at most one can have an ITIN; who finds none left borrows a number.
ITIN_EVERY = 8


@dataclass(frozen=True)
class NumberRange:
    """Nine-digit numbers: areas (first three digits), groups (two) and serials (four)."""

    areas: tuple[int, ...]
    groups: tuple[int, ...]
    serials: tuple[int, int]

    @property
    def count(self) -> int:
        """How many numbers there are."""
        return len(self.areas) * len(self.groups) * (self.serials[1] - self.serials[0])

    def numbers(self, ranks: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the numbers of these ranks, 0 .. count - 1."""
        first, last = self.serials
        rest = ranks // (last - first)
        serial = ranks - rest * (last - first)
        area = rest // len(self.groups)
        group = rest - area * len(self.groups)
        numbers: NDArray[np.int64] = (
            np.array(self.areas)[area] * 1_000_000
            + np.array(self.groups)[group] * 10_000
            + (serial + first)
        )
        return numbers

    def runs(self) -> list[tuple[int, int]]:
        """Return each run of neighbouring numbers, as (first, one past the last)."""
        first, last = self.serials
        if last - first == 10_000:
            breaks = [(group, stop + 1) for group, stop in _runs_of(self.groups)]
            return [
                (area * 1_000_000 + group * 10_000, area * 1_000_000 + stop * 10_000)
                for area in self.areas
                for group, stop in breaks
            ]
        return [
            (start + first, start + last)
            for area in self.areas
            for start in (area * 1_000_000 + group * 10_000 for group in self.groups)
        ]


def _runs_of(values: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return first and last of each run of neighbours."""
    ordered = np.array(values)
    cuts = np.flatnonzero(np.diff(ordered) != 1)
    firsts, lasts = ordered[np.r_[0, cuts + 1]], ordered[np.r_[cuts, len(ordered) - 1]]
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))


_NINES = tuple(range(900, 1000))
_ISSUED_GROUPS = (*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100))
_RANGES = {
    ("never_issued", "SSN"): NumberRange(_NINES, tuple(range(50)), (0, 10_000)),
    ("never_issued", "ITIN"): NumberRange(_NINES, tuple(range(66, 70)), (0, 10_000)),
    ("full", "SSN"): NumberRange(
        tuple(area for area in range(1, 900) if area != 666), tuple(range(1, 100)), (1, 10_000)
    ),
    ("full", "ITIN"): NumberRange(_NINES, _ISSUED_GROUPS, (0, 10_000)),
}


def tin_ranges(tins: str = "never_issued") -> list[tuple[int, int]]:
    """Return every range of numbers a world can issue, as (first, one past the last).

    An adversary who tries all numbers has these to try: 54 million by default, 933 million
    with ``tins="full"``. Numbers of the full ranges may be somebody's: they are for
    studies of how long trying all numbers takes, never for files that leave the house.

    Examples
    --------
    >>> ranges = tin_ranges()
    >>> ranges[:2], sum(stop - start for start, stop in ranges)
    ([(900000000, 900500000), (900660000, 900700000)], 54000000)
    """
    return sorted(run for kind in TIN_TYPES for run in _RANGES[tins, kind].runs())


def tin_capacity(tins: Any) -> int:
    """Return how many people can be given a number.

    The upper half of the numbers like Social Security numbers is for strangers, whom
    requests are about.
    """
    if tins not in TIN_RANGES:
        return 2**62
    return min(_RANGES[tins, "SSN"].count // 2, _RANGES[tins, "ITIN"].count * ITIN_EVERY)


def issue_ssns(person_id: NDArray[np.int64], tins: str, seed: int) -> NDArray[np.int64]:
    """Return the Social Security number of each person: a different one for each, whoever asks."""
    numbers = _RANGES[tins, "SSN"]
    return numbers.numbers(_numbering(numbers.count, seed, Stream.SSN_KEY)(person_id))


def issue_itins(ranks: NDArray[np.int64], tins: str, seed: int) -> NDArray[np.int64]:
    """Return an ITIN for each rank 0, 1, 2, ... of the world's places for them."""
    numbers = _RANGES[tins, "ITIN"]
    return numbers.numbers(_numbering(numbers.count, seed, Stream.ITIN_KEY)(ranks))


def issue_stranger_ssns(ranks: NDArray[np.int64], tins: str, seed: int) -> NDArray[np.int64]:
    """Return numbers that no person of any world has, one for each rank 0, 1, 2, ..."""
    return issue_ssns(_RANGES[tins, "SSN"].count // 2 + ranks, tins, seed)


@cache
def _numbering(count: int, seed: int, stream: Stream) -> Bijection:
    return Bijection.draw(count, rng=generator(seed, stream))
