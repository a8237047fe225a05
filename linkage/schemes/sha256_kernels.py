"""Compiled SHA-256 and HMAC-SHA-256 of many messages at once.

Several messages advance together, one a lane of the processor's vector units.
"""

from __future__ import annotations

from functools import reduce
from typing import Any, Final

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

Words = NDArray[np.uint32]

LANES: Final = 16
"""Messages in one vector: 512 bits, or two and four registers of smaller machines."""
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


@intrinsic
def _compress_vectors(typing_context, state, words):  # type: ignore[no-untyped-def]
    """One block of SHA-256, written down as vector instructions: a lane is a message.

    A loop over lanes is left to the compiler's vectoriser, which needs many seconds for 64 rounds in
    a row, or keeps the state in memory between them. Written as vectors it compiles in two.
    """

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        rows = [
            context.make_array(kind)(context, builder, value).data
            for kind, value in zip(signature.args, arguments, strict=True)
        ]
        _Block(builder).mix(*rows)
        return context.get_dummy_value()

    return types.void(state, words), generate


class _Block:
    """Writes the instructions that mix one block into the state (FIPS 180-4 §6.2.2)."""

    def __init__(self, builder: Any) -> None:
        self.builder = builder
        self.kind = ir.VectorType(ir.IntType(32), LANES)

    def mix(self, state: Any, words: Any) -> None:
        old = [self.load(state, row) for row in range(8)]
        schedule = [self.load(words, row) for row in range(16)]
        mixed = list(old)
        for t, constant in enumerate(ROUND):
            if t >= 16:
                schedule[t % 16] = self.extended(schedule, t)
            mixed = self.round(mixed, schedule[t % 16], int(constant))
        for row, (before, after) in enumerate(zip(old, mixed, strict=True)):
            self.store(self.add(before, after), state, row)

    def round(self, mixed: list[Any], word: Any, constant: int) -> list[Any]:
        a, b, c, d, e, f, g, h = mixed
        both, xor = self.builder.and_, self.builder.xor
        chosen = xor(g, both(e, xor(f, g)))
        majority = xor(both(xor(a, b), xor(b, c)), b)  # one instruction where three can be combined
        first = self.add(h, self.turned(e, 6, 11, 25), chosen, self.same(constant), word)
        second = self.add(self.turned(a, 2, 13, 22), majority)
        return [self.add(first, second), a, b, c, self.add(d, first), e, f, g]

    def extended(self, schedule: list[Any], t: int) -> Any:
        far, near = schedule[(t - 15) % 16], schedule[(t - 2) % 16]
        shifted = self.builder.lshr
        s0 = self.builder.xor(self.turned(far, 7, 18), shifted(far, self.same(3)))
        s1 = self.builder.xor(self.turned(near, 17, 19), shifted(near, self.same(10)))
        return self.add(schedule[t % 16], s0, schedule[(t - 7) % 16], s1)

    def turned(self, value: Any, *bits: int) -> Any:
        """XOR of a value turned right by some numbers of bits."""
        turns = [
            self.builder.or_(
                self.builder.lshr(value, self.same(n)), self.builder.shl(value, self.same(32 - n))
            )
            for n in bits
        ]
        return reduce(self.builder.xor, turns)

    def add(self, *values: Any) -> Any:
        return reduce(self.builder.add, values)

    def same(self, number: int) -> Any:
        return ir.Constant(self.kind, [number] * LANES)

    def load(self, rows: Any, row: int) -> Any:
        loaded = self.builder.load(self.place(rows, row))
        loaded.align = 4
        return loaded

    def store(self, value: Any, rows: Any, row: int) -> None:
        self.builder.store(value, self.place(rows, row)).align = 4

    def place(self, rows: Any, row: int) -> Any:
        vectors = self.builder.bitcast(rows, self.kind.as_pointer())
        return self.builder.gep(vectors, [ir.Constant(ir.IntType(64), row)])


@numba.njit(cache=True, nogil=True)
def compress(state, words):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Mix one block of every lane into the lanes' states.

    Parameters
    ----------
    state : (8, LANES) uint32 array
        Changed.
    words : (16, LANES) uint32 array
        The block as big-endian words.
    """
    _compress_vectors(state, words)  # type: ignore[call-arg]


@numba.njit(cache=True, nogil=True)
def pad_messages(data, starts, stops, prefix, hidden, padded):  # type: ignore[no-untyped-def]
    """Write messages into rows, padded to whole blocks (FIPS 180-4 §5.1.1).

    Parameters
    ----------
    data : uint8 array
        All messages.
    starts, stops : (count,) int64 arrays
        Where each message is.
    prefix : uint8 array
        Put before every message.
    hidden : int
        Bytes hashed before: HMAC's key block.
    padded : (count or more, bytes) uint8 array
        Zeros; written.
    """
    for row in range(len(starts)):
        length = len(prefix)
        for i in range(length):
            padded[row, i] = prefix[i]
        for i in range(starts[row], stops[row]):
            padded[row, length] = data[i]
            length += 1
        padded[row, length] = 0x80
        bits = 8 * (length + hidden)
        for i in range(8):
            padded[row, padded.shape[1] - 1 - i] = (bits >> (8 * i)) & 0xFF


@numba.njit(cache=True, nogil=True)
def hash_messages(words, inner, outer, digests):  # type: ignore[no-untyped-def]
    """Hash padded messages of equally many blocks.

    Parameters
    ----------
    words : (count, blocks * 16) uint32 array
        Padded messages as big-endian words; count a multiple of `LANES`.
    inner, outer : see `linkage.attacks.kernels.hash_suffixes`
    digests : (count, 8) uint32 array
        Written.
    """
    state = np.empty((8, LANES), np.uint32)
    block = np.empty((16, LANES), np.uint32)
    last = outer_block()
    for start in range(0, len(digests), LANES):
        for row in range(8):
            state[row, :] = inner[row]
        for first in range(0, words.shape[1], 16):
            for i in range(LANES):
                for t in range(16):
                    block[t, i] = words[start + i, first + t]
            compress(state, block)
        if len(outer):
            finish(state, last, outer)
        for i in range(LANES):
            for row in range(8):
                digests[start + i, row] = state[row, i]


@numba.njit(cache=True, nogil=True)
def outer_block():  # type: ignore[no-untyped-def]  # pragma: no cover
    """Make the block that HMAC hashes last: room for the inner digests, and their padding."""
    block = np.zeros((16, LANES), np.uint32)
    block[8, :] = np.uint32(0x80000000)
    block[15, :] = np.uint32((BLOCK + 32) * 8)
    return block


@numba.njit(cache=True, nogil=True)
def finish(state, block, outer):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Hash the inner digests of HMAC once more, in an `outer_block`, from the outer key's state."""
    for t in range(8):
        for i in range(LANES):
            block[t, i] = state[t, i]
            state[t, i] = outer[t]
    compress(state, block)
