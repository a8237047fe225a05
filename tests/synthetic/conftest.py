"""One world for the tests that only look: nobody changes these frames."""

from __future__ import annotations

import pandas as pd
import pytest

from synthetic import World


@pytest.fixture(scope="session")
def world() -> World:
    return World(people=60_000, seed=1)


@pytest.fixture(scope="session")
def persons(world: World) -> pd.DataFrame:
    """The people, with their age in years beside them."""
    frame = world.persons()
    days = pd.Timestamp(world.reference_date) - pd.to_datetime(frame.date_of_birth)
    return frame.assign(age=days.dt.days / 365.2425)


@pytest.fixture(scope="session")
def households(world: World) -> pd.DataFrame:
    return world.households()


@pytest.fixture(scope="session")
def addresses(world: World) -> pd.DataFrame:
    return world.addresses()


@pytest.fixture(scope="session")
def residences(world: World) -> pd.DataFrame:
    return world.residences()


@pytest.fixture(scope="session")
def taxpayers(world: World) -> pd.DataFrame:
    return world.taxpayers()


@pytest.fixture(scope="session")
def truth(world: World) -> pd.DataFrame:
    """Who is behind each row of ``taxpayers``."""
    return world.taxpayer_truth()
