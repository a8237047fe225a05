"""Who is who in two graphs: those are paired whose similarities to all other pairs agree."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Matrix = NDArray[np.float32]

STEPS: Final = 24
"""Rounds of the annealing. A choice: more change little."""

SHARPNESS: Final = (8.0, 500.0)
"""Log-odds that a correlation of 1 is worth, in the first round and in the last. A choice."""

FADING: Final = 0.9
"""What is left of the prior after each round. A choice."""

MEANINGS: Final = 256
"""People that a record may still be, in the mean over them. A choice, for seconds."""

BALANCING: Final = 12
"""Rounds of Sinkhorn's scaling. A choice."""


class Aligned(NamedTuple):
    """Who each record is.

    Attributes
    ----------
    person : (records,) int array
        The likeliest.
    consistency : (records,) array
        How the similarities of those a record may be correlate with its own, in the mean.
    """

    person: NDArray[np.int64]
    consistency: Matrix


def aligned(codes: Matrix, listed: Matrix, prior: Matrix) -> Aligned:
    """Align records with people by similarity alone, from a vague idea of who may be who.

    Mean-field annealing of the quadratic assignment problem (Gold & Rangarajan 1996,
    doi:10.1109/34.491619), with correlations for the gain. Each round asks what similarity each
    person would have to whom the other records are believed to be, correlates that with what the
    record has, and believes the outcome a little more firmly than in the round before.

    Parameters
    ----------
    codes : (records, records) array
        Similarities of codes.
    listed : (people, people) array
        Similarities of people on the list, encoded under other keys.
    prior : (records, people) array
        Log-likelihoods.

    Returns
    -------
    Aligned

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> points = rng.normal(size=(40, 5))
    >>> graph = (points @ points.T).astype(np.float32)
    >>> vague = rng.normal(size=(30, 40)).astype(np.float32)
    >>> vague[np.arange(30), np.arange(30)] += 2
    >>> found = aligned(graph[:30, :30], graph, vague).person
    >>> bool((found == np.arange(30)).mean() > 0.9)
    True
    """
    seen, known = _without_self(codes), _without_self(listed)
    seen = seen - seen.mean(axis=0)
    spread = seen.std(axis=0) + np.float32(1e-9)
    believed = balanced(prior)
    sharpness = np.geomspace(*SHARPNESS, STEPS)
    for step in range(STEPS):
        expected = _firmest(believed) @ known  # (records, people)
        expected -= expected.mean(axis=1, keepdims=True)
        told = expected.std(axis=1) + np.float32(1e-9)
        share = np.minimum((told / spread) ** 2, 1)  # of the variance: how well a column is known
        weight = np.sqrt(share / (1.05 - share)).astype(np.float32)
        one = _unit_rows(seen * (weight / spread))
        other = _unit_rows((expected * (weight / told)[:, None]).T)
        gain = one @ other.T
        believed = balanced(np.float32(sharpness[step]) * gain + np.float32(FADING**step) * prior)
    return Aligned(believed.argmax(axis=1), (believed * gain).sum(axis=1))


def balanced(scores: Matrix) -> Matrix:
    """Turn scores into probabilities: rows sum to 1, columns to 1 at most (Sinkhorn 1964).

    Examples
    --------
    >>> balanced(np.log(np.array([[4.0, 1.0, 1.0], [4.0, 1.0, 1.0]], np.float32))).round(2).tolist()
    [[0.5, 0.25, 0.25], [0.5, 0.25, 0.25]]
    """
    kernel = np.exp(scores - scores.max(axis=1, keepdims=True))
    columns = np.ones(kernel.shape[1], np.float32)
    rows = columns
    for _ in range(BALANCING):
        rows = 1 / np.maximum(kernel @ columns, np.float32(1e-30))
        columns = np.minimum(1, 1 / np.maximum(kernel.T @ rows, np.float32(1e-30)))
    kernel *= rows[:, None]
    kernel *= columns
    return np.asarray(kernel / kernel.sum(axis=1, keepdims=True), np.float32)


def _firmest(believed: Matrix) -> sparse.csr_array | Matrix:
    """Keep the likeliest meanings of each record; all where there are few."""
    records, people = believed.shape
    if people <= 2 * MEANINGS:
        return believed
    kept = np.argpartition(-believed, MEANINGS, axis=1)[:, :MEANINGS]
    weights = np.take_along_axis(believed, kept, axis=1)
    weights /= weights.sum(axis=1, keepdims=True)
    starts = np.arange(records + 1) * MEANINGS
    return sparse.csr_array((weights.ravel(), kept.ravel(), starts), shape=believed.shape)


def _without_self(similar: Matrix) -> Matrix:
    """Put the mean where a record is compared with itself."""
    changed = similar.copy()
    np.fill_diagonal(changed, 0)
    np.fill_diagonal(changed, changed.sum(dtype=np.float64) / max(changed.size - len(changed), 1))
    return changed


def _unit_rows(rows: Matrix) -> Matrix:
    rows = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-12), np.float32)
