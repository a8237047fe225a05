"""Errors of writing: small pieces that are put together to miswrite a file.

A piece is called ``piece(column, share, *, rng)`` and returns a column. The column is a
`pyarrow.Array` of large_string (`synthetic.columns.Words`); the result has the same type and
length, missing values stay missing and the column given is not changed. ``share`` is the
probability with which a text *in which the error can be made* is struck: a number in [0, 1]
or an array with one a row. A text that is struck is always changed; one in which the error
cannot be made never is. Pieces that change single letters leave texts alone that are not
all ASCII, and all leave those of more than 256 bytes alone, but for ``missing``,
``name_order`` and ``field_shift``.

With one share a row the errors of a record go together: multiply the shares by
`carelessness`, drawn once for all pieces. `share_problems` tells beforehand whether the
shares can be reached.

Pieces are deterministic in ``rng`` and cost in proportion to the texts struck, but for one
random number a row and a copy of the column.

Examples
--------
>>> import numpy as np
>>> from synthetic.columns import words
>>> rng = np.random.default_rng(0)
>>> careless = carelessness(4, 0.8, rng=rng)
>>> given, surname = words(["MARIA", "JOSE", "ANA", None]), words(["GARCIA LOPEZ"] * 4)
>>> given = typo(given, 0.2 * careless, rng=rng)
>>> surname = second_surname_dropped(surname, 0.2 * careless, rng=rng)
>>> given.to_pylist(), surname.to_pylist()
(['MARIA', 'JOSE', 'AAN', None], ['GARCIA', 'GARCIA LOPEZ', 'GARCIA', 'GARCIA LOPEZ'])
"""

from __future__ import annotations

from synthetic.corruption.choosing import (
    Share,
    carelessness,
    chosen,
    most_careless,
    share_problems,
)
from synthetic.corruption.dates import birthday_heaped, date_digit, day_month_swapped, year_off
from synthetic.corruption.diacritics import diacritics_lost, diacritics_written
from synthetic.corruption.keys import keyboard, letter_doubled, letter_lost, transposition, typo
from synthetic.corruption.lookups import Alternatives, lookup, nickname, spelling
from synthetic.corruption.names import (
    initial_only,
    name_order,
    second_surname_dropped,
    surname_hyphenated,
    surname_joined,
    surnames_swapped,
)
from synthetic.corruption.shapes import ocr
from synthetic.corruption.sounds import phonetic
from synthetic.corruption.streets import direction_lost, street_spelled_out, suffix_lost
from synthetic.corruption.texts import Piece
from synthetic.corruption.tins import tin_digit, tin_transposed
from synthetic.corruption.units import unit_lost, unit_restyled
from synthetic.corruption.whole import field_shift, missing, replaced, truncation

__all__ = [
    "Alternatives",
    "Piece",
    "Share",
    "birthday_heaped",
    "carelessness",
    "chosen",
    "date_digit",
    "day_month_swapped",
    "diacritics_lost",
    "diacritics_written",
    "direction_lost",
    "field_shift",
    "initial_only",
    "keyboard",
    "letter_doubled",
    "letter_lost",
    "lookup",
    "missing",
    "most_careless",
    "name_order",
    "nickname",
    "ocr",
    "phonetic",
    "replaced",
    "second_surname_dropped",
    "share_problems",
    "spelling",
    "street_spelled_out",
    "suffix_lost",
    "surname_hyphenated",
    "surname_joined",
    "surnames_swapped",
    "tin_digit",
    "tin_transposed",
    "transposition",
    "truncation",
    "typo",
    "unit_lost",
    "unit_restyled",
    "year_off",
]
