"""Values of prepared records, and keys made of them, as 64-bit numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self, TypeVar

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray

from linkage.linking.keys import KEYS
from linkage.streaming.text_hashes import NOTHING, Hashes, combined

Number = TypeVar("Number", bound=np.integer[Any])


def ascending(numbers: NDArray[Number]) -> NDArray[Number]:
    """Give numbers in order, each once; for millions by far quicker than `numpy.unique`.

    Examples
    --------
    >>> ascending(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    ordered = np.sort(numbers)
    new = np.ones(len(ordered), np.bool_)
    new[1:] = ordered[1:] != ordered[:-1]
    return ordered[new]


@dataclass(frozen=True, eq=False)
class Lookup:
    """Finds some numbers among many others.

    Parameters
    ----------
    numbers : (numbers,) uint64 array
        Ascending, each once.
    starts : (buckets + 1,) int32 array
        Where the numbers begin that have the same first bits: about one a bucket, as hashes fall.

    Examples
    --------
    >>> rows, places = Lookup.of(np.array([7, 5], np.uint64)).find(np.array([9, 7, 7], np.uint64))
    >>> rows.tolist(), places.tolist()
    ([1, 2], [1, 1])
    """

    numbers: Hashes
    starts: NDArray[np.int32]

    @classmethod
    def of(cls, numbers: Hashes) -> Self:
        """Take numbers in any order; `NOTHING` is left out."""
        distinct = ascending(numbers[numbers != NOTHING])
        bits = np.uint64(max(len(distinct).bit_length(), 1))
        counts = np.bincount((distinct >> (_BITS - bits)).astype(np.intp), minlength=1 << int(bits))
        return cls(distinct, np.append(0, np.cumsum(counts)).astype(np.int32))

    def find(self, others: Hashes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Tell which of the others are found, ascending, and at which place each."""
        shift = _BITS - np.uint64(len(self.starts).bit_length() - 1)
        rows, places = _found(self.numbers, self.starts, shift, others)
        return rows, places


_BITS: Final = np.uint64(64)


@njit(cache=True, nogil=True)
def _found(numbers: Any, starts: Any, shift: Any, others: Any) -> Any:
    rows = np.empty(len(others), np.int64)
    places = np.empty(len(others), np.int64)
    found = 0
    for row in range(len(others)):
        wanted = others[row]
        bucket = wanted >> shift
        for place in range(starts[bucket], starts[bucket + np.uint64(1)]):
            if numbers[place] == wanted:
                rows[found], places[found] = row, place
                found += 1
                break
    return rows[:found].copy(), places[:found].copy()


@dataclass(frozen=True, eq=False)
class Distinct:
    """A column by its distinct values.

    Parameters
    ----------
    codes : (rows,) int array
        Which value each row has, -1 where missing.
    values : (values,) array of str
    hashes : (values,) uint64 array
    """

    codes: NDArray[np.intp]
    values: NDArray[np.object_]
    hashes: Hashes

    @classmethod
    def of(cls, column: pd.Series[Any]) -> Self:
        """Take a column of any kind."""
        if isinstance(column.dtype, pd.CategoricalDtype):
            codes = column.cat.codes.to_numpy(np.intp)
            values = column.cat.categories.to_numpy(object)
        else:
            codes, found = pd.factorize(column)
            values = np.array(found, dtype=object)
        return cls(codes.astype(np.intp, copy=False), values, _of_values(values))

    def of_rows(self, hashes: Hashes) -> Hashes:
        """Give each row what its value has, `NOTHING` where it is missing."""
        return np.append(hashes, NOTHING)[self.codes]


def joint_hashes(records: pd.DataFrame, columns: Sequence[str]) -> Hashes:
    """Hash what records have in some columns together; `NOTHING` where any is missing.

    Examples
    --------
    >>> homes = pd.DataFrame({"zip": ["02139", "02139", None], "unit": ["1", "1", "2"]})
    >>> one, other, none = joint_hashes(homes, ("zip", "unit"))
    >>> bool(one == other), int(none)
    (True, 0)
    """
    distinct = [Distinct.of(records[name]) for name in columns]
    return combined([each.of_rows(each.hashes) for each in distinct])


MOST_REMEMBERED: Final = 500_000
"""Values whose forms are remembered, of each key."""

WORTH_REMEMBERING: Final = 1 / 16
"""Share of a column's values that are new, from which they are remembered: to do so takes time."""


class FormHashes:
    """Hashes the forms that keys give to values, and remembers them: names come again and again.

    Examples
    --------
    >>> surnames = Distinct.of(pd.Series(["VASQUEZ", "VELEZ VAZQUEZ"]))
    >>> first, last = FormHashes().of("surname_sound", [surnames])
    >>> bool(first[0] == last[1])
    True
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[Lookup, NDArray[np.uint64]]] = {}

    def of(self, name: str, columns: Sequence[Distinct]) -> list[Hashes]:
        """Hash the forms of a key, whose columns are given: one array a slot.

        See `linkage.linking.keys`.
        """
        if len(columns) == 1:
            return [columns[0].of_rows(form) for form in self._forms(name, columns[0])]
        one, other = (each.of_rows(self._forms(name, each)[0]) for each in columns)
        return [combined([np.minimum(one, other), np.maximum(one, other)])]

    def _forms(self, name: str, column: Distinct) -> NDArray[np.uint64]:
        """Hash the forms of values under a key: (slots, values)."""
        if name not in self._known:
            return self._remember(name, column.hashes, _forms_of(name, column.values))
        lookup, known = self._known[name]
        rows, places = lookup.find(column.hashes)
        unknown = np.ones(len(column.hashes), np.bool_)
        unknown[rows] = False
        forms = np.empty((len(known), len(column.hashes)), np.uint64)
        forms[:, rows] = known[:, places]
        if unknown.any():
            forms[:, unknown] = _forms_of(name, column.values[unknown])
        if np.count_nonzero(unknown) > WORTH_REMEMBERING * len(unknown):
            few = len(lookup.numbers) <= MOST_REMEMBERED
            hashes, before = (lookup.numbers, known) if few else (lookup.numbers[:0], known[:, :0])
            self._remember(
                name,
                np.concatenate([hashes, column.hashes[unknown]]),
                np.concatenate([before, forms[:, unknown]], axis=1),
            )
        return forms

    def _remember(self, name: str, hashes: Hashes, forms: NDArray[np.uint64]) -> NDArray[np.uint64]:
        distinct, places = np.unique(hashes, return_index=True)
        self._known[name] = Lookup.of(distinct), forms[:, places]
        return forms


def _forms_of(name: str, values: NDArray[np.object_]) -> NDArray[np.uint64]:
    return np.stack([_of_values(form) for form in KEYS[name].forms(values.tolist())])


def _of_values(values: Sequence[str | None] | NDArray[np.object_]) -> Hashes:
    """Hash texts, and missing ones as `NOTHING`."""
    texts = np.asarray(values, dtype=object)
    if not len(texts):
        return np.empty(0, np.uint64)
    hashes = np.maximum(pd.util.hash_array(texts, categorize=False), np.uint64(1))
    hashes[pd.isna(texts)] = NOTHING
    return np.asarray(hashes, np.uint64)
