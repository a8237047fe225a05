"""How well each scheme links."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from linkage.reporting import style, wording
from linkage.reporting.charts.dots import ROW, beside, dot, in_order, instead, percent_axis, rows
from linkage.reporting.formatting import undefined, with_interval


def quality_data(quality: pd.DataFrame) -> pd.DataFrame:
    """Rows of the quality chart: precision and recall."""
    return quality[quality["measure"].isin(["precision", "recall"])]


@style.styled
def quality_chart(quality: pd.DataFrame, *, foot: str, narrow: bool = False) -> Figure:
    """Draw precision and recall of the linkage under each scheme."""
    measures = [m for m in ("precision", "recall") if (quality["measure"] == m).any()]
    schemes = in_order(quality["scheme"])
    looks = style.scheme_colours(schemes)
    names = style.fitted([wording.scheme(scheme) for scheme in schemes])
    layout = style.Layout(
        columns=1 if narrow else max(1, len(measures)),
        panel_height=ROW * len(schemes),
        left=style.label_room(names),
        right=1.6,
        gap=1.7,
        narrow=narrow,
    )
    figure, grid = style.canvas(
        len(measures),
        layout,
        title="How well each scheme still links the two files",
        subtitle="Each dot is one scheme, with its 95 % interval",
        foot=foot,
    )
    for place, (axes, measure) in enumerate(zip(grid, measures, strict=True)):
        style.panel_title(axes, layout, *wording.quality(measure))
        rows(axes, names, named=place % layout.columns == 0)
        last = place >= len(measures) - layout.columns
        percent_axis(axes, "share of links or pairs, %" if last else "")
        chosen = quality[quality["measure"] == measure].set_index("scheme")
        for y, scheme in enumerate(schemes):
            if scheme not in chosen.index:
                instead(axes, y, "not run", layout.panel_width)
                continue
            row: Any = chosen.loc[[scheme]].iloc[0]
            if pd.isna(row.value):
                instead(axes, y, undefined(row.note), layout.panel_width + 1.4)
                continue
            dot(axes, y, row, value=row.value, colour=looks[scheme][0], marker=looks[scheme][1])
            beside(axes, y, with_interval(row.value, row.low, row.high))
    return figure


def quality_alt(quality: pd.DataFrame) -> str:
    """Say in words what the chart shows, for people who do not see it."""
    text = "Dot chart of linkage quality by scheme."
    for measure, cells in quality_data(quality).groupby("measure", sort=False):
        figures = [
            f"{wording.scheme(row['scheme'])} "
            + with_interval(row["value"], row["low"], row["high"], note=row["note"])
            for _, row in cells.iterrows()
        ]
        text += f" {wording.quality(str(measure))[0]}: {', '.join(figures)}."
    return text
