from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.measures.intervals import wilson
from linkage.measures.suspicion import count_suspicion, summarise_suspicion, suspicion
from linkage.problems import InputError

ABSTAINS = math.nan
confidences = st.lists(st.one_of(st.just(ABSTAINS), st.floats(0, 1)), max_size=30)


def test_suspicion_by_hand() -> None:
    # N = 5: certain, two left, all left, fewer than all would be right of, abstained
    got = suspicion([1, 0.5, 0.2, 0.01, ABSTAINS], 5)
    np.testing.assert_allclose(got, [1, 0.375, 0, 0, 0], atol=1e-15)


def test_one_candidate_to_begin_with_leaves_nothing_to_suspect() -> None:
    assert np.isnan(suspicion([1.0, ABSTAINS], 1)).all()
    counts = count_suspicion([1.0], 1)
    assert counts["attacked"] == 0
    for figure in summarise_suspicion([counts]).values():
        assert math.isnan(figure.value)
        assert "one candidate" in figure.note


def test_the_sums_of_one_world_by_hand() -> None:
    counts = count_suspicion([1.0, 0.25, ABSTAINS, ABSTAINS], 16)
    assert counts == {
        "attacked": 4,
        "suspicion_sum": pytest.approx(1 + (0.25 - 1 / 16) / (15 / 16)),
        "suspicion_certain": 1,
        "information_sum": pytest.approx(1 + 0.5),  # 4 bits of 4 gained, 2 of 4
        "suspicion_max": 1,
    }
    figures = summarise_suspicion([counts])
    assert figures["suspicion_max"].value == 1
    assert figures["suspicion_mean"].value == pytest.approx(0.3)
    assert figures["suspicion_marketer"] == wilson(1, 4)
    assert figures["information_gain"].value == pytest.approx(0.375)
    assert math.isnan(figures["suspicion_mean"].low)
    assert {figure.n for figure in figures.values()} == {4}


def test_worlds_join() -> None:
    worlds = [count_suspicion([1.0, ABSTAINS], 4), count_suspicion([ABSTAINS, ABSTAINS], 100)]
    figures = summarise_suspicion(worlds)
    assert figures["suspicion_mean"].value == 0.25
    assert (figures["suspicion_mean"].low, figures["suspicion_mean"].high) == (0, 1)
    assert figures["suspicion_marketer"].value == 0.25
    assert figures["suspicion_max"].value == 1
    assert figures["information_gain"].value == pytest.approx(0.25)
    assert figures["information_gain"].n == 4


def test_nothing_attacked_is_undefined() -> None:
    for worlds in ([], [count_suspicion([], 10)]):
        assert all(math.isnan(figure.value) for figure in summarise_suspicion(worlds).values())


def test_bad_input_is_named() -> None:
    with pytest.raises(InputError, match=r"(?s)candidates: got 0.*confidence: got 1.5"):
        suspicion([1.5], 0)
    with pytest.raises(InputError, match=r"confidence: got -0\.1"):
        count_suspicion([-0.1], 4)
    with pytest.raises(InputError, match="shape"):
        suspicion([[0.5]], 4)


@given(confidences, st.integers(2, 10**9))
def test_figures_are_shares_in_order(said: list[float], candidates: int) -> None:
    each = suspicion(said, candidates)
    assert ((each >= 0) & (each <= 1)).all()
    figures = {
        name: figure.value
        for name, figure in summarise_suspicion([count_suspicion(said, candidates)]).items()
    }
    if said:
        assert 0 <= figures["suspicion_mean"] <= figures["suspicion_max"] + 1e-12 <= 1 + 1e-12
        assert figures["suspicion_marketer"] <= figures["suspicion_mean"] + 1e-12
        assert -1e-12 <= figures["information_gain"] <= 1 + 1e-12
        # of c, log c lies above the chord between 1/N and 1
        assert figures["information_gain"] >= figures["suspicion_mean"] - 1e-9


@given(st.floats(0, 1), st.floats(0, 1), st.integers(2, 1000))
def test_surer_is_more_suspicious(one: float, other: float, candidates: int) -> None:
    low, high = suspicion(sorted([one, other]), candidates)
    assert low <= high
