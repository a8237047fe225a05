"""Which unknown the answer hangs on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from linkage.calibration.calibrate import Model

DRAWS: Final = 4_096
"""Draws from the priors, a power of two as Sobol's sequence wants. A choice, for a second."""


def sensitivities(
    model: Model, ranks: NDArray[np.float64], *, rng: np.random.Generator
) -> pd.DataFrame:
    """Tell how much of the doubt about wrong persons comes from each unknown.

    Before any figure is seen, by Sobol's indices of the share of answers that are wrong: ``first``
    is what would be known if this share were known alone, ``total`` what would remain in doubt if
    all others were (Sobol 2001, doi:10.1016/S0378-4754(00)00270-6; estimators of Saltelli et al.
    2010, doi:10.1016/j.cpc.2009.09.018). After, by rank correlation with it in the posterior.

    Returns
    -------
    pandas.DataFrame
        unknown, first, total, posterior.
    """
    from scipy import stats

    names = [*model.unknowns, "simulated worlds"]

    def wrong_share(columns: NDArray[np.float64]) -> NDArray[np.float64]:
        return _wrong(model, np.clip(columns.T, 1e-9, 1 - 1e-9))

    even: Any = [stats.uniform()] * len(names)
    indices = stats.sobol_indices(func=wrong_share, n=DRAWS, dists=even, random_state=rng)
    wrong = _wrong(model, ranks)
    after = [float(stats.spearmanr(column, wrong).statistic) for column in ranks.T]
    return pd.DataFrame(
        {
            "unknown": names,
            "first": indices.first_order,
            "total": indices.total_order,
            "posterior": after,
        }
    )


def _wrong(model: Model, ranks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the answers that are about somebody else, on average."""
    from linkage.calibration.pool import COUNTED

    expected = model.expected(ranks, slice(1))[:, 0]
    told = dict(zip(COUNTED, expected.T, strict=True))
    return np.asarray(told["wrong"] / np.maximum(told["answered"], 1e-12))
