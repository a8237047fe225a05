"""SHA-256 and HMAC-SHA-256 of many short messages."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from linkage.records import TEXT

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint32]
Places = NDArray[np.int64]

FEW: Final = 20_000
"""Messages that take the standard library hundredths of a second; loading the compiled loops takes
half a second, once."""

MOST_BLOCKS: Final = 4
"""Longer messages are hashed one by one."""

CHUNK: Final = 1 << 14
"""Messages hashed by one thread at once; a multiple of the lanes."""

BLOCK: Final = 64
"""Bytes in one block of SHA-256 (FIPS 180-4)."""

_DIGITS: Final = np.frombuffer("".join(f"{byte:02x}" for byte in range(256)).encode(), np.uint16)
"""The two hexadecimal digits of each byte, side by side."""


def digests(
    messages: Iterable[bytes] | Iterable[str], key: bytes | None = None, *, prefix: bytes = b""
) -> Bytes:
    """Hash messages.

    Parameters
    ----------
    messages : iterable of bytes or str
        None missing; text is hashed as UTF-8. Columns of text, and Arrow arrays of large binaries,
        are read in place.
    key : bytes, optional
        Of HMAC-SHA-256 (FIPS 198-1); None is plain SHA-256 (FIPS 180-4).
    prefix : bytes
        Put before every message.

    Returns
    -------
    (messages, 32) uint8 array

    Raises
    ------
    ValueError
        If a message is missing: it would get the digest of nothing.

    Examples
    --------
    >>> digests(["abc"])[0, :4].tobytes().hex()
    'ba7816bf'
    """
    texts = in_arrow(messages)
    if texts.null_count:
        raise ValueError(f"messages: got {texts.null_count} missing, allowed none; leave them out")
    if len(texts) <= FEW:
        return _one_by_one(texts, key, prefix)
    bounds, data = _buffers(texts)
    blocks = (np.diff(bounds) + len(prefix) + 8) // BLOCK + 1
    hashed = np.empty((len(texts), 32), np.uint8)
    for count in range(1, MOST_BLOCKS + 1):
        _together(data, bounds, np.flatnonzero(blocks == count), count, key, prefix, hashed)
    long = np.flatnonzero(blocks > MOST_BLOCKS)
    hashed[long] = _one_by_one(texts.take(long), key, prefix)
    return hashed


def in_arrow(messages: Any) -> pa.Array:
    """Take messages for one Arrow array of large binaries; a column of one piece is not copied.

    Examples
    --------
    >>> in_arrow(["e"]).to_pylist()
    [b'e']
    """
    whole = isinstance(messages, pa.Array)
    texts = messages if whole else pa.array(messages, pa.large_binary())
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def _one_by_one(texts: pa.Array, key: bytes | None, prefix: bytes) -> Bytes:
    messages = [prefix + text for text in texts.to_pylist()]
    if key is None:
        hashed = b"".join(hashlib.sha256(message).digest() for message in messages)
    else:
        hashed = b"".join(hmac.digest(key, message, "sha256") for message in messages)
    return np.frombuffer(hashed, np.uint8).reshape(len(messages), 32)


def _buffers(texts: pa.Array) -> tuple[Places, Bytes]:
    """Where each message of an Arrow array begins, and the last one ends, in all their bytes."""
    _, bounds, data = texts.buffers()
    places = np.frombuffer(bounds, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    return places, np.frombuffer(data or b"", np.uint8)


def _together(
    data: Bytes,
    bounds: Places,
    chosen: NDArray[np.intp],
    blocks: int,
    key: bytes | None,
    prefix: bytes,
    hashed: Bytes,
) -> None:
    """Hash those messages, which all fill so many blocks, in two threads."""
    from linkage.schemes.sha256_kernels import LANES, hash_messages, pad_messages

    inner, outer = key_states(_short(key))
    hidden = BLOCK if len(outer) else 0
    front = np.frombuffer(prefix, np.uint8)

    def work(start: int) -> None:
        some = chosen[start : start + CHUNK]
        rows = -(-len(some) // LANES) * LANES
        padded = np.zeros((rows, blocks * BLOCK), np.uint8)
        pad_messages(data, bounds[some], bounds[some + 1], front, hidden, padded)
        out = np.empty((rows, 8), np.uint32)
        hash_messages(padded.view(">u4").astype(np.uint32), inner, outer, out)
        hashed[some] = out[: len(some)].astype(">u4").view(np.uint8)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(0, len(chosen), CHUNK)))


def _short(key: bytes | None) -> bytes | None:
    """Replace a key longer than a block by its hash (RFC 2104, section 2)."""
    return hashlib.sha256(key).digest() if key is not None and len(key) > BLOCK else key


def key_states(key: bytes | None) -> tuple[Words, Words]:
    """States of SHA-256 after HMAC's inner and outer key block (RFC 2104).

    Without a key the initial state, and no outer one. A key longer than a block is refused.
    """
    from linkage.schemes.sha256_kernels import INITIAL

    if key is None:
        return INITIAL, np.empty(0, np.uint32)
    if len(key) > BLOCK:
        raise ValueError(
            f"got a key of {len(key)} bytes, allowed up to {BLOCK}; derive a shorter one"
        )
    padded = np.frombuffer(key.ljust(BLOCK, b"\0"), np.uint8)
    return _state_after(padded ^ np.uint8(0x36)), _state_after(padded ^ np.uint8(0x5C))


def _state_after(block: Bytes) -> Words:
    from linkage.schemes.sha256_kernels import INITIAL, LANES, compress

    state = np.repeat(INITIAL[:, None], LANES, axis=1)
    compress(state, np.repeat(block.view(">u4").astype(np.uint32)[:, None], LANES, axis=1))
    return np.ascontiguousarray(state[:, 0])


def hexadecimal(hashed: Bytes) -> pd.Series[Any]:
    """Write digests as text.

    Examples
    --------
    >>> hexadecimal(np.array([[186, 120]], np.uint8)).tolist()
    ['ba78']
    """
    letters = np.ascontiguousarray(_DIGITS[hashed]).view(np.uint8)
    return pd.Series(as_arrow(letters, pa.large_string()), dtype=TEXT)


def as_arrow(rows: Bytes, kind: pa.DataType) -> pa.Array:
    """Take the rows of a table of bytes for an Arrow array of large strings or binaries, in place.

    Examples
    --------
    >>> as_arrow(np.array([[97, 98], [99, 100]], np.uint8), pa.large_string()).to_pylist()
    ['ab', 'cd']
    """
    count, width = rows.shape
    bounds = np.arange(count + 1, dtype=np.int64) * width
    return pa.Array.from_buffers(kind, count, [None, pa.py_buffer(bounds), pa.py_buffer(rows)])
