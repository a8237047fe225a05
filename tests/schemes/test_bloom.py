"""Bloom filters equal a slow construction from its definition, bit by bit."""

from __future__ import annotations

import hashlib
import hmac

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.linking import dice_pairs
from linkage.problems import InputError
from linkage.schemes import Clk, DemoKey, Key
from linkage.schemes.filters.bloom import FieldBloom, Rbf
from linkage.schemes.filters.grams import cut, q_grams
from linkage.schemes.filters.hardening import harden, parse

KEY = bytes(range(32))
PEOPLE = pd.DataFrame(
    {
        "given_name": ["ANA", "LUZ MARIA", None, "李"],
        "surname": ["NG", "GARCIA LOPEZ", "COHEN", None],
        "date_of_birth": ["1980-02-03", None, "1950-11-12", "1991-07-30"],
    }
)


def as_int(words: np.ndarray) -> int:
    """Read a filter as one integer, the first word lowest."""
    return sum(int(word) << (64 * place) for place, word in enumerate(words))


def naive_clk(record: dict[str, object], scheme: Clk) -> int:
    """Set the bits one by one, in Python integers."""
    filled = 0
    for column, value in record.items():
        if not isinstance(value, str):
            continue
        padding = "_" * (scheme.q - 1)
        padded = padding + value.replace("-", "") + padding
        subkey = Key(KEY).derive(f"clk {column}")
        for start in range(len(padded) - scheme.q + 1):
            digest = hmac.new(subkey, padded[start : start + scheme.q].encode(), "sha256").digest()
            first, second = int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:16], "big")
            for i in range(scheme.hashes):
                filled |= 1 << ((first + i * second) % scheme.bits)
    return filled


def naive_fold(filled: int, bits: int) -> int:
    half = bits // 2
    return (filled >> half) ^ (filled & ((1 << half) - 1))


@pytest.mark.parametrize(
    ("bits", "hashes", "q"), [(1024, 10, 2), (64, 3, 1), (192, 7, 2), (960, 30, 3), (128, 1, 4)]
)
def test_filters_equal_the_slow_construction(bits, hashes, q):
    scheme = Clk(bits=bits, hashes=hashes, q=q, key=KEY)
    codes = scheme.encode(PEOPLE)
    assert codes.bits.shape == (4, bits // 64)
    for record, row in zip(PEOPLE.to_dict("records"), codes.bits, strict=True):
        assert as_int(row) == naive_clk(record, scheme)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.text("ABCÉ -李", min_size=1, max_size=8).filter(str.isalpha), min_size=1, max_size=5
    )
)
def test_any_names_equal_the_slow_construction(names):
    scheme = Clk(bits=256, hashes=5, key=KEY)
    records = pd.DataFrame({"surname": names}, dtype="string")
    codes = scheme.encode_records(records, ("surname",))
    for name, row in zip(names, codes.bits, strict=True):
        assert as_int(row) == naive_clk({"surname": name}, scheme)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 2**256 - 1), min_size=1, max_size=4))
def test_folding_halves_and_equals_naive(values):
    words = np.array(
        [[value >> (64 * place) & (2**64 - 1) for place in range(4)] for value in values], np.uint64
    )
    folded = harden(words, 256, [parse("xor_fold")], key=b"")
    assert folded.shape == (len(values), 2)
    assert [as_int(row) for row in folded] == [naive_fold(value, 256) for value in values]


def test_folding_twice_by_the_scheme():
    plain = Clk(key=KEY).encode(PEOPLE).bits
    folded = Clk(key=KEY, harden=("xor_fold", "xor_fold")).encode(PEOPLE).bits
    assert folded.shape == (4, 4)
    for before, after in zip(plain, folded, strict=True):
        assert as_int(after) == naive_fold(naive_fold(as_int(before), 1024), 512)


