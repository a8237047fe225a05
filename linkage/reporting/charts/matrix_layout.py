"""Where the rows, columns and headings of the risk matrix go."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from linkage.reporting import style, wording

LABEL, LINE = 7.0, 8.6  # points of a heading, and of a line of headings
FAMILY_GAP, ATTACK_GAP = 0.35, 0.18  # of a cell
NARROWEST, WIDEST = 0.36, 1.0  # inches of a cell

Column = tuple[str, str]
"""Attack and target."""


@dataclass(frozen=True)
class Grid:
    """Where rows and columns go, in cells from the top left corner."""

    schemes: Sequence[str]
    blocks: Sequence[Sequence[Column]]
    cell: float

    @property
    def rows(self) -> list[float]:
        """Middle of each row; families of schemes stand apart."""
        return [place + 0.5 for place in _apart([*map(_family, self.schemes)], FAMILY_GAP)]

    @property
    def height(self) -> float:
        """Cells from top to bottom."""
        return self.rows[-1] + 0.5

    @property
    def width(self) -> float:
        """Cells from left to right of the widest block."""
        return max(places[-1] + 1 for places in map(columns_of, self.blocks))


def columns_of(block: Sequence[Column]) -> list[float]:
    """Left edge of each column; attacks stand apart."""
    return _apart([attack for attack, _ in block], ATTACK_GAP)


def _apart(groups: Sequence[object], gap: float) -> list[float]:
    places, place = [], 0.0
    for before, group in itertools.pairwise([groups[0], *groups]):
        place += gap if before != group else 0.0
        places.append(place)
        place += 1
    return places


def _family(scheme: str) -> int:
    found = wording.family(scheme)
    return -1 if found is None else found


def fit(schemes: Sequence[str], columns: Sequence[Column], room: float) -> Grid:
    """Break the columns into as few blocks as leave a cell wide enough, evenly."""
    for count in range(1, len(columns) + 1):
        size = math.ceil(len(columns) / count)
        blocks = [columns[start : start + size] for start in range(0, len(columns), size)]
        cell = min(WIDEST, room / Grid(schemes, blocks, 0.0).width)
        if cell >= NARROWEST:
            break
    return Grid(schemes, blocks, cell)


@dataclass(frozen=True)
class Header:
    """The labels over a block of columns: the attacks, and under each what it tries to learn."""

    block: Sequence[Column]
    targets: Sequence[str]
    attacks: Sequence[tuple[float, float, str]]

    @classmethod
    def of(cls, block: Sequence[Column], cell: float) -> Header:
        """Break the labels of a block of columns to fit cells of so many inches."""
        targets = [_broken(wording.column(*column), cell) for column in block]
        spans = []
        edges = zip(columns_of(block), block, strict=True)
        for attack, group in itertools.groupby(edges, key=lambda edge: edge[1][0]):
            lefts = [left for left, _ in group]
            span = lefts[-1] + 1 - lefts[0]
            spans.append((lefts[0], span, _broken(wording.heading(attack), cell * span)))
        return cls(block, targets, spans)

    @property
    def _under(self) -> float:
        return 4 + LINE * max(target.count("\n") + 1 for target in self.targets)

    @property
    def height(self) -> float:
        """Points from the cells up to the panel's title."""
        return self._under + 6 + LINE * max(name.count("\n") + 1 for *_, name in self.attacks)

    def draw(self, axes: Axes, lift: float) -> None:
        """Write the labels, those of the attacks over a thin line."""
        shift = lift - self.height
        for left, target in zip(columns_of(self.block), self.targets, strict=True):
            self._write(axes, left + 0.5, target, 4, style.MUTED)
        for left, span, name in self.attacks:
            self._write(axes, left + span / 2, name, self._under + 3 + shift, style.INK)
            axes.annotate(
                "",
                (left + 0.06, 1),
                xytext=(left + span - 0.06, 1),
                xycoords=(axes.transData, _lifted(axes, self._under + shift)),
                textcoords=(axes.transData, _lifted(axes, self._under + shift)),
                arrowprops={"arrowstyle": "-", "color": style.GRID, "lw": 0.9},
                annotation_clip=False,
            )

    @staticmethod
    def _write(axes: Axes, x: float, text: str, points: float, colour: str) -> None:
        axes.annotate(
            text,
            (x, 1),
            xytext=(0, points),
            xycoords=axes.get_xaxis_transform(),
            textcoords="offset points",
            size=LABEL,
            color=colour,
            ha="center",
            va="bottom",
            linespacing=1.05,
            annotation_clip=False,
        )


def _lifted(axes: Axes, points: float) -> Any:
    figure = axes.get_figure()
    assert isinstance(figure, Figure)
    return axes.transAxes + ScaledTranslation(0, points / 72, figure.dpi_scale_trans)


def _broken(label: str, inches: float) -> str:
    """Break a label into lines that fit, words only where they must."""
    room = inches - 0.03
    return style.wrap(
        " ".join(p for word in label.split() for p in _pieces(word, room)), room, LABEL
    )


def _pieces(word: str, room: float) -> list[str]:
    """Break a word with hyphens into pieces that fit."""
    if style.text_width(word, LABEL) <= room:
        return [word]
    pieces = [""]
    parts = wording.breaks(word)
    for part in parts:
        hyphen = "" if part is parts[-1] else "-"
        if style.text_width(f"{pieces[-1]}{part}{hyphen}", LABEL) > room and pieces[-1]:
            pieces[-1] += "-"
            pieces.append("")
        pieces[-1] += part
    return pieces
