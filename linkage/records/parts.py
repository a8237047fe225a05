"""Files too large to hold: Parquet parts in a folder or behind a URL, read some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
from numpy.typing import NDArray
from pyarrow.fs import FileSystem, FileType, LocalFileSystem

from linkage.problems import InputError
from linkage.records.reading import NO_ROWS

READERS: Final = 8
"""Files whose ends are read at a time, when a register is opened."""


def is_parts(source: object) -> bool:
    """Whether a source is one to be read in parts: a folder, or a URL.

    Examples
    --------
    >>> is_parts("s3://bucket/returns"), is_parts("people.csv")
    (True, False)
    """
    if isinstance(source, str) and "://" in source:
        return True
    return isinstance(source, str | Path) and Path(source).is_dir()


@dataclass(frozen=True, eq=False)
class Parts:
    """Rows of Parquet files, as one long table of which some rows are read at a time.

    Parameters
    ----------
    source : str
        As it was given.
    schema : pyarrow.Schema
        Columns of all files; one that a file lacks is missing there. Folders called
        ``column=value`` make a column too.
    groups : tuple of pyarrow.dataset.Fragment
        Row groups, in order of the files' names.
    starts : (groups + 1,) int array
        Row at which each group begins.
    about : dict of str to list
        Name of each file to its size and when it was written, to know it again.
    """

    source: str
    schema: pa.Schema
    groups: tuple[ds.Fragment, ...]
    starts: NDArray[np.int64]
    about: dict[str, list[Any]]

    @classmethod
    def open(cls, source: str | Path, *, what: str = "records") -> Self:
        """Find the files and read how they end; no rows.

        Parameters
        ----------
        source : str or Path
            A folder, also of folders; one Parquet file; or the URL of either, as pyarrow or, if it
            is installed, fsspec understands it. Names that begin with ``_`` or ``.`` are left out.
        what : str
            How errors call it.

        Raises
        ------
        linkage.InputError
            Naming every file that cannot be read; or there is none, or no row.
        """
        files, where = _file_system(source, what)
        try:
            found = ds.dataset(where, filesystem=files, format=_format(()), partitioning="hive")
            text = [field.name for field in found.schema if _is_text(field.type)]
            found = ds.dataset(where, filesystem=files, format=_format(text), partitioning="hive")
        except (OSError, pa.ArrowException) as error:
            raise InputError([f"{what}: {source} cannot be read ({_first_line(error)})"]) from error
        parts = list(found.get_fragments())
        with ThreadPoolExecutor(READERS) as pool:
            ends = list(pool.map(_end, parts))
        problems = [end for end in ends if isinstance(end, str)]
        if problems:
            raise InputError([f"{what}: {each}" for each in problems])
        groups = [group for end in ends if not isinstance(end, str) for group in end]
        sizes = [sum(row_group.num_rows for row_group in group.row_groups) for group in groups]
        if not sum(sizes):
            raise InputError([f"{what}: {source}: {NO_ROWS} (.parquet files are looked for)"])
        try:
            schemas = [found.schema, *(part.physical_schema for part in parts)]
            schema = pa.unify_schemas(schemas, promote_options="permissive")
        except pa.ArrowException as error:
            raise InputError(
                [f"{what}: parts of {source} differ in the type of a column ({_first_line(error)})"]
            ) from error
        starts = np.append(0, np.cumsum(sizes))
        told = files.get_file_info([part.path for part in parts])
        about = {each.base_name: [each.size, each.mtime_ns] for each in told}
        return cls(str(source), schema, tuple(groups), starts, about)

    def __len__(self) -> int:
        return int(self.starts[-1])

    def tables(
        self, groups: range, columns: Sequence[str], most: int
    ) -> Iterator[tuple[int, str, pa.Table]]:
        """Read some columns of some row groups.

        Parameters
        ----------
        groups : range
        columns : sequence of str
        most : int
            Rows to a table.

        Yields
        ------
        first : int
            Row at which a table begins.
        path : str
            Of its file.
        table : pyarrow.Table

        Raises
        ------
        linkage.InputError
            Naming a file that cannot be read.
        """
        for number in groups:
            group = self.groups[number]
            try:
                table = group.to_table(schema=self.schema, columns=list(columns))
            except (OSError, pa.ArrowException) as error:
                raise InputError([_unreadable(group.path, error)]) from error
            for start in range(0, table.num_rows, most):
                first = int(self.starts[number]) + start
                yield first, str(group.path), table.slice(start, most)

    def sample(self, columns: Sequence[str], rows: int, pieces: int) -> list[pa.Table]:
        """Read the first rows of evenly spaced row groups; all of a file that is not much larger.

        Parameters
        ----------
        columns : sequence of str
        rows : int
            In all, about.
        pieces : int
            Row groups at least, where there are as many.
        """
        count = min(len(self.groups), max(pieces, rows * len(self.groups) // len(self)))
        chosen = np.unique(np.linspace(0, len(self.groups) - 1, count).astype(int)).tolist()
        most = len(self) if len(self) <= rows else max(1, rows // len(chosen))
        firsts = (next(self.tables(range(n, n + 1), columns, most), None) for n in chosen)
        return [first[2] for first in firsts if first is not None]


def _file_system(source: str | Path, what: str) -> tuple[FileSystem, str]:
    if "://" not in str(source):
        return LocalFileSystem(), str(Path(source).absolute())
    try:
        try:
            files, path = FileSystem.from_uri(str(source))
        except pa.ArrowInvalid:  # not one of pyarrow's own
            files, path = FileSystem.from_uri(f"fsspec+{source}")
        if files.get_file_info(path).type == FileType.NotFound:
            raise InputError([f"{what}: {source}: no such file or folder"])
    except (OSError, ImportError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            [
                f"{what}: got {source}, allowed a folder, or a URL that pyarrow or fsspec can reach "
                f"({_first_line(error)}); for others than s3, gs, abfs and hdfs install fsspec and "
                "what it names"
            ]
        ) from error
    return files, path


def _format(text: Sequence[str]) -> ds.ParquetFileFormat:
    """Read text as dictionaries, and check pages that carry a checksum."""
    checked = ds.ParquetFragmentScanOptions(page_checksum_verification=True)
    return ds.ParquetFileFormat(dictionary_columns=text, default_fragment_scan_options=checked)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _end(part: ds.Fragment) -> list[ds.Fragment] | str:
    """Read how a file ends: its row groups, or what is wrong with it."""
    try:
        return [group for group in part.split_by_row_group() if group.row_groups[0].num_rows]
    except (OSError, pa.ArrowException) as error:
        return _unreadable(part.path, error)


def _unreadable(path: str, error: Exception) -> str:
    return f"{path} cannot be read ({_first_line(error)}); write this part again, or take it away"


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
