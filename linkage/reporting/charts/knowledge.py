"""How attack success follows what the adversary knows, for adversaries of a grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from linkage.reporting import style, wording
from linkage.reporting.adversaries import settings
from linkage.reporting.charts.dots import in_order
from linkage.reporting.formatting import number, percent

MOST_LINES: Final = 6
"""Schemes drawn: those with the highest rates; more lines cannot be told apart."""

COLUMNS: Final = ("scheme", "attack", "target", "setting", "at", "others", "rate", "low", "high")


def knowledge_data(risk: pd.DataFrame) -> pd.DataFrame:
    """Give the rates along the setting of a grid that varies first; empty without a grid.

    Returns
    -------
    DataFrame
        scheme, attack, target, setting (such as overlap), at (its value), others (the remaining
        settings, as written), rate, low, high; only attacks whose success changes.
    """
    told = {str(label): settings(str(label)) for label in risk["knowledge"].dropna().unique()}
    grid = {label: found for label, found in told.items() if found}
    names = list(dict.fromkeys(name for found in grid.values() for name in found))
    varied = [n for n in names if len({found.get(n) for found in grid.values()} - {None}) > 1]
    data = risk[risk["knowledge"].isin(list(grid)) & risk["rate"].notna()]
    if not varied or data.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    data = data[[varied[0] in grid[str(label)] for label in data["knowledge"]]]
    labels = data["knowledge"].astype(str)
    data = data.assign(
        setting=varied[0],
        at=[grid[label][varied[0]] for label in labels],
        others=[_others(label, varied[0]) for label in labels],
    )
    spread = data.groupby(["attack", "target"])["rate"].transform(np.ptp)
    return data.loc[spread > 0, list(COLUMNS)].reset_index(drop=True)


def _others(label: str, setting: str) -> str:
    return ", ".join(part for part in label.split(", ") if setting not in settings(part))


@style.styled
def knowledge_chart(
    risk: pd.DataFrame, worlds: pd.DataFrame | None = None, *, foot: str, narrow: bool = False
) -> Figure:
    """Draw a curve a scheme: the share named correctly over what the adversary knows.

    With the table of worlds, each world is a small mark beside: some attacks succeed or fail whole.
    """
    data = knowledge_data(risk)
    single = (
        data.iloc[:0] if worlds is None else knowledge_data(worlds.assign(low=np.nan, high=np.nan))
    )
    best = data.groupby("scheme", sort=False)["rate"].max().nlargest(MOST_LINES)
    schemes = [scheme for scheme in in_order(data["scheme"]) if scheme in best.index]
    looks = style.scheme_colours(schemes)
    panels = list(data[["attack", "target", "others"]].drop_duplicates().itertuples(index=False))
    layout = style.Layout(
        columns=1 if narrow or len(panels) == 1 else 2,
        panel_height=3.0 if len(panels) == 1 else 2.0,
        left=0.75,
        right=0.35,
        gap=0.75,
        above=0.56,
        below=0.5,
        narrow=narrow,
    )
    rest = data["scheme"].nunique() - len(schemes)
    figure, grid = style.canvas(
        len(panels),
        layout,
        title="What knowing more is worth to an adversary",
        subtitle="Share of its targets that an attack names correctly, with 95 % intervals"
        + ("; pale marks are single worlds" if len(single) else ""),
        foot=f"{foot} · {rest} more schemes in the table only" if rest else foot,
        legend=_legend(looks),
    )
    for axes, panel in zip(grid, panels, strict=True):
        attack, target, others = panel
        cells, marks = _of_panel(data, panel), _of_panel(single, panel)
        style.panel_title(axes, layout, wording.attack(attack, target), others)
        _scales(axes, str(data["setting"].iloc[0]), sorted(data["at"].unique()))
        for scheme, aside in zip(schemes, _beside(data["at"], len(schemes)), strict=True):
            _worlds(axes, marks[marks["scheme"] == scheme], aside, looks[scheme])
            _curve(axes, cells[cells["scheme"] == scheme].sort_values("at"), looks[scheme])
    return figure


def _of_panel(data: pd.DataFrame, panel: tuple[str, str, str]) -> pd.DataFrame:
    return data[(data[["attack", "target", "others"]] == panel).all(axis=1)]


def _legend(looks: dict[str, tuple[str, str]]) -> list[Artist]:
    return [
        Line2D([], [], color=colour, marker=marker, lw=1.6, label=wording.scheme(scheme))
        for scheme, (colour, marker) in looks.items()
    ]


def _scales(axes: Axes, setting: str, values: Sequence[float]) -> None:
    axes.set_ylim(-0.02, 1.03)
    axes.set_yticks(np.linspace(0, 1, 6), [f"{tick}" for tick in range(0, 101, 20)])
    axes.set_ylabel("named correctly, %", size=style.VALUE)
    axes.tick_params(axis="y", labelcolor=style.MUTED)
    axes.grid(axis="y", linewidth=0.7)
    span = (values[-1] - values[0]) or 1.0
    axes.set_xlim(values[0] - 0.03 * span, values[-1] + 0.03 * span)
    # Ticks that would touch are left out.
    ticks = [values[0]]
    for value in values[1:]:
        if value - ticks[-1] >= 0.09 * span:
            ticks.append(value)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xlabel(wording.SETTINGS.get(setting, setting), size=style.VALUE)


def _beside(at: pd.Series[float], schemes: int) -> NDArray[np.float64]:
    """How far each scheme's marks of single worlds stand aside, so that they are told apart."""
    step = 0.008 * (at.max() - at.min())
    return np.asarray(step * (np.arange(schemes) - (schemes - 1) / 2))


def _worlds(axes: Axes, marks: pd.DataFrame, aside: float, look: tuple[str, str]) -> None:
    if len(marks):
        x, y = marks["at"] + aside, marks["rate"]
        found = axes.scatter(x, y, s=20, color=look[0], marker=look[1], lw=0, alpha=0.55, zorder=3)
        found.set_gid("world")


def _curve(axes: Axes, cells: pd.DataFrame, look: tuple[str, str]) -> None:
    middle, half = (cells["low"] + cells["high"]) / 2, (cells["high"] - cells["low"]) / 2
    axes.errorbar(
        cells["at"], middle, yerr=half, fmt="none", ecolor=look[0], elinewidth=1.2, capsize=2.5
    )
    axes.plot(cells["at"], cells["rate"], color=look[0], marker=look[1], ms=5, lw=1.6, gid="curve")


def knowledge_alt(risk: pd.DataFrame) -> str:
    """Say in words what the chart shows, for people who do not see it."""
    data = knowledge_data(risk)
    if data.empty:
        return "No grid of adversaries was run."
    setting = str(data["setting"].iloc[0])
    text = f"Curves of the share named correctly over {setting}."
    for place, cells in data.groupby(["attack", "target", "others", "scheme"], sort=False):
        attack, target, others, scheme = (str(part) for part in place)
        ends = cells.sort_values("at").iloc[[0, -1]]
        told = " to ".join(
            f"{percent(end['rate'])} at {number(end['at'])}" for _, end in ends.iterrows()
        )
        where = f" ({others})" if others else ""
        text += f" {wording.attack(attack, target)}{where}, {wording.scheme(scheme)}: {told}."
    return text
