"""Letters and digits taken for others of like shape, as a machine reads a scanned form.

A field that takes only letters is read as letters and one that takes only digits as digits;
only in fields of both, such as units, is one taken for the other. The pairs are ours, after
the confusions that tables of optical character recognition commonly list.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from synthetic.columns import Words
from synthetic.corruption.choosing import Share
from synthetic.corruption.rules import Rules, both_ways
from synthetic.corruption.texts import Change, Texts, struck

#: Taken for one another where a text has letters and digits.
LETTERS_AND_DIGITS = both_ways(
    [("O", "0"), ("I", "1"), ("L", "1"), ("S", "5"), ("B", "8"), ("Z", "2"), ("G", "6"),
     ("Q", "0"), ("D", "0"), ("A", "4"), ("T", "7")]
)  # fmt: skip
#: Taken for one another where a text has no digit.
LETTERS = both_ways(
    [("O", "Q"), ("O", "D"), ("C", "G"), ("U", "V"), ("I", "L"), ("E", "F"), ("H", "N"),
     ("P", "R"), ("K", "X"), ("V", "Y"), ("I", "J"), ("I", "T"), ("M", "N"), ("B", "R"),
     ("RN", "M"), ("CL", "D"), ("VV", "W"), ("NI", "M"), ("LI", "U")]
)  # fmt: skip
#: Taken for one another where a text has no letter.
DIGITS = both_ways(
    [("1", "7"), ("3", "8"), ("5", "6"), ("0", "8"), ("6", "8"), ("4", "9"), ("2", "7"),
     ("0", "6"), ("3", "5")]
)  # fmt: skip


def ocr(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Take one letter or digit for another of like shape, or two letters for one.

    Not for dates: it may leave none.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> column = words(["ARNOLD", "APT 8", "17", None])
    >>> ocr(column, 1.0, rng=np.random.default_rng(0)).to_pylist()
    ['ARNOLCL', 'APT B', '12', None]
    """
    return struck(column, share, _misread, rng=rng)


def _misread(texts: Texts, rng: np.random.Generator) -> Change:
    digits = (texts.letters >= ord("0")) & (texts.letters <= ord("9"))
    letters = (texts.letters >= ord("A")) & (texts.letters <= ord("Z"))
    context = np.where(digits.any(axis=1), np.where(letters.any(axis=1), 1, 2), 0)
    return _rules().edit(texts, context[:, None], rng=rng)


@cache
def _rules() -> Rules:
    return Rules.of(LETTERS, LETTERS_AND_DIGITS, DIGITS)
