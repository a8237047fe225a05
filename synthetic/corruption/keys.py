"""Errors of the hand on a keyboard: four of one letter or two, and any of them.

Damerau (1964, doi:10.1145/363958.363994) counted more than 80% of misspelt words to have
just one of the four. That each is as frequent as the others is a prior.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synthetic.columns import Words
from synthetic.corruption.choosing import Share
from synthetic.corruption.texts import (
    SPACE,
    Change,
    Edit,
    Letters,
    Texts,
    any_place,
    followed,
    struck,
)

#: Rows of a keyboard and how far each is set to the right, in keys.
_ROWS = (("QWERTYUIOP", 0.0), ("ASDFGHJKL", 0.25), ("ZXCVBNM", 0.75))


def neighbours() -> dict[str, str]:
    """Return the keys that touch each letter's key, and the digits beside each digit.

    Examples
    --------
    >>> neighbours()["A"], neighbours()["G"], neighbours()["0"]
    ('QWSZ', 'TYFHVB', '9')
    """
    keys = {
        key: (number, place + shift)
        for number, (row, shift) in enumerate(_ROWS)
        for place, key in enumerate(row)
    }
    beside = {
        key: "".join(
            other
            for other, (row, place) in keys.items()
            if other != key and abs(row - keys[key][0]) <= 1 and _touch(row, place, *keys[key])
        )
        for key in keys
    }
    digits = "1234567890"
    for place, digit in enumerate(digits):
        beside[digit] = digits[max(0, place - 1) : place] + digits[place + 1 : place + 2]
    return beside


def _touch(row: int, place: float, other_row: int, other_place: float) -> bool:
    apart = abs(place - other_place)
    return apart <= 1 if row == other_row else apart < 1


def _neighbour_table() -> tuple[Letters, NDArray[np.int64]]:
    """Return the neighbours of each byte, shape (256, most), and how many it has."""
    beside = neighbours()
    table = np.zeros((256, max(map(len, beside.values()))), dtype=np.uint8)
    count = np.zeros(256, dtype=np.int64)
    for key, others in beside.items():
        table[ord(key), : len(others)] = list(others.encode())
        count[ord(key)] = len(others)
    return table, count


_NEIGHBOURS, _NEIGHBOUR_COUNT = _neighbour_table()
_IS_LETTER = _NEIGHBOUR_COUNT > 0


def _on_keyboard(letters: Letters) -> NDArray[np.bool_]:
    places: NDArray[np.bool_] = _IS_LETTER[letters]
    return places


def _solid(letters: Letters) -> NDArray[np.bool_]:
    places: NDArray[np.bool_] = (letters != 0) & (letters != SPACE)
    return places


def _losable(letters: Letters) -> NDArray[np.bool_]:
    solid = _solid(letters)
    beside = np.zeros_like(solid)
    beside[:, 1:] = solid[:, :-1]
    beside[:, :-1] |= solid[:, 1:]
    places: NDArray[np.bool_] = solid & beside
    return places


def _differing(letters: Letters) -> NDArray[np.bool_]:
    after = followed(letters)
    places: NDArray[np.bool_] = _solid(letters) & _solid(after) & (letters != after)
    return places


_KEY, _LOST, _TRANSPOSED, _DOUBLED = range(4)
#: Of each error: where it can be made, how many letters are cut there and how many written.
_POSSIBLE = (_on_keyboard, _losable, _differing, _solid)
_CUT = np.array([1, 1, 2, 0])
_NEW = np.array([1, 0, 2, 1])


def keyboard(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Put in place of one letter one whose key touches its own; of a digit, one beside it.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> keyboard(words(["Q", None, "1", "-"]), 1.0, rng=np.random.default_rng(0)).to_pylist()
    ['A', None, '2', '-']
    """
    return struck(column, share, _slip(_KEY), rng=rng)


def letter_lost(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Leave one letter out, but never the only one of a word.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> letter_lost(words(["ANNA", "X"]), 1.0, rng=np.random.default_rng(0)).to_pylist()
    ['NNA', 'X']
    """
    return struck(column, share, _slip(_LOST), rng=rng)


def letter_doubled(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Write one letter or other sign twice, but no space.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> letter_doubled(words(["ANA", None]), 1.0, rng=np.random.default_rng(0)).to_pylist()
    ['AANA', None]
    """
    return struck(column, share, _slip(_DOUBLED), rng=rng)


def transposition(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Change over two letters of a word that differ and stand side by side.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> transposition(words(["AB", "AA"]), 1.0, rng=np.random.default_rng(0)).to_pylist()
    ['BA', 'AA']
    """
    return struck(column, share, _slip(_TRANSPOSED), rng=rng)


def typo(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Make one of the four errors, each as likely; double a letter where it cannot be made.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> typo(words(["MARIA"] * 4), 1.0, rng=np.random.default_rng(1)).to_pylist()
    ['MARIZ', 'MAIA', 'MARRIA', 'ARIA']
    """
    return struck(column, share, _any_slip, rng=rng)


def _slip(kind: int) -> Edit:
    """Return the edit that makes errors of one kind."""

    def edit(texts: Texts, rng: np.random.Generator) -> Change:
        place = any_place(_POSSIBLE[kind](texts.letters), rng=rng)
        return _slipped(texts, np.full(len(texts), kind), place, rng=rng)

    return edit


def _any_slip(texts: Texts, rng: np.random.Generator) -> Change:
    kind = rng.integers(len(_POSSIBLE), size=len(texts))
    everywhere = [possible(texts.letters) for possible in _POSSIBLE]
    possible = np.choose(kind[:, None], everywhere)
    impossible = ~possible.any(axis=1)
    kind[impossible] = _DOUBLED
    possible[impossible] = everywhere[_DOUBLED][impossible]
    return _slipped(texts, kind, any_place(possible, rng=rng), rng=rng)


def _slipped(
    texts: Texts, kind: NDArray[np.int64], place: NDArray[np.int64], *, rng: np.random.Generator
) -> Change:
    """Return the change that makes an error of its kind at the place of each text."""
    rows = np.arange(len(texts))
    letter, after = texts.letters[rows, place], followed(texts.letters)[rows, place]
    which = (rng.random(len(texts)) * _NEIGHBOUR_COUNT[letter]).astype(np.int64)
    new = np.empty((len(texts), 2), dtype=np.uint8)
    new[:, 0] = np.choose(kind, [_NEIGHBOURS[letter, which], 0, after, letter])
    new[:, 1] = letter
    return Change.at(texts, place, _CUT[kind], new, _NEW[kind])
