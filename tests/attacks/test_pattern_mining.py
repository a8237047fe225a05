"""Pattern mining: patterns by hand, alignment, decoding, and whole releases read without the key."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthetic
from linkage.attacks import Knowledge
from linkage.attacks.patterns.candidates import Candidates, candidates_of, filters_of
from linkage.attacks.patterns.decoding import Model, Reading, agreement
from linkage.attacks.patterns.gram_alignment import gram_chances
from linkage.attacks.patterns.mining import Patterns, mined, refined, telling_columns
from linkage.attacks.patterns.pattern_attack import Distinct, pattern_size
from linkage.attacks.patterns.pattern_mining import PatternMining
from linkage.problems import InputError
from linkage.records import prepare
from linkage.schemes import Clk, FieldBloom, Hmac, Rbf

KEY = bytes(range(32))
NAMES = ["given_name", "surname", "date_of_birth"]
PEOPLE = synthetic.World(people=450, seed=1).persons()[NAMES]
VICTIMS = PEOPLE.sample(300, random_state=2)


def read(scheme, victims=VICTIMS, listed=PEOPLE, attack=None):
    """Attack a release; give the number of claims and of right ones."""
    view = scheme.encode(victims, NAMES).view()
    guesses = (attack or PatternMining()).run(view, Knowledge(auxiliary=listed))
    right = victims.index[guesses["record"]] == guesses["guess"]
    return len(guesses), int(right.sum())


def planted(rng, filters=600, bits=256, size=12, patterns=8, noise=0.0):
    """Filters that are the OR of patterns with positions drawn at random; patterns; who has them."""
    columns = np.zeros((patterns, bits), np.bool_)
    for row in columns:
        row[rng.choice(bits, size, replace=False)] = True
    has = rng.random((filters, patterns)) < 0.15
    made = (has.astype(int) @ columns.astype(int)) > 0
    return made ^ (rng.random(made.shape) < noise), columns, has


def same_sets(one, other):
    return {row.tobytes() for row in one} == {row.tobytes() for row in other}


# --- patterns


@pytest.mark.parametrize("seed", range(3))
def test_planted_patterns_are_found_exactly(seed):
    filters, columns, has = planted(np.random.default_rng(seed))
    found = mined(filters, 12)
    assert same_sets(found.columns, columns)
    order = [int(np.flatnonzero((found.columns == row).all(axis=1))[0]) for row in columns]
    assert ((found.chances[:, order] > 0.5) == has).mean() > 0.99


def test_flipped_bits_do_not_hide_patterns():
    filters, columns, _ = planted(np.random.default_rng(4), noise=0.05)
    assert same_sets(mined(filters, 12).columns, columns)


def test_random_filters_have_no_patterns():
    filters = np.random.default_rng(5).random((1_000, 256)) < 0.2
    assert len(mined(filters, 12)) == 0


def test_refining_completes_patterns_and_unites_equal_ones():
    filters, columns, has = planted(np.random.default_rng(6), patterns=3, noise=0.02)
    begun = np.stack([columns[0], columns[0], columns[1]])
    halves = np.stack([has[:, 0], has[:, 0], has[:, 1]], axis=1) * (np.arange(600) % 2)[:, None]
    result = refined(filters, Patterns(begun, halves.astype(np.float32)), 12, rounds=6)
    assert same_sets(result.columns, columns[:2])
    assert result.chances.sum(axis=0).tolist() == pytest.approx(
        np.sort(has[:, :2].sum(axis=0))[::-1].tolist(), rel=0.05
    )


def test_complements_and_constants_tell_nothing():
    bits = np.random.default_rng(7).random((200, 20)) < 0.3
    assert telling_columns(np.hstack([bits, ~bits])).tolist() == list(range(20))
    assert telling_columns(np.zeros((10, 4), np.bool_)).tolist() == []


@pytest.mark.parametrize(
    ("scheme", "size"),
    [
        (Clk(hashes=10), 10),
        (Clk(hashes=10, harden=("rule90", "blip=0.05")), 20),
        (Clk(hashes=10, markov=2), 30),
        (Clk(hashes=10, harden=("diffuse=3",)), 30),
        (Clk(bits=128, hashes=40, markov=4), 64),
    ],
)
def test_size_of_a_pattern_follows_from_the_method(scheme, size):
    assert pattern_size(scheme) == size


# --- which is which


@pytest.mark.parametrize("seed", range(3))
def test_alignment_follows_planted_company(seed):
    """Q-grams in an order of their own, counted among people of their own."""
    rng = np.random.default_rng(seed)
    share = np.sort(rng.uniform(0.03, 0.3, 40))[::-1]
    kind = rng.random((40, 6)) * 2
    chance = lambda people: np.clip(share * kind[:, rng.integers(6, size=people)].T, 0, 1)  # noqa: E731
    list_, release = (rng.random((20_000, 40)) < chance(20_000) for _ in range(2))
    order = rng.permutation(40)
    counts = [each.T.astype(float) @ each for each in (release[:, order], list_)]
    chances = gram_chances(*counts)
    assert (chances.argmax(axis=1) == order).all()
    assert (chances.max(axis=1) > 0.9).all()


def test_patterns_of_nothing_listed_are_left_over():
    expected = np.array([[4_000.0, 1_000], [1_000, 2_000]])
    strange = np.array([[4_000.0, 1_000, 3_900], [1_000, 2_000, 5], [3_900, 5, 9_000]])
    chances = gram_chances(strange, expected)
    assert chances[:2].argmax(axis=1).tolist() == [0, 1]
    assert chances[2].max() < 0.5


# --- decoding


def tiny(bits=512):
    """Fifty surnames in filters, the candidates, and where each q-gram's positions are."""
    persons = prepare(synthetic.World(people=400, seed=3).persons())
    names = pd.Series(persons["surname"].unique()[:50])
    scheme = FieldBloom(bits=bits, hashes=8, hashing="independent", key=KEY)
    view = scheme.encode(pd.DataFrame({"surname": names}), ["surname"]).view()
    known = Knowledge(frequencies={"surname": pd.Series(1 / 50, index=names)})
    candidates = candidates_of(view, known, "surname")
    sets = np.zeros((len(candidates.texts), bits), np.bool_)
    positions = scheme.positions("surname", [text for _, text in candidates.texts])
    np.put_along_axis(sets, positions, True, axis=1)
    return filters_of(view, "surname"), candidates, sets


