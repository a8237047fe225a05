"""The register as text: names as filed, the address of the last filing, errors of writing."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from synthetic import corruption
from synthetic.columns import Dictionary, Words, nine_digits
from synthetic.names import names
from synthetic.people import Identity
from synthetic.population import Population
from synthetic.randomness import Stream, generator
from synthetic.tax import FilingStatus
from synthetic.tins import TIN_TYPES

#: Columns of the register, in order.
COLUMNS = (
    "record_id", "given_name", "middle_initial", "surname", "date_of_birth", "sex", "tin",
    "tin_type", "street_number", "street_name", "unit", "city", "state", "zip", "filing_status",
    "income", "refund", "dependents", "tax_year",
)  # fmt: skip


def register(population: Population) -> pa.RecordBatch:
    """Return the register of a partition, one filer a row; ``World`` documents the columns.

    Written for the whole partition, so that a world that ends in it holds the same rows.
    """
    settings, returns = population.settings, population.returns
    written = settings.register
    count = len(returns.person)
    rng = generator(settings.seed, Stream.REGISTER, population.index)
    careless = corruption.carelessness(count, written.error_correlation, rng=rng)
    people = _as_filed(population, careless, rng=rng)
    lost = corruption.chosen(count, written.unit_lost_share * careless, rng=rng)
    columns: dict[str, Words | NDArray[np.int64]] = {
        "record_id": np.arange(count) + population.person_offset,
        **people.text(names(settings.names)),
        "tin": nine_digits(population.tins(returns.lender)),
        "tin_type": _tin_types().compose(population.itin[returns.lender].astype(np.int64)),
        **population.dwellings.text(population.filed_address, lost),
        "filing_status": _filing_statuses().compose(returns.status),
        "income": returns.income,
        "refund": returns.refund,
        "dependents": returns.dependents,
        "tax_year": settings.tax_year - returns.lapsed,
    }
    typo_share = written.typo_share * careless
    for name in ("given_name", "surname", "street_name"):
        columns[name] = corruption.typo(columns[name], typo_share, rng=rng)
    columns["date_of_birth"] = corruption.date_digit(
        columns["date_of_birth"], written.birth_digit_share * careless, rng=rng
    )
    columns["tin"] = corruption.tin_digit(
        columns["tin"], written.tin_digit_share * careless, rng=rng
    )
    batch = pa.RecordBatch.from_pydict({name: columns[name] for name in COLUMNS})
    return batch if population.count == len(population.people) else _cut(batch, population)


def _as_filed(
    population: Population, careless: NDArray[np.float64], *, rng: np.random.Generator
) -> Identity:
    """Return the filers under the names they filed with."""
    settings = population.settings.register
    person = population.returns.person
    people, count = population.people.identity(person), len(person)
    surname_before = population.people.surname_before[person]
    nickname = names(population.settings.names).nickname
    called = corruption.chosen(count, settings.nickname_share * careless, rng=rng)
    dropped = corruption.chosen(count, settings.second_surname_dropped_share * careless, rng=rng)
    former = corruption.chosen(count, settings.former_surname_share, rng=rng)
    former &= surname_before >= 0
    return replace(
        people,
        given_name=np.where(called, nickname[people.given_name], people.given_name),
        surname=np.where(former, surname_before, people.surname),
        second_surname=np.where(dropped | former, -1, people.second_surname),
    )


def _cut(batch: pa.RecordBatch, population: Population) -> pa.RecordBatch:
    return batch.filter(pa.array(population.returns.person < population.count))


@cache
def _tin_types() -> Dictionary:
    return Dictionary.of(TIN_TYPES)


@cache
def _filing_statuses() -> Dictionary:
    return Dictionary.of(status.name.lower() for status in FilingStatus)
