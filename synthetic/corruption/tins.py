"""Errors in taxpayer numbers that leave a number of the kind nobody was ever given.

`synthetic.tin_ranges` is what such numbers look like: the first digit and the two in the
middle are what makes them safe, so only the others change. A text that is not nine digits
is left alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synthetic.columns import Words
from synthetic.corruption.choosing import Share
from synthetic.corruption.texts import Change, Texts, any_place, of_length, struck

_LENGTH = 9
#: Digits of a number of ``tin_ranges`` that may change without leaving them.
FREE_DIGITS = (1, 2, 5, 6, 7, 8)
#: Those of them whose right neighbour is free as well.
_FREE_PAIRS = np.array([1, 5, 6, 7])


def tin_digit(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Write another digit at one of the places that may change.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> tin_digit(words(["900000017", None]), 1.0, rng=np.random.default_rng(0)).to_pylist()
    ['901000017', None]
    """
    return struck(column, share, _one_digit, rng=rng)


def tin_transposed(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Change over two digits that differ, stand side by side and may both change.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> tin_transposed(words(["900000017"]), 1.0, rng=np.random.default_rng(0)).to_pylist()
    ['900000107']
    """
    return struck(column, share, _two_digits, rng=rng)


def _one_digit(texts: Texts, rng: np.random.Generator) -> Change:
    texts = _numbers(texts)
    place = np.array(FREE_DIGITS)[rng.integers(len(FREE_DIGITS), size=len(texts))]
    now = texts.letters[np.arange(len(texts)), place] - ord("0")
    digit = (now + rng.integers(1, 10, size=len(texts))) % 10 + ord("0")
    return Change.at(texts, place, 1, digit.astype(np.uint8)[:, None])


def _two_digits(texts: Texts, rng: np.random.Generator) -> Change:
    texts = _numbers(texts)
    differ = texts.letters[:, _FREE_PAIRS] != texts.letters[:, _FREE_PAIRS + 1]
    which = any_place(differ, rng=rng)
    place = np.where(which >= 0, _FREE_PAIRS[which], -1)
    pair: NDArray[np.int64] = place[:, None] + np.array([1, 0])
    return Change.at(texts, place, 2, texts.letters[np.arange(len(texts))[:, None], pair])


def _numbers(texts: Texts) -> Texts:
    texts = of_length(texts, _LENGTH)
    digits = (texts.letters >= ord("0")) & (texts.letters <= ord("9"))
    return texts.some(np.all(digits, axis=1))
