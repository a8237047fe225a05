"""Write the page of a comparison: what was changed, and what that changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

import pandas as pd
from matplotlib.figure import Figure

from linkage.reporting import charts, wording
from linkage.reporting.charts.changes import PARTS, change, clearest_first
from linkage.reporting.chosen import Chart
from linkage.reporting.formatting import is_share, with_interval, withheld
from linkage.reporting.pages import drawn, page, write_csv
from linkage.reporting.tables import Answer, Table
from linkage.whole import Kind

COMPARISON: Final = Kind("comparison", ("report.html", "charts", "tables"), "report.html")

MOST_ROWS: Final = 60
"""Rows of a table on the page; all are in the file."""


class Compared(Protocol):
    """What the page asks of a `linkage.comparison.Comparison`."""

    @property
    def before(self) -> Any:
        """The one result."""

    @property
    def after(self) -> Any:
        """The other."""

    def settings(self) -> pd.DataFrame:
        """The settings that differ."""

    def table(self, *, internal: bool) -> pd.DataFrame:
        """Every figure of both."""


def write_comparison(
    comparison: Compared, directory: str | Path, *, internal: bool = False
) -> Path:
    """Write the page, with its charts and tables beside it, whole or not at all.

    Returns
    -------
    Path
        ``report.html``; beside it charts/*.png and *.svg, tables/*.csv.
    """
    target = Path(directory).resolve()
    table, settings = comparison.table(internal=internal), comparison.settings()
    sides = comparison.before, comparison.after
    real = any("files" in side.scenario for side in sides)
    foot = " · ".join(
        [
            f"before: {_about(sides[0])}",
            f"after: {_about(sides[1])}",
            "own files" if real else "simulated people",
            f"linkage {sides[1].versions.get('linkage', '')}".strip(),
        ]
    )
    with COMPARISON.written(target) as fresh:
        for folder in ("charts", "tables"):
            (fresh / folder).mkdir()
        pictures = {}
        for part in PARTS:
            data = charts.changes_data(table, part)
            write_csv(table[table["part"] == part], fresh / "tables" / f"{part}.csv")
            if len(data):
                draw = _drawing(table, part, foot)
                alt = charts.changes_alt(table, part)
                chart = Chart(f"{part}_changes", draw, alt, data)
                pictures[chart.name] = drawn(chart, fresh / "charts")
                write_csv(data, fresh / "tables" / f"{chart.name}.csv")
        write_csv(settings, fresh / "tables" / "settings.csv")
        titles = [side.scenario.get("title", "Record linkage") for side in sides]
        text = page(
            "comparison.html.j2",
            title=f"{titles[0]}: before and after",
            heading=titles[0] if titles[0] == titles[1] else " | ".join(titles),
            question="What changes when the settings below are changed?",
            foot=foot,
            internal=internal and real,
            withheld=real and not internal,
            pictures=pictures,
            answers=_answers(table),
            settings=_settings_table(settings),
            parts={part: _part_table(table, part) for part in PARTS},
            titles=PARTS,
        )
        (fresh / "report.html").write_text(text, "utf-8")
    return target / "report.html"


def _drawing(table: pd.DataFrame, part: str, foot: str) -> Callable[[bool], Figure]:
    def draw(narrow: bool) -> Figure:
        return charts.changes_chart(table, part, foot=foot, narrow=narrow)

    return partial(draw)


def _about(result: Any) -> str:
    scenario = result.scenario
    return f"{scenario.get('name', 'unnamed')}, seed {scenario.get('seed', 'none')}"


def _answers(table: pd.DataFrame) -> list[Answer]:
    """Tell the clearest change of each part, and how many figures changed beyond chance."""
    answers = []
    for part, (title, _) in PARTS.items():
        rows = charts.changes_data(table, part)
        if rows.empty:
            continue
        row, share = rows.iloc[0], part != "harm"
        answers.append(
            Answer(
                title,
                f"{row['label']}: ",
                _difference(row, share=share),
                ", the clearest change of these figures."
                if row["difference"]
                else ", and none of these figures changed.",
                "",
            )
        )
    known = table.dropna(subset=["difference_low", "difference_high"])
    beyond = ((known["difference_low"] > 0) | (known["difference_high"] < 0)).sum()
    told = f"{beyond:,} of {len(known):,}"
    told_of = (
        " figures that both results have changed by more than their intervals leave to chance."
    )
    return [*answers, Answer("All figures", "In all ", told, told_of, "")]


def _settings_table(settings: pd.DataFrame) -> Table:
    rows = [tuple(map(str, row)) for row in settings.to_numpy().tolist()]
    return Table("settings", "Settings that differ", ("Setting", "Before", "After"), rows)


def _part_table(table: pd.DataFrame, part: str) -> Table:
    """The figures of a part, the clearest change first."""
    found = table[table["part"] == part]
    rows = [
        (_about_figure(row), *(_side(row, side) for side in ("before", "after")), _change(row))
        for _, row in clearest_first(found)[:MOST_ROWS].iterrows()
    ]
    caption = f"{PARTS[part][0]}: every figure (95 % intervals)"
    if len(found) > MOST_ROWS:
        caption = (
            f"{PARTS[part][0]}: the {MOST_ROWS} of {len(found)} figures that differ most clearly"
        )
    return Table(part, caption, ("Figure", "Before", "After", "Difference"), rows)


def _about_figure(row: Any) -> str:
    part = row["part"]
    if part == "risk":
        attack = wording.attack(row["attack"], row["target"])
        return f"{wording.scheme(row['scheme'])}: {attack} ({row['knowledge']})"
    if part == "harm":
        group = "" if row["group"] == "all" else f", {row['group']}"
        unit = wording.unit(row["measure"], row["unit"])
        harm = wording.harm(row["measure"])[0]
        return f"{wording.regime(row['regime'])} ({wording.scheme(row['scheme'])}): {harm}{group}, {unit}"
    name = wording.quality if part == "quality" else wording.disclosure
    return f"{wording.scheme(row['scheme'])}: {name(row['measure'])[0]}"


def _is_share(row: Any) -> bool:
    if row["part"] == "harm":
        return is_share(wording.unit(row["measure"], row["unit"]))
    return row["part"] == "risk" or row["measure"] not in ("links", "k", "k_map", "people_alone")


def _side(row: Any, side: str) -> str:
    value = row[side]
    if pd.isna(value):
        return withheld(row["note"]) or "–"
    unit = "share" if _is_share(row) else "count"
    return with_interval(value, row[f"{side}_low"], row[f"{side}_high"], unit=unit)


def _change(row: Any) -> str:
    if pd.isna(row["difference"]):
        return str(row["note"]) or "–"
    return _difference(row, share=_is_share(row))


def _difference(row: Any, *, share: bool) -> str:
    """Write a difference with its interval, the unit once."""
    told = change(float(row["difference"]), share=share)
    ends = [float(row[f"difference_{end}"]) for end in ("low", "high")]
    if pd.isna(ends).any():
        return told
    low, high = (change(end, share=share).removesuffix(" points") for end in ends)
    return f"{told} ({low} to {high})"
