"""The world as a whole: what is in which frame, and that nothing changes unnoticed."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from dataclasses import is_dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sampling import ADDRESS, FRAMES, PERSON, digest

import synthetic
from synthetic import World
from synthetic.names import names
from synthetic.streets import street_dictionary
from synthetic.world import _population, _requests

TEXT = pd.StringDtype("pyarrow")
COLUMNS = {
    "persons": [
        "person_id", "household_id", "address_id", *PERSON, "tin", "tin_type", "origin",
        "foreign_born", "status", "presence", "relation", "files",
    ],
    "households": ["household_id", "address_id", "size", "tenure"],
    "addresses": ["address_id", *ADDRESS, "kind"],
    "residences": ["household_id", "address_id", "moves_ago", "came", "left"],
    "taxpayers": [
        "record_id", *PERSON, "tin", "tin_type", *ADDRESS, "filing_status", "income", "refund",
        "dependents", "tax_year",
    ],
    "taxpayer_truth": [
        "record_id", "person_id", "household_id", "address_id", "residence_id", "tin_status",
    ],
}  # fmt: skip
NUMBERS = {"size", "income", "refund", "dependents", "tax_year", "moves_ago"}
MAY_BE_MISSING = {"middle_initial", "unit", "street_number", "tin", "tin_type", "came", "left"}


def small(people: int = 700, **settings: Any) -> World:
    return World(**{"people": people, "seed": 11, "partition_people": 300, **settings})


def alone(world: World, index: int, name: str) -> pd.DataFrame:
    """Return a frame of a partition drawn as if nothing had been drawn before."""
    _population.cache_clear()
    frame = getattr(world.partition(index), name)
    assert isinstance(frame, pd.DataFrame)
    return frame


def test_public_names_are_sorted_and_complete() -> None:
    assert synthetic.__all__ == sorted(synthetic.__all__)
    assert all(hasattr(synthetic, name) for name in synthetic.__all__)
    assert is_dataclass(World)


@pytest.mark.parametrize("pieces", [1, 3])
@pytest.mark.parametrize("name", FRAMES)
def test_frames_have_their_columns_and_types(name: str, pieces: int) -> None:
    frame = getattr(small(300 * pieces), name)()
    assert list(frame.columns) == COLUMNS[name]
    assert isinstance(frame.index, pd.RangeIndex)
    for column, dtype in frame.dtypes.items():
        if column in ("files", "foreign_born"):
            assert dtype == np.bool_
        elif str(column).endswith("_id") or column in NUMBERS:
            assert dtype == np.int64
        else:
            assert dtype == TEXT
    gaps = frame.isna().any()
    assert set(gaps.index[gaps]) <= MAY_BE_MISSING
    if name == "taxpayers":
        assert not gaps[["tin", "tin_type"]].any()


@pytest.mark.parametrize("name", FRAMES)
def test_the_whole_is_its_partitions_in_any_order(name: str) -> None:
    world = small()
    backwards = [alone(world, index, name) for index in reversed(range(world.partitions))]
    expected = pd.concat(backwards[::-1], ignore_index=True)
    pd.testing.assert_frame_equal(getattr(world, name)(), expected)


def test_the_register_comes_in_batches() -> None:
    world = small()
    batches = list(world.taxpayer_batches())
    assert len(batches) == world.partitions == 3
    for index, batch in enumerate(batches):
        assert isinstance(batch, pa.RecordBatch)
        batch.validate(full=True)
        assert batch.num_rows == len(world.partition(index).taxpayers)
    rows = pa.Table.from_batches(batches).to_pylist()
    frame = world.taxpayers()
    assert rows == frame.astype(object).where(frame.notna(), None).to_dict("records")


def test_the_first_partition_is_the_same_in_a_world_of_ten_million() -> None:
    few, many = World(people=10_000, seed=5), World(people=10_000_000, seed=5)
    small_world, large_world = few.partition(0), many.partition(0)
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(small_world, name), getattr(large_world, name))
        pd.testing.assert_frame_equal(getattr(few, name)(), getattr(large_world, name))
    assert not few.requests(8).equals(many.requests(8))
    assert many.request_truth(8).person_id.max() > 10_000


@pytest.mark.parametrize("left", [1, 2, 100, 299])
def test_a_cut_partition_is_the_beginning_of_the_whole_one(left: int) -> None:
    cut, whole = small(300 + left).partition(1), small(600).partition(1)
    pd.testing.assert_frame_equal(cut.persons, whole.persons.head(left))
    kept = whole.taxpayer_truth.person_id.isin(cut.persons.person_id)
    for name in ("taxpayers", "taxpayer_truth"):
        expected = getattr(whole, name)[kept].reset_index(drop=True)
        pd.testing.assert_frame_equal(getattr(cut, name), expected)
    # All but the household cut in two is as it was.
    households = whole.households.head(len(cut.households))
    pd.testing.assert_frame_equal(
        cut.households.drop(columns="size"), households.drop(columns="size")
    )
    assert cut.households["size"].sum() == left
    assert (cut.households["size"] == households["size"])[:-1].all()
    rows = whole.residences.household_id.isin(cut.households.household_id)
    pd.testing.assert_frame_equal(cut.residences, whole.residences[rows])
    both = cut.addresses.merge(whole.addresses)
    assert len(both) == len(cut.addresses)


def test_ids_of_a_world_of_several_partitions_are_unique() -> None:
    world = small()
    assert world.persons().person_id.tolist() == list(range(700))
    for name, column in (
        ("households", "household_id"), ("addresses", "address_id"),
        ("taxpayer_truth", "record_id"), ("taxpayer_truth", "person_id"),
    ):  # fmt: skip
        assert getattr(world, name)()[column].is_unique
    assert world.taxpayers().record_id.equals(world.taxpayer_truth().record_id)


def one_piece(**settings: Any) -> World:
    return small(1_200, **{"partition_people": 1_200, **settings})


def test_every_setting_changes_the_world() -> None:
    one = digest(one_piece().persons(), one_piece().taxpayers(), one_piece().residences())
    others = [
        {"seed": 12}, {"partition_people": 600}, {"cluster_people": 100}, {"states": ("CA",)},
        {"zips": ("10001",)}, {"names": "faker"}, {"tins": "full"}, {"hispanic_share": 0.4},
        {"hispanic_foreign_born_share": 0.9}, {"api_foreign_born_share": 0.1},
        {"other_foreign_born_share": 0.5}, {"hispanic_naturalised_share": 0.0},
        {"other_naturalised_share": 0.0}, {"hispanic_unauthorised_share": 0.0},
        {"other_unauthorised_share": 0.0}, {"double_surname_share": 0.9},
        {"foreign_born_double_surname_share": 1.0}, {"junior_share": 0.9}, {"twin_share": 0.9},
        {"middle_name_share": 0.1}, {"mover_share": 0.5}, {"departed_share": 0.9},
        {"reference_date": pd.Timestamp("2030-01-01").date()}, {"tax_year": 2020},
        {"register": synthetic.RegisterSettings(filing_share=0.1)},
    ]  # fmt: skip
    digests = {one}
    for settings in others:
        world = one_piece(**settings)
        digests.add(digest(world.persons(), world.taxpayers(), world.residences()))
    assert len(digests) == 1 + len(others)
    # How requests are made changes nothing but requests.
    asked = one_piece(enforcement=synthetic.RequestSettings(typo_share=0.3))
    assert digest(asked.persons(), asked.taxpayers(), asked.residences()) == one
    assert not asked.requests(30).equals(one_piece().requests(30))


def test_frames_given_out_can_be_changed_without_harm() -> None:
    world = small()
    makers = [getattr(world, name) for name in FRAMES]
    makers += [partial(world.requests, 50), partial(world.request_truth, 50)]
    for make in makers:
        frame = make()
        before = frame.copy(deep=True)
        for column, dtype in frame.dtypes.items():
            first = frame[column].iloc[0]
            changed = "CHANGED" if dtype == TEXT else not first if dtype == np.bool_ else 1 - first
            frame.loc[0, column] = changed
        assert not frame.equals(before)
        pd.testing.assert_frame_equal(make(), before)


def test_the_caches_hold_what_would_be_drawn_again() -> None:
    world = small()
    first = digest(world.persons(), world.requests(40))
    _population.cache_clear()
    _requests.cache_clear()
    assert digest(world.requests(40)) == digest(small().requests(40))
    assert digest(world.persons(), world.requests(40)) == first


@pytest.mark.parametrize("index", [-1, 3, 1.0, True, None, "1"])
def test_partition_index_is_checked(index: Any) -> None:
    with pytest.raises(ValueError, match=r"index: got .*, allowed is a whole number from 0 to 2"):
        small().partition(index)


@pytest.mark.parametrize(
    ("people", "size"), list(itertools.product([1, 2, 7], [1, 3, 10_000])), ids=str
)
def test_tiny_worlds(people: int, size: int) -> None:
    world = small(people, partition_people=size, mover_share=1.0)
    assert world.persons().person_id.tolist() == list(range(people))
    assert world.addresses().address_id.is_unique
    assert len(world.taxpayers()) == world.persons().files.sum()
    assert world.households()["size"].sum() == people
    assert len(world.residences()) == 3 * len(world.households())


def test_a_world_can_end_with_its_residents() -> None:
    """Fewer than a partition: nobody lives there twice."""
    world = World(people=44, seed=1, zips=("01094",))
    assert len(world.persons()) == 44
    assert set(world.addresses().zip) == {"01094"}
    assert len(world.residences()) == 3 * len(world.households())


@pytest.mark.parametrize("day", ["1950-01-01", "2100-12-31"])
def test_worlds_of_other_times(day: str) -> None:
    date = pd.Timestamp(day).date()
    world = small(reference_date=date, tax_year=date.year - 1, hispanic_share=0.5)
    persons = world.persons()
    assert persons.date_of_birth.notna().all()
    assert persons.date_of_birth.max() <= day
    assert (world.taxpayers().tax_year < date.year).all()
    world.requests(50)


SCRIPT = """
from sampling import FRAMES, digest
from synthetic import World

