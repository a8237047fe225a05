"""The charts of a report: a tidy frame in, a Matplotlib figure and its alternative text out."""

from __future__ import annotations

from linkage.reporting.charts.bounds import bounds_alt, bounds_chart, bounds_data
from linkage.reporting.charts.calibration import (
    check_chart,
    posterior_chart,
    rules_chart,
    sensitivity_chart,
)
from linkage.reporting.charts.changes import changes_alt, changes_chart, changes_data
from linkage.reporting.charts.disclosure import disclosure_alt, disclosure_chart, disclosure_data
from linkage.reporting.charts.groups import (
    causes_alt,
    causes_chart,
    causes_data,
    groups_alt,
    groups_chart,
    groups_data,
)
from linkage.reporting.charts.harm import harm_alt, harm_chart, harm_data, harm_rows
from linkage.reporting.charts.knowledge import knowledge_alt, knowledge_chart, knowledge_data
from linkage.reporting.charts.matrix import matrix_alt, matrix_chart, matrix_data
from linkage.reporting.charts.quality import quality_alt, quality_chart, quality_data
from linkage.reporting.charts.reliability import reliability_alt, reliability_chart
from linkage.reporting.charts.risk import risk_alt, risk_chart
from linkage.reporting.charts.thresholds import (
    thresholds_alt,
    thresholds_chart,
    thresholds_data,
)
from linkage.reporting.charts.tradeoff import tradeoff_alt, tradeoff_chart, tradeoff_data
from linkage.reporting.charts.waterfall import waterfall_alt, waterfall_chart, waterfall_data
from linkage.reporting.charts.weights import weights_alt, weights_chart, weights_data

__all__ = [
    "bounds_alt",
    "bounds_chart",
    "bounds_data",
    "causes_alt",
    "causes_chart",
    "causes_data",
    "changes_alt",
    "changes_chart",
    "changes_data",
    "check_chart",
    "disclosure_alt",
    "disclosure_chart",
    "disclosure_data",
    "groups_alt",
    "groups_chart",
    "groups_data",
    "harm_alt",
    "harm_chart",
    "harm_data",
    "harm_rows",
    "knowledge_alt",
    "knowledge_chart",
    "knowledge_data",
    "matrix_alt",
    "matrix_chart",
    "matrix_data",
    "posterior_chart",
    "quality_alt",
    "quality_chart",
    "quality_data",
    "reliability_alt",
    "reliability_chart",
    "risk_alt",
    "risk_chart",
    "rules_chart",
    "sensitivity_chart",
    "thresholds_alt",
    "thresholds_chart",
    "thresholds_data",
    "tradeoff_alt",
    "tradeoff_chart",
    "tradeoff_data",
    "waterfall_alt",
    "waterfall_chart",
    "waterfall_data",
    "weights_alt",
    "weights_chart",
    "weights_data",
]
