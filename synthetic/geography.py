"""The ZIPs of the country, and where the people of a partition live among them.

A world is a cluster sample. All people of the chosen ZIPs stand on a line, ZIP after ZIP;
the line is cut into clusters of neighbours, and a world takes as many clusters as it needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthetic import tables
from synthetic.columns import Dictionary, Words
from synthetic.randomness import Stream, generator
from synthetic.tables import ORIGINS

#: Steps of this part of a circle spread over it most evenly, however many there are.
GOLDEN_SECTION = 0.6180339887498949

#: ZIPs are put in so many bands by share of Hispanic people before they are lined up.
_BANDS = 20


@dataclass(frozen=True, eq=False)
class Zips:
    """The country's ZIPs, one entry each, in ascending order (table ``zips``).

    ``code``, ``city`` and ``state`` are texts; ``origin`` has a column for each of
    `synthetic.tables.ORIGINS`; shares are in [0, 1]; ``density`` is people a square mile.
    """

    code: Words
    city: Words
    state: Words
    population: NDArray[np.int64]
    household_size: NDArray[np.float64]
    median_age: NDArray[np.float64]
    owner_share: NDArray[np.float64]
    single_family_share: NDArray[np.float64]
    multi_family_share: NDArray[np.float64]
    density: NDArray[np.float64]
    origin: NDArray[np.float64]

    def dictionaries(self) -> tuple[Dictionary, Dictionary, Dictionary]:
        """Return the dictionaries of codes, cities and states, one word a ZIP."""
        return _dictionaries()


@cache
def zips() -> Zips:
    """Return the country's ZIPs (American Community Survey 2018-22)."""
    table = tables.load("zips")

    def numbers(name: str) -> NDArray[np.float64]:
        values: NDArray[np.float64] = table[name].to_numpy().astype(np.float64)
        return values

    return Zips(
        code=table["zip"].combine_chunks(),
        city=table["city"].combine_chunks(),
        state=table["state"].combine_chunks(),
        population=table["population"].to_numpy().astype(np.int64),
        household_size=numbers("mean_household_size"),
        median_age=numbers("median_age"),
        owner_share=numbers("owner_share"),
        single_family_share=numbers("single_family_share"),
        multi_family_share=numbers("multi_family_share"),
        density=numbers("density"),
        origin=np.stack([numbers(name) for name in ORIGINS], axis=1),
    )


@cache
def _dictionaries() -> tuple[Dictionary, Dictionary, Dictionary]:
    places = zips()
    return Dictionary.of(places.code), Dictionary.of(places.city), Dictionary.of(places.state)


@cache
def _positions() -> tuple[dict[str, int], NDArray[np.object_]]:
    """Return the position of each ZIP, and the state of each position."""
    places = zips()
    return (
        {code: position for position, code in enumerate(places.code.to_pylist())},
        np.array(places.state.to_pylist(), dtype=object),
    )


def place_problems(states: Any, codes: Any) -> list[str]:
    """Return what is wrong with the states and ZIPs asked for."""
    positions, state_of = _positions()
    known: dict[str, tuple[Any, Any, str]] = {
        "states": (states, set(state_of), "two letters of a state or DC, such as 'CA'"),
        "zips": (codes, positions, "five digits of a ZIP somebody lives in, such as '10001'"),
    }
    problems = []
    for name, (given, allowed, description) in known.items():
        if not isinstance(given, tuple):
            problems.append(f"{name}: got {given!r}, allowed is a tuple of texts: {description}")
            continue
        wrong = [value for value in given if not isinstance(value, str) or value not in allowed]
        if wrong:
            listed = ", ".join(map(repr, wrong[:5])) + (", ..." if len(wrong) > 5 else "")
            problems.append(f"{name}: got {listed}, allowed is {description}")
    return problems


def residents(states: tuple[str, ...], codes: tuple[str, ...]) -> int:
    """Return how many people live in the states and ZIPs; all of them, if none is named."""
    return int(zips().population[_chosen(states, codes)].sum())


def _chosen(states: tuple[str, ...], codes: tuple[str, ...]) -> NDArray[np.int64]:
    """Return the positions of the ZIPs that are named, or lie in a state that is."""
    positions, state_of = _positions()
    if not states and not codes:
        return np.arange(len(state_of))
    chosen = np.isin(state_of, states)
    chosen[[positions[code] for code in codes]] = True
    return np.flatnonzero(chosen)


