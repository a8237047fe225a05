"""How old the members of households are, and the days they were born on."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from synthetic.geography import zips
from synthetic.households import Households, Relation
from synthetic.randomness import group_ranks

ADULT_AGE = 18
OLDEST = 105.0
DAYS_A_YEAR = 365.2425

#: Heads of household by age, from the first bound to the next, in per cent: those living
#: alone, couples without children at home, those with children, all others. Priors near
#: CPS 2022, so chosen that the country's ages come out right (``synthetic.check``).
_BOUNDS = np.array([18, 25, 35, 45, 55, 65, 75, 85, 100])
_HEADS = np.array(
    [
        [3, 11, 8, 12, 23, 24, 14, 4],
        [2, 9, 6, 13, 31, 27, 10, 1.6],
        [2, 17, 40, 29, 8, 2.8, 1, 0.2],
        [14, 20, 12, 14, 21, 13, 5, 1],
    ]
)
_ALONE, _COUPLE, _PARENT, _OTHER = range(len(_HEADS))
_STEPS = 256

#: Median age of the country's people (American Community Survey 2018-22).
MEDIAN_AGE = 38.9
#: Years by which a ZIP's median age must differ for the odds of being older to grow e-fold.
#: Prior, so chosen that ZIPs come out near their median age.
_YEARS_AN_E = 11.0

#: Age of a parent at a birth: mean and deviation in years (near CDC, births of 2000-22).
_PARENT_AGE = (28.8, 6.0)


def draw_birth_days(
    households: Households,
    zip_of: NDArray[np.int64],
    sex: NDArray[np.int64],
    *,
    twin_share: float,
    reference_date: date,
    rng: np.random.Generator,
) -> NDArray[np.datetime64]:
    """Return the day each person was born on."""
    age = _draw_ages(households, zip_of, sex, rng=rng)
    days = np.ceil(age * DAYS_A_YEAR).astype(np.int64)  # of age now, of age on that day
    child = households.relation == Relation.CHILD
    twin = child & np.roll(child, 1) & (rng.random(len(days)) < twin_share)
    twin[households.start] = False
    # Of three in a row the third goes by the first.
    days = days[np.maximum.accumulate(np.where(twin, 0, np.arange(len(days))))]
    born: NDArray[np.datetime64] = np.datetime64(reference_date, "D") - days
    return born


def whole_years(born: NDArray[np.datetime64], on: date) -> NDArray[np.int64]:
    """Return the age in years of people born on these days, give or take a birthday's error."""
    days = (np.datetime64(on, "D") - born).astype(np.int64)
    return (days / DAYS_A_YEAR).astype(np.int64)


def _draw_ages(
    households: Households,
    zip_of: NDArray[np.int64],
    sex: NDArray[np.int64],
    *,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return ages in years: the head's by kind of household and ZIP, the others' by the head's."""
    relation = households.relation
    of_head = _draw_head_ages(households, zip_of, rng=rng)
    age = of_head[households.of]
    rows = np.flatnonzero(relation == Relation.SPOUSE)
    # Husbands are older by 2.2 years on average (CPS 2022, second-hand).
    gap = 4 * rng.standard_normal(len(rows)) + np.where(sex[rows] == 0, -2.2, 2.2)
    age[rows] = np.minimum(ADULT_AGE + np.abs(age[rows] + gap - ADULT_AGE), OLDEST)

    rows = np.flatnonzero(relation == Relation.CHILD)
    mean, deviation = _PARENT_AGE
    gap = np.clip(mean + deviation * rng.standard_normal(len(rows)), 15, 48)
    age[rows] = np.abs(age[rows] - gap)

    rows = np.flatnonzero(relation == Relation.RELATIVE)
    age[rows] = _relative_ages(age[rows], rng=rng)
    rows = np.flatnonzero(relation == Relation.NONRELATIVE)
    peers = age[rows] + 10 * rng.standard_normal(len(rows))
    age[rows] = np.where(peers < ADULT_AGE, 2 * ADULT_AGE - peers, np.minimum(peers, OLDEST))
    return age


def _draw_head_ages(
    households: Households, zip_of: NDArray[np.int64], *, rng: np.random.Generator
) -> NDArray[np.float64]:
    parents = np.zeros(len(households.size), dtype=np.bool_)
    parents[households.of[households.relation == Relation.CHILD]] = True
    kind = np.select(
        [households.size == 1, parents, households.couple], [_ALONE, _PARENT, _COUPLE], _OTHER
    )
    chance = rng.random(len(kind))
    odds = _older_odds()[zip_of[households.start]]
    place = chance * odds / (1 + chance * (odds - 1)) * _STEPS
    step = np.minimum(place.astype(np.int64), _STEPS - 1)
    table = _quantiles()
    low, high = table[kind, step], table[kind, step + 1]
    ages: NDArray[np.float64] = low + (high - low) * (place - step)
    return ages


@cache
def _quantiles() -> NDArray[np.float64]:
    """Return ages of heads at 257 evenly spaced ranks, a row a kind of household."""
    ranks = np.linspace(0, 1, _STEPS + 1)
    ends = np.cumsum(_HEADS, axis=1) / _HEADS.sum(axis=1, keepdims=True)
    return np.stack([np.interp(ranks, [0, *row], _BOUNDS) for row in ends])


@cache
def _older_odds() -> NDArray[np.float64]:
    """Return the odds of a head of each ZIP to be old, against the country's."""
    odds: NDArray[np.float64] = np.exp(
        np.clip((zips().median_age - MEDIAN_AGE) / _YEARS_AN_E, -2, 2)
    )
    return odds


def _relative_ages(
    of_head: NDArray[np.float64], *, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return ages of parents, brothers and sisters, and grandchildren of heads. Priors."""
    chance = rng.random(len(of_head))
    years = np.select([chance < 0.35, chance < 0.70], [27.0, 0.0], -50.0)
    ages: NDArray[np.float64] = np.abs(of_head + years + 7 * rng.standard_normal(len(of_head)))
    ages[ages > OLDEST] = OLDEST
    return ages


def first_of_household(rows: NDArray[np.int64], households: Households) -> NDArray[np.int64]:
    """Return those rows that are their household's first among them."""
    first: NDArray[np.int64] = rows[group_ranks(households.of[rows]) == 0]
    return first
