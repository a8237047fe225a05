"""The kernels that chance goes through: weighted draws, keyed numbers, one-to-one maps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sampling import steady
from scipy import stats

from synthetic import tables
from synthetic.names import names
from synthetic.randomness import (
    Bijection,
    Distributions,
    Stream,
    generator,
    group_ranks,
    keyed_uniform,
)
from synthetic.tables import ORIGINS

WEIGHTS = st.lists(
    st.lists(st.integers(0, 1_000), min_size=5, max_size=5).filter(any), min_size=1, max_size=4
)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def mass(choices: Distributions, group: int, codes: int) -> np.ndarray:
    """Return the probability of each code of a group, read off the alias table."""
    entry = choices.entry[choices.start[group] : choices.start[group + 1]]
    keep = entry["keep"].astype(np.float64)
    total = np.bincount(entry["code"], keep, minlength=codes)
    total += np.bincount(entry["alias"], 1 - keep, minlength=codes)
    return total / len(entry)


def test_every_purpose_place_and_seed_has_its_own_stream() -> None:
    keys = [
        (seed, stream, *place) for seed in (0, 1) for stream in Stream for place in ((), (0,), (1,))
    ]
    firsts = [generator(seed, stream, *place).random() for seed, stream, *place in keys]
    assert len(set(firsts)) == len(keys)
    assert len({int(stream) for stream in Stream}) == len(Stream)


@steady
@given(st.lists(st.integers(0, 2**53), min_size=1, max_size=30), st.integers(0, 2**40))
def test_keyed_numbers_belong_to_their_ids(ids: list[int], seed: int) -> None:
    together = keyed_uniform(seed, Stream.STREETS, np.array(ids)).tolist()
    backwards = keyed_uniform(seed, Stream.STREETS, np.array(ids[::-1])).tolist()
    alone = [keyed_uniform(seed, Stream.STREETS, np.array([key])).item() for key in ids]
    assert together == alone == backwards[::-1]
    assert all(0 <= number < 1 for number in together)


@pytest.mark.parametrize(
    "ids", [np.arange(100_000), 4 * np.arange(100_000) + 3, 2**40 - np.arange(100_000)]
)
def test_keyed_numbers_are_uniform_and_unlike_their_neighbours(ids: np.ndarray) -> None:
    drawn = keyed_uniform(5, Stream.STREETS, ids)
    assert stats.kstest(drawn, "uniform").pvalue > 1e-4
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.02
    other_seed, other_stream = (
        keyed_uniform(6, Stream.STREETS, ids), keyed_uniform(5, Stream.OFFICES, ids)
    )  # fmt: skip
    assert abs(np.corrcoef(drawn, other_seed)[0, 1]) < 0.02
    assert abs(np.corrcoef(drawn, other_stream)[0, 1]) < 0.02


@steady
@given(WEIGHTS)
def test_alias_tables_hold_the_weights(weights: list[list[int]]) -> None:
    choices = Distributions.of(weights)
    for group, row in enumerate(np.array(weights)):
        assert mass(choices, group, 5) == pytest.approx(row / row.sum(), abs=1e-6)


def test_the_alias_tables_of_surnames_hold_their_bearers() -> None:
    table = tables.load("surnames")
    count = table["count"].to_numpy()
    for group, origin in enumerate(ORIGINS):
        bearers = table[origin].to_numpy() * count
        found = mass(names("census").surnames, group, len(count))
        assert np.abs(found - bearers / bearers.sum()).max() < 1e-6


@steady
@given(WEIGHTS, st.integers(0, 1_000))
def test_codes_without_weight_are_never_drawn(weights: list[list[int]], seed: int) -> None:
    group = np.arange(200) % len(weights)
    codes = Distributions.of(weights).draw(group, rng=rng(seed))
    assert (np.array(weights)[group, codes] > 0).all()


def test_draws_come_as_often_as_their_weights() -> None:
    weights = np.array([[1, 2, 3, 4, 0], [50, 1, 1, 1, 47], [0, 0, 7, 0, 0], [1, 1, 1, 1, 1]])
    group = np.arange(200_000) % len(weights)
    codes = Distributions.of(weights).draw(group, rng=rng())
    for each, row in enumerate(weights):
        counts = np.bincount(codes[group == each], minlength=5)
        there = row > 0
        expected = row[there] / row.sum() * counts.sum()
        assert not counts[~there].any()
        assert there.sum() == 1 or stats.chisquare(counts[there], expected).pvalue > 1e-4


def test_groups_without_weights_leave_the_others_alone() -> None:
    choices = Distributions.sparse(
        np.array([1, 1, 3]), np.array([4, 2, 9]), np.array([1.0, 1.0, 5.0]), groups=5
    )
    assert choices.draw(np.full(50, 3), rng=rng()).tolist() == [9] * 50
    assert set(choices.draw(np.full(50, 1), rng=rng()).tolist()) == {2, 4}


@steady
@given(st.lists(st.integers(0, 2), max_size=300), st.integers(0, 1_000))
def test_sizes_fill_the_places_exactly(groups: list[int], seed: int) -> None:
    sizes = Distributions.of([[1, 0, 0], [3, 2, 1], [0, 0, 1]]).fill(
        np.array(groups, dtype=np.int64), rng=rng(seed)
    )
    assert sizes.sum() == len(groups)
    start = 0
    for size in sizes.tolist():
        assert 1 <= size <= 3
        # By the group of the first place; only the last may be cut.
        if start + size < len(groups):
            assert {0: size == 1, 1: True, 2: size == 3}[groups[start]]
        start += size


def test_sizes_come_as_often_as_their_weights() -> None:
    sizes = Distributions.of([[5, 3, 2]]).fill(np.zeros(100_000, dtype=np.int64), rng=rng())
    counts = np.bincount(sizes, minlength=4)[1:]
    assert stats.chisquare(counts, np.array([0.5, 0.3, 0.2]) * len(sizes)).pvalue > 1e-4


@steady
@given(st.lists(st.integers(-3, 3)))
def test_ranks_count_those_before_in_the_group(groups: list[int]) -> None:
    ranks = group_ranks(np.array(groups, dtype=np.int64)).tolist()
    assert ranks == [groups[:row].count(group) for row, group in enumerate(groups)]


@steady
@given(st.integers(2, 5_000), st.integers(0, 1_000))
def test_a_bijection_hits_every_number_once(size: int, seed: int) -> None:
    bijection = Bijection.draw(size, rng=rng(seed))
    assert sorted(bijection(np.arange(size)).tolist()) == list(range(size))


@pytest.mark.parametrize("size", [50_000_000, 888_931_098, 2**31 - 1, 2**31])
def test_large_bijections_neither_collide_nor_overflow(size: int) -> None:
    bijection = Bijection.draw(size, rng=rng(4))
    values = np.concatenate([np.arange(50_000), size - 1 - np.arange(50_000)])
    mapped = bijection(values)
    assert len(np.unique(mapped)) == len(values)
    assert ((mapped >= 0) & (mapped < size)).all()
    assert stats.kstest(mapped[:50_000] / size, "uniform").statistic < 0.05
    assert (np.abs(np.diff(mapped)) > 1_000).mean() > 0.99
