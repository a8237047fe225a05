"""Errors of writing: small edits of one text, and a way to apply one to a share of a column.

An edit takes a text and a generator and returns the text as somebody miswrote it, the
same text if this error cannot be made in it, or None if it was left out.

Examples
--------
>>> column = np.array(["MARIA", "JOSE", None], dtype=object)
>>> corrupt(column, 1.0, missing, rng=np.random.default_rng(0)).tolist()
[None, None, None]
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from synthetic.columns import Column
from synthetic.names import NICKNAMES

Edit: TypeAlias = Callable[[str, np.random.Generator], str | None]

_KEYBOARD = ("QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")
#: Digits of a number of ``tin_ranges`` that may change without leaving them.
_FREE_TIN_DIGITS = (1, 2, 5, 6, 7, 8)
#: Last digits of year, month and day in YYYY-MM-DD: a slip there tends to leave a date.
_DATE_DIGITS = (3, 6, 9)


def chosen(count: int, share: float, *, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which of ``count`` rows an error strikes, each with probability ``share``."""
    return rng.random(count) < share


def corrupt(column: Column, share: float, edit: Edit, *, rng: np.random.Generator) -> Column:
    """Return the column with ``edit`` applied to each text with probability ``share``.

    Missing values stay missing; the column given is not changed.
    """
    edited = column.copy()
    for row in np.flatnonzero(chosen(len(column), share, rng=rng)):
        if edited[row] is not None:
            edited[row] = edit(edited[row], rng)
    return edited


def swap(
    left: Column, right: Column, share: float, *, rng: np.random.Generator
) -> tuple[Column, Column]:
    """Return two columns with their texts changed over in a share of the rows."""
    rows = chosen(len(left), share, rng=rng)
    return np.where(rows, right, left), np.where(rows, left, right)


def missing(text: str, rng: np.random.Generator) -> None:
    """Leave the text out."""


def typo(text: str, rng: np.random.Generator) -> str:
    """Make one typing error: a neighbouring key, a letter lost or doubled, two changed over."""
    return _TYPOS[rng.integers(len(_TYPOS))](text, rng)


def neighbouring_key(text: str, rng: np.random.Generator) -> str:
    """Put in place of one letter the one beside it on a keyboard."""
    place = _place(text, rng)
    row = next((row for row in _KEYBOARD if text[place] in row), None)
    if row is None:
        return text
    key = row.index(text[place])
    return text[:place] + row[key - 1 if key else 1] + text[place + 1 :]


def letter_lost(text: str, rng: np.random.Generator) -> str:
    """Leave one letter out, but not the only one."""
    place = _place(text, rng)
    return text[:place] + text[place + 1 :] if len(text) > 1 else text


def letter_doubled(text: str, rng: np.random.Generator) -> str:
    """Write one letter twice."""
    place = _place(text, rng)
    return text[: place + 1] + text[place:]


def transposition(text: str, rng: np.random.Generator) -> str:
    """Change over two letters that differ and stand side by side."""
    places = [place for place in range(len(text) - 1) if text[place] != text[place + 1]]
    if not places:
        return text
    place = places[rng.integers(len(places))]
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


_TYPOS = (neighbouring_key, letter_lost, letter_doubled, transposition)


def nickname(text: str, rng: np.random.Generator) -> str:
    """Write the name a person goes by, where there is one."""
    short = NICKNAMES.get(text, (text,))
    return short[rng.integers(len(short))]


def day_month_swapped(text: str, rng: np.random.Generator) -> str:
    """Change over the day and the month of YYYY-MM-DD, if that is a date."""
    return _date_or(f"{text[:5]}{text[8:]}-{text[5:7]}", text)


def date_digit(text: str, rng: np.random.Generator) -> str:
    """Change one digit of YYYY-MM-DD, if the result is a date."""
    return _date_or(_digit(text, _DATE_DIGITS, rng), text)


def tin_digit(text: str, rng: np.random.Generator) -> str:
    """Change one digit of a number so that it is still one that was never issued."""
    return _digit(text, _FREE_TIN_DIGITS, rng)


def _digit(text: str, places: tuple[int, ...], rng: np.random.Generator) -> str:
    place = places[rng.integers(len(places))]
    digit = (int(text[place]) + int(rng.integers(1, 10))) % 10
    return f"{text[:place]}{digit}{text[place + 1 :]}"


def _date_or(text: str, otherwise: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        return otherwise
    return text


def _place(text: str, rng: np.random.Generator) -> int:
    return int(rng.integers(len(text)))
