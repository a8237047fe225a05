"""Known pairs: from some records whose person is known, what the codes of all others hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.attacks.base import Attack, Knowledge
from linkage.attacks.pairs.extension import Pairs, extended
from linkage.attacks.pairs.learning import Bits
from linkage.attacks.pairs.listing import Listing
from linkage.attacks.pairs.reading import Reader
from linkage.attacks.pairs.spelling import Spelling, fields_held
from linkage.attacks.patterns.candidates import PERSON, filters_of
from linkage.problems import Problems
from linkage.schemes import View
from linkage.schemes.base import JOIN, joined

FEWEST: Final = 10
"""Known pairs needed. A choice: fewer cannot be split to learn how far to trust."""

PRECISION: Final = 0.5
"""Claims more likely right than wrong, taken together. A choice."""


@dataclass(frozen=True)
class KnownPairs(Attack):
    """Learn from known pairs which q-gram leaves what trace in a code, and read the other codes.

    No key and no function is needed, only which fields were encoded and how many letters a q-gram
    has: what a q-gram does to a bit is learned. Of a list that holds the
    people, the one is named whose q-grams explain the code best. Without such a list, names
    are spelled from the q-grams that the code bears out, and known values preferred as far as
    they are common. Where pairs are few, guesses likelier right than not are learned from as well.

    Each guess carries the probability that it is right, learned by reading known pairs that were
    left out; of a list, half the time with their person taken off it. It is rather too low where
    pairs are few, since those left out are missed in learning.

    Pairs need not be known beforehand. Guesses of `linkage.attacks.GraphMatching` name the records
    of those on a list; with these as pairs, the fields of everybody else are spelled::

        found = GraphMatching().run(view, Knowledge(auxiliary=people))
        pairs = found.rename(columns={"guess": "person"})
        spelling = KnownPairs(decode="spell")
        spelling.run(view, Knowledge(auxiliary=people, known_pairs=pairs))

    Parameters
    ----------
    decode : {"list", "spell"}
        Whether the people are looked for on the list, or their fields are spelled. The list
        must have the people of the known pairs either way.
    spelled : str
        Field to spell, or several joined by ``+``; guesses are then written ``ANA|NG``.
    precision : float
        Expected share of right claims, in [0, 1]; 0 claims all.
    rounds : int
        How often guesses are learned from, at most.

    Examples
    --------
    >>> import synthetic
    >>> from linkage.schemes import Clk, Key
    >>> people = synthetic.World(people=300, seed=1).persons()[["given_name", "surname"]]
    >>> release = Clk(key=Key.random()).encode(people.sample(150, random_state=1))
    >>> pairs = pd.DataFrame({"record": range(75), "person": release.labels[:75]})
    >>> held = Knowledge(auxiliary=people, known_pairs=pairs)
    >>> guesses = KnownPairs().run(release.view(), held)
    >>> bool((release.labels[guesses["record"]] == guesses["guess"]).sum() > 60)
    True
    """

    decode: Literal["list", "spell"] = "list"
    spelled: str = "surname"
    precision: float = PRECISION
    rounds: int = 3

    name: ClassVar[str] = "known_pairs"
    needs: ClassVar[tuple[str, ...]] = ("auxiliary", "known_pairs")
    uses: ClassVar[tuple[str, ...]] = ("auxiliary", "known_pairs", "frequencies")
    method: ClassVar[str] = (
        "learns from records whose person is known what trace each q-gram leaves, and reads the "
        "other codes by it"
    )
    source: ClassVar[str] = (
        "neural pattern learning: NEPAL, Climbing Toward the Peak of Re-Identification in "
        "Privacy-Preserving Record Linkage, 2025; group testing in place of a network: Sejdinovic & "
        "Johnson 2010, doi:10.1109/ALLERTON.2010.5707018; choice of model, trials: this package"
    )

    def __post_init__(self) -> None:
        problems = Problems()
        problems.choice("known_pairs decode", self.decode, ("list", "spell"))
        problems.share("known_pairs precision", self.precision)
        problems.whole_number("known_pairs rounds", self.rounds, 0)
        problems.raise_any()

    @property
    def target(self) -> str:
        """A person on the adversary's list, or the fields spelled."""
        return PERSON if self.decode == "list" else self.spelled

    def inapplicable(self, view: View) -> str:
        """Needs codes in which q-grams leave traces, and the fields in them."""
        if code_bits(view) is None:
            return "codes are equal or not, and say nothing of parts of a value"
        absent = set(self.target.split(JOIN)) - {PERSON, *view.fields}
        return f"the release does not encode {', '.join(sorted(absent))}" if absent else ""

    def lacking(self, view: View, knowledge: Knowledge) -> str:
        """Needs enough records whose person is on the list, with fields that the release encodes."""
        missing = super().lacking(view, knowledge)
        if missing or knowledge.auxiliary is None:
            return missing
        known = fields_held(view, knowledge.auxiliary)
        needed = set() if self.decode == "list" else set(self.spelled.split(JOIN))
        if not known or not needed <= set(known):
            absent = [field for field in view.fields if field not in known]
            return f"the list of people has no {', '.join(absent)}"
        pairs = len(usable_pairs(view, knowledge))
        return "" if pairs >= FEWEST else f"needs {FEWEST} known pairs or more, got {pairs}"

    def tries(self, view: View, knowledge: Knowledge) -> int:
        """One a person on the list; spelling tries words of no fixed number."""
        return 0 if knowledge.auxiliary is None else len(knowledge.auxiliary)

    def candidates(self, view: View, knowledge: Knowledge) -> int:
        """People on the list; unknown where words are spelled."""
        return self.tries(view, knowledge) if self.decode == "list" else 0

    def targets(self, view: View, knowledge: Knowledge) -> pd.Index[Any]:
        """All records but those known."""
        everybody = pd.RangeIndex(len(view))
        if knowledge.known_pairs is None:
            return everybody
        return everybody.difference(pd.Index(knowledge.known_pairs["record"]), sort=False)

    def guess(self, view: View, knowledge: Knowledge, *, rng: np.random.Generator) -> pd.DataFrame:
        """Learn, read, and learn from what was read while pairs are few."""
        bits = code_bits(view)
        assert bits is not None
        assert knowledge.auxiliary is not None
        records = np.asarray(self.targets(view, knowledge), np.int64)
        record, person = usable_pairs(view, knowledge).T
        pairs = Pairs(person, bits[record])
        if not len(records):
            return pd.DataFrame({"record": [], "guess": [], "confidence": []})
        reader: Reader
        if self.decode == "list":
            reader = Listing.of(view, knowledge)
        else:
            reader = Spelling.of(view, knowledge, self.spelled)
        guess, probability = extended(pairs, bits[records], reader, self.rounds, rng=rng)
        if self.decode == "list":  # nobody is two records
            probability = np.where(_likeliest(guess, probability), probability, 0)
        claimed = _claims(probability, self.precision)
        return pd.DataFrame(
            {
                "record": records[claimed],
                "guess": guess[claimed],
                "confidence": probability[claimed],
            }
        )

    def guess_blindly(
        self, count: int, knowledge: Knowledge, *, rng: np.random.Generator
    ) -> pd.DataFrame:
        """Draw people from the list, or their values."""
        assert knowledge.auxiliary is not None
        listed = knowledge.auxiliary
        values = pd.Series(listed.index, dtype=object)
        if self.decode == "spell":
            values = joined(listed, self.spelled).astype(object).dropna()
        drawn = values.iloc[rng.integers(len(values), size=count)]
        shares = values.value_counts(normalize=True)
        return pd.DataFrame(
            {
                "record": np.arange(count),
                "guess": drawn.to_numpy(object),
                "confidence": drawn.map(shares).to_numpy(np.float64),
            }
        )


