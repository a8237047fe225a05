from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.measures.bounds import (
    composed,
    geometric_advantage,
    largest_advantage,
    largest_reach,
    repeated_advantage,
)
from linkage.problems import InputError
from linkage.schemes.reduced.noise import draw, mass

LN3 = math.log(3)
epsilons = st.floats(0, 8)


def test_the_largest_advantage_by_hand() -> None:
    assert largest_advantage(0) == 0
    assert largest_advantage(LN3) == pytest.approx((3 - 1) / (3 + 1))
    assert largest_advantage(1) == pytest.approx((math.e - 1) / (math.e + 1))
    assert largest_advantage(1e6) == 1


def test_the_largest_reach_by_hand() -> None:
    got = largest_reach([0, 0.1, 0.25, 0.4, 1], LN3)
    np.testing.assert_allclose(got, [0, 0.3, 0.75, 1 - 0.6 / 3, 1])
    np.testing.assert_allclose(largest_reach([0.2, 0.9], 0), [0.2, 0.9])
    assert largest_reach(1e-9, 1e5) == 1


@given(epsilons, st.floats(0, 1))
def test_no_point_of_the_curve_has_more_than_the_largest_advantage(
    epsilon: float, alarms: float
) -> None:
    reach = float(largest_reach(alarms, epsilon))
    assert alarms - 1e-12 <= reach <= 1
    assert reach - alarms <= largest_advantage(epsilon) + 1e-12
    corner = 1 / (1 + math.exp(epsilon))
    assert largest_reach(corner, epsilon) - corner == pytest.approx(largest_advantage(epsilon))


def test_epsilon_adds_up() -> None:
    assert composed(0.5, 4) == 2
    assert composed(3, 0) == 0


@pytest.mark.parametrize("epsilon", [0.1, 1.0, 3.0])
@pytest.mark.parametrize("records", [0, 1, 2, 3, 6])
def test_the_advantage_on_a_count_is_the_distance_of_both_noises(
    epsilon: float, records: int
) -> None:
    outcomes = np.arange(-600, 600)
    apart = np.abs(mass(outcomes, epsilon) - mass(outcomes - records, epsilon)).sum() / 2
    assert geometric_advantage(epsilon, records) == pytest.approx(apart)


def test_a_test_by_drawn_noise_comes_to_the_exact_advantage() -> None:
    noise = draw(200_000, 1.0, rng=np.random.default_rng(1))
    for records in (1, 2):
        half = records / 2
        measured = np.mean(noise + records > half) - np.mean(noise > half)
        assert measured == pytest.approx(geometric_advantage(1.0, records), abs=0.005)


@pytest.mark.parametrize(("epsilon", "answers"), [(0.3, 1), (0.3, 4), (1.0, 3), (1.0, 6)])
def test_the_advantage_of_several_answers_is_the_distance_of_their_votes(
    epsilon: float, answers: int
) -> None:
    p = 1 / (1 + math.exp(-epsilon))
    apart = 0.0
    for votes in product((0, 1), repeat=answers):
        yes = sum(votes)
        apart += (
            abs(p**yes * (1 - p) ** (answers - yes) - (1 - p) ** yes * p ** (answers - yes)) / 2
        )
    assert repeated_advantage(epsilon, answers) == pytest.approx(apart)


@given(epsilons, st.integers(0, 40))
def test_what_is_exact_stays_below_the_bound_of_all_epsilons_together(
    epsilon: float, times: int
) -> None:
    bound = largest_advantage(composed(epsilon, times))
    assert -1e-9 <= geometric_advantage(epsilon, times) <= bound + 1e-9
    assert -1e-9 <= repeated_advantage(epsilon, times) <= bound + 1e-9


@given(epsilons)
def test_one_noisy_count_reaches_the_bound(epsilon: float) -> None:
    assert geometric_advantage(epsilon) == pytest.approx(largest_advantage(epsilon), abs=1e-12)
    assert repeated_advantage(epsilon, 1) == pytest.approx(largest_advantage(epsilon), abs=1e-12)


def test_bad_input_is_named() -> None:
    with pytest.raises(InputError, match=r"(?s)epsilon: got -1.*times: got 1.5"):
        composed(-1, 1.5)  # type: ignore[arg-type]
    for call in (largest_advantage, lambda e: largest_reach(0.5, e), geometric_advantage):
        with pytest.raises(InputError, match="epsilon: got nan"):
            call(math.nan)
    with pytest.raises(InputError, match="answers: got -1"):
        repeated_advantage(1, -1)
    with pytest.raises(InputError, match="false_alarms"):
        largest_reach([0.5, 1.5], 1)
