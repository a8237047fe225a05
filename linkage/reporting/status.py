"""Whether an attack ran, does not apply, or lacked something: one word for each row of risk."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from linkage.reporting.formatting import withheld

RAN: Final = "ran"
NOT_APPLICABLE: Final = "not applicable"
NOT_RUN: Final = "not run"


def statuses(risk: pd.DataFrame) -> pd.Series[Any]:
    """Give the status of each row; where no column says, a row without a figure does not apply.

    >>> statuses(pd.DataFrame({"rate": [0.0, float("nan")], "note": ["", "no code"]})).tolist()
    ['ran', 'not applicable']
    """
    ran = risk["rate"].notna() | (risk["note"].map(withheld) != "")
    derived = ran.map({True: RAN, False: NOT_APPLICABLE}).astype(object)
    if "status" not in risk:
        return derived
    return risk["status"].astype(object).where(risk["status"].notna(), derived)


def word(status: str) -> str:
    """Say what a missing figure of a row with this status is.

    >>> word("not run"), word("ran")
    ('not run', 'not defined')
    """
    return "not defined" if status == RAN else status
