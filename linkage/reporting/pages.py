"""What every page is made of: pictures within it, tables beside it, one frame around it."""

from __future__ import annotations

import functools
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from matplotlib.figure import Figure

from linkage.reporting import style
from linkage.reporting.chosen import Chart
from linkage.reporting.readings import READINGS
from linkage.reporting.suppression import spelled_out


@dataclass(frozen=True)
class Picture:
    """A drawn chart as the page embeds it."""

    name: str
    alt: str
    wide: str
    narrow: str
    size: tuple[int, int]
    narrow_size: tuple[int, int]


def drawn(chart: Chart, folder: Path) -> Picture:
    """Draw a chart: as files, and for the page, wide and for a small screen."""
    wide, narrow = chart.draw(False), chart.draw(True)
    svg = style.to_svg(wide)
    (folder / f"{chart.name}.svg").write_text(svg, encoding="utf-8")
    (folder / f"{chart.name}.png").write_bytes(style.to_png(wide))
    return Picture(
        chart.name,
        chart.alt,
        _data_uri(svg),
        _data_uri(style.to_svg(narrow)),
        _pixels(wide),
        _pixels(narrow),
    )


def _pixels(figure: Figure) -> tuple[int, int]:
    width, height = figure.get_size_inches()
    return round(96 * width), round(96 * height)


def _data_uri(svg: str) -> str:
    return f"data:image/svg+xml;base64,{b64encode(style.for_page(svg).encode()).decode()}"


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table that no spreadsheet runs as a program; what is withheld is spelled out."""
    frame = spelled_out(frame)
    columns = {name: frame[name].map(_harmless) for name in frame}
    pd.DataFrame(columns, index=frame.index).to_csv(path, index=False, lineterminator="\n")


def _harmless(cell: Any) -> Any:
    # A spreadsheet would run a text that starts so as a formula.
    if isinstance(cell, str) and cell.lstrip().startswith(("=", "+", "-", "@")):
        return f"'{cell}"
    return cell


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=jinja2.select_autoescape(default=True),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(template: str, **content: Any) -> str:
    """Fill a template of a page; every text in it is escaped."""
    return _environment().get_template(template).render(readings=READINGS, **content)
