"""What attacks achieved beside the most that a scheme's guarantee allows."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from linkage.reporting import style, wording
from linkage.reporting.charts.dots import (
    ROW,
    beside,
    dot,
    in_order,
    instead,
    percent_axis,
    rows,
)
from linkage.reporting.formatting import percent

COLUMNS: Final = ("scheme", "attack", "target", "knowledge", "advantage", "low", "high", "bound")


def bounds_data(risk: pd.DataFrame) -> pd.DataFrame:
    """Give the attacks on schemes with a guarantee: advantage, its interval, and the bound.

    The interval is that of the rate, moved down by the control; the control's own chance is not
    in it.
    """
    if not {"advantage", "bound"} <= set(risk.columns):
        return pd.DataFrame(columns=list(COLUMNS))
    data = risk.dropna(subset=["advantage", "bound", "attack"])
    moved = data["rate"] - data["advantage"]
    return data.assign(low=data["low"] - moved, high=data["high"] - moved)[
        list(COLUMNS)
    ].reset_index(drop=True)


@style.styled
def bounds_chart(risk: pd.DataFrame, *, foot: str, narrow: bool = False) -> Figure:
    """Draw the measured advantage of each attack beside the bound of the guarantee."""
    data = bounds_data(risk)
    schemes = in_order(data["scheme"])
    looks = style.scheme_colours(schemes)
    names = style.fitted([wording.scheme(scheme) for scheme in schemes])
    panels = list(data[["attack", "target", "knowledge"]].drop_duplicates().itertuples(index=False))
    layout = style.Layout(
        columns=1 if narrow or len(panels) == 1 else 2,
        panel_height=1.2 * ROW * len(schemes),
        left=style.label_room(names),
        right=0.75,
        gap=0.85,
        above=0.56,
        below=0.36,
        narrow=narrow,
    )
    figure, grid = style.canvas(
        len(panels),
        layout,
        title="What attacks achieved, and what the guarantee allows",
        subtitle="Advantage: right claims about members less those about others, with the rate's "
        "95 % interval",
        foot=foot,
        legend=[
            Line2D([], [], marker="o", color=style.MUTED, lw=1.6, label="measured advantage"),
            Line2D(
                [], [], marker="|", ms=11, mew=2, color=style.INK, lw=0, label="largest allowed"
            ),
        ],
    )
    for place, (axes, (attack, target, view)) in enumerate(zip(grid, panels, strict=True)):
        style.panel_title(axes, layout, wording.attack(attack, target), wording.words(view))
        rows(axes, names, named=place % layout.columns == 0)
        percent_axis(axes, "advantage, %")
        cells = data[(data["attack"] == attack) & (data["target"] == target)]
        cells = cells[cells["knowledge"] == view].set_index("scheme")
        for y, scheme in enumerate(schemes):
            if scheme in cells.index:
                _cell(axes, y, cells.loc[[scheme]].iloc[0], looks[scheme])
            else:
                instead(axes, y, "no figure", layout.panel_width)
    return figure


def _cell(axes: Axes, y: int, row: Any, look: tuple[str, str]) -> None:
    axes.plot([row.bound], [y], "|", ms=15, mew=2.2, color=style.INK, gid="bound", clip_on=False)
    # Below 0 an advantage is chance, and the axis starts at 0.
    value = max(float(row.advantage), 0.0)
    dot(axes, y, row, value=value, colour=look[0], marker=look[1])
    beside(axes, y, percent(value))


def bounds_alt(risk: pd.DataFrame) -> str:
    """Say in words what the chart shows, for people who do not see it."""
    told = [
        f"{wording.scheme(row['scheme'])}, {wording.attack(row['attack'], row['target'])}, "
        f"{row['knowledge']}: {percent(max(row['advantage'], 0.0))} measured, "
        f"{percent(row['bound'])} allowed"
        for _, row in bounds_data(risk).iterrows()
    ]
    return f"Dot chart of the advantage of attacks beside the bound. {'; '.join(told)}."
