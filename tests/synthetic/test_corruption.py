"""What every error of writing keeps, which rows it strikes, and errors of whole texts."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from miswriting import DATES, NAMES, ODD, SEEDS, STREETS, SURNAMES, TABLE, TINS, UNITS

from synthetic import corruption
from synthetic.columns import words
from synthetic.corruption import Piece

TWO_COLUMNS = {"name_order", "field_shift"}
NO_PIECES = {"Alternatives", "Piece", "Share", "carelessness", "chosen", "most_careless"}
NO_PIECES |= {"share_problems", "replaced", "truncation", "lookup"}
PIECES: dict[str, Piece] = {
    name: getattr(corruption, name)
    for name in sorted(set(corruption.__all__) - TWO_COLUMNS - NO_PIECES)
} | {
    "truncation": partial(corruption.truncation, width=4),
    "lookup": partial(corruption.lookup, table=TABLE),
    "lookup every": partial(corruption.lookup, table=TABLE, every=True),
}
#: A text in which each error can be made, one in which it cannot.
POSSIBLE = {
    "keyboard": ("ANA", "-"),
    "letter_lost": ("ANA", "A B"),
    "letter_doubled": ("ANA", " "),
    "transposition": ("ANA", "A A"),
    "typo": ("X", " "),
    "ocr": ("OTTO", "-"),
    "phonetic": ("PHIL", "MAX"),
    "nickname": ("ROBERT", "QQ"),
    "spelling": ("GONZALEZ", "QQ"),
    "diacritics_written": ("MUNOZ", "QQ"),
    "diacritics_lost": ("MUÑOZ", "MUNOZ"),
    "day_month_swapped": ("1987-03-09", "1987-03-13"),
    "date_digit": ("1987-03-09", "1987-02-30"),
    "year_off": ("1987-03-09", "1988-02-29"),
    "birthday_heaped": ("1987-03-09", "1987-01-01"),
    "second_surname_dropped": ("DE LA CRUZ DIAZ", "DE LA CRUZ JR"),
    "surnames_swapped": ("GARCIA LOPEZ", "DIAZ DIAZ"),
    "surname_hyphenated": ("GARCIA LOPEZ", "GARCIA-LOPEZ"),
    "surname_joined": ("GARCIA LOPEZ", "SMITH"),
    "initial_only": ("ANA", "A"),
    "unit_lost": ("APT 4", None),
    "unit_restyled": ("APT 4", "REAR"),
    "street_spelled_out": ("N OAK ST", "ST JOHNS"),
    "suffix_lost": ("OAK ST", "AVENUE N"),
    "direction_lost": ("OAK ST NW", "N ST"),
    "tin_digit": ("900000017", "90000001"),
    "tin_transposed": ("900000017", "900000000"),
    "missing": ("ANA", None),
    "truncation": ("MARIA", "ANA"),
    "lookup": ("ANA LOPEZ", "ANA"),
    "lookup every": ("ANA LOPEZ", "ANA"),
}

TEXTS = st.one_of(NAMES, SURNAMES, STREETS, UNITS, DATES, TINS, ODD)
COLUMNS = st.lists(st.none() | TEXTS, max_size=12)
EVERY_PIECE = st.sampled_from(sorted(PIECES))


@pytest.fixture(autouse=True, scope="module")
def _compiled() -> None:
    """Have everything compiled and read before a test's time is taken."""
    column = words([text for texts in POSSIBLE.values() for text in texts])
    for piece in PIECES.values():
        piece(column, 1.0, rng=np.random.default_rng(0))


# What all pieces keep.


@given(COLUMNS, EVERY_PIECE, st.floats(0, 1), SEEDS)
def test_type_length_missing_values_and_the_column_given_are_kept(
    texts: list[str | None], name: str, share: float, seed: int
) -> None:
    column = words(texts)
    result = PIECES[name](column, share, rng=np.random.default_rng(seed))
    result.validate(full=True)
    assert result.type == pa.large_string()
    assert len(result) == len(texts)
    assert column.to_pylist() == texts
    assert all(
        new is None for old, new in zip(texts, result.to_pylist(), strict=True) if old is None
    )


