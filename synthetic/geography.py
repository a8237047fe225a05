"""Invented cities and streets under ZIPs that lie where a real state has its own.

Each partition owns a few neighbouring ZIPs that no other partition has.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthetic import names
from synthetic.columns import Words, words
from synthetic.randomness import Bijection, Distribution, Stream, generator

#: First and last three digits of a state's ZIPs (USPS Publication 65; stray ones left out).
STATE_PREFIXES = {
    "AK": (995, 999), "AL": (350, 369), "AR": (716, 729), "AZ": (850, 865), "CA": (900, 961),
    "CO": (800, 816), "CT": (60, 69), "DC": (200, 205), "DE": (197, 199), "FL": (320, 349),
    "GA": (300, 319), "HI": (967, 968), "IA": (500, 528), "ID": (832, 838), "IL": (600, 629),
    "IN": (460, 479), "KS": (660, 679), "KY": (400, 427), "LA": (700, 714), "MA": (10, 27),
    "MD": (206, 219), "ME": (39, 49), "MI": (480, 499), "MN": (550, 567), "MO": (630, 658),
    "MS": (386, 397), "MT": (590, 599), "NC": (270, 289), "ND": (580, 588), "NE": (680, 693),
    "NH": (30, 38), "NJ": (70, 89), "NM": (870, 884), "NV": (889, 898), "NY": (100, 149),
    "OH": (430, 459), "OK": (734, 749), "OR": (970, 979), "PA": (150, 196), "RI": (28, 29),
    "SC": (290, 299), "SD": (570, 577), "TN": (370, 385), "TX": (750, 799), "UT": (840, 847),
    "VA": (220, 246), "VT": (50, 54), "WA": (980, 994), "WI": (530, 549), "WV": (247, 268),
    "WY": (820, 831),
}  # fmt: skip

#: (state, prefix) of every prefix; each holds 24 blocks of four ZIPs, 01 to 96.
_PREFIXES = [
    (state, prefix)
    for state, (first, last) in STATE_PREFIXES.items()
    for prefix in range(first, last + 1)
]
_BLOCKS_A_PREFIX = 24
_ZIPS_A_BLOCK = 4

#: People to a street. Prior.
PEOPLE_A_STREET = 60

#: Shares in per cent, measured on 3,850 public-domain addresses; from BLVD on, priors.
SUFFIXES = {
    "ST": 25, "DR": 18, "AVE": 17, "RD": 13, "LN": 6, "CT": 5, "BLVD": 3.5, "WAY": 3, "CIR": 2.5,
    "PL": 2.5, "TER": 1.5, "TRL": 1.5, "PKWY": 1, "LOOP": 0.5,
}  # fmt: skip
#: Likewise: a direction before 25% of the names and after 8%; 12% are numbered.
LEADING_SHARE, TRAILING_SHARE, NUMBERED_SHARE = 0.25, 0.08, 0.12
#: Bases that are surnames, likewise 47%; the rest are these words, the first most frequent.
SURNAME_SHARE = 0.47
_WORDS = [
    "MAIN", "PARK", "OAK", "CHURCH", "MAPLE", "WASHINGTON", "PINE", "LAKE", "CEDAR", "HILL",
    "ELM", "WALNUT", "RIDGE", "SPRING", "MILL", "RIVER", "CHESTNUT", "SUNSET", "VALLEY",
    "HIGHLAND", "FRANKLIN", "FOREST", "MEADOW", "COLLEGE", "SCHOOL", "SPRUCE", "WILLOW",
    "BROADWAY", "CHERRY", "LINCOLN", "GREEN", "LAUREL", "POPLAR", "DOGWOOD", "HICKORY",
    "MAGNOLIA", "COUNTRY", "CLUB", "ORCHARD", "GARDEN", "CANYON",
]  # fmt: skip
_CITY_BEGINNINGS = [
    "ASH", "BEL", "BLUE", "BRIAR", "CEDAR", "CLEAR", "COL", "CROSS", "EAGLE", "ELK", "FAIR",
    "FOX", "GLEN", "GRAND", "GREEN", "HAR", "HAZEL", "KINGS", "LAKE", "LIN", "MAPLE", "MARL",
    "MILL", "NEW", "NORTH", "OAK", "PINE", "RED", "RIVER", "ROCK", "SHEL", "SILVER", "SOUTH",
    "STONE", "SUMMER", "WEST", "WHITE", "WILLOW", "WIN", "WOOD",
]  # fmt: skip
_CITY_ENDINGS = [
    "BOROUGH", "BRIDGE", "BROOK", "BURG", "BURY", "DALE", "FIELD", "FORD", "HAVEN", "HURST",
    "LAND", "MONT", "PORT", "RIDGE", "SIDE", "TON", "VALE", "VIEW", "VILLE", "WATER", "WICK",
    "WORTH",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Geography:
    """ZIPs of one state with their cities and streets.

    ``zips`` and ``cities`` go together; ``street_names`` and ``street_zip`` (a position
    in ``zips``) too. ``busyness`` draws streets by how many buildings stand in them.
    """

    state: str
    zips: Words
    cities: Words
    street_names: Words
    street_zip: NDArray[np.int64]
    busyness: Distribution


def draw_geography(seed: int, index: int, people: int) -> Geography:
    """Return the geography of partition ``index``, with streets for ``people``."""
    rng = generator(seed, Stream.GEOGRAPHY, index)
    state, codes = _zips(seed, index)
    codes = codes[: rng.integers(2, _ZIPS_A_BLOCK + 1)]
    weights = rng.lognormal(sigma=0.9, size=len(codes))
    weights /= weights.sum()
    counts = np.maximum(3, np.round(weights * people / PEOPLE_A_STREET).astype(int))
    streets = [_street_names(int(count), rng=rng) for count in counts]
    lengths = [len(of_zip) for of_zip in streets]
    street_zip = np.repeat(np.arange(len(codes)), lengths)
    busyness = rng.lognormal(sigma=0.6, size=len(street_zip))
    busyness *= (weights / np.bincount(street_zip, busyness))[street_zip]
    # A second city begins at some ZIP, or none does.
    second = rng.integers(1, _ZIPS_A_BLOCK + 1)
    cities = _city_names(2, rng=rng)
    return Geography(
        state=state,
        zips=words(codes),
        cities=words(cities[int(position >= second)] for position in range(len(codes))),
        street_names=words(name for of_zip in streets for name in of_zip),
        street_zip=street_zip,
        busyness=Distribution.of(busyness),
    )


def _zips(seed: int, index: int) -> tuple[str, list[str]]:
    """Return a state and four ZIPs that partition ``index`` shares with no other.

    States come up as often as they have ZIP prefixes, which follows their population.
    Past 20,000 partitions the blocks are used a second time.
    """
    blocks = len(_PREFIXES) * _BLOCKS_A_PREFIX
    key = Bijection.draw(blocks, rng=generator(seed, Stream.ZIP_KEY))
    prefix, block = divmod(int(key(np.array([index % blocks]))[0]), _BLOCKS_A_PREFIX)
    state, digits = _PREFIXES[prefix]
    first = digits * 100 + block * _ZIPS_A_BLOCK + 1
    return state, [f"{code:05d}" for code in range(first, first + _ZIPS_A_BLOCK)]


def _street_names(count: int, *, rng: np.random.Generator) -> list[str]:
    """Return at most ``count`` different names of streets."""
    surnames = names.surname_words().to_pylist()
    kinds = rng.random(count)
    numbers = rng.integers(1, 60, size=count)
    commons = Distribution.of(1 / (np.arange(len(_WORDS)) + 3)).draw(count, rng=rng)
    people = names.draw_surnames(np.zeros(count, dtype=np.bool_), rng=rng)
    suffixes = Distribution.of(list(SUFFIXES.values())).draw(count, rng=rng)
    sides = rng.random(count)
    directions = rng.integers(4, size=count)
    streets = []
    for kind, number, common, person, suffix, side, direction in zip(
        kinds, numbers, commons, people, suffixes, sides, directions, strict=True
    ):
        if kind < NUMBERED_SHARE:
            base = ordinal(int(number))
        else:
            base = surnames[person] if kind < NUMBERED_SHARE + SURNAME_SHARE else _WORDS[common]
        parts = [base, list(SUFFIXES)[suffix]]
        if side < LEADING_SHARE:
            parts.insert(0, "NSEW"[direction])
        elif side > 1 - TRAILING_SHARE:
            parts.append(("NE", "NW", "SE", "SW")[direction])
        streets.append(" ".join(parts))
    return list(dict.fromkeys(streets))


def ordinal(number: int) -> str:
    """Return 1ST, 2ND, 3RD, 4TH, ...

    Examples
    --------
    >>> [ordinal(number) for number in (1, 12, 22, 43)]
    ['1ST', '12TH', '22ND', '43RD']
    """
    ending = "TH" if number % 100 in (11, 12, 13) else {1: "ST", 2: "ND", 3: "RD"}.get(number % 10)
    return f"{number}{ending or 'TH'}"


def _city_names(count: int, *, rng: np.random.Generator) -> list[str]:
    beginnings = rng.choice(_CITY_BEGINNINGS, size=count, replace=False)
    endings = rng.choice(_CITY_ENDINGS, size=count, replace=False)
    return [f"{start}{end}" for start, end in zip(beginnings, endings, strict=True)]
