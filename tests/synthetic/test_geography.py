"""Where people live: every resident of the chosen ZIPs once, and any few of them a sample."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sampling import steady

from synthetic import World
from synthetic.geography import line, origin_weights, place_problems, residents, zips
from synthetic.tables import ORIGINS

#: A few ZIPs of 12 to some thousand people.
FEW = tuple(
    code
    for code, people in zip(zips().code.to_pylist(), zips().population.tolist(), strict=True)
    if 12 <= people <= 3_000
)[:300:40]
HISPANIC = ORIGINS.index("hispanic")


def national(origin: str) -> float:
    places = zips()
    share = places.origin[:, ORIGINS.index(origin)] @ places.population
    return float(share / places.population.sum())


def test_everybody_in_the_country_is_there() -> None:
    assert residents((), ()) == zips().population.sum() > 330_000_000
    states = set(zips().state.to_pylist())
    assert len(states) == 51
    assert sum(residents((state,), ()) for state in states) == residents((), ())


def test_states_and_zips_add_up_and_are_counted_once() -> None:
    manhattan, queens = residents((), ("10001",)), residents((), ("11368",))
    assert residents((), ("10001", "11368", "10001")) == manhattan + queens
    assert residents(("NY",), ("10001",)) == residents(("NY",), ())
    assert residents(("VT",), ("10001",)) == residents(("VT",), ()) + manhattan


@steady
@given(st.sets(st.sampled_from(FEW), min_size=1), st.integers(1, 5_000), st.integers(0, 99))
def test_every_resident_has_one_place(codes: set[str], cluster_people: int, seed: int) -> None:
    chosen = tuple(sorted(codes))
    places = line((), chosen, cluster_people, seed)
    everybody = residents((), chosen)
    assert places.people == everybody
    entry, rank = places.places(np.arange(everybody))
    assert (rank >= 0).all()
    assert (rank < zips().population[entry]).all()
    assert len(np.unique(entry * 200_000 + rank)) == everybody


def test_clusters_are_neighbours() -> None:
    entry, rank = line((), (), 500, 7).places(np.arange(50_000))
    together = np.arange(50_000) // 500
    step = np.diff(rank)[np.diff(together) == 0]
    same_zip = (np.diff(entry) == 0)[np.diff(together) == 0]
    assert (step[same_zip] == 1).all()
    assert same_zip.mean() > 0.99


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("first", [0, 740_000])
def test_any_run_of_clusters_is_a_sample_of_the_country(first: int, seed: int) -> None:
    entry, _ = line((), (), 500, seed).places(first + np.arange(20_000))
    places = zips()
    for column, origin in enumerate(ORIGINS):
        assert places.origin[entry, column].mean() == pytest.approx(national(origin), abs=0.02)
    states = np.array(places.state.to_pylist())[entry]
    assert len(set(states)) >= 12
    assert places.household_size[entry].mean() == pytest.approx(
        np.average(places.household_size, weights=places.population), abs=0.15
    )


def test_a_large_run_has_the_states_of_the_nation() -> None:
    entry, _ = line((), (), 500, 7).places(np.arange(1_000_000))
    places = zips()
    states = np.array(places.state.to_pylist())
    found = pd.Series(states[entry]).value_counts(normalize=True)
    people = pd.Series(places.population).groupby(states).sum()
    for state in people.nlargest(12).index:
        assert found[state] == pytest.approx(people[state] / people.sum(), abs=0.03)


def test_a_world_has_the_origins_of_the_nation() -> None:
    origins = World(people=20_000, seed=3).persons().origin.value_counts(normalize=True)
    for origin in ORIGINS:
        assert origins[origin] == pytest.approx(national(origin), abs=0.045)


def test_clusters_of_whole_zips() -> None:
    world = World(people=30_000, seed=3, cluster_people=130_000)
    assert world.addresses().zip.nunique() < 30
    assert World(people=30_000, seed=3).addresses().zip.nunique() >= 50


@pytest.mark.parametrize(
    ("where", "states", "codes"),
    [
        ({"states": ("VT",)}, {"VT"}, None),
        ({"states": ("CA", "TX")}, {"CA", "TX"}, None),
        ({"zips": ("10001", "90011")}, {"NY", "CA"}, {"10001", "90011"}),
        ({"states": ("DC",), "zips": ("10001",)}, {"DC", "NY"}, None),
    ],
)
def test_people_live_where_they_are_told_to(
    where: dict[str, tuple[str, ...]], states: set[str], codes: set[str] | None
) -> None:
    world = World(people=12_000, seed=3, **where)  # type: ignore[arg-type]
    requests = world.requests(100).merge(world.request_truth(100), on="record_id")
    printed = requests[requests.address_status.isin(["current", "former"])]
    for frame in (world.addresses(), world.taxpayers(), printed):
        assert set(frame.state) <= states
        assert codes is None or set(frame.zip) <= codes
    assert set(world.addresses().state) == states


def test_cities_and_states_go_with_their_zip(addresses: pd.DataFrame) -> None:
    places = zips()
    known = pd.DataFrame(
        {"city": places.city.to_pylist(), "state": places.state.to_pylist()},
        index=places.code.to_pylist(),
    )
    for name in ("city", "state"):
        assert (known[name].loc[addresses.zip].to_numpy() == addresses[name].to_numpy()).all()


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.9, 1.0])
def test_another_hispanic_share_keeps_the_others_in_proportion(share: float) -> None:
    weights, people = origin_weights(share), zips().population
    assert weights.sum(axis=1) == pytest.approx(1, abs=1e-6)
    assert (weights > -1e-12).all()
    assert weights[:, HISPANIC] @ people / people.sum() == pytest.approx(share, abs=1e-6)
    if 0 < share < 1:
        before = zips().origin
        mixed = (before[:, 0] > 0) & (before[:, 1] > 0)
        ratio = weights[mixed, 0] / weights[mixed, 1]
        assert ratio == pytest.approx(before[mixed, 0] / before[mixed, 1], rel=1e-6)
        order = np.argsort(before[:, HISPANIC], kind="stable")
        assert (np.diff(weights[order, HISPANIC]) >= -1e-9).all()


def test_no_share_leaves_the_census_alone() -> None:
    assert origin_weights(None) is zips().origin


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_worlds_have_the_hispanic_share_asked_for(share: float) -> None:
    persons = World(people=10_000, seed=3, hispanic_share=share).persons()
    tolerance = 0.08 if 0 < share < 1 else 0
    assert (persons.origin == "hispanic").mean() == pytest.approx(share, abs=tolerance)


def test_every_wrong_place_is_named() -> None:
    (states, codes) = place_problems(("CA", "XX", "ca"), ("10001", "1001", 10001))
    assert states.startswith("states: got 'XX', 'ca', allowed is two letters")
    assert codes.startswith("zips: got '1001', 10001, allowed is five digits")
    assert place_problems((), ()) == place_problems(("CA",), ("10001",)) == []
    (many,) = place_problems((), tuple("ABCDEFG"))
    assert "'E', ..., allowed" in many
    assert [text.split(":")[0] for text in place_problems("CA", None)] == ["states", "zips"]
