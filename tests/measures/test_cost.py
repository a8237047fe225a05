from __future__ import annotations

import math

import pytest

from linkage.measures.cost import STATED, Prices, dollars, gpu_dollars, gpu_seconds
from linkage.problems import InputError


def test_core_seconds_in_dollars_by_hand() -> None:
    assert dollars(3600) == 0.05
    assert dollars(0) == 0
    assert dollars(3600 * 1000, Prices(core_hour=0.02)) == 20
    assert math.isnan(dollars(math.nan))


def test_tries_in_gpu_seconds_by_hand() -> None:
    assert STATED.gpu_blocks == 21_975_500_000
    assert gpu_seconds(21_975.5e6) == 1
    assert gpu_seconds(21_975.5e6, blocks=4) == 4
    assert gpu_seconds(1e9, prices=Prices(gpu_blocks=1e9)) == 1
    assert math.isnan(gpu_seconds(math.nan))


def test_tries_in_dollars_by_hand() -> None:
    assert gpu_dollars(21_975.5e6 * 3600) == 0.5
    assert gpu_dollars(3600, blocks=2, prices=Prices(gpu_hour=3, gpu_blocks=1)) == 6


def test_bad_input_is_named() -> None:
    with pytest.raises(InputError, match=r"(?s)core_hour: got -1.*gpu_blocks: got 0, .* than 0"):
        Prices(core_hour=-1, gpu_blocks=0)
    with pytest.raises(InputError, match="gpu_hour: got nan"):
        Prices(gpu_hour=math.nan)
    with pytest.raises(InputError, match="core_seconds: got -1"):
        dollars(-1)
    with pytest.raises(InputError, match="tries: got -1"):
        gpu_seconds(-1)
    with pytest.raises(InputError, match="blocks: got 0"):
        gpu_dollars(1, blocks=0)
