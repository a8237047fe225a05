"""Candidate pairs equal the naive double loop and stock recordlinkage's blocks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import recordlinkage
from hypothesis import given, settings
from hypothesis import strategies as st
from recordlinkage.index import Block

from linkage.linking.blocking import AnyAgreement, usable_rules
from linkage.linking.codes import share_codes

FIELDS = ["a", "b", "c"]
ROWS = st.lists(st.tuples(*[st.sampled_from(["X", "Y", "Z", None])] * 3), min_size=1, max_size=9)
RULES = st.lists(
    st.lists(st.sampled_from(FIELDS), min_size=1, max_size=3, unique=True).map(tuple),
    min_size=1,
    max_size=3,
).map(tuple)


def frame(rows: list) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=FIELDS, dtype=object)


def naive(left: pd.DataFrame, right: pd.DataFrame, rules: tuple) -> set[tuple[int, int]]:
    return {
        (i, j)
        for i, one in enumerate(left.to_dict("records"))
        for j, other in enumerate(right.to_dict("records"))
        if any(all(one[f] is not None and one[f] == other[f] for f in rule) for rule in rules)
    }


@settings(max_examples=60, deadline=None)
@given(ROWS, ROWS, RULES)
def test_candidates_equal_the_double_loop_and_the_union_of_stock_blocks(rows, others, rules):
    left, right = frame(rows), frame(others)
    pairs = recordlinkage.Index([AnyAgreement(rules)]).index(left, right)
    assert pairs.is_unique
    assert set(pairs) == naive(left, right, rules)
    stock = recordlinkage.Index([Block(list(rule)) for rule in rules]).index(left, right)
    assert set(pairs) == set(stock)


@settings(max_examples=30, deadline=None)
@given(ROWS, ROWS, RULES)
def test_shared_categories_give_the_same_candidates(rows, others, rules):
    left, right = frame(rows), frame(others)
    coded = AnyAgreement(rules).index(*share_codes(left, right))
    assert coded.tolist() == AnyAgreement(rules).index(left, right).tolist()


@settings(max_examples=40, deadline=None)
@given(ROWS.filter(lambda rows: len(rows) > 1), RULES)
def test_deduplication_gives_each_pair_of_records_once(rows, rules):
    people = frame(rows)
    pairs = recordlinkage.Index([AnyAgreement(rules)]).index(people)
    assert pairs.is_unique
    assert set(pairs) == {(i, j) for i, j in naive(people, people, rules) if i > j}


def test_missing_agrees_with_nothing_not_even_with_missing():
    empty = frame([(None, None, None), ("X", None, None)])
    assert len(AnyAgreement((("b",), ("a", "b"))).index(empty, empty)) == 0


def test_pairs_carry_the_labels_of_the_frames():
    left = frame([("X", "Y", "Z")]).set_axis(["anna"])
    right = frame([("Z", "Y", "X"), ("X", None, None)]).set_axis([pd.Timestamp("2020-01-01"), 7])
    pairs = recordlinkage.Index([AnyAgreement((("a",),))]).index(left, right)
    assert pairs.tolist() == [("anna", 7)]


@pytest.mark.parametrize(("largest", "kept", "skipped"), [(6, 7, 0), (5, 1, 6), (0, 0, 7)])
def test_blocks_that_are_too_large_make_no_pairs_and_are_counted(largest, kept, skipped):
    left = frame([("PLACEHOLDER", None, None)] * 2 + [("RARE", None, None)])
    right = frame([("PLACEHOLDER", None, None)] * 3 + [("RARE", None, None)])
    algorithm = AnyAgreement((("a",),), largest_block=largest)
    for _ in range(2):  # counted anew each time
        assert len(algorithm.index(left, right)) == kept
        assert algorithm.skipped_pairs == skipped


def test_a_pair_skipped_by_one_rule_may_come_by_another():
    left = right = frame([("PLACEHOLDER", "X", None), ("PLACEHOLDER", "Y", None)])
    algorithm = AnyAgreement((("a",), ("b",)), largest_block=3)
    assert algorithm.index(left, right).tolist() == [(0, 0), (1, 1)]
    assert algorithm.skipped_pairs == 4


def test_rules_need_all_their_fields():
    assert usable_rules(pd.Index(["surname", "zip", "tin"])) == (("tin",), ("surname", "zip"))
    assert usable_rules(pd.Index(["sex", "unit"])) == (("sex",), ("unit",))


def test_many_pairs_equal_stock_blocks():
    rng = np.random.default_rng(0)
    left, right = (
        pd.DataFrame({name: rng.integers(0, 40, 2000).astype(str) for name in FIELDS})
        for _ in range(2)
    )
    rules = (("a", "b"), ("b", "c"))
    pairs = AnyAgreement(rules).index(left, right)
    stock = recordlinkage.Index([Block(list(rule)) for rule in rules]).index(left, right)
    assert len(pairs) > 4000
    assert pairs.sort_values().equals(stock.sort_values())
