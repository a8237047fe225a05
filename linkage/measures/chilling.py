"""What it costs if people stop filing: a declared scenario beside a published range, no estimate."""

from __future__ import annotations

from typing import Final, NamedTuple


class PublishedRange(NamedTuple):
    """A published figure with its range, in dollars.

    Attributes
    ----------
    low, middle, high : float
    source : str
    """

    low: float
    middle: float
    high: float
    source: str


LOST_IN_2026: Final = PublishedRange(
    12e9, 25e9, 39e9, "The Budget Lab at Yale, 2025, as reported: revenue lost in 2026"
)
LOST_IN_TEN_YEARS: Final = PublishedRange(
    float("nan"), 313e9, float("nan"), "The Budget Lab at Yale, 2025, as reported: in ten years"
)
DROP_REPORTED: Final = 0.15
"""Drop of returns with an ITIN in 2026: one newspaper, low confidence."""


def revenue_lost(filers: float, liability: float, drop: float) -> float:
    """Give the revenue lost if a share of filers stop filing and paying: ``filers * liability * drop``.

    None of the three is estimated here. The drop is a scenario that whoever uses it declares; those
    who stop may owe more or less than the others, and may still have wages withheld.

    Parameters
    ----------
    filers : float
        Returns that might not be filed, 0 or more.
    liability : float
        Mean dollars of tax a return, 0 or more.
    drop : float
        Share of them that are not, in [0, 1].

    Returns
    -------
    float
        Dollars a year.

    Raises
    ------
    linkage.InputError
        Naming every bad argument.

    Examples
    --------
    >>> f"{revenue_lost(5e6, 8_000, DROP_REPORTED):,.0f}"
    '6,000,000,000'
    """
    from linkage.problems import Problems, is_number

    problems = Problems()
    for name, value in (("filers", filers), ("liability", liability)):
        if not is_number(value) or not value >= 0:
            problems.append(f"{name}: got {value!r}, allowed 0 or more")
    problems.share("drop", drop)
    problems.raise_any()
    return filers * liability * drop


def drop_behind(loss: float, filers: float, liability: float) -> float:
    """Give the share of filers who would have to stop for a loss: more than 1 is more than there are.

    Examples
    --------
    >>> round(drop_behind(LOST_IN_2026.low, 5e6, 8_000), 2)
    0.3
    """
    whole = revenue_lost(filers, liability, 1.0)
    return loss / whole if whole else float("nan")
