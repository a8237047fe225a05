"""How many records each attack re-identifies."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from linkage.reporting import adversaries, style, wording
from linkage.reporting.charts.dots import ROW, beside, dot, in_order, instead, percent_axis, rows
from linkage.reporting.formatting import percent, undefined, with_interval
from linkage.reporting.status import statuses, word


@style.styled
def risk_chart(risk: pd.DataFrame, *, foot: str, narrow: bool = False) -> Figure:
    """Draw what share of the register each attack re-identifies, by scheme and knowledge.

    Parameters
    ----------
    risk : DataFrame
        Tidy risk frame; a row with no rate is written out as not applicable.
    foot : str
        Line under the chart: sample size, seed, kind of data, version.
    narrow : bool
        Stack the panels for a small screen.
    """
    schemes, views = in_order(risk["scheme"]), adversaries.in_order(risk)
    risk = risk.assign(status=statuses(risk))
    ran = risk.dropna(subset=["attack", "knowledge"])
    attacks = list(dict.fromkeys(zip(ran["attack"], ran["target"], strict=True)))
    looks = style.scheme_colours(schemes)
    names = style.fitted([wording.scheme(scheme) for scheme in schemes])
    columns = len(views) if len(views) <= 2 and not narrow else 1
    panels = [(attack, view) for attack in attacks for view in views]
    if columns == 1:
        panels = [(attack, view) for view in views for attack in attacks]
    layout = style.Layout(
        columns=columns,
        panel_height=ROW * len(schemes),
        left=style.label_room(names),
        right=0.75,
        gap=0.85,
        narrow=narrow,
    )
    figure, grid = style.canvas(
        len(panels),
        layout,
        title="How many records each attack re-identifies",
        subtitle="Share of the records under attack that the adversary names correctly, "
        "with 95 % intervals",
        foot=foot,
        legend=_risk_legend(),
    )
    for place, (axes, ((attack, target), view)) in enumerate(zip(grid, panels, strict=True)):
        style.panel_title(axes, layout, wording.attack(attack, target), wording.knowledge(view))
        rows(axes, names, named=place % columns == 0)
        last = place >= len(panels) - columns
        percent_axis(axes, "records re-identified, %" if last else "")
        cells = risk[(risk["attack"] == attack) & (risk["target"] == target)]
        cells = cells[cells["knowledge"] == view].set_index("scheme")
        room = layout.panel_width + layout.right - style.MARGIN
        for y, scheme in enumerate(schemes):
            if scheme in cells.index:
                _risk_cell(axes, y, cells.loc[[scheme]].iloc[0], looks[scheme], room)
            else:
                instead(axes, y, _absence(risk[risk["scheme"] == scheme], view), room)
    return figure


def _absence(of_scheme: pd.DataFrame, view: str) -> str:
    """Say why a scheme has no row for an attack."""
    unusable = of_scheme[of_scheme["attack"].isna()]
    if len(unusable):
        return undefined(unusable["note"].iloc[0], word="not applicable")
    if view == "key holder" and view not in set(of_scheme["knowledge"]):
        return "as for the outsider: no salt or key"
    return "not run"


def _risk_legend() -> list[Line2D]:
    grey = style.MUTED
    return [
        Line2D([], [], marker="o", color=grey, lw=1.6, label="attack, with interval"),
        Line2D([], [], marker="|", ms=11, mew=2, color=grey, lw=0, label="baseline: no release"),
        Line2D(
            [],
            [],
            marker="o",
            ms=9,
            mfc="none",
            color=style.INK,
            lw=0,
            label="control: people not in the release",
        ),
    ]


def _risk_cell(axes: Axes, y: int, row: Any, look: tuple[str, str], room: float) -> None:
    if pd.isna(row.rate):
        instead(axes, y, undefined(row.note, word=word(row.status)), room)
        return
    if pd.notna(row.baseline):
        axes.plot(
            [row.baseline],
            [y],
            marker="|",
            ms=14,
            mew=2,
            color=style.MUTED,
            gid="baseline",
            clip_on=False,
            zorder=2,
        )
    if pd.notna(row.control):
        axes.plot(
            [row.control],
            [y],
            marker="o",
            ms=11,
            mew=1,
            mfc="none",
            color=style.INK,
            gid="control",
            clip_on=False,
            zorder=5,
        )
    dot(axes, y, row, value=row.rate, colour=look[0], marker=look[1])
    beside(axes, y, percent(row.rate))


def risk_alt(risk: pd.DataFrame) -> str:
    """Say in words what the chart shows, for people who do not see it."""
    known = risk.dropna(subset=["rate"])
    text = (
        f"Dot chart of the share of records re-identified by {_attacks(risk)} attacks "
        f"on {risk['scheme'].nunique()} schemes, at {risk['knowledge'].nunique()} levels of "
        f"knowledge. {len(risk) - len(known)} of {len(risk)} cells have no figure."
    )
    for view, cells in known.groupby("knowledge", sort=False):
        ranked = cells.sort_values("rate", ascending=False, kind="stable")
        most, least = ranked.iloc[0], ranked.iloc[-1]
        text += f" {wording.words(view)}: most {_cell_words(most)}; least {_cell_words(least)}."
    return text + " All figures are in the table below."


def _attacks(risk: pd.DataFrame) -> int:
    return len(risk[["attack", "target"]].dropna().drop_duplicates())


def _cell_words(row: Any) -> str:
    figure = with_interval(row["rate"], row["low"], row["high"])
    what = wording.attack(row["attack"], row["target"]).lower()
    return f"{figure}, {what}, {wording.scheme(row['scheme'])}"
