"""Rows for Faker: same keys as the frames, same seed same row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from faker import Faker

from synthetic import EnforcementProvider, TaxpayerProvider, World


def faker(seed: int) -> Faker:
    fake = Faker()
    fake.add_provider(TaxpayerProvider)
    fake.add_provider(EnforcementProvider)
    fake.seed_instance(seed)
    return fake


def taxpayer(fake: Faker) -> dict[str, Any]:
    row: dict[str, Any] = fake.taxpayer()
    return row


def enforcement_request(fake: Faker) -> dict[str, Any]:
    row: dict[str, Any] = fake.enforcement_request()
    return row


ROWS = [taxpayer, enforcement_request]


@pytest.mark.parametrize("row", ROWS)
def test_one_seed_gives_one_series(row: Callable[[Faker], dict[str, Any]]) -> None:
    one, other, third = faker(4), faker(4), faker(5)
    series = [row(one) for _ in range(20)]
    assert series == [row(other) for _ in range(20)]
    assert series != [row(third) for _ in range(20)]
    one.seed_instance(4)
    assert row(one) == series[0]


def test_keys_are_the_columns_of_the_frames() -> None:
    world = World(people=300, seed=1)
    assert list(taxpayer(faker(1))) == list(world.taxpayers().columns)
    assert list(enforcement_request(faker(1))) == list(world.requests(20).columns)


@pytest.mark.parametrize("row", ROWS)
def test_values_are_plain(row: Callable[[Faker], dict[str, Any]]) -> None:
    fake = faker(2)
    values = [value for _ in range(200) for value in row(fake).values()]
    assert {type(value) for value in values} == {int, str, type(None)}


def test_changing_a_row_leaves_the_next_alone() -> None:
    fake = faker(3)
    first = taxpayer(fake)
    kept = dict(first)
    first["surname"] = "CHANGED"
    fake.seed_instance(3)
    assert taxpayer(fake) == kept
