"""Graph matching finds people by who is alike, without a key, and knows when it does not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthetic
from linkage.attacks import GraphMatching, Knowledge
from linkage.attacks.graphs.consistency import aligned, balanced
from linkage.attacks.graphs.profiles import Resemblance, likelihood, profiles
from linkage.attacks.graphs.seeds import best_people, similarity_rows
from linkage.attacks.graphs.trust import Trust
from linkage.problems import InputError
from linkage.records import prepare
from linkage.schemes import Clk, Encoded, FieldBloom, Hmac, Key, MinHash, Plain, TwoStepHash

FIELDS = ["given_name", "surname", "date_of_birth"]
KEY = Key(bytes(range(32)))


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    """Some from everywhere in a world, so that few are kin."""
    drawn = synthetic.World(people=20_000, seed=4).persons()[FIELDS].sample(1_200, random_state=1)
    return prepare(drawn.set_axis([f"person {row}" for row in range(len(drawn))]))


def run(codes: Encoded, listed: pd.DataFrame, seed: int = 0) -> tuple[int, int]:
    """Claims, and right ones among them."""
    guesses = GraphMatching().run(codes.view(), Knowledge(auxiliary=listed), seed=seed)
    right = codes.labels[guesses["record"]] == guesses["guess"].to_numpy()
    return len(guesses), int(np.sum(right))


@pytest.mark.parametrize(
    "scheme",
    [Clk(key=KEY), Clk(key=KEY, harden=("rule90", "balance")), FieldBloom(key=KEY)],
    ids=["clk", "hardened", "field"],
)
def test_half_of_a_list_is_named_whatever_the_key(people, scheme):
    claims, right = run(scheme.encode(people.sample(600, random_state=2), FIELDS), people[:800])
    share = people.sample(600, random_state=2).index.isin(people.index[:800]).sum()
    assert right > 0.95 * share
    assert claims - right <= 0.05 * share


@pytest.mark.parametrize("scheme", [MinHash(key=KEY), TwoStepHash(key=KEY)], ids=lambda s: s.name)
def test_other_codes_that_keep_similarity_fall_too(people, scheme):
    listed = people[:800]
    claims, right = run(scheme.encode(listed.sample(600, random_state=3), FIELDS), listed)
    assert right > 570
    assert claims - right < 12


def test_confidence_is_the_share_that_is_right(people):
    miswritten = people[:800].copy()
    miswritten["date_of_birth"] = miswritten["date_of_birth"].str.slice_replace(9, 10, "1")
    codes = Clk(key=KEY).encode(miswritten, FIELDS)
    guesses = GraphMatching(least=0).run(codes.view(), Knowledge(auxiliary=people[400:]))
    right = codes.labels[guesses["record"]] == guesses["guess"].to_numpy()
    assert right.sum() > 340
    assert guesses["confidence"].sum() == pytest.approx(right.sum(), abs=40)


def test_nobody_is_claimed_where_the_list_has_nobody(people):
    claims, _ = run(Clk(key=KEY).encode(people[:500], FIELDS), people[500:])
    assert claims <= 5


@pytest.mark.parametrize(
    "scheme",
    [Clk(key=KEY, harden=("diffuse=10",)), Clk(key=KEY, salt_by="date_of_birth")],
    ids=["diffusion", "salt"],
)
def test_codes_without_common_similarity_withstand(people, scheme):
    claims, right = run(scheme.encode(people[:600], FIELDS), people[:600])
    assert right < 12
    assert claims < 30


def test_a_key_held_changes_nothing(people):
    view = Clk(key=KEY).encode(people[:300], FIELDS).view()
    found = [
        GraphMatching().run(view, Knowledge(auxiliary=people[:300], key=key)) for key in (None, KEY)
    ]
    pd.testing.assert_frame_equal(*found)
    assert "key" not in GraphMatching.uses


def test_where_it_does_not_apply(people):
    for scheme in (Plain(), Hmac(key=KEY)):
        view = scheme.encode(people[:20]).view()
        assert "never similar" in GraphMatching().why_not(view, Knowledge(auxiliary=people))
    view = Clk(key=KEY).encode(people[:20], FIELDS).view()
    assert "list of people" in GraphMatching().why_not(view, Knowledge())
    strangers = people[:20].drop(columns=FIELDS).assign(city="X")
    assert "has no given_name" in GraphMatching().why_not(view, Knowledge(auxiliary=strangers))
    with pytest.raises(InputError, match="least"):
        GraphMatching(least=2)


@pytest.mark.parametrize(("records", "listed"), [(1, 1), (2, 30), (30, 2), (25, 25)])
def test_few_records_or_people_are_no_error(people, records, listed):
    claims, _ = run(Clk(key=KEY).encode(people[:records], FIELDS), people[:listed])
    assert claims <= records


def test_records_without_any_value_are_no_error(people):
    some = people[:200].copy()
    some.loc[some.index[:5], FIELDS] = pd.NA
    claims, right = run(Clk(key=KEY).encode(some, FIELDS), people[:200])
    assert claims <= 200
    assert right > 150


def test_balanced_rows_sum_to_one_and_columns_to_one_at_most():
    scores = np.random.default_rng(0).normal(size=(20, 50)).astype(np.float32)
    found = balanced(scores)
    assert found.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert found.sum(axis=0).max() < 1.05


def test_alignment_finds_a_planted_graph_and_not_an_unrelated_one():
    rng = np.random.default_rng(1)
    points = rng.normal(size=(60, 6))
    graph = (points @ points.T).astype(np.float32)
    prior = rng.normal(size=(40, 60)).astype(np.float32)
    prior[np.arange(40), np.arange(40)] += 3
    found = aligned(graph[:40, :40], graph, prior)
    assert (found.person == np.arange(40)).mean() > 0.9
    other = rng.normal(size=(40, 6))
    unrelated = aligned((other @ other.T).astype(np.float32), graph, prior)
    assert unrelated.consistency.mean() < found.consistency.mean() - 0.1


def test_profiles_do_not_depend_on_who_else_is_there(people):
    bits = Clk(key=KEY).encode(people, FIELDS).bits
    rng = np.random.default_rng(2)
    whole, part = profiles(bits, rng=rng)[:600], profiles(bits[:600], rng=rng)
    for measure in (0, 1, 2):  # size, mean, standard deviation
        assert np.corrcoef(whole[:, measure], part[:, measure])[0, 1] > 0.95


def test_a_record_is_placed_near_its_person(people):
    rng = np.random.default_rng(3)
    mine, other, theirs = (
        profiles(Clk(key=Key(rng.bytes(32))).encode(people, FIELDS).bits, rng=rng) for _ in range(3)
    )
    drawn = [np.arange(0, 1_200, 2), np.arange(1, 1_200, 2)]
    learned = Resemblance.learned(mine, [other[rows] for rows in drawn], drawn)
    scores = likelihood(learned.of_records(theirs), learned.of_people(mine))
    own = scores[np.arange(1_200), np.arange(1_200)]
    rank = (scores > own[:, None]).sum(axis=1)
    assert np.median(rank) < 60  # of 1,200: by chance 600
    assert (scores.max(axis=1) == 0).all()


def test_trust_is_learned_from_who_is_listed_and_who_is_not():
    rng = np.random.default_rng(4)
    people = similarity_rows(rng.normal(size=(300, 40)).astype(np.float32), np.full(300, -1))
    noisy = similarity_rows(
        people + 0.1 * rng.normal(size=(300, 40)).astype(np.float32), np.full(300, -1)
    )
    trust = Trust.learned(noisy, people, np.arange(300))
    listed = trust.probability(best_people(noisy, people))
    unlisted = trust.probability(best_people(noisy, people, without=np.arange(300)))
    assert listed.mean() > 0.9
    assert unlisted.mean() < 0.1
