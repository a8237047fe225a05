"""What a record's similarities to all others say of it, whoever the others are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from linkage.linking.similarity_matrix import similarity_matrix, sizes

Profiles = NDArray[np.float64]
Codes = NDArray[Any]

SAMPLE: Final = 4_000
"""Others that a record is compared with at most. A choice, for seconds."""

QUANTILES: Final = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98)
"""Of a record's similarities. A choice."""

ROWS: Final = 1_000
"""Records profiled at once, for memory."""

RIDGE: Final = 0.01
"""Ridge penalty of the regression, in units of the variance of a measure. A choice."""

FLOOR: Final = 0.001
"""Variance added to the noise of each measure, in units of its variance. A choice."""

SOFT: Final = 0.5
"""Power of the likelihood of a profile. A choice: measures are not quite normal."""


def profiles(codes: Codes, *, rng: np.random.Generator) -> Profiles:
    """Describe each record by how similar it is to others of the same file, and by its size.

    Nothing here depends on which others there are, only on what population they are of; so a
    person has about the same profile in a sample of a file as in the whole.

    Parameters
    ----------
    codes : (records, words) uint64 array or (records, columns) uint32 array
    rng : numpy.random.Generator
        Draws the others, where there are more than `SAMPLE`.

    Returns
    -------
    (records, measures) array
        Set bits or symbols; mean, standard deviation, skewness, log kurtosis and quantiles of the
        similarities.

    Examples
    --------
    >>> filters = np.array([[0b1111], [0b0011], [0b1100]], np.uint64)
    >>> profiles(filters, rng=np.random.default_rng(0))[:, :2].round(2).tolist()
    [[4.0, 0.67], [2.0, 0.33], [2.0, 0.33]]
    """
    chosen = np.arange(len(codes))
    if len(codes) > SAMPLE:
        chosen = rng.choice(len(codes), SAMPLE, replace=False)
    place = np.full(len(codes), -1)
    place[chosen] = np.arange(len(chosen))
    parts = []
    for start in range(0, len(codes), ROWS):
        similar = similarity_matrix(codes[start : start + ROWS], codes[chosen])
        own = place[start : start + ROWS]
        inside = np.flatnonzero(own >= 0)
        similar[inside, own[inside]] = np.nan
        parts.append(_described(similar))
    return np.column_stack([sizes(codes), np.concatenate(parts)]).astype(np.float64)


def _described(similar: NDArray[np.float32]) -> Profiles:
    """Moments and quantiles of rows, without what is missing."""
    mean = np.nanmean(similar, axis=1, keepdims=True)
    filled = np.where(np.isnan(similar), mean, similar)
    deviation = filled.std(axis=1, keepdims=True) + np.float32(1e-9)
    z = (filled - mean) / deviation
    squares = z * z  # powers by multiplication: pow takes ten times as long
    cubes, fourths = (squares * z).mean(axis=1), (squares * squares).mean(axis=1)
    ranks = np.round(np.array(QUANTILES) * (filled.shape[1] - 1)).astype(np.int64)
    quantiles = np.partition(filled, ranks, axis=1)[:, ranks]
    return np.column_stack([mean, deviation, cubes, np.log(fourths + 1e-9), quantiles])


@dataclass(frozen=True)
class Resemblance:
    """How likely two profiles are one person's, as learned from a list encoded more than once.

    Parameters
    ----------
    center, scale : (measures,) arrays
        Of the list.
    expected : (measures, measures) array
        Regression of the list's profile on that in another release.
    whitening : (measures, measures) array
        Turns what is left over into independent noise of variance 1.
    """

    center: Profiles
    scale: Profiles
    expected: Profiles
    whitening: Profiles

    @classmethod
    def learned(
        cls, listed: Profiles, others: list[Profiles], people: list[NDArray[np.int64]]
    ) -> Resemblance:
        """Learn from profiles of parts of the list in releases of one's own making.

        Parameters
        ----------
        listed : (people, measures) array
        others : list of (records, measures) arrays
        people : list of (records,) int arrays
            Whose they are.
        """
        center, scale = listed.mean(axis=0), listed.std(axis=0) + 1e-9
        known = (listed - center) / scale
        seen = np.concatenate([_centred(other, scale) for other in others])
        meant = known[np.concatenate(people)]
        penalty = RIDGE * len(seen) * np.eye(seen.shape[1])
        expected = np.linalg.solve(seen.T @ seen + penalty, seen.T @ meant)
        left_over = seen @ expected - meant
        noise = left_over.T @ left_over / len(left_over) + FLOOR * np.eye(seen.shape[1])
        _, whitening = eigh(known.T @ known / len(known), noise)
        return cls(center, scale, expected, whitening)

    def of_records(self, released: Profiles) -> Profiles:
        """Place records where their people are expected; what tells most comes last."""
        return np.asarray(_centred(released, self.scale) @ self.expected @ self.whitening)

    def of_people(self, listed: Profiles) -> Profiles:
        """Place people of the list."""
        return np.asarray((listed - self.center) / self.scale @ self.whitening)


def likelihood(seen: Profiles, known: Profiles) -> NDArray[np.float32]:
    """Log-likelihood of each pair of a record and a person, best of each record 0.

    Parameters
    ----------
    seen, known : (records, measures) and (people, measures) arrays
        As placed by a `Resemblance`: a record is about its person with a noise of variance 1.
    """
    one, other = seen.astype(np.float32), known.astype(np.float32)
    apart = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1) - 2 * one @ other.T
    return np.asarray(-SOFT / 2 * (apart - apart.min(axis=1, keepdims=True)), np.float32)


def _centred(profiles: Profiles, scale: Profiles) -> Profiles:
    """Take off what all records of a release have in common: the draw of the others."""
    return np.asarray((profiles - profiles.mean(axis=0)) / scale)
