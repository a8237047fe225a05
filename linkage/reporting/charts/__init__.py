"""The charts of a report: a tidy frame in, a Matplotlib figure and its alternative text out."""

from __future__ import annotations

from linkage.reporting.charts.harm import harm_alt, harm_chart, harm_data, harm_rows
from linkage.reporting.charts.quality import quality_alt, quality_chart, quality_data
from linkage.reporting.charts.risk import risk_alt, risk_chart
from linkage.reporting.charts.tradeoff import tradeoff_alt, tradeoff_chart, tradeoff_data
from linkage.reporting.charts.weights import weights_alt, weights_chart, weights_data

__all__ = [
    "harm_alt",
    "harm_chart",
    "harm_data",
    "harm_rows",
    "quality_alt",
    "quality_chart",
    "quality_data",
    "risk_alt",
    "risk_chart",
    "tradeoff_alt",
    "tradeoff_chart",
    "tradeoff_data",
    "weights_alt",
    "weights_chart",
    "weights_data",
]
