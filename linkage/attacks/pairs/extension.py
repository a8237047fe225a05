"""From known pairs to all records: learn, read, judge how sure that is, and learn from the sure."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from linkage.attacks.pairs.learning import Bits, Kind, Model, better_model
from linkage.attacks.pairs.reading import Positions, Reader
from linkage.attacks.pairs.sureness import Measures, Sureness

FOLDS: Final = 5
"""Parts of the known pairs, each left out in turn and read like unknown records. A choice."""

TRIED: Final = 200
"""Known pairs left out in all, near enough, where there are `ENOUGH`. A choice, for seconds."""

ENOUGH: Final = 500
"""Pairs from which on guesses are not learned from. A choice: more pairs change little."""

GUESSED: Final = 300
"""Codes whose guesses may be learned from. A choice, for seconds."""

ALIKE: Final = 0.99
"""Dice similarity of q-grams read and true from which on guesses are not learned from. A choice."""


class Pairs(NamedTuple):
    """Codes whose person is known.

    Attributes
    ----------
    person : (pairs,) int array
        Position on the list.
    bits : (pairs, bits) array
    """

    person: Positions
    bits: Bits

    def chosen(self, rows: Positions) -> Pairs:
        """Keep some, in that order."""
        return Pairs(self.person[rows], self.bits[rows])


class Lesson(NamedTuple):
    """q-grams and the codes of them, to learn from."""

    grams: sparse.csr_array
    bits: Bits

    def chosen(self, rows: Positions) -> Lesson:
        """Keep some."""
        return Lesson(self.grams[rows], self.bits[rows])

    def and_these(self, others: Lesson) -> Lesson:
        """Add others at the end."""
        grams = sparse.csr_array(sparse.vstack([self.grams, others.grams], format="csr"))
        return Lesson(grams, np.concatenate([self.bits, others.bits]))


class Fold(NamedTuple):
    """Known pairs that are treated as unknown, and what is known without them.

    Attributes
    ----------
    held : Pairs
        Those left out; nobody in the last fold, by which the unknown codes are read.
    lesson : Lesson
        The other pairs.
    reader : Reader
        Who has forgotten what only those left out have.
    """

    held: Pairs
    lesson: Lesson
    reader: Reader


class Found(NamedTuple):
    """What trials showed.

    Attributes
    ----------
    sureness : Sureness
        How sure readings are.
    alike : float
        How alike the q-grams read and true are on average.
    models : list of Model
        What each fold's lesson taught.
    """

    sureness: Sureness
    alike: float
    models: list[Model]


def extended(
    pairs: Pairs, codes: Bits, reader: Reader, rounds: int, *, rng: np.random.Generator
) -> tuple[NDArray[Any], Measures]:
    """Read codes by what known pairs teach, and tell how probably each is read rightly.

    Where pairs are few, guesses are learned from as well. A wrong guess that was learned from confirms
    itself; so that trials show how often, the same is done without each part of the pairs, which
    are guessed and learned from like unknown codes.

    Parameters
    ----------
    pairs : Pairs
    codes : (codes, bits) array
        Those to read.
    reader : Reader
    rounds : int
        How often guesses are learned from, at most.
    rng : numpy.random.Generator

    Returns
    -------
    guess, probability : (codes,) arrays
    """
    pairs = pairs.chosen(rng.permutation(len(pairs.person)))
    known = Lesson(reader.grams[pairs.person], pairs.bits)
    kind = better_model(known.grams, known.bits, rng=rng)
    folds = _folds(pairs, known, reader)
    found = _tried(kind, folds, [fold.lesson for fold in folds])
    if len(pairs.person) < ENOUGH:
        some = codes[rng.permutation(len(codes))[:GUESSED]]
        found = _taught(kind, folds, found, some, rounds)
    reading = reader.read(found.models[-1], codes)
    return reading.guess, found.sureness.probability(reading.measures)


def _folds(pairs: Pairs, known: Lesson, reader: Reader) -> list[Fold]:
    """Leave out parts of the pairs in turn, as many as are needed, and at last nobody."""
    numbers = np.arange(len(pairs.person))
    parts = [numbers[part::FOLDS] for part in range(FOLDS)]
    if len(numbers) >= ENOUGH:
        parts = parts[: -(-TRIED // len(parts[0]))]
    left_out = [
        Fold(
            pairs.chosen(part),
            known.chosen(np.setdiff1d(numbers, part)),
            reader.without(pairs.person[part]),
        )
        for part in parts
    ]
    return [*left_out, Fold(pairs.chosen(numbers[:0]), known, reader)]


def _tried(kind: Kind, folds: list[Fold], lessons: list[Lesson]) -> Found:
    """Learn each fold's lesson, and read those left out of it."""
    models: list[Model] = [kind.learned(*lesson) for lesson in lessons]
    trials = [
        fold.reader.tried(model, fold.held.bits, fold.held.person)
        for fold, model in zip(folds[:-1], models[:-1], strict=True)
    ]
    measures, right, alike = (np.concatenate(each) for each in zip(*trials, strict=True))
    return Found(Sureness.learned(measures, right), float(alike.mean()), models)


def _taught(kind: Kind, folds: list[Fold], found: Found, codes: Bits, rounds: int) -> Found:
    """Guess some codes, and in each fold those left out of it, and learn from them while it helps."""
    for _ in range(rounds):
        if found.alike >= ALIKE:
            break
        longer = []
        for fold, model in zip(folds, found.models, strict=True):
            bits = np.concatenate([codes, fold.held.bits])
            reading = fold.reader.read(model, bits)
            sure = fold.reader.lessons(found.sureness.probability(reading.measures))
            longer.append(fold.lesson.and_these(Lesson(reading.grams, bits).chosen(sure)))
        again = _tried(kind, folds, longer)
        if again.alike <= found.alike:
            break
        found = again
    return found
