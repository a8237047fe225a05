"""One-to-one assignment equals brute force."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.linking.assignment import assign_one_to_one

GRAPHS = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(1, 40), max_size=14
)


def best_total(graph: dict[tuple[int, int], int]) -> int:
    """Try every set of pairs in which no record occurs twice."""
    if not graph:
        return 0
    (left, right), weight = next(iter(graph.items()))
    rest = {pair: w for pair, w in graph.items() if pair != (left, right)}
    free = {(i, j): w for (i, j), w in rest.items() if i != left and j != right}
    return max(best_total(rest), weight + best_total(free))


@settings(deadline=None)
@given(GRAPHS)
def test_total_weight_equals_brute_force_and_no_record_occurs_twice(graph):
    left, right = (np.array([pair[side] for pair in graph], np.int64) for side in (0, 1))
    weight = np.array(list(graph.values()), np.float64)
    chosen = assign_one_to_one(left, right, weight)
    assert weight[chosen].sum() == best_total(graph)
    assert len(set(left[chosen])) == len(set(right[chosen])) == len(chosen)
    assert np.all(np.diff(chosen) > 0)


def test_two_good_links_beat_the_single_best():
    left, right = np.array([0, 0, 1]), np.array([0, 1, 0])
    assert assign_one_to_one(left, right, np.array([5.0, 4.0, 4.0])).tolist() == [1, 2]
    assert assign_one_to_one(left, right, np.array([9.0, 4.0, 4.0])).tolist() == [0]


def test_components_far_apart_do_not_mix():
    left = np.array([0, 1_000_000, 1_000_000, 3])
    right = np.array([0, 500_000, 7, 0])
    assert assign_one_to_one(left, right, np.array([1.0, 2.0, 3.0, 4.0])).tolist() == [2, 3]


def test_no_pairs_no_links():
    nothing = np.empty(0, np.int64)
    assert len(assign_one_to_one(nothing, nothing, np.empty(0))) == 0
