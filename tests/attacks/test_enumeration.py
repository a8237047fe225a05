"""Spaces hold what they say, and a search finds exactly what is in them."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.attacks import Space, name_date_space, number_space
from linkage.attacks.enumeration import search
from linkage.schemes.digests import Recipe

NAMES = pd.Series({"ANA": 0.6, "LUZ": 0.4}), pd.Series({"NG": 0.5, "RUIZ": 0.3, "COHEN": 0.2})
RECIPES = [Recipe(), Recipe(prefix=b"salt" * 4), Recipe(hmac_key=bytes(range(32)))]


def values(space: Space) -> list[str]:
    return [space.value(index) for index in range(space.size)]


# Spaces --------------------------------------------------------------------------------------


@settings(deadline=None)
@given(
    st.lists(st.text("AB|", max_size=3), max_size=5, unique=True),
    st.integers(0, 2),
    st.data(),
)
def test_a_space_holds_every_prefix_with_every_suffix(prefixes, width, data):
    text = st.text("AB|", min_size=width, max_size=width)
    suffixes = data.draw(st.lists(text, max_size=4, unique=True))
    space = Space(tuple(prefixes), tuple(suffixes))
    expected = [head + tail for head in prefixes for tail in suffixes]
    assert values(space) == expected
    assert space.size == len(expected)
    for length in range(6):
        for letters in itertools.product("AB|", repeat=length):
            value = "".join(letters)
            assert (value in space) == (value in expected)


def test_numbers_are_written_with_leading_zeros_and_counted_once():
    space = number_space([(0, 10_000), (900_010_000, 900_030_000), (900_020_000, 900_030_000)])
    assert space.size == 30_000
    assert len(set(values(space))) == 30_000
    assert space.value(0) == "000000000"
    assert space.value(7) == "000000007"
    assert space.value(29_999) == "900029999"
    assert "900010000" in space
    assert "900030000" not in space
    assert "000010000" not in space
    assert "0" not in space


def test_ranges_of_numbers_are_widened_to_ten_thousands():
    space = number_space([(123_456_789, 123_456_790)])
    assert space.size == 10_000
    assert "123456789" in space
    assert "123450000" in space
    assert "123460000" not in space


def test_all_nine_digit_numbers():
    space = number_space([(0, 10**9)])
    assert space.size == 10**9
    assert space.value(10**9 - 1) == "999999999"


def test_names_and_dates_hold_the_likeliest_pairs_with_every_day():
    space = name_date_space(*NAMES, years=range(1979, 1981), guesses=3 * 731)
    assert space.size == 3 * 731  # 1980 is a leap year
    assert list(space.prefixes) == ["ANA|NG|", "LUZ|NG|", "ANA|RUIZ|"]
    assert "LUZ|NG|1980-02-29" in space
    for outside in ("LUZ|RUIZ|1980-02-29", "LUZ|NG|1981-01-01", "LUZ|NG|1979-02-29"):
        assert outside not in space


@pytest.mark.parametrize(("guesses", "pairs"), [(1, 1), (731, 2), (10**6, 6)])
def test_names_and_dates_are_at_least_one_pair_and_at_most_all(guesses, pairs):
    space = name_date_space(*NAMES, years=range(1981, 1982), guesses=guesses)
    assert space.size == pairs * 365


# Search --------------------------------------------------------------------------------------


@pytest.mark.parametrize("recipe", RECIPES, ids=["plain", "salted", "hmac"])
def test_search_finds_the_planted_values_and_nothing_else(recipe):
    space = number_space([(900_000_000, 900_050_000)])
    planted = ["900000000", "900012345", "900049999"]
    outside = ["900050000", "123456789", "900-01-2345", ""]
    found = search(recipe, space, map(recipe.digest, planted + outside))
    assert found == {recipe.digest(value): value for value in planted}


@settings(deadline=None, max_examples=30)
@given(st.sets(st.integers(0, 29_999), max_size=40), st.sampled_from(RECIPES))
def test_search_finds_any_set_of_values(numbers, recipe):
    space = number_space([(0, 20_000)], digits=6)
    values = [f"{number:06d}" for number in numbers]
    found = search(recipe, space, map(recipe.digest, values))
    assert sorted(found.values()) == sorted(value for value in values if value < "020000")


def test_search_under_another_recipe_finds_nothing():
    space = number_space([(0, 20_000)])
    codes = [RECIPES[1].digest(f"{number:09d}") for number in range(0, 20_000, 100)]
    assert search(RECIPES[0], space, codes) == {}
    assert len(search(RECIPES[1], space, codes)) == 200


def test_a_digest_that_agrees_only_at_its_start_is_no_hit():
    recipe, space = RECIPES[0], number_space([(0, 10_000)])
    true = recipe.digest("000000042")
    assert search(recipe, space, [true[:16] + "0" * 48]) == {}
    assert search(recipe, space, [true[:16] + "0" * 48, true]) == {true: "000000042"}


def test_many_digests_at_once():
    recipe, space = RECIPES[0], number_space([(0, 10_000)])
    codes = {recipe.digest(f"{number:09d}"): f"{number:09d}" for number in range(10_000)}
    assert search(recipe, space, codes) == codes


def test_nothing_to_find_and_nowhere_to_look():
    code = RECIPES[0].digest("1")
    assert search(RECIPES[0], number_space([(0, 10_000)]), []) == {}
    assert search(RECIPES[0], Space((), ("1",)), [code]) == {}
    assert search(RECIPES[0], Space(("1",), ()), [code]) == {}
    assert search(RECIPES[0], Space(("1",), ("",)), [code]) == {code: "1"}
