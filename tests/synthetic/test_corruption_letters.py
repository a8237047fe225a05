"""Errors of letters and of words of a table, against plain Python."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from miswriting import NAMES, SEEDS, TABLE, TINS, UNITS, made, outcomes

from synthetic import corruption
from synthetic.columns import words
from synthetic.corruption import Alternatives
from synthetic.corruption.keys import neighbours
from synthetic.corruption.rules import Rules
from synthetic.corruption.shapes import DIGITS, LETTERS, LETTERS_AND_DIGITS
from synthetic.corruption.sounds import WHERE_A_WORD_BEGINS, WITHIN_A_WORD


@pytest.fixture(autouse=True, scope="module")
def _compiled() -> None:
    """Have everything compiled and read before a test's time is taken."""
    column = words(["ANA LOPEZ"])
    for piece in (corruption.ocr, corruption.phonetic, corruption.nickname):
        piece(column, 1.0, rng=np.random.default_rng(0))


# Keys.


def with_another_key(text: str) -> set[str]:
    beside = neighbours()
    return {
        text[:place] + key + text[place + 1 :]
        for place, letter in enumerate(text)
        for key in beside.get(letter, "")
    }


def with_a_letter_less(text: str) -> set[str]:
    return {
        text[:place] + text[place + 1 :]
        for place in range(len(text))
        if text[place] != " " and (text[:place][-1:].strip() or text[place + 1 :][:1].strip())
    }


def with_a_letter_more(text: str) -> set[str]:
    return {text[: place + 1] + text[place:] for place in range(len(text)) if text[place] != " "}


def with_two_changed_over(text: str) -> set[str]:
    return {
        text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        for place in range(len(text) - 1)
        if text[place] != text[place + 1] and " " not in text[place : place + 2]
    }


KEYS: dict[str, Callable[[str], set[str]]] = {
    "keyboard": with_another_key,
    "letter_lost": with_a_letter_less,
    "letter_doubled": with_a_letter_more,
    "transposition": with_two_changed_over,
}


@given(NAMES, st.sampled_from(sorted(KEYS)), SEEDS)
def test_an_error_of_a_key_is_one_that_plain_python_finds(text: str, name: str, seed: int) -> None:
    assert made(getattr(corruption, name), text, seed) in (KEYS[name](text) or {text})


@pytest.mark.parametrize("name", sorted(KEYS))
@pytest.mark.parametrize("text", ["ANNA MAE", "O'DAY-LEE", "Q1"])
def test_all_that_plain_python_finds_comes_out(name: str, text: str) -> None:
    assert outcomes(getattr(corruption, name), text) == KEYS[name](text)


@given(NAMES, SEEDS)
def test_a_typo_is_one_of_the_four(text: str, seed: int) -> None:
    possible = set().union(*(find(text) for find in KEYS.values()))
    assert made(corruption.typo, text, seed) in (possible or {text})


def test_the_four_kinds_of_typo_are_as_likely() -> None:
    results = corruption.typo(words(["MARIO"] * 8000), 1.0, rng=np.random.default_rng(2))
    for find in KEYS.values():
        share = np.isin(results.to_pylist(), list(find("MARIO"))).mean()
        assert share == pytest.approx(0.25, abs=0.03)


def test_every_place_is_as_likely() -> None:
    results = corruption.letter_lost(words(["ABCD"] * 8000), 1.0, rng=np.random.default_rng(2))
    _, counts = np.unique(results.to_pylist(), return_counts=True)
    assert counts == pytest.approx([2000] * 4, abs=160)


def test_neighbours_are_mutual() -> None:
    beside = neighbours()
    assert set(beside) == set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    assert all(key in beside[other] for key, others in beside.items() for other in others)


# Shapes and sounds.


def with_a_rule(text: str, place: int, rules: list[tuple[str, str]]) -> set[str]:
    """Return the text with each rule that holds at a place."""
    return {
        text[:place] + new + text[place + len(old.removesuffix("$")) :]
        for old, new in rules
        if holds(text, place, old)
    }


def holds(text: str, place: int, old: str) -> bool:
    letters = old.removesuffix("$")
    after = text[place + len(letters) :][:1]
    return text[place:].startswith(letters) and (old == letters or not after.isalnum())


def misread(text: str) -> set[str]:
    digits, letters = any(map(str.isdigit, text)), any(map(str.isalpha, text))
    rules = (LETTERS_AND_DIGITS if letters else DIGITS) if digits else LETTERS
    return set().union(*(with_a_rule(text, place, rules) for place in range(len(text))))


