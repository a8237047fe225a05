"""Who bears it, and why: wrong persons by group of people and by cause."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
from matplotlib.figure import Figure

from linkage.measures.causes import OF_WRONG
from linkage.measures.groups import PER_RECORDS
from linkage.reporting import style, wording
from linkage.reporting.charts.dots import ROW, beside, dot, in_order, instead, percent_axis, rows
from linkage.reporting.charts.harm import harm_rows
from linkage.reporting.formatting import number, percent, undefined, with_interval

FIRST: Final = "as_practised"
"""Regime that is drawn if it was run; else the first."""


def groups_data(harm: pd.DataFrame) -> pd.DataFrame:
    """Give how often records of each group answer for somebody else, under one regime.

    Returns
    -------
    DataFrame
        regime, scheme, trait, group, value, low, high, n, unit, note; empty where groups are not
        known, or nobody was wrong.
    """
    return _of_kind(harm, PER_RECORDS, "trait")


def causes_data(harm: pd.DataFrame) -> pd.DataFrame:
    """Give the share of each cause among the answers about the wrong person, under one regime."""
    return _of_kind(harm, OF_WRONG, "kind")


def _of_kind(harm: pd.DataFrame, unit: str, named: str) -> pd.DataFrame:
    whole = harm.assign(group="all")
    data = harm[harm.index.isin(harm_rows(whole).index) & (harm["unit"] == unit)]
    regimes = in_order(data["regime"])
    regime = FIRST if FIRST in regimes or not regimes else regimes[0]
    data = data[data["regime"] == regime]
    kinds = data["group"].str.split(": ", n=1)
    told = data.assign(**{named: kinds.str[0], "group": kinds.str[1]})
    columns = ["regime", "scheme", named, "group", "value", "low", "high", "n", "unit", "note"]
    return told.loc[:, columns] if told["value"].gt(0).any() else told.loc[told.index[:0], columns]


@style.styled
def groups_chart(harm: pd.DataFrame, *, foot: str, narrow: bool = False) -> Figure:
    """Draw how often records of each group answer for somebody else, one panel a trait."""
    data = groups_data(harm)
    traits = in_order(data["trait"])
    most = max((int((data["trait"] == trait).sum()) for trait in traits), default=1)
    names = style.fitted([wording.group(group) for group in data["group"]])
    layout = style.Layout(
        columns=1 if narrow else 2,
        panel_height=ROW * most,
        left=style.label_room(names),
        right=0.85,
        gap=style.label_room(names) + 0.7,
        below=0.42,
        axis_label=0.05,
        narrow=narrow,
    )
    figure, grid = style.canvas(
        len(traits),
        layout,
        title="Whose records answer for somebody else",
        subtitle=f"Records per 100,000 of each group whose address went out on a request about "
        f"another person. Regime: {_named(data)}. Whiskers are 95 % intervals",
        foot=foot,
    )
    top = data[["value", "high"]].max().max()
    for axes, trait in zip(grid, traits, strict=True):
        cells = data[data["trait"] == trait]
        style.panel_title(axes, layout, wording.group(trait), "")
        rows(axes, style.fitted([wording.group(group) for group in cells["group"]]), named=True)
        axes.set_ylim(most - 0.4, -0.6)  # rows as far apart in every panel
        axes.set_xlim(0, top * 1.04)
        axes.set_xlabel(PER_RECORDS, size=style.VALUE)
        _dots(axes, cells, layout.panel_width, number)
    return figure


@style.styled
def causes_chart(harm: pd.DataFrame, *, foot: str, narrow: bool = False) -> Figure:
    """Draw the share of each cause among the wrong persons."""
    data = causes_data(harm)
    names = style.fitted([wording.group(cause) for cause in data["group"]])
    layout = style.Layout(
        columns=1,
        panel_height=ROW * max(len(data), 1),
        left=style.label_room(names),
        right=0.85,
        below=0.42,
        axis_label=0.05,
        narrow=narrow,
    )
    wrong = int(data["n"].max()) if len(data) else 0
    figure, (axes,) = style.canvas(
        1,
        layout,
        title="Why the wrong person",
        subtitle=f"Share of {wrong:,} answers about somebody else, by what brought the two "
        f"together. Regime: {_named(data)}. Whiskers are 95 % intervals",
        foot=foot,
    )
    rows(axes, names, named=True)
    percent_axis(axes, "share of the wrong persons, %")
    _dots(axes, data, layout.panel_width, percent)
    return figure


def _dots(axes: Any, cells: pd.DataFrame, room: float, written: Any) -> None:
    for y, (_, row) in enumerate(cells.iterrows()):
        if pd.isna(row["value"]):
            instead(axes, y, undefined(row["note"]), room)
            continue
        dot(axes, y, row, value=row["value"], colour=style.VERMILION)
        beside(axes, y, written(row["value"]))


def _named(data: pd.DataFrame) -> str:
    return wording.regime(in_order(data["regime"])[0]) if len(data) else "none"


def groups_alt(harm: pd.DataFrame) -> str:
    """Say in words what the chart shows, for people who do not see it."""
    return _told(groups_data(harm), "Dot charts of records that answer for somebody else.")


def causes_alt(harm: pd.DataFrame) -> str:
    """Say in words what the chart shows, for people who do not see it."""
    return _told(causes_data(harm), "Dot chart of why answers were about the wrong person.")


def _told(data: pd.DataFrame, text: str) -> str:
    for _, row in data.iterrows():
        unit = "share of the wrong persons" if row["unit"] == OF_WRONG else row["unit"]
        figure = with_interval(row["value"], row["low"], row["high"], unit=unit, note=row["note"])
        text += f" {wording.group(row['group'])}: {figure}."
    return text
