"""How any source becomes records: columns found, values cleaned, each once."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import compress
from numbers import Real
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linkage.problems import Problems, listing
from linkage.records.addresses import split_lines
from linkage.records.cleaning import are_clean_names, clean_name, have_suffixes, split_suffix
from linkage.records.coding import Coded, Column, coded
from linkage.records.contract import FIELDS, ID, Field, guess_fields
from linkage.records.reading import TEXT, Source, Table, column_names, load


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
        than once, all-empty fields, columns with many unreadable dates.

    Warns
    -----
    UserWarning
        If a few dates cannot be read (`FEW_UNREADABLE`); they count as missing.

    Examples
    --------
    >>> frame = pd.DataFrame({"last": ["Núñez"], "dob": ["2/3/1980"]})
    >>> prepare(frame).iloc[0].to_dict()
    {'surname': 'NUNEZ', 'date_of_birth': '1980-02-03'}
    """
    records = prepare_coded(source, fields, what=what)
    return pd.DataFrame({name: records[name].astype(TEXT) for name in records.columns})


Remembered = dict[str, dict[Any, "str | None"]]
"""By field, values and what they are when they are clean."""

MOST_REMEMBERED: Final = 500_000
"""Values of a field that are remembered; then it begins anew."""


def prepare_coded(
    source: Source,
    fields: Mapping[str, str] | None = None,
    *,
    what: str = "records",
    remembered: Remembered | None = None,
) -> pd.DataFrame:
    """Turn any source into records as `prepare` does, but of categorical columns.

    Each distinct value is cleaned once, and columns hold codes into the clean values, which is what
    large files need.

    Parameters
    ----------
    source, fields, what : see `prepare`
    remembered : dict, optional
        Of other pieces of the same file, to which these values are added: to clean them sooner.

    Returns
    -------
    pandas.DataFrame
        Categorical columns of text, in the order of `FIELDS`; the index labels are kept.

    Raises
    ------
    InputError
        See `prepare`.

    Examples
    --------
    >>> frame = pd.DataFrame({"last": ["Núñez", "NUNEZ"]})
    >>> prepare_coded(frame)["surname"].cat.categories.tolist()
    ['NUNEZ']
    """
    columns = column_names(source)
    mapping = dict(fields) if fields is not None else guess_fields(columns)
    problems = _mapping_problems(mapping, columns, what)
    needed = [column for column in columns if column in (*mapping.values(), ID)]
    if not needed or len(set(needed)) < len(needed):
        problems.raise_any()
    table = load(source, needed, plain=mapping.get("address_line"))
    _check_labels(table, what, problems)
    problems.raise_any()
    found = _coded_fields(table, mapping, what, problems)
    cleaned = {
        field: _clean_column(
            column,
            FIELDS[field],
            f"{what}, column {mapping.get(field, field)!r}",
            problems,
            {} if remembered is None else remembered.setdefault(field, {}),
        )
        for field, column in found.items()
    }
    cleaned |= _without_suffixes(cleaned)
    filled = {field: column for field, column in cleaned.items() if column.values}
    if fields is not None or not filled:
        problems.extend(
            f"{what}, column {mapping[field]!r}: every value is empty; leave the field out of the map"
            for field in _empty(mapping, cleaned)
        )
    problems.raise_any()
    kept = {
        name: pd.Series(filled[name].categorical(), index=table.index)
        for name in FIELDS
        if name in filled
    }
    return pd.DataFrame(kept, index=table.index, copy=False)


def _coded_fields(
    table: Table, mapping: Mapping[str, str], what: str, problems: Problems
) -> dict[str, Coded]:
    """Find each field's distinct values; a column of its own goes before a part of a line."""

    def code(field: str) -> dict[str, Coded]:
        column = table.columns[mapping[field]]
        try:
            return _address_parts(column) if field == "address_line" else {field: coded(column)}
        except (TypeError, ValueError, pa.ArrowException) as error:
            problems.append(
                f"{what}, column {mapping[field]!r}: got values that cannot be read ({error}), "
                "allowed text, numbers and dates; leave the field out of the map"
            )
            return {}

    found = code("address_line") if "address_line" in mapping else {}
    fields = [field for field in FIELDS if field in mapping and field != "address_line"]
    with ThreadPoolExecutor(THREADS) as pool:
        for part in pool.map(code, fields):
            found |= part
    return found


