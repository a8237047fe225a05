"""Numbers as people read them: sensible digits, thousands separators, no bare NaN."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

SUPPRESSED = "<11"
NEARLY_ALL = "all but <11"
SCHEMES = "schemes"
"""Unit of a count of schemes: whole, and about nobody."""


def _missing(value: Any) -> bool:
    return bool(pd.isna(value))


def percent(share: float) -> str:
    r"""Write a share in [0, 1] as a percentage whose digits neither hide nor invent anything.

    >>> percent(0.12345), percent(0.99962), percent(0.0), percent(0.00004)
    ('12.3\xa0%', '99.96\xa0%', '0\xa0%', '0.004\xa0%')
    """
    return f"{100 * share:.{_decimals(share)}f}\xa0%"


def _decimals(share: float) -> int:
    distance = 100 * min(abs(share), abs(1 - share))
    if distance < 1e-9:
        return 0
    return 1 if distance >= 0.1 else min(6, math.ceil(-math.log10(distance)))


def number(value: float) -> str:
    """Write a number with about three digits that matter.

    >>> number(12345.6), number(37.14), number(0.0312), number(0)
    ('12,346', '37.1', '0.03', '0')
    """
    size = abs(value)
    if size == 0 or size >= 100:
        return f"{value:,.0f}"
    if size >= 1:
        return f"{value:.1f}"
    if size >= 0.01:
        return f"{value:.2f}"
    return f"{value:.1g}" if size >= 1e-4 else f"{value:.0e}"


def money(dollars: float) -> str:
    """Write an amount in dollars.

    >>> money(0.0004), money(12.5), money(4321.2), money(2.5e7), money(float("nan"))
    ('under $0.01', '$12.50', '$4,321', '$25.0 million', 'not measured')
    """
    if _missing(dollars):
        return "not measured"
    if 0 < dollars < 0.01:
        return "under $0.01"
    if dollars >= 1e6:
        return f"${dollars / 1e6:,.1f} million"
    return f"${dollars:,.0f}" if dollars >= 1000 else f"${dollars:.2f}"


def is_share(unit: str) -> bool:
    """Tell whether a unit means a fraction in [0, 1], to be read as a percentage.

    >>> is_share("share of targets"), is_share("per 1,000 requests")
    (True, False)
    """
    return unit.split(" ")[0] in {"share", "rate", "proportion"}


def undefined(note: Any, *, word: str = "not defined") -> str:
    """Say why a figure is missing.

    >>> undefined("nothing was linked"), undefined("<11; and more")
    ('not defined: nothing was linked', '<11')
    """
    text = "" if pd.isna(note) else str(note).strip()
    return withheld(text) or f"{word}: {text or 'no reason given'}"


def withheld(note: Any) -> str:
    """Return the mark of a withheld small count if a note starts with one, else nothing.

    >>> withheld("all but <11"), withheld("needs the key")
    ('all but <11', '')
    """
    mark = "" if pd.isna(note) else str(note).split(";")[0].strip()
    return mark if mark in (SUPPRESSED, NEARLY_ALL) else ""


def with_interval(
    value: float,
    low: float,
    high: float,
    *,
    unit: str = "share",
    note: Any = "",
    word: str = "not defined",
) -> str:
    r"""Write a figure with its 95 % interval.

    >>> with_interval(0.123, 0.118, 0.129)
    '12.3\xa0% (11.8 to 12.9)'
    >>> with_interval(float("nan"), 0, 0, note="needs the key", word="not applicable")
    'not applicable: needs the key'
    """
    if _missing(value):
        return undefined(note, word=word)
    share = is_share(unit)
    shown = percent(value) if share else number(value)
    if unit == SCHEMES:
        shown = f"{value:.0f}"
    if _missing(low) or _missing(high):
        return shown
    ends = [
        # A bound gets at least the digits of its figure: 99.94 % (99.88 to 99.97).
        f"{100 * end:.{max(_decimals(end), _decimals(value) if _decimals(end) else 0)}f}"
        if share
        else number(end)
        for end in (low, high)
    ]
    return f"{shown} ({ends[0]} to {ends[1]})"


def duration(seconds: float) -> str:
    r"""Write a time span in the largest unit that keeps it above one.

    >>> duration(0.0042), duration(93), duration(7200), duration(4e8)
    ('0.004\xa0seconds', '1.6\xa0minutes', '2.0\xa0hours', '12.7\xa0years')
    """
    if _missing(seconds):
        return "not measured"
    for name, size in (("years", 31_557_600), ("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= size:
            return f"{number(seconds / size)}\xa0{name}"
    return f"{number(seconds)}\xa0seconds"
