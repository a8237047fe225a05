"""Codes read as people on a list: the one whose q-grams explain a code best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from linkage.attacks.base import Knowledge
from linkage.attacks.pairs.learning import Bits, Matrix, Model, likelihood
from linkage.attacks.pairs.reading import Positions, Reading, Trial, dice
from linkage.attacks.pairs.sureness import Measures, margin_measure
from linkage.attacks.patterns.candidates import PERSON, candidates_of
from linkage.schemes import View

CANDIDATES: Final = 2_000
"""Candidates scored at once, for memory."""

LIKELIER_THAN_NOT: Final = 0.5


@dataclass(frozen=True, eq=False)
class Listing:
    """Codes are read as people on a list.

    Parameters
    ----------
    labels : pandas.Index
    grams : (people, q-grams) sparse matrix
    """

    labels: pd.Index[Any]
    grams: sparse.csr_array

    @classmethod
    def of(cls, view: View, knowledge: Knowledge) -> Listing:
        """List the people that the adversary knows of."""
        listed = candidates_of(view, knowledge, PERSON)
        return cls(listed.labels, listed.grams)

    def without(self, persons: Positions) -> Listing:
        """Keep them: whoever is looked for is on the list."""
        return self

    def read(self, model: Model, bits: Bits) -> Reading:
        """Name the person whose q-grams explain a code best."""
        best = best_of(model, bits, self.grams)
        guess = self.labels[best.place].to_numpy(object)
        return Reading(guess, self.grams[best.place], best.measures())

    def tried(self, model: Model, bits: Bits, persons: Positions) -> Trial:
        """Look for people on the list, and again with each taken off it: half are not listed."""
        twice = np.concatenate([bits, bits])
        nobody = np.full(len(bits), -1)
        best = best_of(model, twice, self.grams, without=np.concatenate([nobody, persons]))
        alike = dice(self.grams[best.place[: len(bits)]], self.grams[persons])
        return Trial(best.measures(), best.place == np.concatenate([persons, nobody]), alike)

    def lessons(self, probability: Measures) -> Positions:
        """Choose people likelier right than not: the wrong ones have other q-grams."""
        return np.flatnonzero(probability >= LIKELIER_THAN_NOT)


class Best(NamedTuple):
    """The best of the candidates for each code.

    Attributes
    ----------
    place : (codes,) int array
        Which candidate.
    margin : (codes,) array
        How much more likely the code is its than the next one's, as a logarithm.
    height : (codes,) array
        How far its log-likelihood is above the mean of all, in standard deviations.
    """

    place: NDArray[np.int64]
    margin: Matrix
    height: Matrix

    def measures(self) -> Measures:
        """Give what tells right from wrong: (codes, measures)."""
        return np.column_stack([margin_measure(self.margin), self.height]).astype(np.float64)


def best_of(
    model: Model, bits: Bits, grams: sparse.csr_array, without: NDArray[np.int64] | None = None
) -> Best:
    """Find the candidate whose q-grams explain each code best.

    Parameters
    ----------
    model : Model
    bits : (codes, bits) array
    grams : (candidates, q-grams) sparse matrix of 0 and 1
    without : (codes,) int array, optional
        A candidate that each code may not be of: to see what is found if it is not listed.
    """
    top = np.full((2, len(bits)), -np.inf, np.float32)
    place = np.zeros(len(bits), np.int64)
    sums = np.zeros((2, len(bits)))
    absent = np.full(len(bits), -1) if without is None else without
    for start in range(0, grams.shape[0], CANDIDATES):
        chances = model.chances(model.traces(grams[start : start + CANDIDATES]))
        scores = likelihood(bits, chances)
        sums += (
            scores.sum(axis=1, dtype=np.float64),
            np.square(scores, dtype=np.float64).sum(axis=1),
        )
        barred = np.flatnonzero((absent >= start) & (absent < start + scores.shape[1]))
        scores[barred, absent[barred] - start] = -np.inf
        found = scores.argmax(axis=1)
        found_score = np.take_along_axis(scores, found[:, None], axis=1)[:, 0]
        place = np.where(found_score > top[0], found + start, place)
        np.put_along_axis(scores, found[:, None], -np.inf, axis=1)
        top = np.sort(np.vstack([top, found_score, scores.max(axis=1)]), axis=0)[:-3:-1]
    mean, square = sums / grams.shape[0]
    height = (top[0] - mean) / np.sqrt(np.maximum(square - mean**2, 1e-9))
    return Best(place, top[0] - top[1], height.astype(np.float32))
