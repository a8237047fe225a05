"""Compiled SHA-256 and HMAC-SHA-256 of many messages that differ in a short stretch only.

Messages are a fixed template with a suffix written into it, so that an attacker's whole
dictionary, prefixes times suffixes, is hashed without ever being written down. Several messages
advance together, one a lane, which lets the compiler use the processor's vector units.
"""

from __future__ import annotations

from typing import Final

import numba
import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint32]

LANES: Final = 128
BLOCK: Final = 64
"""Bytes in one block of SHA-256 (FIPS 180-4)."""


def _roots(count: int, root: int) -> Words:
    """First 32 bits of the fractional parts of the roots of the first primes (FIPS 180-4 §4.2.2)."""
    primes = [n for n in range(2, 312) if all(n % d for d in range(2, int(n**0.5) + 1))][:count]
    exact = [_integer_root(prime << (32 * root), root) for prime in primes]
    return np.array([value & 0xFFFFFFFF for value in exact], np.uint32)


def _integer_root(value: int, root: int) -> int:
    low, high = 0, 1 << (value.bit_length() // root + 1)
    while low < high - 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**root <= value else (low, middle)
    return low


INITIAL: Final[Words] = _roots(8, 2)
ROUND: Final[Words] = _roots(64, 3)


@numba.njit(cache=True, inline="always")
def _round(a, b, c, d, e, f, g, h, w, k, lanes):  # type: ignore[no-untyped-def]  # pragma: no cover
    for i in range(lanes):
        x = e[i]
        y = a[i]
        s1 = ((x >> 6) | (x << 26)) ^ ((x >> 11) | (x << 21)) ^ ((x >> 25) | (x << 7))
        t1 = np.uint32(h[i] + s1 + ((x & f[i]) ^ (~x & g[i])) + k + w[i])
        s0 = ((y >> 2) | (y << 30)) ^ ((y >> 13) | (y << 19)) ^ ((y >> 22) | (y << 10))
        d[i] = np.uint32(d[i] + t1)
        h[i] = np.uint32(t1 + s0 + ((y & b[i]) ^ (y & c[i]) ^ (b[i] & c[i])))


@numba.njit(cache=True)
def compress(state, schedule, constants, lanes):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Mix one block of every lane into the lanes' states."""
    a, b, c, d = state[0].copy(), state[1].copy(), state[2].copy(), state[3].copy()
    e, f, g, h = state[4].copy(), state[5].copy(), state[6].copy(), state[7].copy()
    for t in range(16, 64):
        w, near, far, old = schedule[t], schedule[t - 2], schedule[t - 15], schedule[t - 16]
        seven = schedule[t - 7]
        for i in range(lanes):
            x, y = far[i], near[i]
            s0 = ((x >> 7) | (x << 25)) ^ ((x >> 18) | (x << 14)) ^ (x >> 3)
            s1 = ((y >> 17) | (y << 15)) ^ ((y >> 19) | (y << 13)) ^ (y >> 10)
            w[i] = np.uint32(old[i] + s0 + seven[i] + s1)
    for t in range(0, 64, 8):
        _round(a, b, c, d, e, f, g, h, schedule[t], constants[t], lanes)
        _round(h, a, b, c, d, e, f, g, schedule[t + 1], constants[t + 1], lanes)
        _round(g, h, a, b, c, d, e, f, schedule[t + 2], constants[t + 2], lanes)
        _round(f, g, h, a, b, c, d, e, schedule[t + 3], constants[t + 3], lanes)
        _round(e, f, g, h, a, b, c, d, schedule[t + 4], constants[t + 4], lanes)
        _round(d, e, f, g, h, a, b, c, schedule[t + 5], constants[t + 5], lanes)
        _round(c, d, e, f, g, h, a, b, schedule[t + 6], constants[t + 6], lanes)
        _round(b, c, d, e, f, g, h, a, schedule[t + 7], constants[t + 7], lanes)
    for row, part in enumerate((a, b, c, d, e, f, g, h)):
        for i in range(lanes):
            state[row, i] = np.uint32(state[row, i] + part[i])


@numba.njit(cache=True)
def hash_suffixes(template, suffixes, inner, outer, constants, digests):  # type: ignore[no-untyped-def]
    """Hash the template with each suffix in it; see `linkage.attacks.enumeration`.

    Parameters
    ----------
    template : (blocks, 16) uint32 array
        Padded message as big-endian words, zero where the suffix goes.
    suffixes : (blocks, 16, count) uint32 array
        Each suffix as words at its place, zero elsewhere; count a multiple of `LANES`.
    inner : (8,) uint32 array
        State before the first block: the initial one, or that after HMAC's inner key block.
    outer : (8,) or (0,) uint32 array
        State after HMAC's outer key block; empty for a plain hash.
    constants : (64,) uint32 array
        The round constants.
    digests : (count,) uint64 array
        Written: the first 64 bits of each digest.
    """
    state = np.empty((8, LANES), np.uint32)
    schedule = np.empty((64, LANES), np.uint32)
    for start in range(0, len(digests), LANES):
        for row in range(8):
            state[row, :] = inner[row]
        for block in range(len(template)):
            for t in range(16):
                for i in range(LANES):
                    schedule[t, i] = template[block, t] | suffixes[block, t, start + i]
            compress(state, schedule, constants, LANES)
        if len(outer):
            for t in range(8):
                schedule[t] = state[t]
                state[t, :] = outer[t]
                schedule[8 + t, :] = 0
            schedule[8, :] = np.uint32(0x80000000)
            schedule[15, :] = np.uint32((BLOCK + 32) * 8)
            compress(state, schedule, constants, LANES)
        for i in range(LANES):
            digests[start + i] = (np.uint64(state[0, i]) << np.uint64(32)) | np.uint64(state[1, i])


@numba.njit(cache=True)
def flagged(digests, flags, shift):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Positions of digests whose leading bits are flagged."""
    positions = np.empty(len(digests), np.int64)
    count = 0
    for i in range(len(digests)):
        positions[count] = i
        count += flags[digests[i] >> shift]
    return positions[:count]
