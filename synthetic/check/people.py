"""Who people are, in a world and in the country: age, origin, birthplace, status, moves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from synthetic import tables
from synthetic.check.figures import Bound, Figure
from synthetic.origins import API, HISPANIC, Status
from synthetic.tables import ORIGINS

_BY_ZIP = "ACS 2018-22 by ZIP"
_ACS = "ACS 2022"
_IN_HOMES = "outside, 2.4% live in dormitories, prisons and nursing homes; here nobody does"
#: The country's people, in millions.
_COUNTRY = 331


def people_figures(people: pd.DataFrame) -> Iterator[Figure]:
    """Yield the figures about residents."""
    yield from _ages(people)
    yield from _origins(people)
    yield from _births_abroad(people)
    yield from _statuses(people)
    yield from _moves(people)


def _ages(people: pd.DataFrame) -> Iterator[Figure]:
    zips = tables.load("zips").to_pandas()
    age = people["age"]
    census = "Census 2020: 6,336,435, by the press"
    for name, belong, outside, tolerance, source in (
        ("under 18", age < 18, _by_zip(zips, "under_18"), 1.0, _BY_ZIP),
        ("18 to 24", age.between(18, 25, "left"), _by_zip(zips, "age_18_to_24"), 1.0, _BY_ZIP),
        ("65 and older", age >= 65, _by_zip(zips, "over_64"), 1.0, _BY_ZIP),
        ("85 and older", age >= 85, 1.9, 0.3, census),
    ):
        yield Figure(
            f"people {name}, %", 100 * belong.mean(), outside, tolerance, source, _IN_HOMES
        )
    for name, group, outside, tolerance in (
        ("median age", age, 38.9, 0.5),
        ("median age of people born abroad", age[people["abroad"]], 46.7, 1.0),
        ("median age of people born in the country", age[~people["abroad"]], 36.9, 1.0),
    ):
        yield Figure(name, float(group.median()), outside, tolerance, _ACS, _IN_HOMES)


def _by_zip(zips: pd.DataFrame, share: str) -> float:
    """Return the country's percentage of people, from the shares in its ZIPs."""
    return 100 * float(np.average(zips[share], weights=zips["population"]))


def _origins(people: pd.DataFrame) -> Iterator[Figure]:
    zips = tables.load("zips").to_pandas()
    for code, origin in enumerate(ORIGINS):
        yield Figure(
            f"{origin} people, %",
            100 * (people["origin"] == code).mean(),
            _by_zip(zips, origin),
            0.7 if origin in ("white", "api") else 0.25,
            _BY_ZIP,
            "3 standard deviations of worlds",
        )


def _births_abroad(people: pd.DataFrame) -> Iterator[Figure]:
    abroad, origin = people["abroad"], people["origin"]
    memory = "near ACS 2022, from memory"
    everybody = pd.Series(True, index=people.index)
    for name, belong, outside, tolerance, source in (
        ("people", everybody, 13.9, 0.5, f"{_ACS}: 46.2 million"),
        ("Hispanic people", origin == HISPANIC, 32, 2.0, memory),
        ("Asian and Pacific people", origin == API, 66, 3.0, memory),
        ("other people", ~origin.isin([HISPANIC, API]), 5, 1.0, memory),
    ):
        yield Figure(
            f"{name} born abroad, %",
            100 * abroad[belong].mean(),
            outside,
            tolerance,
            source,
            "3 standard deviations of worlds; what is from memory may be off by 1 in 20",
        )


def _statuses(people: pd.DataFrame) -> Iterator[Figure]:
    status, mixed = people["status"], people["mixed"]
    naturalised, unauthorised = status == Status.NATURALISED, status == Status.UNAUTHORISED
    yield Figure(
        "people born abroad who are citizens now, %",
        100 * naturalised[people["abroad"]].mean(),
        53,
        2.0,
        f"{_ACS}, from memory",
        "the memory",
    )
    yield Figure(
        "people without papers, %",
        100 * unauthorised.mean(),
        3.3,
        0.3,
        "Pew 2022: 11 of 331 million",
        "other estimates of these years differ by a million",
    )
    citizens = mixed & ((status == Status.CITIZEN) | naturalised)
    bounds: tuple[tuple[str, pd.Series, int, Bound], ...] = (
        ("people", mixed, 22, ""),
        ("citizens", citizens, 10, "at least"),
    )
    for name, belong, millions, bound in bounds:
        outside = 100 * millions / _COUNTRY
        yield Figure(
            f"{name} in households of people with and without papers, %",
            100 * belong.mean(),
            outside,
            0.1 * outside,
            f"{millions} million (2021), by the press",
            "estimates of people without papers differ by 1 in 10",
            bound,
        )


def _moves(people: pd.DataFrame) -> Iterator[Figure]:
    moved = 100 * people["moved"].mean()
    name = "people who moved within a year, %"
    reason = "the setting is of households; 3 standard deviations of worlds"
    yield Figure(name, moved, 8.4, 0.5, "CPS 2021", reason)
    more = "ACS 2022, second-hand"
    yield Figure(name, moved, 12.6, 0.0, more, "it finds more moves than CPS", "at most")
    by_tenure = people.groupby("owner")["moved"].mean()
    yield Figure(
        "moves of renters to one of owners",
        by_tenure[False] / by_tenure[True],
        24.5 / 5.0,
        0.5,
        "CPS 2014: 24.5% and 5.0%",
        "3 standard deviations of worlds; another year",
    )
