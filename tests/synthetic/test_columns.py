"""Codes become text as a plain join of Python strings would have it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sampling import steady

from synthetic.columns import (
    TEXT,
    Dictionary,
    frame_of,
    iso_dates,
    nine_digits,
    text_frame,
    whole_numbers,
    words,
)

TEXTS = st.lists(st.text(max_size=6), min_size=1, max_size=8)


@st.composite
def compositions(draw: st.DrawFn) -> tuple[list[str], list[list[int]]]:
    """Words, and the codes of the pieces of each text."""
    texts = draw(TEXTS)
    width = draw(st.integers(1, 4))
    codes = st.lists(st.integers(-1, len(texts) - 1), min_size=width, max_size=width)
    return texts, draw(st.lists(codes, min_size=1, max_size=20))


@steady
@given(compositions())
def test_compose_joins_pieces(composition: tuple[list[str], list[list[int]]]) -> None:
    texts, rows = composition
    expected = [
        "".join(texts[code] for code in row if code >= 0) if max(row) >= 0 else None for row in rows
    ]
    composed = Dictionary.of(texts).compose(*np.array(rows).T)
    composed.validate(full=True)
    assert composed.type == pa.large_string()
    assert composed.to_pylist() == expected


@steady
@given(TEXTS, st.data())
def test_dictionaries_are_made_of_any_arrow_text(texts: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(texts) - 1))
    kind = data.draw(st.sampled_from([pa.string(), pa.large_string()]))
    part = pa.array(texts, type=kind)[first:]
    dictionary = Dictionary.of(part)
    assert len(dictionary) == len(part)
    assert dictionary.compose(np.arange(len(part))).to_pylist() == texts[first:]


@steady
@given(st.lists(st.integers(-1, 99_999), min_size=1))
def test_whole_numbers_are_written_plainly(values: list[int]) -> None:
    written = whole_numbers(np.array(values)).to_pylist()
    assert written == [str(value) if value >= 0 else None for value in values]


@steady
@given(st.lists(st.integers(-1, 999_999_999), min_size=1))
def test_nine_digits_keep_their_zeros(values: list[int]) -> None:
    written = nine_digits(np.array(values)).to_pylist()
    assert written == [f"{value:09d}" if value >= 0 else None for value in values]


@steady
@given(st.lists(st.dates(date(1840, 1, 1), date(2149, 12, 31)) | st.none(), min_size=1))
def test_dates_are_written_as_iso_has_them(days: list[date | None]) -> None:
    written = iso_dates(np.array(days, dtype="datetime64[D]")).to_pylist()
    assert written == [day and day.isoformat() for day in days]


def test_all_dates_are_there() -> None:
    first, last = date(1840, 1, 1), date(2149, 12, 31)
    days = np.arange(first, last + timedelta(days=1), dtype="datetime64[D]")
    assert iso_dates(days).to_pylist() == np.datetime_as_string(days).tolist()


def columns() -> dict[str, object]:
    return {
        "name": words(["ANA", None]), "count": np.array([3, 4]), "here": np.array([True, False])
    }  # fmt: skip


def test_frames_hold_text_numbers_and_truth() -> None:
    frame = text_frame(columns())  # type: ignore[arg-type]
    assert frame.dtypes.tolist() == [TEXT, np.int64, np.bool_]
    assert frame.name.isna().tolist() == [False, True]
    assert isinstance(frame.index, pd.RangeIndex)


@pytest.mark.parametrize("pieces", [0, 1, 3])
def test_batches_become_frames(pieces: int) -> None:
    batch = pa.RecordBatch.from_pydict(columns())
    table = pa.Table.from_batches([batch] * pieces, schema=batch.schema)
    expected = pd.concat([frame_of(batch)] * pieces, ignore_index=True) if pieces else None
    frame = frame_of(table)
    assert len(frame) == 2 * pieces
    assert frame.dtypes.tolist() == [TEXT, np.int64, np.bool_]
    if expected is not None:
        pd.testing.assert_frame_equal(frame, expected)
