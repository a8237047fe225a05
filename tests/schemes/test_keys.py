"""Keys show nothing, and derive subkeys as RFC 5869 says."""

from __future__ import annotations

import hashlib
import pickle

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.problems import InputError
from linkage.schemes import DemoKey, Key


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """RFC 2104, on nothing but a hash function."""
    key = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in key) + message).digest()
    return hashlib.sha256(bytes(b ^ 0x5C for b in key) + inner).digest()


def hkdf_sha256(material: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 without a salt."""
    extracted = hmac_sha256(bytes(32), material)
    block, derived = b"", b""
    for counter in range(1, -(-length // 32) + 1):
        block = hmac_sha256(extracted, block + info + bytes([counter]))
        derived += block
    return derived[:length]


def test_rfc_5869_test_case_3():
    derived = Key(b"\x0b" * 22).derive("", 42)
    assert derived.hex() == (
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    )


@settings(deadline=None)
@given(st.binary(min_size=16, max_size=100), st.text(max_size=40), st.integers(1, 100))
def test_subkeys_equal_an_independent_hkdf_and_that_of_cryptography(material, purpose, length):
    derived = Key(material).derive(purpose, length)
    assert derived == hkdf_sha256(material, purpose.encode(), length)
    documented = HKDF(SHA256(), length, salt=None, info=purpose.encode())
    assert derived == documented.derive(material)


def test_subkeys_differ_by_purpose_and_by_key():
    key = Key(bytes(32))
    assert len({key.derive("a"), key.derive("b"), Key(bytes(31)).derive("a")}) == 3
    assert len(key.derive("a")) == 32


@pytest.mark.parametrize("key", [Key(b"open sesame 1234"), DemoKey(b"open sesame 1234")])
def test_a_key_is_never_shown(key):
    for shown in (repr(key), str(key), f"{key}", repr([key]), repr({"key": key})):
        assert "sesame" not in shown
        assert "16 bytes" in shown


def test_short_keys_are_refused():
    Key(bytes(16))
    with pytest.raises(InputError, match="got 15 bytes, allowed 16 or more"):
        Key(bytes(15))


def test_random_keys_differ():
    keys = {Key.random().material for _ in range(20)}
    assert len(keys) == 20
    assert all(len(material) == 32 for material in keys)


def test_demonstration_keys_depend_on_seed_and_purpose_only():
    assert DemoKey.from_seed(7) == DemoKey.from_seed(7)
    different = [DemoKey.from_seed(7), DemoKey.from_seed(8), DemoKey.from_seed(7, "other")]
    assert len({key.material for key in different}) == 3
    assert "DemoKey" in repr(DemoKey.from_seed(7))


def test_a_key_survives_pickling_to_another_process():
    key = Key.random()
    assert pickle.loads(pickle.dumps(key)) == key
