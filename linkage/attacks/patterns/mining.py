"""Columns of filters that are set together: the positions of one q-gram, found without its hash functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]
Rows = NDArray[np.intp]

LEAST_FILTERS: Final = 10
"""Filters that must have a pattern. A choice: of fewer, what they share by chance is long."""

PARTITIONS: Final = 100
"""Partitions of the filters of one column at most. A choice."""

STRIKING: Final = 5.0
"""Standard errors above its usual share at which a column belongs to something. A choice."""

KEPT: Final = 0.45
"""How much a column of a pattern gains by it, of what the column that gains most does. A choice: where
bits are XORed, other q-grams undo a part."""

WHOLE: Final = 0.6
"""Columns of a pattern, of those that a q-gram sets, that must have been found. A choice."""

SAME: Final = 0.5
"""Columns of the smaller that two patterns must share to be one. A choice."""

MOST: Final = 5_000
"""Patterns at most. A choice, far above the q-grams of names."""

ROUNDS: Final = 12
"""Rounds in which a pattern's filters and columns must have settled. A choice."""

REFINED: Final = 400
"""Patterns that are refined, the commonest. A choice, for seconds."""

OPPOSITE: Final = -0.5
"""Correlation from which one column is taken for the complement of another. A choice."""

TINY: Final = 1e-3
"""Chances are kept so far from 0 and 1."""


