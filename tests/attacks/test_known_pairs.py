"""Known pairs teach what q-grams leave in codes, and the other codes are read by it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import synthetic
from linkage.attacks import GraphMatching, Knowledge
from linkage.attacks.pairs.known_pairs import KnownPairs
from linkage.attacks.pairs.listing import best_of
from linkage.attacks.pairs.reading import dice
from linkage.attacks.pairs.spelling import Spelling
from linkage.attacks.pairs.sureness import Sureness
from linkage.attacks.pairs.vocabulary import Vocabulary
from linkage.attacks.pairs.words import options_of
from linkage.problems import InputError
from linkage.records import prepare
from linkage.schemes import (
    Clk,
    DemoKey,
    Encoded,
    FieldBloom,
    Hmac,
    MinHash,
    Rbf,
    Scheme,
    TwoStepHash,
)

FIELDS = ["given_name", "surname", "date_of_birth"]
EVERYTHING = "+".join(FIELDS)
KEY = DemoKey(bytes(range(32)))
CLK = Clk(key=KEY, bits=512, hashes=6)  # shorter than usual, for seconds


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    """Some from everywhere in a world, so that few are kin."""
    drawn = synthetic.World(people=20_000, seed=4).persons()[FIELDS].sample(2_000, random_state=1)
    return prepare(drawn.set_axis([f"person {row}" for row in range(len(drawn))]))


def pairs_of(codes: Encoded, count: int) -> pd.DataFrame:
    return pd.DataFrame({"record": range(count), "person": codes.labels[:count]})


def run(
    scheme: Scheme, victims: pd.DataFrame, listed: pd.DataFrame, known: int, **options: object
) -> tuple[pd.DataFrame, pd.Series]:
    """Guesses, and whether each is right."""
    codes = scheme.encode(victims, FIELDS)
    attack = KnownPairs(**options)  # type: ignore[arg-type]
    held = Knowledge(auxiliary=listed, known_pairs=pairs_of(codes, known))
    guesses = attack.run(codes.view(), held)
    answers = codes.labels.to_numpy(object)
    if attack.decode == "spell":
        answers = written(victims, attack.spelled).to_numpy(object)
    return guesses, guesses["guess"] == answers[guesses["record"]]


def written(people: pd.DataFrame, fields: str) -> pd.Series:
    first, *others = (people[field].astype(object) for field in fields.split("+"))
    for other in others:
        first = first + "|" + other
    return first


@pytest.mark.parametrize(
    "scheme",
    [
        CLK,
        Clk(key=KEY, harden=("xor_fold", "blip=0.05")),
        replace(CLK, harden=("rule90",)),
        replace(CLK, harden=("balance", "permute")),
        Clk(key=KEY, markov=2, hashing="independent"),
        Rbf(key=KEY, bits=512),
        FieldBloom(key=KEY, bits=192),
        MinHash(key=KEY, bits=512),
        TwoStepHash(key=KEY, columns=400),
    ],
    ids=lambda scheme: "-".join([scheme.name, *getattr(scheme, "harden", ())]),
)
def test_a_list_is_read_whatever_the_code(people, scheme):
    _, right = run(scheme, people[:300], people.sample(frac=1, random_state=1), 100)
    assert right.sum() > 190
    assert (~right).sum() < 4


@pytest.mark.parametrize(
    "scheme",
    [replace(CLK, bits=256, harden=("diffuse=10",)), replace(CLK, salt_by="date_of_birth")],
    ids=["diffusion", "salt"],
)
def test_codes_without_lasting_traces_withstand_and_it_abstains(people, scheme):
    guesses, right = run(scheme, people[:200], people[:600], 70, rounds=1)
    assert len(guesses) < 10
    assert right.sum() < 5


def test_nobody_is_claimed_whom_the_list_does_not_have(people):
    guesses, _ = run(CLK, people[:300], people.drop(people.index[100:300]), 100)
    assert len(guesses) < 10


@pytest.mark.parametrize("rounds", [0, 3])
def test_confidence_is_the_share_that_is_right_of_half_a_list(people, rounds):
    scheme = Clk(key=KEY, bits=128, hashes=1, harden=("blip=0.1",))
    listed = people.drop(people.index[200:450])
    guesses, right = run(scheme, people[:700], listed, 200, precision=0, rounds=rounds)
    assert 220 < right.sum() <= 250
    assert guesses["confidence"].sum() == pytest.approx(right.sum(), abs=40)
    sure = guesses["confidence"] > 0.6
    assert right[sure].mean() > 0.85
    assert right[~sure].mean() < 0.4


def test_spelling_writes_whole_records_of_people_who_are_not_listed(people):
    listed = people[:520]
    guesses, right = run(
        CLK, people[:640], listed, 520, decode="spell", spelled=EVERYTHING, precision=0
    )
    assert len(guesses) == 120
    assert right.sum() > 70
    assert guesses["confidence"].sum() == pytest.approx(right.sum(), abs=20)
    known = set(written(listed, "surname"))
    new = [guess for guess in guesses["guess"][right] if guess.split("|")[1] not in known]
    assert len(new) > 10  # no surname of the list, spelled letter by letter


def test_few_pairs_are_enough_where_guesses_are_learned_from(people):
    short = replace(CLK, bits=256, hashes=4)
    options = {"decode": "spell", "spelled": "date_of_birth", "precision": 0}
    _, alone = run(short, people[:110], people[:40], 40, rounds=0, **options)
    _, taught = run(short, people[:110], people[:40], 40, rounds=1, **options)
    assert taught.sum() > 1.3 * alone.sum()


def test_graph_matching_finds_the_pairs_and_the_unlisted_are_spelled(people):
    listed, unlisted = people[:300], people[1_000:1_060]
    release = pd.concat([people[:200], unlisted]).sample(frac=1, random_state=1)
    codes = Clk(key=KEY).encode(release, FIELDS)
    found = GraphMatching().run(codes.view(), Knowledge(auxiliary=listed))
    pairs = found.rename(columns={"guess": "person"})
    held = Knowledge(auxiliary=listed, known_pairs=pairs)
    guesses = KnownPairs(decode="spell", rounds=0).run(codes.view(), held)
    person = codes.labels[guesses["record"]]
    right = guesses["guess"].to_numpy(object) == people.loc[person, "surname"].to_numpy(object)
    assert not set(guesses["record"]) & set(found["record"])
    assert right[person.isin(unlisted.index)].sum() > 30


def test_wrong_pairs_do_little_harm(people):
    codes = CLK.encode(people[:400], FIELDS)
    pairs = pairs_of(codes, 150)
    pairs.loc[:14, "person"] = people.index[1_000:1_015]
    guesses = KnownPairs(rounds=0).run(codes.view(), Knowledge(auxiliary=people, known_pairs=pairs))
    right = codes.labels[guesses["record"]] == guesses["guess"].to_numpy()
    assert right.sum() > 235
    assert guesses["confidence"].sum() < len(guesses)  # what the wrong ones show is doubt


def test_known_records_are_no_targets_and_pairs_that_are_not_listed_are_ignored(people):
    codes = CLK.encode(people[:60], FIELDS)
    pairs = pairs_of(codes, 30)
    pairs.loc[0, "person"] = "nobody"
    held = Knowledge(auxiliary=people, known_pairs=pairs)
    guesses = KnownPairs(precision=0).run(codes.view(), held)
    assert list(KnownPairs().targets(codes.view(), held)) == list(range(30, 60))
    assert set(guesses["record"]) <= set(range(30, 60))
    everybody = replace(held, known_pairs=pairs_of(codes, 60))
    assert KnownPairs().run(codes.view(), everybody).empty


def test_guesses_repeat_with_the_seed(people):
    first, _ = run(CLK, people[:90], people[:400], 30, rounds=1)
    again, _ = run(CLK, people[:90], people[:400], 30, rounds=1)
    pd.testing.assert_frame_equal(first, again)


@pytest.mark.parametrize("decode", ["list", "spell"])
@pytest.mark.parametrize(
    "scheme", [Clk(key=KEY, bits=256), MinHash(key=KEY, bits=256), Clk(key=KEY, bits=256, q=1)]
)
def test_one_field_and_people_without_a_value(people, scheme, decode):
    names = people[:200].copy()
    names.iloc[::7, names.columns.get_loc("surname")] = None
    codes = scheme.encode(names, ["surname"])
    held = Knowledge(auxiliary=names, known_pairs=pairs_of(codes, 120))
    guesses = KnownPairs(decode=decode, precision=0, rounds=1).run(codes.view(), held)
    assert np.isfinite(guesses["confidence"]).all()
    if decode == "spell":
        right = guesses["guess"].to_numpy(object) == names["surname"].iloc[guesses["record"]]
        assert right.sum() > 15


def test_what_is_missing_is_said(people):
    codes = Clk(key=KEY).encode(people[:30], FIELDS)
    view = codes.view()
    held = Knowledge(auxiliary=people, known_pairs=pairs_of(codes, 9))
    assert KnownPairs().lacking(view, Knowledge(auxiliary=people)) == (
        "needs records whose person is known (known pairs)"
    )
    assert KnownPairs().lacking(view, held) == "needs 10 known pairs or more, got 9"
    nameless = replace(held, auxiliary=people[["date_of_birth"]])
    assert KnownPairs(decode="spell").lacking(view, nameless) == (
        "the list of people has no given_name, surname"
    )
    assert KnownPairs(decode="spell", spelled="city+surname").inapplicable(view) == (
        "the release does not encode city"
    )
    digests = Hmac(key=KEY).encode(people[:30], FIELDS)
    assert "equal or not" in KnownPairs().inapplicable(digests.view())


def test_bad_parameters_are_named_together():
    with pytest.raises(InputError) as caught:
        KnownPairs(decode="read", precision=2, rounds=-1)  # type: ignore[arg-type]
    assert all(name in str(caught.value) for name in ("decode", "precision", "rounds"))


def test_blind_guesses_are_as_sure_as_draws_are(people):
    rng = np.random.default_rng(0)
    held = Knowledge(auxiliary=people)
    listed = KnownPairs().guess_blindly(50, held, rng=rng)
    assert (listed["confidence"] == 1 / len(people)).all()
    spelled = KnownPairs(decode="spell").guess_blindly(50, held, rng=rng)
    shares = people["surname"].value_counts(normalize=True)
    assert spelled["confidence"].tolist() == shares[spelled["guess"]].tolist()


class Counted:
    """A model whose bits are the q-grams."""

    def traces(self, grams):
        dense = grams.toarray().astype(np.float32)
        return np.stack([dense, dense])

    def chances(self, traces):
        return np.clip(traces[0], 0.01, 0.99)


def test_the_best_of_a_list_is_found_across_parts_and_with_one_barred(people, monkeypatch):
    vocabulary = Vocabulary.of("surname", people, None, 2)
    grams = vocabulary.grams
    bits = grams[:40].toarray() > 0
    monkeypatch.setattr("linkage.attacks.pairs.listing.CANDIDATES", 7)
    best = best_of(Counted(), bits, grams)
    assert best.place.tolist() == list(range(40))
    assert (best.margin > 0).all()
    barred = best_of(Counted(), bits, grams, without=np.arange(40))
    assert (barred.place != np.arange(40)).all()
    assert (barred.height < best.height).all()


def test_dates_are_spelled_as_days_and_forgotten_values_never(people):
    days = Vocabulary.of("date_of_birth", people[:50], None, 2)
    assert "2000-02-29" in days.values or days.values.min() > "2000-02-29"
    assert days.new == 0
    names = Vocabulary.of("surname", people[:50], None, 2)
    only = people["surname"].iloc[0]
    assert (people["surname"][1:50] != only).all()
    without = names.relearned(people[1:50], None, 2)
    place = names.values.get_loc(only)
    assert names.chance[place] > -20
    assert without.chance[place] < -1e6


def test_shares_of_the_population_make_common_values_likelier(people):
    shares = {"surname": pd.Series({"QUXLEY": 0.5, "SMITH": 0.5})}
    vocabulary = Vocabulary.of("surname", people[:50], shares, 2)
    assert "QUXLEY" in vocabulary.values
    chance = pd.Series(vocabulary.chance, vocabulary.values)
    assert chance["QUXLEY"] > chance[people["surname"].iloc[0]] + np.log(10)


def test_new_words_are_spelled_once_and_known_ones_not_again(people):
    vocabulary = Vocabulary.of("surname", people[:200], None, 2)
    word = "MARLENSORDAN"
    assert word not in vocabulary.values
    evidence = np.where(vocabulary.of_words(np.array([word], object), 2).toarray() > 0, 9.0, -9.0)
    options = options_of(vocabulary, evidence.astype(np.float32), 2)
    possible = options.words[0, options.fit[0] > -1e6].tolist()
    assert options.words[0, options.fit[0].argmax()] == word
    assert len(possible) == len(set(possible))


def test_spelling_forgets_only_what_nobody_else_has(people):
    codes = Clk(key=KEY).encode(people[:20], FIELDS)
    reader = Spelling.of(codes.view(), Knowledge(auxiliary=people[:20]), "surname")
    assert reader.without(np.array([], np.int64)).grams.shape == reader.grams.shape
    assert dice(reader.grams, reader.grams) == pytest.approx(1)
    assert reader.grams.max() == 1  # also of dates with a q-gram twice


def test_sureness_is_low_where_nothing_was_right():
    measures = np.random.default_rng(0).normal(size=(50, 2))
    learned = Sureness.learned(measures, np.zeros(50, np.bool_))
    assert learned.probability(measures).max() < 0.1