def test_with_all_positions_known_every_filter_is_read():
    filters, candidates, sets = tiny()
    model = Model.blank(len(sets), filters, 8).knowing(np.arange(len(sets)), sets)
    reading = model.read(filters, candidates)
    assert reading.best.tolist() == list(range(50))
    assert reading.confidence.min() > 0.9


def test_values_not_listed_are_doubted():
    filters, candidates, sets = tiny()
    rest = Candidates(
        candidates.labels[10:], candidates.grams[10:], candidates.texts, candidates.shares[10:]
    )
    model = Model.blank(len(sets), filters, 8).knowing(np.arange(len(sets)), sets)
    confidence = model.read(filters, rest).confidence
    assert confidence[:10].max() < 0.1
    assert confidence[10:].min() > 0.9


def test_positions_are_learned_from_what_was_read():
    """Of a q-gram that has been in three values and more, hardly a position is wrong."""
    filters, candidates, sets = tiny(bits=1024)
    model = Model.blank(len(sets), filters, 8)
    for _ in range(4):
        model = model.learned(filters, candidates.grams)
    often = np.asarray(candidates.grams.sum(axis=0)).ravel() >= 3
    assert often.sum() > 30
    assert ((model.positions[often] > 0.5) == sets[often]).mean() > 0.999
    assert model.rates[0] < 0.03
    assert model.rates[1] > 0.95


def test_candidates_in_blocks_are_as_in_one(monkeypatch):
    filters, candidates, sets = tiny()
    model = Model.blank(len(sets), filters, 8).knowing(np.arange(0, 40), sets[:40])
    whole = model.read(filters, candidates)
    monkeypatch.setattr("linkage.attacks.patterns.decoding.BLOCK", 3)
    parts = model.read(filters, candidates)
    assert parts.best.tolist() == whole.best.tolist()
    np.testing.assert_allclose(parts.confidence, whole.confidence, rtol=1e-3, atol=1e-6)


def test_nothing_known_reads_nothing():
    filters, candidates, sets = tiny()
    assert len(Model.blank(len(sets), filters, 8).read(filters, candidates).sure()) == 0


