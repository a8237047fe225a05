"""One partition of a world as codes: a function of settings, seed and its number alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthetic.addresses import Dwellings, draw_dwellings
from synthetic.geography import line
from synthetic.households import Households, draw_households
from synthetic.people import People, draw_people
from synthetic.randomness import Stream, generator
from synthetic.residences import Residences, draw_residences
from synthetic.settings import Settings
from synthetic.tax import Returns, draw_itins, draw_returns
from synthetic.tins import ITIN_EVERY, issue_itins, issue_ssns


@dataclass(frozen=True, eq=False)
class Population:
    """A partition as codes. All positions are local; the offsets make them ids.

    The arrays describe a whole partition; ``count`` says how many of its people are in
    the world, which is fewer only in the last one. ``itin`` says who has an Individual
    Taxpayer Identification Number.
    """

    settings: Settings
    index: int
    count: int
    households: Households
    people: People
    dwellings: Dwellings
    residences: Residences
    itin: NDArray[np.bool_]
    returns: Returns

    @property
    def person_offset(self) -> int:
        """The id of the first person; households and register rows count from it too."""
        return self.index * self.settings.partition_people

    @property
    def address_offset(self) -> int:
        """The id of the first address; each person's place has two."""
        return 2 * self.person_offset

    @property
    def household_sizes(self) -> NDArray[np.int64]:
        """Size of each household that is in the world."""
        return np.bincount(self.households.of[: self.count])

    @property
    def files(self) -> NDArray[np.bool_]:
        """Whether each person is in the register."""
        files = np.zeros(len(self.people), dtype=np.bool_)
        files[self.returns.person] = True
        return files

    @property
    def lives_at(self) -> NDArray[np.int64]:
        """Address of each person; -1 for the departed and the dead."""
        home = self.residences.home[self.households.of, 0]
        return np.where(self.people.presence == 0, home, -1)

    @property
    def filed_from(self) -> NDArray[np.int64]:
        """Where the filer of each return lived when it was filed."""
        household = self.households.of[self.returns.person]
        return self.residences.at(household, self.returns.days)

    @property
    def filed_address(self) -> NDArray[np.int64]:
        """The address on each return: a post office box or where the filer lived."""
        boxes = self.dwellings.boxes[self.households.of[self.returns.person]]
        return np.where(self.returns.po_box, boxes, self.filed_from)

    @property
    def has_number(self) -> NDArray[np.bool_]:
        """Whether each person has a number of their own."""
        return self.itin | self.people.has_papers

    def tins(self, persons: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the numbers of some people, each a different one; -1 for who has none."""
        tins, seed = self.settings.tins, self.settings.seed
        numbers = issue_ssns(persons + self.person_offset, tins, seed)
        itins = np.flatnonzero(self.itin[persons])
        if len(itins):
            ranks = self.index * _itin_places(self.settings) + np.cumsum(self.itin) - 1
            numbers[itins] = issue_itins(ranks[persons[itins]], tins, seed)
        return np.where(self.has_number[persons], numbers, -1)


def _itin_places(settings: Settings) -> int:
    """Return how many people of a partition can have an ITIN."""
    return settings.partition_people // ITIN_EVERY


def draw_population(settings: Settings, index: int) -> Population:
    """Return partition ``index``: a function of settings, seed and index alone."""
    seed, offset = settings.seed, index * settings.partition_people
    sampled = line(settings.states, settings.zips, settings.cluster_people, seed)
    size = min(settings.partition_people, sampled.people - offset)
    zip_of, rank = sampled.places(offset + np.arange(size))
    rng = generator(seed, Stream.PEOPLE, index)
    households = draw_households(zip_of, rng=rng)
    start = households.start
    people = draw_people(households, zip_of, settings, rng=rng)
    rng = generator(seed, Stream.ADDRESSES, index)
    dwellings = draw_dwellings(zip_of, rank, households.of, start, seed, rng=rng)
    residences = draw_residences(
        dwellings.homes, zip_of[start], households.size, settings.mover_share, rng=rng
    )
    rng = generator(seed, Stream.TAX, index)
    itin = draw_itins(people, settings.register, rng=rng)
    itin &= np.cumsum(itin) <= _itin_places(settings)
    return Population(
        settings=settings,
        index=index,
        count=min(size, settings.people - offset),
        households=households,
        people=people,
        dwellings=dwellings,
        residences=residences,
        itin=itin,
        returns=draw_returns(households, people, itin, settings.register, rng=rng),
    )
