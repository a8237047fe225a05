"""One piece of a world as frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from synthetic.addresses import KINDS
from synthetic.columns import Dictionary, frame_of, iso_dates, nine_digits, text_frame
from synthetic.households import Relation
from synthetic.names import names
from synthetic.origins import Status
from synthetic.people import PRESENCES
from synthetic.population import Population
from synthetic.register import register
from synthetic.tables import ORIGINS
from synthetic.tins import TIN_TYPES

Rows = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: How the number on a return came about.
NUMBER_SOURCES = ("own", "borrowed")

TENURES = ("rents", "owns")


@dataclass(frozen=True)
class Partition:
    """The frames of one piece of a world; ``World`` documents their columns."""

    persons: pd.DataFrame
    households: pd.DataFrame
    addresses: pd.DataFrame
    residences: pd.DataFrame
    taxpayers: pd.DataFrame
    taxpayer_truth: pd.DataFrame


def whole(population: Population) -> Partition:
    """Return the frames of everybody."""
    return Partition(
        persons=persons(population),
        households=households(population),
        addresses=addresses(population),
        residences=residences(population),
        taxpayers=frame_of(register(population)),
        taxpayer_truth=taxpayer_truth(population),
    )


def around(
    population: Population, kept: Callable[[pa.RecordBatch], Bools], asked: Rows
) -> Partition:
    """Return of the register some records, and else only who and what concerns them.

    Parameters
    ----------
    population
    kept
        Says of a register, row by row, what is kept.
    asked
        People, by position; their households, and their records, are kept besides.
    """
    written = register(population)
    filed = np.flatnonzero(population.returns.person < population.count)
    rows = filed[kept(written) | np.isin(population.returns.person[filed], asked)]
    filers = population.households.of[population.returns.person[rows]]
    at = population.filed_address[rows]
    there = np.isin(population.lives_at[: population.count], at)
    concerned = np.unique(
        np.concatenate(
            [
                filers,
                population.households.of[asked],
                population.households.of[: population.count][there],
            ]
        )
    )
    homes = population.residences.home[np.unique(filers)].ravel()
    return Partition(
        persons=members(
            population,
            np.flatnonzero(np.isin(population.households.of[: population.count], concerned)),
        ),
        households=households(population, concerned),
        addresses=addresses(population, np.unique(np.concatenate([homes, at]))),
        residences=residences(population, np.unique(filers)),
        taxpayers=frame_of(written.take(pa.array(np.searchsorted(filed, rows)))),
        taxpayer_truth=taxpayer_truth(population, rows),
    )


def persons(population: Population, rows: Rows | None = None) -> pd.DataFrame:
    """Return people, one a row: all if no rows are named."""
    rows = np.arange(population.count) if rows is None else rows
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


def members(population: Population, rows: Rows) -> pd.DataFrame:
    """Return of people who they are, with whom and where they live, and what groups them."""
    return text_frame(
        {
            "person_id": rows + population.person_offset,
            "household_id": _household_ids(population, rows),
            "address_id": _address_ids(population, population.lives_at[rows]),
            "origin": _words(ORIGINS).compose(population.people.origin[rows]),
            "status": _words(_lower(Status)).compose(population.people.status[rows]),
            "relation": _words(_lower(Relation)).compose(population.households.relation[rows]),
        }
    )


def households(population: Population, rows: Rows | None = None) -> pd.DataFrame:
    """Return households, one a row: all if no rows are named."""
    size = population.household_sizes
    rows = np.arange(len(size)) if rows is None else rows
    return text_frame(
        {
            "household_id": rows + population.person_offset,
            "address_id": population.dwellings.homes[rows] + population.address_offset,
            "size": size[rows],
            "tenure": _words(TENURES).compose(population.residences.owner[rows].astype(np.int64)),
        }
    )


def addresses(population: Population, rows: Rows | None = None) -> pd.DataFrame:
    """Return addresses, one a row: all where somebody lives, has lived or filed from if none named."""
    if rows is None:
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


def residences(population: Population, rows: Rows | None = None) -> pd.DataFrame:
    """Return where households live and have lived, one home a row, the present one first.

    All households if no rows are named.
    """
    rows = np.arange(len(population.household_sizes)) if rows is None else rows
    history = population.residences
    today = np.datetime64(population.settings.reference_date, "D")
    left = today - history.ago[rows]
    # The day a household came to its first home known is the day nothing is known of.
    came = np.full(left.shape, np.datetime64("NaT"), dtype=left.dtype)
    came[:, :-1] = left[:, 1:]
    left[:, 0] = np.datetime64("NaT")
    order = np.repeat(np.arange(history.home.shape[1])[None], len(rows), axis=0)
    return text_frame(
        {
            "household_id": np.repeat(rows, history.home.shape[1]) + population.person_offset,
            "address_id": history.home[rows].ravel() + population.address_offset,
            "moves_ago": order.ravel(),
            "came": iso_dates(came.ravel()),
            "left": iso_dates(left.ravel()),
        }
    )


def taxpayer_truth(population: Population, rows: Rows | None = None) -> pd.DataFrame:
    """Return who is behind rows of the register: all of the world if none are named."""
    returns = population.returns
    rows = np.flatnonzero(returns.person < population.count) if rows is None else rows
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


def filers_by_kind(population: Population) -> pd.DataFrame:
    """Count filers by what groups people, and by who else is in their household."""
    counted = np.arange(population.count)
    of = population.households.of[counted]
    relation = population.households.relation[counted]
    relations = [relation_of for relation_of in Relation if relation_of != Relation.HEAD]
    person = population.returns.person[population.returns.person < population.count]
    household = population.households.of[person]
    kinds: dict[str, NDArray[np.int64]] = {
        "origin": population.people.origin[person].astype(np.int64),
        "status": population.people.status[person].astype(np.int64),
        "tenure": population.residences.owner[household].astype(np.int64),
    }
    for each in relations:
        members = np.bincount(of[relation == each], minlength=int(of[-1]) + 1)
        kinds[each.name.lower()] = (members[household] > 0).astype(np.int64)
    sizes = [int(codes.max(initial=0)) + 1 for codes in kinds.values()]
    packed, filers = np.unique(
        np.ravel_multi_index(list(kinds.values()), sizes), return_counts=True
    )
    rows = np.stack(np.unravel_index(packed, sizes), axis=1)
    words = {"origin": ORIGINS, "status": _lower(Status), "tenure": TENURES}
    columns = {
        name: _words(words[name]).compose(codes) if name in words else codes > 0
        for name, codes in zip(kinds, rows.T, strict=True)
    }
    return text_frame({**columns, "filers": filers})


def _household_ids(population: Population, person: NDArray[np.int64]) -> NDArray[np.int64]:
    return population.households.of[person] + population.person_offset


def _address_ids(population: Population, address: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.where(address < 0, -1, address + population.address_offset)


def _lower(kinds: type[Relation] | type[Status]) -> tuple[str, ...]:
    return tuple(kind.name.lower() for kind in kinds)


@cache
def _words(texts: tuple[str, ...]) -> Dictionary:
    return Dictionary.of(texts)
