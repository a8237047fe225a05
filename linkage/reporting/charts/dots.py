"""What the charts share: a dot with its whisker, rows, and the text beside or instead of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from linkage.reporting import style
from linkage.reporting.formatting import NEARLY_ALL, SUPPRESSED

ROW = 0.235  # inches a row of dots takes

SMALL = {
    SUPPRESSED: "not shown: a count under 11",
    NEARLY_ALL: "not shown: all but a count under 11",
}


def in_order(column: pd.Series[Any]) -> list[str]:
    """Distinct values in the order they first appear."""
    return [str(value) for value in column.dropna().unique()]


def dot(axes: Axes, y: float, row: Any, *, value: float, colour: str, marker: str = "o") -> None:
    """Draw a figure and its interval as a dot and a whisker."""
    # The whisker is drawn from low to high on its own: it stays true if the value lies outside.
    # Nothing here can be below 0, though an interval by a normal approximation can.
    low = max(row.low, 0.0)
    middle, half = (low + row.high) / 2, (row.high - low) / 2
    axes.errorbar(
        middle,
        y,
        xerr=max(half, 0.0),
        fmt="none",
        ecolor=colour,
        elinewidth=1.6,
        capsize=3,
        capthick=1.2,
        clip_on=False,
        zorder=3,
    )
    axes.plot(
        [value], [y], marker=marker, color=colour, markersize=6, gid="dot", clip_on=False, zorder=4
    )


def beside(axes: Axes, y: float, text: str) -> None:
    """Write a value to the right of its row."""
    axes.annotate(
        text,
        (1, y),
        xytext=(7, 0),
        xycoords=axes.get_yaxis_transform(),
        textcoords="offset points",
        size=style.VALUE,
        va="center",
        annotation_clip=False,
    )


def instead(axes: Axes, y: float, text: str, room: float) -> None:
    """Write in a row why it has no dot; a missing figure is never drawn as zero."""
    text = SMALL.get(text, text)
    axes.text(
        0.01,
        y,
        style.shorten(text, room, style.VALUE - 0.5),
        transform=axes.get_yaxis_transform(),
        size=style.VALUE - 0.5,
        style="italic",
        color=style.MUTED,
        va="center",
        gid="missing",
    )


def rows(axes: Axes, labels: Sequence[str], *, named: bool) -> None:
    """Give each row its label, the first on top."""
    axes.set_yticks(range(len(labels)), labels if named else [""] * len(labels))
    axes.set_ylim(len(labels) - 0.4, -0.6)


def percent_axis(axes: Axes, label: str) -> None:
    """Scale the horizontal axis from 0 to 100 %."""
    axes.set_xlim(0, 1.003)  # the last grid line is inside
    axes.set_xticks(np.linspace(0, 1, 6), [f"{tick}" for tick in range(0, 101, 20)])
    axes.set_xlabel(label, size=style.VALUE)
