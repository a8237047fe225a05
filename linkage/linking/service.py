"""The holder's end of a protocol: it answers what it is asked, within its limits, and counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.linking.encoded import fit_encoded
from linkage.problems import InputError
from linkage.schemes import ConfirmOnly, Encoded, Oprf, Psi, PsiCardinality
from linkage.schemes.base import Answer, present_fields
from linkage.schemes.reduced import noise
from linkage.schemes.sets.limits import Limited

LEARNED_FROM: Final = 500
"""Records of its own that a holder links along with a short list, for its linker to learn from."""

LIKELIER_THAN_NOT: Final = 0.5


class HolderService:
    """Answers runs of a protocol by their ideal outcome, and refuses beyond its limits.

    Attributes
    ----------
    asked : int
        Runs answered or refused.
    entries : int
        Records asked about in all.
    """

    def __init__(self, limits: Limited | None, answer: Callable[[pd.DataFrame], Answer]) -> None:
        self.asked = 0
        self.entries = 0
        self._limits = limits
        self._answer = answer

    def ask(self, records: pd.DataFrame) -> Answer | None:
        """Run the protocol once with prepared records; see `linkage.schemes.base.Service`."""
        self.asked += 1
        self.entries += len(records)
        limits = self._limits
        if limits is None:
            return self._answer(records)
        over = limits.queries and self.asked > limits.queries
        if over or len(records.drop_duplicates()) < limits.smallest_list:
            return None
        answer = self._answer(records)
        if isinstance(answer, int):
            return answer if answer >= limits.smallest_answer else 0
        few = answer.dtype == bool and np.count_nonzero(answer) < limits.smallest_answer
        return None if few else answer


def open_service(encoded: Encoded, *, seed: int = 0) -> HolderService:
    """Open the holder's end of a protocol, for `View.service`.

    The outcome is the ideal one: what the protocol tells, without running it. Of `Psi`, for each
    record whether any of its values is held; of `PsiCardinality`, how many of the records have such
    a value; of `ConfirmOnly`, what the holder's linker says; of `Oprf`, whether the token that the
    server gives a record is among those of the file, which leave.

    Parameters
    ----------
    encoded : Encoded
        The holder's side.
    seed : int
        Of noise in the answers.

    Raises
    ------
    linkage.InputError
        If the scheme is no protocol.

    Examples
    --------
    >>> held = Psi().encode(pd.DataFrame({"tin": ["900123456"]}))
    >>> service = open_service(held)
    >>> service.ask(pd.DataFrame({"tin": ["900123456", "900123457"]})), service.asked
    (array([ True, False]), 1)
    """
    scheme = encoded.scheme
    if isinstance(scheme, ConfirmOnly):
        return HolderService(scheme, _confirming(encoded, scheme, np.random.default_rng(seed)))
    if isinstance(scheme, PsiCardinality):
        return HolderService(scheme, _counting(encoded, scheme, np.random.default_rng(seed)))
    if isinstance(scheme, Psi | Oprf):
        limits = scheme if isinstance(scheme, Psi) else None
        return HolderService(limits, _membership(encoded))
    raise InputError([f"open_service: got {scheme.name}, allowed a protocol that answers"])


def _membership(encoded: Encoded) -> Callable[[pd.DataFrame], NDArray[np.bool_]]:
    """Tell of records whether any of their values is held."""
    held = {name: pd.Index(values.dropna().unique()) for name, values in encoded.tokens.items()}

    def member(records: pd.DataFrame) -> NDArray[np.bool_]:
        fields = present_fields(encoded.fields, records)
        asked = encoded.scheme.asking().encode_records(records, fields).tokens
        found = np.zeros(len(records), np.bool_)
        for name, values in asked.items():
            found |= values.notna().to_numpy(bool) & (held[name].get_indexer(values) >= 0)
        return found

    return member


def _counting(
    encoded: Encoded, scheme: PsiCardinality, rng: np.random.Generator
) -> Callable[[pd.DataFrame], int]:
    member = _membership(encoded)

    def count(records: pd.DataFrame) -> int:
        found = int(member(records.drop_duplicates()).sum())
        return found + int(noise.draw(1, scheme.epsilon, rng=rng)[0]) if scheme.epsilon else found

    return count


def _confirming(
    encoded: Encoded, scheme: ConfirmOnly, rng: np.random.Generator
) -> Callable[[pd.DataFrame], Answer]:
    """Link each list with the file; a short one together with records of the holder's own."""
    own = encoded.tokens.sample(min(LEARNED_FROM, len(encoded)), random_state=rng)

    def confirm(records: pd.DataFrame) -> Answer:
        fields = present_fields(encoded.fields, records)
        asked = pd.concat([records[list(fields)], own[list(fields)]], ignore_index=True)
        left = replace(encoded.scheme.encode_records(asked, fields), labels=asked.index)
        right = replace(encoded, tokens=encoded.tokens[list(fields)], fields=fields)
        fitted = fit_encoded(left, right, rng=np.random.default_rng(0))
        found = fitted.decide(one_to_one=False, threshold=0.0)
        best = np.full(len(asked), -np.inf)
        place = fitted.candidates.left[found.chosen]
        if scheme.answer == "score":
            np.maximum.at(best, place, fitted.weight[found.chosen])
            return best[: len(records)]
        np.maximum.at(best, place, found.probability)
        return best[: len(records)] > LIKELIER_THAN_NOT

    return confirm
