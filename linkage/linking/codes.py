"""Values as integer codes into dictionaries that both files share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Codes = NDArray[np.int64]


def share_codes(left: pd.DataFrame, right: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write the common columns of two frames as categories of one shared dictionary each.

    Parameters
    ----------
    left, right : pandas.DataFrame
        Only columns that both have are kept.

    Returns
    -------
    tuple of pandas.DataFrame
        Categorical columns with equal categories, labels replaced by positions.

    Examples
    --------
    >>> left, right = share_codes(pd.DataFrame({"zip": ["1", "2"]}), pd.DataFrame({"zip": ["2"]}))
    >>> left["zip"].cat.codes.tolist(), right["zip"].cat.codes.tolist()
    ([0, 1], [1])
    """
    shared: tuple[dict[str, pd.Categorical], dict[str, pd.Categorical]] = ({}, {})
    for column in [name for name in left.columns if name in right.columns]:
        codes, values = pd.factorize(pd.concat([left[column], right[column]], ignore_index=True))
        for part, side in zip((codes[: len(left)], codes[len(left) :]), shared, strict=True):
            side[column] = pd.Categorical.from_codes(part, categories=values)
    return pd.DataFrame(shared[0]), pd.DataFrame(shared[1])


def paired_codes(
    left: pd.Series[Any], right: pd.Series[Any]
) -> tuple[Codes, Codes, NDArray[np.object_]]:
    """Give the codes of two columns and the dictionary behind them, whatever the columns are.

    Returns
    -------
    tuple of arrays
        Codes of left and right, -1 where missing, and the distinct values.
    """
    if not _same_dictionary(left, right):
        shared_left, shared_right = share_codes(left.to_frame("value"), right.to_frame("value"))
        left, right = shared_left["value"], shared_right["value"]
    codes = (np.asarray(side.cat.codes, np.int64) for side in (left, right))
    return *codes, np.asarray(left.cat.categories, dtype=object)  # type: ignore[return-value]


def _same_dictionary(left: pd.Series[Any], right: pd.Series[Any]) -> bool:
    """Whether a code means the same on both sides; equal dtypes may order categories otherwise."""
    categorical = all(isinstance(side.dtype, pd.CategoricalDtype) for side in (left, right))
    return categorical and left.cat.categories.equals(right.cat.categories)


def combined_codes(left: pd.DataFrame, right: pd.DataFrame) -> tuple[Codes, Codes]:
    """Number the combinations of several columns; -1 where any part is missing."""
    total: Codes | None = None
    for column in left.columns:
        codes_left, codes_right, values = paired_codes(left[column], right[column])
        codes = np.concatenate([codes_left, codes_right])
        if total is None:
            total = codes
            continue
        absent = (total < 0) | (codes < 0)
        total = np.unique(total * (len(values) + 1) + codes, return_inverse=True)[1]
        total[absent] = -1
    if total is None:
        raise ValueError("at least one column is needed")
    return total[: len(left)], total[len(left) :]
