"""The core of every error: texts of struck rows as a matrix of letters, and back.

An edit is given the texts of the struck rows and says what changes: so many bytes at a
place of a text are cut and others are put there. Edits are arithmetic on whole arrays; what
reads the texts and writes them back is compiled, so that a few changes in a long column cost
little more than a copy of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Protocol, Self, TypeAlias

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from synthetic.columns import Words
from synthetic.corruption.choosing import Share, chosen

#: Letters as bytes, one row a text; 0 is beyond the end.
Letters: TypeAlias = NDArray[np.uint8]

#: Longer texts are left alone: one would make the matrix of all of them as wide.
LONGEST = 256
SPACE = ord(" ")


class Piece(Protocol):
    """An error of writing that can be made in any text column."""

    def __call__(self, column: Words, share: Share, *, rng: np.random.Generator) -> Words:
        """Return the column with the error made in a share of its texts."""


@dataclass(frozen=True, eq=False)
class Texts:
    """Texts of some rows of a column, none of them missing or empty.

    Parameters
    ----------
    row : array, shape (count,)
        The row of each text in the column, ascending.
    letters : array, shape (count, width)
        Their bytes, 0 beyond the end; ``width`` is that of the longest text, at least 1.
    length : array, shape (count,)
        Their numbers of bytes.
    """

    row: NDArray[np.int64]
    letters: Letters
    length: NDArray[np.int64]

    def __len__(self) -> int:
        """Return how many texts there are."""
        return len(self.row)

    def some(self, which: NDArray[Any]) -> Self:
        """Return some of the texts, by a mask or by ascending positions."""
        return type(self)(*(getattr(self, entry.name)[which] for entry in fields(self)))

    @classmethod
    def of(cls, column: Words, rows: NDArray[np.int64]) -> Self:
        """Return the texts of these rows, without those missing, empty or too long."""
        ends, data = _memory(column)
        length = ends[rows + 1] - ends[rows]
        usable = (length > 0) & (length <= LONGEST)
        if column.null_count:
            usable &= _present(column, rows)
        if not usable.all():
            rows, length = rows[usable], length[usable]
        return cls(rows, _read(ends, data, rows, int(length.max(initial=1))), length)


@dataclass(frozen=True, eq=False)
class Change:
    """What is cut and written, in the order of rows and, within a row, of places.

    Parameters
    ----------
    row : array, shape (count,)
        The row of the column.
    place, cut : array, shape (count,)
        Where in its text, in bytes, and how many bytes are cut there; cuts do not overlap.
    letters : array, shape (count, widest)
        What is written there instead; only the first ``length`` of each row.
    length : array, shape (count,)
    """

    row: NDArray[np.int64]
    place: NDArray[np.int64]
    cut: NDArray[np.int64]
    letters: Letters
    length: NDArray[np.int64]

    @classmethod
    def at(
        cls,
        texts: Texts,
        place: NDArray[np.int64],
        cut: NDArray[np.int64] | int,
        letters: Letters,
        length: NDArray[np.int64] | None = None,
    ) -> Change:
        """Return one change a text; a negative place is none.

        Without ``length``, all the letters of a row are written.
        """
        count, width = letters.shape
        cuts = np.full(count, cut) if isinstance(cut, int) else cut
        lengths = np.full(count, width) if length is None else length
        if place.min(initial=0) >= 0:
            return cls(texts.row, place, cuts, letters, lengths)
        made = place >= 0
        return cls(texts.row[made], place[made], cuts[made], letters[made], lengths[made])


Edit: TypeAlias = Callable[[Texts, np.random.Generator], Change]


def struck(
    column: Words, share: Share, edit: Edit, *, rng: np.random.Generator, plain: bool = True
) -> Words:
    """Return the column with the edit made in a share of its texts.

    Parameters
    ----------
    column : pyarrow.Array of large_string
    share : float or array, shape (rows,)
        Probability with which each text is handed to the edit, in [0, 1].
    edit : callable
        Says what changes in the texts handed to it.
    rng : numpy.random.Generator
    plain : bool
        Leave texts alone that are not all ASCII, for edits that would tear a letter of
        several bytes apart.

    Returns
    -------
    pyarrow.Array of large_string
        A new column; the one given is not changed.

    Raises
    ------
    TypeError, ValueError
        If the column is of another type or a share is not allowed.
    """
    column = checked(column)
    rows = np.flatnonzero(chosen(len(column), share, rng=rng))
    if not len(rows):
        return column
    texts = Texts.of(column, rows)
    if plain and texts.letters.max(initial=0) > 127:
        texts = texts.some(np.all(texts.letters < 128, axis=1))
    return written(column, edit(texts, rng)) if len(texts) else column


def checked(column: Words) -> Words:
    """Return the column, in memory of its own if it is a part of another.

    Raises
    ------
    TypeError
        If it is not an Arrow array of large_string.
    """
    kind = column.type if isinstance(column, pa.Array) else type(column).__name__
    if kind != pa.large_string():
        raise TypeError(f"column: got {kind}, allowed is a pyarrow.Array of large_string")
    return pa.concat_arrays([column]) if column.offset else column


def written(column: Words, change: Change) -> Words:
    """Return the column with the change made."""
    ends, data = _memory(column)
    new_ends, letters = _write(
        ends,
        data,
        # Copies, so that the compiler meets one type of array only.
        np.array(change.row),
        np.array(change.place),
        np.array(change.cut),
        np.array(change.letters, order="C"),
        np.array(change.length),
    )
    buffers = [column.buffers()[0], pa.py_buffer(new_ends), pa.py_buffer(letters)]
    return pa.Array.from_buffers(pa.large_string(), len(column), buffers)


def any_place(possible: NDArray[np.bool_], *, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return one of the possible places of each row, each as likely; -1 if there is none.

    Parameters
    ----------
    possible : array, shape (count, width)
        Where the error can be made.
    rng : numpy.random.Generator

    Examples
    --------
    >>> possible = np.array([[False, True, False], [False, False, False]])
    >>> any_place(possible, rng=np.random.default_rng(0)).tolist()
    [1, -1]
    """
    reached = possible.cumsum(axis=1, dtype=np.int16)
    nth = (rng.random(len(possible)) * reached[:, -1]).astype(np.int16)
    place: NDArray[np.int64] = (reached > nth[:, None]).argmax(axis=1)
    place[reached[:, -1] == 0] = -1
    return place