def misheard(text: str) -> set[str]:
    begins = [not text[:place][-1:].isalpha() for place in range(len(text))]
    return set().union(
        *(
            with_a_rule(text, place, WHERE_A_WORD_BEGINS if begin else WITHIN_A_WORD)
            for place, begin in enumerate(begins)
        )
    )


@given(st.one_of(NAMES, UNITS, TINS), SEEDS)
@example("RN", 0)
def test_a_shape_is_taken_for_one_like_it(text: str, seed: int) -> None:
    assert made(corruption.ocr, text, seed) in (misread(text) or {text})


@given(NAMES, SEEDS)
def test_a_sound_is_written_by_a_rule(text: str, seed: int) -> None:
    assert made(corruption.phonetic, text, seed) in (misheard(text) or {text})


@pytest.mark.parametrize("text", ["ARNOLD VVE", "UNIT 5B", "1870"])
def test_all_rules_of_shapes_come_out(text: str) -> None:
    assert outcomes(corruption.ocr, text) == misread(text)


@pytest.mark.parametrize("text", ["PHILLIP HUGHES", "ELENA VAZQUEZ", "GUILLERMO-KNIGHT", "KATHY"])
def test_all_rules_of_sounds_come_out(text: str) -> None:
    assert outcomes(corruption.phonetic, text) == misheard(text)


@pytest.mark.parametrize(
    "rules", [LETTERS, LETTERS_AND_DIGITS, DIGITS, WITHIN_A_WORD, WHERE_A_WORD_BEGINS]
)
def test_no_rule_is_there_twice_or_changes_nothing(rules: list[tuple[str, str]]) -> None:
    assert len(set(rules)) == len(rules)
    assert all(old.removesuffix("$") != new for old, new in rules)


@pytest.mark.parametrize("old", ["", "$", "ABCD", "a", "A$B", "-"])
def test_a_rule_that_cannot_be_is_refused(old: str) -> None:
    with pytest.raises(ValueError, match="rule: got"):
        Rules.of([(old, "X")])


# Tables.


def looked_up(text: str, *, every: bool) -> set[str]:
    if text in TABLE:
        return set(TABLE[text])
    texts = [[]]
    parts = text.split(" ")
    if every:
        for part in parts:
            texts = [[*before, new] for before in texts for new in TABLE.get(part, [part])]
    else:
        texts = [
            [*parts[:place], new, *parts[place + 1 :]]
            for place, part in enumerate(parts)
            for new in TABLE.get(part, [])
        ]
    return {" ".join(words) for words in texts} or {text}


TABLE_TEXTS = st.lists(
    st.sampled_from(["MARIA", "ANA", "LOPEZ", "JOSE", "ÁNGEL", ""]), min_size=1, max_size=4
).map(" ".join)


@given(TABLE_TEXTS, st.booleans(), SEEDS)
def test_words_are_looked_up_as_plain_python_does(text: str, every: bool, seed: int) -> None:
    result = corruption.lookup(
        words([text]), 1.0, TABLE, every=every, rng=np.random.default_rng(seed)
    )
    assert result.to_pylist()[0] in looked_up(text, every=every)


@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("text", ["ANA MARIA", "MARIA LOPEZ ANA", "JOSE ÁNGEL"])
def test_all_alternatives_come_out(text: str, every: bool) -> None:
    piece = partial(corruption.lookup, table=Alternatives.of(TABLE), every=every)
    assert outcomes(piece, text) == looked_up(text, every=every)


def test_a_table_may_be_empty_or_change_nothing() -> None:
    for table in ({}, {"ANA": []}, {"ANA": ["ANA"]}):
        assert made(corruption.lookup, "ANA", 0, table=table) == "ANA"


def test_only_names_of_one_kind_are_spelt_another_way() -> None:
    column = words(["GONZALEZ"])
    for kind, spelt in (("given", False), ("surname", True), (None, True)):
        result = corruption.spelling(column, 1.0, kind=kind, rng=np.random.default_rng(0))
        assert (result != column) == spelt


def test_diacritics_written_are_lost_again() -> None:
    column = words(["MUNOZ LOPEZ", "MARIA", "SMITH"])
    written = corruption.diacritics_written(column, 1.0, rng=np.random.default_rng(0))
    assert written != column
    assert corruption.diacritics_lost(written, 1.0, rng=np.random.default_rng(0)) == column
