"""Confirm-only answers: the holder says yes or no to what the requester sends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from linkage.problems import InputError, Problems, listing
from linkage.schemes.base import Description
from linkage.schemes.digests import Plain
from linkage.schemes.sets.limits import LIMITS, Limited

ANSWERS: Final = ("yes", "score")


@dataclass(frozen=True)
class ConfirmOnly(Limited):
    """The requester sends its records, and the holder answers each by yes or no.

    The holder links them with its own as plain records and sends nothing else back: neither its
    spelling, nor which record it found, nor how sure it is.

    Parameters
    ----------
    queries, smallest_list, smallest_answer : see `linkage.schemes.sets.limits.Limited`
    answer : {"yes", "score"}
        Yes or no; or how sure the holder is of its best record, as the binary logarithm of the
        odds that it is the same person, to show how much more that gives away.

    Examples
    --------
    >>> ConfirmOnly.answers([0, 2, 2], 4)
    array([ True, False,  True, False])
    """

    answer: str = "yes"

    name = "confirm_only"
    only_for_linking: ClassVar[tuple[str, ...]] = (*LIMITS, "answer")
    seen = False
    linked_by = "fields"
    fields = Plain.fields
    description = Description(
        leaves="yes or no to each record asked about; the requester's records reach the holder as "
        "they are written",
        other_side="the records it asks about",
        keys="none",
        linking="by the holder: all fields compared, typing errors forgiven, match weights by "
        "Fellegi-Sunter; the requester learns the answers only",
        leaks="to the requester, that a person it can describe is held or not, so a yes confirms a "
        "guess, and answers to many made-up requests that differ in one field tell that field "
        "(probing); to the holder, whom the requester asks about",
        source="yes/no match services, as reported; see docs",
    )

    def _check(self, problems: Problems) -> None:
        problems.choice("confirm_only answer", self.answer, ANSWERS)
        super()._check(problems)

    @staticmethod
    def answers(linked_left_positions: Iterable[Any], count: int) -> NDArray[np.bool_]:
        """Turn links into what the requester gets.

        Parameters
        ----------
        linked_left_positions : iterable of int
            Positions of the requester's records that the holder linked, repeated ones too.
        count : int
            Records asked about, 0 or more.

        Returns
        -------
        (count,) bool array
            Yes or no.

        Raises
        ------
        linkage.InputError
            If a position is none of 0 to count - 1.
        """
        problems = Problems()
        problems.whole_number("confirm_only, count", count, 0)
        problems.raise_any()
        positions = np.asarray(list(linked_left_positions))
        if not len(positions):
            return np.zeros(count, bool)
        whole = np.issubdtype(positions.dtype, np.integer)
        outside = positions[(positions < 0) | (positions >= count)] if whole else positions
        if len(outside):
            allowed = f"whole numbers, 0 to {count - 1:,}" if count else "none, as nobody was asked"
            raise InputError(
                [f"confirm_only, positions: got {listing(outside)}, allowed {allowed}"]
            )
        answers = np.zeros(count, bool)
        answers[positions] = True
        return answers