def of_length(texts: Texts, length: int) -> Texts:
    """Return the texts of just this length, their letters of shape (count, length)."""
    texts = texts.some(np.asarray(texts.length == length))
    letters = texts.letters[:, :length] if len(texts) else np.zeros((0, length), dtype=np.uint8)
    return Texts(texts.row, letters, texts.length)


def followed(letters: Letters) -> Letters:
    """Return the letter after each, 0 beyond the end; shape as given."""
    after = np.zeros_like(letters)
    after[:, :-1] = letters[:, 1:]
    return after


def _memory(column: Words) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return where texts end and their bytes; the column is not a part of another."""
    _, ends, data = column.buffers()
    starts = np.frombuffer(ends, dtype=np.int64, count=len(column) + 1)
    letters = np.frombuffer(data or b"", dtype=np.uint8)
    for array in (starts, letters):
        array.flags.writeable = False  # One type of array for the compiler, and a safeguard.
    return starts, letters


def _present(column: Words, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which rows are not missing, from the column's bitmap."""
    bits = np.frombuffer(column.buffers()[0], dtype=np.uint8)
    present: NDArray[np.bool_] = (bits[rows >> 3] >> (rows & 7).astype(np.uint8)) & 1 == 1
    return present


@njit(cache=True)
def _read(ends: Any, data: Any, rows: Any, width: Any) -> Any:
    """Return the letters of some rows, shape (rows, width), 0 beyond the end."""
    letters = np.zeros((len(rows), width), dtype=np.uint8)
    for text in range(len(rows)):
        start = ends[rows[text]]
        for place in range(ends[rows[text] + 1] - start):
            letters[text, place] = data[start + place]
    return letters


@njit(cache=True)
def _write(ends: Any, data: Any, row: Any, place: Any, cut: Any, letters: Any, length: Any) -> Any:
    """Return new ends and bytes: copy up to each change, write it, skip what is cut."""
    new_ends = np.empty(len(ends), dtype=np.int64)
    text = np.empty(ends[-1] + (length - cut).sum(), dtype=np.uint8)
    read, write, begun = 0, 0, 0
    for change in range(len(row)):
        stop = row[change] + 1
        _copy(new_ends[begun:stop], ends[begun:stop], write - read)
        begun = stop
        start = ends[row[change]] + place[change]
        _copy(text[write:], data[read:start], 0)
        write += start - read
        _copy(text[write:], letters[change, : length[change]], 0)
        write += length[change]
        read = start + cut[change]
    _copy(text[write:], data[read : ends[-1]], 0)
    _copy(new_ends[begun:], ends[begun:], write - read)
    return new_ends, text


@njit(cache=True)
def _copy(into: Any, source: Any, more: Any) -> None:
    """Put the source, each number so much more, where ``into`` begins.

    A function of its own, which the compiler turns into copies of many numbers at once.
    """
    for place in range(len(source)):
        into[place] = source[place] + more
