from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from linkage.measures.intervals import (
    Estimate,
    mean_over_worlds,
    rate_over_worlds,
    undefined,
    wilson,
)


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int]:
    trials = draw(st.integers(1, 10**7))
    return draw(st.integers(0, trials)), trials


@given(counts())
def test_wilson_equals_the_interval_of_scipy(count: tuple[int, int]) -> None:
    successes, trials = count
    ours = wilson(successes, trials)
    theirs = stats.binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    assert ours[:2] == pytest.approx((successes / trials, theirs.low), abs=1e-9)
    assert ours.high == pytest.approx(theirs.high, abs=1e-9)
    assert (ours.n, ours.note) == (trials, "")


@given(st.lists(counts(), min_size=1, max_size=6))
def test_a_rate_lies_inside_its_interval_and_both_inside_0_and_1(
    worlds: list[tuple[int, int]],
) -> None:
    for estimate in (wilson(*worlds[0]), rate_over_worlds(*zip(*worlds, strict=True))):
        assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


def test_no_success_and_nothing_but_success_reach_the_ends() -> None:
    assert wilson(0, 50).low == 0
    assert wilson(50, 50).high == 1
    assert wilson(0, 50).high == pytest.approx(1 - wilson(50, 50).low)


def test_a_rate_of_nothing_is_not_a_number_and_says_why() -> None:
    for estimate in (wilson(0, 0), rate_over_worlds([0, 0], [0, 0]), mean_over_worlds([])):
        assert np.isnan([estimate.value, estimate.low, estimate.high]).all()
        assert estimate.note
        assert estimate.n == 0


@pytest.mark.parametrize(("successes", "trials"), [(-1, 5), (6, 5), (1, 0)])
def test_impossible_counts_are_refused(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match=f"{successes} successes in {trials} trials"):
        wilson(successes, trials)


def test_one_world_gives_wilsons_interval_and_equal_worlds_add_up() -> None:
    assert rate_over_worlds([3], [40]) == wilson(3, 40)
    assert rate_over_worlds([3, 0], [40, 0]) == wilson(3, 40)
    assert rate_over_worlds([3, 3, 3], [40, 40, 40]) == wilson(9, 120)


def test_worlds_that_differ_widen_the_interval_of_a_rate() -> None:
    pooled, spread = wilson(200, 400), rate_over_worlds([50, 100, 50], [100, 150, 150])
    student = stats.t.interval(
        0.95, 2, np.mean([1 / 2, 2 / 3, 1 / 3]), stats.sem([1 / 2, 2 / 3, 1 / 3])
    )
    assert spread.value == pooled.value == 0.5
    assert (spread.low, spread.high) == pytest.approx(student)
    assert spread.low < pooled.low
    assert spread.high > pooled.high


def test_a_mean_has_students_interval() -> None:
    values = [10.0, 14.0, 18.0, 11.0]
    low, high = stats.t.interval(0.95, 3, np.mean(values), stats.sem(values))
    assert mean_over_worlds(values) == pytest.approx(
        Estimate(13.25, low, high, 4, ""), nan_ok=False
    )


def test_the_interval_of_a_mean_of_counts_does_not_go_below_zero() -> None:
    assert mean_over_worlds([0.0, 5.0]).low == 0


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=10))
def test_a_mean_lies_inside_its_interval(values: list[float]) -> None:
    estimate = mean_over_worlds(values)
    assert 0 <= estimate.low <= estimate.value <= estimate.high


def test_one_world_has_a_mean_but_no_interval_and_worlds_without_one_do_not_count() -> None:
    alone = mean_over_worlds([math.nan, 3.0])
    assert (alone.value, alone.n) == (3.0, 1)
    assert math.isnan(alone.low)
    assert math.isnan(alone.high)
    assert "no interval" in alone.note


def test_scaling_changes_the_unit_and_nothing_else() -> None:
    assert Estimate(0.5, 0.25, 0.75, 8, "why").scaled(1000) == (500, 250, 750, 8, "why")
    assert undefined("why", 3).scaled(1000)[3:] == (3, "why")
