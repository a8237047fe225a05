"""Taxpayer numbers as requests carry them: own, a relative's, wrong or missing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synthetic.columns import Words, nine_digits
from synthetic.corruption import chosen, tin_digit
from synthetic.enforcement.targets import Targets
from synthetic.population import Population

TIN_STATUSES = ("own", "borrowed", "relative", "wrong", "missing")
_OWN, _BORROWED, _RELATIVE, _WRONG, _MISSING = range(len(TIN_STATUSES))

#: Wrong numbers that belong to another person of the partition. Prior.
OTHERS_NUMBER_SHARE = 0.5


def draw_numbers(
    population: Population, targets: Targets, *, rng: np.random.Generator
) -> tuple[Words, NDArray[np.int64]]:
    """Return the numbers written and a code of TIN_STATUSES for each."""
    settings = population.settings.enforcement
    count = len(targets.person)
    chance = rng.random(count)
    wrong_or_relative = settings.wrong_tin_share + settings.relative_tin_share
    status = np.select(
        [targets.tin < 0, chance < settings.wrong_tin_share, chance < wrong_or_relative],
        [_MISSING, _WRONG, _RELATIVE],
        np.where(targets.borrowed, _BORROWED, _OWN),
    )
    number = targets.tin.copy()
    rows = np.flatnonzero(status == _RELATIVE)
    relative = _relatives(population, targets.person[rows], rng=rng)
    number[rows] = np.where(relative < 0, number[rows], relative)
    unrelated = np.where(targets.borrowed[rows], _BORROWED, _OWN)
    status[rows] = np.where(relative < 0, unrelated, _RELATIVE)

    anybody = rng.integers(population.count, size=count)
    others = population.tins(anybody)
    household = population.households.of[anybody]
    taken = (status == _WRONG) & chosen(count, OTHERS_NUMBER_SHARE, rng=rng)
    taken &= (others >= 0) & (household != targets.household)
    number[taken] = others[taken]
    status[~chosen(count, settings.tin_share, rng=rng)] = _MISSING
    number[status == _MISSING] = -1
    slip = (status == _WRONG) & ~taken
    return tin_digit(nine_digits(number), slip.astype(np.float64), rng=rng), status


def _relatives(
    population: Population, person: NDArray[np.int64], *, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return the number of another member of each person's household; -1 for who has none."""
    none = np.full(len(person), -1)
    household = np.where(person < 0, 0, population.households.of[person])
    size = np.where(person < 0, 1, population.household_sizes[household])
    start = population.households.start[household]
    step = rng.integers(1, np.maximum(2, size))
    member = start + (person - start + step) % size
    return np.where(size < 2, none, population.tins(member))
