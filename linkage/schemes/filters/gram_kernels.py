"""Compiled loops over the q-grams of records."""

from __future__ import annotations

import numba
import numpy as np

PAD = np.uint32(ord("_"))
SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio (Knuth 1998, section 6.4)


@numba.njit(cache=True, nogil=True)
def cut_grams(letters, lengths, starts, q, size):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Number the q-grams of values as they are first met, in a hash table of so many places.

    Each q-gram counts once a value; `starts` are changed to where the values' q-grams then begin.
    Gives no keys where the table is half full.
    """
    grams = np.empty(starts[-1], np.int32)
    begin = written = 0
    table = np.full(size, -1, np.int32)
    keys = np.empty(size // 2, np.uint64)
    count = 0
    shift = np.uint64(64 - int(np.log2(size)))
    for value in range(len(lengths)):
        for first in range(1 - q, lengths[value]):
            key = np.uint64(0)
            for place in range(first, first + q):
                inside = 0 <= place < lengths[value]
                letter = letters[value, place] if inside else PAD
                key = (key << np.uint64(21)) | np.uint64(letter)
            at = np.int64((key * SPREAD) >> shift)
            while table[at] >= 0 and keys[table[at]] != key:
                at = (at + 1) % size
            if table[at] < 0:
                if count == len(keys):
                    return grams, keys[:0]
                table[at] = count
                keys[count] = key
                count += 1
            gram = table[at]
            known = False
            for earlier in grams[begin:written]:
                known |= earlier == gram
            if not known:
                grams[written] = gram
                written += 1
        starts[value + 1] = begin = written
    return grams[:written], keys[:count]


@numba.njit(cache=True, nogil=True)
def or_masks(values, starts, grams, masks, bits):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Set in each record's filter the bits of the masks of all its q-grams."""
    for record in range(len(values)):
        for value in values[record]:
            if value < 0:
                continue
            for gram in grams[starts[value] : starts[value + 1]]:
                for word in range(masks.shape[1]):
                    bits[record, word] |= masks[gram, word]


@numba.njit(cache=True, nogil=True)
def min_hash_bits(values, starts, grams, hashes):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Keep the lowest bit of the least hash of each record's q-grams, 64 functions a word.

    Word by word, so that the hashes of all q-grams under 64 functions stay in the cache.
    """
    bits = np.zeros((len(values), len(hashes)), np.uint64)
    least = np.empty(64, np.uint64)
    for word in range(len(hashes)):
        for record in range(len(values)):
            least[:] = np.uint64(0xFFFFFFFFFFFFFFFF)
            some = False
            for value in values[record]:
                if value < 0:
                    continue
                for gram in grams[starts[value] : starts[value + 1]]:
                    some = True
                    for i in range(64):
                        least[i] = min(least[i], hashes[word, gram, i])
            if some:
                for i in range(64):
                    bits[record, word] |= (least[i] & np.uint64(1)) << np.uint64(i)
    return bits


@numba.njit(cache=True, nogil=True)
def column_patterns(values, starts, grams, positions, columns):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Set bit i of a column where hash function i sends a q-gram of the record."""
    patterns = np.zeros((len(values), columns), np.uint64)
    for record in range(len(values)):
        for value in values[record]:
            if value < 0:
                continue
            for gram in grams[starts[value] : starts[value + 1]]:
                for i in range(positions.shape[1]):
                    patterns[record, positions[gram, i]] |= np.uint64(1) << np.uint64(i)
    return patterns
