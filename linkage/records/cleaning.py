"""What a written value becomes before it is compared or encoded."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_ACCENTED: Final = ("LATIN", "GREEK", "CYRILLIC")


def _fold(value: str) -> str:
    """Upper case, without diacritics, one blank between words.

    Only letters of Latin, Greek and Cyrillic lose their marks: elsewhere marks are vowels.
    """
    if value.isascii():
        return " ".join(value.upper().split())
    letters: list[str] = []
    base = ""
    for letter in unicodedata.normalize("NFKD", value):
        if not unicodedata.combining(letter):
            base = letter
        elif unicodedata.name(base or " ", "").startswith(_ACCENTED):
            continue
        letters.append(letter)
    return " ".join(unicodedata.normalize("NFC", "".join(letters)).upper().split())


_ABSENT = frozenset({"", "NA", "N/A", "NAN", "NONE", "NULL", "<NA>", "-", ".", "?"})
_SURNAMES = frozenset({"NA", "NULL"})
"""Signs of a missing value that are also names of people."""


def clean_text(value: str) -> str | None:
    """Fold case, diacritics and blanks; None for the usual signs of a missing value.

    Examples
    --------
    >>> clean_text("  Muñoz  Pérez "), clean_text("n/a")
    ('MUNOZ PEREZ', None)
    """
    folded = _fold(value)
    return None if folded in _ABSENT else folded


def clean_name(value: str) -> str | None:
    """Fold a name and drop punctuation: hyphens part words, apostrophes vanish.

    Examples
    --------
    >>> clean_name("O'Brien-García, Jr.")
    'OBRIEN GARCIA JR'
    >>> clean_name("राम") == clean_name("रीमा")
    False
    """
    folded = _fold(value)
    if folded in _ABSENT - _SURNAMES:
        return None
    kept = re.sub(r"['’`.]", "", folded)
    letters = (letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in kept)
    words = _fold("".join(letters))
    return None if words in _ABSENT - _SURNAMES else words


def clean_digits(value: str) -> str | None:
    """Keep the digits of an identifying number.

    Examples
    --------
    >>> clean_digits("900-12-3456")
    '900123456'
    """
    return re.sub(r"\D", "", value) or None


def clean_zip(value: str) -> str | None:
    """Keep the first five digits of a ZIP code (others: letters and digits, as in 'EC1A 1BB').

    Examples
    --------
    >>> clean_zip("02139-4307")
    '02139'
    """
    code = clean_text(re.sub(r"\W", "", _fold(value)))
    if code is None:
        return None
    found = re.match(r"(\d{5})(?:\d{4})?$", code)
    return found[1] if found else code


_DATES = (
    re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:[T ].*)?$"),
    re.compile(r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)$"),
    re.compile(r"(?P<m>\d{1,2})[-/.](?P<d>\d{1,2})[-/.](?P<y>\d{4})$"),
)


def clean_date(value: str) -> str | None:
    """Write a date as YYYY-MM-DD; day and month may be impossible, as mistyped ones are.

    Read are ``1980-02-03``, ``19800203`` and the American ``2/3/1980``.

    Raises
    ------
    ValueError
        If the value has none of these forms.

    Examples
    --------
    >>> clean_date("2/3/1980"), clean_date("19801350")
    ('1980-02-03', '1980-13-50')
    """
    text = value.strip()
    if _fold(text) in _ABSENT:
        return None
    for form in _DATES:
        found = form.match(text)
        if found:
            return f"{found['y']}-{int(found['m']):02d}-{int(found['d']):02d}"
    raise ValueError(value)


_LINE = re.compile(
    r"(?:(?P<number>\d+[A-Z]?(?:-\d+)?)\s+)?(?P<street>.*?)"
    r"(?:[\s,]+(?:APT|APARTMENT|UNIT|STE|SUITE|#)\.?\s*(?P<unit>[\w-]+))?$"
)


def split_address(line: str) -> tuple[str | None, str | None, str | None]:
    """Take a street line apart into house number, street and unit.

    Examples
    --------
    >>> split_address("12 N MAIN ST APT 3B")
    ('12', 'N MAIN ST', '3B')
    """
    found = _LINE.match(line)
    if not found:
        return None, line, None
    street, unit = (clean_name(found[part] or "") for part in ("street", "unit"))
    return found["number"], street, unit
