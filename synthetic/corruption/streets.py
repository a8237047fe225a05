"""Errors of a street's name: its direction and its suffix spelled out or lost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from synthetic.columns import Words
from synthetic.corruption.choosing import Share
from synthetic.corruption.lookups import Alternatives
from synthetic.corruption.postal import DIRECTIONS, SUFFIXES, UNABBREVIATED
from synthetic.corruption.texts import Change, Texts, struck
from synthetic.corruption.tokens import Tokens, find


def street_spelled_out(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Write a street's direction and suffix without abbreviation, where it has either.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> column = words(["N OAK ST", "ST JOHNS AVE", "AVENUE N", None])
    >>> street_spelled_out(column, 1.0, rng=np.random.default_rng(0)).to_pylist()
    ['NORTH OAK STREET', 'ST JOHNS AVENUE', 'AVENUE N', None]
    """
    return struck(column, share, _spelled_out, rng=rng)


def suffix_lost(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Leave a street's suffix out, where it has one.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> column = words(["N OAK ST", "MAIN AVENUE NW", "BROADWAY"])
    >>> suffix_lost(column, 1.0, rng=np.random.default_rng(0)).to_pylist()
    ['N OAK', 'MAIN NW', 'BROADWAY']
    """
    return struck(column, share, _without_suffix, rng=rng)


def direction_lost(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Leave a street's direction out; if it has one at either end, both.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> column = words(["N OAK ST", "MAIN AVENUE NW", "N ST"])
    >>> direction_lost(column, 1.0, rng=np.random.default_rng(0)).to_pylist()
    ['OAK ST', 'MAIN AVENUE', 'N ST']
    """
    return struck(column, share, _without_direction, rng=rng)


@dataclass(frozen=True, eq=False)
class _Parts:
    """The words of streets, and which are a direction before, one behind and a suffix."""

    tokens: Tokens
    before: NDArray[np.bool_]
    behind: NDArray[np.bool_]
    suffix: NDArray[np.bool_]

    @classmethod
    def of(cls, texts: Texts) -> _Parts:
        """Take streets apart so that a name is always left: in N ST it is N, in AVENUE N both."""
        tokens = Tokens.of(texts)
        directions, suffixes = _listed()
        direction, suffix = tokens.among(directions), tokens.among(suffixes)
        count = np.bincount(tokens.text, minlength=len(texts))[tokens.text]
        behind = tokens.last & direction & ~tokens.first
        # The street of two words whose first is no name of its own.
        behind[1:] &= (count[1:] > 2) | ~(direction | suffix)[:-1]

        final = tokens.last & ~behind
        final[:-1] |= behind[1:]
        suffix &= final & ~tokens.first
        before = tokens.first & direction & ~final
        before[:-1] &= ~suffix[1:]
        return cls(tokens, before, behind, suffix)


def _spelled_out(texts: Texts, rng: np.random.Generator) -> Change:
    parts = _Parts.of(texts)
    tokens, known = parts.tokens, _spelled()
    entry = np.where(parts.before | parts.behind | parts.suffix, find(tokens.word, known.word), -1)
    words = np.flatnonzero(entry >= 0)
    number = known.start[entry[words]]
    return Change(
        texts.row[tokens.text[words]],
        tokens.begin[words],
        (tokens.end - tokens.begin)[words],
        known.letters[number],
        known.length[number],
    )


def _without_suffix(texts: Texts, rng: np.random.Generator) -> Change:
    parts = _Parts.of(texts)
    return _without(texts, parts.tokens, parts.suffix)


def _without_direction(texts: Texts, rng: np.random.Generator) -> Change:
    parts = _Parts.of(texts)
    return _without(texts, parts.tokens, parts.before | parts.behind)


def _without(texts: Texts, tokens: Tokens, gone: NDArray[np.bool_]) -> Change:
    """Cut words: a first one with the space behind it, another with the one before."""
    begin = np.where(tokens.first, tokens.begin, np.roll(tokens.end, 1))[gone]
    end = np.where(tokens.first, np.roll(tokens.begin, -1), tokens.end)[gone]
    nothing = np.zeros((len(begin), 0), dtype=np.uint8)
    return Change(texts.row[tokens.text[gone]], begin, end - begin, nothing, np.zeros_like(begin))


@cache
def _spelled() -> Alternatives:
    """Directions and suffixes; no word is an abbreviation of both kinds."""
    return Alternatives.of_pairs((*DIRECTIONS.items(), *SUFFIXES.items()))


@cache
def _listed() -> tuple[NDArray[np.bytes_], NDArray[np.bytes_]]:
    """Return all directions and all suffixes, abbreviated or not, ascending."""
    directions = {*DIRECTIONS, *DIRECTIONS.values()}
    suffixes = {*SUFFIXES, *SUFFIXES.values(), *UNABBREVIATED}
    return (
        np.array(sorted(word.encode() for word in directions)),
        np.array(sorted(word.encode() for word in suffixes)),
    )
