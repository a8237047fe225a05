"""How alike two records are, field by field, as recordlinkage comparison features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler
from recordlinkage.base import BaseCompareFeature

from linkage.linking.codes import Codes, paired_codes

Similarity = NDArray[np.float64]
"""One number a pair: 1 for agreement, 0 for none, NaN where either value is missing."""

DistinctSimilarity = Callable[[NDArray[np.object_], NDArray[np.object_]], Similarity]


def similarity_of_codes(
    left: Codes, right: Codes, values: NDArray[np.object_], similarity: DistinctSimilarity
) -> Similarity:
    """Compare each pair of distinct values once and hand the result to every pair of records."""
    result = np.full(len(left), np.nan)
    known = (left >= 0) & (right >= 0)
    result[known] = 1.0
    differ = np.flatnonzero(known & (left != right))
    low, high = np.minimum(left[differ], right[differ]), np.maximum(left[differ], right[differ])
    keys, inverse = np.unique(low * len(values) + high, return_inverse=True)
    first, second = np.divmod(keys, len(values))
    result[differ] = similarity(values[first], values[second])[inverse]
    return result


def jaro_winkler(left: NDArray[np.object_], right: NDArray[np.object_]) -> Similarity:
    """Jaro-Winkler similarity of each pair of strings (Winkler 1990, ERIC ED325505)."""
    return process.cpdist(left, right, scorer=JaroWinkler.similarity, dtype=np.float64)


def digits_alike(left: NDArray[np.object_], right: NDArray[np.object_]) -> Similarity:
    """0.9 where one edit or one swap of neighbours turns one number into the other, else 0."""
    edits = process.cpdist(left, right, scorer=OSA.distance, score_cutoff=1, dtype=np.int32)
    return np.where(edits <= 1, 0.9, 0.0)


def dates_alike(left: NDArray[np.object_], right: NDArray[np.object_]) -> Similarity:
    """Compare ISO dates by parts: 0.9 day and month swapped, 0.75 two parts of three, else 0."""
    first, second = _date_parts(left), _date_parts(right)
    agreeing = (first == second).sum(axis=1)
    swapped = (first == second[:, [0, 2, 1]]).all(axis=1)
    return np.select([swapped, agreeing == 2], [0.9, 0.75], 0.0)


def _date_parts(dates: NDArray[np.object_]) -> NDArray[np.int64]:
    """Year, month and day of YYYY-MM-DD, read off the characters."""
    letters = np.ascontiguousarray(dates.astype("U10")).view(np.uint32).reshape(-1, 10)
    digits = letters.astype(np.int64) - ord("0")
    year = digits[:, :4] @ np.array([1000, 100, 10, 1])
    month, day = (digits[:, [i, i + 1]] @ np.array([10, 1]) for i in (5, 8))
    return np.stack([year, month, day], axis=1)


class CodedFeature(BaseCompareFeature):  # type: ignore[misc]
    """A recordlinkage comparison of one field by a similarity of distinct values.

    Fed with categorical columns of one shared dictionary (`linkage.linking.codes.share_codes`)
    it works on integer codes; any other column works too, more slowly.

    Parameters
    ----------
    left_on, right_on : str
        Column names.
    similarity : callable
        Two arrays of differing strings to an array of numbers in [0, 1].
    label : str, optional
        Name of the result; the left column's when None.

    Examples
    --------
    >>> import recordlinkage
    >>> compare = recordlinkage.Compare([CodedFeature("name", "name", jaro_winkler)])
    >>> pairs = pd.MultiIndex.from_tuples([(0, 0)])
    >>> frames = pd.DataFrame({"name": ["MARTHA"]}), pd.DataFrame({"name": ["MARHTA"]})
    >>> compare.compute(pairs, *frames).round(3).values.tolist()
    [[0.961]]
    """

    def __init__(
        self,
        left_on: str,
        right_on: str,
        similarity: DistinctSimilarity,
        label: str | None = None,
    ) -> None:
        super().__init__(left_on, right_on, label=label or left_on)
        self.similarity = similarity

    def _compute_vectorized(self, left: pd.Series[Any], right: pd.Series[Any]) -> Similarity:
        codes_left, codes_right, values = paired_codes(left, right)
        return similarity_of_codes(codes_left, codes_right, values, self.similarity)


def exact(left: NDArray[np.object_], right: NDArray[np.object_]) -> Similarity:
    """0 for every pair: values that differ do not agree."""
    return np.zeros(len(left))


class AddressParts(BaseCompareFeature):  # type: ignore[misc]
    """A recordlinkage comparison of whole addresses, part by part.

    House number, street, city and ZIP say much the same thing, so as separate fields they would
    be counted several times over. Here they make one number: 1 the same house, 0.8 the same
    street in the same place (or the same house where the place is unknown), 0.6 the same place
    only, 0 none, NaN where nothing can be compared. Streets and cities count as the same from
    a Jaro-Winkler similarity of 0.9.

    Parameters
    ----------
    parts : list of str
        Columns among street_number, street_name, city and zip, the same on both sides.
    label : str
        Name of the result.
    """

    alike = 0.9

    def __init__(self, parts: list[str], label: str = "address") -> None:
        super().__init__(parts, parts, label=label)
        self.parts = parts

    def _compute_vectorized(self, *columns: pd.Series[Any]) -> Similarity:
        count = len(self.parts)
        sides = zip(self.parts, columns[:count], columns[count:], strict=True)
        agree = {part: self._agreement(part, left, right) for part, left, right in sides}
        unknown = np.full(len(columns[0]), np.nan)
        number, street = agree.get("street_number", unknown), agree.get("street_name", unknown)
        place = np.fmax(agree.get("zip", unknown), agree.get("city", unknown))
        nothing = np.isnan(street) & np.isnan(place)
        house = (street == 1) & (number == 1)
        return np.select(
            [
                nothing,
                house & (place == 1),
                (street == 1) & ((place == 1) | (house & np.isnan(place))),
                place == 1,
            ],
            [np.nan, 1.0, 0.8, 0.6],
            0.0,
        )

    def _agreement(self, part: str, left: pd.Series[Any], right: pd.Series[Any]) -> Similarity:
        """1 agree, 0 differ, NaN missing."""
        codes_left, codes_right, values = paired_codes(left, right)
        fuzzy = part in ("street_name", "city")
        similarity = similarity_of_codes(
            codes_left, codes_right, values, jaro_winkler if fuzzy else exact
        )
        return np.where(np.isnan(similarity), np.nan, (similarity >= self.alike).astype(float))


@dataclass(frozen=True)
class Comparison:
    """One field's feature and the similarities from which it counts as agreeing, best first.

    Parameters
    ----------
    feature : BaseCompareFeature
        Gives one similarity a pair.
    levels : tuple of (float, str)
        Least similarity of each level and what it means in words; below the last is "different".
    """

    feature: BaseCompareFeature
    levels: tuple[tuple[float, str], ...]

    @property
    def label(self) -> str:
        """Name of the compared field."""
        return str(self.feature.label)


_NAME = ((1.0, "exact"), (0.92, "very similar"), (0.8, "similar"))
_KINDS: dict[str, tuple[DistinctSimilarity, tuple[tuple[float, str], ...]]] = {
    "given_name": (jaro_winkler, _NAME),
    "surname": (jaro_winkler, _NAME),
    "date_of_birth": (
        dates_alike,
        ((1.0, "exact"), (0.9, "day and month swapped"), (0.75, "two parts of three")),
    ),
    "sex": (exact, ((1.0, "exact"),)),
    "tin": (digits_alike, ((1.0, "exact"), (0.9, "one digit off"))),
    "state": (exact, ((1.0, "exact"),)),
}
_ADDRESS = ("street_number", "street_name", "city", "zip")
_ADDRESS_LEVELS = ((1.0, "same house"), (0.8, "same street"), (0.6, "same place"))


def default_comparisons(columns: list[str]) -> list[Comparison]:
    """Choose how to compare each field of the record contract that both files have.

    The state says nothing that the rest of an address does not; it serves only where it is alone.

    Examples
    --------
    >>> [comparison.label for comparison in default_comparisons(["surname", "zip", "state"])]
    ['surname', 'address']
    """
    address = [part for part in _ADDRESS if part in columns]
    chosen = [
        Comparison(CodedFeature(name, name, similarity), levels)
        for name, (similarity, levels) in _KINDS.items()
        if name in columns and not (name == "state" and address)
    ]
    if address:
        chosen.append(Comparison(AddressParts(address), _ADDRESS_LEVELS))
    return chosen


def exact_comparisons(columns: list[str]) -> list[Comparison]:
    """Compare every column by equality only, as hashed values must be."""
    return [
        Comparison(CodedFeature(column, column, exact), ((1.0, "exact"),)) for column in columns
    ]
