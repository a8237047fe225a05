"""k-anonymous records: values made coarser until every record is like k - 1 others, or suppressed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.problems import InputError, Problems
from linkage.records import TEXT
from linkage.schemes.base import Description, Encoded, Scheme, View
from linkage.schemes.reduced.hierarchies import (
    HIERARCHIES,
    Levels,
    as_pairs,
    coarse,
    note_ages,
    note_levels,
)

Codes = NDArray[np.int64]
Bits = NDArray[np.float64]


@dataclass(frozen=True)
class Ladder:
    """One field at each level that is open to it. Code 0 tells nothing: missing, or left out.

    Parameters
    ----------
    name : str
        The field.
    levels : tuple of str
        Finest first.
    first : (records,) int64 array
        Codes at the first level.
    written : tuple of list
        What the codes of each level stand for.
    steps : tuple of int64 array
        From the codes of a level to those of the next.
    told : tuple of float64 array
        Bits that each code of each level tells: -log2 of the share of records that have it.
    most : tuple of float
        Bits that each level tells in all if no record is suppressed.
    """

    name: str
    levels: tuple[str, ...]
    first: Codes
    written: tuple[list[str | None], ...]
    steps: tuple[Codes, ...]
    told: tuple[Bits, ...]
    most: tuple[float, ...]

    @classmethod
    def of(cls, column: pd.Series[Any], levels: tuple[str, ...], born_by: int) -> Ladder:
        """Code a column of prepared records at each level."""
        name = str(column.name)
        places, values = pd.factorize(column)
        counts = np.bincount(places[places >= 0], minlength=len(values))
        codes, written, told, most = [], [], [], []
        for level in levels:
            values_at = np.array([*coarse(name, level, values, born_by), None], object)
            found, distinct = pd.factorize(values_at)
            codes.append(found.astype(np.int64) + 1)
            written.append([None, *distinct])
            sizes = np.bincount(codes[-1][:-1], counts, minlength=len(written[-1]))
            told.append(_bits(sizes, len(column)))
            most.append(float(sizes @ told[-1]))
        steps = [_step(low, high) for low, high in pairwise(codes)]
        first = codes[0][places]  # place -1, missing, takes the None at the end
        return cls(name, levels, first, tuple(written), tuple(steps), tuple(told), tuple(most))

    def at(self, height: int) -> Codes:
        """Give the records' codes at a level."""
        codes = self.first
        for step in self.steps[:height]:
            codes = step[codes]
        return codes


def _bits(sizes: NDArray[Any], records: int) -> Bits:
    """Bits that each code tells; code 0 none."""
    bits = np.log2(max(records, 1) / np.maximum(sizes, 1))
    bits[0] = 0.0
    return np.asarray(bits, np.float64)


def _step(low: Codes, high: Codes) -> Codes:
    step = np.zeros(low.max(initial=0) + 1, np.int64)
    step[low] = high
    return step


@dataclass(frozen=True)
class Classes:
    """Classes of equal records: their codes, one column a field, and how many records each has."""

    codes: Codes
    sizes: Codes

    @classmethod
    def of(cls, codes: Codes, sizes: Codes) -> Classes:
        """Join rows that are equal."""
        numbers = number_rows(codes)
        joined = np.zeros(numbers.max(initial=-1) + 1, np.int64)
        np.add.at(joined, numbers, sizes)
        example = np.zeros(len(joined), np.int64)
        example[numbers] = np.arange(len(numbers))
        return cls(codes[example], joined)

    def raised(self, place: int, step: Codes) -> Classes:
        """Make one field coarser: classes of the coarser records from those of the finer."""
        codes = self.codes.copy()
        codes[:, place] = step[codes[:, place]]
        return Classes.of(codes, self.sizes)

    def small(self, k: int) -> NDArray[np.bool_]:
        """Which classes tell something and have fewer than k records."""
        return np.asarray((self.sizes < k) & self.codes.any(axis=1))


def number_rows(codes: Codes) -> Codes:
    """Number rows, equal ones alike.

    Examples
    --------
    >>> number_rows(np.array([[5, 1], [0, 2], [5, 1]])).tolist()
    [0, 1, 0]
    """
    numbers = np.zeros(len(codes), np.int64)
    for column in codes.T:
        numbers = pd.factorize(numbers * (column.max(initial=0) + 1) + column)[0]
    return numbers


@dataclass(frozen=True)
class Choice:
    """The levels that keep most, as places in each ladder; no places if none will do.

    Parameters
    ----------
    heights : tuple of int
    kept : float
        Bits that the records still tell, over all records and fields.
    suppressed : int
        Records in classes below k; of no choice, the fewest that any levels would leave there.
    """

    heights: tuple[int, ...]
    kept: float
    suppressed: int


