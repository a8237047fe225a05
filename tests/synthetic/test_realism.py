"""The figures a world is made to resemble, loosely."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthetic import World
from synthetic.geography import STATE_PREFIXES


@pytest.fixture(scope="module")
def world() -> World:
    return World(people=60_000, seed=1)


@pytest.fixture(scope="module")
def persons(world: World) -> pd.DataFrame:
    frame = world.persons()
    days = pd.Timestamp(world.reference_date) - pd.to_datetime(frame.date_of_birth)
    return frame.assign(age=days.dt.days / 365.2425)


def test_household_sizes(world: World) -> None:
    shares = 100 * world.households()["size"].value_counts(normalize=True)
    target = {1: 29, 2: 34.5, 3: 15, 4: 12.5, 5: 6, 6: 2}
    for size, share in target.items():
        assert shares[size] == pytest.approx(share, abs=1.5)


def test_ages(persons: pd.DataFrame) -> None:
    assert persons.age.between(0, 98).all()
    assert (persons.age < 18).mean() == pytest.approx(0.22, abs=0.02)
    assert persons.age.median() == pytest.approx(38, abs=3)
    assert (persons.age[persons.relation.isin(["head", "spouse"])] >= 18).all()


def test_children_are_younger_than_the_head(persons: pd.DataFrame) -> None:
    head = persons[persons.relation == "head"].set_index("household_id").age
    child = persons[persons.relation == "child"]
    assert (child.age < child.household_id.map(head)).mean() > 0.99


def test_spouses_follow_heads(persons: pd.DataFrame, world: World) -> None:
    counts = persons.groupby("household_id").relation.value_counts().unstack(fill_value=0)
    assert (counts["head"] == 1).all()
    assert counts["spouse"].max() == 1
    assert counts["spouse"].mean() == pytest.approx(0.47, abs=0.03)


def test_movers_and_who_lives_there_now(world: World, persons: pd.DataFrame) -> None:
    truth = world.taxpayer_truth().merge(persons, on="person_id", suffixes=("", "_now"))
    stale = truth[truth.address_id != truth.address_id_now]
    assert len(stale) / len(truth) == pytest.approx(0.084, abs=0.015)
    assert stale.address_id.isin(persons.address_id).mean() > 0.8


def test_filing(world: World, persons: pd.DataFrame) -> None:
    taxpayers = world.taxpayers()
    assert len(taxpayers) / (persons.age >= 18).sum() == pytest.approx(0.80, abs=0.02)
    assert (taxpayers.filing_status == "married_joint").mean() == pytest.approx(0.47, abs=0.05)
    single, joint = (
        taxpayers.income[taxpayers.filing_status == status].median()
        for status in ("single", "married_joint")
    )
    assert joint > 2 * single


def test_joint_filers_come_in_pairs(world: World) -> None:
    rows = world.taxpayers().merge(world.taxpayer_truth(), on="record_id")
    joint = rows[rows.filing_status == "married_joint"].groupby("household_id")
    assert (joint.size() == 2).all()
    assert (joint.income.nunique() == 1).all()
    assert (joint.dependents.nunique() == 1).all()


def test_cultures_and_double_surnames(persons: pd.DataFrame) -> None:
    hispanic = persons[persons.culture == "hispanic"]
    assert len(hispanic) / len(persons) == pytest.approx(0.19, abs=0.015)
    assert hispanic.surname.str.contains(" ").mean() == pytest.approx(0.35, abs=0.03)
    assert not persons.surname[persons.culture == "anglo"].str.contains(" ").any()
    paternal = hispanic.surname.str.split(" ").str[0].value_counts(normalize=True)
    assert paternal.head(10).sum() == pytest.approx(0.16, abs=0.03)


def test_siblings_share_their_surname(persons: pd.DataFrame) -> None:
    children = persons[persons.relation == "child"].groupby("household_id")
    assert (children.surname.nunique() == 1).all()


def test_double_surnames_are_the_fathers_then_the_mothers(persons: pd.DataFrame) -> None:
    family = persons[persons.culture == "hispanic"]
    parents = family[family.relation.isin(["head", "spouse"])]
    parents = parents[parents.groupby("household_id").household_id.transform("size") == 2]
    father = parents[parents.sex == "M"].drop_duplicates("household_id").set_index("household_id")
    child = family[(family.relation == "child") & family.household_id.isin(father.index)]
    child = child[child.surname.str.contains(" ")]
    paternal = child.household_id.map(father.surname).str.split(" ").str[0]
    # A father who took his wife's name is the exception.
    assert (child.surname.str.split(" ").str[0] == paternal).mean() > 0.6


def test_juniors_bear_their_fathers_full_name() -> None:
    persons = World(people=10_000, seed=1, hispanic_share=0.0, junior_share=1.0).persons()
    heads = persons[(persons.relation == "head") & (persons.sex == "M")].set_index("household_id")
    sons = persons[(persons.relation == "child") & (persons.sex == "M")]
    sons = sons[sons.household_id.isin(heads.index)]
    twins = sons.given_name == sons.household_id.map(heads.given_name)
    assert twins.groupby(sons.household_id).sum().eq(1).all()
    fathers = sons.household_id.map(heads.surname)
    assert (sons.surname == fathers)[twins].all()


def test_names_are_plain_upper_case(persons: pd.DataFrame) -> None:
    assert persons.given_name.str.fullmatch("[A-Z ]+").all()
    assert persons.surname.str.fullmatch("[A-Z ]+").all()


def test_addresses(world: World) -> None:
    addresses = world.addresses()
    assert not addresses.drop(columns="address_id").duplicated().any()
    assert addresses.unit.notna().mean() == pytest.approx(0.268, abs=0.03)
    building = addresses.groupby(["street_number", "street_name", "zip"]).unit
    alone = building.size() == 1
    assert (building.count()[~alone] == building.size()[~alone]).all()
    assert building.size().max() > 20
    assert addresses.groupby(["street_name", "zip"]).size().mean() > 5


def test_zips_lie_in_their_state_and_one_partition(world: World) -> None:
    pieces = [world.partition(index).addresses for index in range(world.partitions)]
    zips = [set(piece.zip) for piece in pieces]
    assert sum(map(len, zips)) == len(set().union(*zips))
    assert all(2 <= len(of_piece) <= 4 for of_piece in zips)
    places = world.addresses()[["state", "zip"]].drop_duplicates()
    for state, code in zip(places.state, places.zip, strict=True):
        first, last = STATE_PREFIXES[state]
        assert len(code) == 5
        assert first <= int(code[:3]) <= last


def test_state_prefixes_do_not_overlap() -> None:
    prefixes = [
        prefix for first, last in STATE_PREFIXES.values() for prefix in range(first, last + 1)
    ]
    assert len(prefixes) == len(set(prefixes))
    assert len(STATE_PREFIXES) == 51


def test_itins_are_for_hispanic_adults(persons: pd.DataFrame) -> None:
    itin = persons.tin_type == "ITIN"
    eligible = (persons.culture == "hispanic") & (persons.age >= 18)
    assert not itin[~eligible].any()
    assert itin[eligible].mean() == pytest.approx(0.10, abs=0.015)
    assert np.isin(persons.tin[itin].str[3:5], ["66", "67", "68", "69"]).all()
