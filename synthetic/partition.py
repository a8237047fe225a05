"""One piece of a world as frames."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.addresses import KINDS
from synthetic.columns import Dictionary, iso_dates, nine_digits, text_frame
from synthetic.households import Relation
from synthetic.names import names
from synthetic.origins import Status
from synthetic.people import PRESENCES
from synthetic.population import Population
from synthetic.tables import ORIGINS
from synthetic.tins import TIN_TYPES

#: How the number on a return came about.
NUMBER_SOURCES = ("own", "borrowed")


@dataclass(frozen=True)
class Partition:
    """The frames of one piece of a world; ``World`` documents their columns."""

    persons: pd.DataFrame
    households: pd.DataFrame
    addresses: pd.DataFrame
    residences: pd.DataFrame
    taxpayers: pd.DataFrame
    taxpayer_truth: pd.DataFrame


def persons(population: Population) -> pd.DataFrame:
    """Return the people, one a row."""
    rows = np.arange(population.count)
    people = population.people
    number_type = np.where(population.has_number[rows], population.itin[rows], -1)
    return text_frame(
        {
            "person_id": rows + population.person_offset,
            "household_id": _household_ids(population, rows),
            "address_id": _address_ids(population, population.lives_at[rows]),
            **people.identity(rows).text(names(population.settings.names)),
            "tin": nine_digits(population.tins(rows)),
            "tin_type": _words(TIN_TYPES).compose(number_type),
            "origin": _words(ORIGINS).compose(people.origin[rows]),
            "foreign_born": people.abroad[rows],
            "status": _words(_lower(Status)).compose(people.status[rows]),
            "presence": _words(PRESENCES).compose(people.presence[rows]),
            "relation": _words(_lower(Relation)).compose(population.households.relation[rows]),
            "files": population.files[rows],
        }
    )


def households(population: Population) -> pd.DataFrame:
    """Return the households, one a row."""
    size = population.household_sizes
    rows = np.arange(len(size))
    return text_frame(
        {
            "household_id": rows + population.person_offset,
            "address_id": population.dwellings.homes[rows] + population.address_offset,
            "size": size,
            "tenure": _words(("rents", "owns")).compose(
                population.residences.owner[rows].astype(np.int64)
            ),
        }
    )


def addresses(population: Population) -> pd.DataFrame:
    """Return the addresses somebody lives at, has lived at or has filed from, one a row."""
    lived = population.residences.home[: len(population.household_sizes)]
    filed = population.filed_address[population.returns.person < population.count]
    rows = np.unique(np.concatenate([lived.ravel(), filed]))
    return text_frame(
        {
            "address_id": rows + population.address_offset,
            **population.dwellings.text(rows),
            "kind": _words(KINDS).compose(population.dwellings.kinds(rows)),
        }
    )


def residences(population: Population) -> pd.DataFrame:
    """Return where households live and have lived, one home a row, the present one first."""
    count = len(population.household_sizes)
    history = population.residences
    today = np.datetime64(population.settings.reference_date, "D")
    left = today - history.ago[:count]
    # The day a household came to its first home known is the day nothing is known of.
    came = np.full(left.shape, np.datetime64("NaT"), dtype=left.dtype)
    came[:, :-1] = left[:, 1:]
    left[:, 0] = np.datetime64("NaT")
    order = np.repeat(np.arange(history.home.shape[1])[None], count, axis=0)
    return text_frame(
        {
            "household_id": np.repeat(np.arange(count), history.home.shape[1])
            + population.person_offset,
            "address_id": history.home[:count].ravel() + population.address_offset,
            "moves_ago": order.ravel(),
            "came": iso_dates(came.ravel()),
            "left": iso_dates(left.ravel()),
        }
    )


def taxpayer_truth(population: Population) -> pd.DataFrame:
    """Return who is behind each row of the register."""
    returns = population.returns
    rows = np.flatnonzero(returns.person < population.count)
    person = returns.person[rows]
    borrowed = (returns.lender[rows] != person).astype(np.int64)
    return text_frame(
        {
            "record_id": rows + population.person_offset,
            "person_id": person + population.person_offset,
            "household_id": _household_ids(population, person),
            "address_id": _address_ids(population, population.filed_address[rows]),
            "residence_id": _address_ids(population, population.filed_from[rows]),
            "tin_status": _words(NUMBER_SOURCES).compose(borrowed),
        }
    )


def _household_ids(population: Population, person: NDArray[np.int64]) -> NDArray[np.int64]:
    return population.households.of[person] + population.person_offset


def _address_ids(population: Population, address: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.where(address < 0, -1, address + population.address_offset)


def _lower(kinds: type[Relation] | type[Status]) -> tuple[str, ...]:
    return tuple(kind.name.lower() for kind in kinds)


@cache
def _words(texts: tuple[str, ...]) -> Dictionary:
    return Dictionary.of(texts)
