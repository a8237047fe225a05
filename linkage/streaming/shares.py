"""How common values are in a register that passes by: those that requests have, counted exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaincinv

from linkage.linking.comparisons import Comparison
from linkage.linking.evidence import Bits, PairRarity
from linkage.linking.frequencies import bits_of_counts
from linkage.streaming.text_hashes import NOTHING, Hashes
from linkage.streaming.value_hashes import Lookup

Columns = tuple[str, ...]

KNOWN, ASKED, SOME = range(3)
"""Kinds of counts in a table: records with a value, those with one of the requests', with one drawn."""

CHANCE: Final = 0.05
"""How often a value may be rarer than it is taken to be at first look."""

VALUES_KEPT: Final = 1 << 17
"""Values, about, whose counts are kept whoever has them: how many are rare is told by them."""


@dataclass(frozen=True, eq=False)
class Counts:
    """Counts of values of a register, or of a piece of it; they add up.

    Parameters
    ----------
    known : dict of columns to int
        Records with a value.
    asked : dict of columns to int array
        Records, by value of the requests.
    some : dict of columns to (hashes, counts)
        Of values drawn by their hash, whoever has them.
    """

    known: dict[Columns, int]
    asked: dict[Columns, NDArray[np.int64]]
    some: dict[Columns, tuple[Hashes, NDArray[np.int64]]]

    def frame(self) -> pd.DataFrame:
        """Write counts as a table, for a piece that is kept."""
        parts = []
        for number, columns in enumerate(self.known):
            there = np.flatnonzero(self.asked[columns])
            hashes, counts = self.some[columns]
            for kind, value, count in (
                (KNOWN, np.zeros(1, np.uint64), np.array([self.known[columns]])),
                (ASKED, there.astype(np.uint64), self.asked[columns][there]),
                (SOME, hashes, counts),
            ):
                told = {"kind": np.int8(kind), "columns": np.int8(number), "value": value}
                parts.append(pd.DataFrame({**told, "count": count.astype(np.int32)}))
        return pd.concat(parts, ignore_index=True)


