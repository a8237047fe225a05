"""The chilling effect is declared, not estimated."""

from __future__ import annotations

import math

import pytest

from linkage import InputError
from linkage.measures.chilling import LOST_IN_2026, drop_behind, revenue_lost


def test_what_a_drop_costs_and_which_drop_a_cost_takes() -> None:
    assert revenue_lost(1_000, 500, 0.1) == 50_000
    for loss in LOST_IN_2026[:3]:
        drop = drop_behind(loss, 6e6, 7_000)
        assert revenue_lost(6e6, 7_000, drop) == pytest.approx(loss)
    assert math.isnan(drop_behind(1.0, 0, 7_000))


def test_bad_arguments_are_all_named() -> None:
    with pytest.raises(InputError) as caught:
        revenue_lost(-1, math.nan, 2)
    for name in ("filers", "liability", "drop"):
        assert name in str(caught.value)
