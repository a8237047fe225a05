"""Pattern mining: bits that are set together are one q-gram, and which one follows from its company."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from linkage.attacks.patterns.mining import Patterns, mined, refined
from linkage.attacks.patterns.pattern_attack import PatternAttack, Sample, pattern_size
from linkage.schemes import View

REFINED: Final = (4, 10, 0)
"""Rounds in which patterns are refined, one number after another until readings agree. A choice."""


@dataclass(frozen=True)
class PatternMining(PatternAttack):
    """Read Bloom filters without their hash functions, from which bits are set together.

    The positions of one q-gram are set in every filter that has it, so they stand out among the
    filters of any one of them. How common such patterns are, and how often two come together, is
    as in the list or in the population: this tells which q-gram each is. The filters are then read
    as candidates, and the positions of all q-grams, the rare ones too, are learned from what was
    read, in turn until nothing is added. Bits need not be set for certain, so hardening that
    flips, XORs or adds bits costs little.

    The readings are divided, and each half must be found again by what the other teaches; where
    it is not, no guess is made. A guess carries its probability among the candidates and values
    not listed.

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
    >>> guesses = PatternMining().run(release.view(), Knowledge(auxiliary=people))
    >>> bool((release.labels[guesses["record"]] == guesses["guess"]).sum() > 280)
    True
    """

    name: ClassVar[str] = "pattern_mining"
    method: ClassVar[str] = (
        "finds bits that are set together, takes them for q-grams as common and in the same "
        "company, and reads the filters"
    )
    source: ClassVar[str] = (
        "Christen, Vidanage, Ranbaduge & Schnell 2018, doi:10.1007/978-3-319-93040-4_42; chances in "
        "place of exact sets, and learning from what was read: this package"
    )

    def patterns(self, sample: Sample, view: View) -> Iterator[Patterns]:
        """Find them once, and give them refined more and less."""
        size = pattern_size(view.scheme)
        found = mined(sample.filters, size)
        for rounds in REFINED:
            yield refined(sample.filters, found, size, rounds)
