"""Words written as a table has them: nicknames and other spellings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from synthetic import tables
from synthetic.columns import Words
from synthetic.corruption.choosing import Share
from synthetic.corruption.texts import Change, Letters, Texts, struck
from synthetic.corruption.tokens import Tokens, as_letters, as_words, find


@dataclass(frozen=True, eq=False)
class Alternatives:
    """Words and what may be written instead of each, compiled from a table.

    Parameters
    ----------
    word : array of bytes, shape (words,)
        Ascending, without repeats.
    start, count : array, shape (words,)
        Where the alternatives of a word begin, and how many there are; at least one.
    letters, length : arrays, shape (alternatives, widest) and (alternatives,)
    """

    word: NDArray[np.bytes_]
    start: NDArray[np.int64]
    count: NDArray[np.int64]
    letters: Letters
    length: NDArray[np.int64]

    @classmethod
    def of(cls, table: Mapping[str, Sequence[str]]) -> Alternatives:
        """Return the alternatives of a mapping."""
        return cls.of_pairs((word, other) for word, others in table.items() for other in others)

    @classmethod
    def of_pairs(cls, pairs: Iterable[tuple[str, str]]) -> Alternatives:
        """Return the alternatives of pairs (word, alternative); one alike is none."""
        listed = sorted({(old.encode(), new.encode()) for old, new in pairs if new != old})
        word, start, count = np.unique(
            np.array([old for old, _ in listed], dtype=np.bytes_),
            return_index=True,
            return_counts=True,
        )
        return cls(word, start, count, *as_letters(new for _, new in listed))

    def draw(self, entry: NDArray[np.int64], *, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return the number of one alternative, each as likely, for each entry of ``word``."""
        which = (rng.random(len(entry)) * self.count[entry]).astype(np.int64)
        numbers: NDArray[np.int64] = self.start[entry] + which
        return numbers


def lookup(
    column: Words,
    share: Share,
    table: Mapping[str, Sequence[str]] | Alternatives,
    *,
    every: bool = False,
    rng: np.random.Generator,
) -> Words:
    """Write what a table has for a text or else for one of its words.

    Parameters
    ----------
    column : pyarrow.Array of large_string
    share : float or array, shape (rows,)
        Probability for a text of which the table has the whole or a word.
    table : mapping of word to what may be written instead, or Alternatives
        If it has several, each is as likely. One used often is better given compiled.
    every : bool
        Write instead every word that the table has, not just one of them.
    rng : numpy.random.Generator

    Examples
    --------
    >>> from synthetic.columns import words
    >>> table = {"MARIA": ["MARY"], "MARIA JOSE": ["COTE"], "LOPEZ": ["LOPES"]}
    >>> column = words(["MARIA JOSE", "MARIA ANA", "GARCIA LOPEZ", "ANA"])
    >>> lookup(column, 1.0, table, rng=np.random.default_rng(0)).to_pylist()
    ['COTE', 'MARY ANA', 'GARCIA LOPES', 'ANA']
    """
    known = table if isinstance(table, Alternatives) else Alternatives.of(table)

    def edit(texts: Texts, rng: np.random.Generator) -> Change:
        return _looked_up(texts, known, every=every, rng=rng)

    return struck(column, share, edit, rng=rng, plain=False)


def _looked_up(
    texts: Texts, known: Alternatives, *, every: bool, rng: np.random.Generator
) -> Change:
    """Return the change of whole texts, and of words of the other ones."""
    tokens = Tokens.of(texts)
    whole = find(as_words(texts.letters), known.word)
    entry = find(tokens.word, known.word)
    hits = np.flatnonzero((entry >= 0) & (whole[tokens.text] < 0))
    hits = hits if every else _one_a_text(hits, tokens.text, rng=rng)

    texts_whole = np.flatnonzero(whole >= 0)
    text = np.concatenate([texts_whole, tokens.text[hits]])
    begin = np.concatenate([np.zeros_like(texts_whole), tokens.begin[hits]])
    cut = np.concatenate([texts.length[texts_whole], (tokens.end - tokens.begin)[hits]])
    order = np.lexsort((begin, text))
    number = known.draw(np.concatenate([whole[texts_whole], entry[hits]])[order], rng=rng)
    return Change(
        texts.row[text[order]],
        begin[order],
        cut[order],
        known.letters[number],
        known.length[number],
    )


def _one_a_text(
    hits: NDArray[np.int64], text: NDArray[np.int64], *, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return one of the hits in each text that has any, each as likely."""
    _, start, count = np.unique(text[hits], return_index=True, return_counts=True)
    which: NDArray[np.int64] = start + (rng.random(len(start)) * count).astype(np.int64)
    return hits[which]


def nickname(column: Words, share: Share, *, rng: np.random.Generator) -> Words:
    """Write the name a person goes by, where there is one (table ``nicknames``).

    Examples
    --------
    >>> from synthetic.columns import words
    >>> short = nickname(words(["ROBERT"] * 100), 1.0, rng=np.random.default_rng(0))
    >>> {"BOB", "ROB"} <= set(short.to_pylist())
    True
    """
    return lookup(column, share, alternatives("nicknames", "name", "nickname"), rng=rng)


def spelling(
    column: Words, share: Share, *, kind: str | None = None, rng: np.random.Generator
) -> Words:
    """Spell one name another way, where there is one (table ``spellings``).

    Parameters
    ----------
    column, share, rng
        As for every piece.
    kind : {"given", "surname"}, optional
        Take names of this kind only. Some are names of both kinds.

    Examples
    --------
    >>> from synthetic.columns import words
    >>> spelt = spelling(words(["GONZALEZ"] * 100), 1.0, rng=np.random.default_rng(0))
    >>> "GONZALES" in spelt.to_pylist(), "GONZALEZ" in spelt.to_pylist()
    (True, False)
    """
    return lookup(column, share, alternatives("spellings", "name", "variant", kind), rng=rng)


@cache
def alternatives(table: str, word: str, other: str, kind: str | None = None) -> Alternatives:
    """Return one column of a table of `synthetic.tables` as alternatives to another.

    With a ``kind``, only the table's rows of this kind.
    """
    rows = tables.load(table)
    if kind is not None:
        rows = rows.filter(pc.equal(rows["kind"], kind))
    return Alternatives.of_pairs(zip(rows[word].to_pylist(), rows[other].to_pylist(), strict=True))
