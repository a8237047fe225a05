"""Errors of names of several words: which surnames are written, in what order, how joined."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from synthetic.columns import Words
from synthetic.corruption.choosing import Share, chosen
from synthetic.corruption.texts import SPACE, Change, Letters, Texts, checked, struck
from synthetic.corruption.tokens import Tokens, first_of_each

#: Words that begin a surname but are none: DE LA CRUZ is one surname.
PARTICLES = np.array(
    sorted(
        b"AL BEN DA DAS DE DEL DELA DELLA DER DI DO DOS DU EL LA LAS LE LOS MAC MC SAN SANTA "
        b"SANTO ST TEN TER VAN VON".split()
    )
)
#: Words behind a surname that are none.
GENERATIONS = np.array(sorted(b"II III IV JR SR V".split()))

_HYPHEN = ord("-")


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Texts of two surnames, and where these are: bytes from ``begin`` to ``end``."""

    texts: Texts
    first_begin: NDArray[np.int64]
    first_end: NDArray[np.int64]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Texts) -> _Pairs:
        """Return those of the texts that hold two surnames, apart by a space or a hyphen.

        The first one ends with the first word that is no particle; a generation (JR) is
        part of none.
        """
        tokens = Tokens.of(texts, between=b" -")
        name = ~tokens.among(GENERATIONS)
        complete = ~tokens.among(PARTICLES)
        after = np.flatnonzero(~tokens.first & name)
        after = after[complete[after - 1]]
        second = after[first_of_each(tokens.text[after])]
        text = tokens.text[second]
        # The last word of each text that is a name: the last to write its end here is left.
        end = np.zeros(len(texts), dtype=np.int64)
        end[tokens.text[name]] = tokens.end[name]
        start = np.zeros(len(texts), dtype=np.int64)
        start[tokens.text[tokens.first]] = tokens.begin[tokens.first]
        return cls(
            texts.some(text), start[text], tokens.end[second - 1], tokens.begin[second], end[text]
        )

    def between(self) -> NDArray[np.uint8]:
        """Return the letter that follows the first surname."""
        return self.texts.letters[np.arange(len(self.texts)), self.first_end]


def second_surname_dropped(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Write only the first of two surnames.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> column = words(["GARCIA LOPEZ", "DE LA CRUZ DIAZ", "DE LA CRUZ", "SMITH JR"])
    >>> second_surname_dropped(column, 1.0, rng=np.random.default_rng(0)).to_pylist()
    ['GARCIA', 'DE LA CRUZ', 'DE LA CRUZ', 'SMITH JR']
    """
    return struck(column, share, _dropped, rng=rng)


def surnames_swapped(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Write the second of two surnames first.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> column = words(["GARCIA LOPEZ", "DIAZ DE LA CRUZ JR", "SMITH"])
    >>> surnames_swapped(column, 1.0, rng=np.random.default_rng(0)).to_pylist()
    ['LOPEZ GARCIA', 'DE LA CRUZ DIAZ JR', 'SMITH']
    """
    return struck(column, share, _swapped, rng=rng)


def surname_hyphenated(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Put a hyphen between two surnames.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> surname_hyphenated(words(["GARCIA LOPEZ"]), 1.0, rng=np.random.default_rng(0)).to_pylist()
    ['GARCIA-LOPEZ']
    """
    return struck(column, share, _hyphenated, rng=rng)


def surname_joined(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Write two surnames as one word.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> surname_joined(words(["GARCIA LOPEZ"]), 1.0, rng=np.random.default_rng(0)).to_pylist()
    ['GARCIALOPEZ']
    """
    return struck(column, share, _joined, rng=rng)


def initial_only(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Write only the first letter.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> initial_only(words(["MARIA JOSE", None, "J"]), 1.0, rng=np.random.default_rng(0)).to_pylist()
    ['M', None, 'J']
    """
    return struck(column, share, _initial, rng=rng)


def name_order(
    left: Words, right: Words, share: Share, *, rng: np.random.Generator
) -> tuple[Words, Words]:
    """Change over the texts of two columns, where neither is missing.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> left, right = words(["MARIA", "ANA"]), words(["DIAZ", None])
    >>> left, right = name_order(left, right, 1.0, rng=np.random.default_rng(0))
    >>> left.to_pylist(), right.to_pylist()
    (['DIAZ', 'ANA'], ['MARIA', None])
    """
    left, right = checked(left), checked(right)
    both = pc.and_(left.is_valid(), right.is_valid())
    rows = pc.and_(both, pa.array(chosen(len(left), share, rng=rng)))
    return pc.if_else(rows, right, left), pc.if_else(rows, left, right)


def _dropped(texts: Texts, rng: np.random.Generator) -> Change:
    pairs = _Pairs.of(texts)
    nothing = pairs.texts.letters[:, :0]
    return Change.at(pairs.texts, pairs.first_end, pairs.end - pairs.first_end, nothing)


def _swapped(texts: Texts, rng: np.random.Generator) -> Change:
    pairs = _Pairs.of(texts)
    begin = np.stack([pairs.first_begin, pairs.begin], axis=1)
    cut = np.stack([pairs.first_end, pairs.end], axis=1) - begin
    letters = np.stack([_cut_out(pairs.texts, begin[:, 1], cut[:, 1]),
                        _cut_out(pairs.texts, begin[:, 0], cut[:, 0])], axis=1)  # fmt: skip
    differ = (letters[:, 0] != letters[:, 1]).any(axis=1)
    return Change(
        np.repeat(pairs.texts.row[differ], 2),
        begin[differ].ravel(),
        cut[differ].ravel(),
        letters[differ].reshape(-1, letters.shape[2]),
        cut[differ][:, ::-1].ravel(),
    )


def _cut_out(texts: Texts, begin: NDArray[np.int64], length: NDArray[np.int64]) -> Letters:
    """Return a part of each text, 0 beyond its end; shape as that of all letters."""
    count, width = texts.letters.shape
    place = np.arange(width)
    start = begin + width * np.arange(count)
    letters: Letters = texts.letters.take(start[:, None] + place, mode="clip")
    letters *= place < length[:, None]
    return letters


def _hyphenated(texts: Texts, rng: np.random.Generator) -> Change:
    pairs = _Pairs.of(texts)
    place = np.where(pairs.between() == SPACE, pairs.first_end, -1)
    hyphens = np.full((len(place), 1), _HYPHEN, dtype=np.uint8)
    return Change.at(pairs.texts, place, pairs.begin - pairs.first_end, hyphens)


def _joined(texts: Texts, rng: np.random.Generator) -> Change:
    pairs = _Pairs.of(texts)
    nothing = pairs.texts.letters[:, :0]
    return Change.at(pairs.texts, pairs.first_end, pairs.begin - pairs.first_end, nothing)


def _initial(texts: Texts, rng: np.random.Generator) -> Change:
    place = np.where(texts.length > 1, 1, -1)
    return Change.at(texts, place, texts.length - 1, texts.letters[:, :0])
