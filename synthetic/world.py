"""The world as its user sees it: settings in, frames out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from synthetic import partition
from synthetic.columns import concat
from synthetic.enforcement import TRUTH_COLUMNS, Counts, draw_requests
from synthetic.partition import Partition, Population, draw_population
from synthetic.randomness import Stream, generator
from synthetic.settings import Settings, is_whole


@dataclass(frozen=True)
class World(Settings):
    """An invented population, the tax register it is in and requests about it.

    A world is a list of partitions. Partition i depends on the settings, the seed and i
    alone; ``people`` says only how many there are and where the last is cut. Shares are
    in [0, 1]; "prior" marks a figure nobody has published: sweep it.

    Parameters
    ----------
    people
        How many people live in the world; at most 4 million, or 25 million with
        ``itin_share=0`` (see ``tin_ranges``).
    seed
        Whole number of at least 0 that decides every draw.
    hispanic_share
        People with Hispanic names (0.19: Census 2020).
    double_surname_share
        Hispanic families with paternal and maternal surname. Prior; 0.13 of Latino
        surnames in US voter files hold a space, foreign-born filers probably more.
    junior_share
        Sons with their father's given name, at most one to a household. Prior.
    filing_share
        Adults who file taxes. Prior, near returns and spouses per adult
        (IRS Statistics of Income 2022).
    itin_share
        Hispanic adults whose number is an ITIN. Prior.
    mover_share
        Households that have moved since they last filed (0.084 a year: CPS 2021).
    reference_date
        The day of the exchange: ages and addresses are those of this day.
    tax_year
        The year the register is about.
    partition_people
        People to a partition; a different number makes a different world.
    enforcement
        How requests are chosen and written.

    Raises
    ------
    ValueError
        If any setting is not allowed; every one is named.

    Examples
    --------
    >>> world = World(people=300, seed=7)
    >>> world.taxpayers().loc[0, ["given_name", "surname", "state"]].tolist()
    ['ALBA', 'LOPEZ PACHECO', 'CA']
    """

    @property
    def partitions(self) -> int:
        """How many partitions there are."""
        return -(-self.people // self.partition_people)

    def partition(self, index: int) -> Partition:
        """Return the frames of one partition, the same alone as among the others.

        Raises
        ------
        ValueError
            If ``index`` is not 0 .. partitions - 1.
        """
        if not is_whole(index) or not 0 <= index < self.partitions:
            raise ValueError(
                f"index: got {index!r}, allowed is a whole number from 0 to {self.partitions - 1}"
            )
        population = _population(self, index)
        return Partition(
            persons=partition.persons(population),
            households=partition.households(population),
            addresses=partition.addresses(population),
            taxpayers=partition.taxpayers(population),
            taxpayer_truth=partition.taxpayer_truth(population),
        )

    def persons(self) -> pd.DataFrame:
        """Return the people, one a row.

        Columns: person_id, household_id, address_id (lives there now), given_name,
        surname, date_of_birth, sex, tin, tin_type, culture, relation, files.
        """
        return self._whole(partition.persons)

    def households(self) -> pd.DataFrame:
        """Return the households: household_id, address_id, size."""
        return self._whole(partition.households)

    def addresses(self) -> pd.DataFrame:
        """Return the addresses somebody lives at or has filed from.

        Columns: address_id, street_number, street_name, unit, city, state, zip.
        """
        return self._whole(partition.addresses)

    def taxpayers(self) -> pd.DataFrame:
        """Return the register: adults who file, with the address of the last filing.

        Columns: record_id, given_name, surname, date_of_birth, sex, tin, tin_type,
        street_number, street_name, unit, city, state, zip, filing_status, income,
        dependents, tax_year. Spouses on a joint return have a row each.
        """
        return self._whole(partition.taxpayers)

    def taxpayer_truth(self) -> pd.DataFrame:
        """Return who is behind each row of the register.

        Columns: record_id, person_id, household_id, address_id (the one in the
        register; stale where it is not the person's).
        """
        return self._whole(partition.taxpayer_truth)

    def requests(self, n: int) -> pd.DataFrame:
        """Return ``n`` requests in no telling order, at most one about each person.

        Columns: record_id, given_name, surname, date_of_birth, sex, tin, street_number,
        street_name, unit, city, state, zip.

        Raises
        ------
        ValueError
            If ``n`` is not a whole number of at least 1, or this world has too few people.
        """
        return self._requests(n).drop(columns=list(TRUTH_COLUMNS))

    def request_truth(self, n: int) -> pd.DataFrame:
        """Return who is behind each row of ``requests(n)``.

        Columns: record_id, person_id and household_id (-1: nobody in the world),
        address_id (the one printed; -1: none), address_status ("current", "former",
        "placeholder", "blank"), tin_status ("own", "relative", "wrong", "missing").
        """
        return self._requests(n)[["record_id", *TRUTH_COLUMNS]].copy()

    def _requests(self, n: int) -> pd.DataFrame:
        if not is_whole(n) or n < 1:
            raise ValueError(f"n: got {n!r}, allowed is a whole number of at least 1")
        return _requests(self, int(n))

    def _whole(self, part: Callable[[Population], pd.DataFrame]) -> pd.DataFrame:
        return concat([part(_population(self, index)) for index in range(self.partitions)])


@lru_cache(maxsize=4)
def _population(world: World, index: int) -> Population:
    return draw_population(world, index)


@lru_cache(maxsize=2)
def _requests(world: World, n: int) -> pd.DataFrame:
    """Return requests and truth in one frame, numbered after they are shuffled."""
    rng = generator(world.seed, Stream.REQUEST_COUNTS, n)
    pieces = [
        draw_requests(
            _population(world, index),
            counts,
            rng=generator(world.seed, Stream.REQUESTS, n, index),
        )
        for index, counts in enumerate(_request_counts(world, n, rng=rng))
    ]
    shuffled = concat(pieces).take(rng.permutation(n)).reset_index(drop=True)
    shuffled.insert(0, "record_id", np.arange(n))
    return shuffled


def _request_counts(world: World, n: int, *, rng: np.random.Generator) -> list[Counts]:
    """Share ``n`` requests out among kinds and partitions, by the people of each."""
    size = world.partition_people
    people = np.array([min(size, world.people - index * size) for index in range(world.partitions)])
    shares = [world.enforcement.in_register_share, world.enforcement.non_filer_share]
    kinds = np.array([*shares, max(0.0, 1 - sum(shares))])
    drawn = rng.multinomial(n, (np.outer(people / people.sum(), kinds / kinds.sum())).ravel())
    table = drawn.reshape(len(people), 3)
    before = np.cumsum(table[:, 2]) - table[:, 2]
    return [
        Counts(int(filers), int(others), int(strangers), int(offset))
        for (filers, others, strangers), offset in zip(table, before, strict=True)
    ]
