"""Dwellings along streets, alone or many to a building, and who moved from which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthetic.columns import Words, digits, take, words
from synthetic.geography import Geography
from synthetic.randomness import Distribution, draw_sizes, group_ranks

#: Dwellings nobody lives in, for each household: about 10% (Census 2020).
VACANT_SHARE = 0.10
#: Movers whose former home stands empty; in the others somebody else lives now. Prior.
LEFT_EMPTY_SHARE = 0.10

_MOST_UNITS = 60
_UNIT_RANKS = range(_MOST_UNITS)
#: How the units of a building are named, one list a style; the weights are priors.
_UNIT_STYLES = (
    [f"APT {rank + 1}" for rank in _UNIT_RANKS],
    [f"APT {rank // 8 + 1}{rank % 8 + 1:02d}" for rank in _UNIT_RANKS],
    [f"APT {rank // 4 + 1}{'ABCD'[rank % 4]}" for rank in _UNIT_RANKS],
    [f"UNIT {rank + 1}" for rank in _UNIT_RANKS],
    [f"# {rank + 1}" for rank in _UNIT_RANKS],
)
_UNIT_STYLE = Distribution.of([30, 25, 15, 18, 12])
_UNITS = words(unit for style in _UNIT_STYLES for unit in style)


def _building_sizes() -> Distribution:
    """Return how often buildings of 1 to 60 dwellings occur.

    Of all dwellings 73.2% stand alone (mobile homes too), 7.6% are in buildings of 2-4
    and 19.2% in larger ones (American Community Survey 2022). Sizes within are priors.
    """
    dwellings = np.zeros(_MOST_UNITS)
    dwellings[0] = 0.732
    dwellings[1:4] = 0.076 / 3
    large = 1 / np.arange(5, _MOST_UNITS + 1)
    dwellings[4:] = 0.192 * large / large.sum()
    return Distribution.of(dwellings / np.arange(1, _MOST_UNITS + 1))


_BUILDING_SIZES = _building_sizes()


@dataclass(frozen=True, eq=False)
class Addresses:
    """One entry a dwelling: house number, street (of the geography) and unit (-1: none)."""

    geography: Geography
    number: NDArray[np.int64]
    street: NDArray[np.int64]
    unit: NDArray[np.int64]

    def text(self, rows: NDArray[np.int64]) -> dict[str, Words]:
        """Return street_number, street_name, unit, city, state and zip of ``rows``."""
        street = self.street[rows]
        place = self.geography.street_zip[street]
        return {
            "street_number": digits(self.number[rows]),
            "street_name": take(self.geography.street_names, street),
            "unit": take(_UNITS, self.unit[rows]),
            "city": take(self.geography.cities, place),
            "state": take(words([self.geography.state]), np.zeros_like(place)),
            "zip": take(self.geography.zips, place),
        }


def draw_addresses(count: int, geography: Geography, *, rng: np.random.Generator) -> Addresses:
    """Return ``count`` dwellings, no two alike, those of a building next to each other."""
    sizes = draw_sizes(_BUILDING_SIZES, count, rng=rng)
    street = geography.busyness.draw(len(sizes), rng=rng)
    streets = len(geography.street_zip)
    first = 100 * rng.integers(0, 40, size=streets) + 1
    spacing = np.array([4, 6, 10, 20])[rng.integers(4, size=streets)]
    apart = spacing[street]
    number = first[street] + apart * group_ranks(street) + rng.integers(apart)
    style = _UNIT_STYLE.draw(len(sizes), rng=rng)

    building = np.repeat(np.arange(len(sizes)), sizes)
    unit = style[building] * _MOST_UNITS + group_ranks(building)
    return Addresses(
        geography,
        number[building].astype(np.int64),
        street[building],
        np.where(sizes[building] > 1, unit, -1),
    )


def settle(
    households: int, mover_share: float, *, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the dwelling of each household now and at its last filing.

    The two differ for movers. Into the homes they left, other movers of the partition
    have come, but for those left empty. Dwellings are numbered as in ``dwellings``.
    """
    places = rng.permutation(dwellings(households))
    now, vacant = places[:households], places[households:]
    then = now.copy()
    movers = rng.permutation(np.flatnonzero(rng.random(households) < mover_share))
    then[movers] = now[np.roll(movers, 1)]
    empty = movers[(rng.random(len(movers)) < LEFT_EMPTY_SHARE) | (len(movers) == 1)]
    then[empty] = rng.choice(vacant, size=len(empty))
    return now, then


def dwellings(households: int) -> int:
    """Return how many dwellings there are for so many households; always more."""
    return households + int(households * VACANT_SHARE) + 1
