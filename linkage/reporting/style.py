"""One look for every chart: sizes, colours, header, panels and foot line, measured in inches."""

from __future__ import annotations

import functools
import io
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ParamSpec

import matplotlib.style
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

INK, MUTED, GRID, PAPER = "#1f2328", "#59636e", "#d9dee3", "#ffffff"

# Okabe and Ito (2008), Color Universal Design: told apart with any colour vision.
ORANGE, SKY, GREEN, BLUE = "#e69f00", "#56b4e9", "#009e73", "#0072b2"
VERMILION, PURPLE = "#d55e00", "#cc79a7"

SCHEME_COLOURS = {
    "plain": VERMILION,
    "sha256": ORANGE,
    "salted_sha256": PURPLE,
    "hmac": BLUE,
    "clk": GREEN,
}
SCHEME_MARKERS = {"plain": "o", "sha256": "s", "salted_sha256": "^", "hmac": "D", "clk": "v"}
HARM_COLOURS = {"released": BLUE, "right_person": BLUE, "missed": ORANGE}
FOR_MATCH, AGAINST_MATCH = BLUE, VERMILION

TITLE, SUBTITLE, PANEL, TICK, VALUE, FOOT = 13.0, 9.0, 9.5, 8.5, 8.5, 7.5
WIDE, NARROW = 9.4, 4.2
MARGIN = 0.15

# What the reader's dark mode shows instead; keys are the colours written into the SVG.
DARK = {
    PAPER: "#161b22",
    INK: "#e9edf1",
    MUTED: "#a8b3be",
    GRID: "#39424c",
    BLUE: "#4fb0ea",
    VERMILION: "#f08a3c",
    GREEN: "#2fc49a",
}

SETTINGS: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": GRID,
    "xtick.color": MUTED,
    "ytick.color": INK,
    "grid.color": GRID,
    "hatch.linewidth": 0.8,
    "svg.hashsalt": "linkage",
    "svg.fonttype": "path",
}

P = ParamSpec("P")


