"""Where people come from, and what they are before the law.

Both are settings with sources, not guesses of this code: origin by ZIP (Census groups),
birth abroad by origin, status by origin among those born abroad.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from synthetic.geography import origin_weights
from synthetic.households import Households, Relation
from synthetic.randomness import Distributions
from synthetic.settings import Settings
from synthetic.tables import ORIGINS

HISPANIC, API = ORIGINS.index("hispanic"), ORIGINS.index("api")

#: Spouses and unrelated members whose origin is drawn apart from the head's. Prior.
MIXED_SHARE = 0.15
#: Spouses, kin and unrelated members born where the head was, abroad or not. Prior.
LIKE_HEAD_SHARE = 0.85
#: Members born abroad with the head's legal status. Prior, so chosen that many families
#: are of mixed status (22 million people lived in such households in 2021, by the press).
SAME_STATUS_SHARE = 0.6
#: Children of heads born abroad who were born abroad too: near 3 of 18 million
#: (Migration Policy Institute 2022, second-hand).
CHILD_ABROAD_SHARE = 0.16
#: People who live with their parents, nearly: birth abroad is rarer among them, and so
#: commoner among the others than among all.
_CHILDREN = 0.34


class Status(IntEnum):
    """What a resident is before the law."""

    CITIZEN = 0
    NATURALISED = 1
    LAWFUL = 2
    UNAUTHORISED = 3


def draw_origins(
    households: Households,
    zip_of: NDArray[np.int64],
    hispanic_share: float | None,
    *,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Return the code of ORIGINS of each person: the ZIP's mixture, alike within families."""
    heads = _by_zip(hispanic_share).draw(zip_of[households.start], rng=rng)
    origin = heads[households.of]
    apart = np.flatnonzero(_from_outside(households))
    apart = apart[rng.random(len(apart)) < MIXED_SHARE]
    origin[apart] = _by_zip(hispanic_share).draw(zip_of[apart], rng=rng)
    return origin


@cache
def _by_zip(hispanic_share: float | None) -> Distributions:
    return Distributions.of(origin_weights(hispanic_share))


def _from_outside(households: Households) -> NDArray[np.bool_]:
    relation = households.relation
    outside: NDArray[np.bool_] = (relation == Relation.SPOUSE) | (relation == Relation.NONRELATIVE)
    return outside


def draw_births_abroad(
    households: Households,
    origin: NDArray[np.int64],
    settings: Settings,
    *,
    rng: np.random.Generator,
) -> NDArray[np.bool_]:
    """Return who was born abroad."""
    share = np.full(len(ORIGINS), settings.other_foreign_born_share)
    share[HISPANIC] = settings.hispanic_foreign_born_share
    share[API] = settings.api_foreign_born_share
    share = np.minimum(1, share / (1 - _CHILDREN + _CHILDREN * CHILD_ABROAD_SHARE))
    abroad = rng.random(len(origin)) < share[origin]
    head, child = households.head, households.relation == Relation.CHILD
    chance = rng.random(len(origin))
    like = (chance < LIKE_HEAD_SHARE) & (origin == origin[head])
    abroad = np.where(like, abroad[head], abroad)
    return np.where(child, abroad[head] & (chance < CHILD_ABROAD_SHARE), abroad)


def draw_statuses(
    households: Households,
    origin: NDArray[np.int64],
    abroad: NDArray[np.bool_],
    settings: Settings,
    *,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Return the code of Status of each person; families tend to share it."""
    hispanic = origin == HISPANIC
    naturalised = np.where(
        hispanic, settings.hispanic_naturalised_share, settings.other_naturalised_share
    )
    unauthorised = np.where(
        hispanic, settings.hispanic_unauthorised_share, settings.other_unauthorised_share
    )
    # One chance a family, but for those who differ from the head.
    chance = rng.random(len(origin))
    shared = (rng.random(len(origin)) < SAME_STATUS_SHARE) | (households.relation == Relation.CHILD)
    chance = np.where(shared, chance[households.head], chance)
    status = np.select(
        [~abroad, chance < naturalised, chance < 1 - unauthorised],
        [Status.CITIZEN, Status.NATURALISED, Status.LAWFUL],
        Status.UNAUTHORISED,
    )
    return status.astype(np.int64)
