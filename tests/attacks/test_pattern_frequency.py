"""Bit-pattern frequency: frequent filters laid over frequent values, and the rest read by them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthetic
from linkage.attacks import Frequency, Knowledge
from linkage.attacks.patterns.pattern_frequency import PatternFrequency, Values
from linkage.attacks.patterns.value_alignment import Expected, found_again, likeness, value_chances
from linkage.problems import InputError
from linkage.records import prepare
from linkage.schemes import Clk, FieldBloom, Hmac, Rbf

KEY = bytes(range(32))
HERE, THERE = (prepare(synthetic.World(people=2_000, seed=seed).persons()) for seed in (1, 2))
SHARES = THERE["given_name"].value_counts(normalize=True)
KNOWN = Knowledge(frequencies={"given_name": SHARES})
LISTED = int(HERE["given_name"].isin(SHARES.index).sum())


def judged(guesses, truth):
    """Which guesses are right."""
    right = truth.to_numpy(object)[guesses["record"]] == guesses["guess"].to_numpy(object)
    return np.asarray(right, np.bool_)


def attacked(scheme, known=KNOWN, people=HERE, attack=None, fields=("given_name",)):
    """Attack a release; give the guesses and which are right."""
    view = scheme.encode(people, list(fields)).view()
    guesses = (attack or PatternFrequency("given_name")).run(view, known)
    return guesses, judged(guesses, people["given_name"])


# --- alignment


def graph_of(rng, size):
    points = rng.normal(size=(size, 6))
    return np.corrcoef(points)


@pytest.mark.parametrize("seed", range(3))
def test_alignment_follows_similarities_from_a_vague_beginning(seed):
    rng = np.random.default_rng(seed)
    graph = graph_of(rng, 120)
    order = rng.permutation(120)[:80]
    noise = rng.normal(scale=0.03, size=(80, 80))
    seen = graph[np.ix_(order, order)] + (noise + noise.T) / np.sqrt(2)
    vague = rng.normal(size=(80, 121))
    vague[np.arange(80), order] += 1.5
    assert (vague.argmax(axis=1) == order).mean() < 0.5
    chances = value_chances(seen, graph, 0.03**2, vague)
    assert (chances.argmax(axis=1) == order).mean() > 0.97


def test_filters_of_nothing_listed_are_left_over():
    """A third of the filters are of values that the list lacks; all look much alike by themselves."""
    rng = np.random.default_rng(3)
    graph = graph_of(rng, 120)
    vague = rng.normal(scale=0.5, size=(120, 81))
    vague[np.arange(80), np.arange(80)] += 3
    chances = value_chances(graph, graph[:80, :80], 0.1**2, vague)
    assert (chances[:80].argmax(axis=1) == np.arange(80)).mean() > 0.97
    assert chances.sum(axis=1).max() <= 1 + 1e-9
    assert chances[80:].max(axis=1).mean() < 0.2


def test_right_pairs_are_found_again_and_wrong_ones_are_not():
    rng = np.random.default_rng(4)
    graph = graph_of(rng, 60)
    everyone = np.arange(60)
    assert found_again(graph, graph, everyone, everyone) == 1
    assert found_again(graph, graph, everyone, rng.permutation(60)) < 0.2
    assert found_again(graph, graph, everyone[:0], everyone[:0]) == 0


def test_likeness_is_the_same_of_complements_and_with_constants():
    filters = np.random.default_rng(5).random((30, 200)) < 0.2
    turned = filters ^ (np.arange(200) % 2 == 0)
    constant = np.hstack([filters, np.ones((30, 40), np.bool_)])
    both = np.hstack([filters, ~filters])
    assert likeness(filters).diagonal() == pytest.approx(np.ones(30))
    for other in (turned, constant, both):  # rows are centred as well, so nearly only
        assert np.corrcoef(likeness(other).ravel(), likeness(filters).ravel())[0, 1] > 0.99


def test_expected_similarity_is_that_of_another_key():
    """Within its spread, and nearer than if values were exchanged."""
    names = pd.DataFrame({"given_name": SHARES.index[:80].astype("string")})
    releases = [
        np.unpackbits(
            FieldBloom(key=bytes([key]) * 32).encode(names, ["given_name"]).bits.view(np.uint8),
            axis=1,
        ).astype(np.bool_)
        for key in range(7)
    ]
    expected = Expected.learned(releases[1:])
    off = ~np.eye(80, dtype=bool)
    miss = (likeness(releases[0]) - expected.similar)[off]
    assert (miss**2).mean() == pytest.approx(expected.spread, rel=0.25)
    assert expected.similar[off].var() > 2 * expected.spread
    weights = releases[0].sum(axis=1).astype(float)
    scores = expected.weight_scores(weights)
    assert scores.diagonal().mean() > 0.5
    assert scores.diagonal().mean() > scores.mean() + 1


# --- whole releases


@pytest.fixture(scope="module")
def everything():
    """Guesses for all, and which are right."""
    return attacked(FieldBloom(key=KEY), attack=PatternFrequency("given_name", least=0.0))


def test_names_of_other_people_are_read_by_double_hashing(everything):
    guesses, right = everything
    claimed = guesses["confidence"].to_numpy() >= 0.5
    assert right[claimed].mean() > 0.99
    assert right[claimed].sum() > 0.97 * LISTED
    assert guesses["confidence"].sum() == pytest.approx(right.sum(), rel=0.02)


def test_names_of_other_people_are_read_by_independent_hashing():
    guesses, right = attacked(FieldBloom(key=bytes(32), hashing="independent"))
    assert right.mean() > 0.99
    assert right.sum() > 0.97 * LISTED
    assert guesses["confidence"].sum() == pytest.approx(right.sum(), rel=0.02)


def test_the_commonest_are_right_where_counts_alone_are_not(everything):
    truth = HERE["given_name"]
    commonest = truth.value_counts().index[:20]

    def named(guesses):
        right = truth.to_numpy(object)[guesses["record"]][judged(guesses, truth)]
        return int(commonest.isin(right).sum())

    view = FieldBloom(key=KEY).encode(HERE, ["given_name"]).view()
    assert named(everything[0]) == 20
    assert named(Frequency("given_name", precision=0.0).run(view, KNOWN)) < 12


@pytest.mark.parametrize(
    "harden", [("xor_fold",), ("balance",), ("rule90",), ("permute",), ("rehash",)]
)
def test_hardening_is_read_through(harden):
    guesses, right = attacked(FieldBloom(key=KEY, harden=harden))
    assert right.mean() > 0.98
    assert right.sum() > 0.9 * LISTED
    assert guesses["confidence"].sum() == pytest.approx(right.sum(), rel=0.03)


def test_one_field_of_several_is_read():
    _, right = attacked(FieldBloom(key=KEY), fields=("surname", "given_name"))
    assert right.mean() > 0.99
    assert right.sum() > 0.97 * LISTED


@pytest.mark.parametrize(
    ("scheme", "known"),
    [
        (FieldBloom(key=KEY, harden=("diffuse=10",)), KNOWN),
        (FieldBloom(key=KEY), Knowledge(frequencies={"given_name": SHARES[:5] / SHARES[:5].sum()})),
        (
            FieldBloom(key=KEY),
            Knowledge(
                frequencies={"given_name": THERE["date_of_birth"].value_counts(normalize=True)}
            ),
        ),
    ],
    ids=["diffused", "few values", "other values"],
)
def test_where_it_fails_nothing_is_claimed(scheme, known):
    attack = PatternFrequency("given_name", least=0.0)
    guesses, _ = attacked(scheme, known, HERE[:1_000], attack)
    assert len(guesses) == 0
    assert guesses.columns.tolist() == ["record", "guess", "confidence"]


def test_where_only_the_frequent_are_aligned_they_alone_are_claimed(monkeypatch):
    """The 300 that are aligned, as where bits cannot be traced to q-grams."""
    monkeypatch.setattr("linkage.attacks.patterns.pattern_frequency.CONFIRMED", 2.0)
    guesses, right = attacked(FieldBloom(key=KEY))
    assert right.mean() > 0.9
    counts = HERE["given_name"].value_counts()
    claimed = HERE["given_name"].to_numpy(object)[guesses["record"]]
    assert 100 < len(set(claimed)) <= 300
    assert counts[claimed].min() >= counts.iloc[299]


def test_two_fields_in_one_filter_are_read_by_the_frequencies_of_pairs():
    """Some given names and surnames in all combinations, common ones more."""
    rng = np.random.default_rng(6)
    given, sur = SHARES.index[:25].to_numpy(object), THERE["surname"].unique()[:25]
    shares = pd.Series(
        rng.dirichlet(np.full(625, 0.5)),
        index=[f"{one}|{other}" for one in given for other in sur],
    )
    drawn = rng.choice(shares.index.to_numpy(object), size=2_000, p=shares.to_numpy())
    people = pd.DataFrame([each.split("|") for each in drawn], columns=["given_name", "surname"])
    view = Clk(key=KEY).encode(people, ["given_name", "surname"]).view()
    attack = PatternFrequency("given_name+surname")
    guesses = attack.run(view, Knowledge(frequencies={"given_name+surname": shares}))
    right = judged(guesses, pd.Series(drawn))
    assert len(guesses) > 1_800
    assert right.mean() > 0.97


def test_records_without_a_bit_are_left_out():
    empty = HERE[["given_name"]].copy()
    empty.iloc[:300] = None
    guesses, right = attacked(FieldBloom(key=KEY), people=empty)
    assert guesses["record"].min() >= 300
    assert right.sum() > 0.8 * LISTED


def test_least_is_the_least_confidence(everything):
    sure, _ = attacked(FieldBloom(key=KEY), attack=PatternFrequency("given_name", least=0.9))
    expected = everything[0].query("confidence >= 0.9").reset_index(drop=True)
    assert len(everything[0]) == len(HERE)
    assert 0 < len(sure) < len(HERE)
    pd.testing.assert_frame_equal(sure, expected)


def test_same_seed_same_guesses():
    one, two = (attacked(FieldBloom(key=KEY), people=HERE[:1_000])[0] for _ in range(2))
    pd.testing.assert_frame_equal(one, two)


# --- bounds


@pytest.mark.parametrize(
    ("scheme", "column", "reason"),
    [
        (Hmac(key=KEY), "surname", "no Bloom filters of q-grams"),
        (Clk(key=KEY), "surname", "no filter holds surname alone"),
        (Rbf(key=KEY), "given_name", "no filter holds given_name alone"),
        (Clk(key=KEY), "person", "tells no person"),
        (Clk(key=KEY), "given_name+surname+date_of_birth", "filters hardly repeat: 0 occur"),
        (FieldBloom(key=KEY, harden=("blip=0.05",)), "surname", "filters hardly repeat: 0 occur"),
        (FieldBloom(key=KEY, salt_by="date_of_birth"), "surname", "filters hardly repeat"),
        (FieldBloom(key=KEY), "surname", ""),
        (FieldBloom(key=KEY), "street_name", "no filter holds street_name alone"),
    ],
)
def test_where_it_does_not_apply(scheme, column, reason):
    fields = ["given_name", "surname", "date_of_birth"]
    reasoned = PatternFrequency(column).inapplicable(scheme.encode(HERE, fields).view())
    assert reason in reasoned
    assert bool(reason) == bool(reasoned)


def test_what_is_lacking_is_named():
    view = FieldBloom(key=KEY).encode(HERE[:20], ["given_name"]).view()
    attack = PatternFrequency("given_name")
    assert attack.lacking(view, Knowledge()) == "needs how common values are (frequencies)"
    other = Knowledge(frequencies={"surname": SHARES})
    assert attack.lacking(view, other) == "needs the frequencies of given_name"
    without = Knowledge(frequencies={"given_name": SHARES}, function=False)
    assert attack.lacking(view, without) == "needs the published method (function)"
    assert attack.lacking(view, KNOWN) == ""
    assert attack.candidates(view, KNOWN) == attack.tries(view, KNOWN) == len(SHARES)


def test_values_are_cut_into_fields_commonest_first():
    shares = pd.Series({"ANA|NG": 0.2, "EVA|RUIZ": 0.5, "BO|LI": 0.3, "CY|": 0.0})
    view = Clk(key=KEY).encode(HERE[:20], ["given_name", "surname"]).view()
    values = Values.of(
        view, Knowledge(frequencies={"given_name+surname": shares}), "given_name+surname"
    )
    assert values.candidates.labels.tolist() == ["EVA|RUIZ", "BO|LI", "ANA|NG"]
    assert values.parts["surname"].tolist() == ["RUIZ", "LI", "NG"]
    assert values.candidates.shares.tolist() == [0.5, 0.3, 0.2]


def test_least_must_be_a_share():
    with pytest.raises(InputError, match="pattern_frequency least: got 2"):
        PatternFrequency(least=2)


def test_blind_guesses():
    known = Knowledge(frequencies={"surname": pd.Series({"NG": 0.3, "SMITH": 0.7})})
    names = PatternFrequency().guess_blindly(5, known, rng=np.random.default_rng(0))
    assert names["guess"].tolist() == ["SMITH"] * 5