@dataclass(frozen=True, eq=False)
class Found:
    """Values of records among those of requests.

    Parameters
    ----------
    columns : tuple of str
    hashes : (records,) uint64 array
        Of their values, `NOTHING` where any is missing.
    rows, places : int arrays
        Records whose value a request has, ascending, and which value it is.
    """

    columns: Columns
    hashes: Hashes
    rows: NDArray[np.intp]
    places: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Values:
    """The values of requests by which agreement is weighed.

    Parameters
    ----------
    asked : dict of columns to Lookup
        Single columns first.
    requests : dict of columns to int array
        Requests that have each of these values.
    one_in : int
        Of other values one in so many, a power of two, is counted too.
    """

    asked: dict[Columns, Lookup]
    requests: dict[Columns, NDArray[np.int64]]
    one_in: int

    @classmethod
    def of(
        cls,
        comparisons: Sequence[Comparison],
        hashes_of: Callable[[Columns], Hashes],
        *,
        records: int,
    ) -> Self:
        """Take the values of requests that comparisons read.

        Parameters
        ----------
        comparisons : sequence of Comparison
        hashes_of : callable
            Hashes what requests have in some columns together.
        records : int
            Of the whole register.
        """
        joint = dict.fromkeys(
            level.agrees_on
            for comparison in comparisons
            for level in comparison.levels
            if level.agrees_on
        )
        every = dict.fromkeys([*((name,) for columns in joint for name in columns), *joint])
        asked, times = {}, {}
        for columns in every:
            hashes = hashes_of(columns)
            asked[columns] = Lookup.of(hashes)
            times[columns] = np.bincount(asked[columns].find(hashes)[1])
        return cls(asked, times, 1 << max(0, (records // VALUES_KEPT).bit_length() - 1))

    def find(self, hashes_of: Callable[[Columns], Hashes]) -> Iterator[Found]:
        """Find the values of records, by what hashes them.

        Examples
        --------
        >>> from linkage.linking.comparisons import exact_comparisons
        >>> from linkage.streaming.joins import Forms
        >>> requests = Forms(pd.DataFrame({"zip": ["02139", "10001"]}))
        >>> values = Values.of(exact_comparisons(["zip"]), requests.joint, records=3)
        >>> register = Forms(pd.DataFrame({"zip": ["10001", "60601", "10001"]}))
        >>> [found.rows.tolist() for found in values.find(register.joint)]
        [[0, 2]]
        """
        for columns, lookup in self.asked.items():
            hashes = hashes_of(columns)
            yield Found(columns, hashes, *lookup.find(hashes))

    def count(self, found: Iterable[Found]) -> Counts:
        """Count the values of records."""
        known, asked, some = {}, {}, {}
        last = np.uint64(self.one_in - 1)
        for each in found:
            columns, there = each.columns, each.hashes != NOTHING
            known[columns] = int(np.count_nonzero(there))
            size = len(self.asked[columns].numbers)
            asked[columns] = np.bincount(each.places, minlength=size).astype(np.int64)
            drawn = each.hashes[there & ((each.hashes >> np.uint64(40)) & last == 0)]
            some[columns] = np.unique(drawn, return_counts=True)
        return Counts(known, asked, some)

    def by_chance(self, column: str, counts: Counts) -> tuple[float, float]:
        """Count the pairs that have a value of a column on both sides, and those that agree."""
        ours, theirs = self.requests[(column,)], counts.asked[(column,)]
        known = float(ours.sum()) * counts.known[(column,)]
        return known, float(ours.astype(np.float64) @ theirs)


class Added:
    """Counts of pieces of a register, added up one after another.

    Parameters
    ----------
    values : Values
    """

    def __init__(self, values: Values) -> None:
        self._known = dict.fromkeys(values.asked, 0)
        self._asked = {
            columns: np.zeros(len(lookup.numbers), np.int64)
            for columns, lookup in values.asked.items()
        }
        self._some: dict[Columns, list[pd.DataFrame]] = {columns: [] for columns in values.asked}

    def add(self, frame: pd.DataFrame) -> None:
        """Add what `Counts.frame` wrote of a piece."""
        for number, columns in enumerate(self._known):
            own = frame[frame["columns"] == number]
            kind, count = own["kind"].to_numpy(), own["count"].to_numpy(np.int64)
            self._known[columns] += int(count[kind == KNOWN].sum())
            value = own["value"].to_numpy(np.uint64)
            places = value[kind == ASKED].astype(np.intp)
            np.add.at(self._asked[columns], places, count[kind == ASKED])
            self._some[columns].append(own.loc[kind == SOME, ["value", "count"]])

    def counts(self) -> Counts:
        """Give the counts of all."""
        some = {}
        for columns, parts in self._some.items():
            added = pd.concat(parts).groupby("value")["count"].sum()
            some[columns] = added.index.to_numpy(np.uint64), added.to_numpy(np.int64)
        return Counts(self._known, self._asked, some)


@dataclass(frozen=True, eq=False)
class Shares:
    """How rare the values of requests are in a register.

    Parameters
    ----------
    bits : dict of columns to array
        Of each value of the requests, -log2 of its share.
    """

    bits: Mapping[Columns, Bits]

    @classmethod
    def of(cls, counts: Counts) -> Self:
        """Weigh values by exact counts, as `linkage.linking.frequencies.rarity` does."""
        bits = {}
        for columns, known in counts.known.items():
            times = np.bincount(counts.some[columns][1], minlength=3)
            bits[columns] = bits_of_counts(
                counts.asked[columns], known, float(times[1]), float(times[2])
            )
        return cls(bits)

    @classmethod
    def of_sample(cls, pieces: Sequence[Counts], *, more: float, careful: bool) -> Self:
        """Weigh values by pieces of a register.

        Parameters
        ----------
        pieces : sequence of Counts
        more : float
            How many times the records of these pieces the register has.
        careful : bool
            Take a value to be as rare as it may well be, so that nothing is lost: as many pieces
            have it as one time in twenty lie behind those that were found and the request, which is
            met the sooner the more have it (the lower limit of Garwood 1936,
            doi:10.1093/biomet/28.3-4.437); others that have it have it as often as these. Else
            it is as common in the register as in the pieces.
        """
        bits = {}
        for columns in pieces[0].asked:
            counts = np.stack([piece.asked[columns] for piece in pieces])
            found, total = np.count_nonzero(counts, axis=0), counts.sum(axis=0)
            there = total * more
            if careful:
                each = np.maximum(total, 1) / np.maximum(found, 1)
                there = np.maximum(total, gammaincinv(found + 1, CHANCE) * each * more)
            known = max(sum(piece.known[columns] for piece in pieces) * more, 1.0)
            rare = np.log2(known) - np.log2(there.clip(min=1))
            bits[columns] = rare.astype(np.float32)
        return cls(bits)

    def by_record(self, found: Iterable[Found]) -> dict[Columns, Bits]:
        """How rare each record's value is; where a part is missing, its rarest other; else NaN.

        Parameters
        ----------
        found : iterable of Found
            Single columns first.
        """
        told: dict[Columns, Bits] = {}
        for each in found:
            bits = np.full(len(each.hashes), np.nan, np.float32)
            bits[each.rows] = self.bits[each.columns][each.places]
            if len(each.columns) > 1:
                parts = np.fmax.reduce([told[(name,)] for name in each.columns])
                bits = np.where(each.hashes == NOTHING, parts, bits)
            told[each.columns] = bits
        return told


def rarity_of(
    left: Mapping[Columns, Bits], right: Mapping[Columns, Bits]
) -> Callable[[Columns], PairRarity]:
    """Give what `linkage.linking.evidence.Evidence` asks for, of what is told of two frames' records.

    Values that are alike and not equal count as the more common of the two, where both are known.
    """

    def of_columns(columns: Columns) -> PairRarity:
        one, other = left[columns], right[columns]
        return lambda i, j: np.nan_to_num(np.fmin(one[i], other[j]))

    return of_columns
