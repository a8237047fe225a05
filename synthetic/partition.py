"""One piece of a world: drawn as codes, shown as frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.addresses import Addresses, draw_addresses, dwellings, settle
from synthetic.columns import digits, frame, take, words
from synthetic.geography import draw_geography
from synthetic.households import Households, Relation, draw_households
from synthetic.names import CULTURES
from synthetic.people import People, draw_people
from synthetic.randomness import Stream, generator
from synthetic.settings import Settings
from synthetic.tax import TIN_TYPES, FilingStatus, Returns, draw_returns, issue_tins

_RELATIONS = words(relation.name.lower() for relation in Relation)
_STATUSES = words(status.name.lower() for status in FilingStatus)


@dataclass(frozen=True)
class Partition:
    """The frames of one piece of a world; ``World`` documents their columns."""

    persons: pd.DataFrame
    households: pd.DataFrame
    addresses: pd.DataFrame
    taxpayers: pd.DataFrame
    taxpayer_truth: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Population:
    """A partition as codes. All positions are local; the offsets make them ids.

    The arrays describe a whole partition; ``count`` says how many of its people are in
    the world, which is fewer only in the last one.
    """

    settings: Settings
    index: int
    count: int
    addresses: Addresses
    households: Households
    people: People
    returns: Returns
    itin: NDArray[np.bool_]
    lives_at: NDArray[np.int64]
    filed_from: NDArray[np.int64]

    @property
    def person_offset(self) -> int:
        """The id of the first person; households and register rows count from it too."""
        return self.index * self.settings.partition_people

    @property
    def address_offset(self) -> int:
        """The id of the first address; a partition has fewer than twice its people, plus 2."""
        return self.index * (2 * self.settings.partition_people + 2)

    @property
    def household_sizes(self) -> NDArray[np.int64]:
        """Size of each household that is in the world."""
        return np.bincount(self.households.of[: self.count])

    @property
    def files(self) -> NDArray[np.bool_]:
        """Whether each person is in the register."""
        files = np.zeros(len(self.people.sex), dtype=np.bool_)
        files[self.returns.person] = True
        return files

    @property
    def used_addresses(self) -> NDArray[np.int64]:
        """Addresses somebody lives at or has filed from."""
        households = len(self.household_sizes)
        return np.unique(np.concatenate([self.lives_at[:households], self.filed_from[:households]]))

    def tins(self, persons: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the numbers of some people."""
        return issue_tins(persons + self.person_offset, self.itin[persons], self.settings.seed)


def draw_population(settings: Settings, index: int) -> Population:
    """Return partition ``index``: a function of settings, seed and index alone."""
    people, seed = settings.partition_people, settings.seed
    rng = generator(seed, Stream.PEOPLE, index)
    households = draw_households(people, rng=rng)
    members = draw_people(
        households,
        hispanic_share=settings.hispanic_share,
        double_surname_share=settings.double_surname_share,
        junior_share=settings.junior_share,
        reference_date=settings.reference_date,
        rng=rng,
    )
    rng = generator(seed, Stream.ADDRESSES, index)
    count = len(households.size)
    addresses = draw_addresses(dwellings(count), draw_geography(seed, index, people), rng=rng)
    lives_at, filed_from = settle(count, settings.mover_share, rng=rng)
    rng = generator(seed, Stream.TAX, index)
    return Population(
        settings=settings,
        index=index,
        count=min(people, settings.people - index * people),
        addresses=addresses,
        households=households,
        people=members,
        returns=draw_returns(households, members, settings.filing_share, rng=rng),
        itin=members.hispanic & members.adult & (rng.random(people) < settings.itin_share),
        lives_at=lives_at,
        filed_from=filed_from,
    )


def persons(population: Population) -> pd.DataFrame:
    """Return the people, one a row."""
    rows = np.arange(population.count)
    household = population.households.of[rows]
    return frame(
        {
            "person_id": rows + population.person_offset,
            "household_id": household + population.person_offset,
            "address_id": population.lives_at[household] + population.address_offset,
            **population.people.text(rows),
            "tin": digits(population.tins(rows)),
            "tin_type": take(words(TIN_TYPES), population.itin[rows].astype(np.int64)),
            "culture": take(words(CULTURES), population.people.hispanic[rows].astype(np.int64)),
            "relation": take(_RELATIONS, population.households.relation[rows]),
            "files": population.files[rows],
        }
    )


def households(population: Population) -> pd.DataFrame:
    """Return the households, one a row."""
    size = population.household_sizes
    rows = np.arange(len(size))
    return frame(
        {
            "household_id": rows + population.person_offset,
            "address_id": population.lives_at[rows] + population.address_offset,
            "size": size,
        }
    )


def addresses(population: Population) -> pd.DataFrame:
    """Return the addresses in use, one a row."""
    rows = population.used_addresses
    return frame(
        {"address_id": rows + population.address_offset, **population.addresses.text(rows)}
    )


def taxpayers(population: Population) -> pd.DataFrame:
    """Return the register, one filer a row, with the address of the last filing."""
    returns, rows = population.returns, _register_rows(population)
    person = returns.person[rows]
    return frame(
        {
            "record_id": rows + population.person_offset,
            **population.people.text(person),
            "tin": digits(population.tins(person)),
            "tin_type": take(words(TIN_TYPES), population.itin[person].astype(np.int64)),
            **population.addresses.text(population.filed_from[population.households.of[person]]),
            "filing_status": take(_STATUSES, returns.status[rows]),
            "income": returns.income[rows],
            "dependents": returns.dependents[rows],
            "tax_year": np.full(len(rows), population.settings.tax_year, dtype=np.int64),
        }
    )


def taxpayer_truth(population: Population) -> pd.DataFrame:
    """Return who is behind each row of the register."""
    rows = _register_rows(population)
    person = population.returns.person[rows]
    household = population.households.of[person]
    return frame(
        {
            "record_id": rows + population.person_offset,
            "person_id": person + population.person_offset,
            "household_id": household + population.person_offset,
            "address_id": population.filed_from[household] + population.address_offset,
        }
    )


def _register_rows(population: Population) -> NDArray[np.int64]:
    return np.flatnonzero(population.returns.person < population.count)
