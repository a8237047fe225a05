"""How sure one may be of what was read, by how much it stands out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Measures = NDArray[np.float64]

PENALTY: Final = 0.05
"""Ridge penalty of the regression. A choice: it must end where all are told apart."""

WIDEST: Final = 1e6
"""Margin that counts at most; also that of an only candidate."""


def margin_measure(margin: NDArray[Any]) -> Measures:
    """Measure how much likelier a code is by the best reading than by the next, 0 or more.

    The logarithm of one and the difference of their log-likelihoods.

    Examples
    --------
    >>> margin_measure(np.array([0.0, np.inf])).round(1).tolist()
    [0.0, 13.8]
    """
    return np.asarray(np.log1p(np.minimum(margin, WIDEST)), np.float64)


@dataclass(frozen=True)
class Sureness:
    """Probability that what was read is right, by how much it stands out.

    Logistic in the measures (Cox 1958, doi:10.1111/j.2517-6161.1958.tb00292.x).

    Parameters
    ----------
    weights : (measures + 1,) array
        Of each measure, and of 1.
    """

    weights: Measures

    def probability(self, measures: Measures) -> Measures:
        """Give the probability that each is right."""
        odds = _with_one(measures) @ self.weights
        return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))))

    @classmethod
    def learned(cls, measures: Measures, right: NDArray[np.bool_]) -> Sureness:
        """Learn from trials whose outcome is known.

        Parameters
        ----------
        measures : (trials, measures) array
        right : (trials,) array

        Examples
        --------
        >>> measures = np.arange(100.0)[:, None]
        >>> learned = Sureness.learned(measures, measures[:, 0] >= 50)
        >>> learned.probability(np.array([[0.0], [49.5], [99.0]])).round(1).tolist()
        [0.0, 0.5, 1.0]
        """
        from scipy.optimize import minimize

        rows = _with_one(measures)
        sides = np.where(right, 1.0, -1.0)

        def loss(weights: Measures) -> float:
            penalty = PENALTY * np.square(weights[:-1]).sum()
            return float(np.logaddexp(0, -sides * (rows @ weights)).sum() + penalty)

        return cls(np.asarray(minimize(loss, np.zeros(rows.shape[1])).x))


def _with_one(measures: Measures) -> Measures:
    return np.column_stack([measures, np.ones(len(measures))])
