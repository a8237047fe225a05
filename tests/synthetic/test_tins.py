"""Numbers that nobody holds, each given out once."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sampling import is_near, steady

from synthetic import RegisterSettings, RequestSettings, World, tin_ranges
from synthetic.tins import (
    TIN_RANGES,
    NumberRange,
    issue_itins,
    issue_ssns,
    issue_stranger_ssns,
    tin_capacity,
)

MANY_WRONG = {
    "register": RegisterSettings(tin_digit_share=1.0, error_correlation=0.0),
    "enforcement": RequestSettings(tin_share=1.0, wrong_tin_share=0.6, relative_tin_share=0.2),
}


def in_ranges(numbers: np.ndarray, tins: str = "never_issued") -> np.ndarray:
    starts, stops = np.array(tin_ranges(tins)).T
    place = np.searchsorted(starts, numbers, side="right") - 1
    return np.logical_and(numbers >= starts[place], numbers < stops[place])


def whole(column: pd.Series) -> np.ndarray:
    """Return the numbers of a column that are not missing; all are nine digits."""
    texts = column.dropna()
    assert texts.str.fullmatch(r"\d{9}").all()
    return texts.astype("int64").to_numpy()


def could_be_issued(numbers: np.ndarray) -> np.ndarray:
    """Say which are like a Social Security number or an ITIN (and so might be somebody's)."""
    area, group, serial = numbers // 1_000_000, numbers // 10_000 % 100, numbers % 10_000
    ssn = (area > 0) & (area != 666) & (area < 900) & (group > 0) & (serial > 0)
    issued = (*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100))
    return np.asarray(ssn | ((area >= 900) & np.isin(group, issued)))


@pytest.mark.parametrize("tins", TIN_RANGES)
def test_ranges_are_in_order_and_apart(tins: str) -> None:
    ranges = tin_ranges(tins)
    assert ranges == sorted(ranges)
    assert all(stop <= start for (_, stop), (start, _) in itertools.pairwise(ranges))


def test_default_ranges_are_never_issued() -> None:
    numbers = np.concatenate([np.arange(start, stop, 997) for start, stop in tin_ranges()])
    assert not could_be_issued(numbers).any()
    assert sum(stop - start for start, stop in tin_ranges()) == 54_000_000


def test_full_ranges_are_those_that_can_be_issued() -> None:
    numbers = np.random.default_rng(0).integers(10**9, size=500_000)
    numbers = np.concatenate([numbers, np.arange(1_000_000), 666_000_000 + np.arange(1_000)])
    assert (in_ranges(numbers, "full") == could_be_issued(numbers)).all()


def sets_of(most: int) -> st.SearchStrategy[tuple[int, ...]]:
    return st.sets(st.integers(0, most), min_size=1, max_size=5).map(lambda s: tuple(sorted(s)))


@steady
@given(
    sets_of(999), sets_of(99), st.sampled_from([(0, 10_000), (1, 10_000), (9_990, 9_999)])
)  # fmt: skip
def test_numbers_and_runs_agree(
    areas: tuple[int, ...], groups: tuple[int, ...], serials: tuple[int, int]
) -> None:
    numbers = NumberRange(areas, groups, serials)
    every = numbers.numbers(np.arange(numbers.count))
    assert (np.diff(every) > 0).all()
    runs = [np.arange(start, stop) for start, stop in sorted(numbers.runs())]
    assert np.array_equal(np.concatenate(runs), every)


