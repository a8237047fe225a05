from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.measures.quality import RATES, count_links

# Four requests: about persons 1, 2, 3, and about nobody. Five records: person 2 has two of them,
# and the last is of nobody we know.
ASKED = np.array([1, 2, 3, -1])
REGISTERED = np.array([1, 2, 2, 9, -1])


def _pairs(*pairs: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    left, right = np.array(pairs, np.int64).reshape(-1, 2).T
    return left, right


def test_counts_by_hand() -> None:
    links = _pairs((0, 0), (1, 3), (3, 4))
    candidates = _pairs((0, 0), (1, 1), (1, 3), (2, 2), (3, 4))
    assert count_links(links, candidates, ASKED, REGISTERED) == {
        "links": 3,
        "true_links": 1,  # person 1; nobody linked with nobody is no true link
        "matches": 3,  # person 1 once, person 2 twice; person 3 is not registered
        "links_or_matches": 5,
        "candidates": 5,
        "true_candidates": 2,
        "pairs": 20,
        "pairs_left_out": 15,
    }


def test_rates_of_the_counts_by_hand() -> None:
    links = _pairs((0, 0), (1, 3), (3, 4))
    counts = count_links(links, _pairs((0, 0), (1, 1), (1, 3)), ASKED, REGISTERED)
    rates = {measure: counts[part] / counts[whole] for measure, (part, whole) in RATES.items()}
    assert rates == pytest.approx(
        {
            "precision": 1 / 3,
            "recall": 1 / 3,
            "f_star": 1 / 5,
            "pairs_completeness": 2 / 3,
            "pairs_quality": 2 / 3,
            "reduction_ratio": 17 / 20,
        }
    )


def test_a_match_lost_in_blocking_is_missed_in_recall() -> None:
    nothing = _pairs()
    counts = count_links(nothing, nothing, ASKED, REGISTERED)
    assert (counts["true_links"], counts["matches"]) == (0, 3)


people = st.lists(st.integers(-1, 6), min_size=1, max_size=8).map(np.array)


@given(people, people, st.data())
def test_f_star_is_f_over_two_minus_f(
    left: np.ndarray, right: np.ndarray, data: st.DataObject
) -> None:
    pair = st.tuples(st.integers(0, len(left) - 1), st.integers(0, len(right) - 1))
    links = _pairs(*data.draw(st.sets(pair)))
    counts = count_links(links, links, left, right)
    found, linked, matches = counts["true_links"], counts["links"], counts["matches"]
    assert 0 <= found <= min(linked, matches)
    if linked and matches:
        f_measure = 2 * found / (linked + matches)
        f_star = found / counts["links_or_matches"]
        assert f_star == pytest.approx(f_measure / (2 - f_measure))
    every = np.divmod(np.arange(len(left) * len(right)), len(right))
    assert count_links(every, every, left, right)["true_links"] == matches
