"""Addresses of a world: no two alike, buildings and streets shared, homes left and entered."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sampling import ADDRESS, is_near

from synthetic import World
from synthetic.geography import residents, zips
from synthetic.streets import DIRECTIONS, PEOPLE_A_STREET, SUFFIXES, _bases, _names

BUILDING = ["street_number", "street_name", "zip"]


def all_of(*codes: str, **settings: object) -> World:
    """The world of everybody who lives in some ZIPs."""
    people = residents((), codes)
    return World(people=people, seed=1, zips=codes, **settings)  # type: ignore[arg-type]


def smallest() -> str:
    """A ZIP of some fifty people: one hundredth of a partition."""
    place = int(np.argmin(np.abs(zips().population - 50)))
    return str(zips().code[place])


@pytest.fixture(scope="module")
def homes(households: pd.DataFrame, addresses: pd.DataFrame) -> pd.DataFrame:
    return households.merge(addresses, on="address_id", validate="one_to_one")


@pytest.mark.parametrize(
    "world",
    [
        World(people=45_000, seed=2),
        World(people=45_000, seed=2, partition_people=777, cluster_people=333),
        World(people=60_000, seed=2, cluster_people=130_000),
        World(people=200_000, seed=2, states=("DC",)),
        all_of("10001"),
        all_of("10001", cluster_people=130_000),
        all_of("10001", "90011", cluster_people=999, partition_people=4_321),
        all_of(smallest()),
    ],
    ids=lambda world: f"{world.people} {world.zips or world.states} {world.cluster_people}",
)
def test_no_two_addresses_are_alike(world: World) -> None:
    addresses = world.addresses()
    assert addresses.address_id.is_unique
    again = addresses[addresses.duplicated(ADDRESS, keep=False)]
    assert again.empty, again.sort_values(ADDRESS).head()


def test_everybody_living_in_a_zip_fits_into_it() -> None:
    world = all_of("10001")
    assert len(world.persons()) == residents((), ("10001",)) == 27_004
    assert set(world.addresses().zip) == {"10001"}
    homes = world.households().address_id
    assert homes.is_unique


def test_addresses_have_their_parts(addresses: pd.DataFrame) -> None:
    box = (addresses.kind == "po_box").astype(bool)
    assert addresses.unit[box].isna().all()
    assert (addresses.street_number.isna() == box).all()
    assert addresses.drop(columns=["street_number", "unit"]).notna().to_numpy().all()
    assert (addresses.street_name.str.startswith("PO BOX ") == box).all()
    assert addresses.street_name[box].str.fullmatch(r"PO BOX [1-9]\d*").all()
    number = addresses.street_number[~box]
    assert number.str.fullmatch(r"[1-9]\d{0,4}").all()
    assert addresses.unit.notna()[addresses.kind == "apartment"].all()
    assert addresses.unit.isna()[addresses.kind == "house"].all()
    lots = addresses.unit[addresses.kind == "mobile_home"]
    assert lots.dropna().str.startswith("LOT ").all()
    assert 0.2 < lots.isna().mean() < 0.8


def test_streets_are_written_as_the_postal_service_has_them(addresses: pd.DataFrame) -> None:
    streets = addresses.street_name[addresses.kind != "po_box"]
    suffix = "|".join(SUFFIXES)
    pattern = rf"([{''.join(DIRECTIONS)}] )?(\d+(ST|ND|RD|TH)|[A-Z]+) ({suffix})"
    assert streets.str.fullmatch(pattern).all()
    assert is_near(streets.str.match("[NSEW] "), 0.25, effect=40)
    assert is_near(streets.str.endswith(" ST"), 0.25, effect=40)
    numbered = streets.str.contains(r"\d(?:ST|ND|RD|TH) ")
    assert is_near(numbered, 0.12, effect=40)


def test_no_two_streets_are_written_alike() -> None:
    """Else a ZIP would have two of one name, and both the same house numbers."""
    order, shares = _names()
    used = order[np.diff(shares, prepend=0) > 0]
    base = np.unique(used // (len(SUFFIXES) * (1 + len(DIRECTIONS))))
    texts = [_bases()[code] for code in base]
    assert len(texts) > 2_000
    assert len(set(texts)) == len(texts)


def test_neighbours_share_streets(addresses: pd.DataFrame) -> None:
    houses = addresses[addresses.kind == "house"]
    street = houses.groupby(["street_name", "zip"])
    assert street.size().mean() > 15
    number = houses.street_number.astype("int64")
    assert (number % 2 == 0).mean() == pytest.approx(0.5, abs=0.05)
    span = number.groupby([houses.street_name, houses.zip]).agg(np.ptp)
    assert span.median() < 10 * PEOPLE_A_STREET
    assert number.between(1, 9_999).all()
    assert (number < 1_000).mean() > 0.3


def test_apartments_share_a_number_and_have_units_of_their_own(homes: pd.DataFrame) -> None:
    apartments = homes[homes.kind == "apartment"]
    building = apartments.groupby(BUILDING).unit
    assert (building.nunique() == building.size()).all()
    assert building.size().max() > 30
    assert (building.size() > 1).mean() > 0.9
    style = apartments.unit.str.extract(r"^(\D+)")[0]
    assert (style.groupby([apartments[name] for name in BUILDING]).nunique() == 1).all()
    alone = homes[homes.unit.isna()]
    assert not alone.duplicated(BUILDING).any()
    both = alone.merge(apartments, on=BUILDING)
    assert both.empty


def test_dwellings_are_of_the_kinds_of_the_zip(homes: pd.DataFrame) -> None:
    places = zips()
    rows = pd.Index(places.code.to_pylist()).get_indexer(homes.zip)
    multi, single = places.multi_family_share[rows], places.single_family_share[rows]
    large = homes.groupby(BUILDING).household_id.transform("size") > 4
    apartment = homes.kind == "apartment"
    assert apartment[multi > 0.7].mean() > 0.7
    assert apartment[single > 0.95].mean() < 0.05
    assert is_near(large & apartment, multi.mean(), effect=10)
    rural = places.density[rows] < 500
    mobile = homes.kind == "mobile_home"
    assert not mobile[~rural].any()
    rest = np.clip(1 - single - multi, 0, 1)[rural]
    assert is_near(mobile[rural], rest.mean(), effect=10)


def test_ids_refer_to_each_other(
    persons: pd.DataFrame,
    households: pd.DataFrame,
    addresses: pd.DataFrame,
    residences: pd.DataFrame,
    truth: pd.DataFrame,
) -> None:
    known = set(addresses.address_id)
    lived_in = set(residences.address_id)
    assert set(persons.address_id) - {-1} <= set(households.address_id) <= lived_in <= known
    assert set(truth.residence_id) <= lived_in
    assert lived_in | set(truth.address_id) == known
    assert set(persons.household_id) == set(households.household_id)
    assert set(residences.household_id) == set(households.household_id)
    assert set(truth.person_id) == set(persons.person_id[persons.files])
    household = persons.set_index("person_id").household_id
    assert (household[truth.person_id].to_numpy() == truth.household_id.to_numpy()).all()
    assert households.address_id.is_unique


def test_a_history_begins_where_the_next_ends(
    households: pd.DataFrame, residences: pd.DataFrame, world: World
) -> None:
    rows = residences.set_index(["household_id", "moves_ago"]).unstack()
    assert rows.address_id.columns.tolist() == [0, 1, 2]
    home = households.set_index("household_id").address_id
    assert (rows.address_id[0] == home).all()
    assert rows.left[0].isna().all()
    assert rows.came[2].isna().all()
    for before, after in ((1, 0), (2, 1)):
        assert rows.left[before].equals(rows.came[after].rename(before))
    ordered = rows.came[[1, 0]].dropna()
    assert (ordered[1] <= ordered[0]).all()
    assert ordered[0].max() <= world.reference_date.isoformat()
    # Unknown are only the oldest times.
    assert rows.came[0].isna().mean() < 0.01
    assert rows.came[1].isna().mean() < 0.03


def test_who_moves_leaves_the_home(residences: pd.DataFrame) -> None:
    rows = residences.pivot(index="household_id", columns="moves_ago", values="address_id")
    assert (rows[0] != rows[1]).all()
    assert (rows[0] != rows[2]).all()
    now = set(rows[0])
    assert rows[1].isin(now).mean() == pytest.approx(0.9, abs=0.02)


def test_who_is_alone_in_the_world_has_left_an_empty_dwelling() -> None:
    world = World(people=60, seed=2, partition_people=2)
    rows = world.residences().pivot(index="household_id", columns="moves_ago", values="address_id")
    two = world.households().query("size == 2").household_id
    assert len(two) > 5
    assert (rows.loc[two, 1] != rows.loc[two, 0]).all()
    assert world.addresses().address_id.isin(rows.loc[two, 1]).sum() == len(two)


def test_moves_are_near_or_far(residences: pd.DataFrame, addresses: pd.DataFrame) -> None:
    codes = addresses.set_index("address_id").zip
    rows = residences.pivot(index="household_id", columns="moves_ago", values="address_id")
    same_zip = codes[rows[0]].to_numpy() == codes[rows[1]].to_numpy()
    assert 0.4 < same_zip.mean() < 0.62


def movers(world: World) -> pd.DataFrame:
    """Households, and whether they came within the last year."""
    present = world.residences().query("moves_ago == 0").set_index("household_id").came
    year_ago = world.reference_date.replace(year=world.reference_date.year - 1).isoformat()
    frame = world.households()
    came = present.reindex(frame.household_id).to_numpy()
    return frame.assign(moved=pd.Series(came).gt(year_ago).fillna(False).astype(bool))


def test_movers_are_as_many_as_asked_and_mostly_renters(world: World) -> None:
    frame = movers(world)
    owns = frame.tenure == "owns"
    assert is_near(frame.moved, 0.084, effect=2)
    ratio = frame.moved[~owns].mean() / frame.moved[owns].mean()
    assert ratio == pytest.approx(4.9, abs=0.8)


@pytest.mark.parametrize("share", [0.0, 0.02, 0.2])
def test_mover_share(share: float) -> None:
    moved = movers(World(people=20_000, seed=5, mover_share=share)).moved
    assert is_near(moved, share, effect=2)
    assert share or not moved.any()


def test_owners_are_as_many_as_in_the_zip(homes: pd.DataFrame) -> None:
    places = zips()
    rows = pd.Index(places.code.to_pylist()).get_indexer(homes.zip)
    share = places.owner_share[rows]
    owns = homes.tenure == "owns"
    assert is_near(owns, share.mean())
    assert owns[share > 0.85].mean() > owns[share < 0.5].mean() + 0.3


def test_boxes_are_of_filers_only(
    addresses: pd.DataFrame, residences: pd.DataFrame, truth: pd.DataFrame
) -> None:
    boxes = set(addresses.address_id[addresses.kind == "po_box"])
    assert not boxes & set(residences.address_id)
    assert boxes <= set(truth.address_id)
    at_box = truth.address_id.isin(boxes)
    assert is_near(at_box, 0.05, effect=2)
    assert ((truth.address_id == truth.residence_id) == ~at_box).all()
