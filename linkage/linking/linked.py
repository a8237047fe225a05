"""Link records or codes by position, as simulations do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.linking.blocking import Rule
from linkage.linking.codes import Positions
from linkage.linking.comparisons import Comparison
from linkage.linking.decision import Decision
from linkage.linking.encoded import fit_encoded
from linkage.linking.fitting import Fitted, fit_records
from linkage.linking.scored import Scored
from linkage.schemes import Encoded


@dataclass(frozen=True, eq=False)
class Linked:
    """Links between two files, by position, and how they came about.

    Parameters
    ----------
    left, right : (links,) int arrays
        Record positions.
    weight : (links,) array
        Match weight in bits; of codes of whole records, their similarity.
    probability : (links,) array
        Of being the same person, by the model; NaN where nothing could be learned.
    candidates_left, candidates_right : (candidates,) int arrays
        The pairs that were compared.
    weights : pandas.DataFrame
        The model's match weights, empty where there are none.
    fitted, decision : Fitted or Scored, Decision
        What the links come from.
    """

    left: Positions
    right: Positions
    weight: NDArray[np.float64]
    probability: NDArray[np.float64]
    candidates_left: Positions
    candidates_right: Positions
    weights: pd.DataFrame = field(default_factory=pd.DataFrame)
    fitted: Fitted | Scored | None = None
    decision: Decision | None = None


def link_records(
    left: pd.DataFrame,
    right: pd.DataFrame,
    *,
    comparisons: list[Comparison] | None = None,
    rules: Sequence[Rule] | None = None,
    one_to_one: bool = True,
    threshold: float = 0.5,
    rng: np.random.Generator,
) -> Linked:
    """Link prepared records by position.

    Parameters
    ----------
    left, right, comparisons, rules, rng : see `fit_records`
    one_to_one, threshold : see `linkage.link`

    Returns
    -------
    Linked
    """
    fitted = fit_records(left, right, comparisons=comparisons, rules=rules, rng=rng)
    return linked_of(fitted, one_to_one=one_to_one, threshold=threshold)


def link_encoded(left: Encoded, right: Encoded, *, rng: np.random.Generator) -> Linked:
    """Link two encoded files by position, the way their scheme allows.

    Parameters
    ----------
    left, right : Encoded
        Of the same scheme, with the same secret.
    rng : numpy.random.Generator

    Returns
    -------
    Linked

    Raises
    ------
    linkage.InputError
        See `linkage.linking.encoded.fit_encoded`.
    """
    return linked_of(fit_encoded(left, right, rng=rng), one_to_one=True, threshold=0.5)


def linked_of(
    fitted: Fitted | Scored, *, one_to_one: bool = True, threshold: float = 0.5
) -> Linked:
    """Decide on the pairs of what was fitted.

    Parameters
    ----------
    fitted : Fitted or Scored
    one_to_one, threshold : see `linkage.link`
    """
    decision = fitted.decide(one_to_one=one_to_one, threshold=threshold)
    first, second = fitted.candidates.left, fitted.candidates.right
    return Linked(
        first[decision.chosen],
        second[decision.chosen],
        fitted.weight[decision.chosen].astype(np.float64),
        decision.probability,
        first,
        second,
        fitted.model.table() if isinstance(fitted, Fitted) else pd.DataFrame(),
        fitted,
        decision,
    )
