"""What the tests of worlds have in common: names of columns, bounds of chance, a digest."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
from hypothesis import settings

#: Hypothesis without chance, and without a clock: kernels are loaded by the first who calls.
steady = settings(deadline=None, derandomize=True)

ADDRESS = ["street_number", "street_name", "unit", "city", "state", "zip"]
PERSON = ["given_name", "middle_initial", "surname", "date_of_birth", "sex"]
FRAMES = ["persons", "households", "addresses", "residences", "taxpayers", "taxpayer_truth"]

_TEXT = pd.StringDtype("pyarrow")


def is_near(rows: pd.Series | np.ndarray, share: float, *, effect: float = 1.0) -> bool:
    """Whether the share of true rows is within five standard errors of ``share``.

    ``effect`` is the design effect: of households or clusters that agree in what is counted.
    """
    margin = 5 * np.sqrt(effect * max(share * (1 - share), 1e-4) / len(rows))
    return bool(abs(np.mean(rows) - share) < margin)


def digest(*frames: pd.DataFrame) -> str:
    """Return a hash of all columns that no version of Python or pandas has a say in."""
    hasher = hashlib.sha256()
    for frame in frames:
        for name, column in frame.items():
            hasher.update(f"\n{name} {len(column)}\n".encode())
            if column.dtype == _TEXT:
                texts = column.astype(object).where(column.notna(), "\0")
                hasher.update("\n".join(texts).encode())
            else:
                hasher.update(column.to_numpy().astype("<i8").tobytes())
    return hasher.hexdigest()
