"""Errors of dates, names, addresses and numbers, against plain Python."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from miswriting import DATES, NAMES, ODD, SEEDS, STREETS, SURNAMES, TINS, UNITS, made, outcomes

from synthetic import corruption, tin_ranges
from synthetic.columns import words
from synthetic.corruption.names import GENERATIONS, PARTICLES
from synthetic.corruption.postal import DIRECTIONS, SUFFIXES, UNABBREVIATED
from synthetic.corruption.units import STYLES


@pytest.fixture(autouse=True, scope="module")
def _compiled() -> None:
    """Have everything compiled and read before a test's time is taken."""
    column = words(["N OAK ST", "1987-03-09"])
    for piece in (corruption.direction_lost, corruption.date_digit):
        piece(column, 1.0, rng=np.random.default_rng(0))


# Dates.


def dates_but_a_digit(text: str) -> set[str]:
    """Return all dates that differ in one digit that may slip."""
    found = set()
    for place in (3, 5, 6, 8, 9):
        for digit in "0123456789":
            other = text[:place] + digit + text[place + 1 :]
            if other != text and is_date(other) and not (text[5:] == "02-29" and place == 3):
                found.add(other)
    return found


def is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


@given(DATES, SEEDS)
@example("1988-02-29", 0)
def test_a_wrong_digit_leaves_a_date(text: str, seed: int) -> None:
    assert made(corruption.date_digit, text, seed) in dates_but_a_digit(text)


@pytest.mark.parametrize("text", ["1987-03-09", "1988-02-29", "2001-12-31", "1999-11-30"])
def test_all_dates_but_a_digit_come_out(text: str) -> None:
    assert outcomes(corruption.date_digit, text) == dates_but_a_digit(text)


@given(DATES, SEEDS)
def test_day_and_month_are_swapped_where_that_is_a_date(text: str, seed: int) -> None:
    swapped = f"{text[:5]}{text[8:]}-{text[5:7]}"
    result = made(corruption.day_month_swapped, text, seed)
    assert result == (swapped if is_date(swapped) else text)


@given(DATES, SEEDS)
@example("1988-02-29", 0)
def test_a_year_is_off_by_one_or_ten(text: str, seed: int) -> None:
    result = made(corruption.year_off, text, seed)
    off = abs(int(result[:4]) - int(text[:4]))
    assert result[4:] == text[4:]
    assert off in ({0} if text[5:] == "02-29" else {1, 10})


@given(DATES, SEEDS)
def test_a_birthday_is_heaped_on_the_first_of_january(text: str, seed: int) -> None:
    assert made(corruption.birthday_heaped, text, seed) == f"{text[:4]}-01-01"


NO_DATES = st.builds(
    "{:04d}-{:02d}-{:02d}".format, st.integers(0, 2100), st.integers(0, 99), st.integers(0, 99)
).filter(lambda text: not is_date(text))


@given(
    st.sampled_from(["day_month_swapped", "date_digit", "year_off", "birthday_heaped"]),
    st.one_of(ODD, NAMES, NO_DATES),
    SEEDS,
)
@example("birthday_heaped", "0000-03-09", 0)
@example("date_digit", "1900-02-29", 0)
def test_what_is_no_date_is_left_alone(name: str, text: str, seed: int) -> None:
    assert made(getattr(corruption, name), text, seed) == text


# Names.


def two_surnames(text: str) -> tuple[str, str, str] | None:
    """Return the first surname, the second and what follows, or None if there are not two."""
    parts = text.split(" ")
    listed = {part.decode() for part in PARTICLES}, {part.decode() for part in GENERATIONS}
    for place in range(1, len(parts)):
        if parts[place - 1] not in listed[0] and parts[place] not in listed[1]:
            last = max(at for at, part in enumerate(parts) if part not in listed[1])
            rest = "".join(f" {part}" for part in parts[last + 1 :])
            return " ".join(parts[:place]), " ".join(parts[place : last + 1]), rest
    return None


SURNAME_EDITS: dict[str, Callable[[str, str, str], str]] = {
    "second_surname_dropped": lambda first, second, rest: first + rest,
    "surnames_swapped": lambda first, second, rest: f"{second} {first}{rest}",
    "surname_hyphenated": lambda first, second, rest: f"{first}-{second}{rest}",
    "surname_joined": lambda first, second, rest: first + second + rest,
}


