"""How requests are written, as their reader would count it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from synthetic.addresses import APARTMENT
from synthetic.check.figures import Figure
from synthetic.check.gather import populations
from synthetic.columns import frame_of
from synthetic.enforcement import PLACEHOLDERS
from synthetic.register import register
from synthetic.world import World

_WINKLER = "Winkler, 1988 census, second-hand"
_OIG = "DHS OIG-23-47, by the press"


def request_figures(world: World, *, progress: bool) -> Iterator[Figure]:
    """Yield the figures about requests, one for every hundred people of the world."""
    count = world.people // 100
    requests = world.requests(count).merge(world.request_truth(count), on="record_id")
    filed, apartment = _looked_up(world, requests, progress=progress)
    yield from _agreement(requests, filed)
    yield from _addresses(requests, apartment)


def _looked_up(
    world: World, requests: pd.DataFrame, *, progress: bool
) -> tuple[pd.DataFrame, pd.Series]:
    """Return the register's names of those asked about, and which addresses are apartments."""
    filed, apartment = [], np.zeros(len(requests), dtype=np.bool_)
    asked, address = requests["person_id"].to_numpy(), requests["address_id"].to_numpy()
    for population in populations(world, title="register", progress=progress):
        person = population.returns.person
        person = person[person < population.count] + population.person_offset
        names = frame_of(register(population).select(["given_name", "surname"]))
        filed.append(names.set_index(pd.Index(person))[np.isin(person, asked)])
        local = address - population.address_offset
        rows = np.flatnonzero((local >= 0) & (local < 2 * len(population.people)))
        apartment[rows] = population.dwellings.kinds(local[rows]) == APARTMENT
    return pd.concat(filed), pd.Series(apartment, index=requests.index)


def _agreement(requests: pd.DataFrame, filed: pd.DataFrame) -> Iterator[Figure]:
    both = requests.merge(filed, left_on="person_id", right_index=True, suffixes=("", "_filed"))
    for column, low, high in (("given_name", 75, 82), ("surname", 85, 88)):
        agree = both[column].eq(both[f"{column}_filed"]).fillna(False)
        yield Figure(
            f"{column.replace('_', ' ')}s of true matches that agree exactly, %",
            100 * agree.mean(),
            (low + high) / 2,
            (high - low) / 2 + 2,
            _WINKLER,
            f"{low} to {high}; 3 standard deviations of worlds",
        )


def _addresses(requests: pd.DataFrame, apartment: pd.Series) -> Iterator[Figure]:
    """Yield what an auditor finds: placeholders by their words, offices by their address."""
    street = requests["street_name"]
    blank, placeholder = street.isna(), street.isin(PLACEHOLDERS)
    office = requests["address_status"] == "office"
    no_unit = apartment & requests["unit"].isna() & ~blank & ~placeholder
    for name, belong, outside, tolerance, reason in (
        ("no address, a wrong one or no home", blank | placeholder | office, 18.0, 1.2, "sampling"),
        ("no address at all", blank, 5.5, 0.7, "sampling"),
        ("an apartment without unit", no_unit, 9.5, 1.3, "9.2 to 9.9 outside, and sampling"),
    ):
        yield Figure(
            f"requests with {name}, %",
            100 * belong.mean(),
            outside,
            tolerance,
            _OIG,
            f"{reason}: 3 standard deviations of worlds",
        )
