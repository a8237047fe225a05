"""The similarity of every code with every other, as a matrix."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from linkage.linking.dice import THREADS

ROWS: Final = 256
"""Records of the left side that a thread takes at a time."""


def similarity_matrix(left: NDArray[Any], right: NDArray[Any]) -> NDArray[np.float32]:
    """Dice similarity of filters, or Jaccard similarity of symbols, of each pair.

    Parameters
    ----------
    left, right : (records, words) uint64 array or (records, columns) uint32 array
        Filters, or symbols of which 0 is none.

    Returns
    -------
    (left records, right records) float32 array
        0 where a record has no bit or symbol.

    Examples
    --------
    >>> filters = np.array([[0b1111], [0b0011]], np.uint64)
    >>> similarity_matrix(filters, filters).round(2).tolist()
    [[1.0, 0.6700000166893005], [0.6700000166893005, 1.0]]
    """
    from linkage.linking import similarity_kernels as kernels
    from linkage.linking.dice_kernels import pack

    filters = left.dtype == np.uint64
    kernel = kernels.dice_rows if filters else kernels.jaccard_rows
    packed, left_sizes, right_sizes = pack(right), sizes(left), sizes(right)
    scores = np.empty((len(left), len(right)), np.float32)

    def work(start: int) -> None:
        rows = slice(start, start + ROWS)
        kernel(
            np.ascontiguousarray(left[rows]), left_sizes[rows], packed, right_sizes, scores[rows]
        )

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(0, len(left), ROWS)))
    return scores


def sizes(codes: NDArray[Any]) -> NDArray[np.int64]:
    """Count the set bits, or the symbols, of each record.

    Examples
    --------
    >>> sizes(np.array([[3, 1]], np.uint64)), sizes(np.array([[3, 0]], np.uint32))
    (array([3]), array([1]))
    """
    if codes.dtype == np.uint64:
        return np.asarray(np.bitwise_count(codes).sum(axis=1, dtype=np.int64))
    return np.asarray(np.count_nonzero(codes, axis=1), np.int64)
