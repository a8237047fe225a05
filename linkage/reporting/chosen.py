"""Which charts a report has, in the order of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from linkage.reporting import charts
from linkage.reporting.adversaries import only_drawn, with_rest

MANY = 8
"""Schemes from which on the matrix shows the attacks first."""
MOST_ROWS = 240
"""Rows of the dot chart of attacks; a longer one is not read, the matrix and the table are."""


@dataclass(frozen=True)
class Chart:
    """A chart of the report: how to draw it, what it says, the data behind it.

    An optional chart without figures leaves no trace; of another one the page says so.
    """

    name: str
    draw: Callable[[bool], Figure]
    alt: str
    data: pd.DataFrame
    optional: bool = False

    @property
    def has_figures(self) -> bool:
        """Whether there is anything to draw."""
        complete = (
            self.data.dropna(subset=["utility", "risk"]) if "utility" in self.data else self.data
        )
        return not complete.empty


def chosen(frames: Mapping[str, pd.DataFrame], foot: str) -> list[Chart]:
    """Give the charts of a result's frames, with one foot line."""
    quality, risk, harm, weights = (frames[name] for name in ("quality", "risk", "harm", "weights"))
    # Adversaries of a grid are curves of a chart of their own.
    drawn, drawn_foot = only_drawn(risk), with_rest(foot, risk)
    return [
        *_attack_charts(risk, frames["worlds"], drawn, drawn_foot, foot),
        Chart(
            "tradeoff_chart",
            lambda narrow: charts.tradeoff_chart(quality, drawn, foot=drawn_foot, narrow=narrow),
            charts.tradeoff_alt(quality, drawn),
            charts.tradeoff_data(quality, drawn),
        ),
        Chart(
            "harm_chart",
            lambda narrow: charts.harm_chart(harm, foot=foot, narrow=narrow),
            charts.harm_alt(harm),
            charts.harm_data(harm),
        ),
        Chart(
            "groups_chart",
            lambda narrow: charts.groups_chart(harm, foot=foot, narrow=narrow),
            charts.groups_alt(harm),
            charts.groups_data(harm),
            optional=True,
        ),
        Chart(
            "causes_chart",
            lambda narrow: charts.causes_chart(harm, foot=foot, narrow=narrow),
            charts.causes_alt(harm),
            charts.causes_data(harm),
            optional=True,
        ),
        Chart(
            "quality_chart",
            lambda narrow: charts.quality_chart(quality, foot=foot, narrow=narrow),
            charts.quality_alt(quality),
            charts.quality_data(quality),
        ),
        Chart(
            "weights_chart",
            lambda narrow: charts.weights_chart(weights, foot=foot, narrow=narrow),
            charts.weights_alt(weights),
            charts.weights_data(weights),
        ),
        *_linking_charts(frames, foot),
        _disclosure_chart(frames["disclosure"], foot),
    ]


def _linking_charts(frames: Mapping[str, pd.DataFrame], foot: str) -> Iterator[Chart]:
    """Give the charts of a closer look at the links of one world."""
    of_one = f"{foot} · links of plain text, first world"
    for name, frame, draw, alt in (
        ("thresholds_chart", "thresholds", charts.thresholds_chart, charts.thresholds_alt),
        ("reliability_chart", "reliability", charts.reliability_chart, charts.reliability_alt),
        ("waterfall_chart", "explained", charts.waterfall_chart, charts.waterfall_alt),
    ):
        data = frames[frame]
        yield Chart(
            name,
            partial(_drawn_of_one, draw, data, of_one),
            alt(data) if len(data) else "",
            data,
            optional=True,
        )


def _drawn_of_one(
    draw: Callable[..., Figure], data: pd.DataFrame, foot: str, narrow: bool
) -> Figure:
    return draw(data, foot=foot, narrow=narrow)


def _attack_charts(
    risk: pd.DataFrame, worlds: pd.DataFrame, drawn: pd.DataFrame, drawn_foot: str, foot: str
) -> Iterator[Chart]:
    """Give the charts of what attacks achieve: the matrix if there is much to see at once."""
    many = risk["scheme"].nunique() >= MANY
    if many:
        matrix = charts.matrix_data(risk)
        yield Chart(
            "matrix_chart",
            lambda narrow: charts.matrix_chart(risk, foot=foot, narrow=narrow),
            charts.matrix_alt(risk),
            matrix,
            optional=True,
        )
    attacks = drawn[["attack", "target", "knowledge"]].dropna().drop_duplicates()
    if not many or len(attacks) * drawn["scheme"].nunique() <= MOST_ROWS:
        yield Chart(
            "risk_chart",
            lambda narrow: charts.risk_chart(drawn, foot=drawn_foot, narrow=narrow),
            charts.risk_alt(drawn),
            drawn,
        )
    yield Chart(
        "knowledge_chart",
        lambda narrow: charts.knowledge_chart(risk, worlds, foot=foot, narrow=narrow),
        charts.knowledge_alt(risk),
        charts.knowledge_data(risk),
        optional=True,
    )
    yield Chart(
        "bounds_chart",
        lambda narrow: charts.bounds_chart(risk, foot=foot, narrow=narrow),
        charts.bounds_alt(risk),
        charts.bounds_data(risk),
        optional=True,
    )


def _disclosure_chart(disclosure: pd.DataFrame, foot: str) -> Chart:
    data = charts.disclosure_data(disclosure)
    return Chart(
        "disclosure_chart",
        lambda narrow: charts.disclosure_chart(disclosure, foot=foot, narrow=narrow),
        charts.disclosure_alt(disclosure),
        data if data["value"].notna().any() else data.iloc[:0],
        optional=True,
    )
