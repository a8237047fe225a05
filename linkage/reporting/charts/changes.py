"""Two results side by side: the figures that changed most clearly."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from linkage.reporting import style, wording
from linkage.reporting.charts.dots import ROW, beside, dot, percent_axis, rows
from linkage.reporting.formatting import number, percent

MOST: Final = 14
"""Figures to a chart; the table has them all."""

PARTS: Final = {
    "risk": ("What attacks achieve", "records named rightly, %"),
    "quality": ("How well the files are linked", "share, %"),
    "harm": ("What the regimes do to people", "per 1,000 requests"),
    "disclosure": ("How far records stand out", "share, %"),
}
SHARES: Final = {
    "quality": {"precision", "recall", "f_star", "pairs_completeness"},
    "disclosure": {"prosecutor_average", "journalist_average", "marketer", "sample_uniqueness"},
}
"""Measures that are drawn; the others stay in the table."""

LOOKS: Final = {"before": (style.MUTED, "s"), "after": (style.BLUE, "o")}


def changes_data(table: pd.DataFrame, part: str) -> pd.DataFrame:
    """Choose the figures of a part to draw: those whose change stands out most from chance.

    Parameters
    ----------
    table : pandas.DataFrame
        See `linkage.comparison.Comparison.table`.
    part : str
        risk, quality, harm or disclosure.

    Returns
    -------
    pandas.DataFrame
        Its rows, the clearest change first, with a column ``label``. What did not change is left
        out, unless nothing did.
    """
    found = table[(table["part"] == part) & table["difference"].notna()]
    if part == "harm":
        found = found[(found["unit"] == "per 1,000 requests") & (found["group"] == "all")]
    elif part in SHARES:
        found = found[found["measure"].isin(SHARES[part])]
    changed = found[found["difference"] != 0]
    found = changed if len(changed) else found
    chosen = clearest_first(found)[:MOST]
    return chosen.assign(label=[_label(row, part) for _, row in chosen.iterrows()])


def clearest_first(table: pd.DataFrame) -> pd.DataFrame:
    """Sort figures by how far their change stands out from chance."""
    reach = (table["difference_high"] - table["difference_low"]) / 2
    clear = table["difference"].abs() / reach.replace(0, np.nan)
    return table.loc[clear.sort_values(ascending=False, kind="stable", na_position="last").index]


def _label(row: Any, part: str) -> str:
    if part == "risk":
        attack = wording.attack(row["attack"], row["target"])
        return f"{wording.scheme(row['scheme'])}: {attack} ({row['knowledge']})"
    if part == "harm":
        return f"{wording.regime(row['regime'])}: {wording.harm(row['measure'])[0]}"
    name = wording.quality if part == "quality" else wording.disclosure
    return f"{wording.scheme(row['scheme'])}: {name(row['measure'])[0]}"


@style.styled
def changes_chart(table: pd.DataFrame, part: str, *, foot: str, narrow: bool = False) -> Figure:
    """Draw the figures of a part that changed most clearly, before and after.

    Parameters
    ----------
    table : pandas.DataFrame
        See `linkage.comparison.Comparison.table`.
    part : str
        risk, quality, harm or disclosure.
    foot : str
        Line under the chart.
    narrow : bool
        For a small screen.
    """
    data = changes_data(table, part)
    title, axis = PARTS[part]
    labels = style.fitted(list(data["label"]), inches=1.9 if narrow else 4.2)
    layout = style.Layout(
        columns=1,
        panel_height=1.5 * ROW * max(len(data), 1),
        left=style.label_room(labels),
        right=1.1,
        above=0.2,
        below=0.42,
        axis_label=0.05,
        narrow=narrow,
    )
    legend = [
        Line2D([], [], color=colour, marker=marker, lw=1.6, label=side)
        for side, (colour, marker) in LOOKS.items()
    ]
    figure, (axes,) = style.canvas(
        1,
        layout,
        title=f"{title}: before and after",
        subtitle=f"The clearest changes, {MOST} at most, with 95 % intervals; at the side: after less before",
        foot=foot,
        legend=legend,
    )
    rows(axes, labels, named=True)
    if part == "harm":
        most = data[["before_high", "after_high"]].max().max() if len(data) else 1.0
        axes.set_xlim(0, max(float(most), 1.0) * 1.03)
        axes.set_xlabel(axis, size=style.VALUE)
    else:
        percent_axis(axes, axis)
    for y, (_, row) in enumerate(data.iterrows()):
        for aside, (side, (colour, marker)) in zip((-0.17, 0.17), LOOKS.items(), strict=True):
            ends = pd.Series({"low": row[f"{side}_low"], "high": row[f"{side}_high"]})
            dot(axes, y + aside, ends, value=row[side], colour=colour, marker=marker)
        beside(axes, y, change(row["difference"], share=part != "harm"))
    return figure


def change(value: float, *, share: bool) -> str:
    """Write a difference with its sign, of shares in points of percent.

    >>> change(-0.25, share=True), change(3.2, share=False), change(0.0, share=True)
    ('−25.0 points', '+3.2', '0')
    """
    if value == 0:
        return "0"
    size = percent(abs(value)).replace("\xa0%", " points") if share else number(abs(value))
    return f"{'+' if value > 0 else '−'}{size}"


def changes_alt(table: pd.DataFrame, part: str) -> str:
    """Say in words what the chart shows, for people who do not see it."""
    share = part != "harm"
    shown = percent if share else number
    figures = [
        f"{row['label']}: {shown(row['before'])} before, {shown(row['after'])} after, "
        f"{change(row['difference'], share=share)}"
        for _, row in changes_data(table, part).iterrows()
    ]
    return f"{PARTS[part][0]}, before and after. {'; '.join(figures) or 'No figures'}."
