"""All pairs of filters above a Dice threshold equal a computation on Python integers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.linking import dice_pairs
from linkage.problems import InputError
from linkage.schemes import Clk, Sha256, View

KEY = bytes(range(32))


def filters(values: list[int], words: int) -> View:
    """Write integers as filters, the lowest bit first."""
    parts = [[value >> (64 * word) & (2**64 - 1) for word in range(words)] for value in values]
    bits = np.array(parts, np.uint64).reshape(len(values), words)
    return View(Clk(bits=64 * words), pd.DataFrame(index=range(len(values))), bits)


def naive(left: list[int], right: list[int], threshold: float) -> list[tuple[int, int, float]]:
    found = []
    for i, one in enumerate(left):
        for j, other in enumerate(right):
            common, total = (one & other).bit_count(), one.bit_count() + other.bit_count()
            if common and 2 * common / total >= threshold:
                found.append((i, j, 2 * common / total))
    return found


def as_tuples(pairs: pd.DataFrame) -> list[tuple[int, int, float]]:
    return list(pairs.itertuples(index=False, name=None))


THRESHOLDS = st.fractions(Fraction(1, 40), 1, max_denominator=40).map(float)


@settings(deadline=None)
@given(st.data(), st.integers(1, 3), THRESHOLDS)
def test_pairs_equal_a_naive_computation(data, words, threshold):
    few_bits = st.sets(st.integers(0, 64 * words - 1), max_size=12)
    value = few_bits.map(lambda bits: sum(1 << bit for bit in bits)) | st.integers(
        0, 2 ** (64 * words) - 1
    )
    left, right = (data.draw(st.lists(value, min_size=1, max_size=6)) for _ in range(2))
    pairs = dice_pairs(filters(left, words), filters(right, words), threshold)
    assert as_tuples(pairs) == naive(left, right, threshold)


def test_many_filters_equal_a_naive_computation():
    rng = np.random.default_rng(0)
    base = [int.from_bytes(rng.bytes(16), "big") for _ in range(20)]
    left = [base[i % 20] ^ (1 << int(rng.integers(128))) for i in range(600)]
    right = [value ^ (1 << int(rng.integers(128))) for value in base]
    pairs = dice_pairs(filters(left, 2), filters(right, 2), 0.9)
    assert len(pairs) == 600
    assert as_tuples(pairs) == naive(left, right, 0.9)


@pytest.mark.parametrize(("common", "total"), [(14, 50), (11, 40), (16, 50), (2, 6), (7, 16)])
def test_a_pair_just_at_the_threshold_is_found(common, total):
    # 0.56 * 50 is more than 28 in floating point: a bare product would miss the first pair.
    left, right = (filters([(1 << size) - 1], 2) for size in (common, total - common))
    score = 2 * common / total
    assert dice_pairs(left, right, score)["score"].tolist() == [score]
    assert dice_pairs(left, right, np.nextafter(score, 2)).empty


def test_a_full_filter_of_the_usual_length_does_not_overflow():
    full = filters([2**1024 - 1], 16)
    assert dice_pairs(full, full, 1.0).values.tolist() == [[0, 0, 1]]


def test_empty_filters_match_nothing_not_even_each_other():
    assert dice_pairs(filters([0], 1), filters([0, 1], 1), 0.01).empty


def test_filters_of_different_lengths_are_refused():
    with pytest.raises(InputError, match="same length"):
        dice_pairs(filters([1], 1), filters([1], 2))


def test_tokens_are_refused():
    people = pd.DataFrame({"surname": ["NG"]})
    tokens = Sha256().encode(people)
    codes = Clk(key=KEY).encode(people)
    for sides in ((tokens, tokens), (tokens, codes), (codes, tokens)):
        with pytest.raises(InputError, match="Bloom filters"):
            dice_pairs(*sides)


@pytest.mark.parametrize("threshold", [0, -0.1, 1.01, float("nan")])
def test_thresholds_out_of_range_are_refused(threshold):
    with pytest.raises(InputError, match="threshold"):
        dice_pairs(filters([1], 1), filters([1], 1), threshold)
