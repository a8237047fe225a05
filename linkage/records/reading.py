"""Frames and files, read into pandas."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
from pyarrow import csv

from linkage.problems import InputError

TEXT: Final = pd.StringDtype("pyarrow")

Source = Any
"""A pandas, Polars or Arrow frame, or a path to CSV or Parquet."""


def read(source: Source, columns: list[str] | None = None) -> pd.DataFrame:
    """Read a frame, or a CSV or Parquet file, into pandas; text stays text.

    Parameters
    ----------
    source : pandas, Polars or Arrow frame, or path
        Paths end in ``.csv``, ``.csv.gz`` or ``.parquet``. Then labels are row numbers.
    columns : list of str, optional
        Read only these columns from a Parquet or CSV file.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    InputError
        If there is no such file, it is not CSV or Parquet, not UTF-8, or has no rows.
    """
    if isinstance(source, str | Path):
        path = Path(source)
        frame = _open(path, column_names(path) if columns is None else columns)
        what = str(source)
    elif isinstance(source, pd.DataFrame):
        frame, what = source, "the frame"
    elif hasattr(source, "__arrow_c_stream__"):
        frame, what = pa.table(source).to_pandas(), "the frame"
    else:
        raise InputError(
            [
                f"records: got {type(source).__name__}, allowed a pandas, Polars or Arrow frame or a path"
            ]
        )
    if frame.empty:
        raise InputError([f"{what}: it has no rows; at least one is needed"])
    return frame


def column_names(source: Source) -> list[str]:
    """Give the names of a source's columns without reading its rows.

    Raises
    ------
    InputError
        As `read`.
    """
    if isinstance(source, str | Path):
        return [str(name) for name in _open(Path(source), None).columns]
    return [str(name) for name in read(source).columns]


def _open(path: Path, columns: list[str] | None) -> pd.DataFrame:
    """Read some columns of a file; None reads no row, for the names only."""
    if not path.is_file():
        raise InputError(
            [f"{path}: no such file; check the path (looked for in {Path.cwd().name}/)"]
        )
    try:
        if path.suffix == ".parquet":
            return _open_parquet(path, columns)
        if path.name.endswith((".csv", ".csv.gz")):
            return _open_csv(path, columns)
    except (pa.ArrowInvalid, UnicodeDecodeError, OSError) as error:
        raise InputError([f"{path}: {_reason(error, path.suffix)}"]) from error
    raise InputError(
        [f"{path}: got a file ending in {path.suffix!r}, allowed .csv, .csv.gz, .parquet"]
    )


def _open_parquet(path: Path, columns: list[str] | None) -> pd.DataFrame:
    if columns is None:
        return pd.DataFrame(columns=pyarrow.parquet.read_schema(path).names)
    return pd.DataFrame(pyarrow.parquet.read_table(path, columns=columns).to_pandas())


def _open_csv(path: Path, columns: list[str] | None) -> pd.DataFrame:
    quoted = csv.ParseOptions(newlines_in_values=True)
    if columns is None:
        with csv.open_csv(path, parse_options=quoted) as reader:
            return pd.DataFrame(columns=reader.schema.names)
    as_text = csv.ConvertOptions(
        include_columns=columns,
        column_types=dict.fromkeys(columns, pa.string()),
        strings_can_be_null=False,
    )
    in_order = csv.ReadOptions(use_threads=False)  # else an error cannot name its row
    table = csv.read_csv(path, read_options=in_order, parse_options=quoted, convert_options=as_text)
    return pd.DataFrame(table.to_pandas(types_mapper={pa.string(): TEXT}.get))


def _reason(error: Exception, ending: str) -> str:
    text = str(error)
    if "Empty CSV" in text:
        return "the file is empty"
    if "UTF8" in text or "utf-8" in text:
        return "not UTF-8 text; save it as UTF-8, or convert it with iconv -f LATIN1 -t UTF-8"
    return f"it cannot be read as {ending}: {text}"
