"""The world as a whole: what is in which frame, and that nothing changes unnoticed."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import astuple, fields, is_dataclass
from datetime import date

import numpy as np
import pandas as pd
import pytest

import synthetic
from synthetic import World
from synthetic.world import _population

TEXT = pd.StringDtype("pyarrow")
ADDRESS = ["street_number", "street_name", "unit", "city", "state", "zip"]
COLUMNS = {
    "persons": [
        "person_id", "household_id", "address_id", "given_name", "surname", "date_of_birth", "sex",
        "tin", "tin_type", "culture", "relation", "files",
    ],
    "households": ["household_id", "address_id", "size"],
    "addresses": ["address_id", *ADDRESS],
    "taxpayers": [
        "record_id", "given_name", "surname", "date_of_birth", "sex", "tin", "tin_type", *ADDRESS,
        "filing_status", "income", "dependents", "tax_year",
    ],
    "taxpayer_truth": ["record_id", "person_id", "household_id", "address_id"],
}  # fmt: skip
NUMBERS = {"size", "income", "dependents", "tax_year"}


def small(people: int = 700, **settings: object) -> World:
    return World(people=people, seed=11, partition_people=300, **settings)  # type: ignore[arg-type]


def alone(world: World, index: int, name: str) -> pd.DataFrame:
    """Return a frame of a partition drawn as if nothing had been drawn before."""
    _population.cache_clear()
    frame = getattr(world.partition(index), name)
    assert isinstance(frame, pd.DataFrame)
    return frame


def digest(*frames: pd.DataFrame) -> str:
    hasher = hashlib.sha256()
    for frame in frames:
        hasher.update(frame.to_csv(index=False).encode())
    return hasher.hexdigest()


def test_public_names_are_sorted_and_complete() -> None:
    assert synthetic.__all__ == sorted(synthetic.__all__)
    assert all(hasattr(synthetic, name) for name in synthetic.__all__)
    assert is_dataclass(World)


@pytest.mark.parametrize("name", COLUMNS)
def test_frames_have_their_columns_and_types(name: str) -> None:
    frame = getattr(small(), name)()
    assert list(frame.columns) == COLUMNS[name]
    assert isinstance(frame.index, pd.RangeIndex)
    for column, dtype in frame.dtypes.items():
        if column == "files":
            assert dtype == np.bool_
        elif str(column).endswith("_id") or column in NUMBERS:
            assert dtype == np.int64
        else:
            assert dtype == TEXT


@pytest.mark.parametrize("name", COLUMNS)
def test_the_whole_is_its_partitions_in_order(name: str) -> None:
    world = small()
    backwards = [alone(world, index, name) for index in reversed(range(world.partitions))]
    expected = pd.concat(backwards[::-1], ignore_index=True)
    pd.testing.assert_frame_equal(getattr(world, name)(), expected)


def test_whole_partitions_do_not_depend_on_people() -> None:
    few, many = World(people=10_000, seed=5), World(people=30_000, seed=5)
    for one, other in zip(
        vars(few.partition(0)).values(), vars(many.partition(0)).values(), strict=True
    ):
        pd.testing.assert_frame_equal(one, other)


def test_a_cut_partition_is_the_beginning_of_the_whole_one() -> None:
    cut, whole = small(people=400).partition(1), small(people=600).partition(1)
    pd.testing.assert_frame_equal(cut.persons, whole.persons.head(100))
    kept = whole.taxpayer_truth.person_id.isin(cut.persons.person_id)
    pd.testing.assert_frame_equal(cut.taxpayers, whole.taxpayers[kept].reset_index(drop=True))


def test_ids_are_unique_over_the_world_and_refer_to_each_other() -> None:
    world = small()
    persons, households, addresses = world.persons(), world.households(), world.addresses()
    truth = world.taxpayer_truth()
    assert len(persons) == 700
    assert persons.person_id.is_unique
    assert households.household_id.is_unique
    assert addresses.address_id.is_unique
    assert truth.record_id.is_unique
    assert truth.person_id.is_unique
    sizes = persons.groupby("household_id").size()
    assert households.set_index("household_id")["size"].equals(sizes.rename("size"))
    homes = households.set_index("household_id").address_id
    assert (persons.household_id.map(homes) == persons.address_id).all()
    assert set(persons.address_id) | set(truth.address_id) == set(addresses.address_id)


def test_the_register_is_its_truth_written_out() -> None:
    world = small()
    truth = world.taxpayer_truth()
    person = world.persons().set_index("person_id").loc[truth.person_id]
    address = world.addresses().set_index("address_id").loc[truth.address_id]
    taxpayers = world.taxpayers()
    assert taxpayers.record_id.equals(truth.record_id)
    for name in ["given_name", "surname", "date_of_birth", "sex", "tin", "tin_type"]:
        assert taxpayers[name].equals(person[name].reset_index(drop=True))
    for name in ADDRESS:
        assert taxpayers[name].equals(address[name].reset_index(drop=True))
    persons = world.persons()
    assert set(persons.person_id[persons.files]) == set(truth.person_id)


def test_nothing_is_missing_but_units() -> None:
    world = small()
    for frame in (world.persons(), world.addresses(), world.taxpayers(), world.households()):
        assert not frame.drop(columns="unit", errors="ignore").isna().to_numpy().any()


def test_only_adults_file() -> None:
    persons = small(filing_share=1.0).persons()
    of_age = persons.date_of_birth <= "2007-08-07"
    assert (persons.files == of_age).all()


def test_seed_and_settings_change_the_world() -> None:
    worlds = [small(), small(mover_share=0.5), World(people=700, seed=12, partition_people=300)]
    digests = {digest(world.taxpayers()) for world in worlds}
    assert len(digests) == 3


def test_frames_given_out_can_be_changed_without_harm() -> None:
    world = small()
    for make in (world.taxpayers, lambda: world.requests(50), lambda: world.request_truth(50)):
        frame = make()
        before = frame.copy(deep=True)
        frame.iloc[:, 0] = 0
        frame.loc[0, "surname" if "surname" in frame else "tin_status"] = "CHANGED"
        pd.testing.assert_frame_equal(make(), before)


def test_golden_world() -> None:
    """A change here changes every published figure: make it on purpose and say so."""
    world = small()
    frames = [getattr(world, name)() for name in COLUMNS]
    assert digest(*frames, world.requests(80), world.request_truth(80)) == GOLDEN


def test_every_bad_setting_is_named_at_once() -> None:
    bad = {
        "people": 0,
        "seed": -1,
        "hispanic_share": 1.2,
        "double_surname_share": -0.1,
        "junior_share": float("nan"),
        "filing_share": "most",
        "itin_share": None,
        "mover_share": True,
        "reference_date": "2025-08-07",
        "tax_year": 1900,
        "partition_people": 2.5,
        "enforcement": {},
    }
    assert set(bad) == {entry.name for entry in fields(World)}
    with pytest.raises(ValueError, match="World cannot be made") as caught:
        World(**bad)  # type: ignore[arg-type]
    lines = str(caught.value).splitlines()[1:]
    assert sorted(line.split(":")[0].strip() for line in lines) == sorted(bad)
    for name, value in bad.items():
        assert f"{name}: got {value!r}, allowed is" in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"people": True}, "people: got True"),
        ({"seed": 1.0}, "seed: got 1.0"),
        ({"tax_year": 2026}, "tax_year: got 2026, allowed is at most"),
        ({"people": 4_000_001}, "people: got 4,000,001, allowed is at most 4,000,000"),
        ({"people": 25_000_001, "itin_share": 0.0}, "allowed is at most 25,000,000"),
    ],
)
def test_bad_settings(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        World(**{"people": 10, "seed": 0, **settings})  # type: ignore[arg-type]


def test_capacity_itself_is_allowed() -> None:
    assert World(people=4_000_000, seed=0).partitions == 400
    assert World(people=25_000_000, seed=0, itin_share=0).partitions == 2_500


def test_numpy_integers_are_whole_numbers() -> None:
    world = World(people=np.int64(50), seed=np.int64(1))  # type: ignore[arg-type]
    assert len(world.requests(np.int64(3))) == 3  # type: ignore[arg-type]


@pytest.mark.parametrize("index", [-1, 3, 1.0, True])
def test_partition_index_is_checked(index: int) -> None:
    with pytest.raises(ValueError, match=r"index: got .*, allowed is a whole number from 0 to 2"):
        small().partition(index)


@pytest.mark.parametrize(
    ("people", "size"), list(itertools.product([1, 2, 7], [1, 3])), ids=lambda value: str(value)
)
def test_tiny_worlds(people: int, size: int) -> None:
    world = World(people=people, seed=3, partition_people=size, mover_share=1.0)
    assert world.persons().person_id.tolist() == list(range(people))
    assert world.addresses().address_id.is_unique
    persons, truth = world.persons().set_index("person_id"), world.taxpayer_truth()
    filed_from, lives_at = truth.address_id, persons.address_id[truth.person_id]
    assert (filed_from.to_numpy() != lives_at.to_numpy()).all()


def test_world_is_a_value() -> None:
    assert small() == small()
    assert hash(small()) == hash(small())
    assert astuple(small())[8] == date(2025, 8, 7)
    with pytest.raises(AttributeError):
        small().people = 5  # type: ignore[misc]


GOLDEN = "85e8a48a6f74fac699236fcd4b932281c7a281be8c874e98aa6da8f8c439dcf6"
