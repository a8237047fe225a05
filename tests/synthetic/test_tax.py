"""Numbers that nobody holds, each given out once."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthetic import World, tin_ranges
from synthetic.randomness import Bijection, Distribution, draw_sizes
from synthetic.tax import issue_stranger_tins, issue_tins, tin_capacity


def in_ranges(numbers: np.ndarray) -> np.ndarray:
    starts, stops = np.array(tin_ranges()).T
    place = np.searchsorted(starts, numbers, side="right") - 1
    return np.logical_and(numbers >= starts[place], numbers < stops[place])


def test_ranges_are_apart_and_never_issued() -> None:
    ranges = tin_ranges()
    assert ranges == sorted(ranges)
    assert all(stop <= start for (_, stop), (start, _) in itertools.pairwise(ranges))
    for start, stop in ranges:
        groups = {int(str(number)[3:5]) for number in (start, stop - 1)}
        assert str(start)[0] == str(stop - 1)[0] == "9"
        assert groups in ({0, 49}, {66, 69})


def test_numbers_of_a_world_are_unique_and_lie_in_the_ranges() -> None:
    persons = World(people=45_000, seed=9, hispanic_share=0.6, itin_share=0.5).persons()
    assert persons.tin.is_unique
    assert persons.tin.str.fullmatch(r"\d{9}").all()
    assert in_ranges(persons.tin.astype("int64").to_numpy()).all()
    groups = persons.tin.str[3:5].astype("int64")
    assert groups[persons.tin_type == "ITIN"].between(66, 69).all()
    assert groups[persons.tin_type == "SSN"].between(0, 49).all()


@pytest.mark.parametrize("itin", [False, True])
def test_numbers_at_the_end_of_capacity(itin: bool) -> None:
    ids = np.arange(tin_capacity(itins=itin) - 1_000, tin_capacity(itins=itin))
    numbers = issue_tins(ids, np.full(1_000, itin), seed=3)
    strangers = issue_stranger_tins(np.arange(1_000), seed=3)
    everybody = np.concatenate([numbers, strangers])
    assert len(np.unique(everybody)) == 2_000
    assert in_ranges(everybody).all()


def test_numbers_do_not_follow_one_another() -> None:
    numbers = issue_tins(np.arange(1_000), np.zeros(1_000, dtype=np.bool_), seed=3)
    assert abs(np.corrcoef(numbers[:-1], numbers[1:])[0, 1]) < 0.5
    assert len(np.unique(numbers % 10)) == 10
    assert (np.abs(np.diff(numbers)) > 1_000).mean() > 0.99


def test_another_seed_gives_other_numbers() -> None:
    nobody = np.zeros(100, dtype=np.bool_)
    one, other = (issue_tins(np.arange(100), nobody, seed) for seed in (1, 2))
    assert (one != other).all()


@given(st.integers(2, 5_000), st.integers(0, 1_000))
def test_a_bijection_hits_every_number_once(size: int, seed: int) -> None:
    bijection = Bijection.draw(size, rng=np.random.default_rng(seed))
    assert sorted(bijection(np.arange(size)).tolist()) == list(range(size))


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=6).filter(lambda weights: sum(weights) > 0.01),
    st.integers(0, 1_000),
)
def test_codes_without_weight_are_never_drawn(weights: list[float], seed: int) -> None:
    codes = Distribution.of(weights).draw(200, rng=np.random.default_rng(seed))
    assert all(weights[code] > 0 for code in codes)


@given(st.integers(1, 300), st.integers(0, 1_000))
def test_sizes_add_up(total: int, seed: int) -> None:
    sizes = draw_sizes(Distribution.of([3, 2, 1]), total, rng=np.random.default_rng(seed))
    assert sizes.sum() == total
    assert sizes.min() >= 1
    assert sizes.max() <= 3