def test_right_readings_confirm_each_other_and_wrong_ones_do_not():
    view = Clk(key=KEY).encode(VICTIMS, NAMES).view()
    candidates = candidates_of(view, Knowledge(auxiliary=VICTIMS), "person")
    filters = filters_of(view, "person")
    blank = Model.blank(candidates.grams.shape[1], filters, 10)
    sure = np.ones(len(filters))

    def confirmed(best):
        return agreement(filters, Reading(best, sure, sure), candidates, blank)

    right = np.arange(len(filters))
    assert confirmed(right) > 0.97
    assert confirmed(np.random.default_rng(0).permutation(right)) < 0.5
    assert confirmed(np.zeros_like(right)) == 0  # there are no others to confirm them
    assert confirmed(right % 12) < 0.5  # each candidate learned by heart


def test_filters_that_differ_are_read_once():
    filters = np.random.default_rng(8).random((50, 24)) < 0.5
    distinct = Distinct.of(np.vstack([filters, filters[:20]]))
    assert len(distinct.filters) == 50
    assert (distinct.filters[distinct.place] == np.vstack([filters, filters[:20]])).all()
    assert distinct.counts.sum() == 70


# --- whole releases


@pytest.mark.parametrize(("key", "hashing"), [(KEY, "double"), (bytes(32), "independent")])
def test_people_on_a_list_are_named_whatever_the_key(key, hashing):
    claimed, right = read(Clk(key=key, hashing=hashing))
    assert right == claimed
    assert right > 270


@pytest.mark.parametrize(
    ("hardening", "least"),
    [
        (("permute",), 200),
        (("balance",), 200),
        (("rehash",), 200),
        (("rule90",), 150),
        (("blip=0.02",), 150),
    ],
)
def test_hardening_is_read_through(hardening, least):
    claimed, right = read(Clk(key=KEY, harden=hardening))
    assert claimed - right <= 0.02 * claimed
    assert right >= least


MANY = synthetic.World(people=1_500, seed=4).persons()[NAMES]


@pytest.fixture(scope="module")
def folded():
    """Attack a thousand folded filters of people of whom nine in ten are listed; guess for all."""
    victims, listed = MANY[:1_000], MANY[100:]
    view = Clk(key=KEY, harden=("xor_fold",)).encode(victims, NAMES).view()
    guesses = PatternMining(least=0).run(view, Knowledge(auxiliary=listed))
    right = victims.index[guesses["record"]] == guesses["guess"]
    return guesses["confidence"].to_numpy(), np.asarray(right)


def test_folded_filters_are_read(folded):
    confidence, right = folded
    assert right[confidence >= 0.5].mean() > 0.98
    assert right[confidence >= 0.5].sum() > 700


def test_people_not_listed_are_left_out():
    claimed, right = read(Clk(key=KEY), listed=PEOPLE.drop(VICTIMS.index[:100]))
    assert right == claimed
    assert 180 < claimed <= 200


@pytest.mark.parametrize(
    ("scheme", "listed"),
    [
        (Clk(key=KEY, salt_by="date_of_birth"), PEOPLE),
        (Clk(key=KEY, harden=("diffuse=10",)), PEOPLE),
        (Clk(key=KEY, harden=("blip=0.5",)), PEOPLE),
        (Clk(key=KEY), PEOPLE.drop(VICTIMS.index)),
    ],
)
def test_where_it_fails_nothing_is_claimed(scheme, listed):
    assert read(scheme, listed=listed)[0] <= 3


def test_field_of_other_people_is_read_by_its_frequencies():
    """Given names of 5,000, with the shares among 5,000 others."""
    people, others = (
        prepare(synthetic.World(people=5_000, seed=seed).persons()) for seed in (1, 2)
    )
    shares = others["given_name"].value_counts(normalize=True)
    view = FieldBloom(key=KEY).encode(people, ["given_name", "surname"]).view()
    guesses = PatternMining("given_name").run(view, Knowledge(frequencies={"given_name": shares}))
    right = people["given_name"].to_numpy(object)[guesses["record"]] == guesses["guess"]
    listed = people["given_name"].isin(shares.index)
    assert right.mean() > 0.99
    assert right.sum() > 0.9 * listed.sum()
    assert guesses["confidence"].sum() == pytest.approx(right.sum(), rel=0.03)


