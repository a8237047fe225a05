"""The risk matrix: every scheme against every attack at a glance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon, Rectangle

from linkage.reporting import style, wording
from linkage.reporting.adversaries import drawn, with_rest
from linkage.reporting.charts.dots import in_order
from linkage.reporting.charts.matrix_layout import LABEL, Column, Grid, Header, columns_of, fit
from linkage.reporting.formatting import NEARLY_ALL, percent, withheld
from linkage.reporting.status import NOT_APPLICABLE, NOT_RUN, RAN, statuses

AS_OUTSIDER: Final = "as for the outsider"

FIGURES: Final = ("rate", "low", "high", "baseline", "control")
COLUMNS: Final = ("scheme", "knowledge", "attack", "target", "status", *FIGURES, "note")

RAMP: Final = LinearSegmentedColormap.from_list(
    "risk", ["#f4f8fb", "#c6dbef", "#6baed6", "#2171b5", "#08306b"]
)
"""Near white to dark blue: darker is more for any colour vision (after Brewer's Blues, 2003)."""

DARK_TEXT, LIGHT_TEXT = "#000000", "#fefefe"  # not the page's ink, which dark mode swaps

ROW = 0.2  # inches

OWED_ELSEWHERE: Final = 0.5
"""Share of a rate that is reached without the release and is marked; our choice."""


def matrix_data(risk: pd.DataFrame) -> pd.DataFrame:
    """Give one row for each scheme, adversary and attack, whether it has a figure or not.

    Returns
    -------
    DataFrame
        `COLUMNS`. The status of a combination that the risk table lacks is ``not run``, or
        ``as for the outsider`` where a scheme has no salt or key to hold.

    Examples
    --------
    >>> row = {"attack": "dictionary", "target": "tin", "rate": 1.0, "note": ""}
    >>> risk = pd.DataFrame([{"scheme": "plain", "knowledge": "outsider", **row}])
    >>> matrix_data(risk)[["scheme", "status", "rate"]].values.tolist()
    [['plain', 'ran', 1.0]]
    """
    known = risk.assign(status=statuses(risk)).reindex(columns=list(COLUMNS))
    attacked = known.dropna(subset=["attack", "knowledge"])
    attacks = attacked[["attack", "target"]].drop_duplicates()
    # Columns of one attack stand together.
    order = {attack: place for place, attack in enumerate(attacks["attack"].unique())}
    attacks = attacks.sort_values("attack", key=lambda names: names.map(order), kind="stable")
    cells = (
        attacked[["knowledge"]]
        .drop_duplicates()
        .merge(known[["scheme"]].drop_duplicates(), how="cross")
        .merge(attacks, how="cross")
    )
    key = ["scheme", "knowledge", "attack", "target"]
    data = cells.merge(attacked, on=key, how="left")[list(COLUMNS)]
    absent = data["status"].isna()
    reasons = [
        _absence(known[known["scheme"] == scheme], str(view))
        for scheme, view in data.loc[absent, ["scheme", "knowledge"]].itertuples(index=False)
    ]
    data.loc[absent, "status"] = [status for status, _ in reasons]
    data.loc[absent, "note"] = [note for _, note in reasons]
    return data


def _absence(of_scheme: pd.DataFrame, view: str) -> tuple[str, str]:
    """Say why a scheme has no row for an attack."""
    unusable = of_scheme[of_scheme["attack"].isna()]
    if len(unusable):
        return NOT_APPLICABLE, str(unusable["note"].iloc[0])
    if view == "key holder" and view not in set(of_scheme["knowledge"]):
        return AS_OUTSIDER, "no salt or key"
    return NOT_RUN, "not part of this run"


@style.styled
def matrix_chart(risk: pd.DataFrame, *, foot: str, narrow: bool = False) -> Figure:
    """Draw what share of its targets each attack names correctly, a cell a scheme and attack.

    Parameters
    ----------
    risk : DataFrame
        Tidy risk frame.
    foot : str
        Line under the chart; adversaries that are in the table only are added to it.
    narrow : bool
        Break the columns into blocks for a small screen.
    """
    data, views = matrix_data(risk), drawn(risk)
    schemes = in_order(data["scheme"])
    size, most = (LABEL, 1.3) if narrow else (LABEL + 1, 1.6)
    names = [style.shorten(wording.scheme(scheme), most, size) for scheme in schemes]
    left = style.label_room(names, size)
    room = (style.NARROW if narrow else style.WIDE) - left - style.MARGIN
    columns = list(dict.fromkeys(zip(data["attack"], data["target"], strict=True)))
    grid = fit(schemes, columns, room)
    headers = [Header.of(block, grid.cell) for block in grid.blocks]
    lift = max(header.height for header in headers)
    layout = style.Layout(
        columns=1,
        panel_height=ROW * grid.height,
        left=left,
        right=style.MARGIN + room - grid.cell * grid.width,
        above=0.34 + lift / 72,
        below=0.08,
        axis_label=0.1,
        narrow=narrow,
    )
    panels = [(view, header) for view in views for header in headers]
    figure, axes = style.canvas(
        len(panels),
        layout,
        title="What each attack undoes, scheme by scheme",
        subtitle="Colour and number: share of its targets that an attack names correctly, in %. "
        "The table has the intervals.",
        foot=with_rest(foot, risk),
        legend=_legend(),
    )
    for panel, (view, header) in zip(axes, panels, strict=True):
        first = header is headers[0]
        title = wording.knowledge(view) if first else f"{wording.words(view)}, continued"
        style.panel_title(panel, layout, title, lift=lift)
        _frame(panel, grid, names, size)
        header.draw(panel, lift)
        cells = data[data["knowledge"] == view].set_index(
            ["attack", "target", "scheme"], drop=False
        )
        _fill(panel, cells, header.block, grid)
    return figure


def _frame(axes: Axes, grid: Grid, names: Sequence[str], size: float) -> None:
    axes.grid(visible=False)
    axes.set_xlim(0, grid.width)
    axes.set_ylim(grid.height, 0)
    axes.set_xticks([])
    axes.set_yticks(grid.rows, names)
    axes.tick_params(axis="y", pad=5, labelsize=size)


def _fill(axes: Axes, cells: pd.DataFrame, block: Sequence[Column], grid: Grid) -> None:
    for y, scheme in zip(grid.rows, grid.schemes, strict=True):
        row = [cells.loc[[(*column, scheme)]].iloc[0] for column in block]
        reasons = {(cell["status"], cell["note"]) for cell in row}
        if len(reasons) == 1 and row[0]["status"] == AS_OUTSIDER:
            _across(
                axes, y, f"{AS_OUTSIDER}: {row[0]['note']}", columns_of(block)[-1] + 1, grid.cell
            )
            continue
        for x, cell in zip(columns_of(block), row, strict=True):
            _cell(axes, x, y, cell, grid.cell)


def _across(axes: Axes, y: float, text: str, width: float, cell: float) -> None:
    axes.text(
        0.12,
        y,
        style.shorten(text, width * cell - 0.1, LABEL + 0.5),
        size=LABEL + 0.5,
        style="italic",
        color=style.MUTED,
        va="center_baseline",
        gid="across",
    )


def _cell(axes: Axes, x: float, y: float, cell: Any, inches: float) -> None:
    box = (x + 0.02, y - 0.46), 0.96, 0.92
    if cell["status"] == NOT_APPLICABLE:
        axes.add_patch(Rectangle(*box, gid="hatched", **_HATCHED))
        return
    if cell["status"] != RAN:
        axes.plot([x + 0.5], [y], gid="ring", **_CIRCLE)
        return
    text, colour, paint = _look(cell)
    axes.add_patch(Rectangle(*box, facecolor=paint, edgecolor=style.GRID, lw=0.5, gid="cell"))
    axes.text(
        x + 0.5,
        y,
        text,
        size=LABEL + 0.5,
        color=colour,
        ha="center",
        va="center_baseline",
        gid="rate",
    )
    if owed_elsewhere(cell):
        corner = (x + 0.98, y - 0.46)
        across, down = 0.075 / inches, 0.075 / ROW
        points = [corner, (corner[0] - across, corner[1]), (corner[0], corner[1] + down)]
        axes.add_patch(Polygon(points, color=style.ORANGE, lw=0, gid="elsewhere"))


_HATCHED: Final[dict[str, Any]] = {
    "facecolor": "none",
    "edgecolor": style.GRID,
    "hatch": "/////",
    "lw": 0.0,
}
_CIRCLE: Final[dict[str, Any]] = {
    "marker": "o",
    "ms": 4,
    "mfc": "none",
    "mec": style.MUTED,
    "mew": 0.9,
    "lw": 0,
}


def _look(cell: Any) -> tuple[str, str, str]:
    """Text, its colour and the colour of the cell of an attack that ran."""
    if pd.isna(cell["rate"]):
        return withheld(cell["note"]).replace(NEARLY_ALL, "≥ n−10") or "n/d", style.MUTED, "none"
    colour = RAMP(float(cell["rate"]))
    return short_percent(float(cell["rate"])), text_colour(colour), to_hex(colour)


def short_percent(rate: float) -> str:
    """Write a share in as few digits as a cell takes; nothing but 0 and 1 reads 0 and 100.

    >>> [short_percent(rate) for rate in (0.0, 0.0004, 0.032, 0.54, 0.9996, 1.0)]
    ['0', '<0.1', '3.2', '54', '>99', '100']
    """
    if rate in (0.0, 1.0):
        return f"{100 * rate:.0f}"
    if rate < 0.001:
        return "<0.1"
    if rate >= 0.995:
        return ">99"
    return f"{100 * rate:.1f}" if rate < 0.0995 else f"{100 * rate:.0f}"


def text_colour(paint: tuple[float, ...]) -> str:
    """Black or white, whichever has more contrast on a colour (WCAG 2.1, relative luminance)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in paint[:3]]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return DARK_TEXT if (luminance + 0.05) ** 2 > 1.05 * 0.05 else LIGHT_TEXT


def owed_elsewhere(cell: Any) -> bool:
    """Whether half or more of a rate is reached without the release, too.

    Of claims that somebody is in a file only the control tells: whoever claims it of everybody has a
    high baseline.
    """
    told = ("control",) if cell["target"] == "membership" else ("baseline", "control")
    without = [float(cell[name]) for name in told if pd.notna(cell[name])]
    return bool(cell["rate"] > 0 and without and max(without) >= OWED_ELSEWHERE * cell["rate"])


def _legend() -> list[Artist]:
    shades: list[Artist] = [
        Patch(
            fc=to_hex(RAMP(share)), ec=style.GRID, lw=0.5, label=f"{share:.0%}".replace("%", " %")
        )
        for share in (0.0, 0.5, 1.0)
    ]
    corner = [(-1.0, 1.0), (1.0, 1.0), (1.0, -1.0)]
    return [
        *shades,
        Patch(label="does not apply", **_HATCHED),
        Line2D([], [], label="not run", **_CIRCLE),
        Line2D(
            [],
            [],
            marker=corner,  # type: ignore[arg-type]
            ms=5,
            mew=0,
            lw=0,
            color=style.ORANGE,
            label="half of it or more without the release, too",
        ),
    ]


def matrix_alt(risk: pd.DataFrame) -> str:
    """Say in words what the chart shows, for people who do not see it."""
    data = matrix_data(risk)
    text = (
        f"Matrix of {data['scheme'].nunique()} schemes (rows) and "
        f"{len(data[['attack', 'target']].drop_duplicates())} attacks (columns). Darker is a larger "
        "share of targets named correctly."
    )
    return " ".join([text, *_alt_of_views(data, drawn(risk)), "The table below has all figures."])


def _alt_of_views(data: pd.DataFrame, views: Sequence[str]) -> Iterator[str]:
    for view in views:
        cells = data[data["knowledge"] == view]
        worst = cells.groupby("scheme", sort=False)["rate"].max()
        counts = cells["status"].value_counts()
        nearly = [wording.scheme(scheme) for scheme in worst.index[worst >= 0.9]]
        none = [wording.scheme(scheme) for scheme in worst.index[worst == 0]]
        yield (
            f"{wording.words(view)}: {counts.get(RAN, 0)} attacks ran, {counts.get(NOT_RUN, 0)} were "
            f"not run, {counts.get(NOT_APPLICABLE, 0)} do not apply. {percent(0.9)} or more: "
            f"{', '.join(nearly) or 'no scheme'}. None of those run named anybody: "
            f"{', '.join(none) or 'no scheme'}."
        )
