"""Values as integer codes into dictionaries that both files share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Codes = NDArray[np.int32]
"""Index of each record's value in a dictionary, -1 where it is missing."""

Positions = NDArray[np.int64]
"""Row numbers of records."""


@dataclass(frozen=True, eq=False)
class SharedColumn:
    """One column of two files, as codes into one dictionary.

    Parameters
    ----------
    left, right : (records,) int32 arrays
        Index of each record's value, -1 where it is missing; one array twice where a file is
        compared with itself.
    values : (distinct values,) array of str
    """

    left: Codes
    right: Codes
    values: NDArray[np.object_]

    @classmethod
    def of(cls, left: pd.Series[Any], right: pd.Series[Any]) -> SharedColumn:
        """Take two columns of any kind.

        Examples
        --------
        >>> zips = SharedColumn.of(pd.Series(["1", None]), pd.Series(["2", "1"]))
        >>> zips.left.tolist(), zips.right.tolist(), zips.values.tolist()
        ([0, -1], [1, 0], ['1', '2'])
        """
        if not _same_dictionary(left, right):
            left, right = _share(left, right)
        codes = np.asarray(left.cat.codes, np.int32)
        others = codes if right is left else np.asarray(right.cat.codes, np.int32)
        return cls(codes, others, np.asarray(left.cat.categories, dtype=object))


def share_codes(left: pd.DataFrame, right: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write the common columns of two frames as categories of one shared dictionary each.

    Parameters
    ----------
    left, right : pandas.DataFrame
        Only columns that both have are kept.

    Returns
    -------
    tuple of pandas.DataFrame
        Categorical columns with equal categories, labels replaced by positions; one frame twice
        where a frame is given twice.

    Examples
    --------
    >>> left, right = share_codes(pd.DataFrame({"zip": ["1", "2"]}), pd.DataFrame({"zip": ["2"]}))
    >>> left["zip"].cat.codes.tolist(), right["zip"].cat.codes.tolist()
    ([0, 1], [1])
    """
    shared: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    for column in [name for name in left.columns if name in right.columns]:
        pair = _share(left[column], right[column])
        for part, side in zip(pair, shared, strict=True):
            side[column] = part.reset_index(drop=True)
    first = pd.DataFrame(shared[0], copy=False)
    return first, first if right is left else pd.DataFrame(shared[1], copy=False)


def _share(left: pd.Series[Any], right: pd.Series[Any]) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Give two columns one dictionary: the values of the left, then those of the right alone."""
    if _same_dictionary(left, right):
        return left, right
    left, right = _categorical(left), _categorical(right)
    ours, theirs = left.cat.categories, right.cat.categories
    place = ours.get_indexer(theirs)
    new = place < 0
    place[new] = len(ours) + np.arange(np.count_nonzero(new))
    together = pd.CategoricalDtype(_joined(ours, theirs[new]))
    moved = np.append(place, -1)[right.cat.codes]  # -1, missing, takes the last: -1
    return tuple(  # type: ignore[return-value]
        pd.Series(pd.Categorical.from_codes(codes, dtype=together), index=column.index)
        for codes, column in ((left.cat.codes.to_numpy(), left), (moved, right))
    )


def _joined(first: pd.Index[Any], second: pd.Index[Any]) -> pd.Index[Any]:
    """Put values together; an empty side has no kind of value to agree on."""
    return first.append(second) if len(first) and len(second) else second if len(second) else first


def _categorical(column: pd.Series[Any]) -> pd.Series[Any]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column
    codes, values = pd.factorize(column)
    return pd.Series(pd.Categorical.from_codes(codes, categories=values), index=column.index)


def _same_dictionary(left: pd.Series[Any], right: pd.Series[Any]) -> bool:
    """Whether a code means the same on both sides; equal dtypes may order categories otherwise."""
    categorical = all(isinstance(side.dtype, pd.CategoricalDtype) for side in (left, right))
    return categorical and left.cat.categories.equals(right.cat.categories)


def shared_columns(
    left: pd.DataFrame, right: pd.DataFrame, names: Iterable[str]
) -> tuple[SharedColumn, ...]:
    """Take several columns of two frames."""
    return tuple(SharedColumn.of(left[name], right[name]) for name in names)
