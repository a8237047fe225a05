"""Compiled similarity of some codes with all of a packed side; see `linkage.linking.dice_kernels`."""

from __future__ import annotations

import numba
import numpy as np

from linkage.linking.dice_kernels import BLOCK, popcount


@numba.njit(cache=True, nogil=True, error_model="numpy")
def dice_rows(words, sizes, blocks, block_sizes, scores):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Write the Dice similarity of each record with each packed one."""
    common = np.empty(BLOCK, np.int64)
    for b in range(len(blocks)):
        block = blocks[b]
        filled = min(BLOCK, len(block_sizes) - b * BLOCK)
        for i in range(len(words)):
            common[:] = 0
            for word in range(words.shape[1]):
                own = words[i, word]
                for j in range(BLOCK):
                    common[j] += popcount(own & block[word, j])
            for j in range(filled):
                total = sizes[i] + block_sizes[b * BLOCK + j]
                scores[i, b * BLOCK + j] = 2.0 * common[j] / total if total else 0.0


@numba.njit(cache=True, nogil=True, error_model="numpy")
def jaccard_rows(symbols, sizes, blocks, block_sizes, scores):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Write the Jaccard similarity of each record with each packed one."""
    common = np.empty(BLOCK, np.int32)
    for b in range(len(blocks)):
        block = blocks[b]
        filled = min(BLOCK, len(block_sizes) - b * BLOCK)
        for i in range(len(symbols)):
            common[:] = 0
            for column in range(symbols.shape[1]):
                symbol = symbols[i, column]
                if symbol:
                    for j in range(BLOCK):
                        common[j] += block[column, j] == symbol
            for j in range(filled):
                total = sizes[i] + block_sizes[b * BLOCK + j] - common[j]
                scores[i, b * BLOCK + j] = common[j] / total if total else 0.0
