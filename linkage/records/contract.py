"""The record contract: the fields of a record, and how a source becomes records."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from linkage.problems import Problems, listing
from linkage.records.cleaning import (
    clean_date,
    clean_digits,
    clean_name,
    clean_text,
    clean_zip,
    split_address,
)
from linkage.records.reading import TEXT, Source, column_names, read


@dataclass(frozen=True)
class Field:
    """One field of a record: what it holds and which column names suggest it."""

    name: str
    holds: str
    clean: Callable[[str], str | None]
    aliases: tuple[str, ...] = ()


ID: Final = "record_id"

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
        See `read`. Of a file only the columns needed are read.
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
    columns = column_names(source)
    mapping = dict(fields) if fields is not None else guess_fields(columns)
    problems = _mapping_problems(mapping, columns, what)
    needed = [column for column in columns if column in (*mapping.values(), ID)]
    if not needed:
        problems.raise_any()
    frame = read(source, needed)
    frame = frame.set_axis([str(column) for column in frame.columns], axis="columns")
    _check_labels(frame, what, problems)
    problems.raise_any()
    cleaned = {
        field: _clean_column(
            frame[mapping[field]], FIELDS[field], f"{what}, column {mapping[field]!r}", problems
        )
        for field in FIELDS
        if field in mapping
    }
    readable = {field: column for field, column in cleaned.items() if column is not None}
    empty = [field for field, column in readable.items() if column.isna().all()]
    if fields is not None or len(empty) == len(readable):
        problems.extend(
            f"{what}, column {mapping[field]!r}: every value is empty; leave the field out of the map"
            for field in empty
        )
    problems.raise_any()
    records = pd.DataFrame(readable, index=frame.index).drop(columns=empty)
    return _take_address_apart(records)


def _mapping_problems(mapping: Mapping[str, str], columns: list[str], what: str) -> Problems:
    """Note what is wrong with the names of fields and columns."""
    problems = Problems()
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
    return problems


def _check_labels(frame: pd.DataFrame, what: str, problems: Problems) -> None:
    """Note labels and record ids that do not name one record each."""
    if not frame.index.is_unique:
        labels = frame.index[frame.index.duplicated()].unique()
        problems.append(
            f"{what}: labels occur more than once ({listing(labels)}); give each record one label"
        )
    if list(frame.columns).count(ID) != 1:
        return
    ids = frame[ID]
    absent = ids.isna() | (ids.astype(str).str.strip() == "")
    if absent.any():
        problems.append(f"{what}, column {ID!r}: {absent.sum():,} rows have no id")
    twice = ids[ids.duplicated() & ~absent].unique()
    if len(twice):
        problems.append(
            f"{what}, column {ID!r}: {len(twice)} ids occur more than once ({listing(twice)})"
        )


DIGITS: Final = {"zip": 5, "tin": 9}
"""Digits of American numbers, whose leading zeros are lost where they were kept as integers."""


def _clean_column(
    column: pd.Series[Any], field: Field, what: str, problems: Problems
) -> pd.Series[Any] | None:
    """Clean each distinct value once; None, with a problem noted, where some are unreadable."""
    if pd.api.types.is_datetime64_any_dtype(column):
        column = column.dt.strftime("%Y-%m-%d")
    elif pd.api.types.is_float_dtype(column) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")  # a number column with gaps, read as 2139.0
    if pd.api.types.is_integer_dtype(column):
        column = column.astype(TEXT).str.zfill(DIGITS.get(field.name, 0))
    codes, values = pd.factorize(column)
    cleaned: list[str | None] = []
    unreadable: list[str] = []
    for value in values:
        try:
            cleaned.append(field.clean(str(value)))
        except ValueError:
            unreadable.append(str(value))
    if unreadable:
        problems.append(
            f"{what}: {len(unreadable)} unreadable {field.holds}s ({listing(map(repr, unreadable))}); "
            f"allowed YYYY-MM-DD, YYYYMMDD, M/D/YYYY or empty"
        )
        return None
    table = pd.Series([*cleaned, None], dtype=TEXT)
    return pd.Series(table.take(codes).array, index=column.index)


def _take_address_apart(records: pd.DataFrame) -> pd.DataFrame:
    if "address_line" not in records:
        return records
    lines = records.pop("address_line")
    parts = [split_address(line) if isinstance(line, str) else (None,) * 3 for line in lines]
    for i, name in enumerate(("street_number", "street_name", "unit")):
        if name not in records:
            records[name] = pd.Series([part[i] for part in parts], index=records.index, dtype=TEXT)
    return records[[name for name in FIELDS if name in records]]
