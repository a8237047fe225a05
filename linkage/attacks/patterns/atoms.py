"""Atoms: all patterns that double hashing can give a q-gram, tried out on the filters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from linkage.attacks.patterns.mining import WHOLE, Bools, Patterns, joined, refined
from linkage.attacks.patterns.pattern_attack import PatternAttack, Sample, pattern_size
from linkage.schemes import View
from linkage.schemes.filters.encoder import BloomFilter
from linkage.schemes.filters.hardening import bits_after, parse
from linkage.schemes.filters.hardening_steps import Balance, Diffuse, Permute

LEAST_FILTERS: Final = 10
"""Filters that must contain an atom. A choice."""

UNEXPLAINED: Final = 0.4
"""Share of an atom's bits that no commoner atom may explain. A choice: of an atom that stands next to
another, one or two bits are left; of a real one, all but those that others set by chance."""

MOST: Final = 1 << 20
"""Atoms noted at most. A choice, for memory; rarer ones are not sought where there are more."""

REFINED: Final = (0, 4, 10)
"""Rounds in which patterns are refined, one number after another until readings agree. A choice."""


@dataclass(frozen=True)
class Atoms(PatternAttack):
    """Read Bloom filters of double hashing: a q-gram has one of fewer than ``bits ** 2`` patterns.

    All of them, called atoms, are tried out: those of q-grams are contained in far more filters
    than by chance. Which is which q-gram, and what filters say, is found as in
    `linkage.attacks.patterns.pattern_mining.PatternMining`. Enhanced double hashing has as many
    atoms and is read as well. Independent hashes have none; nor can they be listed where hardening
    puts bits in an order of its own.

    Parameters
    ----------
    column : str
        "person": whoever of the list it is. A field: its value, where a filter holds it alone.
    least : float
        Least probability of a guess.

    Examples
    --------
    >>> import synthetic
    >>> from linkage.attacks import Knowledge
    >>> from linkage.schemes import Clk, Key
    >>> names = ["given_name", "surname", "date_of_birth"]
    >>> people = synthetic.World(people=600, seed=1).persons()[names]
    >>> release = Clk(key=Key.random()).encode(people.sample(300, random_state=1))
    >>> guesses = Atoms().run(release.view(), Knowledge(auxiliary=people))
    >>> bool((release.labels[guesses["record"]] == guesses["guess"]).sum() > 280)
    True
    """

    name: ClassVar[str] = "atoms"
    needs: ClassVar[tuple[str, ...]] = ("function",)
    uses: ClassVar[tuple[str, ...]] = ("auxiliary", "frequencies", "function")
    method: ClassVar[str] = (
        "tries all patterns that double hashing can give a q-gram, takes those found often for "
        "q-grams as common and in the same company, and reads the filters"
    )
    source: ClassVar[str] = (
        "Niedermeyer, Steinmetzer, Kroll & Schnell 2014, doi:10.29012/jpc.v6i2.640; Kroll & "
        "Steinmetzer 2015, arXiv 1410.6739"
    )

    def inapplicable(self, view: View) -> str:
        """Needs double hashing, and bits in their own order."""
        obstacle = super().inapplicable(view)
        if obstacle:
            return obstacle
        scheme = view.scheme
        assert isinstance(scheme, BloomFilter)
        if scheme.name == "rbf":
            return "bits are sampled and permuted, so atoms are not to be seen"
        if scheme.hashing == "independent":
            return "independent hashes have no atoms"
        mixing = [step for step in map(parse, scheme.harden) if isinstance(step, MIXING)]
        return f"{mixing[0].name} puts bits in an order of its own" if mixing else ""

    def warm_up(self) -> None:
        """Compile the search."""
        filters = np.zeros((64, 64), np.bool_)
        atoms_in(filters, offsets_of(2, 64, enhanced=False))

    def patterns(self, sample: Sample, view: View) -> Iterator[Patterns]:
        """Find atoms once, and give them as they are and refined."""
        scheme = view.scheme
        assert isinstance(scheme, BloomFilter)
        bits = bits_after(scheme.bits, map(parse, scheme.harden))
        offsets = offsets_of(scheme.hashes, bits, enhanced=scheme.hashing == "enhanced")
        parts = []
        for first in range(0, int(sample.columns[-1]) + 1, bits):  # a filter a field, side by side
            here = np.flatnonzero((sample.columns >= first) & (sample.columns < first + bits))
            filters = np.zeros((len(sample.filters), bits), np.bool_)
            filters[:, sample.columns[here] - first] = sample.filters[:, here]
            found = atoms_in(filters, offsets)
            columns = np.zeros((len(found), len(sample.columns)), np.bool_)
            columns[:, here] = found.columns[:, sample.columns[here] - first]
            parts.append(Patterns(columns, found.chances))
        for rounds in REFINED:
            yield refined(sample.filters, joined(parts), pattern_size(scheme), rounds)


MIXING: Final = (Balance, Permute, Diffuse)
"""Steps that put bits in an order that the key chooses."""


def offsets_of(hashes: int, bits: int, *, enhanced: bool) -> NDArray[np.int64]:
    """Give the distances of an atom's positions from its first; (second hashes, hashes).

    ``i h2``, and ``(i ** 3 - i) / 6`` more where enhanced (Dillinger & Manolios 2004,
    doi:10.1007/978-3-540-30494-4_26). Without it, ``h2`` and ``-h2`` give the same atoms, so half
    are enough; those with few different positions, of which chance makes many, are left out.

    Examples
    --------
    >>> offsets_of(3, 8, enhanced=False).tolist()
    [[0, 1, 2], [0, 2, 4], [0, 3, 6], [0, 4, 0]]
    """
    i = np.arange(hashes, dtype=np.int64)
    second = np.arange(bits if enhanced else bits // 2 + 1, dtype=np.int64)
    offsets = i * second[:, None] + (i**3 - i) // 6 * enhanced
    offsets %= bits
    different = [len(set(row)) for row in offsets.tolist()]
    return np.asarray(offsets[np.array(different) >= WHOLE * hashes])


def atoms_in(filters: Bools, offsets: NDArray[np.int64]) -> Patterns:
    """Find the atoms that filters contain for themselves, not for what others set.

    Parameters
    ----------
    filters : (filters, bits) array
        Distinct ones.
    offsets : (second hashes, hashes) array
        As of `offsets_of`.

    Examples
    --------
    >>> filters = np.random.default_rng(0).random((300, 64)) < 0.1
    >>> filters[:50, [5, 12, 19, 26, 33, 40]] = True
    >>> found = atoms_in(filters, offsets_of(6, 64, enhanced=False))
    >>> [np.flatnonzero(columns).tolist() for columns in found.columns]
    [[5, 12, 19, 26, 33, 40]]
    """
    from linkage.attacks.patterns.atoms_kernels import common_atoms, unexplained_atoms

    padded = np.zeros((filters.shape[1], -(-len(filters) // 64) * 64), np.bool_)
    padded[:, : len(filters)] = filters.T
    columns = np.packbits(padded, axis=1, bitorder="little").view(np.uint64)
    least, count = LEAST_FILTERS, MOST + 1
    found = np.empty((MOST, 3), np.int64)
    while count > MOST:
        count = common_atoms(columns, offsets, least, found)
        least *= 2
    found = found[:count][np.argsort(-found[:count, 2], kind="stable")]
    atoms = (found[:, :1] + offsets[found[:, 1]]) % filters.shape[1]
    atoms = atoms[unexplained_atoms(columns, atoms, UNEXPLAINED)]
    sets = np.zeros((len(atoms), filters.shape[1]), np.bool_)
    np.put_along_axis(sets, atoms, True, axis=1)
    inside = [filters[:, each].all(axis=1) for each in atoms]
    chances = np.array(inside, np.float32).reshape(len(atoms), len(filters)).T
    return Patterns(sets, chances)
