"""How rare values are, alone and together."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.linking.frequencies import LEAST_COUNT, expected_agreement, rarity

VALUES = st.lists(
    st.tuples(st.sampled_from(["A", "B", "C", None]), st.sampled_from(["1", "2", None])),
    min_size=1,
    max_size=30,
)


def smoothed(counts: Counter[object], value: object) -> float:
    """Records a value stands for: those that have it, or Good and Turing's where it is one."""
    times = Counter(counts.values())
    if counts[value] > 1:
        return float(counts[value])
    return float(np.clip(2 * times[2] / times[1], LEAST_COUNT, 1.0))


def frame(rows: list[tuple[str | None, str | None]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["name", "zip"], dtype="str").astype("category")


@settings(deadline=None)
@given(VALUES)
def test_one_column_equals_counting(rows):
    file = frame(rows)
    got = rarity(file, ("name",))(np.arange(len(rows)))
    known = [name for name, _ in rows if name is not None]
    counts = Counter(known)
    expected = [0.0 if n is None else np.log2(len(known) / smoothed(counts, n)) for n, _ in rows]
    np.testing.assert_allclose(got, expected, atol=1e-5)


@settings(deadline=None)
@given(VALUES)
def test_several_columns_are_never_overstated(rows):
    file = frame(rows)
    got = rarity(file, ("name", "zip"))(np.arange(len(rows)))
    complete = Counter(row for row in rows if None not in row)
    alone = [rarity(file, (name,))(np.arange(len(rows))) for name in ("name", "zip")]
    for number, row in enumerate(rows):
        if None in row:
            assert got[number] == max(part[number] for part in alone)
        else:
            if complete[row] > 1:
                assert got[number] <= np.log2(complete.total() / complete[row]) + 1e-5
            assert got[number] <= np.log2(complete.total() / LEAST_COUNT) + 1e-5


def test_several_columns_are_counted_nearly_exactly():
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 300, (50_000, 2))
    file = pd.DataFrame(codes, columns=["a", "b"]).astype(str).astype("category")
    got = rarity(file, ("a", "b"))(np.arange(len(file)))
    together = file["a"].astype(str) + " " + file["b"].astype(str)
    counts = Counter(together)
    one_each = {count: value for value, count in counts.items()}  # equal counts, equal rarity
    by_count = {count: smoothed(counts, value) for count, value in one_each.items()}
    expected = np.log2([len(file) / by_count[counts[value]] for value in together])
    error = (expected - got)[together.map(counts).to_numpy() > 1]
    assert (error > -1e-5).all()
    assert error.mean() < 0.5


@pytest.mark.parametrize("within", [False, True])
def test_agreement_by_chance_equals_counting_pairs(within):
    rng = np.random.default_rng(2)
    left = rng.integers(-1, 5, 40).astype(np.int32)
    right = left if within else rng.integers(-1, 5, 30).astype(np.int32)
    pairs = [
        (a, b)
        for i, a in enumerate(left)
        for j, b in enumerate(right)
        if a >= 0 and b >= 0 and (i < j or not within)
    ]
    agreeing = sum(a == b for a, b in pairs)
    assert expected_agreement(left, right, 5, within=within) == (len(pairs), agreeing)
