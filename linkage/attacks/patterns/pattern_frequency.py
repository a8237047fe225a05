"""Bit-pattern frequency: frequent filters are frequent values, and teach how to read the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Final

import numpy as np
import pandas as pd

from linkage.attacks.alignment import Column, count_scores
from linkage.attacks.base import Attack, Knowledge
from linkage.attacks.frequency import learned_from
from linkage.attacks.patterns.candidates import PERSON, Candidates, filters_of, incidence
from linkage.attacks.patterns.decoding import FEWEST, Model, Reading, agreement
from linkage.attacks.patterns.mining import Bools, Rows, telling_columns
from linkage.attacks.patterns.pattern_attack import Distinct, pattern_size, settled, taught
from linkage.attacks.patterns.value_alignment import (
    WORTHS,
    Expected,
    found_again,
    likeness,
    value_chances,
)
from linkage.problems import Problems
from linkage.schemes import DemoKey, View
from linkage.schemes.base import JOIN
from linkage.schemes.filters.encoder import BloomFilter
from linkage.schemes.filters.gram_sets import gram_sets

FREQUENT: Final = 3
"""Records with a filter from which it counts as frequent; some must be. A choice: two may be kin."""

ALIGNED: Final = 300
"""Filters that are aligned with values, the commonest. A choice, for seconds: the rest are read."""

VALUES: Final = 1_000
"""Values that these may be, the commonest. A choice, for seconds: two populations have other ranks."""

KEYS: Final = 8
"""Keys of one's own under which these values are encoded. A choice."""

LESSONS: Final = 4
"""Rounds of learning from the aligned filters. A choice: what a q-gram sets shows once others are known."""

READ: Final = 2_000
"""Filters that are read at first, in rounds, the commonest. A choice, for seconds."""

TAUGHT: Final = 20_000
"""Filters from which rare q-grams are learned. A choice, for seconds."""

CONFIRMED: Final = 0.9
"""Share of the readings to be found again by the other half. Right ones came to .93 and more; wrong ones
to less than .6 for one field, to .87 for pairs of names, half of which may be right."""

FOUND_AGAIN: Final = 0.8
"""Share of the aligned filters to be found again by the other half, where no reading confirms them. Where
nearly all were right it came to .84 and more, where many were wrong to .78 at most."""