@given(COLUMNS, EVERY_PIECE, SEEDS)
def test_a_share_of_zero_changes_nothing(texts: list[str | None], name: str, seed: int) -> None:
    for share in (0.0, np.zeros(len(texts))):
        result = PIECES[name](words(texts), share, rng=np.random.default_rng(seed))
        assert result.to_pylist() == texts


@given(COLUMNS, EVERY_PIECE, SEEDS)
def test_one_seed_makes_one_column(texts: list[str | None], name: str, seed: int) -> None:
    first, again = (
        PIECES[name](words(texts), 0.7, rng=np.random.default_rng(seed)) for _ in range(2)
    )
    assert first.equals(again)


@given(COLUMNS, st.integers(0, 12), EVERY_PIECE, SEEDS)
def test_a_part_of_a_column_is_a_column(
    texts: list[str | None], start: int, name: str, seed: int
) -> None:
    part = words(texts).slice(start)
    result = PIECES[name](part, 0.7, rng=np.random.default_rng(seed))
    copy = PIECES[name](words(texts[start:]), 0.7, rng=np.random.default_rng(seed))
    assert result.to_pylist() == copy.to_pylist()


@given(COLUMNS, EVERY_PIECE, SEEDS)
def test_each_row_has_its_own_share(texts: list[str | None], name: str, seed: int) -> None:
    share = np.arange(len(texts)) % 2.0
    result = PIECES[name](words(texts), share, rng=np.random.default_rng(seed))
    assert result.to_pylist()[::2] == texts[::2]


@pytest.mark.parametrize("name", sorted(PIECES))
def test_columns_empty_and_all_missing(name: str) -> None:
    for texts in ([], [None, None, None], [""]):
        result = PIECES[name](words(texts), 1.0, rng=np.random.default_rng(0))
        assert [text or None for text in result.to_pylist()] == [None] * len(texts)


@pytest.mark.parametrize("name", sorted(PIECES))
def test_the_share_is_of_the_texts_in_which_the_error_can_be_made(name: str) -> None:
    can, cannot = POSSIBLE[name]
    texts = [can, cannot, None] * 2000
    result = PIECES[name](words(texts), 0.3, rng=np.random.default_rng(5)).to_pylist()
    changed = sum(text != can for text in result[::3])
    # Four standard deviations of the binomial distribution.
    assert changed == pytest.approx(600, abs=4 * np.sqrt(2000 * 0.3 * 0.7))
    assert set(result[1::3]) == {cannot}
    assert set(result[2::3]) == {None}
    all_struck = PIECES[name](words(texts), 1.0, rng=np.random.default_rng(5)).to_pylist()
    assert can not in all_struck


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), np.array([0.5, 2.0]), np.zeros(3)])
def test_a_share_that_is_none_is_refused(share: Any) -> None:
    for piece in PIECES.values():
        with pytest.raises(ValueError, match=r"share: got .*, allowed is"):
            piece(words(["A", "B"]), share, rng=np.random.default_rng(0))


@pytest.mark.parametrize("column", [pa.array(["A"]), ["A"], pa.chunked_array([words(["A"])])])
def test_another_type_of_column_is_refused(column: Any) -> None:
    for piece in PIECES.values():
        with pytest.raises(TypeError, match=r"column: got .*, allowed is a pyarrow.Array"):
            piece(column, 0.5, rng=np.random.default_rng(0))


# Which rows, and how errors go together.


@given(st.integers(0, 50), st.floats(0, 1), st.floats(0, 1), SEEDS)
def test_a_larger_share_strikes_the_same_rows_and_more(
    count: int, one: float, other: float, seed: int
) -> None:
    less, more = (
        corruption.chosen(count, share, rng=np.random.default_rng(seed))
        for share in sorted((one, other))
    )
    assert not (less & ~more).any()


@given(st.floats(0, 1), SEEDS)
def test_carelessness_is_of_two_kinds_and_bounded(correlation: float, seed: int) -> None:
    careless = corruption.carelessness(40, correlation, rng=np.random.default_rng(seed))
    most = corruption.most_careless(correlation)
    assert set(careless) <= {most, 1 - correlation}
    assert 0.25 * most + 0.75 * (1 - correlation) == pytest.approx(1)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 1.0])