@given(SURNAMES, st.sampled_from(sorted(SURNAME_EDITS)), SEEDS)
@example("DE LA CRUZ GARCIA LOPEZ JR", "surnames_swapped", 0)
def test_surnames_are_handled_as_plain_python_does(text: str, name: str, seed: int) -> None:
    parts = two_surnames(text)
    expected = SURNAME_EDITS[name](*parts) if parts else text
    assert made(getattr(corruption, name), text, seed) == expected


def test_a_hyphen_sets_surnames_apart_too() -> None:
    assert made(corruption.second_surname_dropped, "SMITH-JONES", 0) == "SMITH"
    assert made(corruption.surnames_swapped, "SMITH-JONES", 0) == "JONES-SMITH"
    assert made(corruption.surname_joined, "SMITH-JONES", 0) == "SMITHJONES"


@given(NAMES, SEEDS)
def test_an_initial_is_the_first_letter(text: str, seed: int) -> None:
    assert made(corruption.initial_only, text, seed) == text[0]


# Addresses.


def street_parts(text: str) -> tuple[list[str], list[str]]:
    """Return the words of a street and what each is: before, behind, suffix or name."""
    parts = text.split(" ")
    kinds = ["name"] * len(parts)
    directions = {*DIRECTIONS, *DIRECTIONS.values()}
    suffixes = {*SUFFIXES, *SUFFIXES.values(), *UNABBREVIATED}
    body = len(parts)
    if body > 1 and parts[-1] in directions and (body > 2 or parts[0] not in directions | suffixes):
        kinds[-1] = "behind"
        body -= 1
    if body > 1 and parts[body - 1] in suffixes:
        kinds[body - 1] = "suffix"
    if body > 1 and parts[0] in directions and kinds[1] != "suffix":
        kinds[0] = "before"
    return parts, kinds


@given(STREETS, SEEDS)
def test_streets_are_taken_apart_as_plain_python_does(text: str, seed: int) -> None:
    parts, kinds = street_parts(text)
    spelled = [
        part if kind == "name" else (DIRECTIONS | SUFFIXES).get(part, part)
        for part, kind in zip(parts, kinds, strict=True)
    ]
    assert made(corruption.street_spelled_out, text, seed) == " ".join(spelled)
    for piece, lost in (
        (corruption.suffix_lost, {"suffix"}),
        (corruption.direction_lost, {"before", "behind"}),
    ):
        left = [part for part, kind in zip(parts, kinds, strict=True) if kind not in lost]
        assert made(piece, text, seed) == " ".join(left)


def test_the_table_of_publication_28_is_as_it_should_be() -> None:
    assert len(SUFFIXES) >= 40
    assert len(DIRECTIONS) == 8
    assert not set(SUFFIXES) & set(DIRECTIONS)
    for short, long in (DIRECTIONS | SUFFIXES).items():
        assert len(short) < len(long)
        assert short[0] == long[0] or short == "XING"


@given(UNITS, SEEDS)
def test_a_unit_keeps_its_number(text: str, seed: int) -> None:
    result = made(corruption.unit_restyled, text, seed)
    number = text.lstrip("APTUNI# ")
    assert result != text
    assert result in {f"{style.decode()}{number}" for style in STYLES}


# Numbers.


@given(TINS, SEEDS)
def test_a_wrong_number_stays_in_the_ranges(text: str, seed: int) -> None:
    digit = made(corruption.tin_digit, text, seed)
    swapped = made(corruption.tin_transposed, text, seed)
    assert sum(old != new for old, new in zip(text, digit, strict=True)) == 1
    assert sorted(swapped) == sorted(text)
    for result in (digit, swapped):
        assert any(start <= int(result) < stop for start, stop in tin_ranges())


def test_all_free_digits_come_out() -> None:
    text = "912345678"
    places = (1, 2, 5, 6, 7, 8)
    assert outcomes(corruption.tin_digit, text) == {
        text[:place] + digit + text[place + 1 :]
        for place in places
        for digit in "0123456789"
        if digit != text[place]
    }
    assert outcomes(corruption.tin_transposed, text) == {
        text[:place] + text[place + 1] + text[place] + text[place + 2 :] for place in (1, 5, 6, 7)
    }
