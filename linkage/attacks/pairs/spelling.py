"""Codes spelled: of each field the word by which, with the other fields', it is explained best."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import sparse

from linkage.attacks.base import Knowledge
from linkage.attacks.pairs.learning import Bits, Matrix, Model, likelihood
from linkage.attacks.pairs.reading import Positions, Reading, Trial, dice
from linkage.attacks.pairs.sureness import Measures, margin_measure
from linkage.attacks.pairs.vocabulary import Shares, Vocabulary
from linkage.attacks.pairs.words import Options, Strings, options_of
from linkage.schemes import View
from linkage.schemes.base import JOIN, joined, present_fields

RECORDS: Final = 500
"""Records spelled at once, for memory."""

COMPARED: Final = 50
"""Records whose words are compared in full at once, for memory."""

SWEEPS: Final = 3
"""Times that each field is chosen anew, given the others. A choice: more change little."""

UNLEARNED: Final = 1e-6
"""Rounding errors."""


@dataclass(frozen=True, eq=False)
class Spelling:
    """Codes are read as words, field by field.

    Parameters
    ----------
    people : pandas.DataFrame
        Those on the list.
    shares : mapping of field to pandas.Series, or None
        How common values are, where that is held.
    vocabularies : list of Vocabulary
        Of all fields that the release encodes and the list has.
    spelled : str
        The fields to spell.
    q : int
    """

    people: pd.DataFrame
    shares: Shares
    vocabularies: list[Vocabulary]
    spelled: str
    q: int

    @classmethod
    def of(cls, view: View, knowledge: Knowledge, spelled: str) -> Spelling:
        """Collect what is known of words."""
        people, shares = knowledge.auxiliary, knowledge.frequencies
        assert people is not None
        q = int(getattr(view.scheme, "q", 2))
        fields = fields_held(view, people)
        vocabularies = [Vocabulary.of(field, people, shares, q) for field in fields]
        return cls(people, shares, vocabularies, spelled, q)

    @property
    def grams(self) -> sparse.csr_array:
        """The q-grams of the people on the list, of one field after the other."""
        parts = [each.of_people(self.people) for each in self.vocabularies]
        return sparse.csr_array(sparse.hstack(parts, format="csr"))

    def without(self, persons: Positions) -> Spelling:
        """Forget their values, as far as they are nobody else's."""
        others = self.people.iloc[np.setdiff1d(np.arange(len(self.people)), persons)]
        relearned = [each.relearned(others, self.shares, self.q) for each in self.vocabularies]
        return replace(self, vocabularies=relearned)

    def read(self, model: Model, bits: Bits) -> Reading:
        """Spell; the least sure of the fields counts."""
        found = spell(model, bits, self.vocabularies, self.q)
        parts = self.spelled.split(JOIN)
        guess = found.words[parts[0]]
        for part in parts[1:]:
            guess = guess + "|" + found.words[part]
        margin = np.min([found.margin[part] for part in parts], axis=0)
        grams = [each.of_words(found.words[each.field], self.q) for each in self.vocabularies]
        measures = margin_measure(margin)[:, None]
        return Reading(guess, sparse.hstack(grams, format="csr"), measures)

    def tried(self, model: Model, bits: Bits, persons: Positions) -> Trial:
        """Spell what is known."""
        reading = self.read(model, bits)
        answers = joined(self.people.iloc[persons], self.spelled).to_numpy(object, na_value="")
        right = np.array(reading.guess == answers, np.bool_)
        return Trial(reading.measures, right, dice(reading.grams, self.grams[persons]))

    def lessons(self, probability: Measures) -> Positions:
        """Choose the likelier half: of words spelled wrongly most q-grams are right."""
        return np.argsort(-probability, kind="stable")[: len(probability) // 2]


def fields_held(view: View, people: pd.DataFrame) -> list[str]:
    """Give the fields that a release encodes and of which people on a list have values."""
    present = present_fields(view.fields, people)
    return [field for field in present if joined(people, field).notna().any()]


@dataclass(frozen=True, eq=False)
class Spelled:
    """What records were read as, field by field.

    Parameters
    ----------
    words : dict of field to (records,) array
    margin : dict of field to (records,) array
        How much more likely the word is than the next, as a logarithm.
    """

    words: dict[str, Strings]
    margin: dict[str, Matrix]


def spell(model: Model, bits: Bits, vocabularies: list[Vocabulary], q: int) -> Spelled:
    """Read every field of every record.

    Known values and spelled words whose q-grams the code bears out are collected for each field;
    then the fields are chosen in turn so that together they explain the code best.

    Parameters
    ----------
    model : Model
        Learned of all fields' q-grams, in the order of the vocabularies.
    bits : (records, bits) array
    vocabularies : list of Vocabulary
    q : int
    """
    ends = np.cumsum([0, *(len(each.texts) for each in vocabularies)])
    parts = [slice(*pair) for pair in pairwise(ends)]
    everything = _usual(vocabularies)
    evidence = gram_evidence(model, bits, everything)
    chosen: list[Spelled] = []
    for start in range(0, len(bits), RECORDS):
        rows = slice(start, start + RECORDS)
        options = [
            options_of(vocabulary, evidence[rows, part], q)
            for vocabulary, part in zip(vocabularies, parts, strict=True)
        ]
        models = [model.part(part) for part in parts]
        chosen.append(_together(models, bits[rows], vocabularies, options, q))
    fields = [each.field for each in vocabularies]
    return Spelled(
        {field: np.concatenate([each.words[field] for each in chosen]) for field in fields},
        {field: np.concatenate([each.margin[field] for each in chosen]) for field in fields},
    )


def _usual(vocabularies: list[Vocabulary]) -> sparse.csr_array:
    """Give the share of people who have each q-gram, as one row."""
    shares = [np.exp(each.chance) @ each.grams for each in vocabularies]
    return sparse.csr_array(np.concatenate(shares)[None, :].astype(np.float32))


def gram_evidence(model: Model, bits: Bits, usual: sparse.csr_array) -> Matrix:
    """Log-likelihood of a code if the usual record has a q-gram too, against without.

    0 for q-grams of which nothing was learned: their traces are alike on all bits.

    Returns
    -------
    (codes, q-grams) array
    """
    without = model.traces(usual)
    alone = model.traces(sparse.eye_array(usual.shape[1], dtype=np.float32, format="csr"))
    with_it = likelihood(bits, model.chances(without + alone))
    evidence = with_it - likelihood(bits, model.chances(without))
    evidence[:, np.ptp(alone, axis=2).max(axis=0) < UNLEARNED] = 0
    return evidence


def _together(
    models: list[Any], bits: Bits, vocabularies: list[Vocabulary], options: list[Options], q: int
) -> Spelled:
    """Choose each field's word in turn, so that with the others' it explains the code best."""
    fields = [each.field for each in vocabularies]
    words: dict[str, list[Strings]] = {field: [] for field in fields}
    margin: dict[str, list[Matrix]] = {field: [] for field in fields}
    for start in range(0, len(bits), COMPARED):
        rows = slice(start, start + COMPARED)
        part = [Options(each.words[rows], each.prior[rows], each.fit[rows]) for each in options]
        traces = [
            _traces(model, vocabulary, each.words, q)
            for model, vocabulary, each in zip(models, vocabularies, part, strict=True)
        ]
        scores = _in_turn(models[0], bits[rows], part, traces)
        for field, option, score in zip(fields, part, scores, strict=True):
            best = score.argmax(axis=1)
            words[field].append(option.words[np.arange(len(best)), best])
            score[np.arange(len(best)), best], highest = -np.inf, score.max(axis=1)
            margin[field].append(highest - score.max(axis=1))
    return Spelled(
        {field: np.concatenate(words[field]) for field in fields},
        {field: np.concatenate(margin[field]) for field in fields},
    )


def _traces(model: Model, vocabulary: Vocabulary, words: Strings, q: int) -> Matrix:
    """Traces of each option; (2, records, options, bits)."""
    places, distinct = pd.factorize(words.ravel())
    traces = model.traces(vocabulary.of_words(distinct, q))
    return traces[:, places].reshape(2, *words.shape, -1)


def _in_turn(
    model: Model, bits: Bits, options: list[Options], traces: list[Matrix]
) -> list[Matrix]:
    """Score each field's options, given the best of the others."""
    rows = np.arange(len(bits))
    scores = [each.fit for each in options]
    for _ in range(SWEEPS):
        for field, option in enumerate(options):
            others = np.zeros_like(traces[field][:, :, 0])
            for other, score in enumerate(scores):
                if other != field:
                    others += traces[other][:, rows, score.argmax(axis=1)]
            chances = model.chances(traces[field] + others[:, :, None])
            told = np.log(np.where(bits[:, None], chances, 1 - chances)).sum(axis=2)
            scores[field] = told + option.prior
    return scores
