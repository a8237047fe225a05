"""What every error of writing keeps, whatever it is given."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthetic import tin_ranges
from synthetic.corruption import (
    Edit,
    corrupt,
    date_digit,
    day_month_swapped,
    letter_doubled,
    letter_lost,
    missing,
    neighbouring_key,
    nickname,
    swap,
    tin_digit,
    transposition,
    typo,
)
from synthetic.names import NICKNAMES, plain

NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ ", min_size=1, max_size=12)
SEEDS = st.integers(0, 2**32 - 1)
COLUMNS = st.lists(st.none() | NAMES, max_size=20).map(lambda texts: np.array([*texts], object))
DATES = st.dates(date(1910, 1, 1), date(2009, 12, 31)).map(date.isoformat)
EDITS = st.sampled_from([missing, nickname, typo])


def edited(edit: Edit, text: str, seed: int) -> str:
    result = edit(text, np.random.default_rng(seed))
    assert result is not None
    return result


@given(COLUMNS, EDITS, SEEDS)
def test_a_share_of_zero_changes_nothing(column: np.ndarray, edit: Edit, seed: int) -> None:
    result = corrupt(column, 0.0, edit, rng=np.random.default_rng(seed))
    assert result.tolist() == column.tolist()
    assert result is not column


@given(COLUMNS, st.floats(0, 1), EDITS, SEEDS)
def test_the_column_given_is_kept_and_missing_stays_missing(
    column: np.ndarray, share: float, edit: Edit, seed: int
) -> None:
    before = column.tolist()
    result = corrupt(column, share, edit, rng=np.random.default_rng(seed))
    assert column.tolist() == before
    assert all(new is None for new, old in zip(result, before, strict=True) if old is None)


@given(COLUMNS, SEEDS)
def test_a_share_of_one_reaches_every_row(column: np.ndarray, seed: int) -> None:
    assert set(corrupt(column, 1.0, missing, rng=np.random.default_rng(seed))) <= {None}


def test_the_share_is_met() -> None:
    column = np.array(["X"] * 10_000, dtype=object)
    result = corrupt(column, 0.3, missing, rng=np.random.default_rng(1))
    assert sum(text is None for text in result) == pytest.approx(3_000, abs=200)


@given(NAMES, SEEDS)
def test_a_lost_letter_was_there(text: str, seed: int) -> None:
    result = edited(letter_lost, text, seed)
    shorter = {text[:place] + text[place + 1 :] for place in range(len(text))}
    assert result in (shorter if len(text) > 1 else {text})


@given(NAMES, SEEDS)
def test_a_doubled_letter_can_be_lost_again(text: str, seed: int) -> None:
    result = edited(letter_doubled, text, seed)
    assert len(result) == len(text) + 1
    assert any(
        result[place] == result[place + 1] and result[:place] + result[place + 1 :] == text
        for place in range(len(text))
    )


@given(NAMES, SEEDS)
def test_a_transposition_changes_two_neighbours(text: str, seed: int) -> None:
    result = edited(transposition, text, seed)
    places = [place for place in range(len(text)) if text[place] != result[place]]
    assert sorted(result) == sorted(text)
    if len(set(text)) == 1:
        assert result == text
    else:
        assert places[1] == places[0] + 1
        assert len(places) == 2


@given(NAMES, SEEDS)
def test_a_neighbouring_key_changes_one_letter(text: str, seed: int) -> None:
    result = edited(neighbouring_key, text, seed)
    changed = [(old, new) for old, new in zip(text, result, strict=True) if old != new]
    assert len(changed) <= 1
    for old, new in changed:
        assert f"{old}{new}" in "QWERTYUIOP ASDFGHJKL ZXCVBNM POIUYTREWQ LKJHGFDSA MNBVCXZ"


@given(NAMES, SEEDS)
def test_one_seed_makes_one_typo(text: str, seed: int) -> None:
    assert edited(typo, text, seed) == edited(typo, text, seed)
    assert abs(len(edited(typo, text, seed)) - len(text)) <= 1


@given(DATES, SEEDS)
def test_dates_stay_dates(text: str, seed: int) -> None:
    for edit in (day_month_swapped, date_digit):
        assert date.fromisoformat(edited(edit, text, seed)).isoformat() <= "2009-12-31"


@given(DATES, SEEDS)
def test_swapping_day_and_month_twice_is_nothing(text: str, seed: int) -> None:
    once = edited(day_month_swapped, text, seed)
    assert edited(day_month_swapped, once, seed) == text
    if int(text[8:]) <= 12:
        assert once == f"{text[:5]}{text[8:]}-{text[5:7]}"


@given(DATES, SEEDS)
def test_a_wrong_digit_of_a_date_is_one(text: str, seed: int) -> None:
    result = edited(date_digit, text, seed)
    assert sum(old != new for old, new in zip(text, result, strict=True)) <= 1


@given(st.integers(0, 199), st.integers(0, 39_999), SEEDS)
def test_a_wrong_digit_of_a_number_stays_in_the_ranges(which: int, rank: int, seed: int) -> None:
    number = tin_ranges()[which][0] + rank
    result = edited(tin_digit, str(number), seed)
    assert sum(old != new for old, new in zip(str(number), result, strict=True)) == 1
    assert any(start <= int(result) < stop for start, stop in tin_ranges())


@given(COLUMNS, SEEDS)
def test_swapped_columns_hold_the_same_rows(column: np.ndarray, seed: int) -> None:
    other = np.array([f"OTHER {place}" for place in range(len(column))], dtype=object)
    left, right = swap(column, other, 0.5, rng=np.random.default_rng(seed))
    for before, after in zip(
        zip(column, other, strict=True), zip(left, right, strict=True), strict=True
    ):
        assert after in (before, before[::-1])


@given(st.sampled_from(sorted(NICKNAMES)), SEEDS)
def test_nicknames_come_from_the_table(name: str, seed: int) -> None:
    assert edited(nickname, name, seed) in NICKNAMES[name]


def test_a_name_without_nickname_stays() -> None:
    assert edited(nickname, "XIOMARA", 0) == "XIOMARA"


def test_the_table_of_nicknames_is_spelt_like_the_names() -> None:
    for name, short in NICKNAMES.items():
        assert short
        assert name not in short
        assert all(plain(text) == text for text in (name, *short))
    assert "CHUY" in NICKNAMES["JESUS"]
    assert "BOB" in NICKNAMES["ROBERT"]
