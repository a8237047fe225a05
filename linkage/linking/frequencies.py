"""How rare a value is: agreement on a rare one says more than on a common one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.linking.codes import Codes, Positions

Bits = NDArray[np.float32]

Rarity = Callable[[Positions], Bits]
"""Takes positions; gives how rare each record's value is, -log2 of its share of the file."""

MOST_BUCKETS: Final = 24
"""Binary logarithm of the most counters kept for values of several columns together."""

LEAST_COUNT: Final = 1 / 16
"""Records that a value stands for at least: four bits beyond the largest count can show."""

STEP: Final = 1 << 16
"""Records whose keys are made together, in the cache."""

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
"""2**64 over the golden ratio: spreads keys over the counters (Knuth, TAOCP 3, 6.4)."""


def rarity(
    file: pd.DataFrame, columns: tuple[str, ...], person: NDArray[np.float64] | None = None
) -> Rarity:
    """Find out how rare the joint values of some columns are in a file.

    The share of a value among the records is the probability that a stranger agrees on it
    (Winkler 1989, "Frequency-based matching in the Fellegi-Sunter model", Proc. ASA SRMS 778).
    A value that one record alone has says little about its share: it counts for the
    ``2 n2 / n1`` records of Good and Turing, n1 and n2 the numbers of values that one and two
    records have (Good 1953, doi:10.1093/biomet/40.3-4.237), within `LEAST_COUNT` and 1.

    Parameters
    ----------
    file : pandas.DataFrame
        Categorical columns.
    columns : tuple of str
        Values of several columns are counted by hashing, so that a count may include strangers
        that fell into the same counter: it is never too small, so rarity is never overstated.
    person : (records,) array, optional
        How much of a person each record is: a half for each of two that are one person.

    Returns
    -------
    callable
        Positions to bits. Where some of the values are missing it is the rarity of the rarest
        of the others, which that of all together is never below; 0 where all are.

    Examples
    --------
    >>> names = pd.DataFrame({"surname": pd.Categorical(["GARCIA"] * 3 + ["NG", None])})
    >>> rarity(names, ("surname",))(np.array([0, 3, 4])).round(2).tolist()
    [0.41999998688697815, 6.0, 0.0]
    """
    sizes = [max(len(file[name].cat.categories), 1) for name in columns]
    codes = [np.asarray(file[name].cat.codes) for name in columns]
    alone = [_one_column(part, size, person) for part, size in zip(codes, sizes, strict=True)]
    return alone[0] if len(columns) == 1 else _together(codes, sizes, alone, person)


class _Counts:
    """How many records, or persons, have each value, and how rare that makes it.

    Parameters
    ----------
    numbers : int array
        Which value each record has.
    size : int
        Distinct values there may be.
    person : (records,) array, optional
        How much of a person each record is.
    """

    def __init__(self, numbers: NDArray[Any], size: int, person: NDArray[Any] | None) -> None:
        counts = np.bincount(numbers, person, minlength=size)
        self._counts = np.rint(counts).astype(np.int32)
        times = np.bincount(self._counts)
        once, twice = (int(times[n]) if len(times) > n else 0 for n in (1, 2))
        self._bits = bits_of_counts(np.arange(max(len(times), 2)), counts.sum(), once, twice)

    def bits(self, numbers: NDArray[Any]) -> Bits:
        """Rarity of values by number."""
        rare: Bits = self._bits[self._counts[numbers]]
        return rare


def bits_of_counts(counts: NDArray[Any], total: float, once: float, twice: float) -> Bits:
    """Turn counts of values into how rare they are.

    Parameters
    ----------
    counts : array
        Records that have each value.
    total : float
        Records that have any.
    once, twice : float
        Values that one record has, and that two have, or as many for one another.

    Examples
    --------
    >>> bits_of_counts(np.array([0, 1, 4]), total=16, once=4, twice=1).tolist()
    [5.0, 5.0, 2.0]
    """
    stands_for = np.maximum(counts, 1).astype(np.float64)
    stands_for[counts <= 1] = np.clip(2 * twice / max(once, 1), LEAST_COUNT, 1.0)
    bits: Bits = (np.log2(max(float(total), 1.0)) - np.log2(stands_for)).astype(np.float32)
    return bits


def _one_column(
    codes: NDArray[np.signedinteger[Any]], size: int, person: NDArray[np.float64] | None
) -> Rarity:
    known = codes >= 0
    counts = _Counts(codes[known], size, None if person is None else person[known])
    table = np.append(counts.bits(np.arange(size)), np.float32(0))  # -1, missing, takes the last
    return lambda positions: table[codes[positions]]


def _together(
    codes: list[NDArray[np.signedinteger[Any]]],
    sizes: list[int],
    alone: list[Rarity],
    person: NDArray[np.float64] | None,
) -> Rarity:
    known = np.logical_and.reduce([part >= 0 for part in codes])
    buckets = min(int(np.ceil(np.log2(2 * len(known) + 1))), MOST_BUCKETS)

    def bucket(positions: Positions | slice) -> NDArray[np.uint64]:
        key = np.zeros(1, np.uint64)
        for part, size in zip(codes, sizes, strict=True):
            key = key * np.uint64(size) + part[positions].astype(np.uint64)
        return (key * _GOLDEN) >> np.uint64(64 - buckets)

    numbers = np.empty(len(known), np.int64)
    for start in range(0, len(known), STEP):
        piece = slice(start, start + STEP)
        numbers[piece] = bucket(piece)
    if not known.all():
        numbers, person = numbers[known], None if person is None else person[known]
    counts = _Counts(numbers, 1 << buckets, person)

    def bits(positions: Positions) -> Bits:
        rarest = np.maximum.reduce([single(positions) for single in alone])
        return np.where(known[positions], counts.bits(bucket(positions)), rarest)

    return bits


def expected_agreement(
    left: Codes, right: Codes, size: int, *, within: bool
) -> tuple[float, float]:
    """Count the pairs that have a value on both sides, and those of them that agree.

    Parameters
    ----------
    left, right : arrays of codes
    size : int
        Distinct values.
    within : bool
        Whether both are one file: then each pair of different records counts once.

    Examples
    --------
    >>> zips = np.array([0, 0, 1], np.int32)
    >>> expected_agreement(zips, zips, 2, within=True)
    (3.0, 1.0)
    """
    first = np.bincount(left[left >= 0], minlength=size).astype(np.float64)
    second = np.bincount(right[right >= 0], minlength=size).astype(np.float64)
    known, agree = float(first.sum() * second.sum()), float(first @ second)
    if within:
        return (known - float(first.sum())) / 2, (agree - float(first.sum())) / 2
    return known, agree
