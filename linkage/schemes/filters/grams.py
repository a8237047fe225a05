"""Values as overlapping pieces of q letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

PAD: Final = "_"
"""Stands before the first and behind the last letter."""

LETTER_BITS: Final = 21
LONGEST_PACKED: Final = 64 // LETTER_BITS
"""Letters of Unicode that fit into 64 bits together."""

FEW: Final = 2_000
"""Values up to which loading the compiled cutter takes longer than it saves."""


def q_grams(value: str, q: int) -> list[str]:
    """Cut a padded string into overlapping pieces of q letters, each once.

    Examples
    --------
    >>> q_grams("ANNA", 2)
    ['_A', 'AN', 'NN', 'NA', 'A_']
    """
    padded = PAD * (q - 1) + value + PAD * (q - 1)
    return list(dict.fromkeys(padded[i : i + q] for i in range(len(padded) - q + 1)))


@dataclass(frozen=True, eq=False)
class Cut:
    """Values cut into q-grams.

    Parameters
    ----------
    starts : (values + 1,) int64 array
        Value v has the q-grams ``grams[starts[v] : starts[v + 1]]``.
    grams : int32 array
        Positions in `texts`.
    texts : list of str
        The distinct q-grams, as first met.
    """

    starts: NDArray[np.int64]
    grams: NDArray[np.int32]
    texts: list[str]


def cut(values: Sequence[str], q: int) -> Cut:
    """Cut values into q-grams.

    Examples
    --------
    >>> pieces = cut(["NG", "NGO"], 2)
    >>> pieces.texts, pieces.grams.tolist(), pieces.starts.tolist()
    (['_N', 'NG', 'G_', 'GO', 'O_'], [0, 1, 2, 0, 1, 3, 4], [0, 3, 7])
    """
    short = len(values) <= FEW or not any(values)
    if short or q > LONGEST_PACKED or any("\0" in value for value in values):
        return _cut_one_by_one(values, q)
    return _cut_compiled(values, q)


def _cut_one_by_one(values: Sequence[str], q: int) -> Cut:
    places: dict[str, int] = {}
    starts = [0]
    grams: list[int] = []
    for value in values:
        grams += [places.setdefault(piece, len(places)) for piece in q_grams(value, q)]
        starts.append(len(grams))
    return Cut(np.array(starts, np.int64), np.array(grams, np.int32), list(places))


def _cut_compiled(values: Sequence[str], q: int) -> Cut:
    from linkage.schemes.filters.gram_kernels import cut_grams

    written = np.array(values, dtype=np.str_)
    letters = written.view(np.uint32).reshape(len(written), -1)
    lengths = np.char.str_len(written).astype(np.int64)
    most = np.concatenate([[0], np.cumsum(lengths + q - 1)])
    size = 1 << 16
    while True:
        starts = most.copy()
        grams, keys = cut_grams(letters, lengths, starts, q, size)
        if len(keys):
            return Cut(starts, grams, _unpacked(keys, q))
        size *= 4  # more distinct q-grams than the table holds


def _unpacked(keys: NDArray[np.uint64], q: int) -> list[str]:
    """Read packed q-grams as text."""
    shifts = np.arange(q - 1, -1, -1, dtype=np.uint64) * np.uint64(LETTER_BITS)
    letters = (keys[:, None] >> shifts) & np.uint64((1 << LETTER_BITS) - 1)
    joined: NDArray[Any] = np.ascontiguousarray(letters.astype(np.uint32)).view(f"U{q}")
    return [str(text) for text in joined.ravel()]
