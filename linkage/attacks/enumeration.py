"""Hash a whole dictionary, prefixes times suffixes, and look the digests up."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm import tqdm

from linkage.attacks.kernels import find_digests
from linkage.schemes.digests import Recipe
from linkage.schemes.sha256 import key_states
from linkage.schemes.sha256_kernels import BLOCK, LANES, Words

FILTER_BITS: Final = 21
"""A table of 2 million bits, small enough for the cache, drops all but the likely hits."""

SHIFT: Final = np.uint32(32 - FILTER_BITS)

CHUNK: Final = 1 << 20
"""Values hashed in one go, some 20 ms."""

ROOM: Final = 1 << 14
"""Likely hits of one go; more are hashed again with the room that they need."""

PATIENCE: Final = 10
"""Seconds before a progress bar appears."""

Hits = tuple[NDArray[Any], NDArray[np.int64], NDArray[np.uint64]]
"""Prefixes, numbers of suffixes, and the first 64 bits of their digests."""


@dataclass(frozen=True)
class Space:
    """A dictionary of values: every prefix followed by every suffix.

    Parameters
    ----------
    prefixes : sequence of str
    suffixes : sequence of str
        All of one length.

    Examples
    --------
    >>> space = Space(("A", "B"), ("1", "2", "3"))
    >>> space.size, space.value(4)
    (6, 'B2')
    """

    prefixes: Sequence[str] = field(repr=False)
    suffixes: Sequence[str] = field(repr=False)

    @property
    def size(self) -> int:
        """Number of values."""
        return len(self.prefixes) * len(self.suffixes)

    def value(self, index: int) -> str:
        """Give one value by its number."""
        prefix, suffix = divmod(index, len(self.suffixes))
        return self.prefixes[prefix] + self.suffixes[suffix]

    @cached_property
    def _members(self) -> tuple[frozenset[str], frozenset[str], int]:
        width = len(self.suffixes[0]) if self.suffixes else 0
        return frozenset(self.prefixes), frozenset(self.suffixes), width

    def __contains__(self, value: str) -> bool:
        prefixes, suffixes, width = self._members
        cut = len(value) - width
        return cut >= 0 and value[:cut] in prefixes and value[cut:] in suffixes


def number_space(ranges: Iterable[tuple[int, int]], digits: int = 9) -> Space:
    """All numbers of some ranges, as text with leading zeros.

    Parameters
    ----------
    ranges : iterable of (start, stop)
        Half open; bounds are widened to multiples of 10,000.
    digits : int
        Width of the text.

    Examples
    --------
    >>> number_space([(900_000_000, 900_050_000)]).size
    50000
    """
    if digits < 5:
        raise ValueError(f"digits: got {digits}, allowed 5 or more")
    starts = sorted(
        {n for start, stop in ranges for n in range(start // 10_000, -(-stop // 10_000))}
    )
    return Space(
        tuple(f"{start:0{digits - 4}d}" for start in starts),
        tuple(f"{n:04d}" for n in range(10_000)),
    )


def name_date_space(
    given_names: pd.Series[float], surnames: pd.Series[float], years: range, guesses: int
) -> Space:
    """The likeliest pairs of names with every birth date of some years.

    Parameters
    ----------
    given_names, surnames : pandas.Series
        Share of each name in the population, indexed by the name.
    years : range
        Birth years; every day of them is tried.
    guesses : int
        About how many values to hold.

    Examples
    --------
    >>> names = pd.Series({"ANA": 0.6, "LUZ": 0.4}), pd.Series({"NG": 0.9, "RUIZ": 0.1})
    >>> name_date_space(*names, years=range(1980, 1981), guesses=800).prefixes
    ('ANA|NG|', 'LUZ|NG|')
    """
    days = pd.date_range(f"{years.start}-01-01", f"{years.stop - 1}-12-31").strftime("%Y-%m-%d")
    pairs = max(1, min(guesses // len(days), len(given_names) * len(surnames)))
    likeliest = _likeliest_pairs(given_names, surnames, pairs)
    return Space(tuple(f"{given}|{surname}|" for given, surname in likeliest), tuple(days))


def _likeliest_pairs(
    given_names: pd.Series[float], surnames: pd.Series[float], pairs: int
) -> Iterator[tuple[str, str]]:
    """Pairs of names by descending product of their shares.

    A pair of the i-th given name and the j-th surname has i * j - 1 pairs that are at least as
    likely, so those with i * j above ``pairs`` need not be looked at.
    """
    given = given_names.sort_values(ascending=False, kind="stable").iloc[:pairs]
    family = surnames.sort_values(ascending=False, kind="stable").iloc[:pairs]
    reach = np.minimum(pairs // np.arange(1, len(given) + 1), len(family))
    rows = np.repeat(np.arange(len(given)), reach)
    columns = np.arange(len(rows)) - np.repeat(np.cumsum(reach) - reach, reach)
    joint = given.to_numpy()[rows] * family.to_numpy()[columns]
    chosen = np.argsort(-joint, kind="stable")[:pairs]
    return zip(given.index[rows[chosen]], family.index[columns[chosen]], strict=True)


def search(recipe: Recipe, space: Space, digests: Iterable[str]) -> dict[str, str]:
    """Hash every value of a space and keep those whose digests are among the given ones.

    Parameters
    ----------
    recipe : Recipe
        How values become digests, with the salt or key the adversary holds.
    space : Space
    digests : iterable of str
        Hexadecimal digests to find.

    Returns
    -------
    dict
        Digest to value; every hit is checked against the whole digest.

    Examples
    --------
    >>> wanted = Recipe().digest("900120123")
    >>> list(search(Recipe(), number_space([(900_120_000, 900_130_000)]), [wanted]).values())
    ['900120123']
    """
    wanted = set(digests)
    first = np.sort(np.array([int(digest[:16], 16) for digest in wanted], np.uint64))
    flags = np.zeros(1 << FILTER_BITS, np.uint8)
    flags[first >> np.uint64(64 - FILTER_BITS)] = 1
    flags = np.packbits(flags, bitorder="little")
    found: dict[str, str] = {}
    if not wanted or not space.size:
        return found
    for prefix, position, hashed in _flagged(recipe, space, flags):
        nearest = first[np.minimum(np.searchsorted(first, hashed), len(first) - 1)]
        for hit in np.flatnonzero(nearest == hashed):
            value = prefix[hit] + space.suffixes[position[hit]]
            digest = recipe.digest(value)
            if digest in wanted:
                found[digest] = value
    return found


def _flagged(recipe: Recipe, space: Space, flags: NDArray[np.uint8]) -> Iterator[Hits]:
    """Hash a space on all cores, piece by piece, and give what is flagged."""
    count = len(space.suffixes)
    tail = np.zeros((-(-count // LANES) * LANES, len(space.suffixes[0].encode())), np.uint8)
    tail[:count] = np.array([list(suffix.encode()) for suffix in space.suffixes], np.uint8)
    pieces = _pieces(space.prefixes, max(1, CHUNK // count))
    heads = {len(recipe.prefix + piece[0].encode()) for piece in pieces}
    placed = {length: _place(tail, length) for length in heads}

    def work(piece: list[str]) -> Hits:
        return _hash_piece(recipe, piece, count, tail.shape[1], placed, flags)

    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        yield from tqdm(pool.map(work, pieces), total=len(pieces), delay=PATIENCE, unit="piece")
    finally:
        pool.shutdown(cancel_futures=True)


def _hash_piece(
    recipe: Recipe,
    prefixes: list[str],
    count: int,
    width: int,
    placed: Mapping[int, Words],
    flags: NDArray[np.uint8],
) -> Hits:
    """Hash some prefixes of one length with all suffixes."""
    inner, outer = key_states(recipe.hmac_key)
    heads = [recipe.prefix + prefix.encode() for prefix in prefixes]
    templates = np.stack([_template(head, width, BLOCK if len(outer) else 0) for head in heads])
    suffixes, room, noted = placed[len(heads[0])], 0, ROOM
    start = len(heads[0]) % BLOCK // 4
    changing = start, min(start + (width + 7) // 4, 16)
    while noted > room:
        room = noted
        places, digests = np.empty(room, np.int64), np.empty(room, np.uint64)
        noted = find_digests(
            templates, suffixes, changing, count, inner, outer, flags, SHIFT, places, digests
        )
    prefix, suffix = np.divmod(places[:noted], count)
    return np.array(prefixes, object)[prefix], suffix, digests[:noted]


def _pieces(prefixes: Sequence[str], size: int) -> list[list[str]]:
    """Cut the prefixes into pieces, each of one length in bytes."""
    by_length: dict[int, list[str]] = defaultdict(list)
    for prefix in prefixes:
        by_length[len(prefix.encode())].append(prefix)
    return [
        same[start : start + size]
        for same in by_length.values()
        for start in range(0, len(same), size)
    ]


def _template(head: bytes, tail_length: int, hidden: int) -> Words:
    """Pad a message whose tail is left open (FIPS 180-4 §5.1.1)."""
    length = len(head) + tail_length
    padded = bytearray(-(-(length + 9) // BLOCK) * BLOCK)
    padded[: len(head)] = head
    padded[length] = 0x80
    padded[-8:] = ((length + hidden) * 8).to_bytes(8, "big")
    return np.frombuffer(bytes(padded), ">u4").astype(np.uint32).reshape(-1, 16)


def _place(tail: NDArray[np.uint8], offset: int) -> Words:
    """Write each suffix at its place in otherwise empty blocks."""
    blocks = -(-(offset + tail.shape[1] + 9) // BLOCK)
    rows = np.zeros((len(tail), blocks * BLOCK), np.uint8)
    rows[:, offset : offset + tail.shape[1]] = tail
    words = rows.view(">u4").astype(np.uint32)
    return np.ascontiguousarray(words.T).reshape(blocks, 16, len(tail))
