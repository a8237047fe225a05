"""The holder's end of a protocol: it answers what it is asked, within its limits, and counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.linking.standing import StandingLinker
from linkage.problems import InputError
from linkage.schemes import ConfirmOnly, Encoded, Oprf, Psi, PsiCardinality
from linkage.schemes.base import Answer, present_fields
from linkage.schemes.sets.limits import Limited, seconds_for

EVEN: Final = 0.0
"""Bits: as likely the same person as not; from here on the answer is yes."""

Answering = Callable[[pd.DataFrame], Answer]


class HolderService:
    """Answers runs of a protocol by their ideal outcome, and refuses beyond its limits.

    Attributes
    ----------
    asked : int
        Runs answered or refused.
    entries : int
        Records asked about in all.
    """

    def __init__(self, limits: Limited, answer: Answering) -> None:
        self.asked = 0
        self.entries = 0
        self._limits = limits
        self._answer = answer

    def ask(self, records: pd.DataFrame) -> Answer | None:
        """Run the protocol once with prepared records; see `linkage.schemes.base.Service`."""
        self.asked += 1
        self.entries += len(records)
        limits = self._limits
        over = limits.queries and self.asked > limits.queries
        if over or len(records.drop_duplicates()) < limits.smallest_list:
            return None
        answer = self._answer(records)
        if isinstance(answer, int):
            return answer
        yes = answer if answer.dtype == bool else answer > EVEN
        return None if np.count_nonzero(yes) < limits.smallest_answer else answer


class TokenService:
    """Says which records have a token that was released, as a server of tokens lets one find out.

    A list of more values than the limit is refused, and so is any beyond a budget. Other limits cost
    time only.

    Attributes
    ----------
    asked : int
        Lists answered or refused.
    entries : int
        Records asked about in all.
    evaluations : int
        Values that the server gave a token for.
    """

    def __init__(self, encoded: Encoded, scheme: Oprf) -> None:
        self.asked = 0
        self.entries = 0
        self.evaluations = 0
        self._scheme = scheme
        self._answer = _membership(encoded)
        self._fields = encoded.fields

    def ask(self, records: pd.DataFrame) -> NDArray[np.bool_] | None:
        """Ask for the tokens of prepared records; see `linkage.schemes.base.Service`."""
        self.asked += 1
        self.entries += len(records)
        values = sum(
            len(records[entry.split("+")].dropna().drop_duplicates())
            for entry in present_fields(self._fields, records)
        )
        scheme = self._scheme
        used = 0 if scheme.per_seconds else self.evaluations
        if scheme.limit and used + values > scheme.limit:
            return None
        self.evaluations += values
        return self._answer(records)

    @property
    def seconds(self) -> float:
        """Time that the limit made it take, at least."""
        return seconds_for(self.evaluations, self._scheme.limit, self._scheme.per_seconds)


def open_service(encoded: Encoded, *, seed: int = 0) -> HolderService | TokenService:
    """Open the holder's end of a protocol, for `View.service`.

    The outcome is the ideal one: what the protocol tells, without running it. Of `Psi`, for each
    record whether any of its values is held; of `PsiCardinality`, how many distinct values are
    common, of the holder's first column that the list has too; of `ConfirmOnly`, what the holder's
    linker says, see `linkage.linking.standing.StandingLinker`; of `Oprf`, whether the token that the
    server gives a record is among those of the file, which leave.

    Parameters
    ----------
    encoded : Encoded
        The holder's side.
    seed : int
        Of noise in the answers: for simulations.

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
    rng = np.random.default_rng(seed)
    if isinstance(scheme, ConfirmOnly):
        return HolderService(scheme, _confirming(encoded, scheme, rng))
    if isinstance(scheme, PsiCardinality):
        return HolderService(scheme, _counting(encoded, scheme, rng))
    if isinstance(scheme, Psi):
        return HolderService(scheme, _membership(encoded))
    if isinstance(scheme, Oprf):
        return TokenService(encoded, scheme)
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
    """Tell how many distinct values of one column are held."""
    held = {name: pd.Index(values.dropna().unique()) for name, values in encoded.tokens.items()}

    def count(records: pd.DataFrame) -> int:
        fields = present_fields(encoded.fields, records)[:1]
        asked = encoded.scheme.encode_records(records, fields).tokens
        sizes = [int(held[name].isin(values.dropna()).sum()) for name, values in asked.items()]
        return scheme.told(sum(sizes), rng=rng)

    return count


def _confirming(encoded: Encoded, scheme: ConfirmOnly, rng: np.random.Generator) -> Answering:
    """Tell of records how sure the holder is that it has them, or whether it is."""
    linker = StandingLinker(encoded.tokens, rng=rng)

    def confirm(records: pd.DataFrame) -> Answer:
        fields = present_fields(encoded.fields, records)
        best = linker.best(encoded.scheme.encode_records(records, fields).tokens)
        return best if scheme.answer == "score" else best > EVEN

    return confirm
