"""Names written as they sound, in English or in Spanish.

The rules are ours. They put into words what phonetic codes such as Metaphone (Philips 1990)
treat alike, and the letters that sound alike in American Spanish: B and V, S and Z, C before
E and I, LL and Y, a silent H.
"""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np

from synthetic.columns import Words
from synthetic.corruption.choosing import Share
from synthetic.corruption.rules import Rule, Rules, both_ways
from synthetic.corruption.texts import Change, Texts, struck

_VOWELS = "AEIOU"

#: Anywhere.
_ALIKE: list[Rule] = [
    *both_ways(
        [("PH", "F"), ("CA", "KA"), ("CO", "KO"), ("CU", "KU"), ("CL", "KL"), ("CR", "KR"),
         ("CE", "SE"), ("CI", "SI"), ("GE", "JE"), ("GI", "JI"), ("S", "Z"), ("V", "B"),
         ("EE", "EA"), ("AI", "AY"), ("EI", "IE")]
    ),
    *both_ways((f"LL{vowel}", f"Y{vowel}") for vowel in "AEOU"),
    ("QUE", "KE"), ("QUI", "KI"), ("OU", "U"),
]  # fmt: skip
#: But not where a word begins.
_WITHIN: list[Rule] = [
    ("Y", "I"), ("I", "Y"), ("CK", "K"), ("K$", "CK"), ("GH", ""), ("TH", "T"), ("SCH", "SH"),
    ("IE$", "Y"), ("Y$", "IE"), ("EY$", "Y"), ("MB$", "M"),
]  # fmt: skip
#: Only where a word begins.
_FIRST: list[Rule] = [
    *((f"H{vowel}", vowel) for vowel in _VOWELS),
    ("E", "HE"), ("O", "HO"), ("XI", "JI"), ("JI", "XI"), ("XA", "JA"), ("KN", "N"),
    ("WR", "R"), ("YS", "IS"), ("HUE", "WE"),
]  # fmt: skip
#: Double letters written once and, between vowels, single ones written twice.
_DOUBLES: list[Rule] = [
    *((2 * letter, letter) for letter in "BCDFGLMNPRSTZ"),
    *(
        (before + letter + after, before + 2 * letter + after)
        for before, letter, after in product(_VOWELS, "LNST", _VOWELS)
    ),
]

WITHIN_A_WORD = [*_ALIKE, *_WITHIN, *_DOUBLES]
WHERE_A_WORD_BEGINS = [*_ALIKE, *_FIRST, *_DOUBLES]


def phonetic(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Write one sound another way.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> column = words(["PHILIP", "VAZQUEZ", "HERNANDEZ", "GUILLERMO", "MCK"])
    >>> phonetic(column, 1.0, rng=np.random.default_rng(3)).to_pylist()
    ['PHYLIP', 'VASQUEZ', 'ERNANDEZ', 'GUILERMO', 'MK']
    """
    return struck(column, share, _written_by_ear, rng=rng)


def _written_by_ear(texts: Texts, rng: np.random.Generator) -> Change:
    letter = (texts.letters >= ord("A")) & (texts.letters <= ord("Z"))
    begins = letter.copy()
    begins[:, 1:] &= ~letter[:, :-1]
    return _rules().edit(texts, begins, rng=rng)


@cache
def _rules() -> Rules:
    return Rules.of(WITHIN_A_WORD, WHERE_A_WORD_BEGINS)
