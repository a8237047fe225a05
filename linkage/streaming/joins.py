"""Requests by what blocking rules read of them, to find the records of a register they agree with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.linking.blocking import LARGEST_BLOCK, Rule, rarest
from linkage.linking.keys import KEYS
from linkage.streaming.text_hashes import NOTHING, Hashes, combined
from linkage.streaming.value_hashes import Distinct, FormHashes, Lookup, ascending

Positions = NDArray[np.int64]

ROW_BITS: Final = 32
"""A pair is one number: its request above so many bits, its row below."""


class Forms:
    """Records by the hashes of their columns and keys, each made when it is first asked for.

    Parameters
    ----------
    records : pandas.DataFrame
    remembered : FormHashes, optional
        Of other records of the same file.
    """

    def __init__(self, records: pd.DataFrame, remembered: FormHashes | None = None) -> None:
        self.columns = tuple(map(str, records.columns))
        self._records, self._remembered = records, remembered or FormHashes()
        self._made: dict[str, list[Hashes]] = {}
        self._distinct: dict[str, Distinct] = {}

    def __len__(self) -> int:
        return len(self._records)

    def of(self, name: str) -> list[Hashes]:
        """Hashes of a column or key, one array a slot."""
        if name not in self._made:
            own = name in self._records
            columns = [self._column(each) for each in ((name,) if own else KEYS[name].columns)]
            self._made[name] = (
                [columns[0].of_rows(columns[0].hashes)]
                if own
                else self._remembered.of(name, columns)
            )
        return self._made[name]

    def _column(self, name: str) -> Distinct:
        if name not in self._distinct:
            self._distinct[name] = Distinct.of(self._records[name])
        return self._distinct[name]

    def joint(self, columns: Sequence[str]) -> Hashes:
        """Hashes of some columns together; `NOTHING` where any is missing."""
        return combined([self.of(name)[0] for name in columns])


@dataclass(frozen=True, eq=False)
class Table:
    """Requests by the hash of a key.

    Parameters
    ----------
    keys : Lookup
    starts : (keys + 1,) int array
        Where the requests of each key begin.
    requests : int array
        Requests, those of one key together.
    """

    keys: Lookup
    starts: Positions
    requests: NDArray[np.int32]

    @classmethod
    def of(cls, hashes: Hashes, requests: Positions) -> Self:
        """Take hashes and the request of each."""
        known = hashes != NOTHING
        hashes, requests = hashes[known], requests[known]
        order = np.argsort(hashes, kind="stable")
        keys = Lookup.of(hashes)
        starts = np.searchsorted(hashes[order], keys.numbers)
        return cls(keys, np.append(starts, len(hashes)), requests[order].astype(np.int32))

    def match(self, hashes: Hashes, rows: Positions) -> Positions:
        """Pair requests with the rows of records that have their keys, each pair one number."""
        found, place = self.keys.find(hashes)
        counts = self.starts[place + 1] - self.starts[place]
        ends = np.cumsum(counts)
        inside = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)
        requests = self.requests[np.repeat(self.starts[place], counts) + inside]
        packed: Positions = requests.astype(np.int64) << ROW_BITS
        packed |= np.repeat(rows[found], counts)
        return packed


@dataclass(frozen=True, eq=False)
class Join:
    """Requests by one rule.

    Parameters
    ----------
    rule : tuple of str
    table : Table
        But for keys that would make too many pairs.
    heavy : Lookup
        Those keys. Their records must agree on one more column.
    finer : dict of str to Table
        By column.
    """

    rule: Rule
    table: Table
    heavy: Lookup
    finer: dict[str, Table]

    @classmethod
    def of(cls, rule: Rule, requests: Forms, sample: Forms, more: float, largest: int) -> Self:
        """Take requests; a sample of the register tells which keys make too many pairs.

        Parameters
        ----------
        rule : tuple of str
        requests, sample : Forms
        more : float
            How many times the records of the sample the register has.
        largest : int
            Pairs that a key may make.
        """
        hashes, rows = _keys(rule, requests)
        others, of_sample = _keys(rule, sample)
        keys, pairs = _pairs(hashes, others, more)
        heavy = Lookup.of(keys[pairs > largest])
        within = heavy.find(hashes)[0]
        light = np.ones(len(hashes), np.bool_)
        light[within] = False
        among = heavy.find(others)[0]
        read = {column for name in rule for column in _columns(name)}
        finer = {}
        for column in requests.columns if len(within) else ():
            if column in read:
                continue
            ours, theirs = (
                combined([coarse[some], forms.of(column)[0][of[some]]])
                for forms, coarse, some, of in (
                    (requests, hashes, within, rows),
                    (sample, others, among, of_sample),
                )
            )
            finer[column] = Table.of(
                _without_common(ours, hashes[within], theirs, more, largest), rows[within]
            )
        return cls(rule, Table.of(hashes[light], rows[light]), heavy, finer)

    def pairs(self, records: Forms) -> Positions:
        """Pair requests with records that agree on the rule, each pair once, as one number."""
        hashes, rows = _keys(self.rule, records)
        made = [self.table.match(hashes, rows)]
        heavy = self.heavy.find(hashes)[0]
        if len(heavy):
            coarse, rows = hashes[heavy], rows[heavy]
            made += [
                table.match(combined([coarse, records.of(column)[0][rows]]), rows)
                for column, table in self.finer.items()
            ]
        return ascending(np.concatenate(made))


def joins(
    rules: Sequence[Rule],
    requests: Forms,
    sample: Forms,
    *,
    records: int,
    largest: int = LARGEST_BLOCK,
) -> tuple[Join, ...]:
    """Put requests in order by each of some rules.

    Parameters
    ----------
    rules : sequence of tuple of str
    requests, sample : Forms
        The sample is one of the register.
    records : int
        Of the whole register.
    largest : int
        Pairs that one value of a rule may make before more agreement is asked for.

    Examples
    --------
    >>> asked = Forms(pd.DataFrame({"surname": ["NG", "RUIZ"], "zip": ["02139", "10001"]}))
    >>> register = Forms(pd.DataFrame({"surname": ["RUIZ", "LEE"], "zip": ["60601", "02139"]}))
    >>> made = joins([("surname",), ("zip",)], asked, register, records=2)
    >>> pairs_of(made, register)[0].tolist()
    [[0, 1], [1, 0]]
    """
    more = records / max(len(sample), 1)
    return tuple(Join.of(rule, requests, sample, more, largest) for rule in rules)


def pairs_of(made: Sequence[Join], records: Forms) -> tuple[Positions, list[int]]:
    """Find all pairs of requests and records that agree on one rule at least.

    Parameters
    ----------
    made : sequence of Join
    records : Forms

    Returns
    -------
    pairs : (pairs, 2) int array
        Request and row of each, ascending, each once.
    counts : list of int
        Pairs by rule.
    """
    found = [join.pairs(records) for join in made]
    packed = ascending(np.concatenate(found)) if found else np.empty(0, np.int64)
    pairs = np.stack([packed >> ROW_BITS, packed & ((1 << ROW_BITS) - 1)], axis=1)
    return pairs, [len(each) for each in found]


def _keys(rule: Rule, forms: Forms) -> tuple[Hashes, Positions]:
    """Hash all forms of a rule, and tell the row of each."""
    parts = [combined(list(slots)) for slots in product(*(forms.of(name) for name in rule))]
    return np.concatenate(parts), np.tile(np.arange(len(forms)), len(parts))


def _columns(name: str) -> tuple[str, ...]:
    return KEYS[name].columns if name in KEYS else (name,)


def _pairs(ours: Hashes, theirs: Hashes, more: float) -> tuple[Hashes, Positions]:
    """Count the pairs that each key of ours will make."""
    keys, counts = np.unique(ours[ours != NOTHING], return_counts=True)
    places = Lookup.of(keys).find(theirs)[1]
    found = np.bincount(places, minlength=len(keys))
    return keys, np.rint(counts * found * more).astype(np.int64)


def _without_common(
    ours: Hashes, coarse: Hashes, theirs: Hashes, more: float, largest: int
) -> Hashes:
    """Leave of the parts of each heavy key the rarest, as many as make few enough pairs."""
    keys, pairs = _pairs(ours, theirs, more)
    block = np.zeros(len(keys), np.int64)
    rows, places = Lookup.of(keys).find(ours)
    block[places] = np.unique(coarse, return_inverse=True)[1][rows]
    kept = Lookup.of(keys[rarest(pairs, block, largest)]).find(ours)[0]
    left = np.full(len(ours), NOTHING, np.uint64)
    left[kept] = ours[kept]
    return left
