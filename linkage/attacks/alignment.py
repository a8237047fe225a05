"""Which code is which value: counts, what occurs together, and how sure one may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

DISPERSION: Final = 2.0
"""Variance of a count between two populations, in units of that of independent people. Prior: 1 were
people independent; families share surnames, which makes it 2.8 in worlds of this package."""

DISPERSION_WEIGHT: Final = 20.0
"""Aligned values that the prior of the dispersion counts for. A choice."""

LEAST_DISPERSION: Final = 1.0
"""Independent people."""

STEPS: Final = 8
"""Rounds in which columns tell each other what they mean. A choice: more change little."""

TRUST: Final = 0.5
"""Power of the likelihood of what occurs together (a fractional posterior, Bhattacharya et al. 2019,
doi:10.1214/18-AOS1712). A record tells either column about the other: taken in full both ways, an error
would return as its own confirmation. A choice, found calibrated in worlds of this package."""

SWEEPS: Final = 1_500
"""Draws of a whole alignment. A choice: a probability of one half is then known to 2 or 3 points."""

SPARE: Final = 0.1
"""Codes that may mean no listed value, as a share of the codes, where there are values for all. Prior."""

TINY: Final = 1e-300


@dataclass(frozen=True)
class Column:
    """Counts of the commonest codes of a column, and the shares of the commonest values.

    Parameters
    ----------
    counts : (codes,) array
        Records with each code, most first.
    shares : (values,) array
        Shares in the population, largest first.
    people : float
        Records that have any code.
    reference : float
        People of whom the shares were learned; infinite where they are exact.
    dispersion : float
        Variance of a count in units of that of independent people, 1 or more.
    """

    counts: Matrix
    shares: Matrix
    people: float
    reference: float = np.inf
    dispersion: float = DISPERSION


@dataclass(frozen=True)
class Pair:
    """What two columns say together.

    Parameters
    ----------
    counts : (codes + 1, other codes + 1) array
        Records with both codes; the last row and column are all rarer codes.
    chances : (values + 1, other values + 1) array
        Chance of the other value, given the value: rows sum to 1. See `smoothed`.
    strength : (values + 1,) array
        People whose word each row of chances is worth.
    """

    counts: Matrix
    chances: Matrix
    strength: Matrix


def rooted(counts: Matrix) -> Matrix:
    """Turn counts into values of variance near 1 whatever their size.

    Twice the root of the count and three eighths (Anscombe 1948, doi:10.1093/biomet/35.3-4.246).

    Examples
    --------
    >>> rooted(np.array([0.0, 100.0])).round(2).tolist()
    [1.22, 20.04]
    """
    return np.asarray(2 * np.sqrt(counts + 0.375))


def count_scores(column: Column) -> Matrix:
    """Log-likelihood of each code's count, were it each value: 0 where it is as expected.

    The difference of the roots is normal, its variance the dispersion of this file and of the
    file that the shares were learned from. Whatever is not listed is taken to be about as rare as
    the last that is.

    Returns
    -------
    (codes + 1, values + 1) array
        The last column is "no listed value", the last row "no listed code".

    Examples
    --------
    >>> column = Column(np.array([90.0, 10.0]), np.array([0.9, 0.1]), people=100, dispersion=1.0)
    >>> (-count_scores(column))[:2, :2].round().tolist()
    [[0.0, 79.0], [79.0, 0.0]]
    """
    seen = rooted(column.counts)
    expected = rooted(column.shares * column.people)
    variance = column.dispersion * (1 + column.people / column.reference)
    off = np.zeros((len(seen) + 1, len(expected) + 1))
    off[:-1, :-1] = seen[:, None] - expected
    if len(seen) and len(expected):
        off[:-1, -1] = np.maximum(seen - expected[-1], 0)
        off[-1, :-1] = np.maximum(expected - seen[-1], 0)
    return -0.5 * off**2 / variance


def squared(scores: Matrix) -> Matrix:
    """Add codes and values that are none, so that each code has its value and no two have the same.

    Examples
    --------
    >>> squared(np.zeros((3, 2))).shape  # two codes, one value: one of them means none
    (2, 2)
    """
    codes, values = scores.shape[0] - 1, scores.shape[1] - 1
    size = max(codes, values) + int(SPARE * codes)
    square = np.zeros((size, size))
    square[:codes, :values] = scores[:-1, :-1]
    square[:codes, values:] = scores[:-1, -1:]
    square[codes:, :values] = scores[-1:, :-1]
    return square


def balanced(square: Matrix, rounds: int = 30) -> Matrix:
    """Turn scores into probabilities whose rows and columns sum to 1.

    Rows and columns are scaled in turn (Sinkhorn 1964, doi:10.1214/aoms/1177703591).

    Parameters
    ----------
    square : (n, n) array
        Log-likelihoods.
    rounds : int
        Columns sum to 1 after each, rows in the limit.

    Examples
    --------
    >>> balanced(np.log([[4.0, 1.0], [1.0, 4.0]])).round(1).tolist()
    [[0.8, 0.2], [0.2, 0.8]]
    """
    kernel = np.exp(square - square.max(axis=1, keepdims=True))
    columns = np.ones(len(square))
    rows = columns
    for _ in range(rounds):  # einsum: threads of @ would wait for each other on a busy machine
        rows = 1 / np.maximum(np.einsum("rc,c->r", kernel, columns), TINY)
        columns = 1 / np.maximum(np.einsum("rc,r->c", kernel, rows), TINY)
    return np.asarray(rows[:, None] * kernel * columns)


def assigned(square: Matrix) -> NDArray[np.intp]:
    """Give each row the column that makes the sum of scores largest (linear assignment)."""
    from scipy.optimize import linear_sum_assignment

    return np.asarray(linear_sum_assignment(square, maximize=True)[1])


def sampled(square: Matrix, *, rng: np.random.Generator, sweeps: int = SWEEPS) -> Matrix:
    """Probability of each pair, over all alignments weighed by their likelihood.

    Alignments are drawn by exchanging the rows of two columns (Metropolis et al. 1953,
    doi:10.1063/1.1699114), many exchanges of disjoint columns at a time; the first tenth of the draws is
    not counted. `balanced` is faster, but not the probability.

    Parameters
    ----------
    square : (n, n) array
        Log-likelihoods; columns that are easily confused should stand near each other.
    rng : numpy.random.Generator
    sweeps : int
        Draws.

    Examples
    --------
    >>> likelihoods = np.log([[4.0, 1.0], [1.0, 4.0]])  # the two alignments weigh 16 and 1
    >>> sampled(likelihoods, rng=np.random.default_rng(0))[0].round(1).tolist()
    [0.9, 0.1]
    """
    size = len(square)
    holder = np.argsort(assigned(square))  # the row of each column
    seen = np.zeros((size, size))
    columns = np.arange(size)
    started = sweeps // 10
    for sweep in range(sweeps):
        distance = int(2 ** rng.uniform(0, np.log2(max(size / 2, 2))))
        first = columns[(columns + rng.integers(2 * distance)) // distance % 2 == 0]
        first = first[first < size - distance]
        second = first + distance
        one, other = holder[first], holder[second]
        gain = square[other, first] + square[one, second] - square[one, first]
        gain -= square[other, second]
        swap = np.log(rng.random(len(first))) < gain
        holder[first[swap]], holder[second[swap]] = other[swap], one[swap]
        if sweep >= started:
            seen[holder, columns] += 1
    return seen / max(sweeps - started, 1)


def smoothed(joint: Matrix, people: float) -> tuple[Matrix, Matrix]:
    """Chance of one value given another, drawn towards its share as far as the data say so.

    How much values differ from each other, beyond what so few people differ by chance, says how
    many people's word the overall shares are worth: the method of moments for the
    Dirichlet-multinomial (Mosimann 1962, doi:10.1093/biomet/49.1-2.65).

    Parameters
    ----------
    joint : (values, others) array
        Shares of the pairs.
    people : float
        People of whom they were learned.

    Returns
    -------
    chances : (values, others) array
        Rows sum to 1.
    strength : (values,) array
        People whose word a row is worth.

    Examples
    --------
    >>> chances, strength = smoothed(np.array([[0.4, 0.1], [0.1, 0.4]]), people=1_000)
    >>> chances.round(1).tolist()
    [[0.8, 0.2], [0.2, 0.8]]
    """
    counts = joint / max(joint.sum(), TINY) * people
    each = counts.sum(axis=1)
    shares = counts.sum(axis=0) / max(people, TINY)
    expected = each[:, None] * shares
    squares = np.divide(
        (counts - expected) ** 2, expected, out=np.zeros_like(counts), where=expected > 0
    )
    free = np.count_nonzero(shares) - 1
    excess = max(float(squares.sum()) - free * np.count_nonzero(each), 1.0)
    prior = free * np.maximum(each - 1, 0).sum() / excess
    prior = float(np.clip(prior, 1.0, max(people, 1.0)))
    strength = each + prior
    return (counts + prior * shares) / strength[:, None], strength


def evidence(pair: Pair, meaning: Matrix, other: Column) -> Matrix:
    """Log-likelihood of what each code occurs with, were it each value, against any value.

    A code of the other column may mean several values; its chance is the mean over them. The
    less a row of chances is known, the less it says (the variance of the Dirichlet-multinomial).

    Parameters
    ----------
    pair : Pair
    meaning : (other codes, other values) array
        Probability of what the other codes mean.
    other : Column

    Returns
    -------
    (codes + 1, values + 1) array
    """
    spread = _spread(meaning, other)
    chances = pair.chances @ spread
    overall = pair.counts.sum(axis=0) + 0.5
    overall = overall / overall.sum()
    usual = (pair.strength @ chances) / pair.strength.sum()
    lift = np.log((chances + TINY) / (usual + TINY))
    lift[:, usual <= TINY] = 0
    said = pair.counts @ lift.T
    worth = pair.strength / (pair.strength + pair.counts.sum(axis=1, keepdims=True))
    said = said * worth
    said -= said[:, -1:]
    said[-1] = 0
    return np.asarray(said)


def _spread(meaning: Matrix, other: Column) -> Matrix:
    """Chance of each code, given the value: (values + 1, codes + 1), rows summing to 1."""
    codes, values = meaning.shape
    spread = np.zeros((values + 1, codes + 1))
    spread[:-1, :-1] = meaning.T
    spread[:-1, -1] = np.maximum(1 - meaning.sum(axis=0), 0)
    unlisted = np.maximum(1 - meaning.sum(axis=1), 0) * other.counts
    spread[-1, :-1] = unlisted
    spread[-1, -1] = max(other.people - other.counts.sum(), 1.0)
    return np.asarray(spread / np.maximum(spread.sum(axis=1, keepdims=True), TINY))


def align(
    columns: Mapping[str, Column], pairs: Mapping[tuple[str, str], Pair], steps: int = STEPS
) -> dict[str, Matrix]:
    """Score what the codes of several columns mean, each column informed by the others.

    Beginning with what counts alone say, each column in turn is aligned anew with what the others
    mean by then, and the dispersion of its counts is learned from the alignment.

    Parameters
    ----------
    columns : mapping of name to Column
    pairs : mapping of two names to Pair
        What the first occurs with in the second.
    steps : int

    Returns
    -------
    dict of name to (codes + 1, values + 1) array
        Log-likelihoods, as of `count_scores`.
    """
    prior, columns = columns, dict(columns)
    scores = {name: count_scores(column) for name, column in columns.items()}
    if not pairs:  # counts alone do not tell their dispersion: the commonest are selected
        return scores
    meaning = {name: _meaning(each) for name, each in scores.items()}
    for _ in range(steps):
        for name, column in columns.items():
            columns[name] = replace(
                column, dispersion=learned_dispersion(prior[name], meaning[name])
            )
            scores[name] = count_scores(columns[name])
            for (about, other), pair in pairs.items():
                if about == name:
                    # people who share a name because they are kin say the same thing twice
                    worth = TRUST / max(columns[name].dispersion, columns[other].dispersion)
                    said = evidence(pair, meaning[other], columns[other])
                    scores[name] = scores[name] + worth * said
            meaning[name] = _meaning(scores[name])
    return scores


def _meaning(scores: Matrix) -> Matrix:
    return balanced(squared(scores))[: scores.shape[0] - 1, : scores.shape[1] - 1]


def learned_dispersion(column: Column, meaning: Matrix) -> float:
    """Dispersion of the counts, given what the codes probably mean; the column's is the prior."""
    off = rooted(column.counts)[:, None] - rooted(column.shares * column.people)
    squares = float((meaning * off**2).sum()) / (1 + column.people / column.reference)
    learned = squares + DISPERSION_WEIGHT * column.dispersion
    return max(learned / (float(meaning.sum()) + DISPERSION_WEIGHT), LEAST_DISPERSION)
