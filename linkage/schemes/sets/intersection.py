"""Private set intersection as its outcome alone: what the protocol tells, without running it.

`Psi` and `PsiCardinality` stand for `linkage.schemes.sets.protocol`, which takes seconds where this takes
milliseconds. Their codes are the values themselves; they are what a party puts in and never leave it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from linkage.problems import InputError, Problems, is_number
from linkage.schemes.base import Description, Encoded
from linkage.schemes.reduced import noise
from linkage.schemes.sets.limits import LIMITS, Limited
from linkage.schemes.sets.protocol import TIMEOUT, private_set_intersection

ELEMENTS: Final = ("tin", "given_name+surname+date_of_birth")
"""Columns that tell people apart; one set a column."""

_NEEDED: Final = "how values are cleaned before, and the protocol run with it at the same time"
_SOURCE: Final = (
    "doi:10.1109/SP.1986.10022; doi:10.1145/336992.337012; doi:10.1007/978-3-642-14577-3_13"
)


@dataclass(frozen=True)
class Psi(Limited):
    """Private set intersection: the asking side learns which of its values the other holds.

    Each column is a set of its own, and a joint field one element: it is common where all its
    parts are equal. A value goes in once however many records have it, and a record without it
    takes no part in that column.

    Parameters
    ----------
    queries, smallest_list, smallest_answer : see `linkage.schemes.sets.limits.Limited`

    Examples
    --------
    >>> ours = Psi().encode(pd.DataFrame({"tin": ["900123456", "900123457", None]}))
    >>> theirs = Psi().encode(pd.DataFrame({"tin": ["900123457", "900123458"]}))
    >>> Psi().shared(ours, theirs)["tin"].tolist()
    [False, True, False]
    """

    name = "psi"
    seen = False
    linked_by = "any_token"
    fields = ELEMENTS
    description = Description(
        leaves="nothing of a record; points of an elliptic curve that only the run can use, and "
        "how many distinct values there are",
        other_side=_NEEDED,
        keys="none",
        linking="equal values, column by column, as the asking side learns them",
        leaks="to both, how many distinct values the other put in; to the asking side, which of its "
        "own values the other holds, also those it made up to probe; and by two runs around a "
        "change, the change (differencing)",
        source=_SOURCE,
    )

    def shared(self, left: Encoded, right: Encoded) -> pd.DataFrame:
        """Tell what the asking side learns.

        Parameters
        ----------
        left, right : Encoded
            Of the asking side and of the holder.

        Returns
        -------
        pandas.DataFrame
            Whether the holder has the value, one row a record of the left and one column a field.

        Raises
        ------
        linkage.InputError
            If the two sides put in other fields.
        """
        _check_sides(left, right)
        return pd.DataFrame(
            {
                column: values.isin(right.tokens[column].dropna())
                for column, values in left.tokens.items()
            }
        )

    def run(
        self, left: Encoded, right: Encoded, *, timeout: float = TIMEOUT, progress: bool = False
    ) -> pd.DataFrame:
        """Run the protocol, once a column, between two processes; the same as `shared`."""
        _check_sides(left, right)
        found = np.zeros(left.tokens.shape, bool)
        for place, (column, values) in enumerate(left.tokens.items()):
            positions = private_set_intersection(
                values,
                right.tokens[column],
                fields=str(column),
                timeout=timeout,
                progress=progress,
            )
            found[positions, place] = True
        return pd.DataFrame(found, columns=left.tokens.columns)


@dataclass(frozen=True)
class PsiCardinality(Limited):
    """Size of the intersection: the asking side learns how many values both hold, not which.

    Columns, joint fields and repeated values are as in `Psi`.

    Parameters
    ----------
    queries, smallest_list, smallest_answer : see `linkage.schemes.sets.limits.Limited`
    epsilon : float
        Of two-sided geometric noise in each size that the holder's end answers, see
        `linkage.schemes.reduced.counts.DpCounts`; 0 is none. Sizes may be negative then, unless small
        ones are told as 0. What `count` and `run` give has neither noise nor limits.

    Examples
    --------
    >>> ours = PsiCardinality().encode(pd.DataFrame({"tin": ["900123456", "900123457"]}))
    >>> theirs = PsiCardinality().encode(pd.DataFrame({"tin": ["900123457"]}))
    >>> PsiCardinality().count(ours, theirs).to_dict()
    {'tin': 1}
    """

    epsilon: float = 0.0

    name = "psi_cardinality"
    only_for_linking: ClassVar[tuple[str, ...]] = (*LIMITS, "epsilon")
    seen = False
    linked_by = "nothing"
    fields = ELEMENTS
    description = Description(
        leaves="nothing of a record; points of an elliptic curve that only the run can use, and "
        "how many distinct values there are",
        other_side=_NEEDED,
        keys="none",
        linking="no record is linked; the number of common values is all that comes out",
        leaks="to both, how many distinct values the other put in; to the asking side, how many are "
        "common, which tells of one person where it asks for one alone (probing), or twice with "
        "and without (differencing)",
        source="De Cristofaro, Gasti & Tsudik 2012, IACR ePrint 2011/141",
    )

    def _check(self, problems: Problems) -> None:
        if not is_number(self.epsilon) or not 0 <= self.epsilon < np.inf:
            problems.append(
                f"psi_cardinality epsilon: got {self.epsilon!r}, allowed numbers from 0, for none"
            )
        super()._check(problems)

    def told(self, size: int, *, rng: np.random.Generator) -> int:
        """Tell a size as the holder's end does: with noise, and then as 0 if it is too small."""
        noisy = size + int(noise.draw(1, self.epsilon, rng=rng)[0]) if self.epsilon else size
        return 0 if self.smallest_answer and noisy < self.smallest_answer else noisy

    def likelihood(self, told: ArrayLike, size: ArrayLike) -> NDArray[np.float64]:
        """Give the probability that a size is told so; see `told`.

        Examples
        --------
        >>> PsiCardinality(epsilon=np.log(3)).likelihood([-1, 0, 1], 0).round(3).tolist()
        [0.167, 0.5, 0.167]
        >>> PsiCardinality(smallest_answer=5).likelihood(0, [4, 5]).tolist()
        [1.0, 0.0]
        """
        told, size = np.asarray(told), np.asarray(size)
        exact = noise.mass(told - size, self.epsilon) if self.epsilon else 1.0 * (told == size)
        least = self.smallest_answer
        if not least:
            return np.asarray(exact)
        if self.epsilon:
            distance = np.abs(size - least + 0.5) + 0.5  # to the nearest value on the other side
            beyond = np.exp(-self.epsilon * distance) / (1 + np.exp(-self.epsilon))
            small = np.where(size >= least, beyond, 1 - beyond)
        else:
            small = 1.0 * (size < least)
        return np.where(told == 0, small, np.where(told >= least, exact, 0.0))

    def count(self, left: Encoded, right: Encoded) -> pd.Series[int]:
        """Tell how many distinct values are common, one number a column; see `Psi.shared`."""
        _check_sides(left, right)
        return pd.Series(
            {
                column: len(pd.Index(values.dropna().unique()).intersection(right.tokens[column]))
                for column, values in left.tokens.items()
            }
        )

    def run(
        self, left: Encoded, right: Encoded, *, timeout: float = TIMEOUT, progress: bool = False
    ) -> pd.Series[int]:
        """Run the protocol, once a column, between two processes; the same as `count`."""
        _check_sides(left, right)
        return pd.Series(
            {
                column: private_set_intersection(
                    values,
                    right.tokens[column],
                    cardinality=True,
                    fields=str(column),
                    timeout=timeout,
                    progress=progress,
                )
                for column, values in left.tokens.items()
            }
        )


def _check_sides(left: Encoded, right: Encoded) -> None:
    """Note sides that could not agree on a run."""
    ours, theirs = _terms(left), _terms(right)
    if ours != theirs:
        raise InputError(
            [
                f"private set intersection: got {ours[0]} of {', '.join(ours[1:])} and "
                f"{theirs[0]} of {', '.join(theirs[1:])}, allowed the same scheme and fields; try "
                "encode(..., fields=[...]) on both"
            ]
        )


def _terms(side: Encoded) -> list[Any]:
    return [side.scheme.name, *side.tokens.columns]
