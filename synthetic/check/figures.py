"""What a figure of a world is held against, and whether it fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import pandas as pd

COLUMNS = ("figure", "world", "outside", "tolerance", "fits", "source", "reason")


Bound: TypeAlias = Literal["", "at least", "at most"]


@dataclass(frozen=True)
class Figure:
    """A figure of a world beside the one published.

    Parameters
    ----------
    name
        What is counted, and the unit.
    world, outside
        The world's figure and the other one.
    tolerance
        By how much they may differ, in the same unit.
    source
        Where the outside figure is from.
    reason
        Why they may differ by so much.
    bound
        The outside figure is no estimate, but the world's should be at least, or at most,
        as large.

    Examples
    --------
    >>> ages = Figure("people under 18, %", 22.4, 22.1, 0.5, "Census 2020", "sampling")
    >>> ages.fits
    'yes'
    """

    name: str
    world: float
    outside: float
    tolerance: float
    source: str
    reason: str
    bound: Bound = ""

    @property
    def fits(self) -> str:
        """Either "yes" or "no"; "bound" for a bound that is kept."""
        gap = self.world - self.outside
        excess = {"at least": -gap, "at most": gap}.get(self.bound, abs(gap))
        if not excess <= self.tolerance:  # also if there is no figure
            return "no"
        return "bound" if self.bound else "yes"


def table(figures: Iterable[Figure]) -> pd.DataFrame:
    """Return the figures, one a row, with `COLUMNS`."""
    rows = [
        (
            f"{one.name}, {one.bound}" if one.bound else one.name,
            float(one.world), float(one.outside), float(one.tolerance),
            one.fits, one.source, one.reason,
        )
        for one in figures
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def text(frame: pd.DataFrame) -> str:
    """Return a table of figures as lines of text, the reasons left out."""
    shown = frame[list(COLUMNS[:-1])].copy()
    for name in ("world", "outside", "tolerance"):
        shown[name] = shown[name].map(_number)
    columns = [[name, *shown[name]] for name in shown]
    widths = [max(map(len, column)) for column in columns]
    right = [name in ("world", "outside", "tolerance") for name in shown]
    lines = (
        "  ".join(
            value.rjust(width) if to_right else value.ljust(width)
            for value, width, to_right in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in zip(*columns, strict=True)
    )
    return "\n".join(lines)


def _number(value: float) -> str:
    """Return a number with three digits, or as many as stand before the point."""
    digits = next((digits for digits, least in enumerate((100, 10, 0.1)) if value >= least), 3)
    return f"{value:,.{digits}f}"