world = World(people=700, seed=11, partition_people=300)
for index in (2, 0, 1):
    piece = world.partition(index)
    print(index, digest(*(getattr(piece, name) for name in FRAMES)))
print("requests", digest(world.requests(80), world.request_truth(80)))
"""


def test_another_process_with_another_hash_seed_draws_the_same() -> None:
    here, package = Path(__file__).parent, Path(synthetic.__file__).parents[1]
    paths = os.pathsep.join([str(here), str(package)])
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": "12345"}
    found = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
    )
    lines = dict(line.split() for line in found.stdout.splitlines())
    world = small()
    for index in range(world.partitions):
        piece = world.partition(index)
        expected = digest(*(getattr(piece, name) for name in FRAMES))
        assert lines[str(index)] == expected
    assert lines["requests"] == digest(world.requests(80), world.request_truth(80))


def test_every_name_and_street_is_plain_upper_case() -> None:
    """The letters everything is composed of; what is written with accents is made later."""
    for pieces in (names("census").surname_pieces, names("faker").given, street_dictionary()):
        letters = bytes(np.unique(pieces.letters)).decode()
        assert set(letters) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789")


def test_golden_world() -> None:
    """A change here changes every published figure: make it on purpose and say so."""
    frames = []
    for settings in ({}, {"names": "faker", "tins": "full", "states": ("CA",)}):
        world = small(**settings)
        frames += [getattr(world, name)() for name in FRAMES]
        frames += [world.requests(80), world.request_truth(80)]
    assert digest(*frames) == GOLDEN


GOLDEN = "d544a33844679df9f20afcf3270a6483992d1f5f697f8fbd6e85b1e369506974"
