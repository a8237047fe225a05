"""Going through a register piece by piece, one after another or at once, and keeping what is found."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from typing import Final, Protocol

import pandas as pd
import psutil
from joblib import Parallel
from joblib.externals.loky.process_executor import TerminatedWorkerError
from tqdm.auto import tqdm

from linkage.engine import as_finished, let_go, task, uncollected
from linkage.streaming.run_directory import Frames, RunDirectory
from linkage.streaming.shipping import Shipped

BATCH: Final = 500_000
"""Records to a batch, about: few enough for memory, many enough that starting one costs little."""

WORKER_LOST: Final = (
    "a process was ended from outside, perhaps for want of memory; what is finished is kept, and "
    "it goes on with {} at once ({})"
)

PAIRS: Final = "pairs"
"""Ends the name of frames that tell which pairs were found, and whether each is likely."""


class Pass(Protocol):
    """A way through a register: one draws requests, others look for them."""

    @property
    def name(self) -> str:
        """What its pieces are called."""

    @property
    def unit(self) -> str:
        """What the sizes of batches count."""

    def batches(self) -> list[range]:
        """Parts of the register, those together that are done at a time."""

    def size(self, batch: range) -> int:
        """How much a batch holds."""

    def piece(self, batch: range) -> Frames:
        """Do what is to be done to a batch."""


def carry_out(
    there: Shipped[Pass], kept: RunDirectory, *, jobs: int, progress: bool
) -> Iterator[dict[str, pd.DataFrame]]:
    """Go through a register batch by batch and yield the pieces in order.

    Pieces that are finished already are read; others are made by `joblib.Parallel`, which
    `joblib.parallel_config` may have moved elsewhere, and kept.

    Parameters
    ----------
    there : Shipped
        What is to be done.
    kept : RunDirectory
        One that all processes see.
    jobs : int
    progress : bool
        Show how much is done, how fast, the matches so far, the memory used and the time left.
    """
    work = there.work
    every = work.batches()
    names = [f"{work.name}-{number:05d}" for number in range(len(every))]
    waiting = [number for number, name in enumerate(names) if not kept.has(name)]
    with _Progress(work, every, waiting, shown=progress) as bar:
        while waiting:
            tasks = [task(_finish, there, every[n], kept, names[n]) for n in waiting]
            try:
                for batch, likely in Parallel(n_jobs=jobs, **as_finished())(tasks):
                    bar.tell(batch, likely)
            except TerminatedWorkerError as error:
                if jobs == 1:
                    raise
                jobs = max(1, jobs // 2)
                warnings.warn(WORKER_LOST.format(jobs, error), UserWarning, stacklevel=2)
            waiting = [number for number in waiting if not kept.has(names[number])]
    let_go()
    for number, name in enumerate(names):
        try:
            yield kept.load(name)
        except OSError:  # damaged since it was written
            kept.save(name, work.piece(every[number]))
            yield kept.load(name)


def _finish(there: Shipped[Pass], batch: range, kept: RunDirectory, name: str) -> tuple[range, int]:
    with uncollected():
        frames = there.work.piece(batch)
    kept.save(name, frames)
    found = [frame["likely"].sum() for part, frame in frames.items() if part.endswith(PAIRS)]
    return batch, int(max(found, default=0))


class _Progress:
    """A bar that tells what is done, found and used."""

    EVERY: Final = 1.0
    """Seconds between two looks at the memory."""

    def __init__(self, work: Pass, every: list[range], waiting: list[int], *, shown: bool) -> None:
        self._work, self._likely, self._looked = work, 0, 0.0
        sizes = [work.size(batch) for batch in every]
        self._bar = tqdm(
            total=sum(sizes),
            initial=sum(sizes) - sum(sizes[number] for number in waiting),
            unit=f" {work.unit}",
            unit_scale=True,
            desc=work.name,
            disable=not shown,
        )

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def tell(self, batch: range, likely: int) -> None:
        """Count a batch that is done."""
        self._likely += likely
        self._bar.update(self._work.size(batch))
        if not self._bar.disable and time.monotonic() - self._looked > self.EVERY:
            self._looked = time.monotonic()
            matches = {"matches": f"{self._likely:,}"} if self._likely else {}
            self._bar.set_postfix({**matches, "memory": f"{memory_used() / 1e9:.1f} GB"})


def memory_used() -> int:
    """Count the bytes of memory that this process and those it started use.

    Examples
    --------
    >>> memory_used() > 1_000_000
    True
    """
    me = psutil.Process()
    total = 0
    for process in [me, *me.children(recursive=True)]:
        try:
            total += process.memory_info().rss
        except psutil.Error:  # it has ended meanwhile
            continue
    return total
