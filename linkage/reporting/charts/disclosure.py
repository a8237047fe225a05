"""How alike released records are: class-based risks and uniqueness, true and estimated."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from linkage.reporting import style, wording
from linkage.reporting.charts.dots import ROW, in_order, instead, percent_axis, rows
from linkage.reporting.charts.tradeoff import EMA_REFERENCE
from linkage.reporting.formatting import percent, undefined

SIZES: Final = ("k", "k_map", "people_alone")
"""Measures that are counts; the others are shares."""

PANELS: Final = {
    "risk": ("Average risk of a record", "risk, %"),
    "uniqueness": ("People who are alone in their class", "of the population, %"),
}
MEASURES: Final = {
    "prosecutor_average": "risk",
    "journalist_average": "risk",
    "marketer": "risk",
    "people_alone": "uniqueness",
    "zayatz": "uniqueness",
    "pitman": "uniqueness",
    "pitman_finite": "uniqueness",
}
"""What is drawn, and in which panel."""
LOOKS: Final = (("o", style.BLUE), ("s", style.ORANGE), ("^", style.VERMILION), ("D", style.PURPLE))
"""Markers of a panel's measures, in order."""

EMA_SOURCE: Final = "9 %: EMA Policy 0070 (EMA/90915/2016), on clinical reports"


def disclosure_data(disclosure: pd.DataFrame) -> pd.DataFrame:
    """Choose what is drawn: the average risks, and uniqueness as it is and as it is estimated.

    Returns
    -------
    DataFrame
        The chosen rows of the disclosure table with panel, ``risk`` or ``uniqueness``; people_alone
        is made a share of the population, like its estimates: estimate less its error. The highest
        risks are 1 wherever one record is like no other; they are in the table, with k.
    """
    data = disclosure[disclosure["measure"].isin(list(MEASURES))].copy()
    values = disclosure.drop_duplicates(["scheme", "measure"]).set_index(["scheme", "measure"])
    alone = data["measure"] == "people_alone"
    value = values["value"]
    data.loc[alone, "value"] = [
        value.get((scheme, "zayatz"), np.nan) - value.get((scheme, "zayatz_error"), np.nan)
        for scheme in data.loc[alone, "scheme"]
    ]
    data["panel"] = data["measure"].map(MEASURES)
    return data.reset_index(drop=True)


@style.styled
def disclosure_chart(disclosure: pd.DataFrame, *, foot: str, narrow: bool = False) -> Figure:
    """Draw how well a record stands out, by scheme: average risks, and records that are unique."""
    data = disclosure_data(disclosure)
    schemes = in_order(data["scheme"])
    names = style.fitted([wording.scheme(scheme) for scheme in schemes])
    panels = [name for name in PANELS if name in set(data["panel"])]
    layout = style.Layout(
        columns=1 if narrow else len(panels),
        panel_height=1.15 * ROW * len(schemes),
        left=style.label_room(names),
        right=0.3,
        gap=0.4,
        above=0.68,
        below=0.36,
        narrow=narrow,
    )
    figure, grid = style.canvas(
        len(panels),
        layout,
        title="How far records stand out by themselves",
        subtitle="Chance of naming a record by its class alone, and people who are like nobody else",
        foot=f"{foot} · {EMA_SOURCE}",
    )
    for place, (axes, name) in enumerate(zip(grid, panels, strict=True)):
        style.panel_title(axes, layout, PANELS[name][0], lift=18)
        rows(axes, names, named=place % layout.columns == 0)
        percent_axis(axes, PANELS[name][1])
        _panel(axes, data[data["panel"] == name], schemes, layout.panel_width)
    return figure


def _panel(axes: Axes, data: pd.DataFrame, schemes: list[str], room: float) -> None:
    measures = [measure for measure in MEASURES if measure in set(data["measure"])]
    looks = dict(zip(measures, LOOKS, strict=False))
    if set(data["panel"]) == {"risk"}:
        axes.axvline(EMA_REFERENCE, color=style.MUTED, lw=0.9, gid="reference", zorder=1)
    for y, scheme in enumerate(schemes):
        cells = data[data["scheme"] == scheme]
        known = cells[cells["value"].notna()]
        if known.empty:
            note = cells["note"].iloc[0] if len(cells) else "not part of this run"
            instead(axes, y, undefined(note, word="not defined"), room)
        for measure, value in zip(known["measure"], known["value"], strict=True):
            marker, colour = looks[measure]
            # Hollow, so that marks on one spot are all seen.
            axes.plot([value], [y], marker, mfc="none", mec=colour, mew=1.6, ms=7, **_DOT)
    _key(axes, looks, reference=set(data["panel"]) == {"risk"})


_DOT: Final[dict[str, Any]] = {"gid": "dot", "clip_on": False, "zorder": 4}


def _key(axes: Axes, looks: dict[str, tuple[str, str]], *, reference: bool) -> None:
    handles = [
        Line2D([], [], marker=marker, mfc="none", mec=colour, mew=1.6, lw=0, label=_short(measure))
        for measure, (marker, colour) in looks.items()
    ]
    if reference:
        handles.append(Line2D([], [], color=style.MUTED, lw=0.9, label="9 %"))
    axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=len(handles),
        fontsize=style.VALUE - 0.5,
        frameon=False,
        borderpad=0.1,
        borderaxespad=0.3,
        handletextpad=0.1,
        handlelength=1.2,
        columnspacing=0.8,
    )


def _short(measure: str) -> str:
    return "True" if measure == "people_alone" else wording.disclosure(measure)[0].partition(",")[0]


def disclosure_alt(disclosure: pd.DataFrame) -> str:
    """Say in words what the chart shows, for people who do not see it."""
    text = "Dot chart of how far records stand out, a row a scheme."
    for scheme, cells in disclosure_data(disclosure).groupby("scheme", sort=False):
        figures = [
            f"{_short(row['measure'])} {percent(row['value'])}"
            for _, row in cells.iterrows()
            if pd.notna(row["value"])
        ]
        text += f" {wording.scheme(str(scheme))}: {', '.join(figures) or 'no figure'}."
    return text + " A thin line marks 9 %, the reference line of EMA Policy 0070."
