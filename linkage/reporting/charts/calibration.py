"""A calibration: what was thought before and after, whether it fits, and what the answer hangs on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from linkage.reporting import style, wording
from linkage.reporting.charts.dots import ROW, beside, dot, instead, percent_axis, rows
from linkage.reporting.formatting import number, percent

UNKNOWN: Final = {
    "in_register": "About a filer",
    "non_filer": "About a non-filer",
    "borrowed": "Filed as another",
    "number_given": "With a number",
    "relative_number": "Relative's number",
    "wrong_number": "Wrong number",
    "former_address": "Former address",
    "placeholder": "Placeholder",
    "office": "Office's address",
    "blank": "No address",
    "simulated worlds": "Chance in worlds",
}
FIGURES: Final = {
    "yield": "Answers, of the requests",
    "number_route": "Matched by number, of the answers",
    "insufficient": "No real address, of the answers",
    "new_address": "New to the requester, of the answers",
}


class Fitted(Protocol):
    """What charts and page ask of a `linkage.calibration.Calibration`."""

    @property
    def scenario(self) -> Mapping[str, Any]:
        """What was calibrated."""

    @property
    def distance(self) -> float:
        """How far the farthest draw is from the published ranges."""

    def answer(self) -> pd.Series[Any]:
        """Predicted answers about the wrong person."""

    def foot(self) -> str:
        """What stands under a chart."""

    @property
    def posterior(self) -> pd.DataFrame:
        """Draws of the unknown shares."""

    @property
    def prior(self) -> pd.DataFrame:
        """As many from the priors."""

    @property
    def sensitivity(self) -> pd.DataFrame:
        """Which unknown the answer hangs on."""

    def check(self) -> pd.DataFrame:
        """Published figures beside predicted ones."""

    def regimes(self) -> pd.DataFrame:
        """Predicted counts under every regime."""


def _ranges(draws: pd.DataFrame) -> pd.DataFrame:
    """Median and 90 % interval of each column."""
    table = draws.quantile([0.5, 0.05, 0.95]).T
    return table.set_axis(["value", "low", "high"], axis=1)


@style.styled
def posterior_chart(fitted: Fitted, *, foot: str, narrow: bool = False) -> Figure:
    """Draw each unknown share before and after the published figures were seen."""
    names = list(fitted.posterior)
    labels = style.fitted([UNKNOWN[str(name)] for name in names])
    layout = style.Layout(
        columns=1,
        panel_height=1.7 * ROW * len(names),
        left=style.label_room(labels),
        right=0.85,
        below=0.42,
        axis_label=0.05,
        narrow=narrow,
    )
    kinds = [("thought before", style.MUTED, "s"), ("after the figures", style.BLUE, "o")]
    figure, (axes,) = style.canvas(
        1,
        layout,
        title="What the published figures say of what is unknown",
        subtitle="Shares: of the requests; of the filers asked for (filed as another); of the numbers "
        "given (relative's, wrong). Medians and 90 % intervals; where both are alike, nothing was learned",
        foot=foot,
        legend=[Line2D([], [], color=c, marker=m, lw=1.6, label=label) for label, c, m in kinds],
    )
    rows(axes, labels, named=True)
    percent_axis(axes, "share, %")
    for draws, aside, (_, colour, marker) in zip(
        (fitted.prior, fitted.posterior), (-0.18, 0.18), kinds, strict=True
    ):
        for y, (_, row) in enumerate(_ranges(draws[names]).iterrows()):
            dot(axes, y + aside, row, value=row["value"], colour=colour, marker=marker)
    for y, value in enumerate(_ranges(fitted.posterior)["value"]):
        beside(axes, y, percent(value))
    return figure


@style.styled
def check_chart(fitted: Fitted, *, foot: str, narrow: bool = False) -> Figure:
    """Draw the published figures, and what the fitted model predicts for them."""
    table = fitted.check()
    layout = style.Layout(
        columns=1 if narrow else 2,
        panel_height=3 * ROW,
        left=0.9,
        right=0.85,
        gap=1.2,
        below=0.42,
        axis_label=0.05,
        narrow=narrow,
    )
    figure, grid = style.canvas(
        len(table),
        layout,
        title="Whether the model gives the published figures again",
        subtitle="Band: published, within its rounding. Dot and whisker: predicted, 90 % interval. "
        "Each panel has its own scale",
        foot=foot,
    )
    for axes, (_, row) in zip(grid, table.iterrows(), strict=True):
        style.panel_title(axes, layout, FIGURES.get(row["figure"], row["figure"]), "")
        axes.axvspan(row["low"], row["high"], color=style.ORANGE, alpha=0.35, lw=0)
        shown = pd.Series({"low": row["predicted_low"], "high": row["predicted_high"]})
        dot(axes, 0, shown, value=row["median"], colour=style.BLUE)
        rows(axes, ["predicted"], named=True)
        ends = row[["low", "high", "predicted_low", "predicted_high"]].to_numpy(float)
        reach = max(float(np.ptp(ends)), 1e-6)
        axes.set_xlim(max(0.0, ends.min() - reach), ends.max() + reach)
        ticks = axes.get_xticks()[1:-1:2]
        axes.set_xticks(ticks, [f"{100 * tick:.4g}" for tick in ticks])
        axes.set_xlabel("%", size=style.VALUE)
        beside(axes, 0, percent(row["median"]))
    return figure


@style.styled
def sensitivity_chart(fitted: Fitted, *, foot: str, narrow: bool = False) -> Figure:
    """Draw which unknown the number of wrong persons hangs on."""
    table = fitted.sensitivity
    labels = style.fitted([UNKNOWN[str(n)] for n in table["unknown"]])
    layout = style.Layout(
        columns=1 if narrow else 2,
        panel_height=ROW * len(table),
        left=style.label_room(labels),
        right=0.85,
        gap=0.95,
        below=0.42,
        axis_label=0.05,
        narrow=narrow,
    )
    figure, grid = style.canvas(
        2,
        layout,
        title="What the number of wrong persons hangs on",
        subtitle="Before the published figures: share of the doubt that goes with an unknown and its "
        "interplay with others (Sobol's total index). After: rank correlation in the posterior",
        foot=foot,
    )
    sides = (("Before", "total", "total index"), ("After", "posterior", "rank correlation"))
    for place, (axes, (title, column, label)) in enumerate(zip(grid, sides, strict=True)):
        style.panel_title(axes, layout, title, "")
        rows(axes, labels, named=place % layout.columns == 0)
        axes.set_xlim(0, 1.02)
        axes.set_xlabel(
            label if column == "total" else f"{label}, without its sign", size=style.VALUE
        )
        for y, value in enumerate(table[column]):
            if pd.isna(value):
                instead(axes, y, "not defined", layout.panel_width)
                continue
            size = float(np.clip(abs(value), 0, 1))
            axes.plot([0, size], [y, y], color=style.VERMILION, lw=3.5, alpha=0.3)
            axes.plot(
                [size], [y], marker="o", color=style.VERMILION, ms=6, gid="dot", clip_on=False
            )
            beside(axes, y, f"{value:.2f}")
    return figure


@style.styled
def rules_chart(fitted: Fitted, *, foot: str, narrow: bool = False) -> Figure:
    """Draw what the same list would have come to under every rule."""
    table = fitted.regimes()
    panels = {
        "answered": ("Answers", "requests answered"),
        "wrong": ("Wrong person", "answers about somebody else"),
        "breach": ("Rule breach", "no real address that is on file"),
        "citizen_bystanders": ("Citizens beside", "citizens who live there and were not asked for"),
    }
    regimes = list(dict.fromkeys(table["regime"]))
    labels = style.fitted([wording.regime(regime) for regime in regimes])
    layout = style.Layout(
        columns=1 if narrow else 2,
        panel_height=ROW * len(regimes),
        left=style.label_room(labels),
        right=0.85,
        gap=0.95,
        below=0.42,
        axis_label=0.05,
        narrow=narrow,
    )
    figure, grid = style.canvas(
        len(panels),
        layout,
        title="The same list under every rule",
        subtitle="Counts predicted by the fitted model; medians and 90 % intervals. Lists are as long "
        "as was asked for under each rule. Each panel has its own scale",
        foot=foot,
    )
    for place, (axes, (measure, titles)) in enumerate(zip(grid, panels.items(), strict=True)):
        style.panel_title(axes, layout, *titles)
        rows(axes, labels, named=place % layout.columns == 0)
        cells: Any = table[table["measure"] == measure].set_index("regime").loc[regimes]
        axes.set_xlim(0, max(float(cells["high"].max()), 1) * 1.04)
        ticks = [tick for tick in axes.get_xticks() if tick <= axes.get_xlim()[1]][::2]
        axes.set_xticks(ticks, [f"{tick:,.0f}" for tick in ticks])
        axes.set_xlabel("people" if measure.endswith("bystanders") else "answers", size=style.VALUE)
        for y, (_, row) in enumerate(cells.iterrows()):
            dot(
                axes,
                y,
                row,
                value=row["median"],
                colour=style.BLUE if place == 0 else style.VERMILION,
            )
            beside(axes, y, number(row["median"]))
    return figure
