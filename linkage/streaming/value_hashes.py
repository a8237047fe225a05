"""Values of prepared records, and keys made of them, as 64-bit numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self, TypeVar

import numpy as np
import pandas as pd
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


SPARSENESS: Final = 16
"""Places for each number in the table that is looked into first, at least: few others get past."""


@dataclass(frozen=True, eq=False)
class Lookup:
    """Finds some numbers among many others, quickly where few are among them.

    Parameters
    ----------
    numbers : (numbers,) uint64 array
        Ascending, each once.
    taken : (places,) bool array
        Which last bits occur: whatever is not there need not be searched for.

    Examples
    --------
    >>> rows, places = Lookup.of(np.array([7, 5], np.uint64)).find(np.array([9, 7, 7], np.uint64))
    >>> rows.tolist(), places.tolist()
    ([1, 2], [1, 1])
    """

    numbers: Hashes
    taken: NDArray[np.bool_]

    @classmethod
    def of(cls, numbers: Hashes) -> Self:
        """Take numbers in any order; `NOTHING` is left out."""
        distinct = ascending(numbers[numbers != NOTHING])
        taken = np.zeros(1 << (SPARSENESS * len(distinct)).bit_length(), np.bool_)
        taken[distinct & np.uint64(len(taken) - 1)] = True
        return cls(distinct, taken)

    def find(self, others: Hashes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Tell which of the others are found, ascending, and at which place each."""
        if not len(self.numbers):
            return np.empty(0, np.intp), np.empty(0, np.intp)
        maybe = np.flatnonzero(self.taken[others & np.uint64(len(self.taken) - 1)])
        wanted = others[maybe]
        places = np.searchsorted(self.numbers, wanted).clip(max=len(self.numbers) - 1)
        found = self.numbers[places] == wanted
        return maybe[found], places[found]


def joint_hashes(records: pd.DataFrame, columns: Sequence[str]) -> Hashes:
    """Hash what records have in some columns together; `NOTHING` where any is missing.

    Examples
    --------
    >>> homes = pd.DataFrame({"zip": ["02139", "02139", None], "unit": ["1", "1", "2"]})
    >>> one, other, none = joint_hashes(homes, ("zip", "unit"))
    >>> bool(one == other), int(none)
    (True, 0)
    """
    return combined([_of_column(records[name]) for name in columns])


MOST_REMEMBERED: Final = 500_000
"""Values whose forms are remembered, of each key."""


class FormHashes:
    """Hashes the forms that keys give to values, and remembers them: names come again and again.

    Examples
    --------
    >>> names = pd.DataFrame({"surname": ["VASQUEZ", "VELEZ VAZQUEZ"]})
    >>> first, last = FormHashes().of(names, "surname_sound")
    >>> bool(first[0] == last[1])
    True
    """

    def __init__(self) -> None:
        self._places: dict[str, dict[str, int]] = {}
        self._hashes: dict[str, NDArray[np.uint64]] = {}

    def of(self, records: pd.DataFrame, name: str) -> list[Hashes]:
        """Hash a column, or the forms of a key: one array a slot (see `linkage.linking.keys`)."""
        if name in records:
            return [_of_column(records[name])]
        key = KEYS[name]
        if len(key.columns) == 1:
            codes, values = _coded(records[key.columns[0]])
            return [np.append(form, NOTHING)[codes] for form in self._forms(name, values)]
        one, other = (
            np.append(self._forms(name, values)[0], NOTHING)[codes]
            for codes, values in (_coded(records[column]) for column in key.columns)
        )
        return [combined([np.minimum(one, other), np.maximum(one, other)])]

    def _forms(self, name: str, values: NDArray[Any]) -> NDArray[np.uint64]:
        """Hash the forms of values under a key: (slots, values)."""
        if len(self._places.get(name, {})) > MOST_REMEMBERED:
            del self._places[name], self._hashes[name]
        known = self._places.setdefault(name, {})
        texts = values.tolist()
        new = [text for text in texts if text not in known]
        if new or name not in self._hashes:
            forms = np.stack([_of_values(form)[:-1] for form in KEYS[name].forms(new)])
            before = self._hashes.get(name, forms[:, :0])
            known.update(zip(new, range(len(known), len(known) + len(new)), strict=True))
            self._hashes[name] = np.concatenate([before, forms], axis=1)
        return self._hashes[name][:, [known[text] for text in texts]]


def _of_column(column: pd.Series[Any]) -> Hashes:
    codes, values = _coded(column)
    return np.asarray(_of_values(values)[codes])


def _coded(column: pd.Series[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Number the values of a column, -1 where missing."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(np.intp), column.cat.categories.to_numpy(object)
    codes, values = pd.factorize(column)
    return codes.astype(np.intp), np.array(values, dtype=object)


def _of_values(values: Sequence[str | None] | NDArray[np.object_]) -> Hashes:
    """Hash texts, and missing ones as `NOTHING`, which stands at the end too: for the code -1."""
    texts = np.asarray(values, dtype=object)
    hashes = pd.util.hash_array(texts, categorize=False) if len(texts) else np.empty(0, np.uint64)
    hashes = np.maximum(hashes, np.uint64(1))
    hashes[pd.isna(texts)] = NOTHING
    return np.append(hashes, NOTHING)
