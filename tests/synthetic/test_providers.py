"""Rows for Faker: the same keys and chances as the frames, same seed same row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from faker import Faker
from scipy import stats

from synthetic import EnforcementProvider, TaxpayerProvider, World, providers

Row = dict[str, Any]
COUNT = 400


def faker(seed: int) -> Faker:
    fake = Faker()
    fake.add_provider(TaxpayerProvider)
    fake.add_provider(EnforcementProvider)
    fake.seed_instance(seed)
    return fake


def taxpayer(fake: Faker) -> Row:
    row: Row = fake.taxpayer()
    return row


def enforcement_request(fake: Faker) -> Row:
    row: Row = fake.enforcement_request()
    return row


ROWS = [taxpayer, enforcement_request]


@pytest.fixture(scope="module", autouse=True)
def _fewer_shelves() -> Iterator[None]:
    """Make a quarter of the world the providers have; doctests see it whole."""
    whole = providers._WORLD
    for shelf in (providers._taxpayers, providers._enforcement_requests):
        shelf.cache_clear()
    providers._WORLD = World(people=whole.people // 4, seed=whole.seed)
    yield
    providers._WORLD = whole
    for shelf in (providers._taxpayers, providers._enforcement_requests):
        shelf.cache_clear()


@pytest.fixture(scope="module")
def drawn() -> dict[str, pd.DataFrame]:
    """Rows of each provider."""
    fake = faker(8)
    return {row.__name__: pd.DataFrame([row(fake) for _ in range(COUNT)]) for row in ROWS}


@pytest.fixture(scope="module")
def bulk() -> dict[str, pd.DataFrame]:
    """The frames they should be like, of another seed; requests as rare among people."""
    world = World(people=120_000, seed=9)
    return {"taxpayer": world.taxpayers(), "enforcement_request": world.requests(1_200)}


@pytest.mark.parametrize("row", ROWS)
def test_one_seed_gives_one_series(row: Callable[[Faker], Row]) -> None:
    one, other, third = faker(4), faker(4), faker(5)
    series = [row(one) for _ in range(8)]
    assert series == [row(other) for _ in range(8)]
    assert series != [row(third) for _ in range(8)]
    one.seed_instance(4)
    assert row(one) == series[0]


def test_rows_do_not_depend_on_what_else_was_drawn() -> None:
    alone, among = faker(4), faker(4)
    others = faker(6)
    first = taxpayer(alone)
    for _ in range(5):
        taxpayer(others)
        enforcement_request(others)
    assert taxpayer(among) == first


def test_keys_are_the_columns_of_the_frames() -> None:
    world = World(people=300, seed=1)
    assert list(taxpayer(faker(1))) == list(world.taxpayers().columns)
    assert list(enforcement_request(faker(1))) == list(world.requests(20).columns)


@pytest.mark.parametrize("row", ROWS)
def test_values_are_plain(row: Callable[[Faker], Row]) -> None:
    fake = faker(2)
    rows = [row(fake) for _ in range(40)]
    kinds = {name: {type(each[name]) for each in rows} for name in rows[0]}
    numbers = {"record_id", "income", "refund", "dependents", "tax_year"}
    for name, found in kinds.items():
        assert found <= ({int} if name in numbers else {str, type(None)}), name
    assert type(None) in kinds["unit"]


def test_changing_a_row_leaves_the_next_alone() -> None:
    fake = faker(3)
    first = taxpayer(fake)
    kept = dict(first)
    first["surname"] = "CHANGED"
    fake.seed_instance(3)
    assert taxpayer(fake) == kept


def test_rows_come_from_the_whole_country(drawn: dict[str, pd.DataFrame]) -> None:
    for rows in drawn.values():
        assert rows.state.nunique() > 25
        assert rows.record_id.nunique() > 0.75 * COUNT


REGIONS = {"0": "east", "1": "east", "2": "south", "3": "south", "7": "south", "9": "west"}


def views(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """What is compared: few kinds of rows each, of many rows."""
    year = rows.date_of_birth.str[:4].astype("float")
    letter = rows.surname.str[0]
    return {
        "sex": rows.sex,
        "region": rows.zip.str[0].map(REGIONS).fillna("middle"),
        "initial": pd.cut(letter.map(ord), [64, 67, 71, 76, 80, 83, 90]).astype(str),
        "decade": pd.cut(year, [1900, 1960, 1970, 1980, 1990, 2010]).astype(str),
        "tin": rows.tin.isna(),
        "unit": rows.unit.isna(),
    }


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("view", ["sex", "region", "initial", "decade", "tin", "unit"])
def test_rows_come_as_often_as_in_the_frames(
    row: Callable[[Faker], Row],
    view: str,
    drawn: dict[str, pd.DataFrame],
    bulk: dict[str, pd.DataFrame],
) -> None:
    one, other = (views(rows[row.__name__])[view].dropna() for rows in (drawn, bulk))
    table = pd.crosstab(
        np.concatenate([one.to_numpy(object), other.to_numpy(object)]),
        np.repeat(["drawn", "bulk"], [len(one), len(other)]),
    )
    if (row, view) == (taxpayer, "tin"):
        assert table.index.tolist() == [False]  # every return has a number
    else:
        assert table.to_numpy().min() >= 5
        effect = 3 if view in ("region", "unit") else 1  # alike among neighbours
        assert stats.chi2_contingency(table / effect).pvalue > 1e-4


@pytest.mark.parametrize("name", ["income", "refund", "dependents"])
def test_returns_are_as_high_as_in_the_frames(
    name: str, drawn: dict[str, pd.DataFrame], bulk: dict[str, pd.DataFrame]
) -> None:
    found = stats.ks_2samp(drawn["taxpayer"][name], bulk["taxpayer"][name])
    assert found.pvalue > 1e-4
