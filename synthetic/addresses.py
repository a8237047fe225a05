"""Dwellings along the streets of ZIPs, alone or many to a building, and post office boxes.

A dwelling stands at a place: the person number of somebody in the world, whose ZIP and rank
in it give street and house number. Places of heads of household are homes; those of other
members stand for dwellings nobody lives in now. So any partition knows its addresses
without asking the others, and no two of the world are alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from synthetic.columns import Dictionary, Words, whole_numbers
from synthetic.geography import zips
from synthetic.randomness import Distributions
from synthetic.streets import Streets, draw_streets, street_dictionary, street_pieces

KINDS = ("house", "apartment", "mobile_home", "po_box")
HOUSE, APARTMENT, MOBILE_HOME, PO_BOX = range(len(KINDS))

_MOST_UNITS = 60
_RANKS = range(_MOST_UNITS)
#: How the units of a building are named, one list a style, and how often; priors.
_STYLES = (
    [f"APT {rank + 1}" for rank in _RANKS],
    [f"APT {rank // 8 + 1}{rank % 8 + 1:02d}" for rank in _RANKS],
    [f"APT {rank // 4 + 1}{'ABCD'[rank % 4]}" for rank in _RANKS],
    [f"UNIT {rank + 1}" for rank in _RANKS],
    [f"# {rank + 1}" for rank in _RANKS],
    [f"LOT {rank + 1}" for rank in _RANKS],
)
_LOTS = len(_STYLES) - 1
_STYLE_SHARES = np.cumsum([0.30, 0.25, 0.15, 0.18, 0.12])

#: Dwellings neither alone nor in buildings of 5 and more: mobile homes where so few people
#: live to a square mile, buildings of 2-4 where more do; each of the nation's 5.7% and
#: 7.6% (ACS 2022). Prior.
_MOBILE_DENSITY = 500
#: Mobile homes that stand in a park, with a lot for a unit. Prior.
_PARK_SHARE = 0.6
#: Dwellings in a building that the statistics call large.
_LARGE = 5
#: ZIPs are told apart by housing in steps of a tenth.
_STEPS = 11


@dataclass(frozen=True, eq=False)
class Dwellings:
    """The places of a partition: where each is, and the home of each household.

    ``zip`` (position in `zips`), ``rank`` (in its people), ``street`` (in ``streets``),
    ``along`` and ``household`` have one entry a place. ``place`` (the head's), ``anchor``
    (the place whose number the building has), ``unit`` (-1: none) and ``kind`` have one a
    household.

    An address has a number: twice its place, and one more for a post office box.
    """

    zip: NDArray[np.int64]
    rank: NDArray[np.int64]
    streets: Streets
    street: NDArray[np.int64]
    along: NDArray[np.int64]
    household: NDArray[np.int64]
    place: NDArray[np.int64]
    anchor: NDArray[np.int64]
    unit: NDArray[np.int64]
    kind: NDArray[np.int64]

    @property
    def homes(self) -> NDArray[np.int64]:
        """The address of each household's own dwelling."""
        return 2 * self.place

    @property
    def boxes(self) -> NDArray[np.int64]:
        """The address of each household's post office box, if it had one."""
        return 2 * self.place + 1

    def kinds(self, addresses: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the code of KINDS of each address."""
        place, boxed = addresses >> 1, (addresses & 1) == 1
        household = self.household[place]
        home = self.place[household] == place
        return np.where(boxed, PO_BOX, np.where(home, self.kind[household], HOUSE))

    def text(
        self, addresses: NDArray[np.int64], unit_lost: NDArray[np.bool_] | None = None
    ) -> dict[str, Words]:
        """Return street_number, street_name, unit, city, state and zip of addresses."""
        place, boxed = addresses >> 1, (addresses & 1) == 1
        household = self.household[place]
        home = (self.place[household] == place) & ~boxed
        anchor = np.where(home, self.anchor[household], place)
        unit = np.where(home, self.unit[household], -1)
        if unit_lost is not None:
            unit = np.where(unit_lost, -1, unit)
        street = self.street[anchor]
        along = self.along[anchor]
        # Both sides of the street: neighbouring places have odd and even numbers in turn.
        number = self.streets.first[street] + self.streets.spacing[street] * along + (along & 1)
        before, base, after = street_pieces(self.streets, street)
        if boxed.any():
            words, box_word, first_number = _streets_and_boxes()
            before = np.where(boxed, box_word, before)
            base = np.where(boxed, first_number + self.rank[place], base)
            after = np.where(boxed, -1, after)
        else:
            words = street_dictionary()
        where = self.zip[anchor]
        code, city, state = zips().dictionaries()
        return {
            "street_number": whole_numbers(np.where(boxed, -1, number)),
            "street_name": words.compose(before, base, after),
            "unit": _units().compose(unit),
            "city": city.compose(where),
            "state": state.compose(where),
            "zip": code.compose(where),
        }


def draw_dwellings(
    zip_of: NDArray[np.int64],
    rank: NDArray[np.int64],
    household: NDArray[np.int64],
    start: NDArray[np.int64],
    seed: int,
    *,
    rng: np.random.Generator,
) -> Dwellings:
    """Return the dwellings of people in ZIPs, whose households begin at the places ``start``."""
    streets, street, along = draw_streets(zip_of, rank, seed)
    where = zip_of[start]
    first, size = _draw_buildings(where, rng=rng)
    building = np.repeat(np.arange(len(size)), np.diff(np.append(first, len(start))))
    multi, other, mobile = (share[where[first]] for share in _housing())
    alone, large = size == 1, size >= _LARGE
    in_park = large & (rng.random(len(size)) * (multi + mobile * _PARK_SHARE) > multi)
    single = np.maximum(1e-9, 1 - multi - other - mobile * _PARK_SHARE)
    on_own = alone & (rng.random(len(size)) * single < mobile * (1 - _PARK_SHARE))
    style = np.searchsorted(_STYLE_SHARES, rng.random(len(size)), side="right")
    style = np.where(in_park, _LOTS, np.minimum(style, _LOTS - 1))
    unit = style[building] * _MOST_UNITS + np.arange(len(start)) - first[building]
    kind = np.select([in_park | on_own, alone], [MOBILE_HOME, HOUSE], APARTMENT)
    return Dwellings(
        zip=zip_of,
        rank=rank,
        streets=streets,
        street=street,
        along=along,
        household=household,
        place=start,
        anchor=start[first[building]],
        unit=np.where(alone[building], -1, unit),
        kind=kind[building],
    )


def _draw_buildings(
    where: NDArray[np.int64], *, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first household of each building, and how many dwellings it has.

    Where the ZIP ends, so does what the world sees of a building.
    """
    size = _buildings().fill(_housing_groups()[where], rng=rng)
    building = np.repeat(np.arange(len(size)), size)
    begins = (np.diff(building, prepend=-1) != 0) | (np.diff(where, prepend=-1) != 0)
    first = np.flatnonzero(begins)
    return first, size[building[first]]


@cache
def _housing() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return by ZIP the shares of dwellings in buildings of 5 and more, of 2-4, and mobile."""
    places = zips()
    multi = places.multi_family_share
    rest = np.clip(1 - places.single_family_share - multi, 0, 1 - multi)
    mobile = np.where(places.density < _MOBILE_DENSITY, rest, 0)
    return multi, rest - mobile, mobile


@cache
def _housing_groups() -> NDArray[np.int64]:
    """Return the group of buildings that each ZIP belongs to."""
    steps = tuple(np.round(share * (_STEPS - 1)).astype(np.int64) for share in _housing())
    return np.ravel_multi_index(steps, (_STEPS,) * 3)


@cache
def _buildings() -> Distributions:
    """Return how often buildings of 1 to 60 dwellings occur, by the housing of the ZIP.

    Shares are of dwellings; larger buildings of 5 and more are rarer in proportion. Prior.
    """
    large = 1 / np.arange(_LARGE, _MOST_UNITS + 1)
    large /= large.sum()
    shares = np.indices((_STEPS,) * 3).reshape(3, -1).T / (_STEPS - 1)
    dwellings = np.zeros((len(shares), _MOST_UNITS))
    multi, other, mobile = shares.T
    parks = mobile * _PARK_SHARE
    dwellings[:, 0] = np.maximum(1e-9, 1 - multi - other - parks)
    dwellings[:, 1 : _LARGE - 1] = other[:, None] / (_LARGE - 2)
    dwellings[:, _LARGE - 1 :] = (multi + parks)[:, None] * large
    return Distributions.of(dwellings / np.arange(1, _MOST_UNITS + 1))


@cache
def _units() -> Dictionary:
    return Dictionary.of(unit for style in _STYLES for unit in style)


@cache
def _streets_and_boxes() -> tuple[Dictionary, int, int]:
    """Return the dictionary of streets with "PO BOX " and numbers after it, and where they are."""
    streets = street_dictionary()
    numbers = range(1, 2 + int(zips().population.max()))
    texts = [*streets.compose(np.arange(len(streets))).to_pylist(), "PO BOX ", *map(str, numbers)]
    return Dictionary.of(texts), len(streets), len(streets) + 1
