"""What a written value becomes before it is compared or encoded."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_ACCENTED: Final = ("LATIN", "GREEK", "CYRILLIC")

_WHOLE: Final = re.compile(r"(\d+)\.0+")
"""A whole number that was kept as a fraction, because of gaps in its column."""


def _fold(value: str) -> str:
    """Upper case, without diacritics, one blank between words; 7 for 7.0."""
    plain = value if value.isascii() else _without_marks(value)
    folded = " ".join(plain.upper().split())
    whole = _WHOLE.fullmatch(folded) if ".0" in folded else None
    return whole[1] if whole else folded


def _without_marks(value: str) -> str:
    """Drop marks of Latin, Greek and Cyrillic letters only: elsewhere marks are vowels."""
    letters: list[str] = []
    base = ""
    for letter in unicodedata.normalize("NFKD", value):
        if not unicodedata.combining(letter):
            base = letter
        elif unicodedata.name(base or " ", "").startswith(_ACCENTED):
            continue
        letters.append(letter)
    return unicodedata.normalize("NFC", "".join(letters))


_ABSENT = frozenset(
    {"", "NA", "N/A", "#N/A", "N.A.", "NAN", "NAT", "NONE", "NULL", "<NA>", "\\N"}
    | {"-", "--", "---", ".", "?", "UNKNOWN", "NOT AVAILABLE", "NOT KNOWN"}
)
_SURNAMES = frozenset({"NA", "NULL"})
"""Signs of a missing value that are also names of people."""
_NO_NAMES = _ABSENT - _SURNAMES


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
    letters = value.replace(" ", "")
    if letters.isascii() and letters.isalnum():  # most values, quickly
        words = " ".join(value.upper().split())
        return None if words in _NO_NAMES else words
    folded = _fold(value)
    if folded in _NO_NAMES:
        return None
    kept = re.sub(r"['’`.]", "", folded)
    words = _fold("".join(each if unicodedata.category(each)[0] in "LMN" else " " for each in kept))
    return None if words in _NO_NAMES else words


def are_clean_names(values: pa.Array) -> NDArray[np.bool_]:
    """Tell which names are as `clean_name` would write them: most of those in clean files.

    Examples
    --------
    >>> are_clean_names(pa.array(["GARCIA LOPEZ", "Garcia", "O'BRIEN", "UNKNOWN"])).tolist()
    [True, False, False, False]
    """
    plain = pc.match_substring_regex(values, "^[A-Z0-9]+( [A-Z0-9]+)*$")
    absent = pc.is_in(values, pa.array(sorted(_NO_NAMES), values.type))
    return np.asarray(pc.and_not(plain, absent), np.bool_)


def clean_initial(value: str) -> str | None:
    """Keep the first letter of a middle name.

    Examples
    --------
    >>> clean_initial("Guadalupe"), clean_initial("g.")
    ('G', 'G')
    """
    name = clean_name(value)
    return name[0] if name else None


_GENERATIONS: Final = {
    **{"JR": "JR", "JUNIOR": "JR", "SR": "SR", "SENIOR": "SR", "II": "II", "2ND": "II"},
    **{"III": "III", "3RD": "III", "IV": "IV", "4TH": "IV"},
}


def clean_suffix(value: str) -> str | None:
    """Write a generation suffix as JR, SR, II, III or IV; anything else as it is.

    Examples
    --------
    >>> clean_suffix("Jr."), clean_suffix("2nd")
    ('JR', 'II')
    """
    word = clean_name(value)
    return _GENERATIONS.get(word, word) if word else None


def have_suffixes(names: pa.Array) -> NDArray[np.bool_]:
    """Tell which clean names have a generation suffix behind them, for `split_suffix` to part.

    Examples
    --------
    >>> have_suffixes(pa.array(["GARCIA LOPEZ JR", "JUNIOR"])).tolist()
    [True, False]
    """
    return np.asarray(pc.match_substring_regex(names, f". ({'|'.join(_GENERATIONS)})$"), np.bool_)


def split_suffix(name: str) -> tuple[str, str | None]:
    """Part a clean name from the generation suffix behind it.

    Examples
    --------
    >>> split_suffix("GARCIA LOPEZ JR"), split_suffix("JUNIOR")
    (('GARCIA LOPEZ', 'JR'), ('JUNIOR', None))
    """
    rest, _, last = name.rpartition(" ")
    return (rest, _GENERATIONS[last]) if rest and last in _GENERATIONS else (name, None)


def clean_digits(value: str) -> str | None:
    """Keep the digits of an identifying number.

    Examples
    --------
    >>> clean_digits("900-12-3456"), clean_digits("900123456.0")
    ('900123456', '900123456')
    """
    if value.isascii() and value.isdigit():  # most values, quickly
        return value
    return re.sub(r"\D", "", _fold(value)) or None


def clean_email(value: str) -> str | None:
    """Write an e-mail address in upper case without blanks; None without an ``@``.

    Examples
    --------
    >>> clean_email(" Ana.Ng@Example.org "), clean_email("none given")
    ('ANA.NG@EXAMPLE.ORG', None)
    """
    folded = _fold(value).replace(" ", "")
    return folded if "@" in folded else None


def clean_phone(value: str) -> str | None:
    """Keep the digits of a telephone number, without the country code of North America.

    Examples
    --------
    >>> clean_phone("+1 (617) 555-0100"), clean_phone("617.555.0100")
    ('6175550100', '6175550100')
    """
    digits = clean_digits(value)
    return digits[1:] if digits and len(digits) == 11 and digits[0] == "1" else digits


def clean_zip(value: str) -> str | None:
    """Keep the first five digits of a ZIP code (others: letters and digits, as in 'EC1A 1BB').

    Examples
    --------
    >>> clean_zip("02139-4307"), clean_zip("2139-4307")
    ('02139', '02139')
    """
    folded = re.sub(r"^(\d{4,5})-\d{4}$", lambda found: found[1].zfill(5), _fold(value))
    code = clean_text(re.sub(r"\W", "", folded))
    return code[:5] if code and code.isdecimal() and len(code) == 9 else code


_MONTHS: Final = [
    "JAN",
    "FEB",
    "MAR",
    "APR",
    "MAY",
    "JUN",
    "JUL",
    "AUG",
    "SEP",
    "OCT",
    "NOV",
    "DEC",
]
_MONTH: Final = rf"(?P<name>{'|'.join(_MONTHS)})[A-Z]*"
_TIME: Final = r"(?:[T ]+\d{1,2}:.*)?$"

_DATES: Final = tuple(
    re.compile(form + _TIME)
    for form in (
        r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})",
        r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)",
        r"(?P<m>\d{1,2})[-/.](?P<d>\d{1,2})[-/.](?P<y>\d{4})",
        rf"(?P<d>\d{{1,2}})(?:ST|ND|RD|TH)?[-/. ,]*{_MONTH}[-/. ,]*(?P<y>\d{{4}})",
        rf"{_MONTH}[-/. ]*(?P<d>\d{{1,2}})(?:ST|ND|RD|TH)?[-/. ,]+(?P<y>\d{{4}})",
    )
)


def clean_date(value: str) -> str | None:
    """Write a date as YYYY-MM-DD; day and month may be impossible, as mistyped ones are.

    Read are ``1980-02-03``, ``19800203``, the American ``2/3/1980``, ``3 Feb 1980`` and
    ``February 3, 1980``, with or without a time behind; all zeros are missing. ``25/12/1980``
    becomes 1980-25-12: whether the day came first cannot be told from one value, and comparing
    finds swapped parts.

    Raises
    ------
    ValueError
        If the value has none of these forms, two digits for the year among them.

    Examples
    --------
    >>> clean_date("2/3/1980"), clean_date("19801350"), clean_date("3-Feb-1980 00:00")
    ('1980-02-03', '1980-13-50', '1980-02-03')
    """
    text = _fold(value)
    if text in _ABSENT:
        return None
    for form in _DATES:
        found = form.match(text)
        if found:
            parts = found.groupdict()
            month = parts.get("m") or _MONTHS.index(parts["name"]) + 1
            written = f"{parts['y']}-{int(month):02d}-{int(parts['d']):02d}"
            return None if written == "0000-00-00" else written
    raise ValueError(value)
