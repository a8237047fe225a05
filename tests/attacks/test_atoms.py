"""Atoms: those planted are found, those next to them are not, and whole releases are read."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthetic
from linkage.attacks import Knowledge
from linkage.attacks.patterns.atoms import Atoms, atoms_in, offsets_of
from linkage.attacks.patterns.atoms_kernels import common_atoms, unexplained_atoms
from linkage.attacks.patterns.candidates import candidates_of, filters_of
from linkage.schemes import Clk, FieldBloom, Hmac, Rbf

KEY = bytes(range(32))
NAMES = ["given_name", "surname", "date_of_birth"]
PEOPLE = synthetic.World(people=450, seed=1).persons()[NAMES]
VICTIMS = PEOPLE.sample(300, random_state=2)


def words(filters):
    """Columns of filters, one bit a filter."""
    padded = np.zeros((filters.shape[1], -(-len(filters) // 64) * 64), np.bool_)
    padded[:, : len(filters)] = filters.T
    return np.packbits(padded, axis=1, bitorder="little").view(np.uint64)


def read(scheme, listed=PEOPLE):
    """Attack a release; give the number of claims and of right ones."""
    view = scheme.encode(VICTIMS, NAMES).view()
    guesses = Atoms().run(view, Knowledge(auxiliary=listed))
    return len(guesses), int((VICTIMS.index[guesses["record"]] == guesses["guess"]).sum())


# --- the search


@pytest.mark.parametrize("hashing", ["double", "enhanced"])
def test_every_pattern_of_the_scheme_is_tried(hashing):
    grams = ["_S", "SM", "MI", "IT", "TH", "H_"]
    positions = Clk(bits=256, hashes=7, hashing=hashing, key=KEY).positions("surname", grams)
    offsets = offsets_of(7, 256, enhanced=hashing == "enhanced")
    tried = {frozenset(((first + row) % 256).tolist()) for row in offsets for first in range(256)}
    different = [row for row in positions if len(set(row.tolist())) >= 5]
    assert different
    assert all(frozenset(row.tolist()) in tried for row in different)


def test_positions_that_fall_together_are_not_tried():
    offsets = offsets_of(10, 64, enhanced=False)
    assert min(len(set(row)) for row in offsets.tolist()) >= 6
    assert [0] * 10 not in offsets.tolist()
    assert ((offsets[:, 1] <= 32) & (offsets[:, 1] > 0)).all()


def test_atoms_are_counted_as_by_hand():
    filters = np.random.default_rng(0).random((150, 64)) < 0.5
    offsets = offsets_of(3, 64, enhanced=False)
    found = np.empty((5_000, 3), np.int64)
    count = common_atoms(words(filters), offsets, 20, found)
    expected = {
        (first, row): int(filters[:, (first + offset) % 64].all(axis=1).sum())
        for row, offset in enumerate(offsets)
        for first in range(64)
    }
    assert {(first, row): n for first, row, n in found[:count].tolist()} == {
        atom: n for atom, n in expected.items() if n >= 20
    }
    assert 0 < count < len(expected)


def test_atoms_beyond_the_room_are_counted_and_not_noted():
    filters = np.ones((100, 64), np.bool_)
    found = np.full((5, 3), -1, np.int64)
    count = common_atoms(words(filters), offsets_of(3, 64, enhanced=False), 10, found)
    assert count > 5
    assert (found[:, 2] == 100).all()


def test_atom_beside_another_is_explained():
    filters = np.random.default_rng(1).random((500, 128)) < 0.3
    real = np.arange(6) * 5
    filters[:100, real] = True
    atoms = np.stack([real, real + 5, np.arange(6) * 7 + 60])
    filters[300:330, atoms[2]] = True
    assert unexplained_atoms(words(filters), atoms, 0.4).tolist() == [True, False, True]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("enhanced", [False, True])
def test_planted_atoms_are_found_exactly(seed, enhanced):
    rng = np.random.default_rng(seed)
    offsets = offsets_of(10, 256, enhanced=enhanced)
    rows, firsts = rng.choice(len(offsets), 12, replace=False), rng.integers(256, size=12)
    atoms = (firsts[:, None] + offsets[rows]) % 256
    filters = np.zeros((800, 256), np.bool_)
    has = rng.random((800, 12)) < 0.15
    for atom, who in zip(atoms, has.T, strict=True):
        filters[np.ix_(who, atom)] = True
    found = atoms_in(filters, offsets)
    sets = {frozenset(np.flatnonzero(row).tolist()) for row in found.columns}
    assert sets == {frozenset(atom.tolist()) for atom in atoms}
    for columns, chances in zip(found.columns, found.chances.T, strict=True):
        assert (chances.astype(bool) == filters[:, columns].all(axis=1)).all()


def test_random_filters_have_no_atoms():
    filters = np.random.default_rng(2).random((1_000, 256)) < 0.2
    assert len(atoms_in(filters, offsets_of(10, 256, enhanced=False))) == 0


def test_atoms_of_names_are_those_of_the_key():
    scheme = Clk(key=KEY)
    view = scheme.encode(VICTIMS, NAMES).view()
    found = atoms_in(filters_of(view, "person"), offsets_of(10, 1024, enhanced=False))
    texts = candidates_of(view, Knowledge(auxiliary=VICTIMS), "person").texts
    real = {frozenset(scheme.positions(name, [gram])[0].tolist()) for name, gram in texts}
    right = [frozenset(np.flatnonzero(row).tolist()) in real for row in found.columns]
    assert len(right) > 150
    assert np.mean(right) > 0.99


# --- whole releases


@pytest.mark.parametrize(("key", "hashing"), [(KEY, "double"), (bytes(32), "enhanced")])
def test_people_on_a_list_are_named_whatever_the_key(key, hashing):
    claimed, right = read(Clk(key=key, hashing=hashing))
    assert right == claimed
    assert right > 270


@pytest.mark.parametrize("hardening", ["rehash", "blip=0.02"])
def test_hardening_in_place_is_read_through(hardening):
    claimed, right = read(Clk(key=KEY, harden=(hardening,)))
    assert claimed - right <= 0.02 * claimed
    assert right >= 150


def test_people_not_listed_are_left_out():
    claimed, right = read(Clk(key=KEY), listed=PEOPLE.drop(VICTIMS.index[:100]))
    assert right == claimed
    assert 150 < claimed <= 200


def test_where_it_fails_nothing_is_claimed():
    assert read(Clk(key=KEY, salt_by="date_of_birth"))[0] <= 3


# --- bounds


@pytest.mark.parametrize(
    ("scheme", "column", "reason"),
    [
        (Clk(key=KEY), "person", ""),
        (Clk(key=KEY, harden=("xor_fold",)), "person", ""),
        (Clk(key=KEY, hashing="independent"), "person", "independent hashes have no atoms"),
        (Clk(key=KEY, harden=("permute",)), "person", "permute puts bits in an order of its own"),
        (Clk(key=KEY, harden=("balance",)), "person", "balance puts bits in an order of its own"),
        (Rbf(key=KEY), "person", "bits are sampled and permuted, so atoms are not to be seen"),
        (Hmac(key=KEY), "person", "the release has no Bloom filters of q-grams"),
        (Clk(key=KEY), "surname", "no filter holds surname alone"),
        (FieldBloom(key=KEY), "surname", ""),
    ],
)
def test_where_it_applies(scheme, column, reason):
    view = scheme.encode(VICTIMS[:20], NAMES).view()
    assert Atoms(column).inapplicable(view) == reason


def test_method_must_be_known():
    view = Clk(key=KEY).encode(VICTIMS[:20], NAMES).view()
    known = Knowledge(auxiliary=PEOPLE, function=False)
    assert Atoms().lacking(view, known) == "needs the published method (function)"
    with pytest.raises(ValueError, match="atoms on person: needs the published method"):
        Atoms().run(view, known)


def test_values_are_read_by_their_frequencies():
    people = synthetic.World(people=3_000, seed=1).persons()[["given_name"]]
    names = people["given_name"].str.replace("-", " ")
    view = FieldBloom(key=KEY).encode(pd.DataFrame({"given_name": names}), ["given_name"]).view()
    known = Knowledge(frequencies={"given_name": names.value_counts(normalize=True)})
    guesses = Atoms("given_name").run(view, known)
    right = names.to_numpy(object)[guesses["record"]] == guesses["guess"]
    assert right.mean() > 0.99
    assert right.sum() > 0.8 * len(names)
