"""Rules "these letters are written as those", compiled to one look-up a letter.

What can be written at a place depends on the three letters from there on and on a context
(whether a word begins there, or what kind of text it is). Every combination has an entry in
a table, so that finding all rules that hold at all places of all texts is one indexing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from synthetic.corruption.texts import Change, Letters, Texts, any_place
from synthetic.corruption.tokens import as_letters

#: What is written and what it is written as. In the first, "$" is the end of a word.
Rule: TypeAlias = tuple[str, str]

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#: Letters are numbered from 1; anything else, the end of a text too, is 0.
_SYMBOLS = len(_ALPHABET) + 1
_SYMBOL = np.zeros(256, dtype=np.int32)
_SYMBOL[list(_ALPHABET.encode())] = np.arange(1, _SYMBOLS)
_MOST_LETTERS = 3
_CODES = _SYMBOLS**_MOST_LETTERS


@dataclass(frozen=True, eq=False)
class Rules:
    """Compiled rules, for some contexts 0, 1, 2, ...

    Parameters
    ----------
    count : array, shape (contexts * codes,)
        How many rules hold for each context and code of three letters.
    start : array, likewise
        Where they begin in ``rule``.
    rule : array, shape (entries,)
        Numbers of rules.
    cut : array, shape (rules,)
        How many letters a rule replaces.
    letters, length : arrays, shape (rules, widest) and (rules,)
        What it writes instead.
    """

    count: NDArray[np.uint8]
    start: NDArray[np.int64]
    rule: NDArray[np.int64]
    cut: NDArray[np.int64]
    letters: Letters
    length: NDArray[np.int64]

    @classmethod
    def of(cls, *contexts: Sequence[Rule]) -> Rules:
        """Return the rules of each context, compiled.

        Raises
        ------
        ValueError
            If a rule is about more than three letters, or about others than A-Z and 0-9.
        """
        rules = [rule for context in contexts for rule in context]
        number = np.repeat(np.arange(len(contexts)), [len(context) for context in contexts])
        codes = [
            context * _CODES + _codes_of(old)
            for context, (old, _) in zip(number, rules, strict=True)
        ]
        holds = np.concatenate(codes)
        entries = np.repeat(np.arange(len(rules)), [len(code) for code in codes])
        count = np.bincount(holds, minlength=len(contexts) * _CODES)
        letters, length = as_letters(new.encode() for _, new in rules)
        return cls(
            count=count.astype(np.uint8),
            start=count.cumsum() - count,
            rule=entries[np.argsort(holds, kind="stable")],
            cut=np.array([len(old.removesuffix("$")) for old, _ in rules]),
            letters=letters,
            length=length,
        )

    def edit(
        self,
        texts: Texts,
        context: NDArray[np.int64] | NDArray[np.bool_],
        *,
        rng: np.random.Generator,
    ) -> Change:
        """Return one change a text: at a place where a rule holds, one that does.

        Places are equally likely, and so are the rules that hold at one.

        Parameters
        ----------
        texts : Texts
        context : array, shape (count, width) or (count, 1)
            The context at each place.
        rng : numpy.random.Generator
        """
        code = _codes(texts.letters) + np.int32(_CODES) * context.astype(np.int32)
        count = self.count[code]
        place = any_place(count > 0, rng=rng)
        rows = np.arange(len(texts))
        which = (rng.random(len(texts)) * count[rows, place]).astype(np.int64)
        made = place >= 0
        rule = np.zeros(len(texts), dtype=np.int64)
        rule[made] = self.rule[(self.start[code[rows, place]] + which)[made]]
        return Change.at(texts, place, self.cut[rule], self.letters[rule], self.length[rule])


def both_ways(pairs: Iterable[Rule]) -> list[Rule]:
    """Return the rules and the same ones from right to left.

    Examples
    --------
    >>> both_ways([("O", "0"), ("RN", "M")])
    [('O', '0'), ('RN', 'M'), ('0', 'O'), ('M', 'RN')]
    """
    rules = list(pairs)
    return rules + [(new, old) for old, new in rules]


def _codes(letters: Letters) -> NDArray[np.int32]:
    """Return the code of the three letters from each place on; shape as given."""
    symbol = _SYMBOL[letters]
    code = symbol * np.int32(_SYMBOLS**2)
    code[:, :-1] += symbol[:, 1:] * np.int32(_SYMBOLS)
    code[:, :-2] += symbol[:, 2:]
    return code


def _codes_of(old: str) -> NDArray[np.int64]:
    """Return the codes of all three letters that begin with these."""
    letters = old.removesuffix("$")
    if not letters or len(old) > _MOST_LETTERS or set(letters) - set(_ALPHABET):
        raise ValueError(
            f"rule: got {old!r}, allowed are up to three of A-Z, 0-9 and a $ at the end"
        )
    codes = np.zeros(1, dtype=np.int64)
    for place in range(_MOST_LETTERS):
        if place < len(old):
            symbols = np.array([_ALPHABET.find(old[place]) + 1])
        else:
            symbols = np.arange(_SYMBOLS)
        codes = (codes[:, None] * _SYMBOLS + symbols).ravel()
    return codes
