"""Where households have lived, and until when: movers by tenure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthetic.ages import DAYS_A_YEAR
from synthetic.geography import zips

#: Renters move so many times as often as owners (24.5% against 5.0% in 2014, Census Bureau).
RENTERS_TO_OWNERS = 24.5 / 5.0
#: Dwellings whose households own them (American Community Survey 2018-22).
OWNER_SHARE = 0.648
#: Moves that stay near, in the same ZIP where that is possible: near the 62% within a
#: county (CPS 2021).
NEAR_SHARE = 0.6
#: Former homes that stand empty; in the others somebody else lives now. Prior.
EMPTY_SHARE = 0.10
#: Former homes that a household has at most, however often it moved.
FORMER_HOMES = 2
#: How far a near move goes: to one of so many households either way. Prior.
_NEAR = 60


@dataclass(frozen=True, eq=False)
class Residences:
    """Homes of each household: column 0 the present one, then those before.

    ``home`` is a number of `synthetic.addresses.Dwellings`; ``ago`` says how many days ago
    the household left it (0 for the present one).
    """

    owner: NDArray[np.bool_]
    home: NDArray[np.int64]
    ago: NDArray[np.int64]

    def at(self, households: NDArray[np.int64], days_ago: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where households lived so many days ago."""
        left = self.ago[households]
        which = np.zeros(len(households), dtype=np.int64)
        for column in range(1, left.shape[1]):
            which += left[:, column] <= days_ago
        return self.home[households, which]


def draw_residences(
    homes: NDArray[np.int64],
    zip_of: NDArray[np.int64],
    size: NDArray[np.int64],
    mover_share: float,
    *,
    rng: np.random.Generator,
) -> Residences:
    """Return the homes of households; times between moves are exponential."""
    owner = rng.random(len(homes)) < zips().owner_share[zip_of]
    owners = mover_share / (OWNER_SHARE + (1 - OWNER_SHARE) * RENTERS_TO_OWNERS)
    yearly = np.minimum(1, np.where(owner, owners, owners * RENTERS_TO_OWNERS))
    with np.errstate(divide="ignore"):
        mean_days = DAYS_A_YEAR / -np.log1p(-yearly)
    home = np.repeat(homes[:, None], 1 + FORMER_HOMES, axis=1)
    ago = np.zeros(home.shape, dtype=np.int64)
    for column in range(1, 1 + FORMER_HOMES):
        stayed = rng.standard_exponential(len(homes)) * mean_days
        ago[:, column] = ago[:, column - 1] + np.minimum(stayed, 200 * DAYS_A_YEAR).astype(np.int64)
        home[:, column] = _draw_former_homes(homes, size, rng=rng)
    return Residences(owner, home, ago)


def _draw_former_homes(
    homes: NDArray[np.int64], size: NDArray[np.int64], *, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return homes of other households, or empty dwellings; never the household's own."""
    count = len(homes)
    near = rng.random(count) < NEAR_SHARE
    step = np.where(
        near, rng.integers(1, _NEAR, size=count), rng.integers(1, max(2, count), size=count)
    )
    back = rng.random(count) < 0.5
    other = (np.arange(count) + np.where(back, -step, step)) % count
    own = other == np.arange(count)
    # An empty dwelling stands at the place of a household's second member.
    empty = (rng.random(count) < EMPTY_SHARE) | own
    lone = size[other] < 2
    roomy = np.flatnonzero(size > 1)
    host = other.copy()
    if len(roomy):
        host[empty & lone] = roomy[rng.integers(len(roomy), size=int((empty & lone).sum()))]
        return np.where(empty, homes[host] + 2, homes[other])
    return homes[other]
