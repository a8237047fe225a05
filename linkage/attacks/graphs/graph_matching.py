"""Graph matching: the codes' similarities to each other are laid over those of people on a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import pandas as pd

from linkage.attacks.base import Attack, Knowledge
from linkage.attacks.graphs.matching import (
    FEW,
    KEYS,
    Found,
    OwnReleases,
    begin,
    code_rows,
    spread,
)
from linkage.attacks.graphs.seeds import Codes, Listed
from linkage.problems import Problems
from linkage.schemes import View
from linkage.schemes.base import present_fields

BEGIN: Final = ((2_000, 500), (5_000, 1_000), (10_000, 4_000))
"""People among whom is begun, and records at most, start by start. A choice, for seconds."""

AGREEMENT: Final = 0.7
"""Share of seeds that others must find again: .95 and more where right, under half where wrong."""


@dataclass(frozen=True)
class GraphMatching(Attack):
    """Lay the graph of similar codes over the graph of similar people on a list; no key needed.

    Whoever knows the method can encode a list under keys of its own. The codes differ; who is
    alike stays the same, and so does how alike a person is to people in general. The attack
    learns from its own releases how profiles of similarity carry over, pairs records with people by
    them, vaguely, and then by whether their similarities to all other pairs agree. It begins among
    those who stand out; those found serve as seeds for the rest.

    Success is all or nothing: the seeds are divided, and each half must find the other's people.
    Where they do not, no guess is made. Each guess carries the probability that it is right,
    learned by looking for people in a release of the attack's own making, half of them unlisted.

    Parameters
    ----------
    least : float
        Least probability of a guess.
    starts : int
        How often to begin, with new keys, among more people each time up to 10,000.

    Examples
    --------
    >>> import synthetic
    >>> from linkage.schemes import Clk, Key
    >>> names = ["given_name", "surname", "date_of_birth"]
    >>> people = synthetic.World(people=600, seed=1).persons()[names]
    >>> release = Clk(key=Key.random()).encode(people.sample(300, random_state=1))
    >>> guesses = GraphMatching().run(release.view(), Knowledge(auxiliary=people))
    >>> bool((release.labels[guesses["record"]] == guesses["guess"]).sum() > 280)
    True
    """

    least: float = 0.5
    starts: int = 3

    name: ClassVar[str] = "graph_matching"
    needs: ClassVar[tuple[str, ...]] = ("auxiliary", "function")
    uses: ClassVar[tuple[str, ...]] = ("auxiliary", "function")
    method: ClassVar[str] = (
        "encodes a list of people under other keys and lays who is alike there over who is alike "
        "in the release"
    )
    source: ClassVar[str] = (
        "Vidanage et al. 2020, doi:10.1145/3340531.3411931; Schaefer, Armknecht & Heng 2024, "
        "ACSAC; profiles and trials on its own list: this package"
    )

    def __post_init__(self) -> None:
        problems = Problems()
        problems.share("graph_matching least", self.least)
        problems.whole_number("graph_matching starts", self.starts, 1)
        problems.raise_any()

    @property
    def target(self) -> str:
        """A person on the adversary's list."""
        return "person"

    def inapplicable(self, view: View) -> str:
        """Needs codes of which some are more alike than others."""
        return "" if code_rows(view) is not None else "codes are equal or not, never similar"

    def lacking(self, view: View, knowledge: Knowledge) -> str:
        """Needs a list with fields that the release encodes."""
        missing = super().lacking(view, knowledge)
        if missing or knowledge.auxiliary is None:
            return missing
        known = present_fields(view.fields, knowledge.auxiliary)
        return "" if known else f"the list of people has no {', '.join(view.fields)}"

    def tries(self, view: View, knowledge: Knowledge) -> int:
        """One a person on the list."""
        return self.candidates(view, knowledge)

    def candidates(self, view: View, knowledge: Knowledge) -> int:
        """People on the list."""
        return 0 if knowledge.auxiliary is None else len(knowledge.auxiliary)

    def guess(self, view: View, knowledge: Knowledge, *, rng: np.random.Generator) -> pd.DataFrame:
        """Find seeds, then the rest; nobody where seeds do not confirm each other."""
        assert knowledge.auxiliary is not None
        codes = code_rows(view)
        assert codes is not None
        found = self.match(codes, view, knowledge.auxiliary, rng=rng)
        success = found.agreement >= AGREEMENT
        claimed = np.flatnonzero(success & (found.probability >= self.least))
        return pd.DataFrame(
            {
                "record": claimed,
                "guess": knowledge.auxiliary.index[found.person[claimed]].to_numpy(object),
                "confidence": found.probability[claimed],
            }
        )

    def match(
        self, codes: Codes, view: View, listed: pd.DataFrame, *, rng: np.random.Generator
    ) -> Found:
        """Match records with people on a list; see `Found`."""
        found = Found.none(len(codes))
        if min(len(codes), len(listed)) < FEW:
            return found
        for start in range(self.starts):
            own = OwnReleases(view, listed, rng)
            people = Listed(tuple(own.codes() for _ in range(KEYS)))
            seeds = begin(codes, own, people, *BEGIN[min(start, len(BEGIN) - 1)], rng=rng)
            found = spread(codes, own, people, seeds, rng=rng)
            if found.agreement >= AGREEMENT:
                break
        return found

    def guess_blindly(
        self, count: int, knowledge: Knowledge, *, rng: np.random.Generator
    ) -> pd.DataFrame:
        """Draw people from the list."""
        assert knowledge.auxiliary is not None
        labels = knowledge.auxiliary.index
        drawn = labels[rng.integers(len(labels), size=count)]
        return pd.DataFrame(
            {"record": np.arange(count), "guess": drawn, "confidence": 1 / len(labels)}
        )
