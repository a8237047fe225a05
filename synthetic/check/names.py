"""How common names are in a world and in the country."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic import tables
from synthetic.check.figures import Figure
from synthetic.names import UNLISTED_DOUBLE_SURNAMES
from synthetic.origins import HISPANIC
from synthetic.tables import ORIGINS

_CENSUS = "Census 2020 surnames"
_EARLIER = "Census before 2020, by the press"
_CENSUS_2010 = "Census 2010, top 1,022 surnames; group sizes from memory"
_PROTOTYPE = "own calculation: listed surnames only, no families"
#: Above the code of any surname, so that a name is one number.
_SURNAMES = 2**36


def name_figures(people: pd.DataFrame, *, seed: int) -> Iterator[Figure]:
    """Yield the figures about names of residents."""
    hispanic = people[people["origin"] == HISPANIC]
    yield from _commonest(people, len(hispanic) / len(people))
    yield from _commonest_hispanic(hispanic)
    yield from _shared_surnames(people)
    yield from _full_names(people, seed=seed)


def _commonest(people: pd.DataFrame, hispanic_share: float) -> Iterator[Figure]:
    """Yield how many bear the Census's commonest surnames: codes are ranks in its table.

    A double surname is in no table; here its first half counts. So the world may have more
    bearers: those Hispanic people whose surname is unlisted for being double.
    """
    bearers = _hispanic_bearers()
    for top, outside, sampling in (
        (1, 0.79, 0.05),
        (10, 4.7, 0.2),
        (100, 16.8, 0.3),
        (1000, 39.7, 0.4),
    ):
        doubled = UNLISTED_DOUBLE_SURNAMES * hispanic_share * bearers[:top].sum() / bearers.sum()
        yield Figure(
            f"people with one of the {top:,} commonest surnames, %"
            if top > 1
            else "people with the commonest surname, %",
            100 * (people["surname"] < top).mean(),
            outside,
            sampling + 100 * float(doubled),
            _CENSUS,
            "3 standard deviations of worlds, rounding; double surnames count by their first",
        )


def _hispanic_bearers() -> NDArray[np.float64]:
    """Return how many Hispanic people bear each surname of the table."""
    surnames = tables.load("surnames", ["count", "hispanic"])
    bearers: NDArray[np.float64] = surnames["count"].to_numpy() * surnames["hispanic"].to_numpy()
    return bearers


def _commonest_hispanic(people: pd.DataFrame) -> Iterator[Figure]:
    commonest = np.argsort(-_hispanic_bearers())
    for top, outside, recomputed in ((10, 16, 15.5), (26, 25, 24.2)):
        yield Figure(
            f"Hispanic people with one of their {top} commonest surnames, %",
            100 * people["surname"].isin(commonest[:top]).mean(),
            outside,
            2.0,
            _EARLIER,
            f"{recomputed} when recomputed from 2010, and falling; double surnames likewise",
        )


def _shared_surnames(people: pd.DataFrame) -> Iterator[Figure]:
    yield Figure(
        "two people share their surname: 1 in",
        one_in(people["surname"].to_numpy(), people["household"].to_numpy()),
        1475,
        440,
        f"{_CENSUS}, of those listed",
        "of all people 1,911, if no two of the unlisted share theirs",
    )
    for origin, outside in (("hispanic", 282), ("black", 420), ("api", 382), ("white", 2416)):
        group = people[people["origin"] == ORIGINS.index(origin)]
        yield Figure(
            f"two {origin} people share their surname: 1 in",
            one_in(group["surname"].to_numpy(), group["household"].to_numpy()),
            outside,
            0.15 * outside,
            _CENSUS_2010,
            "rarer names can only add chances; names were less various in 2010",
            "at most",
        )


def _full_names(people: pd.DataFrame, *, seed: int) -> Iterator[Figure]:
    """Yield how often given name and first surname tell people apart.

    The calculation drew all surnames from those listed, which makes them agree too often.
    """
    names = people["given_name"].to_numpy() * np.int64(_SURNAMES) + people["surname"].to_numpy()
    yield Figure(
        "two people share given name and surname: 1 in",
        one_in(names, people["household"].to_numpy()),
        720_000,
        36_000,
        _PROTOTYPE,
        "3 standard deviations of worlds",
        "at least",
    )
    drawn = np.random.default_rng(seed).permutation(names)
    for count, outside, tolerance in ((10_000, 98.8, 0.5), (1_000_000, 74.0, 0.3)):
        if count > 1.05 * len(names):  # a world of a million has fewer residents
            continue
        yield Figure(
            f"given name and surname unique among {count:,} people, %",
            100 * unique(drawn[:count]).mean(),
            outside,
            tolerance,
            _PROTOTYPE,
            "3 standard deviations of worlds",
            "at least",
        )


def one_in(values: NDArray[np.int64], household: NDArray[np.int64]) -> float:
    """Return in how many pairs of people of different households one agrees.

    Pairs are counted, not squares of shares, so the number is right on average however
    small the world; NaN if no pair agrees.

    Examples
    --------
    >>> one_in(np.array([5, 5, 5, 8]), np.array([0, 0, 1, 1]))
    2.0
    """
    codes = np.unique(values, return_inverse=True)[1]
    at_home = codes + household * (codes.max(initial=0) + 1)
    agreeing = _pairs(codes) - _pairs(at_home)
    people = len(codes)
    strangers = people * (people - 1) / 2 - _pairs(household)
    return strangers / agreeing if agreeing else float("nan")


def _pairs(values: NDArray[np.int64]) -> float:
    """Return how many pairs agree."""
    counts = np.unique(values, return_counts=True)[1].astype(np.float64)
    return float((counts * (counts - 1)).sum() / 2)


def unique(values: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return whether each value occurs once.

    Examples
    --------
    >>> unique(np.array([3, 1, 3])).tolist()
    [False, True, False]
    """
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    once: NDArray[np.bool_] = counts[where] == 1
    return once
