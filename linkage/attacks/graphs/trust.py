"""How sure one may be of a person found by similarity, tried out on one's own list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from linkage.attacks.graphs.seeds import Best, Matrix, Positions, best_people

TRIED: Final = 1_000
"""People tried out. A choice, for seconds."""

PENALTY: Final = 1e-3
"""Ridge penalty of the regression. A choice: it must end where all are told apart."""

NEWTON: Final = 25
"""Steps of Newton's method; more change nothing."""


@dataclass(frozen=True)
class Trust:
    """Probability that the best person is the right one.

    Logistic in the correlation, and in how far it is from the next (Cox 1958).

    Parameters
    ----------
    weights : (3,) array
        Of correlation, distance to the second, and 1.
    """

    weights: NDArray[np.float64]

    def probability(self, best: Best) -> NDArray[np.float64]:
        """Give the probability that each is right."""
        return _logistic(_measures(best) @ self.weights)

    @classmethod
    def learned(cls, records: Matrix, people: Matrix, tried: Positions) -> Trust:
        """Look for people of the list in a release of one's own making, half of them unlisted.

        Parameters
        ----------
        records, people : (tried, seeds) and (people, seeds) arrays
            As of `similarity_rows`.
        tried : (tried,) int array
            Whose the records are.
        """
        present = best_people(records, people)
        absent = best_people(records, people, without=tried)
        measures = np.concatenate([_measures(present), _measures(absent)])
        right = np.concatenate([present.person == tried, np.zeros(len(tried), np.bool_)])
        return cls(_fitted(measures, right))


def _measures(best: Best) -> NDArray[np.float64]:
    columns = best.correlation, best.correlation - best.second, np.ones(len(best.person))
    return np.column_stack(columns).astype(np.float64)


def _fitted(measures: NDArray[np.float64], right: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Fit a logistic regression by Newton's method, a little drawn to zero."""
    weights = np.zeros(measures.shape[1])
    for _ in range(NEWTON):
        expected = _logistic(measures @ weights)
        slope = measures.T @ (right - expected) - PENALTY * weights
        spread = expected * (1 - expected)
        curvature = (measures * spread[:, None]).T @ measures + PENALTY * np.eye(len(weights))
        weights = weights + np.linalg.solve(curvature, slope)
    return weights


def _logistic(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))))
