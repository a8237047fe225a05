"""Errors of whole texts: missing, cut off, in the wrong column, replaced by others."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from synthetic.columns import Words
from synthetic.corruption.choosing import Share, chosen
from synthetic.corruption.texts import SPACE, Change, Texts, checked, struck

_NOTHING = pa.scalar(None, type=pa.large_string())


def missing(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Leave the text out.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> missing(words(["MARIA", "ANA"]), 1.0, rng=np.random.default_rng(0)).to_pylist()
    [None, None]
    """
    column = checked(column)
    rows = pa.array(chosen(len(column), share, rng=rng))
    return pc.if_else(rows, _NOTHING, column)


def truncation(column: Words, share: Share, *, width: int, rng: np.random.Generator) -> Words:
    """Cut texts off behind ``width`` letters; of a space left at the end, before it.

    Raises
    ------
    ValueError
        If the width is not at least 1.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> column = words(["GUADALUPE", "ANA", "MARIA JOSE"])
    >>> truncation(column, 1.0, width=6, rng=np.random.default_rng(0)).to_pylist()
    ['GUADAL', 'ANA', 'MARIA']
    """
    if width < 1:
        raise ValueError(f"width: got {width}, allowed is a whole number of at least 1")

    def cut_off(texts: Texts, rng: np.random.Generator) -> Change:
        nothing = texts.letters[:, :0]
        long = texts.length > width
        last = texts.letters[:, min(width, texts.letters.shape[1]) - 1]
        place = np.where(long, np.where((last == SPACE) & (width > 1), width - 1, width), -1)
        return Change.at(texts, place, texts.length - place, nothing)

    return struck(column, share, cut_off, rng=rng)


def field_shift(
    left: Words, right: Words, share: Share, *, rng: np.random.Generator
) -> tuple[Words, Words]:
    """Let a text slip into the next column: what was there is lost, its own place is empty.

    It can be made where the left text is not missing.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> left, right = words(["APT 4", None]), words(["BOISE", "NAMPA"])
    >>> left, right = field_shift(left, right, 1.0, rng=np.random.default_rng(0))
    >>> left.to_pylist(), right.to_pylist()
    ([None, None], ['APT 4', 'NAMPA'])
    """
    left, right = checked(left), checked(right)
    rows = pc.and_(left.is_valid(), pa.array(chosen(len(left), share, rng=rng)))
    return pc.if_else(rows, _NOTHING, left), pc.if_else(rows, left, right)


def replaced(column: Words, rows: NDArray[np.bool_], other: Words) -> Words:
    """Return the column with the texts of another one in some rows, missing ones too.

    Raises
    ------
    ValueError
        If the three are not of one length.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> column, other = words(["A", "B", None]), words(["X", None, "Z"])
    >>> replaced(column, np.array([False, True, True]), other).to_pylist()
    ['A', None, 'Z']
    """
    column, other = checked(column), checked(other)
    if not len(column) == len(rows) == len(other):
        raise ValueError(
            f"rows and other: got {len(rows)} and {len(other)}, allowed is the length of the "
            f"column, {len(column)}"
        )
    return pc.if_else(pa.array(rows), other, column)
