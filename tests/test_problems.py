from __future__ import annotations

import pickle

import numpy as np
import pytest

from linkage.problems import InputError, Problems, is_number, listing


def test_all_problems_are_in_the_message_and_in_the_attribute() -> None:
    error = InputError(["people: got -5", "seed: got 'x'"])
    assert error.problems == ("people: got -5", "seed: got 'x'")
    assert str(error) == "2 problems:\n  - people: got -5\n  - seed: got 'x'"
    assert isinstance(error, ValueError)


def test_an_error_survives_the_way_back_from_another_process() -> None:
    error = pickle.loads(pickle.dumps(InputError(["a", "b"])))
    assert (type(error), error.problems) == (InputError, ("a", "b"))
    assert str(error) == str(InputError(["a", "b"]))


def test_nothing_is_raised_when_nothing_is_wrong() -> None:
    problems = Problems()
    problems.choice("scheme", "plain", ["plain"])
    problems.share("overlap", 0)
    problems.share("overlap", np.float32(1))
    problems.whole_number("seed", np.int64(0), 0)
    problems.raise_any()
    assert problems == []


def test_everything_noted_is_raised_together() -> None:
    problems = Problems()
    problems.choice("scheme", "sha265", ["plain", "sha256"])
    problems.share("overlap", 1.5)
    problems.whole_number("people", -5, 1)
    with pytest.raises(InputError) as caught:
        problems.raise_any()
    assert caught.value.problems == (
        "scheme: got 'sha265', allowed 'plain', 'sha256'; nearest: 'sha256'",
        "overlap: got 1.5, allowed 0 to 1",
        "people: got -5, allowed a whole number, 1 or more",
    )


def test_a_name_unlike_any_other_has_no_nearest() -> None:
    problems = Problems()
    problems.choice("scheme", "xyz", ["plain"])
    assert problems == ["scheme: got 'xyz', allowed 'plain'"]


@pytest.mark.parametrize("got", [-0.1, 1.1, float("nan"), True, "0.5", None])
def test_what_is_no_share(got: object) -> None:
    problems = Problems()
    problems.share("overlap", got)
    assert problems == [f"overlap: got {got!r}, allowed 0 to 1"]


@pytest.mark.parametrize("got", [0, 11, 5.0, True, "5", None])
def test_what_is_no_whole_number_from_1_to_10(got: object) -> None:
    problems = Problems()
    problems.whole_number("jobs", got, 1, 10)
    assert problems == [f"jobs: got {got!r}, allowed a whole number, 1 to 10"]


def test_what_a_number_is() -> None:
    assert all(map(is_number, (1, 1.5, np.int8(1), np.float64(1))))
    assert not any(map(is_number, (True, "1", None, 1j)))


def test_a_long_list_is_cut_short() -> None:
    assert listing([1, 2]) == "1, 2"
    assert listing("abcde") == "a, b, c, d, e"
    assert listing("abcdefg") == "a, b, c, d, e and 2 more"
