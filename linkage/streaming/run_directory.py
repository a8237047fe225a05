"""Where the finished pieces of a long run are kept, so that the same command goes on."""

from __future__ import annotations

import json
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Self

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from linkage.problems import InputError
from linkage.streaming.shipping import WORK
from synthetic.columns import frame_of

ABOUT: Final = "run.json"
FRAME: Final = ".parquet"

Frames = Mapping[str, pd.DataFrame]


MADE_BY: Final = ("linkage", "numpy", "pandas", "pyarrow")
"""Packages whose versions must be the same for a run to go on."""


def versions() -> dict[str, str]:
    """Tell with what pieces are made.

    Examples
    --------
    >>> list(versions())
    ['linkage', 'numpy', 'pandas', 'pyarrow']
    """
    return {name: version(name) for name in MADE_BY}


def directory_for(directory: str | Path | None) -> AbstractContextManager[str | Path]:
    """Give a directory for a run: the one that is named, or else one that is deleted at its end."""
    if directory is None:
        return tempfile.TemporaryDirectory(prefix="linkage-")
    return nullcontext(directory)


@dataclass(frozen=True)
class RunDirectory:
    """Finished pieces on disk, a folder each: whole, or not there.

    Parameters
    ----------
    path : Path

    Examples
    --------
    >>> import tempfile
    >>> kept = RunDirectory.open(Path(tempfile.mkdtemp()) / "run", {"seed": 1})
    >>> kept.save("piece", {"people": pd.DataFrame({"age": [30]})})
    >>> kept.load("piece")["people"]["age"].tolist()
    [30]
    """

    path: Path

    @classmethod
    def open(cls, path: str | Path, about: Mapping[str, Any]) -> Self:
        """Begin a run, or go on with the same one.

        Parameters
        ----------
        path : str or Path
            A new or empty directory, or that of an earlier run.
        about : mapping
            What is run and with which version: plain values. All of it must be as it was.

        Raises
        ------
        linkage.InputError
            If the directory holds another run, telling what differs, or anything else.
        """
        path = Path(path)
        text = json.dumps(about, sort_keys=True, default=str, indent=1)
        told = path / ABOUT
        if path.exists() and (not path.is_dir() or (any(path.iterdir()) and not told.is_file())):
            raise InputError(
                [f"run directory: {path.name} holds other things, allowed a new or empty directory"]
            )
        if not told.is_file():
            path.mkdir(parents=True, exist_ok=True)
            _write_whole(told, text)
            return cls(path)
        differences = _differences(_read(told), json.loads(text))
        if differences:
            raise InputError(
                [
                    *(f"run directory: {each}" for each in differences),
                    "run directory: it holds another run; name a new directory, or run what it holds",
                ]
            )
        for left in path.glob(f".*{WORK}"):
            shutil.rmtree(left, ignore_errors=True)
        return cls(path)

    def has(self, name: str) -> bool:
        """Whether a piece is finished."""
        return (self.path / name).is_dir()

    def save(self, name: str, frames: Frames) -> None:
        """Keep a finished piece: written beside, then renamed."""
        beside = self.path / f".{name}.{uuid.uuid4().hex}"
        try:
            beside.mkdir()
            for part, frame in frames.items():
                table = pa.Table.from_pandas(frame, preserve_index=False)
                pq.write_table(table, beside / f"{part}{FRAME}", write_page_checksum=True)
            if not self.has(name):  # the same piece may have come from elsewhere meanwhile
                beside.rename(self.path / name)
        finally:
            shutil.rmtree(beside, ignore_errors=True)

    def load(self, name: str) -> dict[str, pd.DataFrame]:
        """Read a finished piece.

        Raises
        ------
        OSError
            If it is damaged; it is put away, so that it is made anew.
        """
        folder = self.path / name
        try:
            return {
                file.stem: frame_of(pq.read_table(file, page_checksum_verification=True))
                for file in sorted(folder.iterdir())
            }
        except (OSError, pa.ArrowException, EOFError) as error:
            warnings.warn(
                f"{name} is damaged ({error}); it is made anew", UserWarning, stacklevel=2
            )
            folder.rename(self.path / f".{name}.damaged.{uuid.uuid4().hex}")
            raise OSError(f"{name} is damaged") from error


def _write_whole(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    beside.write_text(text, encoding="utf-8")
    beside.rename(path)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            [f"run directory: {path.name} cannot be read ({error}); name a new directory"]
        ) from error


def _differences(then: Any, now: Any, where: str = "") -> list[str]:
    """Name settings that differ, with both values."""
    if not (isinstance(then, dict) and isinstance(now, dict)):
        return [] if then == now else [f"{where}: got {now!r}, the run there has {then!r}"]
    return [
        line
        for name in sorted({*then, *now})
        for line in _differences(
            then.get(name), now.get(name), f"{where}.{name}" if where else str(name)
        )
    ]
