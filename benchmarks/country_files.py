"""A country's returns in Parquet, and requests about them, for ``linking.py``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import synthetic
from synthetic.world import stack

PARTITION = 500_000
FIELDS = (
    *("given_name", "surname", "date_of_birth", "sex", "tin"),
    *("street_number", "street_name", "city", "state", "zip"),
)


def write_country(folder: Path, people: int, requests: int) -> None:
    """Write left.parquet, right/part.parquet, which right.parquet leads to, and truth.parquet."""
    tins = "full" if people > 25_000_000 else "never_issued"
    world = synthetic.World(people=people, seed=1, partition_people=PARTITION, tins=tins)
    drawn = [world.partition_requests(index, requests) for index in range(world.partitions)]
    asked = world.request_list([stack([each]) for each in drawn if len(each)], requests)
    asked[list(FIELDS)].to_parquet(folder / "left.parquet")
    persons = asked["person_id"].to_numpy()
    known = np.unique(persons[persons >= 0])
    (folder / "right").mkdir()
    written, rows = [], 0
    with Writer(folder / "right" / "part.parquet") as writer:
        for index in range(world.partitions):
            ends = np.searchsorted(known, [index * PARTITION, (index + 1) * PARTITION])
            around = world.around(index, writer.write, known[ends[0] : ends[1]])
            there = around.taxpayers["record_id"].to_numpy()
            row = rows + pd.Index(writer.last).get_indexer(pd.Index(there))
            person = around.taxpayer_truth["person_id"].to_numpy()
            written.append(pd.DataFrame({"person_id": person, "right": row}))
            rows += len(writer.last)
    (folder / "right.parquet").symlink_to(Path("right") / "part.parquet")
    left = pd.DataFrame({"person_id": persons, "left": np.arange(len(persons))})
    truth = left[left["person_id"] >= 0].merge(pd.concat(written), on="person_id")
    truth[["left", "right"]].to_parquet(folder / "truth.parquet")
    print(f"{rows:,} returns, {len(asked):,} requests, {len(truth):,} of them about a return")


class Writer:
    """Writes each register that passes by, and keeps none of it."""

    def __init__(self, path: Path) -> None:
        self._path, self._file = path, None
        self.last = np.empty(0, np.int64)

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, register: pa.RecordBatch) -> np.ndarray:
        """Write a register; keep no record of it."""
        columns = [pa.array(register[name]).cast(pa.string()) for name in FIELDS]
        table = pa.table(dict(zip(FIELDS, columns, strict=True)))
        if self._file is None:
            self._file = pq.ParquetWriter(self._path, table.schema)
        self._file.write_table(table, row_group_size=160_000)
        self.last = np.asarray(register["record_id"])
        return np.zeros(len(register), np.bool_)