def styled(chart: Callable[P, Figure]) -> Callable[P, Figure]:
    """Draw with this style whatever the reader's own Matplotlib settings are."""

    @functools.wraps(chart)
    def draw(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with matplotlib.style.context(["default", SETTINGS]):
            return chart(*args, **kwargs)

    return draw


@dataclass(frozen=True)
class Layout:
    """Where the panels go; all lengths in inches."""

    columns: int
    panel_height: float
    left: float
    right: float
    gap: float = 0.3
    above: float = 0.46
    below: float = 0.3
    axis_label: float = 0.12
    narrow: bool = False

    @property
    def width(self) -> float:
        """Width of the figure."""
        return NARROW if self.narrow else WIDE

    @property
    def panel_width(self) -> float:
        """Width of the data area of one panel."""
        free = self.width - self.left - self.right - (self.columns - 1) * self.gap
        return free / self.columns


def canvas(
    panels: int,
    layout: Layout,
    *,
    title: str,
    subtitle: str,
    foot: str,
    legend: Sequence[Artist] = (),
) -> tuple[Figure, list[Axes]]:
    """Lay out title, subtitle, legend, panels and foot line from top to bottom without overlap."""
    room = layout.width - 2 * MARGIN
    heading, lead = wrap(title, room, TITLE, bold=True), wrap(subtitle, room, SUBTITLE)
    foot = wrap(foot, room, FOOT)
    legend_rows = len(legend) if layout.narrow else bool(legend)
    header = 0.22 * _lines(heading) + 0.16 * _lines(lead) + 0.19 * legend_rows + 0.28
    step = layout.above + layout.panel_height + layout.below
    footer = layout.axis_label + 0.13 * _lines(foot) + 0.14
    height = header + math.ceil(panels / layout.columns) * step + footer

    figure = Figure(figsize=(layout.width, height), facecolor=PAPER)
    x, y = MARGIN / layout.width, 1 - 0.12 / height
    figure.text(x, y, heading, size=TITLE, weight="bold", va="top")
    y -= (0.22 * _lines(heading) + 0.04) / height
    figure.text(x, y, lead, size=SUBTITLE, color=MUTED, va="top")
    if legend:
        y -= (0.16 * _lines(lead) + 0.04) / height
        figure.legend(
            handles=list(legend),
            loc="upper left",
            bbox_to_anchor=(x, y),
            ncols=1 if layout.narrow else len(legend),
            fontsize=VALUE,
            frameon=False,
            borderpad=0.1,
            borderaxespad=0.0,
            labelspacing=0.35,
            handletextpad=0.5,
            columnspacing=1.6,
        )
    figure.text(x, 0.08 / height, foot, size=FOOT, color=MUTED, va="bottom")

    axes = []
    for place in range(panels):
        row, column = divmod(place, layout.columns)
        left = layout.left + column * (layout.panel_width + layout.gap)
        top = header + row * step + layout.above
        bounds = (
            left / layout.width,
            1 - (top + layout.panel_height) / height,
            layout.panel_width / layout.width,
            layout.panel_height / height,
        )
        axes.append(_plain_axes(figure, bounds))
    return figure, axes


def _plain_axes(figure: Figure, bounds: tuple[float, float, float, float]) -> Axes:
    axes = figure.add_axes(bounds)
    axes.set_facecolor(PAPER)
    axes.spines[:].set_visible(False)
    axes.set_axisbelow(True)
    axes.grid(axis="x", linewidth=0.7)
    axes.tick_params(length=0, labelsize=TICK, labelfontfamily="DejaVu Sans")
    axes.tick_params(axis="y", pad=8)
    return axes


def panel_title(
    axes: Axes, layout: Layout, title: str, note: str = "", *, lift: float = 0.0
) -> None:
    """Write a panel's title, and a note in grey under it, above the data or points higher."""
    # Alone in its row, a panel leaves its title the whole width of the figure.
    alone = layout.columns == 1
    x = MARGIN / layout.width if alone else 0.0
    across = axes.figure.transFigure if alone else axes.transAxes
    room = layout.width - 2 * MARGIN if alone else layout.panel_width + layout.gap - 0.1
    lines = [(title, 16 if note else 5, PANEL, INK, "bold")]
    if note:
        lines.append((note, 4, VALUE - 0.5, MUTED, "normal"))
    for text, offset, size, colour, weight in lines:
        axes.annotate(
            shorten(text, room, size, bold=weight == "bold"),
            (x, 1),
            xytext=(0, offset + lift),
            xycoords=(across, axes.transAxes),
            textcoords="offset points",
            size=size,
            color=colour,
            weight=weight,
            annotation_clip=False,
        )


@functools.lru_cache(maxsize=4096)
def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Inches a line of text takes."""
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    return float(text_to_path.get_text_width_height_descent(text, font, False)[0]) / 72


def wrap(text: str, inches: float, size: float, *, bold: bool = False) -> str:
    """Break a text into lines that fit."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, size, bold=bold) <= inches:
            lines[-1] = longer
        else:
            lines.append(shorten(word, inches, size, bold=bold))
    return "\n".join(line for line in lines if line)


def shorten(text: str, inches: float, size: float, *, bold: bool = False) -> str:
    """Cut a text to one line that fits and show that it was cut."""
    line = " ".join(text.split())[:500]
    if text_width(line, size, bold=bold) <= inches:
        return line
    while line and text_width(f"{line} …", size, bold=bold) > inches:
        line = line[:-1].rstrip()
    return f"{line} …"


def fitted(labels: Sequence[str], *, inches: float = 1.7, bold: bool = False) -> list[str]:
    """Shorten row labels so that they leave room for the data."""
    return [shorten(label, inches, PANEL if bold else TICK, bold=bold) for label in labels]


def label_room(labels: Sequence[str], size: float = TICK, *, bold: bool = False) -> float:
    """Inches the widest of some labels needs, margins included."""
    widest = max((text_width(label, size, bold=bold) for label in labels), default=0.0)
    return MARGIN + widest + 0.16


def _lines(text: str) -> int:
    return text.count("\n") + 1 if text else 0


def scheme_colours(schemes: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Colour and marker of each scheme: fixed for the known ones, in order for the others.

    Many others take the colours of known ones that are not there.
    """
    others = [scheme for scheme in schemes if scheme not in SCHEME_COLOURS]
    free = [colour for name, colour in SCHEME_COLOURS.items() if name not in schemes]
    spare = list(zip([SKY, MUTED, *free, SKY, MUTED], "PX<>hdp8*", strict=False))
    return {
        scheme: (SCHEME_COLOURS[scheme], SCHEME_MARKERS[scheme])
        if scheme in SCHEME_COLOURS
        else spare[others.index(scheme) % len(spare)]
        for scheme in schemes
    }


def to_svg(figure: Figure) -> str:
    """Write a figure as SVG; the same figure always gives the same bytes."""
    buffer = io.StringIO()
    with matplotlib.style.context(["default", SETTINGS]):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def to_png(figure: Figure, *, dpi: float = 160) -> bytes:
    """Write a figure as PNG; the same figure always gives the same bytes."""
    buffer = io.BytesIO()
    with matplotlib.style.context(["default", SETTINGS]):
        figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()


def _rounded(match: re.Match[str]) -> str:
    return match[1] or match[2]


def for_page(svg: str) -> str:
    """Make an SVG smaller, and have it swap its colours when the reader prefers dark.

    >>> "prefers-color-scheme" in for_page("<svg><defs></defs></svg>")
    True
    """
    # Glyphs are outlines, so what is shortened here is never a text.
    for pattern, short in (
        (r"<!--.*?-->|<\?xml.*?\?>|<!DOCTYPE.*?>|<metadata>.*?</metadata>", ""),
        (r"(\d{2,}\.\d)\d+|(?<![\d.])([1-9]\.\d\d)\d+", _rounded),
        (r"DejaVuSans-(Bold|Oblique)?", lambda match: (match[1] or "r")[0]),
        (r"\s+", " "),
        (r"> <", "><"),
        (r'(?<=\bd=")[^"]*', lambda match: re.sub(r" ?([A-Za-z]) ?", r"\1", match[0].strip())),
        (r'<use xlink:href="(#\w+)" transform="translate\(([\d.]+) 0\)"', r'<use href="\1" x="\2"'),
        (r"xlink:href", "href"),
        (r'<g id="\w+_\d+"', "<g"),
        (r"<g/>", ""),
    ):
        svg = re.sub(pattern, short, svg, flags=re.DOTALL)
    rules = "".join(
        f'[style*="{paint}: {light}"]{{{paint}:{dark} !important}}'
        for light, dark in DARK.items()
        for paint in ("fill", "stroke")
    )
    sheet = f"<style>@media (prefers-color-scheme: dark){{{rules}}}</style>"
    head, end, rest = svg.partition("</defs>")
    return (head + sheet + end + rest).strip()
