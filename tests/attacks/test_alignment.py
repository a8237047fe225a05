"""The mathematics of alignment against loops over all that can be, on cases small enough."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.attacks.alignment import (
    Column,
    Pair,
    align,
    assigned,
    balanced,
    count_scores,
    evidence,
    learned_dispersion,
    sampled,
    smoothed,
    squared,
)


def scores_of(seed: int, size: int, spread: float = 1.5) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, spread, (size, size))


def over_all_alignments(square: np.ndarray) -> np.ndarray:
    """Add the likelihood of every permutation to the pairs it is made of."""
    size = len(square)
    total, pairs = 0.0, np.zeros((size, size))
    for order in itertools.permutations(range(size)):
        weight = math.exp(sum(square[row, order[row]] for row in range(size)))
        total += weight
        for row in range(size):
            pairs[row, order[row]] += weight
    return pairs / total


@pytest.mark.parametrize("seed", range(4))
def test_drawn_probabilities_are_those_over_all_alignments(seed):
    square = scores_of(seed, 5)
    exact = over_all_alignments(square)
    drawn = sampled(square, rng=np.random.default_rng(seed), sweeps=40_000)
    assert np.abs(drawn - exact).max() < 0.03
    assert exact.max() < 0.999  # else there is nothing to draw


def test_no_swap_has_no_way_back():
    """Equal scores: every pair is as likely, wherever the columns stand."""
    drawn = sampled(np.zeros((7, 7)), rng=np.random.default_rng(0), sweeps=40_000)
    assert np.abs(drawn - 1 / 7).max() < 0.02


@pytest.mark.parametrize("seed", range(3))
def test_the_assignment_is_the_best_of_all(seed):
    square = scores_of(seed, 6)
    rows = range(6)
    best = max(
        itertools.permutations(rows), key=lambda order: sum(square[row, order[row]] for row in rows)
    )
    assert assigned(square).tolist() == list(best)


def test_balanced_equals_a_loop_that_scales_rows_and_columns():
    square = scores_of(3, 4)
    table = [[math.exp(cell) for cell in row] for row in square]
    for _ in range(500):
        table = [[cell / sum(row) for cell in row] for row in table]
        sums = [sum(row[column] for row in table) for column in range(4)]
        table = [[row[column] / sums[column] for column in range(4)] for row in table]
    assert balanced(square, rounds=500) == pytest.approx(np.array(table), abs=1e-9)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 8), st.floats(0.1, 200))
def test_balanced_tables_are_chances(seed, size, spread):
    table = balanced(scores_of(seed, size, spread))
    assert np.isfinite(table).all()
    assert (table >= 0).all()
    assert (table.sum(axis=0) <= 1 + 1e-9).all()


def test_count_scores_equal_a_loop():
    column = Column(np.array([90.0, 30, 4]), np.array([0.5, 0.2]), 150, reference=600, dispersion=2)
    found = count_scores(column)
    for row, count in enumerate((90, 30, 4)):
        for place, share in enumerate((0.5, 0.2)):
            off = 2 * math.sqrt(count + 0.375) - 2 * math.sqrt(150 * share + 0.375)
            assert found[row, place] == pytest.approx(-(off**2) / 2 / (2 * (1 + 150 / 600)))
    assert found[2, 2] == 0  # rarer than the last listed value: likely none of them
    assert found[0, 2] < -10
    assert found[3, 0] < found[3, 1] < 0


def test_the_scores_variance_is_that_of_two_samples():
    """Roots of counts in a file and in a reference differ by the variance that is assumed."""
    rng = np.random.default_rng(0)
    people, reference, share, draws = 5_000, 20_000, 0.02, 20_000
    column = Column(
        rng.poisson(people * share, draws) * 1.0,
        rng.poisson(reference * share, 1) / reference,
        people,
    )
    learned = rng.poisson(reference * share, draws) / reference
    off = 2 * np.sqrt(column.counts + 0.375) - 2 * np.sqrt(learned * people + 0.375)
    assert off.var() == pytest.approx(1 + people / reference, rel=0.05)


def test_squared_leaves_room_for_what_is_not_listed():
    square = squared(np.arange(12.0).reshape(3, 4))
    assert square.tolist() == [[0, 1, 2], [4, 5, 6], [8, 9, 10]]
    wide = squared(np.arange(8.0).reshape(4, 2))
    assert wide.tolist() == [[0, 1, 1], [2, 3, 3], [4, 5, 5]]


def test_smoothed_rows_are_chances_between_the_data_and_the_shares():
    rng = np.random.default_rng(1)
    joint = rng.multinomial(500, rng.dirichlet(np.ones(20))).reshape(4, 5) / 500
    chances, strength = smoothed(joint, 500)
    assert chances.sum(axis=1) == pytest.approx(np.ones(4))
    own = joint / joint.sum(axis=1, keepdims=True)
    between = (chances - own) * (joint.sum(axis=0) - chances)
    assert (between >= -1e-12).all()
    assert (strength >= 500 * joint.sum(axis=1)).all()


def test_smoothing_finds_how_much_values_differ():
    """Rows drawn about their mean with a concentration give that concentration back."""
    rng = np.random.default_rng(2)
    shares = rng.dirichlet(np.full(30, 5.0))
    rows = np.array([rng.multinomial(400, rng.dirichlet(50 * shares)) for _ in range(300)])
    _, strength = smoothed(rows / rows.sum(), float(rows.sum()))
    assert strength.mean() - 400 == pytest.approx(50, rel=0.15)
    alike = rng.multinomial(400, shares, size=300)
    _, strength = smoothed(alike / alike.sum(), float(alike.sum()))
    assert strength.min() > 5_000  # no difference: the shares say all


def test_evidence_equals_a_loop():
    rng = np.random.default_rng(4)
    joint = rng.dirichlet(np.ones(12)).reshape(3, 4)
    pair = Pair(rng.integers(1, 40, (3, 4)) * 1.0, *smoothed(joint, 300))
    meaning = np.array([[0.7, 0.2, 0.1], [0.2, 0.6, 0.1], [0.0, 0.1, 0.7]])
    other = Column(np.array([50.0, 30, 20]), np.array([0.4, 0.3, 0.2]), 120)
    spread = np.zeros((4, 4))  # other values, and none, to other codes, and rarer ones
    for value in range(3):
        spread[value] = [*meaning[:, value], 1 - meaning[:, value].sum()]
    spread[3] = [*((1 - meaning.sum(axis=1)) * other.counts), 20]
    spread /= spread.sum(axis=1, keepdims=True)
    chances = np.zeros((3, 4))
    for value in range(3):
        for code in range(4):
            chances[value, code] = sum(pair.chances[value, u] * spread[u, code] for u in range(4))
    usual = (pair.strength[:, None] * chances).sum(axis=0) / pair.strength.sum()
    expected = np.zeros((3, 3))
    for row in range(2):
        for value in range(3):
            said = sum(
                pair.counts[row, code] * math.log(chances[value, code] / usual[code])
                for code in range(4)
            )
            strength = pair.strength[value]
            expected[row, value] = said * strength / (strength + pair.counts[row].sum())
        expected[row] -= expected[row, -1]
    assert evidence(pair, meaning, other) == pytest.approx(expected)


def test_columns_tell_each_other_what_counts_cannot():
    """Two codes as common as each other are told apart by what they occur with."""
    alike = Column(np.array([500.0, 500.0]), np.array([0.5, 0.5]), 1_000)
    sharp = Column(np.array([700.0, 300.0]), np.array([0.7, 0.3]), 1_000)
    counts = np.array([[250.0, 250, 0], [450, 50, 0], [0, 0, 0]])
    joint = np.array([[0.45, 0.05, 0], [0.25, 0.25, 0], [0, 0, 0]])
    pairs = {
        ("alike", "sharp"): Pair(counts, *smoothed(joint, 1_000)),
        ("sharp", "alike"): Pair(counts.T, *smoothed(joint.T, 1_000)),
    }
    scores = align({"alike": alike, "sharp": sharp}, pairs)
    assert assigned(squared(scores["alike"])).tolist() == [1, 0]
    assert assigned(squared(scores["sharp"])).tolist() == [0, 1]


def test_the_dispersion_is_learned_where_the_meaning_is_known():
    rng = np.random.default_rng(5)
    shares = np.full(2_000, 1 / 2_000)
    counts = rng.negative_binomial(100 / 2, 1 / 3, 2_000) * 1.0  # mean 100, variance 300
    column = Column(counts, shares, 200_000, dispersion=2.0)
    assert learned_dispersion(column, np.eye(2_000)) == pytest.approx(3, rel=0.1)
    assert learned_dispersion(column, np.zeros((2_000, 2_000))) == 2
