"""Which pattern is which q-gram: by how common they are, and how often two come together."""

from __future__ import annotations

from typing import Final

import numpy as np

from linkage.attacks.alignment import Matrix, balanced, rooted

TEMPERATURES: Final = (50.0, 20.0, 8.0, 4.0, 2.0, 1.0)
"""What log-likelihoods are divided by, one after another, so that nothing is settled early. A choice."""

STEPS: Final = 6
"""Rounds at each temperature. A choice: more change little."""

VARIANCES: Final = (4.0, 16.0)
"""Variances of the difference between the roots of a count found and of one expected. A choice: 2 were both
drawn of independent people; families double it. Where XORed bits leave unsure which filters have a pattern,
it is more."""

SPARE: Final = 0.1
"""Patterns that may be no listed q-gram, as a share. Prior."""

UNLISTED: Final = -20.0
"""Log-likelihood, in the temperature's units, of a pattern that is no listed q-gram. A choice."""

UNFOUND: Final = -5.0
"""The same of a q-gram of which no pattern was found. A choice: many are not, the rarest."""

LEAST: Final = -200.0
"""Log-likelihoods are kept above it."""


def gram_chances(found: Matrix, expected: Matrix, variance: float = VARIANCES[0]) -> Matrix:
    """Probability that each pattern is each q-gram.

    Both are graphs: common nodes, and edges between what often comes together. A soft alignment
    and the log-likelihoods under it are found in turn, from how common nodes are alone
    (graduated assignment, Gold & Rangarajan 1996, doi:10.1109/34.491619); counts are normal after
    the root, see `linkage.attacks.alignment.rooted`.

    Parameters
    ----------
    found : (patterns, patterns) array
        Records with both; each alone in the diagonal.
    expected : (q-grams, q-grams) array
        Expected number of records with both.
    variance : float
        Of the difference between their roots.

    Returns
    -------
    (patterns, q-grams) array

    Examples
    --------
    >>> expected = np.array([[900.0, 400, 0], [400, 900, 100], [0, 100, 900]])
    >>> order = [2, 0, 1]
    >>> gram_chances(expected[np.ix_(order, order)], expected).argmax(axis=1).tolist()
    [2, 0, 1]
    """
    patterns, grams = len(found), len(expected)
    seen, usual = rooted(found), rooted(expected)
    own = -0.5 * (np.diag(seen)[:, None] - np.diag(usual)) ** 2 / variance
    np.fill_diagonal(seen, 0)
    np.fill_diagonal(usual, 0)
    chances = _soft(own / TEMPERATURES[0])
    for temperature in TEMPERATURES:
        for _ in range(STEPS):
            off = (seen**2 @ chances.sum(axis=1))[:, None] + usual**2 @ chances.sum(axis=0)
            off -= 2 * seen @ chances @ usual.T
            scores = own - 0.5 * off / variance
            scores -= scores.max(axis=1, keepdims=True)
            chances = _soft(scores / temperature)
    return np.asarray(chances[:patterns, :grams])


def _soft(scores: Matrix) -> Matrix:
    """Turn scores into probabilities, with room for patterns and q-grams that are none."""
    patterns, grams = scores.shape
    size = max(patterns, grams) + int(np.ceil(SPARE * patterns))
    square = np.zeros((size, size))
    square[:patterns, :grams] = np.maximum(scores, LEAST)
    square[:patterns, grams:] = UNLISTED
    square[patterns:, :grams] = UNFOUND
    return balanced(square, rounds=60)[:patterns, :grams]
