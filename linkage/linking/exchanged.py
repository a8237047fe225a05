"""Given name and surname written in each other's place."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.linking.codes import Codes, Positions, SharedColumn
from linkage.linking.distinct import Comparer, Levels
from linkage.linking.names import Surnames

_MISSING_LEFT = -1
_MISSING_RIGHT = -2  # so that missing equals nothing

RESEMBLING = 4
"""Worst level of surnames (see `Surnames`) at which the other of the two names still agrees."""


class Exchanged:
    """Tells pairs whose names agree crosswise: one exactly, the other at least nearly.

    Parameters
    ----------
    given, surname : SharedColumn

    Examples
    --------
    >>> given = SharedColumn.of(pd.Series(["ANA", "ANA"]), pd.Series(["RUIZ", "RUIZ"]))
    >>> surname = SharedColumn.of(pd.Series(["RUIZ DIAZ", "LEE"]), pd.Series(["ANA", "ANA"]))
    >>> Exchanged(given, surname)(np.arange(2), np.arange(2)).tolist()
    [True, False]
    """

    def __init__(self, given: SharedColumn, surname: SharedColumn) -> None:
        names = pd.Index(given.values).union(pd.Index(surname.values), sort=False)
        given_of = names.get_indexer(pd.Index(given.values)).astype(np.int32)
        surname_of = names.get_indexer(pd.Index(surname.values)).astype(np.int32)
        self._given = (
            _renumbered(given.left, given_of, _MISSING_LEFT),
            _renumbered(given.right, given_of, _MISSING_RIGHT),
        )
        self._surname = (
            _renumbered(surname.left, surname_of, _MISSING_LEFT),
            _renumbered(surname.right, surname_of, _MISSING_RIGHT),
        )
        self._names = np.asarray(names, dtype=object)

    def __call__(self, left: Positions, right: Positions) -> NDArray[np.bool_]:
        """Whether the names of each pair are exchanged."""
        one = self._given[0][left] == self._surname[1][right]
        other = self._surname[0][left] == self._given[1][right]
        exchanged: NDArray[np.bool_] = one & other
        for sides, agrees in (
            ((self._surname[0], self._given[1]), one & ~other),
            ((self._given[0], self._surname[1]), other & ~one),
        ):
            unsure = np.flatnonzero(agrees)
            names = sides[0][left[unsure]], sides[1][right[unsure]]
            known = (names[0] >= 0) & (names[1] >= 0)
            exchanged[unsure[known]] = self._alike(names[0][known], names[1][known])
        return exchanged

    def _alike(self, first: Codes, second: Codes) -> NDArray[np.bool_]:
        """Whether names agree at least nearly; they are few of all there are."""
        used, places = np.unique(np.concatenate([first, second]), return_inverse=True)
        one, other = np.split(places.astype(np.int32), 2)
        alike: NDArray[np.bool_] = Surnames(self._names[used])(one, other) <= RESEMBLING
        return alike


def _renumbered(codes: Codes, places: Codes, missing: int) -> Codes:
    return np.append(places, np.int32(missing))[codes]  # -1, missing, takes the last


def unless_exchanged(
    compare: Comparer, exchanged: Exchanged, different: int, otherwise: tuple[int, int]
) -> Comparer:
    """Tell pairs whose names are exchanged from others whose value differs.

    Parameters
    ----------
    compare : callable
        Compares one of the names.
    exchanged : Exchanged
    different : int
        Its level of names that differ.
    otherwise : tuple of int
        What that becomes for exchanged names, and for others.
    """

    def compared(left: Positions, right: Positions) -> Levels:
        levels = compare(left, right)
        differing = np.flatnonzero(levels == different)
        found = exchanged(left[differing], right[differing])
        levels[differing] = np.where(found, *otherwise)
        return levels

    return compared
