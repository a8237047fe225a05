"""How many people sex, birth date and ZIP tell apart, where ZIPs have all their people."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from synthetic.check.figures import Figure
from synthetic.check.gather import populations, residents_of
from synthetic.check.names import unique
from synthetic.geography import residents, zips
from synthetic.world import World


def sampled_zips(count: int) -> tuple[str, ...]:
    """Return ZIPs that stand for equal parts of the country's people.

    With ZIPs in order of size, those of the people in the middle of each part: a systematic
    sample with probability proportional to size. So the plain mean over its ZIPs is near the
    country's mean over people, and nearer than that of ZIPs drawn at random.

    Examples
    --------
    >>> sampled_zips(2)
    ('02332', '14075')
    """
    places = zips()
    order = np.argsort(places.population, kind="stable")
    ends = np.cumsum(places.population[order])
    middles = (np.arange(count) + 0.5) / count * ends[-1]
    codes = places.code.to_pylist()
    return tuple(codes[order[place]] for place in np.searchsorted(ends, middles, side="right"))


def uniqueness_figures(count: int, *, seed: int, progress: bool) -> Iterator[Figure]:
    """Yield the share of people alone with their sex, birth date and ZIP, in ``count`` ZIPs."""
    share = 100 * alone(count, seed=seed, progress=progress).mean()
    name = "people unique by sex, birth date and ZIP, %"
    yield Figure(
        name,
        share,
        63.3,
        4.1,
        "Golle 2006 (Census 2000)",
        "people were 18% fewer; with ages and ZIPs alike that makes 4.1 points",
    )
    yield Figure(
        name,
        share,
        62.4,
        1.5,
        "own calculation: ZIPs of ACS 2018-22, one age curve for all",
        "of each ZIP the ages are more alike, which is left out there",
    )


def alone(count: int, *, seed: int, progress: bool) -> pd.Series:
    """Return the share of people who are, by ZIP."""
    chosen = sampled_zips(count)
    world = World(people=residents((), chosen), seed=seed, zips=chosen)
    parts = [
        residents_of(population)[["zip", "days", "sex"]]
        for population in populations(world, title="whole ZIPs", progress=progress)
    ]
    people = pd.concat(parts, ignore_index=True)
    place, days = people["zip"].to_numpy(), people["days"].to_numpy()
    key = (place * np.int64(2**20) + days) * 2 + people["sex"].to_numpy()
    shares: pd.Series = pd.Series(unique(key)).groupby(place).mean()
    return shares
