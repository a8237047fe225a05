"""Pairs found while a register passes by are those of the blocking rules."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.linking.blocking import candidate_pairs
from linkage.linking.codes import share_codes
from linkage.linking.keys import KEYS
from linkage.streaming import value_hashes
from linkage.streaming.joins import Forms, joins, pairs_of
from linkage.streaming.value_hashes import FormHashes, Lookup

VALUES = {
    "surname": ["GARCIA", "GARSIA LOPEZ", "LOPEZ GARCIA", "NG", None],
    "given_name": ["BEN", "BENJAMIN", "ANA", "GARCIA", None],
    "zip": ["02139", "02138", "10001", None],
    "sex": ["F", "M", None],
}
FIELDS = list(VALUES)
NAMES = [*FIELDS, *(name for name, key in KEYS.items() if set(key.columns) <= set(FIELDS))]
FILES = st.lists(st.tuples(*map(st.sampled_from, VALUES.values())), min_size=1, max_size=12)
RULES = st.lists(
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True).map(tuple), max_size=3
)


def frame(rows: list) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=FIELDS, dtype=object)


@settings(deadline=None)
@given(FILES, FILES, RULES)
def test_pairs_are_those_of_the_whole_register(asked, register, rules):
    left, right = frame(asked), frame(register)
    whole = candidate_pairs(*share_codes(left, right), rules)
    made = joins(rules, Forms(left), Forms(right), records=len(right))
    pairs, by_rule = pairs_of(made, Forms(right))
    assert pairs.tolist() == np.stack([whole.left, whole.right], axis=1).tolist()
    assert by_rule == whole.table["pairs"].tolist()


@settings(deadline=None)
@given(FILES, FILES, RULES, st.integers(1, 11))
def test_pieces_make_the_pairs_of_the_whole(asked, register, rules, cut):
    left, right = frame(asked), frame(register)
    made, remembered = joins(rules, Forms(left), Forms(right), records=len(right)), FormHashes()
    first = pairs_of(made, Forms(right.iloc[:cut], remembered))[0]
    second = pairs_of(made, Forms(right.iloc[cut:], remembered))[0] + [0, cut]
    both = np.concatenate([first, second])
    whole = pairs_of(made, Forms(right))[0]
    assert sorted(both.tolist()) == whole.tolist()


def test_values_that_make_too_many_pairs_need_one_more_agreement():
    rng = np.random.default_rng(1)
    rows = 2_000
    register = pd.DataFrame(
        {
            "surname": np.where(np.arange(rows) < 1_000, "SMITH", "NG").astype(object),
            "zip": rng.choice(["02139", "10001", "60601"], rows, p=[0.6, 0.3, 0.1]),
            "phone": [f"{row % 500:03}" for row in range(rows)],
        }
    )
    asked = register.iloc[::100].reset_index(drop=True)
    rare = pd.DataFrame({"surname": ["RUIZ"], "zip": ["02139"], "phone": ["999"]})
    register = pd.concat([register, rare], ignore_index=True)
    asked = pd.concat([asked, rare], ignore_index=True)
    both = Forms(asked), Forms(register)
    made = joins([("surname",)], *both, records=len(register), largest=1_000)
    pairs, (count,) = pairs_of(made, both[1])
    ours, theirs = asked.iloc[pairs[:, 0]], register.iloc[pairs[:, 1]]
    assert (ours["surname"].to_numpy() == theirs["surname"].to_numpy()).all()
    agree = {name: ours[name].to_numpy() == theirs[name].to_numpy() for name in ("zip", "phone")}
    assert (agree["zip"] | agree["phone"]).all()
    assert {"60601"} <= set(ours["zip"][agree["zip"] & ~agree["phone"]])  # rarest parts first
    assert "02139" not in set(ours["zip"][agree["zip"] & ~agree["phone"]])
    assert [len(asked) - 1, rows] in pairs.tolist()  # a value of its own is left alone
    assert 0 < count <= 2 * 2 * 1_000 + 1


def forms_of(names: list[str | None], remembered: FormHashes) -> list[list[int]]:
    surnames = pd.DataFrame({"surname": pd.array(names, dtype="object")})
    return [hashes.tolist() for hashes in Forms(surnames, remembered).of("surname_sound")]


SURNAMES = st.lists(
    st.sampled_from(["VASQUEZ", "NG", None, "VELEZ VAZQUEZ", "LEE", "ÑU"]), min_size=1
)


@given(st.lists(SURNAMES, min_size=1, max_size=4), st.sampled_from([1, 500_000]))
def test_what_is_remembered_tells_the_same_and_may_be_forgotten(pieces, most):
    remembered = FormHashes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(value_hashes, "MOST_REMEMBERED", most)
        for names in pieces:
            assert forms_of(names, remembered) == forms_of(names, FormHashes())


def test_no_more_is_remembered_than_allowed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(value_hashes, "MOST_REMEMBERED", 1)
    remembered = FormHashes()
    for name in "ABCDEFGH":
        forms_of([name, name + "X"], remembered)
    assert len(remembered._known["surname_sound"][0].numbers) == 2


HASHES = st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 20), max_size=40)


@given(HASHES, HASHES)
def test_numbers_are_found_among_others(numbers, others):
    ours, theirs = (np.array(each, np.uint64) for each in (numbers, [*others, *numbers[:5]]))
    lookup = Lookup.of(ours)
    assert lookup.numbers.tolist() == sorted(set(numbers) - {0})
    rows, places = lookup.find(theirs)
    assert rows.tolist() == [row for row, each in enumerate(theirs) if each in set(numbers) - {0}]
    assert lookup.numbers[places].tolist() == theirs[rows].tolist()
