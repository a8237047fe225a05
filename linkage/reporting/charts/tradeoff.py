"""Utility against worst-case risk."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from linkage.reporting import adversaries, style, wording
from linkage.reporting.charts.dots import in_order, percent_axis
from linkage.reporting.formatting import NEARLY_ALL, SUPPRESSED, percent, withheld

EMA_REFERENCE = 0.09
"""Reference line of EMA Policy 0070 (EMA/90915/2016), about 1 in 11; not a verdict."""

NAMES_NOBODY = ("collusion", "inference", "probing", "differencing")
"""Attacks that re-identify no record: they join, or learn of somebody, without a name."""

NO_ATTACK = "no attack of this run applies"
NO_LINKAGE = "linkage quality was not measured in this run"

FRONT = (0, (4, 2))
"""Dashes of the line that joins the schemes on the front."""

FEW = 2
"""Schemes without a figure that are named above a panel; more are counted."""


def tradeoff_data(quality: pd.DataFrame, risk: pd.DataFrame) -> pd.DataFrame:
    """Pair each scheme's utility (F*) with its worst attack, for each knowledge.

    Returns
    -------
    DataFrame
        scheme, knowledge, utility, utility_low, utility_high, risk, risk_low, risk_high, attack,
        target, front, note; risk is NaN where no attack of the run applies. On the front is whom
        no other scheme beats on one of the two without losing on the other, by the figures alone.
    """
    utility = quality[quality["measure"] == "f_star"].set_index("scheme")
    risk = risk[~risk["attack"].isin(NAMES_NOBODY)]
    views = adversaries.in_order(risk)
    risk = _accumulated(risk)
    pairs = (
        risk[["scheme"]]
        .drop_duplicates()
        .merge(pd.DataFrame({"knowledge": pd.Series(views, dtype=object)}), how="cross")
    )
    pairs = pairs.sort_values("knowledge", kind="stable", key=lambda names: names.map(views.index))
    # The sort is stable: among equal rates the first attack of the frame stays the worst.
    worst = (
        risk.dropna(subset=["rate", "knowledge"])
        .sort_values("rate", ascending=False, kind="stable")
        .drop_duplicates(["scheme", "knowledge"])
    )
    columns = ["scheme", "knowledge", "rate", "low", "high", "attack", "target"]
    data = pairs.merge(worst[columns], on=["scheme", "knowledge"], how="left").rename(
        columns={"rate": "risk", "low": "risk_low", "high": "risk_high"}
    )
    for name, column in (
        ("utility", "value"),
        ("utility_low", "low"),
        ("utility_high", "high"),
    ):
        data[name] = data["scheme"].map(utility[column])
    data["note"] = np.where(data["risk"].isna(), NO_ATTACK, "")
    _withhold(data, risk)
    data.loc[data["utility"].isna(), "note"] = NO_LINKAGE
    data["front"] = False
    for _, cells in data.dropna(subset=["utility", "risk"]).groupby("knowledge"):
        data.loc[cells.index, "front"] = pareto_front(cells["utility"], cells["risk"])
    return data[
        [
            "scheme",
            "knowledge",
            "utility",
            "utility_low",
            "utility_high",
            "risk",
            "risk_low",
            "risk_high",
            "attack",
            "target",
            "front",
            "note",
        ]
    ]


def pareto_front(utility: ArrayLike, risk: ArrayLike) -> NDArray[np.bool_]:
    """Tell who is beaten by nobody: nobody has as much utility at as little risk, and more or less.

    Examples
    --------
    >>> pareto_front([0.9, 0.8, 0.95], [0.2, 0.3, 0.2]).tolist()
    [False, False, True]
    """
    useful, risky = np.asarray(utility, float), np.asarray(risk, float)
    no_worse = (useful >= useful[:, None]) & (risky <= risky[:, None])
    better = (useful > useful[:, None]) | (risky < risky[:, None])
    return np.asarray(~(no_worse & better).any(axis=1))


def _accumulated(risk: pd.DataFrame) -> pd.DataFrame:
    """Let a key holder do what an outsider can: knowing more never hurts an adversary."""
    if "key holder" not in set(risk["knowledge"]):
        return risk
    inherited = risk[risk["knowledge"] == "outsider"].assign(knowledge="key holder")
    return pd.concat([risk, inherited], ignore_index=True)


def _withhold(data: pd.DataFrame, risk: pd.DataFrame) -> None:
    """Withhold a worst attack that may itself be withheld, lest a milder one stand in for it."""
    marks = risk["note"].map(withheld)
    for mark, hide in ((SUPPRESSED, data["risk"].isna()), (NEARLY_ALL, data["risk"] != 1)):
        pairs = risk.loc[risk["rate"].isna() & (marks == mark), ["scheme", "knowledge"]]
        found = data.set_index(["scheme", "knowledge"]).index.isin(pd.MultiIndex.from_frame(pairs))
        data.loc[found & hide, ["risk", "risk_low", "risk_high"]] = np.nan
        data.loc[found & hide, ["attack", "target"]] = pd.NA
        data.loc[found & hide, "note"] = mark


@style.styled
def tradeoff_chart(
    quality: pd.DataFrame, risk: pd.DataFrame, *, foot: str, narrow: bool = False
) -> Figure:
    """Draw utility against worst-case risk, a map after Duncan, Keller-McNulty and Stokes (2001)."""
    data = tradeoff_data(quality, risk)
    views, looks = in_order(data["knowledge"]), style.scheme_colours(in_order(data["scheme"]))
    names = style.fitted([wording.scheme(scheme) for scheme in looks])
    room = style.label_room(names, style.VALUE) + 0.36
    layout = style.Layout(
        columns=len(views) if len(views) <= 2 and not narrow else 1,
        panel_height=max(2.7, 0.24 * len(looks)),
        left=0.78,
        right=room,
        gap=room + 0.55,
        below=0.5,
        axis_label=0.0,
        narrow=narrow,
    )
    reference = Line2D(
        [], [], color=style.MUTED, lw=0.9, label="9 %: reference line of EMA Policy 0070"
    )
    front = Line2D(
        *([], []), color=style.MUTED, lw=1.2, ls=FRONT, label="beaten by no other (Pareto front)"
    )
    figure, grid = style.canvas(
        len(views),
        layout,
        title="What each scheme still links, and what an adversary can undo",
        subtitle="One point per scheme: the worst attack of this run against linkage quality, "
        "with 95 % intervals both ways",
        foot=foot,
        legend=[reference, front],
    )
    for axes, view in zip(grid, views, strict=True):
        _tradeoff_panel(axes, data[data["knowledge"] == view], view, looks, layout)
    return figure


def _tradeoff_panel(
    axes: Axes,
    data: pd.DataFrame,
    view: str,
    looks: dict[str, tuple[str, str]],
    layout: style.Layout,
) -> None:
    shown = data.dropna(subset=["utility", "risk"]).sort_values(["risk", "utility"], kind="stable")
    absent = [
        wording.scheme(scheme) for scheme in data["scheme"] if scheme not in set(shown.scheme)
    ]
    named = ", ".join(absent) if len(absent) <= FEW else f"{len(absent)} schemes"
    note = f"no figure for {named}" if absent else "every scheme has a figure"
    style.panel_title(axes, layout, wording.words(view), note)
    percent_axis(axes, "linkage quality F*, %")
    axes.set_ylim(-0.02, 1.06)
    axes.set_yticks(np.linspace(0, 1, 6), [f"{tick}" for tick in range(0, 101, 20)])
    axes.set_ylabel("worst attack: re-identified, %", size=style.VALUE)
    axes.tick_params(axis="y", labelcolor=style.MUTED)
    axes.grid(axis="y", linewidth=0.7)
    axes.axhline(EMA_REFERENCE, color=style.MUTED, linewidth=0.9, gid="reference", zorder=1)
    _front(axes, shown[shown["front"]])
    heights = _spread(shown["risk"].to_numpy(dtype=float), gap=0.2 / layout.panel_height)
    start = 1 + 0.3 / layout.panel_width
    spots = shown[["utility", "risk"]].to_numpy(dtype=float)
    for place, row in enumerate(shown.itertuples()):
        # Points on one spot are nested, the first drawn largest, so that each is seen.
        above = int((np.hypot(*(spots[place + 1 :] - spots[place]).T) < 0.025).sum())
        look = looks[str(row.scheme)]
        _tradeoff_point(axes, row, look, size=7 + 2.5 * min(above, 5))
        _tradeoff_label(axes, row, look, heights[place], start=start)


def _front(axes: Axes, best: pd.DataFrame) -> None:
    """Join the schemes on the front by steps: between two of them the better one is to be had."""
    ends = best[["utility", "risk"]].drop_duplicates().sort_values("utility")
    axes.step(
        *(ends["utility"], ends["risk"]),
        where="pre",
        color=style.MUTED,
        linewidth=1.2,
        linestyle=FRONT,
        gid="front",
        zorder=2,
    )


def _tradeoff_label(
    axes: Axes, row: Any, look: tuple[str, str], height: float, *, start: float
) -> None:
    beside = axes.get_yaxis_transform()
    axes.annotate(
        "",
        (row.utility, row.risk),
        xytext=(start, height),
        textcoords=beside,
        annotation_clip=False,
        arrowprops={"arrowstyle": "-", "color": style.MUTED, "lw": 0.5, "shrinkA": 5, "shrinkB": 5},
        zorder=2,
    )
    axes.plot([start], [height], look[1], color=look[0], ms=6, transform=beside, clip_on=False)
    axes.annotate(
        style.shorten(wording.scheme(row.scheme), 1.7, style.VALUE),
        (start, height),
        xytext=(7, 0),
        xycoords=beside,
        textcoords="offset points",
        size=style.VALUE,
        va="center",
        annotation_clip=False,
    )


def _tradeoff_point(axes: Axes, row: Any, look: tuple[str, str], *, size: float) -> None:
    colour, marker = look
    # Each whisker runs from low to high through the point, wherever in the interval it lies.
    across = (row.utility_low + row.utility_high) / 2, row.risk
    upright = row.utility, (row.risk_low + row.risk_high) / 2
    for (x, y), span in (
        (across, {"xerr": max((row.utility_high - row.utility_low) / 2, 0.0)}),
        (upright, {"yerr": max((row.risk_high - row.risk_low) / 2, 0.0)}),
    ):
        axes.errorbar(
            x,
            y,
            **span,
            fmt="none",
            ecolor=colour,
            elinewidth=1.4,
            capsize=2.5,
            clip_on=False,
            zorder=3,
        )
    axes.plot(
        [row.utility],
        [row.risk],
        marker=marker,
        color=colour,
        markersize=size,
        mec=style.PAPER,
        mew=0.7,
        gid="dot",
        clip_on=False,
        zorder=4,
    )


def _spread(heights: np.ndarray[Any, np.dtype[np.float64]], *, gap: float) -> list[float]:
    """Move sorted label heights apart by at least ``gap`` and keep them within [0, 1]."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(float(height), placed[-1] + gap if placed else 0.0))
    ceiling = 1.0
    for place in reversed(range(len(placed))):
        placed[place] = min(placed[place], ceiling)
        ceiling = placed[place] - gap
    return placed


def tradeoff_alt(quality: pd.DataFrame, risk: pd.DataFrame) -> str:
    """Say in words what the chart shows, for people who do not see it."""
    text = "Map of linkage quality (F*) against the worst attack of this run, a point per scheme."
    for view, cells in tradeoff_data(quality, risk).groupby("knowledge", sort=False):
        figures = [
            f"{wording.scheme(row['scheme'])} "
            + (
                row["note"]
                or f"quality {percent(row['utility'])}, re-identified {percent(row['risk'])}"
                + (", on the front" if row["front"] else "")
            )
            for _, row in cells.iterrows()
        ]
        text += f" {wording.words(view)}: {'; '.join(figures)}."
    text += " On the front are those that no other scheme beats on one without losing on the other."
    return text + " A thin line marks 9 %, the reference line of EMA Policy 0070."
