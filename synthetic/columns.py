"""Codes and numbers become text here, and only when a file is written.

A text column is composed of pieces: words of a dictionary, set one after another. A street
is a direction, a name and a suffix; a number is groups of three digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

TEXT = pd.StringDtype("pyarrow")

#: Text in Arrow memory, the form every file holds it in.
Words: TypeAlias = pa.Array
#: Codes of pieces, or anything numpy counts with.
Codes: TypeAlias = NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class Dictionary:
    """Words that texts are composed of, as bytes one after another.

    Examples
    --------
    >>> streets = Dictionary.of(["N ", "OAK", " ST", " AVE"])
    >>> codes = np.array([[0, 1, 2], [-1, 1, 3], [-1, -1, -1]])
    >>> streets.compose(*codes.T).to_pylist()
    ['N OAK ST', 'OAK AVE', None]
    """

    letters: NDArray[np.uint8]
    ends: NDArray[np.int32]

    @classmethod
    def of(cls, texts: Iterable[str] | Words) -> Dictionary:
        """Return the dictionary of these words, coded 0, 1, 2, ..."""
        array = texts if isinstance(texts, pa.Array) else words(texts)
        array = array.cast(pa.large_string())
        _, ends, letters = array.buffers()
        start = np.frombuffer(ends, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
        return cls(np.frombuffer(letters or b"", dtype=np.uint8), start.astype(np.int32))

    def __len__(self) -> int:
        """Return how many words there are."""
        return len(self.ends) - 1

    @cached_property
    def blocks(self) -> NDArray[np.void] | None:
        """The words as blocks of memory, if all are of one length."""
        lengths = np.diff(self.ends)
        if not len(lengths) or lengths[0] == 0 or (lengths != lengths[0]).any():
            return None
        return self.letters[self.ends[0] : self.ends[-1]].view(f"V{lengths[0]}")

    def compose(self, *pieces: Codes) -> Words:
        """Return the texts made of these pieces; -1 is none, and all -1 a missing text."""
        codes = np.stack(pieces, axis=1) if len(pieces) > 1 else pieces[0][:, None]
        if self.blocks is not None and not (codes < 0).any():
            return self._of_one_length(codes, self.blocks)
        ends, letters, missing = _compose(codes, self.letters, self.ends)
        present = pa.array(~missing).buffers()[1] if missing.any() else None
        buffers = [present, pa.py_buffer(ends), pa.py_buffer(letters)]
        return pa.Array.from_buffers(pa.large_string(), len(codes), buffers)

    def _of_one_length(self, codes: Codes, blocks: NDArray[np.void]) -> Words:
        rows, width = codes.shape
        ends = np.arange(rows + 1, dtype=np.int64) * (width * blocks.itemsize)
        letters = blocks.take(codes.ravel())
        buffers = [None, pa.py_buffer(ends), pa.py_buffer(letters.view(np.uint8))]
        return pa.Array.from_buffers(pa.large_string(), rows, buffers)


#: Letters copied at once, in one machine instruction; most words are no longer.
_AT_ONCE = np.uint64(16)


@njit(cache=True)
def _compose(codes: Any, letters: Any, word_ends: Any) -> Any:
    """Return ends, letters and which texts are missing: measure first, then copy.

    A short word is copied with what follows it, and the next one overwrites that. Unsigned
    places spare a test for negative ones at every letter.
    """
    rows, width = codes.shape
    ends = np.zeros(rows + 1, dtype=np.int64)
    missing = np.ones(rows, dtype=np.bool_)
    for row in range(rows):
        ends[row + 1] = ends[row]
        for piece in range(width):
            code = codes[row, piece]
            if code >= 0:
                ends[row + 1] += word_ends[code + 1] - word_ends[code]
                missing[row] = False
    text = np.empty(ends[rows] + 16, dtype=np.uint8)
    stored = np.uint64(len(letters))
    place = np.uint64(0)
    for row in range(rows):
        for piece in range(width):
            code = codes[row, piece]
            if code >= 0:
                first = np.uint64(word_ends[code])
                length = np.uint64(word_ends[code + 1]) - first
                if length <= _AT_ONCE and first + _AT_ONCE <= stored:
                    for letter in range(_AT_ONCE):
                        text[place + letter] = letters[first + letter]
                else:
                    for letter in range(length):
                        text[place + letter] = letters[first + letter]
                place += length
    return ends, text[: ends[rows]], missing


def words(values: Iterable[str | None]) -> Words:
    """Return the values as Arrow text."""
    return pa.array(list(values), type=pa.large_string())


def whole_numbers(values: Codes) -> Words:
    """Return whole numbers below 100,000 as text; a negative one is a missing value.

    Examples
    --------
    >>> whole_numbers(np.array([7, -1, 1200])).to_pylist()
    ['7', None, '1200']
    """
    return _whole_numbers().compose(values)


def nine_digits(values: Codes) -> Words:
    """Return whole numbers as nine digits; a negative one is a missing value.

    Examples
    --------
    >>> nine_digits(np.array([900_000_017, -1])).to_pylist()
    ['900000017', None]
    """
    # Division alone is several times as fast as divmod.
    rest = values // 1000
    high = rest // 1000
    parts = [high, rest - 1000 * high, values - 1000 * rest]
    if (values < 0).any():
        parts = [np.where(values < 0, -1, part) for part in parts]
    return _three_digits().compose(*parts)


def iso_dates(days: NDArray[np.datetime64]) -> Words:
    """Return days from 1840 to 2149 as YYYY-MM-DD; NaT is a missing value.

    Examples
    --------
    >>> iso_dates(np.array(["1987-03-09"], dtype="datetime64[D]")).to_pylist()
    ['1987-03-09']
    """
    return _dates().compose(np.where(np.isnat(days), -1, (days - _FIRST_DAY).astype(np.int64)))


_FIRST_DAY = np.datetime64("1840-01-01", "D")


@cache
def _whole_numbers() -> Dictionary:
    return Dictionary.of(str(value) for value in range(100_000))


@cache
def _three_digits() -> Dictionary:
    return Dictionary.of(f"{value:03d}" for value in range(1000))


@cache
def _dates() -> Dictionary:
    days = np.arange(_FIRST_DAY, np.datetime64("2150-01-01", "D"))
    return Dictionary.of(str(day) for day in days)


def text_frame(columns: Mapping[str, Words | NDArray[Any]]) -> pd.DataFrame:
    """Return a frame whose text columns all have the pandas type ``TEXT``."""
    return pd.DataFrame({name: _series(values) for name, values in columns.items()})


def frame_of(batch: pa.RecordBatch | pa.Table) -> pd.DataFrame:
    """Return a batch of rows as a frame, likewise, without copying its text."""
    return text_frame({name: batch.column(name) for name in batch.schema.names})


def _series(values: Any) -> pd.Series:
    if isinstance(values, np.ndarray):
        return pd.Series(values)
    if pa.types.is_large_string(values.type):
        whole = values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([values])
        return pd.Series(pd.arrays.ArrowStringArray(whole.combine_chunks()))
    return pd.Series(
        values.to_numpy(zero_copy_only=False) if isinstance(values, pa.Array) else values.to_numpy()
    )
