"""What is known of a field's values: which there are, how common, and how their letters follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from linkage.attacks.patterns.candidates import incidence
from linkage.schemes.base import joined
from linkage.schemes.filters.gram_sets import gram_sets
from linkage.schemes.filters.grams import PAD

Shares = Mapping[str, "pd.Series[float]"] | None

DATE: Final = "date_of_birth"

VALUE: Final = "value"
"""Column that holds values while they are cut; joint fields would be looked for by their parts."""

MORE_YEARS: Final = 5
"""Years before the first and after the last known birth that are thought possible. A choice."""

FOLLOWING: Final = 2.0
"""Times a q-gram counts as followed by what follows its last letters in general. A choice."""

RARE: Final = 0.005
"""Times that a q-gram counts as met, were it never. A choice, so that none is impossible."""

NEVER: Final = -1e9
"""Log-chance of what does not occur."""


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """What is known of a field's values.

    Parameters
    ----------
    field : str
    values : pandas.Index
        Values that are known to occur, or, of dates, all days.
    chance : (values,) array
        Logarithm of the share of each.
    followers : (q-grams + 1, most) int array
        Which q-grams may follow each in a word, -1 for none; in the last row, which may begin it.
    following : (q-grams + 1, most) array
        Logarithm of the chance of each.
    new : float
        Share of people whose value is none of these.
    texts : list of str
        q-grams of the values.
    grams : (values, q-grams) sparse matrix of 0 and 1
    """

    field: str
    values: pd.Index[Any]
    chance: NDArray[np.float64]
    followers: NDArray[np.int64]
    following: NDArray[np.float64]
    new: float
    texts: list[str]
    grams: sparse.csr_array

    @classmethod
    def of(cls, field: str, people: pd.DataFrame, shares: Shares, q: int) -> Vocabulary:
        """Collect the values of people on a list, and of the population where shares are held.

        Parameters
        ----------
        field : str
        people : pandas.DataFrame
        shares : mapping of field to pandas.Series, or None
        q : int
        """
        counts, new = _counted(field, people, shares)
        sets = gram_sets(pd.DataFrame({VALUE: counts.index}, dtype=object), (VALUE,), q)
        met = [text for _, text in sets.texts]
        texts = met + ([] if field == DATE or q != 2 else _not_met(met))
        found = incidence(sets)
        shape = len(counts), len(texts)
        grams = sparse.csr_array((found.data, found.indices, found.indptr), shape=shape)
        return cls(field, counts.index, *_learned(counts, new, texts, q), new, texts, grams)

    def relearned(self, people: pd.DataFrame, shares: Shares, q: int) -> Vocabulary:
        """Learn how common the same values are from other people; those of nobody never occur.

        If the others have none at all, nothing changes.
        """
        if joined(people, self.field).isna().all():
            return self
        counts, new = _counted(self.field, people, shares)
        counts = counts.reindex(self.values, fill_value=0.0)
        chance, followers, following = _learned(counts, new, self.texts, q)
        return replace(self, chance=chance, followers=followers, following=following, new=new)

    def of_people(self, people: pd.DataFrame) -> sparse.csr_array:
        """Give the q-grams of people's values; (people, q-grams)."""
        place = self.values.get_indexer(pd.Index(joined(people, self.field).astype(object)))
        there = np.flatnonzero(place >= 0)
        chosen = sparse.csr_array(
            (np.ones(len(there), np.float32), (there, place[there])),
            shape=(len(people), len(self.values)),
        )
        return sparse.csr_array(chosen @ self.grams)

    def of_words(self, words: NDArray[np.object_], q: int) -> sparse.csr_array:
        """Give the q-grams of any words; (words, q-grams). Those that no value has are left out."""
        sets = gram_sets(pd.DataFrame({VALUE: words}), (VALUE,), q)
        place = pd.Index(self.texts).get_indexer(pd.Index([text for _, text in sets.texts]))
        known = np.flatnonzero(place >= 0)
        moved = sparse.csr_array(
            (np.ones(len(known), np.float32), (known, place[known])),
            shape=(len(place), len(self.texts)),
        )
        return sparse.csr_array(incidence(sets) @ moved)


