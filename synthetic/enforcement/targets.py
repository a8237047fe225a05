"""Whom the requests are about: people of the world by their odds, and strangers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthetic.households import draw_households
from synthetic.origins import Status
from synthetic.people import People, draw_people
from synthetic.population import Population
from synthetic.settings import RequestSettings
from synthetic.tins import issue_stranger_ssns

#: Nobody older is looked for. Prior.
OLDEST_TARGET = 75
#: Strangers are chosen from so many people for each of them.
_CROWD = 150


@dataclass(frozen=True)
class Counts:
    """How many requests of each kind a partition gives.

    ``strangers_before`` counts those of the partitions before, so that all get
    different numbers.
    """

    in_register: int
    non_filers: int
    strangers: int
    strangers_before: int

    @property
    def total(self) -> int:
        """All requests of the partition."""
        return self.in_register + self.non_filers + self.strangers


@dataclass(frozen=True, eq=False)
class Targets:
    """Whom the requests of a partition are about: its people, then strangers.

    ``person`` and ``household`` are positions in the population, -1 for a stranger;
    ``tin`` is the number they go by (-1: none), ``borrowed`` says that it is another's, and
    ``home`` is the address they live at, or would.
    """

    person: NDArray[np.int64]
    household: NDArray[np.int64]
    people: People
    tin: NDArray[np.int64]
    borrowed: NDArray[np.bool_]
    home: NDArray[np.int64]


def draw_targets(population: Population, counts: Counts, *, rng: np.random.Generator) -> Targets:
    """Return whom the requests of a partition are about."""
    files = population.files
    resident = population.people.presence == 0
    wanted = _odds(population.people, population.settings.enforcement)
    person = np.concatenate(
        [
            _choose(population, wanted * files, counts.in_register, "filers", rng=rng),
            _choose(
                population, wanted * (~files & resident), counts.non_filers, "adults not filing",
                rng=rng,
            ),
        ]
    )  # fmt: skip
    strangers = _draw_strangers(population, counts.strangers, rng=rng)
    tins = population.settings.tins
    ranks = counts.strangers_before + np.arange(counts.strangers)
    number, borrowed = _numbers_gone_by(population)
    nowhere = np.full(counts.strangers, -1)
    household = population.households.of[person]
    homes = population.dwellings.homes
    places = rng.integers(len(population.household_sizes), size=counts.strangers)
    return Targets(
        person=np.concatenate([person, nowhere]),
        household=np.concatenate([household, nowhere]),
        people=People.stack([population.people.rows(person), strangers]),
        tin=np.concatenate(
            [number[person], issue_stranger_ssns(ranks, tins, population.settings.seed)]
        ),
        borrowed=np.concatenate([borrowed[person], np.zeros(counts.strangers, dtype=np.bool_)]),
        home=np.concatenate([homes[household], homes[places]]),
    )


def _draw_strangers(population: Population, count: int, *, rng: np.random.Generator) -> People:
    """Return people drawn like those of the partition and then chosen like them."""
    zip_of = population.dwellings.zip
    size = min(_CROWD * count + 200, max(4 * len(zip_of), 4 * count + 200))
    crowd_zip = np.resize(zip_of, size)
    crowd = draw_people(
        draw_households(crowd_zip, rng=rng), crowd_zip, population.settings, rng=rng
    )
    odds = _odds(crowd, population.settings.enforcement)
    return crowd.rows(_weighted_choice(odds, count, rng=rng))


def _odds(people: People, settings: RequestSettings) -> NDArray[np.float64]:
    """Return how likely each person is to be looked for; 0 for children and the old."""
    by_status = np.zeros(len(Status))
    by_status[Status.UNAUTHORISED] = 1
    by_status[Status.LAWFUL] = settings.lawful_odds
    by_status[Status.NATURALISED] = settings.naturalised_odds
    by_status[Status.CITIZEN] = settings.citizen_odds
    gone = np.where(people.presence == 0, 1.0, settings.gone_odds)
    eligible = people.adult & (people.age <= OLDEST_TARGET)
    # Odds of 0 still leave a rest to choose from when a list wants more than there are.
    return np.where(eligible, np.maximum(by_status[people.status] * gone, 1e-12), 0)


def _choose(
    population: Population,
    odds: NDArray[np.float64],
    count: int,
    what: str,
    *,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Choose people of the world by their odds, each at most once."""
    odds = odds[: population.count]
    eligible = int(np.count_nonzero(odds))
    if count > eligible:
        raise ValueError(
            f"requests: got {count:,} for {what} of partition {population.index}, allowed is at "
            f"most {eligible:,}; ask for fewer requests or make a world of more people"
        )
    return _weighted_choice(odds, count, rng=rng)


def _weighted_choice(
    odds: NDArray[np.float64], count: int, *, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw without replacement by weight: the least of exponential times divided by weight.

    Efraimidis and Spirakis 2006 (doi:10.1016/j.ipl.2005.11.003).
    """
    rows = np.flatnonzero(odds)
    waiting = rng.standard_exponential(len(rows)) / odds[rows]
    if 0 < count < len(rows):  # to put all in order would take most of the time
        first = waiting <= np.partition(waiting, count - 1)[count - 1]
        rows, waiting = rows[first], waiting[first]
    return rows[np.argsort(waiting, kind="stable")[:count]]


def _numbers_gone_by(population: Population) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the number each person goes by, and whether it is another's: as on the return."""
    everybody = np.arange(len(population.people))
    number = population.tins(everybody)
    returns = population.returns
    number[returns.person] = population.tins(returns.lender)
    borrowed = np.zeros(len(number), dtype=np.bool_)
    borrowed[returns.person] = returns.lender != returns.person
    return number, borrowed
