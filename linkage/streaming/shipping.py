"""Hand work to other processes through a file, of which all of a machine map the same pages."""

from __future__ import annotations

import mmap
import pickle
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import cloudpickle

Work = TypeVar("Work")
Content = TypeVar("Content", covariant=True)

WORK: Final = ".work"
"""Ends the names of folders from which work is shipped; what a run that was killed left is void."""

PAGE: Final = 64
"""Arrays begin at multiples of so many bytes, as Arrow wants them."""


@dataclass(frozen=True)
class Shipped(Generic[Content]):
    """Work that stands in a file.

    Parameters
    ----------
    path : Path
        Of the file, which all processes see.
    """

    path: Path

    @property
    def work(self) -> Content:
        """What was shipped; read once a process, its arrays mapped and not to be written to."""
        there = _received(self.path.parent)
        if self.path not in there:
            there[self.path] = _read(self.path)
        content: Content = there[self.path]
        return content


@dataclass(frozen=True)
class Dock:
    """A folder from which work is shipped, by any process.

    Parameters
    ----------
    folder : Path
        Which all processes see.
    """

    folder: Path

    def ship(self, work: Work) -> Shipped[Work]:
        """Write work into a file.

        Whoever hands it over had better keep no hold of it, so that it is in memory once.
        """
        path = self.folder / uuid.uuid4().hex
        _write(work, path)
        return Shipped(path)


@contextmanager
def dock(folder: Path) -> Iterator[Dock]:
    """Make room for work in a folder, for as long as it is needed.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> with dock(Path(tempfile.mkdtemp())) as there:
    ...     there.ship({"numbers": np.arange(3)}).work["numbers"].tolist()
    [0, 1, 2]
    """
    place = folder / f".{uuid.uuid4().hex}{WORK}"
    place.mkdir()
    try:
        yield Dock(place)
    finally:
        _received.cache_clear()
        shutil.rmtree(place, ignore_errors=True)  # where mapped files cannot be deleted, they stay


def _write(work: object, path: Path) -> None:
    """Write arrays first, then the rest with their places, then where that begins."""
    arrays: list[pickle.PickleBuffer] = []
    rest = cloudpickle.dumps(work, protocol=5, buffer_callback=arrays.append)
    spans = []
    with path.open("wb") as file:
        for array in arrays:
            file.write(bytes(-file.tell() % PAGE))
            start = file.tell()
            file.write(array.raw())
            spans.append((start, file.tell()))
        begin = file.tell()
        pickle.dump((rest, spans), file)
        file.write(begin.to_bytes(8, "little"))


@lru_cache(maxsize=1)
def _received(folder: Path) -> dict[Path, Any]:
    """What this process has read of one folder; of the next, the one before is forgotten."""
    return {}


def _read(path: Path) -> Any:
    with path.open("rb") as file:
        pages = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    begin = int.from_bytes(pages[-8:], "little")
    rest, spans = pickle.loads(pages[begin:-8])
    return pickle.loads(rest, buffers=[pages[start:end] for start, end in spans])