def _counted(field: str, people: pd.DataFrame, shares: Shares) -> tuple[pd.Series[float], float]:
    """How common values are, on the list and by shares held; and what share is none of them.

    As many people have values not met yet as have one that was met once (Good 1953,
    doi:10.1093/biomet/40.3-4.237).
    """
    counts = joined(people, field).dropna().astype(object).value_counts().astype(float)
    if field == DATE:
        return _all_days(counts), 0.0
    once = counts.index[counts == 1]
    total = counts.sum()
    known = (shares or {}).get(field)
    if known is not None:
        known = (known / known.sum() * total).rename(index=str)
        once = once.difference(known.index)
        counts = counts.add(known, fill_value=0.0)
    return counts, (len(once) + 0.5) / (total + 1)


def _learned(
    counts: pd.Series[float], new: float, texts: list[str], q: int
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Give the logarithm of the share of each value, and which q-gram follows which."""
    shares = counts.to_numpy(np.float64) / counts.sum() * (1 - new)
    chance = np.where(shares > 0, np.log(np.maximum(shares, 1e-300)), NEVER)
    words = {str(value).replace("-", ""): count for value, count in counts.items()}
    return chance, *_followers(words, texts, q)


def _all_days(counts: pd.Series[float]) -> pd.Series[float]:
    """All days from the first to the last year known and a few more, as common as their years."""
    years = counts.groupby(counts.index.str[:4].astype(int)).sum()
    first, last = int(years.index.min()) - MORE_YEARS, int(years.index.max()) + MORE_YEARS
    days = pd.date_range(f"{first}-01-01", f"{last}-12-31").strftime("%Y-%m-%d")
    year = days.str[:4].astype(int)
    return pd.Series(
        years.reindex(year, fill_value=0.0).to_numpy() + 1.0, index=days.astype(object)
    )


def _followers(
    words: Mapping[str, float], texts: list[str], q: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Count which q-gram follows which in words; chances are drawn to those of its last letters."""
    place = {text: number for number, text in enumerate(texts)}
    beginning = len(texts)
    pairs = np.zeros((beginning + 1, beginning))
    for word, count in words.items():
        path = [place[text] for text in _windows(word, q)]
        np.add.at(pairs, ([beginning, *path[:-1]], path), count)
    usual = pairs.sum(axis=0) + RARE
    ends = [*(text[1:] for text in texts), PAD * (q - 1)]
    after = {
        end: [place[text] for text in texts if text[:-1] == end] for end in dict.fromkeys(ends)
    }
    after_word = [text[1:] == PAD * (q - 1) for text in texts] + [False]
    most = max(1, *map(len, after.values()))
    followers = np.full((beginning + 1, most), -1)
    following = np.full((beginning + 1, most), NEVER)
    for before in np.flatnonzero(~np.array(after_word)):
        chosen = after[ends[before]]
        drawn = pairs[before, chosen] + FOLLOWING * usual[chosen] / usual[chosen].sum()
        followers[before, : len(chosen)] = chosen
        following[before, : len(chosen)] = np.log(drawn / drawn.sum())
    return followers, following


def _not_met(bigrams: list[str]) -> list[str]:
    """Give the pairs of letters that no value has, so that new words may have them.

    Examples
    --------
    >>> _not_met(["_A", "AB", "BA", "A_"])
    ['AA', 'BB', 'B_', '_B']
    """
    letters = [*sorted(set("".join(bigrams)) - {PAD}), PAD]
    pairs = [one + other for one in letters for other in letters]
    return [pair for pair in pairs if pair not in set(bigrams) | {PAD + PAD}]


def _windows(word: str, q: int) -> list[str]:
    """Cut a word into q-grams in order, each as often as it comes.

    Examples
    --------
    >>> _windows("ANAN", 2)
    ['_A', 'AN', 'NA', 'AN', 'N_']
    """
    padded = PAD * (q - 1) + word + PAD * (q - 1)
    return [padded[at : at + q] for at in range(len(padded) - q + 1)]