@dataclass(frozen=True)
class PatternFrequency(Attack):
    """Take frequent filters for frequent values, and read the others by what these teach.

    Equal values have equal filters, so how often a filter occurs hints at the value. Counts alone
    misplace all but a few: in another population ranks are others. But filters of similar values
    are similar, and whoever knows the method can encode values under keys of its own to see how
    similar. So the frequent filters are aligned with frequent values by count, by set bits, and by
    who is like whom, all at once. The aligned pairs teach which positions each q-gram sets, which
    it does not, and all filters are read by that, rare ones too, in turn until nothing is added.

    The readings are divided, and each half must be found again by what the other teaches. Where
    they are not, the aligned filters alone are claimed, if each half of them finds the other
    again by similarity; else nothing is. A guess carries its probability among the values and
    others not listed.

    It has nothing to go by where equal values have unequal filters, as after random flips or under
    a salt that differs from record to record.

    Parameters
    ----------
    column : str
        A field whose value a filter holds alone. Or all fields of a filter, ``given_name+surname``,
        with frequencies of the pairs, written ``ANA|NG``.
    least : float
        Least probability of a guess.

    Examples
    --------
    >>> import synthetic
    >>> from linkage.records import prepare
    >>> from linkage.schemes import FieldBloom, Key
    >>> here, there = (prepare(synthetic.World(people=2_000, seed=n).persons()) for n in (1, 2))
    >>> release = FieldBloom(key=Key.random()).encode(here, ["given_name"])
    >>> shares = there["given_name"].value_counts(normalize=True)
    >>> known = Knowledge(frequencies={"given_name": shares})
    >>> guesses = PatternFrequency("given_name").run(release.view(), known)
    >>> right = here["given_name"].to_numpy(object)[guesses["record"]] == guesses["guess"]
    >>> bool(len(right) > 1_000 and right.mean() > 0.98)
    True
    """

    column: str = "surname"
    least: float = 0.5

    name: ClassVar[str] = "pattern_frequency"
    needs: ClassVar[tuple[str, ...]] = ("frequencies", "function")
    uses: ClassVar[tuple[str, ...]] = ("frequencies", "function")
    method: ClassVar[str] = (
        "takes frequent filters for frequent values that are as alike, learns from them which bits "
        "q-grams set, and reads the rest"
    )
    source: ClassVar[str] = (
        "Christen, Schnell, Vatsalan & Ranbaduge 2017, doi:10.1007/978-3-319-57454-7_49; alignment "
        "by similarity under other keys, and chances in place of exact sets: this package"
    )

    def __post_init__(self) -> None:
        problems = Problems()
        problems.share(f"{self.name} least", self.least)
        problems.raise_any()

    @property
    def target(self) -> str:
        """The value, or values, behind a filter."""
        return self.column

    def inapplicable(self, view: View) -> str:
        """Needs a Bloom filter that holds the target alone, and filters that repeat."""
        if not isinstance(view.scheme, BloomFilter):
            return "the release has no Bloom filters of q-grams"
        if self.column == PERSON:
            return "how common values are tells no person; try a field"
        filters = _filters(view, self.column)
        if filters is None:
            return f"no filter holds {self.column} alone"
        often = int((_filled(filters)[1].counts >= FREQUENT).sum())
        if often >= FEWEST:
            return ""
        return f"filters hardly repeat: {often} occur {FREQUENT} times or more, {FEWEST} are needed"

    def lacking(self, view: View, knowledge: Knowledge) -> str:
        """Needs to know how common the target's values are."""
        missing = super().lacking(view, knowledge)
        if missing:
            return missing
        known = self.column in (knowledge.frequencies or {})
        return "" if known else f"needs the frequencies of {self.column}"

    def tries(self, view: View, knowledge: Knowledge) -> int:
        """One a value."""
        return self.candidates(view, knowledge)

    def candidates(self, view: View, knowledge: Knowledge) -> int:
        """Values that the population is known to have."""
        return len((knowledge.frequencies or {}).get(self.column, ()))

    def guess(self, view: View, knowledge: Knowledge, *, rng: np.random.Generator) -> pd.DataFrame:
        """Align the frequent filters, read all; none where neither confirms itself."""
        filters = _filters(view, self.column)
        assert filters is not None
        records, distinct = _filled(filters)
        values = Values.of(view, knowledge, self.column)
        labels = values.candidates.labels.to_numpy(object)
        reading = read(distinct, values, view, rng=rng)
        if reading is None:
            return pd.DataFrame({"record": records[:0], "guess": labels[:0], "confidence": 0.0})
        confidence = reading.confidence[distinct.place]
        sure = np.flatnonzero(confidence >= self.least)
        guesses = labels[reading.best[distinct.place[sure]]]
        return pd.DataFrame(
            {"record": records[sure], "guess": guesses, "confidence": confidence[sure]}
        )

    def guess_blindly(
        self, count: int, knowledge: Knowledge, *, rng: np.random.Generator
    ) -> pd.DataFrame:
        """Guess the commonest value for everyone."""
        shares = (knowledge.frequencies or {}).get(self.column, pd.Series(dtype=float))
        commonest = shares.idxmax() if len(shares) else None
        return pd.DataFrame({"record": np.arange(count), "guess": commonest, "confidence": np.nan})


@dataclass(frozen=True, eq=False)
class Values:
    """What the population is known to have, most common first.

    Parameters
    ----------
    candidates : Candidates
    parts : pandas.DataFrame
        The same as records that can be encoded.
    people : float
        People of whom the shares were learned; infinite where they are exact.
    """

    candidates: Candidates
    parts: pd.DataFrame
    people: float

    @classmethod
    def of(cls, view: View, knowledge: Knowledge, column: str) -> Values:
        """Cut the values into fields and q-grams."""
        assert knowledge.frequencies is not None
        known = knowledge.frequencies[column]
        known = known[known > 0].sort_values(ascending=False, kind="stable")
        fields = column.split(JOIN)
        split = pd.Series(known.index.astype(str)).str.split("|", n=len(fields) - 1, expand=True)
        split = split.reindex(columns=range(len(fields)))
        parts = split.set_axis(fields, axis=1).astype("string")
        sets = gram_sets(parts, tuple(fields), int(getattr(view.scheme, "q", 2)))
        shares = np.asarray(known, np.float64)
        candidates = Candidates(known.index, incidence(sets), sets.texts, shares / shares.sum())
        return cls(candidates, parts, learned_from(known))


