"""Linking with a list of people: who is named, by whom, and how surely."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthetic
from linkage.attacks import Auxiliary, Knowledge
from linkage.records import prepare
from linkage.schemes import SCHEMES, Hmac, KAnonymous, Key, RecordSalted, Sha256
from linkage.schemes.reduced.generalised import class_sizes

KEY = Key(bytes(range(32)))
OTHER = Key(bytes(range(32, 64)))
NAME = ["given_name", "surname", "date_of_birth"]
READ_BY_ALL = ("plain", "sha256")
NEED_A_KEY = (
    "salted_sha256",
    "hmac",
    "hmac_fields",
    "vault",
    "token",
    "match_keys",
    "slk_581",
    "clk",
)
NEED_A_KEY += ("field_bloom", "rbf", "clkhash", "minhash", "two_step")
KEYLESS = frozenset({"slk_581"})
"""Schemes that hash without a key."""


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    """900 people who are released."""
    persons = synthetic.World(people=1500, seed=5).persons()
    return prepare(persons[[*NAME, "sex"]][:900])


@pytest.fixture(scope="module")
def listed() -> pd.DataFrame:
    """700 of them and 300 others, in another order, under other labels."""
    persons = synthetic.World(people=1500, seed=5).persons()
    everyone = prepare(persons[[*NAME, "sex"]])
    chosen = everyone.iloc[[*range(700), *range(1000, 1300)]].sample(frac=1, random_state=0)
    return chosen.set_axis([f"person {row}" for row in chosen.index])


def share_right(guesses: pd.DataFrame) -> tuple[float, int]:
    right = guesses["guess"] == [f"person {row}" for row in guesses["record"]]
    return right.mean(), right.sum()


def view_of(name, people, **parameters):
    return SCHEMES[name](**parameters).with_secret(KEY).encode(people).view()


@pytest.mark.parametrize("name", [*READ_BY_ALL, *NEED_A_KEY])
def test_whoever_can_encode_a_list_names_people_in_codes_of_any_scheme(name, people, listed):
    key = None if name in READ_BY_ALL else KEY
    guesses = Auxiliary().run(view_of(name, people), Knowledge(auxiliary=listed, key=key))
    precision, right = share_right(guesses)
    assert precision > 0.97
    assert right > 0.9 * 700


@pytest.mark.parametrize("key", [None, OTHER])
@pytest.mark.parametrize("name", NEED_A_KEY)
def test_nobody_is_named_without_the_key(name, key, people, listed):
    view = view_of(name, people)
    if view.scheme.secret_is is None:
        pytest.skip("it has no key")
    assert len(Auxiliary().run(view, Knowledge(auxiliary=listed, key=key))) <= 5


def test_flips_do_not_hide_people_from_the_key_holder(people, listed):
    view = view_of("clk", people, harden=("blip=0.05",))
    guesses = Auxiliary().run(view, Knowledge(auxiliary=listed, key=KEY))
    assert share_right(guesses)[1] > 0.9 * 700


def test_what_the_list_lacks_is_left_out_of_the_comparison(people, listed):
    for name in ("field_bloom", "plain", "hmac"):
        known = Knowledge(auxiliary=listed.drop(columns="sex"), key=KEY)
        assert len(Auxiliary().run(view_of(name, people), known)) > 600


def test_errors_on_the_list_protect_hashes_and_not_filters(people, listed):
    wrong = listed.assign(surname=listed["surname"].str.replace("E", "A", n=1))
    assert 0.2 < (wrong["surname"] != listed["surname"]).mean() < 0.8
    known = Knowledge(auxiliary=wrong, key=KEY)
    hashed = share_right(Auxiliary().run(view_of("hmac", people), known))[1]
    filtered = share_right(Auxiliary().run(view_of("clk", people), known))[1]
    assert hashed < 0.75 * 700 < 0.85 * 700 < filtered


def test_one_of_a_class_is_guessed_and_said_to_be_as_unsure_as_it_is(people, listed):
    everyone = people.set_axis([f"person {row}" for row in people.index])
    view = KAnonymous(k=5, suppress=0.05).encode(people).view()
    guesses = Auxiliary().run(view, Knowledge(auxiliary=everyone))
    assert len(guesses) == view.tokens.notna().any(axis=1).sum()
    sizes = class_sizes(view)
    expected = len(sizes) / sizes.sum()  # one right in each class
    rate = share_right(guesses)[0]
    assert abs(rate - expected) < 4 * np.sqrt(expected / len(guesses))
    assert abs(guesses["confidence"].mean() - expected) < 0.5 * expected
    again = [Auxiliary().run(view, Knowledge(auxiliary=everyone), seed=seed) for seed in (1, 2)]
    assert not again[0]["guess"].equals(again[1]["guess"])


def test_a_salt_a_record_does_not_hide_anybody_on_the_list(people, listed):
    view = RecordSalted(seed=1).encode(people).view()
    attack = Auxiliary(most_tries=90 * len(listed))
    known = Knowledge(auxiliary=listed)
    tried = attack.targets(view, known)
    assert len(tried) == 90
    assert attack.tries(view, known) == 90 * len(listed)
    guesses = attack.run(view, known)
    present = [record for record in tried if record < 700]
    assert guesses["record"].tolist() == present
    assert share_right(guesses) == (1.0, len(present))


def test_people_who_share_a_code_are_drawn_among():
    person = {"given_name": "ANA", "surname": "NG", "date_of_birth": "1980-02-03"}
    view = RecordSalted(seed=1).encode(pd.DataFrame([person])).view()
    known = Knowledge(auxiliary=pd.DataFrame([person] * 4, index=list("abcd")))
    runs = [Auxiliary().run(view, known, seed=seed) for seed in range(20)]
    assert all(guesses["confidence"].tolist() == [0.25] for guesses in runs)
    assert len({guesses.loc[0, "guess"] for guesses in runs}) > 1


def test_what_it_needs_and_where_it_does_not_apply(people, listed):
    attack = Auxiliary()
    view = view_of("hmac", people)
    assert attack.why_not(view, Knowledge(auxiliary=listed)) == ""
    assert attack.lacking(view, Knowledge()) == "needs a list of people (auxiliary)"
    assert attack.lacking(view, Knowledge(auxiliary=listed[:0])).startswith("needs a list")
    numbers = Sha256().encode(pd.DataFrame({"tin": ["900123456"]})).view()
    assert attack.lacking(numbers, Knowledge(auxiliary=listed)) == "the list of people has no tin"
    with pytest.raises(ValueError, match="auxiliary on person: needs a list"):
        attack.run(view, Knowledge())
    for name, why in [("psi", "no code of a record leaves"), ("counts", "a table of counts")]:
        there = people.assign(state="MA", tin="900123456")
        assert why in attack.why_not(SCHEMES[name]().encode(there).view(), Knowledge())


def test_blind_guesses_about_people_succeed_as_often_as_chance(listed):
    known = Knowledge(auxiliary=listed)
    guesses = Auxiliary().guess_blindly(40_000, known, rng=np.random.default_rng(0))
    # One name in 1,000: 40 hits on average, give or take 6.
    assert 15 <= (guesses["guess"] == "person 7").sum() <= 65
    assert set(guesses["guess"]) == set(listed.index)
    assert (guesses["confidence"] == 1 / 1000).all()


def test_a_record_with_nothing_in_it_is_not_guessed(people, listed):
    gap = people.astype("string").copy()
    gap.loc[3, ["given_name", "surname", "date_of_birth", "sex"]] = pd.NA
    guesses = Auxiliary().run(
        Hmac(key=KEY).encode(gap).view(), Knowledge(auxiliary=listed, key=KEY)
    )
    assert 3 not in set(guesses["record"])
    assert share_right(guesses)[1] > 0.9 * 700
