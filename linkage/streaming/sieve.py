"""Which records of a register a request list can reach at all, told without comparing them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from linkage.problems import InputError
from linkage.regimes import Regime
from linkage.streaming.text_hashes import Hashes, combined, text_hashes
from linkage.streaming.value_hashes import Lookup

Bools = NDArray[np.bool_]
Columns = Mapping[str, pa.Array]

LETTERS: Final[dict[str, int]] = {
    "tin": 0,
    "zip": 0,
    "date_of_birth": 0,
    "given_name": 3,
    "surname": 3,
}
"""Fields that a sieve looks at, and how many letters of each; 0 is all. Of names only the
first letters of the first word, as cleaning may cut what follows. Streets are not looked at."""


@dataclass(frozen=True, eq=False)
class Keys:
    """Keys of requests, of some fields.

    Parameters
    ----------
    fields : tuple of str
    hashes : Lookup
    """

    fields: tuple[str, ...]
    hashes: Lookup

    @classmethod
    def of(cls, fields: tuple[str, ...], columns: Columns) -> Self:
        """Take the keys of requests."""
        return cls(fields, Lookup.of(_keys(fields, columns)))

    def found(self, columns: Columns) -> Bools:
        """Whether each record has one of these keys."""
        keys = _keys(self.fields, columns)
        found = np.zeros(len(keys), np.bool_)
        found[self.hashes.find(keys)[0]] = True
        return found


@dataclass(frozen=True, eq=False)
class Sieve:
    """What a record must share with some request to be of any use.

    It may keep a record too many, as it compares hashes and first letters. It never loses one that
    a regime's routes would match.

    Parameters
    ----------
    keys : tuple of Keys

    Examples
    --------
    >>> from linkage.regimes import REGIMES
    >>> asked = pd.DataFrame({"tin": ["900123456"], "surname": ["NG"]})
    >>> sieve = Sieve.of(asked, [REGIMES["as_practised"]])
    >>> register = {"tin": pa.array(["900123456", "900999999"]), "surname": pa.array(["NG", "NG"])}
    >>> sieve.kept(register, 2).tolist()
    [True, False]
    """

    keys: tuple[Keys, ...]

    @classmethod
    def of(cls, requests: pd.DataFrame, regimes: Iterable[Regime]) -> Self:
        """Make the sieve of requests under some regimes.

        Parameters
        ----------
        requests : pandas.DataFrame
            As `linkage.records.prepare` gives them.
        regimes : iterable of Regime
            Their routes are followed; those that match by the model are not.

        Raises
        ------
        linkage.InputError
            If a route compares streets alone.
        """
        wanted: dict[tuple[str, ...], Bools] = {}
        for regime, route in ((each, route) for each in regimes for route in each.routes):
            if not set(route.agree) & set(LETTERS):
                raise InputError(
                    [
                        f"regimes: {regime.name} matches by {', '.join(route.agree)}, allowed in a "
                        f"streamed register are routes by one at least of {', '.join(LETTERS)}"
                    ]
                )
            for fields, rows in _ways(route.agree, route.agree_where_given, requests):
                wanted[fields] = wanted.get(fields, False) | rows
        return cls(
            tuple(
                Keys.of(fields, _arrow(requests.loc[rows], fields))
                for fields, rows in wanted.items()
                if rows.any()
            )
        )

    def kept(self, columns: Columns, rows: int) -> Bools:
        """Whether each record may be of use.

        Parameters
        ----------
        columns : mapping of str to pyarrow.Array, or RecordBatch
            The fields of records, in capitals.
        rows : int
            How many records there are.
        """
        kept = np.zeros(rows, np.bool_)
        for keys in self.keys:
            kept |= keys.found(columns)
        return kept


def _ways(
    agree: tuple[str, ...], where_given: tuple[str, ...], requests: pd.DataFrame
) -> list[tuple[tuple[str, ...], Bools]]:
    """Name the fields that a route compares, apart for requests that carry its optional ones."""
    fields = tuple(name for name in agree if name in LETTERS)
    rows = requests.reindex(columns=list(fields)).notna().all(axis=1).to_numpy(np.bool_)
    more = [name for name in where_given if name in LETTERS and name in requests]
    if not more:
        return [(fields, rows)]
    given = requests[more].notna().all(axis=1).to_numpy(np.bool_)
    return [((*fields, *more), rows & given), (fields, rows & ~given)]


def _arrow(requests: pd.DataFrame, fields: tuple[str, ...]) -> dict[str, pa.Array]:
    return {
        name: pa.array(requests[name].astype(object), type=pa.large_string(), from_pandas=True)
        for name in fields
        if name in requests
    }


def _keys(fields: tuple[str, ...], columns: Columns) -> Hashes:
    return combined([text_hashes(columns[name], LETTERS[name]) for name in fields])