def _empty(mapping: Mapping[str, str], cleaned: Mapping[str, Coded]) -> list[str]:
    """Mapped fields without any value; a line is empty if all its parts are."""
    parts = {field: _LINE_PARTS if field == "address_line" else (field,) for field in mapping}
    return [
        field
        for field, names in parts.items()
        if not any(name not in cleaned or cleaned[name].values for name in names)
    ]


def roles(
    source: Source, records: pd.DataFrame, fields: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Show which column of a source was taken for which field, and how full it is.

    Parameters
    ----------
    source : frame or path
    records : pandas.DataFrame
        What `prepare_coded` made of it.
    fields : mapping, optional
        As given there.

    Returns
    -------
    pandas.DataFrame
        Columns field, column, filled (share of records with a value) and distinct (values). Parts
        of an address line, and suffixes taken out of names, name the column they come from.

    Examples
    --------
    >>> frame = pd.DataFrame({"last": ["NG", "RUIZ JR", None, "NG"]})
    >>> roles(frame, prepare_coded(frame))[["field", "column", "filled"]].values.tolist()
    [['surname', 'last', 0.75], ['name_suffix', 'last', 0.25]]
    """
    mapping = dict(fields) if fields is not None else guess_fields(column_names(source))
    origin = {
        **dict.fromkeys(_LINE_PARTS, mapping.get("address_line", "")),
        "name_suffix": mapping.get("surname", mapping.get("given_name", "")),
        **mapping,
    }
    known = [np.count_nonzero(records[name].cat.codes >= 0) for name in records.columns]
    return pd.DataFrame(
        {
            "field": list(records.columns),
            "column": [origin[name] for name in records.columns],
            "filled": [count / len(records) for count in known],
            "distinct": [len(records[name].cat.categories) for name in records.columns],
        }
    )


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
    if problems and len(columns) == 1 and (sign := re.search(r"[;|\t]", columns[0])):
        problems.append(
            f"{what}: the only column is called {columns[0]!r}; if {sign[0]!r} parts the columns, "
            "save the file with commas"
        )
    for column in dict.fromkeys(column for column in columns if columns.count(column) > 1):
        problems.append(
            f"{what}: {columns.count(column)} columns are called {column!r}; rename them"
        )
    return problems


def _check_labels(table: Table, what: str, problems: Problems) -> None:
    """Note labels and record ids that do not name one record each."""
    index = table.index
    if not isinstance(index, pd.RangeIndex) and not index.is_unique:
        labels = index[index.duplicated()].unique()
        problems.append(
            f"{what}: labels occur more than once ({listing(labels)}); give each record one label"
        )
    if ID not in table.columns:
        return
    ids = coded(table.columns[ID])
    names = [_written(value, 0).strip() for value in ids.values]
    blank = np.array([*(not name for name in names), True])
    absent = int(np.count_nonzero(blank[ids.codes]))  # -1, missing, takes the last
    if absent:
        problems.append(f"{what}, column {ID!r}: {absent:,} rows have no id")
    counts = np.bincount(ids.codes[ids.codes >= 0], minlength=len(names))
    twice = [names[i] for i in np.flatnonzero(counts > 1) if not blank[i]]
    if twice:
        problems.append(
            f"{what}, column {ID!r}: {len(twice)} ids occur more than once ({listing(twice)})"
        )


DIGITS: Final = {"zip": 5, "tin": 9}
"""Digits of American numbers, whose leading zeros are lost where they were kept as integers."""

FIVE_DIGITS: Final = 0.05
"""Share of codes of five digits from which the others of a column are taken for ZIPs too."""

THREADS: Final = 2

FEW_UNREADABLE: Final = 0.05
"""Share of a column's values up to which unreadable ones are taken as missing."""


def _clean_column(
    column: Coded, field: Field, what: str, problems: Problems, before: dict[Any, str | None]
) -> Coded:
    """Clean each distinct value once; note a problem where many are unreadable."""
    digits = DIGITS.get(field.name, 0)
    if field.name == "tin" and _all_digits(column.values):
        return column
    if len(before) > MOST_REMEMBERED:
        before.clear()

    already = _texts(column.values, are_clean_names) if field.clean is clean_name else None
    found, unreadable = column.cleaned(
        lambda value: field.clean(_written(value, digits)), before, already
    )
    if field.name == "zip":
        return _with_zeros(found)
    if not unreadable.values:
        return found
    rows = int(np.count_nonzero(unreadable.codes >= 0))
    known = rows + int(np.count_nonzero(found.codes >= 0))
    words = (
        f"{what}: {rows:,} unreadable {field.holds}s ({listing(map(repr, unreadable.values))}); "
        "allowed YYYY-MM-DD, YYYYMMDD, M/D/YYYY, 3 Feb 1980, Feb 3 1980 or empty"
    )
    if rows > FEW_UNREADABLE * known:
        problems.append(words)
        return column  # it is not empty too
    warnings.warn(f"{words}. They count as missing.", UserWarning, stacklevel=4)
    return found


def _all_digits(values: list[Any]) -> bool:
    """Whether all are numbers as they should be written, told quickly."""
    decimal = _texts(values, pc.ascii_is_decimal)
    return decimal is not None and bool(decimal.all())


def _texts(
    values: list[Any], ask: Callable[[pa.Array], NDArray[np.bool_] | pa.BooleanArray]
) -> NDArray[np.bool_] | None:
    """Ask something of values that are all text; None where they are not, or where there are none."""
    try:
        texts = pa.array(values, pa.large_string())
    except (pa.ArrowException, TypeError):
        return None
    return np.asarray(ask(texts), np.bool_) if len(texts) and not texts.null_count else None


def _with_zeros(zips: Coded) -> Coded:
    """Give ZIPs the zeros back that a spreadsheet took; codes of other countries stay as they are."""
    full = np.array([code.isdecimal() and len(code) == 5 for code in zips.values], bool)
    known = zips.codes[zips.codes >= 0]
    if full.all() or full[known].mean() < FIVE_DIGITS:
        return zips
    short = re.compile(r"\d{3,4}")
    return zips.cleaned(lambda code: code.zfill(5) if short.fullmatch(code) else code)[0]


def _written(value: Any, digits: int) -> str:
    """Write any value as text, whole numbers with as many digits."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    number = isinstance(value, Real | Decimal) and not isinstance(value, bool)
    return str(int(value)).zfill(digits) if number and value % 1 == 0 else str(value)


_LINE_PARTS: Final = ("street_number", "street_name", "unit")


def _address_parts(column: Column) -> dict[str, Coded]:
    """Take street lines apart."""
    if not isinstance(column, pa.ChunkedArray):
        column = pa.chunked_array([pa.array(column.astype(TEXT), from_pandas=True)])
    return dict(zip(_LINE_PARTS, split_lines(column), strict=True))


def _without_suffixes(cleaned: Mapping[str, Coded]) -> dict[str, Coded]:
    """Take generation suffixes out of names, for records that have none of their own."""
    changed: dict[str, Coded] = {}
    suffixes = cleaned.get("name_suffix")
    for field in ("surname", "given_name"):
        if field not in cleaned:
            continue
        names = cleaned[field]
        plain = ~have_suffixes(pa.array(names.values, pa.large_string()))
        if not plain.all():
            without = dict.fromkeys(compress(names.values, plain))
            found = names.cleaned(lambda name: split_suffix(name)[1], without)[0]
            changed[field] = names.cleaned(lambda name: split_suffix(name)[0], already=plain)[0]
            suffixes = found if suffixes is None else _filled(suffixes, found)
            changed["name_suffix"] = suffixes
    return changed


def _filled(column: Coded, others: Coded) -> Coded:
    """Fill the gaps of a column from another."""
    gaps = np.flatnonzero((column.codes < 0) & (others.codes >= 0))
    return column.replaced(gaps, Coded(others.codes[gaps], others.values))
