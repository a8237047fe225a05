"""Going through a synthetic world: drawing requests, and sifting its register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

import synthetic
from linkage.records import FIELDS, Remembered, prepare_coded
from linkage.streaming import passes
from linkage.streaming.run_directory import Frames
from linkage.streaming.scheme_search import SchemeSearch, look_by_all
from linkage.streaming.shipping import Shipped
from linkage.streaming.sieve import Sieve
from synthetic.world import stack

NEEDED: Final = {
    "households": ["household_id", "tenure"],
    "addresses": ["address_id", "street_number", "street_name", "zip"],
    "residences": ["household_id", "address_id"],
}
"""Columns of frames that are read in the end, where they are few."""


def as_records(register: pa.RecordBatch, remembered: Remembered | None = None) -> pd.DataFrame:
    """Prepare a register, or a part of it."""
    fields = [name for name in FIELDS if name in register.schema.names]
    part = pa.Table.from_batches([register.select(fields)])
    return prepare_coded(part, remembered=remembered)


@dataclass(frozen=True)
class WorldPass:
    """A way through the partitions of a world.

    Parameters
    ----------
    world : synthetic.World
    """

    world: synthetic.World
    unit: str = field(default="people", init=False)

    def batches(self) -> list[range]:
        """Partitions, about `passes.BATCH` people together."""
        step = max(1, passes.BATCH // self.world.partition_people)
        return [
            range(start, min(start + step, self.world.partitions))
            for start in range(0, self.world.partitions, step)
        ]

    def size(self, batch: range) -> int:
        """People of some partitions."""
        last = min(self.world.people, (batch[-1] + 1) * self.world.partition_people)
        return last - batch[0] * self.world.partition_people


@dataclass(frozen=True)
class RequestPass(WorldPass):
    """Draw the requests about people of each partition.

    Parameters
    ----------
    world : synthetic.World
    requests : int
        In all.
    """

    requests: int
    name: str = "requests"

    def piece(self, batch: range) -> Frames:
        """Give the requests, with their truth."""
        drawn = [self.world.partition_requests(index, self.requests) for index in batch]
        return {"requests": stack([each for each in drawn if len(each)] or drawn[:1])}


@dataclass(frozen=True, eq=False)
class RegisterPass(WorldPass):
    """Keep of the register what requests can reach.

    Parameters
    ----------
    world : synthetic.World
    sieve : Sieve
        Of what routes of regimes can match.
    asked : (persons,) int array
        Who is asked about, ascending: their records are kept for scoring, found or not.
    searches : mapping of str to Shipped
        Of what can be linked by the model under each scheme.
    """

    sieve: Sieve
    asked: NDArray[np.int64]
    searches: Mapping[str, Shipped[SchemeSearch]] = field(default_factory=dict)
    name: str = "register"
    _remembered: Remembered = field(default_factory=dict, init=False, repr=False)

    def piece(self, batch: range) -> Frames:
        """Give the frames around the records kept, pairs found, and how many records of whom."""
        size = self.world.partition_people
        ends = np.searchsorted(self.asked, [batch.start * size, batch.stop * size])
        asked = self.asked[ends[0] : ends[1]]
        pieces, kinds = [], []
        found: list[dict[str, pd.DataFrame]] = []
        for index in batch:
            pieces.append(
                self.world.around(index, lambda register: self._kept(register, found), asked)
            )
            kinds.append(self.world.filers_by_kind(index))
        names = found[0] if found else {}
        return (
            {"kinds": pd.concat(kinds)}
            | {frame.name: _stacked(pieces, frame.name) for frame in fields(synthetic.Partition)}
            | {name: pd.concat([part[name] for part in found]) for name in names}
        )

    def _kept(
        self, register: pa.RecordBatch, found: list[dict[str, pd.DataFrame]]
    ) -> NDArray[np.bool_]:
        """Tell which records to keep, and note the pairs that are the reason."""
        kept = self.sieve.kept(register, register.num_rows)
        if self.searches:
            ids = np.asarray(register["record_id"])
            found.append(
                look_by_all(self.searches, as_records(register, self._remembered), ids, kept)
            )
        return kept


def _stacked(pieces: Sequence[synthetic.Partition], name: str) -> pd.DataFrame:
    whole = stack([getattr(piece, name) for piece in pieces])
    return whole[NEEDED.get(name, list(whole))]
