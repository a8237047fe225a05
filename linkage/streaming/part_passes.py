"""Going through a register of one's own that is written in parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from linkage.records import TEXT, Parts, Remembered, prepare_coded
from linkage.streaming import passes
from linkage.streaming.run_directory import Frames
from linkage.streaming.scheme_search import SchemeSearch, look_by_all
from linkage.streaming.shipping import Shipped
from linkage.streaming.sieve import Sieve

RECORDS: Final = "records"
ROWS: Final = "rows"
"""Frames of a piece: the records that were kept, and which rows they are and of whom."""


@dataclass(frozen=True, eq=False)
class PartPass:
    """Keep of a register in parts what requests can reach.

    Parameters
    ----------
    parts : Parts
    fields : mapping of str to str
        Our field name to column name.
    searches : mapping of str to Shipped
        Of what can be linked by the model under each scheme.
    sieve : Sieve
        Of what routes of regimes can match.
    person : str
        Column that says who is who, if there is one.
    asked : tuple of str
        Who is asked about: their records are kept for scoring, found or not.
    """

    parts: Parts
    fields: Mapping[str, str]
    searches: Mapping[str, Shipped[SchemeSearch]]
    sieve: Sieve
    person: str = ""
    asked: tuple[str, ...] = ()
    name: str = field(default="register", init=False)
    unit: str = field(default="records", init=False)
    _remembered: Remembered = field(default_factory=dict, init=False, repr=False)

    def batches(self) -> list[range]:
        """Row groups, about `passes.BATCH` records together."""
        number = self.parts.starts[1:] // passes.BATCH
        ends = [*(np.flatnonzero(np.diff(number)) + 1).tolist(), len(number)]
        return [
            range(start, end)
            for start, end in zip([0, *ends[:-1]], ends, strict=True)
            if end > start
        ]

    def size(self, batch: range) -> int:
        """Records of some row groups."""
        return int(self.parts.starts[batch.stop] - self.parts.starts[batch.start])

    def piece(self, batch: range) -> Frames:
        """Give the records kept, which rows they are, and the pairs found."""
        columns = list(dict.fromkeys([*self.fields.values(), *filter(None, [self.person])]))
        frames: list[dict[str, pd.DataFrame]] = []
        for first, path, table in self.parts.tables(batch, columns, passes.BATCH):
            records = prepared(table, self.fields, path, self._remembered)
            persons = self._persons(table)
            kept = self._by_routes(records) | persons.isin(self.asked).to_numpy(np.bool_)
            ids = first + np.arange(len(records))
            found = look_by_all(self.searches, records, ids, kept)
            rows = pd.DataFrame({"row": ids[kept], "person": persons[kept].array})
            frames.append({RECORDS: records[kept].astype(TEXT), ROWS: rows, **found})
        return {name: pd.concat([each[name] for each in frames]) for name in frames[0]}

    def _persons(self, table: pa.Table) -> pd.Series[str]:
        """Who each record is about, as text; nobody where no column says so."""
        if not self.person:
            return pd.Series(pd.NA, range(table.num_rows), dtype=TEXT)
        return pd.Series(table.column(self.person).cast(pa.string()).to_pandas(), dtype=TEXT)

    def _by_routes(self, records: pd.DataFrame) -> NDArray[np.bool_]:
        wanted = {name for keys in self.sieve.keys for name in keys.fields}
        nothing = pa.nulls(len(records), pa.large_string())
        columns = {name: pa.array(records[name]) if name in records else nothing for name in wanted}
        return self.sieve.kept(columns, len(records))


def prepared(
    table: pa.Table, fields: Mapping[str, str], what: str, remembered: Remembered | None = None
) -> pd.DataFrame:
    """Prepare some rows of a register; fields without any value there are left out.

    Examples
    --------
    >>> rows = pa.table({"last": ["Ng"], "birth": ["1980-02-03"]})
    >>> prepared(rows, {"surname": "last", "date_of_birth": "birth"}, "part").iloc[0].tolist()
    ['NG', '1980-02-03']
    """
    ours = table.select(list(fields.values())).rename_columns(list(fields))
    return prepare_coded(ours, what=what, remembered=remembered)
