"""What is shipped arrives as it was, and lies in memory once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from linkage.streaming.shipping import dock


@given(
    st.lists(
        arrays(st.sampled_from([np.uint8, np.int64, np.float32]), array_shapes(min_side=0)),
        max_size=4,
    )
)
def test_arrays_arrive_as_they_were(tmp_path_factory: pytest.TempPathFactory, sent) -> None:
    with dock(tmp_path_factory.mktemp("there")) as place:
        arrived = place.ship(sent).work
        assert len(arrived) == len(sent)
        for one, other in zip(arrived, sent, strict=True):
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)


def test_frames_and_functions_arrive_and_nothing_is_left(tmp_path: Path) -> None:
    names = pd.DataFrame({"name": pd.Series(["NG", None, "RUIZ"], dtype="string[pyarrow]")})
    with dock(tmp_path) as place:
        there = place.ship({"frame": names, "twice": lambda number: 2 * number})
        assert len(list(place.folder.iterdir())) == 1
        work = there.work
        assert work is there.work
    assert not list(tmp_path.iterdir())
    pd.testing.assert_frame_equal(work["frame"], names)
    assert work["twice"](3) == 6


def test_arrays_are_mapped_and_not_to_be_written_to(tmp_path: Path) -> None:
    with dock(tmp_path) as place:
        there = place.ship(np.arange(1_000_000))
        assert not there.work.flags.owndata
        with pytest.raises(ValueError, match="read-only"):
            there.work[0] = 1


def test_one_thing_beside_and_after_another(tmp_path: Path) -> None:
    with dock(tmp_path) as place, dock(tmp_path) as later:
        first, second, third = place.ship("one"), place.ship("two"), later.ship("three")
        assert [each.work for each in (first, second, third, first)] == [
            "one",
            "two",
            "three",
            "one",
        ]
