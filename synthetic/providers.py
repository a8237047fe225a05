"""Faker providers: single records drawn from the same tables as worlds are."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd
from faker.providers import BaseProvider

from synthetic.columns import frame_of
from synthetic.population import draw_population
from synthetic.register import register
from synthetic.world import World

#: The world whose records the providers hand out: as many partitions as there are shelves,
#: each drawn when a record of it is first asked for.
_WORLD = World(people=640_000, seed=0)
#: Requests are taken from partitions too, so many from each that most are about the people
#: such lists look for.
_REQUESTS_A_PARTITION = 100

Row = dict[str, Any]


class _Shelves(BaseProvider):
    """Hands out rows of the shelves."""

    def _row(self, shelf: Callable[[int], pd.DataFrame]) -> Row:
        frame = shelf(self.random_int(0, _WORLD.partitions - 1))
        place = self.random_int(0, len(frame) - 1)
        (row,) = frame.iloc[[place]].to_dict("records")
        return {str(name): None if value is pd.NA else value for name, value in row.items()}


class TaxpayerProvider(_Shelves):
    """Adds ``fake.taxpayer()``: a row of ``World.taxpayers``.

    Rows come with replacement from one world of 640,000 people, chosen by the generator
    of the Faker instance: the same seed gives the same rows whatever was drawn in other
    instances. For files make a ``World``, a thousand times faster.

    Examples
    --------
    >>> from faker import Faker
    >>> fake = Faker()
    >>> fake.add_provider(TaxpayerProvider)
    >>> fake.seed_instance(7)
    >>> first = fake.taxpayer()
    >>> fake.seed_instance(7)
    >>> fake.taxpayer() == first
    True
    """

    def taxpayer(self) -> Row:
        """Return a row of the register; a missing value is None."""
        return self._row(_taxpayers)


class EnforcementProvider(_Shelves):
    """Adds ``fake.enforcement_request()``: a row of ``World.requests``, likewise.

    Examples
    --------
    >>> from faker import Faker
    >>> fake = Faker()
    >>> fake.add_provider(EnforcementProvider)
    >>> list(fake.enforcement_request())[:3]
    ['record_id', 'given_name', 'middle_initial']
    """

    def enforcement_request(self) -> Row:
        """Return a request; a missing value is None."""
        return self._row(_enforcement_requests)


@cache
def _taxpayers(shelf: int) -> pd.DataFrame:
    return frame_of(register(draw_population(_WORLD, shelf)))


@cache
def _enforcement_requests(shelf: int) -> pd.DataFrame:
    """Return requests to a world of one partition, numbered over all shelves."""
    size = _WORLD.partition_people
    world = World(people=size, seed=_WORLD.seed + 1 + shelf)
    requests = world.requests(_REQUESTS_A_PARTITION)
    return requests.assign(record_id=requests.record_id + shelf * _REQUESTS_A_PARTITION)