def read(
    distinct: Distinct, values: Values, view: View, *, rng: np.random.Generator
) -> Reading | None:
    """Read filters, the commonest first; None if that fails.

    Parameters
    ----------
    distinct : Distinct
    values : Values
    view : View
        The method by which one encodes.
    rng : numpy.random.Generator
    """
    columns = telling_columns(distinct.filters[:TAUGHT])
    bits, size = distinct.filters[:, columns], pattern_size(view.scheme)
    certain: Reading | None = None
    for aligned, again in alignments(distinct, values, view, rng=rng):
        if len(aligned.sure()) < FEWEST:
            continue
        reading = decoded(bits, aligned, values.candidates, size)
        if reading is not None:
            return reading
        if certain is None and again >= FOUND_AGAIN:
            certain = aligned
    return certain


def alignments(
    distinct: Distinct, values: Values, view: View, *, rng: np.random.Generator
) -> Iterator[tuple[Reading, float]]:
    """Take the commonest filters for common values, in one way after another.

    Yields
    ------
    Reading
        Of all filters; those that are not aligned have confidence 0.
    float
        Share of the sure ones that is found again; see `found_again`.
    """
    filters, shares = distinct.filters[:ALIGNED], values.candidates.shares[:VALUES]
    if min(len(filters), len(shares)) < FEWEST:
        return
    expected = Expected.learned(own_releases(view, values.parts[:VALUES], rng))
    people = float(distinct.counts.sum())
    scores = count_scores(Column(distinct.counts[:ALIGNED], shares, people, values.people))[:-1]
    scores[:, :-1] += expected.weight_scores(filters.sum(axis=1).astype(np.float64))
    seen = likeness(filters)
    for worths in WORTHS:
        chances = value_chances(seen, expected.similar, expected.spread, scores, worths)
        best, confidence = np.zeros(len(distinct.filters), np.intp), np.zeros(len(distinct.filters))
        best[: len(filters)] = chances.argmax(axis=1)
        confidence[: len(filters)] = chances.max(axis=1)
        reading = Reading(best, confidence, confidence)
        sure = reading.sure()
        yield reading, found_again(seen, expected.similar, sure, best[sure])


def decoded(bits: Bools, aligned: Reading, candidates: Candidates, size: int) -> Reading | None:
    """Learn what q-grams set and read all filters; None if readings do not confirm each other.

    Parameters
    ----------
    bits : (filters, columns) array
        The commonest first.
    aligned : Reading
        What is known of them.
    candidates : Candidates
    size : int
        Positions of a q-gram.
    """
    few, many = bits[:READ], bits[:TAUGHT]
    blank = Model.blank(candidates.grams.shape[1], few, size)
    model = blank
    for _ in range(LESSONS):
        model = taught(model, bits, aligned, aligned.sure(), candidates)
    model, reading = settled(model, few, candidates)
    if agreement(few, reading, candidates, blank) < CONFIRMED:
        return None
    if len(many) > len(few):
        reading = model.read(many, candidates)
        model = taught(model, many, reading, reading.sure(), candidates)
    return model.read(bits, candidates)


def own_releases(view: View, parts: pd.DataFrame, rng: np.random.Generator) -> list[Bools]:
    """Encode values as the release is, under keys of one's own, without a record's salt."""
    assert isinstance(view.scheme, BloomFilter)
    releases = []
    for _ in range(KEYS):
        scheme = replace(view.scheme, salt_by="").with_secret(DemoKey(rng.bytes(32)))
        filters = filters_of(scheme.encode_records(parts, tuple(parts.columns)).view(), PERSON)
        assert filters is not None
        releases.append(filters)
    return releases


def _filters(view: View, column: str) -> Bools | None:
    """Give the filters that hold some fields and nothing else; None if there are none."""
    whole = view.scheme.linked_by == "dice" and set(column.split(JOIN)) == set(view.fields)
    return filters_of(view, PERSON if whole else column)


def _filled(filters: Bools) -> tuple[Rows, Distinct]:
    """Give the records that have a bit set, and their distinct filters, the commonest first."""
    records = np.flatnonzero(filters.any(axis=1))
    found = Distinct.of(filters[records])
    order = np.argsort(-found.counts, kind="stable")
    place = np.argsort(order)[found.place]
    return records, Distinct(found.filters[order], found.counts[order], place)
