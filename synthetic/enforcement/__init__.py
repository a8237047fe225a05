"""The request list: who is looked for, under which number, at which address, how written."""

from __future__ import annotations

from synthetic.enforcement.addresses import ADDRESS_STATUSES, PLACEHOLDERS
from synthetic.enforcement.numbers import TIN_STATUSES
from synthetic.enforcement.requests import TRUTH_COLUMNS, draw_requests
from synthetic.enforcement.targets import Counts

__all__ = [
    "ADDRESS_STATUSES",
    "PLACEHOLDERS",
    "TIN_STATUSES",
    "TRUTH_COLUMNS",
    "Counts",
    "draw_requests",
]
