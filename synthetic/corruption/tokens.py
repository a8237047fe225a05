"""The words of texts, as a matrix of their own: for errors of whole words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from synthetic.corruption.texts import Letters, Texts


@dataclass(frozen=True, eq=False)
class Tokens:
    """The words of some texts, one entry a word, in their order.

    Parameters
    ----------
    text : array, shape (count,)
        The position of the word's text among the texts.
    begin, end : array, shape (count,)
        Where the word begins and ends in its text.
    word : array of bytes, shape (count,)
    """

    text: NDArray[np.int64]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    word: NDArray[np.bytes_]

    @classmethod
    def of(cls, texts: Texts, *, between: bytes = b" ") -> Tokens:
        """Return the words of the texts, which any of the bytes ``between`` sets apart."""
        text, begin, end, letters = _split(texts.letters, np.frombuffer(between, dtype=np.uint8))
        return cls(text, begin, end, as_words(letters))

    def __len__(self) -> int:
        """Return how many words there are."""
        return len(self.text)

    @cached_property
    def first(self) -> NDArray[np.bool_]:
        """Whether each word is the first of its text."""
        return first_of_each(self.text)

    @cached_property
    def last(self) -> NDArray[np.bool_]:
        """Whether each word is the last of its text."""
        return np.append(self.first[1:], True)[: len(self)]

    def among(self, listed: NDArray[np.bytes_]) -> NDArray[np.bool_]:
        """Return which words are among the ones listed, which are in ascending order."""
        return find(self.word, listed) >= 0


def first_of_each(numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which of some ascending numbers are not the same as the one before.

    Examples
    --------
    >>> first_of_each(np.array([2, 2, 5])).tolist()
    [True, False, True]
    """
    first = np.ones(len(numbers), dtype=np.bool_)
    first[1:] = numbers[1:] != numbers[:-1]
    return first


def as_words(letters: Letters) -> NDArray[np.bytes_]:
    """Return the rows of a matrix of letters as words of bytes.

    Examples
    --------
    >>> as_words(np.array([[65, 66], [67, 0]], dtype=np.uint8)).tolist()
    [b'AB', b'C']
    """
    width = letters.shape[1]
    return np.ascontiguousarray(letters).view(f"S{width}").reshape(len(letters))


def as_letters(words: Iterable[bytes]) -> tuple[Letters, NDArray[np.int64]]:
    """Return words as a matrix of letters, 0 beyond the end, and their lengths.

    Examples
    --------
    >>> letters, length = as_letters([b"AB", b"C", b""])
    >>> letters.tolist(), length.tolist()
    ([[65, 66], [67, 0], [0, 0]], [2, 1, 0])
    """
    listed = list(words)
    length = np.array([len(word) for word in listed], dtype=np.int64)
    width = max(1, int(length.max(initial=0)))
    padded = b"".join(word.ljust(width, b"\0") for word in listed)
    return np.frombuffer(padded, dtype=np.uint8).reshape(len(listed), width), length


def find(words: NDArray[np.bytes_], listed: NDArray[np.bytes_]) -> NDArray[np.int64]:
    """Return the position of each word in an ascending list without repeats, -1 if not there.

    Examples
    --------
    >>> find(np.array([b"B", b"C"]), np.array([b"A", b"B"])).tolist()
    [1, -1]
    """
    if not len(listed):
        return np.full(len(words), -1)
    place = np.minimum(np.searchsorted(listed, words), len(listed) - 1)
    return np.where(listed[place] == words, place, -1)


@njit(cache=True)
def _split(letters: Any, between: Any) -> Any:
    """Return text, begin, end and letters of each word: measure first, then copy."""
    rows, width = letters.shape
    apart = np.zeros(256, dtype=np.bool_)
    apart[0] = True
    for separator in between:
        apart[separator] = True
    most = rows * ((width + 1) // 2)
    text, begin, end = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    count, widest = 0, 1
    for row in range(rows):
        place = 0
        while place < width:
            if apart[letters[row, place]]:
                place += 1
                continue
            text[count], begin[count] = row, place
            while place < width and not apart[letters[row, place]]:
                place += 1
            end[count] = place
            widest = max(widest, place - begin[count])
            count += 1
    words = np.zeros((count, widest), dtype=np.uint8)
    for word in range(count):
        for letter in range(end[word] - begin[word]):
            words[word, letter] = letters[text[word], begin[word] + letter]
    return text[:count].copy(), begin[:count].copy(), end[:count].copy(), words
