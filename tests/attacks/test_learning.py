"""Models of what q-grams leave in codes, against codes whose making is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

import synthetic
from linkage.attacks.pairs.learning import Deciders, Touches, better_model, complements, likelihood
from linkage.attacks.patterns.candidates import PERSON, filters_of, incidence
from linkage.records import prepare
from linkage.schemes import Clk, Key, MinHash
from linkage.schemes.filters.gram_sets import GramSets, gram_sets

FIELDS = ("given_name", "surname")
KEY = Key(bytes(range(32)))


@pytest.fixture(scope="module")
def people():
    return prepare(synthetic.World(people=600, seed=2).persons()[list(FIELDS)])


@pytest.fixture(scope="module")
def sets(people) -> GramSets:
    return gram_sets(people, FIELDS, 2)


def bits_of(scheme, people):
    return filters_of(scheme.encode(people, list(FIELDS)).view(), PERSON)


def common(grams: sparse.csr_array) -> np.ndarray:
    return np.flatnonzero(np.asarray(grams.sum(axis=0)) >= 20)


@pytest.mark.parametrize("harden", [(), ("blip=0.05",)])
def test_touches_are_the_positions_that_the_key_chose(people, sets, harden):
    grams = incidence(sets)
    scheme = Clk(key=KEY, bits=512, hashes=5)
    hardened = Clk(key=KEY, bits=512, hashes=5, harden=harden)
    model = Touches.learned(grams, bits_of(hardened, people))
    for gram in common(grams):
        field, text = sets.texts[gram]
        true = np.zeros(512, np.bool_)
        true[scheme.positions(field, [text])[0]] = True
        assert ((model.touch[gram] > 0.5) == true).mean() > 0.99
    noise = 0.05 if harden else 0
    assert model.shown[0].mean() == pytest.approx(noise, abs=0.02)


def test_bits_of_complements_are_told(people, sets):
    scheme = Clk(key=KEY, bits=512, hashes=5)
    bits = bits_of(scheme, people)
    turned = np.arange(512) % 2 == 0
    found = complements(incidence(sets), bits ^ turned)
    assert (found == turned).mean() > 0.9


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        (Clk(key=KEY), Touches),
        (Clk(key=KEY, harden=("xor_fold",)), Touches),
        (MinHash(key=KEY), Deciders),
    ],
)
def test_the_model_that_fits_is_chosen(people, sets, scheme, expected):
    chosen = better_model(incidence(sets), bits_of(scheme, people), rng=np.random.default_rng(0))
    assert chosen is expected


@pytest.mark.parametrize(
    ("scheme", "kind"), [(Clk(key=KEY), Touches), (MinHash(key=KEY), Deciders)]
)
def test_unseen_codes_are_foretold(people, sets, scheme, kind):
    grams, bits = incidence(sets), bits_of(scheme, people)
    learned, unseen = slice(0, 400), slice(400, None)
    model = kind.learned(grams[learned], bits[learned])
    scores = likelihood(bits[unseen], model.chances(model.traces(grams[unseen])))
    own = scores.diagonal()
    same = (scores >= own[:, None]).sum(axis=1)  # namesakes are as likely
    assert np.median(same) <= 2


@pytest.mark.parametrize("kind", [Touches, Deciders])
def test_a_record_without_any_q_gram_is_no_obstacle(kind):
    grams = sparse.csr_array(np.array([[1, 0], [0, 1], [0, 0]] * 5, np.float32))
    bits = np.array([[True, False], [False, True], [False, False]] * 5)
    model = kind.learned(grams, bits)
    chances = model.chances(model.traces(grams[:3]))
    assert np.isfinite(chances).all()
    assert chances[0, 0] > 0.6 > 0.4 > chances[0, 1]


@pytest.mark.parametrize("kind", [Touches, Deciders])
def test_traces_of_parts_add_up(people, sets, kind):
    grams = incidence(sets)
    model = kind.learned(grams, bits_of(Clk(key=KEY, bits=64, hashes=2), people))
    half = grams.shape[1] // 2
    first, second = slice(0, half), slice(half, None)
    parts = model.part(first).traces(grams[:9, first]) + model.part(second).traces(
        grams[:9, second]
    )
    np.testing.assert_allclose(parts, model.traces(grams[:9]), rtol=1e-4, atol=1e-4)
