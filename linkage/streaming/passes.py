"""What is done to each batch of partitions, and all of them one after another or at once."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Final, Protocol

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from joblib.externals.loky.process_executor import TerminatedWorkerError
from numpy.typing import NDArray
from tqdm.auto import tqdm

import synthetic
from linkage.engine import as_finished
from linkage.streaming.run_directory import Frames, RunDirectory
from linkage.streaming.sieve import Sieve
from synthetic.world import stack

BATCH: Final = 500_000
"""People to a batch, about: few enough for memory, many enough that starting one costs little."""


WORKER_LOST: Final = (
    "a process was ended from outside, perhaps for want of memory; what is finished is kept, and "
    "it goes on with {} at once ({})"
)


class Pass(Protocol):
    """A way through a world: one of them draws requests, one sifts the register."""

    @property
    def name(self) -> str:
        """What its pieces are called."""

    @property
    def world(self) -> synthetic.World:
        """The world it goes through."""

    def piece(self, partitions: range) -> Frames:
        """Do what is to be done to some partitions."""


@dataclass(frozen=True)
class RequestPass:
    """Draw the requests about people of each partition.

    Parameters
    ----------
    world : synthetic.World
    requests : int
        In all.
    """

    world: synthetic.World
    requests: int
    name: str = "requests"

    def piece(self, partitions: range) -> Frames:
        """Give the requests, with their truth."""
        drawn = [self.world.partition_requests(index, self.requests) for index in partitions]
        return {"requests": stack([each for each in drawn if len(each)] or drawn[:1])}


@dataclass(frozen=True, eq=False)
class RegisterPass:
    """Keep of the register what requests can reach.

    Parameters
    ----------
    world : synthetic.World
    sieve : Sieve
    asked : (persons,) int array
        Who is asked about, ascending: their records are kept for scoring, found or not.
    """

    world: synthetic.World
    sieve: Sieve
    asked: NDArray[np.int64]
    name: str = "register"

    def piece(self, partitions: range) -> Frames:
        """Give the frames around the records kept, and how many records there were of whom."""
        size = self.world.partition_people
        ends = np.searchsorted(self.asked, [partitions.start * size, partitions.stop * size])
        asked = self.asked[ends[0] : ends[1]]
        pieces, kinds = [], []
        for index in partitions:
            pieces.append(self.world.around(index, self.sieve.kept, asked))
            kinds.append(self.world.filers_by_kind(index))
        return {"kinds": pd.concat(kinds)} | {
            frame.name: stack([getattr(piece, frame.name) for piece in pieces])
            for frame in fields(synthetic.Partition)
        }


def carry_out(
    work: Pass, kept: RunDirectory, *, jobs: int, progress: bool
) -> Iterator[dict[str, pd.DataFrame]]:
    """Go through a world batch by batch and yield the pieces in order.

    Pieces that are finished already are read; others are made by `joblib.Parallel`, which
    `joblib.parallel_config` may have moved elsewhere, and kept.

    Parameters
    ----------
    work : Pass
    kept : RunDirectory
    jobs : int
    progress : bool
        Show people done, people a second, time left.
    """
    every = batches(work.world)
    names = [f"{work.name}-{number:05d}" for number in range(len(every))]
    waiting = [number for number, name in enumerate(names) if not kept.has(name)]
    with tqdm(
        total=work.world.people,
        unit=" people",
        unit_scale=True,
        desc=work.name,
        disable=not progress,
    ) as bar:
        bar.update(
            sum(_people(work.world, every[n]) for n in range(len(every)) if n not in set(waiting))
        )
        while waiting:
            tasks = [delayed(_finish)(work, every[n], kept, names[n]) for n in waiting]
            try:
                for done in Parallel(n_jobs=jobs, **as_finished())(tasks):
                    bar.update(_people(work.world, done))
            except TerminatedWorkerError as error:
                if jobs == 1:
                    raise
                jobs = max(1, jobs // 2)
                warnings.warn(WORKER_LOST.format(jobs, error), UserWarning, stacklevel=2)
            waiting = [number for number in waiting if not kept.has(names[number])]
    for number, name in enumerate(names):
        try:
            yield kept.load(name)
        except OSError:  # damaged since it was written
            _finish(work, every[number], kept, name)
            yield kept.load(name)


def batches(world: synthetic.World) -> list[range]:
    """Group partitions, about `BATCH` people together."""
    step = max(1, BATCH // world.partition_people)
    return [
        range(start, min(start + step, world.partitions))
        for start in range(0, world.partitions, step)
    ]


def _finish(work: Pass, partitions: range, kept: RunDirectory, name: str) -> range:
    kept.save(name, work.piece(partitions))
    return partitions


def _people(world: synthetic.World, partitions: Sequence[int]) -> int:
    last = min(world.people, (partitions[-1] + 1) * world.partition_people)
    return last - partitions[0] * world.partition_people
