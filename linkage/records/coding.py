"""Columns as integer codes into a dictionary of clean values, each value cleaned once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

Column: TypeAlias = "pd.Series[Any] | pa.ChunkedArray"


@dataclass(frozen=True, eq=False)
class Coded:
    """A column as codes.

    Parameters
    ----------
    codes : (rows,) int32 array
        Index of each row's value, -1 where it is missing.
    values : list
        Distinct values.
    """

    codes: NDArray[np.int32]
    values: list[Any]

    def cleaned(
        self,
        clean: Callable[[Any], str | None],
        known: dict[Any, str | None] | None = None,
        already: NDArray[np.bool_] | None = None,
    ) -> tuple[Coded, Coded]:
        """Clean the values.

        Parameters
        ----------
        clean : callable
            Value to text, or None where it means a missing one.
        known : dict, optional
            Values that were cleaned before, to which these are added.
        already : (values,) bool array, optional
            Values that are clean, so that they need not be looked at.

        Returns
        -------
        tuple of Coded
            The clean column; and of the values that could not be read (ValueError), missing in it.
        """
        known = {} if known is None else known
        places = np.arange(len(self.values)) if already is None else np.flatnonzero(~already)
        if not len(places):
            return self, Coded(np.full(len(self.codes), -1, np.int32), [])
        values = [self.values[place] for place in places]
        for value in [value for value in values if value not in known]:
            with suppress(ValueError):
                known[value] = clean(value)
        clean_values = np.array(self.values, dtype=object)
        clean_values[places] = list(map(known.get, values))
        unreadable = [number for number in places if self.values[number] not in known]
        merged, distinct = pd.factorize(clean_values)
        cleaned = Coded(self._moved(merged), list(distinct))
        bad = np.full(len(self.values), -1)
        bad[unreadable] = np.arange(len(unreadable))
        return cleaned, Coded(self._moved(bad), [self.values[number] for number in unreadable])

    def _moved(self, places: NDArray[Any]) -> NDArray[np.int32]:
        """Codes of the same rows, each value at a new place."""
        if np.array_equal(places, np.arange(len(places))):
            return self.codes
        if (places < 0).all():
            return np.full(len(self.codes), -1, np.int32)
        moved = np.append(places, -1).astype(np.int32)  # -1, missing, takes the last: -1
        return moved[self.codes]

    def replaced(self, places: NDArray[np.intp], others: Coded) -> Coded:
        """Give the rows at some places other values."""
        if not len(places):
            return self
        values, moved = _joined(self.values, others.values)
        codes = self.codes.copy()
        codes[places] = moved[others.codes]
        return Coded(codes, values)

    def categorical(self) -> pd.Categorical:
        """Give the column as pandas keeps it."""
        kind = pd.CategoricalDtype(pd.Index(self.values, dtype=object))
        return pd.Categorical.from_codes(self.codes, dtype=kind)


def coded(column: Column) -> Coded:
    """Find the distinct values of a column of any kind.

    Dates and times become YYYY-MM-DD; anything else is kept as it is.

    Raises
    ------
    TypeError
        If a value is a list or the like.

    Examples
    --------
    >>> coded(pd.Series(["b", None, "a", "b"])).values
    ['b', 'a']
    >>> coded(pa.chunked_array([[2139, None], [2139]])).values
    [2139]
    """
    codes, values = _of_arrow(column) if isinstance(column, pa.ChunkedArray) else _of_pandas(column)
    return Coded(codes, _plain(values))


def stacked(parts: list[Coded]) -> Coded:
    """Put columns one under another.

    Examples
    --------
    >>> column = stacked([coded(pd.Series(["a", "b"])), coded(pd.Series(["b", None, "c"]))])
    >>> column.codes.tolist(), column.values
    ([0, 1, 1, -1, 2], ['a', 'b', 'c'])
    """
    places, values = pd.factorize(np.array([v for part in parts for v in part.values], object))
    starts = np.cumsum([0, *(len(part.values) for part in parts)])
    codes = [
        np.append(places[start : start + len(part.values)], -1).astype(np.int32)[part.codes]
        for part, start in zip(parts, starts, strict=False)
    ]
    return Coded(np.concatenate(codes), list(values))


def _joined(first: list[Any], second: list[Any]) -> tuple[list[Any], NDArray[np.int32]]:
    """All values of two lists, and the places of the second's; a last place serves missing ones."""
    places = pd.Index(first, dtype=object).get_indexer(pd.Index(second, dtype=object))
    new = np.flatnonzero(places < 0)
    places[new] = len(first) + np.arange(len(new))
    return [*first, *(second[place] for place in new)], np.append(places, -1).astype(np.int32)


def _of_arrow(column: pa.ChunkedArray) -> tuple[NDArray[np.int32], pd.Series[Any]]:
    kind = column.type
    if pa.types.is_dictionary(kind) and not pa.types.is_null(kind.value_type):
        column = column.unify_dictionaries()
    elif pa.types.is_nested(kind):
        raise TypeError(f"a column of {kind}")
    else:
        column = column.dictionary_encode()
    if not column.num_chunks:
        return np.empty(0, np.int32), pd.Series([], dtype=object)
    parts = [chunk.indices.cast(pa.int32()).fill_null(-1).to_numpy() for chunk in column.chunks]
    codes: NDArray[np.int32] = np.concatenate(parts)
    values = column.chunk(0).dictionary
    absent = np.asarray(values.is_null())
    if absent.any():  # a dictionary may hold a null itself
        codes = np.where(np.append(absent, False)[codes], np.int32(-1), codes)
    return codes, pd.Series(values.to_pandas())


def _of_pandas(column: pd.Series[Any]) -> tuple[NDArray[np.int32], pd.Series[Any]]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return np.asarray(column.cat.codes, np.int32), pd.Series(column.cat.categories)
    codes, values = pd.factorize(column)
    return codes.astype(np.int32), pd.Series(values)


def _plain(values: pd.Series[Any]) -> list[Any]:
    """Write distinct dates as text."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return list(values.dt.strftime("%Y-%m-%d"))
    return list(values)