@dataclass(frozen=True, eq=False)
class Patterns:
    """Columns that go together.

    Parameters
    ----------
    columns : (patterns, bits) array of bool
    chances : (filters, patterns) array
        Probability that each filter has each.
    """

    columns: Bools
    chances: Floats

    def __len__(self) -> int:
        return len(self.columns)

    def together(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Count the records that have both of two patterns; (patterns, patterns).

        Parameters
        ----------
        counts : (filters,) array
            Records with each filter.
        """
        weighted = self.chances * counts[:, None].astype(np.float32)
        both = np.asarray(weighted.T @ self.chances, np.float64)
        np.fill_diagonal(both, weighted.sum(axis=0))
        return both

    def chosen(self, rows: Rows) -> Patterns:
        """Give some of them."""
        return Patterns(self.columns[rows], self.chances[:, rows])


def joined(parts: Sequence[Patterns]) -> Patterns:
    """Put patterns of the same columns and filters together.

    Examples
    --------
    >>> one = Patterns(np.eye(2, 5, dtype=np.bool_), np.zeros((9, 2), np.float32))
    >>> len(joined([one, one]))
    4
    """
    return Patterns(
        np.concatenate([part.columns for part in parts]),
        np.concatenate([part.chances for part in parts], axis=1),
    )


def telling_columns(filters: Bools) -> Rows:
    """Choose columns that differ between filters, and of each with its complement the rarer.

    Balancing appends the complement of every bit, which says nothing new.

    Examples
    --------
    >>> bit = np.arange(10) < 3
    >>> telling_columns(np.stack([bit, ~bit, bit | True], axis=1)).tolist()
    [0]
    """
    usual = filters.mean(axis=0)
    varied = np.flatnonzero((usual > 0) & (usual < 1))
    if not len(varied):
        return varied
    usual = usual[varied]
    correlation = np.atleast_2d(np.corrcoef(filters[:, varied].astype(np.float32), rowvar=False))
    partner = correlation.argmin(axis=1)
    opposite = correlation[np.arange(len(varied)), partner] < OPPOSITE
    first = (usual < usual[partner]) | (
        (usual == usual[partner]) & (partner > np.arange(len(varied)))
    )
    return np.asarray(varied[first | ~opposite])


def mined(filters: Bools, size: int) -> Patterns:
    """Find columns that go together, partition by partition.

    The filters in which a column is set are a mixture, as several q-grams set it. Among them, the
    column that is most above its usual share picks out those of one q-gram, as far as chance lets
    it. The columns that gain most there, and the filters that by their bits are likelier of that
    kind than not, are found in turn until they settle. The same goes on among the filters that
    remain: with and without the pattern are the two partitions of Christen et al. 2018,
    doi:10.1007/978-3-319-93040-4_42. Likelihoods take the place of exact sets there, so flipped or
    XORed bits do not end it.

    Parameters
    ----------
    filters : (filters, bits) array
        Distinct ones.
    size : int
        Columns that a q-gram sets.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> filters = rng.random((400, 64)) < 0.1
    >>> filters[:80, 10:20] = True
    >>> filters[60:150, 30:40] = True
    >>> found = mined(filters, 10)
    >>> sorted(np.flatnonzero(columns)[[0, -1]].tolist() for columns in found.columns)
    [[10, 19], [30, 39]]
    """
    search = _Search(np.ascontiguousarray(filters, np.float32), size)
    for column in np.argsort(search.usual, kind="stable"):
        if 0 < search.usual[column] < 1:
            search.partition(int(column))
    columns = np.array(search.columns, np.bool_).reshape(-1, filters.shape[1])
    chances = np.array(search.filters, np.float32).reshape(-1, len(filters)).T
    return Patterns(columns, chances)


@dataclass(eq=False)
class _Search:
    """Patterns found so far, and the filters that have them."""

    bits: Floats
    size: int
    columns: list[Bools] = field(default_factory=list)
    filters: list[Bools] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.totals = self.bits.sum(axis=0)
        self.usual = self.totals / max(len(self.bits), 1)
        self.by_column = np.ascontiguousarray(self.bits.T)
        self.known = _Known(self.bits.shape[1], MOST)

    def partition(self, column: int) -> None:
        """Take the filters in which a column is set apart, until nothing striking is left."""
        rest = self.by_column[column] > 0
        for columns, filters in zip(self.columns, self.filters, strict=True):
            if columns[column]:
                rest &= ~filters
        for _ in range(PARTITIONS):
            rows = np.flatnonzero(rest)
            if len(rows) < LEAST_FILTERS:
                return
            spread = np.sqrt(self.usual * (1 - self.usual) / len(rows) + 1e-9)
            gain = (self.bits[rows].mean(axis=0) - self.usual) / spread
            gain[column] = -np.inf
            other = int(np.argmax(gain))
            if gain[other] < STRIKING:
                return
            rows = rows[self.by_column[other][rows] > 0]
            rest[rows] = False
            settled = self._settled(rows)
            if settled is not None:
                rest &= ~settled[1]
                self._note(*settled)

    def _settled(self, rows: Rows) -> tuple[Bools, Bools] | None:
        """Find columns and filters of a pattern in turn, from some filters; None if there is none."""
        for _ in range(ROUNDS):
            if len(rows) < LEAST_FILTERS:
                return None
            inside = self.bits[rows].sum(axis=0)
            within, outside = _chances(inside, len(rows), self.totals, len(self.bits))
            top = _gaining(within[None], outside[None], self.size)[0]
            at = np.flatnonzero(top)
            if_set, if_not = _log_ratios(within[at], outside[at])
            prior = np.log(len(rows) / len(self.bits))
            score = (if_set - if_not) @ self.by_column[at] + if_not.sum() + prior
            found = np.flatnonzero(score > 0)
            if np.array_equal(found, rows):
                return (top, score > 0) if len(at) >= WHOLE * self.size else None
            rows = found
        return None

    def _note(self, columns: Bools, filters: Bools) -> None:
        if len(self.columns) < MOST and self.known.note(columns):
            self.columns.append(columns)
            self.filters.append(filters)


def refined(filters: Bools, patterns: Patterns, size: int, rounds: int) -> Patterns:
    """Let columns and filters of the commonest patterns inform each other, by chances.

    Expectation-maximisation of a mixture of two kinds of filters, with the pattern and without, in
    which columns are independent (Dempster, Laird & Rubin 1977, doi:10.1111/j.2517-6161.1977.tb01600.x).
    Patterns that become the same are one; the commonest comes first.

    Parameters
    ----------
    filters : (filters, bits) array
    patterns : Patterns
    size : int
        Columns that a q-gram sets.
    rounds : int
        None keeps them as they are, in order.
    """
    bits = np.ascontiguousarray(filters, np.float32)
    totals = bits.sum(axis=0)
    commonest = np.argsort(-patterns.chances.sum(axis=0), kind="stable")[:REFINED]
    columns, chances = patterns.columns[commonest], patterns.chances[:, commonest]
    for _ in range(rounds):
        people = chances.sum(axis=0)[:, None]
        within, outside = _chances(chances.T @ bits, people, totals, len(bits))
        columns = _gaining(within, outside, size)
        if_set, if_not = _log_ratios(within, outside)
        if_set, if_not = np.where(columns, if_set, 0), np.where(columns, if_not, 0)
        prior = np.log((people + 1) / (len(bits) - people + 1))[:, 0]
        odds = bits @ (if_set - if_not).T + if_not.sum(axis=1) + prior
        chances = (1 / (1 + np.exp(-np.clip(odds, -30, 30)))).astype(np.float32)
    order = np.argsort(-chances.sum(axis=0), kind="stable")
    order = order[columns[order].sum(axis=1) >= WHOLE * size]
    known = _Known(bits.shape[1], len(order))
    return Patterns(columns, chances).chosen(order[[known.note(columns[place]) for place in order]])


def _chances(
    inside: Floats, people: int | Floats, totals: Floats, everyone: int
) -> tuple[Floats, Floats]:
    """Chance that each column is set with a pattern and without."""
    within = np.clip((inside + 0.5) / (people + 1), TINY, 1 - TINY)
    outside = np.clip((totals - inside + 0.5) / (everyone - people + 1), TINY, 1 - TINY)
    return within.astype(np.float32), outside.astype(np.float32)


def _gaining(within: Floats, outside: Floats, size: int) -> Bools:
    """Choose the columns that gain most by each pattern, of what there was to gain."""
    gain = (within - outside) / (1 - outside)
    size = min(size, gain.shape[1])
    last = -np.partition(-gain, size - 1, axis=1)[:, size - 1 : size]
    return np.asarray((gain >= last) & (gain >= KEPT * gain.max(axis=1, keepdims=True)))


def _log_ratios(within: Floats, outside: Floats) -> tuple[Floats, Floats]:
    """What a set bit, and one that is not, say for a pattern."""
    return np.log(within / outside), np.log((1 - within) / (1 - outside))


@dataclass(eq=False)
class _Known:
    """Columns of different patterns."""

    bits: int
    most: int

    def __post_init__(self) -> None:
        self.columns = np.zeros((self.most, self.bits), np.float32)
        self.sizes = np.zeros(self.most, np.float32)
        self.count = 0

    def note(self, columns: Bools) -> bool:
        """Note a pattern, and tell whether it is new."""
        size = columns.sum()
        common = self.columns[: self.count] @ columns.astype(np.float32)
        if (common >= SAME * np.minimum(self.sizes[: self.count], size)).any():
            return False
        self.columns[self.count], self.sizes[self.count] = columns, size
        self.count += 1
        return True
