"""Dice similarity of Bloom filters: all pairs above a threshold."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.problems import InputError
from linkage.schemes.base import Encoded, View

BLOCK: Final = 256
"""Filters compared with all others at once, so that the work stays in the cache."""


def dice_pairs(left: Encoded | View, right: Encoded | View, threshold: float = 0.8) -> pd.DataFrame:
    """Find all pairs of filters with at least a given Dice similarity, 2|A and B| / (|A| + |B|).

    Every pair is compared: no blocking, no misses.

    Parameters
    ----------
    left, right : Encoded or View
        Of the same Bloom scheme and key.
    threshold : float
        In (0, 1].

    Returns
    -------
    pandas.DataFrame
        left, right (positions) and score, ordered by position. Empty filters match nothing.

    Raises
    ------
    linkage.InputError
        If a side holds no filters, the lengths differ or the threshold is out of range.

    Examples
    --------
    >>> from linkage.schemes import Clk
    >>> names = pd.DataFrame({"surname": ["GARCIA", "NGUYEN"]})
    >>> codes = Clk(key=bytes(32)).encode(names)
    >>> dice_pairs(codes, codes).values.tolist()
    [[0.0, 0.0, 1.0], [1.0, 1.0, 1.0]]
    """
    first, second = left.bits, right.bits
    if first is None or second is None or first.shape[1] != second.shape[1]:
        raise InputError(["dice_pairs: both sides must hold Bloom filters of the same length"])
    if not 0 < threshold <= 1:
        raise InputError([f"dice_pairs threshold: got {threshold!r}, allowed above 0, up to 1"])
    found = [
        _block_pairs(first[start : start + BLOCK], second, threshold, start)
        for start in range(0, len(first), BLOCK)
    ]
    rows, columns, scores = (np.concatenate(part) for part in zip(*found, strict=True))
    return pd.DataFrame({"left": rows, "right": columns, "score": scores})


def _block_pairs(
    left: NDArray[np.uint64], right: NDArray[np.uint64], threshold: float, start: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    common = np.zeros((len(left), len(right)), np.uint16)
    for word in range(left.shape[1]):
        common += np.bitwise_count(left[:, word, None] & right[None, :, word])
    size = _bit_counts(left)[:, None] + _bit_counts(right)
    nearly = threshold * (1 - 1e-9)  # rounding must not lose a pair that is just at the threshold
    rows, columns = np.nonzero((2 * common.astype(np.int32) >= nearly * size) & (common > 0))
    scores = 2.0 * common[rows, columns] / size[rows, columns]
    hits = scores >= threshold
    return rows[hits] + start, columns[hits], scores[hits]


def _bit_counts(bits: NDArray[np.uint64]) -> NDArray[np.int32]:
    return np.asarray(np.bitwise_count(bits).sum(axis=1), dtype=np.int32)
