"""From some people found, the rest: who is as similar to them as the record is to their records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from linkage.linking.similarity_matrix import similarity_matrix

Matrix = NDArray[np.float32]
Positions = NDArray[np.int64]
Codes = NDArray[Any]

ROWS: Final = 1_000
"""Records correlated with everybody at once, for memory."""


class Best(NamedTuple):
    """The best person of each record.

    Attributes
    ----------
    person : (records,) int array
        Position on the list.
    correlation : (records,) array
        Of the record's similarities with the person's.
    second : (records,) array
        Correlation of the next best.
    """

    person: Positions
    correlation: Matrix
    second: Matrix


@dataclass(frozen=True, eq=False)
class Listed:
    """A list of people, encoded under keys of one's own.

    Parameters
    ----------
    codes : tuple of code arrays
        The same people under different keys; similarities are the means over them, so that what
        is a key's own matters less.
    """

    codes: tuple[Codes, ...]

    def __len__(self) -> int:
        return len(self.codes[0])

    def similarities(self, rows: Positions, columns: Positions) -> Matrix:
        """Similarity of people with people; (rows, columns)."""
        total = sum(similarity_matrix(codes[rows], codes[columns]) for codes in self.codes)
        return np.asarray(total / np.float32(len(self.codes)), np.float32)


def similarity_rows(similar: Matrix, own: Positions) -> Matrix:
    """Scale similarities with seeds so that the product of two rows is their correlation.

    Columns are standardised first, so that each seed counts alike.

    Parameters
    ----------
    similar : (records, seeds) array
    own : (records,) int array
        Which seed a record is itself, -1 for none: there the mean stands.
    """
    inside = np.flatnonzero(own >= 0)
    rows = similar.copy()
    rows[inside, own[inside]] = np.nan
    mean = np.nanmean(rows, axis=0)
    rows -= mean
    rows /= np.nanstd(rows, axis=0) + np.float32(1e-9)
    rows[inside, own[inside]] = 0
    rows -= rows.mean(axis=1, keepdims=True)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True) + np.float32(1e-12)
    return rows


def best_people(records: Matrix, people: Matrix, without: Positions | None = None) -> Best:
    """Find the person whose row correlates best with each record's.

    Parameters
    ----------
    records, people : (records, seeds) and (people, seeds) arrays
        As of `similarity_rows`.
    without : (records,) int array, optional
        A person that each record may not be: to see what is found if that person is not listed.
    """
    found = []
    for start in range(0, len(records), ROWS):
        part = records[start : start + ROWS] @ people.T
        at = np.arange(len(part))
        if without is not None:
            part[at, without[start : start + ROWS]] = -1
        person = part.argmax(axis=1)
        correlation = part[at, person]
        part[at, person] = -1
        found.append((person, correlation, part.max(axis=1, initial=-1)))
    person, correlation, second = (np.concatenate(part) for part in zip(*found, strict=True))
    return Best(person.astype(np.int64), correlation, second)


def place_in(positions: Positions, count: int) -> Positions:
    """Give the place of each of `count` records in some positions, -1 where it is not there.

    Examples
    --------
    >>> place_in(np.array([2, 0]), 3).tolist()
    [1, -1, 0]
    """
    place = np.full(count, -1)
    place[positions] = np.arange(len(positions))
    return place
