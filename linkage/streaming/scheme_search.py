"""Search a register that passes by as schemes encode it, and keep apart what each finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.linking.blocking import Rule
from linkage.linking.codes import Positions
from linkage.linking.fitting import Fitted
from linkage.schemes import Plain, Scheme
from linkage.schemes.base import JOIN, present_fields
from linkage.streaming.search import Pieces, Search


@dataclass(frozen=True, eq=False)
class SchemeSearch:
    """A search among records as a scheme encodes them.

    Parameters
    ----------
    scheme : Scheme
        With its secret.
    fields : tuple of str
        What both sides encode.
    search : Search
    """

    scheme: Scheme
    fields: tuple[str, ...]
    search: Search

    @classmethod
    def prepare(
        cls,
        scheme: Scheme,
        requests: pd.DataFrame,
        sample: Sequence[pd.DataFrame],
        *,
        records: int,
        rules: Sequence[Rule] | None = None,
        rng: np.random.Generator,
    ) -> SchemeSearch | None:
        """Encode both sides and prepare the search; None where they share nothing it encodes.

        Parameters
        ----------
        scheme : Scheme
        requests : pandas.DataFrame
            Prepared records.
        sample : sequence of pandas.DataFrame
            Prepared records of pieces of the register.
        records, rules, rng : see `Search.prepare`
        """
        columns = {name for piece in sample for name in piece.columns} & set(requests.columns)
        fields = present_fields(scheme.fields, requests[[c for c in requests if c in columns]])
        if not fields:
            return None
        search = Search.prepare(
            scheme.asking().encode_records(requests, fields).tokens,
            [_encoded(scheme, fields, piece) for piece in sample],
            records=records,
            tokens=scheme.linked_by == "tokens",
            rules=rules,
            rng=rng,
        )
        return cls(scheme, fields, search)

    def look(self, records: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """Look through a piece of the register, prepared records; see `Search.look`."""
        return self.search.look(_encoded(self.scheme, self.fields, records))

    def finish(
        self, records: pd.DataFrame, pairs: tuple[Positions, Positions], pieces: Pieces, count: int
    ) -> Fitted:
        """Weigh the pairs that were kept; see `Search.finish`."""
        kept = _encoded(self.scheme, self.fields, records)
        return replace(self.search, records=count).finish(kept, pairs, pieces)


def _encoded(scheme: Scheme, fields: tuple[str, ...], records: pd.DataFrame) -> pd.DataFrame:
    """Encode records, of which a piece may lack a field; plain ones stay as they are."""
    parts = list(dict.fromkeys(part for entry in fields for part in entry.split(JOIN)))
    records = records.reindex(columns=parts)
    return records if isinstance(scheme, Plain) else scheme.encode_records(records, fields).tokens


LINKABLE: Final = ("fields", "tokens")
"""Ways of linking (`linkage.schemes.base.LinkedBy`) that a passing register allows."""


def with_names(
    scheme: str, frames: Mapping[str, pd.DataFrame], ids: NDArray[np.int64]
) -> dict[str, pd.DataFrame]:
    """Name what was found in a piece by its scheme, and records by their ids."""
    pairs = frames["pairs"]
    named = {**frames, "pairs": pairs.assign(record=ids[pairs["record"].to_numpy()])}
    return {f"{scheme}.{part}": frame for part, frame in named.items()}


def without_names(scheme: str, piece: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Take what was found under a scheme out of the frames of a piece."""
    start = f"{scheme}."
    return {name[len(start) :]: each for name, each in piece.items() if name.startswith(start)}
