"""Faker providers: single rows drawn from a fixed world."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd
from faker.providers import BaseProvider

from synthetic.world import World

#: The world whose rows the providers hand out, and its requests.
_PEOPLE, _REQUESTS, _SEED = 10_000, 1_000, 0

Row = dict[str, Any]


class TaxpayerProvider(BaseProvider):
    """Adds ``fake.taxpayer()``: a row of ``World.taxpayers``.

    Rows come with replacement from one world of 10,000 people, chosen by the generator
    of the Faker instance; for many different ones make a ``World``.

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
        return dict(self.random_element(_taxpayers()))


class EnforcementProvider(BaseProvider):
    """Adds ``fake.enforcement_request()``: a row of ``World.requests``, likewise.

    Examples
    --------
    >>> from faker import Faker
    >>> fake = Faker()
    >>> fake.add_provider(EnforcementProvider)
    >>> list(fake.enforcement_request())[:3]
    ['record_id', 'given_name', 'surname']
    """

    def enforcement_request(self) -> Row:
        """Return a request; a missing value is None."""
        return dict(self.random_element(_enforcement_requests()))


@cache
def _taxpayers() -> list[Row]:
    return _rows(World(people=_PEOPLE, seed=_SEED).taxpayers())


@cache
def _enforcement_requests() -> list[Row]:
    return _rows(World(people=_PEOPLE, seed=_SEED).requests(_REQUESTS))


def _rows(frame: pd.DataFrame) -> list[Row]:
    return [
        {str(name): None if value is pd.NA else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]
