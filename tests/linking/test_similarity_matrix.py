"""The matrix of similarities is what sets of bits and symbols say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.linking.similarity_matrix import similarity_matrix, sizes


@given(st.integers(1, 300), st.integers(1, 140), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_dice_is_that_of_the_sets_of_bits(left, right, words, seed):
    rng = np.random.default_rng(seed)
    one, other = (rng.integers(0, 2**63, (n, words), np.uint64) for n in (left, right))
    one[0] = 0
    first, second = (
        np.unpackbits(side.view(np.uint8), axis=1).astype(np.int64) for side in (one, other)
    )
    total = first.sum(axis=1)[:, None] + second.sum(axis=1)
    expected = 2 * (first @ second.T) / np.maximum(total, 1)
    np.testing.assert_allclose(similarity_matrix(one, other), expected, rtol=1e-6)
    assert sizes(one).tolist() == first.sum(axis=1).tolist()


def test_jaccard_is_that_of_the_sets_of_symbols():
    rng = np.random.default_rng(1)
    one, other = (rng.integers(0, 4, (n, 50)).astype(np.uint32) for n in (270, 130))
    one[3] = 0
    found = similarity_matrix(one, other)
    for row, column in [(0, 0), (3, 5), (269, 129), (100, 127), (255, 128)]:
        left, right = (
            {(at, value) for at, value in enumerate(side) if value}
            for side in (one[row], other[column])
        )
        expected = len(left & right) / max(len(left | right), 1)
        assert found[row, column] == pytest.approx(expected)
