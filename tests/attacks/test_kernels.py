"""The compiled hashes equal those of the standard library, whatever the length."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.attacks.enumeration import FILTER_BITS, Space, _flagged, search
from linkage.schemes.digests import Recipe
from linkage.schemes.sha256_kernels import INITIAL, LANES, ROUND

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789|- "
KEYS = st.none() | st.binary(min_size=1, max_size=64)


def assert_equals_the_standard_library(recipe: Recipe, space: Space) -> None:
    everything = np.full(1 << FILTER_BITS >> 3, 255, np.uint8)
    seen = {}
    for prefixes, suffixes, digests in _flagged(recipe, space, everything):
        for prefix, suffix, digest in zip(prefixes, suffixes, digests, strict=True):
            seen[(prefix, suffix)] = int(digest)
    assert seen == {
        (prefix, place): int(recipe.digest(prefix + tail)[:16], 16)
        for prefix in space.prefixes
        for place, tail in enumerate(space.suffixes)
    }


def test_constants_are_those_of_fips_180_4():
    assert [f"{word:08x}" for word in INITIAL] == [
        *["6a09e667", "bb67ae85", "3c6ef372", "a54ff53a"],
        *["510e527f", "9b05688c", "1f83d9ab", "5be0cd19"],
    ]
    assert [f"{word:08x}" for word in ROUND[[0, 1, 31, 62, 63]]] == [
        *["428a2f98", "71374491", "14292967", "bef9a3f7", "c67178f2"]
    ]


@settings(deadline=None, max_examples=150)
@given(
    head=st.text(LETTERS, max_size=130),
    salt=st.binary(max_size=40),
    key=KEYS,
    width=st.integers(1, 20),
    data=st.data(),
)
def test_messages_of_any_length_equal_the_standard_library(head, salt, key, width, data):
    suffixes = data.draw(st.lists(st.text(LETTERS, min_size=width, max_size=width), min_size=1))
    recipe = Recipe(prefix=salt, hmac_key=key)
    assert_equals_the_standard_library(recipe, Space((head,), tuple(suffixes)))


@pytest.mark.parametrize("key", [None, b"k", bytes(range(63)), bytes(range(64))])
def test_every_prefix_length_up_to_two_blocks(key):
    space = Space(tuple("x" * length for length in range(131)), ("00", "7Z"))
    assert_equals_the_standard_library(Recipe(hmac_key=key), space)


@pytest.mark.parametrize("key", [None, b"Jefe"])
@pytest.mark.parametrize("total", [55, 56, 63, 64, 65, 119, 120, 127, 128])
def test_padding_at_the_edges_of_blocks(key, total):
    for width in (1, 4, 10, 50):
        space = Space(("p" * (total - width),), tuple(f"{n:0{width}d}" for n in range(5)))
        assert_equals_the_standard_library(Recipe(hmac_key=key), space)


@pytest.mark.parametrize("length", [1, 20, 32, 63, 64])
def test_hmac_keys_of_any_length_up_to_a_block(length):
    space = Space(("900",), tuple(f"{n:03d}" for n in range(10)))
    assert_equals_the_standard_library(Recipe(hmac_key=bytes(range(length))), space)


@pytest.mark.parametrize("count", [1, LANES - 1, LANES, LANES + 1, 2 * LANES, 3 * LANES + 5])
def test_any_number_of_suffixes(count):
    suffixes = tuple(f"{n:04d}" for n in range(count))
    assert_equals_the_standard_library(Recipe(), Space(("A", "BC"), suffixes))
    last = Recipe().digest("BC" + suffixes[-1])
    assert search(Recipe(), Space(("A", "BC"), suffixes), [last]) == {last: "BC" + suffixes[-1]}


def test_prefixes_and_suffixes_beyond_ascii():
    space = Space(("Muñoz|", "李|", "🙂" * 15), ("é1", "ü2"))
    assert_equals_the_standard_library(Recipe(), space)
    assert_equals_the_standard_library(Recipe(prefix="ß".encode(), hmac_key=b"k"), space)


def test_keys_longer_than_a_block_are_refused():
    with pytest.raises(ValueError, match="got a key of 65 bytes, allowed up to 64"):
        search(Recipe(hmac_key=bytes(65)), Space(("A",), ("1",)), ["00" * 32])


def test_the_empty_key_is_a_key():
    assert_equals_the_standard_library(Recipe(hmac_key=b""), Space(("A",), ("1", "2")))
    assert Recipe(hmac_key=b"").digest("A1") != Recipe().digest("A1")
