"""Directories that are written whole or not at all."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Kind:
    """A kind of directory that this program writes, and how it knows one again.

    Parameters
    ----------
    name : str
        What it is, as in "report".
    entries : collection of str
        All that may stand in it; anything else is somebody's own.
    mark : str
        The entry that each of them has.
    """

    name: str
    entries: Collection[str]
    mark: str

    def check(self, target: Path) -> None:
        """Refuse a directory that holds anything but an earlier one of this kind.

        Raises
        ------
        FileExistsError
            Before any work is done.
        """
        if not target.exists():
            return
        if not target.is_dir():
            raise FileExistsError(
                f"{target} is a file; a {self.name} needs a directory: give another path"
            )
        found = {entry.name for entry in target.iterdir()}
        strangers = sorted(found - set(self.entries))
        if found and (strangers or self.mark not in found):
            named = ", ".join((strangers or sorted(found))[:5])
            raise FileExistsError(
                f"{target} is not empty and not an earlier {self.name} (it holds {named}); "
                f"allowed: a new or empty directory, or an earlier {self.name} with nothing added; "
                "try another directory, or move those files away"
            )

    @contextmanager
    def written(self, directory: str | Path) -> Iterator[Path]:
        """Give a directory to write to; it takes the place of the earlier one once it is whole.

        Raises
        ------
        FileExistsError
            See `check`.
        """
        target = Path(directory).resolve()
        self.check(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
        try:
            fresh.mkdir()
            yield fresh
            self.check(target)
            swap(fresh, target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def swap(fresh: Path, target: Path) -> None:
    """Put a directory in the place of another, which stays if that fails."""
    old = fresh.with_name(f"{fresh.name}.old")
    if not target.exists():
        fresh.rename(target)
        return
    try:
        target.rename(old)
        fresh.rename(target)
    except BaseException:
        if old.exists() and not target.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
