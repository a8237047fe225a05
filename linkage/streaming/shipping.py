"""Hand work to other processes through a file, of which all of a machine map the same pages."""

from __future__ import annotations

import contextlib
import mmap
import pickle
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
        content: Content = _received(self.path)
        return content


@contextmanager
def shipped(work: Work, folder: Path) -> Iterator[Shipped[Work]]:
    """Write work into a file of a folder, for as long as it is needed.

    Whoever hands it over had better keep no hold of it, so that it is in memory once.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> with shipped({"numbers": np.arange(3)}, Path(tempfile.mkdtemp())) as there:
    ...     there.work["numbers"].tolist()
    [0, 1, 2]
    """
    path = folder / f".{uuid.uuid4().hex}.work"
    _write(work, path)
    del work
    try:
        yield Shipped(path)
    finally:
        _received.cache_clear()
        with contextlib.suppress(PermissionError):  # where a file that is mapped cannot be deleted
            path.unlink()


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
def _received(path: Path) -> Any:
    with path.open("rb") as file:
        pages = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    begin = int.from_bytes(pages[-8:], "little")
    rest, spans = pickle.loads(pages[begin:-8])
    return pickle.loads(rest, buffers=[pages[start:end] for start, end in spans])
