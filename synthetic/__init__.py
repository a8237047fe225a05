"""Synthetic people, the tax register they are in and the request list that looks for them.

Everything is invented: no row describes a living person and no number was ever issued.

Examples
--------
>>> import synthetic
>>> world = synthetic.World(people=500, seed=7)
>>> len(world.persons()), len(world.requests(20))
(500, 20)
"""

from __future__ import annotations

from synthetic.partition import Partition
from synthetic.providers import EnforcementProvider, TaxpayerProvider
from synthetic.settings import RegisterSettings, RequestSettings
from synthetic.tins import tin_ranges
from synthetic.world import World, residents

__all__ = [
    "EnforcementProvider",
    "Partition",
    "RegisterSettings",
    "RequestSettings",
    "TaxpayerProvider",
    "World",
    "residents",
    "tin_ranges",
]
