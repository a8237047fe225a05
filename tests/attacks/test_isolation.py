"""An attack gets a view and knowledge and nothing else, wherever it runs."""

from __future__ import annotations

import dataclasses
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import synthetic
from linkage.attacks import (
    Attack,
    Auxiliary,
    Collusion,
    Dictionary,
    Frequency,
    Knowledge,
    number_space,
)
from linkage.attacks.base import as_guesses
from linkage.records import prepare
from linkage.schemes import SCHEMES, Hmac, KAnonymous, Key, Scheme, Sha256, View

KEY = Key(bytes(range(32)))
ELSEWHERE = """
import pickle, sys
attack, view, knowledge, seed = pickle.load(sys.stdin.buffer)
sys.stdout.buffer.write(pickle.dumps(attack.run(view, knowledge, seed=seed)))
"""


def register() -> pd.DataFrame:
    people = synthetic.World(people=400, seed=5).taxpayers().drop(columns="record_id")
    twins = people.head(20)  # two people on the list for one code: a draw decides
    people = pd.concat([people, twins], ignore_index=True)
    return people.set_axis([f"label {row}" for row in range(len(people))])


def attacks(people: pd.DataFrame) -> list[tuple[Attack, Scheme, Knowledge]]:
    known = ["given_name", "surname", "date_of_birth", "sex", "zip"]
    listed = prepare(people[known]).reset_index(drop=True)
    shares = listed["surname"].value_counts(normalize=True)
    numbers = people["tin"].dropna().astype(int)
    space = number_space((number, number + 1) for number in numbers.head(30))
    keyed = Knowledge(auxiliary=listed, key=KEY)
    other = Hmac(key=KEY).encode(people.iloc[::-1]).view()
    return [
        (Auxiliary(), KAnonymous(k=3, suppress=0.1), keyed),
        (Auxiliary(), SCHEMES["clk"](key=KEY), keyed),
        (Dictionary("tin", space), Sha256(), Knowledge()),
        (
            Frequency("surname", precision=0),
            Hmac(key=KEY),
            Knowledge(frequencies={"surname": shares}),
        ),
        (Collusion(), Hmac(key=KEY), Knowledge(releases=(other,))),
    ]


@pytest.mark.parametrize("number", range(5))
def test_another_process_with_only_view_and_knowledge_guesses_the_same(number):
    people = register()
    attack, scheme, knowledge = attacks(people)[number]
    view = scheme.encode(people).view()
    here = attack.run(view, knowledge, seed=11)
    assert len(here) > 10
    sent = pickle.dumps((attack, view, knowledge, 11))
    assert b"label 7" not in sent
    there = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], input=sent, capture_output=True, check=True
    )
    pd.testing.assert_frame_equal(pickle.loads(there.stdout), here)


@pytest.mark.parametrize("number", range(5))
def test_the_seed_fixes_the_guesses_and_running_changes_nothing(number):
    people = register()
    attack, scheme, knowledge = attacks(people)[number]
    view = scheme.encode(people).view()
    before = pickle.dumps((view, knowledge))
    first = attack.run(view, knowledge, seed=1)
    assert pickle.dumps((view, knowledge)) == before
    pd.testing.assert_frame_equal(first, attack.run(view, knowledge, seed=1))
    blind = [
        attack.guess_blindly(50, knowledge, rng=np.random.default_rng(seed)) for seed in (1, 1)
    ]
    pd.testing.assert_frame_equal(*blind)


def test_draws_among_people_who_share_a_code_follow_the_seed():
    people = register()
    attack, scheme, knowledge = attacks(people)[0]
    view = scheme.encode(people).view()
    first, second = (attack.run(view, knowledge, seed=seed) for seed in (1, 2))
    assert not first["guess"].equals(second["guess"])
    assert first["confidence"].equals(second["confidence"])


@pytest.mark.parametrize("number", range(5))
def test_guesses_have_one_form(number):
    people = register()
    attack, scheme, knowledge = attacks(people)[number]
    guesses = attack.run(scheme.encode(people).view(), knowledge)
    for table in (guesses, attack.guess_blindly(7, knowledge, rng=np.random.default_rng(0))):
        assert table.columns.tolist() == ["record", "guess", "confidence"]
        assert table["record"].is_unique
    assert guesses["record"].between(0, len(people) - 1).all()
    assert guesses["confidence"].between(0, 1).all()


def test_a_view_has_no_place_for_labels_or_truth():
    names = [field.name for field in dataclasses.fields(View)]
    assert names == [
        "scheme",
        "tokens",
        "bits",
        "symbols",
        "fields",
        "attributes",
        "service",
    ]
    view = Hmac(key=KEY).encode(register()).view()
    assert view.tokens.index.equals(pd.RangeIndex(len(view)))


def test_knowledge_does_not_show_what_it_holds():
    shown = repr(
        Knowledge(auxiliary=pd.DataFrame({"surname": ["NG"]}), key=Key(b"open sesame 1234"))
    )
    assert "sesame" not in shown
    assert "NG" not in shown


def test_guesses_from_meanings():
    codes = pd.Series(["x", "y", pd.NA, "x", "z"], dtype="string")
    guesses = as_guesses(codes, {"x": (("a", 1), 0.5), "z": (7, 1.0), "unused": ("b", 1.0)})
    assert guesses["record"].tolist() == [0, 3, 4]
    assert guesses["guess"].tolist() == [("a", 1), ("a", 1), 7]
    assert guesses["confidence"].tolist() == [0.5, 0.5, 1.0]
    assert as_guesses(codes, {}).empty
