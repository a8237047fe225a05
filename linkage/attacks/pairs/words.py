"""Words that a field may be: known ones, and new ones spelled letter by letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.attacks.pairs.learning import Matrix
from linkage.attacks.pairs.vocabulary import NEVER, Vocabulary

KEPT: Final = 12
"""Words of each kind, known and spelled, that are compared in full. A choice, for seconds."""

BEAM: Final = 24
"""Beginnings of words kept at once. A choice, for seconds."""

LONGEST: Final = 24
"""q-grams of a word, at most."""

Strings = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Options:
    """Words that a field may be.

    Parameters
    ----------
    words : (records, options) array
    prior : (records, options) array
        Logarithm of how common each is.
    fit : (records, options) array
        Log-odds of its q-grams, each by itself, and the prior.
    """

    words: Strings
    prior: Matrix
    fit: Matrix

    def best(self, count: int) -> Options:
        """Keep those that fit best."""
        kept = np.argsort(-self.fit, axis=1, kind="stable")[:, :count]
        return Options(
            np.take_along_axis(self.words, kept, axis=1),
            np.take_along_axis(self.prior, kept, axis=1),
            np.take_along_axis(self.fit, kept, axis=1),
        )


def options_of(vocabulary: Vocabulary, evidence: Matrix, q: int) -> Options:
    """Collect the words that fit best, known ones and new ones."""
    known = _known(vocabulary, evidence)
    if vocabulary.new <= 0 or q < 2:
        return known
    made = _made(vocabulary, evidence)
    words, _ = pd.factorize(np.concatenate([known.words.ravel(), made.words.ravel()]))
    first, second = np.split(words, [known.words.size])
    first, second = first.reshape(known.words.shape), second.reshape(made.words.shape)
    twice = (second[:, :, None] == first[:, None, :]).any(axis=2) | (made.words == "")
    made.fit[twice] = NEVER
    made.prior[twice] = NEVER
    return Options(
        np.concatenate([known.words, made.words], axis=1),
        np.concatenate([known.prior, made.prior], axis=1),
        np.concatenate([known.fit, made.fit], axis=1),
    )


def _known(vocabulary: Vocabulary, evidence: Matrix) -> Options:
    """Known values whose q-grams fit best."""
    fit = np.asarray((vocabulary.grams @ evidence.T).T + vocabulary.chance, np.float32)
    kept = min(KEPT, fit.shape[1])
    places = np.argpartition(-fit, kept - 1, axis=1)[:, :kept]
    words = vocabulary.values.to_numpy(object)[places]
    prior = vocabulary.chance[places].astype(np.float32)
    return Options(words, prior, np.take_along_axis(fit, places, axis=1))


class Beginnings(NamedTuple):
    """Words spelled so far.

    Attributes
    ----------
    path : (records, kept, length) int array
        Their q-grams, after one that stands for the beginning. It stands behind words that are over
        as well.
    prior, fit : (records, kept) arrays
        As of `Options`.
    over : (records, kept) array
        Whether the word has ended.
    """

    path: NDArray[np.int64]
    prior: Matrix
    fit: Matrix
    over: NDArray[np.bool_]


def _made(vocabulary: Vocabulary, evidence: Matrix) -> Options:
    """Words spelled letter by letter: a beam search, the evidence of each q-gram counted once."""
    records, nothing = evidence.shape
    told = np.column_stack([evidence, np.zeros(records, np.float32)])
    new = np.full((records, 1), np.log(vocabulary.new), np.float32)
    path = np.full((records, 1, 1), nothing)
    beam = Beginnings(path, new, new, np.zeros((records, 1), np.bool_))
    for _ in range(LONGEST):
        beam = _longer(beam, vocabulary, told)
        if beam.over.all():
            break
    fit = np.where(beam.over, beam.fit, NEVER).astype(np.float32)
    return Options(_written(vocabulary, beam.path), beam.prior, fit).best(KEPT)


def _longer(beam: Beginnings, vocabulary: Vocabulary, told: Matrix) -> Beginnings:
    """Add a q-gram to each in every way, and keep the best; words that are over stay."""
    path, prior, fit, over = beam
    nothing = told.shape[1] - 1
    after = vocabulary.followers[path[:, :, -1]]
    step = np.where(over[:, :, None], NEVER, vocabulary.following[path[:, :, -1]])
    after[over, 0], step[over, 0] = nothing, 0.0
    row = np.arange(len(path))[:, None]
    repeated = (path[:, :, None, :] == after[..., None]).any(axis=3)
    total = fit[:, :, None] + step + np.where(repeated, 0, told[row[:, None], after])
    kept = np.argsort(-total.reshape(len(path), -1), axis=1, kind="stable")[:, :BEAM]
    parent, place = np.divmod(kept, after.shape[2])
    chosen = after[row, parent, place]
    return Beginnings(
        np.concatenate([path[row, parent], chosen[..., None]], axis=2),
        (prior[row, parent] + step[row, parent, place]).astype(np.float32),
        total[row, parent, place].astype(np.float32),
        (chosen == nothing) | (vocabulary.followers[chosen, 0] < 0),
    )


def _written(vocabulary: Vocabulary, path: NDArray[np.int64]) -> Strings:
    """Write paths of q-grams as words: the last letter of each but the padding."""
    letters = np.array([text[-1].replace("_", "") for text in vocabulary.texts] + [""], np.str_)
    word = np.zeros(path.shape[:2], np.dtype("U1"))
    joined = word.astype(np.str_)
    for step in range(path.shape[2]):
        joined = np.char.add(joined, letters[path[:, :, step]])
    return joined.astype(object)