def test_dates_that_other_digits_would_read_as_well_are_not_claimed():
    """Of 2,000 dates and the dates of 2,000 others, half of the digits can be exchanged."""
    people, others = (
        prepare(synthetic.World(people=2_000, seed=seed).persons()) for seed in (1, 2)
    )
    view = FieldBloom(key=KEY).encode(people, ["date_of_birth"]).view()
    attack = PatternMining("date_of_birth")
    shares = others["date_of_birth"].value_counts(normalize=True)
    assert len(attack.run(view, Knowledge(frequencies={"date_of_birth": shares}))) == 0
    exact = people["date_of_birth"].value_counts(normalize=True)
    guesses = attack.run(view, Knowledge(frequencies={"date_of_birth": exact}))
    right = people["date_of_birth"].to_numpy(object)[guesses["record"]] == guesses["guess"]
    assert right.sum() > 1_700
    assert right.mean() > 0.98


def test_confidence_is_about_the_share_that_is_right(folded):
    confidence, right = folded
    assert len(confidence) == 1_000
    assert ((confidence - right) ** 2).mean() < 0.05
    assert abs(confidence.sum() - right.sum()) < 100


def test_records_without_a_bit_are_left_out():
    empty = VICTIMS.copy()
    empty.iloc[:50] = None
    view = Clk(key=KEY).encode(empty, NAMES).view()
    guesses = PatternMining().run(view, Knowledge(auxiliary=PEOPLE))
    assert guesses["record"].min() >= 50
    assert len(guesses) > 200


def test_same_seed_same_guesses():
    view = Clk(key=KEY).encode(VICTIMS[:150], NAMES).view()
    one, two = (PatternMining().run(view, Knowledge(auxiliary=PEOPLE), seed=3) for _ in range(2))
    pd.testing.assert_frame_equal(one, two)


# --- bounds


def test_a_handful_of_records_is_not_enough():
    assert read(Clk(key=KEY), victims=VICTIMS[:8]) == (0, 0)
    assert read(Clk(key=KEY), victims=VICTIMS[:1]) == (0, 0)


def test_one_filter_for_all_tells_nothing():
    same = VICTIMS.iloc[[0] * 100].reset_index(drop=True)
    assert read(Clk(key=KEY), victims=same)[0] == 0


@pytest.mark.parametrize(
    ("scheme", "column", "reason"),
    [
        (Hmac(key=KEY), "person", "no Bloom filters of q-grams"),
        (Clk(key=KEY), "surname", "no filter holds surname alone"),
        (Rbf(key=KEY), "surname", "no filter holds surname alone"),
        (FieldBloom(key=KEY), "surname", ""),
        (FieldBloom(key=KEY), "zip", "no filter holds zip alone"),
    ],
)
def test_where_it_does_not_apply(scheme, column, reason):
    view = scheme.encode(VICTIMS[:20], NAMES).view()
    assert reason in PatternMining(column).inapplicable(view)
    assert bool(reason) == bool(PatternMining(column).inapplicable(view))


def test_what_is_lacking_is_named():
    view = FieldBloom(key=KEY).encode(VICTIMS[:20], NAMES).view()
    nothing = Knowledge()
    assert PatternMining().lacking(view, nothing) == "needs a list of people (auxiliary)"
    assert PatternMining("surname").lacking(view, nothing) == "needs the frequencies of surname"
    strange = Knowledge(auxiliary=pd.DataFrame({"city": ["OSLO"]}))
    assert "has no given_name" in PatternMining().lacking(view, strange)
    assert PatternMining().lacking(view, Knowledge(auxiliary=PEOPLE)) == ""


def test_least_must_be_a_share():
    with pytest.raises(InputError, match="pattern_mining least: got 2"):
        PatternMining(least=2)


def test_blind_guesses():
    rng = np.random.default_rng(0)
    people = PatternMining().guess_blindly(5, Knowledge(auxiliary=PEOPLE), rng=rng)
    assert people["guess"].isin(PEOPLE.index).all()
    known = Knowledge(frequencies={"surname": pd.Series({"NG": 0.3, "SMITH": 0.7})})
    names = PatternMining("surname").guess_blindly(5, known, rng=rng)
    assert names["guess"].tolist() == ["SMITH"] * 5
