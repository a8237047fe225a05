"""Compiled search through a dictionary: hash prefix and suffix, keep what may be wanted.

Messages are a fixed template with a suffix written into it, so that an attacker's whole
dictionary, prefixes times suffixes, is hashed without ever being written down.
"""

from __future__ import annotations

import numba
import numpy as np

from linkage.schemes.sha256_kernels import LANES, compress, finish, outer_block


@numba.njit(cache=True, nogil=True)
def find_digests(templates, suffixes, changing, count, inner, outer, flags, shift, places, digests):  # type: ignore[no-untyped-def]
    """Hash every template with each suffix in it, and note the digests whose leading bits are flagged.

    Parameters
    ----------
    templates : (prefixes, blocks, 16) uint32 array
        Padded messages as big-endian words, zero where the suffix goes.
    suffixes : (blocks, 16, padded count) uint32 array
        Each suffix as words at its place, zero elsewhere; padded to a multiple of `LANES`.
    changing : (int, int)
        Words of a block that differ between suffixes: the first, and one past the last.
    count : int
        Suffixes.
    inner : (8,) uint32 array
        State before the first block: the initial one, or that after HMAC's inner key block.
    outer : (8,) or (0,) uint32 array
        State after HMAC's outer key block; empty for a plain hash.
    flags : uint8 array
        A bit for each value of a digest's leading bits: whether it is wanted.
    shift : uint32
        By how many bits a digest's first word is shifted to get its leading bits.
    places : (room,) int64 array
        Written: prefix times count plus suffix, of each digest noted.
    digests : (room,) uint64 array
        Written: its first 64 bits.

    Returns
    -------
    int
        How many were noted. If that is more than there is room for, the rest was not written.
    """
    state = np.empty((8, LANES), np.uint32)
    words = np.empty((16, LANES), np.uint32)
    inside = outer_block()
    last = templates.shape[1] - 1
    noted = 0
    for prefix in range(len(templates)):
        for start in range(0, count, LANES):
            for row in range(8):
                for i in range(LANES):
                    state[row, i] = inner[row]
            for block in range(last + 1):
                for t in range(16):
                    changes = start == 0 or last > 0 or (t >= changing[0] and t < changing[1])
                    if changes:
                        for i in range(LANES):
                            words[t, i] = (
                                templates[prefix, block, t] | suffixes[block, t, start + i]
                            )
                compress(state, words)
            if len(outer):
                finish(state, inside, outer)
            for i in range(min(LANES, count - start)):
                leading = state[0, i] >> shift
                if (flags[leading >> 3] >> (leading & 7)) & 1:
                    if noted < len(places):
                        places[noted] = prefix * count + start + i
                        digests[noted] = (np.uint64(state[0, i]) << np.uint64(32)) | state[1, i]
                    noted += 1
    return noted
