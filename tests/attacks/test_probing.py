"""Probing: what each protocol gives away by its answers, and what limits do about it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import synthetic
from linkage import InputError
from linkage.attacks import Knowledge, Probing
from linkage.attacks.questions import expected_runs, runs_of_halving
from linkage.linking import open_service
from linkage.measures.bounds import largest_advantage
from linkage.records import prepare
from linkage.schemes import ConfirmOnly, Hmac, Key, Oprf, Psi, PsiCardinality

KEY = Key(bytes(range(32)))


def numbered(count: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"tin": [f"{900_000_000 + number}" for number in range(count)]},
        index=[f"person {number}" for number in range(count)],
    )


def view_of(scheme, held: pd.DataFrame, seed: int = 0):
    encoded = scheme.encode(held)
    return replace(encoded.view(), service=open_service(encoded, seed=seed))


def claimed(view, book: pd.DataFrame, *, queries: int | None = None, **how) -> set[str]:
    guesses = Probing(**how).run(view, Knowledge(auxiliary=book, queries=queries))
    assert guesses["guess"].all()
    return set(guesses["person"])


# Sizes ---------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_sizes_that_differ_by_one_person_tell_of_everybody_in_exactly_the_predicted_runs(pattern):
    held = np.array(pattern)
    book = numbered(len(held))
    members = set(book.index[held])
    file = pd.DataFrame({"tin": [*book["tin"][held], "899999999"]})  # and somebody unasked for
    for strategy, runs in (
        ("one_by_one", expected_runs("one_by_one", len(held), 0.5)),
        ("differencing", len(held) + 1),
        ("halving", runs_of_halving(held)),
    ):
        view = view_of(PsiCardinality(), file)
        assert claimed(view, book, strategy=strategy) == members
        assert view.service.asked == runs


def test_halving_takes_the_runs_expected_and_fewer_where_few_are_held():
    rng = np.random.default_rng(0)
    for share in (0.02, 0.2, 0.5):
        runs = [runs_of_halving(rng.random(64) < share) for _ in range(2000)]
        assert np.mean(runs) == pytest.approx(expected_runs("halving", 64, share), rel=0.03)
    assert expected_runs("halving", 64, 0.02) < 20 < 64 < expected_runs("differencing", 64, 0.02)


@pytest.mark.parametrize("limit", [{"smallest_list": 30}, {"smallest_answer": 5}])
def test_least_sizes_do_not_protect_anybody(limit):
    """Invented people fill up a short list; members stand in for an answer that is too small."""
    book = numbered(40)
    held = book[np.arange(40) % 3 == 0]
    view = view_of(PsiCardinality(**limit), held)
    assert claimed(view, book, strategy="differencing") == set(held.index)
    assert view.service.asked == 41


def test_a_limit_of_runs_stops_the_attack_where_it_stands():
    book = numbered(40)
    limited = view_of(PsiCardinality(queries=11), book[::2])
    assert claimed(limited, book, strategy="differencing") == set(book.index[:10:2])
    own = view_of(PsiCardinality(), book[::2])
    assert claimed(own, book, queries=11, strategy="differencing") == set(book.index[:10:2])
    assert own.service.asked == 11


@pytest.mark.parametrize("epsilon", [0.1, 0.5, 1.0, 2.0, 20.0])
def test_noise_keeps_the_advantage_of_a_question_under_its_bound(epsilon):
    people = 600
    book = numbered(people)
    held = np.random.default_rng(1).permutation(people) < people // 2
    view = view_of(PsiCardinality(epsilon=epsilon), book[held], seed=3)
    guesses = Probing().run(view, Knowledge(auxiliary=book))
    named = np.isin(book.index, guesses["person"])
    advantage = named[held].mean() - named[~held].mean()
    bound = largest_advantage(epsilon)
    spread = np.sqrt(2 * 0.25 / (people / 2))
    assert bound - 4 * spread < advantage < bound + 3 * spread
    assert view.service.asked == people
    if epsilon == 20:
        assert advantage > 0.98
    right = held[[book.index.get_loc(label) for label in guesses["person"]]].mean()
    assert abs(guesses["confidence"].mean() - right) < 0.1


@pytest.mark.parametrize("strategy", ["one_by_one", "halving"])
def test_members_found_first_stand_in_for_an_answer_that_is_too_small(strategy):
    book = numbered(60)
    held = book[np.arange(60) % 3 == 0]
    view = view_of(PsiCardinality(smallest_answer=5, smallest_list=8), held)
    assert claimed(view, book, strategy=strategy) == set(held.index)
    few = view_of(PsiCardinality(smallest_answer=21), held)  # one more than there are
    assert claimed(few, book, strategy=strategy) == set()


@pytest.mark.parametrize("strategy", ["one_by_one", "differencing"])
@pytest.mark.parametrize("share", [0.1, 0.5])
def test_noisy_answers_are_as_sure_as_they_are_right(strategy, share):
    people, epsilon = 600, 1.0
    book = numbered(people)
    held = np.random.default_rng(2).permutation(people) < share * people
    view = view_of(PsiCardinality(epsilon=epsilon), book[held], seed=5)
    guesses = Probing(strategy=strategy).run(view, Knowledge(auxiliary=book))
    named = np.isin(book.index, guesses["person"])
    right = held[named].mean()
    error = np.sqrt(right * (1 - right) / named.sum())
    assert abs(guesses["confidence"].mean() - right) < 4 * error + 0.05
    spread = np.sqrt(0.25 / held.sum() + 0.25 / (~held).sum())
    assert named[held].mean() - named[~held].mean() < largest_advantage(epsilon) + 3 * spread


def test_halving_is_not_tried_on_noisy_sizes():
    view = view_of(PsiCardinality(epsilon=1.0), numbered(5))
    assert "noise adds up" in Probing(strategy="halving").not_applicable(view)


def test_people_who_share_a_value_are_asked_about_once_and_each_half_as_surely():
    book = pd.concat([numbered(6), numbered(1).set_axis(["namesake"])])
    for strategy in ("one_by_one", "differencing", "halving"):
        view = view_of(PsiCardinality(), numbered(3))
        guesses = Probing(strategy=strategy).run(view, Knowledge(auxiliary=book))
        sure = guesses.set_index("person")["confidence"].to_dict()
        assert sure == {"person 0": 0.5, "namesake": 0.5, "person 1": 1.0, "person 2": 1.0}


# Answers of yes or no ------------------------------------------------------------------------


def world() -> tuple[pd.DataFrame, pd.DataFrame]:
    persons = synthetic.World(people=900, seed=4).persons()
    people = prepare(persons[["given_name", "surname", "date_of_birth", "sex"]])
    return people[:400].reset_index(drop=True), people.iloc[200:600]


def test_a_phone_book_in_one_run_tells_of_all_in_it():
    held, book = world()
    for scheme in (Psi(), ConfirmOnly()):
        view = view_of(scheme, held)
        found = claimed(view, book)
        inside = set(book.index[:200])
        assert len(found & inside) > 0.97 * 200
        assert len(found - inside) < 0.03 * 200
        assert view.service.asked == 1


def test_a_list_of_matches_that_is_too_small_is_refused():
    book = numbered(20)
    assert claimed(view_of(Psi(smallest_answer=5), book[:4]), book) == set()
    assert len(claimed(view_of(Psi(smallest_answer=4), book[:4]), book)) == 4


def test_invented_people_fill_up_lists_of_every_protocol():
    held, book = world()
    for scheme in (Psi(smallest_list=30), ConfirmOnly(smallest_list=30)):
        view = view_of(scheme, held)
        found = claimed(view, book.iloc[195:205], strategy="one_by_one")
        assert found == set(book.index[195:200])
        assert view.service.entries == 10 * 30


def test_a_birth_date_is_neither_answered_for_by_a_number_nor_claimed_of_a_stranger():
    held, book = world()
    tins = [f"{900_000_000 + number}" for number in range(400)]
    known = Knowledge(auxiliary=book.iloc[:4].assign(tin=tins[200:204]))
    view = view_of(Psi(), held.assign(tin=tins))
    guesses = Probing("date_of_birth").run(view, known)
    assert guesses["guess"].tolist() == book["date_of_birth"].iloc[:4].tolist()
    strangers = Knowledge(auxiliary=book.iloc[300:310])
    for scheme in (Psi(), ConfirmOnly(answer="score")):
        assert len(Probing("date_of_birth").run(view_of(scheme, held), strangers)) <= 1


def test_a_server_that_makes_tokens_answers_guesses_one_evaluation_each():
    book = numbered(20)
    scheme = Oprf(key=KEY)
    view = view_of(scheme, book[:7])
    assert claimed(view, book) == set(book.index[:7])
    assert view.service.entries == 20


def test_every_day_of_a_year_finds_a_birth_date_and_a_score_finds_it_in_a_sixth_of_the_questions():
    held, book = world()
    some = book.iloc[:12]
    known = Knowledge(auxiliary=some.assign(date_of_birth=some["date_of_birth"].str[:4] + "-01-01"))
    true = some["date_of_birth"]
    right, asked = {}, {}
    for scheme in (Psi(), ConfirmOnly(answer="score")):
        view = view_of(scheme, held)
        guesses = Probing("date_of_birth").run(view, known).set_index("person")
        same = (guesses["guess"] == true.reindex(guesses.index)).to_numpy(float)
        right[scheme.name] = (guesses["confidence"] * same).sum()
        asked[scheme.name] = view.service.entries
    assert right["psi"] == 12
    assert right["confirm_only"] > 9
    assert 12 * 365 <= asked["psi"] <= 12 * 366
    assert asked["confirm_only"] < asked["psi"] / 6


# Where it applies ----------------------------------------------------------------------------


def test_where_it_does_not_apply_and_what_it_needs():
    book = numbered(5)
    view = view_of(PsiCardinality(), book)
    attack = Probing()
    assert attack.why_not(view, Knowledge(auxiliary=book)) == ""
    assert "may ask nothing" in attack.lacking(view, Knowledge(auxiliary=book, queries=0))
    assert attack.lacking(view, Knowledge()) == "needs a list of people (auxiliary)"
    assert attack.not_applicable(Hmac(key=KEY).encode(book).view()) == (
        "no protocol answers questions"
    )
    assert "sizes are told" in Probing("date_of_birth").not_applicable(view)
    assert len(Probing(most=3).targets(view, Knowledge(auxiliary=book))) == 3


def test_bad_arguments_are_named_at_once():
    with pytest.raises(ValueError, match="3 problems") as caught:
        Probing("income", "guessing", -1)  # type: ignore[arg-type]
    assert all(part in str(caught.value) for part in ("target", "strategy", "most"))
    with pytest.raises(InputError, match="psi queries: got -1") as caught:
        Psi(queries=-1, smallest_list=0)
    assert "psi smallest_list: got 0" in str(caught.value)
    with pytest.raises(InputError, match="epsilon"):
        PsiCardinality(epsilon=-1)
    with pytest.raises(InputError, match="confirm_only answer: got 'maybe'"):
        ConfirmOnly(answer="maybe")
    with pytest.raises(InputError, match="allowed a protocol that answers"):
        open_service(Hmac(key=KEY).encode(numbered(2)))


def test_limits_change_no_code_and_no_fingerprint():
    book = numbered(3)
    plain, limited = (scheme.encode(book) for scheme in (Psi(), Psi(queries=5, smallest_list=3)))
    assert plain.fingerprint == limited.fingerprint
    pd.testing.assert_frame_equal(plain.tokens, limited.tokens)
