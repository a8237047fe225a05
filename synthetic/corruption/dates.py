"""Errors in dates written YYYY-MM-DD. What they leave is always a date.

A text that is no date is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthetic.columns import Words
from synthetic.corruption.choosing import Share
from synthetic.corruption.texts import Change, Letters, Texts, of_length, struck

#: Digits that a slip may change: the last of the year, and those of month and day. Another
#: one of the year would make a person not yet born, or too old to be believed.
SLIPPING = np.array([3, 5, 6, 8, 9])
#: Years a birth year is off by, and how often. Prior.
YEARS_OFF = np.array([-10, -1, 1, 10])
YEARS_OFF_SHARES = np.array([0.1, 0.4, 0.4, 0.1])

_LENGTH = 10
_DIGITS = [0, 1, 2, 3, 5, 6, 8, 9]
#: Days of each month of years that are not leap years, and of those that are.
_DAYS = np.array(
    [
        [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31],
        [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31],
    ]
)


@dataclass(frozen=True, eq=False)
class _Dates:
    """Texts that are dates, and their parts, shape (count,) each; ``leap`` is 0 or 1."""

    texts: Texts
    year: NDArray[np.int64]
    leap: NDArray[np.int64]
    month: NDArray[np.int64]
    day: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Texts) -> _Dates:
        """Return those of the texts that are dates."""
        texts = of_length(texts, _LENGTH)
        digit = texts.letters.T.astype(np.int64) - ord("0")
        year = 1000 * digit[0] + 100 * digit[1] + 10 * digit[2] + digit[3]
        leap, month, day = _leap(year), 10 * digit[5] + digit[6], 10 * digit[8] + digit[9]
        written = ((digit >= 0) & (digit <= 9))[_DIGITS].all(axis=0)
        hyphens = (texts.letters[:, 4] == ord("-")) & (texts.letters[:, 7] == ord("-"))
        real = written & hyphens & (year > 0) & _exist(leap, month, day)
        if real.all():
            return cls(texts, year, leap, month, day)
        return cls(texts.some(real), year[real], leap[real], month[real], day[real])


def _leap(year: NDArray[np.int64]) -> NDArray[np.int64]:
    every_four = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    leap: NDArray[np.int64] = every_four.astype(np.int64)
    return leap


def _exist(leap: Any, month: Any, day: Any) -> NDArray[np.bool_]:
    """Return which days there are in a year; ``leap`` is 0 or 1, all shapes go together."""
    most = _DAYS[leap, np.where((month >= 0) & (month <= 12), month, 0)]
    return np.asarray((day >= 1) & (day <= most))


def day_month_swapped(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Change over day and month, where that is another date.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> column = words(["1987-03-09", "1987-03-13", None])
    >>> day_month_swapped(column, 1.0, rng=np.random.default_rng(0)).to_pylist()
    ['1987-09-03', '1987-03-13', None]
    """
    return struck(column, share, _swapped, rng=rng)


def date_digit(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Write another digit somewhere in month or day or last in the year; it is still a date.

    All dates that can come out so are equally likely. 29 February keeps its year.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> date_digit(words(["1987-03-09"] * 3), 1.0, rng=np.random.default_rng(0)).to_pylist()
    ['1988-03-09', '1987-03-03', '1987-03-06']
    """
    return struck(column, share, _one_digit, rng=rng)


def year_off(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Be one year or ten out, before or after. 29 February is left alone.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> year_off(words(["1987-03-09"] * 3), 1.0, rng=np.random.default_rng(0)).to_pylist()
    ['1977-03-09', '1988-03-09', '1997-03-09']
    """
    return struck(column, share, _another_year, rng=rng)


def birthday_heaped(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Write 1 January, as is done where only the year of birth is known.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> birthday_heaped(words(["1987-03-09"]), 1.0, rng=np.random.default_rng(0)).to_pylist()
    ['1987-01-01']
    """
    return struck(column, share, _first_of_january, rng=rng)


def _swapped(texts: Texts, rng: np.random.Generator) -> Change:
    dates = _Dates.of(texts)
    other = (dates.day <= 12) & (dates.day != dates.month)
    letters = dates.texts.letters[:, [8, 9, 7, 5, 6]]
    return Change.at(dates.texts, np.where(other, 5, -1), 5, letters)


def _one_digit(texts: Texts, rng: np.random.Generator) -> Change:
    dates, slips = _Dates.of(texts), _slips()
    count = slips.count[dates.leap, dates.month, dates.day]
    which = (rng.random(len(count)) * count).astype(np.int64)
    slip = slips.slip[slips.start[dates.leap, dates.month, dates.day] + which]
    place = SLIPPING[slip // 10]
    digit = (dates.texts.letters[np.arange(len(count)), place] - ord("0") + slip % 10) % 10
    return Change.at(dates.texts, place, 1, (digit + ord("0")).astype(np.uint8)[:, None])


@dataclass(frozen=True, eq=False)
class _Slips:
    """The slips of a digit that leave a date, in a row for each leap, month and day.

    A slip is ``10 * which + step``: which of ``SLIPPING``, and how far on the new digit is;
    after 9 comes 0. ``count`` and ``start`` have the shape (2, 13, 32).
    """

    count: NDArray[np.int64]
    start: NDArray[np.int64]
    slip: NDArray[np.int64]


@cache
def _slips() -> _Slips:
    leap, month, day = np.ogrid[:2, :13, :32]
    possible = np.zeros((2, 13, 32, len(SLIPPING), 10), dtype=np.bool_)
    # Another year has all days of this one, but for 29 February.
    possible[..., 0, 1:] = True
    possible[:, 2, 29, 0] = False
    for step in range(1, 10):
        for which, worth in enumerate((10, 1)):
            possible[..., 1 + which, step] = _exist(leap, _moved(month, worth, step), day)
            possible[..., 3 + which, step] = _exist(leap, month, _moved(day, worth, step))
    possible &= _exist(leap, month, day)[..., None, None]
    count = possible.sum(axis=(3, 4))
    start = (count.cumsum() - count.ravel()).reshape(count.shape)
    return _Slips(count, start, np.nonzero(possible.reshape(count.size, -1))[1])


def _moved(number: NDArray[np.int64], worth: int, step: int) -> NDArray[np.int64]:
    """Return numbers with the digit of this worth moved on by a step."""
    digit = number // worth % 10
    return np.asarray(number + ((digit + step) % 10 - digit) * worth)


def _another_year(texts: Texts, rng: np.random.Generator) -> Change:
    dates = _Dates.of(texts)
    which = np.searchsorted(YEARS_OFF_SHARES.cumsum()[:-1], rng.random(len(dates.year)), "right")
    year = dates.year + YEARS_OFF[which]
    real = (year >= 1) & (year <= 9999) & _exist(_leap(year), dates.month, dates.day)
    return Change.at(dates.texts, np.where(real, 0, -1), 4, _four_digits(year))


def _first_of_january(texts: Texts, rng: np.random.Generator) -> Change:
    dates = _Dates.of(texts)
    other = (dates.month != 1) | (dates.day != 1)
    letters = np.broadcast_to(np.frombuffer(b"01-01", dtype=np.uint8), (len(other), 5))
    return Change.at(dates.texts, np.where(other, 5, -1), 5, letters)


def _four_digits(numbers: NDArray[np.int64]) -> Letters:
    digits = numbers[:, None] // np.array([1000, 100, 10, 1]) % 10 + ord("0")
    letters: Letters = digits.astype(np.uint8)
    return letters
