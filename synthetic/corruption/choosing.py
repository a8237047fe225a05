"""Which rows an error strikes, and how the errors of one record go together.

Errors are not spread evenly: a form filled in carelessly has several. Here one record in
four is careless. A caller draws the carelessness of each record once and multiplies the
share of every error by it; the share of all records struck stays what it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

#: The probability of an error: one number, or one a row.
Share: TypeAlias = float | NDArray[np.float64]

#: Share of records that are careless. Prior.
CARELESS_SHARE = 0.25


def chosen(count: int, share: Share, *, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which of ``count`` rows an error strikes, each with probability ``share``.

    With the same generator, the rows struck by a share are among those struck by a larger.

    Raises
    ------
    ValueError
        If a share is not in [0, 1] or there is not one a row.

    Examples
    --------
    >>> chosen(4, np.array([0.0, 1.0, 1.0, 0.0]), rng=np.random.default_rng(0)).tolist()
    [False, True, True, False]
    """
    shares = np.asarray(share, dtype=np.float64)
    if shares.ndim and shares.shape != (count,):
        raise ValueError(
            f"share: got shape {shares.shape}, allowed is a number or one a row ({count})"
        )
    inside = (shares >= 0) & (shares <= 1)  # Not so for NaN.
    if not inside.all():
        worst = shares[~inside].flat[0]
        raise ValueError(f"share: got {worst:g}, allowed is a probability in [0, 1]")
    rows: NDArray[np.bool_] = rng.random(count) < shares
    return rows


def carelessness(
    count: int, correlation: float, *, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return what to multiply the shares of errors by, one number of mean 1 a record.

    It is ``1 + 3 * correlation`` for the careless quarter of the records and
    ``1 - correlation`` for the others.

    Parameters
    ----------
    count : int
        Number of records.
    correlation : float
        From 0, where errors are independent, to 1, where careless records make all of
        them. It is the spread of the multiplier as a share of its spread at 1. Of two
        errors with a share ``s`` each, the correlation of whether they are made in a record
        is ``3 * correlation**2 * s / (1 - s)``.
    rng : numpy.random.Generator
        Source of chance; one number a record.

    Raises
    ------
    ValueError
        If the correlation is not in [0, 1].

    Examples
    --------
    >>> carelessness(5, 0.5, rng=np.random.default_rng(0)).tolist()
    [0.5, 0.5, 2.5, 2.5, 0.5]
    """
    most = most_careless(correlation)
    return np.where(rng.random(count) < CARELESS_SHARE, most, 1 - correlation)


def most_careless(correlation: float) -> float:
    """Return the largest number ``carelessness`` can give.

    A share can be reached only if the share times this is at most 1.

    Examples
    --------
    >>> most_careless(0.5)
    2.5
    """
    if not 0 <= correlation <= 1:
        raise ValueError(f"correlation: got {correlation:g}, allowed is a number in [0, 1]")
    return 1 + correlation * (1 / CARELESS_SHARE - 1)


def share_problems(shares: Mapping[str, float], correlation: float) -> list[str]:
    """Return a message for each share that cannot be reached at this correlation.

    Parameters
    ----------
    shares : mapping of name to share
        The shares that are to be multiplied by `carelessness`.
    correlation : float
        As for `carelessness`.

    Examples
    --------
    >>> print(*share_problems({"typo_share": 0.5, "nickname_share": 0.2}, 0.8))
    typo_share: got 0.5 with error_correlation=0.8, allowed is at most 0.2941, because the \
careless records make 3.4 times as many errors and more damage is asked than their fields hold
    """
    most = most_careless(correlation)
    # Rounded down, so that the number named is allowed.
    limit = np.floor(10_000 / most) / 10_000
    return [
        f"{name}: got {share:g} with error_correlation={correlation:g}, allowed is at most "
        f"{limit:g}, because the careless records make {most:.3g} times as many errors and more "
        f"damage is asked than their fields hold"
        for name, share in shares.items()
        if not share * most <= 1
    ]
