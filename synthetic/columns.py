"""Codes and numbers become text here, and only when a frame is built."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

TEXT = pd.StringDtype("pyarrow")

#: Text in Arrow memory, the form every frame holds it in.
Words: TypeAlias = pa.Array
#: Text as Python strings or None, for the few rows that are edited one by one.
Column: TypeAlias = NDArray[np.object_]


def words(values: Iterable[str | None]) -> Words:
    """Return the values as Arrow text."""
    return pa.array(list(values), type=pa.large_string())


def take(dictionary: Words, codes: NDArray[np.int64]) -> Words:
    """Return the words behind the codes; a negative code is a missing value.

    Examples
    --------
    >>> take(words(["A", "B"]), np.array([1, -1, 0])).to_pylist()
    ['B', None, 'A']
    """
    return dictionary.take(pa.array(codes, mask=codes < 0))


def digits(numbers: NDArray[np.int64], width: int = 1) -> Words:
    """Return whole numbers as text, with leading zeros up to ``width``."""
    return pc.utf8_lpad(pa.array(numbers).cast(pa.large_string()), width=width, padding="0")


def iso_dates(days: NDArray[np.datetime64]) -> Words:
    """Return days as YYYY-MM-DD."""
    return pa.array(days.astype("datetime64[D]")).cast(pa.large_string())


def join(left: Words, right: Words) -> Words:
    """Return "left right", or left alone where right is missing."""
    space = pa.scalar(" ", type=pa.large_string())
    return pc.binary_join_element_wise(left, right, space, null_handling="skip")


def frame(columns: dict[str, Words | Column | NDArray[np.generic]]) -> pd.DataFrame:
    """Return a frame whose text columns all have the pandas type ``TEXT``."""
    return pd.DataFrame({name: _series(values) for name, values in columns.items()})


def concat(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Stack frames of the same columns, each text column in one piece of memory."""
    if len(frames) == 1:
        return frames[0]
    whole = pd.concat(frames, ignore_index=True)
    for name in whole.columns[whole.dtypes == TEXT]:
        whole[name] = _text(pa.array(whole[name]).combine_chunks())
    return whole


def _series(values: Words | Column | NDArray[np.generic]) -> pd.Series:
    if isinstance(values, np.ndarray) and values.dtype != object:
        return pd.Series(values)
    return pd.Series(_text(values if isinstance(values, pa.Array) else words(values)))


def _text(values: Words) -> pd.arrays.ArrowStringArray:
    return pd.arrays.ArrowStringArray(pa.chunked_array([values]))