def test_errors_of_a_record_go_together_and_the_share_stays(correlation: float) -> None:
    rng, count, share = np.random.default_rng(3), 100_000, 0.2
    careless = corruption.carelessness(count, correlation, rng=rng)
    left, right = (
        np.array(corruption.typo(words(["MARIA"] * count), share * careless, rng=rng)) != "MARIA"
        for _ in range(2)
    )
    expected = 3 * correlation**2 * share / (1 - share)
    assert left.mean() == pytest.approx(share, abs=0.01)
    assert right.mean() == pytest.approx(share, abs=0.01)
    assert np.corrcoef(left, right)[0, 1] == pytest.approx(expected, abs=0.02)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_share_without_a_problem_can_be_reached(share: float, correlation: float) -> None:
    problems = corruption.share_problems({"typo_share": share}, correlation)
    assert bool(problems) == (share * corruption.most_careless(correlation) > 1)
    for problem in problems:
        assert f"typo_share: got {share:g} with error_correlation={correlation:g}" in problem
        limit = float(problem.split("at most ")[1].split(",")[0])
        assert not corruption.share_problems({"typo_share": limit}, correlation)


@pytest.mark.parametrize("correlation", [-0.1, 1.1, float("nan")])
def test_a_correlation_that_is_none_is_refused(correlation: float) -> None:
    with pytest.raises(ValueError, match=r"correlation: got .*, allowed is"):
        corruption.carelessness(3, correlation, rng=np.random.default_rng(0))


# Whole texts.


PAIRS = st.lists(st.tuples(st.none() | NAMES, st.none() | NAMES), max_size=12)


@given(PAIRS, st.floats(0, 1), SEEDS)
def test_names_in_the_wrong_order_are_the_same_names(
    pairs: list[tuple[str | None, str | None]], share: float, seed: int
) -> None:
    left, right = words(one for one, _ in pairs), words(other for _, other in pairs)
    rng = np.random.default_rng(seed)
    results = zip(
        *(column.to_pylist() for column in corruption.name_order(left, right, share, rng=rng)),
        strict=True,
    )
    for before, after in zip(pairs, results, strict=True):
        assert after == before or (after == before[::-1] and None not in before)


@given(PAIRS, st.floats(0, 1), SEEDS)
def test_a_shifted_field_leaves_its_place_empty(
    pairs: list[tuple[str | None, str | None]], share: float, seed: int
) -> None:
    left, right = words(one for one, _ in pairs), words(other for _, other in pairs)
    rng = np.random.default_rng(seed)
    results = zip(
        *(column.to_pylist() for column in corruption.field_shift(left, right, share, rng=rng)),
        strict=True,
    )
    for before, after in zip(pairs, results, strict=True):
        assert after == before or (after == (None, before[0]) and before[0] is not None)


def test_two_columns_are_changed_in_all_rows_by_a_share_of_one() -> None:
    left, right = words(["A", "B", None]), words(["X", None, "Z"])
    rng = np.random.default_rng(0)
    swapped = corruption.name_order(left, right, 1.0, rng=rng)
    assert [column.to_pylist() for column in swapped] == [["X", "B", None], ["A", None, "Z"]]
    shifted = corruption.field_shift(left, right, 1.0, rng=rng)
    assert [column.to_pylist() for column in shifted] == [[None, None, None], ["A", "B", "Z"]]


def test_replaced_rows_are_those_of_the_other_column() -> None:
    column, other = words(["A", "B", None]), words(["X", None, "Z"])
    rows = np.array([False, True, True])
    assert corruption.replaced(column, rows, other).to_pylist() == ["A", None, "Z"]
    with pytest.raises(ValueError, match="got 2 and 3, allowed is the length of the column, 3"):
        corruption.replaced(column, rows[:2], other)


@given(NAMES, st.integers(1, 14), SEEDS)
def test_a_cut_text_begins_as_before(text: str, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    result = corruption.truncation(words([text]), 1.0, width=width, rng=rng).to_pylist()[0]
    assert text.startswith(result)
    assert len(result) <= width
    assert result == text or 1 <= len(result) >= len(text[:width].rstrip())


def test_a_width_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="width: got 0, allowed is"):
        corruption.truncation(words(["A"]), 1.0, width=0, rng=np.random.default_rng(0))
