"""How good links are: counts that add up over worlds, and the rates made from them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

People = NDArray[np.int64]
"""The person behind each record; negative where there is none in the world."""

Counts = dict[str, int]

RATES: Final[dict[str, tuple[str, str]]] = {
    "precision": ("true_links", "links"),
    "recall": ("true_links", "matches"),
    "f_star": ("true_links", "links_or_matches"),
    "pairs_completeness": ("true_candidates", "matches"),
    "pairs_quality": ("true_candidates", "candidates"),
    "reduction_ratio": ("pairs_left_out", "pairs"),
}
"""Measure to (numerator, denominator).

Precision, recall and F* = TP / (TP + FP + FN) after Hand, Christen & Kirielle 2021
(doi:10.1007/s10994-021-05964-1). Pairs completeness, pairs quality and reduction ratio judge
blocking (Christen & Goiser 2007). A match lost in blocking counts as a miss in recall.
"""


def count_links(
    links: tuple[NDArray[np.int64], NDArray[np.int64]],
    candidates: tuple[NDArray[np.int64], NDArray[np.int64]],
    people_left: People,
    people_right: People,
) -> Counts:
    """Count what the quality rates need.

    Parameters
    ----------
    links, candidates : pairs of position arrays
        Linked pairs and compared pairs.
    people_left, people_right : int arrays
        The person behind each record, negative for nobody.

    Returns
    -------
    dict of int

    Examples
    --------
    >>> one = (np.array([0, 1]), np.array([0, 1]))
    >>> counts = count_links(one, one, np.array([5, 6]), np.array([5, 7]))
    >>> counts["true_links"], counts["links"], counts["matches"]
    (1, 2, 1)
    """
    true_links = _true_pairs(links, people_left, people_right)
    matches = _all_matches(people_left, people_right)
    pairs = len(people_left) * len(people_right)
    return {
        "links": len(links[0]),
        "true_links": true_links,
        "matches": matches,
        "links_or_matches": len(links[0]) + matches - true_links,
        "candidates": len(candidates[0]),
        "true_candidates": _true_pairs(candidates, people_left, people_right),
        "pairs": pairs,
        "pairs_left_out": pairs - len(candidates[0]),
    }


def _true_pairs(
    pairs: tuple[NDArray[np.int64], NDArray[np.int64]], left: People, right: People
) -> int:
    people = left[pairs[0]]
    return int(np.count_nonzero((people == right[pairs[1]]) & (people >= 0)))


def _all_matches(left: People, right: People) -> int:
    values, counts = np.unique(left[left >= 0], return_counts=True)
    others, others_counts = np.unique(right[right >= 0], return_counts=True)
    _, first, second = np.intersect1d(values, others, assume_unique=True, return_indices=True)
    return int((counts[first] * others_counts[second]).sum())
