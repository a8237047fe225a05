"""Whether letters may have been taken for one another: dates read with two digits exchanged are dates too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from linkage.attacks.patterns.candidates import Candidates
from linkage.attacks.patterns.mining import Rows
from linkage.schemes.filters.grams import PAD

MOST_LISTED: Final = 0.15
"""Values still listed after an exchange of letters, in units of the filters read, both as shares, from which
one reading is as good as another. A choice: of names of synthetic worlds it is .03 and less, of birth dates
.24 and more."""

LETTERS: Final = 30
"""Letters of a field that are exchanged, the commonest. A choice, for seconds."""

READINGS: Final = 2_000
"""Readings that are tried. A choice, for seconds."""

Codes = NDArray[np.uint64]


def unequivocal(best: Rows, filters: int, candidates: Candidates) -> bool:
    """Tell whether readings would be seen to be wrong if letters were taken for one another.

    Parameters
    ----------
    best : (readings,) int array
        What filters were read as.
    filters : int
        Filters, those included that could not be read.
    candidates : Candidates
    """
    return still_listed(best[:READINGS], candidates) < MOST_LISTED * len(best) / filters


def still_listed(best: Rows, candidates: Candidates) -> float:
    """Share of the values read that are listed after an exchange of two letters too.

    Filters are read as a substitution cipher is (Kroll & Steinmetzer 2015, arXiv 1410.6739). With
    two letters exchanged hardly any name is a name, so whoever reads names has the right letters.
    Dates and numbers remain dates and numbers, and are listed as often as those that were read: of
    such readings one cannot tell the right from the wrong.

    Parameters
    ----------
    best : (readings,) int array
        What filters were read as.
    candidates : Candidates

    Returns
    -------
    float
        Over all exchanges in a field; of the field in which it is most.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkage.attacks.patterns.candidates import incidence
    >>> from linkage.schemes.filters.gram_sets import gram_sets
    >>> def share(values):
    ...     sets = gram_sets(pd.DataFrame({"x": values}), ("x",), 2)
    ...     listed = Candidates(pd.Index(values), incidence(sets), sets.texts, np.ones(len(values)))
    ...     return still_listed(np.arange(len(values)), listed)
    >>> share(["ANNA", "EVA", "OTTO"]), round(share(["15", "16", "25", "26"]), 2)
    (0.0, 0.4)
    """
    fields, letters = _letters(candidates.texts)
    listed = np.unique(_signatures(candidates.grams, _codes(fields, letters)))
    read = candidates.grams[best]
    tried, still = np.zeros(fields.max() + 1), np.zeros(fields.max() + 1)
    for field, one, other in _exchanges(fields, letters):
        changed = (fields == field) & ((letters == one) | (letters == other)).any(axis=1)
        rows = np.flatnonzero(read @ changed.astype(np.float32))
        exchanged = np.where(letters == one, other, np.where(letters == other, one, letters))
        codes = _codes(fields, np.where(changed[:, None], exchanged, letters))
        tried[field] += len(rows)
        still[field] += np.isin(_signatures(read[rows], codes), listed).sum()
    return float((still / np.maximum(tried, 1)).max())


def _letters(texts: list[tuple[str, str]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the field of each q-gram, and give its letters as their points in Unicode."""
    order = {field: place for place, field in enumerate(dict.fromkeys(f for f, _ in texts))}
    longest = max((len(text) for _, text in texts), default=0)
    letters = np.zeros((len(texts), longest), np.int64)
    for row, (_, text) in zip(letters, texts, strict=True):
        row[: len(text)] = list(map(ord, text))
    return np.array([order[field] for field, _ in texts], np.int64), letters


def _exchanges(
    fields: NDArray[np.int64], letters: NDArray[np.int64]
) -> Iterator[tuple[int, int, int]]:
    """Give a field, and two letters of it."""
    for field in range(fields.max() + 1):
        counts = Counter(letters[fields == field].ravel().tolist())
        common = [point for point, _ in counts.most_common() if point not in (0, ord(PAD))]
        for one, other in combinations(common[:LETTERS], 2):
            yield field, one, other


def _codes(fields: NDArray[np.int64], letters: NDArray[np.int64]) -> Codes:
    """Give each q-gram a number that looks random.

    SplitMix64 (Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195), letter by letter.
    """
    codes = fields.astype(np.uint64)
    for points in letters.T:
        codes = codes * np.uint64(0x9E3779B97F4A7C15) + points.astype(np.uint64) + np.uint64(1)
        codes = (codes ^ (codes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        codes = (codes ^ (codes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        codes ^= codes >> np.uint64(31)
    return codes


def _signatures(grams: sparse.csr_array, codes: Codes) -> Codes:
    """Sum the numbers of each row's q-grams: equal sets, equal sums."""
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(codes[grams.indices])])
    return np.asarray(sums[grams.indptr[1:]] - sums[grams.indptr[:-1]])