@pytest.mark.parametrize(
    ("value", "q", "pieces"),
    [
        ("ANNA", 2, ["_A", "AN", "NN", "NA", "A_"]),
        ("ABAB", 2, ["_A", "AB", "BA", "B_"]),
        ("AB", 3, ["__A", "_AB", "AB_", "B__"]),
        ("AAB", 1, ["A", "B"]),
        ("", 2, ["__"]),
        ("", 1, []),
    ],
)
def test_q_grams_by_hand(value, q, pieces):
    assert q_grams(value, q) == pieces


@settings(deadline=None, max_examples=50)
@given(st.text("ABCDE", min_size=1, max_size=10), st.integers(1, 12), st.integers(1, 3))
def test_a_q_gram_sets_at_most_so_many_bits(name, hashes, q):
    scheme = Clk(hashes=hashes, q=q, key=KEY)
    bits = scheme.encode_records(
        pd.DataFrame({"surname": [name]}, dtype="string"), ("surname",)
    ).bits
    assert 1 <= np.bitwise_count(bits).sum() <= hashes * len(q_grams(name, q))


def test_identical_records_have_similarity_one():
    codes = Clk(key=KEY).encode(PEOPLE)
    pairs = dice_pairs(codes, codes, 0.99)
    assert pairs.values.tolist() == [[i, i, 1] for i in range(4)]


def test_a_typing_error_costs_little_and_another_name_much():
    names = pd.DataFrame({"surname": ["HERNANDEZ", "HERNANDES", "COHEN"]})
    codes = Clk(key=KEY).encode(names)
    scores = dice_pairs(codes, codes, 0.01).set_index(["left", "right"])["score"]
    assert 0.75 < scores[0, 1] < 0.9
    assert scores[0, 2] < 0.3


def test_filters_under_different_keys_do_not_link():
    ours, theirs = (Clk(key=key).encode(PEOPLE) for key in (KEY, KEY[::-1]))
    assert dice_pairs(ours, theirs, 0.5).empty


def test_the_same_value_in_another_field_sets_other_bits():
    given, surname = (
        Clk(key=KEY).encode(pd.DataFrame({column: ["LEE"]})) for column in ("given_name", "surname")
    )
    assert dice_pairs(given, surname, 0.5).empty


def test_missing_fields_set_no_bits_and_an_empty_record_none():
    records = pd.DataFrame({"surname": ["NG", None], "given_name": [None, None]}, dtype="string")
    scheme = Clk(key=KEY)
    both = scheme.encode_records(records, ("surname", "given_name")).bits
    alone = scheme.encode_records(records[["surname"]], ("surname",)).bits
    np.testing.assert_array_equal(both, alone)
    assert both[1].sum() == 0


def test_a_value_without_any_q_gram_takes_none_from_its_neighbour():
    numbers = pd.DataFrame({"street_number": ["----", "12", "----"]})
    bits = Clk(q=1, key=KEY).encode(numbers, ["street_number"]).bits
    assert np.bitwise_count(bits).sum(axis=1).tolist()[::2] == [0, 0]
    assert bits[1].any()
    only = Clk(q=1, key=KEY).encode(numbers[:1], ["street_number"]).bits
    assert not only.any()


def test_joint_fields_are_one_value():
    scheme = Clk(key=KEY)
    joint = scheme.encode(PEOPLE, ["given_name+surname"]).bits
    expected = naive_clk({"given_name+surname": "LUZ MARIA|GARCIA LOPEZ"}, scheme)
    assert as_int(joint[1]) == expected
    assert not joint[2].any()  # a part is missing


def test_order_of_fields_does_not_matter():
    scheme = Clk(key=KEY)
    forward, back = (scheme.encode(PEOPLE, list(PEOPLE)[::step]).bits for step in (1, -1))
    np.testing.assert_array_equal(forward, back)


def test_filters_send_no_columns_and_no_labels():
    view = Clk(key=KEY).encode(PEOPLE.set_axis(list("wxyz"))).view()
    assert view.tokens.shape == (4, 0)
    assert view.tokens.index.tolist() == [0, 1, 2, 3]


