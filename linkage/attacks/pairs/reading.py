"""What codes are read as, and whoever reads them: people on a list, or words spelled."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from linkage.attacks.pairs.learning import Bits, Model
from linkage.attacks.pairs.sureness import Measures

Positions = NDArray[np.int64]


class Reading(NamedTuple):
    """What codes were read as.

    Attributes
    ----------
    guess : (codes,) array
        What a guess names.
    grams : (codes, q-grams) sparse matrix
        Of what was read.
    measures : (codes, measures) array
        By which right readings differ from wrong ones.
    """

    guess: NDArray[Any]
    grams: sparse.csr_array
    measures: Measures


class Trial(NamedTuple):
    """Readings of known codes, whether they were right, and how alike q-grams read and true are."""

    measures: Measures
    right: Bits
    alike: NDArray[np.float64]


class Reader(Protocol):
    """A way to read codes by a model of what q-grams leave in them."""

    @property
    def grams(self) -> sparse.csr_array:
        """The q-grams of the people on the list; (people, q-grams)."""

    def without(self, persons: Positions) -> Reader:
        """Forget what is known by these people."""

    def read(self, model: Model, bits: Bits) -> Reading:
        """Read codes."""

    def tried(self, model: Model, bits: Bits, persons: Positions) -> Trial:
        """Read codes whose people are known."""

    def lessons(self, probability: Measures) -> Positions:
        """Choose readings to learn from, by the probability that they are right."""


def dice(some: sparse.csr_array, others: sparse.csr_array) -> NDArray[np.float64]:
    """Dice similarity of sets of q-grams, row by row.

    Examples
    --------
    >>> dice(sparse.csr_array([[1, 1]]), sparse.csr_array([[1, 0]])).round(2).tolist()
    [0.67]
    """
    common = np.asarray(some.multiply(others).sum(axis=1), np.float64)
    sizes = np.asarray(some.sum(axis=1) + others.sum(axis=1), np.float64)
    return 2 * common / np.maximum(sizes, 1)
