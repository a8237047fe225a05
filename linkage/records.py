"""The record contract: which fields a person's record has, and how files become records."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from gzip import BadGzipFile
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from linkage.problems import InputError, Problems, listing

TEXT: Final = pd.StringDtype("pyarrow")

Source = Any  # a pandas, Polars or Arrow frame, or a path to CSV or Parquet


@dataclass(frozen=True)
class Field:
    """One field of a record: what it holds and which column names suggest it."""

    name: str
    holds: str
    clean: Callable[[str], str | None]
    aliases: tuple[str, ...] = ()


_ACCENTED: Final = ("LATIN", "GREEK", "CYRILLIC")


def _fold(value: str) -> str:
    """Upper case, without diacritics, one blank between words.

    Only letters of Latin, Greek and Cyrillic lose their marks: elsewhere marks are vowels.
    """
    if value.isascii():
        return " ".join(value.upper().split())
    letters: list[str] = []
    base = ""
    for letter in unicodedata.normalize("NFKD", value):
        if not unicodedata.combining(letter):
            base = letter
        elif unicodedata.name(base or " ", "").startswith(_ACCENTED):
            continue
        letters.append(letter)
    return " ".join(unicodedata.normalize("NFC", "".join(letters)).upper().split())


_ABSENT = frozenset({"", "NA", "N/A", "NAN", "NONE", "NULL", "<NA>", "-", ".", "?"})


def clean_text(value: str) -> str | None:
    """Fold case, diacritics and blanks; None for the usual signs of a missing value.

    Examples
    --------
    >>> clean_text("  Muñoz  Pérez "), clean_text("n/a")
    ('MUNOZ PEREZ', None)
    """
    folded = _fold(value)
    return None if folded in _ABSENT else folded


def clean_name(value: str) -> str | None:
    """Fold a name and drop punctuation: hyphens part words, apostrophes vanish.

    Examples
    --------
    >>> clean_name("O'Brien-García, Jr.")
    'OBRIEN GARCIA JR'
    >>> clean_name("राम") == clean_name("रीमा")
    False
    """
    folded = clean_text(value)
    if folded is None:
        return None
    kept = re.sub(r"['’`.]", "", folded)
    words = (letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in kept)
    return clean_text("".join(words))


def clean_digits(value: str) -> str | None:
    """Keep the digits of an identifying number.

    Examples
    --------
    >>> clean_digits("900-12-3456")
    '900123456'
    """
    return re.sub(r"\D", "", value) or None


def clean_zip(value: str) -> str | None:
    """Keep the first five digits of a ZIP code (others: letters and digits, as in 'EC1A 1BB').

    Examples
    --------
    >>> clean_zip("02139-4307")
    '02139'
    """
    code = clean_text(re.sub(r"\W", "", _fold(value)))
    if code is None:
        return None
    found = re.match(r"(\d{5})(?:\d{4})?$", code)
    return found[1] if found else code


_DATES = (
    re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:[T ].*)?$"),
    re.compile(r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)$"),
    re.compile(r"(?P<m>\d{1,2})[-/.](?P<d>\d{1,2})[-/.](?P<y>\d{4})$"),
)


def clean_date(value: str) -> str | None:
    """Write a date as YYYY-MM-DD; day and month may be impossible, as mistyped ones are.

    Read are ``1980-02-03``, ``19800203`` and the American ``2/3/1980``.

    Raises
    ------
    ValueError
        If the value has none of these forms.

    Examples
    --------
    >>> clean_date("2/3/1980"), clean_date("19801350")
    ('1980-02-03', '1980-13-50')
    """
    text = value.strip()
    if _fold(text) in _ABSENT:
        return None
    for form in _DATES:
        found = form.match(text)
        if found:
            return f"{found['y']}-{int(found['m']):02d}-{int(found['d']):02d}"
    raise ValueError(value)


FIELDS: Final[dict[str, Field]] = {
    field.name: field
    for field in (
        Field("given_name", "given name", clean_name, ("first", "firstname", "forename", "fname")),
        Field("surname", "surname", clean_name, ("last", "lastname", "familyname", "lname")),
        Field("date_of_birth", "birth date", clean_date, ("dob", "birthdate", "birthday")),
        Field("sex", "sex", clean_text, ("gender",)),
        Field(
            "tin",
            "taxpayer number",
            clean_digits,
            ("ssn", "itin", "taxid", "socsecid", "socialsecuritynumber"),
        ),
        Field(
            "street_number",
            "house number",
            clean_text,
            ("housenumber", "houseno", "streetno", "number"),
        ),
        Field("street_name", "street", clean_name, ("street", "address1", "road")),
        Field("unit", "apartment or unit", clean_name, ("apt", "apartment", "address2")),
        Field("city", "city", clean_name, ("town", "suburb", "locality")),
        Field("state", "state", clean_text, ("province", "region")),
        Field("zip", "ZIP code", clean_zip, ("zipcode", "postcode", "postalcode", "zip5")),
        Field(
            "address_line",
            "number, street and unit in one",
            clean_text,
            ("address", "streetaddress", "addressline1", "addr"),
        ),
    )
}


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
        frame = _read_file(Path(source), columns)
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


def _read_file(path: Path, columns: list[str] | None) -> pd.DataFrame:
    if not path.is_file():
        raise InputError(
            [f"{path}: no such file; check the path (looked for in {Path.cwd().name}/)"]
        )
    try:
        if path.suffix == ".parquet":
            return pd.DataFrame(pyarrow.parquet.read_table(path, columns=columns).to_pandas())
        if path.name.endswith((".csv", ".csv.gz")):
            wanted = None if columns is None else (lambda name: name in columns)
            return pd.read_csv(path, dtype=TEXT, usecols=wanted, keep_default_na=False)
    except UnicodeDecodeError as error:
        found = path.read_bytes()[error.start : error.start + 1] if error.end else b""
        raise InputError(
            [
                f"{path}: not UTF-8 text (byte {found!r}); save it as UTF-8, or convert it with "
                f"iconv -f LATIN1 -t UTF-8"
            ]
        ) from error
    except pd.errors.EmptyDataError as error:
        raise InputError([f"{path}: the file is empty"]) from error
    except (pd.errors.ParserError, pa.ArrowInvalid, BadGzipFile, EOFError) as error:
        raise InputError([f"{path}: it cannot be read as {path.suffix}: {error}"]) from error
    raise InputError(
        [f"{path}: got a file ending in {path.suffix!r}, allowed .csv, .csv.gz, .parquet"]
    )


def guess_fields(columns: list[str]) -> dict[str, str]:
    """Guess which column holds which field, by its name.

    Examples
    --------
    >>> guess_fields(["Last Name", "DOB", "postcode", "colour"])
    {'surname': 'Last Name', 'date_of_birth': 'DOB', 'zip': 'postcode'}
    """
    plain = {re.sub(r"\W|_", "", column).lower(): column for column in reversed(columns)}
    guessed: dict[str, str] = {}
    for field in FIELDS.values():
        for alias in (field.name.replace("_", ""), *field.aliases):
            if alias in plain:
                guessed[field.name] = plain[alias]
                break
    return guessed


def prepare(
    source: Source, fields: Mapping[str, str] | None = None, *, what: str = "records"
) -> pd.DataFrame:
    """Turn any source into records: our field names, cleaned text, missing as NA.

    Parameters
    ----------
    source : frame or path
        See `read`.
    fields : mapping of our field name to column name, optional
        None guesses from the column names, and leaves out columns without any value.
    what : str
        How errors call the source.

    Returns
    -------
    pandas.DataFrame
        Text columns, in the order of `FIELDS`; the index labels are kept.

    Raises
    ------
    InputError
        Naming at once: unknown fields, missing columns, labels or `record_id`s that occur more
        than once, all-empty fields, unreadable dates.

    Examples
    --------
    >>> frame = pd.DataFrame({"last": ["Núñez"], "dob": ["2/3/1980"]})
    >>> prepare(frame).iloc[0].to_dict()
    {'surname': 'NUNEZ', 'date_of_birth': '1980-02-03'}
    """
    frame = read(source)
    frame = frame.set_axis([str(column) for column in frame.columns], axis="columns")
    problems = Problems()
    columns = list(frame.columns)
    mapping = dict(fields) if fields is not None else guess_fields(columns)
    if not mapping:
        problems.append(
            f"{what}: no column name is known ({listing(columns, 8)}); pass fields={{our name: column}} "
            f"with our names among {', '.join(FIELDS)}"
        )
    for field, column in mapping.items():
        problems.choice(f"{what}, fields", field, FIELDS)
        problems.choice(f"{what}, column for {field}", column, columns)
    for column in dict.fromkeys(column for column in columns if columns.count(column) > 1):
        problems.append(
            f"{what}: {columns.count(column)} columns are called {column!r}; rename them"
        )
    if columns.count("record_id") == 1:
        check_ids(frame, "record_id", what, problems)
    if not frame.index.is_unique:
        twice = frame.index[frame.index.duplicated()].unique()
        problems.append(
            f"{what}: labels occur more than once ({listing(twice)}); give each record one label"
        )
    problems.raise_any()
    cleaned = {
        field: _clean_column(
            frame[mapping[field]], FIELDS[field], f"{what}, column {mapping[field]!r}", problems
        )
        for field in FIELDS
        if field in mapping
    }
    empty = [field for field, column in cleaned.items() if not column.notna().any()]
    if fields is None and len(empty) < len(cleaned):
        cleaned = {field: column for field, column in cleaned.items() if field not in empty}
    else:
        problems.extend(
            f"{what}, column {mapping[field]!r}: every value is empty; leave the field out of the map"
            for field in empty
            if not any(repr(mapping[field]) in problem for problem in problems)
        )
    problems.raise_any()
    return _take_address_apart(pd.DataFrame(cleaned, index=frame.index))


def check_ids(frame: pd.DataFrame, column: str, what: str, problems: Problems) -> None:
    """Note ids of a file that are missing or not unique."""
    ids = frame[column]
    absent = ids.isna() | (ids.astype(str).str.strip() == "")
    if absent.any():
        problems.append(f"{what}, column {column!r}: {absent.sum():,} rows have no id")
    twice = ids[ids.duplicated() & ~absent].unique()
    if len(twice):
        problems.append(
            f"{what}, column {column!r}: {len(twice)} ids occur more than once ({listing(twice)})"
        )


def _clean_column(
    column: pd.Series[Any], field: Field, what: str, problems: Problems
) -> pd.Series[Any]:
    """Clean each distinct value once."""
    if pd.api.types.is_datetime64_any_dtype(column):
        column = column.dt.strftime("%Y-%m-%d")
    elif pd.api.types.is_float_dtype(column) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")  # a number column with gaps, read as 2139.0
    codes, values = pd.factorize(column)
    cleaned: list[str | None] = []
    unreadable: list[str] = []
    for value in values:
        try:
            cleaned.append(field.clean(str(value)))
        except ValueError:
            unreadable.append(str(value))
            cleaned.append(None)
    if unreadable:
        problems.append(
            f"{what}: {len(unreadable)} unreadable {field.holds}s ({listing(map(repr, unreadable))}); "
            f"allowed YYYY-MM-DD, YYYYMMDD, M/D/YYYY or empty"
        )
    table = pd.Series([*cleaned, None], dtype=TEXT)
    return pd.Series(table.take(codes).array, index=column.index)


_LINE = re.compile(
    r"(?:(?P<number>\d+[A-Z]?(?:-\d+)?)\s+)?(?P<street>.*?)"
    r"(?:[\s,]+(?:APT|APARTMENT|UNIT|STE|SUITE|#)\.?\s*(?P<unit>[\w-]+))?$"
)


def split_address(line: str) -> tuple[str | None, str | None, str | None]:
    """Take a street line apart into house number, street and unit.

    Examples
    --------
    >>> split_address("12 N MAIN ST APT 3B")
    ('12', 'N MAIN ST', '3B')
    """
    found = _LINE.match(line)
    if not found:
        return None, line, None
    street, unit = (clean_name(found[part] or "") for part in ("street", "unit"))
    return found["number"], street, unit


def _take_address_apart(records: pd.DataFrame) -> pd.DataFrame:
    if "address_line" not in records:
        return records
    lines = records.pop("address_line")
    parts = [split_address(line) if isinstance(line, str) else (None,) * 3 for line in lines]
    for i, name in enumerate(("street_number", "street_name", "unit")):
        if name not in records:
            records[name] = pd.Series([part[i] for part in parts], index=records.index, dtype=TEXT)
    return records[[name for name in FIELDS if name in records]]
