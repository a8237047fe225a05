"""Requests as frames: targets, then numbers and addresses, then the hand that writes them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.columns import Dictionary, text_frame
from synthetic.enforcement.addresses import ADDRESS_STATUSES, draw_addresses
from synthetic.enforcement.numbers import TIN_STATUSES, draw_numbers
from synthetic.enforcement.targets import Counts, draw_targets
from synthetic.enforcement.writing import written
from synthetic.origins import Status
from synthetic.people import PRESENCES
from synthetic.population import Population

TRUTH_COLUMNS = (
    "person_id", "household_id", "status", "presence", "address_id", "address_status",
    "tin_status",
)  # fmt: skip


def draw_requests(
    population: Population, counts: Counts, *, rng: np.random.Generator
) -> pd.DataFrame:
    """Return a partition's requests with their truth beside them, not yet numbered."""
    settings = population.settings
    targets = draw_targets(population, counts, rng=rng)
    tin, tin_status = draw_numbers(population, targets, rng=rng)
    address, address_id, address_status = draw_addresses(population, targets, rng=rng)
    offset = population.person_offset
    return text_frame(
        {
            **written(targets.people, tin, address, settings, rng=rng),
            "person_id": _identify(targets.person, offset),
            "household_id": _identify(targets.household, offset),
            "status": _statuses().compose(targets.people.status),
            "presence": _presences().compose(targets.people.presence),
            "address_id": _identify(address_id, population.address_offset),
            "address_status": Dictionary.of(ADDRESS_STATUSES).compose(address_status),
            "tin_status": Dictionary.of(TIN_STATUSES).compose(tin_status),
        }
    )


def _identify(positions: NDArray[np.int64], offset: int) -> NDArray[np.int64]:
    """Return ids for positions; -1 stays."""
    return np.where(positions < 0, -1, positions + offset)


@cache
def _statuses() -> Dictionary:
    return Dictionary.of(status.name.lower() for status in Status)


@cache
def _presences() -> Dictionary:
    return Dictionary.of(PRESENCES)