@pytest.mark.parametrize("tins", TIN_RANGES)
def test_numbers_at_the_end_of_capacity_are_nobody_elses(tins: str) -> None:
    last = np.arange(tin_capacity(tins) - 1_000, tin_capacity(tins))
    first = np.arange(1_000)
    everybody = np.concatenate(
        [issue_ssns(first, tins, 3), issue_ssns(last, tins, 3), issue_stranger_ssns(first, tins, 3)]
    )
    itins = issue_itins(last // 8, tins, 3)
    assert len(np.unique(everybody)) == 3_000
    assert not np.isin(itins, everybody).any()
    assert in_ranges(np.concatenate([everybody, itins]), tins).all()


def test_capacities() -> None:
    assert tin_capacity("never_issued") == 25_000_000
    assert tin_capacity("full") > 331_000_000


def test_numbers_do_not_follow_one_another() -> None:
    numbers = issue_ssns(np.arange(1_000), "never_issued", 3)
    assert abs(np.corrcoef(numbers[:-1], numbers[1:])[0, 1]) < 0.5
    assert len(np.unique(numbers % 10)) == 10
    assert (np.abs(np.diff(numbers)) > 1_000).mean() > 0.99


def test_another_seed_gives_other_numbers() -> None:
    one, other = (issue_ssns(np.arange(100), "never_issued", seed) for seed in (1, 2))
    assert (one != other).all()


def test_people_have_numbers_of_their_own(persons: pd.DataFrame) -> None:
    ssn, itin = (persons[persons.tin_type.eq(kind).fillna(False)].tin for kind in ("SSN", "ITIN"))
    assert len(ssn) + len(itin) == persons.tin.notna().sum() == persons.tin.nunique()
    assert itin.str[3:5].isin(["66", "67", "68", "69"]).all()
    assert (ssn.str[3:5] < "50").all()


def test_numbers_go_by_status(persons: pd.DataFrame) -> None:
    kind = persons.tin_type.fillna("none")
    unauthorised = persons.status == "unauthorised"
    adult = persons.age >= 18
    assert kind[~unauthorised].eq("SSN").all()
    assert kind[unauthorised & ~adult].eq("none").all()
    assert set(kind[unauthorised & adult]) == {"ITIN", "none"}
    assert is_near(kind[unauthorised & adult] == "ITIN", 0.75)


def test_at_most_one_in_eight_has_an_itin() -> None:
    world = World(
        people=3_000, seed=1, partition_people=1_000, hispanic_share=1.0,
        hispanic_foreign_born_share=1.0, hispanic_naturalised_share=0.0,
        hispanic_unauthorised_share=1.0, register=RegisterSettings(itin_share=1.0),
    )  # fmt: skip
    persons = world.persons()
    itin = persons.tin_type == "ITIN"
    assert itin.groupby(persons.person_id // 1_000).sum().tolist() == [125] * 3
    assert persons.tin[itin].is_unique


def test_no_file_holds_a_number_that_could_be_issued() -> None:
    """Mistyped, borrowed and relatives' numbers included."""
    world = World(people=30_000, seed=9, **MANY_WRONG)
    columns = [world.persons().tin, world.taxpayers().tin, world.requests(2_000).tin]
    for numbers in map(whole, columns):
        assert len(numbers) > 1_500
        assert not could_be_issued(numbers).any()
        assert in_ranges(numbers).all()


def test_full_ranges_hold_every_number_issued() -> None:
    settings = RequestSettings(tin_share=1.0, wrong_tin_share=0.0)
    register = RegisterSettings(tin_digit_share=0.0)
    world = World(people=30_000, seed=9, tins="full", register=register, enforcement=settings)
    numbers = [
        whole(frame.tin) for frame in (world.persons(), world.taxpayers(), world.requests(900))
    ]
    assert in_ranges(np.concatenate(numbers), "full").all()
    assert (numbers[0] < 900_000_000).mean() > 0.9
    assert len(np.unique(numbers[0])) == len(numbers[0])


def test_only_unauthorised_filers_without_a_number_borrow(
    persons: pd.DataFrame, truth: pd.DataFrame, taxpayers: pd.DataFrame
) -> None:
    filers = persons.set_index("person_id").loc[truth.person_id].reset_index()
    assert set(truth.tin_status) == {"own", "borrowed"}
    borrowed = (truth.tin_status == "borrowed").astype(bool)
    assert (borrowed == filers.tin.isna()).all()
    assert set(filers.status[borrowed]) == {"unauthorised"}
    assert set(taxpayers.tin_type[borrowed]) == {"SSN"}
    # But for a wrong digit, the number is that of somebody who has papers.
    lenders = persons[persons.tin.isin(taxpayers.tin[borrowed])]
    assert len(lenders) > 0.95 * borrowed.sum()
    assert not lenders.status.eq("unauthorised").any()
