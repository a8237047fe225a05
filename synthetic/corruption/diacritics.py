"""Marks above and below letters, written where a file has none, or lost."""

from __future__ import annotations

import unicodedata

import numpy as np
from numpy.typing import NDArray

from synthetic.columns import Words
from synthetic.corruption.choosing import Share
from synthetic.corruption.lookups import alternatives, lookup
from synthetic.corruption.texts import Change, Letters, Texts, struck

#: The letters U+00C0 to U+017F, of two bytes each: of Latin-1 and Latin Extended-A.
_MARKED = [chr(code) for code in range(0xC0, 0x180)]


def _plain_table() -> Letters:
    """Return the letter without its mark for each pair of bytes (256 * first + second)."""
    table = np.zeros(1 << 16, dtype=np.uint8)
    for letter in _MARKED:
        plain = unicodedata.normalize("NFD", letter)[0]
        if plain.isascii():
            table[int.from_bytes(letter.encode(), "big")] = ord(plain)
    return table


_PLAIN = _plain_table()


def diacritics_written(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Write all names of a text with their marks, where they have any (table ``diacritics``).

    Examples
    --------
    >>> from synthetic.columns import words
    >>> column = words(["MUNOZ LOPEZ", "SMITH"])
    >>> diacritics_written(column, 1.0, rng=np.random.default_rng(0)).to_pylist()
    ['MUÑOZ LÓPEZ', 'SMITH']
    """
    table = alternatives("diacritics", "name", "written")
    return lookup(column, share, table, every=True, rng=rng)


def diacritics_lost(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Write all letters of a text without their marks.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> column = words(["MUÑOZ PÉREZ", "LOPEZ", None])
    >>> diacritics_lost(column, 1.0, rng=np.random.default_rng(0)).to_pylist()
    ['MUNOZ PEREZ', 'LOPEZ', None]
    """
    return struck(column, share, _plain, rng=rng, plain=False)


def _plain(texts: Texts, rng: np.random.Generator) -> Change:
    pairs = 256 * texts.letters[:, :-1].astype(np.int64) + texts.letters[:, 1:]
    # No second byte of a letter is a first byte of another, so no pair is met by accident.
    letters = _PLAIN[pairs]
    text, place = np.nonzero(letters)
    one: NDArray[np.int64] = np.ones_like(text)
    return Change(texts.row[text], place, 2 * one, letters[text, place][:, None], one)
