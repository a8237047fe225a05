"""Compiled search for atoms: which of all patterns of a hash scheme are in far more filters than by chance."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def common_atoms(columns, offsets, least, found):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Count the filters that contain each atom, and note those that enough contain.

    Parameters
    ----------
    columns : (bits, words) uint64 array
        Filters that have each bit, one bit a filter.
    offsets : (second hashes, hashes) int64 array
        Distance of each position from the first hash; an atom is a row, shifted.
    least : int
        Filters that must contain it.
    found : (most, 3) int64 array
        Filled with first hash, row of `offsets`, and filters.

    Returns
    -------
    int
        Atoms found; those beyond the size of `found` are not noted.
    """
    bits, words = columns.shape
    left = np.empty(words, np.uint64)
    count = 0
    for row in range(len(offsets)):
        for first in range(bits):
            left[:] = columns[(first + offsets[row, 0]) % bits]
            filters = 0
            for place in range(1, offsets.shape[1]):
                column = columns[(first + offsets[row, place]) % bits]
                filters = 0
                for word in range(words):
                    left[word] &= column[word]
                    filters += _ones(left[word])
                if filters < least:
                    break
            if filters >= least:
                if count < len(found):
                    found[count] = first, row, filters
                count += 1
    return count


@numba.njit(cache=True, nogil=True)
def unexplained_atoms(columns, atoms, least):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Choose atoms one after another, those whose bits are not explained by atoms chosen before.

    Next to each atom that is in filters stand others that share most of its positions; where
    chance sets the rest, they are contained as well.

    Parameters
    ----------
    columns : (bits, words) uint64 array
    atoms : (atoms, positions) int64 array
        Bits of each, in the order in which they are tried.
    least : float
        Share of an atom's bits, in the filters that contain it, that must not be explained.

    Returns
    -------
    (atoms,) array of bool
    """
    explained = np.zeros_like(columns)
    words = columns.shape[1]
    inside = np.empty(words, np.uint64)
    chosen = np.zeros(len(atoms), np.bool_)
    for atom in range(len(atoms)):
        inside[:] = columns[atoms[atom, 0]]
        for bit in atoms[atom]:
            for word in range(words):
                inside[word] &= columns[bit, word]
        filters = 0
        for word in range(words):
            filters += _ones(inside[word])
        new = 0
        for bit in atoms[atom]:
            for word in range(words):
                new += _ones(inside[word] & ~explained[bit, word])
        if new >= least * filters * atoms.shape[1]:
            chosen[atom] = True
            for bit in atoms[atom]:
                for word in range(words):
                    explained[bit, word] |= inside[word]
    return chosen


@numba.njit(cache=True, nogil=True)
def _ones(word):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Count set bits (Warren 2013, Hacker's Delight, 2nd edition, section 5-1)."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + (
        (word >> np.uint64(2)) & np.uint64(0x3333333333333333)
    )
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))