def choose(ladders: Sequence[Ladder], k: int, budget: float) -> Choice:
    """Find the levels that keep most bits with at most `budget` records in classes below k.

    What a released value keeps is -log2 of the share of records that have it, which is what it told
    before less its non-uniform entropy (Gionis & Tassa 2009, doi:10.1109/TKDE.2008.129); a
    suppressed record keeps nothing. All combinations of levels are searched, coarser classes made
    from finer ones (the roll-up of LeFevre, DeWitt & Ramakrishnan 2005, doi:10.1145/1066157.1066164).
    Passed over are those that could keep no more than the best so far even without suppression,
    and all above them, which keep less still.
    """
    base = np.stack([ladder.first for ladder in ladders], axis=1)
    classes = Classes.of(base, np.ones(len(base), np.int64))
    best, fewest = Choice((), -1.0, len(base)), len(base)
    waiting = [(classes, (0,) * len(ladders), 0)]
    while waiting:
        classes, heights, first = waiting.pop()
        kept, suppressed = _kept(ladders, classes, heights, k)
        fewest = min(fewest, suppressed)
        if suppressed <= budget and kept > best.kept:
            best = Choice(heights, kept, suppressed)
        for place in range(first, len(ladders)):  # each combination is reached one way only
            height = heights[place]
            higher = (*heights[:place], height + 1, *heights[place + 1 :])
            if height < len(ladders[place].steps) and _most(ladders, higher) > best.kept:
                raised = classes.raised(place, ladders[place].steps[height])
                waiting.append((raised, higher, place))
    return best if best.heights else replace(best, suppressed=fewest)


def _kept(
    ladders: Sequence[Ladder], classes: Classes, heights: tuple[int, ...], k: int
) -> tuple[float, int]:
    """Bits kept at some levels, and records suppressed."""
    small = classes.small(k)
    bits = np.zeros(len(classes.sizes))
    for ladder, height, codes in zip(ladders, heights, classes.codes.T, strict=True):
        bits += ladder.told[height][codes]
    return float((classes.sizes * bits)[~small].sum()), int(classes.sizes[small].sum())


def _most(ladders: Sequence[Ladder], heights: tuple[int, ...]) -> float:
    return sum(ladder.most[height] for ladder, height in zip(ladders, heights, strict=True))


def class_sizes(release: Encoded | View | pd.DataFrame) -> pd.Series[int]:
    """Count the records of each class of equal released records.

    Suppressed records, those without any value, are no class: whoever counts them as one finds a
    large class that nobody is in. A value missing in a record that has others is a value of its own.

    Examples
    --------
    >>> class_sizes(pd.DataFrame({"sex": ["F", "F", None], "zip": ["021", "021", None]})).tolist()
    [2]
    """
    tokens = release if isinstance(release, pd.DataFrame) else release.tokens
    told = tokens.dropna(how="all")
    return told.groupby(list(told.columns), dropna=False).size().rename("records")


