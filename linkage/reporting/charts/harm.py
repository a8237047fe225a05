"""Who is affected under each regime."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from linkage.reporting import style, wording
from linkage.reporting.charts.dots import ROW, beside, dot, in_order, instead, rows
from linkage.reporting.formatting import number, undefined, with_interval

UNIT = "per 1,000 requests"

DRAWN = (
    *("released", "right_person", "wrong_person", "stale_address", "bystanders"),
    *("rule_breach", "missed"),
)
"""Measures with a panel; the table has all."""


def harm_rows(harm: pd.DataFrame, scheme: str | None = None) -> pd.DataFrame:
    """Rows about everybody together under one scheme (plain text if it was run)."""
    schemes = in_order(harm["scheme"])
    chosen = scheme or ("plain" if "plain" in schemes or not schemes else schemes[0])
    return harm[(harm["group"] == "all") & (harm["scheme"] == chosen)]


def harm_data(harm: pd.DataFrame, scheme: str | None = None) -> pd.DataFrame:
    """Rows of the harm chart: one unit a measure, per 1,000 requests where there is that."""
    rows = harm_rows(harm, scheme)
    rows = rows[rows["measure"].isin(DRAWN) | ~rows["measure"].isin(list(wording.HARMS))]
    counted = set(rows.loc[rows["unit"] == UNIT, "measure"])
    return rows[(rows["unit"] == UNIT) | ~rows["measure"].isin(counted)]


@style.styled
def harm_chart(
    harm: pd.DataFrame, *, foot: str, scheme: str | None = None, narrow: bool = False
) -> Figure:
    """Draw who is affected under each regime, one panel a measure."""
    data = harm_data(harm, scheme)
    regimes, measures = in_order(data["regime"]), in_order(data["measure"])
    names = style.fitted([wording.regime(regime) for regime in regimes])
    chosen = wording.scheme(in_order(data["scheme"])[0]) if len(data) else "none"
    layout = style.Layout(
        columns=1 if narrow else 2,
        panel_height=ROW * max(len(regimes), 1),
        left=style.label_room(names),
        right=0.85,
        gap=0.95,
        below=0.42,
        axis_label=0.05,
        narrow=narrow,
    )
    figure, grid = style.canvas(
        len(measures),
        layout,
        title="Who is affected under each regime",
        subtitle=f"Scheme: {chosen}. Each panel has its own scale, starting at 0. "
        "Whiskers are 95 % intervals",
        foot=foot,
    )
    for place, (axes, measure) in enumerate(zip(grid, measures, strict=True)):
        style.panel_title(axes, layout, *wording.harm(measure))
        rows(axes, names, named=place % layout.columns == 0)
        cells = data[data["measure"] == measure].set_index("regime")
        _harm_panel(axes, cells, regimes, measure, layout.panel_width)
    return figure


def _harm_panel(
    axes: Axes, cells: pd.DataFrame, regimes: list[str], measure: str, room: float
) -> None:
    colour = style.HARM_COLOURS.get(measure, style.VERMILION)
    ends = cells[["value", "high"]].to_numpy(dtype=float)
    top = float(ends[np.isfinite(ends)].max(initial=0.0))
    axes.set_xlim(0, top * 1.04 if top > 0 else 1.0)
    ticks = MaxNLocator(4, steps=[1, 2, 5, 10]).tick_values(*axes.get_xlim())
    ticks = [tick for tick in ticks if 0 <= tick <= axes.get_xlim()[1]]
    axes.set_xticks(ticks, [f"{tick:,.4g}" for tick in ticks])
    axes.set_xlabel(in_order(cells["unit"])[0] if len(cells) else "", size=style.VALUE)
    for y, regime in enumerate(regimes):
        if regime not in cells.index:
            instead(axes, y, "not run", room)
            continue
        row: Any = cells.loc[[regime]].iloc[0]
        if pd.isna(row.value):
            instead(axes, y, undefined(row.note), room)
            continue
        axes.plot([0, row.value], [y, y], color=colour, lw=3.5, alpha=0.3, solid_capstyle="butt")
        dot(axes, y, row, value=row.value, colour=colour)
        beside(axes, y, number(row.value))


def harm_alt(harm: pd.DataFrame, scheme: str | None = None) -> str:
    """Say in words what the chart shows, for people who do not see it."""
    text = "Dot charts, one a measure, of what each regime does to people."
    for measure, cells in harm_data(harm, scheme).groupby("measure", sort=False):
        figures = [
            f"{wording.regime(row['regime'])} "
            + with_interval(
                row["value"], row["low"], row["high"], unit=row["unit"], note=row["note"]
            )
            for _, row in cells.iterrows()
        ]
        unit = in_order(cells["unit"])[0]
        text += f" {wording.harm(str(measure))[0]}, {unit}: {', '.join(figures)}."
    return text
