"""Keys: coarser forms of a field, on which records agree though the field itself is miswritten."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd

from linkage.linking.codes import Codes

Form = str | None
"""What a value is written as under a key; None agrees with nothing."""

Forms = Sequence[list[Form]]
"""One list a slot, each as long as the values; a key of several slots agrees if any two do."""

PARTICLES: Final = frozenset(
    [
        "AL",
        "BIN",
        "DA",
        "DAS",
        "DE",
        "DEL",
        "DELLA",
        "DEN",
        "DER",
        "DES",
        "DI",
        "DO",
        "DOS",
        "DU",
        "EL",
        "IBN",
        "LA",
        "LAS",
        "LE",
        "LOS",
        "MAC",
        "MC",
        "SAN",
        "SANTA",
        "ST",
        "TEN",
        "VAN",
        "VANDER",
        "VON",
        "Y",
        "E",
    ]
)
"""Words of surnames that many share and that say little (the commonest in European and Arabic
names)."""


@dataclass(frozen=True)
class Key:
    """A form of the values of a column, or of two columns in either order.

    Parameters
    ----------
    columns : tuple of str
    words : str
        What it is for.
    forms : callable
        From distinct values to their forms.
    """

    columns: tuple[str, ...]
    words: str
    forms: Callable[[Sequence[str]], Forms]

    def tables(self, values: Iterable[Any]) -> tuple[Codes, ...]:
        """Number the forms of a dictionary's values, one array a slot, -1 where there is none.

        Examples
        --------
        >>> [table.tolist() for table in KEYS["surname_word"].tables(["NG", "DIAZ NG"])]
        [[0, 1], [-1, 0]]
        """
        texts = list(map(str, values))
        slots = self.forms(texts)
        numbers, _ = pd.factorize(np.array([form for slot in slots for form in slot], dtype=object))
        tables = np.asarray(numbers, np.int32).reshape(len(slots), len(texts))
        return tuple(tables)


def _start(letters: int, values: Sequence[str]) -> Forms:
    return ([value[:letters] if len(value) >= letters else None for value in values],)


def _names(value: str) -> list[str]:
    """Words of a name that are no particles, or all of them if there are no others."""
    if " " not in value:
        return [value]
    words = value.split()
    return [word for word in words if word not in PARTICLES] or words


def _words(values: Sequence[str]) -> Forms:
    """The first and the last word; the second slot is empty where they are one."""
    words = [_names(value) or [""] for value in values]
    first = [part[0] or None for part in words]
    return first, [_unless(part[-1], part[0]) for part in words]


def _unless(form: Form, other: Form) -> Form:
    return None if form == other else form


_SOUNDS: Final = tuple(
    (re.compile(pattern, re.MULTILINE), sound)
    for pattern, sound in (
        (r"[^A-Z\n]", ""),
        (r"^([GK]N|PN)", "N"),
        (r"^WR", "R"),
        (r"^X(?=[AEI])", "J"),
        (r"X", "KS"),
        (r"PH", "F"),
        (r"CH(?=[LR])", "K"),
        (r"SHCH|SCH|TCH|CH|SH|ZH|CZ|SZ|TZ|TS", "S"),
        (r"GH(?=T)", ""),
        (r"H", ""),
        (r"G(?=[EI])", "J"),
        (r"C(?=[EIY])|Z", "S"),
        (r"QU|[CQ]", "K"),
        (r"V", "B"),
        (r"DT$", "T"),
        (r"MB$", "M"),
        (r"([B-DF-HJ-NP-TV-Z])\1+", r"\1"),
        (r"^[AEIOUWY]+", "A"),
        (r"(?<!^)[AEIOUWY]+", ""),
        (r"(.)\1+$", r"\1"),
    )
)
"""What sounds alike is written alike, in order; then all vowels but a leading one go.

Ours: the idea of Metaphone (Philips 1990, Computer Language 7(12)), with the letters that American
Spanish does not tell apart (B V, S Z, C before E and I, J X G before E and I, a silent H) and the
ways in which Arabic, Slavic and Indian names are transliterated."""

FEW_CONSONANTS: Final = 2
"""A name of fewer letters by sound is written as it is: LEE and LOWE would be one L."""


def sounds(values: Sequence[str]) -> list[str]:
    """Write words as they sound, all in one text at a time.

    Examples
    --------
    >>> sounds(["JIMENEZ", "XIMENES", "GIMENEZ", "MOHAMMED", "MUHAMAD", "LEE"])
    ['JMNS', 'JMNS', 'JMNS', 'MMD', 'MMD', 'LEE']
    """
    words = dict.fromkeys(values)
    text = "\n".join(value.replace("\n", " ") for value in words)
    for pattern, sound in _SOUNDS:
        text = pattern.sub(sound, text)
    of = {
        value: sound if len(sound) >= FEW_CONSONANTS else value
        for sound, value in zip(text.split("\n") if words else [], words, strict=True)
    }
    return [of[value] for value in values]


def _sounds(values: Sequence[str]) -> Forms:
    """How the first and the last word sound."""
    first, last = ([form or "" for form in slot] for slot in _words(values))
    first, last = sounds(first), sounds(last)
    return (
        [form or None for form in first],
        [_unless(form, other) or None for form, other in zip(last, first, strict=True)],
    )


def _first_sound(values: Sequence[str]) -> Forms:
    return ([sound or None for sound in sounds([form or "" for form in _words(values)[0]])],)


def _is_date(value: str) -> bool:
    """Whether it is written YYYY-MM-DD."""
    return len(value) == 10 and value[4] == value[7] == "-"


def _birth_year(values: Sequence[str]) -> Forms:
    return ([value[:4] if _is_date(value) else None for value in values],)


def _birth_month_day(values: Sequence[str]) -> Forms:
    """Month and day, in either order."""
    return ([_month_day(value) if _is_date(value) else None for value in values],)


def _month_day(date: str) -> str:
    month, day = date[5:7], date[8:]
    return month + day if month < day else day + month


def _longest_word(values: Sequence[str]) -> Forms:
    return ([max(value.split(), key=len, default=None) for value in values],)


KEYS: Final[dict[str, Key]] = {
    "given_name_sound": Key(("given_name",), "another spelling of any of its words", _sounds),
    "given_name_start": Key(("given_name",), "a slip late in it; short forms", partial(_start, 3)),
    "surname_word": Key(("surname",), "one of two surnames left out", _words),
    "surname_sound": Key(("surname",), "another spelling of any of its words", _sounds),
    "surname_start": Key(("surname",), "a slip late in it", partial(_start, 4)),
    "names_either_way": Key(("given_name", "surname"), "names exchanged", _first_sound),
    "birth_year": Key(("date_of_birth",), "day and month miswritten", _birth_year),
    "birth_month_day": Key(("date_of_birth",), "year miswritten, order lost", _birth_month_day),
    "zip_start": Key(("zip",), "the region that mail is sorted for", partial(_start, 3)),
    "street_word": Key(("street_name",), "kind or direction of street left out", _longest_word),
}
"""Keys by name. Three digits of a ZIP code: a sectional center (USPS Publication 65)."""