@dataclass(frozen=True)
class KAnonymous(Scheme):
    """Coarse values, each combination shared by k records or more (Samarati 2001; Sweeney 2002).

    One level is chosen for each field and holds for all records (full-domain generalisation),
    so that another party can write its own records alike. Of all combinations of levels the one
    that keeps most information is taken; see `choose`. A few records that would make every other
    coarser are suppressed: all their values go missing.

    A value that is missing is one of its own and makes classes like any other; one that is left out
    (level ``*``) is missing in every record. A record without any value says nothing of
    anybody and needs no class.

    Parameters
    ----------
    k : int
        Fewest records in a class.
    levels : tuple of (field, level)
        Levels that are fixed beforehand; those of other fields are chosen. Fields named here are
        encoded beside the usual ones. See `linkage.schemes.reduced.hierarchies.HIERARCHIES`.
    suppress : float
        Largest share of the records that may be suppressed for being in classes below k.
    sample : float
        Share of the records that leaves at all, drawn at random; k holds within it.
    top_code, in_year : int
        Births of those who reach this age in this year or before are told as one.
    seed : int
        Of the draw. It makes a simulation reproducible and is no secret.

    Examples
    --------
    >>> people = pd.DataFrame({"sex": ["F", "F", "M", "M"], "zip": ["02139", "02138", "10001", "10002"]})
    >>> codes = KAnonymous(k=2).encode(people)
    >>> codes.scheme.levels
    (('sex', 'sex'), ('zip', '3 digits'))
    >>> class_sizes(codes).to_dict()
    {('F', '021'): 2, ('M', '100'): 2}
    """

    k: int = 11
    levels: Levels = ()
    suppress: float = 0.02
    sample: float = 1.0
    top_code: int = 90
    in_year: int = 2025
    seed: int = field(default=0, repr=False)

    name = "k_anonymous"
    fields = ("date_of_birth", "sex", "zip")
    record_by_record = False
    only_for_linking: ClassVar[tuple[str, ...]] = ("k", "suppress", "sample", "seed")
    description = Description(
        leaves="birth date, sex and ZIP, as coarse as it takes for each combination to be shared by k "
        "records; no names, no numbers",
        other_side="the levels, which are published, and how values are cleaned before",
        keys="none",
        linking="columns compared for equality, match weights by Fellegi-Sunter; finds groups of "
        "candidates, rarely one person",
        leaks="which class of k or more somebody who is in the file is in, and so whatever all in that "
        "class have in common; that nobody of a class that is absent is there, but for the "
        "suppressed; a little by which levels the data called for (minimality attack)",
        source="Samarati 2001, doi:10.1109/69.971193; Sweeney 2002, doi:10.1142/S021848850200165X; "
        "top-coding and ZIP areas: 45 CFR 164.514(b)(2)(i)",
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", as_pairs(self.levels))
        super().__post_init__()
        named = dict(self.levels)
        ordered = tuple((name, named[name]) for name in HIERARCHIES if name in named)
        object.__setattr__(self, "levels", ordered)
        object.__setattr__(self, "fields", tuple(dict.fromkeys([*type(self).fields, *named])))

    def _check(self, problems: Problems) -> None:
        problems.whole_number("k_anonymous k", self.k, 1)
        problems.share("k_anonymous suppress", self.suppress)
        problems.share("k_anonymous sample", self.sample)
        if self.sample == 0:
            problems.append("k_anonymous sample: got 0, allowed more than 0 to 1")
        problems.whole_number("k_anonymous seed", self.seed, 0)
        note_ages(problems, "k_anonymous", self.top_code, self.in_year)
        note_levels(problems, "k_anonymous levels", self.levels)
        super()._check(problems)

    def asking(self) -> Self:
        """Write all of the other side's records, at the published levels."""
        return replace(self, k=1, suppress=0.0, sample=1.0)

    def encode_records(self, records: pd.DataFrame, fields: tuple[str, ...]) -> Encoded:
        """Choose the levels, and write prepared records at them.

        Raises
        ------
        linkage.InputError
            For fields that cannot be made coarser, and for fixed levels at which more records than
            `suppress` allows would be in classes below k.
        """
        problems = Problems()
        for each in fields:
            problems.choice("k_anonymous, field", each, HIERARCHIES)
        problems.raise_any()
        leaving = self._drawn(len(records))
        ladders = [self._ladder(records[each].iloc[leaving]) for each in fields]
        choice = choose(ladders, self.k, self.suppress * len(leaving))
        if not choice.heights:
            raise InputError([self._too_fine(choice.suppressed, len(leaving))])
        tokens = self._written(ladders, choice.heights).set_axis(leaving)
        chosen = {
            ladder.name: ladder.levels[height]
            for ladder, height in zip(ladders, choice.heights, strict=True)
        }
        scheme = replace(self, levels=tuple((dict(self.levels) | chosen).items()))
        tokens = tokens.reindex(pd.RangeIndex(len(records)))
        return Encoded(scheme, records.index, tokens, fields=fields)

    def _drawn(self, records: int) -> Codes:
        """Draw the positions of the records that leave."""
        if self.sample == 1:
            return np.arange(records)
        order = np.random.default_rng(self.seed).permutation(records)
        return np.sort(order[: round(self.sample * records)])

    def _ladder(self, column: pd.Series[Any]) -> Ladder:
        fixed = dict(self.levels).get(str(column.name))
        levels = (fixed,) if fixed else tuple(HIERARCHIES[str(column.name)])
        return Ladder.of(column, levels, self.in_year - self.top_code)

    def _written(self, ladders: Sequence[Ladder], heights: tuple[int, ...]) -> pd.DataFrame:
        """Write records at the chosen levels, nothing in classes below k."""
        codes = [ladder.at(height) for ladder, height in zip(ladders, heights, strict=True)]
        numbers = number_rows(np.stack(codes, axis=1))
        kept = np.bincount(numbers)[numbers] >= self.k
        return pd.DataFrame(
            {
                ladder.name: pd.Series(ladder.written[height], dtype=TEXT)
                .take(np.where(kept, column, 0))
                .array
                for ladder, height, column in zip(ladders, heights, codes, strict=True)
            }
        )

    def _too_fine(self, small: int, records: int) -> str:
        return (
            f"k_anonymous levels: got {', '.join(map(' '.join, self.levels))}, at which {small:,} of "
            f"{records:,} records are in classes below k={self.k}, allowed a share of "
            f"{self.suppress:g}; leave levels out, or let more be suppressed"
        )
