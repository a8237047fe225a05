"""Charts and the self-contained risk report; everything here reads finished frames only."""

from __future__ import annotations

from linkage.reporting.report import Reportable, write_report

__all__ = ["Reportable", "write_report"]
