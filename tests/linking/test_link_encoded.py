"""Linking on codes, for every scheme of the catalogue."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

import synthetic
from linkage.linking import Linked, link_encoded
from linkage.problems import InputError
from linkage.schemes import SCHEMES, Clk, Hmac, Key, Plain, SaltedSha256, Scheme, Sha256, catalogue

KEY = bytes(range(32))
REQUESTS = 300


def with_secret(name: str, key: bytes = KEY) -> Scheme:
    kind = SCHEMES[name]
    return kind(**{kind.secret_is: key}) if kind.secret_is else kind()


@lru_cache
def world() -> synthetic.World:
    return synthetic.World(people=3000, seed=1)


@lru_cache
def linked(name: str) -> Linked:
    scheme = with_secret(name)
    requests, register = world().requests(REQUESTS), world().taxpayers()
    return link_encoded(
        scheme.encode(requests), scheme.encode(register), rng=np.random.default_rng(0)
    )


def quality(links: Linked) -> tuple[float, float]:
    """Precision and recall; only requests about somebody in the register can be found."""
    asked = world().request_truth(REQUESTS)["person_id"].to_numpy()
    filed = world().taxpayer_truth()["person_id"].to_numpy()
    right = (asked[links.left] == filed[links.right]).sum()
    return right / len(links.left), right / np.isin(asked, filed).sum()


RECALL = {
    "plain": (0.95, 1.0),
    "sha256": (0.6, 0.9),  # a typing error in one column of two is fatal
    "salted_sha256": (0.6, 0.9),
    "hmac": (0.6, 0.9),
    "clk": (0.8, 0.98),
}


@pytest.mark.parametrize("name", catalogue().index)
def test_precision_and_recall(name):
    precision, recall = quality(linked(name))
    least, most = RECALL[name]
    assert precision >= 0.95
    assert least <= recall <= most


def test_recall_falls_from_plain_over_filters_to_hashes():
    recall = {name: quality(linked(name))[1] for name in SCHEMES}
    assert recall["plain"] >= recall["clk"] >= recall["sha256"]
    # Which secret went into a hash has no bearing on what is equal to what.
    assert recall["sha256"] == recall["salted_sha256"] == recall["hmac"]


@pytest.mark.parametrize("name", list(SCHEMES))
def test_links_are_one_to_one_and_among_the_candidates(name):
    links = linked(name)
    assert len(set(links.left)) == len(set(links.right)) == len(links.left)
    candidates = set(zip(links.candidates_left, links.candidates_right, strict=True))
    assert set(zip(links.left, links.right, strict=True)) <= candidates
    assert np.isnan(links.probability).all() == (name == "clk")


def test_filters_link_from_the_schemes_threshold():
    requests, register = world().requests(REQUESTS), world().taxpayers()
    for threshold in (0.75, 0.95):
        scheme = Clk(key=KEY, threshold=threshold)
        links = link_encoded(
            scheme.encode(requests), scheme.encode(register), rng=np.random.default_rng(0)
        )
        assert threshold <= links.weight.min() < threshold + 0.1


def test_codes_are_linked_as_codes_whatever_the_labels():
    requests, register = world().requests(REQUESTS), world().taxpayers()
    scheme = Hmac(key=KEY)
    links = link_encoded(
        scheme.encode(requests.set_axis(range(5000, 5000 + REQUESTS))),
        scheme.encode(register.set_axis([f"t{i}" for i in range(len(register))])),
        rng=np.random.default_rng(0),
    )
    np.testing.assert_array_equal(links.left, linked("hmac").left)
    np.testing.assert_array_equal(links.right, linked("hmac").right)


PEOPLE = pd.DataFrame({"given_name": ["ANA"], "surname": ["NG"], "date_of_birth": ["1980-02-03"]})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Hmac(key=KEY), Hmac(key=KEY[::-1])),
        (SaltedSha256(salt=KEY), SaltedSha256(salt=KEY[::-1])),
        (Clk(key=KEY), Clk(key=KEY[::-1])),
        (Clk(key=KEY), Clk(key=KEY, hashes=11)),
        (Clk(key=KEY), Hmac(key=KEY)),
        (Plain(), Sha256()),
    ],
    ids=["key", "salt", "filter key", "parameter", "scheme", "plain and hash"],
)
def test_codes_that_cannot_agree_are_refused(one, other):
    with pytest.raises(InputError, match="one scheme and secret") as error:
        link_encoded(one.encode(PEOPLE), other.encode(PEOPLE), rng=np.random.default_rng(0))
    assert repr(KEY) not in str(error.value)


def test_the_same_key_as_bytes_and_as_a_key_is_one_key():
    first, second = Clk(key=KEY).encode(PEOPLE), Clk(key=Key(KEY)).encode(PEOPLE)
    links = link_encoded(first, second, rng=np.random.default_rng(0))
    assert links.left.tolist() == links.right.tolist() == [0]
