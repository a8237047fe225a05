"""Errors of the apartment or unit of an address."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synthetic.columns import Words
from synthetic.corruption.choosing import Share
from synthetic.corruption.texts import SPACE, Change, Texts, struck
from synthetic.corruption.tokens import as_letters
from synthetic.corruption.whole import missing

#: What stands before the number of a unit, longer ones before shorter ones they begin with.
#: USPS Publication 28 has the first three.
STYLES = (b"APT ", b"UNIT ", b"# ", b"#", b"")

_LETTERS, _LENGTH = as_letters(STYLES)
_WIDEST = _LETTERS.shape[1]
_BARE = len(STYLES) - 1


def unit_lost(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Leave the unit out.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> unit_lost(words(["APT 4", None]), 1.0, rng=np.random.default_rng(0)).to_pylist()
    [None, None]
    """
    return missing(column, share, rng=rng)


def unit_restyled(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Write a unit in another of ``STYLES``, each as likely.

    Other designations than these (STE, LOT, REAR) are left alone.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> column = words(["APT 4", "UNIT 12B", "7", "REAR"])
    >>> unit_restyled(column, 1.0, rng=np.random.default_rng(0)).to_pylist()
    ['UNIT 4', 'APT 12B', '# 7', 'REAR']
    """
    return struck(column, share, _restyled, rng=rng)


def _restyled(texts: Texts, rng: np.random.Generator) -> Change:
    now = _style(texts)
    new = (now + rng.integers(1, len(STYLES), size=len(texts))) % len(STYLES)
    return Change.at(texts, np.where(now < 0, -1, 0), _LENGTH[now], _LETTERS[new], _LENGTH[new])


def _style(texts: Texts) -> NDArray[np.int64]:
    """Return the number of each text's style, -1 where it has none."""
    width = min(_WIDEST, texts.letters.shape[1])
    head = np.zeros((len(texts), _WIDEST), dtype=np.uint8)
    head[:, :width] = texts.letters[:, :width]
    fits = ((head[:, None] == _LETTERS) | (_LETTERS == 0)).all(axis=2)
    fits &= texts.length[:, None] > _LENGTH
    fits[:, _BARE] &= _is_number(texts)
    # The first that fits: "# 4" begins with "#" as well.
    return np.where(fits.any(axis=1), fits.argmax(axis=1), -1)


def _is_number(texts: Texts) -> NDArray[np.bool_]:
    """Return which texts are one word with a digit, or one letter, and no more."""
    digit = ((texts.letters >= ord("0")) & (texts.letters <= ord("9"))).any(axis=1)
    letter = (texts.letters[:, 0] >= ord("A")) & (texts.letters[:, 0] <= ord("Z"))
    one_word = (texts.letters != SPACE).all(axis=1)
    numbers: NDArray[np.bool_] = one_word & (digit | (letter & (texts.length == 1)))
    return numbers
