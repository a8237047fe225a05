"""Draws from a posterior that is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from linkage.calibration.sampling import Sample, distance_to, population_monte_carlo


def test_a_share_with_known_posterior() -> None:
    # 30 of 100 seen, prior even: the posterior is Beta(31, 71).
    rng = np.random.default_rng(1)

    def distance(ranks):
        return abs(rng.binomial(100, ranks[:, 0]) - 30).astype(float)

    sample = population_monte_carlo(distance, 1, 2000, rng=rng)
    assert sample.distance.max() == 0
    drawn = sample.ranks[sample.resampled(2000, rng=rng), 0]
    truth = stats.beta(31, 71)
    assert drawn.mean() == pytest.approx(truth.mean(), abs=0.006)
    assert drawn.std() == pytest.approx(truth.std(), rel=0.1)
    assert sample.effective() > 500


def test_what_is_not_asked_about_keeps_its_prior() -> None:
    rng = np.random.default_rng(2)
    sample = population_monte_carlo(
        lambda ranks: np.maximum(abs(ranks[:, 0] - 0.7) - 0.02, 0), 3, 1500, rng=rng
    )
    drawn = sample.ranks[sample.resampled(1500, rng=rng)]
    assert abs(drawn[:, 0] - 0.7).max() <= 0.02
    for free in drawn[:, 1:].T:
        assert stats.kstest(free, "uniform").statistic < 0.08


def test_what_cannot_be_met_says_how_far_it_is() -> None:
    rng = np.random.default_rng(3)
    sample = population_monte_carlo(lambda ranks: 1 + ranks[:, 0], 1, 200, rng=rng)
    assert 1 <= sample.distance.max() < 1.2


def test_systematic_resampling_gives_each_its_share() -> None:
    sample = Sample(np.zeros((3, 1)), np.array([0.5, 0.3, 0.2]), np.zeros(3))
    chosen = sample.resampled(10, rng=np.random.default_rng(0))
    assert np.bincount(chosen, minlength=3).tolist() == pytest.approx([5, 3, 2], abs=1)


def test_the_farthest_figure_counts() -> None:
    figures = {"yield": np.array([0.05]), "number_route": np.array([0.5])}
    published = {"yield": (0.04, 0.06), "number_route": (0.9, 1.0)}
    assert distance_to(figures, published).tolist() == pytest.approx([0.4 / 0.95])
    assert distance_to({"yield": np.array([np.nan])}, {"yield": (0.1, 0.2)}) == np.inf
