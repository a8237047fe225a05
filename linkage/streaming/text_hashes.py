"""Whole columns of Arrow text as 64-bit numbers, equal where letters and digits are."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

NOTHING: Final = np.uint64(0)
"""Stands for a missing value, or one without any letter or digit."""

_START: Final = np.uint64(0xCBF29CE484222325)
_FACTOR: Final = np.uint64(0x100000001B3)


def text_hashes(column: pa.Array, most: int = 0) -> Hashes:
    """Hash each text by its letters and digits alone, so that signs and spaces do not matter.

    FNV-1a, 64 bits (Fowler, Noll & Vo; draft-eastlake-fnv). Not for secrets.

    Parameters
    ----------
    column : pyarrow.Array
        Of text in capitals.
    most : int
        Letters of the first word read at most; 0 reads all there are.

    Returns
    -------
    (rows,) uint64 array
        `NOTHING` where there is no letter.

    Examples
    --------
    >>> one, other, none = text_hashes(pa.array(["O'NEIL", "ONEILL", None]), 5)
    >>> bool(one == other), int(none)
    (True, 0)
    """
    column = column.cast(pa.large_string())
    present, ends, letters = column.buffers()
    rows = slice(column.offset, column.offset + len(column) + 1)
    begins = np.frombuffer(ends, np.int64)[rows] if ends is not None else np.zeros(1, np.int64)
    text = np.frombuffer(letters, np.uint8) if letters is not None else np.zeros(0, np.uint8)
    hashes = _hashed(text, begins, most or np.iinfo(np.int64).max, most > 0)
    if present is not None and column.null_count:
        hashes[np.asarray(column.is_null())] = NOTHING
    return np.asarray(hashes, np.uint64)


def combined(columns: list[Hashes]) -> Hashes:
    """Combine the hashes of several columns, in order; `NOTHING` where any is missing.

    Examples
    --------
    >>> one = np.array([3, 0], np.uint64)
    >>> combined([one, one]).tolist()[1]
    0
    """
    total = columns[0].copy()
    for column in columns[1:]:
        total = (total ^ (total >> np.uint64(29))) * _FACTOR + column
    for column in columns:
        total[column == NOTHING] = NOTHING
    return total


@njit(cache=True)
def _hashed(text: Any, begins: Any, most: int, ended: bool) -> Any:
    hashes = np.zeros(len(begins) - 1, dtype=np.uint64)
    for row in range(len(hashes)):
        value, read = _START, 0
        for place in range(begins[row], begins[row + 1]):
            sign = text[place]
            if read < most and (48 <= sign <= 57 or 65 <= sign <= 90 or sign >= 128):
                value = (value ^ np.uint64(sign)) * _FACTOR
                read += 1
            elif ended and read and sign != 39 and sign != 46 and sign != 96:  # they end no word
                break
        if read:
            hashes[row] = value
    return hashes