def code_bits(view: View) -> Bits | None:
    """Give what is set in each code, by position; None where codes do not show parts of values.

    Of symbols, whether there is one: as a Bloom filter whose columns are bits.
    """
    if view.scheme.linked_by not in ("dice", "field_dice", "jaccard"):
        return None
    return filters_of(view, PERSON) if view.symbols is None else view.symbols != 0


def usable_pairs(view: View, knowledge: Knowledge) -> NDArray[np.int64]:
    """Give record and person, by position, of the known pairs whose person is on the list.

    Returns
    -------
    (pairs, 2) array
    """
    assert knowledge.auxiliary is not None
    assert knowledge.known_pairs is not None
    record = knowledge.known_pairs["record"].to_numpy(np.int64)
    person = knowledge.auxiliary.index.get_indexer(pd.Index(knowledge.known_pairs["person"]))
    usable = (person >= 0) & (record >= 0) & (record < len(view))
    return np.column_stack([record, person])[usable]


def _likeliest(guess: NDArray[Any], probability: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a record is the likeliest of those with its guess."""
    order = np.lexsort((-probability, guess))
    first = order[np.unique(guess[order], return_index=True)[1]]
    return np.isin(np.arange(len(guess)), first)


def _claims(probability: NDArray[np.float64], precision: float) -> NDArray[np.int64]:
    """Choose as many of the likeliest as together keep the precision."""
    order = np.argsort(-probability, kind="stable")
    order = order[probability[order] > 0]
    expected = np.cumsum(probability[order]) / np.arange(1, len(order) + 1)
    return np.sort(order[: int((expected >= precision).sum())])  # it falls along the order