@dataclass(frozen=True, eq=False)
class Line:
    """The people of the chosen ZIPs on a line, and the order its clusters are taken in.

    ``zip`` (positions in `zips`) and ``end`` go together: the line's places up to
    ``end`` belong to that ZIP. Person number p of a world stands in its cluster number
    p // cluster_people, and that is the line's ``(first + step * number) % clusters``.
    """

    zip: NDArray[np.int64]
    end: NDArray[np.int64]
    cluster_people: int
    clusters: int
    first: int
    step: int

    @property
    def people(self) -> int:
        """How many people stand on the line."""
        return int(self.end[-1])

    def places(self, people: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the ZIP of each of these people, and their rank in it, from 0.

        Nobody else has the same: everybody on the line is one person of a world.
        """
        # The cluster at the line's end may be short: who has no room in it goes to the next.
        lacking = self.clusters * self.cluster_people - self.people
        turn = (self.clusters - 1 - self.first) * pow(self.step, -1, self.clusters) % self.clusters
        full = (turn + 1) * self.cluster_people - lacking
        cluster, rank = np.divmod(
            np.where(people < full, people, people + lacking), self.cluster_people
        )
        place = (self.first + self.step * cluster) % self.clusters * self.cluster_people + rank
        entry = np.searchsorted(self.end, place, side="right")
        start = np.where(entry > 0, self.end[entry - 1], 0)
        return self.zip[entry], place - start


@cache
def line(states: tuple[str, ...], codes: tuple[str, ...], cluster_people: int, seed: int) -> Line:
    """Return the line of the chosen ZIPs.

    ZIPs stand in bands by their share of Hispanic people, and within a band by that of
    Black people, up and down in turn: golden steps along such a line make every
    run of clusters, and so every partition, a sample of them all.
    """
    chosen = _lined_up(_chosen(states, codes))
    end = np.cumsum(zips().population[chosen])
    clusters = -(-int(end[-1]) // cluster_people)
    step = max(1, round(clusters * GOLDEN_SECTION))
    while gcd(step, clusters) != 1:
        step += 1
    first = int(generator(seed, Stream.CLUSTERS).integers(clusters))
    return Line(chosen, end, cluster_people, clusters, first, step)


def _lined_up(chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    places = zips()
    hispanic, black = (places.origin[chosen, ORIGINS.index(name)] for name in ("hispanic", "black"))
    by_share = np.argsort(hispanic, kind="stable")
    people = np.cumsum(places.population[chosen][by_share])
    band = np.empty(len(chosen), dtype=np.int64)
    band[by_share] = np.minimum(people * _BANDS // people[-1], _BANDS - 1)
    return chosen[np.lexsort((chosen, np.where(band % 2, -black, black), band))]


def origin_weights(hispanic_share: float | None) -> NDArray[np.float64]:
    """Return the share of each origin in each ZIP, with another national share of Hispanics.

    The odds of being Hispanic change by one factor everywhere; None leaves them alone.

    Examples
    --------
    >>> shares = origin_weights(0.5).T @ zips().population / zips().population.sum()
    >>> round(float(shares[ORIGINS.index("hispanic")]), 3)
    0.5
    """
    origin, people = zips().origin, zips().population
    if hispanic_share is None:
        return origin
    column = ORIGINS.index("hispanic")
    now = origin[:, column]
    if hispanic_share in (0.0, 1.0):
        share = np.full(len(now), float(hispanic_share))
    else:
        low, high = 1e-6, 1e6
        for _ in range(60):  # bisection, to the last digit
            odds = np.sqrt(low * high)
            share = odds * now / (odds * now + 1 - now)
            low, high = (
                (odds, high) if share @ people < hispanic_share * people.sum() else (low, odds)
            )
    others = np.delete(origin, column, axis=1)
    total = others.sum(axis=1, keepdims=True)
    # A ZIP of Hispanic people only has no others to go by: white.
    others = np.where(
        total > 0, others / np.where(total > 0, total, 1), np.eye(len(ORIGINS) - 1)[0]
    )
    return np.insert(others * (1 - share)[:, None], column, share, axis=1)
