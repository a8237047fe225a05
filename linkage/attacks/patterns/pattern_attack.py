"""Filters read without their hash functions: patterns found, taken for q-grams, and decoded."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.attacks.base import Attack, Knowledge, lacking
from linkage.attacks.patterns.candidates import PERSON, Candidates, candidates_of, filters_of
from linkage.attacks.patterns.decoding import FEWEST, SURE, Model, Reading, agreement
from linkage.attacks.patterns.gram_alignment import VARIANCES, gram_chances
from linkage.attacks.patterns.mining import Bools, Patterns, Rows, telling_columns
from linkage.attacks.patterns.renaming import unequivocal
from linkage.problems import Problems
from linkage.schemes import View
from linkage.schemes.base import Scheme, present_fields
from linkage.schemes.filters.encoder import BloomFilter
from linkage.schemes.filters.hardening import bits_after, parse
from linkage.schemes.filters.hardening_steps import Diffuse, Rule90

SAMPLE: Final = 10_000
"""Filters that patterns are sought in. A choice, for seconds."""

LEARNED: Final = 2_000
"""Filters that are read at first, in rounds. A choice, for seconds."""

TAUGHT: Final = 20_000
"""Filters from which rare q-grams are learned. A choice, for seconds."""

FEWEST_PATTERNS: Final = 5
"""Patterns without which there is nothing to align. A choice."""

MOST_PATTERNS: Final = 250
"""Patterns that are taken for q-grams at first, the commonest. A choice: the rest follow from these."""

MORE_GRAMS: Final = 1.3
"""Q-grams for each pattern that it may be. A choice."""

ROUNDS: Final = 15
"""Rounds of reading and learning at most. A choice."""

SETTLED: Final = 0.97
"""Share of readings that are as before when they have settled. A choice."""

AGREEMENT: Final = 0.9
"""Share of readings to be found again by those of other candidates. A choice: in synthetic worlds right ones
came to .94 and more, wrong ones to less than .7."""


@dataclass(frozen=True)
class PatternAttack(Attack):
    """What the attacks that find the patterns of q-grams share.

    Parameters
    ----------
    column : str
        "person": whoever of a list it is. A field: its value, where a filter holds it alone.
    least : float
        Least probability of a guess.
    """

    column: str = PERSON
    least: float = 0.5

    uses: ClassVar[tuple[str, ...]] = ("auxiliary", "frequencies")

    def __post_init__(self) -> None:
        problems = Problems()
        problems.share(f"{self.name} least", self.least)
        problems.raise_any()

    @property
    def target(self) -> str:
        """A person on the adversary's list, or a field's value."""
        return self.column

    def inapplicable(self, view: View) -> str:
        """Needs a Bloom filter that holds the target alone."""
        if not isinstance(view.scheme, BloomFilter):
            return "the release has no Bloom filters of q-grams"
        if filters_of(view, self.target) is None:
            return f"no filter holds {self.target} alone"
        return ""

    def lacking(self, view: View, knowledge: Knowledge) -> str:
        """Needs a list of people with fields that the release encodes, or how common values are."""
        missing = super().lacking(view, knowledge)
        if missing:
            return missing
        if self.target != PERSON:
            known = knowledge.frequencies or {}
            return "" if self.target in known else f"needs the frequencies of {self.target}"
        missing = lacking(knowledge, ("auxiliary",))
        if missing or knowledge.auxiliary is None:
            return missing
        if present_fields(view.fields, knowledge.auxiliary):
            return ""
        return f"the list of people has no {', '.join(view.fields)}"

    def tries(self, view: View, knowledge: Knowledge) -> int:
        """One a candidate."""
        return self.candidates(view, knowledge)

    def candidates(self, view: View, knowledge: Knowledge) -> int:
        """People on the list, or values known."""
        if self.target == PERSON:
            return 0 if knowledge.auxiliary is None else len(knowledge.auxiliary)
        return len((knowledge.frequencies or {}).get(self.target, ()))

    def guess(self, view: View, knowledge: Knowledge, *, rng: np.random.Generator) -> pd.DataFrame:
        """Read the filters; none where readings do not confirm each other, or others are as good."""
        filters = filters_of(view, self.target)
        assert filters is not None
        filled = np.flatnonzero(filters.any(axis=1))
        candidates = candidates_of(view, knowledge, self.target)
        distinct = Distinct.of(filters[filled])
        reading = self.read(distinct, candidates, view, rng=rng)
        if reading is None:
            return _guesses(filled[:0], candidates.labels[:0], np.zeros(0))
        confidence = reading.confidence[distinct.place]
        sure = np.flatnonzero(confidence >= self.least)
        labels = candidates.labels[reading.best[distinct.place[sure]]]
        return _guesses(filled[sure], labels, confidence[sure])

    def read(
        self, distinct: Distinct, candidates: Candidates, view: View, *, rng: np.random.Generator
    ) -> Reading | None:
        """Find patterns, take them for q-grams, read filters; None if that fails."""
        if len(distinct.filters) < FEWEST or not candidates.texts:
            return None
        order = rng.permutation(len(distinct.filters))
        columns = telling_columns(distinct.filters[order[:SAMPLE]])
        if not len(columns):
            return None
        bits = distinct.filters[:, columns]
        sample = Sample(bits[order[:SAMPLE]], distinct.counts[order[:SAMPLE]], columns)
        few, many = bits[order[:LEARNED]], bits[order[:TAUGHT]]
        size = pattern_size(view.scheme)
        blank = Model.blank(candidates.grams.shape[1], sample.filters, size)
        for patterns, variance in self._attempts(sample, view):
            model = begun(blank, patterns, sample.counts, candidates, variance)
            model, reading = settled(model, few, candidates)
            if agreement(few, reading, candidates, blank) < AGREEMENT:
                continue
            if len(many) > len(few):  # rare q-grams are learned from more
                reading = model.read(many, candidates)
                model = taught(model, many, reading, reading.sure(), candidates)
            reading = model.read(bits, candidates)
            sure = reading.best[reading.sure()]
            return reading if unequivocal(sure, len(bits), candidates) else None
        return None

    def _attempts(self, sample: Sample, view: View) -> Iterator[tuple[Patterns, float]]:
        for patterns in self.patterns(sample, view):
            if len(patterns) >= FEWEST_PATTERNS:
                yield from ((patterns, variance) for variance in VARIANCES)

    @abstractmethod
    def patterns(self, sample: Sample, view: View) -> Iterator[Patterns]:
        """Find columns that q-grams set, in one way after another."""

    def guess_blindly(
        self, count: int, knowledge: Knowledge, *, rng: np.random.Generator
    ) -> pd.DataFrame:
        """Draw people from the list, or guess the commonest value for everyone."""
        if self.target == PERSON:
            assert knowledge.auxiliary is not None
            labels = knowledge.auxiliary.index
            drawn = labels[rng.integers(len(labels), size=count)]
            return pd.DataFrame(
                {"record": np.arange(count), "guess": drawn, "confidence": 1 / len(labels)}
            )
        shares = (knowledge.frequencies or {}).get(self.target, pd.Series(dtype=float))
        commonest = shares.idxmax() if len(shares) else None
        return pd.DataFrame({"record": np.arange(count), "guess": commonest, "confidence": np.nan})


@dataclass(frozen=True, eq=False)
class Distinct:
    """Filters that differ, so that each is read once.

    Parameters
    ----------
    filters : (filters, bits) array
    counts : (filters,) array
        Records with each.
    place : (records,) int array
        Which is whose.
    """

    filters: Bools
    counts: NDArray[np.float64]
    place: Rows

    @classmethod
    def of(cls, filters: Bools) -> Distinct:
        """Find those that differ.

        Examples
        --------
        >>> Distinct.of(np.array([[True, False], [False, True], [True, False]])).place.tolist()
        [1, 0, 1]
        """
        packed = np.packbits(filters, axis=1)
        rows = np.ascontiguousarray(packed).view(f"V{packed.shape[1]}").ravel()
        _, first, place, counts = np.unique(
            rows, return_index=True, return_inverse=True, return_counts=True
        )
        return cls(filters[first], counts.astype(np.float64), place)


@dataclass(frozen=True, eq=False)
class Sample:
    """Distinct filters in which patterns are sought.

    Parameters
    ----------
    filters : (filters, columns) array
    counts : (filters,) array
        Records with each.
    columns : (columns,) int array
        Which bit each is; see `linkage.attacks.patterns.mining.telling_columns`.
    """

    filters: Bools
    counts: NDArray[np.float64]
    columns: Rows


def pattern_size(scheme: Scheme) -> int:
    """Tell how many bits a q-gram sets, near enough, in the filters that leave.

    Examples
    --------
    >>> from linkage.schemes import Clk
    >>> pattern_size(Clk(hashes=10, markov=1, harden=("rule90", "permute")))
    40
    """
    assert isinstance(scheme, BloomFilter)
    size = scheme.hashes * (1 + scheme.markov)
    for step in map(parse, scheme.harden):
        size *= 2 if isinstance(step, Rule90) else step.t if isinstance(step, Diffuse) else 1
    return min(size, bits_after(scheme.bits, map(parse, scheme.harden)) // 2)


def begun(
    blank: Model,
    patterns: Patterns,
    counts: NDArray[np.float64],
    candidates: Candidates,
    variance: float = VARIANCES[0],
) -> Model:
    """Take patterns for q-grams, as far as that is likelier than not."""
    patterns = patterns.chosen(np.arange(min(len(patterns), MOST_PATTERNS)))
    usual = candidates.together()
    commonest = np.argsort(-np.diag(usual), kind="stable")[: int(MORE_GRAMS * len(patterns))]
    expected = counts.sum() * usual[np.ix_(commonest, commonest)]
    chances = gram_chances(patterns.together(counts), expected, variance)
    found = np.flatnonzero(chances.max(axis=1) >= SURE)
    return blank.knowing(commonest[chances[found].argmax(axis=1)], patterns.columns[found])


def settled(model: Model, bits: Bools, candidates: Candidates) -> tuple[Model, Reading]:
    """Read and learn in turn until readings change no more.

    Where two q-grams have exchanged their patterns, those who have one of them are doubted and
    not learned from, so it stays. Therefore one learns from them at last as well, and keeps to
    that if more is read.
    """
    model, reading = _settled(model, model.read(bits, candidates), bits, candidates)
    sure, likely = reading.sure(), reading.likely()
    if len(sure) < FEWEST or len(likely) <= len(sure):
        return model, reading
    bold = taught(model, bits, reading, likely, candidates)
    again = bold.read(bits, candidates)
    if len(again.sure()) <= len(sure):
        return model, reading
    return _settled(bold, again, bits, candidates)


def _settled(
    model: Model, reading: Reading, bits: Bools, candidates: Candidates
) -> tuple[Model, Reading]:
    for _ in range(ROUNDS):
        if len(reading.sure()) < FEWEST:
            break
        model = taught(model, bits, reading, reading.sure(), candidates)
        before, reading = reading, model.read(bits, candidates)
        if reading.same(before) >= SETTLED:
            break
    return model, reading


def taught(
    model: Model, bits: Bools, reading: Reading, rows: Rows, candidates: Candidates
) -> Model:
    """Learn from the readings of some filters."""
    return model.learned(bits[rows], candidates.grams[reading.best[rows]])


def _guesses(records: Rows, labels: pd.Index[Any], confidence: NDArray[np.float64]) -> pd.DataFrame:
    return pd.DataFrame(
        {"record": records, "guess": labels.to_numpy(object), "confidence": confidence}
    )