def test_bad_parameters_are_named_all_at_once():
    with pytest.raises(InputError) as error:
        Clk(bits=100, hashes=0, q=0, harden=("fold",), threshold=1.5, key=b"short")
    assert len(error.value.problems) == 6
    text = str(error.value)
    for part in (
        "bits: got 100, allowed multiples of 64",
        "hashes: got 0",
        "q: got 0",
        "nearest: 'xor_fold'",
        "threshold: got 1.5",
        "key: got 5 bytes",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"bits": 0}, "bits: got 0"),
        ({"bits": 64.0}, "bits: got 64.0"),
        ({"hashes": True}, "hashes: got True"),
        ({"bits": 64, "harden": ("xor_fold",)}, "fold"),
        ({"bits": 1024, "harden": ("xor_fold",) * 5}, "allowed multiples of 64; fold less"),
    ],
)
def test_bad_parameters(parameters, message):
    with pytest.raises(InputError, match=message):
        Clk(**parameters)


def naive_positions(subkey: bytes, gram: str, hashes: int, bits: int, hashing: str) -> set[int]:
    if hashing == "independent":
        numbers = []
        for counter in range(hashes):
            digest = hashlib.blake2b(gram.encode() + bytes([counter // 8]), key=subkey).digest()
            numbers.append(int.from_bytes(digest[8 * (counter % 8) :][:8], "little"))
        return {number % bits for number in numbers}
    digest = hmac.new(subkey, gram.encode(), "sha256").digest()
    first, second = int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:16], "big")
    cubic = hashing == "enhanced"
    return {(first + i * second + cubic * (i**3 - i) // 6) % bits for i in range(hashes)}


@settings(deadline=None, max_examples=60)
@given(
    name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="-"), min_size=1),
    hashing=st.sampled_from(["double", "enhanced", "independent"]),
    hashes=st.integers(1, 20),
    q=st.integers(1, 4),
    salt=st.sampled_from(["", "1980", "1991"]),
)
def test_every_way_of_hashing_equals_its_definition(name, hashing, hashes, q, salt):
    scheme = Clk(
        bits=192, hashes=hashes, q=q, hashing=hashing, salt_by="sex" if salt else "", key=KEY
    )
    records = pd.DataFrame({"surname": [name], "sex": [salt]}, dtype="string")
    bits = scheme.encode_records(records, ("surname",)).bits
    subkey = Key(KEY).derive("clk surname")
    expected = set()
    for gram in q_grams(name, q):
        written = f"{gram}|{salt}" if salt else gram
        expected |= naive_positions(subkey, written, hashes, 192, hashing)
    assert as_int(bits[0]) == sum(1 << position for position in expected)


def test_a_record_without_its_salt_has_no_bit_set_and_another_salt_another_pattern():
    records = pd.DataFrame(
        {"surname": ["NG", "NG", "NG", "NG"], "sex": ["F", "M", None, "F"]}, dtype="string"
    )
    bits = Clk(salt_by="sex", key=KEY).encode_records(records, ("surname",)).bits
    assert (bits[0] == bits[3]).all()
    assert (bits[0] != bits[1]).any()
    assert not bits[2].any()


def test_markov_adds_bits_the_same_for_both_sides_and_others_for_another_key():
    records = pd.DataFrame({"surname": ["HERNANDEZ"]}, dtype="string")
    plain = Clk(key=KEY).encode_records(records, ("surname",)).bits
    more = Clk(markov=3, key=KEY).encode_records(records, ("surname",)).bits
    assert (plain & more == plain).all()
    assert np.bitwise_count(more).sum() > 1.5 * np.bitwise_count(plain).sum()
    assert (more == Clk(markov=3, key=KEY).encode_records(records, ("surname",)).bits).all()


@settings(deadline=None, max_examples=40)
@given(
    values=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=1),
    q=st.integers(1, 3),
)
def test_cutting_many_values_equals_cutting_one_by_one(values, q):
    values = values * (2001 // len(values) + 1)
    pieces = cut(values, q)
    for place in range(0, len(values), 97):
        own = pieces.grams[pieces.starts[place] : pieces.starts[place + 1]]
        assert [pieces.texts[gram] for gram in own] == q_grams(values[place], q)
    assert len(set(pieces.texts)) == len(pieces.texts)


def test_more_distinct_grams_than_the_first_table_holds():
    values = [f"{number:05d}X{number * 7919 % 99991:05d}" for number in range(30_000)]
    pieces = cut(values, 3)
    places = pieces.grams[pieces.starts[777] : pieces.starts[778]]
    assert [pieces.texts[place] for place in places] == [
        padded[i : i + 3] for padded in [f"__{values[777]}__"] for i in range(len(padded) - 2)
    ]


def test_a_filter_a_field_stands_beside_the_next():
    scheme = FieldBloom(bits=128, hashes=4, key=KEY)
    fields = ("surname", "given_name")
    together = scheme.encode(PEOPLE, fields).bits
    assert together.shape == (4, 4)
    for place, name in enumerate(fields):
        alone = scheme.encode(PEOPLE, [name]).bits
        np.testing.assert_array_equal(together[:, 2 * place : 2 * place + 2], alone)
    folded = (
        FieldBloom(bits=128, hashes=4, harden=["xor_fold"], key=KEY).encode(PEOPLE, fields).bits
    )
    np.testing.assert_array_equal(folded, together[:, 0::2] ^ together[:, 1::2])


def test_a_field_counts_in_a_record_level_filter_by_its_weight_not_its_letters():
    """Names of one letter and of twenty differ; the share of bits that changes is the weight's."""
    records = pd.DataFrame(
        {
            "surname": ["NG", "BARTHOLOMEW", "NG"],
            "date_of_birth": ["1980-02-03"] * 2 + ["1991-11-28"],
        }
    )
    bits = Rbf(bits=4096, key=KEY).encode(records, ["surname", "date_of_birth"]).bits
    surname, born = (np.bitwise_count(bits[0] ^ bits[other]).sum() for other in (1, 2))
    assert 0.4 < surname / born < 1.3  # 10 and 13 bits of weight
    alone = Rbf(bits=4096, key=KEY).encode(records[["surname"]], ["surname"]).bits
    usual = Rbf(bits=4096, key=KEY).encode(pd.DataFrame({"surname": ["SANCHEZ"]})).bits
    assert np.bitwise_count(usual).sum() / 4096 == pytest.approx(0.5, abs=0.1)
    assert np.bitwise_count(alone[0]).sum() < np.bitwise_count(usual).sum()


@pytest.mark.parametrize("kind", [Clk, FieldBloom, Rbf])
def test_large_files_are_encoded_in_parts_like_small_ones(kind, monkeypatch):
    records = pd.concat([PEOPLE] * 50, ignore_index=True)
    whole = kind(key=KEY).encode(records).bits
    monkeypatch.setattr("linkage.schemes.filters.encoder.CHUNK", 7)
    np.testing.assert_array_equal(kind(key=KEY).encode(records).bits, whole)


def test_flips_are_repeated_in_a_simulation_and_never_with_a_real_key():
    people = pd.concat([PEOPLE] * 5, ignore_index=True)
    demo = Clk(harden=["blip=0.1"]).with_secret(DemoKey.from_seed(1))
    holder, again, requester = (each.encode(people).bits for each in (demo, demo, demo.asking()))
    np.testing.assert_array_equal(holder, again)
    assert (holder != requester).any()
    real = Clk(harden=["blip=0.1"], key=Key(KEY))
    assert (real.encode(people).bits != real.encode(people).bits).any()
    assert demo.asking().fingerprint == demo.fingerprint
